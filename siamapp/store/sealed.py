"""One format for what leaves the gallery: backups and exported people, encrypted and authenticated.

    magic 8 | version 2 | kind 1 | source 1 | check 32 | salt 32 | keyring entry 16 |
    Argon2id: salt 16, iterations 4, memory KiB 4, lanes 4 | chunks

The header has one size and is read by one `struct`, nothing of it is parsed; it is the associated
data of every chunk. The chunks are AES-256-GCM in the STREAM construction (Hoang, Reyhanitabar,
Rogaway, Vizar 2015): 1 MiB each, numbered, the last one marked, so that nothing can be cut, moved
or repeated. Their key is HKDF-SHA256 (RFC 5869) of the secret and the file's own random salt.
"""

from __future__ import annotations

import secrets
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Literal, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import ValidationError

from siamapp.errors import StoreCorrupt, StoreError, StoreTooNew
from siamapp.store.files import require_free, whole_file
from siamapp.store.keys import Key, Source, Stretch
from siamapp.store.vault import Vault

Contents: TypeAlias = Literal["backup", "people"]
KeyFor: TypeAlias = Callable[[Vault], Key]
"""Gives the secret that the header asks for; raises StoreLocked or KeyUnavailable."""

CHUNK_BYTES: Final = 1 << 20
_TAG_BYTES: Final = 16
_MAGIC: Final = b"SIAMSEAL"
_VERSION: Final = 1
_HEADER: Final = struct.Struct("<8sHBB32s32s16s16sIII")
_KINDS: Final[tuple[Contents, ...]] = ("backup", "people")
_SOURCES: Final[tuple[Source, ...]] = ("key-file", "keyring", "passphrase")
_DAMAGED: Final = "The file is damaged, or was altered."
_NO_ENTRY: Final = bytes(16)


def write_sealed(
    path: Path,
    contents: Contents,
    payload: Iterable[bytes],
    *,
    vault: Vault,
    key: Key,
    overwrite: bool = False,
) -> None:
    """Encrypt `payload` into an owner-only file; it has its name only once it is whole.

    Args:
        path: the file to make.
        contents: what it is; one kind is not taken for the other.
        payload: pieces of any size.
        vault: how whoever opens the file gets the secret again.
        key: that secret.
        overwrite: replace a file of that name and kind.

    Raises:
        StoreError: there is one already, or it cannot be written; nothing is left behind.
    """
    salt = secrets.token_bytes(32)
    header = _pack(contents, vault, salt)
    cipher = AESGCM(_file_key(key, salt))
    with whole_file(path, replaces=_begins(contents) if overwrite else None) as file:
        file.write(header)
        pieces = _in_chunks(payload)
        number, chunk = 0, next(pieces)
        for following in pieces:
            file.write(cipher.encrypt(_nonce(number, last=False), chunk, header))
            number, chunk = number + 1, following
        file.write(cipher.encrypt(_nonce(number, last=True), chunk, header))


def require_free_for(path: Path, contents: Contents, *, overwrite: bool) -> None:
    """Raises StoreError where `write_sealed` would: said before the work."""
    require_free(path, replaces=_begins(contents) if overwrite else None)


def read_sealed(path: Path, contents: Contents, key_for: KeyFor) -> Iterator[bytes]:
    """Decrypt chunk by chunk; **nothing of it may be used before the iterator has ended**.

    Raises:
        StoreCorrupt: a byte is not as it was written, or it is another kind of file.
        StoreTooNew: a newer version wrote it.
        StoreError: it cannot be read; or the secret is wrong or not to be had (see their kinds).
    """
    with _opened(path) as file:
        header = file.read(_HEADER.size)
        vault, salt = _unpack(header, contents)
        cipher = AESGCM(_file_key(key_for(vault), salt))
        number, chunk = 0, file.read(CHUNK_BYTES + _TAG_BYTES)
        while True:
            following = file.read(CHUNK_BYTES + _TAG_BYTES)
            try:
                yield cipher.decrypt(_nonce(number, last=not following), chunk, header)
            except InvalidTag as error:
                raise StoreCorrupt(_DAMAGED, "Use another copy of it.") from error
            if not following:
                return
            number, chunk = number + 1, following


def _file_key(key: Key, salt: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=salt, info=b"siamapp sealed file 1").derive(
        bytes.fromhex(key.hex())
    )


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _in_chunks(payload: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces of exactly `CHUNK_BYTES`, then a shorter one, which may be empty if it is alone."""
    waiting = bytearray()
    given = False
    for piece in payload:
        waiting += piece
        while len(waiting) >= CHUNK_BYTES:
            yield bytes(waiting[:CHUNK_BYTES])
            del waiting[:CHUNK_BYTES]
            given = True
    if waiting or not given:
        yield bytes(waiting)


def _begins(contents: Contents) -> bytes:
    """What a file of that kind and of this version begins with."""
    return struct.pack("<8sHB", _MAGIC, _VERSION, _KINDS.index(contents))


def _pack(contents: Contents, vault: Vault, salt: bytes) -> bytes:
    stretch = vault.argon2id
    costs = (stretch.iterations, stretch.memory_kib, stretch.lanes) if stretch else (0, 0, 0)
    return _HEADER.pack(
        _MAGIC,
        _VERSION,
        _KINDS.index(contents),
        _SOURCES.index(vault.source),
        bytes.fromhex(vault.check),
        salt,
        bytes.fromhex(vault.keyring_entry) if vault.keyring_entry else _NO_ENTRY,
        bytes.fromhex(stretch.salt) if stretch else bytes(16),
        *costs,
    )


def _unpack(header: bytes, contents: Contents) -> tuple[Vault, bytes]:
    if len(header) != _HEADER.size or not header.startswith(_MAGIC):
        raise StoreCorrupt("That is no file of siamapp, or it is damaged.")
    _, version, kind, source, check, salt, entry, stretch_salt, *numbers = _HEADER.unpack(header)
    if version > _VERSION:
        raise StoreTooNew("The file was written by a newer version.", "Update siamapp.")
    if not (version and kind < len(_KINDS) and source < len(_SOURCES)):
        raise StoreCorrupt(_DAMAGED)
    if _KINDS[kind] != contents:
        is_backup = _KINDS[kind] == "backup"
        raise StoreCorrupt(
            "That file is a backup." if is_backup else "That file holds exported people.",
            "Use `siamapp restore`." if is_backup else "Use `siamapp people import`.",
        )
    iterations, memory_kib, lanes = numbers
    try:
        costs = {"iterations": iterations, "memory_kib": memory_kib, "lanes": lanes}
        stretch = Stretch(salt=stretch_salt.hex(), **costs) if any(costs.values()) else None
        vault = Vault(
            source=_SOURCES[source],
            check=check.hex(),
            keyring_entry=None if entry == _NO_ENTRY else entry.hex(),
            argon2id=stretch,
        )
    except ValidationError as error:
        raise StoreCorrupt(_DAMAGED) from error
    return vault, salt


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}.") from error
