"""The answer about the face in view: who, how sure, and why, in plain words."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from siamapp.gui.theme import SPACE, Theme, font, set_role
from siamapp.gui.wording import ICONS, TONES, fmr_words, headline, sentence
from siamapp.types import Decision, Outcome

FARTHEST: Final = 2.0
"""Unit vectors lie at most 2 apart."""


class DistanceBar(QWidget):
    """The distance to the nearest person on a line, with the threshold it must stay under."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._distance: float | None = None
        self._threshold = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Distance against threshold"))
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(220, 2 * self.fontMetrics().height() + 26)

    def show_distance(self, distance: float | None, threshold: float) -> None:
        self._distance, self._threshold = distance, threshold
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
            passed = self._distance <= self._threshold
            x = self._x(self._distance, bar)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.good if passed else colours.warn))
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


class DecisionPanel(QFrame):
    """Shows one `Decision`, or says what is awaited."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: Decision | str | None = None
        set_role(self, "card")
        self.setAccessibleName(self.tr("Decision"))
        self.icon = QLabel()
        self.icon.setFixedSize(36, 36)
        self.name = QLabel()
        set_role(self.name, "title")
        self.name.setWordWrap(True)
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.name.setAccessibleName(self.tr("Name"))
        self.reason = QLabel()
        self.reason.setWordWrap(True)
        self.reason.setTextFormat(Qt.TextFormat.PlainText)
        self.bar_title = QLabel(self.tr("Distance to the nearest person (smaller is more alike)"))
        set_role(self.bar_title, "caption")
        self.bar_title.setWordWrap(True)
        self.bar = DistanceBar(theme)
        self.fmr = QLabel()
        self.runner_up = QLabel()
        for label in (self.fmr, self.runner_up):
            set_role(label, "caption")
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._lay_out()
        self.setMinimumHeight(248)  # what lies below does not jump as evidence comes and goes
        self.show_waiting(self.tr("No picture yet"), self.tr("Choose a source and press Start."))

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE[3])
        top.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.name, 1, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[4], SPACE[4], SPACE[4], SPACE[4])
        column.setSpacing(SPACE[2])
        column.addLayout(top)
        column.addWidget(self.reason)
        column.addSpacing(SPACE[2])
        for widget in (self.bar_title, self.bar, self.fmr, self.runner_up):
            column.addWidget(widget)
        column.addStretch(1)

    def show_waiting(self, title: str, reason: str) -> None:
        if self._shown == title:
            return
        self._shown = title
        self._theme.set_icon(self.icon, "waiting", "muted", side_px=36)
        set_role(self.name, "title")
        self.name.setText(title)
        self.reason.setText(reason)
        self._show_evidence(visible=False)

    def show_decision(self, decision: Decision) -> None:
        """Called at the display's rate: only what changed is drawn."""
        if self._shown == decision:
            return
        self._shown = decision
        tone = TONES[decision.outcome]
        self._theme.set_icon(self.icon, ICONS[decision.outcome], tone, side_px=36)
        set_role(self.name, "title", tone=tone if tone != "muted" else "")
        self.name.setText(headline(decision))
        self.reason.setText(sentence(decision.reason))
        self._show_evidence(visible=decision.best is not None)
        if decision.best is None:
            return
        self.bar.show_distance(decision.best.distance, decision.threshold)
        self.fmr.setText(self.tr("At this limit {words}.").format(words=fmr_words(decision.fmr)))
        nearest = (
            ""
            if decision.outcome is Outcome.MATCH
            else self.tr("Nearest: {name} at {distance:.2f}. ").format(
                name=decision.best.name, distance=decision.best.distance
            )
        )
        second = decision.runner_up
        runner_up = (
            self.tr("Runner-up: {name} at {distance:.2f}.").format(
                name=second.name, distance=second.distance
            )
            if second
            else ""
        )
        self.runner_up.setText(nearest + runner_up)
        self.runner_up.setVisible(bool(nearest or runner_up))

    def _show_evidence(self, *, visible: bool) -> None:
        for widget in (self.bar_title, self.bar, self.fmr, self.runner_up):
            widget.setVisible(visible)
