"""What is measured beside: the same work by reference models, on the same runtime and OpenCV's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from siamapp.errors import NoFace
from siamapp.types import BgrImage, FloatArray
from siamapp.vision.align import CROP_PX, align
from siamapp.vision.card import InputSpec
from siamapp.vision.planes import fill
from siamapp.vision.providers import bare_session

YUNET: Final = "yunet_s_dynamic.onnx"
MOBILEFACENET: Final = "mobilefacenet_ms1m.onnx"
_YUNET: Final = InputSpec(width=0, height=0, channels="bgr", mean=(0, 0, 0), std=(1, 1, 1))
_MOBILEFACENET: Final = InputSpec(
    width=CROP_PX, height=CROP_PX, channels="rgb",
    mean=(123.675, 116.28, 103.53), std=(58.395, 57.12, 57.375),
)  # fmt: skip
_LEAST_SCORE, _MOST_SHARED = 0.6, 0.3


class Peer:
    """YuNet and MobileFaceNet on onnxruntime, with the least work around them.

    Pictures become planes by our own quickest way, in buffers that stay, as ours do.
    """

    def __init__(self, folder: Path, gallery: FloatArray, *, scale: float) -> None:
        """Raises ModelMissing where the folder lacks a file."""
        self._scale = scale
        self._yunet = bare_session(folder / YUNET)
        self._embedder = bare_session(folder / MOBILEFACENET)
        self._outputs = [output.name for output in self._yunet.get_outputs()]
        self._gallery = gallery
        self._blob = np.zeros((1, 3, 0, 0), np.float32)
        self._crop = np.zeros((1, 3, CROP_PX, CROP_PX), np.float32)

    def __call__(self, bgr: BgrImage) -> float:
        """Distance of the largest face to the nearest of the gallery."""
        small = cv2.resize(bgr, None, fx=self._scale, fy=self._scale) if self._scale != 1 else bgr
        height, width = small.shape[:2]
        sides = (height + -height % 32, width + -width % 32)  # multiples of 32, the rest black
        if self._blob.shape[2:] != sides:
            self._blob = np.zeros((1, 3, *sides), np.float32)
        fill(self._blob[0, :, :height, :width], np.asarray(small, np.uint8), _YUNET)
        raw = self._yunet.run(None, {self._yunet.get_inputs()[0].name: self._blob})
        points = self._largest(dict(zip(self._outputs, raw, strict=True)), sides[1])
        fill(self._crop[0], align(bgr, points / np.float32(self._scale)), _MOBILEFACENET)
        feed = {self._embedder.get_inputs()[0].name: self._crop}
        return _nearest(np.asarray(self._embedder.run(None, feed)[0])[0], self._gallery)

    @staticmethod
    def _largest(maps: dict[str, Any], width: int) -> FloatArray:
        """Five points `(5, 2)` of the best face (decoded as OpenCV Zoo's demo does)."""
        boxes, scores, points = [], [], []
        for stride in (8, 16, 32):
            score = np.sqrt(
                np.clip(maps[f"cls_{stride}"].reshape(-1), 0, 1)
                * np.clip(maps[f"obj_{stride}"].reshape(-1), 0, 1)
            )
            keep = np.flatnonzero(score > _LEAST_SCORE)
            cell = np.stack([keep % (width // stride), keep // (width // stride)], 1).astype(
                np.float32
            )
            box = maps[f"bbox_{stride}"].reshape(-1, 4)[keep]
            size = np.exp(box[:, 2:]) * stride
            boxes.append(np.concatenate([(cell + box[:, :2]) * stride - size / 2, size], 1))
            points.append((maps[f"kps_{stride}"].reshape(-1, 5, 2)[keep] + cell[:, None]) * stride)
            scores.append(score[keep])
        all_boxes, all_scores = np.concatenate(boxes), np.concatenate(scores)
        kept: Sequence[int] = cv2.dnn.NMSBoxes(
            all_boxes.tolist(), all_scores.tolist(), _LEAST_SCORE, _MOST_SHARED
        )
        if len(kept) == 0:
            raise _no_face()
        return np.asarray(np.concatenate(points)[int(kept[0])], np.float32)


class OpenCvPeer:
    """The same two networks by OpenCV's classes for faces, on its own dnn, at the picture's size.

    `FaceDetectorYN` and `FaceRecognizerSF` as its documentation uses them, but for the weights of
    the second, which are not SFace's: `FaceRecognizerSF` takes any embedder of 112 px, and that of
    OpenCV's zoo is a MobileFaceNet too.
    """

    def __init__(self, folder: Path, gallery: FloatArray) -> None:
        """The files must be there."""
        level = cv2.utils.logging.getLogLevel()
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)  # it warns of its default
        try:
            self._detector = cv2.FaceDetectorYN.create(
                str(folder / YUNET), "", (0, 0), _LEAST_SCORE, _MOST_SHARED
            )
            self._recognizer = cv2.FaceRecognizerSF.create(str(folder / MOBILEFACENET), "")
        finally:
            cv2.utils.logging.setLogLevel(level)
        self._gallery = gallery
        # It swaps to RGB and scales nothing, as SFace has that in its graph; this one has not.
        self._mean = np.array(_MOBILEFACENET.mean[::-1], np.float32)
        self._scale = 1 / np.array(_MOBILEFACENET.std[::-1], np.float32)
        self._size = (0, 0)

    def __call__(self, bgr: BgrImage) -> float:
        """Distance of the surest face to the nearest of the gallery."""
        size = (bgr.shape[1], bgr.shape[0])
        if size != self._size:
            self._detector.setInputSize(size)
            self._size = size
        _, faces = self._detector.detect(bgr)
        if faces is None:
            raise _no_face()
        crop = (self._recognizer.alignCrop(bgr, faces[0]) - self._mean) * self._scale
        return _nearest(np.asarray(self._recognizer.feature(crop))[0], self._gallery)


def _nearest(vector: FloatArray, gallery: FloatArray) -> float:
    vector = vector / np.linalg.norm(vector)
    if vector.shape != gallery.shape[1:]:
        return float("nan")
    return float(np.sqrt(np.maximum(2 - 2 * (gallery @ vector), 0)).min())


def _no_face() -> NoFace:
    return NoFace("The peer found no face in the picture.", "Give another picture (--source).")
