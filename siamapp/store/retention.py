"""What is to be kept no longer goes by itself; not by a clock that may be wrong.

An empty battery or a slip of the hand sets a clock years ahead, and all who are to be kept until
some day would be gone for good at the next start. The audit knows when something happened last.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from siamapp.errors import ClockDoubted
from siamapp.settings import Settings
from siamapp.store.audit import Audit
from siamapp.store.database import Database
from siamapp.store.edits import Edits
from siamapp.store.pictures import Pictures

QUIET: Final = timedelta(days=90)
"""A gallery in use has an entry more often; one that lay idle for longer waits a week once."""
WAIT: Final = timedelta(days=7)
"""A wrong date does not stay unnoticed for so long: after it the clock is believed."""


def end_retention(database: Database, edits: Edits, settings: Settings, today: date) -> list[str]:
    """Delete for good what was to be kept no longer; returns the names of the people.

    Faces said not to be somebody are kept for `retention_days` as new people are. Of the audit the
    setting `audit_days` says how long it is kept, `decision_pictures` whether with pictures.

    Raises:
        ClockDoubted: something is to go, but the clock may be wrong.
    """
    if not settings.decision_pictures:
        Pictures(database).clear()
    if settings.audit_days:
        require_steady(database, today)
        Audit(database).prune(datetime.now(UTC) - timedelta(days=settings.audit_days))
    return delete_expired(database, edits, today, rejected_days=settings.retention_days)


def delete_expired(
    database: Database, edits: Edits, today: date, *, rejected_days: int
) -> list[str]:
    """As `Edits.delete_expired`, by a clock that may be believed.

    Raises:
        ClockDoubted: it may not.
    """
    if edits.are_expired(today, rejected_days=rejected_days):
        require_steady(database, today)
    return edits.delete_expired(today, rejected_days=rejected_days)


def require_steady(database: Database, today: date) -> None:
    """Make sure that `today` follows upon what the audit has recorded.

    It does where less than `QUIET` lies between, or where entries began again `WAIT` ago. Entries
    of a later day, made while a clock was ahead that is right now, count for nothing.

    Raises:
        ClockDoubted: it does not. Then the audit has an entry from which on `WAIT` counts.
        StoreError: that could not be written.
    """
    lately = today - WAIT + timedelta(days=1)
    tomorrow = today + timedelta(days=2)  # the audit's day, in UTC, may be another one
    with database.snapshot() as connection:
        before, first = connection.execute(
            "SELECT max(at_utc) FILTER (WHERE at_utc < :lately),"
            " min(at_utc) FILTER (WHERE at_utc >= :lately) FROM audit WHERE at_utc < :tomorrow",
            {"lately": str(lately), "tomorrow": str(tomorrow)},
        ).fetchone()
    began = date.fromisoformat(first[:10]) if first else today
    if before is None or (quiet := began - date.fromisoformat(before[:10])) < QUIET:
        return
    until = began + WAIT
    if first is None:
        Audit(database).record("put_off", {"until": str(until)})
    raise ClockDoubted(
        f"By the clock nothing was recorded for {quiet.days} days: "
        f"nothing is deleted by itself before {until}.",
        "Set the clock right if it is wrong.",
    )
