"""What is in hand when the window locks: dropped in one way, wherever it was asked."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QInputDialog
from pytestqt.qtbot import QtBot

from siamapp.errors import SiamError
from siamapp.gui.context import Context
from siamapp.gui.idle import IdleWatch
from siamapp.gui.main_window import MainWindow
from siamapp.gui.pages import PAGES
from siamapp.gui.people_page import PeoplePage
from siamapp.types import Frame
from tests.gui.conftest import WAIT_MS, enrol, told
from tests.gui.scripted import astronaut, hopper, write_photo

Until = Callable[[Callable[[], bool]], None]
LockNow = Callable[[Callable[[], object]], None]


@pytest.fixture
def lock_now(window: MainWindow, context: Context, until: Until) -> LockNow:
    """Lock the window while what `ask` submits still waits for the worker."""

    def lock(ask: Callable[[], object]) -> None:
        gate = threading.Event()
        context.jobs.submit(gate.wait)
        ask()
        context.lock()
        gate.set()
        until(lambda: context.jobs._pending == 0)
        assert window.opening.title.text() == "Locked"

    return lock


@pytest.fixture
def people(window: MainWindow, context: Context, until: Until) -> PeoplePage:
    """The page in view, with two people of whom the first is chosen."""
    enrol(context, until, Eileen=[astronaut()], Grace=[hopper()])
    window.show_page("people")
    page = window.page("people")
    assert isinstance(page, PeoplePage)
    until(lambda: page.card.person is not None)
    return page


def unlock(window: MainWindow, context: Context, qtbot: QtBot) -> None:
    with qtbot.waitSignal(context.opened, timeout=WAIT_MS):
        window.opening.retry.click()


def test_no_answer_of_a_locked_gallery_comes_to_those_who_asked(
    context: Context, lock_now: LockNow
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


@pytest.mark.parametrize("key", ["live", "verify"])
def test_a_lock_leaves_no_template_no_face_and_no_answer_behind(
    window: MainWindow, context: Context, qtbot: QtBot, until: Until, tmp_path: Path, key: str
) -> None:
    enrol(context, until, Eileen=[astronaut()])
    window.show_page(key)
    page = window.page(key)
    page.source.add(str(write_photo(tmp_path / "eileen.png", astronaut())))
    if key == "live":
        page.source.toggle.click()
        until(lambda: "Eileen" in told(page))
    else:
        page.claim.name.setText("Eileen")
        until(page.verify.isEnabled)
        page.verify.click()
        until(lambda: page.verdict.result.title.text() == "Yes")
    kept = [weakref.ref(it) for it in (context.recognizer, context.recognizer.gallery)]
    context.lock()
    until(lambda: context.jobs._pending == 0)
    gc.collect()
    assert [it() for it in kept] == [None, None]
    unlock(window, context, qtbot)
    assert page.feed.frame is None
    assert not page.video.has_picture
    said = told(page) if key == "live" else page.verdict.result.line.text()
    assert "Eileen" not in said


@pytest.mark.parametrize("key", [entry.key for entry in PAGES])
def test_a_page_that_was_reading_is_whole_after_the_lock(
    key: str,
    window: MainWindow,
    context: Context,
    until: Until,
    qtbot: QtBot,
    lock_now: LockNow,
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
    people: PeoplePage, context: Context, until: Until, lock_now: LockNow
) -> None:
    edits = context.recognizer.edits
    people._on_delete()
    until(lambda: len(people.changes) == 1)
    lock_now(lambda: None)
    assert not edits._undos
    assert not people.thumbnails._kept


def test_an_enrolment_that_nobody_saved_is_forgotten_when_the_window_locks(
    window: MainWindow, context: Context, until: Until, lock_now: LockNow
) -> None:
    window.show_page("enrol")
    page = window.page("enrol")
    page.receive(context.recognizer.samples_from([Frame(astronaut(), 0.0, 0)], still=True))
    until(lambda: bool(page.form.samples))
    page.form.name.setText("Eileen")
    lock_now(lambda: None)
    assert not page.form.samples
    assert not page.form.name.text()


def test_an_enrolment_in_hand_is_saved_and_its_form_is_free_again(
    window: MainWindow,
    context: Context,
    until: Until,
    qtbot: QtBot,
    lock_now: LockNow,
) -> None:
    window.show_page("enrol")
    page, recognizer = window.page("enrol"), context.recognizer
    samples = recognizer.samples_from([Frame(astronaut(), 0.0, 0)], still=True)
    page.receive(samples)
    until(lambda: bool(page.form.samples))
    page.form.name.setText("Eileen")
    lock_now(page.form.save.click)
    assert not page.form.samples
    assert page.form.name.isEnabled()
    unlock(window, context, qtbot)
    assert len(context.recognizer.gallery) == 1


def test_a_dialog_closes_with_the_lock(people: PeoplePage, context: Context, until: Until) -> None:
    QTimer.singleShot(0, context.lock)
    people.card.tags_wanted.emit()  # returns once the dialog is gone
    assert QApplication.activeModalWidget() is None
    assert not context.is_open
    until(lambda: context.jobs._pending == 0)


def test_an_import_that_the_lock_interrupts_goes_on_after_the_unlocking(
    window: MainWindow, context: Context, until: Until, qtbot: QtBot, tmp_path: Path
) -> None:
    for name, picture in (("Ada", astronaut()), ("Bea", hopper())):
        (tmp_path / "people" / name).mkdir(parents=True)
        write_photo(tmp_path / "people" / name / "1.png", picture)
    window.show_page("enrol")
    page, first = window.page("enrol"), threading.Event()

    def begin() -> None:
        dialog = page._import
        context.jobs.submit(first.wait)  # the worker is busy: nobody is enrolled yet
        dialog.go_on(tmp_path / "people")
        context.lock()
        first.set()

    QTimer.singleShot(0, begin)
    page._on_folder()  # returns once the lock has closed the dialog
    assert "goes on after the unlocking" in window.opening.hint.text()
    until(lambda: context.jobs._pending == 0)

    def end() -> None:
        dialog = page._import
        if dialog is not None and not dialog.running and len(dialog.outcomes) == 2:
            dialog.close()

    looking = QTimer()  # the dialog waits in a loop of its own
    looking.timeout.connect(end)
    looking.start(20)
    unlock(window, context, qtbot)
    until(lambda: len(context.recognizer.gallery) == 2)
    until(lambda: page._import is None)
    looking.stop()
    window.show_page("people")
    window.show_page("enrol")
    QApplication.processEvents()
    assert page._import is None


@pytest.mark.qt_log_ignore("does not support raise", extend=True)
def test_what_a_second_start_brings_to_a_locked_window_waits(
    window: MainWindow,
    context: Context,
    until: Until,
    qtbot: QtBot,
    tmp_path_factory: pytest.TempPathFactory,
    lock_now: LockNow,
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
    window: MainWindow, context: Context, until: Until, qtbot: QtBot
) -> None:
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
