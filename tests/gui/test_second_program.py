"""A window stays open while another program changes the gallery."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from siamapp.gui.context import Context
from siamapp.gui.main_window import MainWindow
from siamapp.gui.verify_page import VerifyPage
from siamapp.identity.own_calibration import (
    OwnCalibration,
    distances_id,
    remove_calibration,
    save_calibration,
)
from siamapp.settings import Settings
from siamapp.types import Outcome
from tests.gui.conftest import enrol, told
from tests.gui.scripted import astronaut, hopper, open_scripted, write_photo

Until = Callable[[Callable[[], bool]], None]


def test_whom_another_program_deletes_is_not_named_any_more(
    window: MainWindow, context: Context, until: Until, tmp_path: Path
) -> None:
    enrol(context, until, Ada=[astronaut()], Grace=[hopper()])
    window.show_page("live")
    page = window.page("live")
    page.receive(str(write_photo(tmp_path / "ada.png", astronaut())))
    until(lambda: "Ada" in told(page))
    with open_scripted(context.paths.home, Settings()) as other:
        other.edits.delete(other.people.by_name("Ada").person_id)
    until(lambda: bool(page.cards) and "Ada" not in told(page))
    assert list(context.recognizer.gallery.names.values()) == ["Grace"]


@pytest.mark.skipif(os.name == "nt", reason="there an open file cannot be replaced")
def test_a_gallery_that_another_program_replaced_is_left(
    window: MainWindow, context: Context, until: Until
) -> None:
    enrol(context, until, Ada=[astronaut()])
    path = context.paths.home / "gallery.db"
    copy = path.with_name("copy.db")
    copy.write_bytes(path.read_bytes())
    copy.replace(path)
    until(lambda: not context.is_open)
    until(lambda: "replaced" in window.opening.title.text())
    window.opening.retry.click()
    until(lambda: context.is_open)
    assert list(context.recognizer.gallery.names.values()) == ["Ada"]


def test_thresholds_that_another_program_measured_count_at_once(
    window: MainWindow, context: Context, until: Until
) -> None:
    recognizer, folder = context.recognizer, context.paths.calibrations_dir
    card = recognizer.pipeline.embedder.model.card
    stricter = [row.model_copy(update={"distance": row.distance / 2}) for row in card.thresholds]
    calibration = OwnCalibration(
        embedder_id=card.id, embedder_name=card.name, metric="l2", distances=distances_id(card),
        created_utc="2026-11-30T08:00:00Z", source="folder", people=12, pictures=48,
        thresholds=tuple(stricter),
    )  # fmt: skip
    before = recognizer.policy.threshold
    save_calibration(folder, calibration)
    until(lambda: recognizer.policy.threshold == before / 2)
    remove_calibration(folder, card.id)
    until(lambda: recognizer.policy.threshold == before)
    (folder / f"{card.id}.toml").write_text("broken")
    until(lambda: not context.is_open)
    assert "Remove it" in window.opening.hint.text()


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.MATCH])
def test_what_another_program_records_lifts_no_lock(
    window: MainWindow, context: Context, until: Until, tmp_path: Path, outcome: Outcome
) -> None:
    """The command line tries a claim that is locked here."""
    context.change_setting("lockout_failures", 2)
    enrol(context, until, Ada=[astronaut()])
    window.show_page("verify")
    page = window.page("verify")
    assert isinstance(page, VerifyPage)
    page.source.add(str(write_photo(tmp_path / "ada.png", astronaut())))
    with open_scripted(context.paths.home, Settings()) as other:
        claim = other.people.by_name("Ada").person_id

        def record(outcome: Outcome) -> None:
            facts = {"how": "verify", "claim_id": claim, "outcome": outcome}
            other.audit.record("decision", facts)

        record(Outcome.UNKNOWN)
        record(Outcome.UNKNOWN)
        page.claim.name.setText("Ada")
        until(lambda: page.verdict.result.title.text() == "Locked")
        record(outcome)
    window.show_page("people")
    window.show_page("verify")
    page.claim.name.setText("Ada")
    answered: list[None] = []
    context.submit(lambda: None, done=answered.append)  # after what the page asked of the audit
    until(lambda: bool(answered))
    assert page.verdict.result.title.text() == "Locked"
    assert not page.verify.isEnabled()
