"""One source, two threads, one state: frames may be lost, decisions may not."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol, TypeAlias

from siamapp.errors import CameraError, CameraLost, CameraStuck, SiamError
from siamapp.live.latest import Latest
from siamapp.live.source import FrameSource
from siamapp.live.states import ACTIVE, NEXT, SessionStatus, State
from siamapp.live.watch import Picture, PictureWatch
from siamapp.log import log
from siamapp.types import FaceResult, Frame, FrameResult, Outcome

__all__ = ["LiveSession", "Picture", "Process", "SessionStatus", "State"]

RETRY_S = (0.25, 0.5, 1.0, 2.0)
"""Waits before a lost source is opened again; the last one for ever."""
STALL_S = 2.5
"""A live source that gives nothing for so long is lost, whatever its driver says."""
POLL_S = 0.1
_Answer: TypeAlias = tuple[Outcome, int | None, str]
"""Outcome, person, and what a presence check asks: news where one of them changes."""
TRACKS_REMEMBERED = 256


class Process(Protocol):
    """Recognises one stream's frames, in order; called by one thread."""

    def __call__(self, frame: Frame) -> FrameResult: ...


class _Run:
    """What belongs to one start and dies with it."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.paused = False
        self.abandoned = False
        """`stop` gave up waiting: what still comes is not listened to."""
        self.inbox: Latest[Frame] = Latest()
        self.frames = 0
        self.rests_until_s = -math.inf
        self.last_frame_at = time.monotonic()
        self.result_times: deque[float] = deque(maxlen=30)
        self.threads: tuple[threading.Thread, ...] = ()

    def end(self) -> None:
        self.stop.set()
        self.inbox.close()

    def join(self, timeout_s: float | None) -> bool:
        until = None if timeout_s is None else time.monotonic() + timeout_s
        others = [t for t in self.threads if t is not threading.current_thread()]
        for thread in others:
            thread.join(None if until is None else max(until - time.monotonic(), 0.0))
        return not any(thread.is_alive() for thread in others)


class LiveSession:
    """Runs `process` on what `source` gives.

    `siam-camera` alone touches the source, `siam-vision` alone calls `process`. Both callbacks come
    from these threads (`on_status` also from the one that calls a method here), in order, and
    should return soon; `on_decision` comes once for each change of a track's decision. Events of an
    earlier start are dropped.
    """

    def __init__(
        self,
        source: FrameSource,
        process: Process,
        *,
        on_status: Callable[[SessionStatus], None] = lambda status: None,
        on_decision: Callable[[FrameResult, FaceResult], None] = lambda result, face: None,
        reconnect: bool = True,
        watched: bool = True,
    ) -> None:
        """`watched`: somebody looks at `latest_frame`, so each frame is made a picture; otherwise
        those of a realtime source that nobody is in may be passed over.
        """
        self.latest_frame: Latest[Frame] = Latest()
        self.latest_result: Latest[FrameResult] = Latest()
        self._source, self._process = source, process
        self._on_status, self._on_decision = on_status, on_decision
        self._reconnect = reconnect and source.live
        self._watched = watched
        self._lock = threading.Lock()
        self._run = _Run()
        self._now = SessionStatus(session=0)
        self._outbox: deque[SessionStatus] = deque()
        self._delivering = threading.Lock()

    @property
    def status(self) -> SessionStatus:
        with self._lock:
            return self._counted()

    def start(self, timeout_s: float = 3.0) -> None:
        """Open the source and run; nothing happens where it runs already.

        Raises:
            CameraStuck, SiamError: the last run did not end within `timeout_s`, as with `stop`.
        """
        if self._now.state in ACTIVE:
            return
        self.stop(timeout_s)
        with self._lock:
            if self._now.state in ACTIVE:
                return
            run = self._run = _Run()
            self._now = SessionStatus(self._now.session + 1, State.OPENING)
            self._outbox.append(self._now)
            self.latest_frame.clear()
            self.latest_result.clear()
            run.threads = tuple(
                threading.Thread(target=self._guarded, args=(work, run), name=name, daemon=True)
                for name, work in (("siam-camera", self._capture), ("siam-vision", self._see))
            )
        self._deliver()
        for thread in run.threads:
            thread.start()

    def pause(self) -> None:
        """Look at nothing: a live source is read on, its frames thrown away; a recording waits."""
        self._set_paused(True)

    def resume(self) -> None:
        self._set_paused(False)

    def stop(self, timeout_s: float = 3.0) -> None:
        """Release the source and end both threads; afterwards IDLE, or FAILED if that it was.

        Raises:
            CameraStuck: the source did not return within `timeout_s`; also reported as FAILED. Its
                thread ends when it does return, and nobody hears of it.
            SiamError: the recognition did not return.
        """
        run = self._run
        self._change(run, state=State.STOPPING)
        run.end()
        if run.join(timeout_s):
            self._change(run, state=State.IDLE, picture=Picture.OK, error=None)
            return
        run.abandoned = True
        error = SiamError("Recognition does not return.", "Start the program again.")
        if run.threads[0].is_alive():
            error = CameraStuck(f"{self._source.name} does not return.", "Unplug it.")
        self._change(run, state=State.FAILED, error=error)
        raise error

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait for both threads to end, as they do after a recording; whether they have."""
        return self._run.join(timeout_s)

    # --- siam-camera ------------------------------------------------------------------------------

    def _capture(self, run: _Run) -> None:
        """Open and read until the end; what was once seen and then lost is opened again."""
        waits = iter(RETRY_S)
        while not run.stop.is_set():
            seen = run.frames
            try:
                self._source.open()
                self._read(run)
                break
            except CameraError as error:
                if not (self._reconnect and run.frames):
                    raise
                if run.frames > seen:
                    waits = iter(RETRY_S)
                self._change(run, picture=Picture.LOST, error=error)
            finally:
                self._source.close()
            run.stop.wait(next(waits, RETRY_S[-1]))
        run.inbox.close()  # vision still takes the last frame, then ends

    def _read(self, run: _Run) -> None:
        source, watch = self._source, PictureWatch(live=self._source.live)
        begin: float | None = None  # monotonic time of media time 0
        while not run.stop.is_set():
            if run.paused and not source.live:
                begin = None
                run.stop.wait(POLL_S)
                continue
            frame = source.read(not_before_s=run.rests_until_s)
            if frame is None:
                return
            run.frames += 1
            run.last_frame_at = time.monotonic()
            picture = watch.see(frame)
            self._saw(run, picture)
            if source.realtime and not source.live:
                begin = begin if begin is not None else time.monotonic() - frame.time_s
                run.stop.wait(max(begin + frame.time_s - time.monotonic(), 0.0))
            if not (run.paused and source.live):
                self._publish(run, frame, picture)

    def _saw(self, run: _Run, picture: Picture) -> None:
        if self._now.state is State.OPENING:
            with self._lock:  # so that a pause asked for meanwhile is not overlooked
                state = State.PAUSED if run.paused else State.RUNNING
                self._move(run, state=state, picture=picture)
            self._deliver()
        elif self._now.picture is not picture:
            self._change(run, picture=picture, error=None)

    def _publish(self, run: _Run, frame: Frame, picture: Picture) -> None:
        self.latest_frame.put(frame)
        if picture is Picture.FROZEN:  # no evidence of who is there now
            return
        if self._source.realtime:
            run.inbox.put(frame)
            return
        while not run.stop.is_set() and not run.inbox.offer(frame, POLL_S):
            pass

    # --- siam-vision ------------------------------------------------------------------------------

    def _see(self, run: _Run) -> None:
        decided: dict[int, _Answer] = {}
        while not run.stop.is_set():
            last = run.inbox.closed  # asked before `take`: one more may come between the two
            frame = run.inbox.take(POLL_S)
            if frame is None:
                if last:
                    break
                self._check_stall(run)
                continue
            result = self._process(frame)
            if run.abandoned:
                return
            with self._lock:
                run.result_times.append(time.monotonic())
            if self._source.realtime and not self._watched:
                run.rests_until_s = result.rests_until_s
            self.latest_result.put(result)
            self._tell(result, decided)
        if not run.stop.is_set():  # the recording is over
            self._change(run, state=State.STOPPING)
            self._change(run, state=State.IDLE, picture=Picture.OK, error=None)

    def _tell(self, result: FrameResult, decided: dict[int, _Answer]) -> None:
        for face in result.faces:
            ask = face.presence.ask if face.presence else ""
            answer = (face.decision.outcome, face.decision.person_id, ask)
            if decided.pop(face.track_id, None) != answer:
                self._on_decision(result, face)
            decided[face.track_id] = answer  # put last: the track longest gone is first
        while len(decided) > TRACKS_REMEMBERED:
            del decided[next(iter(decided))]

    def _check_stall(self, run: _Run) -> None:
        silent_s = time.monotonic() - run.last_frame_at
        stalled = self._source.live and self._now.state is not State.OPENING and silent_s > STALL_S
        if stalled and self._now.picture is not Picture.LOST:
            error = CameraLost(f"{self._source.name} gives no pictures.", "Check its cable.")
            self._change(run, picture=Picture.LOST, error=error)

    # --- any thread -------------------------------------------------------------------------------

    def _guarded(self, work: Callable[[_Run], None], run: _Run) -> None:
        try:
            work(run)
        except SiamError as error:
            if not run.stop.is_set():  # what fails while stopping is no news
                self._fail(run, error)
        except Exception as bug:  # noqa: BLE001 - a thread's top; recorded, and nobody is accepted
            log.exception("Bug in %s", threading.current_thread().name)
            self._fail(run, SiamError(f"Internal error: {type(bug).__name__}.", "See the log."))

    def _fail(self, run: _Run, error: SiamError) -> None:
        run.end()
        self._change(run, state=State.FAILED, error=error)

    def _set_paused(self, paused: bool) -> None:
        with self._lock:
            self._run.paused = paused
            if self._now.state in (State.RUNNING, State.PAUSED):
                self._move(self._run, state=State.PAUSED if paused else State.RUNNING)
        self._deliver()

    def _change(self, run: _Run, **changes: Any) -> None:
        with self._lock:
            self._move(run, **changes)
        self._deliver()

    def _move(self, run: _Run, **changes: Any) -> None:
        """Change state, picture or error where allowed and queue the news; call with the lock."""
        now, state = self._now, changes.get("state")
        allowed = state in NEXT[now.state] if state else now.state in ACTIVE
        if run is not self._run or not allowed:
            return
        self._now = replace(now, **changes)
        if _news(self._now) != _news(now):
            self._outbox.append(self._counted())

    def _counted(self) -> SessionStatus:
        run, times = self._run, self._run.result_times
        elapsed_s = time.monotonic() - times[0] if len(times) > 1 else 0.0
        fps = (len(times) - 1) / elapsed_s if elapsed_s > 0 else 0.0
        return replace(self._now, frames=run.frames, dropped=run.inbox.dropped, fps=fps)

    def _deliver(self) -> None:
        """Call back in order and without the lock, whichever thread gets here first."""
        while self._outbox and self._delivering.acquire(blocking=False):
            try:
                while self._outbox:
                    status = self._outbox.popleft()
                    if status.session == self._now.session:
                        self._on_status(status)
            finally:
                self._delivering.release()


def _news(status: SessionStatus) -> tuple[State, Picture, str]:
    return status.state, status.picture, str(status.error)
