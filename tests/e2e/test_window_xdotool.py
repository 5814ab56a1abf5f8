"""The real program under Xvfb, by a real window manager, real keys and a real mouse."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from siamapp.paths import assets_dir
from siamapp.settings import Settings
from tests.e2e.desktop import MISSING, Program, open_desktop, wait
from tests.gui.scripted import astronaut, write_video

NAME = "Eileen Collins"
ONE_FILE = "Open a video or a photo"
MATCH_GREEN = (127, 214, 155)
"""Of the frame around a face that was recognised."""
defaults = Settings()
untrained = [
    name
    for name in (defaults.detector, defaults.embedder)
    if not (assets_dir() / "models" / name / "card.toml").is_file()
]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
    pytest.mark.skipif(bool(untrained), reason=f"no trained model: {', '.join(untrained)}"),
]


def test_enrol_and_go_live_by_keyboard_and_mouse(tmp_path: Path) -> None:
    video = write_video(tmp_path / "clip.avi", astronaut(), frames=150)
    with open_desktop(tmp_path) as desktop:
        program = Program(desktop, tmp_path / "home", tmp_path / "gallery.key")
        try:
            program.find("Identify", "check box")
            desktop.keys("ctrl+3")
            program.fill("Name", NAME)
            desktop.keys("ctrl+o")
            desktop.open_file(video, ONE_FILE)
            program.find("Save", "push button")
            desktop.keys("Return")
            program.says(f"{NAME} is enrolled")
            people = json.loads(program.cli("--json", "people", "list"))["people"]
            assert [person["name"] for person in people] == [NAME]

            desktop.keys("ctrl+1", "ctrl+o")
            desktop.open_file(video, ONE_FILE)
            program.says(f"1 · {NAME}")
            wait("the face is framed", lambda: framed(desktop.picture()))
            desktop.save("live")
            assert "Traceback" not in program.close()
        finally:
            program.kill()


def framed(screen: np.ndarray) -> bool:
    video = screen[160:810, 225:870].astype(int)
    return int((np.abs(video - MATCH_GREEN) <= 6).all(axis=-1).sum()) > 200
