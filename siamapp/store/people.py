"""Who is enrolled: names, templates and their crops. Changes to them are in `edits`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siamapp.errors import PersonNotFound, StoreError
from siamapp.store import audit, protection, rows
from siamapp.store.database import Database
from siamapp.store.names import clean_consent, clean_name
from siamapp.types import BgrImage, Consent, FloatArray, Person, Quality, Sample, Template


@dataclass(frozen=True, slots=True, eq=False)
class GalleryRows:
    """What matching needs to know of one embedder's people."""

    vectors: FloatArray
    """`(N, D)` templates, oldest first; `(0, 0)` where there are none."""
    person_ids: NDArray[np.int64]
    """`(N,)` whose each is."""
    names: dict[int, str]
    rejected: dict[int, FloatArray]
    """By person, `(K, D)` faces of which somebody said that they are not that person."""
    rotation: FloatArray | None
    """`(D, D)`: what a probe is multiplied by before it is compared; None: nothing."""


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
        consent: Consent = Consent(),
    ) -> Person:
        """Enrol a new person with at least one sample, in one transaction.

        Raises:
            AlreadyKnown: the name is taken.
            StoreError: the name, the note or an embedding is not valid; nothing was written.
        """
        name = clean_name(name)
        consent = clean_consent(consent)
        if not samples:
            raise StoreError("A person cannot be enrolled without a sample.")
        with self._database.transaction() as connection:
            rows.require_free(connection, name)
            person_id = rows.insert_person(connection, name, consent=consent)
            rows.insert_samples(connection, person_id, samples, embedder_id, keep_crops)
            audit.append(connection, "enrol", _enrolled(person_id, samples, embedder_id))
            return rows.read_person(connection, person_id)

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
            rows.read_person(connection, person_id)
            rows.insert_samples(connection, person_id, samples, embedder_id, keep_crops)
            audit.append(connection, "add_samples", _enrolled(person_id, samples, embedder_id))

    def all(self) -> list[Person]:
        """Everybody, by name."""
        with self._database.snapshot() as connection:
            found = connection.execute(f"{rows.PERSON} ORDER BY name_key")
            return [rows.person_of(row) for row in found]

    def by_name(self, name: str) -> Person:
        """The person of that name, whatever its case.

        Raises:
            PersonNotFound: nobody of that name is enrolled.
        """
        with self._database.snapshot() as connection:
            person_id = rows.id_of(connection, name)
            if person_id is None:
                raise PersonNotFound("Nobody of that name is enrolled.", rows.LIST_HINT)
            return rows.read_person(connection, person_id)

    def by_id(self, person_id: int) -> Person:
        """Raises PersonNotFound."""
        with self._database.snapshot() as connection:
            return rows.read_person(connection, person_id)

    def templates(self, person_id: int, *, bare: bool = False) -> list[Template]:
        """A person's templates, oldest first: as they are stored, or `bare` of any protection.

        Raises:
            PersonNotFound: no such person.
        """
        with self._database.snapshot() as connection:
            rows.read_person(connection, person_id)
            found = connection.execute(
                "SELECT id, person_id, embedder_id, embedding, quality, created_utc,"
                " crop_png IS NOT NULL FROM templates WHERE person_id = ? ORDER BY id",
                (person_id,),
            ).fetchall()
            kept = [(row[2], row[3]) for row in found]
            vectors = protection.bare(connection, kept) if bare else [row[3] for row in found]
        return [_template(row, vector) for row, vector in zip(found, vectors, strict=True)]

    def portraits(self) -> dict[int, int]:
        """For each person with a kept crop, the template whose crop stands for that person."""
        with self._database.snapshot() as connection:
            return dict(
                connection.execute(
                    "SELECT person_id, min(id) FROM templates WHERE crop_png IS NOT NULL"
                    " GROUP BY person_id"
                ).fetchall()
            )

    def crop(self, template_id: int) -> BgrImage | None:
        """The aligned crop `(112, 112, 3)` of a template, None where none was kept.

        Raises:
            StoreError: no such sample.
        """
        with self._database.snapshot() as connection:
            rows.template_owner(connection, template_id)
            (png,) = connection.execute(
                "SELECT crop_png FROM templates WHERE id = ?", (template_id,)
            ).fetchone()
        return None if png is None else rows.picture(png)

    def crops(self, template_ids: Sequence[int]) -> dict[int, BgrImage]:
        """The kept crops of those templates that are there: `(112, 112, 3)` by template."""
        marks = ", ".join("?" * len(template_ids))
        with self._database.snapshot() as connection:
            found = connection.execute(
                f"SELECT id, crop_png FROM templates WHERE id IN ({marks})"
                " AND crop_png IS NOT NULL",
                list(template_ids),
            ).fetchall()
        return {template_id: rows.picture(png) for template_id, png in found}

    def gallery_rows(self, embedder_id: str, person_id: int | None = None) -> GalleryRows:
        """Templates of one embedder, and what was rejected: everybody's, or one person's."""
        # +: not by the index of embedders, which leads to all over the file, but in its order.
        which, values = "+embedder_id = ?", list[str | int]([embedder_id])
        if person_id is not None:
            which, values = which + " AND person_id = ?", [embedder_id, person_id]
        with self._database.snapshot() as connection:
            kept = connection.execute(
                f"SELECT person_id, embedding FROM templates WHERE {which} ORDER BY id", values
            ).fetchall()
            owners = {row[0] for row in kept}
            # Of one person that name alone is read: an import asks after each of thousands.
            whose = "" if person_id is None else f"WHERE id = {int(person_id)}"
            people = connection.execute(f"SELECT id, name FROM people {whose}")
            names = {person: name for person, name in people if person in owners}
            rejected: dict[int, list[bytes]] = {}
            for person, embedding in connection.execute(
                f"SELECT person_id, embedding FROM rejections WHERE {which} ORDER BY id", values
            ):
                rejected.setdefault(person, []).append(embedding)
            secret = protection.secret_of(connection)
        found = rows.vectors([row[1] for row in kept])
        return GalleryRows(
            found,
            np.array([row[0] for row in kept], dtype=np.int64),
            names,
            {person: rows.vectors(blobs) for person, blobs in rejected.items()},
            None
            if secret is None or not kept
            else protection.rotation(secret, embedder_id, found.shape[1]).astype(np.float32),
        )

    def embedder_ids(self) -> dict[str, int]:
        """How many templates there are of each embedder."""
        with self._database.snapshot() as connection:
            return dict(
                connection.execute(
                    "SELECT embedder_id, count(*) FROM templates GROUP BY embedder_id"
                ).fetchall()
            )


def _template(row: Sequence[Any], vector: bytes) -> Template:
    return Template(
        template_id=row[0],
        person_id=row[1],
        embedder_id=row[2],
        embedding=rows.vectors([vector])[0],
        quality=Quality(**json.loads(row[4])),
        created_utc=row[5],
        has_crop=bool(row[6]),
    )


def _enrolled(person_id: int, samples: Sequence[Sample], embedder_id: str) -> dict[str, audit.Fact]:
    return {"person_id": person_id, "samples": len(samples), "embedder_id": embedder_id}
