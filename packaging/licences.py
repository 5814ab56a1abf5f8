"""What a build holds of other people's work, and under which licence.

python packaging/licences.py > LICENSES/third-party.md     in the environment that is built from
"""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
UNSTATED = {"sqlcipher3": "Zlib"}
"""Read from the text that came with it."""
NATIVE = """
| Library | Inside | Licence |
|---|---|---|
| Qt 6 (Core, Gui, Widgets, Svg, Network, DBus) | PySide6-Essentials, shiboken6 | LGPL-3.0 |
| ICU 73 (in Linux folders its tables for collation alone) | PySide6-Essentials | Unicode-3.0 |
| FFmpeg 8 (avcodec, avformat, avutil, swscale, swresample) | opencv-python-headless | LGPL-2.1 |
| libvpx, libaom, libavif | opencv-python-headless | BSD-3-Clause, BSD-2-Clause, BSD-2-Clause |
| OpenSSL 1.1.1, libpng, libdrm | opencv-python-headless | OpenSSL, libpng-2.0, MIT |
| OpenBLAS, libgfortran, libquadmath | opencv-python-headless, numpy | BSD-3-Clause, GPL-3.0 with \
the runtime exception, LGPL-2.1 |
| OpenSSL 3 | cryptography | Apache-2.0 |
| SQLCipher, SQLite, OpenSSL | sqlcipher3 | BSD-3-Clause, public domain, Apache-2.0 |
| libjpeg-turbo, libtiff, OpenJPEG, libwebp, lcms2, FreeType, HarfBuzz, brotli, xz, zstd | \
pillow | \
IJG and BSD-3-Clause, libtiff, BSD-2-Clause, BSD-3-Clause, MIT, FTL, MIT, MIT, 0BSD, BSD-3-Clause |
| FreeType, Agg, Qhull | matplotlib | FTL, BSD-3-Clause, Qhull |
| GLib, libsystemd, libgcrypt, libgpg-error, libkeyutils | folders made on Linux | LGPL-2.1 |
| libstdc++, libgcc | folders made on Linux | GPL-3.0 with the runtime exception |
| D-Bus, krb5, X11, xcb, xkbcommon, fontconfig, expat, libffi | folders made on Linux | \
AFL-2.1, then MIT each |
| FreeType, libpng, PCRE2, zlib, bzip2, lz4, brotli, zstd, xz, SQLite | folders made on Linux | \
FTL, libpng-2.0, BSD-3-Clause, Zlib, bzip2-1.0.6, BSD-2-Clause, MIT, BSD-3-Clause, 0BSD, \
public domain |
| libbsd, libmd, libcap, libuuid | folders made on Linux | BSD-3-Clause or a like one each |
| Python | the programs made by PyInstaller | PSF-2.0 |
| The loader of PyInstaller | the programs made by PyInstaller | GPL-2.0 with an exception \
for what it loads |
"""
QT = """
## Qt and FFmpeg (LGPL)

Both are used unchanged, as shared libraries in files of their own, in a wheel as in a built folder:
`PySide6/Qt/lib`, `opencv_python_headless.libs` (on Windows beside `PySide6` and `cv2`). Anybody may
put another build of the same version in their place; nothing checks or forbids it, and SiamApp's
licence lets its users take it apart to mend such a build. The licences' texts lie beside this list
in every built folder. Qt's source: <https://download.qt.io/official_releases/>, PySide6's:
<https://code.qt.io/pyside/pyside-setup.git>, FFmpeg's: <https://ffmpeg.org/download.html>, each at
the version that the list names. Whoever passes a build on passes on this page with it, and the
sources or the offer of them. The system's libraries in a Linux folder are those of the distribution
that it was made on, unchanged; so are their sources.
"""


def bundled() -> list[Distribution]:
    """The distributions that the app needs, found by walking their requirements, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    found: dict[str, Distribution] = {}
    # onnxruntime and onnxruntime-gpu are two names of one package: the installed one counts.
    waiting = [Requirement(line) for line in project["dependencies"]]
    while waiting:
        wanted = waiting.pop()
        name = _normal(wanted.name)
        if name in found or not (wanted.marker is None or wanted.marker.evaluate({"extra": ""})):
            continue
        found[name] = _installed(name)
        waiting += [Requirement(line) for line in found[name].requires or ()]
    return [found[name] for name in sorted(found)]


def licence(dist: Distribution) -> str:
    """As the distribution states it: its SPDX expression, else its classifiers, else its field."""
    meta = dist.metadata
    if expression := meta.get("License-Expression"):
        return str(expression)
    classes = [c.split(" :: ")[-1] for c in meta.get_all("Classifier") or () if "License ::" in c]
    stated = (
        ", ".join(c for c in classes if c != "OSI Approved")
        or meta.get("License")
        or UNSTATED[meta["Name"]]
    )
    return str(stated).splitlines()[0]


def texts(dist: Distribution) -> list[Path]:
    """The licences' texts that came with it."""
    wanted = re.compile(r"(licen[cs]e|copying|notice|third.?party)", re.IGNORECASE)
    files = [f for f in dist.files or () if wanted.search(f.name) and f.suffix in _TEXT]
    return [path for f in files if (path := Path(str(f.locate()))).is_file()]


_TEXT = ("", ".txt", ".md", ".rst", ".APACHE", ".BSD", ".MIT")


def _installed(name: str) -> Distribution:
    for candidate in (name, name.removesuffix("-gpu")):
        try:
            return distribution(candidate)
        except PackageNotFoundError:
            continue
    raise SystemExit(f"{name} is not installed here: run this in the environment built from.")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> None:
    rows = [f"| {d.metadata['Name']} | {d.version} | {licence(d)} |" for d in bundled()]
    head = (
        "# What is bundled\n\nWritten by `python packaging/licences.py`; the versions are those of "
        "the environment it ran in.\n\n| Package | Version | Licence |\n|---|---|---|"
    )
    parts = [head, *rows, "\n## Native libraries inside them", NATIVE.rstrip(), QT.rstrip()]
    sys.stdout.write("\n".join(parts) + "\n")


if __name__ == "__main__":
    main()
