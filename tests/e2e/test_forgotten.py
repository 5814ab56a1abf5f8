"""After `people delete` nothing in the home, read with the key, tells of who is gone."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from siamapp.cli import run
from siamapp.identity.index import Index
from siamapp.store.database import Database
from siamapp.store.keys import Key
from siamapp.store.people import People
from siamapp.store.sealed import read_sealed
from siamapp.store.vault import find_key
from siamapp.types import BgrImage, FloatArray
from tests.gui.scripted import astronaut, hopper, write_photo
from tests.unit.store_samples import decrypted

NAME = "Zebulon Quillfeather"
PIECE = 12
"""Bytes in a row that are no coincidence."""


def forms_of_name() -> Iterator[bytes]:
    for text in (NAME, NAME.casefold(), NAME.upper(), *NAME.split()):
        yield text.encode()
        yield text.encode("utf-16-le")
        yield base64.b64encode(text.encode())[: len(text)]
        yield text.encode().hex().encode()


def forms_of_vector(vector: FloatArray) -> Iterator[bytes]:
    """Every type that numbers are kept in here, and the codes of the index."""
    index = Index.of(vector[None])
    yield vector.astype("<f4").tobytes()
    yield vector.astype("<f8").tobytes()
    yield vector.astype("<f2").tobytes()
    yield np.rint(vector * 32_767).astype("<i2").tobytes()
    yield np.rint(vector * 127).astype(np.int8).tobytes()
    yield np.packbits(vector > 0).tobytes()
    yield index._coarse.T.tobytes()
    yield index._fine.tobytes()
    yield base64.b64encode(vector.astype("<f4").tobytes())


def forms_of_crop(crop: BgrImage, stored: bytes) -> Iterator[bytes]:
    yield stored[64:]  # behind the header, which every picture has
    yield crop[40:70].tobytes()
    small = cv2.resize(crop, (48, 48), interpolation=cv2.INTER_AREA)
    yield small[20:30].tobytes()


def found(traces: dict[str, list[bytes]], files: dict[str, bytes]) -> set[tuple[str, str]]:
    """Which file holds which kind of trace: any piece of it."""
    pieces = {
        (kind, form[at : at + PIECE])
        for kind, forms in traces.items()
        for form in forms
        for at in range(0, max(1, len(form) - PIECE), 4 * PIECE)
    }
    return {(name, kind) for name, data in files.items() for kind, p in pieces if p in data}


def every_file(home: Path, key: Key) -> dict[str, bytes]:
    """What whoever has the key can read: names and contents; galleries and backups opened."""
    files = {}
    for path in sorted(path for path in home.rglob("*") if path.is_file()):
        name = str(path.relative_to(home))
        files[name] = path.read_bytes() + path.name.encode()
        if path.suffix == ".db":
            files[f"{name}, decrypted"] = decrypted(path, key)
        elif path.suffix == ".backup":
            whole = b"".join(read_sealed(path, "backup", lambda _: key))
            inner = path.with_suffix(".inner")
            inner.write_bytes(whole[32:])
            files[f"{name}, decrypted"] = decrypted(inner, Key(whole[:32], "key-file"))
            inner.unlink()
    return files


@pytest.mark.parametrize("protected", [False, True])
def test_nothing_of_a_deleted_person_is_left_anywhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], protected: bool
) -> None:
    home = tmp_path / "home"
    where = ["--home", str(home), "--key-file", str(tmp_path / "key"), "--json"]

    def cli(*words: object) -> Any:
        assert run([*map(str, words), *where]) == 0
        return json.loads(capsys.readouterr().out)

    photo = write_photo(tmp_path / "photo.png", astronaut())
    other = write_photo(tmp_path / "other.png", hopper())
    cli("settings", "set", "decision_pictures", "true")
    cli("enroll", NAME, photo)
    cli("enroll", "Grace", other)
    if protected:
        cli("gallery", "protect")
    cli("identify", photo)  # an audit entry with a tiny picture
    cli("people", "tag", NAME, "quillfeathers")
    key = find_key(home, key_file=tmp_path / "key")
    with Database.open(home, key) as database:
        people = People(database)
        person = people.by_name(NAME)
        [*kept] = people.templates(person.person_id)
        bare = people.templates(person.person_id, bare=True)
        crops = [people.crop(template.template_id) for template in kept]
        with database.snapshot() as connection:
            stored = connection.execute(
                "SELECT crop_png FROM templates WHERE person_id = ?", (person.person_id,)
            ).fetchall()
            pictures = connection.execute("SELECT jpeg FROM decision_pictures").fetchall()
    assert len(pictures) == 1
    vectors = [template.embedding for template in (*kept, *bare)]
    traces = {
        "name": list(forms_of_name()),
        "vector": [form for vector in vectors for form in forms_of_vector(vector)],
        "crop": [
            form
            for crop, (png,) in zip(crops, stored, strict=True)
            if crop is not None
            for form in forms_of_crop(crop, png)
        ],
        "picture": [jpeg[-200:-2] for (jpeg,) in pictures],
        "tag": [b"quillfeathers"],
    }
    before = found(traces, every_file(home, key))
    assert before == {("gallery.db, decrypted", kind) for kind in traces}, "the search finds it"

    cli("people", "delete", NAME, "--yes")
    cli("backup", home / "after.backup")
    cli("identify", other)
    cli("audit", "list")
    files = every_file(home, key)
    assert {"gallery.db, decrypted", "after.backup, decrypted", "logs/siamapp.log"} <= files.keys()
    assert found(traces, files) == set()
    assert b"Grace" in files["after.backup, decrypted"], "the backup could be read"
