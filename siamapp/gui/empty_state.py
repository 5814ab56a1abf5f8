"""An empty place that says what to do next."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from siamapp.gui.context import Context
from siamapp.gui.theme import SPACE, set_role


class EmptyState(QWidget):
    """Icon, title, one line, and the button that leads on."""

    acted = Signal()

    def __init__(
        self, context: Context, icon: str, title: str, hint: str, *, action: str = ""
    ) -> None:
        super().__init__()
        picture = QLabel()
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        context.theme.set_icon(picture, icon, "muted", side_px=56)
        heading = QLabel(title)
        set_role(heading, "heading")
        line = QLabel(hint)
        set_role(line, "muted")
        self.button = QPushButton(action)
        set_role(self.button, "primary")
        self.button.setAccessibleName(action)
        self.button.setVisible(bool(action))
        self.button.clicked.connect(self.acted)
        column = QVBoxLayout(self)
        column.setSpacing(SPACE[3])
        column.addStretch(2)
        for widget in (picture, heading, line, self.button):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
