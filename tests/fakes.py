"""Stand-ins that follow a script: a camera that freezes, stalls and is unplugged on cue."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterable, Iterator

import numpy as np

from siamapp.errors import CameraError
from siamapp.types import BgrImage, Frame

Step = BgrImage | CameraError | threading.Event
"""A frame; an error that `read` raises; an event that `read` waits for (a stall), then goes on."""


def noise(count: int, seed: int = 0, height: int = 48, width: int = 64) -> list[BgrImage]:
    """`count` different frames, as a working sensor gives them."""
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 256, (height, width, 3), np.uint8) for _ in range(count)]


def black(count: int, height: int = 48, width: int = 64) -> list[BgrImage]:
    """`count` frames of a covered lens: dark, but never the same."""
    rng = np.random.default_rng(0)
    return [rng.integers(0, 4, (height, width, 3), np.uint8) for _ in range(count)]


class ScriptedSource:
    """A source that plays one script for each time it is opened, then the last one again.

    Time is the script's own: frame number n of all has `n / fps` seconds, however fast it is read.
    A script that is a CameraError is raised by `open`. `pace_s` sleeps before each frame.
    """

    def __init__(
        self,
        *scripts: Iterable[Step] | CameraError,
        live: bool = True,
        realtime: bool | None = None,
        fps: float = 10.0,
        pace_s: float = 0.0,
        name: str = "Script",
    ) -> None:
        self.name = name
        self.live = live
        self.realtime = live if realtime is None else realtime
        self.opened = self.closed = 0
        self.open_gate = threading.Event()
        """Cleared by a test that wants `open` to hang until it is set again."""
        self.open_gate.set()
        self.threads: set[str] = set()
        """Names of the threads that touched the source."""
        self._scripts = [s if isinstance(s, CameraError) else list(s) for s in scripts]
        self._steps: Iterator[Step] = iter(())
        self._fps, self._pace_s = fps, pace_s
        self._count = 0

    def open(self) -> None:
        self.threads.add(threading.current_thread().name)
        script = self._scripts[min(self.opened, len(self._scripts) - 1)]
        self.opened += 1
        self.open_gate.wait()
        if isinstance(script, CameraError):
            raise script
        if not self.live:
            self._count = 0
        self._steps = iter(script)

    def read(self, *, not_before_s: float = -math.inf) -> Frame | None:
        self.threads.add(threading.current_thread().name)
        for step in self._steps:
            if isinstance(step, CameraError):
                raise step
            if isinstance(step, threading.Event):
                step.wait()
                continue
            time.sleep(self._pace_s)
            self._count += 1
            if (self._count - 1) / self._fps < not_before_s:
                continue
            bgr = step.copy()
            bgr.setflags(write=False)
            return Frame(bgr, (self._count - 1) / self._fps, self._count - 1)
        return None

    def close(self) -> None:
        self.threads.add(threading.current_thread().name)
        self.closed += 1
        self._steps = iter(())
