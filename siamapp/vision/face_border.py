"""Do edges around a face go along with it, as those of a sheet or a screen in a hand do?"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from siamapp.types import BgrImage, FloatArray
from siamapp.vision.face_motion import WINDOW_S
from siamapp.vision.points import corners, flow
from siamapp.vision.presence_network import face_size_px

FACE_PX: Final = 24
"""Face size that the picture is brought to."""
REACH: Final = 5.0
"""How far around a face is looked, in face sizes."""
_NEAREST: Final = 1.3
_SHORTEST: Final = 1.5
"""Of an edge, in face sizes: its distance from the face's middle, and its length. Nearer there are
ears and hair, and hardly anything on a head is straight for so long.
"""
_ON_EDGE: Final = 8
"""Points followed on each edge."""
_RIM_PX: Final = 6
"""Points so near to the picture's rim cannot be followed."""
_LEAST_SKIN: Final = 12
_LEAST_BEYOND: Final = 6
_LEAST_STEPS: Final = 5
_SOON_S: Final = 0.6
_LASTS_S: Final = 0.1
"""Seen for less, in a frame or two, it may be chance."""
_STIFF: Final = 0.9
"""Share of the skin's points that must move as one: those of a picture do."""
_MOVED_PX: Final = 0.4
"""Four times what a point is missed by."""
_ALONG: Final = 0.3
"""An edge goes along where it misses the face's motion by less than this share of it."""
_CAMERA_PX: Final = 3.0
"""No camera on a desk trembles as much, so it is the face that moves."""


class FaceBorder:
    """Follows the skin of one face and the straight edges on all its sides.

    Walls, doors and windows stay while somebody moves before them; the edges of what a picture is
    shown on move as the picture does. Where the camera trembles all of it moves: what is beyond
    those edges must not go along. A screen that stands still has edges that stand still, and is
    not found here.
    """

    def __init__(self) -> None:
        self._begun_s = float("-inf")
        self._box = (slice(0), slice(0))
        self._scale = 1.0
        self._last: NDArray[np.uint8] = np.empty((0, 0), np.uint8)
        self._middle: FloatArray = np.zeros(2, np.float32)
        self._normals: FloatArray = np.empty((0, 2), np.float32)
        """Of each edge, away from the face; and its distance."""
        self._away: FloatArray = np.empty(0, np.float32)
        self._start = self._now = self._normals
        """Points of skin, edges and surroundings, in that order."""
        self._skin = self._edges = self._around = slice(0)
        self._since_s: float | None = None
        """When edges began to go along."""
        self._steps: list[tuple[FloatArray, FloatArray, float]] = []
        """How far the points moved, how far they would have with the face, how stiff it was."""

    def add(self, bgr: BgrImage, landmarks_xy: FloatArray, time_s: float) -> bool:
        """Take the next frame `(H, W, 3)`, with the face's landmarks `(5, 2)` px: does a border of
        two sides or more go along with the face?
        """
        if time_s - self._begun_s > WINDOW_S:
            self._begin(bgr, landmarks_xy)
            self._begun_s, self._since_s = time_s, None
        elif len(self._normals):
            self._follow(self._small(bgr))
            if time_s - self._begun_s < _SOON_S or not self._goes_along():
                self._since_s = None
            elif self._since_s is None:
                self._since_s = time_s
        return self._since_s is not None and time_s - self._since_s >= _LASTS_S

    def _begin(self, bgr: BgrImage, landmarks_xy: FloatArray) -> None:
        size, middle = face_size_px(landmarks_xy), landmarks_xy.mean(axis=0)
        end = np.array(bgr.shape[1::-1])
        x1, y1 = np.clip(middle - REACH * size, 0, end - 1).astype(int)
        x2, y2 = np.clip(middle + REACH * size, (x1 + 1, y1 + 1), end).astype(int)
        self._box, self._scale = (slice(y1, y2), slice(x1, x2)), FACE_PX / size
        self._middle = np.asarray((middle - (x1, y1)) * self._scale, np.float32)
        self._last = self._small(bgr)
        on_edges = self._find_edges()
        skin, around = self._corners(inner=True), self._corners(inner=False)
        if len(skin) < _LEAST_SKIN:
            self._normals = self._normals[:0]
        self._start = self._now = np.vstack([skin, on_edges, around])
        self._skin = slice(len(skin))
        self._edges = slice(len(skin), len(skin) + len(on_edges))
        self._around = slice(self._edges.stop, None)
        self._steps = []

    def _small(self, bgr: BgrImage) -> NDArray[np.uint8]:
        """What lies around the face, grey, with a face of `FACE_PX`."""
        grey = cv2.cvtColor(bgr[self._box], cv2.COLOR_BGR2GRAY)
        width, height = (max(round(grey.shape[k] * self._scale), 16) for k in (1, 0))
        small = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.uint8)

    def _find_edges(self) -> FloatArray:
        """Set the edges (LSD, Grompone von Gioi et al. 2010) and return points on them `(n, 2)`."""
        found = cv2.createLineSegmentDetector().detect(self._last)[0]
        # OpenCV gives None where there is none, whatever its type says.
        ends = np.reshape(found, (-1, 2, 2)) if np.size(found) > 1 else np.empty((0, 2, 2))
        ends = ends[np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1) > _SHORTEST * FACE_PX]
        along = ends[:, 1] - ends[:, 0]
        normals = along[:, ::-1] * (-1, 1) / np.linalg.norm(along, axis=1, keepdims=True)
        away = ((ends[:, 0] - self._middle) * normals).sum(axis=1)
        kept = np.abs(away) > _NEAREST * FACE_PX
        self._normals = np.asarray((normals * np.sign(away)[:, None])[kept], np.float32)
        self._away = np.asarray(np.abs(away[kept]), np.float32)
        shares = np.linspace(0.1, 0.9, _ON_EDGE)[:, None]
        points = ends[kept, None, 0] + shares * along[kept, None]
        return np.asarray(points.reshape(-1, 2), np.float32)

    def _corners(self, *, inner: bool) -> FloatArray:
        """Points `(n, 2)` that can be followed: on the skin, or beside and above the head."""
        x, y = (int(v) for v in self._middle)
        height, width = self._last.shape
        mask: NDArray[np.uint8] = np.zeros((height, width), np.uint8)
        if inner:
            reach = int(0.9 * FACE_PX)
            cv2.rectangle(mask, (x - reach, y - reach), (x + reach, y + reach), 255, -1)
        else:
            mask[_RIM_PX:-_RIM_PX, _RIM_PX:-_RIM_PX] = 255
            side, up = int(1.5 * FACE_PX), 2 * FACE_PX
            cv2.rectangle(mask, (x - side, y - up), (x + side, height), 0, -1)
        return corners(self._last, mask, most=40, apart_px=4)

    def _follow(self, small: NDArray[np.uint8]) -> None:
        # On an edge only the motion across it can be seen, and only that is asked for below: hence
        # no bar for points that lie on something straight.
        self._now, _ = flow(self._last, small, self._now, least_eigenvalue=1e-6)
        self._last = small
        # Affine: a picture that is tilted as well, seen from as far away as it is here.
        matrix, kept = cv2.estimateAffine2D(
            self._start[self._skin], self._now[self._skin], ransacReprojThreshold=1.0
        )
        if np.shape(matrix) == (2, 3):
            with_face = self._start @ matrix[:, :2].T + matrix[:, 2] - self._start
            self._steps.append((self._now - self._start, with_face, float(kept.mean())))

    def _goes_along(self) -> bool:
        if len(self._steps) < _LEAST_STEPS or np.mean([s[2] for s in self._steps]) < _STIFF:
            return False
        moved, with_face = (np.stack([step[k] for step in self._steps]) for k in (0, 1))
        own, expected = self._across(moved), self._across(with_face)
        strength = _rms(expected)
        along = (strength > _MOVED_PX) & (_rms(own - expected) < _ALONG * strength)
        normals = self._normals[along]
        if not (normals @ normals.T < 0.5).any():  # no two sides 60 degrees apart or more
            return False
        around, most = self._around, float(strength[along].max())
        return self._room_stays(along, moved[:, around], with_face[:, around], most)

    def _across(self, motion: FloatArray) -> FloatArray:
        """Of motions `(t, n, 2)`, each edge's own across itself: `(t, edges)`."""
        on_edges = motion[:, self._edges].reshape(len(motion), -1, _ON_EDGE, 2)
        across = (on_edges * self._normals[:, None]).sum(axis=3)
        return np.asarray(np.median(across, axis=2), np.float32)

    def _room_stays(
        self, along: NDArray[np.bool_], moved: FloatArray, with_face: FloatArray, strength: float
    ) -> bool:
        """Whether what lies beyond those edges did not go along: then it is no trembling camera."""
        outwards = (self._start[self._around] - self._middle) @ self._normals[along].T
        beyond = (outwards > self._away[along] + 0.25 * FACE_PX).any(axis=1)
        if beyond.sum() < _LEAST_BEYOND:
            return strength > _CAMERA_PX
        missed = np.linalg.norm(moved - with_face, axis=2)[:, beyond]
        expected = np.linalg.norm(with_face, axis=2)[:, beyond]
        return bool(np.median(missed) > 0.5 * np.median(expected))


def _rms(motion: FloatArray) -> FloatArray:
    return np.asarray(np.sqrt((motion**2).mean(axis=0)), np.float32)
