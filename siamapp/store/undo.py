"""What one change replaced, held in memory only.

A change is complete in the file the moment it is made, so that no crash, no kill and no power cut
leaves a deleted person behind; only this process can still take it back, until it forgets.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import Any, NamedTuple, Self

from siamapp.errors import StoreError
from siamapp.store import protection, rows
from siamapp.store.audit import Kind
from siamapp.store.database import Connection

_OWNED = ("templates", "rejections")


class Undo:
    """Token of one change: made before it, sealed after it, spent by `revert`."""

    def __init__(self, kind: Kind, connection: Connection, person_ids: Iterable[int]) -> None:
        self.kind = kind
        """What was done, as the audit says it."""
        self.made: list[int] = []
        """People that the change brought into being."""
        self._before = _State.read(connection, person_ids)
        self._after = self._before
        self._erased: list[tuple[str, Sequence[Any]]] = []
        self._left: frozenset[int] = frozenset()
        """Who was enrolled after the change."""

    @property
    def person_id(self) -> int:
        """Whom the change was made to, first of all."""
        return int(next(iter(self._before.people)))

    @property
    def has_erased(self) -> bool:
        """Whether something is in memory only by now."""
        return bool(self._erased) or self._before.people.keys() > self._after.people.keys()

    def erase(self, connection: Connection, table: str, ids: Iterable[int]) -> None:
        """Delete rows of `templates` or `rejections`, and keep them here."""
        for row_id in ids:
            (row,) = connection.execute(f"SELECT * FROM {table} WHERE id = ?", (row_id,)).fetchall()
            self._erased.append((table, row))
            connection.execute(f"DELETE FROM {table} WHERE id = ?", (row_id,))

    def seal(self, connection: Connection) -> None:
        """Note what the change led to."""
        self._after = _State.read(connection, (*self._before.people, *self.made))
        self._left = _everybody(connection)

    def holds_expired(self, gone: Set[int], day: str) -> bool:
        """Whether it knows of people who are `gone`, or would bring back somebody who was to be
        kept until before `day`.
        """
        people = self._before.people
        return bool(gone & people.keys()) or any(
            (row["retain_until"] or day) < day for row in people.values()
        )

    def forget(self) -> None:
        """Let go of everything about everybody, whoever still holds this token."""
        self._erased.clear()
        self._before = self._after = _State({}, {}, None)

    def revert(self, connection: Connection) -> None:
        """Put everything back.

        Raises:
            AlreadyKnown: a name that would come back was given to somebody else meanwhile.
            StoreError: the people were changed since.
        """
        before, after = self._before, self._after
        concerned = {*before.people, *after.people}
        if _State.read(connection, concerned) != after:
            raise StoreError("These people were changed since.", "Undo the later change first.")
        # Names first go out of the way: two people may have changed theirs in a circle.
        for person_id in after.people:
            connection.execute(
                "UPDATE people SET name_key = ? WHERE id = ?", (f"\0{person_id}", person_id)
            )
        for row in before.people.values():
            rows.require_free(connection, row["name"])
            columns = ", ".join(row)
            values = ", ".join("?" * len(row))
            settled = ", ".join(f"{column} = excluded.{column}" for column in row)
            connection.execute(
                f"INSERT INTO people ({columns}) VALUES ({values})"
                f" ON CONFLICT (id) DO UPDATE SET {settled}",
                tuple(row.values()),
            )
        self._give_back(connection)
        for person_id in after.people.keys() - before.people.keys():
            connection.execute("DELETE FROM people WHERE id = ?", (person_id,))

    def _give_back(self, connection: Connection) -> None:
        known = _everybody(connection)
        for table, row in self._erased:
            # A rejected face may be anybody's: also of somebody who was deleted since.
            may_be_of_gone = table == "rejections" and not known >= self._left
            if row[1] in known and not may_be_of_gone:
                marks = ", ".join("?" * len(row))
                connection.execute(f"INSERT INTO {table} VALUES ({marks})", row)
        for table in _OWNED:
            was, became = self._before.owners[table], self._after.owners[table]
            for row_id in became.keys() - was.keys():
                connection.execute(f"DELETE FROM {table} WHERE id = ?", (row_id,))
            for row_id in was.keys() & became.keys():
                connection.execute(
                    f"UPDATE {table} SET person_id = ? WHERE id = ?", (was[row_id], row_id)
                )


def _everybody(connection: Connection) -> frozenset[int]:
    return frozenset(row[0] for row in connection.execute("SELECT id FROM people"))


class _State(NamedTuple):
    """Some people, and which rows are theirs."""

    people: dict[int, dict[str, Any]]
    owners: dict[str, dict[int, int]]
    """By table: the person of each row."""
    secret: bytes | None
    """Rows protected by another one would be nobody's."""

    @classmethod
    def read(cls, connection: Connection, person_ids: Iterable[int]) -> Self:
        people: dict[int, dict[str, Any]] = {}
        owners: dict[str, dict[int, int]] = {table: {} for table in _OWNED}
        for person_id in person_ids:
            cursor = connection.execute("SELECT * FROM people WHERE id = ?", (person_id,))
            columns = [column[0] for column in cursor.description]
            for row in cursor:
                people[person_id] = dict(zip(columns, row, strict=True))
            for table in _OWNED:
                found = connection.execute(
                    f"SELECT id, person_id FROM {table} WHERE person_id = ?", (person_id,)
                )
                owners[table] |= dict(found.fetchall())
        return cls(people, owners, protection.secret_of(connection))
