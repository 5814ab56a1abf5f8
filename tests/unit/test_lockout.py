"""A lock that neither a restart nor a clock set back gets round."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from siamapp.identity.lockout import Lockout, tries_left
from siamapp.store.audit import Audit
from siamapp.store.database import Database
from siamapp.store.keys import Key
from siamapp.types import Refusals

START = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Clocks:
    """A wall clock and a monotonic one, moved by hand."""

    def __init__(self) -> None:
        self.wall, self.ticks = START, 100.0

    def lockout(self) -> Lockout:
        return Lockout(clock=lambda: self.ticks, now=lambda: self.wall)

    def go_on(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.ticks += seconds


def refused(times: int, *later_s: float) -> Refusals:
    """So many at the start, and one each so many seconds later."""
    after = [0.0] * times + list(later_s)
    return Refusals(tuple((START + timedelta(seconds=s)).isoformat() for s in after))


def remaining(lockout: Lockout, refusals: Refusals, *, allowed: int = 3) -> float:
    return lockout.remaining_s(7, refusals, allowed=allowed, lock_s=60)


@pytest.mark.parametrize(
    ("times", "left", "locked"), [(0, 3, False), (2, 1, False), (3, 3, True), (5, 1, True)]
)
def test_each_third_refusal_in_a_row_locks(times: int, left: int, locked: bool) -> None:
    """Those beyond are of another program, which no lock keeps out."""
    assert tries_left(refused(times), 3) == left
    assert (remaining(Clocks().lockout(), refused(times)) > 0) is locked


def test_nothing_locks_where_that_is_turned_off() -> None:
    assert remaining(Clocks().lockout(), refused(3), allowed=0) == 0
    assert tries_left(refused(9), 0) > 0


def test_the_lock_ends_by_itself_and_another_claim_is_free_meanwhile() -> None:
    clocks = Clocks()
    lockout = clocks.lockout()
    assert remaining(lockout, refused(3)) == 60
    assert lockout.remaining_s(8, Refusals(), allowed=3, lock_s=60) == 0
    clocks.go_on(45)
    assert remaining(lockout, refused(3)) == 15
    clocks.go_on(20)
    assert remaining(lockout, refused(3)) == 0


def test_a_restart_goes_on_where_the_lock_was() -> None:
    clocks = Clocks()
    assert remaining(clocks.lockout(), refused(3)) == 60
    clocks.go_on(25)
    assert remaining(clocks.lockout(), refused(3)) == 35


def test_a_clock_set_back_or_forward_does_not_shorten_a_lock_that_is_known() -> None:
    clocks = Clocks()
    lockout = clocks.lockout()
    remaining(lockout, refused(3))
    clocks.wall += timedelta(days=1)
    assert remaining(lockout, refused(3)) == 60
    clocks.wall -= timedelta(days=2)
    assert remaining(lockout, refused(3)) == 60
    assert remaining(clocks.lockout(), refused(3)) == 60  # restarted: begins again, ends in 60 s
    clocks.go_on(61)
    assert remaining(lockout, refused(3)) == 0


@pytest.mark.parametrize("knows", ["the lock", "only the audit"])
def test_what_another_program_refuses_or_sets_ends_no_lock_early(knows: str) -> None:
    clocks = Clocks()
    lockout = clocks.lockout()
    assert remaining(lockout, refused(3)) == 60
    clocks.go_on(10)
    if knows == "only the audit":
        lockout = clocks.lockout()
    assert remaining(lockout, refused(3, 10)) == 50
    assert remaining(lockout, refused(3, 10, 10, 10)) == 60  # its third locks anew
    clocks.go_on(61)
    assert remaining(lockout, refused(3, 10, 10, 10)) == 0
    for known in (lockout, clocks.lockout()):
        assert remaining(known, refused(3, 10, 10, 10, 71)) == 0


def test_a_lock_that_was_told_outlasts_a_match_elsewhere_and_a_shorter_setting() -> None:
    clocks = Clocks()
    lockout = clocks.lockout()
    assert remaining(lockout, refused(3)) == 60
    clocks.go_on(10)
    assert remaining(lockout, Refusals()) == 50
    assert lockout.remaining_s(7, refused(3, 10, 10, 10), allowed=3, lock_s=5) == 50
    assert remaining(lockout, Refusals(), allowed=5) == 50
    assert lockout.remaining_s(8, Refusals(), allowed=3, lock_s=60) == 0


def test_the_audit_tells_refusals_in_a_row_of_one_claim(tmp_path: Path) -> None:
    with Database.open(tmp_path, Key(bytes(32), "key-file")) as database:
        audit = Audit(database)

        def decide(claim: int | None, outcome: str, how: str = "verify") -> None:
            audit.record("decision", {"how": how, "claim_id": claim, "outcome": outcome})

        decide(1, "unknown")
        decide(1, "match")
        decide(1, "unknown")
        decide(2, "unknown")
        decide(1, "poor")  # nobody was refused
        decide(None, "unknown", how="live")
        decide(1, "unknown")
        assert audit.refusals(1).in_a_row == 2
        times = [e.at_utc for e in audit.last(9) if e.facts.get("claim_id") == 1]
        assert audit.refusals(1).at_utc == (times[2], times[4])
        assert audit.refusals(2).in_a_row == 1
        assert audit.refusals(3) == Refusals()
        assert audit.recent_claims(9) == [1, 2]
