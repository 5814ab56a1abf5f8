"""The key: where it comes from, what a wrong one says, and that no secret is written or shown."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked

from siamapp.errors import KeyUnavailable, StoreCorrupt, StoreError, StoreLocked, StoreTooNew
from siamapp.log import log
from siamapp.store.database import Database
from siamapp.store.vault import VAULT_NAME, Key, Vault, find_key
from tests.unit.store_samples import OWNER_ONLY, OWNER_ONLY_FOLDER, fingerprint, mode

PASSPHRASE = "correct horse battery"


class MemoryKeyring(KeyringBackend):
    priority = 1.0

    def __init__(self) -> None:
        super().__init__()
        self.secrets: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.secrets[service, username] = password


class LockedKeyring(MemoryKeyring):
    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("no")


PASSPHRASE = (
    f'version = 1\nsource = "passphrase"\ncheck = "{"0" * 64}"\n[argon2id]\nsalt = "{"0" * 32}"\n'
)
"""A whole vault to which a cost may be added."""


@pytest.fixture(autouse=True)
def _no_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def memory_keyring() -> MemoryKeyring:
    backend = MemoryKeyring()
    keyring.set_keyring(backend)
    return backend


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def never(new: bool) -> str:
    raise AssertionError("no passphrase is needed here")


def test_a_new_home_makes_its_key_file_owner_only_and_finds_it_again(
    home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "keys" / "gallery.key"
    key = find_key(home, key_file=file, ask_passphrase=never)
    assert key.source == "key-file"
    assert bytes.fromhex(file.read_text("ascii")) == key.raw
    assert mode(file) == mode(home / VAULT_NAME) == OWNER_ONLY
    assert mode(home) == OWNER_ONLY_FOLDER
    Database.open(home, key).close()
    assert find_key(home, key_file=file) == key


def test_two_homes_get_two_keys(tmp_path: Path) -> None:
    keys = {find_key(tmp_path / n, key_file=tmp_path / f"{n}.key").hex() for n in "ab"}
    assert len(keys) == 2


def test_neither_the_vault_nor_the_repr_shows_the_key(home: Path, tmp_path: Path) -> None:
    key = find_key(home, key_file=tmp_path / "k")
    vault = (home / VAULT_NAME).read_text("utf-8")
    assert key.raw.hex() not in vault
    assert key.raw.hex() not in repr(key)
    assert repr(key.raw) not in repr(key)
    assert repr(bytes(key.raw)) not in repr(key)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "shorter"),
        (b"fifteen letters\n", "shorter"),
        (b"x" * (64 * 1024 + 1), "larger"),
    ],
)
def test_a_bad_key_file_is_refused_and_makes_no_home(
    home: Path, tmp_path: Path, content: bytes, found: str
) -> None:
    file = tmp_path / "k"
    file.write_bytes(content)
    with pytest.raises(KeyUnavailable, match=found):
        find_key(home, key_file=file)
    assert not home.exists()


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such rights")
def test_a_key_file_that_others_can_read_is_warned_of(
    home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "k"
    find_key(home, key_file=file)
    log.addHandler(caplog.handler)
    try:
        find_key(home, key_file=file)
        assert "can read the key file" not in caplog.text
        file.chmod(0o644)
        find_key(home, key_file=file)
        assert "can read the key file" in caplog.text
    finally:
        log.removeHandler(caplog.handler)


def test_a_folder_as_key_file_is_refused(home: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyUnavailable, match="cannot be read"):
        find_key(home, key_file=tmp_path)


@pytest.mark.parametrize("content", [b"sixteen letters!", bytes(range(32)), b"y" * (64 * 1024 - 2)])
def test_any_other_key_file_is_stretched_and_its_line_end_does_not_count(
    home: Path, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "k"
    file.write_bytes(content)
    key = find_key(home, key_file=file)
    assert key.raw != content
    file.write_bytes(content + b"\r\n")
    assert find_key(home, key_file=file) == key


def test_a_missing_key_file_of_an_old_gallery_is_not_made_anew(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "k"
    Database.open(home, find_key(home, key_file=file)).close()
    file.unlink()
    before = fingerprint(tmp_path)
    with pytest.raises(KeyUnavailable, match="does not exist"):
        find_key(home, key_file=file)
    with pytest.raises(KeyUnavailable, match="needs its key file"):
        find_key(home, ask_passphrase=never)
    assert fingerprint(tmp_path) == before


@pytest.mark.parametrize("content", [b"0" * 64, b"another text that is long enough"])
def test_a_wrong_key_file_is_told(home: Path, tmp_path: Path, content: bytes) -> None:
    find_key(home, key_file=tmp_path / "k")
    (tmp_path / "wrong").write_bytes(content)
    with pytest.raises(StoreLocked, match="not the key file"):
        find_key(home, key_file=tmp_path / "wrong")


def test_the_keyring_keeps_one_secret_per_home(
    memory_keyring: MemoryKeyring, tmp_path: Path
) -> None:
    keys = [find_key(tmp_path / name, ask_passphrase=never) for name in "ab"]
    assert [key.source for key in keys] == ["keyring", "keyring"]
    assert len(memory_keyring.secrets) == 2
    (tmp_path / "a").rename(tmp_path / "moved")
    assert find_key(tmp_path / "moved") == keys[0]


def test_a_keyring_that_lost_the_secret_is_told(home: Path, memory_keyring: MemoryKeyring) -> None:
    find_key(home)
    memory_keyring.secrets.clear()
    with pytest.raises(KeyUnavailable, match="no key for this gallery"):
        find_key(home, ask_passphrase=never)
    keyring.set_keyring(LockedKeyring())
    with pytest.raises(KeyUnavailable, match="does not open"):
        find_key(home, ask_passphrase=never)


def test_a_key_file_for_a_keyring_home_is_told(
    home: Path, tmp_path: Path, memory_keyring: MemoryKeyring
) -> None:
    find_key(home)
    with pytest.raises(StoreLocked, match="comes from a keyring"):
        find_key(home, key_file=tmp_path / "k")
    assert not (tmp_path / "k").exists()


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring, LockedKeyring])
def test_without_a_usable_keyring_a_passphrase_is_asked(
    home: Path, backend: type[KeyringBackend]
) -> None:
    keyring.set_keyring(backend())
    asked: list[bool] = []

    def ask(new: bool) -> str:
        asked.append(new)
        return PASSPHRASE

    key = find_key(home, ask_passphrase=ask)
    assert key.source == "passphrase"
    assert find_key(home, ask_passphrase=ask) == key
    assert asked == [True, False]


def test_a_wrong_passphrase_is_told_and_a_differently_composed_one_is_right(home: Path) -> None:
    key = find_key(home, ask_passphrase=lambda new: "caf\u00e9 au lait")
    assert find_key(home, ask_passphrase=lambda new: "cafe\u0301 au lait") == key
    before = fingerprint(home)
    with pytest.raises(StoreLocked, match="passphrase is wrong"):
        find_key(home, ask_passphrase=lambda new: "cafe au lait")
    with pytest.raises(KeyUnavailable, match="No passphrase"):
        find_key(home, ask_passphrase=lambda new: "")
    with pytest.raises(KeyUnavailable, match="needs its passphrase"):
        find_key(home)
    assert fingerprint(home) == before


def test_the_same_passphrase_gives_each_home_its_own_key(tmp_path: Path) -> None:
    keys = {find_key(tmp_path / n, ask_passphrase=lambda new: PASSPHRASE).hex() for n in "ab"}
    assert len(keys) == 2


def test_nothing_to_ask_or_too_short_a_passphrase_makes_no_home(home: Path) -> None:
    with pytest.raises(KeyUnavailable, match="no keyring") as told:
        find_key(home)
    assert "--key-file" in told.value.hint
    with pytest.raises(KeyUnavailable, match="too short"):
        find_key(home, ask_passphrase=lambda new: "seven77")
    assert not home.exists()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", StoreCorrupt),
        ("version = [", StoreCorrupt),
        ('version = 1\nsource = "key-file"\ncheck = "12"\n', StoreCorrupt),
        (f'version = 1\nsource = "passphrase"\ncheck = "{"0" * 64}"\n', StoreCorrupt),
        (f'version = 1\nsource = "keyring"\ncheck = "{"0" * 64}"\n', StoreCorrupt),
        (f"{PASSPHRASE}memory_kib = 1000000\n", StoreCorrupt),
        (f"{PASSPHRASE}iterations = 64\n", StoreCorrupt),
        ("version = 2\n", StoreTooNew),
    ],
)
def test_a_damaged_or_newer_vault_is_refused(
    home: Path, tmp_path: Path, text: str, kind: type[StoreError]
) -> None:
    home.mkdir()
    (home / VAULT_NAME).write_text(text, "utf-8")
    with pytest.raises(kind):
        find_key(home, key_file=tmp_path / "k")
    assert not (tmp_path / "k").exists()


def test_a_flip_of_any_byte_of_the_vault_is_noticed(home: Path, tmp_path: Path) -> None:
    find_key(home, key_file=tmp_path / "k").wipe()
    whole = (home / VAULT_NAME).read_bytes()
    for at in range(len(whole)):
        for bit in (1, 0x20, 0x80):
            data = bytearray(whole)
            data[at] ^= bit
            (home / VAULT_NAME).write_bytes(data)
            with pytest.raises((StoreCorrupt, StoreLocked)):
                find_key(home, key_file=tmp_path / "k")
            assert (home / VAULT_NAME).read_bytes() == data


def test_a_lost_vault_locks_out_no_random_key_file(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "k"
    key = find_key(home, key_file=file)
    Database.open(home, key).close()
    (home / VAULT_NAME).unlink()
    assert find_key(home, key_file=file) == key
    Database.open(home, key).close()
    with pytest.raises(StoreCorrupt, match="missing"):
        find_key(home, ask_passphrase=never)


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError):
        find_key(tmp_path / "file", key_file=tmp_path / "k")


def test_a_key_has_32_bytes_and_one_check_value() -> None:
    with pytest.raises(ValueError):
        Key(b"short", "key-file")
    key = Key(bytes(32), "key-file")
    vault = Vault(source="key-file", check=key.check_value())
    vault.require(key)
    with pytest.raises(StoreLocked):
        vault.require(Key(bytes(31) + b"\1", "key-file"))


def test_key_file_and_vault_have_their_names_only_once_they_are_whole(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first start that is killed meanwhile must not leave half of one: no start would follow."""
    named: list[tuple[bool, bool]] = []
    synced = os.fsync

    def sync(handle: int) -> None:
        named.append(((tmp_path / "key").exists(), (home / VAULT_NAME).exists()))
        synced(handle)

    monkeypatch.setattr("os.fsync", sync)
    find_key(home, key_file=tmp_path / "key")
    assert named == [(False, False), (True, False)]
    assert [mode(path) for path in (tmp_path / "key", home / VAULT_NAME)] == [0o600, 0o600]
    assert {path.name for path in tmp_path.rglob("*")} == {"key", home.name, VAULT_NAME}
