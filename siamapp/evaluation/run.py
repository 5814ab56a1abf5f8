"""Embed the pictures of a protocol and compare its pairs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from siamapp.errors import ImageError, ProtocolError
from siamapp.evaluation.protocol import Protocol
from siamapp.evaluation.rates import Ints, Scores
from siamapp.identity.match import paired_distances
from siamapp.live.photos import read_image
from siamapp.pipeline import Pipeline, StageClock
from siamapp.types import BgrImage, FloatArray, Frame
from siamapp.vision.align import CROP_PX

Progress = Callable[[int, int], None]
"""Told how many pictures of how many are done; may raise to cancel."""


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Scores of the pairs whose pictures both gave a face, and what did not."""

    protocol: Protocol
    scores: Scores
    pairs: Ints
    """`(n,)` rows of the protocol's pairs that `scores` holds."""
    failures: dict[str, str]
    """Picture, as in the protocol, to why no face was acquired from it."""
    vectors: FloatArray
    """`(pictures, D)` unit length; zeros where no face was acquired."""

    @property
    def failure_to_acquire(self) -> float:
        """Share of pictures that gave no face (ISO/IEC 19795-1, FTA)."""
        return len(self.failures) / len(self.protocol.pictures)


def evaluate(
    pipeline: Pipeline,
    protocol: Protocol,
    *,
    aligned: bool = False,
    progress: Progress = lambda done, of: None,
) -> Evaluation:
    """Embed every picture once and compare the pairs.

    Args:
        pipeline: its embedder is what is measured.
        protocol: pictures and pairs.
        aligned: pictures are aligned crops already; the middle 112x112 px is taken.
        progress: called after each picture.

    Raises:
        ProtocolError: so many pictures gave no face that genuine or impostor pairs are all gone.
    """
    vectors = np.zeros((len(protocol.pictures), pipeline.embedder.dimension), np.float32)
    failures: dict[str, str] = {}
    for row, path in enumerate(protocol.pictures):
        try:
            vectors[row] = pipeline.embedder([acquire(pipeline, path, aligned=aligned)])[0]
        except ImageError as error:
            failures[str(path)] = str(error)
        progress(row + 1, len(protocol.pictures))
    lost = np.array([str(path) in failures for path in protocol.pictures], bool)
    pairs = np.flatnonzero(~lost[protocol.first] & ~lost[protocol.second])
    first, second, genuine = protocol.first[pairs], protocol.second[pairs], protocol.genuine[pairs]
    if genuine.all() or not genuine.any():
        raise ProtocolError(
            f"{int(lost.sum())} of {len(lost)} pictures gave no face; too few pairs are left.",
            "Look at the first of them: is it a photo of a face?",
        )
    scores = Scores(
        paired_distances(vectors[first], vectors[second], pipeline.metric),
        genuine,
        protocol.person[first],
        protocol.person[second],
        None if protocol.folds is None else protocol.folds[pairs],
    )
    return Evaluation(protocol, scores, pairs, failures, vectors)


def acquire(pipeline: Pipeline, path: Path, *, aligned: bool) -> BgrImage:
    """The aligned crop `(112, 112, 3)` BGR of a picture's largest face.

    Raises:
        ImageError: the picture cannot be read, is too small, or shows no face.
    """
    bgr = read_image(path)
    if aligned:
        height, width = bgr.shape[:2]
        if min(height, width) < CROP_PX:
            raise ImageError(f"{path.name} is {width} x {height} px, not an aligned crop.")
        top, left = (height - CROP_PX) // 2, (width - CROP_PX) // 2
        return bgr[top : top + CROP_PX, left : left + CROP_PX]
    seen = pipeline.see(Frame(bgr, 0.0, 0), StageClock())
    if not seen:
        raise ImageError(f"{path.name} shows no face.")
    return max(seen, key=lambda face: face.face.area_px).crop_bgr


def worst_pairs(evaluation: Evaluation, count: int) -> tuple[Ints, Ints]:
    """Rows of the protocol's pairs: the furthest genuine and the nearest impostors."""
    distances: FloatArray = evaluation.scores.distances
    genuine = evaluation.scores.genuine
    order = np.argsort(distances, kind="stable")
    near = order[~genuine[order]][:count]
    far = order[genuine[order]][::-1][:count]
    return evaluation.pairs[far], evaluation.pairs[near]
