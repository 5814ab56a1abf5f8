"""Every page by keyboard and screen reader."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from siamapp.gui.context import Context
from siamapp.gui.import_dialog import ImportDialog
from siamapp.gui.main_window import MainWindow
from siamapp.gui.pages import PAGES
from siamapp.gui.welcome_page import WelcomePage

KINDS = (QAbstractButton, QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit)


def controls(root: QWidget) -> list[QWidget]:
    """What takes input and can be seen; parts of Qt's own compound controls are left out."""
    found = [w for kind in KINDS for w in root.findChildren(kind) if w.isVisibleTo(root)]
    return [w for w in found if not is_part(w)]


def is_part(widget: QWidget) -> bool:
    parent = widget.parent()
    compound = QAbstractItemView | QAbstractSpinBox | QComboBox | QLineEdit
    return isinstance(parent, compound) or widget.objectName().startswith("qt_")


def unnamed(root: QWidget) -> list[str]:
    missing = []
    for widget in controls(root):
        interface = QAccessible.queryAccessibleInterface(widget)
        if not interface.text(QAccessible.Text.Name).strip():
            missing.append(f"{type(widget).__name__} of {type(widget.parent()).__name__}")
    return missing


def by_tab(root: QWidget) -> list[QWidget]:
    """The controls in the order in which Tab reaches them."""
    chain, widget = [], root.nextInFocusChain()
    while widget is not root:
        if root.isAncestorOf(widget) and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            chain.append(widget)
        widget = widget.nextInFocusChain()
    return chain


@pytest.mark.parametrize("key", [entry.key for entry in PAGES])
def test_each_control_of_a_page_has_a_name_and_a_place_in_the_tab_order(
    window: MainWindow, key: str
) -> None:
    window.show_page(key)
    QApplication.processEvents()
    page = window.page(key)
    assert unnamed(page) == []
    chain = by_tab(page)
    enabled = [w for w in controls(page) if w.isEnabled()]
    assert [type(w).__name__ for w in enabled if w not in chain] == []


@pytest.mark.parametrize("key", [entry.key for entry in PAGES])
def test_tab_goes_down_the_page_from_its_header(window: MainWindow, key: str) -> None:
    window.show_page(key)
    QApplication.processEvents()
    page = window.page(key)
    header = page.header.geometry().bottom()
    tops = [
        w.mapTo(page, QPoint(0, 0)).y() <= header
        for w in by_tab(page)
        if w.isVisibleTo(page) and not is_part(w)
    ]
    assert tops == sorted(tops, reverse=True), "the header's tools come first"


@pytest.mark.parametrize("key", [entry.key for entry in PAGES])
def test_a_label_is_read_to_a_blind_user_as_it_is_written(window: MainWindow, key: str) -> None:
    window.show_page(key)
    QApplication.processEvents()
    for label in window.page(key).findChildren(QLabel):
        name = QAccessible.queryAccessibleInterface(label).text(QAccessible.Text.Name)
        assert label.text().replace("&", "") in ("", name)


@pytest.mark.parametrize("key", [entry.key for entry in PAGES])
def test_a_letter_with_alt_means_one_thing_on_a_page(window: MainWindow, key: str) -> None:
    page = window.page(key)
    texts = [w.text() for w in (*page.findChildren(QLabel), *page.findChildren(QAbstractButton))]
    letters = [QKeySequence.mnemonic(text).toString() for text in texts if "&" in text]
    assert sorted(letters) == sorted(set(letters))


def test_tab_really_moves_the_focus(window: MainWindow, qtbot: QtBot) -> None:
    window.show_page("settings")
    window.activateWindow()
    fields = window.page("settings").fields
    fields["camera"].setFocus()
    reached = set()
    for _ in range(30):
        focused = QApplication.focusWidget()
        reached.add(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert set(fields.values()) <= reached


def test_tab_comes_to_the_page_in_view_in_the_rail(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    for key in ("history", "models"):
        window.show_page(key)
        stops = [k for k, b in window._buttons.items() if b.focusPolicy() & Qt.FocusPolicy.TabFocus]
        assert stops == [key]
    window._buttons["models"].setFocus()
    qtbot.keyClick(window._buttons["models"], Qt.Key.Key_Up)
    assert window.page("evaluate").isVisible()
    assert window._buttons["evaluate"].hasFocus()


def test_the_rail_the_dialogs_and_the_first_steps_are_named(
    window: MainWindow, context: Context
) -> None:
    assert unnamed(window._rail) == []
    for widget in (ImportDialog(context), WelcomePage(context)):
        widget.show()
        assert unnamed(widget) == []
        widget.close()
        widget.deleteLater()
