"""Changes to people: what each does, that it can be undone, and that it is then forgotten."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siamapp.errors import AlreadyKnown, PersonNotFound, StoreError
from siamapp.store.audit import Audit
from siamapp.store.database import Database
from siamapp.store.edits import Edits
from siamapp.store.people import People
from siamapp.store.undo import Undo
from siamapp.store.vault import GALLERY_NAME
from siamapp.types import Consent
from tests.unit.store_samples import EMBEDDER, KEY, decrypted, sample

CONSENT = Consent("signed on paper", date(2026, 1, 2), date(2027, 1, 2))
TABLES = ("people", "templates", "rejections")


class Desk:
    """Ada (samples 0 to 2), Bob (3, 4) and Cy (5), and what may be done to them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.people, self.edits, self.audit = People(database), Edits(database), Audit(database)
        for name, seeds in (("Ada", range(3)), ("Bob", range(3, 5)), ("Cy", range(5, 6))):
            self.people.add(name, [sample(n) for n in seeds], embedder_id=EMBEDDER)

    def id(self, name: str) -> int:
        return self.people.by_name(name).person_id

    def samples(self, name: str) -> list[int]:
        return [t.template_id for t in self.people.templates(self.id(name))]

    def rows(self) -> dict[str, list[Any]]:
        """Everything about people, to the last byte."""
        with self.database.snapshot() as connection:
            return {
                table: connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
                for table in TABLES
            }


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Database.open(tmp_path / "home", KEY) as database:
        yield Desk(database)


CHANGES: dict[str, Callable[[Desk], Undo]] = {
    "rename": lambda d: d.edits.rename(d.id("Ada"), "Adele"),
    "tag": lambda d: d.edits.set_tags(d.id("Ada"), ["staff"]),
    "consent": lambda d: d.edits.set_consent(d.id("Ada"), CONSENT),
    "delete": lambda d: d.edits.delete(d.id("Ada")),
    "remove_sample": lambda d: d.edits.remove_samples(d.samples("Ada")[:2]),
    "move_sample": lambda d: d.edits.move_samples(d.samples("Ada")[:1], d.id("Bob")),
    "split": lambda d: d.edits.split(d.samples("Ada")[1:], "Dee"),
    "merge": lambda d: d.edits.merge(d.id("Bob"), d.id("Ada")),
    "reject": lambda d: d.edits.reject(d.id("Ada"), sample(9).embedding, embedder_id=EMBEDDER),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_is_made_recorded_and_undone_to_the_last_byte(desk: Desk, kind: str) -> None:
    desk.edits.set_tags(desk.id("Bob"), ["night shift"])
    desk.edits.reject(desk.id("Ada"), sample(7).embedding, embedder_id=EMBEDDER)
    before = desk.rows()
    undo = CHANGES[kind](desk)
    assert desk.rows() != before
    assert desk.audit.last(1)[0].kind == undo.kind == kind
    desk.edits.undo(undo)
    assert desk.rows() == before
    assert desk.audit.last(1)[0].facts["undone"] == kind
    with pytest.raises(StoreError, match="no longer"):
        desk.edits.undo(undo)
    assert desk.audit.verify().faults == ()


def test_a_pile_of_changes_is_undone_in_any_order_that_makes_sense(desk: Desk) -> None:
    before = desk.rows()
    deleted = desk.edits.delete(desk.id("Cy"))
    renamed = desk.edits.rename(desk.id("Bob"), "Bill")
    merged = desk.edits.merge(desk.id("Bill"), desk.id("Ada"))
    with pytest.raises(StoreError, match="changed since"):
        desk.edits.undo(renamed)
    desk.edits.undo(deleted)
    desk.edits.undo(merged)
    desk.edits.undo(renamed)
    assert desk.rows() == before


def test_changes_are_undone_together_or_not_at_all(desk: Desk) -> None:
    before = desk.rows()
    deleted = [desk.edits.delete(desk.id(name)) for name in ("Cy", "Bob")]
    added = desk.people.add("Cy", [sample(8)], embedder_id=EMBEDDER)
    after = desk.rows()
    with pytest.raises(AlreadyKnown):
        desk.edits.undo(*deleted)
    assert desk.rows() == after
    assert desk.audit.last(1)[0].kind == "enrol"
    desk.edits.delete(added.person_id)
    desk.edits.undo(*deleted)
    assert desk.rows() == before


def test_undo_gives_nobody_a_name_that_is_taken_meanwhile(desk: Desk) -> None:
    deleted = desk.edits.delete(desk.id("Cy"))
    desk.people.add("CY", [sample(8)], embedder_id=EMBEDDER)
    before = desk.rows()
    with pytest.raises(AlreadyKnown):
        desk.edits.undo(deleted)
    assert desk.rows() == before
    desk.edits.rename(desk.id("CY"), "Another")
    desk.edits.undo(deleted)
    assert desk.samples("Cy") == [6]


def test_what_is_forgotten_cannot_be_undone_and_is_nowhere(desk: Desk, tmp_path: Path) -> None:
    undo = desk.edits.delete(desk.id("Ada"))
    desk.edits.forget_undo()
    with pytest.raises(StoreError, match="no longer"):
        desk.edits.undo(undo)
    assert sample(0).embedding.tobytes() not in repr(vars(undo)).encode()
    data = decrypted(tmp_path / "home" / GALLERY_NAME, KEY)
    assert b"Ada" not in data
    assert not any(sample(n).embedding.tobytes()[:24] in data for n in range(3))
    assert all(sample(n).embedding.tobytes()[:24] in data for n in range(3, 6))


def test_a_kill_with_undo_open_leaves_no_deleted_person_behind(tmp_path: Path) -> None:
    """The held row lives in the process's memory only."""
    script = (
        "import os, sys; from pathlib import Path;"
        "from tests.unit.test_edits import Desk; from siamapp.store.database import Database;"
        "from tests.unit.store_samples import KEY;"
        "desk = Desk(Database.open(Path(sys.argv[1]), KEY)); desk.edits.delete(desk.id('Ada'));"
        "os._exit(1)"
    )
    home = tmp_path / "home"
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", script, str(home)], check=False, cwd=root, timeout=60)
    with Database.open(home, KEY) as database:
        assert [person.name for person in People(database).all()] == ["Bob", "Cy"]
    assert [path.name for path in home.iterdir()] == [GALLERY_NAME]
    assert sample(0).embedding.tobytes()[:24] not in decrypted(home / GALLERY_NAME, KEY)


def test_merging_joins_tags_and_keeps_the_earlier_retention(desk: Desk) -> None:
    ada, bob = desk.id("Ada"), desk.id("Bob")
    desk.edits.set_tags(ada, ["Staff"])
    desk.edits.set_tags(bob, ["night", "STAFF"])
    desk.edits.set_consent(bob, CONSENT)
    desk.edits.merge(bob, ada)
    merged = desk.people.by_name("Ada")
    assert (merged.templates, merged.tags) == (5, ("Staff", "night"))
    assert merged.consent == Consent(retain_until=CONSENT.retain_until)
    with pytest.raises(PersonNotFound):
        desk.people.by_name("Bob")
    with pytest.raises(StoreError, match="itself"):
        desk.edits.merge(ada, ada)


def test_splitting_takes_tags_and_consent_along(desk: Desk) -> None:
    desk.edits.set_tags(desk.id("Ada"), ["staff"])
    desk.edits.set_consent(desk.id("Ada"), CONSENT)
    first, *others = desk.samples("Ada")
    desk.edits.split(others, "Dee")
    dee = desk.people.by_name("Dee")
    assert (dee.tags, dee.consent) == (("staff",), CONSENT)
    assert (desk.samples("Ada"), desk.samples("Dee")) == ([first], others)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.edits.remove_samples(d.samples("Bob")), "last samples"),
        (lambda d: d.edits.move_samples(d.samples("Cy"), d.id("Bob")), "last samples"),
        (lambda d: d.edits.split(d.samples("Ada"), "Dee"), "last samples"),
        (lambda d: d.edits.split(d.samples("Ada")[:1], "bob"), "name is enrolled"),
        (lambda d: d.edits.split([], "Dee"), "one person"),
        (lambda d: d.edits.move_samples([1, 4], 3), "one person"),
        (lambda d: d.edits.move_samples([1], 99), "not enrolled"),
        (lambda d: d.edits.remove_samples([99]), "not in the gallery"),
        (lambda d: d.edits.merge(1, 99), "not enrolled"),
        (lambda d: d.edits.delete(99), "not enrolled"),
        (lambda d: d.edits.set_tags(1, ["a\nb"]), "control"),
        (lambda d: d.edits.set_tags(1, [str(n) for n in range(21)]), "at most 20 tags"),
        (lambda d: d.edits.set_consent(1, Consent("x" * 1001)), "at most 1000"),
        (lambda d: d.edits.set_consent(1, Consent("a\0b")), "control"),
        (lambda d: d.edits.reject(1, np.zeros(128, np.float32), embedder_id=EMBEDDER), "unit"),
    ],
)
def test_what_does_not_fit_is_told_and_changes_nothing(
    desk: Desk, change: Callable[[Desk], Undo], said: str
) -> None:
    before, entries = desk.rows(), desk.audit.verify().entries
    with pytest.raises((StoreError, AlreadyKnown), match=said):
        change(desk)
    assert (desk.rows(), desk.audit.verify().entries) == (before, entries)


def test_a_rejection_reaches_the_gallery_and_goes_with_whom_it_looks_like(desk: Desk) -> None:
    """A stranger's face was taken for Bob; it is Cy's, who later is deleted."""
    near_cy = sample(5).embedding + 0.1 * sample(11).embedding
    near_cy /= np.linalg.norm(near_cy)
    desk.edits.reject(desk.id("Bob"), near_cy, embedder_id=EMBEDDER)
    stranger = -sample(5).embedding
    desk.edits.reject(desk.id("Bob"), stranger, embedder_id=EMBEDDER)
    rejected = desk.people.gallery_rows(EMBEDDER).rejected
    np.testing.assert_array_equal(rejected[desk.id("Bob")], np.stack([near_cy, stranger]))
    undo = desk.edits.delete(desk.id("Cy"))
    np.testing.assert_array_equal(
        desk.people.gallery_rows(EMBEDDER).rejected[desk.id("Bob")], stranger[None]
    )
    desk.edits.undo(undo)
    assert len(desk.people.gallery_rows(EMBEDDER).rejected[desk.id("Bob")]) == 2
    desk.edits.merge(desk.id("Cy"), desk.id("Bob"))  # then it was no other person after all
    np.testing.assert_array_equal(
        desk.people.gallery_rows(EMBEDDER).rejected[desk.id("Bob")], stranger[None]
    )


def test_a_rejected_face_does_not_come_back_for_another_whose_it_may_be(
    desk: Desk, tmp_path: Path
) -> None:
    """It went with Ada, and was not there to go with Cy, whom another program deleted."""
    face = sample(0).embedding + sample(5).embedding
    face /= np.linalg.norm(face)
    desk.edits.reject(desk.id("Bob"), face, embedder_id=EMBEDDER)
    before = desk.samples("Ada")
    undo = desk.edits.delete(desk.id("Ada"))
    with Database.open(tmp_path / "home", KEY) as other:
        Edits(other).delete(desk.id("Cy"))
    desk.edits.undo(undo)
    assert desk.samples("Ada") == before
    assert desk.rows()["rejections"] == []


def test_a_rejected_face_of_an_embedder_that_tells_nothing_goes_with_anybody(desk: Desk) -> None:
    """Ada was embedded anew since; whether the face was hers cannot be told any more."""
    desk.edits.reject(desk.id("Bob"), sample(20, 64).embedding, embedder_id="an older one")
    before = desk.rows()
    desk.edits.undo(desk.edits.merge(desk.id("Cy"), desk.id("Ada")))
    assert desk.rows() == before
    undo = desk.edits.delete(desk.id("Ada"))
    assert desk.rows()["rejections"] == []
    desk.edits.undo(undo)
    assert desk.rows() == before
    desk.edits.merge(desk.id("Ada"), desk.id("Bob"))
    assert desk.rows()["rejections"] == before["rejections"]


def test_who_was_to_be_kept_no_longer_is_deleted_for_good(desk: Desk, tmp_path: Path) -> None:
    desk.edits.set_consent(desk.id("Ada"), CONSENT)
    last_day = CONSENT.retain_until
    assert last_day is not None
    assert desk.edits.delete_expired(last_day) == []
    assert desk.edits.delete_expired(date(2027, 1, 3)) == ["Ada"]
    assert [p.name for p in desk.people.all()] == ["Bob", "Cy"]
    assert desk.audit.last(1)[0].kind == "expire"
    assert sample(0).embedding.tobytes()[:24] not in decrypted(tmp_path / "home/gallery.db", KEY)
    assert desk.edits.delete_expired(date(2027, 1, 3)) == []


@pytest.mark.parametrize("kind", CHANGES)
def test_nobody_who_was_to_be_kept_no_longer_comes_back_by_undo(desk: Desk, kind: str) -> None:
    """A page may stay open past midnight."""
    desk.edits.set_consent(desk.id("Ada"), CONSENT)
    desk.edits.forget_undo()
    undo = CHANGES[kind](desk)
    desk.edits.delete_expired(date(2027, 1, 3))
    with pytest.raises(StoreError, match="can no longer be undone"):
        desk.edits.undo(undo)
    assert "Ada" not in [person.name for person in desk.people.all()]
    assert not undo._before.people


def test_a_rejected_face_is_kept_for_as_many_days_as_asked(desk: Desk, tmp_path: Path) -> None:
    desk.edits.reject(desk.id("Bob"), sample(20).embedding, embedder_id=EMBEDDER)
    made = datetime.now(UTC).date()
    for days, left in ((0, 1), (30, 1), (29, 0)):
        assert desk.edits.delete_expired(made + timedelta(days=30), rejected_days=days) == []
        assert len(desk.rows()["rejections"]) == left
    assert (desk.audit.last(1)[0].kind, desk.audit.last(1)[0].facts) == (
        "expire",
        {"rejections": 1},
    )
    assert sample(20).embedding.tobytes()[:24] not in decrypted(tmp_path / "home/gallery.db", KEY)


def test_each_person_with_a_crop_has_a_portrait(desk: Desk) -> None:
    desk.people.add("Dee", [sample(8)], embedder_id=EMBEDDER, keep_crops=False)
    portraits = desk.people.portraits()
    assert portraits == {desk.id(name): desk.samples(name)[0] for name in ("Ada", "Bob", "Cy")}
