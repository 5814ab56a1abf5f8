"""Whether a stranger's look at a whole gallery passes as seldom as the app says.

`python benchmarks/looks.py --model assets/models/siamface-v1 --data DIR --peers DIR` enrols groups
of people with up to 8 pictures each, lets everybody else of the split look at them, and counts
whom the app would find near enough, at the distance that it uses for a gallery of that size. The
runner-up and the agreement of frames, which refuse more, are left out.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from siamapp.enroll import WANTED  # noqa: E402 - after the path
from siamapp.identity.calibrate import evidence_for  # noqa: E402
from siamapp.identity.match import distances, person_distances  # noqa: E402
from siamapp.vision.embed import Embedder  # noqa: E402
from siamapp.vision.model import Model  # noqa: E402
from training.config import load_config  # noqa: E402
from training.data import central, rows_of  # noqa: E402
from training.verbs import embed, prepare  # noqa: E402

RATES = (0.1, 0.01, 0.001)
LOOKS = 500
"""By strangers at each group."""


def main() -> None:
    """Print a line per size of the gallery: the share of looks that pass at each stated rate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--peers", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=Path("build/training"))
    parser.add_argument("--split", choices=("calibration", "test"), default="test")
    parsed = parser.parse_args()
    crops, _, splits = prepare(parsed, load_config(Path("configs/embedder.toml")))
    rows = rows_of(crops, splits[parsed.split])
    embedder = Embedder(Model.load(parsed.model, provider="cpu"))
    card = embedder.model.card
    vectors, person = embed(embedder, central(crops.rgb[rows])), crops.person[rows]
    rng = np.random.default_rng(0)
    print("enrolled   looks  " + "  ".join(f"passed at {rate:g}" for rate in RATES))
    for enrolled in (1, 10, 50, 200):
        limits = [evidence_for(card, rate, people=enrolled).distance for rate in RATES]
        passed, looks = np.zeros(len(RATES)), 0
        for _ in range(max(20, 400 // enrolled)):
            people = rng.permutation(np.unique(person))[:enrolled]
            kept = [rng.permutation(np.flatnonzero(person == who))[:WANTED] for who in people]
            starts = np.cumsum([0, *map(len, kept)])[:-1]
            templates = vectors[np.concatenate(kept)]
            for row in rng.permutation(np.flatnonzero(~np.isin(person, people)))[:LOOKS]:
                apart = distances(vectors[row], templates, "l2")
                passed += person_distances(apart, starts, card.fusion).min() <= limits
                looks += 1
        shares = "  ".join(
            f"{share:{len(f'passed at {r:g}')}.2g}"
            for share, r in zip(passed / looks, RATES, strict=True)
        )
        print(f"{enrolled:8d}  {looks:6d}  {shares}", flush=True)


if __name__ == "__main__":
    main()
