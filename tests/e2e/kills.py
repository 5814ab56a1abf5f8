"""Kill the store at every call that changes a file, and look at what is left.

    python -m tests.e2e.kills [--kills 1000] [--fail]

Each change of a gallery runs in a forked child that dies by SIGKILL right before, or half way
through, its n-th write, sync, truncation, rename, link or removal (`kill_shim.c`, by LD_PRELOAD).
Afterwards the gallery must open, its pages, tables and audit must be whole, and it must hold what
it held before the change or what it holds after it; after it, if the child said so.

With `--fail` the n-th call and all that follow fail instead: the disk is full, or rights were lost.
Then the change is made nonetheless or refused in one line, and the gallery is as after a kill.

SIGKILL loses what the process had not handed to the system, not what the system had not yet put on
the disk: for the latter SQLite's and our own syncs stand, which are calls that are counted here.
"""

from __future__ import annotations

import argparse
import ctypes
import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from siamapp.errors import SiamError, StoreError
from siamapp.store.audit import Audit
from siamapp.store.backup import back_up, restore
from siamapp.store.database import Database
from siamapp.store.edits import Edits
from siamapp.store.keys import Key
from siamapp.store.people import People
from siamapp.store.protection import change_protection
from siamapp.store.reembed import re_embed
from siamapp.store.rekey import change_key
from siamapp.store.transfer import add_people, export_people, read_people
from siamapp.store.vault import GALLERY_NAME, Vault, find_key, new_key
from siamapp.types import Consent
from tests.unit.store_samples import EMBEDDER, sample
from tests.unit.test_migrations import GALLERIES

SHIM = Path(__file__).with_name("kill_shim.c")
State = tuple[Any, ...]
FAULTS = {
    "kill": (0, 0), "torn": (1, 0),
    "full disk": (0, errno.ENOSPC), "rights lost": (0, errno.EACCES),
}  # fmt: skip
"""Whether half of a write is made, and the error that calls fail with."""
KILLING, FAILING = ("kill", "torn"), ("full disk", "rights lost")


class Desk:
    """A home in a folder of its own, with what the changes need beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"

    def key(self) -> Key:
        """Of the key file that the gallery has: the change of key has two to choose from."""
        vault = Vault.read(self.home)
        if vault is None:  # a first start, or one that was cut short
            return find_key(self.home, key_file=self.folder / "key")
        for name in ("key", "other.key"):
            file = self.folder / name
            key = Key(bytes.fromhex(file.read_text("ascii").strip()), "key-file")
            if key.check_value() == vault.check:
                return key
        raise AssertionError("no key fits vault.toml")

    def open(self) -> closing[Database]:
        return closing(Database.open(self.home, self.key()))

    def state(self) -> State:
        """Who is enrolled with what; raises where anything is not whole."""
        with self.open() as database:
            database.check()
            verdict = Audit(database).verify()
            if verdict.faults:
                raise AssertionError(verdict.faults)
            with database.snapshot() as connection:
                rows = connection.execute(
                    "SELECT name, tags, consent_note, embedding FROM people"
                    " JOIN templates ON person_id = people.id ORDER BY name, embedding"
                ).fetchall()
                rejected = connection.execute("SELECT embedding FROM rejections").fetchall()
        return (*rows, *rejected)


def build(folder: Path) -> None:
    """Ada, Bob and Cy; a second key, a backup that has only Ada, an export of Dee and Eve."""
    desk = Desk(folder)
    for name in ("key", "other.key"):
        new_key("key-file", key_file=folder / name)
    find_key(desk.home, key_file=folder / "key")
    vault = cast("Vault", Vault.read(desk.home))
    with desk.open() as database:
        people = People(database)
        people.add("Ada", [sample(n) for n in range(3)], embedder_id=EMBEDDER)
        key = desk.key()
        back_up(database, folder / "backup", vault=vault, key=key)
        people.add("Bob", [sample(3), sample(4)], embedder_id=EMBEDDER)
        short = Consent("short", None, date(2001, 1, 1))
        people.add("Cy", [sample(5)], embedder_id=EMBEDDER, consent=short)
        dee = people.add("Dee", [sample(6)], embedder_id=EMBEDDER)
        export_people(database, [dee.person_id], folder / "export", vault=vault, key=key)
        Edits(database).delete(dee.person_id)
        for n in range(20):
            Audit(database).record("decision", {"outcome": "unknown", "distance": n / 20})


def enrol(desk: Desk, database: Database) -> None:
    samples = [sample(n) for n in range(7, 10)]
    People(database).add("New", samples, embedder_id=EMBEDDER, consent=Consent("on paper"))


def delete(desk: Desk, database: Database) -> None:
    Edits(database).delete(1)


def delete_and_vacuum(desk: Desk, database: Database) -> None:
    edits = Edits(database)
    edits.delete(1)
    edits.forget_undo()


def delete_and_undo(desk: Desk, database: Database) -> None:
    edits = Edits(database)
    edits.undo(edits.delete(1))


def edit(desk: Desk, database: Database) -> None:
    edits = Edits(database)
    edits.merge(2, 1)


def split(desk: Desk, database: Database) -> None:
    Edits(database).split([1, 2], "Split")


def reject(desk: Desk, database: Database) -> None:
    Edits(database).reject(1, sample(30).embedding, embedder_id=EMBEDDER)


def expire(desk: Desk, database: Database) -> None:
    Edits(database).delete_expired(date(2026, 1, 1))


def decide(desk: Desk, database: Database) -> None:
    Audit(database).record("decision", {"outcome": "match", "person_id": 1})


def prune(desk: Desk, database: Database) -> None:
    Audit(database).prune(datetime.now(UTC) + timedelta(minutes=1))


def import_(desk: Desk, database: Database) -> None:
    key = desk.key()
    add_people(
        database, read_people(desk.folder / "export", lambda _: key), embedder_ids={EMBEDDER}
    )


def export(desk: Desk, database: Database) -> None:
    vault = cast("Vault", Vault.read(desk.home))
    export_people(database, [1, 2], desk.folder / "new-export", vault=vault, key=desk.key())


def back_up_again(desk: Desk, database: Database, name: str = "new-backup") -> None:
    vault = cast("Vault", Vault.read(desk.home))
    back_up(database, desk.folder / name, vault=vault, key=desk.key(), overwrite=True)


def back_up_over(desk: Desk, database: Database) -> None:
    back_up_again(desk, database, "backup")


def make_new_templates(desk: Desk, database: Database) -> None:
    vectors = {number: sample(20 + number).embedding for number in (1, 2, 3)}
    re_embed(database, vectors, "another", also=lambda: None)


def protect(desk: Desk, database: Database) -> None:
    change_protection(database, bytes(range(32)))


def restore_backup(desk: Desk) -> None:
    restore(desk.folder / "backup", desk.home, backup_key=lambda _: desk.key(), home_key=desk.key)


def restore_elsewhere(desk: Desk) -> None:
    key = find_key(desk.folder / "first", key_file=desk.folder / "key")
    restore(desk.folder / "backup", desk.home, backup_key=lambda _: key, home_key=desk.key)


def rekey(desk: Desk) -> None:
    key, vault = new_key("key-file", key_file=desk.folder / "other.key")
    change_key(desk.home, desk.key(), key, vault)


def open_only(desk: Desk) -> None:
    with desk.open():
        pass


OPEN: dict[str, Callable[[Desk, Database], None]] = {
    "enrol": enrol, "delete": delete, "delete, vacuum": delete_and_vacuum,
    "delete, undo": delete_and_undo, "merge": edit, "split": split, "reject": reject,
    "expire": expire, "decide": decide, "prune": prune, "import": import_, "export": export,
    "back up": back_up_again, "back up over": back_up_over, "protect": protect,
    "re-embed": make_new_templates,
}  # fmt: skip
CLOSED: dict[str, Callable[[Desk], None]] = {
    "restore": restore_backup, "restore to a new home": restore_elsewhere, "change key": rekey,
    "migrate": open_only, "first start": open_only,
}  # fmt: skip


BETWEEN = {"delete, undo": "delete"}
"""Two transactions: what the first alone leads to is whole as well."""


def run(name: str, desk: Desk) -> None:
    """Make one change, as a program does that opens the gallery for it."""
    if name in CLOSED:
        CLOSED[name](desk)
        return
    with desk.open() as database:
        with database.transaction() as connection:  # so that pages reach the file before the commit
            connection.execute("PRAGMA cache_size = 1")
        OPEN[name](desk, database)


def template(name: str, folder: Path) -> Path:
    """The folder that a change starts from, made once."""
    folder.mkdir()
    if name == "first start":
        return folder
    build(folder)
    if name == "restore to a new home":
        (folder / "home").rename(folder / "first")
    if name == "migrate":
        from sqlcipher3 import dbapi2 as sqlcipher

        desk = Desk(folder)
        (desk.home / GALLERY_NAME).unlink()
        connection = sqlcipher.connect(str(desk.home / GALLERY_NAME))
        connection.execute(f"PRAGMA key = \"x'{desk.key().hex()}'\"")
        connection.executescript((GALLERIES / "v1.sql").read_text("utf-8"))
        connection.close()
    return folder


class Killer:
    """Runs changes in children that die on cue."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._shim = ctypes.CDLL(None)
        self._shim.shim_seen.restype = ctypes.c_long

    def child(self, name: str, folder: Path, *, at: int, fault: str) -> tuple[str, int]:
        """What came of it ("killed", "done" or "refused"), and how many calls it made."""
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                told = b"refused"
                self._shim.shim_arm(*(ctypes.c_long(n) for n in (at, *FAULTS[fault])))
                with suppress(SiamError):
                    run(name, Desk(folder))
                    told = b"done"
                os.write(writing, told.ljust(8) + self._shim.shim_seen().to_bytes(8, "little"))
                status = 0
            except BaseException:  # noqa: BLE001 - a bug: told by the parent
                self._shim.shim_arm(*(ctypes.c_long(n) for n in (-1, 0, 0)))
                traceback.print_exc()
            finally:
                os._exit(status)
        os.close(writing)
        _, status = os.waitpid(pid, 0)
        with os.fdopen(reading, "rb") as pipe:
            told = pipe.read()
        if not told and not os.WIFSIGNALED(status):
            raise AssertionError(f"{name}, {fault} at call {at}: failed by itself")
        if not told:
            assert os.WTERMSIG(status) == signal.SIGKILL, f"{name}, {fault} at call {at}: it died"
        return told[:8].decode().strip() or "killed", int.from_bytes(told[8:], "little")

    def states(self, name: str, start: Path) -> tuple[list[State], int]:
        """All whole states, that before first, that after last, and the calls to die at."""
        before_folder = self._copy(start, "before")
        before = Desk(before_folder).state()
        after_folder = self._copy(start, "after")
        _, calls = self.child(name, after_folder, at=0, fault="kill")
        states = [before, Desk(after_folder).state()]
        if name in BETWEEN:
            states.insert(1, self.states(BETWEEN[name], start)[0][-1])
        return states, calls

    def kill(self, name: str, start: Path, states: list[State], *, at: int, fault: str) -> str:
        """Kill once; returns which of both states was found. Raises AssertionError otherwise."""
        folder = self._copy(start, "killed")
        outcome, _ = self.child(name, folder, at=at, fault=fault)
        where = f"{name}, {fault} at call {at}"
        try:
            found = Desk(folder).state()
        except StoreError as error:
            raise AssertionError(f"{where}: {error}") from error
        if found not in states or (outcome == "done" and found != states[-1]):
            raise AssertionError(f"{where}: half a change")
        for left in (folder / "home").glob("*"):
            if not left.name.startswith(("gallery.db", "vault.")) or "before" in left.name:
                raise AssertionError(f"{where}: {left.name} was left")
        made = ("backup",) if name == "back up over" else ("new-backup", "new-export")
        for left in made:  # whole, or not there
            if (folder / left).exists():
                self._whole(folder, left)
        if outcome != "killed" and fault in KILLING:
            return "not killed"
        return "before" if found == states[0] else "after"

    def _whole(self, folder: Path, left: str) -> None:
        desk = Desk(folder)
        if left == "new-export":
            assert len(read_people(folder / left, lambda _: desk.key())) == 2
        else:
            restore(
                folder / left, desk.home, backup_key=lambda _: desk.key(), home_key=desk.key,
                dry_run=True,
            )  # fmt: skip

    def _copy(self, start: Path, name: str) -> Path:
        folder = self._scratch / name
        shutil.rmtree(folder, ignore_errors=True)
        return Path(shutil.copytree(start, folder))


def kill_all(
    count: int, scratch: Path, *, faults: Sequence[str], seed: int = 20261125
) -> dict[str, Counter[str]]:
    """`count` faults, shared among the changes by how many calls each makes."""
    rng = random.Random(seed)
    killer = Killer(scratch)
    places: list[tuple[str, int, str]] = []
    known: dict[str, tuple[list[State], int]] = {}
    starts: dict[str, Path] = {}
    names = [*OPEN, *CLOSED]
    for name in names:
        starts[name] = template(name, scratch / name.replace(", ", "-"))
        known[name] = killer.states(name, starts[name])
        places += [(name, at, fault) for at in range(1, known[name][1] + 1) for fault in faults]
    rng.shuffle(places)
    chosen = [places[n % len(places)] for n in range(count)]
    found: dict[str, Counter[str]] = {name: Counter() for name in names}
    for done, (name, at, fault) in enumerate(chosen, 1):
        states, _ = known[name]
        found[name][killer.kill(name, starts[name], states, at=at, fault=fault)] += 1
        if done % 100 == 0:
            sys.stderr.write(f"{done} of {count}\n")
    for name in names:
        found[name]["places"] = len(faults) * known[name][1]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--fail", action="store_true", help="let calls fail instead")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if "SIAM_KILL_SHIM" not in os.environ:
            shim = Path(folder) / "shim.so"
            compiler = shutil.which("cc") or sys.exit("A C compiler is needed.")
            subprocess.run([compiler, "-shared", "-fPIC", "-o", shim, SHIM, "-ldl"], check=True)
            environment = {**os.environ, "LD_PRELOAD": str(shim), "SIAM_KILL_SHIM": "1"}
            command = [sys.executable, "-m", "tests.e2e.kills", *sys.argv[1:]]
            sys.exit(subprocess.run(command, env=environment, check=False).returncode)
        faults = FAILING if arguments.fail else KILLING
        found = kill_all(arguments.kills, Path(folder), faults=faults)
    total = sum(sum(n for what, n in each.items() if what != "places") for each in found.values())
    sys.stdout.write(json.dumps({"kills": total, "by_change": found}, indent=2) + "\n")


if __name__ == "__main__":
    main()
