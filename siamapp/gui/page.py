"""What all pages have in common: a margin, a title, one line that says what the page is for."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from siamapp.gui.context import Context
from siamapp.gui.theme import SPACE, set_role


class Page(QWidget):
    """A page; `enter` and `leave` are called as it is shown and hidden by the user."""

    def __init__(self, context: Context, title: str, subtitle: str) -> None:
        super().__init__()
        self.context = context
        self.setAccessibleName(title)
        heading = QLabel(title)
        set_role(heading, "title")
        line = QLabel(subtitle)
        set_role(line, "muted")
        words = QVBoxLayout()
        words.setSpacing(SPACE[1])
        words.addWidget(heading)
        words.addWidget(line)
        self.header = QHBoxLayout()
        self.header.setSpacing(SPACE[2])
        self.header.addLayout(words)
        self.header.addStretch(1)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(SPACE[5], SPACE[5], SPACE[5], SPACE[5])
        self.column.setSpacing(SPACE[4])
        self.column.addLayout(self.header)

    def enter(self) -> None:
        """The page is shown."""

    def leave(self) -> None:
        """The page is hidden: let go of the camera."""


class ErrorLine(QWidget):
    """One line that says what is wrong and what to do; hidden while all is well."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = QLabel()
        self._icon.setFixedSize(20, 20)
        context.theme.set_icon(self._icon, "error", "bad", side_px=20)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        set_role(self._text, "body", tone="bad")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE[2])
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text() if not self.isHidden() else ""

    def show_text(self, text: str) -> None:
        self._text.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))

    def clear(self) -> None:
        self.show_text("")
