"""From five landmarks to the crop a network sees. Shared with `training`, so both see the same."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from siamapp.types import BgrImage, FloatArray
from siamapp.vision.planes import halve

CROP_PX: Final = 112
TEMPLATE_XY: Final[FloatArray] = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ],
    dtype=np.float32,
)
"""`(5, 2)` places in a 112x112 crop: the ArcFace template (Deng et al. 2019, section 4.1)."""
_COMPLEX: Final = np.array([1, 1j])


def similarity(landmarks_xy: FloatArray, template_xy: FloatArray = TEMPLATE_XY) -> FloatArray:
    """Least-squares similarity transform `(2, 3)` that takes landmarks onto the template.

    Umeyama 1991, "Least-squares estimation of transformation parameters", eqs. 39 to 42, in the
    closed form of the plane (rotation, uniform scale and shift; never a reflection).

    Raises:
        ValueError: the landmarks coincide or are not finite.
    """
    source = np.asarray(landmarks_xy, np.float64) @ _COMPLEX
    target = np.asarray(template_xy, np.float64) @ _COMPLEX
    source_mean, target_mean = source.sum() / len(source), target.sum() / len(target)
    s = source - source_mean
    spread = np.vdot(s, s).real
    if not np.isfinite(spread) or spread < 1e-6:
        raise ValueError("landmarks coincide or are not finite")
    # A turn and a scale are one complex factor, and the least squares one division.
    turn = np.vdot(s, target - target_mean) / spread
    shift = target_mean - turn * source_mean
    return np.array(
        [[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]], np.float32
    )


def unlay(points_xy: FloatArray, matrix: FloatArray) -> FloatArray:
    """Points `(n, 2)` of a crop back in the picture that the similarity `(2, 3)` took it from."""
    linear = matrix[:, :2]
    scale_squared = linear[0, 0] ** 2 + linear[1, 0] ** 2
    return np.asarray((points_xy - matrix[:, 2]) @ linear / scale_squared, np.float32)


def align(bgr: BgrImage, landmarks_xy: FloatArray, margin_px: int = 0) -> BgrImage:
    """Crop `(112 + 2 margin, 112 + 2 margin, 3)` with the landmarks on the template.

    Raises:
        ValueError: the landmarks coincide or are not finite.
    """
    matrix = similarity(landmarks_xy, TEMPLATE_XY + np.float32(margin_px))
    return lay(bgr, matrix, CROP_PX + 2 * margin_px)


def scaled_template(side_px: int, margin_px: int) -> FloatArray:
    """The template's places `(5, 2)` in a square of `side_px` that shows `margin_px` around it."""
    # Pixel centres, not corners, are what the template's numbers mean.
    scale = side_px / (CROP_PX + 2 * margin_px)
    return ((TEMPLATE_XY + margin_px + 0.5) * scale - 0.5).astype(np.float32)


def lay(bgr: BgrImage, matrix: FloatArray, side_px: int) -> BgrImage:
    """Crop `(side_px, side_px, 3)` of what the similarity `(2, 3)` takes into it."""
    # A crop is often much smaller than the face: averaging first avoids aliasing.
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if scale <= 0.5:
        bgr, matrix = _shrunk(bgr, matrix, side_px, int(np.log2(1 / scale)))
    crop = cv2.warpAffine(bgr, matrix, (side_px, side_px), flags=cv2.INTER_LINEAR)
    return np.asarray(crop, dtype=np.uint8)


def _shrunk(
    bgr: BgrImage, matrix: FloatArray, side_px: int, times: int
) -> tuple[BgrImage, FloatArray]:
    """What a crop shows of a picture, halved `times`, and the similarity from there to the crop.

    Only that part is averaged: it costs what the face does, not what the picture does. It starts
    and ends on whole cells, so its pixels are those of the whole picture shrunk.
    """
    step = 2**times
    ends = np.array([[-1, -1], [side_px, -1], [-1, side_px], [side_px, side_px]], np.float32)
    seen = unlay(ends, matrix) / step
    columns, rows = bgr.shape[1] // step, bgr.shape[0] // step
    (left, top), (right, bottom) = seen.min(axis=0).tolist(), seen.max(axis=0).tolist()
    left, right = (min(max(int(x), 0), columns) for x in (left - 1, right + 2))
    top, bottom = (min(max(int(y), 0), rows) for y in (top - 1, bottom + 2))
    part = bgr[top * step : bottom * step, left * step : right * step]
    if not part.size:
        return np.zeros((1, 1, 3), np.uint8), matrix
    # Halving keeps the pixels' corners, not their centres, in place.
    corner = np.array([left * step, top * step], np.float32) + np.float32((step - 1) / 2)
    onto = matrix * np.float32(step)
    onto[:, 2] = matrix[:, :2] @ corner + matrix[:, 2]
    return halve(part, times), onto
