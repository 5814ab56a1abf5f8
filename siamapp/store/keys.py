"""The ways to a gallery's key: a key file, the system's keyring, a passphrase."""

from __future__ import annotations

import os
import re
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self, TypeAlias, cast

import keyring
import keyring.errors
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from pydantic import BaseModel, ConfigDict, Field

from siamapp.errors import KeyUnavailable, StoreLocked
from siamapp.log import log
from siamapp.store.files import write_new

KEY_BYTES: Final = 32
KEY_FILE_MIN_BYTES: Final = 16
KEY_FILE_MAX_BYTES: Final = 64 * 1024
PASSPHRASE_MIN_CHARACTERS: Final = 8
KEY_FILE_HINT: Final = "Give it with --key-file FILE or SIAMAPP_KEY_FILE."
_KEYRING_SERVICE: Final = "siamapp"
_HEX_KEY: Final = re.compile(rb"[0-9a-fA-F]{64}")

Source: TypeAlias = Literal["key-file", "keyring", "passphrase"]
AskPassphrase: TypeAlias = Callable[[bool], str]
"""Called with True where a new passphrase is chosen; an empty answer means: given up."""


@dataclass(frozen=True, slots=True)
class Key:
    """The secret that opens a gallery; as a context it is wiped at the end."""

    raw: bytes | bytearray = field(repr=False)
    """32 bytes, in memory of its own that `wipe` can overwrite."""
    source: Source
    _wiped: bool = field(init=False, repr=False, compare=False, default=False)

    def __post_init__(self) -> None:
        if len(self.raw) != KEY_BYTES:
            raise ValueError(f"a key is {KEY_BYTES} bytes")
        object.__setattr__(self, "raw", bytearray(self.raw))

    def hex(self) -> str:
        """64 digits. Raises ValueError where the key was wiped."""
        if self._wiped:
            raise ValueError("this key was wiped")
        return self.raw.hex()

    def wipe(self) -> None:
        """Overwrite the key and make it useless.

        Copies that Python or a library made of it on the way (in text, in a dropped object) are out
        of reach; they are gone when their memory is used again.
        """
        raw = cast("bytearray", self.raw)
        raw[:] = bytes(len(raw))
        object.__setattr__(self, "_wiped", True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.wipe()

    def check_value(self) -> str:
        """What `vault.toml` may know of the key: HKDF-Expand (RFC 5869, 2.3) is one-way."""
        return self.subkey("key check").hex()

    def subkey(self, purpose: str) -> bytes:
        """32 bytes for one purpose, from which neither the key nor another subkey follows."""
        info = f"siamapp {purpose} 1".encode()
        return HKDFExpand(SHA256(), length=32, info=info).derive(bytes.fromhex(self.hex()))


class Stretch(BaseModel):
    """Argon2id's salt and cost; the defaults are the second choice of RFC 9106, section 4.

    A vault or a file that asks for far more would only keep us busy: it is refused.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    salt: str = Field(pattern=r"^[0-9a-f]{32}$", default_factory=lambda: secrets.token_hex(16))
    iterations: int = Field(ge=1, le=16, default=3)
    memory_kib: int = Field(ge=8 * 1024, le=512 * 1024, default=64 * 1024)
    lanes: int = Field(ge=1, le=16, default=4)

    def derive(self, secret: bytes) -> bytes:
        return Argon2id(
            salt=bytes.fromhex(self.salt),
            length=KEY_BYTES,
            iterations=self.iterations,
            lanes=self.lanes,
            memory_cost=self.memory_kib,
        ).derive(secret)


def is_random_key(secret: bytes) -> bool:
    """Whether a key file's contents are a key already, as `make_key_file` writes it."""
    return _HEX_KEY.fullmatch(secret) is not None


def key_from_file(secret: bytes, stretch: Stretch | None) -> Key:
    """64 hex digits are the key itself; anything else may be guessable and is stretched."""
    if is_random_key(secret):
        return Key(bytes.fromhex(secret.decode("ascii")), "key-file")
    if stretch is None:  # made with a random key file, so this is another
        raise StoreLocked("This is not the key file of this gallery.", KEY_FILE_HINT)
    return Key(stretch.derive(secret), "key-file")


def make_key_file(path: Path) -> None:
    """Raises KeyUnavailable where it cannot be made."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_new(path, secrets.token_hex(KEY_BYTES) + "\n")
    except FileExistsError:  # another process made it meanwhile: take that one
        return
    except OSError as error:
        raise KeyUnavailable(f"The key file cannot be made: {error.strerror}.") from error
    log.info("made a new key file; without it the gallery cannot be opened")


def read_key_file(path: Path) -> bytes:
    """Contents without the line end that an editor may add."""
    try:
        with path.open("rb") as file:
            secret = file.read(KEY_FILE_MAX_BYTES + 1)
            shared = os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o077
    except FileNotFoundError as error:
        raise KeyUnavailable("The key file does not exist.", KEY_FILE_HINT) from error
    except OSError as error:
        raise KeyUnavailable(f"The key file cannot be read: {error.strerror}.") from error
    if shared:
        log.warning("other users of this system can read the key file")
    if len(secret) > KEY_FILE_MAX_BYTES:
        raise KeyUnavailable(f"The key file is larger than {KEY_FILE_MAX_BYTES} bytes.")
    secret = secret.rstrip(b"\r\n")
    if len(secret) < KEY_FILE_MIN_BYTES:
        raise KeyUnavailable(f"The key file is shorter than {KEY_FILE_MIN_BYTES} bytes.")
    return secret


def new_keyring_key() -> tuple[Key, str] | None:
    """A new key and its entry; None where no keyring keeps it."""
    entry, secret = secrets.token_hex(16), secrets.token_hex(KEY_BYTES)
    try:
        keyring.set_password(_KEYRING_SERVICE, entry, secret)
        if keyring.get_password(_KEYRING_SERVICE, entry) != secret:  # the null backend forgets
            return None
    except keyring.errors.KeyringError:  # none, locked, or the user said no
        return None
    return Key(bytes.fromhex(secret), "keyring"), entry


def forget_keyring_key(entry: str) -> None:
    """Take a key that no gallery has any more out of the keyring, if it lets us."""
    try:
        keyring.delete_password(_KEYRING_SERVICE, entry)
    except keyring.errors.KeyringError:
        log.warning("the old key could not be taken out of the system's keyring")


def known_keyring_key(entry: str) -> Key:
    try:
        secret = keyring.get_password(_KEYRING_SERVICE, entry)
    except keyring.errors.KeyringError as error:
        raise KeyUnavailable("The system's keyring does not open.", "Unlock it.") from error
    if secret is None or not is_random_key(secret.encode()):
        raise KeyUnavailable("The system's keyring has no key for this gallery.")
    return Key(bytes.fromhex(secret), "keyring")


def passphrase_bytes(ask: AskPassphrase, *, new: bool) -> bytes:
    """NFKC, as keyboards differ in how they write the same letter."""
    passphrase = unicodedata.normalize("NFKC", ask(new))
    if not passphrase:
        raise KeyUnavailable("No passphrase was given.")
    if new and len(passphrase) < PASSPHRASE_MIN_CHARACTERS:
        raise KeyUnavailable(
            f"The passphrase is too short: at least {PASSPHRASE_MIN_CHARACTERS} characters."
        )
    return passphrase.encode()
