"""Figures of verification from distances: accuracy, EER, FMR, FNMR, TAR, with their intervals.

A pair is accepted where its distance is at or below the threshold. FMR is the share of impostor
pairs accepted, FNMR the share of genuine ones refused, TAR is 1 - FNMR (ISO/IEC 19795-1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from siamapp.types import FloatArray

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]
RESAMPLES: Final = 1000
RATES: Final = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
RULE_OF_THREE: Final = 3.0
"""No error in n trials leaves rates up to 3/n possible at 95 % (ISO/IEC 19795-1, B.1.1)."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Compared pairs; all arrays `(n,)`."""

    distances: FloatArray
    genuine: Bools
    first: Ints
    """Who is on the first picture: people, or families where kin must be drawn together."""
    second: Ints
    folds: Ints | None = None
    """For the accuracy, which takes a fold's threshold from others: without two none is stated."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a model does on some pairs, as shares of 1."""

    genuine: int
    impostors: int
    accuracy: Estimate | None
    eer: Estimate
    tar: dict[float, Estimate]
    """By FMR, only for rates that so many impostor pairs can show."""


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Rates at every distinct distance used as the threshold, rising; all `(k,)`."""

    thresholds: Doubles
    fmr: Doubles
    fnmr: Doubles


def supported(rate: float, impostors: int) -> bool:
    """Whether that many impostor comparisons can say anything of the rate (rule of three)."""
    return impostors * rate >= RULE_OF_THREE * (1 - 1e-9)


def curve(distances: FloatArray, genuine: Bools, weights: Doubles | None = None) -> Curve:
    """FMR and FNMR by threshold; `weights` `(n,)` count a pair several times or not at all.

    Raises:
        ValueError: there is no genuine or no impostor pair.
    """
    order = np.argsort(distances, kind="stable")
    ranked, labels = distances[order], genuine[order]
    mass = np.ones(len(order)) if weights is None else weights[order]
    # No threshold lies between equal distances (those of binary codes often are).
    ends = np.append(np.flatnonzero(np.diff(ranked)), len(order) - 1)
    accepted, passed = np.cumsum(mass * labels), np.cumsum(mass * ~labels)
    if not len(order) or accepted[-1] <= 0 or passed[-1] <= 0:
        raise ValueError("rates need at least one genuine and one impostor pair")
    return Curve(
        ranked[ends].astype(np.float64),
        passed[ends] / passed[-1],
        1 - accepted[ends] / accepted[-1],
    )


def threshold_at(impostor: FloatArray, fmr: float) -> float:
    """The largest threshold, half-way to the next impostor, that accepts at most `fmr` of them.

    Raises:
        ValueError: there are so few that not even one may be accepted.
    """
    accepted = int(np.floor(fmr * len(impostor) + 1e-9))
    if accepted < 1:
        raise ValueError(f"{len(impostor)} impostor distances cannot show a rate of {fmr:g}")
    some = min(accepted, len(impostor) - 1)
    return limit_of(np.sort(np.partition(impostor, some)[: some + 1]).astype(np.float64), accepted)


def limit_of(nearest: Doubles, accepted: int) -> float:
    """The largest threshold, half-way to the next, that lets at most `accepted` pass.

    Equal distances pass together or not at all. `nearest` are all the distances, rising, or so
    many of them that the next is among them.
    """
    if accepted >= len(nearest):
        return float(nearest[-1])
    following = nearest[accepted]
    passed = min(accepted, int(np.searchsorted(nearest, following)))
    if not passed:
        return float(np.nextafter(following, -np.inf))
    return float(nearest[passed - 1] + following) / 2


def best_threshold(distances: FloatArray, genuine: Bools) -> float:
    """The threshold of most right answers; the middle of the best gap."""
    order = np.argsort(distances)
    ranked, labels = distances[order], genuine[order]
    # Right answers with the first k accepted: genuine among them and impostors after them.
    right = np.concatenate([[0], np.cumsum(np.where(labels, 1, -1))])
    k = int(right.argmax())
    below = ranked[k - 1] if k else ranked[0] - 1e-3
    above = ranked[k] if k < len(ranked) else ranked[-1] + 1e-3
    return float(below + above) / 2


def right_by_folds(distances: FloatArray, genuine: Bools, folds: Ints) -> Bools:
    """Whether each pair is answered rightly at the best threshold of the other folds.

    The protocol of LFW (Huang et al. 2007, section 4, with view 2's ten folds).
    """
    right = np.zeros(len(distances), bool)
    for fold in np.unique(folds):
        held = folds == fold
        threshold = best_threshold(distances[~held], genuine[~held])
        right[held] = (distances[held] <= threshold) == genuine[held]
    return right


def equal_error_rate(
    distances: FloatArray, genuine: Bools, weights: Doubles | None = None
) -> float:
    """The rate at which FMR and FNMR cross, linear between thresholds."""
    return _crossing(curve(distances, genuine, weights))


def summarise(scores: Scores, *, rates: tuple[float, ...] = RATES, seed: int = 0) -> Summary:
    """All figures, each interval from drawing people, not pairs, with replacement.

    Pairs that share a person are not independent: a genuine pair counts as often as its person was
    drawn, an impostor pair as often as both were (Bolle et al. 2004, "The subsets bootstrap"). A
    figure without an error has the rule of three's bound over its people (ISO/IEC 19795-1, B.1.1).

    Raises:
        ValueError: there is no genuine or no impostor pair.
    """
    genuine = scores.genuine
    impostors = int((~genuine).sum())
    stated = tuple(rate for rate in rates if supported(rate, impostors))
    whole, drawn = _resampled(scores, stated, seed)
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0) if len(drawn) else (whole, whole)
    # Where no error was seen every draw agrees, which proves nothing: the rule of three bounds it,
    # over people, since the pairs of one person go together.
    unseen = min(1.0, RULE_OF_THREE / len(np.unique(scores.first[genuine])))
    best = np.array([1.0, 0.0, *(1.0 for _ in stated)])
    flawless = whole == best
    low = np.where(flawless & (best == 1), np.minimum(low, 1 - unseen), low)
    high = np.where(flawless & (best == 0), np.maximum(high, unseen), high)
    accuracy, eer, *tars = (
        Estimate(float(v), float(a), float(b)) for v, a, b in zip(whole, low, high, strict=True)
    )
    return Summary(
        genuine=int(genuine.sum()),
        impostors=impostors,
        accuracy=None if _folds(scores) is None else accuracy,
        eer=eer,
        tar=dict(zip(stated, tars, strict=True)),
    )


def eer_gained(scores: Scores, other: Scores, *, seed: int = 0) -> Estimate:
    """By how much the first's EER is below the other's, both over the same pairs.

    The same people are drawn for both: whoever is hard is hard for either, so the difference is
    known much better than the two rates.

    Raises:
        ValueError: these are not scores of the same pairs.
    """
    for part in ("genuine", "first", "second"):
        if not np.array_equal(getattr(scores, part), getattr(other, part)):
            raise ValueError("only scores of the same pairs can be compared")
    (whole, drawn), (whole_other, drawn_other) = (
        _resampled(each, (), seed) for each in (scores, other)
    )
    low, high = np.quantile((drawn_other - drawn)[:, 1], [0.025, 0.975])
    return Estimate(float(whole_other[1] - whole[1]), float(low), float(high))


def _folds(scores: Scores) -> Ints | None:
    folds = scores.folds
    return folds if folds is not None and len(np.unique(folds)) > 1 else None


def _resampled(scores: Scores, rates: tuple[float, ...], seed: int) -> tuple[Doubles, Doubles]:
    """`_figures` of all pairs `(n,)`, and of each draw of people `(draws, n)`."""
    distances, genuine = scores.distances, scores.genuine
    folds = _folds(scores)
    right = None if folds is None else right_by_folds(distances, genuine, folds)
    whole = _figures(distances, genuine, np.ones(len(distances)), right, rates)
    people, index = np.unique(np.concatenate([scores.first, scores.second]), return_inverse=True)
    first, second = index[: len(distances)], index[len(distances) :]
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(RESAMPLES):
        times = rng.multinomial(len(people), np.full(len(people), 1 / len(people)))
        weights = np.where(first == second, times[first], times[first] * times[second])
        # Of very few people a draw may hold nobody twice, or one person only.
        if weights[genuine].any() and weights[~genuine].any():
            drawn.append(_figures(distances, genuine, weights.astype(float), right, rates))
    return np.array(whole), np.array(drawn).reshape(len(drawn), len(whole))


def _figures(
    distances: FloatArray,
    genuine: Bools,
    weights: Doubles,
    right: Bools | None,
    rates: tuple[float, ...],
) -> list[float]:
    """Accuracy (0 without folds), EER, and the TAR of each rate."""
    rated = curve(distances, genuine, weights)
    accuracy = 0.0 if right is None else float(np.average(right, weights=weights))
    tars = []
    for rate in rates:
        within = np.searchsorted(rated.fmr, rate + 1e-12, side="right") - 1
        tars.append(float(1 - rated.fnmr[within]) if within >= 0 else 0.0)
    return [accuracy, _crossing(rated), *tars]


def _crossing(rated: Curve) -> float:
    fmr = np.concatenate([[0.0], rated.fmr])
    fnmr = np.concatenate([[1.0], rated.fnmr])
    k = int(np.argmax(fmr >= fnmr))
    before, after = fnmr[k - 1] - fmr[k - 1], fmr[k] - fnmr[k]
    share = before / (before + after)
    return float(fmr[k - 1] + share * (fmr[k] - fmr[k - 1]))
