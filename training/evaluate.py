"""Figures of verification from distances: accuracy, EER, TAR at a false-match rate.

A pair is accepted where its distance is at or below the threshold. FMR is the share of impostor
pairs accepted, TAR (1 - FNMR) the share of genuine ones (ISO/IEC 19795-1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from training.data import Float, Ints

Bools = npt.NDArray[np.bool_]
RESAMPLES: Final = 1000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Verification:
    """The figures of one model on one list of pairs, as shares of 1."""

    accuracy: Estimate
    eer: Estimate
    tar_at_1e2: Estimate
    tar_at_1e3: Estimate


def pair_distances(first: Float, second: Float) -> Float:
    """Euclidean distances `(n,)` between rows of unit vectors."""
    return np.asarray(np.linalg.norm(first - second, axis=1), np.float32)


def threshold_at(impostor: Float, fmr: float) -> float:
    """The largest threshold, half-way to the next impostor, that accepts at most `fmr` of them.

    Raises:
        ValueError: there are so few that not even one may be accepted.
    """
    accepted = int(np.floor(fmr * len(impostor) + 1e-9))
    if accepted < 1:
        raise ValueError(f"{len(impostor)} impostor distances cannot show a rate of {fmr:g}")
    ranked = np.partition(impostor, [accepted - 1, min(accepted, len(impostor) - 1)])
    return float(ranked[accepted - 1] + ranked[min(accepted, len(impostor) - 1)]) / 2


def best_threshold(distances: Float, genuine: Bools) -> float:
    """The threshold of most right answers; the middle of the best gap."""
    order = np.argsort(distances)
    ranked, labels = distances[order], genuine[order]
    # Right answers with the first k accepted: genuine among them and impostors after them.
    right = np.concatenate([[0], np.cumsum(np.where(labels, 1, -1))])
    k = int(right.argmax())
    below = ranked[k - 1] if k else ranked[0] - 1e-3
    above = ranked[k] if k < len(ranked) else ranked[-1] + 1e-3
    return float(below + above) / 2


def right_by_folds(distances: Float, genuine: Bools, folds: Ints) -> Bools:
    """Whether each pair is answered rightly at the best threshold of the other folds.

    The protocol of LFW (Huang et al. 2007, section 4, with view 2's ten folds).
    """
    right = np.zeros(len(distances), bool)
    for fold in np.unique(folds):
        held = folds == fold
        threshold = best_threshold(distances[~held], genuine[~held])
        right[held] = (distances[held] <= threshold) == genuine[held]
    return right


def equal_error_rate(distances: Float, genuine: Bools) -> float:
    """The rate at which FMR and FNMR cross, linear between thresholds."""
    order = np.argsort(distances, kind="stable")
    labels = genuine[order]
    # No threshold lies between equal distances (those of binary codes often are).
    ends = np.append(np.flatnonzero(np.diff(distances[order])), len(order) - 1)
    fnmr = 1 - np.concatenate([[0], np.cumsum(labels)[ends]]) / labels.sum()
    fmr = np.concatenate([[0], np.cumsum(~labels)[ends]]) / (~labels).sum()
    k = int(np.argmax(fmr >= fnmr))
    before, after = fnmr[k - 1] - fmr[k - 1], fmr[k] - fnmr[k]
    share = before / (before + after)
    return float(fmr[k - 1] + share * (fmr[k] - fmr[k - 1]))


def tar_at(distances: Float, genuine: Bools, fmr: float) -> float:
    """Share of genuine pairs accepted at the threshold of that false-match rate."""
    return float(np.mean(distances[genuine] <= threshold_at(distances[~genuine], fmr)))


def verification(
    distances: Float, genuine: Bools, folds: Ints, cluster: Ints, *, seed: int = 0
) -> Verification:
    """All figures, with intervals from resampling clusters of pairs.

    Pairs that share a person are not independent, so whole `cluster`s (say, the first crop's
    family) are drawn with replacement (Davison and Hinkley 1997, section 3.8).
    """
    right = right_by_folds(distances, genuine, folds)
    members = [np.flatnonzero(cluster == c) for c in np.unique(cluster)]
    rng = np.random.default_rng(seed)
    draws = [
        np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))])
        for _ in range(RESAMPLES)
    ]

    def estimate(figure: Callable[[Ints], float]) -> Estimate:
        low, high = np.quantile([figure(draw) for draw in draws], [0.025, 0.975])
        return Estimate(figure(np.arange(len(distances))), float(low), float(high))

    return Verification(
        accuracy=estimate(lambda rows: float(right[rows].mean())),
        eer=estimate(lambda rows: equal_error_rate(distances[rows], genuine[rows])),
        tar_at_1e2=estimate(lambda rows: tar_at(distances[rows], genuine[rows], 1e-2)),
        tar_at_1e3=estimate(lambda rows: tar_at(distances[rows], genuine[rows], 1e-3)),
    )
