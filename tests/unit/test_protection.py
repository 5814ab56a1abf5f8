"""Cancellable templates: nothing changes but that a template is of use in its gallery alone."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlcipher3 import dbapi2 as sqlcipher

from siamapp.cli import run
from siamapp.errors import ModelIncompatible, StoreError, StoreTooNew
from siamapp.identity.gallery import Gallery
from siamapp.identity.large import LargeGallery
from siamapp.identity.look_alikes import look_alikes
from siamapp.identity.match import distances, require_kept_by_rotation
from siamapp.identity.search import search
from siamapp.store import protection, reembed
from siamapp.store.audit import Audit
from siamapp.store.backup import back_up, restore
from siamapp.store.database import Database
from siamapp.store.edits import Edits
from siamapp.store.people import People
from siamapp.store.protection import change_protection, is_on, new_secret, rotation
from siamapp.store.rekey import change_key
from siamapp.store.transfer import add_people, export_people, read_people
from siamapp.store.vault import Vault
from siamapp.types import FloatArray
from tests.unit.store_samples import EMBEDDER, KEY, OTHER_KEY, decrypted, sample

VAULT = Vault(source="passphrase", check=KEY.check_value(), argon2id={"salt": "0" * 32})  # type: ignore[arg-type]
OTHER_VAULT = Vault(source="key-file", check=OTHER_KEY.check_value())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Ada (two templates), Bob (one), and a face that is not Bob's."""
    with Database.open(tmp_path / "home", KEY) as database:
        people = People(database)
        people.add("Ada", [sample(1), sample(2)], embedder_id=EMBEDDER)
        bob = people.add("Bob", [sample(3)], embedder_id=EMBEDDER)
        Edits(database).reject(bob.person_id, sample(4).embedding, embedder_id=EMBEDDER)
    return tmp_path / "home"


def gallery_of(database: Database) -> Gallery:
    rows = People(database).gallery_rows(EMBEDDER)
    return Gallery(
        EMBEDDER, rows.vectors, rows.person_ids, rows.names, rejected=rows.rejected,
        rotation=rows.rotation,
    )  # fmt: skip


def answers(database: Database, *seeds: int) -> list[tuple[str, float, bool]]:
    """Who is near to samples, how near, and whether it was said not to be them."""
    gallery = gallery_of(database)
    return [
        (found.name, found.distance, found.denied)
        for seed in seeds
        for found in search(sample(seed).embedding, gallery, "l2")
    ]


def stored(database: Database) -> FloatArray:
    return People(database).gallery_rows(EMBEDDER).vectors


def near(
    found: list[tuple[str, float, bool]],
    wanted: list[tuple[str, float, bool]],
    within: float = 1e-5,
) -> None:
    """But at a distance of about 0, the root of a difference of nearly equal numbers."""
    assert [(name, denied) for name, _, denied in found] == [(n, d) for n, _, d in wanted]
    for (_, ours, _), (_, theirs, _) in zip(found, wanted, strict=True):
        assert ours == pytest.approx(theirs, abs=within if theirs > 0.1 else 100 * within)


@settings(deadline=None, max_examples=25)
@given(
    st.binary(min_size=32, max_size=32), st.integers(2, 200), st.integers(0, 2**32 - 1),
    st.sampled_from(["l2", "cosine"]),
)  # fmt: skip
def test_no_distance_changes(secret: bytes, dimension: int, seed: int, metric: str) -> None:
    turn = rotation(secret, EMBEDDER, dimension)
    assert np.allclose(turn @ turn.T, np.eye(dimension), atol=1e-12)
    vectors = np.random.default_rng(seed).standard_normal((6, dimension))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    before, after = vectors.astype(np.float32), (vectors @ turn).astype(np.float32)
    for probe, turned in zip(before, after, strict=True):
        apart = distances(probe, before, metric) > 0.1  # see `near`
        assert np.allclose(
            distances(probe, before, metric)[apart],
            distances(turned, after, metric)[apart],
            rtol=0,
            atol=1e-5,
        )


def test_a_secret_gives_the_same_rotation_at_every_start() -> None:
    turn = rotation(bytes(range(32)), EMBEDDER, 128)
    assert turn[0, :3] == pytest.approx([-0.01002819, 0.11106314, 0.11345521], abs=1e-8)
    assert not np.allclose(turn, rotation(bytes(range(32)), "another", 128))
    assert not np.allclose(turn, rotation(bytes(range(1, 33)), EMBEDDER, 128))


def test_answers_stay_the_same_when_protection_is_switched_on_renewed_and_off(home: Path) -> None:
    with Database.open(home, KEY) as database:
        wanted, bare = answers(database, *range(1, 9)), stored(database)
        versions = [bare]
        for on in (True, True, False):
            assert change_protection(database, new_secret() if on else None) == 4
            assert is_on(database) is on
            near(answers(database, *range(1, 9)), wanted)
            versions.append(stored(database))
        assert np.allclose(versions[-1], bare, atol=1e-6)
        facts = [e.facts for e in Audit(database).last(9) if e.kind == "protect"]
        assert [(f["on"], f["renewed"], f["samples"]) for f in facts] == [
            (True, False, 4), (True, True, 4), (False, False, 4),
        ]  # fmt: skip
        assert Audit(database).verify().faults == ()
        database.check()


def test_whom_another_program_deletes_while_crops_are_read_is_passed_over(home: Path) -> None:
    with Database.open(home, KEY) as database, Database.open(home, KEY) as other:
        crops = reembed.crops_of_others(database, "another")
        first, _ = next(crops)
        gone = People(database).all()[-1].person_id
        left = [t.template_id for p in (1, 2) for t in People(database).templates(p) if p != gone]
        Edits(other).delete(gone)
        assert [first, *(key for key, _ in crops)] == left


def test_who_is_enrolled_rejected_or_embedded_anew_under_protection_is_protected(
    home: Path, tmp_path: Path
) -> None:
    with Database.open(home, KEY) as database:
        change_protection(database, new_secret())
        people, edits = People(database), Edits(database)
        people.add("Cy", [sample(5)], embedder_id=EMBEDDER)
        edits.reject(1, sample(6).embedding, embedder_id=EMBEDDER)
        other = people.add("Di", [sample(7)], embedder_id="another")
        vectors = {
            key: sample(8).embedding for key, _ in reembed.crops_of_others(database, EMBEDDER)
        }
        reembed.re_embed(database, vectors, EMBEDDER, also=lambda: None)
        near(
            [a for a in answers(database, 5, 8) if a[1] < 0.1],
            [("Cy", 0, False), ("Di", 0, False)],
        )
        for person_id, seed in ((3, 5), (other.person_id, 8)):
            (kept,) = people.templates(person_id)
            (bare,) = people.templates(person_id, bare=True)
            assert float(distances(kept.embedding, sample(seed).embedding[None], "l2")[0]) > 1
            assert np.allclose(bare.embedding, sample(seed).embedding, atol=1e-6)
        (ada,) = search(sample(6).embedding, gallery_of(database).only("Ada"), "l2")
        assert ada.denied
        plain = [sample(seed).embedding.astype("<f4").tobytes() for seed in range(1, 9)]
    pages = decrypted(home / "gallery.db", KEY)
    assert not any(vector[:32] in pages for vector in plain)


def test_one_person_in_two_galleries_is_as_far_as_strangers(tmp_path: Path) -> None:
    """Of 60 faces: AUC of linking by distance, 0.5 where there is nothing to link by."""
    kept = []
    for name in ("one", "two"):
        with Database.open(tmp_path / name, KEY) as database:
            change_protection(database, new_secret())
            People(database).add("All", [sample(n) for n in range(60)], embedder_id=EMBEDDER)
            kept.append(stored(database))
    apart = np.stack([distances(vector, kept[1], "l2") for vector in kept[0]])
    mated, strangers = np.diagonal(apart), apart[~np.eye(60, dtype=bool)]
    auc = (mated[:, None] < strangers).mean()
    assert abs(auc - 0.5) < 0.15  # of 60 mated pairs its standard error is 0.04
    assert mated.min() > 1.1


def test_a_template_of_before_the_renewal_is_of_no_use_after_it(home: Path) -> None:
    with Database.open(home, KEY) as database:
        change_protection(database, new_secret())
        stolen = stored(database)
        change_protection(database, new_secret())
        now = stored(database)
        assert min(distances(old, now, "l2").min() for old in stolen) > 1.1
    pages = decrypted(home / "gallery.db", KEY)
    assert not any(vector.tobytes()[:32] in pages for vector in stolen)


def test_a_backup_and_another_key_keep_the_protection(home: Path, tmp_path: Path) -> None:
    with Database.open(home, KEY) as database:
        change_protection(database, new_secret())
        wanted, kept = answers(database, 1, 3, 4), stored(database)
        back_up(database, tmp_path / "backup", vault=VAULT, key=KEY)
    restore(
        tmp_path / "backup", tmp_path / "new", backup_key=lambda _: KEY, home_key=lambda: OTHER_KEY
    )
    change_key(home, KEY, OTHER_KEY, OTHER_VAULT)
    for place in (home, tmp_path / "new"):
        with Database.open(place, OTHER_KEY) as database:
            assert is_on(database)
            assert np.array_equal(stored(database), kept)
            near(answers(database, 1, 3, 4), wanted)


@pytest.mark.parametrize("there", [True, False])
def test_an_export_fits_every_gallery_and_tells_no_secret(
    home: Path, tmp_path: Path, there: bool
) -> None:
    with Database.open(home, KEY) as database:
        wanted = answers(database, 1, 2)
        change_protection(database, new_secret())
        export_people(database, [1], tmp_path / "file", vault=VAULT, key=KEY)
    with Database.open(tmp_path / "new", OTHER_KEY) as database:
        if there:
            change_protection(database, new_secret())
        add_people(
            database, read_people(tmp_path / "file", lambda _: KEY),
            embedder_ids=frozenset({EMBEDDER}),
        )  # fmt: skip
        near(answers(database, 1, 2), [a for a in wanted if a[0] == "Ada"])
        bare = [t.embedding for t in People(database).templates(1, bare=True)]
        assert np.allclose(bare, [sample(1).embedding, sample(2).embedding], atol=1e-6)
        assert np.allclose(stored(database), bare, atol=1e-6) is not there


def test_a_large_gallery_and_look_alikes_answer_as_before(home: Path) -> None:
    with Database.open(home, KEY) as database:
        plain = gallery_of(database)
        change_protection(database, new_secret())
        protected = gallery_of(database)
    for seed in range(1, 9):
        ours = search(sample(seed).embedding, LargeGallery(protected), "l2", every=True)
        theirs = search(sample(seed).embedding, plain, "l2")
        near(
            [(c.name, c.distance, c.denied) for c in ours],
            [(c.name, c.distance, c.denied) for c in theirs],
            within=1e-4,  # its numbers have 16 bits
        )
    alike = [look_alikes(g, "l2", within=2, top=9)[0].distance for g in (plain, protected)]
    assert alike[0] == pytest.approx(alike[1], abs=1e-5)
    assert LargeGallery(protected).only("Bob").fits(protected.rotation)
    assert not plain.fits(protected.rotation)


def test_what_was_undone_would_come_back_under_the_old_secret(home: Path) -> None:
    with Database.open(home, KEY) as database:
        edits = Edits(database)
        deleted = edits.delete(1)
        change_protection(database, new_secret())
        with pytest.raises(StoreError, match="changed since"):
            edits.undo(deleted)
        assert [person.name for person in People(database).all()] == ["Bob"]


def test_a_change_that_fails_leaves_every_template(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Database.open(home, KEY) as database:
        change_protection(database, new_secret())
        before = stored(database)
        whole, calls = protection._rotate, iter(range(2))

        def full(*given: Any) -> int:
            if next(calls):
                raise sqlcipher.OperationalError("half way")
            return whole(*given)

        monkeypatch.setattr(protection, "_rotate", full)
        with pytest.raises(sqlcipher.OperationalError, match="half way"):
            change_protection(database, new_secret())
        assert np.array_equal(stored(database), before)
        assert is_on(database)


def test_a_protection_of_a_later_version_is_not_guessed_at(home: Path) -> None:
    with Database.open(home, KEY) as database:
        change_protection(database, new_secret())
        with database.transaction() as connection:
            connection.execute("UPDATE protection SET version = 2")
        with pytest.raises(StoreTooNew, match="newer version"):
            stored(database)


def test_sums_of_differences_are_refused_as_a_rotation_changes_them() -> None:
    for metric in ("l1", "exp_l1"):
        with pytest.raises(ModelIncompatible, match="gallery unprotect"):
            require_kept_by_rotation(metric)


def test_the_verbs_say_what_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--home", str(tmp_path / "home"), "--key-file", str(tmp_path / "key"), "--json"]

    def said(*words: str) -> Any:
        assert run([*words, *where]) == 0
        return json.loads(capsys.readouterr().out)

    cli: Callable[..., Any] = functools.partial(said, "gallery")
    assert cli("show") == {"people": 0, "templates": {}, "protected": False}
    assert cli("protect") == {"protected": True, "templates": 0}  # before anybody is enrolled
    assert cli("show")["protected"] is True
    assert cli("unprotect") == {"protected": False, "templates": 0}
