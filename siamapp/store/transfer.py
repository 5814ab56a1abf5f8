"""Chosen people in a file that a passphrase opens, and from such a file into another gallery.

Vectors travel as the embedder gave them: the seal protects them, and a gallery that protects its
templates by a secret keeps that to itself; whoever imports protects them by its own.

The payload is JSON without compression, so nothing can swell up; it is parsed only after the last
byte of the file was authenticated (`sealed`), and then believed no more than any other input:
whoever knows the passphrase may have written anything.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from siamapp.errors import StoreCorrupt, StoreError
from siamapp.store import audit, rows
from siamapp.store.database import Database
from siamapp.store.keys import Key
from siamapp.store.names import clean_consent, clean_name, clean_tags
from siamapp.store.people import People
from siamapp.store.sealed import KeyFor, read_sealed, require_free_for, write_sealed
from siamapp.store.vault import Vault
from siamapp.types import BgrImage, Consent, Person, Quality, Sample

MOST_BYTES: Final = 512 << 20
"""Of one file: some 10,000 people with pictures."""
_CROP_PX: Final = 112
_MOST_CROP_BYTES: Final = 256 << 10
_ODD: Final = "The file holds something that is no person of siamapp."


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class _Quality(_Part):
    eye_distance_px: float
    sharpness: float
    luminance: float
    contrast: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    inside: float
    occlusion: float | None = None


class _Sample(_Part):
    embedder_id: str = Field(min_length=1, max_length=200)
    embedding: str = Field(max_length=32 << 10)
    """Base64 of little-endian float32."""
    quality: _Quality
    created_utc: str = Field(max_length=40)
    crop_png: str | None = Field(max_length=_MOST_CROP_BYTES * 4 // 3 + 4)


class Carried(_Part):
    """A person on the way from one gallery to another."""

    name: str = Field(max_length=1000)
    tags: list[str] = Field(max_length=100)
    consent_note: str = Field(max_length=10_000)
    consent_date: str | None = Field(max_length=10)
    retain_until: str | None = Field(max_length=10)
    samples: Annotated[list[_Sample], Field(min_length=1, max_length=1000)]

    @property
    def consent(self) -> Consent:
        return Consent(self.consent_note, _day(self.consent_date), _day(self.retain_until))

    @property
    def embedder_ids(self) -> frozenset[str]:
        return frozenset(sample.embedder_id for sample in self.samples)

    def samples_of(self, embedder_id: str, dimension: int) -> list[Sample]:
        """The samples of one embedder; where no crop was kept a black one stands in.

        Raises:
            StoreError: one is of another dimension: that embedder cannot have given it.
        """
        found = [_sample(sample) for sample in self.samples if sample.embedder_id == embedder_id]
        if any(len(sample.embedding) != dimension for sample in found):
            raise StoreError(
                "The embeddings differ in dimension from one another or from the gallery."
            )
        return found


class _Payload(_Part):
    version: int = Field(ge=1, le=1)
    people: list[Carried] = Field(max_length=100_000)


def export_people(
    database: Database,
    person_ids: Sequence[int],
    path: Path,
    *,
    vault: Vault,
    key: Key,
    overwrite: bool = False,
) -> None:
    """Write chosen people, with everything but what was rejected of them, to a sealed file.

    The audit has its entries before the file is there: no export without one.

    Raises:
        PersonNotFound: one of them is not enrolled.
        StoreError: the file is there already, is too large or cannot be written.
    """
    require_free_for(path, "people", overwrite=overwrite)
    carried = [_carried(database, person_id) for person_id in person_ids]
    text = json.dumps({"version": 1, "people": carried}).encode()
    if len(text) > MOST_BYTES:
        raise StoreError("These are too many people for one file.", "Export them in parts.")
    with database.transaction() as connection:
        for person_id, person in zip(person_ids, carried, strict=True):
            facts: dict[str, audit.Fact] = {
                "person_id": person_id,
                "samples": len(person["samples"]),
            }
            audit.append(connection, "export", facts)
    write_sealed(path, "people", [text], vault=vault, key=key, overwrite=overwrite)


def read_people(path: Path, key_for: KeyFor) -> list[Carried]:
    """The people of a file that `export_people` wrote, each checked.

    Raises:
        StoreCorrupt: the file is damaged, or holds what no gallery may hold.
        StoreError: it is too large or cannot be read, or the passphrase is wrong (see the kinds).
    """
    payload = bytearray()
    for chunk in read_sealed(path, "people", key_for):
        payload += chunk
        if len(payload) > MOST_BYTES:
            raise StoreCorrupt("The file is too large to be one of siamapp's.")
    try:
        people = _Payload.model_validate(json.loads(payload)).people
        for person in people:
            _check(person)
    except (ValueError, RecursionError, StoreError) as error:  # ValidationError is a ValueError
        raise StoreCorrupt(_ODD, _where(error)) from error
    return people


def add_people(
    database: Database,
    people: Sequence[Carried],
    *,
    embedder_ids: frozenset[str],
    keep_crops: bool = True,
) -> list[Person]:
    """Enrol people that `read_people` gave, all or none, with their samples of these embedders.

    Raises:
        AlreadyKnown: a name is taken; nothing was written.
        StoreError: the vectors do not fit the gallery's; nothing was written.
    """
    added: list[Person] = []
    with database.transaction() as connection:
        for person in people:
            name = clean_name(person.name)
            rows.require_free(connection, name)
            person_id = rows.insert_person(
                connection,
                name,
                tags=clean_tags(person.tags),
                consent=clean_consent(person.consent),
            )
            kept = [_row(sample) for sample in person.samples if sample.embedder_id in embedder_ids]
            if not keep_crops:
                kept = [row._replace(crop_png=None) for row in kept]
            rows.insert_templates(connection, person_id, kept)
            audit.append(connection, "import", {"person_id": person_id, "samples": len(kept)})
            added.append(rows.read_person(connection, person_id))
    return added


def _carried(database: Database, person_id: int) -> dict[str, Any]:
    people = People(database)
    person = people.by_id(person_id)
    note, given, until = rows.consent_row(person.consent)
    samples = []
    for template in people.templates(person_id, bare=True):
        crop = people.crop(template.template_id)
        samples.append(
            {
                "embedder_id": template.embedder_id,
                "embedding": _encoded(rows.blob(template.embedding)),
                "quality": asdict(template.quality),
                "created_utc": template.created_utc,
                "crop_png": None if crop is None else _encoded(rows.png(crop)),
            }
        )
    return {
        "name": person.name,
        "tags": list(person.tags),
        "consent_note": note,
        "consent_date": given,
        "retain_until": until,
        "samples": samples,
    }


def _check(person: Carried) -> None:
    """Raises ValueError or StoreError where something is not as `export_people` writes it."""
    clean_name(person.name)
    clean_tags(person.tags)
    clean_consent(person.consent)
    for sample in person.samples:
        _row(sample)


def _row(sample: _Sample) -> rows.TemplateRow:
    """Raises ValueError or StoreError; a crop is written anew, so that nothing foreign is kept."""
    read = _sample(sample)
    return rows.TemplateRow(
        sample.embedder_id,
        rows.blob(read.embedding),
        rows.quality_json(read.quality),
        rows.utc(sample.created_utc),
        None if sample.crop_png is None else rows.png(read.crop_bgr),
    )


def _sample(sample: _Sample) -> Sample:
    black = np.zeros((_CROP_PX, _CROP_PX, 3), np.uint8)
    return Sample(
        crop_bgr=black if sample.crop_png is None else _crop(_decoded(sample.crop_png)),
        embedding=np.frombuffer(_decoded(sample.embedding), "<f4").astype(np.float32),
        quality=Quality(**sample.quality.model_dump()),
    )


def _crop(png: bytes) -> BgrImage:
    """Raises StoreCorrupt or ValueError unless it is a picture of the size of a crop."""
    crop = rows.picture(png)
    if crop.shape != (_CROP_PX, _CROP_PX, 3):
        raise ValueError("a picture is not an aligned crop")
    return crop


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _where(error: Exception) -> str:
    """Which field, never its value."""
    if isinstance(error, ValidationError):
        return f"It is at {'.'.join(str(part) for part in error.errors()[0]['loc'])}."
    return error.message if isinstance(error, StoreError) else ""
