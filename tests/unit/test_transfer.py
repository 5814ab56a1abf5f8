"""People from one gallery to another: whole, or refused without a change."""

from __future__ import annotations

import base64
import copy
import functools
import json
import struct
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from siamapp.cli import run
from siamapp.errors import AlreadyKnown, StoreCorrupt, StoreError
from siamapp.paths import assets_dir
from siamapp.settings import Settings
from siamapp.store import transfer
from siamapp.store.audit import Audit
from siamapp.store.database import Database
from siamapp.store.edits import Edits
from siamapp.store.keys import Key
from siamapp.store.people import People
from siamapp.store.rows import picture
from siamapp.store.sealed import write_sealed
from siamapp.store.transfer import add_people, export_people, read_people
from siamapp.store.vault import Vault, find_key
from siamapp.types import Consent, Frame
from siamapp.vision.card import load_card
from tests.gui.scripted import astronaut, open_scripted
from tests.unit.store_samples import EMBEDDER, KEY, fingerprint, sample

VAULT = Vault(source="passphrase", check=KEY.check_value(), argon2id={"salt": "0" * 32})  # type: ignore[arg-type]
CONSENT = Consent("signed on paper\nin ink", date(2026, 1, 2), date(2096, 1, 2))
ALL = frozenset({EMBEDDER, "another"})


def give_key(vault: Vault) -> Key:
    vault.require(KEY)
    return KEY


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Ada (two embedders, tags, consent) and Bob (no crops)."""
    with Database.open(tmp_path / "home", KEY) as database:
        people, edits = People(database), Edits(database)
        ada = people.add("Ada", [sample(1), sample(2)], embedder_id=EMBEDDER, consent=CONSENT)
        people.add_samples(ada.person_id, [sample(3, 64)], embedder_id="another")
        edits.set_tags(ada.person_id, ["staff"])
        people.add("Bob", [sample(4)], embedder_id=EMBEDDER, keep_crops=False)
    return tmp_path / "home"


@pytest.fixture
def file(home: Path, tmp_path: Path) -> Path:
    with Database.open(home, KEY) as database:
        export_people(database, [1, 2], tmp_path / "people.siam", vault=VAULT, key=KEY)
    return tmp_path / "people.siam"


def rows(home: Path) -> list[Any]:
    """What is known of everybody, but for numbers and the moment of enrolment."""
    with Database.open(home, KEY) as database, database.snapshot() as connection:
        return connection.execute(
            "SELECT name, tags, consent_note, consent_date, retain_until, embedder_id, embedding,"
            " quality, templates.created_utc, crop_png FROM templates"
            " JOIN people ON people.id = person_id ORDER BY name, templates.id"
        ).fetchall()


def test_people_arrive_to_the_last_byte(home: Path, file: Path, tmp_path: Path) -> None:
    with Database.open(tmp_path / "new", KEY) as database:
        added = add_people(database, read_people(file, give_key), embedder_ids=ALL)
        assert [(p.name, p.templates) for p in added] == [("Ada", 3), ("Bob", 1)]
        assert [entry.kind for entry in Audit(database).last(5)] == ["import", "import"]
    assert rows(tmp_path / "new") == rows(home)
    with Database.open(home, KEY) as database:
        assert [entry.kind for entry in Audit(database).last(2)] == ["export", "export"]
    for shown in (b"Ada", b"staff", sample(1).embedding.tobytes()[:12]):
        assert shown not in file.read_bytes()


def test_samples_of_an_unknown_embedder_stay_behind(file: Path, tmp_path: Path) -> None:
    with Database.open(tmp_path / "new", KEY) as database:
        found = read_people(file, give_key)
        ada, _ = add_people(database, found, embedder_ids=frozenset({EMBEDDER}))
        assert ada.templates == 2


def test_a_taken_name_lets_nobody_in(file: Path, tmp_path: Path) -> None:
    with Database.open(tmp_path / "new", KEY) as database:
        People(database).add("BOB", [sample(9)], embedder_id=EMBEDDER)
        with pytest.raises(AlreadyKnown):
            add_people(database, read_people(file, give_key), embedder_ids=ALL)
        assert [person.name for person in People(database).all()] == ["BOB"]


def test_whoever_was_to_be_kept_no_longer_does_not_come_back(tmp_path: Path) -> None:
    """A file may lie about for longer than somebody agreed to be kept."""
    file = tmp_path / "people.siam"
    picture = [Frame(astronaut(), 0.0, 0)]
    with open_scripted(tmp_path / "one", Settings()) as one:
        ada = one.enroll("Ada", one.samples_from(picture, still=True))
        one.edits.set_consent(ada.person_id, Consent(retain_until=date(2001, 1, 1)))
        export_people(one.database, [ada.person_id], file, vault=VAULT, key=KEY)
    with open_scripted(tmp_path / "two", Settings()) as two:
        added, refused = two.import_people(file, give_key)
        assert (added, refused) == ([], [("Ada", "The last day to keep that person is past.")])
        assert two.people.all() == []


@pytest.mark.parametrize("enrolled", [False, True])
@pytest.mark.parametrize("allow_duplicate", [False, True])
def test_vectors_that_the_embedder_cannot_have_given_are_refused(
    tmp_path: Path, enrolled: bool, allow_duplicate: bool
) -> None:
    """In an empty gallery nothing else would differ from them, and no frame could be compared."""
    file, picture_of = tmp_path / "people.siam", [Frame(astronaut(), 0.0, 0)]
    with open_scripted(tmp_path / "one", Settings()) as one:
        ours = one.pipeline.embedder.id
        eve = one.people.add("Eve", [sample(1, 7)], embedder_id=ours)
        export_people(one.database, [eve.person_id], file, vault=VAULT, key=KEY)
    with open_scripted(tmp_path / "two", Settings()) as two:
        if enrolled:
            two.enroll("Ada", two.samples_from(picture_of, still=True))
        added, refused = two.import_people(file, give_key, allow_duplicate=allow_duplicate)
        assert (added, [name for name, _ in refused]) == ([], ["Eve"])
        [face] = two.identify(picture_of, still=True)
        assert face.decision.name == ("Ada" if enrolled else None)


def test_whoever_keeps_no_pictures_imports_none(tmp_path: Path) -> None:
    file, picture_of = tmp_path / "people.siam", [Frame(astronaut(), 0.0, 0)]
    with open_scripted(tmp_path / "one", Settings()) as one:
        ada = one.enroll("Ada", one.samples_from(picture_of, still=True))
        export_people(one.database, [ada.person_id], file, vault=VAULT, key=KEY)
    with open_scripted(tmp_path / "two", Settings(keep_crops=False)) as two:
        [ada], _ = two.import_people(file, give_key)
        assert [t.has_crop for t in two.people.templates(ada.person_id)] == [False]
        assert two.identify(picture_of, still=True)[0].decision.name == "Ada"


def test_a_flip_of_any_byte_class_is_noticed(file: Path) -> None:
    whole = file.read_bytes()
    for at in [*range(0, 130), *range(130, len(whole), len(whole) // 60), len(whole) - 1]:
        for bit in (1, 0x80):
            data = bytearray(whole)
            data[at] ^= bit
            file.write_bytes(data)
            with pytest.raises(StoreError):
                read_people(file, give_key)


def png(width: int, height: int, rows_of: int | None = None) -> bytes:
    """A PNG that says one size, and unpacks to far more where `rows_of` is larger."""

    def part(kind: bytes, data: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + crc

    scanlines = (b"\0" + bytes(width * 3)) * (rows_of or height)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (part(b"IHDR", header), part(b"IDAT", zlib.compress(scanlines, 9)), part(b"IEND", b""))
    )


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def vector(*values: float) -> str:
    return text(np.array(values, "<f4").tobytes())


Change = Callable[[dict[str, Any]], object]
FORGED: dict[str, Change] = {
    "nan": lambda p: p["samples"][0].update(embedding=vector(*[float("nan")] * 128)),
    "zero": lambda p: p["samples"][0].update(embedding=vector(*[0.0] * 128)),
    "long": lambda p: p["samples"][0].update(embedding=vector(*[1.0] * 128)),
    "beyond float32": lambda p: p["samples"][0].update(embedding=vector(*[1e38] * 128)),
    "odd bytes": lambda p: p["samples"][0].update(embedding=text(b"x" * 511)),
    "no base64": lambda p: p["samples"][0].update(embedding="*"),
    "huge vector": lambda p: p["samples"][0].update(embedding=vector(*[0.01] * 10_000)),
    "no picture": lambda p: p["samples"][0].update(crop_png=text(b"GIF89a" * 20)),
    "another size": lambda p: p["samples"][0].update(crop_png=text(png(20_000, 20_000, 1))),
    "cut picture": lambda p: p["samples"][0].update(crop_png=text(png(112, 112)[:60])),
    "name": lambda p: p.update(name="a\x00b"),
    "empty name": lambda p: p.update(name=" "),
    "long name": lambda p: p.update(name="x" * 121),
    "tags": lambda p: p.update(tags=["a\nb"]),
    "note": lambda p: p.update(consent_note="a\x1bb"),
    "date": lambda p: p.update(retain_until="2026-13-40"),
    "time": lambda p: p["samples"][0].update(created_utc="yesterday"),
    "time before all": lambda p: p["samples"][0].update(created_utc="0001-01-01T00:00:00+01:00"),
    "time after all": lambda p: p["samples"][0].update(created_utc="9999-12-31T23:59:59-01:00"),
    "no zone": lambda p: p["samples"][0].update(created_utc="2026-01-01T00:00:00"),
    "no samples": lambda p: p.update(samples=[]),
    "unknown field": lambda p: p.update(admin=True),
    "wrong type": lambda p: p.update(name=["Ada"]),
    "quality": lambda p: p["samples"][0]["quality"].update(yaw_deg="1); DROP TABLE people"),
    "quality nan": lambda p: p["samples"][0]["quality"].update(yaw_deg=float("nan")),
    "quality infinite": lambda p: p["samples"][0]["quality"].update(occlusion=float("inf")),
}


def forge(path: Path, payload: bytes) -> None:
    write_sealed(path, "people", [payload], vault=VAULT, key=KEY, overwrite=True)


@pytest.fixture
def true_payload(home: Path) -> dict[str, Any]:
    with Database.open(home, KEY) as database:
        return {"version": 1, "people": [transfer._carried(database, n) for n in (1, 2)]}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_file_with_the_right_passphrase_is_refused(
    true_payload: dict[str, Any], tmp_path: Path, what: str
) -> None:
    forged = copy.deepcopy(true_payload)
    FORGED[what](forged["people"][0])
    forge(tmp_path / "forged", json.dumps(forged).encode())
    with pytest.raises(StoreCorrupt) as told:
        read_people(tmp_path / "forged", give_key)
    assert "\n" not in str(told.value)
    assert "DROP" not in str(told.value)


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"{", b"[" * 100_000, b'{"version": 2, "people": []}', b"\xff\xfe"]
)
def test_what_is_no_list_of_people_is_refused(tmp_path: Path, payload: bytes) -> None:
    forge(tmp_path / "forged", payload)
    with pytest.raises(StoreCorrupt):
        read_people(tmp_path / "forged", give_key)


def test_a_picture_that_swells_up_is_cut_to_its_size(
    true_payload: dict[str, Any], tmp_path: Path
) -> None:
    """112 x 112 in its header, 50 MB behind it: what is kept is 112 x 112."""
    bomb = png(112, 112, rows_of=150_000)
    assert len(bomb) < 256 << 10
    true_payload["people"][0]["samples"][0]["crop_png"] = text(bomb)
    forge(tmp_path / "bomb", json.dumps(true_payload).encode())
    with Database.open(tmp_path / "new", KEY) as database:
        add_people(database, read_people(tmp_path / "bomb", give_key), embedder_ids=ALL)
        with database.snapshot() as connection:
            (kept,) = connection.execute("SELECT crop_png FROM templates WHERE id = 1").fetchone()
    assert len(kept) < 5000
    assert cv2.imdecode(np.frombuffer(kept, np.uint8), cv2.IMREAD_COLOR_BGR).shape == (112, 112, 3)


@pytest.mark.parametrize(
    ("width", "promised"), [(112, 0x7FFFFFFF), (112, 2_147_483_880), (20_000, 60)]
)
def test_a_picture_that_promises_more_than_it_holds_is_not_decoded(
    true_payload: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    width: int,
    promised: int,
) -> None:
    """OpenCV would set aside what the header, or the length of a chunk, says: 2 GB here."""
    data = bytearray(png(width, width, 1))
    struct.pack_into(">I", data, data.index(b"IDAT") - 4, promised)
    monkeypatch.setattr("cv2.imdecode", lambda *_: pytest.fail("was decoded"))
    with pytest.raises(StoreCorrupt):
        picture(bytes(data))
    true_payload["people"][0]["samples"][0]["crop_png"] = text(bytes(data))
    forge(tmp_path / "forged", json.dumps(true_payload).encode())
    with pytest.raises(StoreCorrupt, match="no person of siamapp"):
        read_people(tmp_path / "forged", give_key)


def test_a_file_too_large_for_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "MOST_BYTES", 3 << 20)
    forge(tmp_path / "large", bytes(5 << 20))
    with pytest.raises(StoreCorrupt, match="too large"):
        read_people(tmp_path / "large", give_key)


def test_the_command_line_moves_people_and_reports_doubles(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = load_card(assets_dir() / "models" / Settings().embedder)
    assert card.embedding is not None
    there = functools.partial(sample, dimension=card.embedding.dimension)
    (tmp_path / "pass").write_text("correct horse battery\n", "utf-8")
    file = str(tmp_path / "people")

    def call(home: str, *words: str) -> tuple[int, Any, str]:
        where = ["--home", str(tmp_path / home), "--key-file", str(tmp_path / "key")]
        status = run([*words, *where, "--json"])
        out, err = capsys.readouterr()
        return status, json.loads(out), err

    def enrol(home: str, **people: int) -> None:
        key = find_key(tmp_path / home, key_file=tmp_path / "key")
        with Database.open(tmp_path / home, key) as database:
            for name, seed in people.items():
                People(database).add(name, [there(seed)], embedder_id=card.id)

    secret = ["--passphrase-file", str(tmp_path / "pass")]
    enrol("one", Ada=1, Bob=2, Cy=3)
    enrol("two", Bob=7, Double=3)
    assert call("one", "people", "export", file, "--all", *secret)[1]["exported"] == [
        "Ada", "Bob", "Cy",
    ]  # fmt: skip
    assert call("one", "people", "export", file, "Ada", *secret)[0] == 2
    assert call("one", "people", "export", file + "2", *secret)[0] == 2
    status, answer, _ = call("two", "people", "import", file, *secret)
    assert (status, [p["name"] for p in answer["imported"]]) == (1, ["Ada"])
    assert [r["name"] for r in answer["refused"]] == ["Bob", "Cy"]
    assert "enrolled as Double." in answer["refused"][1]["message"]
    status, answer, _ = call("two", "people", "import", file, "--allow-duplicate", *secret)
    assert [p["name"] for p in answer["imported"]] == ["Cy"]
    (tmp_path / "pass").write_text("wrong horse battery\n", "utf-8")
    before = fingerprint(tmp_path / "two")
    status, answer, _ = call("two", "people", "import", file, *secret)
    assert (status, answer["error"]["message"]) == (2, "The passphrase is wrong.")
    after = fingerprint(tmp_path / "two")
    assert after["gallery.db"] == before["gallery.db"]
