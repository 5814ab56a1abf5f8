"""The audit: every change and decision is in it, and nothing of it can be altered unnoticed."""

from __future__ import annotations

import errno
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from siamapp.cli import run
from siamapp.errors import AlreadyKnown, StoreCorrupt
from siamapp.store import audit as audit_module
from siamapp.store.audit import Audit
from siamapp.store.database import Database
from siamapp.store.edits import Edits
from siamapp.store.head import Head
from siamapp.store.people import People
from siamapp.store.vault import GALLERY_NAME, find_key
from tests.unit.store_samples import EMBEDDER, KEY, decrypted, sample

NAME = "Zebedee Quillfeather"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A gallery with six entries in its audit."""
    (tmp_path / "key").write_text(KEY.raw.hex(), "ascii")
    home = tmp_path / "home"
    with Database.open(home, find_key(home, key_file=tmp_path / "key")) as database:
        people = People(database)
        zebedee = people.add(NAME, [sample(1), sample(2)], embedder_id=EMBEDDER)
        people.add_samples(zebedee.person_id, [sample(3)], embedder_id=EMBEDDER)
        edits = Edits(database)
        edits.remove_samples([people.templates(zebedee.person_id)[0].template_id])
        edits.rename(zebedee.person_id, "Zeb")
        Audit(database).record("decision", {"how": "verify", "outcome": "match", "distance": 0.5})
        edits.delete(zebedee.person_id)
    return home


def alter(home: Path, *statements: str) -> None:
    """What somebody with the key, and without scruples, could do to the file."""
    connection = sqlcipher.connect(str(home / GALLERY_NAME))
    connection.execute(f"PRAGMA key = \"x'{KEY.raw.hex()}'\"")
    for statement in ("DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete", *statements):
        connection.execute(statement)
    connection.commit()
    connection.close()


def faults(home: Path, known: Head | None = None) -> tuple[str, ...]:
    with Database.open(home, KEY) as database:
        return Audit(database).verify(known=known).faults


def test_every_change_is_an_entry_and_the_chain_holds(home: Path) -> None:
    with Database.open(home, KEY) as database:
        audit = Audit(database)
        assert [entry.kind for entry in audit.last(10)] == [
            "enrol", "add_samples", "remove_sample", "rename", "decision", "delete",
        ]  # fmt: skip
        verdict = audit.verify()
        assert (verdict.entries, verdict.pruned, verdict.faults) == (6, 0, ())
        assert [entry.kind for entry in audit.last(2)] == ["decision", "delete"]


def test_a_change_that_fails_leaves_no_entry(home: Path) -> None:
    with Database.open(home, KEY) as database:
        people = People(database)
        people.add("Ada", [sample(1)], embedder_id=EMBEDDER)
        before = Audit(database).verify()
        with pytest.raises(AlreadyKnown):
            people.add("Ada", [sample(2)], embedder_id=EMBEDDER)
        with pytest.raises(ValueError, match="JSON"):
            Audit(database).record("decision", {"distance": float("nan")})
        assert Audit(database).verify() == before


def test_nobody_is_named_even_after_deletion(home: Path) -> None:
    assert NAME.encode() not in decrypted(home / GALLERY_NAME, KEY)


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (["UPDATE audit SET facts = '{}' WHERE number = 2"], "entry 2 is not"),
        (["UPDATE audit SET at_utc = '2020' WHERE number = 5"], "entry 5 is not"),
        (["UPDATE audit SET kind = 'rename' WHERE number = 1"], "entry 1 is not"),
        (["DELETE FROM audit WHERE number = 3"], "entries 3 to 3 are gone"),
        (["DELETE FROM audit WHERE number >= 5"], "entries after 4 are gone"),
        (["DELETE FROM audit"], "entries after 0 are gone"),
        (
            [
                "UPDATE audit SET number = 99 WHERE number = 2",
                "UPDATE audit SET number = 2 WHERE number = 3",
                "UPDATE audit SET number = 3 WHERE number = 99",
            ],
            "entry 2 is not",
        ),
        (["UPDATE audit_head SET hash = zeroblob(32)"], "head was changed"),
    ],
)
def test_what_was_edited_removed_or_moved_is_found(
    home: Path, statements: list[str], said: str
) -> None:
    alter(home, *statements)
    assert any(said in fault for fault in faults(home))


def test_our_own_code_cannot_alter_an_entry(home: Path) -> None:
    with Database.open(home, KEY) as database:
        for statement in ("UPDATE audit SET facts = '{}'", "DELETE FROM audit"):
            with pytest.raises(sqlcipher.DatabaseError), database.transaction() as connection:
                connection.execute(statement)
        assert Audit(database).verify().faults == ()


def test_a_head_noted_earlier_proves_the_past(home: Path) -> None:
    with Database.open(home, KEY) as database:
        noted = Audit(database).verify().head
        Audit(database).record("decision", {"outcome": "unknown"})
    assert faults(home, Head(hash=noted)) == ()
    said = faults(home, Head(hash="ab" * 32))
    assert said == ("the head given was never part of this audit, or is pruned",)


CUT = (
    "DELETE FROM audit WHERE number > 4",
    "UPDATE audit_head SET (number, hash) = (SELECT number, hash FROM audit WHERE number = 4)",
)
"""The newest entries cut off, and the head set back to what is left: a chain that holds."""


def test_an_exported_head_tells_a_cut_tail_from_a_past_written_anew(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--home", str(home), "--key-file", str(tmp_path / "key"), "--json"]
    file = str(tmp_path / "head.json")

    def cli(*words: str) -> tuple[int, dict[str, Any]]:
        status = run(["audit", *words, *where])
        return status, json.loads(capsys.readouterr().out)

    status, head = cli("head", "--out", file)
    assert (status, head["number"], head["file"]) == (0, 6, file)
    with Database.open(home, KEY) as database:
        Audit(database).record("decision", {"outcome": "unknown"})
    for noted in (file, head["hash"]):
        assert cli("verify", "--head", noted)[0] == 0
    assert cli("head", "--out", file)[0] == 2  # what was noted once is not lost by mistake
    assert cli("head", "--out", file, "--overwrite")[1]["number"] == 7

    alter(home, *CUT)
    assert cli("verify")[0] == 0  # by itself nobody can see it
    status, verdict = cli("verify", "--head", file)
    assert status == 1
    assert verdict["faults"] == ["entries after 4 are gone: the head given is of entry 7"]
    with Database.open(home, KEY) as database:
        for _ in range(3):  # as many as there were: another past
            Audit(database).record("decision", {"outcome": "match"})
    status, verdict = cli("verify", "--head", file)
    assert verdict["faults"] == ["entry 7 is not the one whose head was given"]


@pytest.mark.parametrize("text", ["", "{}", '{"hash": "ab"}', "x" * 9000, "[" * 4000, "\xff"])
def test_a_file_that_is_no_head_is_refused_in_one_line(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (tmp_path / "head.json").write_text(text, "latin-1")
    for file in ("head.json", "nowhere"):
        where = ["--home", str(home), "--key-file", str(tmp_path / "key")]
        assert run(["audit", "verify", "--head", str(tmp_path / file), *where]) == 2
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert "no head" in err or "cannot be read" in err


def later(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def test_nothing_is_older_than_the_first_day_of_all(home: Path) -> None:
    class OnWindows(datetime):
        def astimezone(self, tz: object = None) -> NoReturn:
            raise OSError(errno.EINVAL, "Invalid argument")  # of local times before 1970

    with Database.open(home, KEY) as database:
        assert Audit(database).prune(datetime(1, 1, 1)) == 0
        assert Audit(database).prune(OnWindows(1969, 1, 1)) == 0


def test_pruning_leaves_a_chain_that_still_proves_itself(home: Path) -> None:
    with Database.open(home, KEY) as database:
        audit = Audit(database)
        noted = audit.verify().head
        assert audit.prune(later(-60)) == 0
        assert audit.prune(later(60)) == 5  # the newest stays
        verdict = audit.verify(known=Head(hash=noted))
        assert (verdict.entries, verdict.pruned, verdict.faults) == (7, 5, ())
        assert [entry.kind for entry in audit.last(9)] == ["delete", "prune"]
        assert audit.prune(later(60)) == 1
        assert audit.verify().faults == ()
        assert "is pruned" in audit.verify(known=Head(hash=noted[::-1])).faults[0]
        assert audit.verify(known=Head(hash=noted[::-1], number=2)).faults == (
            "the head given is of entry 2, which is pruned",
        )
    assert b"add_samples" not in decrypted(home / GALLERY_NAME, KEY)


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        # Somebody takes the oldest away and moves the checkpoint there, without the key.
        (
            [
                "UPDATE audit_checkpoint SET number = 3,"
                " hash = (SELECT hash FROM audit WHERE number = 3)",
                "DELETE FROM audit WHERE number <= 3",
            ],
            "entries up to 3 were not pruned by siamapp",
        ),
        (["UPDATE audit_checkpoint SET hash = randomblob(32)"], "not pruned by siamapp"),
        (["DELETE FROM audit WHERE number = 6"], "entries after"),
    ],
)
def test_a_forged_pruning_is_found(home: Path, statements: list[str], said: str) -> None:
    alter(home, *statements)
    assert any(said in fault for fault in faults(home))
    with Database.open(home, KEY) as database, pytest.raises(StoreCorrupt, match="not whole"):
        Audit(database).prune(later(60))


def test_a_true_checkpoint_cannot_be_moved_on(home: Path) -> None:
    with Database.open(home, KEY) as database:
        Audit(database).prune(later(60))
        Audit(database).record("decision", {"outcome": "unknown"})
    alter(
        home,
        "UPDATE audit_checkpoint SET number = 7, hash = (SELECT hash FROM audit WHERE number = 7)",
        "DELETE FROM audit WHERE number <= 7",
    )
    assert faults(home) == ("entries up to 7 were not pruned by siamapp",)


def test_the_clock_may_go_back_without_harm(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Yesterday(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime(2026, 1, 1, tzinfo=UTC)

    monkeypatch.setattr(audit_module, "datetime", Yesterday)
    with Database.open(home, KEY) as database:
        audit = Audit(database)
        audit.record("decision", {"outcome": "unknown"})
        assert audit.last(1)[0].number == 7
        assert audit.last(1)[0].at_utc < audit.last(2)[0].at_utc
        assert audit.prune(datetime(2026, 6, 1, tzinfo=UTC)) == 0  # six younger ones come before it
        assert audit.verify().faults == ()


def test_the_command_line_lists_and_verifies(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--home", str(home), "--key-file", str(tmp_path / "key")]

    def call(*words: str) -> tuple[int, dict[str, object]]:
        status = run([*words, *where, "--json"])
        return status, json.loads(capsys.readouterr().out)

    status, listed = call("audit", "list", "--last", "2")
    assert status == 0
    assert [entry["kind"] for entry in listed["entries"]] == ["decision", "delete"]  # type: ignore[attr-defined]
    assert call("audit", "verify")[0] == 0
    alter(home, "DELETE FROM audit WHERE number = 1")
    status, verdict = call("audit", "verify")
    assert (status, verdict["intact"]) == (1, False)
    assert run(["audit", "list", *where]) == 0
    assert "verify: match" in capsys.readouterr().out
