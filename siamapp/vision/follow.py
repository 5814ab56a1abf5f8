"""Faces of a stream's frames: all detected now and then, the known ones followed in between."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from siamapp.types import BgrImage, Face, Frame
from siamapp.vision.detect import Detector
from siamapp.vision.track import iou

DETECT_WITHIN_S = 0.28
"""A frame is searched whole before this much time has passed: nobody new waits longer, whether or
not somebody is there."""
EMPTY_WITHIN_S = 1.0
"""An empty picture that stays the same is searched again after this all the same."""
EMPTY_GRID = (40, 30)
"""Cells, across and down, whose mean colours tell whether an empty picture stays the same: a face
that can be found covers several."""
SAME_CELL = 6.0
"""Levels of 255 by which a cell's mean may have changed: a sensor's noise makes some 0.3, a video's
compression some 4, the palest face that is found 28."""
MOST_MOVED = 0.25
"""Eye distances that a face may have moved since the frame before, and still be followed: the
closer look was trained to mend some 0.2."""
MOST_SCALED = 1.2
MOST_SHARED = 0.2
"""Intersection over union of two followed faces beyond which one may have become the other."""


class Follower:
    """Called with each frame of one stream, in order.

    What is followed must look like a face, near where it was, apart from the others and inside the
    picture; where one does not, all of that frame is searched, and nothing is taken over from the
    frame before. Where the last search found nobody and the picture is still the same, it is not
    searched again so soon.

    `jumped` says whether that was so in the frame last given. Where nobody was in it, frames before
    `rests_until_s` will not be searched, so they need not be given.
    """

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._faces: Sequence[Face] = ()
        self._shape: tuple[int, ...] = ()
        self._detected_s = self._searched_s = self._last_s = float("-inf")
        self._empty: BgrImage | None = None
        """The picture in which nobody was found, as its cells' colours."""
        self.jumped = False
        self.rests_until_s = float("-inf")

    def __call__(self, frame: Frame) -> Sequence[Face]:
        """The frame's faces, the largest first.

        Raises:
            ModelIncompatible: a network's outputs are not what the card promises.
        """
        self.jumped = False
        faces = self._followed(frame)
        if faces is None:
            faces = self._searched(frame)
            self._detected_s = frame.time_s
        step_s = frame.time_s - self._last_s
        self.rests_until_s = float("-inf") if faces else self._detected_s + DETECT_WITHIN_S - step_s
        self._faces, self._shape, self._last_s = faces, frame.bgr.shape, frame.time_s
        return faces

    def _searched(self, frame: Frame) -> Sequence[Face]:
        """What the whole frame shows; nobody where it is the one that showed nobody."""
        cells = None if self._faces else _cells(frame.bgr)
        if (
            self._empty is not None
            and cells is not None
            and frame.bgr.shape == self._shape
            and 0 < frame.time_s - self._searched_s < EMPTY_WITHIN_S
            and cv2.norm(cells, self._empty, cv2.NORM_INF) < SAME_CELL
        ):
            return ()
        faces = self._detector.detect(frame.bgr)
        self._searched_s = frame.time_s
        self._empty = None if faces else (_cells(frame.bgr) if cells is None else cells)
        return faces

    def _followed(self, frame: Frame) -> Sequence[Face] | None:
        """The known faces in this frame, or None where all of it must be searched."""
        step_s = frame.time_s - self._last_s
        # The next frame is as far off as this one was: would it come too late?
        late = not step_s > 0 or frame.time_s + step_s - self._detected_s > DETECT_WITHIN_S
        if late or frame.bgr.shape != self._shape or not self._detector.follows:
            return None
        if not self._faces:
            return ()
        now = self._detector.follow(frame.bgr, self._faces)
        trusted = all(map(self._trusted, self._faces, now))
        self.jumped = not (trusted and _inside(now, self._shape) and not _any_shared(now))
        return None if self.jumped else now

    def _trusted(self, before: Face, now: Face) -> bool:
        moved = np.linalg.norm((now.landmarks_xy - before.landmarks_xy).mean(axis=0))
        scaled = now.eye_distance_px / max(before.eye_distance_px, 1e-6)
        return bool(
            now.score >= self._detector.least_score
            and moved <= MOST_MOVED * before.eye_distance_px
            and 1 / MOST_SCALED < scaled < MOST_SCALED
        )


def _cells(bgr: BgrImage) -> BgrImage:
    return np.asarray(cv2.resize(bgr, EMPTY_GRID, interpolation=cv2.INTER_AREA), np.uint8)


def _any_shared(faces: Sequence[Face]) -> bool:
    if len(faces) < 2:
        return False
    boxes = np.stack([face.box_xyxy for face in faces])
    shared = iou(boxes, boxes)  # at once: pair by pair it was most of a crowd's time
    np.fill_diagonal(shared, 0)
    return bool(shared.max() > MOST_SHARED)


def _inside(faces: Sequence[Face], shape: tuple[int, ...]) -> bool:
    points = np.concatenate([face.landmarks_xy for face in faces])
    return bool((points >= 0).all() and (points < (shape[1], shape[0])).all())
