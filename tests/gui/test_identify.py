"""Identification: several in view, strangers enrolled from there, wrong names refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from siamapp.gui.best_looks import EVERY_S, KEPT, BestLooks
from siamapp.gui.context import Context
from siamapp.gui.identify_page import IdentifyPage
from siamapp.gui.main_window import MainWindow
from siamapp.live.session import State
from siamapp.types import Decision, Face, FaceResult, Frame, FrameResult, Outcome, Quality
from tests.gui.conftest import enrol, told
from tests.gui.scripted import astronaut, hopper, write_photo, write_video

Until = Callable[[Callable[[], bool]], None]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(window: MainWindow, context: Context, until: Until) -> IdentifyPage:
    enrol(context, until, Ada=[astronaut()])
    page = window.page("live")
    assert isinstance(page, IdentifyPage)
    return page


def test_a_stranger_is_told_with_the_nearest_and_enrolled_by_one_click(
    page: IdentifyPage, context: Context, qtbot: QtBot, until: Until, tmp_path: Path
) -> None:
    brought: list[object] = []
    context.go_to.connect(lambda key, what: brought.extend((key, what)))
    page.receive(str(write_photo(tmp_path / "stranger.png", hopper())))
    until(lambda: "Unknown person" in told(page))
    (card,) = page.cards.values()
    assert "Nearest: Ada" in card.facts.text()
    assert page.video.overlays[0].dashed
    qtbot.mouseClick(card.action, LEFT)
    key, samples = brought
    assert key == "enrol"
    assert [sample.crop_bgr.shape for sample in samples] == [(112, 112, 3)]  # type: ignore[attr-defined]


def test_this_is_not_x_counts_for_a_frame_whose_answer_is_held(
    page: IdentifyPage, qtbot: QtBot, until: Until, tmp_path: Path
) -> None:
    """Between two looks a frame has no vector: the button takes that of the last look."""
    page.receive(str(write_video(tmp_path / "ada.avi", astronaut(), frames=40)))
    until(lambda: "Ada" in told(page) and not page.is_active)
    (card,) = page.cards.values()
    face = card._face
    assert face is not None
    card.show_face(replace(face, embedding=None))
    qtbot.mouseClick(card.action, LEFT)
    until(lambda: bool(page.banner.text))
    assert page.banner.text == "Noted: this face is not Ada."


def test_a_source_that_does_not_open_shows_nobody_of_the_one_before(
    page: IdentifyPage, qtbot: QtBot, until: Until, tmp_path: Path
) -> None:
    page.receive(str(write_photo(tmp_path / "ada.png", astronaut())))
    until(lambda: "Ada" in told(page))
    page.start(str(tmp_path / "gone.png"))
    until(lambda: page._status.state is State.FAILED)
    page._on_tick()
    assert not page.video.has_picture
    assert "Ada" not in told(page)


def test_before_the_first_answer_nobody_is_said_to_be_missing(
    page: IdentifyPage, until: Until, tmp_path: Path
) -> None:
    page.receive(str(write_photo(tmp_path / "ada.png", astronaut())))
    until(lambda: "Ada" in told(page) and not page.is_active)
    page._status = replace(page._status, state=State.RUNNING)
    page._forget_answers()
    page.show_result(None)
    assert page.waiting.text() == "Looking…"
    page.show_result(frame(1.0))
    assert page.waiting.text() == "Nobody in view. Come in front of the camera."


def test_this_is_not_x_is_kept_and_can_be_taken_back(
    page: IdentifyPage, window: MainWindow, context: Context, qtbot: QtBot, until: Until,
    tmp_path: Path,
) -> None:  # fmt: skip
    def rejected() -> int:
        rows = context.recognizer.people.gallery_rows(context.recognizer.pipeline.embedder.id)
        return sum(map(len, rows.rejected.values()))

    def count() -> int:
        found: list[int] = []
        context.jobs.submit(rejected, done=found.append)
        until(lambda: bool(found))
        return found[0]

    page.receive(str(write_photo(tmp_path / "ada.png", astronaut())))
    until(lambda: "Ada" in told(page))
    (card,) = page.cards.values()
    assert card.action.text() == "This is not Ada"
    window.activateWindow()
    card.action.setFocus()
    qtbot.mouseClick(card.action, LEFT)
    until(lambda: "not Ada" in page.banner.text)
    assert page.recent.list.hasFocus(), "the card is gone, and the rail is no place to go on"
    assert count() == 1
    until(lambda: "Unknown person" in told(page))  # the photo is over, and judged again
    assert page.recent.list.count() == 2
    (card,) = page.cards.values()
    assert card.action.text() == "Enrol this person"
    qtbot.mouseClick(page.banner.action, LEFT)
    until(lambda: not page.banner.text)
    assert count() == 0
    until(lambda: "Ada" in told(page))


def test_who_was_enrolled_meanwhile_is_told_of_the_picture_that_stands(
    page: IdentifyPage, window: MainWindow, context: Context, until: Until, tmp_path: Path
) -> None:
    page.receive(str(write_photo(tmp_path / "grace.png", hopper())))
    until(lambda: "Unknown person" in told(page))
    until(lambda: not page.is_active)
    window.show_page("people")
    recognizer = context.recognizer
    photo = Frame(hopper(), 0.0, 0)
    context.change_people(
        lambda: recognizer.enroll("Grace", recognizer.samples_from([photo], still=True))
    )
    window.show_page("live")
    until(lambda: "Grace" in told(page))
    (card,) = page.cards.values()
    assert card.name.text().startswith("1 · ")


def test_a_decision_that_comes_after_the_lock_is_no_crash(
    page: IdentifyPage, context: Context
) -> None:
    decision = Decision(Outcome.UNKNOWN, 0.4, 1e-3)
    context.lock()
    page.feed.decision_made.emit(frame(0.0, face(1, decision)), face(1, decision))
    assert page.recent.list.count() == 0


def test_several_faces_have_a_number_each_that_card_and_frame_share(page: IdentifyPage) -> None:
    decision = Decision(Outcome.UNKNOWN, 0.4, 1e-3)
    result = frame(0.0, face(4, decision), face(7, decision))
    page._status = page._status.__class__(1, page._status.state)
    page.show_result(result)
    assert [card.name.text() for card in page.cards.values()] == [
        "4 · Unknown person", "7 · Unknown person",
    ]  # fmt: skip
    assert [overlay.text[:4] for overlay in page.overlays_of(result)] == ["4 · ", "7 · "]
    page.show_unseen()
    assert not page.cards


# --- the looks at a stranger, without a window ----------------------------------------------------


def face(track: int, decision: Decision, *, eyes_px: float = 60) -> FaceResult:
    quality = Quality(eyes_px, 0.4, 0.5, 0.2, 0, 0, 0, 1)
    crop = np.zeros((112, 112, 3), np.uint8)
    spot = Face(np.array([0, 0, 50, 50], np.float32), np.zeros((5, 2), np.float32), 1.0)
    vector = np.zeros(4, np.float32)
    return FaceResult(track, spot, quality, (), decision, vector, crop)


def frame(time_s: float, *faces: FaceResult) -> FrameResult:
    return FrameResult(round(time_s * 100), time_s, 64, 64, faces)


def test_the_best_looks_of_each_track_are_kept_apart_in_time() -> None:
    looks, unknown = BestLooks(), Decision(Outcome.UNKNOWN, 0.4, 1e-3)
    for n in range(30):
        small = face(1, unknown, eyes_px=40 + n)
        looks.add(frame(n * 1.5 * EVERY_S, small, face(2, unknown, eyes_px=5)))
        looks.add(frame(n * 1.5 * EVERY_S + 0.01, face(1, unknown, eyes_px=200)))  # too soon
    kept = looks.of(face(1, unknown))
    assert len(kept) == KEPT
    assert all(sample.quality.eye_distance_px < 200 for sample in kept)
    assert looks.of(face(2, unknown)) == []  # never good enough to enrol
    looks.clear()
    assert looks.of(face(1, unknown)) == []
