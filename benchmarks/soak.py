"""Eight hours at a desk, as fast as they can be looked at: `python benchmarks/soak.py`.

Frames of two portraits that come, move and go (900,000 at 31.25 frames/s are 8 hours) run through a
real `LiveSession`: camera thread, vision thread, the shipped models, an encrypted gallery. The
camera is lost and found again, the session started anew, people are enrolled from what was seen and
deleted, every decision goes into the audit. Printed, one JSON line each: memory, threads, open
files, files of the home; at the end the slope of the memory over the later half. Exit 1 where it is
over 1 MB for 100,000 frames or cannot be told (fewer than 200,000), or where threads, open files or
files are not as many as they were. Linux only.
"""

from __future__ import annotations

import argparse
import json
import math
import queue
import random
import re
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import cv2
import numpy as np

from siamapp.errors import CameraLost
from siamapp.live.session import LiveSession, State
from siamapp.log import log_to_file
from siamapp.paths import Paths
from siamapp.recognizer import Recognizer
from siamapp.settings import Settings
from siamapp.store.vault import find_key
from siamapp.types import BgrImage, FaceResult, Frame, FrameResult, Outcome, Sample
from tests.gui.scripted import astronaut, hopper

FPS = 31.25
HEIGHT, WIDTH = 480, 640
VISIT = 400
"""Frames that somebody stays; for a quarter as many nobody is there."""
LOST_EVERY = 4_000
AGAIN_EVERY = 25_000
"""Frames after which the session is stopped and started."""
CHANGE_EVERY = 1_500
"""Frames after which somebody is enrolled, or deleted if enrolled."""
SLOPE_MB = 1.0
NAMES = ("Eileen", "Grace")


class Desk:
    """A camera that is read at full speed: portraits that drift, turn, grow, and are gone."""

    name, live, realtime = "Desk", True, False

    def __init__(self) -> None:
        self.frames = 0
        self._portraits = [cv2.resize(p[: p.shape[1]], (360, 360)) for p in (astronaut(), hopper())]
        rng = np.random.default_rng(0)
        self._grain = [
            rng.integers(0, 12, (HEIGHT, WIDTH, 3), np.uint8) for _ in range(17)
        ]  # a prime: it never falls into step with anything

    def open(self) -> None:
        pass

    def read(self, *, not_before_s: float = -math.inf) -> Frame:
        self.frames += 1
        if self.frames % LOST_EVERY == 0:
            raise CameraLost("The cable was pulled.")
        bgr = cv2.add(self._scene(self.frames), self._grain[self.frames % len(self._grain)])
        bgr.setflags(write=False)
        return Frame(bgr.view(np.ndarray), self.frames / FPS, self.frames)

    def close(self) -> None:
        pass

    def _scene(self, n: int) -> BgrImage:
        who, since = divmod(n, VISIT + VISIT // 4)
        room = np.full((HEIGHT, WIDTH, 3), 96, np.uint8)
        if since >= VISIT:
            return room
        turn = cv2.getRotationMatrix2D(
            (180, 180), 6 * np.sin(n / 37), 0.9 + 0.1 * float(np.sin(n / 91))
        )
        turn[:, 2] += (140 + 90 * np.sin(n / 53), 60 + 25 * np.cos(n / 71))
        face = self._portraits[who % 2]
        return np.asarray(
            cv2.warpAffine(face, turn, (WIDTH, HEIGHT), room, borderMode=cv2.BORDER_TRANSPARENT),
            np.uint8,
        )


class Clerk:
    """The thread that owns the gallery: audits, enrols, deletes."""

    def __init__(self, recognizer: Recognizer) -> None:
        self.recognizer = recognizer
        self.decided: queue.SimpleQueue[FaceResult] = queue.SimpleQueue()
        self.outcomes: dict[str, int] = {outcome.value: 0 for outcome in Outcome}
        self.enrolled = self.deleted = 0
        self._looks: dict[str, list[Sample]] = {name: [] for name in NAMES}
        self._rng = random.Random(0)

    def see(self, result: FrameResult) -> None:
        """Keep a few good looks at whoever is there."""
        name = NAMES[result.index // (VISIT + VISIT // 4) % 2]
        for face in result.faces:
            if face.embedding is None or face.crop_bgr is None or face.shortfalls:
                continue
            looks = self._looks[name]
            looks.append(Sample(face.crop_bgr, face.embedding, face.quality))
            del looks[:-8]

    def note(self) -> None:
        """Put what was decided into the audit."""
        while not self.decided.empty():
            face = self.decided.get()
            self.outcomes[face.decision.outcome.value] += 1
            self.recognizer.record(face, how="live", source="Desk")

    def change(self) -> None:
        """Enrol or delete one of the two."""
        recognizer = self.recognizer
        name = self._rng.choice(NAMES)
        known = {person.name: person.person_id for person in recognizer.people.all()}
        if name in known:
            recognizer.edits.delete(known[name])
            recognizer.edits.forget_undo()
            recognizer.refresh(known[name])
            self.deleted += 1
        elif self._looks[name]:
            recognizer.enroll(name, self._looks[name])
            self.enrolled += 1


def measured(home: Path) -> dict[str, float]:
    """Of this process and the home. The MB are its own ones, in memory or swapped out; pages of
    files come and go as the system likes.
    """
    status = Path("/proc/self/status").read_text("ascii")
    own_kb = sum(map(int, re.findall(r"^(?:RssAnon|VmSwap):\s+(\d+) kB", status, re.MULTILINE)))
    return {
        "mb": round(own_kb * 1024 / 1e6, 2),
        "threads": threading.active_count(),
        "handles": len(list(Path("/proc/self/fd").iterdir())),
        "files": sum(path.is_file() for path in home.rglob("*")),
    }


def verdict(lines: list[dict[str, float]]) -> dict[str, object]:
    """Slope in MB for 100,000 frames over the later half by least squares, and whether all else
    stayed. Before that the gallery's page cache (2 MB) and the allocators fill up; fewer frames
    than the slope is stated for would be drawn out from noise, and hold nothing.
    """
    late = [line for line in lines if line["frames"] >= 0.5 * lines[-1]["frames"]]
    frames = np.array([line["frames"] for line in late])
    kept = {key: sorted({line[key] for line in late}) for key in ("threads", "handles", "files")}
    steady = all(len(values) == 1 for values in kept.values())
    if np.ptp(frames) < 1e5:
        return {"slope_mb": None, **kept, "holds": False}
    slope = float(np.polyfit(frames / 1e5, [line["mb"] for line in late], 1)[0])
    return {"slope_mb": round(slope, 3), **kept, "holds": steady and slope < SLOPE_MB}


def soak(
    frames: int, minutes: float, every: int, settings: Settings, home: Path
) -> dict[str, object]:
    """Run, print and judge."""
    paths = Paths(home)
    paths.ensure()
    log_to_file(paths.log_dir)
    recognizer = Recognizer.open(paths, settings, find_key(home, key_file=home / "key"))
    desk, clerk, lines = Desk(), Clerk(recognizer), list[dict[str, float]]()
    session = LiveSession(
        desk, recognizer.stream(), on_decision=lambda _result, face: clerk.decided.put(face)
    )
    session.start()
    begin, cpu = time.monotonic(), time.process_time()
    sequence, change_at, measure_at, again_at = 0, 0, every, AGAIN_EVERY
    try:
        while desk.frames < frames and time.monotonic() < begin + 60 * minutes:
            if (seen := session.latest_result.wait(1.0, after=sequence)) is not None:
                sequence, result = seen
                clerk.see(result)
            clerk.note()
            if session.status.state is State.FAILED:
                raise RuntimeError(f"the session failed: {session.status.error}")
            if desk.frames >= change_at + CHANGE_EVERY:
                change_at = desk.frames
                clerk.change()
            if desk.frames >= again_at:
                again_at += AGAIN_EVERY
                session.stop(30)
                session.start()
            if desk.frames >= measure_at:
                measure_at += every
                lines.append({"frames": desk.frames, **measured(home)})
                print(json.dumps(lines[-1]), flush=True)
    finally:
        session.stop(30)
        clerk.note()
    fault = recognizer.audit.verify().faults
    recognizer.database.check()
    recognizer.close()
    return {
        "frames": desk.frames, "hours": round(desk.frames / FPS / 3600, 2),
        "minutes": round((time.monotonic() - begin) / 60, 1),
        "cpu_ms_per_frame": round(1000 * (time.process_time() - cpu) / desk.frames, 2),
        "outcomes": clerk.outcomes, "enrolled": clerk.enrolled, "deleted": clerk.deleted,
        "lost": desk.frames // LOST_EVERY, "audit_faults": fault, **verdict(lines),
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=900_000)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="end earlier")
    parser.add_argument("--every", type=int, default=10_000, help="frames between measurements")
    parser.add_argument("--presence", choices=("off", "passive"), default="off")
    parsed = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory(prefix="siam-soak-") as folder:
        settings = Settings(presence=parsed.presence)
        found = soak(parsed.frames, parsed.minutes, parsed.every, settings, Path(folder) / "home")
    print(json.dumps(found))
    return 0 if found["holds"] and not found["audit_faults"] else 1


if __name__ == "__main__":
    sys.exit(main())
