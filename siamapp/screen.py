"""Whether a window can be opened here, asked before Qt is, which would abort the whole process."""

from __future__ import annotations

import ctypes
import os
import sys

from siamapp.errors import SiamError

_DEBIAN_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
"""Shared objects that Qt's wheels leave to the system, with the Debian package of each."""
_DEBIAN_PACKAGES_X11 = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
_NO_WINDOW = "Use the command line: siamapp live --source FILE (see siamapp --help)."


class NoScreen(SiamError):
    """No window can be opened here."""


def require_screen() -> None:
    """Raise NoScreen where Qt could not open a window, naming what is missing."""
    missing = missing_libraries()
    if missing:
        packages = " ".join(sorted(missing.values()))
        raise NoScreen(
            f"System libraries are missing: {', '.join(sorted(missing))}.",
            f"Install them (Debian, Ubuntu): sudo apt install {packages}",
        )
    if display() is None:
        raise NoScreen("There is no screen here.", _NO_WINDOW)


def missing_libraries() -> dict[str, str]:
    """Shared objects that Qt needs and the system lacks, with their Debian packages."""
    if sys.platform != "linux":
        return {}
    needed = dict(_DEBIAN_PACKAGES)
    if _platform() in ("", "xcb") and "WAYLAND_DISPLAY" not in os.environ:
        needed |= _DEBIAN_PACKAGES_X11
    return {name: package for name, package in needed.items() if not _loads(name)}


def display() -> str | None:
    """The screen a window would open on, or None where there is none."""
    if sys.platform != "linux":
        return sys.platform
    if _platform() not in ("", "xcb", "wayland"):
        return _platform()
    wayland, x11 = os.environ.get("WAYLAND_DISPLAY"), os.environ.get("DISPLAY")
    if wayland and _platform() != "xcb":
        return wayland
    return x11 if x11 and _x11_answers() else None


def _platform() -> str:
    """Qt's platform plugin where one was asked for by the environment."""
    return os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _x11_answers() -> bool:
    """Qt calls abort() on a DISPLAY that nobody serves; xcb only says so."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    try:
        return bool(xcb.xcb_connection_has_error(connection) == 0)
    finally:
        xcb.xcb_disconnect(connection)
