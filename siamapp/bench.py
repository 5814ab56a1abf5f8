"""How long a frame takes here, stage by stage, beside peers in the same run.

A time alone says little about a program: machines differ. So each figure stands beside the same
work done by a peer on the same machine, the two taking turns frame by frame.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from siamapp.errors import NoFace
from siamapp.identity.calibrate import evidence_for
from siamapp.identity.decide import Policy
from siamapp.identity.gallery import Gallery
from siamapp.pipeline import Pipeline, Stream
from siamapp.types import BgrImage, FloatArray, Frame
from siamapp.vision.align import align
from siamapp.vision.model import bare_session

SIZE = (640, 480)
"""Width and height of the measured frame, px."""
PEOPLE = 100
"""People in the made-up gallery, five templates each."""


def run_bench(
    pipeline: Pipeline, picture: BgrImage, *, peers: Path | None = None, repeats: int = 100
) -> dict[str, Any]:
    """Median milliseconds of each stage on one face, and the peer's where `peers` is given.

    Args:
        pipeline: started models.
        picture: shows exactly one face; fitted into 640x480.
        peers: folder with `yunet_s_dynamic.onnx` and `mobilefacenet_ms1m.onnx`.
        repeats: frames measured, after a tenth as many that warm up.

    Raises:
        NoFace: not exactly one face was found in the picture.
        ModelMissing: a peer's file is not there.
    """
    bgr = fit(picture)
    held = evidence_for(pipeline.embedder.model.card, 1e-3)
    policy = Policy(held.distance, held.fmr, held.distance, 0.05, 1)
    gallery = _made_up_gallery(pipeline)
    ours = Stream(pipeline, lambda: gallery, lambda: policy)
    found = len(ours(Frame(bgr, 0.0, 0)).faces)
    if found != 1:
        raise NoFace(
            f"{found} faces were found in the picture.",
            "Give one with exactly one face (--source).",
        )
    peer = {
        "yunet_640+mobilefacenet": _Peer(peers, gallery.vectors, scale=1.0),
        "yunet_320+mobilefacenet": _Peer(peers, gallery.vectors, scale=0.5),
    } if peers else {}  # fmt: skip
    stages: dict[str, list[float]] = defaultdict(list)
    whole: dict[str, list[float]] = defaultdict(list)
    for index in range(-repeats // 10, repeats):
        frame = Frame(bgr, index / 30, index)
        result, ms = _timed(partial(ours, frame))
        peer_ms = {name: _timed(partial(run, bgr))[1] for name, run in peer.items()}
        if index < 0:
            continue
        whole["siamapp"].append(ms)
        for name, value in result.stage_ms.items():
            stages[name].append(value)
        for name, value in peer_ms.items():
            whole[name].append(value)
    medians = {name: statistics.median(values) for name, values in whole.items()}
    report: dict[str, Any] = {
        "frame": {"width_px": SIZE[0], "height_px": SIZE[1], "faces": 1, "repeats": repeats},
        "models": {
            task: {"name": m.card.name, "file": m.file, "provider": m.provider}
            for task, m in (
                ("detector", pipeline.detector.model),
                ("embedder", pipeline.embedder.model),
            )
        },
        "median_ms": {name: round(value, 3) for name, value in medians.items()},
        "stage_ms": {name: round(statistics.median(values), 3) for name, values in stages.items()},
    }
    if peer:
        report["frame"]["ratio"] = round(medians["yunet_640+mobilefacenet"] / medians["siamapp"], 2)
        report["frame"]["ratio_same_scale"] = round(
            medians["yunet_320+mobilefacenet"] / medians["siamapp"], 2
        )
    return report


def fit(picture: BgrImage) -> BgrImage:
    """The picture scaled into 640x480, the rest grey."""
    scale = min(SIZE[0] / picture.shape[1], SIZE[1] / picture.shape[0])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    canvas = np.full((SIZE[1], SIZE[0], 3), 127, np.uint8)
    canvas[: small.shape[0], : small.shape[1]] = small[: SIZE[1], : SIZE[0]]
    return canvas


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    result = work()
    return result, 1000 * (time.perf_counter() - start)


def _made_up_gallery(pipeline: Pipeline) -> Gallery:
    random = np.random.default_rng(0)
    vectors = random.standard_normal((5 * PEOPLE, pipeline.embedder.dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    names = {i: f"made up {i}" for i in range(PEOPLE)}
    return Gallery(pipeline.embedder.id, vectors, np.repeat(np.arange(PEOPLE), 5), names)


class _Peer:
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
