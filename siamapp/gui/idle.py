"""Notices that nobody has touched the window for a while."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QWindow

_TOUCHES: Final = frozenset(
    {QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.Wheel,
     QEvent.Type.TouchBegin}
)  # fmt: skip


class IdleWatch(QObject):
    """Emits `idle` once no key or mouse has reached the window or a dialog for some minutes."""

    idle = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._window: QWindow | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.idle)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.connect(self._on_focus)

    def watch(self, window: QWindow | None, minutes: int) -> None:
        """Watch the native window, which few events reach; 0 minutes: never idle."""
        if window is not None and window is not self._window:
            self._window = window
            window.installEventFilter(self)
        self._timer.stop()
        if minutes:
            self._timer.start(60_000 * minutes)

    def _on_focus(self, window: QWindow | None) -> None:
        """A dialog is a window of its own: work in it is work."""
        if window is not None:
            window.installEventFilter(self)
            if self._timer.isActive():
                self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._timer.isActive() and event.type() in _TOUCHES:
            self._timer.start()
        return super().eventFilter(watched, event)
