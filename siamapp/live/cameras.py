"""Live sources: cameras of this machine and network streams. One thread opens, reads and closes."""

from __future__ import annotations

import errno
import itertools
import math
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import cv2
import numpy as np
from cv2_enumerate_cameras import enumerate_cameras

from siamapp.errors import CameraBusy, CameraDenied, CameraError, CameraLost, CameraNotFound
from siamapp.log import log
from siamapp.paths import is_text
from siamapp.types import Frame

OPEN_TIMEOUT_MS, READ_TIMEOUT_MS = 2500, 2000
"""Below the limit of `LiveSession.stop`, so that a dead host is not taken for a stuck driver."""

CAMERA_API = {"linux": cv2.CAP_V4L2, "win32": cv2.CAP_DSHOW, "darwin": cv2.CAP_AVFOUNDATION}.get(
    sys.platform, cv2.CAP_ANY
)
"""One backend per system for listing and opening, so that both count the cameras alike."""


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera of this machine; `index` is what `CameraSource` and the command line take."""

    index: int
    name: str
    path: str


def list_cameras() -> list[CameraInfo]:
    """Cameras by index, none where there is none or the system does not say; starts no camera."""
    try:
        found = enumerate_cameras(CAMERA_API)
    except (OSError, RuntimeError):  # NotImplementedError, for an unknown system, is a RuntimeError
        return []
    cameras = (CameraInfo(int(c.index), str(c.name or c.path), str(c.path or "")) for c in found)
    return sorted(cameras, key=lambda camera: camera.index)


class _Capture:
    """What cameras and streams share: frames stamped with monotonic time, no end but being lost."""

    live = True
    realtime = True

    def __init__(self, name: str) -> None:
        self.name = name
        self._capture = cv2.VideoCapture()
        self._indices = itertools.count()  # goes on over a reconnect: the session sees one source

    def read(self, *, not_before_s: float = -math.inf) -> Frame:
        """Next frame from then on; each blocks for `READ_TIMEOUT_MS` at most. Raises CameraLost."""
        while self._capture.grab():
            time_s, index = time.monotonic(), next(self._indices)
            if time_s < not_before_s:  # a JPEG, as most cameras send, is decoded by `retrieve` only
                continue
            read, bgr = self._capture.retrieve()
            if not read:
                break
            bgr.setflags(write=False)
            return Frame(bgr.view(np.ndarray), time_s, index)
        raise CameraLost(f"{self.name} stopped giving pictures.", "Check its cable.")

    def close(self) -> None:
        self._capture.release()

    def _start(self, target: int | str, api: int, parameters: Sequence[int]) -> bool:
        return self._capture.open(target, api, parameters)


class CameraSource(_Capture):
    """Camera number `index` of this machine, at the size asked for where it can, else another.

    `rotation` turns its picture clockwise by 0, 90, 180 or 270 degrees. `fourcc` ("MJPG") is how it
    shall send the picture, where it can; empty: as it likes.
    """

    def __init__(
        self,
        index: int,
        *,
        size: tuple[int, int] = (640, 480),
        rotation: int = 0,
        fourcc: str = "",
    ) -> None:
        super().__init__(f"Camera {index}")
        self._index = index
        self._size = size
        self._rotation = rotation
        self._fourcc = fourcc
        self.sent = ""
        """The format it sends since it was opened ("YUYV"), not always the one asked for."""

    def read(self, *, not_before_s: float = -math.inf) -> Frame:
        """Next frame, turned; as `_Capture.read`."""
        frame = super().read(not_before_s=not_before_s)
        if not self._rotation:
            return frame
        turned = np.rot90(frame.bgr, -self._rotation // 90).copy()
        turned.setflags(write=False)
        return Frame(turned, frame.time_s, frame.index)

    def open(self) -> None:
        """Raises CameraNotFound, CameraBusy or CameraDenied."""
        self._probe()
        width, height = self._size
        wanted = [cv2.CAP_PROP_FRAME_WIDTH, width, cv2.CAP_PROP_FRAME_HEIGHT, height]
        if not self._start(self._index, CAMERA_API, wanted):
            raise self._refusal()
        if self._fourcc:
            self._ask_format(width, height)
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # the newest picture, where the driver can
        self.sent = _letters(int(self._capture.get(cv2.CAP_PROP_FOURCC)))
        if self._fourcc not in ("", self.sent):
            log.warning("a camera sends %s, not %s as asked", self.sent or "?", self._fourcc)

    def _ask_format(self, width: int, height: int) -> None:
        """Once it is open: among the parameters of `open`, a refusal would refuse the camera."""
        self._capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*self._fourcc))
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)  # which another format may not have had
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)

    def _probe(self) -> None:
        """Linux says by the device node why a camera cannot be had; OpenCV does not."""
        if sys.platform != "linux":
            return
        try:
            os.close(os.open(device_path(self._index), os.O_RDWR | os.O_NONBLOCK))
        except OSError as error:
            raise camera_error(error, self.name) from error

    def _refusal(self) -> CameraError:
        if self._index not in {camera.index for camera in list_cameras()}:
            return _not_found(self.name)
        if sys.platform == "darwin":  # it gives no reason; a missing consent is the usual one
            return _denied(self.name)
        return _busy(self.name)


class StreamSource(_Capture):
    """An `http(s)://` MJPEG or `rtsp(s)://` stream, read by FFmpeg."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        super().__init__(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}")
        self._url = url  # may hold a password: the name, which is shown and logged, does not

    def open(self) -> None:
        """Raises CameraNotFound; returns or raises within `OPEN_TIMEOUT_MS`."""
        timeouts = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_TIMEOUT_MS]
        timeouts += [cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_TIMEOUT_MS]
        # OpenCV would end the process over an address that is no text.
        if not is_text(self._url) or not self._start(self._url, cv2.CAP_FFMPEG, timeouts):
            raise CameraNotFound(
                f"{self.name} gives no pictures.", "Check the address and that its host is up."
            )


def _letters(fourcc: int) -> str:
    """`0x47504A4D` is "MJPG"; empty where the driver does not say."""
    letters = fourcc.to_bytes(4, "little").decode("ascii", "ignore") if fourcc > 0 else ""
    return letters if letters.isprintable() else ""


def device_path(index: int) -> Path:
    return Path(f"/dev/video{index}")


def camera_error(error: OSError, name: str) -> CameraError:
    """What the system's refusal of a device node means for the person at the desk."""
    if error.errno in (errno.EACCES, errno.EPERM):
        return _denied(name)
    if error.errno == errno.EBUSY:
        return _busy(name)
    return _not_found(name)


def _not_found(name: str) -> CameraNotFound:
    return CameraNotFound(
        f"{name} is not there.", "Plug it in, or choose another camera, a video or photos."
    )


def _busy(name: str) -> CameraBusy:
    return CameraBusy(f"{name} is in use.", "Close the other program that shows its picture.")


def _denied(name: str) -> CameraDenied:
    hint = {
        "linux": "Add yourself to the group 'video' and log in again.",
        "darwin": "Allow it under System Settings, Privacy & Security, Camera.",
        "win32": "Allow it under Settings, Privacy & security, Camera.",
    }.get(sys.platform, "Allow it in the system's settings.")
    return CameraDenied(f"{name} may not be used by this program.", hint)
