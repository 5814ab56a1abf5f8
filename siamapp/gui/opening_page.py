"""What is shown while models and gallery open, and when they cannot be."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from siamapp.errors import SiamError
from siamapp.gui.context import Context
from siamapp.gui.error_wording import said
from siamapp.gui.theme import SPACE, set_role


class OpeningPage(QWidget):
    """Busy, or an error with a way on."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._icon = QLabel()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title = QLabel()
        set_role(self.title, "title")
        self.hint = QLabel()
        set_role(self.hint, "muted")
        for label in (self.title, self.hint):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(240)
        self._say: Callable[[], None] = self.show_busy
        self.retry = QPushButton()
        set_role(self.retry, "primary")
        self.retry.clicked.connect(context.open)
        column = QVBoxLayout(self)
        column.setSpacing(SPACE[3])
        column.addStretch(2)
        # Labels that wrap need the layout's full width to know their height.
        for label in (self._icon, self.title, self.hint):
            column.addWidget(label)
        for widget in (self.progress, self.retry):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self.retranslate()

    def retranslate(self) -> None:
        self.progress.setAccessibleName(self.tr("Opening"))
        self._say()

    def show_busy(self) -> None:
        self._say = self.show_busy
        self._show("siamapp", self.tr("Opening the gallery…"), self.tr("Models are checked."))
        self.progress.show()
        self.retry.hide()

    def show_error(self, error: SiamError) -> None:
        self._say = lambda: self.show_error(error)
        what, hint = said(error)
        self._show("error", what, "" if error.hint == "Try again." else hint)  # the button says it
        self._offer(self.tr("Try again"))

    def show_locked(self, interrupted: str = "") -> None:
        """Nobody was at the desk for a while; `interrupted` says what goes on afterwards."""
        self._say = lambda: self.show_locked(interrupted)
        closed = self.tr("The gallery is closed and its key is forgotten.")
        self._show("lock", self.tr("Locked"), "\n".join(filter(None, (closed, interrupted))))
        self._offer(self.tr("Unlock"))

    def _offer(self, action: str) -> None:
        self.progress.hide()
        self.retry.setText(action)
        self.retry.show()
        self.retry.setFocus()

    def _show(self, icon: str, title: str, hint: str) -> None:
        tone = "bad" if icon == "error" else "accent"
        self._context.theme.set_icon(self._icon, icon, tone, side_px=64)
        self.title.setText(title)
        self.hint.setText(hint)
