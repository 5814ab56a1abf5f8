"""After `people delete` nothing in the home, read with the key, tells of who is gone."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from siamapp.cli import run
from siamapp.identity.index import Index
from siamapp.paths import Paths
from siamapp.pipeline import StageClock
from siamapp.recognizer import Recognizer
from siamapp.settings import Settings
from siamapp.store.database import Database
from siamapp.store.edits import Edits
from siamapp.store.keys import Key
from siamapp.store.people import People
from siamapp.store.protection import change_protection
from siamapp.store.rows import picture, vectors
from siamapp.store.sealed import read_sealed
from siamapp.store.vault import find_key
from siamapp.types import BgrImage, Consent, FloatArray, Frame, Sample
from tests.gui.scripted import astronaut, hopper, write_photo
from tests.unit.store_samples import EMBEDDER, KEY, decrypted, sample

NAME, BEFORE, MERGED = "Zebulon Quillfeather", "Waldo Thistlewick", "Ottoline Fernsby"
"""Of one person: the last one, the one before it was changed, the one of a merged double."""
OTHER = "Hieronymus Oakenshaw"
TAG, NOTE = "quillfeathers", "Gorsemoor bramblesign"
PIECE = 12
"""Bytes in a row that are no coincidence."""
Traces = dict[str, list[bytes]]


def forms_of_text(text: str) -> Iterator[bytes]:
    for form in (text, text.casefold(), text.upper(), *text.split()):
        yield form.encode()
        yield form.encode("utf-16-le")
        yield base64.b64encode(form.encode())[: len(form)]
        yield form.encode().hex().encode()


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


def forms_of_pixels(encoded: bytes) -> Iterator[bytes]:
    pixels = picture(encoded)
    rows = len(pixels)
    yield pixels[rows // 3 : rows * 2 // 3].tobytes()
    small = cv2.resize(pixels, (48, 48), interpolation=cv2.INTER_AREA)
    yield small[20:30].tobytes()


def traces_of(database: Database, person_id: int, *names: str) -> Traces:
    """What tells of a person, by kind, taken from wherever the gallery keeps it."""
    people = People(database)
    with database.snapshot() as connection:

        def column(words: str) -> list[bytes]:
            return [row[0] for row in connection.execute(f"SELECT {words}", (person_id,))]

        crops = column("crop_png FROM templates WHERE person_id = ?")
        thumbnails = column("jpeg FROM decision_pictures WHERE person_id = ?")
        negatives = column("embedding FROM rejections WHERE person_id != ?")
    bare = people.templates(person_id, bare=True)
    stored = people.templates(person_id)
    found = {
        "bare vector": [f for t in bare for f in forms_of_vector(t.embedding)],
        "vector": [f for t in stored for f in forms_of_vector(t.embedding)],
        "negative": [f for vector in vectors(negatives) for f in forms_of_vector(vector)]
        if negatives
        else [],
        "crop": [crop[64:] for crop in crops],  # behind the header, which every picture has
        "pixels of a crop": [f for crop in crops for f in forms_of_pixels(crop)],
        "thumbnail": [jpeg[-200:-2] for jpeg in thumbnails],
        "pixels of a thumbnail": [f for jpeg in thumbnails for f in forms_of_pixels(jpeg)],
        **{name: list(forms_of_text(name)) for name in names},
    }
    return {kind: forms for kind, forms in found.items() if forms}


def found(traces: Traces, files: dict[str, bytes]) -> set[tuple[str, str]]:
    """Which file holds which kind of trace: any piece of it."""
    pieces = {
        (kind, form[at : at + PIECE])
        for kind, forms in traces.items()
        for form in forms
        for at in range(0, max(1, len(form) - PIECE), 4 * PIECE)
    }
    return {(name, kind) for name, data in files.items() for kind, p in pieces if p in data}


def every_file(home: Path, key: Key, scratch: Path) -> dict[str, bytes]:
    """What whoever has the key can read: names and contents; galleries and backups opened."""
    files = {}
    for path in sorted(path for path in home.rglob("*") if path.is_file()):
        name = str(path.relative_to(home))
        files[name] = path.read_bytes() + path.name.encode()
        if path.suffix == ".db":
            files[f"{name}, decrypted"] = opened(path.read_bytes(), key, scratch)
        elif path.suffix == ".backup":
            whole = b"".join(read_sealed(path, "backup", lambda _: key))
            inner = Key(whole[:32], "key-file")
            files[f"{name}, decrypted"] = opened(whole[32:], inner, scratch)
    return files


def opened(gallery: bytes, key: Key, scratch: Path) -> bytes:
    """Every page, free ones too, and what the pictures in the rows unpack to."""
    scratch.mkdir(exist_ok=True)
    copy = scratch / "gallery.db"
    copy.write_bytes(gallery)
    plain = decrypted(copy, key)
    with Database.open(scratch, key) as database, database.snapshot() as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            for row in connection.execute(f"SELECT * FROM {table}"):
                for cell in row:
                    if isinstance(cell, bytes) and cell[:2] in (b"\x89P", b"\xff\xd8"):
                        pixels = picture(cell)
                        small = cv2.resize(pixels, (48, 48), interpolation=cv2.INTER_AREA)
                        plain += pixels.tobytes() + small.tobytes()
    return plain


@pytest.mark.parametrize("protected", [False, True])
def test_nothing_of_a_deleted_person_is_left_anywhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], protected: bool
) -> None:
    home, scratch = tmp_path / "home", tmp_path / "scratch"
    where = ["--home", str(home), "--key-file", str(tmp_path / "key"), "--json"]

    def cli(*words: object) -> Any:
        assert run([*map(str, words), *where]) == 0
        return json.loads(capsys.readouterr().out)

    photo = write_photo(tmp_path / "photo.png", astronaut())
    turned = write_photo(tmp_path / "turned.png", np.ascontiguousarray(astronaut()[:, ::-1]))
    other = write_photo(tmp_path / "other.png", hopper())
    cli("settings", "set", "decision_pictures", "true")
    cli("enroll", BEFORE, photo)
    cli("people", "rename", BEFORE, NAME)
    cli("people", "tag", NAME, TAG)
    cli("people", "consent", NAME, "--note", NOTE)
    cli("enroll", MERGED, turned, "--allow-duplicate")
    cli("people", "merge", MERGED, NAME)
    cli("enroll", OTHER, other)
    if protected:
        cli("gallery", "protect")
    cli("identify", photo)  # an audit entry with a tiny picture
    cli("identify", other)
    key = find_key(home, key_file=tmp_path / "key")
    with Database.open(home, key) as database:
        people = People(database)
        person, another = people.by_name(NAME), people.by_name(OTHER)
        [template, *_] = people.templates(person.person_id, bare=True)
        near = template.embedding + np.float32(0.02) * np.sign(template.embedding[::-1])
        near /= np.linalg.norm(near)
        Edits(database).reject(another.person_id, near, embedder_id=template.embedder_id)
        gone = traces_of(database, person.person_id, NAME, BEFORE, MERGED, TAG, NOTE)
        kept = traces_of(database, another.person_id, OTHER)
    gallery = "gallery.db, decrypted"
    files = every_file(home, key, scratch)
    nowhere = {BEFORE, MERGED, *(["bare vector"] if protected else [])}
    assert {"negative", "thumbnail", "crop"} <= gone.keys()
    assert found(gone, files) == {(gallery, kind) for kind in gone.keys() - nowhere}
    kept = {kind: forms for kind, forms in kept.items() if kind not in nowhere}
    assert found(kept, files) == {(gallery, kind) for kind in kept}

    cli("people", "delete", NAME, "--yes")
    cli("backup", home / "after.backup")
    cli("identify", other)
    cli("audit", "list")
    files = every_file(home, key, scratch)
    assert {gallery, "after.backup, decrypted", "logs/siamapp.log"} <= files.keys()
    assert found(gone, files) == set()
    assert found(kept, files) == {
        (name, kind) for name in (gallery, "after.backup, decrypted") for kind in kept
    }, "the search still finds who stays"


@pytest.mark.parametrize("expired", [False, True])
@pytest.mark.parametrize("protected", [False, True])
def test_a_rejected_face_goes_with_whom_it_may_be_though_others_look_more_like_it(
    tmp_path: Path, expired: bool, protected: bool
) -> None:
    """Of the same face under four lights one is the deleted person's, two are others' by mistake;
    the fourth was said not to be the nearest. A stranger's "not X" stays, and so does X.
    """
    paths, file = Paths(tmp_path / "home"), tmp_path / "home" / "gallery.db"
    views = {NAME: astronaut(), MERGED: lit(astronaut(), 0.35), OTHER: grey(astronaut())}
    with Recognizer.open(paths, Settings(), KEY) as recognizer:
        embedder = recognizer.pipeline.embedder
        for name, view in views.items():
            recognizer.people.add(name, [seen(recognizer, view)], embedder_id=embedder.id)
        if protected:
            change_protection(recognizer.database, bytes(32))
        recognizer.refresh()
        zeb = recognizer.people.by_name(NAME).person_id
        for face in (lit(astronaut(), 1.6), hopper()):
            [face_seen] = recognizer.stream(still=True)(Frame(face, 0.0, 0)).faces
            assert face_seen.decision.best is not None
            assert face_seen.decision.best.name == MERGED
            recognizer.reject(face_seen)
        of_zeb, of_a_stranger = negatives(recognizer.database)
        if expired:
            recognizer.edits.set_consent(zeb, Consent(retain_until=date(2001, 1, 1)))
            assert recognizer.delete_expired() == [NAME]
        else:
            undo = recognizer.edits.delete(zeb)
            assert negatives(recognizer.database) == [of_a_stranger]
            recognizer.edits.undo(undo)
            assert negatives(recognizer.database) == [of_zeb, of_a_stranger]
            recognizer.edits.delete(zeb)
            recognizer.edits.forget_undo()
        assert negatives(recognizer.database) == [of_a_stranger]
    traces = {
        "of Zeb": list(forms_of_vector(vectors([of_zeb])[0])),
        "of a stranger": [of_a_stranger],
    }
    assert found(traces, {"gallery": decrypted(file, KEY)}) == {("gallery", "of a stranger")}


def lit(bgr: BgrImage, gain: float) -> BgrImage:
    return np.clip(bgr * np.float32(gain), 0, 255).astype(np.uint8)


def grey(bgr: BgrImage) -> BgrImage:
    return np.repeat(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)[..., None], 3, axis=2)


def seen(recognizer: Recognizer, bgr: BgrImage) -> Sample:
    [one] = recognizer.pipeline.see(Frame(bgr, 0.0, 0), StageClock())
    [vector] = recognizer.pipeline.embedder([one.crop_bgr])
    return replace(sample(0), crop_bgr=one.crop_bgr, embedding=vector)


def negatives(database: Database) -> list[bytes]:
    with database.snapshot() as connection:
        return [row[0] for row in connection.execute("SELECT embedding FROM rejections")]


def test_a_deletion_is_whole_before_it_can_no_longer_be_undone(tmp_path: Path) -> None:
    """While it can be, the person is in memory; afterwards the token holds nothing either."""
    with Database.open(tmp_path / "home", KEY) as database:
        people, edits = People(database), Edits(database)
        for number, name in enumerate((NAME, OTHER)):
            people.add(name, [sample(number)], embedder_id=EMBEDDER)
        person, another = people.by_name(NAME), people.by_name(OTHER)
        gone = traces_of(database, person.person_id, NAME)
        kept = traces_of(database, another.person_id, OTHER)
        undo = edits.delete(person.person_id)
        files = every_file(tmp_path / "home", KEY, tmp_path / "scratch")
        assert found(gone, files) == set()
        assert {kind for _, kind in found(kept, files)} == set(kept)
        assert NAME in everything_of(undo)
        edits.forget_undo()
        assert NAME not in everything_of(undo)


def everything_of(token: object) -> str:
    return repr(vars(token))
