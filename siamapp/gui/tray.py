"""An icon in the system's tray, where there is one: to the front, lock, quit."""

from __future__ import annotations

from PySide6.QtGui import QAction
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


def tray_of(window: MainWindow) -> Tray | None:
    """The window's icon, shown; None on a desktop without a tray."""
    if not QSystemTrayIcon.isSystemTrayAvailable():
        return None
    tray = Tray(window)
    tray.show()
    return tray
