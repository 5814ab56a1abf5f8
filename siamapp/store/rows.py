"""The rows of people and their templates, read and written within the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

import cv2
import numpy as np

from siamapp.errors import AlreadyKnown, PersonNotFound, StoreCorrupt, StoreError
from siamapp.paths import is_text
from siamapp.store import protection
from siamapp.store.database import Connection
from siamapp.store.names import name_key
from siamapp.types import BgrImage, Consent, FloatArray, Person, Quality, Sample
from siamapp.vision.picture_header import is_small

LIST_HINT: Final = "List them with `siamapp people list`."
PERSON: Final = """
    SELECT id, name, created_utc, (SELECT count(*) FROM templates WHERE person_id = people.id),
        tags, consent_note, consent_date, retain_until
    FROM people
"""
ALIKE: Final = 0.4
"""Cosine of two pictures of one person, for a face said not to be somebody: siamface-v1 lets 1
stranger in 100 pass there."""
_UNIT_TOLERANCE: Final = 1e-3
_MOST_SIDE_PX: Final = 1024
"""Of a stored picture; an aligned crop has 112."""


def id_of(connection: Connection, name: str) -> int | None:
    if not is_text(name):  # SQLite keeps nothing else
        return None
    row = connection.execute(
        "SELECT id FROM people WHERE name_key = ?", (name_key(name),)
    ).fetchone()
    return None if row is None else int(row[0])


def require_free(connection: Connection, name: str, *, besides: Iterable[int] = ()) -> None:
    """Raises AlreadyKnown where somebody else has the name."""
    if id_of(connection, name) not in (None, *besides):
        raise AlreadyKnown(
            "Somebody of that name is enrolled already.",
            "Choose another name; two entries of one person can be merged.",
        )


def read_person(connection: Connection, person_id: int) -> Person:
    """Raises PersonNotFound."""
    row = connection.execute(f"{PERSON} WHERE id = ?", (person_id,)).fetchone()
    if row is None:
        raise PersonNotFound("That person is not enrolled.", LIST_HINT)
    return person_of(row)


def person_of(row: Sequence[Any]) -> Person:
    """A row of `PERSON`."""
    consent = Consent(row[5], _date(row[6]), _date(row[7]))
    return Person(row[0], row[1], row[2], row[3], tuple(json.loads(row[4])), consent)


def template_owner(connection: Connection, template_id: int) -> int:
    """Raises StoreError where there is no such sample."""
    row = connection.execute(
        "SELECT person_id FROM templates WHERE id = ?", (template_id,)
    ).fetchone()
    if row is None:
        raise StoreError("That sample is not in the gallery.")
    return int(row[0])


def insert_person(
    connection: Connection, name: str, *, tags: Sequence[str] = (), consent: Consent
) -> int:
    """A new person of a clean and free name; returns the id."""
    [(person_id,)] = connection.execute(
        "INSERT INTO people"
        " (name, name_key, created_utc, tags, consent_note, consent_date, retain_until)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (name, name_key(name), now_utc(), json.dumps(tags), *consent_row(consent)),
    ).fetchall()
    return int(person_id)


def consent_row(consent: Consent) -> tuple[str, str | None, str | None]:
    """Columns `consent_note`, `consent_date`, `retain_until`."""
    return consent.note, _text(consent.given_on), _text(consent.retain_until)


class TemplateRow(NamedTuple):
    """What a sample is stored as, before it is protected."""

    embedder_id: str
    embedding: bytes
    """As `blob` makes it."""
    quality: str
    """JSON of `Quality`."""
    created_utc: str
    crop_png: bytes | None


def insert_samples(
    connection: Connection,
    person_id: int,
    samples: Sequence[Sample],
    embedder_id: str,
    keep_crops: bool,
) -> None:
    """Raises StoreError where an embedding is not one that may be compared."""
    found = [
        TemplateRow(
            embedder_id,
            blob(sample.embedding),
            quality_json(sample.quality),
            now_utc(),
            png(sample.crop_bgr) if keep_crops else None,
        )
        for sample in samples
    ]
    insert_templates(connection, person_id, found)


def insert_templates(
    connection: Connection, person_id: int, templates: Sequence[TemplateRow]
) -> None:
    """Raises StoreError where templates of one embedder would differ in dimension."""
    for embedder_id in {template.embedder_id for template in templates}:
        stored = connection.execute(
            "SELECT length(embedding) FROM templates WHERE embedder_id = ? LIMIT 1", (embedder_id,)
        ).fetchone()
        sizes = {len(t.embedding) for t in templates if t.embedder_id == embedder_id}
        if len(sizes | ({stored[0]} if stored else set())) > 1:
            raise StoreError(
                "The embeddings differ in dimension from one another or from the gallery."
            )
    kept = protection.stored(connection, [(t.embedder_id, t.embedding) for t in templates])
    connection.executemany(
        "INSERT INTO templates (person_id, embedder_id, embedding, quality, created_utc, crop_png)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [
            (person_id, *template._replace(embedding=embedding))
            for template, embedding in zip(templates, kept, strict=True)
        ],
    )


def owned(connection: Connection, table: str, person_id: int) -> list[int]:
    """Ids of a person's rows in `templates` or `rejections`."""
    found = connection.execute(f"SELECT id FROM {table} WHERE person_id = ?", (person_id,))
    return [row[0] for row in found]


def rejections_like(connection: Connection, person_id: int, *, of: int | None = None) -> list[int]:
    """Rejected faces that may be of `person_id`.

    A rejected face carries no name; by its looks alone it can be told whose it may be: of whoever
    it would be taken for (its `alike`), however many these are, and of the one it looks most like
    besides who it is not. By cosine: all metrics in use order unit vectors nearly alike. Of an
    embedder that the person has no template of, nothing can be told: all of these may be, unless
    two are merged (`of`).

    Args:
        connection: within the caller's transaction.
        person_id: whom they look like.
        of: only those that were rejected of this person; None: of anybody else.
    """
    rejected = connection.execute(
        "SELECT embedder_id, id, person_id, embedding, alike FROM rejections WHERE person_id != ?"
        + (" AND person_id = ?" if of is not None else ""),
        (person_id, of) if of is not None else (person_id,),
    ).fetchall()
    found = []
    for embedder_id in sorted({row[0] for row in rejected}):
        kept = connection.execute(
            "SELECT person_id, embedding FROM templates WHERE embedder_id = ?", (embedder_id,)
        ).fetchall()
        owners, matrix = np.array([row[0] for row in kept]), vectors([row[1] for row in kept])
        if person_id not in owners:  # after a change of embedder
            found += [row[1] for row in rejected if row[0] == embedder_id and of is None]
            continue
        for row_id, not_of, embedding, alike in (r[1:] for r in rejected if r[0] == embedder_id):
            cosines = matrix @ vectors([embedding])[0]
            own = cosines[owners == person_id].max()
            if own >= alike or own == cosines[owners != not_of].max():
                found.append(int(row_id))
    return found


def blob(embedding: FloatArray) -> bytes:
    """Little-endian float32; a vector that could match by accident (NaN, zero) is never stored."""
    norm = float(np.linalg.norm(embedding.astype(np.float64)))  # a sum of squares may be huge
    if embedding.ndim != 1 or not abs(norm - 1) <= _UNIT_TOLERANCE:  # false for NaN
        raise StoreError("An embedding is not a finite vector of unit length.")
    return embedding.astype("<f4").tobytes()


def vectors(blobs: Sequence[bytes]) -> FloatArray:
    """`(N, D)` of equally long rows; `(0, 0)` of none."""
    if not blobs:
        return np.empty((0, 0), np.float32)
    if len({len(blob) for blob in blobs}) > 1:
        raise StoreCorrupt("Stored embeddings differ in dimension.", "Restore a backup.")
    return np.frombuffer(b"".join(blobs), "<f4").astype(np.float32).reshape(len(blobs), -1)


def quality_json(quality: Quality) -> str:
    measured = {key: value for key, value in asdict(quality).items() if value is not None}
    return json.dumps({key: float(value) for key, value in measured.items()})


def now_utc() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def png(crop_bgr: BgrImage) -> bytes:
    """Lossless: crops are what a later embedder is fed with."""
    done, encoded = cv2.imencode(".png", crop_bgr)
    if not done:
        raise StoreError("A picture cannot be stored.")
    return encoded.tobytes()


def picture(encoded: bytes) -> BgrImage:
    """A stored PNG or JPEG as `(H, W, 3)`. Raises StoreCorrupt."""
    bgr = None
    if is_small(encoded, _MOST_SIDE_PX):  # a backup may hold what somebody else wrote
        bgr = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR_BGR)
    if bgr is None:
        raise StoreCorrupt("A stored picture cannot be read.", "Restore a backup.")
    return np.asarray(bgr, np.uint8)


def utc(text: str) -> str:
    """A moment that came from elsewhere, as we write it. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    try:
        return moment.astimezone(UTC).isoformat(timespec="seconds")
    except OverflowError as error:  # of the first or the last year, and not in ours any more
        raise ValueError("a moment outside of all years") from error


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
