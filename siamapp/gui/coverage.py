"""Which turns of the head an enrolment has seen; pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from siamapp.types import Quality

TURNED_DEG: Final = 13.0
"""From this estimate on a head counts as turned; `quality.pose` is right to about 10 degrees."""
NODDED_DEG: Final = 9.0


class Direction(StrEnum):
    """Where the person looks, as that person would say it: left is the person's own left."""

    FRONT = "front"
    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"


NEEDS: Final = {
    Direction.FRONT: 3,
    Direction.LEFT: 2,
    Direction.RIGHT: 2,
    Direction.UP: 2,
    Direction.DOWN: 2,
}
"""Good looks wanted in each direction."""


class Coverage:
    """Counts good looks by direction.

    Noses differ: what the first looks show is taken for straight ahead, and turns are counted
    from there.
    """

    def __init__(self, needs: dict[Direction, int] | None = None) -> None:
        self.needs = dict(NEEDS if needs is None else needs)
        self._counts = dict.fromkeys(Direction, 0)
        self._straight: tuple[float, float] | None = None

    def add(self, quality: Quality) -> Direction:
        """Count one good look."""
        yaw, pitch = quality.yaw_deg, quality.pitch_deg
        if self._straight is None:
            # Somebody who begins turned away is not straight: then the estimate itself must do.
            frontal = abs(yaw) < TURNED_DEG and abs(pitch) < 2 * NODDED_DEG
            self._straight = (yaw, pitch) if frontal else (0.0, 0.0)
        direction = _direction(yaw - self._straight[0], pitch - self._straight[1])
        self._counts[direction] += 1
        return direction

    def share(self, direction: Direction) -> float:
        """How much of what is wanted in a direction was seen, 0..1."""
        wanted = self.needs.get(direction, 0)
        return min(self._counts[direction] / wanted, 1.0) if wanted else 1.0

    @property
    def next(self) -> Direction | None:
        """Where to look next; None once all was seen."""
        return next((d for d in Direction if self.share(d) < 1), None)

    @property
    def progress(self) -> float:
        """All directions together, 0..1."""
        wanted = sum(self.needs.values())
        seen = sum(min(self._counts[d], n) for d, n in self.needs.items())
        return seen / wanted if wanted else 1.0


def _direction(yaw_deg: float, pitch_deg: float) -> Direction:
    # Compared in units of their own limits, so that a look to a corner counts as what it is most.
    across, along = yaw_deg / TURNED_DEG, pitch_deg / NODDED_DEG
    if max(abs(across), abs(along)) < 1:
        return Direction.FRONT
    if abs(across) >= abs(along):
        # The nose moves to the picture's right where the person turns to the own left.
        return Direction.LEFT if across > 0 else Direction.RIGHT
    return Direction.DOWN if along > 0 else Direction.UP
