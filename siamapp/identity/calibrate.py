"""From a false-match rate to the distance that keeps it, by the evidence on the embedder's card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from siamapp.errors import ModelIncompatible, SettingsError


class Row(Protocol):
    """One line of a threshold table (`siamapp.vision.card.Threshold`)."""

    @property
    def fmr(self) -> float: ...
    @property
    def distance(self) -> float: ...


R = TypeVar("R", bound=Row)
R_co = TypeVar("R_co", bound=Row, covariant=True)


class Calibrated(Protocol[R_co]):
    """What a card says that matters here (`siamapp.vision.card.ModelCard`)."""

    @property
    def name(self) -> str: ...
    @property
    def thresholds(self) -> Sequence[R_co]: ...


def supported_fmrs(card: Calibrated[Row]) -> tuple[float, ...]:
    """Rates the card has evidence for, loosest first."""
    return tuple(sorted((row.fmr for row in card.thresholds), reverse=True))


def threshold_for(card: Calibrated[R], target_fmr: float) -> R:
    """The loosest row of the card whose rate is not above the target: never less strict than asked.

    Raises:
        ModelIncompatible: the card has no thresholds at all.
        SettingsError: the card's evidence does not reach down to the target.
    """
    if not card.thresholds:
        raise ModelIncompatible(
            f"The card of {card.name} has no thresholds.", "Calibrate the model, or choose another."
        )
    # A rate typed as 0.001 must find the row 0.001 whatever the last bit says.
    kept = [row for row in card.thresholds if row.fmr <= target_fmr * (1 + 1e-9)]
    if not kept:
        smallest = min(supported_fmrs(card))
        raise SettingsError(
            f"{card.name} was not measured at a false-match rate as small as {target_fmr:g}.",
            f"The smallest it supports is {smallest:g}: "
            f"`siamapp settings set target_fmr {smallest:g}`.",
        )
    return max(kept, key=lambda row: row.fmr)
