"""One look at a face: does the picture look like a person, or like a picture of one?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from siamapp.errors import ModelIncompatible
from siamapp.types import BgrImage, Face, FloatArray
from siamapp.vision.model import Model

SIDE_PX: Final = 80
NEAR: Final = 2.6
"""Side of the near view in face sizes: skin, eyes and mouth, where print and screen leave marks."""
WIDE: Final = 7.0
"""Side of the wide view: head, shoulders and what is around them, where a frame or a hand shows."""
_DOWN: Final = 1.15
"""Eyes to mouth corners is about this share of the eye distance in a face seen from the front."""


def face_size_px(landmarks_xy: FloatArray) -> float:
    """Eye distance, or what it would be judged by the face's height where the head is turned."""
    eyes, mouth = landmarks_xy[:2].mean(axis=0), landmarks_xy[3:].mean(axis=0)
    across = float(np.linalg.norm(landmarks_xy[1] - landmarks_xy[0]))
    return max(across, float(np.linalg.norm(mouth - eyes)) / _DOWN, 1.0)


def view(bgr: BgrImage, landmarks_xy: FloatArray, sizes: float) -> BgrImage:
    """The square of `sizes` face sizes around a face, as `(80, 80, 3)`.

    Beyond the picture its edge is repeated: black there would look like a screen's frame.
    """
    height, width = bgr.shape[:2]
    side = max(round(sizes * face_size_px(landmarks_xy)), 2)
    x, y = (round(float(v) - side / 2) for v in landmarks_xy.mean(axis=0))
    left, top = max(-x, 0), max(-y, 0)
    right, bottom = max(x + side - width, 0), max(y + side - height, 0)
    inside = bgr[max(y, 0) : max(y + side, 0), max(x, 0) : max(x + side, 0)]
    if not inside.size:
        return np.zeros((SIDE_PX, SIDE_PX, 3), np.uint8)
    # Scaled before it is padded: a face that fills the picture has much to pad.
    scale = SIDE_PX / side
    size = (max(round(inside.shape[1] * scale), 1), max(round(inside.shape[0] * scale), 1))
    small = cv2.resize(
        inside, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    )
    up, down, before, after = (round(pad * scale) for pad in (top, bottom, left, right))
    padded = cv2.copyMakeBorder(small, up, down, before, after, cv2.BORDER_REPLICATE)
    if padded.shape[:2] != (SIDE_PX, SIDE_PX):  # by a pixel that rounding lost or gained
        padded = cv2.resize(padded, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_LINEAR)
    return np.asarray(padded, np.uint8)


class PresenceNetwork:
    """Two small networks in one graph: a near and a wide view of each face."""

    def __init__(self, model: Model) -> None:
        """Raises ModelIncompatible where the card is not a presence check's."""
        card = model.card
        if card.task != "presence" or card.presence is None:
            raise ModelIncompatible(
                f"{card.name} is not a presence check.", "Choose a presence model."
            )
        self.model = model
        self.spec = card.presence
        self._mean = np.array(card.input.mean, np.float32)
        self._scale = 1 / np.array(card.input.std, np.float32)

    def __call__(self, bgr: BgrImage, faces: Sequence[Face]) -> FloatArray:
        """How much each face looks alive: `(n,)`, 0 a picture of a face to 1 a face.

        Raises:
            ModelIncompatible: the network gave something else than a number for each face.
        """
        if not faces:
            return np.empty(0, np.float32)
        feed = {
            name: self._planes([view(bgr, face.landmarks_xy, sizes) for face in faces])
            for name, sizes in (("near", self.spec.near_sizes), ("wide", self.spec.wide_sizes))
        }
        scores = np.asarray(self.model.run(feed)[0], np.float32)
        if scores.shape != (len(faces),) or not np.isfinite(scores).all():
            raise ModelIncompatible(
                f"{self.model.card.name} gave an unusable score.",
                "Reinstall the model or choose another.",
            )
        return scores

    def _planes(self, views: Sequence[BgrImage]) -> FloatArray:
        scaled = (np.stack(views) - self._mean) * self._scale
        return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2), np.float32)
