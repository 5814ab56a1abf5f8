"""Results to order and the story that a session tells, for the tests of live sessions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np

from siamapp.live.session import Picture, SessionStatus
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
    """Those of sessions."""
    return {t.name for t in threading.enumerate()} & {"siam-camera", "siam-vision"}


def story(events: list[SessionStatus]) -> list[str]:
    """States and pictures in the order they were told, each once in a row."""
    told: list[str] = []
    for event in events:
        word = event.state if event.picture is Picture.OK else f"{event.state}:{event.picture}"
        if told[-1:] != [word]:
            told.append(str(word))
    return told
