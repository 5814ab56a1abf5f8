"""How much of one core `siamapp live` takes at 30 frames a second, with nobody and with one face.

    python benchmarks/live_cost.py [--repeats 3]

Plays two made videos of 640x480 in real time (an empty room in a sensor's noise; the astronaut's
portrait swaying) and takes the user and system time of 13 s less that of 3 s, so that the start is
not in it: decoding is, painting is not. The least of the repeats; both videos take turns.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

from siamapp.bench import FPS, SIZE, fit, nobody, swaying
from siamapp.types import BgrImage

SHORT_S, LONG_S = 3, 13


def film(path: Path, still: BgrImage, *, moves: bool) -> Path:
    random = np.random.default_rng(0)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), FPS, SIZE)
    for index in range((LONG_S + 3) * FPS):
        picture = swaying(still, index) if moves else still
        writer.write(cv2.add(picture, random.integers(0, 5, picture.shape, np.uint8)))
    writer.release()
    return path


def cpu_s(video: Path, home: Path, seconds: int) -> float:
    """User and system time of `siamapp live` over so many seconds of the video."""
    words = ["live", "--source", str(video), "--realtime", "--max-seconds", str(seconds), "--json"]
    words += ["--home", str(home), "--key-file", str(home / "key")]
    run = subprocess.Popen([sys.executable, "-m", "siamapp", *words], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(run.pid, 0)
    run.returncode = os.waitstatus_to_exitcode(status)
    assert run.returncode == 0, run.returncode
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    from skimage.data import astronaut

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        portrait = fit(cv2.cvtColor(astronaut(), cv2.COLOR_RGB2BGR))
        videos = {
            "nobody": film(home / "nobody.mp4", nobody(), moves=False),
            "one_face": film(home / "one_face.mp4", portrait, moves=True),
        }
        taken: dict[str, list[float]] = {name: [] for name in videos}
        for _ in range(asked.repeats):
            for name, video in videos.items():
                more_s = cpu_s(video, home, LONG_S) - cpu_s(video, home, SHORT_S)
                taken[name].append(100 * more_s / (LONG_S - SHORT_S))
    report = {f"{name}_core_percent": round(min(of), 2) for name, of in taken.items()}
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main()
