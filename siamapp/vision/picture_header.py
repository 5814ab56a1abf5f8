"""What a picture's first bytes promise, read before a decoder believes them."""

from __future__ import annotations

import struct

_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "HEIC"),
    **dict.fromkeys((b"mif1", b"msf1"), "HEIF"),
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
}
REFUSED_KINDS = frozenset(_BRANDS.values())


def kind_and_size(data: bytes) -> tuple[str, tuple[int, int]]:
    """Kind and `(width, height)` in pixels as the header states them; `""` for no photo.

    Raises:
        struct.error or IndexError: the header is cut short.
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG", struct.unpack_from(">II", data, 16)
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG", _jpeg_size(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WebP", _webp_size(data)
    if data.startswith(b"BM"):
        width, height = struct.unpack_from("<ii", data, 18)
        return "BMP", (width, abs(height))  # a negative height means rows from top to bottom
    if data.startswith((b"II*\0", b"MM\0*")):
        return "TIFF", _tiff_size(data)
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12], ""), (0, 0)
    return "", (0, 0)


def is_small(data: bytes, side_px: int) -> bool:
    """Whether it is a JPEG or a whole PNG of at most `side_px` a side."""
    try:
        kind, size = kind_and_size(data)
    except (struct.error, IndexError):
        return False
    return max(size) <= side_px and (kind == "JPEG" or (kind == "PNG" and png_is_whole(data)))


def png_is_whole(data: bytes) -> bool:
    """Whether every chunk up to IEND is there (RFC 2083, section 3.2).

    OpenCV takes a chunk's length at its word and sets aside up to 4 GB for it.
    """
    at, kind = 8, b""
    while kind != b"IEND" and at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        at += 12 + length
    return kind == b"IEND" and at <= len(data)


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """From the start-of-frame segment (ITU-T T.81, B.2.2)."""
    at = 2
    while True:
        while data[at + 1] == 0xFF:  # fill bytes
            at += 1
        marker = data[at + 1]
        if marker in range(0xC0, 0xD0) and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]


def _webp_size(data: bytes) -> tuple[int, int]:
    """From the first chunk: extended, lossless or lossy (RFC 9649, section 2)."""
    if data[12:16] == b"VP8X":
        width, high, height, height_high = struct.unpack_from("<HBHB", data, 24)
        return width + (high << 16) + 1, height + (height_high << 16) + 1
    if data[12:16] == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", data, 26)
    return width & 0x3FFF, height & 0x3FFF


def _tiff_size(data: bytes) -> tuple[int, int]:
    """From ImageWidth (256) and ImageLength (257) of the first directory (TIFF 6.0, section 2)."""
    order = "<" if data[:2] == b"II" else ">"
    (at,) = struct.unpack_from(order + "I", data, 4)
    (entries,) = struct.unpack_from(order + "H", data, at)
    size = {256: 0, 257: 0}
    for entry in range(at + 2, at + 2 + 12 * entries, 12):
        tag, kind = struct.unpack_from(order + "HH", data, entry)
        if tag in size:
            (size[tag],) = struct.unpack_from(order + ("H" if kind == 3 else "I"), data, entry + 8)
    return size[256], size[257]
