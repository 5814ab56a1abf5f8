"""The decisions of the past: found, paged, counted, exported."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from siamapp.store import audit as audit_module
from siamapp.store.audit import Audit
from siamapp.store.database import Database
from siamapp.store.edits import Edits
from siamapp.store.history import Filter, History
from siamapp.store.people import People
from tests.unit.store_samples import EMBEDDER, KEY, sample

START = datetime(2026, 3, 1, 22, tzinfo=UTC)


class Clock(datetime):
    """A clock that goes on by ten minutes whenever it is asked."""

    at = START

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        cls.at += timedelta(minutes=10)
        return cls.at


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """24 decisions, ten minutes apart from 22:30 UTC on: =Ada is matched, Bob refused, in turns."""
    monkeypatch.setattr(audit_module, "datetime", Clock)
    monkeypatch.setattr(Clock, "at", START)
    with Database.open(tmp_path / "home", KEY) as database:
        people, audit = People(database), Audit(database)
        ada = people.add("=Ada", [sample(1)], embedder_id=EMBEDDER).person_id
        bob = people.add("Bob", [sample(2)], embedder_id=EMBEDDER).person_id
        for n in range(24):
            even = n % 2 == 0
            audit.record(
                "decision",
                {
                    "how": "live" if even else "verify",
                    "source": "camera" if n < 12 else "file",
                    "outcome": "match" if even else "unknown",
                    "person_id": ada if even else None,
                    "claim_id": None if even else bob,
                    "distance": 0.5 + n / 100,
                    "quality_yaw_deg": 3.0,
                },
            )
        yield database


def test_pages_go_back_in_time_without_gap_or_double(database: Database) -> None:
    history = History(database)
    numbers: list[int] = []
    before = None
    while page := history.page(Filter(), before=before, count=7):
        numbers += [entry.number for entry in page]
        before = numbers[-1]
    assert numbers == list(range(26, 2, -1))
    assert history.count(Filter()) == 24


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (Filter(outcome="match"), 12),
        (Filter(how="verify"), 12),
        (Filter(person_id=1), 12),
        (Filter(person_id=2), 12),
        (Filter(person_id=2, outcome="match"), 0),
        (Filter(source="camera"), 12),
        (Filter(since=START + timedelta(minutes=30)), 24),
        (Filter(since=START + timedelta(minutes=31)), 23),
        (Filter(until=START + timedelta(minutes=50)), 2),
        (Filter(until=(START + timedelta(minutes=50)).astimezone(timezone(timedelta(hours=8)))), 2),
        (Filter(since=START + timedelta(hours=1), until=START + timedelta(hours=2)), 6),
    ],
)
def test_a_filter_keeps_what_it_names(database: Database, wanted: Filter, count: int) -> None:
    history = History(database)
    assert history.count(wanted) == len(history.page(wanted)) == count
    assert sum(sum(day.outcomes.values()) for day in history.per_day(wanted)) == count


def test_days_are_counted_by_outcome(database: Database) -> None:
    counted = Counter[tuple[date, str]]()
    for n in range(24):
        day = (START + timedelta(minutes=10 * (n + 3))).astimezone().date()
        counted[day, "unknown" if n % 2 else "match"] += 1
    days = History(database).per_day(Filter())
    assert {(d.day, o): n for d in days for o, n in d.outcomes.items()} == counted
    assert [d.day for d in days] == sorted({day for day, _ in counted})


@pytest.mark.parametrize("sign", ["=", "+", "\uff1d", "\uff20"])
def test_the_csv_names_who_is_enrolled_and_holds_no_formula(database: Database, sign: str) -> None:
    Edits(database).delete(2)
    Audit(database).record("decision", {"how": "live", "source": f"{sign}a camera's name"})
    file = io.StringIO(newline="")
    assert History(database).write_csv(Filter(), file) == 25
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert len(rows) == 25
    assert rows[-1]["source"] == f"'{sign}a camera's name"
    assert [(r["person"], r["claim"], r["outcome"]) for r in rows[:2]] == [
        ("'=Ada", "", "match"),
        ("", "person 2", "unknown"),
    ]
    assert (rows[0]["distance"], rows[0]["quality_yaw_deg"]) == ("0.5", "3.0")
