"""Arrays to pixmaps, and which files are opened as photos or videos."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPainterPath, QPixmap

from siamapp.gui.colours import Colours
from siamapp.gui.theme import tinted
from siamapp.live.suffixes import is_photo, is_video
from siamapp.types import BgrImage


def rounded(bgr: BgrImage | None, side_px: int, colours: Colours, *, ratio: float = 1.0) -> QPixmap:
    """A square pixmap of a crop with rounded corners; a person's outline where there is no crop.

    `side_px` is in device-independent pixels, of which one has `ratio` real ones a side.
    """
    if bgr is not None:
        return QPixmap.fromImage(thumbnail(bgr, round(side_px * ratio), ratio))
    pixels = round(side_px * ratio)
    inset = pixels // 4
    outline = tinted("person", colours.muted, pixels - 2 * inset).toImage()
    image = _in_round_corners(pixels, QColor(colours.raised), outline, inset)
    image.setDevicePixelRatio(ratio)
    return QPixmap.fromImage(image)


def thumbnail(bgr: BgrImage, side_px: int, ratio: float) -> QImage:
    """A crop as a square of `side_px` real pixels with rounded corners; any thread."""
    pixels = np.ascontiguousarray(bgr)
    height, width, _ = pixels.shape
    crop = QImage(pixels.data, width, height, pixels.strides[0], QImage.Format.Format_BGR888)
    image = _in_round_corners(side_px, QColor(Qt.GlobalColor.transparent), crop, 0)
    image.setDevicePixelRatio(ratio)
    return image


def _in_round_corners(side_px: int, ground: QColor, picture: QImage, inset: int) -> QImage:
    image = QImage(side_px, side_px, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    area = QRectF(0, 0, side_px, side_px)
    path = QPainterPath()
    path.addRoundedRect(area, side_px * 0.16, side_px * 0.16)
    painter.setClipPath(path)
    painter.fillRect(area, ground)
    painter.drawImage(area.adjusted(inset, inset, -inset, -inset), picture)
    painter.end()
    return image


def photo_icon(pixmap: QPixmap) -> QIcon:
    """An icon that a selection does not tint."""
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon


def files_of(paths: list[Path]) -> tuple[list[Path], list[Path]]:
    """Photos and videos among files and the files directly in folders."""
    files = [
        file
        for path in paths
        for file in (sorted(path.iterdir()) if path.is_dir() else [path])
        if file.is_file()
    ]
    photos = [file for file in files if is_photo(file)]
    videos = [file for file in files if is_video(file)]
    return photos, videos


def dialog_filter(label: str, suffixes: frozenset[str]) -> str:
    return f"{label} ({' '.join(sorted(f'*{suffix}' for suffix in suffixes))})"
