"""Many folders at once, by worker processes: the same people, in the same order, going on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest
from skimage.data import astronaut

from siamapp.errors import NoFace, SiamError
from siamapp.live import bulk
from siamapp.live.bulk import looked_at, workers_for
from siamapp.paths import Paths
from siamapp.recognizer import Recognizer
from siamapp.settings import Settings
from siamapp.store.vault import find_key


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


def test_who_stops_early_leaves_no_worker(
    recognizer: Recognizer, paths: Paths, folders: list[Path]
) -> None:
    import multiprocessing

    walk = looked_at(recognizer, paths, folders * 4, workers=2)
    assert next(walk)[0] == folders[0]
    walk.close()  # type: ignore[attr-defined]
    assert not multiprocessing.active_children()


def test_few_folders_start_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk.os, "sched_getaffinity", lambda _: set(range(16)), raising=False)
    assert workers_for(bulk.FEWEST - 1) == 1
    assert workers_for(3 * bulk.FEWEST) == 3
    assert workers_for(1_000_000) == 16
