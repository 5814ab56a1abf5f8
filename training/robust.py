"""What a webcam or a winter does to a face, one thing at a time, for the robust rows.

Unlike `training.augment` these are fixed: the same crop is spoiled alike for every model.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np

from siamapp.vision.align import CROP_PX, TEMPLATE_XY
from training.data import Uint8

FACE_PX: Final = 90
"""Width of a face in the 112 px template, cheek to cheek."""


def blurred(rgb: Uint8) -> Uint8:
    """Out of focus: Gaussian, 2 px."""
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), 2.0), np.uint8)


def small(rgb: Uint8) -> Uint8:
    """A face of 40 px across, blown up."""
    side = round(CROP_PX * 40 / FACE_PX)
    low = cv2.resize(rgb, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(low, (CROP_PX, CROP_PX), interpolation=cv2.INTER_LINEAR), np.uint8)


def dark(rgb: Uint8) -> Uint8:
    """A fifth of the light, with a sensor's noise."""
    noise = np.random.default_rng(0).normal(0, 4, rgb.shape)
    return np.clip(0.2 * rgb + noise, 0, 255).astype(np.uint8)


def masked(rgb: Uint8) -> Uint8:
    """A drawn surgical mask from the bridge of the nose down."""
    left, right, nose = TEMPLATE_XY[0], TEMPLATE_XY[1], TEMPLATE_XY[2]
    top = (left[1] + nose[1]) / 2 + 4
    outline = np.array(
        [
            [left[0] - 22, top + 4], [nose[0], top], [right[0] + 22, top + 4],
            [right[0] + 14, CROP_PX - 14], [nose[0], CROP_PX + 4], [left[0] - 14, CROP_PX - 14],
        ]
    )  # fmt: skip
    covered = rgb.copy()
    cv2.fillPoly(covered, [outline.round().astype(np.int32)], (170, 200, 215))
    return covered


def grey(rgb: Uint8) -> Uint8:
    """Without colour."""
    one = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.cvtColor(one, cv2.COLOR_GRAY2RGB), np.uint8)


SPOILS: Final[dict[str, Callable[[Uint8], Uint8]]] = {
    "blur": blurred, "40px": small, "dark": dark, "mask": masked, "grey": grey,
}  # fmt: skip
"""By the name of the row; each takes and gives `(112, 112, 3)` RGB."""
