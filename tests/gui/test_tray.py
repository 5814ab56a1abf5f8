"""The icon in the tray: there whenever a tray is, and never the only way to anything.

That Qt puts a shown icon into a tray that comes later was seen under Xvfb with trayer, as was that
the window stays when the tray dies: no headless platform of Qt has a tray.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QDialog, QSystemTrayIcon

from siamapp.gui.context import Context
from siamapp.gui.main_window import MainWindow
from siamapp.gui.tray import Tray, tray_of
from siamapp.paths import assets_dir

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def tray(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tray]:
    """On a desktop without a tray."""
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: False))
    QApplication.setWindowIcon(QIcon(str(assets_dir() / "icons" / "siamapp.svg")))
    yield tray_of(window)
    QApplication.setWindowIcon(QIcon())


@pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)  # only xcb has the signal
@pytest.mark.parametrize(
    ("platform", "available", "shown"),
    [("xcb", False, True), ("xcb", True, True), ("wayland", True, True), ("wayland", False, False)],
)
def test_the_icon_waits_for_a_tray_where_qt_sees_one_come(
    tray: Tray, window: MainWindow, monkeypatch: pytest.MonkeyPatch,
    platform: str, available: bool, shown: bool,
) -> None:  # fmt: skip
    assert not tray.isVisible()
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: available))
    monkeypatch.setattr(QGuiApplication, "platformName", staticmethod(lambda: platform))
    later = tray_of(window)
    assert later.isVisible() is shown
    later.hide()


@pytest.mark.qt_log_ignore("does not support raise", extend=True)
def test_a_click_and_the_first_entry_bring_the_window_back(
    tray: Tray, window: MainWindow, until: Until
) -> None:
    for bring in (
        tray.front.trigger,
        lambda: tray.activated.emit(QSystemTrayIcon.ActivationReason.Trigger),
    ):
        window.showMinimized()
        until(window.isMinimized)
        bring()
        until(lambda: not window.isMinimized())
        assert window.isVisible()


def test_the_menu_locks_once_and_has_nothing_to_lock_after(
    tray: Tray, window: MainWindow, context: Context
) -> None:
    tray.lock.trigger()
    assert window.opening.title.text() == "Locked"
    assert not context.is_open
    tray.menu.aboutToShow.emit()
    assert not tray.lock.isEnabled()


def test_quit_ends_the_app_although_a_dialog_is_open(tray: Tray, window: MainWindow) -> None:
    dialog = QDialog(window)
    QTimer.singleShot(0, tray.end.trigger)
    assert dialog.exec() == QDialog.DialogCode.Rejected
    assert not window.isVisible()


def test_the_menu_speaks_the_language_of_the_window(tray: Tray, context: Context) -> None:
    context.language.use("zh_CN")
    assert [action.text() for action in tray.menu.actions()] == ["显示窗口", "立即锁定", "退出"]
