"""What a live session sees and tells, and how it fails."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from siamapp.errors import CameraLost, CameraNotFound, ModelError, SiamError
from siamapp.live import session as session_module
from siamapp.live.session import LiveSession, Picture, SessionStatus, State
from siamapp.types import (
    FaceResult,
    Frame,
    FrameResult,
    Outcome,
)
from tests.fakes import ScriptedSource, black, noise
from tests.unit.live_story import face, live_threads, nobody, result, story, until


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


@pytest.mark.parametrize(
    ("watched", "realtime", "passes"),
    [(False, True, True), (True, True, False), (False, False, False)],
)
def test_an_empty_scene_is_passed_over_only_where_nobody_looks_and_frames_may_be_lost(
    watched: bool, realtime: bool, passes: bool
) -> None:
    asked: list[float] = []

    class Source(ScriptedSource):
        def read(self, *, not_before_s: float = -math.inf) -> Frame | None:
            asked.append(not_before_s)
            return super().read(not_before_s=not_before_s)

    def look(frame: Frame) -> FrameResult:
        return replace(result(frame), rests_until_s=frame.time_s + 0.2)

    source = Source(noise(60), live=False, realtime=realtime, fps=100.0)
    session = LiveSession(source, look, watched=watched)
    session.start()
    assert session.join(10.0)
    assert passes == (max(asked) > 0)
    assert passes == (session.status.frames < 60)


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
    assert not seen & set(range(36, 55)), "frozen from frame 25 on for more than a second"


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
