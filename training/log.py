"""What a run says while it goes: a line of JSON, TensorBoard, and a bar for whoever watches."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from types import TracebackType

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from training.config import TrainConfig


class Log:
    """Means over `log_every` steps, written to the run folder; silent where not `shown`."""

    def __init__(self, run: Path, config: TrainConfig, *, shown: bool) -> None:
        self._every, self._shown = config.log_every, shown
        self._gathered: list[dict[str, float]] = []
        self._images = 0
        self._began = time.monotonic()
        if not shown:
            return
        self._file = (run / "metrics.jsonl").open("a", encoding="utf-8")
        self._board = SummaryWriter(run / "tensorboard")
        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:.1f} %  {task.fields[speed]:.0f} images/s  ends in"),
            TextColumn("{task.fields[left]}"),
            TimeElapsedColumn(),
            console=console,
            disable=not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task(config.name, total=1.0, speed=0.0, left="?")

    def __enter__(self) -> Log:
        if self._shown:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown:
            self._bar.stop()
            self._board.close()
            self._file.close()

    def add(
        self,
        step: int,
        spent_s: float,
        rate: float,
        progress: float,
        images: int,
        parts: dict[str, Tensor],
    ) -> None:
        """One step's losses; every `log_every` steps their means are written."""
        if not self._shown:
            return
        self._gathered.append({name: float(value.detach()) for name, value in parts.items()})
        self._images += images
        speed = self._images / max(time.monotonic() - self._began, 1e-9)
        left_s = spent_s * (1 - progress) / progress if progress > 0 else 0.0
        left = f"{left_s // 60:.0f} min" if left_s >= 60 else f"{left_s:.0f} s"
        self._bar.update(self._task, completed=progress, speed=speed, left=left)
        if step % self._every:
            return
        means = {
            name: float(np.mean([entry[name] for entry in self._gathered]))
            for name in self._gathered[0]
        }
        line = {"step": step, "spent_s": round(spent_s, 1), "lr": rate, **means}
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        for name, value in line.items():
            if name != "step":
                self._board.add_scalar(name, value, step)
        self._gathered.clear()
