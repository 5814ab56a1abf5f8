"""Smaller shared libraries for a Linux build, doing what they did.

Wheels bring what a program that is only run does not need: symbol tables; a second OpenBLAS,
OpenCV's beside numpy's; ICU's tables, of which Qt asks for the order of letters only. Qt's and
FFmpeg's own libraries are left as they are (LICENSES/third-party.md says so).
"""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from pathlib import Path

Entry = tuple[str, str, str]
"""Where a file goes in the folder, where it lies now, and PyInstaller's word for its kind."""
UNCHANGED = re.compile(
    r"PySide6/(?!Qt/lib/libicu)|shiboken6/|opencv_python_headless\.libs/lib(av(codec|format|util)|sw)"
)
OPENCV_BLAS = re.compile(r"opencv_python_headless\.libs/lib(openblas|gfortran|quadmath)")
"""The last two are there for the first."""
NUMPY_BLAS = re.compile(r"numpy\.libs/libscipy_openblas64_")
SORTING = re.compile(
    r"[^/]+/(coll/.+|[^/]+\.(icu|nrm)|(root|res_index|pool|supplementalData|likelySubtags)\.res)"
)
"""What ICU needs to put words in order: collation, Unicode's properties and what they refer to."""


def slim(binaries: list[Entry], scratch: Path) -> list[Entry]:
    """The same binaries, smaller ones lying in `scratch`."""
    scratch.mkdir(parents=True, exist_ok=True)
    binaries = _one_blas(binaries, scratch)
    return [(name, str(_smaller(name, Path(path), scratch)), kind) for name, path, kind in binaries]


def _one_blas(binaries: list[Entry], scratch: Path) -> list[Entry]:
    """OpenCV's OpenBLAS exchanged for `one_blas.c`, where both wheels have theirs."""
    numpys = [path for name, path, _ in binaries if NUMPY_BLAS.match(name)]
    theirs = [entry for entry in binaries if OPENCV_BLAS.match(entry[0])]
    compiler = shutil.which("cc")
    if not (numpys and theirs and compiler):
        return binaries
    name, _, kind = next(entry for entry in theirs if "openblas" in entry[0])
    ours = scratch / Path(name).name
    source = Path(__file__).with_name("one_blas.c")
    linked = ["-Wl,-z,defs", f"-Wl,-soname,{ours.name}", "-Wl,-rpath,$ORIGIN/../numpy.libs"]
    # What numpy's OpenBLAS asks for lies in a folder of another name than ours here.
    linked += [numpys[0], "-Wl,--allow-shlib-undefined"]
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", source, *linked, "-o", ours], check=True)
    return [entry for entry in binaries if entry not in theirs] + [(name, str(ours), kind)]


def _smaller(name: str, path: Path, scratch: Path) -> Path:
    from_a_wheel = "/" in name  # the system's own lie on top, and have no symbols
    if not (from_a_wheel and path.is_file()) or UNCHANGED.match(name):
        return path
    whole = path.read_bytes()
    if whole[:6] != b"\x7fELF\x02\x01":
        return path
    less = without_symbols(only_sorting(whole) if path.name.startswith("libicudata") else whole)
    if len(less) == len(whole):
        return path
    slimmer = scratch / name.replace("/", "-")
    slimmer.write_bytes(less)
    slimmer.chmod(0o755)
    return slimmer


def without_symbols(elf: bytes) -> bytes:
    """A library up to the end of what is loaded. `strip` would move the rest, which breaks some."""
    less = bytearray(elf[: max(offset + size for _, offset, size in _segments(elf))])
    struct.pack_into("<Q", less, 0x28, 0)  # and without the table of sections, which lay behind it
    struct.pack_into("<HHH", less, 0x3A, 0, 0, 0)
    return bytes(less)


def only_sorting(elf: bytes) -> bytes:
    """ICU's data library with the tables of `SORTING` alone; every address stays what it was."""
    segments = _segments(elf)
    header, end = next((at, size) for at, offset, size in segments if offset == 0)
    less = bytearray(elf[:DATA_AT] + _sorting(elf[DATA_AT:end]))
    struct.pack_into("<QQ", less, header + 32, len(less), len(less))
    gone = (end - len(less)) // PAGE * PAGE  # whole pages: an offset must fit its address
    for at, offset, _ in segments:
        if offset >= end:
            struct.pack_into("<Q", less, at + 8, offset - gone)
    return bytes(less) + bytes(end - gone - len(less)) + elf[end:]


PAGE = DATA_AT = 0x1000
"""The data begin on the second page, alone in their segment."""


def _segments(elf: bytes) -> list[tuple[int, int, int]]:
    """Where each program header lies, the offset it gives and the bytes it has in the file."""
    table, count = struct.unpack_from("<Q", elf, 0x20)[0], struct.unpack_from("<H", elf, 0x38)[0]
    headers = [table + 56 * i for i in range(count)]
    return [(at, *struct.unpack_from("<8xQ16xQ", elf, at)) for at in headers]


def _sorting(package: bytes) -> bytes:
    """A package of ICU's: a header, a table of names and places, the files (ucmndata.h)."""
    (begin,) = struct.unpack_from("<H", package)
    assert package[2:4] == b"\xda\x27", "no package of ICU's"
    (count,) = struct.unpack_from("<I", package, begin)
    places = [struct.unpack_from("<II", package, begin + 4 + 8 * i) for i in range(count)]
    ends = [data for _, data in places[1:]] + [len(package) - begin]
    files: dict[bytes, bytes] = {}
    for (at, data), end in zip(places, ends, strict=True):
        name = package[begin + at : package.index(0, begin + at)]
        if SORTING.fullmatch(name.decode()):
            files[name] = package[begin + data : begin + end]
    names = b"".join(name + b"\0" for name in files)
    at = 4 + 8 * len(files)
    data = (at + len(names) + 15) // 16 * 16
    table, packed = struct.pack("<I", len(files)), b""
    for name, file in files.items():
        table += struct.pack("<II", at, data + len(packed))
        at += len(name) + 1
        packed += file + bytes(-len(file) % 16)
    return package[:begin] + (table + names).ljust(data, b"\0") + packed
