"""From a live session's threads to the window: states and decisions become signals."""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest

from PySide6.QtCore import QObject, Signal

from siamapp.errors import CameraStuck, SiamError
from siamapp.gui.context import Context
from siamapp.gui.diagnostics import RunFacts
from siamapp.live.session import LiveSession, Process, SessionStatus, State
from siamapp.live.source import CameraSource, FrameSource, open_source
from siamapp.log import log
from siamapp.types import FaceResult, Frame, FrameResult, Outcome


class Feed(QObject):
    """One page's live session. Starting and stopping may block, so both happen on the jobs thread.

    Frames and results are pulled (`frame`, `result`) at the rate of the display; only states and
    decisions are signals, because those may not be lost.
    """

    status_changed = Signal(SessionStatus)
    decision_made = Signal(FrameResult, FaceResult)
    failed = Signal(SiamError)
    """The source or the recognition could not even be set up."""
    ended = Signal(object)
    """`RunFacts` of a session that was stopped."""
    _status = Signal(int, SessionStatus)
    _decision = Signal(int, FrameResult, FaceResult)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._session: LiveSession | None = None
        self._source: FrameSource | None = None
        self._wanted = 0
        self._status.connect(self._on_status)
        self._decision.connect(self._on_decision)
        context.closing.connect(self._let_go)

    @property
    def frame(self) -> Frame | None:
        session = self._session  # the jobs thread may take it away
        return session.latest_frame.get() if session else None

    @property
    def result(self) -> FrameResult | None:
        session = self._session
        return session.latest_result.get() if session else None

    @property
    def fps(self) -> float:
        """Results per second."""
        session = self._session
        return session.status.fps if session else 0.0

    def start(self, spec: str, make_process: Callable[[], Process]) -> None:
        """Stop what runs and show `spec`; `make_process` is called on the jobs thread."""
        self._wanted += 1
        number = self._wanted
        settings = self._context.settings

        def work() -> None:
            self._stop_now()
            self._session = None  # this source may not open: the one before must not be shown
            self._source = open_source(spec, realtime=True, settings=settings)
            session = LiveSession(
                self._source,
                make_process(),
                on_status=lambda status: self._status.emit(number, status),
                on_decision=lambda result, face: self._decision.emit(number, result, face),
            )
            self._session = session
            session.start()

        self._context.submit(work, failed=self.failed.emit)

    def stop(self, done: Callable[[], None] | None = None) -> None:
        """Let go of the source, then call `done`."""
        self._context.submit(self._stop_now, done=lambda _: done() if done else None)

    def pause(self, *, paused: bool) -> None:
        session = self._session
        if session is not None:
            (session.pause if paused else session.resume)()

    def judge_again(self, process: Process, done: Callable[[], None]) -> None:
        """Have the last picture of a source that has ended judged by `process`, then call `done`.

        Nothing happens where a source runs (it judges anew by itself) or none has.
        """
        number = self._wanted

        def work() -> bool:
            session = self._session
            frame = session.latest_frame.get() if session else None
            if session is None or frame is None or session.status.state is not State.IDLE:
                return False
            before, result = session.latest_result.get(), process(frame)
            session.latest_result.put(result)
            known = [_answer(face) for face in before.faces] if before else []
            for face, old in zip_longest(result.faces, known[: len(result.faces)]):
                if _answer(face) != old:
                    self._decision.emit(number, result, face)
            return True

        self._context.submit(work, done=lambda judged: done() if judged else None)

    def _let_go(self) -> None:
        """The gallery closes: a session would keep all its templates, and the last face, here."""

        def work() -> None:
            try:
                self._stop_now()
            finally:
                self._session = self._source = None

        self._context.jobs.submit(work)

    def _stop_now(self) -> None:
        if self._session is None:
            return
        status, result = self._session.status, self._session.latest_result.get()
        if status.frames:
            stage_ms = dict(result.stage_ms) if result else {}
            sent = self._source.sent if isinstance(self._source, CameraSource) else ""
            self.ended.emit(RunFacts(status.frames, status.dropped, status.fps, stage_ms, sent))
        try:
            self._session.stop()
        except CameraStuck:
            # Already reported as FAILED by the session; its thread ends when the driver returns.
            log.warning("a camera did not return from a call")

    def _on_status(self, number: int, status: SessionStatus) -> None:
        if number == self._wanted:
            self.status_changed.emit(status)

    def _on_decision(self, number: int, result: FrameResult, face: FaceResult) -> None:
        if number == self._wanted:
            self.decision_made.emit(result, face)


def _answer(face: FaceResult) -> tuple[Outcome, int | None]:
    return face.decision.outcome, face.decision.person_id
