"""The oval and the ring that lead through a guided enrolment, painted over the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from siamapp.gui.colours import DARK

_SHADE: Final = QColor(13, 17, 19, 110)
_TRACK: Final = QColor(255, 255, 255, 90)
_ARC_DEG: Final = 74.0
"""Of each quarter of the ring; the rest is the gap between two."""
_CENTRES: Final = {"right_side": 0.0, "up": 90.0, "left_side": 180.0, "down": 270.0}
"""Degrees, counter-clockwise from three o'clock, as Qt counts them."""


@dataclass(frozen=True, slots=True)
class Guide:
    """An oval to put the face into, and a ring about it that fills as the person turns.

    Each share is 0..1; left and right are the person's own.
    """

    front: float = 0.0
    left: float = 0.0
    right: float = 0.0
    up: float = 0.0
    down: float = 0.0
    wanted: str = ""
    """The field that is asked for next, or empty."""
    around_xyxy: tuple[float, float, float, float] | None = None
    """In pixels of the picture: the face of a recording, which cannot come into an oval."""


def paint_guide(
    painter: QPainter, area: QRectF, scale: float, guide: Guide, *, mirrored: bool
) -> None:
    """Paint into the picture's place `area`; what is seen of a turn fills the side it goes to."""
    oval = _oval(area, guide, scale, mirrored=mirrored)
    if guide.around_xyxy is None:
        outside = QPainterPath()
        outside.addRect(area)
        inside = QPainterPath()
        inside.addEllipse(oval)
        painter.fillPath(outside.subtracted(inside), _SHADE)
    # In a mirror the person's left is at the left, in a picture at the right.
    left, right = ("left_side", "right_side") if mirrored else ("right_side", "left_side")
    thick = max(6.0, oval.height() / 60)
    ring = oval.adjusted(-2 * thick, -2 * thick, 2 * thick, 2 * thick)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    _paint_oval(painter, oval, guide)
    for side, name in ((left, "left"), (right, "right"), ("up", "up"), ("down", "down")):
        _paint_arc(painter, ring, thick, _CENTRES[side], guide, name)


def _oval(area: QRectF, guide: Guide, scale: float, *, mirrored: bool) -> QRectF:
    if guide.around_xyxy is None:
        height = 0.74 * area.height()
        oval = QRectF(0, 0, min(0.74 * height, 0.9 * area.width()), height)
        oval.moveCenter(area.center())
        return oval
    x1, y1, x2, y2 = (scale * side for side in guide.around_xyxy)
    if mirrored:
        x1, x2 = area.width() - x2, area.width() - x1
    face = QRectF(area.left() + x1, area.top() + y1, x2 - x1, y2 - y1)
    margin = 0.2 * face.height()
    return face.adjusted(-margin, -margin, margin, margin)


def _paint_oval(painter: QPainter, oval: QRectF, guide: Guide) -> None:
    colour = QColor(DARK.good if guide.front >= 1 else DARK.text)
    style = Qt.PenStyle.SolidLine if guide.front >= 1 else Qt.PenStyle.DashLine
    painter.setPen(QPen(colour, 2.5, style))
    painter.drawEllipse(oval)


def _paint_arc(
    painter: QPainter, ring: QRectF, thick: float, centre: float, guide: Guide, name: str
) -> None:
    share: float = getattr(guide, name)
    span = 16 * _ARC_DEG
    start = 16 * centre - span / 2
    flat = Qt.PenCapStyle.RoundCap
    track = QColor(DARK.accent) if guide.wanted == name else _TRACK
    painter.setPen(QPen(track, thick / 2.5, Qt.PenStyle.SolidLine, flat))
    painter.drawArc(ring, round(start), round(span))
    if share > 0:
        painter.setPen(QPen(QColor(DARK.good), thick, Qt.PenStyle.SolidLine, flat))
        seen = span * share
        painter.drawArc(ring, round(16 * centre - seen / 2), round(seen))
