"""The window: a rail on the left, one page at a time on the right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSettings, QSize, Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from siamapp.errors import SiamError
from siamapp.gui.context import Context
from siamapp.gui.enroll_page import EnrollPage
from siamapp.gui.live_page import LivePage
from siamapp.gui.opening_page import OpeningPage
from siamapp.gui.people_page import PeoplePage
from siamapp.gui.settings_page import SettingsPage
from siamapp.gui.theme import SPACE, set_role

LIVE, ENROL, PEOPLE, SETTINGS = range(4)


class MainWindow(QMainWindow):
    """Owns the pages and decides which one is active; only the active page holds a camera."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.setWindowTitle("SiamApp")
        self.setMinimumSize(QSize(860, 600))
        self.resize(1120, 720)
        self.live = LivePage(context)
        self.enroll = EnrollPage(context)
        self.people = PeoplePage(context)
        self.settings = SettingsPage(context)
        self._pages = (self.live, self.enroll, self.people, self.settings)
        self.opening = OpeningPage(context)
        self._stack = QStackedWidget()
        for page in (self.opening, *self._pages):
            self._stack.addWidget(page)
        self._current = LIVE
        self._rail = self._make_rail()
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._rail_widget)
        row.addWidget(self._stack, 1)
        self.setCentralWidget(body)
        context.opening.connect(self._on_opening)
        context.opened.connect(self._on_opened)
        context.failed.connect(self._on_failed)
        self.people.enrol_wanted.connect(self._on_enrol_wanted)
        self.live.enrol_wanted.connect(self._on_enrol_wanted)
        self._after_paint: Callable[[], None] | None = None
        self._restore_geometry()
        self._on_opening()

    def show_page(self, index: int) -> None:
        """Go to a page: 0 live, 1 enrol, 2 people, 3 settings."""
        if not self._rail.button(index).isEnabled():
            return
        self._rail.button(index).setChecked(True)
        if self._stack.currentWidget() is not self._pages[index]:
            self._leave_current()
            self._current = index
            self._stack.setCurrentWidget(self._pages[index])
            self._pages[index].enter()

    def call_after_paint(self, callback: Callable[[], None]) -> None:
        """Call once, after the window was painted for the first time."""
        self._after_paint = callback
        self._stack.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint and self._after_paint is not None:
            callback, self._after_paint = self._after_paint, None
            self._stack.removeEventFilter(self)
            callback()
        return super().eventFilter(watched, event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._leave_current()
        self._geometry_file().setValue("geometry", self.saveGeometry())
        self.context.close()
        super().closeEvent(event)

    def _make_rail(self) -> QButtonGroup:
        self._rail_widget = QWidget()
        self._rail_widget.setObjectName("rail")
        self._rail_widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._rail_widget.setAccessibleName(self.tr("Pages"))
        column = QVBoxLayout(self._rail_widget)
        column.setContentsMargins(SPACE[2], SPACE[4], SPACE[2], SPACE[4])
        column.setSpacing(SPACE[2])
        group = QButtonGroup(self)
        entries = (
            ("live", self.tr("Live")),
            ("enrol", self.tr("Enrol")),
            ("people", self.tr("People")),
            ("settings", self.tr("Settings")),
        )
        for index, (icon, text) in enumerate(entries):
            button = QToolButton()
            set_role(button, "rail")
            button.setText(text)
            button.setCheckable(True)
            button.setIconSize(QSize(26, 26))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setMinimumWidth(80)
            button.setAccessibleName(text)
            button.setToolTip(f"{text} (Ctrl+{index + 1})")
            self.context.theme.set_icon(button, icon, "muted")
            shortcut = QShortcut(QKeySequence(f"Ctrl+{index + 1}"), self)
            shortcut.activated.connect(button.click)
            group.addButton(button, index)
            if icon == "settings":
                column.addStretch(1)
            column.addWidget(button)
        group.idClicked.connect(self.show_page)
        group.button(LIVE).setChecked(True)
        return group

    def _leave_current(self) -> None:
        if self._stack.currentWidget() is not self.opening:
            self._pages[self._current].leave()

    def _on_opening(self) -> None:
        self._leave_current()
        self.opening.show_busy()
        self._stack.setCurrentWidget(self.opening)
        self._allow()

    def _on_opened(self) -> None:
        self._allow(*range(len(self._pages)))
        self.show_page(self._current)

    def _on_failed(self, error: SiamError) -> None:
        self.opening.show_error(error)
        # Another model or provider may be the way out.
        self._allow(SETTINGS)

    def _allow(self, *indices: int) -> None:
        for button in self._rail.buttons():
            button.setEnabled(self._rail.id(button) in indices)

    def _on_enrol_wanted(self) -> None:
        self.show_page(ENROL)

    def _geometry_file(self) -> QSettings:
        self.context.paths.ensure()
        path = self.context.paths.home / "window.ini"
        return QSettings(str(path), QSettings.Format.IniFormat)

    def _restore_geometry(self) -> None:
        geometry = self._geometry_file().value("geometry")
        if geometry is not None:
            self.restoreGeometry(geometry)
