"""The live page on a real capture of a camera that goes dark, freezes, goes and comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from siamapp.gui.main_window import MainWindow
from tests.gui.conftest import told
from tests.gui.scripted import astronaut, write_photo
from tests.mjpeg_server import MjpegServer, Mode

Until = Callable[[Callable[[], bool]], None]


@pytest.mark.slow
def test_each_state_of_a_camera_has_its_own_words_and_the_picture_comes_back(
    window: MainWindow, until: Until, tmp_path: Path
) -> None:
    window.show_page("enrol")
    window.page("enrol").take_files([write_photo(tmp_path / "a.png", astronaut())])
    form = window.page("enrol").form
    until(lambda: bool(form.samples))
    form.name.setText("Ada")
    form.save.click()
    until(lambda: "enrolled" in form.coaching.text())

    live = window.page("live")
    with MjpegServer([astronaut()]) as camera:
        window.show_page("live")
        live.source.add(camera.url)
        live.source.toggle.click()
        until(lambda: "Ada" in told(live))
        assert live.video.notice is None
        for mode, words in (
            (Mode.BLACK, "picture is black"),
            (Mode.FROZEN, "stands still"),
            (Mode.GONE, "used again as soon as it is back"),
        ):
            camera.mode = mode
            until(lambda words=words: words in live.video.accessibleDescription())  # type: ignore[misc]
            assert told(live).startswith("Cannot see")
            assert live.video.overlays == ()
            camera.mode = Mode.PICTURES
            until(lambda: "Ada" in told(live))
            assert live.video.notice is None
        live.source.toggle.click()
        until(lambda: not live.video.has_picture)
        assert told(live).startswith("Choose a source")
