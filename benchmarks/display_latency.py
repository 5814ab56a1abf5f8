"""How old a picture is when it is painted, and how soon the window is there.

    python benchmarks/display_latency.py [--seconds 10]

The whole app runs in this process: the astronaut's portrait, enrolled, sways at 640x480 and 30
frames a second, is recognised and painted. A frame's age is the time from where the camera's thread
hands it on to the end of the paint that first shows it; the display's own delay is not in it. The
start is the wall-clock time of `siamapp gui` until it ends after its first paint, so the end of the
process is in it; the least of five, after one that is not counted. Wants a machine at rest.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import cv2
import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication
from skimage.data import astronaut

from benchmarks.live_cost import film
from siamapp.bench import fit
from siamapp.gui.app import run
from siamapp.gui.video_view import VideoView
from siamapp.live.latest import Latest
from siamapp.paths import Paths
from siamapp.recognizer import Recognizer
from siamapp.settings import Settings
from siamapp.store.keys import Key
from siamapp.store.vault import find_key
from siamapp.types import Frame

STARTS = 5


class Ages:
    """Milliseconds between the hand-over of each frame and its first paint."""

    def __init__(self) -> None:
        self.ms: list[float] = []
        self._handed: dict[int, float] = {}
        put, paint, ages = Latest.put, VideoView.paintEvent, self

        def stamped(box: Latest[object], value: object) -> None:
            if isinstance(value, Frame):
                ages._handed.setdefault(id(value.bgr), time.perf_counter())
            put(box, value)

        def timed(view: VideoView, event: QPaintEvent) -> None:
            paint(view, event)
            handed = ages._handed.pop(id(view._keep_alive), None)
            if handed is not None:
                ages.ms.append(1000 * (time.perf_counter() - handed))

        Latest.put, VideoView.paintEvent = stamped, timed  # type: ignore[method-assign, assignment]


def start_s(home: Path) -> float:
    """Of the window, models not among it: they load beside it."""
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "siamapp", "gui", "--home", str(home)],
        env={**os.environ, "SIAMAPP_SMOKE": "1"}, check=True,
    )  # fmt: skip
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths, settings, key_file = Paths(Path(folder) / "home"), Settings(), Path(folder) / "key"
        starts = [start_s(paths.home) for _ in range(STARTS + 1)][1:]
        portrait = fit(cv2.cvtColor(astronaut(), cv2.COLOR_RGB2BGR))

        def key(*_: object, **__: object) -> Key:
            return find_key(paths.home, key_file=key_file)

        with Recognizer.open(paths, settings, key()) as known:
            still = [Frame(portrait, 0.0, 0)]
            known.enroll("Eileen Collins", known.samples_from(still, still=True))
        video = film(Path(folder) / "one_face.mp4", portrait, moves=True)
        ages, app = Ages(), QApplication(sys.argv[:1])
        QTimer.singleShot(round(1000 * asked.seconds), app.quit)
        run(paths, settings, key, source=str(video))
    report = {
        "frames_painted": len(ages.ms),
        "age_median_ms": round(float(np.median(ages.ms)), 1),
        "age_p95_ms": round(float(np.percentile(ages.ms, 95)), 1),
        "start_s": round(min(starts), 2),
    }
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main()
