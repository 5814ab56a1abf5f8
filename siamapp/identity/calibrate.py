"""From a false-match rate to the distance that keeps it, with the evidence behind it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from siamapp.errors import ModelIncompatible, SettingsError


class Row(Protocol):
    """One line of a threshold table (`siamapp.vision.card.Threshold`)."""

    @property
    def fmr(self) -> float: ...
    @property
    def distance(self) -> float: ...
    @property
    def impostor_comparisons(self) -> int: ...
    @property
    def fmr_high(self) -> float: ...


class Calibrated(Protocol):
    """What has a threshold table: a card, or a calibration made on one's own people."""

    @property
    def name(self) -> str: ...
    @property
    def thresholds(self) -> Sequence[Row]: ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """A threshold, and why it may be believed. Rates are per look of a stranger."""

    target_fmr: float
    """What was asked for."""
    fmr: float
    """What `distance` stands for: the target, or more where the comparisons show no less."""
    fmr_high: float
    """Upper end of the 95 % interval of `fmr`."""
    distance: float
    people: int
    """How many people a look is compared with: 1 for a verification."""
    comparisons: int
    """Impostor comparisons that the rate was measured on."""

    @property
    def falls_short(self) -> bool:
        """Whether so many people are enrolled that the target cannot be shown to be kept."""
        return self.fmr > self.target_fmr * (1 + 1e-9)


def supported_fmrs(calibrated: Calibrated) -> tuple[float, ...]:
    """Rates there is evidence for, loosest first."""
    return tuple(sorted((row.fmr for row in calibrated.thresholds), reverse=True))


def evidence_for(calibrated: Calibrated, target_fmr: float, *, people: int = 1) -> Evidence:
    """The distance at which a stranger's look passes at no more than the target rate.

    A look at a gallery of N people is N comparisons, so each of them is held to the rate f with
    1 - (1 - f)^N = target, comparisons taken as independent. Where the table does not reach down
    to f, its strictest row counts and `falls_short` says so.

    Raises:
        ModelIncompatible: there are no thresholds at all.
        SettingsError: not even one comparison can be shown to keep the target.
    """
    if not calibrated.thresholds:
        raise ModelIncompatible(
            f"{calibrated.name} has no thresholds.", "Calibrate it (`siamapp calibrate`)."
        )
    rows = sorted(calibrated.thresholds, key=lambda row: row.fmr)
    strictest = rows[0]
    # A rate typed as 0.001 must find the row 0.001 whatever the last bit says.
    if target_fmr * (1 + 1e-9) < strictest.fmr:
        raise SettingsError(
            f"{calibrated.name} was not measured at a false-match rate as small as "
            f"{target_fmr:g}: {strictest.impostor_comparisons:,} comparisons do not show it.",
            f"The nearest it supports is {strictest.fmr:g}: "
            f"`siamapp settings set target_fmr {strictest.fmr:g}`.",
        )
    people = max(people, 1)
    each = max(-math.expm1(math.log1p(-target_fmr) / people), strictest.fmr)
    each = min(each, rows[-1].fmr)
    distance, high, comparisons = _between(rows, each)
    return Evidence(
        target_fmr=target_fmr,
        fmr=each if people == 1 else _per_look(each, people),
        fmr_high=_per_look(high, people),
        distance=distance,
        people=people,
        comparisons=comparisons,
    )


def _per_look(rate: float, people: int) -> float:
    return -math.expm1(people * math.log1p(-min(rate, 1 - 1e-12)))


def _between(rows: Sequence[Row], rate: float) -> tuple[float, float, int]:
    """Distance, upper bound of the rate and comparisons at a rate that need not be in the table.

    ln FMR is concave in the distance (the slope flattens towards the bulk of the impostors), so
    the line between two rows lies below it and would be too lenient; the line through the two
    stricter rows, drawn on, lies above it. The stricter of both distances is taken; below the
    second row there is no such line, and the strictest row's own distance counts.
    """
    above = next(i for i, row in enumerate(rows) if rate <= row.fmr * (1 + 1e-9))
    if above == 0 or math.isclose(rate, rows[above].fmr, rel_tol=1e-9):
        row = rows[above]
        return row.distance, row.fmr_high, row.impostor_comparisons
    below, upper = rows[above - 1], rows[above]
    step = math.log(rate / below.fmr)
    distance = below.distance
    if above > 1:
        slopes = (_slope(rows[above - 2], below), _slope(below, upper))
        distance += step * min(slopes)
    width = max(row.fmr_high / row.fmr for row in (below, upper))
    comparisons = min(row.impostor_comparisons for row in (below, upper))
    return distance, rate * width, comparisons


def _slope(stricter: Row, looser: Row) -> float:
    """Distance gained per unit of ln FMR."""
    return (looser.distance - stricter.distance) / math.log(looser.fmr / stricter.fmr)
