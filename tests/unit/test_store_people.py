"""Persons and templates: what goes in comes out, what is deleted is gone from the file."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siamapp.errors import AlreadyKnown, PersonNotFound, StoreError
from siamapp.store.database import Database
from siamapp.store.edits import Edits
from siamapp.store.names import NAME_MAX_CHARACTERS, clean_name, name_key
from siamapp.store.people import People
from siamapp.store.vault import GALLERY_NAME
from tests.unit.store_samples import EMBEDDER, KEY, decrypted, sample


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(tmp_path / "home", KEY) as database:
        yield database


@pytest.fixture
def people(database: Database) -> People:
    return People(database)


@pytest.fixture
def edits(database: Database) -> Edits:
    return Edits(database)


def test_a_person_comes_back_bit_for_bit(people: People) -> None:
    samples = [sample(n) for n in range(3)]
    person = people.add("Ada Example", samples, embedder_id=EMBEDDER)
    assert people.by_name("Ada Example") == person
    assert person.templates == 3
    for template, given_sample in zip(people.templates(person.person_id), samples, strict=True):
        assert template.embedding.tobytes() == given_sample.embedding.tobytes()
        assert template.quality == given_sample.quality
        assert (template.embedder_id, template.has_crop) == (EMBEDDER, True)
        crop = people.crop(template.template_id)
        np.testing.assert_array_equal(crop, given_sample.crop_bgr)


def test_crops_are_kept_only_where_wanted(people: People) -> None:
    person = people.add("Ada", [sample(0)], embedder_id=EMBEDDER, keep_crops=False)
    (template,) = people.templates(person.person_id)
    assert not template.has_crop
    assert people.crop(template.template_id) is None


def test_a_taken_name_is_refused_whatever_its_case(people: People) -> None:
    people.add("Jos\u00e9  Stra\u00dfe", [sample(0)], embedder_id=EMBEDDER)
    for name in ("JOSE\u0301 STRASSE", " jos\u00e9 stra\u00dfe\t"):
        with pytest.raises(AlreadyKnown):
            people.add(name, [sample(1)], embedder_id=EMBEDDER)
        assert people.by_name(name).name == "Jos\u00e9  Stra\u00dfe"
    assert len(people.all()) == 1


def test_everybody_is_listed_by_name(people: People) -> None:
    for name in ("bob", "Zoe", "Ada", "\u00c9mile"):
        people.add(name, [sample(0)], embedder_id=EMBEDDER)
    assert [person.name for person in people.all()] == ["Ada", "bob", "Zoe", "\u00c9mile"]


def test_renaming_keeps_the_templates(people: People, edits: Edits) -> None:
    ada = people.add("Ada", [sample(0)], embedder_id=EMBEDDER)
    people.add("Bob", [sample(1)], embedder_id=EMBEDDER)
    edits.rename(ada.person_id, "ADA ")
    assert people.by_name("ada") == replace(ada, name="ADA")
    with pytest.raises(AlreadyKnown):
        edits.rename(ada.person_id, "bob")
    with pytest.raises(PersonNotFound):
        edits.rename(99, "Carl")
    assert people.by_name("ada").templates == 1


def test_a_deleted_person_leaves_no_byte_in_the_file(database: Database, tmp_path: Path) -> None:
    """Neither in live pages nor in free ones; the other person stays."""
    people, edits = People(database), Edits(database)
    gone = people.add("Gone Forever", [sample(n) for n in range(5)], embedder_id=EMBEDDER)
    stays = people.add("Stays Here", [sample(n) for n in range(5, 8)], embedder_id=EMBEDDER)
    path = tmp_path / "home" / GALLERY_NAME

    def found(seeds: range, name: str) -> list[bool]:
        data = decrypted(path, KEY)
        vectors = [sample(n).embedding.tobytes()[:32] in data for n in seeds]
        return [*vectors, name.encode() in data, name.casefold().encode() in data]

    assert found(range(5), "Gone Forever") == [True] * 7
    edits.delete(gone.person_id)
    assert found(range(5), "Gone Forever") == [False] * 7
    assert found(range(5, 8), "Stays Here") == [True] * 5
    assert people.all() == [stays]
    assert people.embedder_ids() == {EMBEDDER: 3}
    assert [path.name for path in path.parent.iterdir()] == [GALLERY_NAME]
    with pytest.raises(PersonNotFound):
        edits.delete(gone.person_id)


def test_an_id_is_never_given_twice(people: People, edits: Edits) -> None:
    first = people.add("Ada", [sample(0)], embedder_id=EMBEDDER)
    edits.delete(first.person_id)
    assert people.add("Ada", [sample(0)], embedder_id=EMBEDDER).person_id > first.person_id


def test_samples_are_added_and_removed_but_the_last(people: People, edits: Edits) -> None:
    person_id = people.add("Ada", [sample(0)], embedder_id=EMBEDDER).person_id
    people.add_samples(person_id, [sample(1)], embedder_id=EMBEDDER)
    first, second = people.templates(person_id)
    edits.remove_samples([first.template_id])
    with pytest.raises(StoreError, match="last"):
        edits.remove_samples([second.template_id])
    with pytest.raises(StoreError, match="not in the gallery"):
        edits.remove_samples([first.template_id])
    assert [t.template_id for t in people.templates(person_id)] == [second.template_id]
    with pytest.raises(PersonNotFound):
        people.add_samples(99, [sample(2)], embedder_id=EMBEDDER)


def test_the_gallery_has_the_templates_of_one_embedder(people: People) -> None:
    ada = people.add("Ada", [sample(0), sample(1)], embedder_id=EMBEDDER)
    bob = people.add("Bob", [sample(2)], embedder_id=EMBEDDER)
    people.add("Carl", [sample(3, dimension=64)], embedder_id="another")
    rows = people.gallery_rows(EMBEDDER)
    assert (rows.vectors.dtype, rows.person_ids.dtype) == (np.float32, np.int64)
    np.testing.assert_array_equal(rows.vectors, np.stack([sample(n).embedding for n in range(3)]))
    assert rows.person_ids.tolist() == [ada.person_id, ada.person_id, bob.person_id]
    assert rows.names == {ada.person_id: "Ada", bob.person_id: "Bob"}
    assert people.embedder_ids() == {EMBEDDER: 3, "another": 1}
    rows = people.gallery_rows("none of them")
    assert (rows.vectors.shape, rows.person_ids.shape, rows.names) == ((0, 0), (0,), {})


@pytest.mark.parametrize(
    "embedding",
    [
        np.full(128, np.nan, np.float32),
        np.full(128, np.inf, np.float32),
        np.zeros(128, np.float32),
        np.zeros(0, np.float32),
        sample(1).embedding * np.float32(1.01),
        sample(1).embedding[None],
        sample(1, dimension=64).embedding,
    ],
    ids=["nan", "inf", "zero", "none", "long", "matrix", "dimension"],
)
def test_a_bad_embedding_writes_nothing(people: People, embedding: np.ndarray) -> None:
    ada = people.add("Ada", [sample(0)], embedder_id=EMBEDDER)
    bad = replace(sample(1), embedding=embedding)
    with pytest.raises(StoreError):
        people.add("Bob", [sample(2), bad], embedder_id=EMBEDDER)
    with pytest.raises(StoreError):
        people.add_samples(ada.person_id, [sample(2), bad], embedder_id=EMBEDDER)
    assert people.all() == [ada]


def test_nobody_is_enrolled_without_a_sample(people: People) -> None:
    with pytest.raises(StoreError, match="without a sample"):
        people.add("Ada", [], embedder_id=EMBEDDER)
    assert people.all() == []


def test_somebody_unknown_is_told_with_what_to_do(people: People) -> None:
    with pytest.raises(PersonNotFound) as told:
        people.by_name("Ada")
    assert "people list" in told.value.hint


@pytest.mark.parametrize(
    "name",
    ["", " \t ", "\u200d", "a\nb", "a\x00b", "a\x7f", "\ud800", "a\u2028b", "a\u202eb", "x" * 121],
)
def test_a_bad_name_is_refused(people: People, name: str) -> None:
    with pytest.raises(StoreError):
        people.add(name, [sample(0)], embedder_id=EMBEDDER)


@pytest.mark.parametrize(
    "name", ["\u674e\u5c0f\u9f99", "\u0645\u06cc\u200c\u062e", "O'Neil; --", "x" * 120]
)
def test_names_of_the_world_are_taken(people: People, name: str) -> None:
    people.add(name, [sample(0)], embedder_id=EMBEDDER)
    assert people.by_name(name).name == name


@settings(deadline=None)
@given(st.text(max_size=140))
def test_a_name_is_either_refused_or_clean_for_good(text: str) -> None:
    try:
        name = clean_name(text)
    except StoreError:
        return
    assert 1 <= len(name) <= NAME_MAX_CHARACTERS
    assert clean_name(name) == name == unicodedata.normalize("NFC", name)
    assert name_key(name) == name_key(text)
    assert name_key(name_key(name)) == name_key(name)
    assert name_key(unicodedata.normalize("NFD", name).upper().lower()) == name_key(
        unicodedata.normalize("NFC", name).upper().lower()
    )


def test_one_persons_rows_cost_no_more_in_a_larger_gallery(
    people: People, database: Database
) -> None:
    """An import asks for them after each of thousands: counted in SQLite's own steps."""

    def steps(person_id: int) -> int:
        taken = []
        with database.snapshot() as connection:
            connection.set_progress_handler(lambda: taken.append(1), 1)
        rows = people.gallery_rows(EMBEDDER, person_id)
        with database.snapshot() as connection:
            connection.set_progress_handler(None, 1)
        assert list(rows.names) == [person_id]
        return len(taken)

    first = people.add("Ada", [sample(0)], embedder_id=EMBEDDER).person_id
    alone = steps(first)
    for number in range(1, 60):
        people.add(f"person {number}", [sample(number)], embedder_id=EMBEDDER)
    assert steps(first) <= alone + 10
