"""How near the import of many photos comes to all cores busy, and how much memory it takes.

    python benchmarks/bulk_import.py [--images 20000] [--workers N]

Makes that many photos of 960x720 (the two public-domain portraits that scikit-image and matplotlib
carry, each photo moved, turned, lit and spoiled by noise in its own way), four to a person, in a
temporary folder that is gone afterwards. Then it runs `siamapp import`: a tenth of the people on
one core (pinned), everybody on all cores, the tenth on one core again. Printed: photos a second,
the share of (cores x the rate of one core) that is reached, CPU milliseconds a photo, the largest
process' memory after the tenth and after all, and the hours of a million photos on this machine.
Wall-clock time: run it on an idle machine. Everybody is one of two people, so doubles are allowed;
without that each new person is compared with all before (`gallery_scale.py` says what that costs).
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

EACH = 4
SIZE = (960, 720)


def portraits() -> list[np.ndarray]:
    """Both portraits, BGR, as tall as a photo."""
    from matplotlib.cbook import get_sample_data
    from skimage.data import astronaut

    pictures = [cv2.cvtColor(astronaut(), cv2.COLOR_RGB2BGR)]
    path = get_sample_data("grace_hopper.jpg", asfileobj=False)
    pictures.append(cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR))
    return [cv2.resize(p, (round(p.shape[1] * SIZE[1] / p.shape[0]), SIZE[1])) for p in pictures]


def make_person(folder: Path, number: int) -> None:
    """One person's photos."""
    cv2.setNumThreads(1)
    random = np.random.default_rng(number)
    portrait = portraits()[number % 2]
    own = folder / f"person {number:06}"
    own.mkdir()
    for i in range(EACH):
        height, width = portrait.shape[:2]
        turned = cv2.getRotationMatrix2D(
            (width / 2, height / 2), random.uniform(-8, 8), random.uniform(0.6, 1.1)
        )
        moved = (SIZE[0] - width) / 2 + random.uniform(-60, 60), random.uniform(-40, 40)
        turned[:, 2] += np.array(moved)
        photo = cv2.warpAffine(portrait, turned, SIZE, borderMode=cv2.BORDER_REPLICATE)
        photo = cv2.convertScaleAbs(photo, alpha=random.uniform(0.85, 1.15))
        noise = random.integers(0, 9, (SIZE[1], SIZE[0], 1), np.uint8)
        cv2.imwrite(str(own / f"{i}.jpg"), cv2.add(photo, cv2.merge([noise] * 3)))


def imported(folder: Path, workers: int, *, cores: set[int]) -> dict[str, float]:
    """Run the command; what it took, its workers included."""
    with tempfile.TemporaryDirectory() as home:
        words = [sys.executable, "-m", "siamapp", "import", str(folder), "--allow-duplicate"]
        words += ["--workers", str(workers), "--json", "--home", home, "--key-file", f"{home}/key"]
        environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        start = time.monotonic()
        with tempfile.TemporaryFile() as answer:
            run = subprocess.Popen(
                words,
                stdout=answer,
                env=environment,
                preexec_fn=lambda: os.sched_setaffinity(0, cores),
            )
            _, status, usage = os.wait4(run.pid, 0)
            run.returncode = os.waitstatus_to_exitcode(status)
            wall_s = time.monotonic() - start
            answer.seek(0)
            told = json.load(answer)
    assert run.returncode in (0, 1), told
    photos = EACH * sum(1 for _ in folder.iterdir())
    return {
        "photos": photos,
        "refused": len(told["refused"]),
        "photos_per_s": round(photos / wall_s, 2),
        "cpu_ms_per_photo": round(1000 * (usage.ru_utime + usage.ru_stime) / photos, 2),
        "largest_process_mb": round(usage.ru_maxrss / 1024),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    asked = parser.parse_args()
    people = max(asked.images // EACH, 20)
    available = os.sched_getaffinity(0)
    with tempfile.TemporaryDirectory() as scratch:
        everybody, few = Path(scratch) / "all", Path(scratch) / "few"
        everybody.mkdir()
        few.mkdir()
        with multiprocessing.get_context("spawn").Pool(len(available)) as pool:
            pool.map(partial(make_person, everybody), range(people))
            pool.map(partial(make_person, few), range(people // 10))
        one_core = {min(available)}
        before = imported(few, 1, cores=one_core)
        every = imported(everybody, asked.workers, cores=available)
        after = imported(few, 1, cores=one_core)
    alone = (before["photos_per_s"] + after["photos_per_s"]) / 2
    report: dict[str, Any] = {
        "cores": len(available),
        "one_core": [before, after],
        "all_cores": every,
        "share_of_all_cores": round(every["photos_per_s"] / (len(available) * alone), 3),
        "hours_of_a_million": round(1e6 / every["photos_per_s"] / 3600, 1),
    }
    sys.stdout.write(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
