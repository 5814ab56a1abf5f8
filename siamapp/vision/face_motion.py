"""How one face moves over about a second: as a flat thing, or as a face does."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from siamapp.types import BgrImage, FloatArray
from siamapp.vision.align import CROP_PX, TEMPLATE_XY, similarity
from siamapp.vision.points import corners, flow

WINDOW_S: Final = 1.2
EYE_PX: Final = float(TEMPLATE_XY[1, 0] - TEMPLATE_XY[0, 0])
_LEAST_POINTS: Final = 16
_KEPT_SHARE: Final = 0.85
"""Of the followed points: the worst may have been lost, and say nothing of the face."""
_TILT_SHARE: Final = 0.12
_EYE_HALF: Final = (9, 5)
_BLINK_S: Final = (0.05, 0.6)
_CLOSED: Final = 0.8
"""A blink takes the dark of the open eye below this share of its usual size."""


@dataclass(frozen=True, slots=True)
class Motion:
    """What the last second showed of one face."""

    frames: int
    bending: float
    """How far points of the skin left the best plane-to-plane motion, in eye distances: a photo
    moves, tilts and nears as a plane; a face turns, blinks and speaks."""
    blinks: int
    """Since the face was first seen."""
    flicker: float
    """Brightness of rows that swings from frame to frame, as a share of their brightness: a
    screen's refresh against the shutter."""


class FaceMotion:
    """Follows points on the aligned crops of one track.

    The crop already follows the head's place, size and roll, so the points move little; what is
    left after a homography is fitted (Hartley & Zisserman 2004, section 4.1) is no plane's motion.
    """

    def __init__(self) -> None:
        self._last: NDArray[np.uint8] | None = None
        self._begun: FloatArray = np.empty((0, 2), np.float32)
        self._now: FloatArray = self._begun
        self._begun_s = 0.0
        self._bends: deque[tuple[float, float]] = deque()
        self._rows: deque[tuple[float, FloatArray]] = deque()
        self._dark: deque[tuple[float, float]] = deque()
        self._closed_s: float | None = None
        self._blinks = 0

    def add(self, crop_bgr: BgrImage, time_s: float) -> Motion:
        """Take the next `(112, 112, 3)` crop of this face."""
        grey = np.asarray(cv2.cvtColor(crop_bgr, cv2.COLOR_BGR2GRAY), np.uint8)
        soft = np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.0), np.uint8)
        last, old = self._last, time_s - self._begun_s > WINDOW_S
        if last is None or old or len(self._now) < _LEAST_POINTS:
            self._begin(soft, time_s)
        else:
            self._follow(last, soft, time_s)
        self._last = soft
        self._rows.append((time_s, grey[24:100, 20:92].mean(axis=1).astype(np.float32)))
        self._see_eyes(soft, time_s)
        for kept in (self._bends, self._rows):
            while kept and time_s - kept[0][0] > WINDOW_S:
                kept.popleft()
        return Motion(
            frames=len(self._rows),
            bending=max((bend for _, bend in self._bends), default=0.0),
            blinks=self._blinks,
            flicker=_flicker([row for _, row in self._rows]),
        )

    def _begin(self, grey: NDArray[np.uint8], time_s: float) -> None:
        mask = np.zeros_like(grey)
        mask[30:108, 14:98] = 255
        self._begun = self._now = corners(grey, mask, most=48, apart_px=5)
        self._begun_s = time_s

    def _follow(self, last: NDArray[np.uint8], grey: NDArray[np.uint8], time_s: float) -> None:
        moved, found = flow(last, grey, self._now)
        back, returned = flow(grey, last, moved)
        kept = found & returned
        kept &= np.linalg.norm(back - self._now, axis=1) < 0.5
        kept &= ((moved > 4) & (moved < CROP_PX - 4)).all(axis=1)
        self._begun, self._now = self._begun[kept], moved[kept]
        if len(self._now) >= _LEAST_POINTS:
            self._bends.append((time_s, bending(self._begun, self._now)))

    def _see_eyes(self, grey: NDArray[np.uint8], time_s: float) -> None:
        """Count a blink where both eyes lose their dark for a moment and get it back."""
        dark = float(np.mean([_darkness(grey, eye) for eye in TEMPLATE_XY[:2]]))
        usual = float(np.median([d for _, d in self._dark])) if len(self._dark) > 5 else None
        if usual is None or dark > _CLOSED * usual:
            if self._closed_s is not None:
                if _BLINK_S[0] <= time_s - self._closed_s <= _BLINK_S[1]:
                    self._blinks += 1
                self._closed_s = None
            self._dark.append((time_s, dark))
        elif self._closed_s is None:
            self._closed_s = time_s
        elif time_s - self._closed_s > _BLINK_S[1]:  # not a blink: another look or light
            self._dark.append((time_s, dark))
        while self._dark and time_s - self._dark[0][0] > 3 * WINDOW_S:
            self._dark.popleft()


def bending(before_xy: FloatArray, after_xy: FloatArray) -> float:
    """Root mean square of what the best homography leaves of the motion of `(n, 2)` points.

    In eye distances, without the worst seventh of the points; 0 where none fits. A share of what a
    similarity leaves is taken off: the more a plane is tilted, the less truly its points are found.
    """
    kept = np.arange(len(before_xy))
    squares = np.zeros(len(before_xy))
    for _ in range(2):  # once with all, once without those that were lost
        homography, _ = cv2.findHomography(before_xy[kept], after_xy[kept], 0)
        if np.shape(homography) != (3, 3):  # None where no plane's motion fits
            return 0.0
        planar = cv2.perspectiveTransform(before_xy[None], homography)[0]
        squares = ((planar - after_xy) ** 2).sum(axis=1)
        kept = np.argsort(squares)[: int(_KEPT_SHARE * len(squares))]
    matrix = similarity(before_xy[kept], after_xy[kept])
    alike = before_xy[kept] @ matrix[:, :2].T + matrix[:, 2] - after_xy[kept]
    tilt = np.sqrt((alike**2).sum(axis=1).mean())
    left = np.sqrt(squares[kept].mean()) - _TILT_SHARE * tilt
    return max(float(left), 0.0) / EYE_PX


def _darkness(grey: NDArray[np.uint8], eye_xy: FloatArray) -> float:
    """How much darker than the skin around it the middle of an eye is, 0..1."""
    x, y = (round(float(v)) for v in eye_xy)
    half_x, half_y = _EYE_HALF
    eye = grey[y - half_y : y + half_y + 1, x - half_x : x + half_x + 1].astype(np.float32)
    skin = float(np.median(grey[y + 10 : y + 20, x - half_x : x + half_x + 1]))
    return float(np.clip(1 - eye / max(skin, 1.0), 0, 1).mean())


def _flicker(rows: list[FloatArray]) -> float:
    """Second difference over time of each row's brightness: even motion and slow light cancel."""
    if len(rows) < 5:
        return 0.0
    stack = np.stack(rows)
    swing = np.abs(stack[2:] - 2 * stack[1:-1] + stack[:-2]).mean() / 4
    return float(swing / max(float(stack.mean()), 1.0))
