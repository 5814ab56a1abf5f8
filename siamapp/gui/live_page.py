"""The live view: who is in front of the camera, how sure, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from siamapp.errors import SiamError
from siamapp.gui import notices
from siamapp.gui.context import Context
from siamapp.gui.decision_panel import DecisionPanel
from siamapp.gui.feed import Feed
from siamapp.gui.page import Page
from siamapp.gui.recent_decisions import RecentDecisions
from siamapp.gui.source_bar import SourceBar, is_camera, is_live
from siamapp.gui.theme import SPACE
from siamapp.gui.video_view import VideoView
from siamapp.gui.wording import overlay_of
from siamapp.live.photos import is_image_name
from siamapp.live.session import Picture, Process, SessionStatus, State
from siamapp.types import FaceResult, Frame, FrameResult, Outcome, Person

DISPLAY_MS: Final = 16
STALE_S: Final = 0.150
"""An overlay this much older than its frame would mark the wrong place: it is hidden."""
HOLD_TICKS: Final = 40
"""The panel keeps its answer some 0.6 s after the face was last seen: it does not blink."""


class LivePage(Page):
    """Pulls frames and results while it is shown; the camera is let go of when it is not."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.source = SourceBar(context, can_pause=True)
        self.video = VideoView()
        self.panel = DecisionPanel(context.theme)
        self.claim = QComboBox()
        self.claim.setAccessibleName(self.tr("Compare with"))
        self.claim.setToolTip(self.tr("Anyone enrolled (identify), or one person (verify)"))
        self.recent = RecentDecisions(context.theme)
        self.enrol = QPushButton(self.tr("Enrol somebody"))
        self.enrol.setAccessibleName(self.enrol.text())
        self.enrol.clicked.connect(lambda: context.go_to.emit("enrol", None))
        policy = self.enrol.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.enrol.setSizePolicy(policy)
        self.feed = Feed(context.jobs, self)
        self._timer = QTimer(self)
        self._timer.setInterval(DISPLAY_MS)
        self._timer.timeout.connect(self._on_tick)
        self._status = SessionStatus(session=0)
        self._spec = ""
        self._shown_index = -1
        self._resume = False
        self._missed = 0
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        self.header.addWidget(self.source)
        claim_label = QLabel(self.tr("Compare with"))
        claim_label.setBuddy(self.claim)
        claim = QHBoxLayout()
        claim.setSpacing(SPACE[3])
        claim.addWidget(claim_label)
        claim.addWidget(self.claim, 1)
        side = QWidget()
        side.setFixedWidth(320)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE[4])
        column.addLayout(claim)
        column.addWidget(self.panel)
        column.addWidget(self.enrol)
        column.addWidget(self.recent, 1)
        row = QHBoxLayout()
        row.setSpacing(SPACE[4])
        row.addWidget(self.video, 1)
        row.addWidget(side)
        self.column.addLayout(row, 1)

    def _connect(self) -> None:
        self.source.start_wanted.connect(self._on_start)
        self.source.stop_wanted.connect(self._on_stop)
        self.source.pause_wanted.connect(self._on_pause)
        self.source.choice.currentIndexChanged.connect(self._show_status)
        self.feed.status_changed.connect(self._on_status)
        self.feed.decision_made.connect(self._on_decision)
        self.feed.failed.connect(self._on_failed)
        self.claim.activated.connect(self._on_claim)

    def receive(self, brought: object) -> None:
        """Start with this camera, file or stream."""
        spec = str(brought)
        self.source.add(spec)
        self._on_start(spec)

    def retranslate(self) -> None:
        self.set_heading(self.tr("Live"), self.tr("Who is in view, decided on this computer."))

    def enter(self) -> None:
        self.source.refresh()
        self._timer.start()
        if self._resume and self.source.spec:
            self._on_start(self.source.spec)
        self._show_status()

    def leave(self) -> None:
        self._resume = self._is_active
        self._timer.stop()
        self.feed.stop()

    @property
    def _is_trusted(self) -> bool:
        """Whether the picture shows what is there now (or, of a recording, what was)."""
        picture_ok = self._status.picture is Picture.OK
        return picture_ok and self._status.state is not State.FAILED

    @property
    def _is_active(self) -> bool:
        return self._status.state in (State.OPENING, State.RUNNING, State.PAUSED)

    def _on_start(self, spec: str) -> None:
        recognizer = self.context.recognizer
        claim = self.claim.currentData()
        still = not is_live(spec) and (is_image_name(Path(spec)) or Path(spec).is_dir())

        def process() -> Process:
            return recognizer.stream(claim=claim, still=still)

        self._spec = spec
        self._shown_index = -1
        self.video.clear()
        self.video.show_notice(notices.opening())
        self.feed.start(spec, process)

    def _on_stop(self) -> None:
        self.feed.stop()

    def _on_pause(self, paused: bool) -> None:
        self.feed.pause(paused=paused)

    def _on_claim(self) -> None:
        if self._is_active:
            self._on_start(self.source.spec)

    def _on_status(self, status: SessionStatus) -> None:
        self._status = status
        self._show_status()

    def _show_status(self) -> None:
        paused = self._status.state is State.PAUSED
        self.source.show_running(running=self._is_active, paused=paused)
        if self._status.state is State.IDLE:
            if is_live(self._spec):
                self.video.clear()
            # The last picture of a recording stays, and the answer about it.
            idle = notices.ready() if self.source.spec else notices.no_source()
            self.video.show_notice(None if self.video.has_picture else idle)
        else:
            notice = notices.of_status(self._status, has_frame=self.video.has_picture)
            self.video.show_notice(notice)
        if not self.video.has_picture:
            self._show_idle()
        elif not self._is_trusted:
            self._show_unseen()

    def _on_failed(self, error: SiamError) -> None:
        self._status = SessionStatus(session=0, state=State.FAILED, error=error)
        self._show_status()

    def _on_tick(self) -> None:
        frame, result = self.feed.frame, self.feed.result
        stopped = self._status.state is State.IDLE and is_live(self._spec)
        if frame is None or stopped:
            return
        current = result if result and abs(frame.time_s - result.time_s) <= STALE_S else None
        overlays = tuple(overlay_of(face) for face in current.faces) if current else ()
        if frame.index != self._shown_index:
            self._show_frame(frame)
        if self._is_trusted:
            self.video.show_overlays(overlays)
            self._show_answer(result)
        else:
            self.video.show_overlays(())

    def _show_frame(self, frame: Frame) -> None:
        first = self._shown_index < 0
        self._shown_index = frame.index
        mirrored = self.context.settings.mirror and is_camera(self._spec)
        self.video.show_frame(frame.bgr, self.video.overlays, mirrored=mirrored)
        if first:
            self._show_status()

    def _show_answer(self, result: FrameResult | None) -> None:
        if result is not None and result.faces:
            nearest = max(result.faces, key=lambda face: face.face.area_px)
            self._missed = 0
            self.panel.show_decision(nearest.decision)
            self.enrol.setVisible(nearest.decision.outcome in (Outcome.UNKNOWN, Outcome.EMPTY))
            return
        self._missed += 1
        if self._missed > HOLD_TICKS and self._is_active:
            self.enrol.hide()
            self.panel.show_waiting(
                self.tr("Nobody in view"), self.tr("Come in front of the camera.")
            )

    def _show_idle(self) -> None:
        self.enrol.hide()
        self.panel.show_waiting(
            self.tr("No picture yet"), self.tr("Choose a source and press Start.")
        )

    def _show_unseen(self) -> None:
        """The last answer must not stand beside a picture that proves nothing."""
        self.enrol.hide()
        self.video.show_overlays(())
        self.panel.show_waiting(
            self.tr("Cannot see"), self.tr("Nobody is recognised until the picture is back.")
        )

    def _on_decision(self, _result: FrameResult, face: FaceResult) -> None:
        self.recent.add(face.decision)
        recognizer, claim = self.context.recognizer, self.claim.currentData()
        self.context.jobs.submit(lambda: recognizer.record(face, how="live", claim=claim))

    def refresh(self) -> None:
        people = self.context.recognizer.people
        self.context.jobs.submit(people.all, done=self._on_people)

    def _on_people(self, people: list[Person]) -> None:
        kept = self.claim.currentData()
        self.claim.blockSignals(True)
        self.claim.clear()
        self.claim.addItem(self.tr("Anyone enrolled"), None)
        for person in people:
            self.claim.addItem(person.name, person.name)
        self.claim.setCurrentIndex(max(self.claim.findData(kept), 0))
        self.claim.blockSignals(False)
