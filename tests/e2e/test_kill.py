"""SIGKILL at any moment: who was told to be enrolled is enrolled, whole; the file is sound."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from siamapp.store.database import Database
from siamapp.store.edits import Edits
from siamapp.store.people import People
from tests.unit.store_samples import KEY, sample

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("SIAMAPP_KILLS", "40"))
"""How many of the places are tried here; `python -m tests.e2e.kills --kills 1000` tries more."""

ENROL_50 = """
import sys
from pathlib import Path
from siamapp.store.database import Database
from siamapp.store.people import People
from tests.unit.store_samples import EMBEDDER, KEY, sample

home, run = Path(sys.argv[1]), sys.argv[2]
with Database.open(home, KEY) as database:
    with database.transaction() as connection:  # no cache: a kill finds persons half written
        connection.execute("PRAGMA cache_size = 1")
    people = People(database)
    for number in range(50):
        name = f"Made-up {run}.{number}"
        people.add(name, [sample(number * 3 + n) for n in range(3)], embedder_id=EMBEDDER)
        print(name, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killing_the_process_loses_nobody_and_corrupts_nothing(tmp_path: Path) -> None:
    rng = random.Random(20261123)
    home = tmp_path / "home"
    Database.open(home, KEY).close()
    told: list[str] = []
    killed = 0
    for run in range(6):
        child = subprocess.Popen(
            [sys.executable, "-c", ENROL_50, str(home), str(run)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert child.stdout is not None
        with child.stdout as lines:
            for _ in range(rng.randrange(1, 40)):
                told.append(lines.readline().strip())
            time.sleep(rng.uniform(0, 0.02))  # somewhere within a later person's write
            child.kill()
            told.extend(line.strip() for line in lines if line.endswith("\n"))
        killed += child.wait(60) != 0
        with Database.open(home, KEY) as database:
            people = People(database)
            enrolled = {person.name: person for person in people.all()}
            database.check()
            assert set(told) <= enrolled.keys()
            # One more than told at most, each run: committed, but killed before it was printed.
            assert len(enrolled) <= len(told) + run + 1
            for name, person in enrolled.items():
                number = int(name.rsplit(".", 1)[1])
                templates = people.templates(person.person_id)
                assert [t.embedding.tobytes() for t in templates] == [
                    sample(number * 3 + n).embedding.tobytes() for n in range(3)
                ]
    assert killed >= 4
    with Database.open(home, KEY) as database:  # the next write clears a dead one's journal away
        people = People(database)
        Edits(database).delete(people.by_name(told[0]).person_id)
    assert {path.name for path in home.iterdir()} == {"gallery.db"}
    assert (home / "gallery.db").stat().st_size % 4096 == 0


@pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("cc"), reason="needs Linux and a C compiler"
)
def test_a_kill_at_a_chosen_call_leaves_the_state_before_or_after() -> None:
    """Every kind of change: enrol, edits, undo, import, export, backup, restore, key, migration."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.kills", "--kills", str(KILLS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["kills"] == KILLS
    assert len(report["by_change"]) == 21
    assert all(change["places"] > 10 for change in report["by_change"].values())
    assert not any(change.get("not killed") for change in report["by_change"].values())
