"""The truth about a camera: frames that arrive are not yet pictures."""

from __future__ import annotations

import zlib
from enum import StrEnum

import numpy as np

from siamapp.types import BgrImage, Frame

STEP_PX = 8
"""Every eighth pixel of every eighth row: 14 kB of a 640x480 frame."""
BLACK_MEAN, BLACK_STD = 16.0, 4.0
"""Grey levels of 255 below both of which a picture shows nothing (16 is video's black)."""
BLACK_S = 1.0
FROZEN_S = 1.0
"""A sensor's noise never repeats: equal frames for so long come from a dead driver. In the dark
some give 5 pictures a second and repeat each until the next, which is a fifth of that."""


class Picture(StrEnum):
    """What the frames of a source are worth."""

    OK = "ok"
    BLACK = "black"
    FROZEN = "frozen"
    LOST = "lost"
    """No frames: the source is gone or stalls; a live one is being opened again."""


class PictureWatch:
    """Judges the frames of one opened source by their own clock, so that it needs none."""

    def __init__(self, *, live: bool) -> None:
        self._live = live
        self._dark_since_s: float | None = None
        self._same_since_s = 0.0
        self._last_hash: int | None = None

    def see(self, frame: Frame) -> Picture:
        sample = np.ascontiguousarray(frame.bgr[::STEP_PX, ::STEP_PX])
        black, frozen = self._black(sample, frame.time_s), self._frozen(sample, frame.time_s)
        if black:  # first: a covered lens may clip to the same zeros for ever
            return Picture.BLACK
        return Picture.FROZEN if frozen else Picture.OK

    def _black(self, sample: BgrImage, time_s: float) -> bool:
        if sample.mean() >= BLACK_MEAN or sample.std() >= BLACK_STD:
            self._dark_since_s = None
            return False
        if self._dark_since_s is None:
            self._dark_since_s = time_s
        return time_s - self._dark_since_s > BLACK_S

    def _frozen(self, sample: BgrImage, time_s: float) -> bool:
        if not self._live:  # a video may stand still, and photos do
            return False
        digest = zlib.crc32(sample.data)
        if digest != self._last_hash:
            self._last_hash, self._same_since_s = digest, time_s
            return False
        return time_s - self._same_since_s > FROZEN_S
