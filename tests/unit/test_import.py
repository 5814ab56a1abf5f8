"""Many folders at once, by worker processes: the same people, in the same order, going on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest
from skimage.data import astronaut

from siamapp.errors import ImageError, NoFace, SiamError
from siamapp.live import bulk
from siamapp.live.bulk import looked_at, workers_for
from siamapp.live.people_folders import not_enrolled
from siamapp.paths import Paths
from siamapp.recognizer import Recognizer
from siamapp.settings import Settings
from siamapp.store.vault import find_key
from siamapp.types import Person


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "home")


@pytest.fixture
def recognizer(paths: Paths, tmp_path: Path) -> Iterator[Recognizer]:
    paths.ensure()
    key = find_key(paths.home, key_file=tmp_path / "key", ask_passphrase=None)
    with Recognizer.open(paths, Settings(), key) as opened:
        yield opened


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    people = tmp_path / "people"
    picture = cv2.cvtColor(astronaut(), cv2.COLOR_RGB2BGR)
    for i in range(6):
        (people / f"person {i}").mkdir(parents=True)
        cv2.imwrite(
            str(people / f"person {i}" / "a.png"), cv2.convertScaleAbs(picture, alpha=1 - i / 40)
        )
    shutil.rmtree(people / "person 3")
    (people / "person 3").mkdir()
    return sorted(people.iterdir())


def test_workers_see_what_one_process_sees(
    recognizer: Recognizer, paths: Paths, folders: list[Path]
) -> None:
    alone = list(looked_at(recognizer, paths, folders, workers=1))
    together = list(looked_at(recognizer, paths, folders, workers=2))
    assert [folder for folder, _ in together] == folders
    for (_, ours), (_, theirs) in zip(together, alone, strict=True):
        if isinstance(theirs, SiamError):
            assert isinstance(ours, NoFace)
            assert (ours.message, ours.hint) == (theirs.message, theirs.hint)
        else:
            assert not isinstance(ours, SiamError)
            assert [s.embedding.tobytes() for s in ours] == [s.embedding.tobytes() for s in theirs]


def test_a_folder_named_by_a_number_is_a_person_and_no_camera(
    recognizer: Recognizer, paths: Paths, folders: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`siamapp import .` names it so, and would enrol whoever sits before that camera."""
    monkeypatch.chdir(folders[0].parent)
    folders[0].rename("0")
    [(_, looked)] = looked_at(recognizer, paths, [Path("0")], workers=1)
    assert not isinstance(looked, SiamError)
    assert len(looked) == 1


def test_a_folder_that_cannot_be_read_is_refused_and_the_next_one_looked_at(
    recognizer: Recognizer, paths: Paths, folders: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = Path.iterdir

    def iterdir(folder: Path) -> Iterator[Path]:
        if folder == folders[0]:  # as of a folder of another user
            raise PermissionError(13, "Permission denied", str(folder))
        return listed(folder)

    monkeypatch.setattr(Path, "iterdir", iterdir)
    (_, refused), (_, looked) = looked_at(recognizer, paths, folders[:2], workers=1)
    assert isinstance(refused, ImageError)
    assert refused.message.endswith("cannot be read: Permission denied.")
    assert not isinstance(looked, SiamError)


def test_a_folder_of_a_name_that_another_ones_person_has_is_not_passed_by() -> None:
    """Going on, it would be counted as enrolled, and whoever is in it be lost without a word."""
    folders = [Path(name) for name in ("Ada", "Grace", "ada", "Mary")]
    enrolled = [Person(number, name, "", 1) for number, name in enumerate(("Ada", "Mary"))]
    assert not_enrolled(folders, enrolled) == [Path("Grace"), Path("ada")]
    assert not_enrolled(folders, []) == folders


def test_who_stops_early_leaves_no_worker(
    recognizer: Recognizer, paths: Paths, folders: list[Path]
) -> None:
    import multiprocessing

    walk = looked_at(recognizer, paths, folders * 4, workers=2)
    assert next(walk)[0] == folders[0]
    walk.close()  # type: ignore[attr-defined]
    assert not multiprocessing.active_children()


IMPORT = """
import sys
from pathlib import Path
from siamapp.live.bulk import looked_at
from siamapp.paths import Paths
from siamapp.recognizer import Recognizer
from siamapp.settings import Settings
from siamapp.store.vault import find_key
from siamapp.types import Person
home, people = map(Path, sys.argv[1:])
key = find_key(home, key_file=home.parent / "key")
with Recognizer.open(Paths(home), Settings(), key) as recognizer:
    for folder, _ in looked_at(recognizer, Paths(home), sorted(people.iterdir()) * 9, workers=2):
        print(folder.name, flush=True)
"""


def test_a_killed_import_leaves_no_worker(
    recognizer: Recognizer, paths: Paths, folders: list[Path]
) -> None:
    command = [sys.executable, "-c", IMPORT, str(paths.home), str(folders[0].parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as importing:
        assert importing.stdout is not None
        assert importing.stdout.readline() == "person 0\n"
        importing.kill()
        # The workers have the same stdout: it ends when the last of them has.
        importing.communicate(timeout=60)


def test_few_folders_start_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk.os, "sched_getaffinity", lambda _: set(range(16)), raising=False)
    assert workers_for(bulk.FEWEST - 1) == 1
    assert workers_for(3 * bulk.FEWEST) == 3
    assert workers_for(1_000_000) == 16
