"""Photos from files: JPEG, PNG, WebP, BMP and TIFF, upright, as 8-bit BGR."""

from __future__ import annotations

import struct
from pathlib import Path

import cv2
import numpy as np

from siamapp.errors import ImageError
from siamapp.types import BgrImage
from siamapp.vision.picture_header import REFUSED_KINDS, kind_and_size, png_is_whole

MAX_SIDE_PX = 20_000
MAX_AREA_PX = 100_000_000
"""A header can promise more than the memory holds; nothing larger is decoded."""
MAX_FILE_BYTES = 500_000_000


def read_image(path: Path) -> BgrImage:
    """Read a photo as `(H, W, 3)` uint8 BGR, turned upright by its EXIF tag, transparency ignored.

    Raises:
        ImageError: the file is missing, empty, cut short, too large or of another kind.
    """
    data = _read(path)
    try:
        kind, (width, height) = kind_and_size(data)
    except (struct.error, IndexError) as error:
        raise _cut_short(path) from error
    if kind in REFUSED_KINDS:
        raise ImageError(f"{path.name} is a {kind} photo.", "Save it as JPEG or PNG first.")
    if not kind:
        raise ImageError(f"{path.name} is not a photo.", "JPEG, PNG, WebP, BMP and TIFF are read.")
    if max(width, height) > MAX_SIDE_PX or width * height > MAX_AREA_PX:
        raise ImageError(
            f"{path.name} is too large: {width} x {height} px.",
            f"At most {MAX_SIDE_PX} px a side and {MAX_AREA_PX // 1_000_000} megapixels are read.",
        )
    if kind == "PNG" and not png_is_whole(data):
        raise _cut_short(path)
    try:
        bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_BGR)  # applies EXIF
    except cv2.error as error:
        raise _cut_short(path) from error
    if bgr is None:
        raise _cut_short(path)
    return bgr.view(np.ndarray)


def _read(path: Path) -> bytes:
    """By bytes, not by `cv2.imread`, which does not know every path that the system knows."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ImageError(f"{path.name} is too large a file.", "Save it as a JPEG.")
        data = path.read_bytes()
    except OSError as error:
        raise ImageError(f"{path} cannot be read: {error.strerror or error}.") from error
    if not data:
        raise ImageError(f"{path.name} is empty.")
    return data


def _cut_short(path: Path) -> ImageError:
    return ImageError(f"{path.name} is damaged or cut short.", "Copy it again from where it came.")
