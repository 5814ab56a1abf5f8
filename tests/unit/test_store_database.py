"""The gallery file: whole or refused, and refused without a byte changed."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from siamapp.errors import StoreCorrupt, StoreError, StoreLocked, StoreTooNew
from siamapp.store import database as database_module
from siamapp.store import pages, schema
from siamapp.store.database import Connection, Database
from siamapp.store.edits import Edits
from siamapp.store.people import People
from siamapp.store.vault import GALLERY_NAME, VAULT_NAME, find_key
from tests.unit.store_samples import (
    EMBEDDER,
    KEY,
    OTHER_KEY,
    OWNER_ONLY,
    OWNER_ONLY_FOLDER,
    fingerprint,
    mode,
    sample,
)

NAME = "Zebedee Quillfeather"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A gallery of one person, closed; `KEY` opens it, as `vault.toml` knows."""
    (tmp_path / "key").write_text(KEY.raw.hex(), "ascii")
    home = tmp_path / "home"
    with Database.open(home, find_key(home, key_file=tmp_path / "key")) as database:
        People(database).add(NAME, [sample(n) for n in range(8)], embedder_id=EMBEDDER)
    return home


def refused(home: Path, key: database_module.Key = KEY) -> StoreError:
    """The error of opening; fails if a file was changed, made or removed."""
    before = fingerprint(home)
    with pytest.raises(StoreError) as told:
        Database.open(home, key)
    assert fingerprint(home) == before
    assert "\n" not in str(told.value)
    return told.value


def test_what_was_written_is_there_after_reopening(home: Path) -> None:
    with Database.open(home, KEY) as database:
        assert database.schema_version == len(schema.MIGRATIONS)
        assert [person.name for person in People(database).all()] == [NAME]
        database.check()


def test_files_are_owner_only_even_while_a_write_is_under_way(home: Path) -> None:
    assert mode(home) == OWNER_ONLY_FOLDER
    with Database.open(home, KEY) as database, database.transaction() as connection:
        connection.execute("UPDATE people SET created_utc = ''")
        files = {path.name: mode(path) for path in home.iterdir()}
    assert files == dict.fromkeys([GALLERY_NAME, f"{GALLERY_NAME}-journal", VAULT_NAME], OWNER_ONLY)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such rights")
def test_a_gallery_copied_with_wider_rights_becomes_owner_only_if_it_opens(home: Path) -> None:
    path = home / GALLERY_NAME
    path.chmod(0o644)
    refused(home, OTHER_KEY)
    assert mode(path) == 0o644
    Database.open(home, KEY).close()
    assert mode(path) == OWNER_ONLY


def test_no_file_shows_a_name_or_sqlite_even_while_a_write_is_under_way(home: Path) -> None:
    with Database.open(home, KEY) as database, database.transaction() as connection:
        connection.execute("UPDATE people SET created_utc = ''")
        files = [path.read_bytes() for path in home.iterdir()]
    assert len(files) == 3
    for data in files:
        for shown in (NAME.encode(), NAME.casefold().encode(), b"SQLite format 3", b"embedder"):
            assert shown not in data


def test_a_wrong_key_is_told_in_silence(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    error = refused(home, OTHER_KEY)
    assert isinstance(error, StoreLocked)
    (home / VAULT_NAME).unlink()  # now SQLCipher itself has to find out
    error = refused(home, OTHER_KEY)
    assert isinstance(error, StoreLocked)
    assert "key" in error.message
    assert capfd.readouterr() == ("", "")


def test_a_wrong_key_leaves_even_an_interrupted_write_alone(home: Path) -> None:
    """A killed writer leaves a journal; rolling it back is for the right key only."""
    subprocess.run([sys.executable, "-c", _KILLED_IN_A_WRITE, str(home)], check=False, timeout=60)
    assert (home / f"{GALLERY_NAME}-journal").stat().st_size > 0
    assert isinstance(refused(home, OTHER_KEY), StoreLocked)
    with Database.open(home, KEY) as database:
        assert [person.name for person in People(database).all()] == [NAME]
        database.check()
    assert not (home / f"{GALLERY_NAME}-journal").exists()


_KILLED_IN_A_WRITE = """
import os, sys
from pathlib import Path
from siamapp.store.database import Database
from tests.unit.store_samples import KEY
with Database.open(Path(sys.argv[1]), KEY) as database, database.transaction() as connection:
    connection.execute("PRAGMA cache_size = 1")  # so that pages reach the file before the commit
    connection.execute("UPDATE templates SET crop_png = zeroblob(9000)")
    connection.execute("UPDATE people SET name = 'nobody'")
    os._exit(1)
"""


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _cut_within_a_page(data: bytes) -> bytes:
    return data[:-100]


def _one_bit_in_the_middle(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def _random_bytes(data: bytes) -> bytes:
    return random.Random(0).randbytes(len(data))


@pytest.mark.parametrize(
    "damage",
    [
        _cut,
        _cut_within_a_page,
        _one_bit_in_the_middle,
        _random_bytes,
        lambda data: data[:1000],
        lambda data: b"",
        lambda data: b"\xff" + data[1:],
        lambda data: data[:4096] + data[8192:12288] + data[4096:8192] + data[12288:],
    ],
    ids=[
        "half", "last-page", "one-bit", "random", "below-a-page", "empty", "salt", "pages-swapped"
    ],
)  # fmt: skip
def test_a_damaged_file_is_told(home: Path, damage: Callable[[bytes], bytes]) -> None:
    path = home / GALLERY_NAME
    path.write_bytes(damage(path.read_bytes()))
    error = refused(home)
    assert isinstance(error, StoreCorrupt)
    assert "backup" in error.hint


def test_a_torn_page_is_refused_if_it_is_in_use_and_mended_if_it_is_free(home: Path) -> None:
    """A power cut can tear a free page that was about to be used; nothing is lost by that."""
    with Database.open(home, KEY) as database:
        for n in range(8, 11):
            People(database).add(f"Gone {n}", [sample(n)], embedder_id=EMBEDDER)
        # After them, so that the free pages lie among those in use.
        People(database).add("Stays", [sample(n) for n in range(11, 15)], embedder_id=EMBEDDER)
        for person_id in (2, 3, 4):
            Edits(database).delete(person_id)
    path = home / GALLERY_NAME
    whole = path.read_bytes()
    opened = 0
    for page in range(1, len(whole) // 4096, 4):
        torn = bytearray(whole)
        torn[page * 4096 : page * 4096 + 2048] = bytes(2048)
        path.write_bytes(torn)
        try:
            database = Database.open(home, KEY)
        except StoreCorrupt:
            assert path.read_bytes() == torn
            continue
        with database:
            opened += 1
            assert [person.name for person in People(database).all()] == ["Stays", NAME]
            assert len(People(database).templates(1)) == 8
            database.check()
            database.vacuum()  # no torn page is left that it would stumble over
        assert path.stat().st_size < len(whole)  # written anew
    assert 2 < opened < len(whole) // 16384 - 5


@pytest.mark.parametrize("within", [0, 15, 16, 2000, 4016, 4031, 4032, 4095])
def test_a_flip_of_any_byte_class_of_a_page_is_noticed(home: Path, within: int) -> None:
    """Salt (first page), body, initialisation vector and HMAC (the last 80 bytes)."""
    path = home / GALLERY_NAME
    whole = path.read_bytes()
    last = len(whole) // 4096 - 1
    for page in (0, 1, last // 2, last):
        broken = bytearray(whole)
        broken[page * 4096 + within] ^= 1
        path.write_bytes(broken)
        assert isinstance(refused(home), StoreCorrupt | StoreLocked)


def test_of_a_large_gallery_all_but_the_pictures_is_verified_at_opening(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "WHOLE_UP_TO", 0)
    path = home / GALLERY_NAME
    whole = path.read_bytes()
    found_by = dict.fromkeys(["opening", "matching", "picture", "check"], 0)
    for page in range(len(whole) // 4096):
        broken = bytearray(whole)
        broken[page * 4096 + 2000] ^= 1
        path.write_bytes(broken)
        try:
            found = "opening"
            with Database.open(home, KEY) as database:
                found = "matching"
                People(database).gallery_rows(EMBEDDER)
                found = "picture"
                People(database).crops(range(1, 9))
                found = "check"
                database.check()
        except StoreCorrupt:
            found_by[found] += 1
        assert path.read_bytes() == broken
    assert sum(found_by.values()) == len(whole) // 4096
    assert min(found_by["opening"], found_by["matching"], found_by["picture"]) > 0
    for cut in (len(whole) // 2, len(whole) - 100):
        path.write_bytes(whole[:cut])
        assert isinstance(refused(home), StoreCorrupt)


def test_a_plain_sqlite_file_is_told(home: Path) -> None:
    (home / GALLERY_NAME).unlink()
    plain = sqlite3.connect(home / GALLERY_NAME)
    plain.execute("CREATE TABLE people (id)")
    plain.close()
    error = refused(home)
    assert isinstance(error, StoreCorrupt)
    assert "unencrypted" in error.message


def test_another_encrypted_file_is_told(home: Path) -> None:
    _alter(home, "PRAGMA application_id = 7")
    error = refused(home)
    assert isinstance(error, StoreCorrupt)
    assert "not a gallery" in error.message


def test_a_newer_file_is_told(home: Path) -> None:
    _alter(home, f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
    assert isinstance(refused(home), StoreTooNew)


def test_a_gallery_another_connection_writes_to_is_told(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_BUSY_S", 0.05)
    with Database.open(home, KEY) as first, Database.open(home, KEY) as second:
        with first.transaction():
            with pytest.raises(StoreLocked, match="Another program"), second.transaction():
                pass
            assert [person.name for person in People(second).all()] == [NAME]  # reading goes on
        with second.transaction():  # and afterwards nothing is stuck
            pass


def test_a_failed_write_leaves_nothing(home: Path) -> None:
    with Database.open(home, KEY) as database:
        with pytest.raises(KeyboardInterrupt):
            _write_and_stop(database)
        assert len(People(database).all()) == 1
        with pytest.raises(sqlcipher.IntegrityError):
            _write_what_the_schema_forbids(database)
        assert len(People(database).templates(1)) == 8


def test_a_full_disk_is_told_and_costs_nobody(home: Path) -> None:
    with Database.open(home, KEY) as database:
        people = People(database)
        with database.transaction() as connection:
            connection.execute("PRAGMA max_page_count = 1")  # of no effect below the present size
        with pytest.raises(StoreError, match="full"):
            people.add("One Too Many", [sample(n) for n in range(20)], embedder_id=EMBEDDER)
        assert [person.name for person in people.all()] == [NAME]
        database.check()


def _write_and_stop(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute("DELETE FROM people")
        raise KeyboardInterrupt


def _write_what_the_schema_forbids(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute("DELETE FROM templates")
        connection.execute("INSERT INTO people (name_key, created_utc) VALUES ('x', '')")


def test_only_the_opening_thread_may_use_it(home: Path) -> None:
    caught: list[BaseException] = []

    def use() -> None:
        try:
            People(database).all()
        except sqlcipher.ProgrammingError as error:
            caught.append(error)

    with Database.open(home, KEY) as database:
        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
    assert len(caught) == 1


def test_two_processes_may_make_the_gallery_at_once(tmp_path: Path) -> None:
    home = tmp_path / "home"
    script = (
        "import sys; from pathlib import Path; from siamapp.store.database import Database;"
        "from siamapp.store.people import People;"
        "from tests.unit.store_samples import KEY, EMBEDDER, sample;"
        "d = Database.open(Path(sys.argv[1]), KEY);"
        "People(d).add(sys.argv[2], [sample(1)], embedder_id=EMBEDDER); d.close()"
    )
    makers = [
        subprocess.Popen([sys.executable, "-c", script, str(home), name]) for name in ("A", "B")
    ]
    assert [maker.wait(60) for maker in makers] == [0, 0]
    with Database.open(home, KEY) as database:
        assert [person.name for person in People(database).all()] == ["A", "B"]
    assert [path.name for path in home.iterdir()] == [GALLERY_NAME]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be"):
        Database.open(tmp_path / "file" / "home", KEY)


def test_a_migration_keeps_what_was_there(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def add_note(connection: Connection) -> None:
        assert (home / f"{GALLERY_NAME}.before-{len(schema.MIGRATIONS) + 1}").exists()
        connection.execute("ALTER TABLE people ADD COLUMN note TEXT NOT NULL DEFAULT 'none'")

    _add_migration(monkeypatch, add_note)
    with Database.open(home, KEY) as database:
        assert database.schema_version == len(schema.MIGRATIONS) + 1
        with database.snapshot() as connection:
            rows = connection.execute("SELECT name, note FROM people").fetchall()
        assert rows == [(NAME, "none")]
        database.check()
    assert sorted(path.name for path in home.iterdir()) == [GALLERY_NAME, VAULT_NAME]


def test_a_failed_migration_leaves_the_gallery_and_a_copy(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(connection: Connection) -> None:
        connection.execute("DROP TABLE templates")
        raise RuntimeError("half way")

    before = fingerprint(home)
    _add_migration(monkeypatch, fail)
    with pytest.raises(RuntimeError, match="half way"):
        Database.open(home, KEY)
    copy = home / f"{GALLERY_NAME}.before-{len(schema.MIGRATIONS) + 1}"
    assert mode(copy) == OWNER_ONLY
    assert NAME.encode() not in copy.read_bytes()
    monkeypatch.undo()
    copy.replace(home / GALLERY_NAME)
    with Database.open(home, KEY) as database:
        assert len(People(database).templates(1)) == 8
    assert fingerprint(home).keys() == before.keys()


def _add_migration(monkeypatch: pytest.MonkeyPatch, migration: schema.Migration) -> None:
    monkeypatch.setattr(database_module, "MIGRATIONS", (*schema.MIGRATIONS, migration))


def _alter(home: Path, statement: str) -> None:
    connection = sqlcipher.connect(str(home / GALLERY_NAME))
    connection.execute(f"PRAGMA key = \"x'{KEY.raw.hex()}'\"")
    connection.execute(statement)
    connection.close()
