"""DET, ROC and score histogram of an evaluation, with the values under the pointer in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLabel, QTabWidget, QVBoxLayout, QWidget

from siamapp.evaluation.rates import Curve, Doubles, Scores, curve
from siamapp.gui.controls import WrappedLabel
from siamapp.gui.theme import SPACE, Theme, scaled, set_role

_MOST_POINTS: Final = 1500
_BINS: Final = 60
_LEAST_PX: Final = 130
_SIDES: Final = ("bottom", "left")
pg.setConfigOption("mouseRateLimit", 0)  # else the last of quick moves goes by unheard


class _Decades(pg.AxisItem):  # type: ignore[misc]
    """A logarithmic axis that tells the powers of ten; what lies between would overlap."""

    def __init__(self, side: str) -> None:
        super().__init__(side)
        self.setStyle(maxTextLevel=0)

    def tickValues(self, low: float, high: float, _size: float) -> list[tuple[float, list[float]]]:
        powers = np.arange(np.floor(low), np.ceil(high) + 1)
        between = np.add.outer(powers, np.log10(np.arange(2, 10))).ravel()
        levels = ((1.0, powers), (0.1, between))
        return [(step, [float(t) for t in ts if low <= t <= high]) for step, ts in levels]


class Chart(QWidget):
    """One plot with a line below it that says what lies under the pointer, or under the arrow keys.

    Left and right move from point to point, Page Up and Page Down by a twentieth, Home and End to
    the ends, so that a chart can be read without a mouse. The plot is made when there is something
    to draw: it takes longer than all else on its page.
    """

    def __init__(self, theme: Theme, *, log: bool = False) -> None:
        super().__init__()
        self._theme = theme
        self._log = log
        self._shown: Doubles = np.empty(0)
        """Where the points are drawn: logarithms where the axis is logarithmic."""
        self._drawn: list[Doubles] = []
        """How high the points of each series are drawn, likewise."""
        self._words: Sequence[str] = ()
        self._at = 0
        self._across = ""
        self.plot: pg.PlotWidget | None = None
        self.upright = QLabel()
        """What the y axis tells, lying: along a low chart it would be cut."""
        set_role(self.upright, "caption")
        self.value = WrappedLabel()
        set_role(self.value, "muted")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        set_role(self, "chart")
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[2], SPACE[2], SPACE[2], SPACE[2])
        column.setSpacing(SPACE[2])
        column.addWidget(self.upright)
        column.addStretch()
        column.addWidget(self.value)
        theme.changed.connect(self._paint)

    def _made(self) -> pg.PlotWidget:
        if self.plot is not None:
            return self.plot
        axes = {side: _Decades(side) for side in _SIDES} if self._log else {}
        plot = self.plot = pg.PlotWidget(self, axisItems=axes, enableMenu=False)
        plot.setMinimumHeight(scaled(_LEAST_PX))
        plot.hideButtons()
        plot.setMouseEnabled(x=False, y=False)
        plot.setLogMode(x=self._log, y=self._log)
        plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for side in _SIDES:
            plot.getAxis(side).enableAutoSIPrefix(False)
        plot.setLabel("bottom", self._across)
        self._line = pg.InfiniteLine(angle=90, movable=False)
        self._dots = pg.ScatterPlotItem(size=8, pen=None)
        self._column.takeAt(1)
        self._column.insertWidget(1, plot, 1)
        plot.scene().sigMouseMoved.connect(self._on_moved)
        self._paint()
        return plot

    def show_points(
        self, x: Doubles, series: Sequence[tuple[Doubles, str]], words: Sequence[str]
    ) -> None:
        """Draw one or two series of `(n,)` values over `x` (rising); the second is dashed.

        Args:
            x: where; `words` are said of each.
            series: values with the name of a colour.
            words: `(n,)` what is said of a point.
        """
        plot = self._made()
        plot.clear()
        self._words = words
        at = _floored(x) if self._log else x
        self._shown = np.log10(at) if self._log else at
        self._drawn = []
        styles = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine)
        width = 2 * self.devicePixelRatioF()  # these pens draw in the screen's own pixels
        for (values, colour), style in zip(series, styles, strict=False):
            drawn = _floored(values) if self._log else values
            self._drawn.append(np.log10(drawn) if self._log else drawn)
            plot.plot(at, drawn, pen=pg.mkPen(self._colour(colour), width=width, style=style))
        plot.addItem(self._line, ignoreBounds=True)
        plot.addItem(self._dots, ignoreBounds=True)
        self._say(len(words) // 2)

    def name_axes(self, x: str, y: str) -> None:
        self._across = x
        self.upright.setText(y)
        if self.plot is not None:
            self.plot.setLabel("bottom", x)

    def keyPressEvent(self, event: Any) -> None:
        last = len(self._words) - 1
        steps = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1,
            Qt.Key.Key_PageUp: -(last // 20), Qt.Key.Key_PageDown: last // 20,
            Qt.Key.Key_Home: -last, Qt.Key.Key_End: last,
        }  # fmt: skip
        step = steps.get(event.key(), 0)
        if step:
            self._say(min(max(self._at + step, 0), last))
            return
        super().keyPressEvent(event)

    def _on_moved(self, where: QPointF) -> None:
        if self.plot is not None and self._words and self.plot.sceneBoundingRect().contains(where):
            view = self.plot.getPlotItem().vb
            at, pixel = view.mapSceneToView(where), view.viewPixelSize()[0]
            away = np.abs(self._shown - at.x())
            (near,) = np.nonzero(away <= away.min() + pixel)  # many where the curve is steep
            self._say(int(near[np.abs(self._drawn[0][near] - at.y()).argmin()]))

    def _say(self, at: int) -> None:
        if self._words:
            self._at = at
            x = float(self._shown[at])
            self._line.setPos(x)
            self._dots.setData([x] * len(self._drawn), [float(drawn[at]) for drawn in self._drawn])
            self.value.setText(self._words[at])
            self.setAccessibleDescription(self._words[at])

    def _colour(self, name: str) -> str:
        return str(getattr(self._theme.colours, name))

    def _paint(self) -> None:
        if self.plot is None:
            return
        self.plot.setBackground(self._colour("surface"))
        for axis in _SIDES:
            shown = self.plot.getAxis(axis)
            shown.setPen(self._colour("border"))
            shown.setTextPen(self._colour("muted"))
        width = self.devicePixelRatioF()
        self._line.setPen(pg.mkPen(self._colour("muted"), width=width, style=Qt.PenStyle.DashLine))
        self._dots.setBrush(self._colour("text"))


class RateCharts(QTabWidget):
    """The three charts of one evaluation."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.det = Chart(theme, log=True)
        self.roc = Chart(theme)
        self.scores = Chart(theme)
        self._held: Scores | None = None
        for chart in (self.det, self.roc, self.scores):
            self.addTab(chart, "")
        self.setDocumentMode(True)
        self.tabBar().setDrawBase(False)
        self.currentChanged.connect(self._draw)
        theme.changed.connect(self._draw)

    def retranslate(self) -> None:
        fmr, fnmr = self.tr("Strangers let through (FMR)"), self.tr("Refused (FNMR)")
        self.det.name_axes(fmr, fnmr)
        self.roc.name_axes(fmr, self.tr("Accepted"))
        self.scores.name_axes(self.tr("Distance"), self.tr("Share"))
        names = (
            self.tr("Error trade-off (DET)"),
            self.tr("Acceptance (ROC)"),
            self.tr("Distances"),
        )
        charts = (self.det, self.roc, self.scores)
        for index, (chart, name) in enumerate(zip(charts, names, strict=True)):
            self.setTabText(index, name)
            chart.setAccessibleName(name)
        self._draw()

    def show_scores(self, scores: Scores) -> None:
        self._held = scores
        self._draw()

    def _draw(self) -> None:
        """Draw what is in view; the others are drawn when their tab is opened."""
        shown = self.currentWidget()
        if self._held is None:
            return
        if shown is self.scores:
            self._draw_scores(self._held)
            return
        rated = thinned(curve(self._held.distances, self._held.genuine))
        words = [
            self.tr("Distance {distance:.3f}: {fmr:.3g} % of strangers let through, "
                    "{fnmr:.1f} % of own people refused").format(
                distance=distance, fmr=100 * fmr, fnmr=100 * fnmr
            )
            for distance, fmr, fnmr in zip(rated.thresholds, rated.fmr, rated.fnmr, strict=True)
        ]  # fmt: skip
        if shown is self.det:
            self.det.show_points(rated.fmr, [(rated.fnmr, "accent")], words)
        else:
            self.roc.show_points(rated.fmr, [(1 - rated.fnmr, "accent")], words)

    def _draw_scores(self, scores: Scores) -> None:
        edges = np.linspace(float(scores.distances.min()), float(scores.distances.max()), _BINS + 1)
        own, _ = np.histogram(scores.distances[scores.genuine], edges)
        others, _ = np.histogram(scores.distances[~scores.genuine], edges)
        own_share, other_share = own / max(own.sum(), 1), others / max(others.sum(), 1)
        middle = (edges[:-1] + edges[1:]) / 2
        words = [
            self.tr("Distance about {distance:.2f}: {own} comparisons of one person (solid), "
                    "{others} of strangers (dashed)").format(
                distance=m, own=f"{int(a):,}", others=f"{int(b):,}"
            )
            for m, a, b in zip(middle, own, others, strict=True)
        ]  # fmt: skip
        self.scores.show_points(middle, [(own_share, "good"), (other_share, "bad")], words)


def _floored(rates: Doubles) -> Doubles:
    """A logarithm has no place for "none seen": it is drawn below the smallest rate seen."""
    seen = rates[rates > 0]
    return np.maximum(rates, seen.min() / 2 if len(seen) else 1e-6)


def thinned(rated: Curve) -> Curve:
    """At most `_MOST_POINTS` of a curve, close together where the rates are small."""
    count = len(rated.thresholds)
    if count <= _MOST_POINTS:
        return rated
    even = np.linspace(0, count - 1, _MOST_POINTS // 2)
    rare = np.geomspace(1, count, _MOST_POINTS // 2) - 1
    kept = np.unique(np.concatenate([even, rare]).astype(np.int64))
    return Curve(rated.thresholds[kept], rated.fmr[kept], rated.fnmr[kept])
