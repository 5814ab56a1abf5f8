from __future__ import annotations

import errno
import os
import struct
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from siamapp.errors import CameraBusy, CameraDenied, CameraNotFound, ImageError, SiamError
from siamapp.live import cameras
from siamapp.live.source import (
    CameraSource,
    FrameSource,
    ImagesSource,
    StreamSource,
    VideoSource,
    list_cameras,
    open_source,
)
from siamapp.log import log
from siamapp.settings import Settings
from tests.contracts import check_source
from tests.fakes import ScriptedSource, noise

FPS, COUNT = 10, 80


def numbered(n: int, height: int = 48, width: int = 64) -> np.ndarray:
    """A picture with its number in black and white stripes below, and a white top left quarter."""
    bgr = np.zeros((height, width, 3), np.uint8)
    bgr[: height // 2, : width // 2] = 255
    for bit in range(8):
        bgr[height // 2 :, bit * width // 8 : (bit + 1) * width // 8] = 255 * (n >> bit & 1)
    return bgr


def number(bgr: np.ndarray) -> int:
    height, width = bgr.shape[:2]
    return sum(
        1 << bit for bit in range(8) if bgr[height * 3 // 4, (2 * bit + 1) * width // 16, 1] > 127
    )


def write_video(path: Path, codec: str) -> Path:
    fourcc = cv2.VideoWriter.fourcc(*codec)
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, fourcc, FPS, (64, 48))
    assert writer.isOpened()
    for n in range(COUNT):
        writer.write(numbered(n))
    writer.release()
    return path


def read_all(source: FrameSource) -> list[tuple[int, float, int]]:
    """`(index, time_s, number in the picture)` of every frame."""
    source.open()
    out = []
    while (frame := source.read()) is not None:
        out.append((frame.index, round(frame.time_s, 3), number(frame.bgr)))
    assert source.read() is None  # the end stays the end
    source.close()
    return out


@pytest.fixture(scope="module", params=[("clip.avi", "MJPG"), ("clip.mp4", "mp4v")])
def clip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    name, codec = request.param
    return write_video(tmp_path_factory.mktemp("clip") / name, codec)


def test_a_video_gives_every_frame_with_its_media_time(clip: Path) -> None:
    assert read_all(open_source(str(clip))) == [(n, n / FPS, n) for n in range(COUNT)]


@pytest.mark.parametrize(
    ("start_s", "end_s", "first", "last"),
    [(0.0, 3.0, 0, 29), (1.0, 2.0, 10, 19), (6.95, None, 70, 79), (7.0, 7.1, 70, 70)],
)
def test_a_video_is_trimmed_by_media_time(
    clip: Path, start_s: float, end_s: float | None, first: int, last: int
) -> None:
    frames = read_all(open_source(str(clip), start_s=start_s, end_s=end_s))
    assert frames == [(n - first, n / FPS, n) for n in range(first, last + 1)]


def test_a_file_without_times_or_index_is_read_at_its_frame_rate(tmp_path: Path) -> None:
    folder = tmp_path / "Видео é"
    folder.mkdir()
    path = folder / "naked.mjpeg"  # JPEGs end to end, which FFmpeg plays at 25 a second
    path.write_bytes(b"".join(cv2.imencode(".jpg", numbered(n))[1].tobytes() for n in range(200)))
    assert read_all(open_source(str(path))) == [(n, n / 25, n) for n in range(200)]
    late = read_all(open_source(str(path), start_s=6.0, end_s=7.0))
    assert late == [(n, (n + 150) / 25, n + 150) for n in range(25)]


def capture_with(**replaced: Callable[..., object]) -> type:
    """A `cv2.VideoCapture` with other methods: each gets the real one first."""

    class Capture:  # OpenCV's own class must not be inherited from: that crashes
        def __init__(self) -> None:
            self.real = cv2.VideoCapture()

        def __getattr__(self, name: str) -> object:
            method = getattr(self.real, name)
            return partial(replaced[name], method) if name in replaced else method

    return Capture


@pytest.mark.parametrize("lands_s", [7.5, 60.0])
def test_a_seek_that_lands_too_late_costs_time_not_frames(
    clip: Path, monkeypatch: pytest.MonkeyPatch, lands_s: float
) -> None:
    def late(real: Callable[[int, float], bool], prop: int, value: float) -> bool:
        return real(prop, lands_s * 1000 if prop == cv2.CAP_PROP_POS_MSEC else value)

    source = VideoSource(clip, start_s=7.0, end_s=7.3)
    monkeypatch.setattr(source, "_capture", capture_with(set=late)())
    assert read_all(source) == [(0, 7.0, 70), (1, 7.1, 71), (2, 7.2, 72)]


def test_media_time_that_stands_still_is_counted_from_the_frame_rate(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def timeless(real: Callable[[int], float], prop: int) -> float:
        return 0.0 if prop == cv2.CAP_PROP_POS_MSEC else real(prop)

    source = VideoSource(clip)
    monkeypatch.setattr(source, "_capture", capture_with(get=timeless)())
    assert read_all(source) == [(n, n / FPS, n) for n in range(COUNT)]


def test_a_start_beyond_the_end_gives_nothing(clip: Path) -> None:
    assert read_all(open_source(str(clip), start_s=60.0)) == []


def test_a_phone_video_is_turned_upright(tmp_path: Path) -> None:
    data = bytearray(write_video(tmp_path / "flat.mp4", "mp4v").read_bytes())
    one = 1 << 16
    matrix = data.index(b"tkhd") + 4 + 40  # ISO/IEC 14496-12, 8.3.2: version 0
    assert struct.unpack_from(">9i", data, matrix)[:5] == (one, 0, 0, 0, one)
    struct.pack_into(">9i", data, matrix, 0, one, 0, -one, 0, 0, 48 * one, 0, 1 << 30)  # 90 degrees
    path = tmp_path / "turned.mp4"
    path.write_bytes(data)
    source = open_source(str(path))
    source.open()
    frame = source.read()
    source.close()
    assert frame is not None
    assert frame.bgr.shape == (64, 48, 3)
    assert frame.bgr[4, -4].min() > 200, "the corner that was top left is top right"
    assert frame.bgr[4, 4].max() < 50


def test_a_photo_and_a_folder_of_photos_are_sources(tmp_path: Path) -> None:
    for n in (2, 0, 1):
        cv2.imwrite(str(tmp_path / f"{n}.png"), numbered(n))
    (tmp_path / "notes.txt").write_text("no photo")
    assert read_all(open_source(str(tmp_path))) == [(0, 0.0, 0), (1, 1.0, 1), (2, 2.0, 2)]
    assert read_all(open_source(str(tmp_path / "2.png"))) == [(0, 0.0, 2)]


def test_a_heic_photo_in_a_folder_is_refused_not_passed_by(tmp_path: Path) -> None:
    (tmp_path / "a.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0")
    source = open_source(str(tmp_path))
    source.open()
    with pytest.raises(ImageError, match="HEIC"):
        source.read()


def test_sources_keep_the_contract(clip: Path, tmp_path: Path) -> None:
    for n in range(3):
        cv2.imwrite(str(tmp_path / f"{n}.png"), numbered(n))
    check_source(VideoSource(clip), at_least=30)
    check_source(VideoSource(clip, start_s=2.0, end_s=5.0, realtime=True), at_least=30)
    check_source(ImagesSource(sorted(tmp_path.glob("*.png")), name="photos"), at_least=3)
    check_source(ScriptedSource(noise(5), live=False), at_least=5)
    check_source(ScriptedSource(noise(5)), at_least=5)


@pytest.mark.parametrize(
    ("spec", "kind", "name"),
    [
        ("0", CameraSource, "Camera 0"),
        ("/dev/video12", CameraSource, "Camera 12"),
        ("http://cam.local/video", StreamSource, "http://cam.local/video"),
        ("RTSP://u:secret@cam:554/a?token=x", StreamSource, "rtsp://cam:554/a"),
    ],
)
def test_a_spec_names_its_source_and_no_password(spec: str, kind: type, name: str) -> None:
    source = open_source(spec)
    assert isinstance(source, kind)
    assert (source.name, source.live, source.realtime) == (name, True, True)


def test_what_is_not_there_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for spec in ("none.mp4", "ftp://host/a.mp4", str(tmp_path / "none"), ""):
        with pytest.raises(CameraNotFound):
            open_source(spec)
    with pytest.raises(CameraNotFound):
        open_source(str(tmp_path)).open()  # a folder without photos
    with pytest.raises(CameraNotFound):
        VideoSource(tmp_path / "gone.mp4").open()


def test_what_is_no_video_is_an_image_error(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "text.mp4"
    path.write_text("no video\n" * 100)
    with pytest.raises(ImageError, match="not a video"):
        open_source(str(path)).open()
    assert capfd.readouterr() == ("", "")


def test_a_name_that_is_no_text_is_refused(tmp_path: Path, clip: Path) -> None:
    """OpenCV ended the process."""
    path = tmp_path / "film\udcff.mp4"
    try:
        path.write_bytes(clip.read_bytes())
    except OSError:
        pytest.skip("no such names here")
    with pytest.raises(ImageError, match="cannot be read"):
        open_source(str(path)).open()
    with pytest.raises(CameraNotFound):
        open_source("http://127.0.0.1:9/\udcff").open()


def test_a_video_of_huge_pictures_is_not_decoded(tmp_path: Path) -> None:
    path = tmp_path / "huge.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25, (8000, 6000))
    writer.write(np.zeros((6000, 8000, 3), np.uint8))
    writer.release()
    with pytest.raises(ImageError, match=r"huge.avi is too large: 8000 x 6000 px"):
        open_source(str(path)).open()


def test_only_videos_can_be_trimmed() -> None:
    with pytest.raises(SiamError, match="no start or end"):
        open_source("0", end_s=3.0)


# --- cameras: without one, what the system says about its device node -------------------------


def test_listing_cameras_never_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(list_cameras(), list)

    def unknown_system(api: int) -> list[object]:
        raise NotImplementedError(api)

    monkeypatch.setattr(cameras, "enumerate_cameras", unknown_system)
    assert list_cameras() == []


linux_only = pytest.mark.skipif(sys.platform != "linux", reason="device nodes are Linux's")


@linux_only
@pytest.mark.parametrize(
    ("code", "error", "words"),
    [
        (errno.ENOENT, CameraNotFound, "not there"),
        (errno.ENODEV, CameraNotFound, "not there"),
        (errno.EBUSY, CameraBusy, "in use"),
        (errno.EACCES, CameraDenied, "may not be used"),
        (errno.EPERM, CameraDenied, "may not be used"),
    ],
)
def test_a_camera_says_why_it_cannot_be_had(
    monkeypatch: pytest.MonkeyPatch, code: int, error: type[SiamError], words: str
) -> None:
    def refuse(path: Path, flags: int) -> int:
        assert path == Path("/dev/video63")
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(cameras.os, "open", refuse)
    with pytest.raises(error, match=words) as caught:
        CameraSource(63).open()
    assert caught.value.hint


@linux_only
def test_a_device_that_opens_but_gives_no_capture_is_busy_if_listed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    node = tmp_path / "video63"
    node.touch()
    monkeypatch.setattr(cameras, "device_path", lambda index: node)
    with pytest.raises(CameraNotFound):
        CameraSource(63).open()
    listed = [cameras.CameraInfo(63, "Test", str(node))]
    monkeypatch.setattr(cameras, "list_cameras", lambda: listed)
    with pytest.raises(CameraBusy):
        CameraSource(63).open()


@pytest.mark.parametrize(
    ("wanted", "sends", "said"),
    [("auto", "YUYV", ""), ("MJPG", "MJPG", ""), ("MJPG", "YUYV", "sends YUYV, not MJPG as asked")],
)
def test_a_camera_that_refuses_a_format_still_opens_and_says_so(
    wanted: str,
    sends: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked: dict[int, float] = {}

    class Driver:
        """No camera: takes what it is asked, and sends what it likes."""

        def open(self, target: int, api: int, parameters: list[int]) -> bool:
            return cv2.CAP_PROP_FOURCC not in parameters[::2]  # as V4L2 would refuse an unknown one

        def set(self, key: int, value: float) -> bool:
            asked[key] = value
            return False

        def get(self, key: int) -> float:
            return float(cv2.VideoWriter.fourcc(*sends)) if key == cv2.CAP_PROP_FOURCC else 0.0

    monkeypatch.setattr(cv2, "VideoCapture", Driver)
    monkeypatch.setattr(CameraSource, "_probe", lambda _source: None)
    monkeypatch.setattr(log, "propagate", True)
    settings = Settings().changed("camera_size", "1280x720").changed("camera_format", wanted)
    source = open_source("0", settings=settings)
    assert isinstance(source, CameraSource)
    source.open()
    assert source.sent == sends
    assert (cv2.CAP_PROP_FOURCC in asked) == (wanted != "auto")
    if wanted != "auto":  # the size is asked for anew: the first format may not have had it
        assert list(asked)[:3] == [
            cv2.CAP_PROP_FOURCC,
            cv2.CAP_PROP_FRAME_WIDTH,
            cv2.CAP_PROP_FRAME_HEIGHT,
        ]
    assert said in caplog.text
    assert bool(caplog.records) == bool(said)
