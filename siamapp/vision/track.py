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

    def __init__(self, *, min_iou: float = 0.25, patience_s: float = 0.5) -> None:
        self._min_iou = min_iou
        self._patience_s = patience_s
        self._tracks: list[_Track] = []
        self._next_id = 1

    def __call__(self, faces: Sequence[Face], time_s: float) -> list[int]:
        """Track number of each face, in the order given. Two faces never share a number."""
        self._tracks = [t for t in self._tracks if 0 <= time_s - t.seen_s <= self._patience_s]
        ids = [0] * len(faces)
        if self._tracks and faces:
            overlap = iou(
                np.stack([face.box_xyxy for face in faces]),
                np.stack([track.box_xyxy for track in self._tracks]),
            )
            while overlap.max() >= self._min_iou:
                row, column = np.unravel_index(int(overlap.argmax()), overlap.shape)
                ids[row] = self._tracks[column].track_id
                overlap[row, :] = -1
                overlap[:, column] = -1
        by_id = {track.track_id: track for track in self._tracks}
        for i, face in enumerate(faces):
            if ids[i] == 0:
                ids[i], self._next_id = self._next_id, self._next_id + 1
                self._tracks.append(_Track(ids[i], face.box_xyxy, time_s))
            else:
                by_id[ids[i]].box_xyxy, by_id[ids[i]].seen_s = face.box_xyxy, time_s
        return ids

    @property
    def alive(self) -> frozenset[int]:
        """Numbers that may still come back."""
        return frozenset(track.track_id for track in self._tracks)
