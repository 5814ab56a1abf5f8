"""Backups: made while in use, whole or refused, and restored without a moment of danger."""

from __future__ import annotations

import errno
import functools
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from sqlcipher3 import dbapi2 as sqlcipher

from siamapp.cli import run
from siamapp.errors import StoreCorrupt, StoreError, StoreLocked
from siamapp.store import backup as backup_module
from siamapp.store.audit import Audit
from siamapp.store.backup import Restored, back_up, restore
from siamapp.store.database import Database
from siamapp.store.edits import Edits
from siamapp.store.keys import Key
from siamapp.store.people import People
from siamapp.store.sealed import write_sealed
from siamapp.store.vault import (
    GALLERY_NAME,
    VAULT_NAME,
    Vault,
    find_key,
    known_key,
    new_key,
)
from tests.unit.store_samples import EMBEDDER, KEY, OWNER_ONLY, decrypted, fingerprint, mode, sample

NAME = "Zebedee Quillfeather"
VAULT = Vault(source="key-file", check=KEY.check_value())


def give_key(vault: Vault) -> Key:
    vault.require(KEY)
    return KEY


def restored(path: Path, home: Path, *, dry_run: bool = False) -> Restored:
    return restore(path, home, backup_key=give_key, home_key=lambda: KEY, dry_run=dry_run)


def names(home: Path, key: Key = KEY) -> list[str]:
    with Database.open(home, key) as database:
        database.check()
        assert Audit(database).verify().faults == ()
        return [person.name for person in People(database).all()]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A gallery of Zebedee and Bob."""
    home = tmp_path / "home"
    with Database.open(home, KEY) as database:
        for n, name in enumerate((NAME, "Bob")):
            People(database).add(name, [sample(n), sample(n + 9)], embedder_id=EMBEDDER)
    return home


@pytest.fixture
def file(home: Path, tmp_path: Path) -> Path:
    with Database.open(home, KEY) as database:
        back_up(database, tmp_path / "b.siam", vault=VAULT, key=KEY)
    return tmp_path / "b.siam"


def test_a_backup_shows_nothing_and_leaves_nothing_beside_it(home: Path, file: Path) -> None:
    data = file.read_bytes()
    for shown in (NAME.encode(), b"SQLite format 3", sample(0).embedding.tobytes()[:16]):
        assert shown not in data
    assert mode(file) == OWNER_ONLY
    assert [path.name for path in home.iterdir()] == [GALLERY_NAME]
    with Database.open(home, KEY) as database, pytest.raises(StoreError, match="there already"):
        back_up(database, file, vault=VAULT, key=KEY)
    assert file.read_bytes() == data


def test_an_empty_home_gets_the_gallery_under_its_own_key(file: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    find = functools.partial(find_key, new, key_file=tmp_path / "another.key")
    found = restore(file, new, backup_key=give_key, home_key=find)
    assert found == Restored(2, ("Bob", NAME), ())
    assert names(new, find()) == ["Bob", NAME]
    with pytest.raises(StoreLocked):
        Database.open(new, KEY)
    with Database.open(new, find()) as database:
        assert [entry.kind for entry in Audit(database).last(2)] == ["backup", "restore"]


def test_an_empty_home_is_restored_where_only_writers_may_sync(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = os.fsync

    def windows(handle: int) -> None:  # which flushes no file that was opened for reading
        if not stat.S_ISDIR(os.fstat(handle).st_mode):
            os.write(handle, b"")
        sync(handle)

    monkeypatch.setattr("os.fsync", windows)
    assert restored(file, tmp_path / "new").people == 2


def test_a_disk_without_hard_links_takes_backups_and_homes(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fat(*args: object, **named: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr("os.link", fat)
    stick = tmp_path / "stick"
    stick.mkdir()
    with Database.open(home, KEY) as database:
        back_up(database, stick / "b.siam", vault=VAULT, key=KEY)
        with pytest.raises(StoreError, match="there already"):
            back_up(database, stick / "b.siam", vault=VAULT, key=KEY)
    assert [path.name for path in stick.iterdir()] == ["b.siam"]
    assert restored(stick / "b.siam", stick / "restored").people == 2
    assert mode(stick / "restored" / GALLERY_NAME) == OWNER_ONLY
    with Database.open(stick / "first", KEY) as database:
        assert People(database).all() == []


def test_a_gallery_becomes_what_it_was_and_a_dry_run_changes_nothing(
    home: Path, file: Path
) -> None:
    with Database.open(home, KEY) as database:
        Edits(database).rename(People(database).by_name("Bob").person_id, "Bill")
    before = fingerprint(home)
    assert restored(file, home, dry_run=True) == Restored(2, ("Bob",), ("Bill",))
    assert fingerprint(home) == before
    assert restored(file, home) == Restored(2, ("Bob",), ("Bill",))
    assert names(home) == ["Bob", NAME]
    assert [path.name for path in home.iterdir()] == [GALLERY_NAME]


def test_a_backup_written_after_a_deletion_does_not_hold_the_person(
    home: Path, tmp_path: Path
) -> None:
    with Database.open(home, KEY) as database:
        edits = Edits(database)
        edits.delete(People(database).by_name(NAME).person_id)
        edits.forget_undo()
        back_up(database, tmp_path / "after", vault=VAULT, key=KEY)
    with backup_module._decrypted(tmp_path / "after", home, give_key) as (folder, own):
        data = decrypted(folder / GALLERY_NAME, own)
    for seed, there in ((0, False), (9, False), (1, True), (10, True)):
        assert (sample(seed).embedding.tobytes()[:24] in data) is there
    assert NAME.encode() not in data
    assert NAME.casefold().encode() not in data


FLIPS = {
    "magic": 0, "version": 8, "kind": 10, "source": 11, "check": 12, "salt": 44, "entry": 76,
    "stretch": 92, "iterations": 108, "memory": 112, "lanes": 116, "key": 121, "database": 5000,
    "tag": -1,
}  # fmt: skip


@pytest.mark.parametrize("where", FLIPS)
@pytest.mark.parametrize("bit", [1, 128])
def test_a_flipped_bit_is_noticed_and_nothing_changes(
    home: Path, file: Path, where: str, bit: int
) -> None:
    data = bytearray(file.read_bytes())
    data[FLIPS[where]] ^= bit
    file.write_bytes(data)
    before = fingerprint(home)
    with pytest.raises(StoreError):
        restored(file, home)
    with pytest.raises(StoreError):
        restored(file, home.parent / "empty")
    assert fingerprint(home) == before
    assert not (home.parent / "empty").exists()


@pytest.mark.parametrize("length", [0, 7, 119, 120, 130, 4000, -16, -1])
def test_a_cut_file_is_noticed(home: Path, file: Path, length: int) -> None:
    file.write_bytes(file.read_bytes()[:length])
    before = fingerprint(home)
    with pytest.raises(StoreCorrupt):
        restored(file, home)
    assert fingerprint(home) == before


def test_chunks_cannot_be_moved_repeated_dropped_or_added(
    home: Path, tmp_path: Path, file: Path
) -> None:
    with Database.open(home, KEY) as database:
        people = People(database)
        for n in range(4):
            people.add(f"P{n}", [sample(n * 9 + k) for k in range(9)], embedder_id=EMBEDDER)
        back_up(database, file, vault=VAULT, key=KEY, overwrite=True)
    data = file.read_bytes()
    size = (1 << 20) + 16
    head, rest = data[:120], data[120:]
    chunks = [rest[at : at + size] for at in range(0, len(rest), size)]
    assert len(chunks) >= 2
    first, *others = chunks
    for forged in (others, [first, *chunks], [*others, first], [*chunks, b"x" * 16], chunks[:-1]):
        file.write_bytes(head + b"".join(forged))
        with pytest.raises(StoreCorrupt):
            restored(file, home)
    file.write_bytes(data)
    assert restored(file, home).people == 6


def test_a_forged_gallery_within_a_true_seal_is_refused(home: Path, tmp_path: Path) -> None:
    """Whoever has the key may still not smuggle in a trigger."""
    connection = sqlcipher.connect(str(home / GALLERY_NAME))
    connection.execute(f"PRAGMA key = \"x'{KEY.raw.hex()}'\"")
    connection.execute("CREATE TRIGGER t AFTER INSERT ON people BEGIN DELETE FROM people; END")
    connection.close()
    with Database.open(home, KEY) as database:
        back_up(database, tmp_path / "forged", vault=VAULT, key=KEY)
    with pytest.raises(StoreCorrupt, match="not a gallery as"):
        restored(tmp_path / "forged", tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("payload", [b"", b"x" * 31, b"x" * 32, b"x" * 5000])
def test_a_payload_without_a_gallery_is_refused(home: Path, tmp_path: Path, payload: bytes) -> None:
    write_sealed(tmp_path / "forged", "backup", [payload], vault=VAULT, key=KEY)
    before = fingerprint(home)
    with pytest.raises(StoreError):
        restored(tmp_path / "forged", home)
    assert fingerprint(home) == before


def test_a_damaged_gallery_is_replaced_and_kept_aside(home: Path, file: Path) -> None:
    damaged = b"x" * 9000
    (home / GALLERY_NAME).write_bytes(damaged)
    with pytest.raises(StoreLocked):  # it might be whole, and the key another one
        restored(file, home)
    (home / VAULT_NAME).write_text(tomli_w.dumps(VAULT.model_dump(exclude_none=True)), "utf-8")
    aside = home / f"{GALLERY_NAME}.damaged"
    assert restored(file, home) == Restored(2, ("Bob", NAME), (), aside)
    assert names(home) == ["Bob", NAME]
    assert aside.read_bytes() == damaged


def test_a_passphrase_opens_a_backup_anywhere(home: Path, tmp_path: Path) -> None:
    key, vault = new_key("passphrase", ask_passphrase=lambda new: "correct horse battery")
    with Database.open(home, KEY) as database:
        back_up(database, tmp_path / "b", vault=vault, key=key)

    def key_for(passphrase: str, header: Vault) -> Key:
        return known_key(header, ask_passphrase=lambda new: passphrase)

    def open_with(passphrase: str) -> Restored:
        return restore(
            tmp_path / "b",
            tmp_path / "new",
            backup_key=functools.partial(key_for, passphrase),
            home_key=lambda: KEY,
        )

    with pytest.raises(StoreLocked, match="passphrase is wrong"):
        open_with("incorrect horse")
    assert not (tmp_path / "new").exists()
    assert open_with("correct horse battery").people == 2


WRITER = """
import sys
from pathlib import Path
from siamapp.store.database import Database
from siamapp.store.people import People
from tests.unit.store_samples import EMBEDDER, KEY, sample
with Database.open(Path(sys.argv[1]), KEY) as database:
    for n in range(30):
        samples = [sample(n), sample(n)]
        People(database).add(f"P{n}", samples, embedder_id=EMBEDDER, keep_crops=False)
        print(n, flush=True)
"""


def test_a_backup_taken_while_another_process_enrols_is_one_moment(
    home: Path, tmp_path: Path
) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert child.stdout is not None
    with child.stdout as lines, Database.open(home, KEY) as database:
        for _ in range(3):
            lines.readline()
        people = back_up(database, tmp_path / "b", vault=VAULT, key=KEY)
        lines.read()
    assert child.wait(60) == 0
    restored(tmp_path / "b", tmp_path / "new")
    found = names(tmp_path / "new")
    assert len(found) >= people >= 5
    assert set(found) == {"Bob", NAME, *(f"P{n}" for n in range(len(found) - 2))}


def test_who_is_enrolled_while_a_backup_is_restored_is_not_lost(
    home: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody was told that they would be."""
    check, enrolled = Database.check, iter(("Cy", "Di"))

    def enrol_and_check(self: Database) -> None:
        with Database.open(home, KEY) as other:  # while the backup is read, and once it is copied
            People(other).add(next(enrolled), [sample(9)], embedder_id=EMBEDDER)
        check(self)

    monkeypatch.setattr(Database, "check", enrol_and_check)
    with pytest.raises(StoreLocked, match="Another program"):
        restored(file, home)
    monkeypatch.undo()
    assert names(home) == sorted(["Bob", "Cy", "Di", NAME])


def test_a_gallery_that_is_open_elsewhere_cannot_be_replaced_on_windows(
    home: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(*_: object) -> None:
        error = PermissionError(errno.EACCES, "Access is denied")
        error.winerror = 5  # type: ignore[attr-defined,unused-ignore]
        raise error

    before = fingerprint(home)
    with Database.open(home, KEY):
        if os.name == "posix":
            monkeypatch.setattr(Path, "replace", held)
        with pytest.raises(StoreLocked, match="Another program has the gallery open"):
            restored(file, home)
    assert fingerprint(home) == before


@pytest.mark.skipif(os.name == "nt", reason="there an open file cannot be replaced")
def test_whoever_holds_the_old_gallery_open_is_told(home: Path, file: Path) -> None:
    with Database.open(home, KEY) as other:
        restored(file, home)
        with pytest.raises(StoreLocked, match="replaced"):
            People(other).add("Lost", [sample(5)], embedder_id=EMBEDDER)
        with pytest.raises(StoreLocked, match="replaced"):
            People(other).all()
    assert names(home) == ["Bob", NAME]


def test_the_command_line_backs_up_and_restores(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, file, key = str(tmp_path / "h"), str(tmp_path / "b"), str(tmp_path / "k")
    where = ["--home", home, "--key-file", key]

    def call(*words: str) -> tuple[int, Any]:
        status = run([*words, "--json"])
        return status, json.loads(capsys.readouterr().out)

    with Database.open(Path(home), find_key(Path(home), key_file=Path(key))) as database:
        People(database).add("Ada", [sample(1)], embedder_id=EMBEDDER)
    assert call("backup", file, *where)[0] == 0
    with Database.open(Path(home), find_key(Path(home), key_file=Path(key))) as database:
        People(database).add("Ben", [sample(2)], embedder_id=EMBEDDER)
    status, plan = call("restore", file, "--dry-run", *where)
    assert (status, plan["lost"], plan["restored"]) == (0, ["Ben"], False)
    assert call("restore", file, *where)[0] == 1
    status, plan = call("restore", file, "--yes", *where)
    assert (status, plan["restored"]) == (0, True)
    _, listed = call("people", "list", *where)
    assert [p["name"] for p in listed["people"]] == ["Ada"]
    (tmp_path / "pass").write_text("correct horse battery\n", "utf-8")
    with_pass = ["--passphrase-file", str(tmp_path / "pass")]
    assert call("backup", file + "2", *with_pass, *where)[1]["key"] == "passphrase"
    elsewhere = ["--home", str(tmp_path / "h2"), "--key-file", str(tmp_path / "k2")]
    assert call("restore", file + "2", *with_pass, *elsewhere)[0] == 0
    assert [p["name"] for p in call("people", "list", *elsewhere)[1]["people"]] == ["Ada"]
