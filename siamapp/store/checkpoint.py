"""Where the audit begins after older entries were pruned: a hash, signed with the gallery's key.

The signature is an HMAC under a key that HKDF derives from the gallery's: who edits the tables
without it cannot pass off a shortened past as a pruned one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
from typing import NamedTuple, Self


class Checkpoint(NamedTuple):
    """The last pruned entry; number 0 where none was."""

    number: int
    hash: bytes
    at_utc: str
    mac: bytes

    @classmethod
    def made(cls, number: int, digest: bytes, at_utc: str, key: bytes) -> Self:
        return cls(number, digest, at_utc, _mac(number, digest, at_utc, key))

    @classmethod
    def read(cls, connection: sqlite3.Connection) -> Self:
        (row,) = connection.execute(
            "SELECT number, hash, at_utc, mac FROM audit_checkpoint"
        ).fetchall()
        return cls(*row)

    def write(self, connection: sqlite3.Connection) -> None:
        connection.execute(
            "UPDATE audit_checkpoint SET number = ?, hash = ?, at_utc = ?, mac = ?", self
        )

    def is_signed_with(self, key: bytes) -> bool:
        """Where nothing was pruned there is nothing to sign."""
        if self.number == 0:
            return self.hash == bytes(32)
        return hmac.compare_digest(self.mac, _mac(self.number, self.hash, self.at_utc, key))


def sign_again(connection: sqlite3.Connection, before: bytes, after: bytes) -> None:
    """The gallery got another key; a signature that was false stays false."""
    checkpoint = Checkpoint.read(connection)
    if checkpoint.number and checkpoint.is_signed_with(before):
        Checkpoint.made(*checkpoint[:3], after).write(connection)


def _mac(number: int, digest: bytes, at_utc: str, key: bytes) -> bytes:
    text = json.dumps([number, digest.hex(), at_utc]).encode()
    return hmac.digest(key, text, hashlib.sha256)
