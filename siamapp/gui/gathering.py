"""Enrolment as a live session sees it: frames go to the collector, the page sees the progress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from siamapp.enroll import WANTED
from siamapp.gui.video_view import Overlay, box_of
from siamapp.types import Frame, FrameResult, Sample

if TYPE_CHECKING:
    from siamapp.collect import Collector, Progress

LOOKS_PER_SAMPLE: Final = 2
"""Good looks gathered for each sample kept, so that there is something to choose from."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """The collector's answer to one frame."""

    time_s: float
    progress: Progress
    overlays: tuple[Overlay, ...]


class Gathering:
    """A `Process` that enrols; called by `siam-vision`, read by the window."""

    wanted: Final = LOOKS_PER_SAMPLE * WANTED

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self.look: Look | None = None
        """The newest answer; replaced as a whole, never changed."""

    def __call__(self, frame: Frame) -> FrameResult:
        progress = self._collector.add(frame)
        refused = bool(progress.advice)
        overlays = tuple(
            Overlay(box_of(seen.face), "", "warn" if refused else "good", dashed=refused)
            for seen in progress.seen
        )
        self.look = Look(frame.time_s, progress, overlays)
        height_px, width_px = frame.bgr.shape[:2]
        return FrameResult(frame.index, frame.time_s, width_px, height_px, faces=())

    def samples(self) -> list[Sample]:
        """What was gathered; called once the session has stopped. Raises as `Collector.samples`."""
        return self._collector.samples()
