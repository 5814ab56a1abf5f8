"""Things drawn before faces, and the small network that finds them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from siamapp.vision.align import CROP_PX
from siamapp.vision.card import load_card
from siamapp.vision.model import Model
from siamapp.vision.occlusion import OcclusionNetwork
from training import occluders
from training.data import Crops
from training.occlusion import (
    auc,
    evaluate,
    evaluate_real,
    measure,
    shares,
    train,
    without_dark_eyes,
)
from training.occlusion_export import export
from training.occlusion_network import REGION, network


@pytest.fixture(scope="module")
def crops() -> Crops:
    """No faces: smooth colours, which is all that drawing needs."""
    coarse = np.random.default_rng(0).integers(60, 200, (24, 8, 8, 3), dtype=np.uint8)
    rgb = np.kron(coarse, np.ones((1, 16, 16, 1), np.uint8))
    names = tuple(f"celeba/{i}/a.jpg" for i in range(24))
    return Crops(rgb, names, np.arange(24), tuple(f"celeba/{i}" for i in range(24)))


@pytest.mark.parametrize("kind", occluders.SHAPES)
def test_what_is_drawn_is_where_it_is_said_to_be(crops: Crops, kind: str) -> None:
    rng = np.random.default_rng(3)
    inside = []
    for index in range(12):
        rgb = crops.rgb[index]
        covered, shape = occluders.cover(rgb, rng, crops.rgb[index + 12], kind)
        changed = np.abs(covered.astype(int) - rgb).max(axis=-1)
        far = occluders.cv2.dilate(shape, np.ones((31, 31), np.uint8)) == 0
        assert changed[far].max(initial=0) <= 1
        inside.append(np.median(changed[shape == 255]) if (shape == 255).any() else 0)
        view, moved = occluders.view(rgb, rng, crops.rgb[index + 12], kind)
        assert view.shape == (CROP_PX, CROP_PX, 3)
        assert moved.shape == (CROP_PX, CROP_PX)
    assert np.mean(inside) > 15


def test_the_same_seed_draws_the_same(crops: Crops) -> None:
    views = [
        occluders.view(crops.rgb[0], np.random.default_rng(7), crops.rgb[1], "hand")[0]
        for _ in range(2)
    ]
    np.testing.assert_array_equal(*views)


def test_shares_are_of_cells_and_auc_is_the_chance_to_be_larger() -> None:
    shape = np.zeros((1, CROP_PX, CROP_PX), np.uint8)
    shape[0, :8, :4] = 255
    assert shares(shape)[0, 0, 0] == 0.5
    assert shares(shape).sum() == 0.5
    assert auc(np.array([2.0, 3.0], np.float32), np.array([1.0, 2.0], np.float32)) == 0.875


def test_dark_eyes_are_left_out(crops: Crops) -> None:
    rgb = crops.rgb.copy()
    rgb[:2, 53:69] = 5
    dark = Crops(rgb, crops.names, crops.person, crops.people)
    assert not {0, 1} & set(without_dark_eyes(dark, np.arange(24)).tolist())


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")  # torch's own
def test_it_learns_and_is_exported_as_it_is(crops: Crops, tmp_path: Path) -> None:
    rows = np.arange(24)
    net = train(crops, rows, tmp_path, steps=3, seed=1)
    assert (tmp_path / "occlusion.pt").is_file()
    figures = evaluate(net, crops, rows, seed=1)
    assert set(figures) == {"uncovered", *occluders.SHAPES}
    figures["uncovered"]["limit"] = 0.2
    export(net, tmp_path / "model", figures)
    assert load_card(tmp_path / "model").figures["mask"]["command"].startswith("python -m")  # type: ignore[union-attr]
    shipped = OcclusionNetwork(Model.load(tmp_path / "model", provider="cpu"))
    rgb = crops.rgb[:1, 8:-8, 8:-8]
    told = shipped(np.ascontiguousarray(rgb[0, ..., ::-1]))
    assert told == pytest.approx(float(measure(net, rgb)[0]), abs=1e-4)
    assert shipped.limit == 0.2


def test_the_region_is_the_face() -> None:
    assert 0.3 < REGION.mean() < 0.5
    assert not REGION[0].any()
    assert network()(torch.zeros(1, 3, 56, 56)).shape == (1, 1, 14, 14)


def test_real_crops_are_judged_by_labels(crops: Crops, tmp_path: Path) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text(
        "\n".join(f"celeba/{i}/a.jpg {'covered' if i < 4 else 'free'}" for i in range(9))
    )
    torch.manual_seed(0)
    found = evaluate_real(network().eval(), crops, labels, 0.0)
    assert (found["covered"], found["free"]) == (4, 5)
    assert (found["found"], found["warned"]) == (1, 1)
