"""What is in hand when the window locks: dropped in one way, wherever it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QInputDialog
from pytestqt.qtbot import QtBot

from siamapp.errors import SiamError
from siamapp.gui.context import Context
from siamapp.gui.idle import IdleWatch
from siamapp.gui.main_window import MainWindow
from siamapp.gui.pages import PAGES
from siamapp.types import Frame
from tests.gui.conftest import WAIT_MS, enrol
from tests.gui.scripted import astronaut, hopper, write_photo

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def lock_now(
    window: MainWindow, context: Context, until: Until, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[], object]], None]:
    """Lock the window while what `ask` submits still waits for the worker."""
    monkeypatch.setattr(context._opener, "forget", lambda: None, raising=False)

    def lock(ask: Callable[[], object]) -> None:
        gate = threading.Event()
        context.jobs.submit(gate.wait)
        ask()
        context.lock()
        gate.set()
        until(lambda: context.jobs._pending == 0)
        assert window.opening.title.text() == "Locked"

    return lock


def unlock(window: MainWindow, context: Context, qtbot: QtBot) -> None:
    with qtbot.waitSignal(context.opened, timeout=WAIT_MS):
        window.opening.retry.click()


def test_no_answer_of_a_locked_gallery_comes_to_those_who_asked(
    context: Context, lock_now: Callable[[Callable[[], object]], None]
) -> None:
    heard: list[object] = []

    def fail() -> None:
        raise SiamError("Gone.")

    def ask() -> None:
        context.submit(lambda: 1, done=heard.append)
        context.submit(fail, failed=heard.append)
        context.submit(fail)
        context.change_people(lambda: None, done=lambda: heard.append("changed"))
        context.jobs.submit(lambda: "no gallery", done=heard.append)

    lock_now(ask)
    assert heard == ["no gallery"]


@pytest.mark.parametrize("key", [entry.key for entry in PAGES])
def test_a_page_that_was_reading_is_whole_after_the_lock(
    key: str,
    window: MainWindow,
    context: Context,
    until: Until,
    qtbot: QtBot,
    lock_now: Callable[[Callable[[], object]], None],
) -> None:
    enrol(context, until, Eileen=[astronaut()])

    def ask() -> None:
        window.show_page(key)
        window.page(key).refresh()

    lock_now(ask)
    unlock(window, context, qtbot)
    assert window.page(key).isVisible()
    window.show_page("people")
    people = window.page("people")
    until(lambda: people.model.rowCount() == 1)
    until(lambda: people.card.samples.list.count() == 1)
    window.grab()  # which asks for the thumbnail
    until(lambda: bool(people.thumbnails._kept))


def test_a_deletion_is_complete_when_the_window_locks(
    window: MainWindow,
    context: Context,
    until: Until,
    lock_now: Callable[[Callable[[], object]], None],
) -> None:
    enrol(context, until, Eileen=[astronaut()], Grace=[hopper()])
    window.show_page("people")
    page, edits = window.page("people"), context.recognizer.edits
    until(lambda: bool(page.chosen))
    page._on_delete()
    until(lambda: len(page.changes) == 1)
    lock_now(lambda: None)
    assert not edits._undos
    assert not page.thumbnails._kept


def test_an_enrolment_in_hand_is_saved_and_its_form_is_free_again(
    window: MainWindow,
    context: Context,
    until: Until,
    qtbot: QtBot,
    lock_now: Callable[[Callable[[], object]], None],
) -> None:
    window.show_page("enrol")
    page, recognizer = window.page("enrol"), context.recognizer
    samples = recognizer.samples_from([Frame(astronaut(), 0.0, 0)], still=True)
    page.receive(samples)
    until(lambda: bool(page.form.samples))
    page.form.name.setText("Eileen")
    lock_now(page.form.save.click)
    assert not page.form.is_busy
    assert not page.form.samples
    unlock(window, context, qtbot)
    assert len(context.recognizer.gallery) == 1


def test_a_dialog_closes_with_the_lock(
    window: MainWindow,
    context: Context,
    until: Until,
    lock_now: Callable[[Callable[[], object]], None],
) -> None:
    enrol(context, until, Eileen=[astronaut()])
    window.show_page("people")
    page = window.page("people")
    until(lambda: page.card.person is not None)
    QTimer.singleShot(0, context.lock)
    page.card.tags_wanted.emit()  # returns once the dialog is gone
    assert QApplication.activeModalWidget() is None
    assert not context.is_open
    until(lambda: context.jobs._pending == 0)


@pytest.mark.qt_log_ignore("does not support raise", extend=True)
def test_what_a_second_start_brings_to_a_locked_window_waits(
    window: MainWindow,
    context: Context,
    until: Until,
    qtbot: QtBot,
    tmp_path_factory: pytest.TempPathFactory,
    lock_now: Callable[[Callable[[], object]], None],
) -> None:
    window.show_page("people")
    photo = str(write_photo(tmp_path_factory.mktemp("second") / "a.png", astronaut()))
    lock_now(lambda: None)
    window.come_to_front(photo)
    unlock(window, context, qtbot)
    live = window.page("live")
    assert live.isVisible()
    until(lambda: bool(live.video.overlays))


def test_a_key_locks_the_window(
    window: MainWindow,
    context: Context,
    until: Until,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(context._opener, "forget", lambda: None, raising=False)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=WAIT_MS)
    qtbot.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert not context.is_open
    assert window.opening.title.text() == "Locked"
    until(lambda: context.jobs._pending == 0)


def test_work_in_a_dialog_puts_the_lock_off(window: MainWindow, qtbot: QtBot) -> None:
    watch = IdleWatch(window)
    watch._timer.setTimerType(Qt.TimerType.PreciseTimer)
    watch.watch(window.windowHandle(), 1)
    dialog = QInputDialog(window)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.windowHandle() is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: QApplication.focusWindow() is dialog.windowHandle(), timeout=WAIT_MS)
    qtbot.wait(50)
    before = watch._timer.remainingTime()
    qtbot.keyClick(dialog.windowHandle(), "a")
    assert watch._timer.remainingTime() > before
    watch.watch(None, 0)
    dialog.close()
    dialog.deleteLater()
