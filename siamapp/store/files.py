"""Files that are owner-only, durable, and there as a whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Literal, TypeAlias, get_args

from siamapp.errors import StoreError
from siamapp.log import log

if sys.platform != "win32":
    import fcntl


_NO_LINKS: Final = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL}
"""What a disk says that knows no hard links: FAT, as on a USB stick, for instance."""


def touch(path: Path) -> None:
    """SQLite gives the journal the mode of the file, which is thus owner-only from the start."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def identity(path: Path) -> tuple[int, int]:
    """Tells a file from one that took its name later; no file is `(0, 0)`."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return 0, 0
    return status.st_dev, status.st_ino


def sync_file(path: Path) -> None:
    """Wait until what others wrote to a file is on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make a changed name outlast a power cut; Windows has no such call and needs none.

    Where the system refuses, as some network drives do, the name is changed all the same: SQLite
    does not take that for a failure either.
    """
    if os.name != "posix":
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        log.warning("a changed name may not outlast a power cut: %s", error.strerror)


def make_owner_only(path: Path) -> None:
    """A gallery copied from elsewhere may have come with wider rights."""
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)


Purpose: TypeAlias = Literal["new", "mend", "rekey", "backup", "restore"]


@contextmanager
def scratch_folder(beside: Path, purpose: Purpose) -> Iterator[Path]:
    """A folder for a gallery in the making, held so that `sweep` leaves it alone.

    Raises:
        StoreError: it cannot be made.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{purpose}-", dir=beside))
    except OSError as error:
        raise StoreError(
            f"Nothing can be written in {beside}: {error.strerror}.",
            "Check the disk's free space and the rights of the folder.",
        ) from error
    handle = _hold(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # else `sweep` will
        if handle is not None:
            os.close(handle)


def sweep(home: Path) -> None:
    """Take away what a process left in a home that was killed while it copied the gallery.

    It is encrypted, but may hold somebody who was deleted since.
    """
    for purpose in get_args(Purpose):
        for folder in home.glob(f".{purpose}-*"):
            handle = _hold(folder)
            if handle is not None or os.name == "nt":  # there what is open cannot be deleted
                shutil.rmtree(folder, ignore_errors=True)
            if handle is not None:
                os.close(handle)


def _hold(folder: Path) -> int | None:
    """A lock on a folder, which ends with the process; None where another has it."""
    if sys.platform == "win32":
        return None
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def require_free(path: Path, *, replaces: bytes | None) -> None:
    """Make sure that nothing else is lost by writing a file: no key, gallery, model or device.

    Args:
        path: the file to make.
        replaces: what a file of that name begins with that may be replaced; None: none may. An
            empty one always may then.

    Raises:
        StoreError: another file is there, or it cannot be looked at.
    """
    try:
        if not path.exists():
            return
        if replaces is None:
            raise StoreError(
                f"{path} is there already.", "Choose another name, or say --overwrite."
            )
        if path.is_file():
            with path.open("rb") as file:
                begins = file.read(len(replaces))
            if begins == replaces or path.stat().st_size == 0:
                return
    except OSError as error:
        raise StoreError(
            f"{path} cannot be written: {error.strerror}.", "Choose another place."
        ) from error
    raise StoreError(
        f"{path} is another kind of file, and is not replaced.", "Choose another name."
    )


def give_name(made: Path, path: Path) -> None:
    """Let a whole file be found as `path` too, or instead, where that name is free.

    Raises:
        FileExistsError: it is not.
        OSError: the system does not let us.
    """
    try:
        path.hardlink_to(made)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        touch(path)  # the name is taken first
        try:
            made.replace(path)
        except OSError:
            path.unlink()
            raise


def write_new(path: Path, text: str) -> None:
    """Write an owner-only file durably; whoever is killed before its last byte leaves none.

    Raises:
        FileExistsError: it is there already; it is left alone.
        OSError: it cannot be written; nothing is left behind.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        give_name(Path(temporary), path)
    finally:
        Path(temporary).unlink(missing_ok=True)


@contextmanager
def whole_file(path: Path, *, replaces: bytes | None) -> Iterator[BinaryIO]:
    """A file that is on the disk, whole and under its name, or not there at all.

    Raises:
        StoreError: it cannot be written, or would take another one's place (`require_free`).
    """
    require_free(path, replaces=replaces)
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if replaces is not None:
                Path(temporary).replace(path)
            else:
                give_name(Path(temporary), path)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except FileExistsError as error:
        raise StoreError(f"{path} is there already.", "Choose another name.") from error
    except OSError as error:
        raise StoreError(
            f"{path} cannot be written: {error.strerror}.", "Choose another place."
        ) from error


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file: after a power cut it is the old one or the new one.

    Raises:
        StoreError: it cannot be written; the old one stays.
    """
    with whole_file(path, replaces=b"") as file:
        file.write(data)
    sync_folder(path.parent)
