"""Decisions of the past, read from the audit: filtered, paged, counted by day, as CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, TextIO

from siamapp.store.audit import Entry
from siamapp.store.database import Connection, Database

_COLUMNS: Final = (
    "how", "source", "claim", "outcome", "person", "distance", "threshold", "fmr", "runner_up",
    "runner_up_distance", "presence", "embedder_id", "provider", "version",
)  # fmt: skip
_PEOPLE: Final = {"claim": "claim_id", "person": "person_id", "runner_up": "runner_up_id"}
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the full-width forms, which a spreadsheet of East Asia takes for the first."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which decisions are wanted; what is left at its default does not count."""

    since: datetime | None = None
    """With a time zone; this moment counts, that of `until` does not."""
    until: datetime | None = None
    outcome: str | None = None
    """A value of `siamapp.types.Outcome`."""
    person_id: int | None = None
    """Claimed or named."""
    how: str | None = None
    """verify, identify or live."""
    source: str | None = None

    def where(self) -> tuple[str, list[str | int]]:
        """SQL condition and its values."""
        terms: list[tuple[str, str | int | None]] = [
            ("at_utc >= ?", _utc(self.since)),
            ("at_utc < ?", _utc(self.until)),
            ("facts ->> 'outcome' = ?", self.outcome),
            ("? IN (facts ->> 'person_id', facts ->> 'claim_id')", self.person_id),
            ("facts ->> 'how' = ?", self.how),
            ("facts ->> 'source' = ?", self.source),
        ]
        used = [(term, value) for term, value in terms if value is not None]
        return " AND ".join(["kind = 'decision'", *(t for t, _ in used)]), [v for _, v in used]


@dataclass(frozen=True, slots=True)
class Day:
    """How many decisions of each outcome a day had."""

    day: date
    """In the time zone of this machine."""
    outcomes: dict[str, int]


class History:
    """The decisions of one gallery; used by the thread that opened it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, wanted: Filter, *, before: int | None = None, count: int = 100) -> list[Entry]:
        """Up to `count` decisions, newest first, from the one before number `before` on."""
        condition, values = wanted.where()
        if before is not None:
            condition, values = f"{condition} AND number < ?", [*values, before]
        with self._database.snapshot() as connection:
            return list(_entries(connection, condition, values, f"DESC LIMIT {int(count)}"))

    def count(self, wanted: Filter) -> int:
        condition, values = wanted.where()
        with self._database.snapshot() as connection:
            (found,) = connection.execute(
                f"SELECT count(*) FROM audit WHERE {condition}", values
            ).fetchone()
        return int(found)

    def per_day(self, wanted: Filter) -> list[Day]:
        """Days that had decisions, oldest first."""
        condition, values = wanted.where()
        days: dict[str, dict[str, int]] = {}
        with self._database.snapshot() as connection:
            for day, outcome, found in connection.execute(
                "SELECT date(at_utc, 'localtime') AS day, facts ->> 'outcome', count(*)"
                f" FROM audit WHERE {condition} GROUP BY 1, 2 ORDER BY 1",
                values,
            ):
                days.setdefault(day, {})[outcome] = found
        return [Day(date.fromisoformat(day), outcomes) for day, outcomes in days.items()]

    def write_csv(self, wanted: Filter, file: TextIO) -> int:
        """Write all wanted decisions, oldest first; returns how many.

        People who are enrolled no longer are numbers. A name, of a camera too, that a spreadsheet
        would take for a formula is quoted (OWASP, "CSV Injection").
        """
        condition, values = wanted.where()
        written = 0
        with self._database.snapshot() as connection:
            names = dict(connection.execute("SELECT id, name FROM people").fetchall())
            qualities: list[str] = []
            writer = csv.writer(file)
            for entry in _entries(connection, condition, values, "ASC"):
                if not written:
                    qualities = [key for key in entry.facts if key.startswith("quality_")]
                    writer.writerow(["number", "at_utc", *_COLUMNS, *qualities])
                facts = [_told(entry, column, names) for column in (*_COLUMNS, *qualities)]
                writer.writerow([entry.number, entry.at_utc, *facts])
                written += 1
        return written


def _entries(
    connection: Connection, condition: str, values: list[str | int], order: str
) -> Iterator[Entry]:
    found = connection.execute(
        f"SELECT number, at_utc, kind, facts, hash FROM audit WHERE {condition}"
        f" ORDER BY number {order}",
        values,
    )
    for number, at_utc, kind, facts, digest in found:
        yield Entry(number, at_utc, kind, json.loads(facts), digest.hex())


def _told(entry: Entry, column: str, names: Mapping[int, str]) -> object:
    value: object = entry.facts.get(_PEOPLE.get(column, column))
    if column in _PEOPLE and isinstance(value, int):
        value = names.get(value, f"person {value}")
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _utc(moment: datetime | None) -> str | None:
    """As entries write it, so that text sorts as time does."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment.timestamp(), UTC).isoformat(timespec="milliseconds")
