"""The picture with what is known about the faces in it; or, without a picture, what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from siamapp.gui.colours import DARK
from siamapp.gui.guide import Guide, paint_guide
from siamapp.gui.theme import font, tinted
from siamapp.types import BgrImage, Face

_BACKDROP: Final = QColor("#0d1113")
_LABEL: Final = QColor(13, 17, 19, 215)
_RADIUS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Overlay:
    """One face as it is drawn: the tone colours the frame, the text says the same in words."""

    box_xyxy: tuple[float, float, float, float]
    """Pixels of the picture."""
    text: str
    tone: str
    """A field of `Colours`: good, warn, muted, accent."""
    dashed: bool = False
    """Frames of faces that are not matched are dashed: colour is never the only sign."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What the view says where there is no picture, or over a picture that cannot be trusted."""

    icon: str
    title: str
    hint: str = ""


def box_of(face: Face) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (float(side) for side in face.box_xyxy)
    return x1, y1, x2, y2


class VideoView(QWidget):
    """Shows the newest frame, letterboxed; a plain widget, so that it needs no OpenGL."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._keep_alive: BgrImage | None = None
        self._overlays: tuple[Overlay, ...] = ()
        self._notice: Notice | None = None
        self._guide: Guide | None = None
        self._mirrored = False
        self.setMinimumSize(320, 240)
        self.retranslate()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Video"))

    @property
    def notice(self) -> Notice | None:
        return self._notice

    @property
    def overlays(self) -> tuple[Overlay, ...]:
        return self._overlays

    @property
    def has_picture(self) -> bool:
        return not self._image.isNull()

    def sizeHint(self) -> QSize:
        return QSize(640, 480)

    def show_frame(self, bgr: BgrImage, overlays: tuple[Overlay, ...], *, mirrored: bool) -> None:
        """Show a picture `(H, W, 3)` BGR; it is not copied, so it must not change afterwards."""
        pixels = np.ascontiguousarray(bgr)
        height, width, _ = pixels.shape
        self._image = QImage(
            pixels.data, width, height, pixels.strides[0], QImage.Format.Format_BGR888
        )
        self._keep_alive = pixels
        self._overlays = overlays
        self._mirrored = mirrored
        self.update()

    def show_overlays(self, overlays: tuple[Overlay, ...]) -> None:
        if overlays != self._overlays:
            self._overlays = overlays
            self.update()

    def show_guide(self, guide: Guide | None) -> None:
        if guide != self._guide:
            self._guide = guide
            self.update()

    def show_notice(self, notice: Notice | None) -> None:
        if notice == self._notice:
            return
        self._notice = notice
        text = f"{notice.title} {notice.hint}".strip() if notice else ""
        self.setAccessibleDescription(text)
        self.update()

    def clear(self) -> None:
        self._image = QImage()
        self._keep_alive = None
        self._overlays = ()
        self._guide = None
        self.update()

    def picture_rect(self) -> QRectF:
        """Where the picture lies in the widget, in device-independent pixels."""
        if self._image.isNull():
            return QRectF(self.rect())
        scale = min(self.width() / self._image.width(), self.height() / self._image.height())
        width, height = self._image.width() * scale, self._image.height() * scale
        return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        panel = QPainterPath()
        panel.addRoundedRect(QRectF(self.rect()), _RADIUS, _RADIUS)
        painter.setClipPath(panel)  # a picture that fills the panel has its corners cut too
        painter.fillRect(self.rect(), _BACKDROP)
        if not self._image.isNull():
            self._paint_picture(painter)
            if self._guide is not None and self._notice is None:
                area = self.picture_rect()
                scale = area.width() / self._image.width()
                paint_guide(painter, area, scale, self._guide, mirrored=self._mirrored)
        if self._notice is not None:
            self._paint_notice(painter, self._notice)
        painter.end()

    def _paint_picture(self, painter: QPainter) -> None:
        target = self.picture_rect()
        painter.save()
        if self._mirrored:
            painter.translate(2 * target.center().x(), 0)
            painter.scale(-1, 1)
        painter.drawImage(target, self._image)
        painter.restore()
        scale = target.width() / self._image.width()
        for overlay in self._overlays:
            self._paint_overlay(painter, overlay, target, scale)

    def _paint_overlay(
        self, painter: QPainter, overlay: Overlay, target: QRectF, scale: float
    ) -> None:
        x1, y1, x2, y2 = (side * scale for side in overlay.box_xyxy)
        if self._mirrored:
            x1, x2 = target.width() - x2, target.width() - x1
        box = QRectF(target.left() + x1, target.top() + y1, x2 - x1, y2 - y1).intersected(target)
        colour = QColor(getattr(DARK, overlay.tone))
        style = Qt.PenStyle.DashLine if overlay.dashed else Qt.PenStyle.SolidLine
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # A dark line under the coloured one keeps the frame visible on any picture.
        painter.setPen(QPen(_LABEL, 5.0))
        painter.drawRoundedRect(box, 6, 6)
        painter.setPen(QPen(colour, 2.5, style))
        painter.drawRoundedRect(box, 6, 6)
        if overlay.text:
            self._paint_label(painter, overlay.text, box, colour, target)

    def _paint_label(
        self, painter: QPainter, text: str, box: QRectF, colour: QColor, target: QRectF
    ) -> None:
        role = font("body")
        role.setWeight(QFont.Weight.Bold)
        metrics = QFontMetricsF(role)
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, target.width() - 24)
        width, height = metrics.horizontalAdvance(text) + 16, metrics.height() + 8
        x = min(max(box.left(), target.left()), target.right() - width)
        y = box.top() - height - 4
        if y < target.top():
            y = min(box.bottom() + 4, target.bottom() - height)
        label = QRectF(x, y, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_LABEL)
        painter.drawRoundedRect(label, 6, 6)
        painter.setPen(colour)
        painter.setFont(role)
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_notice(self, painter: QPainter, notice: Notice) -> None:
        area = QRectF(self.rect())
        if not self._image.isNull():
            painter.fillRect(area, QColor(13, 17, 19, 200))
        title_font, hint_font = font("heading"), font("body")
        width = min(area.width() - 48, 460.0)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        bounds = QRectF(0, 0, width, 1000)
        title = QFontMetricsF(title_font).boundingRect(bounds, int(flags), notice.title)
        hint = QFontMetricsF(hint_font).boundingRect(bounds, int(flags), notice.hint)
        icon_px = 44.0
        top = (area.height() - (icon_px + 16 + title.height() + 8 + hint.height())) / 2
        left = (area.width() - width) / 2
        ratio = self.devicePixelRatioF()
        pixmap = tinted(notice.icon, DARK.muted, round(icon_px * ratio))
        pixmap.setDevicePixelRatio(ratio)
        painter.drawPixmap(QPointF((area.width() - icon_px) / 2, top), pixmap)
        top += icon_px + 16
        painter.setPen(QColor(DARK.text))
        painter.setFont(title_font)
        painter.drawText(QRectF(left, top, width, title.height() + 4), int(flags), notice.title)
        top += title.height() + 8
        painter.setPen(QColor(DARK.muted))
        painter.setFont(hint_font)
        painter.drawText(QRectF(left, top, width, hint.height() + 4), int(flags), notice.hint)
