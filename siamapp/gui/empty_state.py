"""An empty place that says what to do next."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from siamapp.gui.theme import SPACE, Theme, set_role


class EmptyState(QWidget):
    """Icon, title, one line, and the button that leads on."""

    acted = Signal()

    def __init__(self, theme: Theme, icon: str, *, until_told: bool = False) -> None:
        """With `until_told` it is blank before `give_way`: what is still read is not empty."""
        super().__init__()
        self._told = QWidget(self)
        self._told.setHidden(until_told)
        picture = QLabel()
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme.set_icon(picture, icon, "muted", side_px=56)
        self._title = QLabel()
        set_role(self._title, "title")
        self._hint = QLabel()
        set_role(self._hint, "muted")
        self.button = QPushButton()
        set_role(self.button, "primary")
        self.button.clicked.connect(self.acted)
        for label in (self._title, self._hint):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self._told)
        column = QVBoxLayout(self._told)
        column.setSpacing(SPACE[3])
        column.addStretch(2)
        # Labels that wrap need the layout's full width to know their height.
        for widget in (picture, self._title, self._hint):
            column.addWidget(widget)
        column.addSpacing(SPACE[2])
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def invite(self) -> None:
        """Let Return lead on, where this is what the page shows."""
        if self.button.isVisible():
            self.button.setFocus()

    def give_way(self, body: QStackedWidget, to: QWidget, *, filled: bool) -> None:
        """Show the second page of `body`, or this first one; who waited here goes on at `to`."""
        fresh = self._told.isHidden() and body.isVisible()
        waited = fresh or self.button.hasFocus()
        self._told.show()
        body.setCurrentIndex(1 if filled else 0)
        if waited and filled:  # Qt goes to the field that comes first
            to.setFocus()
        elif fresh:
            self.invite()

    def set_words(self, title: str, hint: str, *, action: str = "") -> None:
        self._title.setText(title)
        self._hint.setText(hint)
        self.button.setText(action)
        self.button.setVisible(bool(action))
        self.setAccessibleName(title)
