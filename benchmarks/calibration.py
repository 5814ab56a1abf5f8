"""How far a calibration with few people may be believed, on people who were not in it.

`python benchmarks/calibration.py --model assets/models/siamface-v1 --data DIR --peers DIR` draws
groups of people, makes each group's threshold table as `siamapp calibrate` does, and counts how
many strangers among all the other people pass at each of its distances: compared with one picture
of somebody, and with somebody who is enrolled with 2 to 8.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from siamapp.enroll import WANTED  # noqa: E402 - after the path
from siamapp.errors import ProtocolError  # noqa: E402
from siamapp.evaluation.own import strangers_to_people  # noqa: E402
from siamapp.evaluation.rates import Scores  # noqa: E402
from siamapp.evaluation.tail import threshold_table  # noqa: E402
from siamapp.identity.match import distances, paired_distances, person_distances  # noqa: E402
from siamapp.vision.card import FusionSpec  # noqa: E402
from siamapp.vision.embed import Embedder  # noqa: E402
from siamapp.vision.model import Model  # noqa: E402
from training.config import load_config  # noqa: E402
from training.data import central, rows_of  # noqa: E402
from training.verbs import embed, prepare  # noqa: E402


def scores_of(vectors: np.ndarray, person: np.ndarray) -> Scores:
    """Every crop against every other."""
    first, second = np.triu_indices(len(vectors), 1)
    apart = paired_distances(vectors[first], vectors[second], "l2")
    return Scores(apart, person[first] == person[second], person[first], person[second])


class Enrolled:
    """Everybody with at least `count` crops, enrolled with so many; every crop is a probe."""

    def __init__(
        self,
        vectors: np.ndarray,
        person: np.ndarray,
        count: int,
        fusion: FusionSpec,
        rng: np.random.Generator,
    ) -> None:
        people, crops = np.unique(person, return_counts=True)
        self.people = people[crops >= count]
        kept = [rng.permutation(np.flatnonzero(person == who))[:count] for who in self.people]
        enrolled, starts = vectors[np.concatenate(kept)], np.arange(len(kept)) * count
        self.table = np.stack(
            [person_distances(distances(v, enrolled, "l2"), starts, fusion) for v in vectors]
        )
        self._stranger = person[:, None] != self.people

    def strangers(self, person: np.ndarray, kept: np.ndarray) -> np.ndarray:
        """Sorted distances among the people in `kept`."""
        of = np.isin(person, kept)[:, None] & np.isin(self.people, kept) & self._stranger
        return np.sort(self.table[of])


def main() -> None:
    """Print a line per stated rate: the rate on others, and how often the bound held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--peers", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=Path("build/training"))
    parser.add_argument("--split", choices=("calibration", "test"), default="calibration")
    parser.add_argument("--people", type=int, default=30, help="in each group")
    parser.add_argument("--groups", type=int, default=60)
    parser.add_argument(
        "--plain", action="store_true", help="the fusion of a card that measured none, no offsets"
    )
    parser.add_argument(
        "--single", action="store_true", help="thresholds of single comparisons only"
    )
    parsed = parser.parse_args()
    crops, _, splits = prepare(parsed, load_config(Path("configs/embedder.toml")))
    rows = rows_of(crops, splits[parsed.split])
    embedder = Embedder(Model.load(parsed.model, provider="cpu"))
    fusion = FusionSpec() if parsed.plain else embedder.model.card.fusion
    vectors, person = embed(embedder, central(crops.rgb[rows])), crops.person[rows]
    rng = np.random.default_rng(0)
    every = [Enrolled(vectors, person, n, fusion, rng) for n in range(1, WANTED + 1)]
    held: dict[float, list[tuple[float, ...]]] = defaultdict(list)
    for _ in range(parsed.groups):
        people = rng.permutation(np.unique(person))
        mine = np.isin(person, people[: parsed.people])
        fused = strangers_to_people(vectors[mine], person[mine], fusion, "l2")
        try:
            table = threshold_table(
                scores_of(vectors[mine], person[mine]), fused=() if parsed.single else fused
            )
        except ProtocolError:  # a group of people with few crops
            continue
        strangers = [each.strangers(person, people[parsed.people :]) for each in every]
        for row in table:
            one, *several = (
                np.searchsorted(s, row.distance, side="right") / len(s) for s in strangers
            )
            figures = (one, one <= row.fmr_high, np.mean(several), max(several))
            held[row.fmr].append(tuple(map(float, figures)))
    print(f"{parsed.people} people of {parsed.split} in each group")
    print("stated FMR  groups  median    mean  within 95 % bound  2 to 8 templates  worst number")
    for stated, found in held.items():
        one, bound, several, worst = np.array(found, float).T
        print(
            f"{stated:10g}  {len(found):6d}  {np.median(one):6.2g}  {one.mean():6.2g}"
            f"  {100 * bound.mean():15.0f} %  {several.mean():16.2g}  {worst.mean():12.2g}"
        )


if __name__ == "__main__":
    main()
