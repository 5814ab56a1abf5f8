"""The states of a live session and what may follow on what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from siamapp.errors import SiamError
from siamapp.live.watch import Picture


class State(StrEnum):
    IDLE = "idle"
    OPENING = "opening"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    FAILED = "failed"


NEXT = {
    State.IDLE: {State.OPENING},
    State.OPENING: {State.RUNNING, State.PAUSED, State.STOPPING, State.FAILED},
    State.RUNNING: {State.PAUSED, State.STOPPING, State.FAILED},
    State.PAUSED: {State.RUNNING, State.STOPPING, State.FAILED},
    State.STOPPING: {State.IDLE, State.FAILED},
    State.FAILED: {State.OPENING},
}
ACTIVE = {State.OPENING, State.RUNNING, State.PAUSED}


@dataclass(frozen=True, slots=True)
class SessionStatus:
    session: int
    """Count of starts; 0 before the first."""
    state: State = State.IDLE
    picture: Picture = Picture.OK
    error: SiamError | None = None
    """Why it failed, or, while it runs, why the picture is lost."""
    frames: int = 0
    """Read from the source in this session."""
    dropped: int = 0
    """Of these, overwritten by a newer one before they were looked at."""
    fps: float = 0.0
    """Results per second, over the last 30."""
