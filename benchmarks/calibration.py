"""How far a calibration with few people may be believed, on people who were not in it.

`python benchmarks/calibration.py --model assets/models/siamface-v1 --data DIR --peers DIR` draws
groups of calibration people, makes each group's threshold table as `siamapp calibrate` does, and
counts how many strangers among all the other people pass at each of its distances.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from siamapp.errors import ProtocolError  # noqa: E402 - after the path
from siamapp.evaluation.rates import Scores  # noqa: E402
from siamapp.evaluation.tail import threshold_table  # noqa: E402
from siamapp.identity.match import paired_distances  # noqa: E402
from siamapp.vision.embed import Embedder  # noqa: E402
from siamapp.vision.model import Model  # noqa: E402
from training.config import load_config  # noqa: E402
from training.data import central, rows_of  # noqa: E402
from training.verbs import embed, prepare  # noqa: E402


def scores_of(vectors: np.ndarray, person: np.ndarray) -> Scores:
    """Every crop against every other."""
    first, second = np.triu_indices(len(vectors), 1)
    distances = paired_distances(vectors[first], vectors[second], "l2")
    return Scores(distances, person[first] == person[second], person[first], person[second])


def main() -> None:
    """Print a line per stated rate: the rate on others, and how often the bound held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--peers", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=Path("build/training"))
    parser.add_argument("--people", type=int, default=30, help="in each group")
    parser.add_argument("--groups", type=int, default=100)
    parsed = parser.parse_args()
    crops, _, splits = prepare(parsed, load_config(Path("configs/embedder.toml")))
    rows = rows_of(crops, splits["calibration"])
    vectors = embed(Embedder(Model.load(parsed.model, provider="cpu")), central(crops.rgb[rows]))
    person, rng = crops.person[rows], np.random.default_rng(0)
    held: dict[float, list[tuple[float, bool, bool]]] = defaultdict(list)
    for _ in range(parsed.groups):
        mine = np.isin(person, rng.permutation(np.unique(person))[: parsed.people])
        try:
            table = threshold_table(scores_of(vectors[mine], person[mine]))
        except ProtocolError:  # a group of people with few crops
            continue
        rest = scores_of(vectors[~mine], person[~mine])
        strangers = np.sort(rest.distances[~rest.genuine])
        for row in table:
            rate = np.searchsorted(strangers, row.distance, side="right") / len(strangers)
            held[row.fmr].append((rate, rate <= row.fmr_high, rate <= 2 * row.fmr))
    print(f"{parsed.people} people in each group")
    print("stated FMR  groups  median  mean on others  within 95 % bound  within twice the rate")
    for stated, found in held.items():
        rates, bound, twice = np.array(found, float).T
        print(
            f"{stated:10g}  {len(found):6d}  {np.median(rates):.2g}  {rates.mean():14.2g}"
            f"  {100 * bound.mean():15.0f} %  {100 * twice.mean():15.0f} %"
        )


if __name__ == "__main__":
    main()
