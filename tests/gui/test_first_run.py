"""The first start in three steps, one window per home, the lock, and what crash reports hold."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QStyle, QStyleOptionButton
from pytestqt.qtbot import QtBot

from siamapp.gui.context import Context
from siamapp.gui.dialogs import crash_report
from siamapp.gui.idle import IdleWatch
from siamapp.gui.main_window import MainWindow
from siamapp.gui.single import SingleWindow
from siamapp.gui.welcome_page import WelcomePage
from tests.gui.conftest import enrol
from tests.gui.scripted import astronaut, write_video

Until = Callable[[Callable[[], bool]], None]


def heading_of(steps: WelcomePage) -> QPoint:
    """Where the heading of the step in view stands in its card."""
    card = steps.stack.currentWidget()
    heading = next(
        label
        for label in card.findChildren(QLabel)
        if label.property("role") == "heading" and label.text()
    )
    return heading.pos()


def test_the_first_start_takes_three_steps_and_shows_the_picture(
    context: Context, qtbot: QtBot, until: Until, no_cameras: None, tmp_path: Path
) -> None:
    window = MainWindow(context)
    qtbot.addWidget(window)
    answers: list[bool] = []
    window.welcome(answers.append)
    window.show()
    steps = window.first_steps
    assert steps is not None
    assert not window._rail.isVisible()
    assert not (context.paths.home / "gallery.db").exists()
    places = [heading_of(steps)]
    steps.next.click()
    places.append(heading_of(steps))
    sign = QStyleOptionButton()
    steps.keyring.initStyleOption(sign)
    circle = QStyle.SubElement.SE_RadioButtonIndicator
    inset = steps.keyring.style().subElementRect(circle, sign, steps.keyring).left()
    assert steps.keyring.x() + inset == places[1].x(), "its circle stands below the heading"
    steps.passphrase.click()
    steps.next.click()
    places.append(heading_of(steps))
    assert places[0] == places[1] == places[2]
    notice = steps.video.notice
    assert notice is not None
    assert "open a video or a photo" in notice.hint  # there is no camera
    steps.source.add(str(write_video(tmp_path / "a.avi", astronaut(), frames=250)))
    steps.source.toggle.click()
    until(lambda: steps.video.has_picture)
    steps.next.click()
    assert answers == [True]
    with qtbot.waitSignal(context.opened, timeout=60_000):
        context.open()
    assert window._rail.isVisible()
    assert window.page("live").isVisible()


@pytest.mark.parametrize("key", ["verify", "people", "history", "evaluate"])
def test_return_leads_on_from_a_page_that_is_empty(
    window: MainWindow, until: Until, key: str
) -> None:
    window.show_page(key)
    until(lambda: isinstance(window.focusWidget(), QPushButton))
    pressed = window.focusWidget()
    assert pressed.isVisible()
    assert pressed.property("role") == "primary"


@pytest.mark.parametrize("key", ["verify", "people", "history"])
def test_what_is_still_read_is_not_said_to_be_empty(
    window: MainWindow, context: Context, until: Until, key: str
) -> None:
    read = threading.Event()
    context.jobs.submit(read.wait)
    window.show_page(key)
    page = window.page(key)
    invitation = page._empty.button
    assert not invitation.isVisible()
    read.set()
    until(invitation.isVisible)


@pytest.mark.parametrize(("key", "goes_on"), [("verify", "claim.name"), ("people", "list")])
def test_who_enrols_the_first_person_comes_back_to_what_a_page_is_for(
    window: MainWindow, context: Context, until: Until, key: str, goes_on: str
) -> None:
    window.show_page(key)
    window.show_page("enrol")
    enrol(context, until, Ada=[astronaut()])
    window.show_page(key)
    until(lambda: window.focusWidget() is attrgetter(goes_on)(window.page(key)))


def test_a_second_start_raises_the_first_window(tmp_path: Path, qtbot: QtBot) -> None:
    first, second, elsewhere = (SingleWindow(tmp_path / home) for home in ("home", "home", "other"))
    assert not first.taken("")
    assert not elsewhere.taken("")
    with qtbot.waitSignal(first.asked, timeout=10_000) as asked:
        assert second.taken("office.mp4")
    assert asked.args == ["office.mp4"]
    first.close()
    assert not second.taken("")
    for single in (second, elsewhere):
        single.close()


def test_an_unused_window_locks_and_forgets_the_key(
    window: MainWindow, context: Context, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten: list[bool] = []
    monkeypatch.setattr(context._opener, "forget", lambda: forgotten.append(True), raising=False)
    context.change_setting("auto_lock_min", 1)
    assert window._idle._timer.interval() == 60_000
    window._idle.idle.emit()
    qtbot.waitUntil(lambda: forgotten == [True], timeout=60_000)
    assert window.opening.title.text() == "Locked"
    assert not context.is_open
    window.opening.retry.setFocus()
    with qtbot.waitSignal(context.opened, timeout=60_000):
        qtbot.keyClick(window.opening.retry, Qt.Key.Key_Return)
    assert window.page("live").isVisible()
    assert window._idle._timer.isActive()  # it locks again
    context.change_setting("auto_lock_min", 0)


def test_touching_the_window_puts_the_lock_off(window: MainWindow, qtbot: QtBot) -> None:
    watch = IdleWatch(window)
    watch._timer.setTimerType(Qt.TimerType.PreciseTimer)
    watch.watch(window.windowHandle(), 1)
    qtbot.wait(30)
    before = watch._timer.remainingTime()
    qtbot.keyClick(window.windowHandle(), Qt.Key.Key_Shift)
    assert watch._timer.remainingTime() > before
    watch.watch(None, 0)


def test_a_crash_report_holds_no_value() -> None:
    try:
        raise KeyError("Ada Lovelace")
    except KeyError:
        kind, _, trace = sys.exc_info()
    assert kind is not None
    text = crash_report(kind, trace)
    assert "KeyError" in text
    assert "test_first_run.py" in text
    assert "Ada" not in text.replace('raise KeyError("Ada Lovelace")', "")
