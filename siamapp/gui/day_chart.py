"""Decisions per day as bars: matches below, hatched strangers above, what could not be judged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QDate, QEvent, QLocale, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from siamapp.gui.colours import Colours
from siamapp.gui.theme import Theme, font
from siamapp.gui.wording import day_words
from siamapp.types import Outcome

if TYPE_CHECKING:
    from siamapp.store.history import Day

DAYS_SHOWN: Final = 60
_KEY_GAP_PX: Final = 10
_SCALE_PX: Final = 36
"""The counts at the left have at least this."""
_SCALE_GAP_PX: Final = 8
BAR_PX: Final = 26.0
"""Bars are no wider than this."""


class DayChart(QWidget):
    """The days of a period up to today, the last `DAYS_SHOWN` at most, empty ones too."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._days: list[tuple[date, dict[str, int]]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        self.retranslate()

    def sizeHint(self) -> QSize:
        return QSize(400, 96 + 3 * self.fontMetrics().height() + _KEY_GAP_PX)

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Decisions per day"))
        self._describe()
        self.update()

    def show_days(self, days: Sequence[Day], back: int | None) -> None:
        """`days` oldest first, without the empty ones.

        Args:
            days: with decisions.
            back: days before today that the period begins; None: with the first of `days`.
        """
        by_day = {day.day: day.outcomes for day in days}
        self._days = []
        if days:
            last = max(days[-1].day, date.today())
            first = days[0].day if back is None else last - timedelta(days=back)
            first = max(first, last - timedelta(days=DAYS_SHOWN - 1))
            span = (last - first).days + 1
            self._days = [
                (day, by_day.get(day, {})) for day in (first + timedelta(n) for n in range(span))
            ]
        self._describe()
        self.update()

    def words_of(self, day: date, outcomes: dict[str, int]) -> str:
        """One day in words."""
        matches, strangers, others = _kinds(outcomes)
        return self.tr(
            "{day}: {matches} matched, {strangers} unknown or refused, {others} not judged"
        ).format(day=_said(day), matches=matches, strangers=strangers, others=others)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            for (day, outcomes), slot in zip(self._days, self._slots(), strict=True):
                if slot.left() <= event.pos().x() <= slot.right():
                    QToolTip.showText(event.globalPos(), self.words_of(day, outcomes), self)
                    return True
            QToolTip.hideText()
            return True
        return super().event(event)

    def _describe(self) -> None:
        busy = [self.words_of(day, outcomes) for day, outcomes in self._days if outcomes]
        self.setAccessibleDescription("; ".join(busy[-7:]))

    def _most(self) -> int:
        """Decisions of the busiest day."""
        return max((sum(outcomes.values()) for _, outcomes in self._days), default=0)

    def _slots(self) -> list[QRectF]:
        """Where each day's bar may stand."""
        line = self.fontMetrics().height()
        scale = QFontMetrics(font("small")).horizontalAdvance(QLocale().toString(self._most()))
        left, top = float(max(_SCALE_PX, scale) + _SCALE_GAP_PX), line / 2
        area = QRectF(left, top, self.width() - left - 4, self.height() - 3 * line - _KEY_GAP_PX)
        width = min(area.width() / max(len(self._days), 1), 3 * BAR_PX)
        return [
            QRectF(area.left() + n * width, area.top(), width, area.height())
            for n in range(len(self._days))
        ]

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font("small"))
        colours = self._theme.colours
        slots = self._slots()
        if slots:
            most = self._most()
            self._paint_scale(painter, slots[0], most, colours)
            for (_, outcomes), slot in zip(self._days, slots, strict=True):
                _paint_bar(painter, slot, outcomes, most, colours)
            self._paint_dates(painter, slots, colours)
            self._paint_key(painter, slots[0].left(), colours)
        painter.end()

    def _paint_key(self, painter: QPainter, left: float, colours: Colours) -> None:
        """What the fills mean, in a line below the days."""
        metrics = painter.fontMetrics()
        top = self.height() - metrics.height()
        names = (self.tr("matched"), self.tr("unknown or refused"), self.tr("not judged"))
        for (colour, pattern), name in zip(_fills(colours), names, strict=True):
            painter.setPen(colour)
            painter.setBrush(QBrush(colour, pattern))
            side = metrics.ascent() - 1
            painter.drawRect(QRectF(left + 0.5, top + 1.5, side, side))
            painter.setPen(QColor(colours.muted))
            painter.drawText(round(left + side + 8), top + metrics.ascent(), name)
            left += side + 32 + metrics.horizontalAdvance(name)

    def _paint_scale(self, painter: QPainter, slot: QRectF, most: int, colours: Colours) -> None:
        locale = QLocale()
        for count, y in ((most, slot.top()), (0, slot.bottom())):
            painter.setPen(QColor(colours.border))
            painter.drawLine(round(slot.left()), round(y), self.width() - 4, round(y))
            painter.setPen(QColor(colours.muted))
            height = painter.fontMetrics().height()
            box = QRectF(0, y - height / 2, slot.left() - _SCALE_GAP_PX, height)
            painter.drawText(
                box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                locale.toString(count),
            )  # fmt: skip

    def _paint_dates(self, painter: QPainter, slots: list[QRectF], colours: Colours) -> None:
        painter.setPen(QColor(colours.muted))
        metrics = painter.fontMetrics()
        text_px = max(metrics.horizontalAdvance(_said(day)) for day, _ in self._days) + 24
        every = max(1, round(text_px / slots[0].width() + 0.5))
        for n, said in self._ticks(every):
            slot = slots[n]
            centre = max(slot.center().x(), slots[0].left() + text_px / 2 - 8)
            centre = min(centre, self.width() - text_px / 2 + 12)
            box = QRectF(centre - text_px / 2, slot.bottom() + 4, text_px, metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, said)

    def _ticks(self, every: int) -> list[tuple[int, str]]:
        """Days that are named below the bars, the last among them; a year where it begins."""
        named = range((len(self._days) - 1) % every, len(self._days), every)
        years = [0, *(self._days[n][0].year for n in named)]
        return [
            (n, _said(self._days[n][0], with_year=before != year))
            for n, before, year in zip(named, years, years[1:], strict=False)
        ]


def _paint_bar(
    painter: QPainter, slot: QRectF, outcomes: dict[str, int], most: int, colours: Colours
) -> None:
    width = min(slot.width() - 2, BAR_PX)
    bottom = slot.bottom()
    for count, (colour, pattern) in zip(_kinds(outcomes), _fills(colours), strict=True):
        height = slot.height() * count / max(most, 1)
        bar = QRectF(slot.center().x() - width / 2, bottom - height, width, height)
        painter.setPen(colour if count else Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(colour, pattern))
        painter.drawRect(bar)
        bottom -= height


def _fills(colours: Colours) -> tuple[tuple[QColor, Qt.BrushStyle], ...]:
    """How matches, strangers, and what was not judged are filled."""
    return (
        (QColor(colours.good), Qt.BrushStyle.SolidPattern),
        (QColor(colours.warn), Qt.BrushStyle.BDiagPattern),
        (QColor(colours.muted), Qt.BrushStyle.Dense6Pattern),
    )


def _kinds(outcomes: dict[str, int]) -> tuple[int, int, int]:
    """Matches, strangers, and all that was not judged."""
    matches, strangers = outcomes.get(Outcome.MATCH, 0), outcomes.get(Outcome.UNKNOWN, 0)
    return matches, strangers, sum(outcomes.values()) - matches - strangers


def _said(day: date, *, with_year: bool = True) -> str:
    return day_words(QDate(day.year, day.month, day.day), with_year=with_year)
