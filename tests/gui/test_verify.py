"""Verification as a person at the desk meets it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from siamapp.gui.context import Context
from siamapp.gui.main_window import MainWindow
from siamapp.gui.trial import Answer, Trial, Verdict
from siamapp.gui.verdict_panel import Words
from siamapp.gui.verify_page import VerifyPage
from siamapp.identity.lockout import Lockout
from siamapp.live.source import CameraInfo
from siamapp.types import (
    Candidate,
    Decision,
    Face,
    FaceResult,
    Frame,
    FrameResult,
    Outcome,
    Quality,
)
from tests.fakes import ScriptedSource
from tests.gui.conftest import enrol
from tests.gui.scripted import astronaut, empty_room, hopper, write_photo, write_video

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def page(window: MainWindow, context: Context, until: Until) -> VerifyPage:
    """The page in view, with two people."""
    enrol(context, until, Ada=[astronaut()], Grace=[hopper()])
    window.show_page("verify")
    page = window.page("verify")
    assert isinstance(page, VerifyPage)
    return page


def verify(page: VerifyPage, qtbot: QtBot, until: Until, name: str) -> None:
    page.claim.name.setText(name)
    until(page.verify.isEnabled)
    page.verify.setFocus()
    qtbot.keyClick(page.verify, Qt.Key.Key_Return)
    assert page.verdict.result.title.text() == "Looking…"
    until(lambda: page._answered)  # a try at a photo may begin and end between two looks at it


def test_right_and_wrong_claims_are_answered_and_refusals_lock_the_claim(
    page: VerifyPage, context: Context, qtbot: QtBot, until: Until, tmp_path: Path
) -> None:
    context.change_setting("lockout_failures", 2)
    page.source.add(str(write_photo(tmp_path / "ada.png", astronaut())))

    verify(page, qtbot, until, "Ada")
    assert page.verdict.result.title.text() == "Yes"
    assert page.verdict.result.line.text() == "This is Ada."
    assert "about 1 stranger in 1,000 would pass" in page.verdict.fmr.text()
    assert " %" not in page.verdict.fmr.text(), "a line may break there"
    assert "100,000 comparisons" in page.verdict.fmr.text()
    assert page.verify.text() == "Verify again"

    verify(page, qtbot, until, "Grace")
    assert page.verdict.result.title.text() == "No"
    assert page.verdict.evidence.title == "Why not?"
    assert "too far" in page.verdict.checks[0].text()
    assert "One more refusal" in page.error.text
    context.language.use("zh_CN")
    assert "One more refusal" not in page.error.text
    assert page.error.text
    context.language.use("en")
    verify(page, qtbot, until, "Grace")
    until(lambda: not page.verify.isEnabled())
    assert "Too many refusals" in page.error.text

    # Another claim is free; the locked one stays so for a process that knows only the audit.
    page.claim.name.setText("Ada")
    until(page.verify.isEnabled)
    page._lock.lockout = Lockout()
    page.claim.name.setText("Grace")
    until(lambda: page.verdict.result.title.text() == "Locked")
    assert not page.verify.isEnabled()
    context.people_changed.emit()
    until(lambda: [b.property("claim") for b in page.claim.recent] == ["Grace", "Ada", ""])


def test_a_name_of_nobody_is_called_so(page: VerifyPage, until: Until, tmp_path: Path) -> None:
    page.source.add(str(write_photo(tmp_path / "ada.png", astronaut())))
    until(lambda: page.claim.has_people)
    for typed, said in (("gra", "Type whom"), ("Bea", "Nobody of this name is enrolled.")):
        page.claim.name.setText(typed)
        assert page.verdict.result.line.text().startswith(said)


def test_new_words_are_painted_in_their_own_room_at_once(page: VerifyPage, qtbot: QtBot) -> None:
    """Not for a frame in that of the words before, which were shorter."""
    result = page.verdict.result
    page.verdict.show_words(Words("Ready", "Go.", "muted", "verify"))
    qtbot.wait(50)
    before = result.geometry()
    page.verdict.show_words(Words("Locked", "Too many refusals in a row. " * 3, "warn", "lock"))
    at_once = [widget.geometry() for widget in (result, result.title, result.line)]
    assert at_once[0].height() > before.height()
    qtbot.wait(50)
    assert [widget.geometry() for widget in (result, result.title, result.line)] == at_once


@pytest.mark.parametrize("way", ["at once", "during another try"])
def test_a_locked_claim_is_tried_by_nobody(
    page: VerifyPage, context: Context, qtbot: QtBot, until: Until, tmp_path: Path, way: str
) -> None:
    """Not by who claims it before the audit was read, nor by who types it during another try."""
    context.change_setting("lockout_failures", 1)
    context.change_setting("agree_frames", 30)
    page.source.add(str(write_photo(tmp_path / "ada.png", astronaut())))
    verify(page, qtbot, until, "Grace")
    until(lambda: not page.verify.isEnabled())
    page.claim.name.setText("Ada")
    until(page.verify.isEnabled)
    if way == "at once":
        page.claim.name.setText("Grace")
        page.claim.confirmed.emit()
    else:  # at a video: one at a photo may be over before it is seen to have begun
        page.source.add(str(write_video(tmp_path / "ada.avi", astronaut(), frames=150)))
        page.verify.click()
        until(lambda: page._trial is not None)
        page.claim.name.setText("Grace")
        page._on_cancel()
        page.claim.confirmed.emit()

    def refused() -> int:
        audit, claim, told = context.recognizer.audit, page.claim.person, list[int]()
        assert claim is not None
        context.submit(lambda: audit.refusals(claim.person_id).in_a_row, done=told.append)
        until(lambda: bool(told))
        return told[0]

    assert refused() == 1
    until(lambda: page._trial is None)
    assert refused() == 1
    assert page.verdict.result.title.text() == "Locked"
    assert not page.verify.isEnabled()


@pytest.mark.parametrize("way", ["escape", "another page"])
def test_a_refusal_that_is_settled_counts_though_the_try_is_given_up(
    page: VerifyPage, window: MainWindow, context: Context, until: Until, tmp_path: Path, way: str
) -> None:
    context.change_setting("lockout_failures", 1)
    page.source.add(str(write_video(tmp_path / "ada.avi", astronaut(), frames=150)))
    page.claim.name.setText("Grace")
    until(page.verify.isEnabled)
    page.verify.click()

    def settled() -> bool:
        best = page._trial.answer.best if page._trial else None
        return best is not None and best.decision.outcome is Outcome.UNKNOWN

    until(settled)
    if way == "escape":
        page._on_cancel()
    else:
        window.show_page("people")
        window.show_page("verify")
    until(lambda: page.verdict.result.title.text() == "Locked")
    assert not page.verify.isEnabled()


def test_a_try_that_settled_nothing_is_given_up_without_a_trace(
    page: VerifyPage, context: Context, until: Until, tmp_path: Path
) -> None:
    context.change_setting("lockout_failures", 1)
    context.change_setting("agree_frames", 30)
    page.source.add(str(write_video(tmp_path / "ada.avi", astronaut(), frames=150)))
    page.claim.name.setText("Grace")
    until(page.verify.isEnabled)
    page.verify.click()
    until(lambda: page._trial is not None)
    page._on_cancel()
    told: list[int] = []
    context.submit(lambda: len(context.recognizer.audit.last(9)), done=told.append)
    until(lambda: bool(told))
    assert told == [2], "two enrolments"
    assert page.verdict.result.title.text() == "Ready"


def test_tries_that_follow_by_themselves_end_in_one_refusal(
    page: VerifyPage, context: Context, qtbot: QtBot, until: Until, tmp_path: Path
) -> None:
    context.change_setting("verify_retries", 1)
    context.change_setting("verify_timeout_s", 1)
    page.source.add(str(write_video(tmp_path / "ada.avi", astronaut(), frames=60)))
    verify(page, qtbot, until, "Grace")
    assert page.verdict.result.title.text() == "No"
    assert "4 more refusals" in page.error.text


def test_the_camera_that_is_chosen_is_the_one_that_verifies(
    page: VerifyPage, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list of cameras that was read anew may choose another one than runs."""
    shown = {"0": [empty_room()], "2": [astronaut(), astronaut(2)]}
    monkeypatch.setattr(
        "siamapp.gui.feed.open_source",
        lambda spec, **_: ScriptedSource(shown[spec] * 5000, pace_s=0.01),
    )
    page.source._on_cameras([CameraInfo(0, "Desk", "/dev/video0")])
    page.start("0")
    until(lambda: page.feed.frame is not None and page.is_active)
    page.source._on_cameras([CameraInfo(2, "Door", "/dev/video2")])
    page.claim.name.setText("Ada")
    until(page.verify.isEnabled)
    page.verify.click()
    until(lambda: page.verdict.result.title.text() not in ("Looking…", "Ready"))
    assert page.verdict.result.title.text() == "Yes"


def test_no_camera_goes_on_for_a_page_that_was_left(
    page: VerifyPage, window: MainWindow, context: Context, until: Until, tmp_path: Path
) -> None:
    page.source.add(str(write_photo(tmp_path / "ada.png", astronaut())))
    page.claim.name.setText("Ada")
    until(page.verify.isEnabled)
    page.verify.click()
    window.show_page("people")
    asked: list[None] = []
    for _ in range(2):  # what was asked by then, and what that asked for
        context.submit(lambda: None, done=asked.append)
        until(lambda: bool(asked))
        asked.clear()
    assert page._trial is None
    assert page.feed.frame is None


@pytest.mark.parametrize("left", ["with the answer shown", "before it was"])
def test_no_answer_outlives_the_page(
    page: VerifyPage, window: MainWindow, context: Context, until: Until, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, left: str,
) -> None:  # fmt: skip
    finish = page._finish

    def finish_and_go(answer: Answer) -> None:
        finish(answer)
        window.show_page("people")

    if left == "before it was":
        monkeypatch.setattr(page, "_finish", finish_and_go)
    page.source.add(str(write_photo(tmp_path / "ada.png", astronaut())))
    page.claim.name.setText("Grace")
    until(page.verify.isEnabled)
    page.verify.click()
    if left == "before it was":
        until(page.isHidden)
    else:
        until(lambda: page.verdict.result.title.text() == "No")
        assert page.error.text
        window.show_page("people")
    until(lambda: context.jobs._pending == 0)
    window.show_page("verify")
    until(lambda: context.jobs._pending == 0)
    assert page.verdict.result.title.text() == "Ready"
    assert page.verdict.evidence.isHidden()
    assert page.verify.text() == "Verify"
    assert not page.error.text
    assert not page.video.has_picture
    assert page._lock.refusals.in_a_row == 1


def test_what_a_recording_showed_before_is_not_a_part_of_the_trial(
    page: VerifyPage, until: Until, tmp_path: Path
) -> None:
    """Verify pressed while a video plays begins it anew; the run before has later times."""
    film = str(write_video(tmp_path / "ada.avi", astronaut(), frames=50))
    page.source.add(film)
    page.start(film)
    run_before = page.make_process(film)()
    until(lambda: page.feed.frame is not None)
    page.claim.name.setText("Ada")
    until(page.verify.isEnabled)
    page.verify.click()
    until(lambda: page._doorway is not run_before)
    assert run_before(Frame(astronaut(), 1.96, 49)).faces == ()
    until(lambda: page.verdict.result.title.text() == "Yes")


def test_without_a_face_nobody_is_refused(
    page: VerifyPage, qtbot: QtBot, until: Until, tmp_path: Path
) -> None:
    page.source.add(str(write_photo(tmp_path / "room.png", empty_room())))
    verify(page, qtbot, until, "Ada")
    assert page.verdict.result.title.text() == "Not clear"
    assert "none was seen" in page.verdict.checks[0].text()
    assert not page.error.text
    for answer, said in (
        (Answer(Verdict.UNJUDGED), "No face could be judged."),
        (Answer(Verdict.UNJUDGED, face(Outcome.UNDECIDED)), "Time was over before it was certain."),
    ):
        page.verdict.show_answer(answer, "Ada")
        assert page.verdict.result.line.text() == f"{said} Nobody was refused."


@pytest.mark.qt_log_ignore("does not support (raise|grabbing)", extend=True)
def test_a_name_is_found_by_a_part_of_it_but_never_guessed(
    window: MainWindow, context: Context, qtbot: QtBot, until: Until
) -> None:
    enrol(context, until, **{"Ada Example": [astronaut()], "Grace Example": [hopper()]})
    window.show_page("verify")
    claim = window.page("verify").claim
    until(lambda: claim.has_people)
    qtbot.keyClicks(claim.name, "example")
    qtbot.keyClick(claim.name, Qt.Key.Key_Return)
    assert claim.person is None
    claim.name.clear()
    qtbot.keyClicks(claim.name, "grace")
    qtbot.keyClick(claim.name, Qt.Key.Key_Return)
    assert claim.person is not None
    assert claim.person.name == "Grace Example"


def test_an_empty_gallery_says_what_to_do(window: MainWindow, until: Until) -> None:
    window.show_page("verify")
    until(window.page("verify")._empty.isVisible)
    window.page("verify")._empty.button.click()
    assert window.page("enrol").isVisible()


# --- the trial, without a window ------------------------------------------------------------------


def face(outcome: Outcome, distance: float = 0.9, side: float = 50.0) -> FaceResult:
    box = np.array([0, 0, side, side], np.float32)
    quality = Quality(40, 0.3, 0.5, 0.2, 0, 0, 0, 1)
    best = None if outcome is Outcome.POOR else Candidate(1, "Ada", distance)
    decision = Decision(outcome, 0.4, 1e-3, best)
    return FaceResult(1, Face(box, np.zeros((5, 2), np.float32), 1.0), quality, (), decision)


def run(script: list[list[FaceResult]], *, retries: int = 0, fps: float = 1.0) -> Trial:
    frames = iter(script)

    def stream(frame: Frame) -> FrameResult:
        return FrameResult(frame.index, frame.time_s, 64, 64, tuple(next(frames)))

    trial = Trial(lambda: stream, timeout_s=3, retries=retries)
    for index in range(len(script)):
        trial(Frame(np.zeros((64, 64, 3), np.uint8), index / fps, index))
    return trial


@pytest.mark.parametrize(
    ("script", "verdict", "distance"),
    [
        ([[face(Outcome.UNKNOWN)], [face(Outcome.MATCH, 0.3)]], Verdict.ACCEPTED, 0.3),
        ([[face(Outcome.UNKNOWN, 0.8)], [face(Outcome.UNKNOWN)], [], []], Verdict.REFUSED, 0.8),
        ([[face(Outcome.UNDECIDED)], [face(Outcome.POOR)], [], []], Verdict.UNJUDGED, 0.9),
        ([[], [], [], []], Verdict.UNJUDGED, None),
        ([[face(Outcome.UNKNOWN)], []], None, 0.9),
    ],
)
def test_a_trial_ends_at_a_match_or_when_its_time_is_over(
    script: list[list[FaceResult]], verdict: Verdict | None, distance: float | None
) -> None:
    answer = run(script).answer
    assert answer.verdict is verdict
    best = answer.best.decision.best if answer.best else None
    assert (best.distance if best else None) == distance


def test_a_bystander_verifies_nobody() -> None:
    both = [face(Outcome.UNKNOWN, side=90), face(Outcome.MATCH, 0.2, side=40)]
    assert run([both] * 4).answer.verdict is Verdict.REFUSED


def test_a_retry_begins_by_itself_and_what_comes_after_the_end_changes_nothing() -> None:
    script = [[face(Outcome.UNKNOWN)]] * 5 + [[face(Outcome.MATCH, 0.1)]] * 4
    trial = run(script, retries=1)
    assert trial.answer.verdict is Verdict.ACCEPTED
    assert trial.answer.try_number == 2
    assert run(script).answer.verdict is Verdict.REFUSED
