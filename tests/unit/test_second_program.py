"""What another program does to the gallery counts here too."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from siamapp.errors import StoreLocked
from siamapp.recognizer import Recognizer
from siamapp.settings import Settings
from siamapp.types import Frame, Outcome
from tests.gui.scripted import astronaut, hopper, open_scripted


def enrol(recognizer: Recognizer, **portraits) -> None:
    for name, bgr in portraits.items():
        recognizer.enroll(name, recognizer.samples_from([Frame(bgr, 0.0, 0)], still=True))


def test_who_is_deleted_or_enrolled_elsewhere_is_so_here(tmp_path: Path) -> None:
    with open_scripted(tmp_path, Settings()) as here, open_scripted(tmp_path, Settings()) as there:
        enrol(here, Ada=astronaut())
        assert not here.catch_up(), "own changes are known"
        stream = here.stream()
        assert there.catch_up()
        there.edits.delete(there.people.by_name("Ada").person_id)
        enrol(there, Grace=hopper())
        assert here.catch_up()
        assert list(here.gallery.names.values()) == ["Grace"]
        results = [stream(Frame(astronaut(), k / 30, k)) for k in range(9)]
        assert {r.faces[0].decision.outcome for r in results[3:]} == {Outcome.UNKNOWN}
        assert not here.catch_up()


def test_decisions_of_another_program_change_nothing(tmp_path: Path) -> None:
    with open_scripted(tmp_path, Settings()) as here, open_scripted(tmp_path, Settings()) as there:
        enrol(there, Ada=astronaut())
        assert here.catch_up()
        gallery = here.gallery
        (face,) = there.identify([Frame(astronaut(), 0.0, 0)], still=True)
        assert face.decision.name == "Ada"
        assert not here.catch_up()
        assert here.gallery is gallery
        there.edits.rename(there.people.by_name("Ada").person_id, "Eileen")
        assert here.catch_up()
        assert list(here.gallery.names.values()) == ["Eileen"]


def test_one_question_needs_no_asking(tmp_path: Path) -> None:
    with open_scripted(tmp_path, Settings()) as here, open_scripted(tmp_path, Settings()) as there:
        enrol(there, Ada=astronaut(), Grace=hopper())
        frames = [Frame(astronaut(), 0.0, 0)]
        decision = here.verify("Ada", frames, still=True)
        assert decision is not None
        assert decision.name == "Ada"
        there.edits.delete(there.people.by_name("Ada").person_id)
        (face,) = here.identify(frames, still=True)
        assert face.decision.name is None


@pytest.mark.skipif(os.name == "nt", reason="there an open file cannot be replaced")
def test_a_program_that_writes_is_waited_for_and_one_that_replaced_the_gallery_is_said(
    tmp_path: Path,
) -> None:
    with open_scripted(tmp_path, Settings()) as here, open_scripted(tmp_path, Settings()) as there:
        enrol(here, Ada=astronaut())
        here.database._connection.execute("PRAGMA busy_timeout = 1")
        there.database._connection.execute("BEGIN EXCLUSIVE")
        assert not here.catch_up()
        there.database._connection.execute("ROLLBACK")
        there.edits.rename(there.people.by_name("Ada").person_id, "Eileen")
        assert here.catch_up()
        (tmp_path / "gallery.db").rename(tmp_path / "old.db")
        with pytest.raises(StoreLocked, match="replaced"):
            here.catch_up()
