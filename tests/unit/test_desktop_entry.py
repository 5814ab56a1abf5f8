"""The menu entry starts this installation, wherever it lies, and goes without a trace."""

from __future__ import annotations

import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from siamapp import desktop_entry
from siamapp.errors import SiamError


@pytest.fixture
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    return tmp_path


def command(entry: Path) -> list[str]:
    """What a desktop runs: the value unescaped, then the quotes undone."""
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(entry, "utf-8")
    value = parser["Desktop Entry"]["Exec"]
    unescaped = value.replace("%%", "%").replace("\\\\", "\\")
    script = f"printf '%s\\n' {unescaped}"
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True).stdout.splitlines()


@pytest.mark.parametrize(
    "python", ["/opt/siam app/python", '/opt/50 % "off"/py$HOME`', sys.executable]
)
def test_the_entry_starts_this_python(
    data_home: Path, monkeypatch: pytest.MonkeyPatch, python: str
) -> None:
    monkeypatch.setattr("sys.executable", python)
    entry, icon = desktop_entry.install()
    assert command(entry) == [python, "-m", "siamapp", "gui"]
    assert entry == data_home / "applications" / "siamapp.desktop"
    assert icon.read_text("utf-8").lstrip().startswith(("<svg", "<?xml"))


@pytest.mark.usefixtures("data_home")
def test_remove_takes_all_of_it_and_may_be_called_twice() -> None:
    files = desktop_entry.install()
    assert desktop_entry.remove() == files
    assert not [file for file in files if file.exists()]
    assert desktop_entry.remove() == []


def test_other_systems_are_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    with pytest.raises(SiamError, match=r"launch\.bat"):
        desktop_entry.install()
