"""What the world does to a gallery: rights that are lost, a full disk, two programs at once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from siamapp.store.audit import Audit
from siamapp.store.database import Database
from siamapp.store.people import People
from tests.conftest import ROOT
from tests.e2e.test_kill import KILLS
from tests.unit.store_samples import EMBEDDER, KEY, fingerprint, sample

posix = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
AS_A_USER = """
import ctypes, os, sys

def obey_rights():  # root may write whatever the bits say; without its capabilities it may not
    if os.getuid() == 0:
        head, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
        assert ctypes.CDLL(None).capset(head, sets) == 0
"""
RUN = AS_A_USER + "obey_rights()\nfrom siamapp.cli import run\nsys.exit(run(sys.argv[1:]))"
LOSE = (
    AS_A_USER
    + """
from pathlib import Path
from siamapp.errors import StoreError
from siamapp.store.database import Database
from siamapp.store.people import People
from tests.unit.store_samples import EMBEDDER, KEY, sample

obey_rights()
home = Path(sys.argv[1])
with Database.open(home, KEY) as database:
    people = People(database)
    people.add("Before", [sample(1)], embedder_id=EMBEDDER)
    home.chmod(0o500)
    for _ in range(2):
        try:
            people.add("Meanwhile", [sample(2)], embedder_id=EMBEDDER)
        except StoreError as error:
            print(error.message)
    print(len(people.all()))
    home.chmod(0o700)
    people.add("After", [sample(3)], embedder_id=EMBEDDER)
"""
)
ENROL_20 = """
import sys
from pathlib import Path
from siamapp.store.database import Database
from siamapp.store.people import People
from tests.unit.store_samples import EMBEDDER, KEY, sample

with Database.open(Path(sys.argv[1]), KEY) as database:
    print("open", flush=True)
    sys.stdin.readline()
    for n in range(20):
        People(database).add(f"{sys.argv[2]} {n}", [sample(n)], embedder_id=EMBEDDER)
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Ada, and a key file beside it."""
    home = tmp_path / "home"
    (tmp_path / "key").write_text(KEY.raw.hex(), "ascii")
    (tmp_path / "key").chmod(0o600)
    with Database.open(home, KEY) as database:
        People(database).add("Ada", [sample(0)], embedder_id=EMBEDDER)
    return home


def program(code: str, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@posix
@pytest.mark.parametrize(
    "words",
    [
        ("people", "list"),
        ("people", "tag", "Ada", "staff"),
        ("people", "delete", "Ada", "--yes"),
        ("settings", "set", "threads", "2"),
        ("gallery", "protect"),
        ("audit", "head"),
    ],
    ids=" ".join,
)
def test_a_home_that_may_only_be_read_is_told_in_one_line(
    home: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    before = fingerprint(home)
    for path in (home / "gallery.db", home):
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        done = program(RUN, *words, "--home", home, "--key-file", tmp_path / "key")
    finally:
        home.chmod(0o700)
    assert "Internal" not in done.stderr
    assert done.stderr.count("\n") == 1
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be written" in done.stderr
    assert fingerprint(home) == before


@posix
def test_the_doctor_says_that_a_home_may_only_be_read(home: Path, tmp_path: Path) -> None:
    home.chmod(0o500)
    try:
        done = program(RUN, "doctor", "--json", "--home", home, "--key-file", tmp_path / "key")
    finally:
        home.chmod(0o700)
    assert done.returncode == 1, done.stderr
    assert f"The folder {home} cannot be written." in json.loads(done.stdout)["problems"]


@posix
def test_rights_lost_within_a_run_cost_the_one_write_and_come_back(home: Path) -> None:
    done = program(LOSE, home)
    assert done.returncode == 0, done.stderr
    *said, count = done.stdout.splitlines()
    assert len(said) == 2
    assert all("cannot be read or written" in line for line in said)
    assert count == "2"
    with Database.open(home, KEY) as database:
        assert [person.name for person in People(database).all()] == ["Ada", "After", "Before"]
        assert Audit(database).verify().faults == ()
        database.check()


def test_two_programs_that_enrol_at_once_wait_for_each_other(home: Path) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", ENROL_20, str(home), name],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for name in ("First", "Second")
    ]  # fmt: skip
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "open\n"
    for child in children:
        child.communicate("go\n", timeout=120)
    assert [child.returncode for child in children] == [0, 0]
    with Database.open(home, KEY) as database:
        names = {person.name for person in People(database).all()}
        assert names == {"Ada"} | {f"{who} {n}" for who in ("First", "Second") for n in range(20)}
        assert Audit(database).verify().faults == ()
        database.check()


@pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("cc"), reason="needs Linux and a C compiler"
)
def test_a_full_disk_or_lost_rights_at_a_chosen_call_refuse_the_change_whole() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.kills", "--kills", str(KILLS), "--fail"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert report["kills"] == KILLS
    assert len(report["by_change"]) == 21


def test_what_a_killed_copy_left_is_gone_at_the_next_start(home: Path) -> None:
    """Of every purpose, and a copy made before a migration; what is held is left alone."""
    from siamapp.store.files import scratch_folder, sweep

    for purpose in ("mend", "rekey", "backup", "restore", "new"):
        left = home / f".{purpose}-abcdefgh"
        left.mkdir()
        shutil.copy(home / "gallery.db", left)
    shutil.copy(home / "gallery.db", home / "gallery.db.before-2")
    with scratch_folder(home, "backup") as held:
        (held / "gallery.db").write_bytes(b"being written")
        Database.open(home, KEY).close()
        assert {path.name for path in home.iterdir()} == {"gallery.db", held.name}
        if os.name == "posix":
            sweep(home)
            assert (held / "gallery.db").exists()
    assert [path.name for path in home.iterdir()] == ["gallery.db"]
