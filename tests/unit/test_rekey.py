"""Another key for a gallery: afterwards only that one opens it, and at no moment none."""

from __future__ import annotations

import errno
import functools
import json
import os
import stat
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backends import fail

from siamapp.cli import run
from siamapp.errors import StoreLocked
from siamapp.store import rekey as rekey_module
from siamapp.store.audit import Audit
from siamapp.store.database import Database
from siamapp.store.keys import Key
from siamapp.store.people import People
from siamapp.store.rekey import change_key
from siamapp.store.vault import GALLERY_NAME, NEXT_VAULT_NAME, VAULT_NAME, find_key, new_key
from tests.unit.store_samples import EMBEDDER, decrypted, fingerprint, sample
from tests.unit.test_vault import MemoryKeyring

PASSPHRASE = "correct horse battery"


@pytest.fixture(autouse=True)
def backend() -> Any:
    before = keyring.get_keyring()
    memory = MemoryKeyring()
    memory.delete_password = lambda service, name: memory.secrets.pop((service, name))  # type: ignore[method-assign]
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(before)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    with Database.open(home, find_key(home, key_file=tmp_path / "key")) as database:
        People(database).add("Ada", [sample(1), sample(2)], embedder_id=EMBEDDER)
        Audit(database).record("decision", {"outcome": "unknown"})
    return home


def test_round_through_all_sources(home: Path, tmp_path: Path, backend: MemoryKeyring) -> None:
    find: functools.partial[Key] = functools.partial(find_key, home, key_file=tmp_path / "key")
    for source, following in (
        ("keyring", functools.partial(find_key, home)),
        ("passphrase", functools.partial(find_key, home, ask_passphrase=lambda new: PASSPHRASE)),
        ("key-file", functools.partial(find_key, home, key_file=tmp_path / "second")),
        ("key-file", functools.partial(find_key, home, key_file=tmp_path / "third")),
    ):
        named = following.keywords.get("key_file")
        made = new_key(source, key_file=named, ask_passphrase=lambda new: PASSPHRASE)  # type: ignore[arg-type]
        old = find()
        change_key(home, old, *made)
        find = following
        assert sorted(path.name for path in home.iterdir()) == [GALLERY_NAME, VAULT_NAME]
        with pytest.raises(StoreLocked):
            Database.open(home, old)
        with Database.open(home, find()) as database:
            database.check()
            assert [person.name for person in People(database).all()] == ["Ada"]
            assert Audit(database).verify().faults == ()
            assert Audit(database).last(1)[0].facts == {"to": source}
        assert len(backend.secrets) == (source == "keyring")  # the old entry is taken out
    assert sample(1).embedding.tobytes()[:24] in decrypted(home / GALLERY_NAME, find())


@pytest.mark.parametrize("step", ["write_whole", "finish_rekey"])
def test_a_change_that_is_cut_short_leaves_one_key_that_fits(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Before the vault of the new key is written, and after the gallery took its place."""
    old = find_key(home, key_file=tmp_path / "key")
    made = new_key("key-file", key_file=tmp_path / "second")

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rekey_module, step, cut)
    with pytest.raises(KeyboardInterrupt):
        change_key(home, old, *made)
    monkeypatch.undo()
    right, wrong = ("key", "second") if step == "write_whole" else ("second", "key")
    with pytest.raises(StoreLocked):
        find_key(home, key_file=tmp_path / wrong)
    with Database.open(home, find_key(home, key_file=tmp_path / right)) as database:
        assert len(People(database).all()) == 1
    assert sorted(path.name for path in home.iterdir()) == [GALLERY_NAME, VAULT_NAME]


def test_who_is_enrolled_meanwhile_is_not_lost(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy is made already: the change is refused, and made once nobody writes."""
    old = find_key(home, key_file=tmp_path / "key")
    made = new_key("key-file", key_file=tmp_path / "second")
    check = Database.check

    def enrol_and_check(self: Database) -> None:
        with Database.open(home, old) as other:
            People(other).add("Bob", [sample(3)], embedder_id=EMBEDDER)
        check(self)

    monkeypatch.setattr(Database, "check", enrol_and_check)
    with pytest.raises(StoreLocked, match="Another program"):
        change_key(home, old, *made)
    monkeypatch.undo()
    with Database.open(home, old) as database:
        assert [person.name for person in People(database).all()] == ["Ada", "Bob"]
    change_key(home, old, *made)
    with Database.open(home, made[0]) as database:
        assert [person.name for person in People(database).all()] == ["Ada", "Bob"]


def test_a_vault_that_was_prepared_in_vain_is_ignored(home: Path, tmp_path: Path) -> None:
    for text in ("version = [", 'gallery_salt = "00"\nversion = 1\n', ""):
        (home / NEXT_VAULT_NAME).write_text(text, "utf-8")
        Database.open(home, find_key(home, key_file=tmp_path / "key")).close()


def test_a_wrong_old_key_changes_nothing(home: Path, tmp_path: Path) -> None:
    before = fingerprint(home)
    made = new_key("key-file", key_file=tmp_path / "second")
    with pytest.raises(StoreLocked):
        change_key(home, made[0], *made)
    assert fingerprint(home) == before


def test_a_program_that_writes_is_waited_for_and_then_told_of(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siamapp.store.database._BUSY_S", 0.05)
    old = find_key(home, key_file=tmp_path / "key")
    made = new_key("key-file", key_file=tmp_path / "second")
    with Database.open(home, old) as other, other.transaction(), pytest.raises(StoreLocked):
        change_key(home, old, *made)
    find_key(home, key_file=tmp_path / "key")


@pytest.mark.skipif(os.name != "posix", reason="Windows syncs no folders")
def test_a_folder_that_cannot_be_synced_does_not_undo_what_is_done(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor is it taken for a fault of ours; files are synced as ever."""
    fsync = os.fsync

    def refuse_folders(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise PermissionError(errno.EACCES, "Permission denied")
        fsync(handle)

    old = find_key(home, key_file=tmp_path / "key")
    made = new_key("key-file", key_file=tmp_path / "second")
    monkeypatch.setattr(os, "fsync", refuse_folders)
    change_key(home, old, *made)
    with Database.open(home, find_key(home, key_file=tmp_path / "second")) as database:
        assert len(People(database).all()) == 1
    assert "may not outlast a power cut: Permission denied" in caplog.text


def test_a_wiped_key_opens_and_makes_nothing(tmp_path: Path) -> None:
    key = Key(bytes(range(32)), "key-file")
    raw = key.raw
    with key:
        assert key.hex() == bytes(range(32)).hex()
    assert raw == bytes(32)  # the buffer itself was overwritten
    for use in (key.hex, key.check_value, lambda: Database.open(tmp_path / "home", key)):
        with pytest.raises(ValueError, match="wiped"):
            use()


def test_a_backup_of_before_comes_back_by_the_key_file_of_then(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def call(*words: str) -> tuple[int, Any]:
        status = run([*words, "--home", str(home), "--json"])
        return status, json.loads(capsys.readouterr().out)

    first, second, backup = (str(tmp_path / name) for name in ("key", "second", "backup"))
    assert call("backup", backup, "--key-file", first)[0] == 0
    change = ["vault", "change-key", "--to", "key-file", "--new-key-file", second]
    assert call(*change, "--key-file", first)[0] == 0
    assert call("people", "rename", "Ada", "Zoe", "--key-file", second)[0] == 0
    status, answer = call("restore", backup, "--key-file", second)
    assert (status, "--backup-key-file" in answer["error"]["hint"]) == (2, True)
    restore = ["restore", backup, "--key-file", second, "--backup-key-file", first, "--yes"]
    assert call(*restore, "--dry-run")[1]["restored"] is False
    assert call(*restore)[0] == 0
    [person] = call("people", "list", "--key-file", second)[1]["people"]
    assert person["name"] == "Ada"


def test_the_command_line_changes_the_key(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def call(*words: str) -> tuple[int, Any]:
        status = run([*words, "--home", str(home), "--json"])
        return status, json.loads(capsys.readouterr().out)

    first, second = str(tmp_path / "key"), str(tmp_path / "second")
    change = ["vault", "change-key", "--key-file", first, "--to"]
    assert call(*change, "key-file")[0] == 2
    assert call(*change, "wish")[0] == 2
    assert call(*change, "key-file", "--new-key-file", second)[0] == 0
    assert call("people", "list", "--key-file", first)[0] == 2
    assert len(call("people", "list", "--key-file", second)[1]["people"]) == 1
    keyring.set_keyring(fail.Keyring())
    status, answer = call("vault", "change-key", "--key-file", second, "--to", "keyring")
    assert (status, answer["error"]["kind"]) == (2, "KeyUnavailable")
    assert len(call("people", "list", "--key-file", second)[1]["people"]) == 1
