"""From distances between strangers to the threshold table of the model card."""

from __future__ import annotations

from typing import Final

import numpy as np

from siamapp.evaluation.rates import threshold_at
from siamapp.vision.card import Threshold
from training.data import Float, Ints

RATES: Final = (1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 1e-6)
FEWEST_ERRORS: Final = 10
"""A rate is stated only where at least so many false matches show it."""
RESAMPLES: Final = 1000


def threshold_table(
    vectors: Float, person: Ints, same: frozenset[tuple[int, int]] = frozenset(), *, seed: int = 0
) -> tuple[Threshold, ...]:
    """Distances at which strangers pass at each of `RATES`, as far as the comparisons reach.

    Every crop is compared with every other: across people for the false matches, within people for
    `fnmr`. Pairs of people in `same` (suspected to be one) are left out. The interval comes from
    resampling people, not comparisons, since one person's comparisons go together
    (Bolle et al. 2004, "The subsets bootstrap").

    Args:
        vectors: `(n, d)` unit vectors.
        person: `(n,)` who is on each.
        same: pairs of `person` values.
        seed: of the resampling.
    """
    people, index = np.unique(person, return_inverse=True)
    first, second = np.triu_indices(len(vectors), 1)
    distances = np.sqrt(np.maximum(2 - 2 * (vectors @ vectors.T)[first, second], 0))
    a, b = index[first], index[second]
    genuine = distances[a == b]
    left_out = {tuple(np.searchsorted(people, pair)) for pair in same}
    compared = np.ones((len(people), len(people)), bool)
    for i, j in left_out:
        compared[i, j] = compared[j, i] = False
    strangers = (a != b) & compared[a, b]
    impostor, a, b = distances[strangers], a[strangers], b[strangers]

    def by_people(mask: np.ndarray | None = None) -> np.ndarray:
        rows = slice(None) if mask is None else mask
        cells = np.bincount(a[rows] * len(people) + b[rows], minlength=len(people) ** 2)
        return cells.reshape(len(people), len(people)).astype(np.float64)

    rng = np.random.default_rng(seed)
    draws = rng.multinomial(len(people), np.full(len(people), 1 / len(people)), RESAMPLES)
    weights = draws.astype(np.float64)
    totals = np.einsum("ri,ri->r", weights @ by_people(), weights)
    # Of very few people a draw may be one person many times, who is no stranger to anybody.
    weights, totals = weights[totals > 0], totals[totals > 0]
    table = []
    for rate in RATES:
        if rate * len(impostor) < FEWEST_ERRORS:
            break
        distance = threshold_at(impostor, rate)
        errors = np.einsum("ri,ri->r", weights @ by_people(impostor <= distance), weights)
        low, high = np.quantile(errors / totals, [0.025, 0.975])
        table.append(
            Threshold(
                fmr=rate,
                distance=round(distance, 5),
                impostor_comparisons=len(impostor),
                fmr_low=float(f"{low:.3g}"),
                fmr_high=float(f"{high:.3g}"),
                fnmr=round(float(np.mean(genuine > distance)), 5),
            )
        )
    return tuple(table)
