"""What is measured beside: the same work by reference models on the same runtime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from siamapp.errors import NoFace
from siamapp.types import BgrImage, FloatArray
from siamapp.vision.align import align
from siamapp.vision.providers import bare_session


class Peer:
    """YuNet and MobileFaceNet on onnxruntime, with the least work around them."""

    def __init__(self, folder: Path, gallery: FloatArray, *, scale: float) -> None:
        self._scale = scale
        self._yunet = bare_session(folder / "yunet_s_dynamic.onnx")
        self._embedder = bare_session(folder / "mobilefacenet_ms1m.onnx")
        self._outputs = [output.name for output in self._yunet.get_outputs()]
        self._gallery = gallery

    def __call__(self, bgr: BgrImage) -> float:
        """Distance of the largest face to the nearest of the gallery."""
        small = cv2.resize(bgr, None, fx=self._scale, fy=self._scale) if self._scale != 1 else bgr
        # Sides must be multiples of 32.
        pad = [(-side) % 32 for side in small.shape[:2]]
        if any(pad):
            small = cv2.copyMakeBorder(small, 0, pad[0], 0, pad[1], cv2.BORDER_CONSTANT)
        blob = small.transpose(2, 0, 1)[None].astype(np.float32)
        raw = self._yunet.run(None, {self._yunet.get_inputs()[0].name: blob})
        points = self._largest(dict(zip(self._outputs, raw, strict=True)), blob.shape[3])
        crop = align(bgr, points / np.float32(self._scale))[..., ::-1].astype(np.float32)
        crop = (crop - (123.675, 116.28, 103.53)) / (58.395, 57.12, 57.375)
        feed = {
            self._embedder.get_inputs()[0].name: crop.transpose(2, 0, 1)[None].astype(np.float32)
        }
        vector = np.asarray(self._embedder.run(None, feed)[0])[0]
        vector = vector / np.linalg.norm(vector)
        if vector.shape != self._gallery.shape[1:]:
            return float("nan")
        return float(np.sqrt(np.maximum(2 - 2 * (self._gallery @ vector), 0)).min())

    @staticmethod
    def _largest(maps: dict[str, Any], width: int) -> FloatArray:
        """Five points `(5, 2)` of the best face (decoded as OpenCV Zoo's demo does)."""
        boxes, scores, points = [], [], []
        for stride in (8, 16, 32):
            score = np.sqrt(
                np.clip(maps[f"cls_{stride}"].reshape(-1), 0, 1)
                * np.clip(maps[f"obj_{stride}"].reshape(-1), 0, 1)
            )
            keep = np.flatnonzero(score > 0.6)
            cell = np.stack([keep % (width // stride), keep // (width // stride)], 1).astype(
                np.float32
            )
            box = maps[f"bbox_{stride}"].reshape(-1, 4)[keep]
            size = np.exp(box[:, 2:]) * stride
            boxes.append(np.concatenate([(cell + box[:, :2]) * stride - size / 2, size], 1))
            points.append((maps[f"kps_{stride}"].reshape(-1, 5, 2)[keep] + cell[:, None]) * stride)
            scores.append(score[keep])
        all_boxes, all_scores = np.concatenate(boxes), np.concatenate(scores)
        kept: Sequence[int] = cv2.dnn.NMSBoxes(all_boxes.tolist(), all_scores.tolist(), 0.6, 0.3)
        if len(kept) == 0:
            raise NoFace(
                "The peer found no face in the picture.", "Give another picture (--source)."
            )
        return np.asarray(np.concatenate(points)[int(kept[0])], np.float32)
