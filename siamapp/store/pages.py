"""Whether a gallery's pages are as they were written: each has an HMAC, checked when it is read."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from sqlcipher3 import dbapi2 as sqlcipher

from siamapp.errors import StoreCorrupt

RESTORE_HINT: Final = "Restore it from a backup."
WHOLE_UP_TO: Final = 2**28
"""Bytes of a gallery of which an opening reads every page (a second); pictures make one larger."""


def verify_at_opening(connection: sqlite3.Connection, path: Path) -> bool:
    """Find damage before anything is written to the file; False where only free pages are torn.

    A large gallery consists of its people's pictures. Their pages are then left to when they are
    read, as the templates are to when they are (at once, by who opens it); a backup reads all.

    Raises:
        StoreCorrupt: something is wrong.
    """
    size = path.stat().st_size
    if size <= WHOLE_UP_TO or pragma_int(connection, "freelist_count"):
        return verify_pages(connection)
    if size != pragma_int(connection, "page_count") * pragma_int(connection, "page_size"):
        raise StoreCorrupt("The gallery file is damaged.", RESTORE_HINT)
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'templates'"
    ).fetchall()
    for (table,) in tables:
        if connection.execute(f"PRAGMA quick_check('{table}')").fetchall() != [("ok",)]:
            raise StoreCorrupt("The gallery file is damaged.", RESTORE_HINT)
    return True


def verify_pages(connection: sqlite3.Connection) -> bool:
    """HMAC of every page.

    SQLite does not journal a free page that it is about to use, so a power cut within that write
    leaves it torn although nothing is lost: where every page in use is sound, this says False.

    Raises:
        StoreCorrupt: a page in use is not as it was written.
    """
    if connection.execute("PRAGMA cipher_integrity_check").fetchone() is None:
        return True
    try:  # reads every page in use, and thus checks its HMAC
        trees = connection.execute("PRAGMA quick_check").fetchall()
    except sqlcipher.DatabaseError as error:
        raise StoreCorrupt("The gallery file is damaged.", RESTORE_HINT) from error
    if trees != [("ok",)]:
        raise StoreCorrupt("The gallery file is damaged.", RESTORE_HINT)
    return False


def verify_content(connection: sqlite3.Connection) -> None:
    """The trees and the references between tables.

    Raises:
        StoreCorrupt: they do not fit together.
    """
    trees = connection.execute("PRAGMA integrity_check").fetchall()
    if trees != [("ok",)] or connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise StoreCorrupt("The gallery's tables do not fit together.", RESTORE_HINT)


def pragma_int(connection: sqlite3.Connection, name: str) -> int:
    """The value of a pragma that is a number."""
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
