"""How long the window keeps an event waiting, with many people and the vision thread busy.

    python benchmarks/window_stalls.py [--people 10000] [--rounds 5]

The gallery is opened and the pages are made as the app does it. Then each page is shown in turn
while a video runs through the scripted networks; then all are scrolled through, somebody is
deleted, taken back, searched, and all are selected. A timer of 5 ms records, between two of its
ticks, the CPU time that the GUI thread spent and the wall-clock time beyond those 5 ms. Printed for
each step: the longest of both. CPU time says how much work an event has to wait for and holds on a
busy machine; wall-clock time adds waiting for Python's lock and for other programs.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QListView

from siamapp.gui.context import Context
from siamapp.gui.jobs import Jobs
from siamapp.gui.language import Language
from siamapp.gui.main_window import MainWindow
from siamapp.gui.pages import PAGES
from siamapp.gui.theme import Theme
from siamapp.paths import Paths
from siamapp.recognizer import Recognizer
from siamapp.settings import Settings
from siamapp.store import rows
from siamapp.store.database import Database
from siamapp.types import Consent, Quality, Sample
from tests.gui.scripted import DIMENSION, EMBEDDER_ID, KEY, astronaut, open_scripted, write_video

if TYPE_CHECKING:  # when the page is imported is part of what is measured
    from siamapp.gui.people_page import PeoplePage

TICK_MS = 5


def fill(database: Database, people: int) -> None:
    """Enrol people of random vectors and one grey crop, in one transaction."""
    random = np.random.default_rng(0)
    crop = np.full((112, 112, 3), 128, np.uint8)
    quality = Quality(64, 0.4, 0.5, 0.2, 0, 0, 0, 1)
    with database.transaction() as connection:
        for number in range(people):
            vector = random.standard_normal(DIMENSION).astype(np.float32)
            sample = Sample(crop, vector / np.linalg.norm(vector), quality)
            person = rows.insert_person(connection, f"Person {number:05}", consent=Consent())
            rows.insert_samples(connection, person, [sample], EMBEDDER_ID, True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    app = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        database = Database.open(home, KEY)
        fill(database, arguments.people)
        database.close()

        def opener(settings: Settings) -> Recognizer:
            return open_scripted(home, settings)

        context = Context(
            Paths(home), Settings(), Jobs(), theme=Theme(app, "light"),
            language=Language(app, "en"), opener=opener,  # type: ignore[arg-type]
        )  # fmt: skip
        window, ready = MainWindow(context), list[bool]()
        window.show()

        def made() -> None:
            gc.freeze()
            ready.append(True)

        context.opened.connect(gc.freeze)
        context.opened.connect(lambda: window.make_ahead(made))
        watchdog = Watchdog()
        watchdog.begin("open, make the pages")
        context.open()
        _run(app, lambda: bool(ready))
        video = write_video(Path(folder) / "a.avi", astronaut(), frames=500)
        print(f"{arguments.people} people, {arguments.rounds} rounds after the first")
        _measure(app, window, watchdog, str(video), arguments.rounds)
        window.close()
        context.close()
    return 0


class Watchdog:
    """Longest CPU time and longest gap, in ms, of each step."""

    def __init__(self) -> None:
        self.longest: dict[str, tuple[float, float]] = {}
        self._step, self._last = "", (0.0, 0.0)
        self._timer = QTimer()
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    def begin(self, step: str) -> None:
        self._step, self._last = step, (time.thread_time(), time.perf_counter())
        self._timer.start()

    def _tick(self) -> None:
        now = time.thread_time(), time.perf_counter()
        spent = 1000 * (now[0] - self._last[0])
        gap = 1000 * (now[1] - self._last[1]) - TICK_MS
        before = self.longest.get(self._step, (0.0, 0.0))
        self.longest[self._step] = max(before[0], spent), max(before[1], gap)
        self._last = now


def _measure(
    app: QApplication, window: MainWindow, watchdog: Watchdog, video: str, rounds: int
) -> None:
    people = cast("PeoplePage", window.page("people"))
    steps: list[tuple[str, Callable[[], object]]] = [
        (f"show {entry.key}", partial(window.show_page, entry.key)) for entry in PAGES
    ]
    steps += [
        ("watch a video", lambda: window.page("live").receive(video)),
        ("people", lambda: window.show_page("people")),
        ("scroll the list", partial(_scroll, people.list)),
        ("show the grid", partial(people.tiles.setChecked, True)),
        ("scroll the grid", partial(_scroll, people.list)),
        ("show the list", partial(people.tiles.setChecked, False)),
        ("delete", people._on_delete),
        ("undo", people.undo),
        ("search", lambda: people.search.setText("99")),
        ("end the search", people.search.clear),
        ("select all", people.list.selectAll),
        ("select one", lambda: people.list.setCurrentIndex(people.model.index(5))),
    ]
    for number in range(rounds + 1):
        for step, act in steps:
            watchdog.begin(step if number else f"first: {step}")
            act()
            _run(app, _after(0.7))
            _run(app, lambda: window.context.jobs._pending == 0)
    for step, (spent, gap) in sorted(watchdog.longest.items(), key=lambda item: -item[1][0]):
        print(f"{step:24} {spent:6.1f} ms CPU {gap:7.0f} ms gap")


def _scroll(view: QListView) -> None:
    """Forty pictures at 60 a second, none of which shows what the one before did."""
    for number in range(40):
        QTimer.singleShot(
            round(number * 1000 / 60), partial(view.verticalScrollBar().setValue, 700 * number)
        )


def _after(seconds: float) -> Callable[[], bool]:
    end = time.perf_counter() + seconds
    return lambda: time.perf_counter() > end


def _run(app: QApplication, done: Callable[[], bool]) -> None:
    while not done():
        app.processEvents()
        time.sleep(0.001)


if __name__ == "__main__":
    sys.exit(main())
