"""Keep the same number on the same face from frame to frame, by overlap alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from siamapp.types import Face, FloatArray


def iou(a_xyxy: FloatArray, b_xyxy: FloatArray) -> FloatArray:
    """Intersection over union of every box `(N, 4)` with every box `(M, 4)`: `(N, M)`."""
    low = np.maximum(a_xyxy[:, None, :2], b_xyxy[None, :, :2])
    high = np.minimum(a_xyxy[:, None, 2:], b_xyxy[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    area_a = np.clip(a_xyxy[:, 2:] - a_xyxy[:, :2], 0, None).prod(axis=1)
    area_b = np.clip(b_xyxy[:, 2:] - b_xyxy[:, :2], 0, None).prod(axis=1)
    union = area_a[:, None] + area_b[None, :] - shared
    return np.asarray(shared / np.maximum(union, 1e-6), np.float32)


@dataclass(slots=True)
class _Track:
    track_id: int
    box_xyxy: FloatArray
    seen_s: float


class Tracker:
    """Greedy overlap tracker. A track ends when its face was gone for `patience_s`."""

    def __init__(
        self, *, min_iou: float = 0.25, jumped_iou: float = 0.5, patience_s: float = 0.5
    ) -> None:
        self._min_iou = min_iou
        self._jumped_iou = jumped_iou
        self._patience_s = patience_s
        self._tracks: list[_Track] = []
        self._next_id = 1

    def __call__(self, faces: Sequence[Face], time_s: float, *, jumped: bool = False) -> list[int]:
        """Track number of each face, in the order given. Two faces never share a number.

        `jumped` says that a face was not where it should have been: then a number is given on to a
        face in the very same place only.
        """
        min_iou = self._jumped_iou if jumped else self._min_iou
        self._tracks = [t for t in self._tracks if 0 <= time_s - t.seen_s <= self._patience_s]
        ids = [0] * len(faces)
        if self._tracks and faces:
            overlap = iou(
                np.stack([face.box_xyxy for face in faces]),
                np.stack([track.box_xyxy for track in self._tracks]),
            )
            while overlap.max() >= min_iou:
                row, column = np.unravel_index(int(overlap.argmax()), overlap.shape)
                ids[row] = self._tracks[column].track_id
                overlap[row, :] = -1
                overlap[:, column] = -1
        by_id = {track.track_id: track for track in self._tracks}
        for i, face in enumerate(faces):
            if ids[i] == 0:
                ids[i] = self._new_id()
                self._tracks.append(_Track(ids[i], face.box_xyxy, time_s))
            else:
                by_id[ids[i]].box_xyxy, by_id[ids[i]].seen_s = face.box_xyxy, time_s
        return ids

    def renew(self, track_id: int) -> int:
        """The new number of a face that turned out not to be that track's."""
        track = next(track for track in self._tracks if track.track_id == track_id)
        track.track_id = self._new_id()
        return track.track_id

    def end_all(self) -> None:
        """No face that comes now is one of those before."""
        self._tracks = []

    def _new_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1

    @property
    def alive(self) -> frozenset[int]:
        """Numbers that may still come back."""
        return frozenset(track.track_id for track in self._tracks)
