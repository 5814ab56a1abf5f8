"""Enrolment as a live session sees it: frames go to the collector, the page sees the progress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from siamapp.collect import ENOUGH_SAMPLES
from siamapp.gui.coverage import Coverage, Direction
from siamapp.gui.guide import Guide
from siamapp.gui.video_view import Overlay, box_of
from siamapp.types import Frame, FrameResult, Sample

if TYPE_CHECKING:
    from siamapp.collect import Collector, Progress
    from siamapp.pipeline import Seen

EVERY_S: Final = 0.23
"""Time between two looks: at 25 or 30 frames a second `ENOUGH_SAMPLES` good ones take under 15 s,
even of somebody who never turns as asked."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """The collector's answer to one frame."""

    time_s: float
    progress: Progress
    main: Seen | None
    """The nearest face."""
    next: Direction | None
    share: float
    """Of all looks wanted, 0..1."""
    overlays: tuple[Overlay, ...]
    guide: Guide

    @property
    def complete(self) -> bool:
        return self.next is None or self.progress.good >= ENOUGH_SAMPLES


class Gathering:
    """A `Process` that enrols; called by `siam-vision`, read by the window."""

    def __init__(self, collector: Collector, coverage: Coverage, *, live: bool) -> None:
        self._collector = collector
        self._coverage = coverage
        self._live = live
        self._good = 0
        self.look: Look | None = None
        """The newest answer; replaced as a whole, never changed."""

    def __call__(self, frame: Frame) -> FrameResult:
        progress = self._collector.add(frame)
        main = max(progress.seen, key=lambda s: s.face.eye_distance_px, default=None)
        if progress.good > self._good and main is not None:
            self._good = progress.good
            self._coverage.add(main.quality)
        refused = bool(progress.advice)
        overlays = tuple(
            Overlay(box_of(seen.face), "", "warn" if refused else "good", dashed=refused)
            for seen in progress.seen
        )
        coverage = self._coverage
        guide = Guide(
            left=coverage.share(Direction.LEFT),
            right=coverage.share(Direction.RIGHT),
            up=coverage.share(Direction.UP),
            down=coverage.share(Direction.DOWN),
            front=coverage.share(Direction.FRONT),
            wanted=coverage.next.value if coverage.next else "",
            around_xyxy=None if self._live or main is None else box_of(main.face),
        )
        self.look = Look(
            frame.time_s, progress, main, coverage.next, coverage.progress, overlays, guide
        )
        height_px, width_px = frame.bgr.shape[:2]
        return FrameResult(frame.index, frame.time_s, width_px, height_px, faces=())

    def samples(self) -> list[Sample]:
        """What was gathered; called once the session has stopped. Raises as `Collector.samples`."""
        return self._collector.samples()
