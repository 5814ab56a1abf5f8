"""An empty place that says what to do next."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from siamapp.gui.theme import SPACE, Theme, set_role


class EmptyState(QWidget):
    """Icon, title, one line, and the button that leads on."""

    acted = Signal()

    def __init__(self, theme: Theme, icon: str) -> None:
        super().__init__()
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
        column = QVBoxLayout(self)
        column.setSpacing(SPACE[3])
        column.addStretch(2)
        # Labels that wrap need the layout's full width to know their height.
        for widget in (picture, self._title, self._hint):
            column.addWidget(widget)
        column.addSpacing(SPACE[2])
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def set_words(self, title: str, hint: str, *, action: str = "") -> None:
        self._title.setText(title)
        self._hint.setText(hint)
        self.button.setText(action)
        self.button.setVisible(bool(action))
        self.setAccessibleName(title)
