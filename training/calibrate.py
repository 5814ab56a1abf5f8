"""From vectors of calibration people to the threshold table of the model card."""

from __future__ import annotations

from typing import Final

import numpy as np

from siamapp.evaluation import tail
from siamapp.evaluation.rates import Scores
from siamapp.identity.match import paired_distances
from siamapp.vision.card import Threshold
from training.data import Float, Ints

_AT_ONCE: Final = 100_000
"""Pairs whose vectors are in memory at a time."""


def threshold_table(
    vectors: Float,
    person: Ints,
    same: frozenset[tuple[int, int]] = frozenset(),
    *,
    metric: str = "l2",
    seed: int = 0,
) -> tuple[Threshold, ...]:
    """`siamapp.evaluation.tail.threshold_table` of every crop compared with every other.

    Args:
        vectors: `(n, d)` unit vectors.
        person: `(n,)` who is on each.
        same: pairs of `person` values suspected to be one; their comparisons are left out.
        metric: the card's.
        seed: of the resampling.
    """
    first, second = np.triu_indices(len(vectors), 1)
    a, b = person[first], person[second]
    kept = np.ones(len(a), bool)
    for pair in same:
        kept &= ~(np.isin(a, pair) & np.isin(b, pair) & (a != b))
    first, second, a, b = first[kept], second[kept], a[kept], b[kept]
    distances = np.concatenate(
        [
            paired_distances(vectors[some], vectors[others], metric)
            for some, others in zip(
                *(np.array_split(rows, 1 + len(rows) // _AT_ONCE) for rows in (first, second)),
                strict=True,
            )
        ]
    )
    return tail.threshold_table(Scores(distances, a == b, a, b), seed=seed)
