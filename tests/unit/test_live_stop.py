"""A live session paused, stopped and started again."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from siamapp.errors import CameraNotFound, CameraStuck, SiamError
from siamapp.live import session as session_module
from siamapp.live.session import LiveSession, SessionStatus, State
from siamapp.types import (
    Frame,
    FrameResult,
    Outcome,
)
from tests.fakes import ScriptedSource, noise
from tests.unit.live_story import face, live_threads, nobody, result, story, until


@pytest.fixture(autouse=True)
def no_thread_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(session_module, "RETRY_S", (0.01,))
    yield
    until(lambda: not live_threads())


# --- pause, stop, start -----------------------------------------------------------------------


def test_pause_stops_looking_and_a_recording_loses_nothing() -> None:
    seen: list[int] = []
    source = ScriptedSource(noise(200), live=False, pace_s=0.001)

    def look(frame: Frame) -> FrameResult:
        seen.append(frame.index)
        return result(frame)

    session = LiveSession(source, look)
    session.start()
    until(lambda: len(seen) > 5)
    session.pause()
    assert session.status.state is State.PAUSED
    before = len(seen)
    time.sleep(0.1)
    assert len(seen) <= before + 3, "but for what was read, waiting or looked at just then"
    session.resume()
    assert session.join(10.0)
    assert seen == list(range(200))


def test_a_paused_camera_is_read_on_but_not_shown() -> None:
    source = ScriptedSource(noise(50) * 100, pace_s=0.001)
    session = LiveSession(source, nobody)
    session.start()
    until(lambda: session.status.frames > 3)
    session.pause()
    frames = session.status.frames
    until(lambda: session.status.frames > frames + 1)  # past the one that was on its way
    shown = session.latest_frame.get()
    until(lambda: session.status.frames > frames + 10)
    assert session.latest_frame.get() is shown
    session.resume()
    until(lambda: session.latest_frame.get() is not shown)
    session.stop()


def test_pause_while_opening_takes_hold_when_it_is_open() -> None:
    source = ScriptedSource(noise(500), pace_s=0.001)
    source.open_gate.clear()
    session = LiveSession(source, nobody)
    session.start()
    session.pause()
    assert session.status.state is State.OPENING
    source.open_gate.set()
    until(lambda: session.status.state is State.PAUSED)
    assert session.latest_frame.get() is None
    session.stop()


def test_stop_while_opening_reports_a_stuck_camera_and_later_events_are_dropped() -> None:
    events: list[SessionStatus] = []
    source = ScriptedSource(noise(50))
    source.open_gate.clear()
    session = LiveSession(source, nobody, on_status=events.append)
    session.start()
    until(lambda: source.opened == 1)
    with pytest.raises(CameraStuck):
        session.stop(timeout_s=0.05)
    assert story(events) == ["opening", "stopping", "failed"]
    with pytest.raises(CameraStuck):  # nobody else touches the source meanwhile
        session.start(timeout_s=0.05)
    source.open_gate.set()
    assert session.join(10.0)
    assert story(events) == ["opening", "stopping", "failed"]
    assert (session.status.frames, source.closed) == (0, 1)
    session.start()
    assert session.join(10.0)
    assert (session.status.session, session.status.state) == (2, State.IDLE)


def test_an_open_that_fails_after_stop_is_no_failure() -> None:
    source = ScriptedSource(CameraNotFound("Script is not there."))
    source.open_gate.clear()
    session = LiveSession(source, nobody)
    session.start()
    until(lambda: source.opened == 1)
    threading.Timer(0.05, source.open_gate.set).start()
    session.stop()
    assert session.status.state is State.IDLE


def test_what_a_stuck_recognition_says_after_stop_is_not_heard() -> None:
    inside, gate, told = threading.Event(), threading.Event(), list[int]()

    def stuck(frame: Frame) -> FrameResult:
        inside.set()
        gate.wait()
        return result(frame, face(1, Outcome.MATCH, 1))

    session = LiveSession(ScriptedSource(noise(50)), stuck, on_decision=lambda *_: told.append(1))
    session.start()
    inside.wait()
    with pytest.raises(SiamError, match="does not return"):
        session.stop(timeout_s=0.05)
    gate.set()
    assert session.join(10.0)
    assert not told
    assert session.latest_result.get() is None
    assert session.status.state is State.FAILED


def test_stop_may_come_from_a_callback() -> None:
    sessions: list[LiveSession] = []
    session = LiveSession(
        ScriptedSource(noise(5000), live=False),
        lambda frame: result(frame, face(1, Outcome.MATCH, 1)),
        on_decision=lambda *_: sessions[0].stop(),
    )
    sessions.append(session)
    session.start()
    assert session.join(10.0)
    assert session.status.state is State.IDLE
    assert session.status.frames < 5000


def test_sessions_are_numbered_and_a_second_start_changes_nothing() -> None:
    events: list[SessionStatus] = []
    session = LiveSession(
        ScriptedSource(noise(50) * 100, pace_s=0.001), nobody, on_status=events.append
    )
    assert (session.status.session, session.status.state) == (0, State.IDLE)
    session.stop()  # of nothing
    session.start()
    session.start()
    assert session.status.session == 1
    session.stop()
    session.start()
    session.stop()
    numbers = [event.session for event in events]
    assert numbers == sorted(numbers)
    assert set(numbers) == {1, 2}
    assert next(e.state for e in events if e.session == 2) is State.OPENING


def test_late_events_of_an_earlier_session_are_dropped() -> None:
    told: list[tuple[int, State]] = []
    inside, gate = threading.Event(), threading.Event()

    def listen(status: SessionStatus) -> None:
        told.append((status.session, status.state))
        if status.state is State.PAUSED:
            inside.set()
            gate.wait()

    session = LiveSession(ScriptedSource(noise(50) * 100, pace_s=0.001), nobody, on_status=listen)
    session.start()
    until(lambda: session.status.state is State.RUNNING)
    slow_listener = threading.Thread(target=session.pause)
    slow_listener.start()
    inside.wait()
    session.stop()  # its two events wait behind the listener
    session.start()
    gate.set()
    slow_listener.join()
    until(lambda: (2, State.RUNNING) in told)
    session.stop()
    assert told == [
        (1, State.OPENING), (1, State.RUNNING), (1, State.PAUSED),
        (2, State.OPENING), (2, State.RUNNING), (2, State.STOPPING), (2, State.IDLE),
    ]  # fmt: skip


def test_a_start_from_within_stop_is_not_undone_by_it() -> None:
    sessions: list[LiveSession] = []

    def restart(status: SessionStatus) -> None:
        if (status.session, status.state) == (1, State.STOPPING):
            sessions[0].start()

    source = ScriptedSource(noise(50) * 100, pace_s=0.001)
    session = LiveSession(source, nobody, on_status=restart)
    sessions.append(session)
    session.start()
    until(lambda: session.status.state is State.RUNNING)
    session.stop()
    until(lambda: session.status.state is State.RUNNING)
    assert session.status.session == 2
    session.stop()
    assert session.status.state is State.IDLE


def test_two_hundred_starts_and_stops_leave_no_thread_and_no_open_source() -> None:
    source = ScriptedSource(noise(50), pace_s=0.0005)
    events: list[SessionStatus] = []
    session = LiveSession(source, nobody, on_status=events.append)
    rng = np.random.default_rng(0)
    for _ in range(200):
        session.start()
        time.sleep(float(rng.uniform(0, 0.003)))
        session.stop()
        assert session.status.state is State.IDLE
        assert not live_threads()
    assert source.opened == source.closed <= 200
    assert session.status.session == 200
    assert events[-1].state is State.IDLE
