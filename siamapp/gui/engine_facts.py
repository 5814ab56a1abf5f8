"""What really runs, for the settings page: measured, not what was asked for."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from siamapp.chosen import model_folders
from siamapp.errors import SiamError
from siamapp.identity.calibrate import supported_fmrs
from siamapp.paths import Paths
from siamapp.vision.card import load_card
from siamapp.vision.model import list_models

if TYPE_CHECKING:
    from siamapp.recognizer import Recognizer


@dataclass(frozen=True, slots=True)
class EngineFacts:
    provider: str
    """What onnxruntime says it runs on."""
    refused: str
    """Why a provider that was tried is not used; empty where none was refused."""
    detector_ms: float
    embedder_ms: float
    fmrs: tuple[float, ...]
    """Rates that there is evidence for, and the one that was chosen, which may lie between."""


def engine_facts(recognizer: Recognizer) -> EngineFacts:
    """Ask the sessions and time them; some 50 ms of work."""
    detector = recognizer.pipeline.detector.model
    embedder = recognizer.pipeline.embedder.model
    providers = dict.fromkeys((embedder.provider, detector.provider))
    return EngineFacts(
        provider=" + ".join(providers),
        refused=embedder.refused or detector.refused,
        detector_ms=detector.latency_ms(),
        embedder_ms=embedder.latency_ms(),
        fmrs=tuple({*supported_fmrs(recognizer.calibrated), recognizer.settings.target_fmr}),
    )


def embedder_names(paths: Paths) -> list[str]:
    """Embedders that can be chosen, by folder name; a folder with a broken card is left out."""
    names = []
    for folder in list_models(model_folders(paths)):
        with suppress(SiamError):
            if load_card(folder).task == "embedder":
                names.append(folder.name)
    return names
