"""Where the gallery's key comes from: a key file, the system's keyring or a passphrase.

`vault.toml` beside the gallery remembers which of them it was, with what is needed to get the same
key again and to tell a wrong key from a damaged file. It holds no secret.
"""

from __future__ import annotations

import hmac
import tomllib
from pathlib import Path
from typing import Final, Literal, Self, cast

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from siamapp.errors import KeyUnavailable, StoreCorrupt, StoreError, StoreLocked, StoreTooNew
from siamapp.store.files import write_new, write_whole
from siamapp.store.keys import (
    KEY_FILE_HINT,
    AskPassphrase,
    Key,
    Source,
    Stretch,
    is_random_key,
    key_from_file,
    known_keyring_key,
    make_key_file,
    new_keyring_key,
    passphrase_bytes,
    read_key_file,
)

__all__ = ["GALLERY_NAME", "VAULT_NAME", "Key", "Vault", "find_key"]

GALLERY_NAME: Final = "gallery.db"
VAULT_NAME: Final = "vault.toml"
NEXT_VAULT_NAME: Final = "vault.next.toml"
"""What `vault.toml` becomes once the gallery has the key it tells of: see `rekey`."""
SALT_BYTES: Final = 16
"""A SQLCipher file begins with its salt, which no other file has."""
_RESTORE_HINT: Final = "Put it back from a backup."


class Vault(BaseModel):
    """The contents of `vault.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    source: Source
    check: str = Field(pattern=r"^[0-9a-f]{64}$")
    """`Key.check_value` of the right key."""
    keyring_entry: str | None = Field(pattern=r"^[0-9a-f]{32}$", default=None)
    """Account name in the keyring: random, so that a home may be moved."""
    argon2id: Stretch | None = None
    """Absent where the key needs no stretching: from the keyring, or 64 hex digits in a file."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.source == "keyring" and self.keyring_entry is None:
            raise ValueError("keyring_entry is missing")
        if self.source == "passphrase" and self.argon2id is None:
            raise ValueError("argon2id is missing")
        return self

    @classmethod
    def read(cls, home: Path) -> Vault | None:
        """The vault of a home, or None where there is none yet.

        Raises:
            StoreCorrupt: the file is damaged.
            StoreTooNew: a newer version wrote it.
            StoreError: the system does not let us read it.
        """
        finish_rekey(home)
        try:
            table = tomllib.loads((home / VAULT_NAME).read_text("utf-8"))
            if isinstance(version := table.get("version"), int) and version > 1:
                raise StoreTooNew(
                    f"{VAULT_NAME} was written by a newer version.", "Update siamapp."
                )
            return cls.model_validate(table)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"{VAULT_NAME} cannot be read: {error.strerror}.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
            raise StoreCorrupt(f"{VAULT_NAME} is damaged.", _RESTORE_HINT) from error

    def require(self, key: Key) -> None:
        """Raises StoreLocked where `key` is not the gallery's."""
        if hmac.compare_digest(key.check_value(), self.check):
            return
        message, hint = {
            "key-file": ("This is not the key file of this gallery.", KEY_FILE_HINT),
            "keyring": ("The system's keyring holds another key than this gallery's.", ""),
            "passphrase": ("The passphrase is wrong.", "Try again."),
        }[self.source]
        raise StoreLocked(message, hint)


def finish_rekey(home: Path) -> None:
    """After a change of key that was cut short: the vault of the key that the gallery has now.

    Raises:
        StoreError: the system does not let us.
    """
    coming = home / NEXT_VAULT_NAME
    try:
        table = tomllib.loads(coming.read_text("utf-8"))
        with (home / GALLERY_NAME).open("rb") as file:
            salt = file.read(SALT_BYTES).hex()
        if table.pop("gallery_salt", None) == salt:
            write_whole(home / VAULT_NAME, tomli_w.dumps(table).encode())
            coming.unlink(missing_ok=True)
    except FileNotFoundError:  # the usual case
        return
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return  # it was being written: the gallery has its old key
    except OSError as error:
        raise StoreError(f"{coming} cannot be read or written: {error.strerror}.") from error


def find_key(
    home: Path,
    *,
    key_file: Path | None = None,
    ask_passphrase: AskPassphrase | None = None,
    keyring: bool = True,
) -> Key:
    """The key of the gallery in `home`; for a home without a gallery a new one, remembered there.

    A new key comes from `key_file` if given (made, owner-only, if absent), else the system's
    keyring unless `keyring` is false, else a passphrase. Afterwards only the source that was used
    then is asked.

    Raises:
        KeyUnavailable: no key could be had.
        StoreLocked: it is not the gallery's.
        StoreCorrupt, StoreTooNew, StoreError: as `Vault.read`.
    """
    vault = Vault.read(home)
    if vault is None:
        if (home / GALLERY_NAME).exists():
            return _key_without_vault(key_file)
        key, vault = _first_key(key_file, ask_passphrase, keyring)
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_new(home / VAULT_NAME, tomli_w.dumps(vault.model_dump(exclude_none=True)))
        except FileExistsError as error:  # its key is the home's now
            raise StoreLocked("Another program makes a gallery there.", "Try again.") from error
        except OSError as error:
            raise StoreError(
                f"The gallery cannot be made in {home}: {error.strerror}.",
                "Choose another folder with --home.",
            ) from error
        return key
    return known_key(vault, key_file=key_file, ask_passphrase=ask_passphrase)


def known_key(
    vault: Vault, *, key_file: Path | None = None, ask_passphrase: AskPassphrase | None = None
) -> Key:
    """The key that a vault tells of.

    Raises:
        KeyUnavailable: it could not be had.
        StoreLocked: what was given is another one.
    """
    key = _known_key(vault, key_file, ask_passphrase)
    vault.require(key)
    return key


def new_key(
    source: Source, *, key_file: Path | None = None, ask_passphrase: AskPassphrase | None = None
) -> tuple[Key, Vault]:
    """A key from that source, and what `vault.toml` is to say of it.

    Args:
        source: where from.
        key_file: for a key file: made, owner-only, if absent.
        ask_passphrase: for a passphrase.

    Raises:
        KeyUnavailable: it could not be had.
    """
    entry, stretch = None, None
    if source == "key-file" and key_file is not None:
        if not key_file.exists():
            make_key_file(key_file)
        secret = read_key_file(key_file)
        if not is_random_key(secret):
            stretch = Stretch()
        key = key_from_file(secret, stretch)
    elif source == "keyring" and (found := new_keyring_key()) is not None:
        key, entry = found
    elif source == "passphrase" and ask_passphrase is not None:
        stretch = Stretch()
        key = Key(stretch.derive(passphrase_bytes(ask_passphrase, new=True)), "passphrase")
    else:
        raise KeyUnavailable(
            "This system has no keyring to keep the gallery's key in.",
            "Give a key file with --key-file FILE: it is made if there is none.",
        )
    check = key.check_value()
    return key, Vault(source=source, check=check, keyring_entry=entry, argon2id=stretch)


def _first_key(
    key_file: Path | None, ask: AskPassphrase | None, keyring: bool
) -> tuple[Key, Vault]:
    """Of a new home: from the key file if one is named, else the keyring, else a passphrase."""
    if key_file is not None:
        return new_key("key-file", key_file=key_file)
    if keyring:
        try:
            return new_key("keyring")
        except KeyUnavailable:
            pass
    return new_key("passphrase", ask_passphrase=ask)


def _known_key(vault: Vault, key_file: Path | None, ask: AskPassphrase | None) -> Key:
    if key_file is not None and vault.source != "key-file":
        raise StoreLocked(
            f"This gallery's key comes from a {vault.source}, not from a key file.",
            "Leave out --key-file and SIAMAPP_KEY_FILE.",
        )
    if vault.source == "key-file":
        if key_file is None:
            raise KeyUnavailable("This gallery needs its key file.", KEY_FILE_HINT)
        return key_from_file(read_key_file(key_file), vault.argon2id)
    if vault.source == "keyring":
        return known_keyring_key(str(vault.keyring_entry))
    if ask is None:
        raise KeyUnavailable("This gallery needs its passphrase.", "Start siamapp in a terminal.")
    return Key(
        cast("Stretch", vault.argon2id).derive(passphrase_bytes(ask, new=False)), "passphrase"
    )


def _key_without_vault(key_file: Path | None) -> Key:
    """A random key file opens its gallery even where `vault.toml` was lost."""
    if key_file is None or not is_random_key(secret := read_key_file(key_file)):
        raise StoreCorrupt(f"The gallery's {VAULT_NAME} is missing.", _RESTORE_HINT)
    return key_from_file(secret, None)
