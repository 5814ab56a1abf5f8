"""From a false-match rate to the distance that keeps it, by the evidence on the embedder's card."""

from __future__ import annotations

from siamapp.errors import ModelIncompatible, SettingsError
from siamapp.vision.card import ModelCard, Threshold


def supported_fmrs(card: ModelCard) -> tuple[float, ...]:
    """Rates the card has evidence for, loosest first."""
    return tuple(sorted((row.fmr for row in card.thresholds), reverse=True))


def threshold_for(card: ModelCard, target_fmr: float) -> Threshold:
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
        smallest = min(card.thresholds, key=lambda row: row.fmr)
        raise SettingsError(
            f"{card.name} was not measured at a false-match rate as small as {target_fmr:g}.",
            f"The smallest it supports is {smallest.fmr:g}: "
            f"`siamapp settings set target_fmr {smallest.fmr:g}`.",
        )
    return max(kept, key=lambda row: row.fmr)
