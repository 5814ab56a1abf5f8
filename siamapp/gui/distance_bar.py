"""A distance on a line, with the threshold that it must stay under."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from siamapp.gui.theme import Theme, font

FARTHEST: Final = 2.0
"""Unit vectors lie at most 2 apart."""


class DistanceBar(QWidget):
    """The distance to the nearest person on a line, with the threshold it must stay under."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._distance: float | None = None
        self._threshold = 1.0
        self._passed = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        self.retranslate()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Distance against threshold"))
        self.show_distance(self._distance, self._threshold, passed=self._passed)

    def sizeHint(self) -> QSize:
        return QSize(220, 2 * self.fontMetrics().height() + 26)

    def show_distance(self, distance: float | None, threshold: float, *, passed: bool) -> None:
        self._distance, self._threshold, self._passed = distance, threshold, passed
        said = self.tr("none") if distance is None else f"{distance:.2f}"
        self.setAccessibleDescription(
            self.tr("distance {distance}, threshold {threshold:.2f}").format(
                distance=said, threshold=threshold
            )
        )
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line_height = self.fontMetrics().height()
        bar = QRectF(1, line_height + 8, self.width() - 2, 10)
        cut = self._x(self._threshold, bar)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.raised))
        painter.drawRoundedRect(bar, 5, 5)
        painter.setBrush(QColor(colours.accent_soft))
        painter.drawRoundedRect(QRectF(bar.left(), bar.top(), cut - bar.left(), bar.height()), 5, 5)
        painter.setFont(font("small"))
        painter.setPen(QPen(QColor(colours.accent), 2))
        painter.drawLine(QPointF(cut, bar.top() - 3), QPointF(cut, bar.bottom() + 3))
        self._paint_text(
            painter, self.tr("limit {0:.2f}").format(self._threshold), cut, bar.bottom() + 4
        )
        if self._distance is not None:
            x = self._x(self._distance, bar)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.good if self._passed else colours.warn))
            top, above = bar.top(), bar.top() - 8
            corners = [QPointF(x, top), QPointF(x - 6, above), QPointF(x + 6, above)]
            painter.drawPolygon(QPolygonF(corners))
            painter.drawRect(QRectF(x - 1.5, bar.top() - 1, 3, bar.height() + 2))
            painter.setPen(QColor(colours.text))
            self._paint_text(painter, f"{self._distance:.2f}", x, -2)
        painter.end()

    def _paint_text(self, painter: QPainter, text: str, centre_x: float, top: float) -> None:
        width = painter.fontMetrics().horizontalAdvance(text) + 4.0
        left = min(max(centre_x - width / 2, 0.0), self.width() - width)
        box = QRectF(left, top, width, painter.fontMetrics().height())
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _x(self, distance: float, bar: QRectF) -> float:
        farthest = max(FARTHEST, self._threshold * 1.25)
        return bar.left() + bar.width() * min(max(distance / farthest, 0.0), 1.0)
