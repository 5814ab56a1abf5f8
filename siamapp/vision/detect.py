"""Find faces: one picture in, boxes with five landmarks out."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from siamapp.errors import ModelIncompatible
from siamapp.types import BgrImage, Face, FloatArray
from siamapp.vision.align import lay, scaled_template, similarity, unlay
from siamapp.vision.card import DetectionSpec, RefinementSpec
from siamapp.vision.model import Model
from siamapp.vision.planes import fill, halve

CHANNELS: Final = 15
"""Of each map: score logit; left, top, right, bottom; five times (x, y)."""
_MULTIPLE: Final = 32
_MAX_EXPONENT: Final = 60.0
_LEAST_SPREAD_PX: Final = 0.5
SAME_POINTS: Final = 0.5
"""Mean way between the points of two finds, in eye distances, at which they are one face."""


class _Buffer(threading.local):
    """The input of the first network, of each thread its own: one may import as another watches."""

    def __init__(self) -> None:
        self.planes = np.zeros((1, 3, 0, 0), np.float32)
        self.size = (0, 0)
        """Height and width of the picture that it was made for."""


class Detector:
    """Faces of a picture by an anchor-free network, for any number of threads."""

    def __init__(self, model: Model) -> None:
        """Raises ModelIncompatible where the card is not a detector's."""
        card = model.card
        if card.task != "detector" or card.detection is None:
            raise ModelIncompatible(f"{card.name} is not a detector.", "Choose a detector model.")
        self.model = model
        self._spec: DetectionSpec = card.detection
        self._input = card.input
        self._buffer = _Buffer()

    def detect(self, bgr: BgrImage) -> tuple[Face, ...]:
        """Faces in the picture's own pixels, the largest first; boxes may reach past its edges.

        Raises:
            ModelIncompatible: a network's outputs are not what the card promises.
        """
        faces = self.propose(bgr)
        if self.model.card.refinement is not None:
            faces = self.look_closely(bgr, faces, self.model.card.refinement)
        return tuple(sorted(faces, key=lambda face: face.area_px, reverse=True))

    def propose(self, bgr: BgrImage) -> list[Face]:
        """What the first network takes for faces, the surest first."""
        height, width = bgr.shape[:2]
        scale = min(1.0, self._spec.long_side_px / max(height, width, 1))
        if scale < 1:
            size = (max(round(width * scale), 1), max(round(height * scale), 1))
            bgr = halve(bgr, int(np.log2(min(1 / scale, height, width))))
            if bgr.shape[1::-1] != size:
                bgr = np.asarray(cv2.resize(bgr, size, interpolation=cv2.INTER_AREA), np.uint8)
        maps = self.model.run({self.model.input_name: self._fill(bgr)})
        if len(maps) != len(self._spec.strides) or any(m.shape[1] != CHANNELS for m in maps):
            raise ModelIncompatible(
                "The detector's outputs are not those its card promises.", "Reinstall the model."
            )
        boxes, points, scores = decode(maps, self._spec.strides, self._spec.score_threshold)
        kept = suppress(boxes, scores, self._spec.iou_threshold)
        # Rounding may scale the two sides by slightly different factors.
        unscale = np.array([width / bgr.shape[1], height / bgr.shape[0]], np.float32)
        boxes, points = (boxes.reshape(-1, 2, 2) * unscale).reshape(-1, 4), points * unscale
        return [Face(boxes[i], points[i], float(scores[i])) for i in kept]

    def look_closely(self, bgr: BgrImage, faces: list[Face], spec: RefinementSpec) -> list[Face]:
        """The same faces with better points, less what a closer look does not take for a face.

        The first network sees all of a small picture, this one each face at a fixed size and
        upright, in the picture's full resolution (a cascade, as in Zhang et al. 2016, MTCNN). A
        further pass starts from the points of the one before, laid more truly.
        """
        looked_at = [face for face in faces if _spread(face.landmarks_xy)]
        for _ in range(spec.passes if looked_at else 0):
            points, scores = self._look(bgr, [f.landmarks_xy for f in looked_at], spec)
            looked_at = [
                Face(face.box_xyxy, at, float(score))
                for face, at, score in zip(looked_at, points, scores, strict=True)
                if _spread(at)
            ]
        return _distinct([face for face in looked_at if face.score >= spec.score_threshold])

    @property
    def follows(self) -> bool:
        """Whether the model has the closer look that following needs."""
        return self.model.card.refinement is not None

    @property
    def least_score(self) -> float:
        """Score at which what was looked at is taken for a face."""
        spec = self.model.card.refinement
        return self._spec.score_threshold if spec is None else spec.score_threshold

    def follow(self, bgr: BgrImage, faces: Sequence[Face]) -> list[Face]:
        """Faces of the frame before where they are in this one, by the closer look alone.

        Each starts from its points of then, so it must not have gone far. All are given back, in
        their order: whoever calls looks at score and way.

        Raises:
            ModelIncompatible: the card has no refinement, or the network gives not what it says.
        """
        spec = self.model.card.refinement
        if spec is None:
            raise ModelIncompatible(f"{self.model.card.name} cannot follow.", "Choose another.")
        points, scores = self._look(bgr, [face.landmarks_xy for face in faces], spec)
        return [
            Face(_moved(face, at), at, float(score)) if _spread(at) else replace(face, score=0.0)
            for face, at, score in zip(faces, points, scores, strict=True)
        ]

    def _look(
        self, bgr: BgrImage, starts: list[FloatArray], spec: RefinementSpec
    ) -> tuple[list[FloatArray], FloatArray]:
        """Points `(5, 2)` px and score of each face, laid by the points it starts from."""
        template = scaled_template(spec.side_px, spec.margin_px)
        unit_px = float(template[1, 0] - template[0, 0])
        matrices = [similarity(start, template) for start in starts]
        crops = np.empty((len(starts), 3, spec.side_px, spec.side_px), np.float32)
        for planes, matrix in zip(crops, matrices, strict=True):
            fill(planes, lay(bgr, matrix, spec.side_px), self._input)
        answers = self.model.refine(crops)
        if answers.shape != (len(crops), 11):
            raise ModelIncompatible(
                "The detector's refinement gives not what its card promises.",
                "Reinstall the model.",
            )
        points = [
            unlay(template + answer[:10].reshape(5, 2) * unit_px, matrix)
            for matrix, answer in zip(matrices, answers, strict=True)
        ]
        logits = np.clip(answers[:, 10], -_MAX_EXPONENT, _MAX_EXPONENT)
        return points, np.asarray(1 / (1 + np.exp(-logits)), np.float32)

    def _fill(self, bgr: BgrImage) -> FloatArray:
        """The picture, top left in a black `(1, 3, H, W)` buffer whose sides are whole cells."""
        buffer, (height, width) = self._buffer, bgr.shape[:2]
        if (height, width) != buffer.size:
            sides = (-(-side // _MULTIPLE) * _MULTIPLE for side in (height, width))
            buffer.planes = np.zeros((1, 3, *sides), np.float32)
            buffer.size = (height, width)
        fill(buffer.planes[0, :, :height, :width], bgr, self._input)
        return buffer.planes


def decode(
    maps: list[NDArray[Any]], strides: tuple[int, ...], threshold: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Boxes `(n, 4)` xyxy px, landmarks `(n, 5, 2)` px and scores `(n,)` of the cells at the
    threshold.

    Only those cells are read: a picture has some 1,700 cells and rarely twenty that speak, most
    often on one map.

    Args:
        maps: per stride `(1, 15, H / stride, W / stride)`.
        strides: pixels per cell of each map.
        threshold: least score, 0..1.
    """
    least = np.float32(np.log(threshold / (1 - threshold)))
    read, centres, steps = [np.empty((CHANNELS, 0), np.float32)], [np.empty((0, 2))], [np.empty(0)]
    for level, stride in zip(maps, strides, strict=True):
        cell = np.flatnonzero(level[0, 0] >= least)
        if cell.size:
            read.append(level[0].reshape(CHANNELS, -1)[:, cell])
            centres.append((np.stack(np.divmod(cell, level.shape[3])[::-1], axis=1) + 0.5) * stride)
            steps.append(np.full(len(cell), stride))
    values = np.concatenate(read, axis=1).T
    centre = np.concatenate(centres).astype(np.float32)
    step = np.concatenate(steps).astype(np.float32)[:, None]
    sides = np.maximum(values[:, 1:5], 0) * step
    score = 1 / (1 + np.exp(-np.clip(values[:, 0], -_MAX_EXPONENT, _MAX_EXPONENT)))
    return (
        np.concatenate([centre - sides[:, :2], centre + sides[:, 2:]], axis=1),
        np.asarray(centre[:, None] + values[:, 5:].reshape(-1, 5, 2) * step[:, None], np.float32),
        np.asarray(score, np.float32),
    )


def _moved(face: Face, points: FloatArray) -> FloatArray:
    """The face's box `(4,)` after its points went to `points`: shifted and scaled as they were."""
    matrix = similarity(face.landmarks_xy, points)
    ends = face.box_xyxy.reshape(2, 2)
    middle, half = ends.mean(axis=0), (ends[1] - ends[0]) / 2
    middle = matrix[:, :2] @ middle + matrix[:, 2]
    half = half * np.hypot(matrix[0, 0], matrix[1, 0])
    return np.concatenate([middle - half, middle + half]).astype(np.float32)


def _spread(points: FloatArray) -> bool:
    """Whether five points can be laid on a template: points that coincide are no face's."""
    return bool(np.isfinite(points).all() and np.ptp(points, axis=0).max() > _LEAST_SPREAD_PX)


def _distinct(faces: list[Face]) -> list[Face]:
    """Those whose points are nobody's before them: a box within a face ends on its very points."""
    kept: list[Face] = []
    for face in faces:
        apart = [np.linalg.norm(face.landmarks_xy - other.landmarks_xy, axis=1) for other in kept]
        limits = [SAME_POINTS * other.eye_distance_px for other in kept]
        if all(way.mean() > limit for way, limit in zip(apart, limits, strict=True)):
            kept.append(face)
    return kept


def suppress(boxes: FloatArray, scores: FloatArray, iou_threshold: float) -> list[int]:
    """Indices that greedy non-maximum suppression keeps, best score first."""
    if len(boxes) == 0:
        return []
    corner_and_size = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1).tolist()
    kept = cv2.dnn.NMSBoxes(corner_and_size, scores.tolist(), 0.0, iou_threshold)
    return [int(i) for i in kept]
