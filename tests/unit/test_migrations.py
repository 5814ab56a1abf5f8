"""Galleries of every earlier schema, frozen as SQL, open as they were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from siamapp.errors import StoreTooNew
from siamapp.store import database as database_module
from siamapp.store import schema
from siamapp.store.audit import Audit
from siamapp.store.database import Connection, Database
from siamapp.store.edits import Edits
from siamapp.store.people import People
from siamapp.store.vault import GALLERY_NAME
from siamapp.types import Consent
from tests.unit.store_samples import EMBEDDER, KEY, fingerprint, sample

GALLERIES = Path(__file__).with_name("galleries")
VERSIONS = range(1, len(schema.MIGRATIONS))


def home_of(version: int, home: Path) -> Path:
    """A home with the frozen gallery of a schema, encrypted with `KEY`."""
    home.mkdir(mode=0o700)
    connection = sqlcipher.connect(str(home / GALLERY_NAME))
    connection.execute(f"PRAGMA key = \"x'{KEY.raw.hex()}'\"")
    connection.executescript((GALLERIES / f"v{version}.sql").read_text("utf-8"))
    connection.close()
    return home


@pytest.mark.parametrize("version", VERSIONS)
def test_an_earlier_gallery_keeps_everybody(version: int, tmp_path: Path) -> None:
    home = home_of(version, tmp_path / "home")
    with Database.open(home, KEY) as database:
        assert database.schema_version == len(schema.MIGRATIONS)
        database.check()
        people = People(database)
        ada, bob = people.all()
        assert [(p.name, p.templates, p.tags, p.consent) for p in (ada, bob)] == [
            ("Ada Example", 2, (), Consent()),
            ("Bob Example", 1, (), Consent()),
        ]
        stored = [t.embedding for p in (ada, bob) for t in people.templates(p.person_id)]
        np.testing.assert_array_equal(stored, [sample(n, 8).embedding for n in range(3)])
        verdict = Audit(database).verify()
        assert (verdict.entries, verdict.faults) == (0 if version == 1 else 4, ())
        edits = Edits(database)
        edits.set_tags(ada.person_id, ["staff"])
        edits.reject(ada.person_id, sample(5, 8).embedding, embedder_id=EMBEDDER)
        new = people.add("New", [sample(6, 8)], embedder_id=EMBEDDER)
        assert new.person_id == 4  # the third was given to somebody who is deleted
        database.check()
    assert [path.name for path in home.iterdir()] == [GALLERY_NAME]


def test_a_face_rejected_before_schema_7_goes_with_who_is_alike(tmp_path: Path) -> None:
    """How alike was not kept then; this one's cosine to Bob is 0.5, and somebody is nearer."""
    with Database.open(home_of(6, tmp_path / "home"), KEY) as database:
        people, edits = People(database), Edits(database)
        [rejected] = people.gallery_rows(EMBEDDER).rejected[1]
        twin = replace(sample(0, 8), embedding=rejected)
        people.add("Nearer", [twin], embedder_id=EMBEDDER)
        edits.delete(people.by_name("Bob Example").person_id)
        assert people.gallery_rows(EMBEDDER).rejected == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_migration_that_fails_leaves_the_old_file(
    version: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = home_of(version, tmp_path / "home")
    before = fingerprint(home)

    def fail(connection: Connection) -> None:
        connection.execute("DROP TABLE templates")
        raise sqlcipher.OperationalError("half way")

    monkeypatch.setattr(database_module, "MIGRATIONS", (*schema.MIGRATIONS[:-1], fail))
    with pytest.raises(sqlcipher.OperationalError, match="half way"):
        Database.open(home, KEY)
    assert fingerprint(home)[GALLERY_NAME] == before[GALLERY_NAME]
    monkeypatch.undo()
    with Database.open(home, KEY) as database:
        assert len(People(database).all()) == 2


def test_there_is_a_frozen_gallery_of_every_earlier_schema() -> None:
    assert {path.name for path in GALLERIES.iterdir()} == {f"v{n}.sql" for n in VERSIONS}


def test_a_gallery_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    home = home_of(1, tmp_path / "home")
    connection = sqlcipher.connect(str(home / GALLERY_NAME))
    connection.execute(f"PRAGMA key = \"x'{KEY.raw.hex()}'\"")
    connection.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
    connection.close()
    before = fingerprint(home)
    with pytest.raises(StoreTooNew, match="newer version"):
        Database.open(home, KEY)
    assert fingerprint(home) == before
