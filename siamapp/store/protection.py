"""Cancellable templates: what is stored and compared is a rotation that only this gallery knows.

ISO/IEC 24745 asks of a protected template that it can be renewed, so that a stolen one becomes
useless, and that templates of one person in two galleries cannot be linked. A random orthogonal
transform under a secret gives both (the random projection of Teoh, Goh and Ngo 2006, "Random
multispace quantization", section 3, without its quantisation) and keeps every Euclidean distance
and cosine: nothing is lost in accuracy. It does not hide a template from whoever has the secret,
which lies in the gallery and is encrypted with it.

`stored` is the one way in; probes are turned by `Gallery` in `identity.search`; `bare` is the one
way back, for an export.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from numpy.typing import NDArray

from siamapp.errors import StoreTooNew
from siamapp.store import audit
from siamapp.store.database import Connection, Database

_VERSION: Final = 1
"""Of the way from the secret to the numbers: another way gets another number."""
_BATCH: Final = 4096
Vector: TypeAlias = tuple[str, bytes]
"""Embedder id, and a vector as `rows.blob` makes it."""


def secret_of(connection: Connection) -> bytes | None:
    """The gallery's 32 bytes; None where templates are not protected.

    Raises:
        StoreTooNew: a later version protected them otherwise.
    """
    row = connection.execute("SELECT version, secret FROM protection").fetchone()
    if row is None:
        return None
    if row[0] != _VERSION:
        raise StoreTooNew("The templates were protected by a newer version.", "Update siamapp.")
    return bytes(row[1])


def rotation(secret: bytes, embedder_id: str, dimension: int) -> NDArray[np.float64]:
    """The orthogonal matrix `(D, D)` by which rows are multiplied on the way into the gallery.

    HKDF (RFC 5869) keys a ChaCha20 stream (RFC 8439), Box and Muller's method makes it Gaussian,
    and QR with a positive diagonal of R makes that uniform over all rotations and reflections
    (Mezzadri 2007, "How to generate random matrices from the classical compact groups", eq. 5.12).
    """
    info = f"siamapp template protection {_VERSION} {embedder_id} {dimension}".encode()
    key = HKDF(SHA256(), length=32, salt=None, info=info).derive(secret)
    stream = Cipher(algorithms.ChaCha20(key, bytes(16)), mode=None).encryptor()
    words = np.frombuffer(stream.update(bytes(16 * dimension**2)), "<u8").reshape(2, -1)
    radius, angle = (words >> 11) * 2.0**-53
    gaussian = np.sqrt(-2 * np.log(1 - radius)) * np.cos(2 * np.pi * angle)
    q, r = np.linalg.qr(gaussian.reshape(dimension, dimension))
    return np.asarray(q * np.sign(np.diagonal(r)), np.float64)


def stored(connection: Connection, vectors: Iterable[Vector]) -> list[bytes]:
    """What this gallery keeps of vectors as their embedders gave them.

    To be called within the transaction that writes them: the secret may change between two.
    """
    return _turned(connection, vectors, back=False)


def bare(connection: Connection, vectors: Iterable[Vector]) -> list[bytes]:
    """Kept vectors as their embedders gave them, but for rounding (1e-7 of their length)."""
    return _turned(connection, vectors, back=True)


def is_on(database: Database) -> bool:
    """Whether the templates of this gallery are protected."""
    with database.snapshot() as connection:
        return secret_of(connection) is not None


def new_secret() -> bytes:
    return secrets.token_bytes(32)


def change_protection(database: Database, new: bytes | None) -> int:
    """Protect every template by a new secret, or by none; returns how many.

    One transaction; then the file is written anew, so that no old template is left in it. Undo
    tokens of before are spent.

    Args:
        database: the open gallery.
        new: from `new_secret`; None keeps templates as their embedders give them.

    Raises:
        StoreError: nothing was changed.
    """
    with database.transaction() as connection:
        old, changed = secret_of(connection), 0
        for table in ("templates", "rejections"):
            changed += _rotate(connection, table, old, new)
        connection.execute("DELETE FROM protection")
        if new is not None:
            connection.execute("INSERT INTO protection VALUES (1, ?, ?)", (_VERSION, new))
        renewed = None not in (old, new)
        facts: dict[str, audit.Fact] = {"on": new is not None, "renewed": renewed}
        audit.append(connection, "protect", {**facts, "samples": changed})
    database.vacuum()
    return changed


def _rotate(connection: Connection, table: str, old: bytes | None, new: bytes | None) -> int:
    """Of every row, from one secret to another, some thousand at a time."""
    embedders = connection.execute(
        f"SELECT embedder_id, length(embedding) / 4, count(*) FROM {table} GROUP BY 1, 2"
    ).fetchall()
    for embedder_id, dimension, _ in embedders:
        step = np.eye(dimension)
        if old is not None:
            step = rotation(old, embedder_id, dimension).T
        if new is not None:
            step = step @ rotation(new, embedder_id, dimension)
        last = 0
        while rows := connection.execute(
            f"SELECT id, embedding FROM {table} WHERE embedder_id = ? AND id > ?"
            " ORDER BY id LIMIT ?",
            (embedder_id, last, _BATCH),
        ).fetchall():
            turned = _times([row[1] for row in rows], step)
            ids = [row[0] for row in rows]
            connection.executemany(
                f"UPDATE {table} SET embedding = ? WHERE id = ?", zip(turned, ids, strict=True)
            )
            last = ids[-1]
    return sum(count for _, _, count in embedders)


def _turned(connection: Connection, vectors: Iterable[Vector], *, back: bool) -> list[bytes]:
    secret = secret_of(connection)
    if secret is None:
        return [blob for _, blob in vectors]
    vectors = list(vectors)
    turns = {
        kind: rotation(secret, kind[0], kind[1] // 4)
        for kind in {(embedder_id, len(blob)) for embedder_id, blob in vectors}
    }
    found = []
    for embedder_id, blob in vectors:
        turn = turns[embedder_id, len(blob)]
        found += _times([blob], turn.T if back else turn)
    return found


def _times(blobs: Sequence[bytes], matrix: NDArray[np.float64]) -> list[bytes]:
    rows = np.frombuffer(b"".join(blobs), "<f4").reshape(len(blobs), -1) @ matrix
    return [row.tobytes() for row in rows.astype("<f4")]
