"""The real program under Xvfb, by a real window manager, real keys and a real mouse."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from siamapp.paths import assets_dir
from siamapp.settings import Settings
from tests.gui.scripted import astronaut, write_video

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "build" / "screenshots"
TOOLS = ("Xvfb", "xdotool", "openbox", "import")
LIMIT_S = 90.0
NAME = "Eileen Collins"
NAME_FIELD = (936, 146)
RAIL_LIVE = (20, 30)
ACCENT_SOFT = (220, 239, 238)
ACCENT = (15, 106, 112)
"""The Save button's colour once there is something to save."""
MATCH_GREEN = (127, 214, 155)

missing = [tool for tool in TOOLS if shutil.which(tool) is None]
defaults = Settings()
untrained = [
    name
    for name in (defaults.detector, defaults.embedder)
    if not (assets_dir() / "models" / name / "card.toml").is_file()
]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}"),
    pytest.mark.skipif(bool(untrained), reason=f"no trained model: {', '.join(untrained)}"),
]


def wait(what: str, condition: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.2)


@dataclass
class Desktop:
    """An X server with a window manager; keys, clicks and pictures of it."""

    environment: dict[str, str]

    def run(self, *command: str) -> bytes:
        return subprocess.run(command, env=self.environment, check=True, capture_output=True).stdout

    def keys(self, *names: str) -> None:
        self.run("xdotool", "key", "--clearmodifiers", *names)

    def type(self, text: str) -> None:
        self.run("xdotool", "type", "--delay", "8", text)

    def click(self, window: str, x: int, y: int) -> None:
        self.run("xdotool", "mousemove", "--window", window, str(x), str(y), "click", "1")

    def windows(self, title: str) -> list[str]:
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", title],
            env=self.environment, check=False, capture_output=True,
        )  # fmt: skip
        return found.stdout.decode().split()

    def picture(self, window: str) -> np.ndarray:
        """RGB `(H, W, 3)` of a window's content."""
        png = np.frombuffer(self.run("import", "-window", window, "png:-"), np.uint8)
        return cv2.cvtColor(cv2.imdecode(png, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)

    def save(self, window: str, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.run("import", "-window", window, str(SHOTS / f"xdotool-{name}.png"))


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    receiver, sender = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(sender), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
        pass_fds=[sender], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(sender)
    with os.fdopen(receiver) as pipe:
        display = f":{pipe.readline().strip()}"
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    environment |= {"HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    manager = subprocess.Popen(["openbox"], env=environment, stderr=subprocess.DEVNULL)
    yield Desktop(environment)
    for process in (manager, server):
        process.terminate()
        process.wait(20)


def is_colour(picture: np.ndarray, rgb: tuple[int, int, int]) -> np.ndarray:
    return (np.abs(picture.astype(int) - rgb) <= 6).all(axis=-1)


def test_enrol_and_go_live_by_keyboard_and_mouse(desktop: Desktop, tmp_path: Path) -> None:
    home, key = tmp_path / "home", tmp_path / "gallery.key"
    video = write_video(tmp_path / "clip.avi", astronaut(), frames=400)
    shared = ["--home", str(home), "--key-file", str(key)]
    command = [sys.executable, "-m", "siamapp"]
    subprocess.run(
        [*command, *shared, "settings", "set", "theme", "light"],
        env=desktop.environment, check=True, capture_output=True, cwd=tmp_path,
    )  # fmt: skip
    subprocess.run(  # makes the gallery, so that the window does not begin with its first steps
        [*command, *shared, "people", "list"],
        env=desktop.environment, check=True, capture_output=True, cwd=tmp_path,
    )  # fmt: skip
    program = subprocess.Popen(
        [*command, *shared, "gui"], env=desktop.environment, cwd=tmp_path, stderr=subprocess.PIPE
    )
    try:
        wait("a window", lambda: bool(desktop.windows("^SiamApp$")))
        (window,) = desktop.windows("^SiamApp$")
        x, y = RAIL_LIVE
        wait(
            "the gallery is open and the live page shown",
            lambda: bool(is_colour(desktop.picture(window)[y, x], ACCENT_SOFT)),
        )
        desktop.save(window, "1-open")

        desktop.keys("ctrl+3")
        desktop.click(window, *NAME_FIELD)
        desktop.type(NAME)
        open_file(desktop, video)
        wait(
            "enough samples",
            lambda: bool(is_colour(desktop.picture(window)[650:690, 950], ACCENT).any()),
        )
        desktop.save(window, "2-enrol")
        desktop.keys("Return")
        wait("the person is stored", lambda: people(command, shared, desktop) == [NAME])
        desktop.save(window, "3-saved")

        desktop.keys("ctrl+1")
        open_file(desktop, video)
        wait(
            "the face is framed as a match",
            lambda: (
                int(is_colour(desktop.picture(window)[80:700, 120:760], MATCH_GREEN).sum()) > 200
            ),
        )
        desktop.save(window, "4-live")
        desktop.keys("ctrl+4")
        time.sleep(1.0)
        desktop.save(window, "5-people")
        desktop.keys("alt+F4")
        _, said = program.communicate(timeout=LIMIT_S)
        assert program.returncode == 0, said.decode()
        assert b"Traceback" not in said
    finally:
        if program.poll() is None:
            desktop.save("root", "failed")
            program.kill()
            program.communicate()


def open_file(desktop: Desktop, path: Path) -> None:
    desktop.keys("ctrl+o")
    wait("the file dialog", lambda: bool(desktop.windows("^Open a video or a photo$")))
    desktop.type(str(path))
    desktop.keys("Return")
    wait("the dialog closes", lambda: not desktop.windows("^Open a video or a photo$"))


def people(command: list[str], shared: list[str], desktop: Desktop) -> list[str]:
    listed = subprocess.run(
        [*command, *shared, "--json", "people", "list"],
        env=desktop.environment, check=False, capture_output=True,
    )  # fmt: skip
    if listed.returncode != 0:
        return []
    document = json.loads(listed.stdout)
    rows = document["people"] if isinstance(document, dict) else document
    return [row["name"] for row in rows]
