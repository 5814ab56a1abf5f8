"""What the pages that watch a source share: choose it, show its picture, say what is wrong with it.

Frames and results are pulled at the display's rate while the page is shown; the source is let go of
when it is not.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from siamapp.errors import SiamError
from siamapp.gui import notices
from siamapp.gui.context import Context
from siamapp.gui.feed import Feed
from siamapp.gui.page import Page
from siamapp.gui.source_bar import SourceBar, is_camera, is_live
from siamapp.gui.video_view import Notice, Overlay, VideoView
from siamapp.live.session import Picture, Process, SessionStatus, State
from siamapp.live.suffixes import is_photo
from siamapp.types import Frame, FrameResult

DISPLAY_MS: Final = 16
SIDE_PX: Final = 340
"""What stands beside the video is so wide, at the usual font size."""
STALE_S: Final = 0.150
"""An overlay this much older than its frame would mark the wrong place: it is hidden."""


class SourcePage(Page):
    """A page with a source bar and a video; its kinds say what is done with the frames."""

    def __init__(self, context: Context, parent: QWidget | None = None, *, can_pause: bool) -> None:
        super().__init__(context, parent)
        self.source = SourceBar(context, can_pause=can_pause)
        self.header.addWidget(self.source)
        self.video = VideoView()
        self.feed = Feed(context, self)
        self._timer = QTimer(self)
        self._timer.setInterval(DISPLAY_MS)
        self._timer.timeout.connect(self._on_tick)
        self._status = SessionStatus(session=0)
        self._spec = ""
        self._shown_index = -1
        self._resume = False
        self.source.start_wanted.connect(self.start)
        self.source.stop_wanted.connect(self._on_stop)
        self.source.chosen.connect(self._show_status)
        self.feed.status_changed.connect(self._on_status)
        self.feed.failed.connect(self._on_failed)
        context.closing.connect(self._forget)

    # --- what a kind of page says -----------------------------------------------------------------

    def make_process(self, spec: str) -> Callable[[], Process]:
        """What recognises the frames of `spec`; the callable is called on the jobs thread."""
        raise NotImplementedError

    def overlays_of(self, result: FrameResult) -> tuple[Overlay, ...]:
        """What is drawn over the frame of that result."""
        raise NotImplementedError

    def show_result(self, result: FrameResult | None) -> None:
        """Called at the display's rate while the picture can be trusted."""
        raise NotImplementedError

    def idle_notice(self) -> Notice:
        """What the video says while nothing runs."""
        return notices.ready() if self.source.spec else notices.no_source()

    def show_idle(self) -> None:
        """There is no picture."""
        raise NotImplementedError

    def show_unseen(self) -> None:
        """The picture proves nothing: no answer may stand beside it."""
        raise NotImplementedError

    # --- coming and going -------------------------------------------------------------------------

    def receive(self, brought: object) -> None:
        """Start with this camera, file or stream."""
        spec = str(brought)
        self.source.add(spec)
        self.start(spec)

    def enter(self) -> None:
        self.source.refresh()
        self._timer.start()
        if self._resume and self.source.spec:
            self.start(self.source.spec)
        self._show_status()

    def leave(self) -> None:
        self._resume = self.is_active
        self._timer.stop()
        self.feed.stop()

    def _forget(self) -> None:
        """The gallery closes: whoever opens it again is not shown who was seen before."""
        self.video.clear()
        self.show_unseen()

    @property
    def is_active(self) -> bool:
        return self._status.state in (State.OPENING, State.RUNNING, State.PAUSED)

    @property
    def is_trusted(self) -> bool:
        """Whether the picture shows what is there now (or, of a recording, what was)."""
        picture_ok = self._status.picture is Picture.OK
        return picture_ok and self._status.state is not State.FAILED

    @property
    def source_name(self) -> str:
        """What the audit calls the source: never the name of a file, which may name somebody."""
        if is_camera(self._spec):
            return self.source.choice.currentText()
        return "stream" if is_live(self._spec) else "file"

    def start(self, spec: str) -> None:
        """Show `spec` from its beginning."""
        self._spec = spec
        self._shown_index = -1
        # Until the session says otherwise, what is there to pull is of the one before.
        self._status = SessionStatus(session=0, state=State.OPENING)
        self.video.clear()
        self.video.show_notice(notices.opening())
        self.feed.start(spec, self.make_process(spec))

    def _on_stop(self) -> None:
        self.feed.stop()

    def _on_status(self, status: SessionStatus) -> None:
        self._status = status
        self._show_status()

    def _on_failed(self, error: SiamError) -> None:
        self._status = SessionStatus(session=0, state=State.FAILED, error=error)
        self._show_status()

    def _show_status(self) -> None:
        paused = self._status.state is State.PAUSED
        self.source.show_running(running=self.is_active, paused=paused)
        if self._status.state is State.IDLE:
            if is_live(self._spec):
                self.video.clear()
            # The last picture of a recording stays, and the answer about it.
            self.video.show_notice(None if self.video.has_picture else self.idle_notice())
        else:
            notice = notices.of_status(self._status, has_frame=self.video.has_picture)
            self.video.show_notice(notice)
        if not self.video.has_picture:
            self.show_idle()
        elif not self.is_trusted:
            self.video.show_overlays(())
            self.show_unseen()

    def _on_tick(self) -> None:
        frame, result = self.feed.frame, self.feed.result
        stopped = self._status.state is State.IDLE and is_live(self._spec)
        if frame is None or stopped or self._status.state is State.OPENING:
            return
        current = result if result and abs(frame.time_s - result.time_s) <= STALE_S else None
        if frame.index != self._shown_index:
            self._show_frame(frame)
        if self.is_trusted:
            self.video.show_overlays(self.overlays_of(current) if current else ())
            self.show_result(result)
        else:
            self.video.show_overlays(())

    def _show_frame(self, frame: Frame) -> None:
        first = self._shown_index < 0
        self._shown_index = frame.index
        mirrored = self.context.settings.mirror and is_camera(self._spec)
        self.video.show_frame(frame.bgr, self.video.overlays, mirrored=mirrored)
        if first:
            self._show_status()


def is_still(spec: str) -> bool:
    """Whether a source gives single pictures, where no second frame can agree."""
    return not is_live(spec) and (is_photo(Path(spec)) or Path(spec).is_dir())
