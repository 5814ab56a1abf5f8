"""The test pairs, as LFW has them: ten folds, half genuine, half impostor, written once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np

from training.data import SETS, Crops, Float, Ints, group_of, unlike

FOLDS: Final = 10
HEADER: Final = "fold\tgenuine\tfirst\tsecond"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two crops, by name, and whether they show one person."""

    fold: int
    genuine: bool
    first: str
    second: str


def make_pairs(crops: Crops, people: Ints, means: Float, *, count: int, seed: int) -> list[Pair]:
    """`count` pairs, half genuine, the same number of each kind in each fold.

    No person and no family is in two folds: somebody of CelebA who looks like somebody of FIW may
    be the same person and is left out. Impostor pairs are half from each set and lie within one,
    because the difference between sets would give them away; kin are neither sought nor avoided.
    Genuine pairs take one of each person, then a second of each, so that few people do not make up
    a fold.

    Raises:
        ValueError: there are too few people for that many pairs.
    """
    rng = np.random.default_rng(seed)
    per_fold = count // (2 * FOLDS)
    folds: list[list[dict[int, Ints]]] = [[] for _ in range(FOLDS)]
    earlier = np.array([], np.int64)
    for name in SETS:
        own = np.array([p for p in people if crops.people[p].startswith(f"{name}/")], np.int64)
        own = unlike(crops, own, earlier, means)
        earlier = np.concatenate([earlier, own])
        groups = sorted({group_of(crops.people[p]) for p in own})
        fold_of = {groups[i]: rank % FOLDS for rank, i in enumerate(rng.permutation(len(groups)))}
        for fold, sets in enumerate(folds):
            here = [int(p) for p in own if fold_of[group_of(crops.people[p])] == fold]
            sets.append({p: np.flatnonzero(crops.person == p) for p in here})
    pairs: list[Pair] = []
    for fold, sets in enumerate(folds):
        genuine = _genuine(
            {p: rows for people in sets for p, rows in people.items()}, per_fold, rng
        )
        impostor = [pair for rows in sets for pair in _impostor(rows, per_fold // len(SETS), rng)]
        if min(len(genuine), len(impostor)) < per_fold:
            raise ValueError(
                f"fold {fold}: {len(genuine)} genuine and {len(impostor)} impostor of {per_fold}"
            )
        for same, chosen in ((True, genuine), (False, impostor)):
            pairs += [Pair(fold, same, crops.names[a], crops.names[b]) for a, b in chosen]
    return sorted(pairs, key=lambda pair: (pair.fold, not pair.genuine, pair.first, pair.second))


def _genuine(rows: dict[int, Ints], count: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    queues = []
    for own in rows.values():
        possible = list(combinations(map(int, own), 2))
        queues.append([possible[i] for i in rng.permutation(len(possible))])
    ranked = [(rank, rng.random(), pair) for queue in queues for rank, pair in enumerate(queue)]
    return [pair for _, _, pair in sorted(ranked)[:count]]


def _impostor(rows: dict[int, Ints], count: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    if len(rows) < 2:
        return []
    flat = np.concatenate(list(rows.values()))
    owner = np.repeat(list(rows), [len(own) for own in rows.values()])
    chosen: set[tuple[int, int]] = set()
    for _ in range(100 * count):
        a, b = rng.integers(len(flat), size=2)
        if owner[a] != owner[b]:
            chosen.add((int(min(flat[a], flat[b])), int(max(flat[a], flat[b]))))
        if len(chosen) == count:
            break
    return sorted(chosen)


def write_pairs(pairs: list[Pair], path: Path) -> None:
    """Tab-separated, one pair a line."""
    lines = [f"{p.fold}\t{int(p.genuine)}\t{p.first}\t{p.second}" for p in pairs]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")


def read_pairs(path: Path) -> list[Pair]:
    """What `write_pairs` wrote.

    Raises:
        ValueError: the file is of another make.
    """
    header, *lines = path.read_text(encoding="utf-8").splitlines() or [""]
    if header != HEADER or not lines:
        raise ValueError(f"{path} is not a pairs file, or an empty one")
    pairs = []
    for line in lines:
        fold, genuine, first, second = line.split("\t")
        pairs.append(Pair(int(fold), genuine == "1", first, second))
    return pairs
