"""The real recogniser and the real store around two scripted networks, and portraits to show them.

The scripted detector knows where the faces of the two public-domain portraits are; the scripted
embedder gives a small thumbnail of the crop: a portrait is near itself and far from the other one.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import matplotlib as mpl
import numpy as np
import skimage.data

from siamapp.pipeline import Pipeline
from siamapp.recognizer import Recognizer
from siamapp.settings import Settings
from siamapp.store.database import Database
from siamapp.store.keys import Key
from siamapp.types import BgrImage, Face, FloatArray
from siamapp.vision.card import EmbeddingSpec, InputSpec, ModelCard, ModelFile, Threshold

KEY = Key(bytes(range(32)), "key-file")
EMBEDDER_ID = "0123456789abcdef"
DIMENSION = 192
_LANDMARKS = {
    512: [(200, 102), (247, 103), (220, 125), (199, 143), (240, 144)],
    600: [(227, 193), (308, 195), (266, 240), (229, 268), (302, 270)],
}
_BOXES = {512: (178, 63, 268, 176), 600: (183, 120, 353, 332)}


def astronaut(brighter: float = 0) -> BgrImage:
    bgr = np.ascontiguousarray(skimage.data.astronaut()[..., ::-1])
    return np.asarray(cv2.convertScaleAbs(cv2.add(bgr, (brighter,) * 4)), np.uint8)


def hopper() -> BgrImage:
    path = Path(mpl.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    image = cv2.imread(str(path))
    assert image is not None
    return np.asarray(image, np.uint8)


def empty_room() -> BgrImage:
    """A picture of nobody, of a height the scripted detector does not know."""
    ramp = np.linspace(60, 160, 480, dtype=np.uint8)
    return np.repeat(np.repeat(ramp[:, None, None], 640, axis=1), 3, axis=2)


def write_photo(path: Path, bgr: BgrImage) -> Path:
    done, data = cv2.imencode(".png", bgr)
    assert done
    path.write_bytes(data.tobytes())
    return path


def write_video(path: Path, bgr: BgrImage, *, frames: int = 100, sway_deg: float = 0.0) -> Path:
    """A video of a portrait that breathes in brightness and sways, 25 frames a second."""
    height, width = bgr.shape[:2]
    middle = np.mean(_LANDMARKS[height], axis=0)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25, (width, height))
    for index in range(frames):
        turn = cv2.getRotationMatrix2D(middle.tolist(), sway_deg * np.sin(index / 9), 1.0)
        swayed = cv2.warpAffine(bgr, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
        writer.write(cv2.convertScaleAbs(swayed, alpha=1.0, beta=3 * np.sin(index)))
    writer.release()
    return path


class ScriptedModel:
    """As much of a `Model` as anybody asks for."""

    provider = "cpu"
    refused = ""
    file = "model.onnx"

    def __init__(self, card: ModelCard) -> None:
        self.card = card

    def latency_ms(self, repeats: int = 20) -> float:
        return 1.5


class ScriptedDetector:
    follows = False

    def __init__(self) -> None:
        self.model = ScriptedModel(card("detector"))

    def detect(self, bgr: BgrImage) -> list[Face]:
        height = bgr.shape[0]
        if height not in _LANDMARKS:
            return []
        box = np.array(_BOXES[height], np.float32)
        return [Face(box, np.array(_LANDMARKS[height], np.float32), 0.99)]


class ScriptedEmbedder:
    id = EMBEDDER_ID
    dimension = DIMENSION

    def __init__(self) -> None:
        self.model = ScriptedModel(card("embedder"))

    def __call__(self, crops_bgr: Sequence[BgrImage]) -> FloatArray:
        if not crops_bgr:
            return np.empty((0, DIMENSION), np.float32)
        small = [cv2.resize(c, (8, 8), interpolation=cv2.INTER_AREA) for c in crops_bgr]
        vectors = np.stack(small).reshape(len(small), -1).astype(np.float32)
        vectors -= vectors.mean(axis=1, keepdims=True)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def card(task: str) -> ModelCard:
    rates = ((1e-2, 0.5), (1e-3, 0.4), (1e-4, 0.3))
    return ModelCard(
        name=f"scripted-{task}",
        task=task,  # type: ignore[arg-type]
        id=EMBEDDER_ID,
        created="2026-11-23",
        summary="for tests",
        licence="Apache-2.0",
        use="tests",
        training_data=("none",),
        parameters=0,
        input=InputSpec(
            width=112, height=112, channels="bgr", mean=(0, 0, 0), std=(1, 1, 1)
        ),
        embedding=EmbeddingSpec(dimension=DIMENSION, metric="l2", normalised=True),
        files=(ModelFile(name="model.onnx", precision="fp32", sha256="0" * 64),),
        thresholds=tuple(
            Threshold(
                fmr=fmr, distance=distance, impostor_comparisons=100_000,
                fmr_low=fmr / 2, fmr_high=fmr * 2, fnmr=0.05,
            )
            for fmr, distance in rates
        ),
    )  # fmt: skip


def open_scripted(home: Path, settings: Settings) -> Recognizer:
    pipeline = Pipeline(ScriptedDetector(), ScriptedEmbedder())  # type: ignore[arg-type]
    return Recognizer(settings, pipeline, Database.open(home, KEY))
