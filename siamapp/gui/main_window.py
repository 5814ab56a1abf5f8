"""The window: a rail on the left, one page at a time on the right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QSettings, QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from siamapp.errors import SiamError
from siamapp.gui.context import Context
from siamapp.gui.diagnostics import RunFacts
from siamapp.gui.dialogs import CrashDialog, tell_error, tell_expired
from siamapp.gui.feed import Feed
from siamapp.gui.idle import IdleWatch
from siamapp.gui.opening_page import OpeningPage
from siamapp.gui.page import Page
from siamapp.gui.pages import PAGES, load_all
from siamapp.gui.theme import SPACE, scaled, set_role

if TYPE_CHECKING:
    from siamapp.gui.welcome_page import WelcomePage

BREATH_MS: Final = 10
"""Between two pages that are made ahead; a timer of 0 would let no other event in between."""
_ROOMY_PX: Final = 1040
"""From this width on the rail's names stand beside their icons, below it under them."""


class MainWindow(QMainWindow):
    """Makes pages as they are asked for and tells them what happens.

    Only the page in view holds a camera.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.setMinimumSize(_smallest(self.screen().availableSize()))
        self.resize(1200, 760)
        self._entries = {entry.key: entry for entry in PAGES}
        self._pages: dict[str, Page] = {}
        self._stale: set[str] = set()
        """Pages that have not yet read what the gallery holds now."""
        self._wanted = PAGES[0].key
        self._shown: Page | None = None
        self.first_steps: WelcomePage | None = None
        self._idle = IdleWatch(self)
        self._idle.idle.connect(context.lock)
        context.setting_changed.connect(lambda _key: self._watch())
        self._brought: object = None
        """What the first page is handed once it is shown."""
        self.opening = OpeningPage(context)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.opening)
        self._buttons: dict[str, QToolButton] = {}
        self._rail = self._make_rail()
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._rail)
        row.addWidget(self._stack, 1)
        self.setCentralWidget(body)
        undo = QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self)
        undo.activated.connect(self._on_undo)
        lock = QShortcut(QKeySequence("Ctrl+L"), self)  # not every desktop has a tray for it
        lock.activated.connect(context.lock)
        context.opening.connect(self._on_opening)
        context.opening.connect(self._load_first)
        context.opened.connect(self._on_opened)
        context.failed.connect(self._on_failed)
        context.locked.connect(self._on_locked)
        context.people_changed.connect(self._on_people_changed)
        context.expired.connect(lambda names: tell_expired(self, names))
        context.put_off.connect(lambda error: tell_error(self, error))
        context.go_to.connect(self._on_go_to)
        self._after_paint: Callable[[], None] | None = None
        self._restore_geometry()
        self.retranslate()
        self._on_opening()

    def retranslate(self) -> None:
        self.setWindowTitle("SiamApp")
        self._rail.setAccessibleName(self.tr("Pages"))
        for number, (key, button) in enumerate(self._buttons.items(), 1):
            label = self._entries[key].label
            button.setText(label)
            button.setAccessibleName(label)
            button.setToolTip(f"{label} (Ctrl+{number})")
        self._fit_rail()

    def page(self, key: str) -> Page:
        """The page of that key; what of it is not there yet is made now."""
        page = self._begun(key)
        for _ in page.rest:
            pass
        return page

    def _begun(self, key: str) -> Page:
        page = self._pages.get(key)
        if page is None:
            page = self._pages[key] = self._entries[key].make(self.context, self._stack)
            self._stale.add(key)
            self._stack.addWidget(page)
            for feed in page.findChildren(Feed):
                feed.ended.connect(self._on_run_ended)
        return page

    def make_ahead(self, then: Callable[[], None]) -> None:
        """Make every page now, a piece between two events, so that no first visit waits for it.

        `then` is called once all are there; the gallery is open.
        """
        pieces = self._pieces()

        def make_next() -> None:
            if not self.context.is_open:
                return  # locked meanwhile: the next opening goes on
            if next(pieces, then) is then:
                then()
            else:
                QTimer.singleShot(BREATH_MS, self, make_next)

        self.context.submit(load_all, done=lambda _: make_next())

    def _pieces(self) -> Iterator[None]:
        for key in self._entries:
            page = self._begun(key)
            yield
            for _ in page.rest:  # `yield from` would end it with this run, which a lock may end
                yield

    def show_page(self, key: str) -> None:
        """Go to a page of `pages.PAGES`, if it can be shown now."""
        if not self._buttons[key].isEnabled():
            return
        self._buttons[key].setChecked(True)
        for name, button in self._buttons.items():  # Tab comes to one, the arrows go to the others
            policy = Qt.FocusPolicy.TabFocus if name == key else Qt.FocusPolicy.NoFocus
            button.setFocusPolicy(policy)
        page = self.page(key)
        if self._shown is page:
            return
        self._leave_current()
        self._wanted, self._shown = key, page
        self._stack.setCurrentWidget(page)
        page.enter()
        self._catch_up()

    def start_with(self, source: str | None) -> None:
        """Begin on the live page with this camera, file or stream once the gallery is open."""
        self._brought = source

    def welcome(self, done: Callable[[bool], None]) -> None:
        """Show the first start's steps; `done` is told whether a passphrase is wanted."""
        from siamapp.gui.welcome_page import WelcomePage

        page = WelcomePage(self.context)
        page.finished.connect(done)
        self.first_steps = page
        self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        self._rail.hide()

    def come_to_front(self, source: str = "") -> None:
        """The app was started again: show this window, and the source that was named."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()
        if source:
            self.context.go_to.emit("live", source)

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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return presses the button that has the focus, as in a dialog."""
        button = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(button, QPushButton):
            button.click()
            return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            self.context.theme.draw_at(self.devicePixelRatioF())
        return super().event(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._watch()

    def _watch(self) -> None:
        self._idle.watch(self.windowHandle(), self.context.settings.auto_lock_min)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_rail()

    def closeEvent(self, event: QCloseEvent) -> None:
        _dismiss_dialogs()  # one that stayed would keep the app running (Quit in the tray)
        self._leave_current()
        if self.first_steps is not None:
            self.first_steps.leave()
        self._geometry_file().setValue("geometry", self.saveGeometry())
        self.context.close()
        super().closeEvent(event)

    def _make_rail(self) -> QWidget:
        rail = QWidget()
        rail.setObjectName("rail")
        rail.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(rail)
        column.setContentsMargins(SPACE[2], SPACE[4], SPACE[2], SPACE[4])
        column.setSpacing(SPACE[1])
        group = QButtonGroup(self)
        for number, entry in enumerate(PAGES, 1):
            button = QToolButton()
            set_role(button, "rail")
            button.setCheckable(True)
            self.context.theme.set_icon(button, entry.icon, "muted", side_px=22)
            button.clicked.connect(lambda _=False, key=entry.key: self.show_page(key))
            shortcut = QShortcut(QKeySequence(f"Ctrl+{number}"), self)
            shortcut.activated.connect(button.click)
            group.addButton(button)
            self._buttons[entry.key] = button
            if entry is PAGES[-1]:
                column.addStretch(1)
            column.addWidget(button)
        self._buttons[PAGES[0].key].setChecked(True)
        return rail

    def _fit_rail(self) -> None:
        roomy = self.width() >= _ROOMY_PX
        style = (
            Qt.ToolButtonStyle.ToolButtonTextBesideIcon
            if roomy
            else Qt.ToolButtonStyle.ToolButtonTextUnderIcon
        )
        for button in self._buttons.values():
            button.setToolButtonStyle(style)
        wanted = max(button.sizeHint().width() for button in self._buttons.values())
        for button in self._buttons.values():  # the name of the page in view is bold
            button.setMinimumWidth(max(144 if roomy else 84, wanted + SPACE[3]))

    def _catch_up(self) -> None:
        """Let the page in view read what changed; the others do when they are shown."""
        if self._shown is not None and self.context.is_open and self._wanted in self._stale:
            self._stale.discard(self._wanted)
            self._shown.refresh()

    def _leave_current(self) -> None:
        if self._shown is not None:
            self._shown.leave()
        self._shown = None

    def _on_undo(self) -> None:
        if self._shown is not None:
            self._shown.undo()

    def _on_run_ended(self, facts: RunFacts) -> None:
        self.context.last_run = facts

    def _on_locked(self) -> None:
        interrupted = self._shown.interrupt() if self._shown is not None else ""
        _dismiss_dialogs()  # they show names and faces
        self._leave_current()
        self.opening.show_locked(interrupted)
        self._stack.setCurrentWidget(self.opening)
        self._allow(set())

    def _on_opening(self) -> None:
        self._rail.show()
        self._leave_current()
        self.opening.show_busy()
        self._stack.setCurrentWidget(self.opening)
        self._allow(set())

    def _load_first(self) -> None:
        """Import the page that comes first while there is nothing to be done in the window."""
        self.context.jobs.submit(self._entries[self._wanted].load)

    def _on_opened(self) -> None:
        self._watch()  # it ended when the window was locked
        self._allow(set(self._buttons))
        self.show_page(self._wanted)
        brought, self._brought = self._brought, None
        if brought is not None:
            self.page(self._wanted).receive(brought)

    def _on_failed(self, error: SiamError) -> None:
        self.opening.show_error(error)
        self._allow({entry.key for entry in PAGES if not entry.needs_gallery})

    def _on_people_changed(self) -> None:
        self._stale = set(self._pages)
        self._catch_up()

    def _on_go_to(self, key: str, brought: object) -> None:
        if not self._buttons[key].isEnabled():  # locked, or not open yet: later
            self._wanted, self._brought = key, brought
            return
        self.show_page(key)
        if brought is not None:
            self.page(key).receive(brought)

    def _allow(self, keys: set[str]) -> None:
        for key, button in self._buttons.items():
            button.setEnabled(key in keys)

    def _geometry_file(self) -> QSettings:
        self.context.paths.ensure()
        path = self.context.paths.home / "window.ini"
        return QSettings(str(path), QSettings.Format.IniFormat)

    def _restore_geometry(self) -> None:
        geometry = self._geometry_file().value("geometry")
        if geometry is not None:
            self.restoreGeometry(geometry)


def _smallest(screen: QSize) -> QSize:
    """What every page has room in: more where the font is large, if the screen has it."""
    return QSize(scaled(820), scaled(426)).boundedTo(screen).expandedTo(QSize(860, 600))


def _dismiss_dialogs() -> None:
    for dialog in QApplication.topLevelWidgets():
        if isinstance(dialog, QDialog) and not isinstance(dialog, CrashDialog):
            dialog.reject()
