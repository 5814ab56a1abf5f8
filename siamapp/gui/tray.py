"""An icon in the system's tray, where there is one: to the front, lock, quit.

It is a second way to what the window offers, never the only one: the window is never hidden, so
that a tray that goes away takes nothing with it.
"""

from __future__ import annotations

from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon

from siamapp.gui.main_window import MainWindow


class Tray(QSystemTrayIcon):
    """Lives as long as the window; closing the window ends the app, icon or not."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(QApplication.windowIcon(), window)
        self._window = window
        self.menu = QMenu(window)
        self.front, self.lock, self.end = QAction(self.menu), QAction(self.menu), QAction(self.menu)
        self.menu.addActions((self.front, self.lock, self.end))
        self.front.triggered.connect(lambda: window.come_to_front())
        self.lock.triggered.connect(window.context.lock)
        self.end.triggered.connect(window.close)
        self.activated.connect(self._on_activated)
        self.menu.aboutToShow.connect(lambda: self.lock.setEnabled(window.context.is_open))
        self.setContextMenu(self.menu)
        self.retranslate()
        window.context.language.changed.connect(self.retranslate)

    def retranslate(self) -> None:
        self.setToolTip("SiamApp")
        self.front.setText(self.tr("Show the window"))
        self.lock.setText(self.tr("Lock now"))
        self.end.setText(self.tr("Quit"))

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self._window.come_to_front()


def tray_of(window: MainWindow) -> Tray:
    """The window's icon, shown where and while there is a tray.

    Under X11 Qt watches for a tray that comes later or comes back, if the icon was shown before;
    Windows and macOS have theirs from the start, and Wayland's is looked for once in a process.
    """
    tray = Tray(window)
    if QSystemTrayIcon.isSystemTrayAvailable() or QGuiApplication.platformName() == "xcb":
        tray.show()
    return tray
