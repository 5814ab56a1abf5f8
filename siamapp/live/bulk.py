"""Thousands of folders: worker processes decode and look at them while one thread enrols.

Processes, not threads: between two calls of the networks there is Python, and one interpreter runs
it on one core at a time. Folders come back in their order, so that who is refused as known already
does not depend on which worker was faster.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TypeAlias

from siamapp.errors import CameraError, EnrolError, ImageError, SiamError
from siamapp.live.people_folders import folder_samples
from siamapp.models import load_pipeline
from siamapp.paths import Paths
from siamapp.pipeline import Pipeline
from siamapp.recognizer import Recognizer
from siamapp.settings import Settings
from siamapp.types import Sample

Looked: TypeAlias = list[Sample] | SiamError
"""What a folder gave: samples, or why there are none."""
AHEAD = 4
"""Folders looked at per worker before they are enrolled: no worker waits, and memory is bounded."""
FEWEST = 8
"""Folders per worker under which starting it (some seconds) does not pay."""


def workers_for(folders: int) -> int:
    """How many processes are worth starting; 1 means none."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, min(cores, folders // FEWEST))


def looked_at(
    recognizer: Recognizer, paths: Paths, folders: Sequence[Path], *, workers: int
) -> Iterator[tuple[Path, Looked]]:
    """Each folder with what it gave, in order.

    Args:
        recognizer: its models look where there is one worker only, else its settings are taken.
        paths: where the workers find models that were added.
        folders: one per person.
        workers: processes; 1 looks in this one.

    Raises:
        SiamError: a worker was killed, for want of memory for instance.
    """
    if workers == 1:
        for folder in folders:
            yield folder, _look(recognizer.pipeline, recognizer.settings, folder)
        return
    pool = ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), _start, (paths, recognizer.settings)
    )
    waiting: deque[tuple[Path, Future[Looked]]] = deque()
    try:
        for folder in folders:
            waiting.append((folder, pool.submit(_look_here, folder)))
            if len(waiting) >= AHEAD * workers:
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()
    except BrokenProcessPool as error:
        raise SiamError(
            "A worker of the import was ended.",
            "Run the import again, it goes on from here; with less memory, --workers 1.",
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


_here: tuple[Pipeline, Settings]
"""Of a worker process: its models."""


def _start(paths: Paths, settings: Settings) -> None:
    global _here
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that enrols
    threading.Thread(target=_end_with_parent, name="siam-parent", daemon=True).start()
    alone = settings.model_copy(update={"threads": 1})
    _here = load_pipeline(paths, alone), alone


def _end_with_parent() -> None:
    # Workers hold both ends of the pipe that they wait at: no killed parent would ever end them.
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)


def _look_here(folder: Path) -> Looked:
    return _look(*_here, folder)


def _look(pipeline: Pipeline, settings: Settings, folder: Path) -> Looked:
    try:
        return folder_samples(pipeline, settings, folder)
    except (CameraError, EnrolError, ImageError) as error:
        return error
