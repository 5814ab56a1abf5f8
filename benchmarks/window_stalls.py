"""How long the window keeps an event waiting, with many people and the vision thread busy.

    python benchmarks/window_stalls.py [--people 10000] [--seconds 20]

A timer of 5 ms records the gap between two of its ticks beyond those 5 ms while every page is shown
in turn and a video runs through the scripted networks. Printed: the longest gap, the 99th
percentile, and the longest switch to each page. Wall-clock time: run it on an idle machine.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

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
    parser.add_argument("--seconds", type=float, default=20.0)
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
        window = MainWindow(context)
        window.show()
        context.open()
        _run(app, lambda: context.is_open)
        video = write_video(Path(folder) / "a.avi", astronaut(), frames=500)
        print(f"{arguments.people} people, {arguments.seconds:.0f} s")
        _measure(app, window, str(video), arguments.seconds)
        window.close()
        context.close()
    return 0


def _measure(app: QApplication, window: MainWindow, video: str, seconds: float) -> None:
    gaps: list[float] = []
    last = time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        gaps.append(1000 * (now - last) - TICK_MS)
        last = now

    watchdog = QTimer()
    watchdog.setInterval(TICK_MS)
    watchdog.timeout.connect(tick)
    watchdog.start()
    switches: dict[str, float] = {}
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        for entry in PAGES:
            start = time.perf_counter()
            window.show_page(entry.key)
            app.processEvents()
            took = 1000 * (time.perf_counter() - start)
            first = entry.key not in switches
            if not first:
                switches[entry.key] = max(switches[entry.key], took)
            else:
                switches[entry.key] = 0.0
                print(f"first show of {entry.key}: {took:.0f} ms")
            if entry.key == "live":
                window.page("live").receive(video)
            _run(app, _after(0.7))
    watchdog.stop()
    ordered = sorted(gaps)
    print(f"longest gap {ordered[-1]:.0f} ms, 99 % under {ordered[int(0.99 * len(gaps))]:.0f} ms")
    print("longest later switch: " + ", ".join(f"{k} {ms:.0f} ms" for k, ms in switches.items()))


def _after(seconds: float) -> Callable[[], bool]:
    end = time.perf_counter() + seconds
    return lambda: time.perf_counter() > end


def _run(app: QApplication, done: Callable[[], bool]) -> None:
    while not done():
        app.processEvents()
        time.sleep(0.001)


if __name__ == "__main__":
    sys.exit(main())
