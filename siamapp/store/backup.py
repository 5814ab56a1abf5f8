"""The whole gallery in one file, and back.

What is sealed (see `sealed`) is a copy of the database under a key of its own, which stands before
it: so a backup opens with a passphrase or with the gallery's key, it restores under any key, and
no decrypted page is ever on a disk.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from siamapp.errors import StoreCorrupt, StoreError, StoreLocked
from siamapp.store import audit
from siamapp.store.database import Database
from siamapp.store.files import give_name, scratch_folder, sync_file, sync_folder
from siamapp.store.keys import KEY_BYTES, Key
from siamapp.store.people import People
from siamapp.store.sealed import KeyFor, read_sealed, require_free_for, write_sealed
from siamapp.store.vault import GALLERY_NAME, Vault

_READ_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did, or would do."""

    people: int
    """In the backup."""
    back: tuple[str, ...]
    """Names in the backup that the gallery had not."""
    lost: tuple[str, ...]
    """Names that only the gallery had."""
    aside: Path | None = None
    """The damaged gallery, which stays: whoever is deleted from now on is in it still."""


def back_up(
    database: Database, path: Path, *, vault: Vault, key: Key, overwrite: bool = False
) -> int:
    """Write a backup while the gallery is in use; returns how many people are in it.

    Args:
        database: the open gallery.
        path: the file to make.
        vault: how whoever restores gets the key: the gallery's own, or that of a passphrase.
        key: that key.
        overwrite: replace an earlier backup of that name.

    Raises:
        StoreError: the file is there already, or cannot be written; none is left behind.
    """
    require_free_for(path, "backup", overwrite=overwrite)
    people = len(People(database).all())
    audit.Audit(database).record("backup", {"people": people, "key": vault.source})
    with (
        Key(secrets.token_bytes(KEY_BYTES), "key-file") as own,
        scratch_folder(database.home, "backup") as folder,
    ):
        copy = folder / GALLERY_NAME
        database.copy_to(copy, own)
        write_sealed(path, "backup", _payload(own, copy), vault=vault, key=key, overwrite=overwrite)
    return people


def restore(
    path: Path,
    home: Path,
    *,
    backup_key: KeyFor,
    home_key: Callable[[], Key],
    dry_run: bool = False,
) -> Restored:
    """Put a backup in the place of the gallery of `home`, or make one where there is none.

    The backup is decrypted, verified page by page, migrated and written anew under the home's key,
    and that file verified again, before the old gallery goes.

    Args:
        path: a file that `back_up` made.
        home: where the gallery lies.
        backup_key: finds the key that the backup's header tells of.
        home_key: finds the key of the home, or makes it; asked once the backup is known to be good.
        dry_run: change nothing.

    Raises:
        StoreError: see its kinds; nothing was changed.
    """
    with _decrypted(path, home, backup_key) as (folder, own), Database.open(folder, own) as found:
        found.check_schema()
        found.check()
        names = {person.name for person in People(found).all()}
        exists = (home / GALLERY_NAME).exists()
        if dry_run and not exists:
            return Restored(len(names), tuple(sorted(names)), ())
        key = home_key()
        if not exists:
            _write(found, folder / "new", key, {"people": len(names)})
            _add_gallery(folder / "new" / GALLERY_NAME, home)
            return Restored(len(names), tuple(sorted(names)), ())
        try:
            old = Database.open(home, key)
        except StoreCorrupt:
            aside = home / f"{GALLERY_NAME}.damaged"
            if not dry_run:
                _write(found, folder / "new", key, {"people": len(names)})
                _replace_damaged(folder / "new" / GALLERY_NAME, aside)
            return Restored(len(names), tuple(sorted(names)), (), aside)
        with old:
            told_at = old.others_wrote
            before = {person.name for person in People(old).all()}
            if not dry_run:
                head = audit.Audit(old).head().hash
                facts: dict[str, audit.Fact] = {"people": len(names), "replaced_head": head}
                _write(found, folder / "new", key, facts)
                old.replace_by(folder / "new" / GALLERY_NAME, copied_at=told_at)
    return Restored(len(names), tuple(sorted(names - before)), tuple(sorted(before - names)))


def _add_gallery(new: Path, home: Path) -> None:
    """Give a home that has none a whole, closed gallery."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with scratch_folder(home, "new") as folder:
            there = folder / GALLERY_NAME
            shutil.copyfile(new, there)  # it may lie on another disk
            there.chmod(0o600)
            sync_file(there)
            give_name(there, home / GALLERY_NAME)
        sync_folder(home)
    except FileExistsError as error:
        raise StoreLocked("Another program has made a gallery there.", "Try again.") from error
    except OSError as error:
        raise StoreError(
            f"The gallery cannot be made in {home}: {error.strerror}.",
            "Choose another folder with --home.",
        ) from error


def _replace_damaged(new: Path, aside: Path) -> None:
    """The damaged file stays beside the new one: somebody may yet want to look into it."""
    path = aside.with_name(GALLERY_NAME)
    try:
        shutil.copyfile(path, aside)
        aside.chmod(0o600)
        journal = path.with_name(f"{path.name}-journal")  # it would be played into the new file
        if journal.exists():
            journal.replace(path.with_name(f"{path.name}.damaged-journal"))
        new.replace(path)
    except OSError as error:
        raise StoreError(f"The damaged gallery cannot be replaced: {error.strerror}.") from error


def _write(found: Database, folder: Path, key: Key, facts: dict[str, audit.Fact]) -> None:
    """The new gallery in a folder of its own, verified and closed."""
    folder.mkdir(mode=0o700)
    found.copy_to(folder / GALLERY_NAME, key)
    with Database.open(folder, key) as new:
        audit.Audit(new).record("restore", facts)
        new.check()


@contextmanager
def _decrypted(path: Path, home: Path, key_for: KeyFor) -> Iterator[tuple[Path, Key]]:
    """A folder with the backup's database, wholly authenticated, and the key of that database."""
    near = home if home.is_dir() else Path(tempfile.gettempdir())
    with scratch_folder(near, "restore") as folder:
        chunks = read_sealed(path, "backup", key_for)
        first = next(chunks)
        if len(first) < KEY_BYTES:
            raise StoreCorrupt("The file holds no gallery.")
        with (folder / GALLERY_NAME).open("xb") as file:
            file.write(first[KEY_BYTES:])
            for chunk in chunks:
                file.write(chunk)
        with Key(first[:KEY_BYTES], "key-file") as own:
            yield folder, own


def _payload(own: Key, copy: Path) -> Iterator[bytes]:
    yield bytes(own.raw)
    with copy.open("rb") as file:
        while piece := file.read(_READ_BYTES):
            yield piece
