"""`python -m training ablate`: the recipe of the embedder with one thing changed at a time.

Every row starts from the same weights, sees the same views for as many steps, and is judged on
pairs of calibration people: the test people stay unseen until a recipe is chosen.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import nn

from siamapp.evaluation.rates import Scores, eer_gained, summarise
from training.config import TrainConfig, load_config
from training.data import Crops, Float, Ints, Uint8, unit
from training.loop import train
from training.networks import FaceResNet, to_input
from training.pair_test import Embed, PairTest
from training.views import Views

ROWS: Final[dict[str, tuple[str, ...]]] = {
    "the recipe": (),
    "teacher only": ("loss.triplet=0", "loss.centre_share=0"),
    "labels only": ("loss.distill=0", "loss.relational=0"),
    "no relational loss": ("loss.relational=0",),
    "no triplet loss": ("loss.triplet=0",),
    "teacher not moved to the person's mean": ("loss.centre_share=0",),
    "random mining": ('loss.mining="random"',),
    "hard mining": ('loss.mining="hard"',),
    "distance-weighted mining": ('loss.mining="distance_weighted"',),
    "contrastive in place of triplet": ("loss.triplet=0", "loss.contrastive=0.5"),
    "ArcFace besides": ("loss.classify=0.1",),
    "no averaged weights": ("optim.ema_decay=0",),
}
FLIPPED: Final = "the recipe, mean with the mirrored picture"
RATE: Final = 1e-2
"""The rarest false-match rate that a thousand impostor pairs can show."""


@dataclass(frozen=True, slots=True)
class Row:
    """One change and what it did, each figure as value, low, high of its 95 % interval."""

    name: str
    changes: tuple[str, ...]
    steps: int
    accuracy: tuple[float, float, float]
    eer: tuple[float, float, float]
    tar: tuple[float, float, float]
    """At `RATE`."""
    gained: tuple[float, float, float]
    """By how much its EER is below the recipe's, the same people drawn for both."""


def ablate(
    path: Path,
    changes: list[str],
    views: Callable[[TrainConfig], Views],
    test: PairTest,
    folder: Path,
    *,
    people: int,
    only: str = "",
) -> list[Row]:
    """Train and judge the recipe and each row whose name holds `only`.

    What `folder` holds is not done again. `changes` are of the config, for all rows; `views` gives
    what a config trains on, which is of so many `people`.

    Raises:
        ValueError: `folder` holds rows of another config or of other people.
    """
    folder.mkdir(parents=True, exist_ok=True)
    asked = {"people": people, "config": load_config(path, changes).model_dump(mode="json")}
    recipe_file = folder / "recipe.json"
    if recipe_file.is_file() and json.loads(recipe_file.read_text("utf-8")) != asked:
        raise ValueError(f"{folder} holds rows of another config or of other people: another --run")
    recipe_file.write_text(json.dumps(asked), encoding="utf-8")
    done, distances = folder / "rows.jsonl", folder / "recipe.npy"
    rows = read_rows(done)
    for name, own in ROWS.items():
        # The recipe always comes first: the others are held against it, pair by pair.
        if (own and only not in name) or name in {row.name for row in rows}:
            continue
        config = load_config(path, [*changes, *own])
        network = train(config, views(config), folder / name.replace(" ", "-").replace("'", ""))
        scores = test.scores(embedder(network))
        if not own:
            np.save(distances, scores.distances)
        recipe = replace(scores, distances=np.load(distances))
        rows.append(_row(name, own, config, scores, recipe))
        if not own:
            flipped = test.scores(with_mirror(embedder(network)))
            rows.append(_row(FLIPPED, (), config, flipped, recipe))
        lines = [json.dumps(asdict(row)) + "\n" for row in rows]
        done.write_text("".join(lines), encoding="utf-8")
    return rows


def read_rows(path: Path) -> list[Row]:
    """What `ablate` wrote, nothing where it wrote nothing yet."""
    if not path.is_file():
        return []
    rows = []
    for line in path.read_text("utf-8").splitlines():
        fields = json.loads(line)
        for name in ("changes", "accuracy", "eer", "tar", "gained"):
            fields[name] = tuple(fields[name])
        rows.append(Row(**fields))
    return rows


def _row(
    name: str, changes: tuple[str, ...], config: TrainConfig, scores: Scores, recipe: Scores
) -> Row:
    summary = summarise(scores, rates=(RATE,))
    accuracy = summary.accuracy
    assert accuracy is not None  # these pairs have folds
    figures = (accuracy, summary.eer, summary.tar[RATE], eer_gained(scores, recipe))
    triples = ((e.value, e.low, e.high) for e in figures)
    return Row(name, changes, config.optim.steps, *triples)


def few_people(crops: Crops, people: Ints, count: int, seed: int) -> Ints:
    """Rows of the crops of `count` of the people, drawn by the seed."""
    drawn = np.random.default_rng(seed).permutation(people)[:count]
    return np.flatnonzero(np.isin(crops.person, drawn))


def embedder(network: nn.Module) -> Embed:
    """A trained network as something that test pairs can be put to."""
    assert isinstance(network, FaceResNet)

    @torch.inference_mode()
    def embed(rgb: Uint8) -> Float:
        parts = np.array_split(np.ascontiguousarray(rgb), max(1, len(rgb) // 64))
        device = next(network.parameters()).device
        given = (to_input(torch.from_numpy(part).to(device)).contiguous() for part in parts)
        return np.concatenate([network(part).cpu().numpy() for part in given])

    return embed


def with_mirror(embed: Embed) -> Embed:
    """The mean of a picture's vector and its mirror's, at twice the cost."""
    return lambda rgb: unit(embed(rgb) + embed(rgb[:, :, ::-1]))


def table(rows: list[Row], command: str) -> list[str]:
    """Markdown lines, in percent, in the order of `ROWS`."""
    order = [*ROWS]
    order.insert(1, FLIPPED)
    heads = ("accuracy", f"TAR at FMR {RATE:g}", "EER", "EER below the recipe's")
    lines = [f"Made by `{command}`; a single row by `--only`.", ""]
    lines += [f"| row | what is changed | {' | '.join(heads)} |", "|---|---|---|---|---|---|"]
    for row in sorted(rows, key=lambda row: order.index(row.name)):
        cells = (
            f"{100 * value:.1f} ({100 * low:.1f} to {100 * high:.1f})"
            for value, low, high in (row.accuracy, row.tar, row.eer, row.gained)
        )
        changed = ", ".join(f"`{change}`" for change in row.changes)
        lines.append(f"| {row.name} | {changed} | {' | '.join(cells)} |")
    return lines
