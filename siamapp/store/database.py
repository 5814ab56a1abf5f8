"""The gallery file: SQLCipher, one connection, one transaction per write.

The rollback journal (`journal_mode=DELETE`) is chosen over WAL: both survive SIGKILL, but at rest
this one is a single file, a deleted person has no second copy in a `-wal`, and a refused file gets
no `-wal` or `-shm` beside it, for a few more fsyncs per write. SQLCipher encrypts the journal too.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeAlias, cast

from sqlcipher3 import dbapi2 as sqlcipher

from siamapp.errors import StoreCorrupt, StoreError, StoreLocked, StoreTooNew
from siamapp.log import log
from siamapp.store.checkpoint import sign_again
from siamapp.store.files import (
    give_name,
    identity,
    make_owner_only,
    scratch_folder,
    sweep,
    sync_file,
    sync_folder,
    touch,
)
from siamapp.store.pages import (
    RESTORE_HINT,
    pragma_int,
    verify_at_opening,
    verify_content,
    verify_pages,
)
from siamapp.store.schema import APPLICATION_ID, MIGRATIONS
from siamapp.store.vault import GALLERY_NAME, Key, Vault

Connection: TypeAlias = sqlite3.Connection
"""sqlcipher3 is a fork of the standard module without stubs: typed as the original."""

_CACHE_KIB: Final = 2000  # of decrypted pages, SQLite's default; SQLCipher's build keeps 8 MB
_BUSY_S: Final = 5.0
_PLAIN_HEADER: Final = b"SQLite format 3\0"
_SCHEMA: Final = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
_IN_USE: Final = "Another program has the gallery open."
_CLOSE_HINT: Final = "Close it and try again."
_DISK_HINT: Final = "Check the disk's free space and the rights of the folder."


class Database:
    """An open gallery. Only the thread that opened it may use it (sqlcipher3 sees to that)."""

    def __init__(self, connection: Connection, path: Path, key: Key) -> None:
        self.audit_key: Final = key.subkey("audit")
        """What the audit's checkpoint is signed with."""
        self._connection = connection
        self._path = path
        self._identity = identity(path)

    @classmethod
    def open(cls, home: Path, key: Key) -> Database:
        """Open the gallery of `home`, made (home 0700, file 0600) where there is none.

        A file that cannot be opened is left as it is, byte for byte.

        Raises:
            StoreLocked: the key is wrong, or another program holds the gallery.
            StoreCorrupt: the file is damaged or is no gallery.
            StoreTooNew: a newer version wrote it.
            StoreError: the system does not let us read or write.
        """
        vault = Vault.read(home)
        if vault is not None:
            vault.require(key)
        path = home / GALLERY_NAME
        sweep(home)
        if not path.exists():
            _create(path, key)
        database = cls(_unlock(path, key, vault), path, key)
        try:
            with _told():
                whole = database._accept()
                make_owner_only(path)
                if not whole:
                    database._mend_free_pages()
                    # SQLCipher answers nothing more once a page of a connection was not authentic.
                    database.close()
                    database = cls(_unlock(path, key, vault), path, key)
                database._migrate(key)
        except BaseException as error:
            database.close()
            if isinstance(error, OSError):
                raise StoreError(
                    f"The gallery cannot be read or written: {error.strerror}.", _DISK_HINT
                ) from error
            raise
        return database

    @property
    def home(self) -> Path:
        return self._path.parent

    @property
    def schema_version(self) -> int:
        return pragma_int(self._connection, "user_version")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Every write happens in one: all of it is in the file afterwards, or nothing."""
        with self._within("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Reads that belong together and see one state of the file."""
        with self._within("BEGIN") as connection:
            yield connection

    @property
    def is_replaced(self) -> bool:
        """Whether another program put another file in the place of the one that is open."""
        return identity(self._path) != self._identity

    def check(self) -> None:
        """Read the whole file: every page's HMAC, the trees, the references.

        Raises:
            StoreCorrupt: something is wrong.
        """
        with self.snapshot() as connection:
            verify_pages(connection)
            verify_content(connection)

    def check_schema(self) -> None:
        """Make sure that a file from elsewhere has our tables, triggers and nothing else.

        Raises:
            StoreCorrupt: it has not: a view or a trigger could lie about, or change, what is read.
        """
        model = cast("Connection", sqlcipher.connect(":memory:", isolation_level=None))
        try:
            _upgrade(model)
            wanted = model.execute(_SCHEMA).fetchall()
        finally:
            model.close()
        with self.snapshot() as connection:
            if connection.execute(_SCHEMA).fetchall() != wanted:
                raise StoreCorrupt("The file is not a gallery as siamapp makes it.")

    def copy_to(self, path: Path, key: Key) -> None:
        """Write a copy of this moment under another key, while others go on reading and writing.

        Raises:
            FileExistsError: there is a file already.
            StoreError: it cannot be written.
        """
        touch(path)
        with _told():
            target = _connect(path, key)
            try:
                _copy_pages(self._connection, target)
                if (after := key.subkey("audit")) != self.audit_key:
                    sign_again(target, self.audit_key, after)
            finally:
                target.close()

    @property
    def others_wrote(self) -> int:
        """Changes whenever another connection has written."""
        return pragma_int(self._connection, "data_version")

    def replace_by(self, new: Path, *, copied_at: int) -> None:
        """Put another gallery, verified and closed, in the place of this one, and close this one.

        Nobody writes meanwhile; whoever has the old file open is told at the next transaction.
        `copied_at` is what `others_wrote` was before `new` was made.

        Raises:
            StoreLocked: another program is writing, or has written what `new` does not hold.
            StoreError: the system does not let us.
        """
        try:
            with _told():
                self._connection.execute("BEGIN EXCLUSIVE")
                if self.others_wrote != copied_at:
                    raise StoreLocked(_IN_USE, _CLOSE_HINT)
                if os.name == "nt":  # there an open file cannot be replaced, by whomever it is open
                    self.close()
                new.replace(self._path)
        except OSError as error:
            if getattr(error, "winerror", 0) in (5, 32):  # Windows: it is open elsewhere
                raise StoreLocked(_IN_USE, _CLOSE_HINT) from error
            raise StoreError(
                f"The gallery cannot be replaced: {error.strerror}.", _DISK_HINT
            ) from error
        finally:
            self.close()
        sync_folder(self._path.parent)

    def vacuum(self) -> None:
        """Write the file anew: no page holds what was deleted, which was overwritten already."""
        with _told():
            self._connection.execute("VACUUM")

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _within(self, begin: str) -> Iterator[Connection]:
        with _told():
            self._connection.execute(begin)
            try:
                if self.is_replaced:
                    raise StoreLocked(
                        "The gallery was replaced by another program.", "Open it again."
                    )
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk has rolled back by itself
                    self._connection.execute("ROLLBACK")
                raise

    def _accept(self) -> bool:
        """Refuse a file that is not a whole gallery of ours, before anything is written to it.

        False where only pages that hold nothing are damaged.
        """
        with self.snapshot() as connection:
            if pragma_int(connection, "application_id") != APPLICATION_ID:
                raise StoreCorrupt(f"{GALLERY_NAME} is not a gallery.", RESTORE_HINT)
            if pragma_int(connection, "user_version") > len(MIGRATIONS):
                raise StoreTooNew("The gallery was written by a newer version.", "Update siamapp.")
            return verify_at_opening(connection, self._path)

    def _mend_free_pages(self) -> None:
        """What is torn there harms nobody; where it cannot be mended now, it will be later.

        `VACUUM` reads the torn pages and fails; `VACUUM INTO` reads those in use only.
        """
        log.warning("free pages of the gallery are torn, as by a power cut: it is written anew")
        with suppress(StoreError, OSError), scratch_folder(self.home, "mend") as folder:
            new, before = folder / GALLERY_NAME, self.others_wrote
            touch(new)
            with _told():
                self._connection.execute("VACUUM INTO ?", (str(new),))
            sync_file(new)
            self.replace_by(new, copied_at=before)

    def _migrate(self, key: Key) -> None:
        """Bring an older file up to date; a copy lies beside it until that is done."""
        version = self.schema_version
        if version == len(MIGRATIONS):
            for left in self.home.glob(f"{GALLERY_NAME}.before-*"):  # killed before the last step
                left.unlink(missing_ok=True)
            return
        copy = self._path.with_name(f"{GALLERY_NAME}.before-{version + 1}")
        copy.unlink(missing_ok=True)
        self.copy_to(copy, key)
        with self.transaction() as connection:
            _upgrade(connection)
            verify_content(connection)
        copy.unlink(missing_ok=True)
        log.info("gallery migrated from schema %d to %d", version, len(MIGRATIONS))


def _create(path: Path, key: Key) -> None:
    """Build an empty gallery aside, then give it its name: `path` is never there half made."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with scratch_folder(path.parent, "new") as folder:
            new = folder / GALLERY_NAME
            touch(new)
            connection = _connect(new, key)
            try:
                with _told(), Database(connection, new, key).transaction():
                    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                    _upgrade(connection)
            finally:
                connection.close()
            give_name(new, path)
    except FileExistsError:  # another process was first: open that one
        return
    except OSError as error:
        raise StoreError(
            f"The gallery cannot be made in {path.parent}: {error.strerror}.",
            "Choose another folder with --home.",
        ) from error


def _upgrade(connection: Connection) -> None:
    """Run the migrations that are still missing; the caller holds the write transaction."""
    for version in range(pragma_int(connection, "user_version"), len(MIGRATIONS)):
        MIGRATIONS[version](connection)
        connection.execute(f"PRAGMA user_version = {version + 1}")


def _copy_pages(source: Connection, target: Connection) -> None:
    try:
        source.backup(target)
    except sqlcipher.OperationalError as error:
        if _primary_code(error):
            raise
        # The module forgets SQLite's code here: it is the disk, full or not ours any more.
        raise StoreError(f"The gallery cannot be copied: {error}.", _DISK_HINT) from error


def _connect(path: Path, key: Key) -> Connection:
    """Connect and read the first page, which only the right key can."""
    uri = f"{path.absolute().as_uri()}?mode=rw"
    connection = cast(
        "Connection", sqlcipher.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_S)
    )
    try:
        for statement in (
            "PRAGMA cipher_log_level = NONE",  # else a wrong key writes three lines to stderr
            "PRAGMA cipher_memory_security = ON",  # its memory is locked, and wiped when freed
            f"PRAGMA key = \"x'{key.hex()}'\"",
            f"PRAGMA cache_size = -{_CACHE_KIB}",
            "PRAGMA foreign_keys = ON",
            "PRAGMA secure_delete = ON",
            "PRAGMA synchronous = FULL",
            "PRAGMA journal_mode = DELETE",
            "SELECT count(*) FROM sqlite_master",
        ):
            connection.execute(statement).fetchall()
    except BaseException:
        connection.close()
        raise
    return connection


def _unlock(path: Path, key: Key, vault: Vault | None) -> Connection:
    with _told():
        try:
            return _connect(path, key)
        except sqlcipher.DatabaseError as error:
            if _primary_code(error) != sqlcipher.SQLITE_NOTADB:
                raise
            raise _why_unreadable(path, vault) from error


def _why_unreadable(path: Path, vault: Vault | None) -> StoreError:
    # Reading the file beside SQLite drops its locks on it (sqlite.org/howtocorrupt.html, 2.2), so
    # this is done only where the file did not open.
    with path.open("rb") as file:
        header = file.read(len(_PLAIN_HEADER))
    if header == _PLAIN_HEADER:
        return StoreCorrupt(f"{GALLERY_NAME} is an unencrypted database.", RESTORE_HINT)
    if vault is not None:  # it knows that the key is right
        return StoreCorrupt("The gallery file is damaged.", RESTORE_HINT)
    return StoreLocked("The key does not open the gallery.", "Give the right key file.")


def _primary_code(error: Exception) -> int:
    """Low byte of SQLite's result code; 0 where the module itself complains."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


@contextmanager
def _told() -> Iterator[None]:
    """SQLite's complaints about the world become `StoreError`s, those about our SQL stay bugs."""
    try:
        yield
    except sqlcipher.DatabaseError as error:
        match _primary_code(error):
            case sqlcipher.SQLITE_BUSY | sqlcipher.SQLITE_LOCKED:
                raise StoreLocked(_IN_USE, _CLOSE_HINT) from error
            case sqlcipher.SQLITE_CORRUPT | sqlcipher.SQLITE_NOTADB:
                raise StoreCorrupt("The gallery file is damaged.", RESTORE_HINT) from error
            case (
                sqlcipher.SQLITE_CANTOPEN
                | sqlcipher.SQLITE_FULL
                | sqlcipher.SQLITE_IOERR
                | sqlcipher.SQLITE_PERM
                | sqlcipher.SQLITE_READONLY
            ):
                raise StoreError(
                    f"The gallery cannot be read or written: {error}.", _DISK_HINT
                ) from error
        raise
