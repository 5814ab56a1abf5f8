"""Recorded sources: video files by their media time, and photos as a slow film."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from siamapp.errors import CameraNotFound, ImageError
from siamapp.live.photos import MAX_SIDE_PX, read_image
from siamapp.paths import is_text
from siamapp.types import Frame

SECONDS_PER_PHOTO = 1.0
MAX_AREA_PX = 40_000_000
"""Of a video's pictures, 8K and a little more; several of them are in memory at a time."""
SEEK_MARGIN_S = 5.0
"""A seek may land late in a video of uneven frame rate: aim this much earlier, then read on."""


class VideoSource:
    """A video file, upright, from `start_s` up to but without `end_s` of its media time."""

    live = False

    def __init__(
        self,
        path: Path,
        *,
        realtime: bool = False,
        start_s: float = 0.0,
        end_s: float | None = None,
    ) -> None:
        self.name = path.name
        self.realtime = realtime
        self._path, self._start_s, self._end_s = path, start_s, end_s
        self._capture = cv2.VideoCapture()
        self._count = 0
        self._last_s = -1.0

    def open(self) -> None:
        """Raises CameraNotFound where there is no such file, ImageError where it is no video that
        can be read, or one of huge pictures.
        """
        if not self._path.is_file():
            raise CameraNotFound(f"There is no file {self._path}.")
        self._open()
        self._count, self._last_s = 0, -1.0
        if self._start_s > SEEK_MARGIN_S:
            aim_s = self._start_s - SEEK_MARGIN_S
            self._capture.set(cv2.CAP_PROP_POS_MSEC, aim_s * 1000)
            if not self._capture.grab() or self._time_s() >= self._start_s:
                self._open()  # the file has no index worth the name: read it from the start

    def read(self, *, not_before_s: float = -math.inf) -> Frame | None:
        """Next frame from then on, None at the end."""
        while self._capture.grab():
            self._last_s = self._time_s()
            if self._end_s is not None and self._last_s >= self._end_s:
                return None
            if self._last_s < self._start_s:
                continue
            self._count += 1
            if self._last_s < not_before_s:
                continue
            read, bgr = self._capture.retrieve()
            if not read:
                return None
            bgr.setflags(write=False)
            return Frame(bgr.view(np.ndarray), self._last_s, self._count - 1)
        return None

    def close(self) -> None:
        self._capture.release()

    def _open(self) -> None:
        if not is_text(str(self._path)):  # OpenCV would end the process
            raise ImageError(f"{self.name} cannot be read.", "Choose another name.")
        # Played as fast as it was filmed, one thread decodes it for less than several do.
        threads = [cv2.CAP_PROP_N_THREADS, 1] if self.realtime else []
        if not self._capture.open(str(self._path), cv2.CAP_FFMPEG, threads):
            raise ImageError(f"{self.name} is not a video that can be read.", "Try an MP4.")
        width = round(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        height = round(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        if max(width, height) > MAX_SIDE_PX or width * height > MAX_AREA_PX:
            self._capture.release()
            raise ImageError(
                f"{self.name} is too large: {width} x {height} px.",
                f"At most {MAX_SIDE_PX} px a side and"
                f" {MAX_AREA_PX // 1_000_000} megapixels are read.",
            )
        self._capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)  # as a phone held upright means it

    def _time_s(self) -> float:
        """Media time of the frame just grabbed; from the frame rate where the file does not say."""
        time_s = round(self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000, 6)
        if time_s > self._last_s:
            return time_s
        return max(self._last_s, 0.0) + 1 / (self._capture.get(cv2.CAP_PROP_FPS) or 25.0)


class ImagesSource:
    """Photos, one after the other, `SECONDS_PER_PHOTO` apart."""

    live = False

    def __init__(self, paths: Sequence[Path], *, name: str, realtime: bool = False) -> None:
        self.name = name
        self.realtime = realtime
        self._paths = tuple(paths)
        self._next = 0

    def open(self) -> None:
        """Raises CameraNotFound where there is no photo."""
        if not self._paths:
            raise CameraNotFound(f"There is no photo in {self.name}.", "Give JPEG or PNG files.")
        self._next = 0

    def read(self, *, not_before_s: float = -math.inf) -> Frame | None:
        """Next photo, None after the last; none is passed over.

        Raises:
            ImageError: it cannot be read.
        """
        if self._next == len(self._paths):
            return None
        bgr = read_image(self._paths[self._next])
        bgr.setflags(write=False)
        frame = Frame(bgr, self._next * SECONDS_PER_PHOTO, self._next)
        self._next += 1
        return frame

    def close(self) -> None:
        """Nothing is held open between photos."""
