"""What was measured, as a report that names nobody: versions, providers, milliseconds, frames."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6 import __version__ as pyside_version

from siamapp import __version__
from siamapp.settings import Settings

if TYPE_CHECKING:
    from siamapp.gui.engine_facts import EngineFacts  # brings onnxruntime, before the first paint


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The last session of a page, counted and timed while it ran."""

    frames: int
    dropped: int
    fps: float
    """Results per second over the last 30."""
    stage_ms: dict[str, float]
    """Of the newest result."""
    sent: str = ""
    """The format that the camera sent ("YUYV"); empty where it was none or did not say."""


def versions() -> str:
    return (
        f"SiamApp {__version__}, Python {platform.python_version()}, PySide6 {pyside_version}, "
        f"{platform.system()} {platform.release()} {platform.machine()}"
    )


def report(settings: Settings, engine: EngineFacts | None, run: RunFacts | None) -> str:
    """English, for the makers. The camera's name and everything about people stay out."""
    lines = [versions()]
    lines.append(f"provider wanted {settings.provider}, threads {settings.threads}")
    if engine is not None:
        lines.append(
            f"provider running {engine.provider}, detector {engine.detector_ms:.1f} ms, "
            f"embedder {engine.embedder_ms:.1f} ms"
        )
    if run is not None:
        lines.append(f"camera format wanted {settings.camera_format}, sent {run.sent or 'unknown'}")
        lines.append(f"frames {run.frames}, dropped {run.dropped}, results/s {run.fps:.1f}")
        lines += [f"{stage} {ms:.1f} ms" for stage, ms in run.stage_ms.items()]
    return "\n".join(lines) + "\n"
