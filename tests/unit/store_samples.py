"""Made-up samples and a look at a home's bytes, for the tests of the store."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from siamapp.store.keys import Key
from siamapp.types import Quality, Sample

KEY = Key(bytes(range(32)), "key-file")
OTHER_KEY = Key(bytes(range(1, 33)), "key-file")
EMBEDDER = "embedder-of-the-tests"
_PAGE_BYTES, _IV_BYTES, _RESERVED_BYTES = 4096, 16, 80


def sample(seed: int, dimension: int = 128) -> Sample:
    """A random unit vector with a random crop."""
    rng = np.random.default_rng(seed)
    vector = rng.standard_normal(dimension)
    return Sample(
        crop_bgr=rng.integers(0, 256, (112, 112, 3), dtype=np.uint8),
        embedding=(vector / np.linalg.norm(vector)).astype(np.float32),
        quality=Quality(80.5, 0.25, 0.5, 0.2, -3.0, 4.0, 1.5, 1.0),
    )


def fingerprint(home: Path) -> dict[str, str]:
    """Name and hash of every file under `home`."""
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.rglob("*"))
        if path.is_file()
    }


def decrypted(path: Path, key: Key) -> bytes:
    """Every page of a gallery file, free ones too, read without SQLite.

    SQLCipher 4: AES-256-CBC by page; the last 80 bytes of a page are the initialisation vector and
    an HMAC, the first 16 bytes of the file a salt.
    """
    raw = path.read_bytes()
    plain = []
    for start in range(0, len(raw), _PAGE_BYTES):
        page = raw[start : start + _PAGE_BYTES]
        body = page[16 if start == 0 else 0 : -_RESERVED_BYTES]
        vector = page[-_RESERVED_BYTES:][:_IV_BYTES]
        decryptor = Cipher(algorithms.AES(key.raw), modes.CBC(vector)).decryptor()
        plain.append(decryptor.update(body) + decryptor.finalize())
    return b"".join(plain)


OWNER_ONLY, OWNER_ONLY_FOLDER = (0o600, 0o700) if os.name == "posix" else (0o666, 0o777)
"""What `mode` is then; Windows guards files by the rights of the folder that they lie in."""


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777
