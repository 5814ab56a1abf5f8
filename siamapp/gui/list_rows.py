"""How the rows of a list are drawn: the ground of a chosen one, a name with what is said of it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from siamapp.gui.colours import Colours
from siamapp.gui.theme import SPACE, Theme, font

_INSET_PX: Final = 2
"""The ground of a row is smaller than the row by this on each side."""
SAID_ROLE: Final = Qt.ItemDataRole.UserRole
"""What is said of the item, in a line below its name."""


class NamedRows(QStyledItemDelegate):
    """A name and, muted, what is said of it; both are cut where there is no room."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._view = parent

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        lines = self._view.fontMetrics().height() + QFontMetrics(font("small")).height()
        return QSize(0, lines + 2 * (SPACE[2] + _INSET_PX))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        colours = self._theme.colours
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = paint_ground(painter, option, colours)
        words = area.adjusted(SPACE[3], SPACE[2], -SPACE[2], -SPACE[2])
        for text, colour, how, side in (
            (index.data(), colours.text, option.font, Qt.AlignmentFlag.AlignTop),
            (index.data(SAID_ROLE), colours.muted, font("small"), Qt.AlignmentFlag.AlignBottom),
        ):
            painter.setFont(how)
            painter.setPen(QColor(colour))
            cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, words.width())
            painter.drawText(words, side, cut)
        painter.restore()


def paint_ground(painter: QPainter, option: QStyleOptionViewItem, colours: Colours) -> QRect:
    """Draw whether a row is chosen, pointed at or has the focus; what of it is to be filled."""
    area: QRect = option.rect.adjusted(_INSET_PX, _INSET_PX, -_INSET_PX, -_INSET_PX)
    state = option.state
    selected = bool(state & QStyle.StateFlag.State_Selected)
    if selected or state & QStyle.StateFlag.State_MouseOver:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent_soft if selected else colours.raised))
        painter.drawRoundedRect(area, 8, 8)
    if selected:  # a bar at the side: colour is not the only sign
        painter.setBrush(QColor(colours.accent))
        painter.drawRoundedRect(
            QRectF(area.left(), area.top() + 10, 3, area.height() - 20), 1.5, 1.5
        )
    elif state & QStyle.StateFlag.State_HasFocus:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.accent), 1))
        painter.drawRoundedRect(area, 8, 8)
    return area
