"""The same spoiling as `training.augment`, in torch, for whole batches on whatever device they are.

For runs on labels alone: a run with a teacher needs its answer to the very view and so makes its
views beforehand. Everything is drawn on the CPU from one generator, so a GPU gives the CPU's views
up to rounding. Pictures are `(n, 3, h, w)` float RGB in 0..1 between the steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional as F

from siamapp.vision.align import CROP_PX, TEMPLATE_XY
from training.data import MARGIN_PX

_SIDE: Final = CROP_PX + 2 * MARGIN_PX
_BLUR_RADIUS: Final = 5
_LOW_SIDES: Final = (32, 40, 52, 66, 84)
_LUMINANCE: Final = torch.tensor([
    [16, 11, 10, 16, 24, 40, 51, 61], [12, 12, 14, 19, 26, 58, 60, 55],
    [14, 13, 16, 24, 40, 57, 69, 56], [14, 17, 22, 29, 51, 87, 80, 62],
    [18, 22, 37, 56, 68, 109, 103, 77], [24, 35, 55, 64, 81, 104, 113, 92],
    [49, 64, 78, 87, 103, 121, 120, 101], [72, 92, 95, 98, 112, 100, 103, 99],
], dtype=torch.float32)  # fmt: skip
"""ITU-T T.81, table K.1: quantisation steps of brightness at quality 50."""
_CHROMINANCE: Final = torch.full((8, 8), 99.0)
_CHROMINANCE[:4, :4] = torch.tensor(
    [[17, 18, 24, 47], [18, 21, 26, 66], [24, 26, 56, 99], [47, 66, 99, 99]], dtype=torch.float32
)
"""Table K.2: of colour."""
_TO_YCC: Final = torch.tensor(
    [[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]]
)
Step = Callable[[Tensor, torch.Generator], Tensor]


def augment_batch(crops: Tensor, draws: torch.Generator) -> Tensor:
    """One random view `(n, 112, 112, 3)` of each aligned `(n, 128, 128, 3)` crop, uint8 RGB.

    `draws` is a CPU generator; the views lie on the device of the crops.

    Raises:
        ValueError: the crops are of another shape.
    """
    if crops.shape[1:] != (_SIDE, _SIDE, 3):
        raise ValueError(f"crops are {tuple(crops.shape[1:])}, not {_SIDE}x{_SIDE} RGB")
    views = crops.permute(0, 3, 1, 2).float() / 255
    for share, step in _ON_CROPS:
        views = _some(views, draws, share, step)
    views = jitter(views, draws)
    for share, step in _ON_VIEWS:
        views = _some(views, draws, share, step)
    return (views.clamp(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous()


def _some(views: Tensor, draws: torch.Generator, share: float, step: Step) -> Tensor:
    """`step` done to a random share of the pictures."""
    chosen = torch.nonzero(torch.rand(len(views), generator=draws) < share).flatten()
    if len(chosen):
        rows = chosen.to(views.device)
        views = views.index_copy(0, rows, step(views[rows], draws))
    return views


def _uniform(draws: torch.Generator, like: Tensor, low: float, high: float, *shape: int) -> Tensor:
    drawn = torch.rand(len(like), *shape, generator=draws) * (high - low) + low
    return drawn.to(like.device)


def _normal(draws: torch.Generator, like: Tensor, spread: float, *shape: int) -> Tensor:
    return (torch.randn(len(like), *shape, generator=draws) * spread).to(like.device)


def jitter(crops: Tensor, draws: torch.Generator) -> Tensor:
    """A similarity near the central crop, half of them mirrored: landmarks err by some 4 %."""
    angle = _normal(draws, crops, math.radians(3)).clamp(-math.radians(9), math.radians(9))
    grow = _normal(draws, crops, 0.035).clamp(-0.1, 0.1).exp() * CROP_PX / _SIDE
    x, y = (_normal(draws, crops, 1.6, 2).clamp(-5, 5) * 2 / _SIDE).unbind(1)
    flip = torch.where(_uniform(draws, crops, 0, 1) < 0.5, -1.0, 1.0)
    rows = [
        torch.stack([grow * angle.cos() * flip, -grow * angle.sin(), x], 1),
        torch.stack([grow * angle.sin() * flip, grow * angle.cos(), y], 1),
    ]
    grid = F.affine_grid(
        torch.stack(rows, 1), [len(crops), 3, CROP_PX, CROP_PX], align_corners=False
    )
    return F.grid_sample(crops, grid, padding_mode="border", align_corners=False)


def tone(views: Tensor, draws: torch.Generator) -> Tensor:
    """Gamma, contrast, colour cast and brightness."""
    gamma = _normal(draws, views, 0.25, 1, 1, 1).exp()
    gain = _normal(draws, views, 0.15, 1, 1, 1).exp() * _normal(draws, views, 0.05, 3, 1, 1).exp()
    lift = _normal(draws, views, 0.08, 1, 1, 1)
    return ((views.clamp(0, 1) ** gamma - 0.5) * gain + 0.5 + lift).clamp(0, 1)


def grey(views: Tensor, draws: torch.Generator) -> Tensor:
    """Without colour."""
    weights = _TO_YCC[0].to(views).view(1, 3, 1, 1)
    return (views * weights).sum(1, keepdim=True).expand_as(views)


def side_light(views: Tensor, draws: torch.Generator) -> Tensor:
    """A linear shade across the face, down to 0.4."""
    direction = _uniform(draws, views, 0, 2 * math.pi, 1, 1)
    axis = torch.linspace(-1, 1, views.shape[-1], device=views.device)
    ramp = axis[None, None, :] * direction.cos() + axis[None, :, None] * direction.sin()
    shade = 1 - _uniform(draws, views, 0.1, 0.6, 1, 1) * (ramp + 1.5) / 3
    return views * shade.unsqueeze(1)


def blur(views: Tensor, draws: torch.Generator) -> Tensor:
    """Out of focus: a Gaussian of 0.5 to 2 px."""
    sigma = _uniform(draws, views, 0.5, 2.0, 1)
    places = torch.arange(-_BLUR_RADIUS, _BLUR_RADIUS + 1, device=views.device)
    kernel = torch.exp(-0.5 * (places / sigma).square())
    kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(3, 0)[:, None, None, :]
    padded = F.pad(views, [_BLUR_RADIUS] * 4, mode="reflect").flatten(0, 1).unsqueeze(0)
    across = F.conv2d(padded, kernel, groups=len(kernel))
    down = F.conv2d(across, kernel.transpose(2, 3), groups=len(kernel))
    return down.squeeze(0).unflatten(0, (len(views), 3))


def small(views: Tensor, draws: torch.Generator) -> Tensor:
    """A small face blown up."""
    which = torch.randint(len(_LOW_SIDES), (len(views),), generator=draws)
    parts = []
    for view, side in zip(views.split(1), which.tolist(), strict=True):
        low = F.interpolate(view, size=_LOW_SIDES[side], mode="area")
        parts.append(F.interpolate(low, size=view.shape[-2:], mode="bilinear"))
    return torch.cat(parts)


def grain(views: Tensor, draws: torch.Generator) -> Tensor:
    """A sensor's noise, 2 to 10 of 255 levels."""
    level = _uniform(draws, views, 2 / 255, 10 / 255, 1, 1, 1)
    return (views + level * _normal(draws, views, 1.0, *views.shape[1:])).clamp(0, 1)


def jpeg(views: Tensor, draws: torch.Generator) -> Tensor:
    """What JPEG of quality 25 to 85 leaves: 4:2:0 colour, blocks of 8x8 quantised in frequency.

    ITU-T T.81, A.3.3 (the cosine transform) and annex K; entropy coding loses nothing, so it is
    left out. Sides must be multiples of 16.
    """
    quality = _uniform(draws, views, 25, 85, 1, 1, 1, 1)
    factor = torch.where(quality < 50, 50 / quality, 2 - quality / 50)  # libjpeg's scale
    ycc = torch.einsum("ij,njhw->nihw", _TO_YCC.to(views), views.clamp(0, 1) * 255)
    bright = _quantised(ycc[:, :1] - 128, _LUMINANCE.to(views) * factor) + 128
    colour = _quantised(F.avg_pool2d(ycc[:, 1:], 2), _CHROMINANCE.to(views) * factor)
    ycc = torch.cat([bright, F.interpolate(colour, scale_factor=2.0, mode="nearest")], 1)
    back = torch.linalg.inv(_TO_YCC).to(views)
    return (torch.einsum("ij,njhw->nihw", back, ycc) / 255).clamp(0, 1)


def _quantised(planes: Tensor, steps: Tensor) -> Tensor:
    """`(n, c, h, w)` with each 8x8 block rounded to `steps` `(n, 1, 1, 8, 8)` in frequency."""
    steps = steps.round().clamp(1, 255).reshape(-1, 1, 1, 1, 8, 8)
    wave = torch.arange(8.0, device=planes.device)
    cosines = torch.cos((2 * wave[None, :] + 1) * wave[:, None] * math.pi / 16) / 2
    cosines[0] /= math.sqrt(2)
    blocks = planes.unflatten(3, (-1, 8)).unflatten(2, (-1, 8)).transpose(3, 4)  # n c H W 8 8
    blocks = ((cosines @ blocks @ cosines.T / steps).round() * steps).transpose(-1, -2)
    blocks = (cosines.T @ blocks.transpose(-1, -2) @ cosines).transpose(3, 4)
    return blocks.flatten(4, 5).flatten(2, 3)


def cut_out(views: Tensor, draws: torch.Generator) -> Tensor:
    """Hide a rectangle, like a hand or a mug (Zhong et al. 2020, Random Erasing)."""
    size = _uniform(draws, views, 12, 40, 2)
    start = _uniform(draws, views, 0, 1, 2) * (views.shape[-1] - size)
    return _painted(views, draws, _box(views, start, start + size))


def brow(views: Tensor, draws: torch.Generator) -> Tensor:
    """Change what is above the brow: some sets repeat border pixels there, live faces do not."""
    rows = torch.randint(6 + MARGIN_PX, 32 + MARGIN_PX, (len(views),), generator=draws)
    rows = rows.to(views.device)
    line = views[torch.arange(len(views), device=views.device), :, rows].unsqueeze(2)
    colour = _uniform(draws, views, 0, 1, 3, 1, 1)
    repeated = _uniform(draws, views, 0, 1, 1, 1, 1) < 0.5
    above = torch.arange(views.shape[-2], device=views.device)[None, :] < rows[:, None]
    return torch.where(above[:, None, :, None], torch.where(repeated, line, colour), views)


def mask(crops: Tensor, draws: torch.Generator) -> Tensor:
    """A surgical mask drawn from the bridge of the nose down, in any colour."""
    (left_x, eyes_y), (right_x, _), (nose_x, nose_y) = (TEMPLATE_XY[:3] + MARGIN_PX).tolist()
    top = (eyes_y + nose_y) / 2 + _uniform(draws, crops, -2, 14, 1, 1)
    y, x = _places(crops)
    half = (right_x - left_x) / 2 + 22 - (y - top).clamp(min=0) * 0.14
    away = (x - nose_x).abs()
    return _painted(crops, draws, (y > top + 0.1 * away) & (away < half))


def glasses(crops: Tensor, draws: torch.Generator) -> Tensor:
    """Two lenses and a bridge: rims only, or filled like sunglasses."""
    y, x = _places(crops)
    radius = _uniform(draws, crops, 10, 16, 1, 1)
    rim = _uniform(draws, crops, 1.5, 3.5, 1, 1)
    filled = _uniform(draws, crops, 0, 1, 1, 1) < 0.4
    (left_x, left_y), (right_x, right_y) = (TEMPLATE_XY[:2] + MARGIN_PX).tolist()
    to_eye = torch.minimum(
        ((x - left_x) / 1.2).square() + (y - left_y).square(),
        ((x - right_x) / 1.2).square() + (y - right_y).square(),
    ).sqrt()
    covered = (to_eye < radius) & (filled | (to_eye > radius - rim))
    bridge = ((y - left_y + 3).abs() < rim / 2) & (x > left_x) & (x < right_x)
    return _painted(crops, draws, covered | (bridge & (to_eye >= radius)), darkest=0.35)


def _places(pictures: Tensor) -> tuple[Tensor, Tensor]:
    """Rows `(1, h, 1)` and columns `(1, 1, w)` in px."""
    height, width = pictures.shape[-2:]
    y = torch.arange(height, device=pictures.device, dtype=torch.float32)
    x = torch.arange(width, device=pictures.device, dtype=torch.float32)
    return y[None, :, None], x[None, None, :]


def _box(views: Tensor, start: Tensor, end: Tensor) -> Tensor:
    y, x = _places(views)
    (top, left), (bottom, right) = (ends[..., None, None].unbind(1) for ends in (start, end))
    return (y >= top) & (y < bottom) & (x >= left) & (x < right)


def _painted(
    views: Tensor, draws: torch.Generator, where: Tensor, *, darkest: float = 1.0
) -> Tensor:
    """One colour, up to `darkest` bright, where `(n, h, w)` says."""
    colour = _uniform(draws, views, 0, darkest, 3, 1, 1)
    return torch.where(where.unsqueeze(1), colour, views)


_ON_CROPS: Final[tuple[tuple[float, Step], ...]] = (
    (0.25, brow), (0.08, mask), (0.08, glasses),
)  # fmt: skip
_ON_VIEWS: Final[tuple[tuple[float, Step], ...]] = (
    (1.0, tone), (0.12, grey), (0.15, side_light), (0.15, blur), (0.15, small), (0.15, grain),
    (0.2, jpeg), (0.15, cut_out),
)  # fmt: skip
