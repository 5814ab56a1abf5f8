"""Who is enrolled: names, templates and their crops."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from siamapp.errors import AlreadyKnown, PersonNotFound, StoreCorrupt, StoreError
from siamapp.store import audit
from siamapp.store.database import Connection, Database
from siamapp.store.names import clean_name, name_key
from siamapp.types import BgrImage, FloatArray, Person, Quality, Sample, Template

_UNIT_TOLERANCE: Final = 1e-3
_LIST_HINT: Final = "List them with `siamapp people list`."
_PERSON: Final = """
    SELECT people.id, name, people.created_utc, count(templates.id)
    FROM people LEFT JOIN templates ON templates.person_id = people.id
"""


class People:
    """The enrolled persons of one gallery; used by the thread that opened it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        name: str,
        samples: Sequence[Sample],
        *,
        embedder_id: str,
        keep_crops: bool = True,
    ) -> Person:
        """Enrol a new person with at least one sample, in one transaction.

        Raises:
            AlreadyKnown: the name is taken.
            StoreError: the name or an embedding is not valid; nothing was written.
        """
        name = clean_name(name)
        if not samples:
            raise StoreError("A person cannot be enrolled without a sample.")
        with self._database.transaction() as connection:
            _require_free(connection, name)
            [(person_id,)] = connection.execute(
                "INSERT INTO people (name, name_key, created_utc) VALUES (?, ?, ?) RETURNING id",
                (name, name_key(name), _now_utc()),
            ).fetchall()
            _insert_samples(connection, person_id, samples, embedder_id, keep_crops)
            facts: dict[str, audit.Fact] = {
                "person_id": person_id,
                "samples": len(samples),
                "embedder_id": embedder_id,
            }
            audit.append(connection, "enrol", facts)
            return _person(connection, person_id)

    def add_samples(
        self,
        person_id: int,
        samples: Sequence[Sample],
        *,
        embedder_id: str,
        keep_crops: bool = True,
    ) -> None:
        """Give a person further templates.

        Raises:
            PersonNotFound: no such person.
            StoreError: an embedding is not valid; nothing was written.
        """
        with self._database.transaction() as connection:
            _person(connection, person_id)
            _insert_samples(connection, person_id, samples, embedder_id, keep_crops)
            facts: dict[str, audit.Fact] = {
                "person_id": person_id,
                "samples": len(samples),
                "embedder_id": embedder_id,
            }
            audit.append(connection, "add_samples", facts)

    def all(self) -> list[Person]:
        """Everybody, by name."""
        with self._database.snapshot() as connection:
            rows = connection.execute(f"{_PERSON} GROUP BY people.id ORDER BY name_key").fetchall()
        return [Person(*row) for row in rows]

    def by_name(self, name: str) -> Person:
        """The person of that name, whatever its case.

        Raises:
            PersonNotFound: nobody of that name is enrolled.
        """
        with self._database.snapshot() as connection:
            person_id = _id_of(connection, name)
            if person_id is None:
                raise PersonNotFound("Nobody of that name is enrolled.", _LIST_HINT)
            return _person(connection, person_id)

    def rename(self, person_id: int, name: str) -> Person:
        """Raises PersonNotFound, AlreadyKnown or, where the name is not valid, StoreError."""
        name = clean_name(name)
        with self._database.transaction() as connection:
            _person(connection, person_id)
            _require_free(connection, name, besides=person_id)
            connection.execute(
                "UPDATE people SET name = ?, name_key = ? WHERE id = ?",
                (name, name_key(name), person_id),
            )
            audit.append(connection, "rename", {"person_id": person_id})
            return _person(connection, person_id)

    def delete(self, person_id: int) -> None:
        """Forget a person: `secure_delete` overwrites what the rows held; no journal is left.

        Raises:
            PersonNotFound: no such person.
        """
        with self._database.transaction() as connection:
            _person(connection, person_id)
            connection.execute("DELETE FROM people WHERE id = ?", (person_id,))
            audit.append(connection, "delete", {"person_id": person_id})

    def remove_template(self, template_id: int) -> None:
        """Forget one sample of a person who keeps others.

        Raises:
            StoreError: no such sample, or it is the person's last.
        """
        with self._database.transaction() as connection:
            person_id = _template_owner(connection, template_id)
            if _person(connection, person_id).templates == 1:
                raise StoreError("It is the person's last sample.", "Delete the person instead.")
            connection.execute("DELETE FROM templates WHERE id = ?", (template_id,))
            facts: dict[str, audit.Fact] = {"person_id": person_id, "template_id": template_id}
            audit.append(connection, "remove_sample", facts)

    def templates(self, person_id: int) -> list[Template]:
        """A person's templates, oldest first.

        Raises:
            PersonNotFound: no such person.
        """
        with self._database.snapshot() as connection:
            _person(connection, person_id)
            rows = connection.execute(
                "SELECT id, person_id, embedder_id, embedding, quality, created_utc,"
                " crop_png IS NOT NULL FROM templates WHERE person_id = ? ORDER BY id",
                (person_id,),
            ).fetchall()
        return [
            Template(
                template_id=row[0],
                person_id=row[1],
                embedder_id=row[2],
                embedding=_vectors([row[3]])[0],
                quality=Quality(**json.loads(row[4])),
                created_utc=row[5],
                has_crop=bool(row[6]),
            )
            for row in rows
        ]

    def crop(self, template_id: int) -> BgrImage | None:
        """The aligned crop `(112, 112, 3)` of a template, None where none was kept.

        Raises:
            StoreError: no such sample.
        """
        with self._database.snapshot() as connection:
            _template_owner(connection, template_id)
            (png,) = connection.execute(
                "SELECT crop_png FROM templates WHERE id = ?", (template_id,)
            ).fetchone()
        if png is None:
            return None
        crop = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR_BGR)
        if crop is None:
            raise StoreCorrupt("A stored picture cannot be read.")
        return np.asarray(crop, dtype=np.uint8)

    def gallery_rows(
        self, embedder_id: str
    ) -> tuple[FloatArray, NDArray[np.int64], dict[int, str]]:
        """All templates of one embedder: vectors `(N, D)`, their persons' ids `(N,)`, names by id.

        Where there are none the vectors are `(0, 0)`.
        """
        with self._database.snapshot() as connection:
            rows = connection.execute(
                "SELECT person_id, name, embedding FROM templates"
                " JOIN people ON people.id = person_id WHERE embedder_id = ?"
                " ORDER BY person_id, templates.id",
                (embedder_id,),
            ).fetchall()
        vectors = _vectors([row[2] for row in rows])
        person_ids = np.array([row[0] for row in rows], dtype=np.int64)
        return vectors, person_ids, {row[0]: row[1] for row in rows}

    def embedder_ids(self) -> dict[str, int]:
        """How many templates there are of each embedder."""
        with self._database.snapshot() as connection:
            return dict(
                connection.execute(
                    "SELECT embedder_id, count(*) FROM templates GROUP BY embedder_id"
                ).fetchall()
            )


def _id_of(connection: Connection, name: str) -> int | None:
    row = connection.execute(
        "SELECT id FROM people WHERE name_key = ?", (name_key(name),)
    ).fetchone()
    return None if row is None else int(row[0])


def _require_free(connection: Connection, name: str, *, besides: int | None = None) -> None:
    if _id_of(connection, name) not in (None, besides):
        raise AlreadyKnown(
            "Somebody of that name is enrolled already.", "Choose another name, or add samples."
        )


def _person(connection: Connection, person_id: int) -> Person:
    row = connection.execute(
        f"{_PERSON} WHERE people.id = ? GROUP BY people.id", (person_id,)
    ).fetchone()
    if row is None:
        raise PersonNotFound("That person is not enrolled.", _LIST_HINT)
    return Person(*row)


def _template_owner(connection: Connection, template_id: int) -> int:
    row = connection.execute(
        "SELECT person_id FROM templates WHERE id = ?", (template_id,)
    ).fetchone()
    if row is None:
        raise StoreError("That sample is not in the gallery.")
    return int(row[0])


def _insert_samples(
    connection: Connection,
    person_id: int,
    samples: Sequence[Sample],
    embedder_id: str,
    keep_crops: bool,
) -> None:
    stored = connection.execute(
        "SELECT length(embedding) / 4 FROM templates WHERE embedder_id = ? LIMIT 1", (embedder_id,)
    ).fetchone()
    dimensions = {sample.embedding.size for sample in samples} | ({stored[0]} if stored else set())
    if len(dimensions) > 1:
        raise StoreError("The embeddings differ in dimension from one another or from the gallery.")
    connection.executemany(
        "INSERT INTO templates (person_id, embedder_id, embedding, quality, created_utc, crop_png)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [
            (
                person_id,
                embedder_id,
                _blob(sample.embedding),
                json.dumps({k: float(v) for k, v in asdict(sample.quality).items()}),
                _now_utc(),
                _png(sample.crop_bgr) if keep_crops else None,
            )
            for sample in samples
        ],
    )


def _blob(embedding: FloatArray) -> bytes:
    """Little-endian float32; a vector that could match by accident (NaN, zero) is never stored."""
    norm = float(np.linalg.norm(embedding))
    if embedding.ndim != 1 or not abs(norm - 1) <= _UNIT_TOLERANCE:  # false for NaN
        raise StoreError("An embedding is not a finite vector of unit length.")
    return embedding.astype("<f4").tobytes()


def _vectors(blobs: Sequence[bytes]) -> FloatArray:
    """`(N, D)` of equally long rows; `(0, 0)` of none."""
    if not blobs:
        return np.empty((0, 0), np.float32)
    if len({len(blob) for blob in blobs}) > 1:
        raise StoreCorrupt("Stored embeddings differ in dimension.", "Restore a backup.")
    return np.frombuffer(b"".join(blobs), "<f4").astype(np.float32).reshape(len(blobs), -1)


def _png(crop_bgr: BgrImage) -> bytes:
    """Lossless: crops are what a later embedder is fed with."""
    done, png = cv2.imencode(".png", crop_bgr)
    if not done:
        raise StoreError("A picture cannot be stored.")
    return png.tobytes()


def _now_utc() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
