"""Own augmentation: one labelled picture in, a square canvas with known faces out.

A canvas is cut from a picture so that a chosen face has a chosen size anywhere in it, also partly
outside; some are cut where nobody is; several may share one canvas. Light, colour, focus, noise and
JPEG follow. Everything is drawn from one generator, so a seed repeats a run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from siamapp.types import BgrImage, FloatArray
from training.detector_data import Labelled

MIRRORED_POINTS: Final = [1, 0, 2, 4, 3]
KEEP_VISIBLE: Final = 0.5
"""A face of which less is visible is neither face nor background."""
SMALLEST_PX: Final = 12.0
MOSAIC_SHARE: Final = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """`(side, side, 3)` BGR with its faces.

    Boxes `(n, 4)`, points `(n, 5, 2)` (NaN outside the canvas) and ignored regions `(m, 4)`, in px.
    """

    bgr: BgrImage
    boxes: FloatArray
    points: FloatArray
    ignored: FloatArray


def draw(
    sources: Sequence[Labelled], crops: Sequence[Labelled], side: int, rng: np.random.Generator
) -> Canvas:
    """One training canvas from a scene, a landmark crop or, as a mosaic, two to four of them."""

    def source() -> Labelled:
        chosen = crops if rng.random() < 0.25 else sources
        return chosen[int(rng.integers(len(chosen)))]

    def cut(width: int, height: int) -> Canvas:
        behind = background(sources[int(rng.integers(len(sources)))], width, height, rng)
        return place(source(), behind, rng)

    # Several faces to a canvas teach more for the same arithmetic, so most canvases are mosaics.
    if rng.random() < MOSAIC_SHARE:
        cut_x, cut_y = (int(side * rng.uniform(0.3, 0.7)) // 2 * 2 for _ in range(2))
        if rng.random() < 0.15:
            cut_y = side
        areas = [
            (0, 0, cut_x, cut_y),
            (cut_x, 0, side, cut_y),
            (0, cut_y, cut_x, side),
            (cut_x, cut_y, side, side),
        ]
        tiles = [(a, cut(a[2] - a[0], a[3] - a[1])) for a in areas if a[3] > a[1]]
        bgr = np.zeros((side, side, 3), np.uint8)
        for (x1, y1, x2, y2), piece in tiles:
            bgr[y1:y2, x1:x2] = piece.bgr
        shift = [np.array([a[0], a[1]], np.float32) for a, _ in tiles]
        canvas = Canvas(
            bgr,
            np.concatenate(
                [t.boxes + np.tile(s, 2) for s, (_, t) in zip(shift, tiles, strict=True)]
            ),
            np.concatenate([t.points + s for s, (_, t) in zip(shift, tiles, strict=True)]),
            np.concatenate(
                [t.ignored + np.tile(s, 2) for s, (_, t) in zip(shift, tiles, strict=True)]
            ),
        )
    else:
        canvas = cut(side, side)
    return Canvas(photometric(canvas.bgr, rng), canvas.boxes, canvas.points, canvas.ignored)


def background(source: Labelled, width: int, height: int, rng: np.random.Generator) -> BgrImage:
    """What is seen beside a picture that does not fill its canvas: a colour, a faceless piece."""
    taken = np.concatenate([source.boxes, source.ignored])
    rows, columns = source.bgr.shape[:2]
    if rng.random() < 0.7:
        for _ in range(4):
            x, y = rng.integers(0, columns - 32), rng.integers(0, rows - 32)
            x2, y2 = x + rng.integers(24, columns - x + 1), y + rng.integers(24, rows - y + 1)
            if not (
                (taken[:, 0] < x2) & (taken[:, 2] > x) & (taken[:, 1] < y2) & (taken[:, 3] > y)
            ).any():
                return np.asarray(cv2.resize(source.bgr[y:y2, x:x2], (width, height)), np.uint8)
    colour = rng.integers(0, 256, 3) if rng.random() < 0.5 else np.zeros(3)
    return np.full((height, width, 3), colour, np.uint8)


def place(source: Labelled, behind: BgrImage, rng: np.random.Generator) -> Canvas:
    """Lay a picture over its background: scaled, turned, perhaps mirrored."""
    height, width = behind.shape[:2]
    bgr, boxes, points, ignored = source.bgr, source.boxes, source.points, source.ignored
    rows, columns = bgr.shape[:2]
    side = min(width, height)
    if len(boxes) and rng.random() < 0.93:
        face = boxes[rng.integers(len(boxes))]
        size = float(np.sqrt((face[2] - face[0]) * (face[3] - face[1])))
        # Log-uniform over what live pictures hold; a small crop is not blown up beyond three times.
        wanted = float(np.exp(rng.uniform(np.log(max(16, 0.2 * side)), np.log(0.9 * side))))
        scale = min(wanted / size, 3.0)
        focus = (face[:2] + face[2:]) / 2
        reach = 0.5 * np.array([width, height])
        if rng.random() > 0.15:  # else the face may hang over the edge
            reach = np.maximum(reach - 0.55 * size * scale, 0.05 * side)
        target = np.array([width, height]) / 2 + rng.uniform(-1, 1, 2) * reach
    else:
        scale = float(np.exp(rng.uniform(np.log(0.5), np.log(3))))
        focus = rng.uniform(0, 1, 2) * (columns, rows)
        target = np.array([width, height]) / 2
        if rng.random() < 0.5 and len(boxes):
            bgr, boxes, points = _faceless(bgr, boxes, rng)
    turn = rng.normal(0, 8) if rng.random() < 0.9 else rng.uniform(-40, 40)
    angle = np.deg2rad(turn)
    linear = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    mirrored = rng.random() < 0.5
    if mirrored:
        linear = linear * np.array([[-1.0, 1.0]])
    matrix = np.column_stack([linear, target - linear @ focus])

    shrink = 2 ** int(np.clip(np.floor(np.log2(1 / scale)), 0, 4))
    small = (
        cv2.resize(bgr, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
        if shrink > 1
        else bgr
    )
    warp = matrix.copy()
    warp[:, :2] *= shrink
    canvas = cv2.warpAffine(
        small,
        warp,
        (width, height),
        dst=behind,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_TRANSPARENT,
    )
    return _visible(np.asarray(canvas, np.uint8), matrix, (boxes, points, ignored), mirrored)


def _moved_boxes(boxes: FloatArray, matrix: FloatArray) -> FloatArray:
    """Boxes after an affine map: about the moved centre, as a face's box keeps upright."""
    scale = np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2 @ matrix[:, :2].T + matrix[:, 2]
    half = (boxes[:, 2:] - boxes[:, :2]) / 2 * scale
    # Turning a face makes its upright box a little squarer.
    tilt = abs(np.arctan2(matrix[1, 0], abs(matrix[0, 0])))
    half = half * np.cos(tilt) + half[:, ::-1] * np.sin(tilt) * 0.5
    return np.concatenate([centre - half, centre + half], axis=1).astype(np.float32)


def _visible(
    bgr: BgrImage,
    matrix: FloatArray,
    labels: tuple[FloatArray, FloatArray, FloatArray],
    mirrored: bool,
) -> Canvas:
    """Move labels into the canvas; keep faces mostly inside, ignore what is cut or tiny."""
    height, width = bgr.shape[:2]
    boxes, ignored = _moved_boxes(labels[0], matrix), _moved_boxes(labels[2], matrix)
    points = labels[1] @ matrix[:, :2].T + matrix[:, 2]
    points = points[:, MIRRORED_POINTS] if mirrored else points
    limit = np.array([width, height, width, height], np.float32)
    clipped, ignored = np.clip(boxes, 0, limit), np.clip(ignored, 0, limit)
    area, inside = ((b[:, 2:] - b[:, :2]).prod(axis=1) for b in (boxes, clipped))
    part = inside / np.maximum(area, 1e-6)
    kept = (part >= KEEP_VISIBLE) & (np.sqrt(area) >= SMALLEST_PX)
    cut = (part > 0.05) & ~kept
    outside = np.asarray((points < 0) | (points >= limit[:2])).any(axis=-1, keepdims=True)
    points = np.where(outside, np.nan, points)
    return Canvas(
        bgr, clipped[kept], points[kept].astype(np.float32), np.concatenate([clipped[cut], ignored])
    )


def _faceless(
    bgr: BgrImage, boxes: FloatArray, rng: np.random.Generator
) -> tuple[BgrImage, FloatArray, FloatArray]:
    """The picture with every face painted over by another part of it or by one colour."""
    bgr = bgr.copy()
    for x1, y1, x2, y2 in boxes:
        centre, axes = (
            (int((x1 + x2) / 2), int((y1 + y2) / 2)),
            (int((x2 - x1) * 0.6) + 2, int((y2 - y1) * 0.6) + 2),
        )
        if rng.random() < 0.5:
            colour = bgr[
                min(max(int(y2) + 3, 0), bgr.shape[0] - 1), min(max(centre[0], 0), bgr.shape[1] - 1)
            ]
            cv2.ellipse(bgr, centre, axes, 0, 0, 360, [int(c) for c in colour], -1)
        else:
            mask = np.zeros(bgr.shape[:2], np.uint8)
            cv2.ellipse(mask, centre, axes, 0, 0, 360, 255, -1)
            smooth = cv2.blur(bgr, (2 * (axes[0] // 2) + 31, 2 * (axes[1] // 2) + 31))
            bgr = np.where(mask[..., None] > 0, smooth, bgr)
    return bgr, np.empty((0, 4), np.float32), np.empty((0, 5, 2), np.float32)


def photometric(picture: BgrImage, rng: np.random.Generator) -> BgrImage:
    """Light, colour, focus, noise and compression."""
    bgr: NDArray[Any] = picture
    if rng.random() < 0.6:
        gamma, gain = np.exp(rng.normal(0, 0.35)), np.exp(rng.normal(0, 0.12, 3))
        if rng.random() < 0.1:
            gain = gain * rng.uniform(0.15, 0.5)
        ramp = (np.arange(256)[:, None] / 255) ** gamma * gain * 255 + rng.normal(0, 10)
        bgr = cv2.LUT(bgr, np.clip(ramp, 0, 255).astype(np.uint8)[None])
    if rng.random() < 0.12:
        bgr = cv2.cvtColor(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    blur = rng.random()
    if blur < 0.12:
        bgr = cv2.GaussianBlur(bgr, (0, 0), rng.uniform(0.4, 2.0))
    elif blur < 0.18:
        length = int(rng.integers(3, 9))
        kernel = np.zeros((length, length), np.float32)
        cv2.line(
            kernel, (0, int(rng.integers(length))), (length - 1, int(rng.integers(length))), 1.0
        )
        bgr = cv2.filter2D(bgr, -1, kernel / kernel.sum())
    if rng.random() < 0.12:
        noise = rng.standard_normal(bgr.shape, np.float32) * np.float32(rng.uniform(2, 12))
        bgr = np.clip(bgr + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        _, encoded = cv2.imencode(
            ".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 95))]
        )
        bgr = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR))
    return np.asarray(bgr, np.uint8)
