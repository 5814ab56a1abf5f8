"""The detector's network, its targets and its losses: anchor-free, one stage, three strides.

Every cell of a map answers for a face whose centre is near it, as in FCOS (Tian et al. 2019,
section 3): a score, four distances to the box's sides and five landmark offsets, all in units of
the stride.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

STRIDES: Final = (8, 16, 32)
CHANNELS: Final = 15
"""Score logit; left, top, right, bottom; five times (x, y)."""
INPUT_SCALE: Final = 1 / 128
"""Pixels are scaled, never shifted: black padding and the convolutions' own zeros are one."""
LEVEL_RANGES_PX: Final = ((0.0, 48.0), (36.0, 112.0), (88.0, float("inf")))
"""Face sizes each stride answers for; they overlap, so that no face falls between two strides."""
CENTRE_RADIUS: Final = 1.25
"""Cells this many strides around a face's centre are its positives (FCOS's centre sampling)."""


def conv(inputs: int, outputs: int, kernel: int = 3, stride: int = 1, groups: int = 1) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def _separable(inputs: int, outputs: int, stride: int = 1) -> nn.Module:
    return nn.Sequential(conv(inputs, inputs, 3, stride, groups=inputs), conv(inputs, outputs, 1))


class DetectorNetwork(nn.Module):
    """BGR 0..255 `(N, 3, H, W)`, sides multiples of 32, to maps `(N, 15, H/s, W/s)` for s in 8, 16,
    32.

    Plain 3x3 convolutions where maps are small and channels few: on onnxruntime's CPU kernels they
    cost less per multiplication than separable ones, which only pay in the large early maps.
    """

    def __init__(self, widths: Sequence[int] = (16, 32, 64, 64), neck: int = 32) -> None:
        super().__init__()
        stem, small, middle, large = widths
        self.input_scale = INPUT_SCALE
        self.stem = nn.Sequential(
            conv(3, stem, stride=2), _separable(stem, small, stride=2), _separable(small, small)
        )
        self.stages = nn.ModuleList(
            nn.Sequential(conv(inputs, outputs, stride=2), conv(outputs, outputs))
            for inputs, outputs in ((small, small), (small, middle), (middle, large))
        )
        self.laterals = nn.ModuleList(conv(width, neck, 1) for width in (small, middle, large))
        self.heads = nn.ModuleList(
            nn.Sequential(_separable(neck, neck), _separable(neck, neck)) for _ in STRIDES
        )
        self.outputs = nn.ModuleList(nn.Conv2d(neck, CHANNELS, 1) for _ in STRIDES)
        for output in self.outputs:
            assert isinstance(output, nn.Conv2d)
            assert output.bias is not None
            nn.init.normal_(output.weight, std=0.01)
            with torch.no_grad():
                output.bias.zero_()
                output.bias[0] = -4.0  # focal loss starts from "almost no cell is a face"
                output.bias[1:5] = 2.0

    def forward(self, bgr: Tensor) -> tuple[Tensor, ...]:
        x = self.stem(bgr * self.input_scale if self.input_scale != 1 else bgr)
        features = []
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        small, middle, large = (
            lateral(feature) for lateral, feature in zip(self.laterals, features, strict=True)
        )
        middle = middle + F.interpolate(large, scale_factor=2.0, mode="nearest")
        small = small + F.interpolate(middle, scale_factor=2.0, mode="nearest")
        maps = []
        for head, output, level in zip(
            self.heads, self.outputs, (small, middle, large), strict=True
        ):
            # Offsets need more than bfloat16's eight bits.
            with torch.autocast("cpu", enabled=False):
                maps.append(output(head(level.float())))
        return tuple(maps)


def cells(maps: Sequence[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """Flatten maps to `(N, cells, 15)`, with centres `(cells, 2)` px and strides `(cells,)`."""
    flat, centres, strides = [], [], []
    for stride, level in zip(STRIDES, maps, strict=True):
        height, width = level.shape[2:]
        y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
        flat.append(level.flatten(2).transpose(1, 2))
        centres.append((torch.stack([x, y], dim=-1).reshape(-1, 2) + 0.5) * stride)
        strides.append(torch.full((height * width,), float(stride)))
    return torch.cat(flat, dim=1), torch.cat(centres), torch.cat(strides)


def assign(centres: Tensor, strides: Tensor, boxes: Tensor) -> Tensor:
    """Index of the face each cell answers for, -1 for none: `(cells,)`.

    Where two faces want a cell, the smaller has it.
    """
    if not len(boxes):
        return torch.full((len(centres),), -1, dtype=torch.long)
    middle, extent = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    size = extent.prod(dim=1).sqrt()
    away = (centres[:, None] - middle[None]).abs()
    near = (away < CENTRE_RADIUS * strides[:, None, None]).all(-1) & (away < extent / 2).all(-1)
    # A face smaller than a cell may hold no centre at all: then the cell that holds its centre.
    near |= (away <= strides[:, None, None] / 2).all(-1)
    ranges = {float(s): limits for s, limits in zip(STRIDES, LEVEL_RANGES_PX, strict=True)}
    low = torch.tensor([ranges[float(s)][0] for s in STRIDES])
    high = torch.tensor([ranges[float(s)][1] for s in STRIDES])
    level = (strides.log2() - 3).long()
    fits = (size[None] >= low[level][:, None]) & (size[None] < high[level][:, None])
    cost = torch.where(near & fits, size[None].expand(len(centres), -1), torch.inf)
    best, index = cost.min(dim=1)
    return torch.where(best.isinf(), -1, index)


def giou(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """IoU and generalised IoU (Rezatofighi et al. 2019, algorithm 1) of paired `(n, 4)` boxes."""
    overlap = (
        (torch.minimum(a[:, 2:], b[:, 2:]) - torch.maximum(a[:, :2], b[:, :2])).clamp(min=0).prod(1)
    )
    hull = (
        (torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2])).clamp(min=0).prod(1)
    )
    area = lambda box: (box[:, 2:] - box[:, :2]).clamp(min=0).prod(1)  # noqa: E731
    union = area(a) + area(b) - overlap
    iou = overlap / union.clamp(min=1e-6)
    return iou, iou - (hull - union) / hull.clamp(min=1e-6)


def detection_loss(
    maps: Sequence[Tensor], boxes: list[Tensor], points: list[Tensor], ignored: list[Tensor]
) -> dict[str, Tensor]:
    """Losses of one batch, each averaged over the positive cells.

    `score` is the quality focal loss (Li et al. 2020, "Generalized focal loss", eq. 3, beta 2) with
    the box's IoU as its target, `box` is 1 - GIoU, `points` the mean absolute landmark error in
    face sizes.

    Args:
        maps: The network's outputs.
        boxes: Per picture `(faces, 4)` xyxy px.
        points: Per picture `(faces, 5, 2)` px; NaN where a point is not to be learnt.
        ignored: Per picture `(regions, 4)` where nothing is said about a face being there.
    """
    predictions, centres, strides = cells(maps)
    index, excused, base = [], [], 0
    for own_boxes, own_ignored in zip(boxes, ignored, strict=True):
        own = assign(centres, strides, own_boxes)
        inside = (
            (centres[:, None] > own_ignored[None, :, :2])
            & (centres[:, None] < own_ignored[None, :, 2:])
        ).all(-1)
        index.append(torch.where(own >= 0, own + base, -1))
        excused.append(inside.any(dim=1) & (own < 0))
        base += len(own_boxes)
    face = torch.stack(index)
    picture, cell = (face >= 0).nonzero(as_tuple=True)
    faces = face[picture, cell]
    positive, centre, stride = predictions[picture, cell], centres[cell], strides[cell, None]
    true_boxes, true_points = torch.cat(boxes)[faces], torch.cat(points)[faces]

    distance = F.relu(positive[:, 1:5]) * stride
    iou, generalised = giou(
        torch.cat([centre - distance[:, :2], centre + distance[:, 2:]], 1), true_boxes
    )
    # ReLU has no slope below zero: a small leak pulls dead distances back.
    dead = F.relu(-positive[:, 1:5]).mean(dim=1)

    size = (true_boxes[:, 2:] - true_boxes[:, :2]).prod(dim=1).sqrt()[:, None, None]
    predicted_points = centre[:, None] + positive[:, 5:].reshape(-1, 5, 2) * stride[:, None]
    known = true_points.isfinite()
    error = (
        predicted_points - torch.where(known, true_points, predicted_points.detach())
    ).abs() / size

    logit = predictions[..., 0]
    target = torch.zeros_like(logit)
    target[picture, cell] = iou.detach().clamp(0, 1)
    focal = F.binary_cross_entropy_with_logits(logit, target, reduction="none")
    focal = focal * (target - logit.detach().sigmoid()).abs().square()
    count = max(len(faces), 1)
    return {
        "score": focal[~torch.stack(excused)].sum() / count,
        "box": (1 - generalised + 0.1 * dead).sum() / count,
        "points": error.sum() / known.sum().clamp(min=1),
    }
