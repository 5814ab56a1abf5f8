"""Views and the teacher's answers to them: made once, kept whole, and never of other pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

from training.augment import augment
from training.config import DataConfig
from training.data import Crops, reference_vectors, unit
from training.views import make_views


def test_augmented_views_differ_and_repeat_with_the_seed() -> None:
    face = np.random.default_rng(0).integers(0, 256, (128, 128, 3), dtype=np.uint8)
    views = [augment(face, np.random.default_rng(seed), face) for seed in (1, 1, 2)]
    assert views[0].shape == (112, 112, 3)
    assert np.array_equal(views[0], views[1])
    assert not np.array_equal(views[0], views[2])


class MeanColour:
    """Stands in for the reference, whose file tests do not have."""

    def __init__(self, model: Path, threads: int = 2) -> None:
        assert model.is_file()

    def __call__(self, rgb: np.ndarray) -> np.ndarray:
        return unit(rgb.mean(axis=(1, 2)).astype(np.float32))


def test_views_carry_the_teachers_answer_to_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.views.Reference", MeanColour)
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 256, (5, 128, 128, 3), dtype=np.uint8)
    people = ("celeba/1", "celeba/2")
    crops = Crops(rgb, tuple(f"celeba/{i}" for i in range(5)), np.array([0, 0, 0, 1, 1]), people)
    model = tmp_path / "reference.onnx"
    model.write_bytes(b"reference")
    config = DataConfig(views_per_crop=3, blends_per_crop=1)
    made = make_views(crops, np.array([1, 2, 4]), config, 1, model, tmp_path / "cache")
    assert made.rgb.shape == (12, 112, 112, 3)
    assert made.person.tolist() == [0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 3, 4]
    assert made.teacher == pytest.approx(MeanColour(model)(np.asarray(made.rgb)))
    with monkeypatch.context() as patch:
        patch.delattr("training.views.Reference")  # kept, not made again
        again = make_views(crops, np.array([1, 2, 4]), config, 1, model, tmp_path / "cache")
    assert np.array_equal(again.rgb, made.rgb)
    aligned_anew = replace(crops, rgb=255 - rgb)  # the same names
    others = make_views(aligned_anew, np.array([1, 2, 4]), config, 1, model, tmp_path / "cache")
    assert others.teacher == pytest.approx(MeanColour(model)(np.asarray(others.rgb)))
    assert not np.array_equal(others.rgb, made.rgb)


def test_the_references_vectors_are_kept_whole_and_for_these_pixels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def colours(model: Path, threads: int) -> Callable[[np.ndarray], np.ndarray]:
        return lambda rgb: np.resize(rgb.mean(axis=(1, 2)).T, (128, len(rgb))).T

    monkeypatch.setattr("training.data.Reference", colours)
    rgb = np.random.default_rng(0).integers(0, 256, (5, 128, 128, 3), dtype=np.uint8)
    crops = Crops(rgb, tuple(f"celeba/1/{i}" for i in range(5)), np.zeros(5, int), ("celeba/1",))
    model, cache = tmp_path / "reference.onnx", tmp_path / "cache"
    model.write_bytes(b"reference")

    def killed(file: BinaryIO, array: np.ndarray) -> None:
        file.write(b"half of it")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(np, "save", killed)
        with pytest.raises(KeyboardInterrupt):
            reference_vectors(crops, model, cache)
    made = reference_vectors(crops, model, cache)
    assert made[:, 0, :3] == pytest.approx(rgb[:, 8:-8, 8:-8].mean(axis=(1, 2)))
    others = reference_vectors(replace(crops, rgb=255 - rgb), model, cache)
    assert not np.allclose(others, made)
