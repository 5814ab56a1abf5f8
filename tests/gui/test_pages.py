"""The rail, the pages behind it, and what the window tells them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel
from pytestqt.qtbot import QtBot

from siamapp.gui import core_words
from siamapp.gui.context import Context
from siamapp.gui.group_card import GroupCard
from siamapp.gui.main_window import MainWindow
from siamapp.gui.pages import PAGES
from siamapp.gui.person_card import PersonCard

KEYS = [entry.key for entry in PAGES]


@pytest.mark.parametrize("key", KEYS)
def test_a_page_is_made_when_it_is_first_shown_and_opens_no_window(
    window: MainWindow, key: str
) -> None:
    made = [key for key in KEYS if key in window._pages]
    assert made == ["live"]
    shown: list[str] = []
    QApplication.instance().focusWindowChanged.connect(lambda now: shown.append(str(now)))
    window.show_page(key)
    QApplication.processEvents()
    assert shown == []
    assert window.page(key).isVisible()
    assert window.page(key).accessibleName()


def test_the_pages_are_made_ahead_while_the_first_one_is_in_view(
    window: MainWindow, qtbot: QtBot
) -> None:
    core_words.patterns.cache_clear()
    done: list[bool] = []
    window.make_ahead(lambda: done.append(True))
    qtbot.waitUntil(lambda: done == [True])
    assert sorted(window._pages) == sorted(KEYS)
    assert core_words.patterns.cache_info().currsize == 1
    assert window.page("live").isVisible()
    assert not any(window.page(key).isVisible() for key in KEYS if key != "live")


def test_a_page_that_is_visited_before_its_parts_were_made_is_whole(window: MainWindow) -> None:
    page = window._begun("people")
    assert not page.findChildren(PersonCard)
    window.show_page("people")
    assert page.findChildren(PersonCard) == [page.card]
    assert page.findChildren(GroupCard) == [page.group]


def test_the_parts_of_a_page_are_made_ahead_between_two_events(
    window: MainWindow, qtbot: QtBot
) -> None:
    seen: set[tuple[int, int]] = set()
    timer = QTimer()
    timer.timeout.connect(
        lambda: seen.add(tuple(len(window.findChildren(kind)) for kind in (PersonCard, GroupCard)))
    )
    timer.start(0)
    window.make_ahead(timer.stop)
    qtbot.waitUntil(lambda: not timer.isActive())
    assert seen == {(0, 0), (1, 0), (1, 1)}


def test_a_lock_amid_the_making_of_a_page_costs_it_none_of_its_parts(window: MainWindow) -> None:
    pieces = window._pieces()
    while not window.findChildren(PersonCard):
        next(pieces)
    del pieces
    assert not window.findChildren(GroupCard)
    group = window.page("people").group
    assert window.findChildren(GroupCard) == [group]


@pytest.mark.parametrize("key", ["enrol", "people", "settings"])
def test_the_language_may_change_between_two_parts_of_a_page(
    window: MainWindow, context: Context, key: str
) -> None:
    def texts() -> list[str]:
        return [w.text() for kind in (QLabel, QAbstractButton) for w in page.findChildren(kind)]

    page = window._begun(key)
    context.language.use("zh_CN")
    next(page.rest)
    context.language.use("en")
    window.show_page(key)
    shown = texts()
    context.language.use("en")
    assert texts() == shown


def test_no_page_is_made_ahead_for_a_gallery_that_was_closed_meanwhile(
    window: MainWindow, context: Context, qtbot: QtBot
) -> None:
    window.make_ahead(lambda: pytest.fail("that gallery is closed"))
    with qtbot.waitSignal(context.opened):
        context.open()
    qtbot.waitUntil(lambda: context.jobs._pending == 0)
    QApplication.processEvents()
    assert list(window._pages) == ["live"]


def test_icons_are_drawn_for_the_screen_that_the_window_is_moved_to(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "devicePixelRatioF", lambda: 1.5)
    QApplication.sendEvent(window, QEvent(QEvent.Type.DevicePixelRatioChange))
    button = window._buttons["people"]
    assert 1.5 * button.iconSize() in button.icon().availableSizes()


def test_each_page_has_a_number_key(window: MainWindow, qtbot: QtBot) -> None:
    for number, key in enumerate(KEYS, 1):
        qtbot.keyClick(window, Qt.Key(Qt.Key.Key_0 + number), Qt.KeyboardModifier.ControlModifier)
        assert window.page(key).isVisible()


def test_ctrl_z_goes_to_the_page_in_view_only(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    undone: list[str] = []
    for key in KEYS:
        monkeypatch.setattr(window.page(key), "undo", lambda key=key: undone.append(key))
    window.show_page("people")
    window.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone == ["people"]


def test_a_hidden_page_reads_the_people_again_when_it_is_shown_and_then_once(
    window: MainWindow, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    window.show_page("people")
    window.show_page("settings")
    monkeypatch.setattr(window.page("people"), "refresh", lambda: read.append("people"))
    context.people_changed.emit()
    assert read == []
    for key in ("people", "settings", "people"):
        window.show_page(key)
    assert read == ["people"]


def test_a_page_can_send_the_user_on_with_something(
    window: MainWindow, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    got: list[object] = []
    monkeypatch.setattr(window.page("enrol"), "receive", got.append)
    context.go_to.emit("enrol", None)
    assert window.page("enrol").isVisible()
    assert got == []
    context.go_to.emit("enrol", "what was seen")
    assert got == ["what was seen"]


@pytest.mark.parametrize("key", ["live", "verify", "enrol"])
def test_ctrl_o_opens_a_file_wherever_the_focus_is(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    asked: list[str] = []

    def ask(*_: object) -> tuple[str, str]:
        asked.append(key)
        return "", ""

    monkeypatch.setattr("siamapp.gui.source_bar.QFileDialog.getOpenFileName", ask)
    for other in ("live", "verify", "enrol", key):  # each has a source of its own
        window.show_page(other)
    window.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    assert asked == [key]
