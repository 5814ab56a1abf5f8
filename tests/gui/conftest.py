"""A window per test, and no test may leave a timer or a widget behind."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from siamapp.gui.context import Context
from siamapp.gui.identify_page import IdentifyPage
from siamapp.gui.jobs import Jobs
from siamapp.gui.language import Language
from siamapp.gui.main_window import MainWindow
from siamapp.gui.theme import Theme
from siamapp.paths import Paths
from siamapp.recognizer import Recognizer
from siamapp.settings import Settings
from siamapp.types import BgrImage, Frame
from tests.gui.scripted import open_scripted

WAIT_MS = 60_000
"""Long enough for a busy machine; a wait ends as soon as what is awaited happens."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The offscreen platform has no window manager to tell a window's size limits to, and says so.
    harmless = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(harmless)


@pytest.fixture(autouse=True)
def nothing_left_behind(qapp: QApplication) -> Iterator[None]:
    widgets = set(map(id, QApplication.topLevelWidgets()))
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    open_widgets = [w for w in QApplication.topLevelWidgets() if id(w) not in widgets]
    shown = [type(w).__name__ for w in open_widgets if w.isVisible()]
    assert not shown, f"windows left open: {shown}"
    timers = [t for t in qapp.findChildren(QTimer) if t.isActive()]
    assert not timers, f"timers left: {timers}"


@pytest.fixture
def no_cameras(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same on every machine: what is plugged in here must not change a test."""
    for page in ("source_bar", "settings_page"):
        monkeypatch.setattr(f"siamapp.gui.{page}.list_cameras", list)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "home")


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[Jobs]:
    jobs = Jobs()
    yield jobs
    jobs.close()


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp, "light")


@pytest.fixture
def language(qapp: QApplication) -> Iterator[Language]:
    language = Language(qapp, "en")
    yield language
    language.use("en")


@pytest.fixture
def context(paths: Paths, jobs: Jobs, theme: Theme, language: Language) -> Iterator[Context]:
    class Scripted:
        """An opener whose key there is nothing to forget of."""

        def __call__(self, settings: Settings) -> Recognizer:
            return open_scripted(paths.home, settings)

        def forget(self) -> None: ...

    context = Context(paths, Settings(), jobs, theme=theme, language=language, opener=Scripted())
    yield context
    context.close()


@pytest.fixture
def window(context: Context, qtbot: QtBot, no_cameras: None) -> MainWindow:
    """The open window on an empty gallery."""
    window = MainWindow(context)
    qtbot.addWidget(window)
    with qtbot.waitSignal(context.opened, timeout=WAIT_MS):
        window.show()
        context.open()
    return window


@pytest.fixture
def until(qtbot: QtBot) -> Callable[[Callable[[], bool]], None]:
    """Wait for a condition of the window."""

    def wait(condition: Callable[[], bool]) -> None:
        qtbot.waitUntil(condition, timeout=WAIT_MS)

    return wait


def enrol(
    context: Context,
    until: Callable[[Callable[[], bool]], None],
    **portraits: list[BgrImage],
) -> None:
    """Enrol people straight into the gallery, each from their pictures."""
    recognizer = context.recognizer
    for name, pictures in portraits.items():
        frames = [Frame(bgr, float(index), index) for index, bgr in enumerate(pictures)]
        context.change_people(
            lambda name=name, frames=frames: recognizer.enroll(  # type: ignore[misc]
                name, recognizer.samples_from(frames, still=True)
            )
        )
    until(lambda: len(recognizer.gallery) == len(portraits))


def told(page: IdentifyPage) -> str:
    """What the identify page says of whoever is in view."""
    return ", ".join(card.name.text() for card in page.cards.values()) or page.waiting.text()
