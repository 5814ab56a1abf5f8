"""Spoiling in torch: seeded, the same on every device, and each step does what it says."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
import torch
from skimage.data import astronaut
from torch import Tensor

from siamapp.vision.align import TEMPLATE_XY
from training import augment_device as spoil
from training.data import MARGIN_PX


@pytest.fixture(scope="module")
def crops() -> Tensor:
    """Four different 128x128 pictures, RGB."""
    face = cv2.resize(astronaut()[:220, 120:340], (128, 128))
    return torch.from_numpy(np.stack([face, face[:, ::-1], face[::-1], 255 - face]))


@pytest.fixture
def views(crops: Tensor) -> Tensor:
    """`(4, 3, 112, 112)` in 0..1."""
    middle = crops[:, MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX]
    return middle.permute(0, 3, 1, 2).float() / 255


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_a_seed_repeats_a_batch_and_leaves_the_crops_alone(crops: Tensor) -> None:
    before = crops.clone()
    one, again, other = (spoil.augment_batch(crops, seeded(s)) for s in (1, 1, 2))
    assert one.shape == (4, 112, 112, 3)
    assert one.dtype == torch.uint8
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    assert torch.equal(crops, before)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_a_gpu_gives_the_views_of_the_cpu(crops: Tensor) -> None:
    many = crops.repeat(16, 1, 1, 1)
    here = spoil.augment_batch(many, seeded()).int()
    there = spoil.augment_batch(many.cuda(), seeded()).cpu().int()
    # A rounding at a JPEG step's edge may move a block; the rest agrees to a level.
    assert ((here - there).abs() <= 1).float().mean() > 0.99


def test_crops_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match="128x128"):
        spoil.augment_batch(torch.zeros(2, 112, 112, 3, dtype=torch.uint8), seeded())


def test_without_chance_a_view_is_the_central_crop(
    crops: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        spoil, "_normal", lambda draws, like, spread, *s: torch.zeros(len(like), *s)
    )
    monkeypatch.setattr(
        spoil, "_uniform", lambda draws, like, low, high, *s: torch.ones(len(like), *s)
    )
    plain = spoil.jitter(crops.permute(0, 3, 1, 2).float(), seeded())
    middle = crops[:, MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX].permute(0, 3, 1, 2).float()
    assert (plain - middle).abs().max() < 0.01


STEPS = [
    spoil.tone, spoil.grey, spoil.side_light, spoil.blur, spoil.small, spoil.grain, spoil.jpeg,
    spoil.cut_out, spoil.brow, spoil.mask, spoil.glasses,
]  # fmt: skip


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_every_step_changes_pictures_and_keeps_them_pictures(
    step: Callable[[Tensor, torch.Generator], Tensor], views: Tensor
) -> None:
    done = step(views, seeded())
    assert done.shape == views.shape
    assert done.min() >= 0
    assert done.max() <= 1 + 1e-6
    assert ((done - views).abs().mean(dim=(1, 2, 3)) > 1e-3).all()


def test_grey_has_no_colour_and_blur_less_detail(views: Tensor) -> None:
    grey = spoil.grey(views, seeded())
    assert torch.equal(grey[:, 0], grey[:, 2])
    for step in (spoil.blur, spoil.small):
        soft = step(views, seeded())
        assert (
            soft.diff(dim=3).abs().mean((1, 2, 3)) < views.diff(dim=3).abs().mean((1, 2, 3))
        ).all()
        assert (soft.mean((1, 2, 3)) - views.mean((1, 2, 3))).abs().max() < 0.02


@pytest.mark.parametrize("quality", [30, 75])
def test_jpeg_is_near_what_libjpeg_leaves(
    quality: int, views: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        spoil,
        "_uniform",
        lambda draws, like, low, high, *s: torch.full((len(like), *s), float(quality)),
    )
    ours = (spoil.jpeg(views, seeded()) * 255).round()
    for view, own in zip(views, ours, strict=True):
        rgb = (view.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
        _, packed = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        theirs = cv2.imdecode(packed, cv2.IMREAD_COLOR)[..., ::-1].astype(np.float32)
        apart = np.abs(own.permute(1, 2, 0).numpy() - theirs).mean()
        assert apart < 0.35 * np.abs(rgb - theirs).mean() + 1


def test_mask_and_glasses_lie_where_they_are_worn(crops: Tensor) -> None:
    values = crops.permute(0, 3, 1, 2).float() / 255
    points = (TEMPLATE_XY + MARGIN_PX).round().astype(int)  # eyes, nose, corners of the mouth
    masked = (spoil.mask(values, seeded()) != values).any(1)
    for x, y in points[3:]:
        assert masked[:, y, x].all()
    for x, y in points[:2]:
        assert not masked[:, y, x].any()
    worn = (spoil.glasses(values.repeat(16, 1, 1, 1), seeded()) != values.repeat(16, 1, 1, 1)).any(
        1
    )
    for x, y in points[:2]:
        assert 0.1 < worn[:, y, x].float().mean() < 0.9  # some are sunglasses, some only rims
        assert worn[:, :, x - 20 : x + 20].any(2).any(1).all()
    for x, y in points[3:]:
        assert not worn[:, y, x].any()
