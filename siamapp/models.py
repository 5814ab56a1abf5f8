"""The chosen models, started and put in line."""

from __future__ import annotations

from pathlib import Path

from siamapp.chosen import model_folders
from siamapp.paths import Paths
from siamapp.pipeline import Pipeline
from siamapp.settings import Settings
from siamapp.vision import occlusion
from siamapp.vision.detect import Detector
from siamapp.vision.embed import Embedder
from siamapp.vision.model import Model, find_model
from siamapp.vision.occlusion import OcclusionNetwork
from siamapp.vision.presence_network import PresenceNetwork


def load_pipeline(paths: Paths, settings: Settings, *, embedder: Path | None = None) -> Pipeline:
    """Start the chosen models, or the embedder of another folder; presence only where it is on.

    Raises:
        ModelError: one is missing, changed or does not fit.
    """

    def load(folder: Path) -> Model:
        return Model.load(folder, provider=settings.provider, threads=settings.threads)

    folders = model_folders(paths)
    chosen = embedder or find_model(settings.embedder, folders)
    return Pipeline(
        Detector(load(find_model(settings.detector, folders))),
        Embedder(load(chosen)),
        PresenceNetwork(load(find_model(settings.presence_model, folders)))
        if settings.presence != "off"
        else None,
        OcclusionNetwork(load(find_model(occlusion.NAME, folders))),
    )
