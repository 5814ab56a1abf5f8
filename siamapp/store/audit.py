"""What was decided and changed, in entries that cannot be altered unnoticed.

Every entry's hash covers the entry before it, so an edited, removed or moved entry breaks the chain
there. The head, kept apart, shows a cut tail; whoever exports it can later prove that the whole
past was not rewritten (Schneier and Kelsey 1999, "Secure audit logs", section 2). Entries name
people by number only: once somebody is deleted, nothing here says who it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from siamapp.errors import StoreCorrupt, StoreError
from siamapp.store.checkpoint import Checkpoint
from siamapp.store.database import Connection, Database
from siamapp.store.head import Head
from siamapp.types import Outcome, Refusals

Fact: TypeAlias = str | int | float | bool | None
Kind = Literal[
    "enrol", "add_samples", "rename", "tag", "consent", "delete", "expire", "remove_sample",
    "move_sample", "split", "merge", "reject", "re_embed", "undo", "decision", "backup", "restore",
    "export", "import", "prune", "change_key", "forget_pictures", "protect",
    "put_off",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the audit."""

    number: int
    at_utc: str
    """ISO 8601, by the clock of the machine: it may have been wrong, the order is not."""
    kind: str
    facts: dict[str, Fact]
    hash: str
    """Hex SHA-256 over this entry and the hash before."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking the chain found."""

    entries: int
    """How many there ever were."""
    pruned: int
    """How many of them, the oldest, retention has taken away."""
    head: str
    """Hex hash of the last entry; keep it elsewhere to prove this past later."""
    faults: tuple[str, ...]
    """Each says which entry is wrong; empty where all is as it was written."""


def append(connection: Connection, kind: Kind, facts: Mapping[str, Fact]) -> int:
    """Add an entry within the caller's transaction: the change and its entry are one write.

    Returns its number.
    """
    number, head = connection.execute("SELECT number, hash FROM audit_head").fetchone()
    at_utc = datetime.now(UTC).isoformat(timespec="milliseconds")
    text = json.dumps(facts, sort_keys=True, allow_nan=False)
    digest = _digest(head, number + 1, at_utc, kind, text)
    connection.execute(
        "INSERT INTO audit (number, at_utc, kind, facts, hash) VALUES (?, ?, ?, ?, ?)",
        (number + 1, at_utc, kind, text, digest),
    )
    connection.execute("UPDATE audit_head SET number = ?, hash = ?", (number + 1, digest))
    return int(number + 1)


class Audit:
    """The audit of one gallery; used by the thread that opened it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, kind: Kind, facts: Mapping[str, Fact]) -> None:
        """Add an entry in a transaction of its own.

        Raises:
            StoreError: it could not be written.
        """
        with self._database.transaction() as connection:
            append(connection, kind, facts)

    def last(self, count: int) -> list[Entry]:
        """The newest entries, oldest of them first."""
        with self._database.snapshot() as connection:
            rows = connection.execute(
                "SELECT number, at_utc, kind, facts, hash FROM audit ORDER BY number DESC LIMIT ?",
                (count,),
            ).fetchall()
        return [Entry(r[0], r[1], r[2], json.loads(r[3]), r[4].hex()) for r in reversed(rows)]

    def refusals(self, claim_id: int) -> Refusals:
        """Verifications of that claim that were refused since the last one accepted."""
        refused: list[str] = []
        with self._database.snapshot() as connection:
            rows = connection.execute(
                "SELECT at_utc, facts ->> 'outcome' FROM audit WHERE kind = 'decision'"
                " AND facts ->> 'how' = 'verify' AND facts ->> 'claim_id' = ?"
                " ORDER BY number DESC",
                (claim_id,),
            )
            for at_utc, outcome in rows:
                if outcome == Outcome.MATCH:
                    break
                # Who could not be judged was not refused.
                if outcome in (Outcome.UNKNOWN, Outcome.NOT_PRESENT):
                    refused.append(at_utc)
        return Refusals(tuple(reversed(refused)))

    def recent_claims(self, count: int) -> list[int]:
        """The persons claimed last, newest first; some may be deleted by now."""
        with self._database.snapshot() as connection:
            rows = connection.execute(
                "SELECT facts ->> 'claim_id' AS claim, max(number) AS newest FROM audit"
                " WHERE kind = 'decision' AND facts ->> 'how' = 'verify' AND claim IS NOT NULL"
                " GROUP BY claim ORDER BY newest DESC LIMIT ?",
                (count,),
            ).fetchall()
        return [int(row[0]) for row in rows]

    def head(self) -> Head:
        """The last entry."""
        with self._database.snapshot() as connection:
            number, digest = connection.execute("SELECT number, hash FROM audit_head").fetchone()
        at_utc = datetime.now(UTC).isoformat(timespec="seconds")
        return Head(number=number, hash=digest.hex(), at_utc=at_utc)

    def verify(self, *, known: Head | None = None) -> Verdict:
        """Recompute the chain.

        Args:
            known: what was the head once; a chain that never passed it was cut or rewritten.
        """
        faults: list[str] = []
        with self._database.snapshot() as connection:
            checkpoint = Checkpoint.read(connection)
            head_number, head = connection.execute("SELECT number, hash FROM audit_head").fetchone()
            rows = connection.execute(
                "SELECT number, at_utc, kind, facts, hash FROM audit ORDER BY number"
            )
            if not checkpoint.is_signed_with(self._database.audit_key):
                faults.append(f"entries up to {checkpoint.number} were not pruned by siamapp")
            expected, before = checkpoint.number + 1, checkpoint.hash
            seen = known is None or known.hash == before.hex()
            for number, at_utc, kind, text, digest in rows:
                if number > expected:
                    faults.append(f"entries {expected} to {number - 1} are gone")
                elif digest != _digest(before, number, at_utc, kind, text):
                    faults.append(f"entry {number} is not as it was written")
                seen = seen or (known is not None and digest.hex() == known.hash)
                expected, before = number + 1, digest
        if (expected - 1, before) != (head_number, head):
            faults.append(f"entries after {expected - 1} are gone, or the head was changed")
        if known is not None and not seen:
            faults.append(_unseen(known.number, checkpoint.number, expected - 1))
        return Verdict(expected - 1, checkpoint.number, head.hex(), tuple(faults))

    def prune(self, before: datetime) -> int:
        """Take away the entries older than that, and sign where the chain begins now.

        The newest entry always stays. Returns how many went.

        Raises:
            StoreCorrupt: the chain is not whole; pruning would hide it.
        """
        if (faults := self.verify().faults)[:1]:
            raise StoreCorrupt(f"The audit is not whole: {faults[0]}.", "Keep it as it is.")
        try:
            limit = before.astimezone(UTC).isoformat(timespec="milliseconds")
        except (OverflowError, ValueError, OSError):
            return 0  # of the first day of year 1, and before it in UTC; on Windows, before 1970
        with self._database.transaction() as connection:
            old = Checkpoint.read(connection).number
            # Up to the first that is young enough: the clock may have gone back since.
            (last,) = connection.execute(
                "SELECT min(number) - 1 FROM (SELECT number FROM audit WHERE at_utc >= ?"
                " UNION ALL SELECT number FROM audit_head)",
                (limit,),
            ).fetchone()
            if last <= old:
                return 0
            (digest,) = connection.execute(
                "SELECT hash FROM audit WHERE number = ?", (last,)
            ).fetchone()
            at_utc = datetime.now(UTC).isoformat(timespec="milliseconds")
            Checkpoint.made(last, digest, at_utc, self._database.audit_key).write(connection)
            connection.execute("DELETE FROM audit WHERE number <= ?", (last,))
            append(connection, "prune", {"up_to": last, "hash": digest.hex()})
        return int(last - old)

    def entry(self, number: int) -> Entry:
        """Raises StoreError where there is none of that number."""
        with self._database.snapshot() as connection:
            row = connection.execute(
                "SELECT number, at_utc, kind, facts, hash FROM audit WHERE number = ?", (number,)
            ).fetchone()
        if row is None:
            raise StoreError(f"There is no entry {number}.", "See `siamapp audit list`.")
        return Entry(row[0], row[1], row[2], json.loads(row[3]), row[4].hex())


def _unseen(known: int | None, pruned: int, last: int) -> str:
    """Why a head that was noted is not in the chain."""
    if known is None:
        return "the head given was never part of this audit, or is pruned"
    if known > last:
        return f"entries after {last} are gone: the head given is of entry {known}"
    if known < pruned:
        return f"the head given is of entry {known}, which is pruned"
    return f"entry {known} is not the one whose head was given"


def _digest(before: bytes, number: int, at_utc: str, kind: str, text: str) -> bytes:
    # As JSON no two different entries are the same bytes.
    entry = json.dumps([number, at_utc, kind, text]).encode()
    return hashlib.sha256(before + entry).digest()
