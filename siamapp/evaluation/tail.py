"""A threshold table from comparisons of strangers, down to rates that few comparisons have shown.

The nearest strangers are an extreme of the distances: their tail is a generalised Pareto
distribution (Pickands 1975), which carries a measured rate somewhat further down (ISO/IEC 5152).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from siamapp.errors import ProtocolError
from siamapp.evaluation.rates import RESAMPLES, Bools, Doubles, Ints, Scores, limit_of, threshold_at
from siamapp.types import FloatArray
from siamapp.vision.card import Threshold

RATES: Final = (1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6)
FEWEST_PEOPLE: Final = 10
FEWEST_COMPARISONS: Final = 1000
TAIL_SHARE: Final = 0.01
_FEWEST_EXCEEDANCES: Final = 100
_MOST_SHARE: Final = 0.1
_DECIMALS: Final = 7
"""Of a distance. "exp_l1" of unit vectors lies near 1: with five it refused three in a hundred more
of one person's pairs than "l1", which ranks them alike.
"""


@dataclass(frozen=True, slots=True)
class Pareto:
    """The tail: of `share` of strangers, who are nearer than `start`, 1 - F is generalised Pareto.

    The shape is never below 0. A negative one says that no stranger is ever nearer than some
    distance; kin and look-alikes are, and so few people cannot show the contrary.
    """

    start: float
    share: float
    shape: float
    scale: float

    def rate(self, distance: float) -> float:
        """FMR at a distance below `start` (Hosking and Wallis 1987, eq. 1)."""
        excess = max(self.start - distance, 0.0) / self.scale
        if self.shape < 1e-9:
            return float(self.share * np.exp(-excess))
        return float(self.share * (1 + self.shape * excess) ** (-1 / self.shape))

    def distance(self, rate: float) -> float:
        """The distance of a rate below `share`."""
        ratio = self.share / rate
        excess = np.log(ratio) if self.shape < 1e-9 else (ratio**self.shape - 1) / self.shape
        return float(self.start - self.scale * excess)


def fit_pareto(nearest: Doubles, share: float, weights: Doubles | None = None) -> Pareto:
    """By probability-weighted moments (Hosking and Wallis 1987, section 3.3).

    Args:
        nearest: `(k,)` rising distances; the last is where the tail starts.
        share: of all comparisons that the tail is.
        weights: `(k,)` how often each counts.
    """
    start = float(nearest[-1])
    excess = (start - nearest[:-1])[::-1]
    mass = np.ones(len(excess)) if weights is None else weights[:-1][::-1]
    total = mass.sum()
    beyond = 1 - (np.cumsum(mass) - 0.5 * mass) / total
    mean = float((mass * excess).sum() / total)
    first = float((mass * excess * beyond).sum() / total)
    shape = 2 - mean / (mean - 2 * first) if mean > 2 * first else 0.0
    shape = min(max(shape, 0.0), 0.9)
    # With the shape held, the mean alone gives the scale.
    return Pareto(start, share, shape, max(mean * (1 - shape), 1e-9))


def threshold_table(
    scores: Scores, *, seed: int = 0, fused: Sequence[FloatArray] = ()
) -> tuple[Threshold, ...]:
    """Distances for each of `RATES` down to one in all comparisons, loosest first.

    A row's distance is the strictest of: what was observed, the Pareto tail, and both again with
    any one person left out; and of what was observed of each of `fused`, strangers' distances
    `(n,)` to people with several templates, who are nearer than one picture is: by how much, in
    looser rows, counts in stricter ones too, where too few of them are left. Its interval comes
    from drawing people, not comparisons, with replacement (Bolle et al. 2004, "The subsets
    bootstrap"), before `fused` made it stricter; its `held_out_fmr` is the share of each left-out
    person's comparisons that the table of the others lets pass.

    Raises:
        ProtocolError: too few people or comparisons, or no genuine ones.
    """
    strange = ~scores.genuine
    people = np.unique(np.concatenate([scores.first, scores.second]))
    compared = int(strange.sum())
    if len(people) < FEWEST_PEOPLE or compared < FEWEST_COMPARISONS or compared == len(strange):
        raise ProtocolError(
            f"{len(people)} people with {compared:,} comparisons of strangers are too few "
            "to calibrate with.",
            f"Give {FEWEST_PEOPLE} people or more, with two pictures each or more, "
            f"and {FEWEST_COMPARISONS:,} comparisons.",
        )
    tail = _Tail(scores, people)
    genuine = scores.distances[scores.genuine]
    whole = tail.estimate(None)
    alone = [tail.estimate(person) for person in range(len(people))]
    table, nearer = [], 0.0
    for i, rate in enumerate(tail.rates):
        distance = _rounded_down(min(whole[i], *(left[i] for left in alone)))
        low, high = tail.interval(distance, seed=seed)
        shown = [threshold_at(some, rate) for some in fused if rate * len(some) >= 1]
        nearer = max(nearer, *(distance - at for at in shown), 0.0)
        distance = _rounded_down(distance - nearer) if nearer else distance
        shares = [tail.observed(distance), *(float(np.mean(some <= distance)) for some in fused)]
        table.append(
            Threshold(
                fmr=rate,
                distance=distance,
                impostor_comparisons=compared,
                fmr_low=float(f"{min(low, rate):.3g}"),
                fmr_high=float(f"{max(high, rate):.3g}"),
                fnmr=round(float(np.mean(genuine > distance)), 5),
                observed_fmr=float(f"{max(shares):.3g}"),
                held_out_fmr=float(f"{tail.held_out([left[i] for left in alone]):.3g}"),
            )
        )
    return tuple(table)


class _Tail:
    """The nearest strangers: all that small rates depend on."""

    def __init__(self, scores: Scores, people: Ints) -> None:
        strange = ~scores.genuine
        distances = scores.distances[strange].astype(np.float64)
        first = np.searchsorted(people, scores.first[strange])
        second = np.searchsorted(people, scores.second[strange])
        self.compared, self.people = len(distances), len(people)
        self.rates = [r for r in RATES if r * self.compared >= 1 - 1e-9]
        kept = np.argsort(distances, kind="stable")[: int(_MOST_SHARE * self.compared) + 2]
        self.distances = distances[kept]
        self.first, self.second = first[kept], second[kept]
        self.involved = np.bincount(np.concatenate([first, second]), minlength=self.people)
        cells = np.bincount(first * self.people + second, minlength=self.people**2)
        self.cells = cells.reshape(self.people, self.people).astype(np.float64)
        self._draws: tuple[list[Doubles], Doubles] | None = None

    def estimate(self, left_out: int | None) -> list[float]:
        """The distance of each rate, with one person left out."""
        distances, compared = self.distances, self.compared
        if left_out is not None:
            distances = distances[~self._with(left_out)]
            compared -= int(self.involved[left_out])
        count = _exceedances(compared, len(distances))
        pareto = fit_pareto(distances[: count + 1], count / compared)
        found = []
        for rate in self.rates:
            accepted = int(np.floor(rate * compared + 1e-9))
            observed = limit_of(distances, accepted)
            fitted = pareto.distance(rate) if rate < pareto.share else np.inf
            found.append(float(min(observed, fitted)))
        return found

    def observed(self, distance: float) -> float:
        """Share of strangers at or within a distance."""
        return float(np.searchsorted(self.distances, distance, side="right") / self.compared)

    def held_out(self, distances: list[float]) -> float:
        """Share of each person's comparisons within the distance that the others gave."""
        passed = sum(
            int((self.distances[self._with(person)] <= distance).sum())
            for person, distance in enumerate(distances)
        )
        return passed / int(self.involved.sum())

    def interval(self, distance: float, *, seed: int) -> tuple[float, float]:
        """95 % interval of the rate at a distance: of what is observed or fitted, the larger."""
        within = int(np.searchsorted(self.distances, distance, side="right"))
        count = _exceedances(self.compared, len(self.distances))
        drawn = []
        draws, totals = self._resamples(seed)
        for times, total in zip(draws, totals, strict=True):
            mass = times[self.first] * times[self.second]
            rate = float(mass[:within].sum() / total)
            if within < count and (inside := mass[:count]).sum() > 0:
                share = float(inside.sum() / total)
                pareto = fit_pareto(self.distances[: count + 1], share, mass[: count + 1])
                rate = max(rate, pareto.rate(distance))
            drawn.append(rate)
        low, high = np.quantile(drawn, [0.025, 0.975])
        return float(low), float(high)

    def _resamples(self, seed: int) -> tuple[list[Doubles], Doubles]:
        if self._draws is None:
            rng = np.random.default_rng(seed)
            share = np.full(self.people, 1 / self.people)
            times = rng.multinomial(self.people, share, RESAMPLES).astype(np.float64)
            totals = np.einsum("ri,ri->r", times @ self.cells, times)
            # Of very few people a draw may be one person many times, a stranger to nobody.
            self._draws = list(times[totals > 0]), totals[totals > 0]
        return self._draws

    def _with(self, person: int) -> Bools:
        return np.asarray((self.first == person) | (self.second == person), np.bool_)


def _rounded_down(distance: float) -> float:
    return round(distance - 0.5 * 10**-_DECIMALS, _DECIMALS)


def _exceedances(compared: int, kept: int) -> int:
    """How many of the nearest the tail is fitted to."""
    wanted = max(int(TAIL_SHARE * compared), _FEWEST_EXCEEDANCES)
    return min(wanted, int(_MOST_SHARE * compared), kept - 1)
