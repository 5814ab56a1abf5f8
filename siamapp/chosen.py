"""The models that the settings name: where they lie, and what their thresholds rest on."""

from __future__ import annotations

from pathlib import Path

from siamapp.identity.calibrate import Evidence, evidence_for
from siamapp.identity.own_calibration import load_calibration
from siamapp.paths import Paths, assets_dir
from siamapp.settings import Settings
from siamapp.vision.card import ModelCard, load_card
from siamapp.vision.model import find_model


def model_folders(paths: Paths) -> tuple[Path, ...]:
    """Where models are looked for: what the user added hides nothing that came with the app."""
    return assets_dir() / "models", paths.models_dir


def embedder_card(paths: Paths, settings: Settings) -> ModelCard:
    """The card of the embedder in use, without starting it.

    Raises:
        ModelError: there is none, or it cannot be read.
    """
    return load_card(find_model(settings.embedder, model_folders(paths)))


def evidence_in_use(paths: Paths, settings: Settings) -> Evidence:
    """What speaks for the target rate with the embedder in use, without starting a model.

    Raises:
        ModelError: there is no such embedder, or it was never calibrated.
        SettingsError: its comparisons do not show the target rate.
    """
    card = embedder_card(paths, settings)
    own = load_calibration(paths.calibrations_dir, card)
    return evidence_for(own or card, settings.target_fmr)
