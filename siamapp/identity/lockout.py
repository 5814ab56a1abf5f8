"""After several refusals in a row a claim may not be tried for a while, also after a restart.

How often a claim was refused is read from the audit, so there is no counter to delete. The wall
clock bridges a restart only: once this process knows of a lock, the monotonic clock ends it. A
wall clock set back therefore shortens nothing; one set forward before a restart does.
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
        """By claim and newest refusal, on the monotonic clock."""

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
        if not allowed or not refusals.in_a_row or refusals.in_a_row % allowed:
            return 0.0
        lock = claim_id, refusals.last_utc
        if lock not in self._ends:
            elapsed_s = (self._now() - datetime.fromisoformat(refusals.last_utc)).total_seconds()
            self._ends[lock] = self._clock() + lock_s - max(elapsed_s, 0.0)
        return max(self._ends[lock] - self._clock(), 0.0)
