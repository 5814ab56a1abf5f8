"""Arrays to pixmaps, and what may be opened as a photo or a video."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPainterPath, QPixmap

from siamapp.gui.theme import Colours, tinted
from siamapp.types import BgrImage

PHOTOS: Final = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif"}
)
"""HEIC is let through: the reader takes it or says by name why not."""
VIDEOS: Final = frozenset({".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg"})


def rounded(bgr: BgrImage | None, side_px: int, colours: Colours, *, ratio: float = 1.0) -> QPixmap:
    """A square pixmap of a crop with rounded corners; a person's outline where there is no crop."""
    pixels = round(side_px * ratio)
    pixmap = QPixmap(pixels, pixels)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    area = QRectF(0, 0, pixels, pixels)
    path = QPainterPath()
    path.addRoundedRect(area, pixels * 0.16, pixels * 0.16)
    painter.setClipPath(path)
    if bgr is None:
        painter.fillRect(area, QColor(colours.raised))
        inset = pixels // 4
        painter.drawPixmap(inset, inset, tinted("person", colours.muted, pixels - 2 * inset))
    else:
        image = np.ascontiguousarray(bgr)
        height, width, _ = image.shape
        stride = image.strides[0]
        painter.drawImage(
            area, QImage(image.data, width, height, stride, QImage.Format.Format_BGR888)
        )
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


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
    photos = [file for file in files if file.suffix.lower() in PHOTOS]
    videos = [file for file in files if file.suffix.lower() in VIDEOS]
    return photos, videos


def dialog_filter(label: str, suffixes: frozenset[str]) -> str:
    return f"{label} ({' '.join(sorted(f'*{suffix}' for suffix in suffixes))})"
