"""The few composed widgets that all pages are made of; whoever owns one gives it its words."""

from __future__ import annotations

import re
from typing import Final
from unicodedata import bidirectional

from PySide6.QtCore import QObject, QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QCompleter,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from siamapp.gui.theme import SPACE, Theme, set_role

SCROLL_BAR_PX: Final = 14
"""What a scroll bar takes, and the gap beside it."""
TONE_ICONS = {"info": "info", "good": "match", "warn": "warn", "bad": "error", "muted": "waiting"}
"""Each tone has a sign of its own: colour is never the only one."""


_LONG_WORD: Final = re.compile("[!-~\u00a1-\u024f]{25,}")
_PART: Final = re.compile(".{12}")


def for_label(text: str) -> str:
    """A text with a name in it: long words may break, and it runs from the left.

    A name without a space would be wider than its page, and an Arabic one at the beginning would
    turn the whole sentence about. Letters that join, or stand for words, are never broken.
    """
    first = next((d for c in text if (d := bidirectional(c)) in ("L", "R", "AL")), "L")
    broken = _LONG_WORD.sub(lambda word: _PART.sub("\\g<0>\u200b", word[0]), text)
    return broken if first == "L" else f"\u200e{broken}"


def scrolling(widget: QWidget) -> QScrollArea:
    """The widget, scrolled up and down where there is no room for it; no stop of Tab."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(widget)
    widget.setObjectName("scrolled")
    return area


class Card(QFrame):
    """A framed section: a title with room for buttons beside it, and a column below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self._title = QLabel()
        set_role(self._title, "heading")
        self._title.hide()
        self.header = QHBoxLayout()
        """Add buttons here: they stand at the right of the title."""
        self.header.setSpacing(SPACE[2])
        self.header.addWidget(self._title, 1)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(SPACE[4], SPACE[4], SPACE[4], SPACE[4])
        self.column.setSpacing(SPACE[3])
        self.column.addLayout(self.header)

    @property
    def title(self) -> str:
        return self._title.text()

    def set_title(self, text: str) -> None:
        self._title.setText(text)
        self._title.setVisible(bool(text))
        self.setAccessibleName(text)


class Banner(QFrame):
    """What the user has to know, in one line or two, and perhaps a way on; hidden while empty."""

    acted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._said = ""
        self._icon = QLabel()
        self._icon.setFixedSize(20, 20)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.action = QPushButton()
        self.action.clicked.connect(self.acted)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE[3], SPACE[2], SPACE[3], SPACE[2])
        row.setSpacing(SPACE[3])
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self.action)
        self.hide()

    @property
    def text(self) -> str:
        return self._said if not self.isHidden() else ""

    def show_text(self, text: str, tone: str = "bad", *, action: str = "") -> None:
        """Tones: info, good, warn, bad. An empty text hides it."""
        set_role(self, "banner", tone=tone)
        colour = "accent" if tone == "info" else tone
        self._theme.set_icon(self._icon, TONE_ICONS[tone], colour, side_px=20)
        self._said = text
        self._text.setText(for_label(text))
        self.action.setText(action)
        self.action.setVisible(bool(action))
        self.setAccessibleName(text)
        self.setVisible(bool(text))

    def clear(self) -> None:
        self.hide()


class ResultPanel(QFrame):
    """One answer, large enough to be read from two metres."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = QLabel()
        self.title = QLabel()
        self.line = QLabel()
        for label in (self.title, self.line):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        row = QHBoxLayout()
        row.setSpacing(SPACE[4])
        row.addWidget(self._icon)
        row.addWidget(self.title, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[5], SPACE[4], SPACE[5], SPACE[4])
        column.setSpacing(SPACE[2])
        column.addLayout(row)
        column.addWidget(self.line)

    def show_result(self, title: str, line: str, tone: str, *, icon: str = "") -> None:
        """Tones: info, good, warn, bad, muted; the icon says the same as the colour.

        A yes or a no stands larger than what is awaited: it is read from farther away.
        """
        answer = tone in ("good", "bad")
        set_role(self, "result", tone=tone)
        set_role(self.title, "far" if answer else "display", tone=tone)
        set_role(self.line, "title" if answer else "heading")
        colour = "accent" if tone == "info" else tone
        side_px = 80 if answer else 48
        self._theme.set_icon(self._icon, icon or TONE_ICONS[tone], colour, side_px=side_px)
        self.title.setText(title)
        self.line.setText(for_label(line))
        self.line.setVisible(bool(line))
        self.setAccessibleName(title)
        self.setAccessibleDescription(line)


class PageScroll(QScrollArea):
    """What scrolls down on a page that makes room for a bar; without a bar as wide."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.verticalScrollBar().rangeChanged.connect(self._keep_room)
        self._keep_room(0, 0)

    def _keep_room(self, low: int, high: int) -> None:
        self.setViewportMargins(0, 0, SPACE[1] if high > low else SCROLL_BAR_PX, 0)


class WrappedLabel(QLabel):
    """Words in as many lines as they need, which nothing above or below may take room from.

    A layout in a splitter or a scroll area asks for the least height without asking at what width.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.heightForWidth(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()


class SearchField(QLineEdit):
    """Search as you type: Ctrl+F goes to it, Escape empties it."""

    def __init__(self, theme: Theme, page: QWidget) -> None:
        super().__init__()
        self._theme = theme
        set_role(self, "search")
        self.setClearButtonEnabled(True)
        self._glass = QAction(self)
        self.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        theme.changed.connect(self._draw)
        self._draw()
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), page)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self._on_find)

    def set_words(self, text: str) -> None:
        self.setPlaceholderText(text)
        self.setAccessibleName(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)

    def _draw(self) -> None:
        self._glass.setIcon(self._theme.icon("search", "muted"))

    def _on_find(self) -> None:
        self.setFocus()
        self.selectAll()


def completer_of(names: QStringListModel, parent: QObject) -> QCompleter:
    """Offers the names that hold what was typed, wherever in them."""
    completer = QCompleter(names, parent)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setMaxVisibleItems(8)
    offered = QListView()  # the completer's own from here on
    offered.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    set_role(offered, "choices")
    completer.setPopup(offered)
    return completer
