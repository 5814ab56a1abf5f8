"""After several refusals in a row a claim may not be tried for a while, also after a restart.

How often a claim was refused is read from the audit, so there is no counter to delete. The wall
clock bridges a restart only: once this process knows of a lock, the monotonic clock ends it. A
wall clock set back therefore shortens nothing; one set forward before a restart does.

Other programs write to the same audit and ask no lock: whatever they record, a lock that was told
ends no earlier than it said. A restart knows no more of one that was followed by a match.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from siamapp.types import Refusals


def tries_left(refusals: Refusals, allowed: int) -> int:
    """How many more refusals there may be before the claim is locked; `allowed` 0 never locks."""
    return allowed - refusals.in_a_row % allowed if allowed else 1


class Lockout:
    """Which claims are locked, and for how much longer."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._clock = clock
        self._now = now
        self._ends: dict[tuple[int, str], float] = {}
        """By claim and the refusal that locked it, on the monotonic clock."""

    def remaining_s(
        self, claim_id: int, refusals: Refusals, *, allowed: int, lock_s: float
    ) -> float:
        """Seconds for which the claim is still locked; 0 where it may be tried.

        Args:
            claim_id: the person claimed.
            refusals: of that claim, as the audit tells them.
            allowed: each so many refusals in a row lock; 0: never.
            lock_s: for how long.
        """
        if not allowed:
            return 0.0
        if refusals.in_a_row >= allowed:
            # Refusals that came after it, by another program, are of the next lock.
            locked_utc = refusals.at_utc[-1 - refusals.in_a_row % allowed]
            if (claim_id, locked_utc) not in self._ends:
                elapsed_s = (self._now() - datetime.fromisoformat(locked_utc)).total_seconds()
                self._ends[claim_id, locked_utc] = self._clock() + lock_s - max(elapsed_s, 0.0)
        ends = [end for (claim, _), end in self._ends.items() if claim == claim_id]
        return max([0.0, *(end - self._clock() for end in ends)])
