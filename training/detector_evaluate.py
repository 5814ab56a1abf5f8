"""Measure a detector against the reference: what it misses, what it makes up, how far its points
are.

- *found*: reference faces (score >= 0.6, one pass at full resolution) of more than 40 px (square
  root of the box's area) that a box of ours meets with IoU >= 0.5.
- *extra*: our boxes that no reference face meets with IoU >= 0.3, even at its low score of 0.3 and
  even when it may also look at twice the size; as a share of our boxes.
- *points*: mean distance of the five landmarks over the eye distance, on the faces found: from the
  reference's one pass (`landmark_error_percent`), from its mean over four views, which is what
  training learnt from (`from_mean_percent`), and the one pass from that mean, which is how far the
  reference strays from itself (`reference_from_mean_percent`). `reference_repeat_percent` is how
  far the one pass goes from itself when the picture lies 5 px further right and 3 px further down.
- *landmarks68*: the same from measured points, on the crops of `test/`. Most of their people are in
  `training/` too, so `landmarks68_strangers` is of those who are not.
"""

from __future__ import annotations

import argparse
import json
import logging
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from siamapp.types import BgrImage, FloatArray
from siamapp.vision.card import load_card
from siamapp.vision.detect import Detector
from siamapp.vision.model import Model
from siamapp.vision.track import iou
from training.detector_data import (
    DOUBTFUL_SCORE,
    SURE_SCORE,
    Found,
    Reference,
    find_moved,
    load_landmark_crops,
    load_scenes,
    of_strangers,
    size_px,
    split_by_person,
)
from training.detector_export import write_card

logger = logging.getLogger(__name__)
LEAST_FACE_PX: Final = 40.0
FRAME_STEP: Final = 10
ROUNDS: Final = 30
TIMED_SHAPE: Final = (240, 320)
REPEAT_PX: Final = (5, 3)


@dataclass(slots=True)
class Tally:
    """Counts over some pictures."""

    pictures: int = 0
    wanted: int = 0
    found: int = 0
    boxes: int = 0
    extra: int = 0
    errors: list[float] = field(default_factory=list)
    from_mean: list[float] = field(default_factory=list)
    reference_from_mean: list[float] = field(default_factory=list)
    reference_repeat: list[float] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        for name in ("pictures", "wanted", "found", "boxes", "extra"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("errors", "from_mean", "reference_from_mean", "reference_repeat"):
            getattr(self, name).extend(getattr(other, name))

    def figures(self) -> dict[str, float | int]:
        return {
            "pictures": self.pictures,
            "reference_faces": self.wanted,
            "found_percent": round(100 * self.found / max(self.wanted, 1), 2),
            "our_boxes": self.boxes,
            "extra_percent": round(100 * self.extra / max(self.boxes, 1), 2),
            "landmark_error_percent": _percent(self.errors),
            "from_mean_percent": _percent(self.from_mean),
            "reference_from_mean_percent": _percent(self.reference_from_mean),
            "reference_repeat_percent": _percent(self.reference_repeat),
        }


def _percent(errors: list[float]) -> float:
    return round(100 * float(np.mean(errors or [np.nan])), 2)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--peers", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="model folder")
    parser.add_argument("--precision", default="fp32", choices=("fp32", "int8"))
    parser.add_argument("--part", default="test", choices=("test", "calibration"))
    parser.add_argument(
        "--timing", action="store_true", help="also time it (wants a quiet machine)"
    )
    parser.add_argument("--write-card", action="store_true", help="put the figures into card.toml")
    parser.set_defaults(run=run)


def tally(detector: Detector, reference: Reference, pictures: Iterable[BgrImage]) -> Tally:
    total = Tally()
    for bgr in pictures:
        total.pictures += 1
        faces = detector.detect(bgr)
        boxes = np.array([f.box_xyxy for f in faces], np.float32).reshape(-1, 4)
        points = np.array([f.landmarks_xy for f in faces], np.float32).reshape(-1, 5, 2)
        low = reference.find(bgr, threshold=DOUBTFUL_SCORE)
        wanted = low.keep((low.scores >= SURE_SCORE) & (size_px(low.boxes) > LEAST_FACE_PX))
        total.boxes += len(boxes)
        alone = iou(boxes, low.boxes).max(axis=1, initial=0) < 0.3
        if alone.any():
            close = reference.find(bgr, threshold=DOUBTFUL_SCORE, scale=2.0)
            alone &= iou(boxes, close.boxes).max(axis=1, initial=0) < 0.3
        total.extra += int(alone.sum())
        total.wanted += len(wanted.boxes)
        if len(boxes) and len(wanted.boxes):
            overlap = iou(wanted.boxes, boxes)
            met = overlap.max(axis=1) >= 0.5
            total.found += int(met.sum())
            ours, theirs = points[overlap.argmax(axis=1)[met]], wanted.points[met]
            total.errors += landmark_errors(ours, theirs)
            mean, _ = reference.label(bgr)
            seen, truth = _same(wanted.keep(met), mean)
            total.from_mean += landmark_errors(ours[seen], truth)
            total.reference_from_mean += landmark_errors(theirs[seen], truth)
            again = find_moved(reference, bgr, REPEAT_PX)
            seen, repeated = _same(wanted.keep(met), again)
            total.reference_repeat += landmark_errors(repeated, theirs[seen])
    return total


def _same(faces: Found, others: Found) -> tuple[np.ndarray, FloatArray]:
    """Which of `faces` are among `others`, and the others' points of these."""
    overlap = iou(faces.boxes, others.boxes)
    known = overlap.max(axis=1, initial=0) >= 0.5
    nearest = overlap[known].argmax(axis=1) if known.any() else np.empty(0, int)
    return known, others.points[nearest]


def landmark_errors(points: FloatArray, truth: FloatArray) -> list[float]:
    """Mean distance of five points over the eye distance, per face."""
    eyes = np.linalg.norm(truth[:, 1] - truth[:, 0], axis=1)
    distance = np.linalg.norm(points - truth, axis=2).mean(axis=1)
    return [float(v) for v in distance / np.maximum(eyes, 1e-6)]


def frames(video: Path) -> Iterator[BgrImage]:
    """Every tenth frame."""
    capture = cv2.VideoCapture(str(video))
    try:
        index = 0
        while capture.grab():
            if index % FRAME_STEP == 0:
                good, bgr = capture.retrieve()
                if good:
                    yield np.asarray(bgr, np.uint8)
            index += 1
    finally:
        capture.release()


def timing(detector_model: Model, reference: Reference) -> dict[str, float]:
    """Median ms at 320x240 (padded to 320x256), turn by turn, one thread.

    Ours is what one face costs: the first network and, where the card has one, the closer look.
    """
    height, width = TIMED_SHAPE
    blob = (
        np.random.default_rng(0)
        .uniform(0, 255, (1, 3, -(-height // 32) * 32, width))
        .astype(np.float32)
    )
    refinement = detector_model.card.refinement
    side = refinement.side_px if refinement else 0
    crop = np.zeros((1, 3, side, side), np.float32)

    def ours() -> None:
        detector_model.run({detector_model.input_name: blob})
        for _ in range(refinement.passes if refinement else 0):
            detector_model.refine(crop)

    calls: dict[str, Callable[[], Any]] = {
        "ours_ms": ours,
        "yunet_ms": lambda: reference.session.run(None, {"input": blob}),
    }
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for round_ in range(ROUNDS + 3):
        for name, call in calls.items():
            start = time.perf_counter()
            for _ in range(10):
                call()
            if round_ >= 3:
                taken[name].append((time.perf_counter() - start) * 100)
    medians = {name: round(statistics.median(values), 3) for name, values in taken.items()}
    return medians | {"ratio": round(medians["ours_ms"] / medians["yunet_ms"], 3)}


def run(arguments: argparse.Namespace) -> int:
    """Print the figures as JSON; with `--write-card` they also go into the card.

    Raises:
        ValueError: the card is to have figures of the scenes that its thresholds were chosen on.
    """
    if arguments.write_card and arguments.part != "test":
        raise ValueError("The card's figures are of the test: --write-card without --part.")
    reference = Reference(arguments.peers)
    model = Model.load(arguments.model, provider="cpu", precision=arguments.precision)
    detector = Detector(model)
    split = split_by_person(load_scenes(arguments.data, reference), arguments.data, arguments.peers)
    scenes = tally(detector, reference, (scene.bgr for scene in split[arguments.part]))
    figures: dict[str, dict[str, Any]] = {"scenes": scenes.figures()}
    if arguments.part == "test":
        videos = Tally()
        for path in sorted((arguments.data / "videos").glob("*.mp4")):
            one = tally(detector, reference, frames(path))
            logger.info("%s %s", path.stem, one.figures())
            videos.add(one)
        figures["videos"] = videos.figures()
        crops = load_landmark_crops(arguments.data, reference)
        tested = [crop for crop in crops if crop.name.startswith("test/")]
        figures["landmarks68"] = _crops(detector, reference, tested)
        strangers = of_strangers(crops, arguments.peers)
        figures["landmarks68_strangers"] = _crops(detector, reference, strangers)
    if arguments.timing:
        figures["timing_320x240"] = timing(model, reference)
    command = f"python -m training detector evaluate --model assets/models/{arguments.model.name}"
    command += f" --precision {arguments.precision}" + (" --timing" if arguments.timing else "")
    for table in figures.values():
        table["command"] = command
    json.dump(figures, sys.stdout, indent=2)
    sys.stdout.write("\n")
    if arguments.write_card:
        card = load_card(arguments.model)
        named = {f"{k}_int8" if arguments.precision == "int8" else k: v for k, v in figures.items()}
        write_card(arguments.model, card.model_copy(update={"figures": card.figures | named}))
    return 0


def _crops(detector: Detector, reference: Reference, crops: list[Any]) -> dict[str, Any]:
    """Errors against measured points, beside the reference's on the same crops."""
    ours: list[float] = []
    theirs: list[float] = []
    missed = 0
    for crop in crops:
        faces = detector.detect(crop.bgr)
        low = reference.find(crop.bgr, threshold=DOUBTFUL_SCORE)
        if not faces or not len(low.boxes):
            missed += not faces
            continue
        ours += landmark_errors(faces[0].landmarks_xy[None], crop.points)
        theirs += landmark_errors(low.points[low.scores.argmax()][None], crop.points)
    return {
        "crops": len(crops),
        "missed": missed,
        "landmark_error_percent": _percent(ours),
        "yunet_error_percent": _percent(theirs),
    }
