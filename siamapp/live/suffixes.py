"""What lies in a folder, and what a file's name says it is: the one list of photos and videos."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from siamapp.errors import ImageError

READ_PHOTOS: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
REFUSED_PHOTOS: Final = frozenset({".heic", ".heif", ".avif"})
"""Photos all the same: a folder that holds them must say so, not pass them by."""
PHOTOS: Final = READ_PHOTOS | REFUSED_PHOTOS
VIDEOS: Final = frozenset({".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm"})
"""What counts as a video in a folder; one named by itself may be called anything."""


def entries(folder: Path) -> list[Path]:
    """What lies in a folder, by name.

    Raises:
        ImageError: the system does not let us look.
    """
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise ImageError(f"{folder} cannot be read: {error.strerror or error}.") from error


def is_photo(path: Path) -> bool:
    """Whether a file calls itself a photo, one that is refused included."""
    return path.suffix.lower() in PHOTOS


def is_video(path: Path) -> bool:
    return path.suffix.lower() in VIDEOS
