from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from siamapp.errors import ImageError
from siamapp.live.photos import read_image

FORMATS = ["JPEG", "PNG", "WEBP", "BMP", "TIFF"]
ORIENTATION = 0x112


def quarters(width: int = 64, height: int = 48) -> Image.Image:
    """Red, green; blue, white: each corner tells where it came from."""
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[: height // 2, : width // 2] = (250, 0, 0)
    rgb[: height // 2, width // 2 :] = (0, 250, 0)
    rgb[height // 2 :, : width // 2] = (0, 0, 250)
    rgb[height // 2 :, width // 2 :] = 250
    return Image.fromarray(rgb)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def saved(folder: Path, data: bytes, name: str = "photo.bin") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def corners(bgr: np.ndarray) -> str:
    """Colours of the corners, top left, top right, bottom left, bottom right, as RGBW letters."""
    height, width = bgr.shape[:2]
    names = {(1, 0, 0): "R", (0, 1, 0): "G", (0, 0, 1): "B", (1, 1, 1): "W"}
    points = [(y, x) for y in (8, height - 8) for x in (8, width - 8)]
    return "".join(names[tuple(int(v > 125) for v in bgr[p][::-1])] for p in points)


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_comes_as_bgr(tmp_path: Path, kind: str) -> None:
    bgr = read_image(saved(tmp_path, encoded(quarters(), kind)))
    assert (bgr.shape, bgr.dtype, type(bgr)) == ((48, 64, 3), np.uint8, np.ndarray)
    assert corners(bgr) == "RGBW"


UPRIGHT = ["RGBW", "GRWB", "WBGR", "BWRG", "RBGW", "BRWG", "WGBR", "GWRB"]
"""Corners after EXIF orientations 1 to 8 (CIPA DC-008, 4.6.4) were undone."""


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(tmp_path: Path, kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    bgr = read_image(saved(tmp_path, encoded(quarters(), kind, exif=exif)))
    assert bgr.shape[:2] == ((48, 64) if orientation < 5 else (64, 48))
    assert corners(bgr) == UPRIGHT[orientation - 1]


def test_a_path_may_be_in_any_script(tmp_path: Path) -> None:
    folder = tmp_path / "Фото 写真 é"
    folder.mkdir()
    assert read_image(saved(folder, encoded(quarters(), "JPEG"), "Ünï.jpg")).shape == (48, 64, 3)


def test_sixteen_bit_grey_keeps_its_scale(tmp_path: Path) -> None:
    grey = np.linspace(0, 65535, 48 * 64).astype(np.uint16).reshape(48, 64)
    bgr = read_image(saved(tmp_path, encoded(Image.fromarray(grey), "PNG")))
    assert bgr.shape == (48, 64, 3)
    assert np.abs(bgr[..., 1].astype(int) - (grey >> 8)).max() <= 1


@pytest.mark.parametrize("mode", ["L", "RGBA", "LA", "P", "1", "CMYK"])
def test_other_colour_modes_become_bgr(tmp_path: Path, mode: str) -> None:
    kind = "TIFF" if mode == "CMYK" else "PNG"
    bgr = read_image(saved(tmp_path, encoded(quarters().convert(mode), kind)))
    assert (bgr.shape, bgr.dtype) == ((48, 64, 3), np.uint8)
    if mode in ("RGBA", "P", "CMYK"):
        assert corners(bgr) == "RGBW"


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("part", [0.5, 0.02, 4])
def test_a_truncated_photo_is_an_error_in_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], kind: str, part: float
) -> None:
    rng = np.random.default_rng(0)
    whole = encoded(Image.fromarray(rng.integers(0, 256, (200, 300, 3), np.uint8)), kind)
    cut = whole[: int(part if part > 1 else len(whole) * part)]
    with pytest.raises(ImageError) as caught:
        read_image(saved(tmp_path, cut))
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\0", "not a photo"),
        (b"Dear diary,\nno picture today.\n", "not a photo"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0", "HEIF"),
        (b"\0\0\0\x20ftypavif\0\0\0\0", "AVIF"),
        (b"\0\0\0\x20ftypisom\0\0\0\0", "not a photo"),
        (b"GIF89a\1\0\1\0", "not a photo"),
    ],
)
def test_what_is_no_photo_is_refused_by_name(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(ImageError, match=words):
        read_image(saved(tmp_path, data, "photo.jpg"))


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="cannot be read"):
        read_image(tmp_path / "none.jpg")


@pytest.mark.parametrize("size", [(20_001, 8), (8, 20_001), (10_001, 10_000)])
def test_a_header_that_promises_too_much_is_refused_before_decoding(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """The pixels are not there at all: only the header can have been read."""
    width, height = size
    vp8l = struct.pack("<I", (min(width, 16384) - 1) | (min(height, 16384) - 1) << 14)
    headers = {
        "png": b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + struct.pack(">II", width, height),
        "jpg": b"\xff\xd8\xff\xe0\0\4ab\xff\xc2\0\x11\x08" + struct.pack(">HH", height, width),
        "bmp": b"BM" + bytes(16) + struct.pack("<ii", width, -height),
        "webp": b"RIFF\0\0\0\0WEBPVP8X" + bytes(8)
        + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3],
        "tif": b"MM\0*\0\0\0\x08\0\2"
        + struct.pack(">HHII", 256, 4, 1, width) + struct.pack(">HHII", 257, 4, 1, height),
    }  # fmt: skip
    if width * height > 100_000_000:
        headers["lossless.webp"] = b"RIFF\0\0\0\0WEBPVP8L" + bytes(4) + b"\x2f" + vp8l
    for suffix, data in headers.items():
        with pytest.raises(ImageError, match="too large"):
            read_image(saved(tmp_path, data + bytes(64), f"bomb.{suffix}"))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(kind=st.sampled_from(FORMATS), at=st.floats(0, 1), noise=st.binary(min_size=1, max_size=12))
def test_damage_gives_a_picture_or_an_image_error_and_nothing_else(
    tmp_path: Path, kind: str, at: float, noise: bytes
) -> None:
    data = bytearray(encoded(quarters(), kind))
    start = int(at * (len(data) - 1))
    data[start : start + len(noise)] = noise
    try:
        bgr = read_image(saved(tmp_path, bytes(data)))
    except ImageError:
        return
    assert bgr.ndim == 3
    assert bgr.dtype == np.uint8


@pytest.mark.parametrize("length", [0x7FFFFFFF, 0xFFFFFF16, 5000])
def test_a_png_that_promises_more_than_it_holds_is_not_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    """OpenCV would set aside what the length of a chunk says, here up to 4 GB."""
    data = bytearray(encoded(quarters(), "PNG"))
    struct.pack_into(">I", data, data.index(b"IDAT") - 4, length)
    monkeypatch.setattr("cv2.imdecode", lambda *_: pytest.fail("was decoded"))
    with pytest.raises(ImageError, match="cut short"):
        read_image(saved(tmp_path, bytes(data)))
