"""The app in a freedesktop menu: an entry and an icon under the user's own data folder."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from siamapp.errors import SiamError
from siamapp.paths import assets_dir

_FROZEN = getattr(sys, "frozen", False)
"""Whether this is a program made by PyInstaller, which is its own interpreter."""


def install() -> list[Path]:
    """Write entry and icon for this installation; returns the files.

    Raises:
        SiamError: the system has no such menus, or the files cannot be written.
    """
    entry, icon = _files()
    template = (assets_dir() / "launcher" / "siamapp.desktop").read_text(encoding="utf-8")
    command = f"{_quoted(sys.executable)} {'gui' if _FROZEN else '-m siamapp gui'}"
    try:
        for file in (entry, icon):
            file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(assets_dir() / "icons" / "siamapp.svg", icon)
        entry.write_text(template.replace("@COMMAND@", command), encoding="utf-8")
    except OSError as error:
        raise SiamError(f"The menu entry cannot be written: {error}.") from error
    return [entry, icon]


def remove() -> list[Path]:
    """Delete entry and icon; returns those that were there.

    Raises:
        SiamError: the system has no such menus, or a file cannot be deleted.
    """
    there = [file for file in _files() if file.exists()]
    try:
        for file in there:
            file.unlink()
    except OSError as error:
        raise SiamError(f"The menu entry cannot be removed: {error}.") from error
    return there


def _files() -> tuple[Path, Path]:
    if sys.platform != "linux":
        raise SiamError(
            "Menu entries are for Linux desktops.",
            "Make a shortcut to launch.bat (Windows) or launch.command (macOS).",
        )
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return (
        data / "applications" / "siamapp.desktop",
        data / "icons" / "hicolor" / "scalable" / "apps" / "siamapp.svg",
    )


def _quoted(word: str) -> str:
    """Quoted as an argument, then escaped as a value (Desktop Entry Specification 1.5)."""
    for special in ("\\", '"', "`", "$"):
        word = word.replace(special, f"\\{special}")
    return f'"{word}"'.replace("\\", "\\\\").replace("%", "%%")
