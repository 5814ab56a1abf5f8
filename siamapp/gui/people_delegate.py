"""Paints one person: as a row of the list, or as a tile of the grid."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from siamapp.gui.list_rows import paint_ground
from siamapp.gui.people_model import ENTRY_ROLE, Entry
from siamapp.gui.theme import SPACE, Theme, font, scaled, tinted
from siamapp.gui.thumbnails import Thumbnails
from siamapp.gui.wording import count_of_samples

ROW_PHOTO_PX: Final = 44
TILE_PHOTO_PX: Final = 96


class PeopleDelegate(QStyledItemDelegate):
    """Draws with the theme's colours; asks `Thumbnails` and never waits for them."""

    def __init__(self, theme: Theme, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._thumbnails = thumbnails
        self._view = parent
        self.tiles = False

    def cell(self) -> QSize:
        """Size of every cell: all are alike, so that the view need not ask each."""
        line = self._view.fontMetrics().height()
        if self.tiles:
            width = scaled(TILE_PHOTO_PX + 2 * SPACE[4])
            return QSize(width, TILE_PHOTO_PX + 2 * line + 2 * SPACE[4])
        return QSize(200, max(ROW_PHOTO_PX, 2 * line) + 2 * SPACE[2])

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return self.cell()

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        entry: Entry = index.data(ENTRY_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area = paint_ground(painter, option, self._theme.colours)
        (self._paint_tile if self.tiles else self._paint_row)(painter, area, entry)
        painter.restore()

    def _paint_row(self, painter: QPainter, area: QRect, entry: Entry) -> None:
        side = ROW_PHOTO_PX
        left = area.left() + SPACE[3]
        self._paint_photo(
            painter, QRectF(left, area.center().y() - side / 2 + 0.5, side, side), entry
        )
        words = area.adjusted(side + 2 * SPACE[3], 0, -SPACE[2], 0)
        upper = QRect(words.left(), words.top(), words.width(), words.height() // 2)
        lower = upper.translated(0, words.height() // 2)
        self._paint_text(painter, upper, entry, Qt.AlignmentFlag.AlignLeft, top=False)
        self._paint_facts(painter, lower, entry, Qt.AlignmentFlag.AlignLeft)

    def _paint_tile(self, painter: QPainter, area: QRect, entry: Entry) -> None:
        side = TILE_PHOTO_PX
        photo = QRectF(area.center().x() - side / 2 + 0.5, area.top() + SPACE[2], side, side)
        self._paint_photo(painter, photo, entry)
        line = painter.fontMetrics().height() + 2
        words = QRect(
            area.left() + SPACE[1], round(photo.bottom()) + SPACE[1],
            area.width() - 2 * SPACE[1], line,
        )  # fmt: skip
        self._paint_text(painter, words, entry, Qt.AlignmentFlag.AlignHCenter, top=True)
        self._paint_facts(
            painter, words.translated(0, line - 1), entry, Qt.AlignmentFlag.AlignHCenter
        )

    def _paint_photo(self, painter: QPainter, area: QRectF, entry: Entry) -> None:
        ratio = painter.device().devicePixelRatioF()
        image = None
        if entry.portrait_id is not None:
            image = self._thumbnails.get(entry.portrait_id, ratio)
        if image is not None:
            painter.drawImage(area, image)
            return
        colours = self._theme.colours
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.raised))
        painter.drawRoundedRect(area, area.width() * 0.16, area.width() * 0.16)
        if entry.portrait_id is None:
            inset = area.width() / 4
            outline = _outline(colours.muted, round(area.width() / 2 * ratio))
            painter.drawPixmap(
                area.adjusted(inset, inset, -inset, -inset), outline, QRectF(outline.rect())
            )

    def _paint_text(
        self, painter: QPainter, area: QRect, entry: Entry, side: Qt.AlignmentFlag, *, top: bool
    ) -> None:
        painter.setPen(QColor(self._theme.colours.text))
        vertical = Qt.AlignmentFlag.AlignTop if top else Qt.AlignmentFlag.AlignBottom
        text = painter.fontMetrics().elidedText(
            entry.person.name, Qt.TextElideMode.ElideRight, area.width()
        )
        painter.drawText(area, side | vertical | Qt.TextFlag.TextSingleLine, text)

    def _paint_facts(
        self, painter: QPainter, area: QRect, entry: Entry, side: Qt.AlignmentFlag
    ) -> None:
        painter.setFont(font("small"))
        painter.setPen(QColor(self._theme.colours.muted))
        facts = [count_of_samples(entry.person.templates), *entry.person.tags]
        text = painter.fontMetrics().elidedText(
            " · ".join(facts), Qt.TextElideMode.ElideRight, area.width()
        )
        painter.drawText(area, side | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextSingleLine, text)


@lru_cache(maxsize=8)
def _outline(colour: str, side_px: int) -> QPixmap:
    return tinted("person", colour, side_px)
