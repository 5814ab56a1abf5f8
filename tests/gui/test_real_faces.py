"""The window with the committed models on real videos: named if enrolled, unknown if not."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from siamapp.gui.context import Context
from siamapp.gui.import_dialog import ImportDialog
from siamapp.gui.jobs import Jobs
from siamapp.gui.language import Language
from siamapp.gui.main_window import MainWindow
from siamapp.gui.theme import Theme
from siamapp.paths import Paths, assets_dir
from siamapp.recognizer import Recognizer
from siamapp.settings import Settings
from tests.gui.conftest import WAIT_MS
from tests.gui.scripted import KEY, astronaut, hopper, write_photo

LEFT = Qt.MouseButton.LeftButton
defaults = Settings()
untrained = [
    name
    for name in (defaults.detector, defaults.embedder)
    if not (assets_dir() / "models" / name / "card.toml").is_file()
]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(untrained), reason=f"no trained model: {', '.join(untrained)}"),
]


@pytest.fixture
def context(paths: Paths, jobs: Jobs, theme: Theme, language: Language) -> Iterator[Context]:
    context = Context(
        paths,
        defaults,
        jobs,
        theme=theme,
        language=language,
        opener=lambda s: Recognizer.open(paths, s, KEY),
    )
    yield context
    context.close()


def show(window: MainWindow, qtbot: QtBot, video: Path) -> set[str]:
    """Play a video on the live page to its end; the names that were decided on."""
    live = window.page("live")
    live.recent.clear()
    live.source.add(str(video))
    qtbot.mouseClick(live.source.toggle, LEFT)
    qtbot.waitUntil(lambda: live.source.toggle.text() == "Stop", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: live.source.toggle.text() == "Start", timeout=120_000)
    rows = range(live.recent.list.count())
    return {live.recent.list.item(row).text().split("  ", 1)[1] for row in rows}


def test_the_enrolled_person_is_named_and_the_stranger_is_not(
    window: MainWindow, qtbot: QtBot, until: Callable[[Callable[[], bool]], None], data_dir: Path
) -> None:
    videos = data_dir / "videos"
    form = window.page("enrol").form
    qtbot.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(form.name, "P1")
    window.page("enrol").source.add(str(videos / "person_1.mp4"))
    qtbot.mouseClick(window.page("enrol").source.toggle, LEFT)
    qtbot.waitUntil(lambda: bool(form.samples), timeout=120_000)
    qtbot.mouseClick(form.save, LEFT)
    until(lambda: "P1 is enrolled" in form.coaching.text())

    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    named = show(window, qtbot, videos / "person_1.mp4")
    assert "P1" in named
    assert show(window, qtbot, videos / "person_4.mp4") == {"Unknown person"}


def test_many_are_looked_at_by_worker_processes_and_enrolled_here(
    window: MainWindow,
    context: Context,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, picture in (("Eileen", astronaut()), ("Grace", hopper())):
        (tmp_path / "many" / name).mkdir(parents=True)
        write_photo(tmp_path / "many" / name / "a.png", picture)
    (tmp_path / "many" / "Void").mkdir()
    monkeypatch.setattr("siamapp.gui.importing.workers_for", lambda _folders: 2)
    dialog = ImportDialog(context, window)
    dialog.show()
    dialog.take(tmp_path / "many")
    dialog.start.click()
    qtbot.waitUntil(lambda: not dialog.running, timeout=WAIT_MS)
    assert [(o.name, o.state) for o in dialog.outcomes] == [
        ("Eileen", "enrolled"), ("Grace", "enrolled"), ("Void", "refused"),
    ]  # fmt: skip
    assert len(context.recognizer.gallery) == 2
    assert not multiprocessing.active_children()
    dialog.close()
    dialog.deleteLater()


def test_the_presence_check_goes_on_and_off_while_the_window_is_open(
    window: MainWindow, context: Context, qtbot: QtBot
) -> None:
    """Its network is started only where it is wanted."""
    assert context.recognizer.pipeline.presence is None
    for mode in ("passive", "active", "off"):
        with qtbot.waitSignal(context.opened, timeout=WAIT_MS):
            context.change_setting("presence", mode)
        assert (context.recognizer.pipeline.presence is None) == (mode == "off")
        assert context.recognizer.stream() is not None
