"""An evaluation off the GUI thread: what it finds, and how it is cancelled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siamapp.errors import ProtocolError, SiamError
from siamapp.evaluation.own import calibrate_with_pictures
from siamapp.evaluation.protocol import from_folder, from_pairs
from siamapp.evaluation.report import facts, write_html
from siamapp.evaluation.report_pdf import write_pdf
from siamapp.evaluation.run import Evaluation, evaluate
from siamapp.gui.error_wording import error_words
from siamapp.identity.own_calibration import OwnCalibration

if TYPE_CHECKING:
    from siamapp.pipeline import Pipeline


class Cancelled(SiamError):
    """The user stopped it; nothing is said about it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to evaluate on."""

    images: Path
    pairs: Path | None = None
    aligned: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """An evaluation with its figures and, where there were enough people, its thresholds."""

    asked: Asked
    evaluation: Evaluation
    figures: dict[str, Any]
    calibration: OwnCalibration | None
    too_few: str
    """Why there is no calibration; empty where there is one."""


def evaluate_asked(
    pipeline: Pipeline, asked: Asked, *, progress: Callable[[int, int], None], stop: threading.Event
) -> Found:
    """Compare all pairs; runs on `siam-jobs`.

    Raises:
        Cancelled: `stop` was set.
        ProtocolError: nothing to compare.
    """

    def tell(done: int, of: int) -> None:
        if stop.is_set():
            raise Cancelled("The evaluation was stopped.")
        progress(done, of)

    protocol = from_pairs(asked.pairs, asked.images) if asked.pairs else from_folder(asked.images)
    found = evaluate(pipeline, protocol, aligned=asked.aligned, progress=tell)
    card = pipeline.embedder.model.card
    calibration, too_few = None, ""
    try:
        calibration = calibrate_with_pictures(card, found)
    except ProtocolError as error:
        too_few = error_words(error)
    return Found(asked, found, facts(found, card), calibration, too_few)


def write_report(path: Path, found: Found, pipeline: Pipeline) -> None:
    """As PDF or HTML, by the file's suffix; runs on `siam-jobs`.

    Raises:
        StoreError: the file cannot be written.
    """
    if path.suffix.lower() == ".pdf":
        write_pdf(path, found.evaluation.scores, found.figures)
    else:
        aligned = found.asked.aligned
        write_html(path, found.evaluation, found.figures, pipeline, aligned=aligned)
