"""The two public-domain portraits as a camera might see them."""

from __future__ import annotations

import cv2
import numpy as np

from siamapp.types import BgrImage


def side_by_side(left: BgrImage, right: BgrImage) -> BgrImage:
    """Two people in one picture."""
    height = min(left.shape[0], right.shape[0])
    parts = [cv2.resize(p, (p.shape[1] * height // p.shape[0], height)) for p in (left, right)]
    return np.asarray(np.hstack(parts), np.uint8)


def seen_again(bgr: BgrImage) -> BgrImage:
    """The same portrait in weaker light and a little out of focus."""
    darker = cv2.convertScaleAbs(bgr, alpha=0.85, beta=4)
    return np.asarray(cv2.GaussianBlur(darker, (0, 0), 1.2), np.uint8)
