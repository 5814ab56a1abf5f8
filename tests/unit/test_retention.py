"""Whose last day is past goes; nobody does for a clock that was set years ahead."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from siamapp import cli_context
from siamapp.cli import run
from siamapp.errors import ClockDoubted
from siamapp.settings import Settings
from siamapp.store import audit as audit_module
from siamapp.store.audit import Audit
from siamapp.store.database import Database
from siamapp.store.edits import Edits
from siamapp.store.people import People
from siamapp.store.retention import QUIET, WAIT, end_retention
from siamapp.store.vault import find_key
from siamapp.types import Consent
from tests.unit.store_samples import EMBEDDER, sample

MONDAY = date(2026, 3, 2)
FAR = date(2099, 1, 1)
UNTIL = Consent("on paper", MONDAY, date(2026, 3, 20))
AHEAD = f"By the clock nothing was recorded for {(FAR - MONDAY).days} days"

Look = Callable[[date], list[str]]


class Clock(datetime):
    """The audit's, at noon of a day."""

    day = MONDAY

    @classmethod
    def now(cls, tz: object = None) -> Clock:
        return cls(cls.day.year, cls.day.month, cls.day.day, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Ada, to be kept until a Friday, and Bob, for good; both enrolled on a Monday."""
    monkeypatch.setattr(audit_module, "datetime", Clock)
    monkeypatch.setattr(Clock, "day", MONDAY)
    key = find_key(tmp_path / "home", key_file=tmp_path / "key")
    with Database.open(tmp_path / "home", key) as opened:
        people = People(opened)
        people.add("Ada", [sample(1)], embedder_id=EMBEDDER, consent=UNTIL)
        people.add("Bob", [sample(2)], embedder_id=EMBEDDER)
        yield opened


@pytest.fixture
def look(database: Database, monkeypatch: pytest.MonkeyPatch) -> Look:
    """Open the gallery on a day, as a program does: who went?"""

    def on(day: date) -> list[str]:
        monkeypatch.setattr(Clock, "day", day)
        return end_retention(database, Edits(database), Settings(), day)

    return on


def use(database: Database, monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    monkeypatch.setattr(Clock, "day", day)
    Audit(database).record("decision", {"outcome": "unknown"})


def test_nobody_goes_for_a_clock_set_years_ahead(look: Look, database: Database) -> None:
    for later in (0, 0, 3, 6):
        with pytest.raises(ClockDoubted, match=AHEAD) as told:
            look(FAR + timedelta(days=later))
        assert "before 2099-01-08." in told.value.message
    assert [p.name for p in People(database).all()] == ["Ada", "Bob"]
    [entry] = [e for e in Audit(database).last(10) if e.kind == "put_off"]
    assert entry.facts == {"until": "2099-01-08"}
    assert not Audit(database).verify().faults
    assert look(FAR + WAIT) == ["Ada"]


def test_who_is_due_goes_once_the_clock_is_right_again(look: Look) -> None:
    with pytest.raises(ClockDoubted):
        look(FAR)
    assert look(MONDAY + timedelta(days=2)) == []
    assert look(date(2026, 3, 21)) == ["Ada"]


def test_a_clock_that_was_behind_for_a_while_puts_nothing_off(
    look: Look, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As that of a computer with an empty battery is at every start."""
    for day in (date(1970, 1, 1), MONDAY + timedelta(days=10), date(1970, 1, 1)):
        use(database, monkeypatch, day)
    assert look(date(2026, 3, 21)) == ["Ada"]


def test_a_gallery_that_lay_idle_waits_a_week_once(
    look: Look, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = MONDAY + QUIET
    use(database, monkeypatch, back)
    with pytest.raises(ClockDoubted):
        look(back + timedelta(days=1))
    assert look(back + WAIT) == ["Ada"]


def test_a_gallery_in_use_waits_for_nothing(look: Look) -> None:
    assert look(MONDAY + QUIET - timedelta(days=1)) == ["Ada"]


def test_nothing_is_told_where_nobody_is_due(look: Look, database: Database) -> None:
    Edits(database).delete(1)
    assert look(FAR) == []
    assert "put_off" not in {entry.kind for entry in Audit(database).last(10)}


def test_neither_the_audit_nor_a_rejected_face_goes_either(database: Database) -> None:
    Edits(database).delete(1)
    Edits(database).reject(2, sample(9).embedding, embedder_id=EMBEDDER)
    before = Audit(database).verify().entries
    for kept in (Settings(audit_days=30), Settings(retention_days=30)):
        with pytest.raises(ClockDoubted):
            end_retention(database, Edits(database), kept, FAR)
    assert Audit(database).verify().pruned == 0
    assert Audit(database).verify().entries > before
    with database.snapshot() as connection:
        assert connection.execute("SELECT count(*) FROM rejections").fetchone() == (1,)


def test_the_command_line_says_so_in_one_line_and_goes_on(
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Far(date):
        @classmethod
        def today(cls) -> date:
            return FAR

    monkeypatch.setattr(cli_context, "date", Far)
    monkeypatch.setattr(Clock, "day", FAR)
    where = ["--home", str(tmp_path / "home"), "--key-file", str(tmp_path / "key"), "--json"]
    assert run(["people", "list", *where]) == 0
    out, err = capsys.readouterr()
    assert [person["name"] for person in json.loads(out)["people"]] == ["Ada", "Bob"]
    assert err == (
        f"{AHEAD}: nothing is deleted by itself before 2099-01-08. "
        "Set the clock right if it is wrong.\n"
    )
