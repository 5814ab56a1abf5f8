"""How much of one core `siamapp live` takes at 30 frames a second, with nobody and with one face.

    python benchmarks/live_cost.py [--repeats 3]

Plays two made videos of 640x480 in real time (an empty room in a sensor's noise; the astronaut's
portrait swaying) and reads the process' own clock (user and system time of all its threads) 3 s
after it opened the video and 10 s later: the start is not in it, decoding is, painting is not.
Beside it stands what OpenCV alone takes to decode the same video at the same pace, every frame made
a picture: the floor of a program that looks at each. The least of the repeats; all take turns.
Linux only, where a process may read another's clock.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np

from siamapp.bench import FPS, SIZE, fit, nobody, swaying
from siamapp.live.recordings import VideoSource
from siamapp.types import BgrImage

OPENED_S, BEFORE_S, OVER_S = 30, 3, 10


def film(path: Path, still: BgrImage, *, moves: bool) -> Path:
    random = np.random.default_rng(0)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), FPS, SIZE)
    for index in range((BEFORE_S + OVER_S + 3) * FPS):
        picture = swaying(still, index) if moves else still
        writer.write(cv2.add(picture, random.integers(0, 5, picture.shape, np.uint8)))
    writer.release()
    return path


def live(video: Path, home: Path) -> float:
    """What `siamapp live` takes, in percent of a core."""
    words = ["live", "--source", str(video), "--realtime", "--json"]
    words += ["--home", str(home), "--key-file", str(home / "key")]
    run = subprocess.Popen([sys.executable, "-m", "siamapp", *words], stdout=subprocess.DEVNULL)
    try:
        wait_until_opened(run.pid, video)
        clock = (~run.pid << 3) | 2  # clock_getcpuclockid(3) of Linux: all threads of a process
        return core_percent(lambda: time.clock_gettime(clock), time.sleep)
    finally:
        run.kill()
        run.wait()


def wait_until_opened(pid: int, file: Path) -> None:
    for _ in range(OPENED_S * 20):
        time.sleep(0.05)
        with suppress(FileNotFoundError):  # closed since it was listed
            if file in {held.readlink() for held in Path(f"/proc/{pid}/fd").iterdir()}:
                return
    raise SystemExit(f"{file.name} was not played.")


def decoding(video: Path) -> float:
    """What OpenCV alone takes, in percent of a core."""
    source = VideoSource(video, realtime=True)
    source.open()
    begin = time.monotonic()

    def play(seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and (frame := source.read()) is not None:
            time.sleep(max(begin + frame.time_s - time.monotonic(), 0))

    try:
        return core_percent(time.process_time, play)
    finally:
        source.close()


def core_percent(cpu_s: Callable[[], float], wait: Callable[[float], None]) -> float:
    wait(BEFORE_S)
    begin, before_s = time.monotonic(), cpu_s()
    wait(OVER_S)
    return 100 * (cpu_s() - before_s) / (time.monotonic() - begin)


def main() -> None:
    from skimage.data import astronaut

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder).resolve()
        portrait = fit(cv2.cvtColor(astronaut(), cv2.COLOR_RGB2BGR))
        videos = {
            "nobody": film(home / "nobody.mp4", nobody(), moves=False),
            "one_face": film(home / "one_face.mp4", portrait, moves=True),
        }
        taken: dict[str, list[float]] = {}
        for _ in range(asked.repeats):
            for name, video in videos.items():
                taken.setdefault(name, []).append(live(video, home))
                taken.setdefault(f"decoding_{name}", []).append(decoding(video))
    report = {f"{name}_core_percent": round(min(of), 2) for name, of in taken.items()}
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main()
