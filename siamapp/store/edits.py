"""Changes to who is enrolled; each can be undone until `forget_undo`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Final

from siamapp.errors import StoreError
from siamapp.store import audit, pictures, protection, rows
from siamapp.store.database import Connection, Database
from siamapp.store.names import clean_consent, clean_name, clean_tags, name_key
from siamapp.store.undo import Undo
from siamapp.types import Consent, FloatArray

_WHO_IS_WHO: Final[frozenset[audit.Kind]] = frozenset(
    {"delete", "expire", "merge", "split", "move_sample"}
)
"""Changes after which a picture of a decision may be of somebody else than it was kept for."""


class Edits:
    """The changes that can be made to the people of one gallery.

    Each is one transaction and returns the token that undoes it. Each raises `PersonNotFound` or,
    where something else does not fit, another `StoreError`; then nothing was changed. Used by the
    thread that opened the gallery.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._undos: list[Undo] = []
        self._to_vacuum = False

    def rename(self, person_id: int, name: str) -> Undo:
        """Raises AlreadyKnown where the name is taken."""
        name = clean_name(name)
        with self._change("rename", person_id) as (connection, undo):
            rows.require_free(connection, name, besides=[person_id])
            connection.execute(
                "UPDATE people SET name = ?, name_key = ? WHERE id = ?",
                (name, name_key(name), person_id),
            )
        return undo

    def set_tags(self, person_id: int, tags: Sequence[str]) -> Undo:
        """Replace a person's tags; of two that differ in case only the first is kept."""
        text = json.dumps(clean_tags(tags))
        with self._change("tag", person_id) as (connection, undo):
            connection.execute("UPDATE people SET tags = ? WHERE id = ?", (text, person_id))
        return undo

    def set_consent(self, person_id: int, consent: Consent) -> Undo:
        """What the person agreed to, and until when."""
        consent = clean_consent(consent)
        with self._change("consent", person_id) as (connection, undo):
            connection.execute(
                "UPDATE people SET consent_note = ?, consent_date = ?, retain_until = ?"
                " WHERE id = ?",
                (*rows.consent_row(consent), person_id),
            )
        return undo

    def delete(self, person_id: int) -> Undo:
        """Forget a person: `secure_delete` overwrites what the rows held; no journal is left.

        Rejected faces that may be this person's go too (`rows.rejections_like`).
        """
        return self._delete("delete", person_id)

    def are_expired(self, today: date, *, rejected_days: int = 0) -> bool:
        """Whether `delete_expired` would delete anything."""
        old = str(today - timedelta(days=rejected_days)) if rejected_days else ""
        with self._database.snapshot() as connection:
            (found,) = connection.execute(
                "SELECT EXISTS (SELECT 1 FROM people WHERE retain_until < ?)"
                " OR EXISTS (SELECT 1 FROM rejections WHERE created_utc < ?)",
                (today.isoformat(), old),
            ).fetchone()
        return bool(found)

    def delete_expired(self, today: date, *, rejected_days: int = 0) -> list[str]:
        """Delete for good whoever was to be kept until a day before `today`; returns the names.

        No undo brings them back. Rejected faces go after `rejected_days`; 0: with the people only.
        """
        with self._database.snapshot() as connection:
            expired = connection.execute(
                "SELECT id, name FROM people WHERE retain_until < ? ORDER BY name_key",
                (today.isoformat(),),
            ).fetchall()
        for person_id, _ in expired:
            self._delete("expire", person_id)
        gone = {person_id for person_id, _ in expired}
        for undo in [u for u in self._undos if u.holds_expired(gone, today.isoformat())]:
            undo.forget()
            self._undos.remove(undo)
        if rejected_days:
            self._expire_rejections(today - timedelta(days=rejected_days))
        self._vacuum()
        return [name for _, name in expired]

    def remove_samples(self, template_ids: Sequence[int]) -> Undo:
        """Forget samples of one person who keeps others."""
        with self._samples("remove_sample", template_ids) as (connection, undo):
            undo.erase(connection, "templates", template_ids)
        return undo

    def move_samples(self, template_ids: Sequence[int], to_person_id: int) -> Undo:
        """Give samples of one person, who keeps others, to another."""
        with self._samples("move_sample", template_ids, to_person_id) as (connection, undo):
            _give(connection, template_ids, to_person_id)
        return undo

    def split(self, template_ids: Sequence[int], name: str) -> Undo:
        """Make a new person of samples of one who keeps others; tags and consent go along.

        Raises:
            AlreadyKnown: the name is taken.
        """
        name = clean_name(name)
        with self._samples("split", template_ids) as (connection, undo):
            rows.require_free(connection, name)
            owner = rows.template_owner(connection, template_ids[0])
            one = rows.read_person(connection, owner)
            made = rows.insert_person(connection, name, tags=one.tags, consent=one.consent)
            _give(connection, template_ids, made)
            undo.made.append(made)
        return undo

    def merge(self, person_id: int, into_id: int) -> Undo:
        """Give everything of a person to another, who keeps name and consent note.

        Tags are joined; of two retentions the earlier one holds. What was rejected of one and
        looks like the other is dropped: it said that the two are not one person.
        """
        if person_id == into_id:
            raise StoreError("A person cannot be merged with itself.")
        with self._change("merge", into_id, person_id) as (connection, undo):
            one = rows.read_person(connection, into_id)
            other = rows.read_person(connection, person_id)
            for a, b in ((into_id, person_id), (person_id, into_id)):
                undo.erase(connection, "rejections", rows.rejections_like(connection, a, of=b))
            for table in ("templates", "rejections"):
                connection.execute(
                    f"UPDATE {table} SET person_id = ? WHERE person_id = ?", (into_id, person_id)
                )
            until = [p.consent.retain_until for p in (one, other) if p.consent.retain_until]
            connection.execute(
                "UPDATE people SET tags = ?, retain_until = ? WHERE id = ?",
                (
                    json.dumps(clean_tags([*one.tags, *other.tags])),
                    min(until).isoformat() if until else None,
                    into_id,
                ),
            )
            connection.execute("DELETE FROM people WHERE id = ?", (person_id,))
        return undo

    def reject(
        self,
        person_id: int,
        embedding: FloatArray,
        *,
        embedder_id: str,
        alike: float = rows.ALIKE,
    ) -> Undo:
        """Remember that the face `(D,)` is not that person's.

        It is forgotten with any person of whom a template is as `alike` (cosine), and in any case
        with whom it looks most like. Pictures of decisions for that person go now: one of them is
        somebody else's.
        """
        vector = rows.blob(embedding)
        with self._change("reject", person_id) as (connection, undo):
            pictures_went = pictures.forget_of(connection, [person_id], nobodys=False)
            [vector] = protection.stored(connection, [(embedder_id, vector)])
            connection.execute(
                "INSERT INTO rejections (person_id, embedder_id, embedding, created_utc, alike)"
                " VALUES (?, ?, ?, ?, ?)",
                (person_id, embedder_id, vector, rows.now_utc(), alike),
            )
        self._to_vacuum |= pictures_went
        return undo

    def undo(self, *changes: Undo) -> None:
        """Take changes back, the last one first: all, or none.

        Raises:
            AlreadyKnown: a name that would come back was given to somebody else meanwhile.
            StoreError: one was undone or forgotten already, or the people were changed since.
        """
        if any(change not in self._undos for change in changes):
            raise StoreError("That can no longer be undone.")
        with self._database.transaction() as connection:
            for change in reversed(changes):
                change.revert(connection)
                undone = {"undone": change.kind, "person_id": change.person_id}
                audit.append(connection, "undo", undone)
        for change in changes:
            self._undos.remove(change)

    def forget_undo(self) -> None:
        """Give up every token: what was deleted is nowhere any more, in memory or in the file."""
        for undo in self._undos:
            undo.forget()
        self._undos.clear()
        self._vacuum()

    def _delete(self, kind: audit.Kind, person_id: int) -> Undo:
        with self._change(kind, person_id) as (connection, undo):
            undo.erase(connection, "rejections", rows.rejections_like(connection, person_id))
            for table in ("templates", "rejections"):
                undo.erase(connection, table, rows.owned(connection, table, person_id))
            connection.execute("DELETE FROM people WHERE id = ?", (person_id,))
        return undo

    def _expire_rejections(self, before: date) -> None:
        old = "FROM rejections WHERE created_utc < ?"
        with self._database.snapshot() as connection:
            (count,) = connection.execute(f"SELECT count(*) {old}", (str(before),)).fetchone()
        if count:
            with self._database.transaction() as connection:
                connection.execute(f"DELETE {old}", (str(before),))
                audit.append(connection, "expire", {"rejections": count})
            self._to_vacuum = True

    @contextmanager
    def _change(
        self, kind: audit.Kind, person_id: int, *others: int, samples: int | None = None
    ) -> Iterator[tuple[Connection, Undo]]:
        """A transaction with its audit entry; the body makes the change."""
        with self._database.transaction() as connection:
            for concerned in (person_id, *others):
                rows.read_person(connection, concerned)
            undo = Undo(kind, connection, (person_id, *others))
            forgot = kind in _WHO_IS_WHO and pictures.forget_of(connection, (person_id, *others))
            yield connection, undo
            undo.seal(connection)
            other = next(iter((*others, *undo.made)), None)
            facts: dict[str, audit.Fact] = {"person_id": person_id, "other_id": other}
            audit.append(connection, kind, {**facts, "samples": samples})
        self._undos.append(undo)
        self._to_vacuum |= undo.has_erased or forgot

    @contextmanager
    def _samples(
        self, kind: audit.Kind, template_ids: Sequence[int], *others: int
    ) -> Iterator[tuple[Connection, Undo]]:
        """A change to some samples of one person, not to all of them."""
        with self._database.snapshot() as connection:
            owners = {rows.template_owner(connection, template) for template in template_ids}
            if len(owners) != 1:
                raise StoreError("Choose samples of one person.")
            owner = owners.pop()
            left = rows.read_person(connection, owner).templates - len(set(template_ids))
        if left < 1:
            raise StoreError("They are the person's last samples.", "Delete or merge instead.")
        with self._change(kind, owner, *others, samples=len(set(template_ids))) as change:
            yield change

    def _vacuum(self) -> None:
        if self._to_vacuum:
            self._database.vacuum()
            self._to_vacuum = False


def _give(connection: Connection, template_ids: Sequence[int], person_id: int) -> None:
    connection.executemany(
        "UPDATE templates SET person_id = ? WHERE id = ?",
        [(person_id, template_id) for template_id in template_ids],
    )
