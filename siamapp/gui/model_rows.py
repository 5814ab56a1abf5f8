"""What the models page shows of each model; read and measured on `siam-jobs`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from siamapp.chosen import model_folders
from siamapp.errors import SiamError
from siamapp.identity.own_calibration import OwnCalibration, load_calibration
from siamapp.paths import Paths
from siamapp.settings import Settings
from siamapp.vision import occlusion
from siamapp.vision.card import ModelCard, load_card, verified_bytes
from siamapp.vision.model import Model, list_models
from siamapp.vision.pins import require_pinned
from siamapp.vision.providers import CPU, TRIED, possible


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One model folder."""

    folder: Path
    card: ModelCard | None
    own: OwnCalibration | None
    error: str
    """Why it cannot be used; empty where its files are those of its card."""
    added: bool
    """Whether the user added it, and may remove it."""

    @property
    def name(self) -> str:
        return self.folder.name

    def in_use(self, settings: Settings) -> bool:
        names = (settings.detector, settings.embedder, settings.presence_model, occlusion.NAME)
        return self.name in names


def model_rows(paths: Paths) -> list[ModelRow]:
    """Every model, its files checked against the hashes of its card."""
    rows = []
    for folder in list_models(model_folders(paths)):
        added = folder.parent == paths.models_dir
        card, own, error = None, None, ""
        try:
            if added:
                require_pinned(folder)
            card = load_card(folder)
            for file in card.every_file:
                verified_bytes(folder, file)
            own = load_calibration(paths.calibrations_dir, card)
        except SiamError as refused:
            error = str(refused)
        rows.append(ModelRow(folder, card, own, error, added))
    return rows


def latencies(folder: Path, threads: int) -> dict[str, float]:
    """Milliseconds of one run by provider, for the providers that really run here."""
    found: dict[str, float] = {}
    # TensorRT would compile each network first: the page would wait for minutes.
    for provider in (name for name in possible() if name in (CPU, *TRIED)):
        try:
            model = Model.load(folder, provider=provider, threads=threads)
        except SiamError:
            continue
        if model.provider == provider:
            found[provider] = model.latency_ms()
    return found
