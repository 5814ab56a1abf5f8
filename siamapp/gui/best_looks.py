"""The best looks at each face in view, so that a stranger can be enrolled from where they stand."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from siamapp.types import FaceResult, FrameResult, Sample
from siamapp.vision.quality import ENROL, score, shortfalls

KEPT: Final = 12
"""Looks per track; the enrolment chooses among them."""
EVERY_S: Final = 0.2
"""Looks closer in time than this show the same thing."""
TRACKS: Final = 16


class BestLooks:
    """Samples by track: good enough to enrol, apart in time, the best of them."""

    def __init__(self) -> None:
        self._looks: OrderedDict[int, list[tuple[float, Sample]]] = OrderedDict()
        self._taken_s: dict[int, float] = {}

    def add(self, result: FrameResult) -> None:
        """Take what this frame shows."""
        for face in result.faces:
            if face.embedding is None or face.crop_bgr is None or shortfalls(face.quality, ENROL):
                continue
            track, last_s = face.track_id, self._taken_s.get(face.track_id)
            if last_s is not None and 0 <= result.time_s - last_s < EVERY_S:
                continue
            self._taken_s[track] = result.time_s
            looks = self._looks.setdefault(track, [])
            looks.append((score(face.quality), Sample(face.crop_bgr, face.embedding, face.quality)))
            looks.sort(key=lambda look: look[0], reverse=True)
            del looks[KEPT:]
            self._looks.move_to_end(track)
            while len(self._looks) > TRACKS:
                gone, _ = self._looks.popitem(last=False)
                self._taken_s.pop(gone, None)

    def of(self, face: FaceResult) -> list[Sample]:
        """The looks at that face's track, the best first."""
        return [sample for _, sample in self._looks.get(face.track_id, [])]

    def clear(self) -> None:
        self._looks.clear()
        self._taken_s.clear()
