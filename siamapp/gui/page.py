"""What all pages have in common: a margin, a title, one line that says what the page is for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from siamapp.gui.context import Context
from siamapp.gui.controls import SCROLL_BAR_PX
from siamapp.gui.theme import SPACE, set_role

_ROOMY_PX: Final = 800
"""A narrower page keeps its first line for the title and its tools."""


class Page(QWidget):
    """A page. Made when it is first shown; every hook is called by the window.

    A page sets all its text in `retranslate`, which its constructor calls last and the window's
    language calls again.
    """

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        """Made where it is to stand, and laid out from the outside in: a style sheet is applied
        anew to all that moves into another parent.
        """
        super().__init__(parent)
        self.context = context
        self.rest: Final = self.parts()
        """The parts that are not there yet; the window makes them."""
        self._title = QLabel()
        set_role(self._title, "title")
        self._subtitle = QLabel()
        set_role(self._subtitle, "muted")
        # It gives way to the tools beside it.
        self._subtitle.setWordWrap(True)
        self._subtitle.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        words = QVBoxLayout()
        words.setSpacing(SPACE[1])
        words.addWidget(self._title)
        words.addWidget(self._subtitle)
        self.header = QHBoxLayout()
        """Add the page's tools here: they stand at the right of the title, or below it."""
        self.header.setSpacing(SPACE[2])
        self._top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._top.setSpacing(SPACE[2])
        self._top.addLayout(words, 1)
        self._top.addLayout(self.header)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(SPACE[5], SPACE[5], SPACE[5], SPACE[5])
        self.column.setSpacing(SPACE[4])
        self.column.addLayout(self._top)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._subtitle.setVisible(self.width() >= _ROOMY_PX)
        needed = self._title.sizeHint().width() + SPACE[2] + self.header.minimumSize().width()
        beside = needed <= self.width() - 2 * SPACE[5]
        self._top.setDirection(
            QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        )

    def make_room_for_scroll_bar(self) -> None:
        """Let the bar of a `PageScroll` stand in the margin, so that cards end where tools end."""
        self.column.setContentsMargins(SPACE[5], SPACE[5], SPACE[5] - SCROLL_BAR_PX, SPACE[5])
        self._top.setContentsMargins(0, 0, SCROLL_BAR_PX, 0)

    def column_above_scroll(self) -> QVBoxLayout:
        """A column, below the title, for what is to end where the cards of a `PageScroll` do."""
        above = QVBoxLayout()
        above.setContentsMargins(0, 0, SCROLL_BAR_PX, 0)
        above.setSpacing(SPACE[4])
        self.column.addLayout(above)
        return above

    def set_heading(self, title: str, subtitle: str) -> None:
        self._title.setText(title)
        self._subtitle.setText(subtitle)
        self.setAccessibleName(title)

    def parts(self) -> Iterator[None]:
        """Make what the constructor has left, one part up to each `yield`.

        All are there before a hook is called, but the language may change between two.
        """
        yield from ()

    def retranslate(self) -> None:
        """Set every visible and spoken text in the language of now."""

    def enter(self) -> None:
        """The page is shown."""

    def leave(self) -> None:
        """The page is hidden: let go of the camera, finish what could still be undone."""

    def interrupt(self) -> str:
        """The window is about to lock: what the page goes on with after the unlocking, in words."""
        return ""

    def refresh(self) -> None:
        """The people changed, or the page is new: read again what it shows of them."""

    def receive(self, brought: object) -> None:
        """Another page sent the user here with this; called after `enter`."""

    def undo(self) -> None:
        """Ctrl+Z was pressed outside a text field."""
