"""From a picture's bytes to the planes a network takes, by the ways that cost least."""

from __future__ import annotations

import cv2
import numpy as np

from siamapp.types import BgrImage, FloatArray
from siamapp.vision.card import InputSpec


def fill(planes: FloatArray, bgr: BgrImage, spec: InputSpec) -> None:
    """Write a picture `(H, W, 3)` into `planes` `(3, H, W)`, in the card's order and scale.

    Plane by plane: reading interleaved bytes with a stride costs twice as much.
    """
    channels = cv2.split(bgr)
    ordered = channels if spec.channels == "bgr" else channels[::-1]
    for plane, channel, mean, std in zip(planes, ordered, spec.mean, spec.std, strict=True):
        np.copyto(plane, channel)
        if mean:
            plane -= np.float32(mean)
        if std != 1:
            plane *= np.float32(1 / std)


def halve(bgr: BgrImage, times: int) -> BgrImage:
    """The picture at `2 ** -times` of its size, each pixel the mean of those it stands for.

    Step by step, as OpenCV has a fast way for the mean of 2x2 pixels only. An odd last row or
    column is left out.
    """
    for _ in range(times):
        height, width = bgr.shape[0] // 2, bgr.shape[1] // 2
        even = bgr[: 2 * height, : 2 * width]
        bgr = np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return bgr
