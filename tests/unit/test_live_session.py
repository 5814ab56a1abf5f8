from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from siamapp.errors import CameraLost, CameraNotFound, CameraStuck, ModelError, SiamError
from siamapp.live import session as session_module
from siamapp.live.session import LiveSession, Picture, SessionStatus, State
from siamapp.types import (
    Candidate,
    Decision,
    Face,
    FaceResult,
    Frame,
    FrameResult,
    Outcome,
    Quality,
)
from tests.fakes import ScriptedSource, black, noise

QUALITY = Quality(64.0, 1.0, 0.5, 0.2, 0.0, 0.0, 0.0, 1.0)
FACE = Face(np.zeros(4, np.float32), np.zeros((5, 2), np.float32), 0.9)


def face(track_id: int, outcome: Outcome, person_id: int = 0) -> FaceResult:
    best = Candidate(person_id, f"P{person_id}", 0.3) if person_id else None
    return FaceResult(track_id, FACE, QUALITY, (), Decision(outcome, 0.5, 1e-3, best))


def result(frame: Frame, *faces: FaceResult) -> FrameResult:
    height, width = frame.bgr.shape[:2]
    return FrameResult(frame.index, frame.time_s, width, height, faces)


def nobody(frame: Frame) -> FrameResult:
    return result(frame)


def until(condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
    limit = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < limit, "it never came"
        time.sleep(0.002)


def live_threads() -> set[str]:
    return {t.name for t in threading.enumerate() if t.name.startswith("siam-")}


def story(events: list[SessionStatus]) -> list[str]:
    """States and pictures in the order they were told, each once in a row."""
    told: list[str] = []
    for event in events:
        word = event.state if event.picture is Picture.OK else f"{event.state}:{event.picture}"
        if told[-1:] != [word]:
            told.append(str(word))
    return told


@pytest.fixture(autouse=True)
def no_thread_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(session_module, "RETRY_S", (0.01,))
    yield
    until(lambda: not live_threads())


# --- the straight path ------------------------------------------------------------------------


def test_a_recording_is_processed_whole_and_in_order() -> None:
    events: list[SessionStatus] = []
    seen: list[int] = []
    source = ScriptedSource(noise(60), live=False)

    def slow(frame: Frame) -> FrameResult:
        time.sleep(0.001 * (frame.index % 3))
        seen.append(frame.index)
        return result(frame)

    session = LiveSession(source, slow, on_status=events.append)
    session.start()
    assert session.join(10.0)
    assert seen == list(range(60))
    status = session.status
    assert (status.frames, status.dropped, status.state) == (60, 0, State.IDLE)
    assert story(events) == ["opening", "running", "stopping", "idle"]
    assert (source.opened, source.closed) == (1, 1)
    assert source.threads == {"siam-camera"}
    last = session.latest_result.get()
    assert last is not None
    assert last.index == 59


def test_a_slow_vision_gets_the_newest_frame_and_drops_are_counted() -> None:
    gate, waiting, seen = threading.Event(), threading.Event(), list[int]()
    source = ScriptedSource([*noise(100), waiting], live=True)

    def slow(frame: Frame) -> FrameResult:
        gate.wait()
        seen.append(frame.index)
        return result(frame)

    session = LiveSession(source, slow)
    session.start()
    # What is shown does not wait for what is recognised.
    until(lambda: (newest := session.latest_frame.get()) is not None and newest.index == 99)
    gate.set()
    until(lambda: 99 in seen)
    waiting.set()
    assert session.join(10.0)
    assert len(seen) + session.status.dropped == 100
    assert len(seen) <= 2


def test_a_recording_in_real_time_is_paced_and_drops_what_comes_late() -> None:
    source = ScriptedSource(noise(20), live=False, realtime=True, fps=100.0)
    seen: list[int] = []

    def slow(frame: Frame) -> FrameResult:
        seen.append(frame.index)
        time.sleep(0.05)
        return result(frame)

    begun = time.monotonic()
    session = LiveSession(source, slow)
    session.start()
    assert session.join(10.0)
    assert time.monotonic() - begun >= 0.19, "19 gaps of 10 ms"
    assert len(seen) + session.status.dropped == 20
    assert len(seen) < 20
    assert seen[-1] == 19, "the last one is never overwritten"


# --- decisions --------------------------------------------------------------------------------


def test_each_change_of_a_decision_is_told_once_and_none_is_lost() -> None:
    told: list[tuple[int, int, Outcome, int | None]] = []
    script = [
        (face(1, Outcome.UNDECIDED),),
        (face(1, Outcome.MATCH, 7), face(2, Outcome.UNKNOWN)),
        (face(1, Outcome.MATCH, 7), face(2, Outcome.UNKNOWN, 5)),  # nearest person, no match
        (),
        (face(1, Outcome.MATCH, 8), face(2, Outcome.UNKNOWN)),
        (face(1, Outcome.MATCH, 8),),
        (face(1, Outcome.UNKNOWN, 8),),
    ]

    def decide(frame: Frame) -> FrameResult:
        return result(frame, *script[frame.index])

    def tell(frame: FrameResult, face: FaceResult) -> None:
        time.sleep(0.01)  # a slow listener loses nothing either
        told.append((frame.index, face.track_id, face.decision.outcome, face.decision.person_id))

    session = LiveSession(ScriptedSource(noise(7), live=False), decide, on_decision=tell)
    session.start()
    assert session.join(10.0)
    assert told == [
        (0, 1, Outcome.UNDECIDED, None),
        (1, 1, Outcome.MATCH, 7),
        (1, 2, Outcome.UNKNOWN, None),
        (4, 1, Outcome.MATCH, 8),
        (6, 1, Outcome.UNKNOWN, None),
    ]


def test_a_decision_reached_while_stopping_is_still_told() -> None:
    inside, gate, told = threading.Event(), threading.Event(), list[int]()

    def decide(frame: Frame) -> FrameResult:
        inside.set()
        gate.wait()
        return result(frame, face(3, Outcome.MATCH, 1))

    session = LiveSession(
        ScriptedSource(noise(1) * 500, pace_s=0.002),
        decide,
        on_decision=lambda _, face: told.append(face.track_id),
    )
    session.start()
    inside.wait()
    threading.Timer(0.05, gate.set).start()
    session.stop()
    assert told == [3]


# --- the truth about the camera ---------------------------------------------------------------


def test_black_frozen_and_recovery_are_told_and_a_frozen_picture_is_not_evidence() -> None:
    events: list[SessionStatus] = []
    seen: set[int] = set()
    still = noise(1, seed=9)
    script = [*noise(5), *black(15), *noise(5, seed=1), *still * 30, *noise(5, seed=2)]

    def look(frame: Frame) -> FrameResult:
        seen.add(frame.index)
        return result(frame)

    source = ScriptedSource(script, pace_s=0.005)
    session = LiveSession(source, look, on_status=events.append)
    session.start()
    assert session.join(10.0)
    assert story(events) == [
        "opening", "running", "running:black", "running", "running:frozen", "running",
        "stopping", "idle",
    ]  # fmt: skip
    assert not seen & set(range(46, 55)), "frozen from frame 25 on for more than 2 s"


def test_unplugged_in_mid_frame_it_is_opened_again_and_recovers() -> None:
    events: list[SessionStatus] = []
    source = ScriptedSource(
        [*noise(3), CameraLost("Script stopped.")],
        CameraNotFound("Script is not there."),
        CameraNotFound("Script is not there."),
        noise(3, seed=1),
    )
    session = LiveSession(source, nobody, on_status=events.append)
    session.start()
    assert session.join(10.0)
    assert story(events) == ["opening", "running", "running:lost", "running", "stopping", "idle"]
    errors = [str(e.error) for e in events if e.picture is Picture.LOST]
    assert errors == ["Script stopped.", "Script is not there."]
    assert events[-1].error is None
    assert (source.opened, source.closed, session.status.frames) == (4, 4, 6)


def test_a_stalled_source_is_lost_until_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "STALL_S", 0.2)
    events: list[SessionStatus] = []
    stall = threading.Event()
    source = ScriptedSource([*noise(3), stall, *noise(3, seed=1)])
    session = LiveSession(source, nobody, on_status=events.append)
    session.start()
    until(lambda: session.status.picture is Picture.LOST)
    assert isinstance(session.status.error, CameraLost)
    stall.set()
    assert session.join(10.0)
    assert story(events) == ["opening", "running", "running:lost", "running", "stopping", "idle"]


@pytest.mark.parametrize("live", [True, False])
def test_lost_without_reconnect_is_a_failure(live: bool) -> None:
    source = ScriptedSource([*noise(3), CameraLost("Script stopped.")], live=live)
    session = LiveSession(source, nobody, reconnect=not live)
    session.start()
    assert session.join(10.0)
    assert session.status.state is State.FAILED
    assert isinstance(session.status.error, CameraLost)


def test_what_was_never_there_fails_and_may_be_started_again() -> None:
    source = ScriptedSource(CameraNotFound("Script is not there."), noise(3))
    session = LiveSession(source, nobody)
    session.start()
    assert session.join(10.0)
    assert session.status.state is State.FAILED
    assert isinstance(session.status.error, CameraNotFound)
    session.stop()
    assert session.status.state is State.FAILED, "stop does not hide what went wrong"
    session.start()
    assert session.join(10.0)
    status = session.status
    assert (status.session, status.state, status.error) == (2, State.IDLE, None)


# --- failures fail closed ---------------------------------------------------------------------


def test_an_error_of_the_recognition_fails_the_session_and_releases_the_source() -> None:
    source = ScriptedSource(noise(1) * 5000, pace_s=0.001)
    told: list[int] = []

    def broken(frame: Frame) -> FrameResult:
        raise ModelError("The model is gone.")

    session = LiveSession(source, broken, on_decision=lambda *_: told.append(1))
    session.start()
    assert session.join(10.0)
    assert session.status.state is State.FAILED
    assert isinstance(session.status.error, ModelError)
    assert source.closed == 1
    assert not told


def test_a_bug_is_logged_and_fails_the_session(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("siamapp").propagate = True

    def buggy(frame: Frame) -> FrameResult:
        raise ZeroDivisionError

    session = LiveSession(ScriptedSource(noise(10), live=False), buggy)
    with caplog.at_level(logging.ERROR, "siamapp"):
        session.start()
        assert session.join(10.0)
    error = session.status.error
    assert session.status.state is State.FAILED
    assert type(error) is SiamError
    assert "ZeroDivisionError" in str(error)
    assert any(record.exc_info for record in caplog.records)


def test_a_listener_that_breaks_fails_the_session() -> None:
    def broken(result: FrameResult, face: FaceResult) -> None:
        raise KeyError("listener")

    session = LiveSession(
        ScriptedSource(noise(10), live=False),
        lambda frame: result(frame, face(1, Outcome.MATCH, 1)),
        on_decision=broken,
    )
    session.start()
    assert session.join(10.0)
    assert session.status.state is State.FAILED


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
