"""What the app comes with, on whatever accelerator is at hand; elsewhere only all of it bound."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siamapp.bench import SIZE, fit, swaying
from siamapp.drawn_face import drawn_face
from siamapp.identity.decide import Policy
from siamapp.identity.gallery import Gallery
from siamapp.models import load_pipeline
from siamapp.paths import Paths, assets_dir
from siamapp.pipeline import Stream
from siamapp.settings import Settings
from siamapp.types import Frame, FrameResult
from siamapp.vision import model as model_room
from siamapp.vision.accelerated import Accelerated
from siamapp.vision.embed import Embedder
from siamapp.vision.model import Model
from siamapp.vision.providers import CPU, LEAST_COSINE, Way, possible, start_session
from siamapp.vision.selftest import golden_inputs, parity

MODELS = assets_dir() / "models"


def frames(home: Path) -> list[FrameResult]:
    """Two seconds before a camera, with one face and then with two."""
    pipeline = load_pipeline(Paths(home), Settings(provider=CPU))
    vectors = np.eye(2, pipeline.embedder.dimension, dtype=np.float32)
    gallery = Gallery(pipeline.embedder.id, vectors, np.arange(2), {0: "one", 1: "other"})
    stream = Stream(pipeline, lambda: gallery, lambda: Policy(0.99, 1e-3, 1.03, 0.05, 3))
    face = fit(drawn_face())
    pair = np.hstack([face[:, : SIZE[0] // 2], face[:, : SIZE[0] // 2]])
    stills = [face] * 30 + [pair] * 30
    return [
        stream(Frame(swaying(still, index), index / 30, index))
        for index, still in enumerate(stills)
    ]


def test_a_stream_is_the_same_with_every_network_bound(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    expected = frames(tmp_path)
    bound: list[Accelerated] = []

    def never() -> Any:
        raise AssertionError("the CPU was started")

    def start(name: str, data: bytes, way: Way, threads: int) -> Accelerated:
        session = start_session(name, data, way, threads)
        bound.append(Accelerated(session, never, memory="cpu", records=True))
        return bound[-1]

    monkeypatch.setattr(model_room, "start_session", start)
    for ours, plain in zip(frames(tmp_path), expected, strict=True):
        assert len(ours.faces) == len(plain.faces)
        for one, other in zip(ours.faces, plain.faces, strict=True):
            assert np.array_equal(one.face.landmarks_xy, other.face.landmarks_xy)
            assert one.decision == other.decision
    assert {len(result.faces) for result in expected} >= {1, 2}
    detector, closer, embedder, _ = bound
    assert all(session._bound for session in (detector, closer, embedder))


@pytest.mark.gpu
@pytest.mark.parametrize("provider", [name for name in possible() if name != CPU])
@pytest.mark.parametrize("name", ["siamface-v1", "siamdetect-v1", "siampresence-v1"])
def test_the_accelerator_that_is_here_answers_as_the_cpu_does(provider: str, name: str) -> None:
    model = Model.load(MODELS / name, provider=provider)
    assert (model.provider, model.refused) == (provider, "")
    if name == "siamface-v1":
        embedder, on_cpu = Embedder(model), Embedder(Model.load(MODELS / name, provider=CPU))
        assert (worst := parity(embedder)) is not None
        assert worst >= LEAST_COSINE
        for count in (1, 2, 5, 1, 2, 5, 1, 2, 5, 7):
            crops = golden_inputs()[:count]
            assert ((embedder(crops) * on_cpu(crops)).sum(axis=1) > 0.97).all()
        assert model.refused == ""
