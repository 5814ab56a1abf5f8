"""A face's picture in 256 numbers: has it changed since it was last looked at?"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from siamapp.types import BgrImage, FloatArray

SIDE: Final = 16
SAME_PICTURE: Final = 0.85
"""Least product of two thumbnails of one face a moment apart. Two people's at one place had at most
0.71 in the six videos (`tests/e2e/test_swap.py`); of many strangers' crops some
have more."""


def thumbnail(crop_bgr: BgrImage) -> FloatArray:
    """`(256,)` of zero mean and unit length, of an aligned crop `(112, 112, 3)`.

    The product of two is their normalised cross-correlation: 1 for the same picture, whatever the
    light's strength.
    """
    small = cv2.resize(crop_bgr, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.float32).ravel()
    grey -= grey.mean()
    return np.asarray(grey / max(float(np.linalg.norm(grey)), 1e-6), np.float32)
