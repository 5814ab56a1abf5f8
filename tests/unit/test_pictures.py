"""Pictures of decisions: small, beside the audit, and gone with whatever they may show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from siamapp.cli import run
from siamapp.settings import Settings
from siamapp.store import audit as audit_module
from siamapp.store.audit import Audit, append
from siamapp.store.database import Database
from siamapp.store.edits import Edits
from siamapp.store.history import Filter, History
from siamapp.store.people import People
from siamapp.store.pictures import SIDE_PX, Pictures, keep
from siamapp.store.vault import GALLERY_NAME, find_key
from siamapp.types import BgrImage, Consent
from tests.unit.store_samples import EMBEDDER, KEY, decrypted, sample


class Desk:
    """Ada (1), Bob (2); decisions 3, 4 and 5 took a face for Ada, for Bob and for nobody."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.people, self.edits, self.audit = People(database), Edits(database), Audit(database)
        self.pictures = Pictures(database)
        for name, seeds in (("Ada", (0, 1)), ("Bob", (2, 3))):
            self.people.add(name, [sample(n) for n in seeds], embedder_id=EMBEDDER)
        for person_id in (1, 2, None):
            decide(database, person_id)
        self.jpegs = stored(database)

    @property
    def left(self) -> frozenset[int]:
        return self.pictures.among(range(1, 20))


def decide(database: Database, person_id: int | None) -> None:
    with database.transaction() as connection:
        facts: dict[str, audit_module.Fact] = {"outcome": "unknown", "person_id": person_id}
        number = append(connection, "decision", facts)
        keep(connection, number, person_id, face(number))


def face(seed: int) -> BgrImage:
    """Smooth, as JPEG likes it, and different for each seed."""
    coarse = np.random.default_rng(seed).integers(0, 256, (7, 7, 3), dtype=np.uint8)
    return np.kron(coarse, np.ones((16, 16, 1), np.uint8))


def stored(database: Database) -> dict[int, bytes]:
    with database.snapshot() as connection:
        return dict(connection.execute("SELECT number, jpeg FROM decision_pictures").fetchall())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def desk(home: Path) -> Iterator[Desk]:
    with Database.open(home, KEY) as database:
        yield Desk(database)


def is_anywhere(home: Path, jpeg: bytes) -> bool:
    """Whether some part of that picture is in a page of the gallery, or in any other file."""
    assert [path.name for path in home.iterdir()] == [GALLERY_NAME]
    data = decrypted(home / GALLERY_NAME, KEY)
    middle = len(jpeg) // 2  # the start is the same in every JPEG
    return any(jpeg[at : at + 24] in data for at in range(middle, len(jpeg) - 24, 24))


def test_a_picture_is_small_and_looks_like_the_face(desk: Desk, home: Path) -> None:
    found = desk.pictures.get([3, 4, 5, 99])
    assert set(found) == {3, 4, 5} == desk.left
    for number, bgr in found.items():
        assert bgr.shape == (SIDE_PX, SIDE_PX, 3)
        small = face(number)[8::16, 8::16].astype(int)
        there = cv2.resize(bgr, (7, 7), interpolation=cv2.INTER_AREA).astype(int)
        assert np.abs(small - there).mean() < 30
    assert all(len(jpeg) < 4000 and is_anywhere(home, jpeg) for jpeg in desk.jpegs.values())


def merge(desk: Desk) -> None:
    desk.edits.merge(1, 2)


def split(desk: Desk) -> None:
    desk.edits.split([1], "Other")


def move(desk: Desk) -> None:
    desk.edits.move_samples([1], 2)


def delete(desk: Desk) -> None:
    desk.edits.delete(1)


def reject(desk: Desk) -> None:
    desk.edits.reject(1, sample(9).embedding, embedder_id=EMBEDDER)


def expire(desk: Desk) -> None:
    desk.edits.set_consent(1, Consent("", date(2026, 1, 1), date(2026, 1, 2)))
    desk.edits.delete_expired(date(2026, 1, 3))


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (delete, {4}),
        (expire, {4}),
        (split, {4}),
        (merge, set()),
        (move, set()),
        (reject, {4, 5}),
    ],
)
def test_they_go_with_whom_they_may_show_and_leave_no_byte(
    change: Callable[[Desk], None], left: set[int], desk: Desk, home: Path
) -> None:
    change(desk)
    assert desk.left == left
    desk.edits.forget_undo()
    assert {n for n, jpeg in desk.jpegs.items() if is_anywhere(home, jpeg)} == left
    assert desk.audit.verify().faults == ()
    assert History(desk.database).count(Filter()) == 3


def test_a_change_of_a_name_keeps_them_and_undo_brings_none_back(desk: Desk) -> None:
    desk.edits.rename(1, "Adele")
    assert desk.left == {3, 4, 5}
    desk.edits.undo(desk.edits.delete(1))
    assert (desk.people.by_id(1).name, desk.left) == ("Adele", {4})


def test_pruned_entries_take_their_pictures_along(
    desk: Desk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = datetime.now(UTC) + timedelta(days=3)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return later

    monkeypatch.setattr(audit_module, "datetime", Clock)
    decide(desk.database, 1)
    assert desk.audit.prune(later - timedelta(days=1)) == 5
    assert desk.left == {6}
    desk.database.vacuum()
    assert not any(is_anywhere(home, jpeg) for jpeg in desk.jpegs.values())
    assert desk.audit.verify().faults == ()


def test_of_somebody_deleted_meanwhile_none_is_kept(desk: Desk) -> None:
    desk.edits.delete(1)
    decide(desk.database, 1)
    assert desk.left == {4}
    desk.database.check()


def test_switched_off_on_the_command_line_they_are_deleted_at_once(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--home", str(home), "--key-file", str(tmp_path / "key")]
    assert run(["people", "list", *where]) == 0  # makes the key
    key = find_key(home, key_file=tmp_path / "key")
    with Database.open(home, key) as database:
        jpegs = Desk(database).jpegs
    assert Settings().decision_pictures is False
    assert run(["settings", "set", "decision_pictures", "true", *where]) == 0
    assert run(["audit", "list", "--json", *where]) == 0
    assert "jpeg" not in capsys.readouterr().out
    assert run(["settings", "set", "decision_pictures", "false", *where]) == 0
    assert "3 pictures were deleted for good" in capsys.readouterr().out
    data = decrypted(home / GALLERY_NAME, key)
    assert not any(jpeg[len(jpeg) // 2 :][:24] in data for jpeg in jpegs.values())
    assert run(["audit", "verify", *where]) == 0
