"""Golden vectors: what training's framework gave is what this machine must give."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from siamapp.errors import ModelIncompatible, ModelTampered
from siamapp.vision.card import GoldenSpec
from siamapp.vision.selftest import golden_inputs, parity


class MeanColour:
    """Embeds a crop as its mean colour; `drift` is what a broken provider would add."""

    dimension = 3

    def __init__(self, folder: Path, golden: GoldenSpec | None, drift: float = 0.0) -> None:
        card = SimpleNamespace(golden=golden, name="made-up")
        self.model = SimpleNamespace(card=card, folder=folder)
        self.drift = drift

    def __call__(self, crops: list[np.ndarray]) -> np.ndarray:
        raw = np.stack(crops).mean(axis=(1, 2)) + self.drift * np.eye(3)[0] * (len(crops) > 1)
        return (raw / np.linalg.norm(raw, axis=1, keepdims=True)).astype(np.float32)


def golden(folder: Path, vectors: np.ndarray) -> GoldenSpec:
    np.save(folder / "golden.npy", vectors)
    digest = hashlib.sha256((folder / "golden.npy").read_bytes()).hexdigest()
    return GoldenSpec(name="golden.npy", sha256=digest)


def test_the_patterns_are_the_same_everywhere_and_differ() -> None:
    inputs = golden_inputs()
    assert all(crop.shape == (112, 112, 3) and crop.dtype == np.uint8 for crop in inputs)
    assert len({crop.tobytes() for crop in inputs}) == 7
    again = golden_inputs()
    assert all(np.array_equal(a, b) for a, b in zip(inputs, again, strict=True))


def test_drift_at_one_batch_size_is_seen(tmp_path: Path) -> None:
    right = MeanColour(tmp_path, None)
    assert parity(right) is None  # type: ignore[arg-type]
    spec = golden(tmp_path, right(golden_inputs()))
    assert parity(MeanColour(tmp_path, spec)) == pytest.approx(1)  # type: ignore[arg-type]
    worst = parity(MeanColour(tmp_path, spec, drift=90.0))  # type: ignore[arg-type]
    assert worst is not None
    assert worst < 0.99


def test_golden_vectors_that_do_not_fit_or_were_changed_are_refused(tmp_path: Path) -> None:
    spec = golden(tmp_path, np.zeros((7, 4), np.float32))
    with pytest.raises(ModelIncompatible):
        parity(MeanColour(tmp_path, spec))  # type: ignore[arg-type]
    (tmp_path / "golden.npy").write_bytes(b"else")
    with pytest.raises(ModelTampered):
        parity(MeanColour(tmp_path, spec))  # type: ignore[arg-type]
