"""Which pictures are compared with which: a folder of people, LFW's pairs.txt, or a CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from siamapp.errors import ProtocolError
from siamapp.evaluation.rates import Bools, Ints
from siamapp.live.suffixes import entries, is_photo

MAX_IMPOSTORS: Final = 2_000_000
"""Of a folder's stranger pairs no more are compared, drawn with a seed: a report says so."""
_COLUMNS: Final = ("first", "second", "genuine")


@dataclass(frozen=True, slots=True, eq=False)
class Protocol:
    """Pictures and the pairs of them to compare."""

    pictures: tuple[Path, ...]
    person: Ints
    """`(pictures,)` index into `people`."""
    people: tuple[str, ...]
    first: Ints
    """`(pairs,)` index into `pictures`."""
    second: Ints
    genuine: Bools
    folds: Ints | None = None
    """`(pairs,)`."""


def from_folder(root: Path, *, seed: int = 0) -> Protocol:
    """Every pair of the pictures of `root`, which holds a folder per person.

    Raises:
        ProtocolError: there are not two people, or nobody with two pictures.
        ImageError: a folder cannot be read.
    """
    if not root.is_dir():
        raise ProtocolError(f"{root} is not a folder.", "Give a folder with one folder per person.")
    folders = [child for child in entries(root) if child.is_dir()]
    pictures: list[Path] = []
    person: list[int] = []
    people: list[str] = []
    for folder in folders:
        own = [path for path in entries(folder) if is_photo(path)]
        if own:
            person += [len(people)] * len(own)
            people.append(folder.name)
            pictures += own
    who = np.array(person, np.int64)
    first, second = (part.astype(np.int64) for part in np.triu_indices(len(who), 1))
    genuine = who[first] == who[second]
    if len(people) < 2 or not genuine.any():
        raise ProtocolError(
            f"{root} has {len(people)} people with pictures, and nobody to compare.",
            "Two people or more are needed, at least one of them with two pictures.",
        )
    strangers = np.flatnonzero(~genuine)
    if len(strangers) > MAX_IMPOSTORS:
        strangers = np.random.default_rng(seed).permutation(strangers)[:MAX_IMPOSTORS]
    kept = np.sort(np.concatenate([np.flatnonzero(genuine), strangers]))
    return Protocol(tuple(pictures), who, tuple(people), first[kept], second[kept], genuine[kept])


def from_pairs(file: Path, images: Path) -> Protocol:
    """LFW's `pairs.txt`, or a CSV with the columns first, second, genuine and maybe fold.

    A CSV names pictures relative to `images`, each in its person's folder. In LFW's format picture
    3 of Ann_Example is `images/Ann_Example/Ann_Example_0003.jpg`.

    Raises:
        ProtocolError: the file cannot be read, or a line of it cannot; the line is named.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ProtocolError(f"{file} cannot be read.", "Give a pairs.txt or a CSV.") from error
    columns = [name.strip().lower() for name in lines[0].split(",")] if lines else []
    if set(_COLUMNS) <= set(columns):
        return _assemble(_from_csv(lines, images, file.name))
    return _assemble(_from_lfw(lines, images, file.name))


@dataclass(frozen=True, slots=True)
class _Pair:
    first: Path
    second: Path
    genuine: bool
    fold: int


def _from_csv(lines: list[str], images: Path, name: str) -> list[_Pair]:
    rows = csv.DictReader(line for line in lines)
    rows.fieldnames = [field.strip().lower() for field in rows.fieldnames or ()]
    pairs = []
    for number, row in enumerate(rows, start=2):
        answer = (row["genuine"] or "").strip().lower()
        fold = (row.get("fold") or "0").strip()
        if answer not in ("0", "1", "true", "false") or not fold.isdigit():
            raise ProtocolError(
                f"{name}, line {number}: genuine is 1 or 0 and fold a number.", "Mend the line."
            )
        first, second = (images / (row[column] or "").strip() for column in _COLUMNS[:2])
        pairs.append(_Pair(first, second, answer in ("1", "true"), int(fold)))
    return pairs


def _from_lfw(lines: list[str], images: Path, name: str) -> list[_Pair]:
    """Folds of as many genuine pairs (name i j) as impostor ones (name i name j)."""
    head = lines[0].split() if lines else []
    if not head or len(head) > 2 or not all(word.isdigit() for word in head):
        raise ProtocolError(
            f"{name} is neither LFW's pairs.txt nor a CSV with {', '.join(_COLUMNS)}.",
            "Give one of these.",
        )
    per_fold = 2 * int(head[-1])
    pairs = []
    for number, line in enumerate(lines[1:], start=2):
        words = line.split("\t") if "\t" in line else line.split()
        if not words:
            continue
        person, *rest = words
        if len(rest) == 2 and all(word.isdigit() for word in rest):
            ends = ((person, rest[0]), (person, rest[1]))
        elif len(rest) == 3 and rest[0].isdigit() and rest[2].isdigit():
            ends = ((person, rest[0]), (rest[1], rest[2]))
        else:
            raise ProtocolError(f"{name}, line {number} is not a pair.", "Mend the line.")
        first, second = (_lfw_picture(images, *end) for end in ends)
        fold = (number - 2) // max(per_fold, 1)
        pairs.append(_Pair(first, second, len(rest) == 2, fold))
    return pairs


def _lfw_picture(images: Path, person: str, number: str) -> Path:
    stem = images / person / f"{person}_{int(number):04d}"
    found = (stem.with_name(stem.name + suffix) for suffix in (".jpg", ".png", ".jpeg"))
    return next((path for path in found if path.is_file()), stem.with_name(stem.name + ".jpg"))


def _assemble(pairs: list[_Pair]) -> Protocol:
    if not any(p.genuine for p in pairs) or all(p.genuine for p in pairs):
        raise ProtocolError(
            "The pairs are all genuine or all impostors.", "Rates need some of both."
        )
    pictures = tuple(dict.fromkeys(_both(pairs)))
    row_of = {path: row for row, path in enumerate(pictures)}
    names = [path.parent.name for path in pictures]
    people = tuple(sorted(set(names)))
    index = {name: i for i, name in enumerate(people)}
    folds = np.array([p.fold for p in pairs], np.int64)
    return Protocol(
        pictures,
        np.array([index[name] for name in names], np.int64),
        people,
        np.array([row_of[p.first] for p in pairs], np.int64),
        np.array([row_of[p.second] for p in pairs], np.int64),
        np.array([p.genuine for p in pairs], bool),
        folds if folds.max() > 0 else None,
    )


def _both(pairs: Iterable[_Pair]) -> Iterable[Path]:
    for pair in pairs:
        yield pair.first
        yield pair.second
