"""Where frames come from: a camera, a stream, a video or photos, all read in the same way."""

from __future__ import annotations

import math
import re
from collections.abc import Generator
from typing import Protocol

from siamapp.errors import CameraNotFound, SiamError
from siamapp.live.cameras import CameraInfo, CameraSource, StreamSource, list_cameras
from siamapp.live.recordings import ImagesSource, VideoSource
from siamapp.live.suffixes import entries, is_photo
from siamapp.paths import expanded
from siamapp.settings import Settings
from siamapp.types import Frame

__all__ = [
    "CameraInfo",
    "CameraSource",
    "FrameSource",
    "ImagesSource",
    "StreamSource",
    "VideoSource",
    "frames_of",
    "list_cameras",
    "open_source",
]


class FrameSource(Protocol):
    """Opened, read and closed by one thread; may be opened again once it was closed."""

    name: str
    """For people; holds no password."""
    live: bool
    """It may freeze, be lost and come back; a recorded source may not."""
    realtime: bool
    """Frames come at their own pace and late ones are dropped; otherwise none is."""

    def open(self) -> None:
        """Raises a CameraError, or ImageError for a file that is none of ours."""

    def read(self, *, not_before_s: float = -math.inf) -> Frame | None:
        """Next frame, read-only; None at the end. Blocks for some 2 s. Raises CameraLost.

        Frames before `not_before_s` may be passed over, at less than the price of a picture.
        """

    def close(self) -> None:
        """May be called twice, and without `open`."""


def frames_of(source: FrameSource) -> Generator[Frame, None, None]:
    """Open a source, give each of its frames, and close it however that ends.

    Raises:
        CameraError, ImageError: it cannot be opened, or was lost.
    """
    source.open()
    try:
        while (frame := source.read()) is not None:
            yield frame
    finally:
        source.close()


def open_source(
    spec: str,
    *,
    realtime: bool = False,
    start_s: float = 0.0,
    end_s: float | None = None,
    settings: Settings | None = None,
) -> FrameSource:
    """The source that `spec` names; it is opened by the thread that reads it.

    Args:
        spec: a camera's number or `/dev/videoN`, an `http(s)://` or `rtsp(s)://` address, a video
            file, an image file, or a folder of images.
        realtime: play a recording at its own pace and drop late frames; live sources always do.
        start_s: first media time of a video that is read.
        end_s: media time at which a video ends.
        settings: what is asked of a camera (`camera_size`, `camera_format`, `rotation`).

    Raises:
        CameraNotFound: nothing of that name.
        ImageError: the folder cannot be read.
        SiamError: something other than a video was to be trimmed.
    """
    if camera := re.fullmatch(r"(?:/dev/video)?(\d+)", spec):
        source: FrameSource = _camera(int(camera[1]), settings or Settings())
    else:
        source = _source(spec, realtime, start_s, end_s)
    if not isinstance(source, VideoSource) and (start_s > 0 or end_s is not None):
        raise SiamError(f"{source.name} has no start or end.", "Only videos can be trimmed.")
    return source


def _camera(index: int, settings: Settings) -> CameraSource:
    width, height = map(int, settings.camera_size.split("x"))
    fourcc = "" if settings.camera_format == "auto" else settings.camera_format
    return CameraSource(index, size=(width, height), rotation=settings.rotation, fourcc=fourcc)


def _source(spec: str, realtime: bool, start_s: float, end_s: float | None) -> FrameSource:
    if re.match(r"(?:https?|rtsps?)://", spec, re.IGNORECASE):
        return StreamSource(spec)
    path = expanded(spec)
    if spec and path.is_dir():  # a variable that was never set is not the folder one is in
        photos = [child for child in entries(path) if is_photo(child)]
        return ImagesSource(photos, name=path.name, realtime=realtime)
    if not path.is_file():
        raise CameraNotFound(
            f"There is no file {spec}.",
            "Give a file, a folder, a camera's number or an http:// address.",
        )
    if is_photo(path):
        return ImagesSource([path], name=path.name, realtime=realtime)
    return VideoSource(path, realtime=realtime, start_s=start_s, end_s=end_s)
