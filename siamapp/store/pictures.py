"""Small pictures of the faces that were decided about, kept only where the user asked for them.

They stand beside the audit, not in it: no hash covers them, so they can go while the chain stays
whole. A picture goes with its entry, with the person it was taken for, and, where it was taken for
nobody, with anybody who is deleted: it might be theirs. Where somebody was taken for another, all
that was taken for that other goes as soon as it is said ("this is not X").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import cv2

from siamapp.errors import StoreError
from siamapp.store import audit, rows
from siamapp.store.database import Connection, Database
from siamapp.types import BgrImage

SIDE_PX: Final = 80
"""Sharp where the history shows it, on a screen of two pixels a point; no more is kept."""
_JPEG_QUALITY: Final = 75


class Pictures:
    """The pictures of one gallery's decisions; used by the thread that opened it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def among(self, numbers: Sequence[int]) -> frozenset[int]:
        """Which of these audit entries have a picture."""
        with self._database.snapshot() as connection:
            return frozenset(number for number, _ in _read(connection, "number", numbers))

    def get(self, numbers: Sequence[int]) -> dict[int, BgrImage]:
        """Pictures by the number of their audit entry, of those that there are.

        They are squares of `SIDE_PX`, of 48 px where an earlier version kept them.
        """
        with self._database.snapshot() as connection:
            found = _read(connection, "jpeg", numbers)
            return {number: rows.picture(jpeg) for number, jpeg in found}

    def clear(self) -> int:
        """Forget all of them for good; returns how many there were."""
        with self._database.transaction() as connection:
            gone = connection.execute("DELETE FROM decision_pictures").rowcount
            if gone:
                audit.append(connection, "forget_pictures", {"pictures": gone})
        if gone:
            self._database.vacuum()
        return gone


def keep(connection: Connection, number: int, person_id: int | None, face_bgr: BgrImage) -> None:
    """Store the picture of entry `number`, within the transaction that writes the entry.

    Args:
        connection: in the caller's transaction.
        number: the entry's.
        person_id: whom the face was taken for; of somebody deleted meanwhile nothing is kept.
        face_bgr: the aligned crop, a square.
    """
    known = "SELECT 1 FROM people WHERE id = ?"
    if person_id is not None and connection.execute(known, (person_id,)).fetchone() is None:
        return
    small = cv2.resize(face_bgr, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    done, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    if not done:
        raise StoreError("A picture cannot be stored.")
    connection.execute(
        "INSERT INTO decision_pictures (number, person_id, jpeg) VALUES (?, ?, ?)",
        (number, person_id, jpeg.tobytes()),
    )


def forget_of(connection: Connection, person_ids: Iterable[int], *, nobodys: bool = True) -> bool:
    """Take away what was taken for these people, and `nobodys`; says whether there was anything."""
    gone = 0
    if nobodys:
        gone = connection.execute("DELETE FROM decision_pictures WHERE person_id IS NULL").rowcount
    for person_id in person_ids:
        gone += connection.execute(
            "DELETE FROM decision_pictures WHERE person_id = ?", (person_id,)
        ).rowcount
    return gone > 0


def _read(connection: Connection, column: str, numbers: Sequence[int]) -> list[tuple[int, bytes]]:
    marks = ", ".join("?" * len(numbers))
    return connection.execute(
        f"SELECT number, {column} FROM decision_pictures WHERE number IN ({marks})", list(numbers)
    ).fetchall()
