"""How long a frame takes here, stage by stage, beside peers in the same run.

A time alone says little about a program: machines differ. So each figure stands beside the same
work done by a peer on the same machine, the two taking turns frame by frame.

Two things are measured. A *single* frame is one that nothing is known about: every stage runs, as
for a photo. A *stream* is a picture that sways, nears and turns at 30 frames a second, as in front
of a camera: faces are followed between full detections and embedded where a decision needs it, so
its frames differ in cost, and the mean says more than the median. A still picture repeated would
not be a fair test of following.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

import cv2
import numpy as np

from siamapp.bench_peer import OpenCvPeer, Peer
from siamapp.errors import NoFace
from siamapp.identity.calibrate import evidence_for
from siamapp.identity.decide import Policy
from siamapp.identity.gallery import Gallery
from siamapp.pipeline import Pipeline, Stream
from siamapp.types import BgrImage, Frame, FrameResult
from siamapp.vision.providers import CPU

SIZE: Final = (640, 480)
"""Width and height of the measured frame, px."""
LARGE: Final = (1280, 720)
PEOPLE: Final = 100
"""People in the made-up gallery, five templates each."""
FPS: Final = 30
MAIN, SAME_SCALE = "yunet_640+mobilefacenet", "yunet_320+mobilefacenet"
OPENCV = "opencv_640+mobilefacenet"
Clock: TypeAlias = Callable[[], float]


def run_bench(
    pipeline: Pipeline, picture: BgrImage, *, peers: Path | None = None, repeats: int = 100
) -> dict[str, Any]:
    """Milliseconds of single frames and of a stream, by stage, and the peers' where they are given.

    `frame.ratio` is the mean time of the first peer over ours on the stream, and `ratio_single` on
    single frames, `ratio_opencv` and `ratio_opencv_single` the same of OpenCV's way; `scenes` says
    what a larger picture, more faces and nobody cost, as ratios to the first. `core_percent` is the
    share of one core that the stream takes at 30 frames a second.

    Args:
        pipeline: started models, of one thread each as the peers are.
        picture: shows exactly one face; fitted into 640x480.
        peers: folder with `yunet_s_dynamic.onnx` and `mobilefacenet_ms1m.onnx`.
        repeats: frames measured, after a tenth as many that warm up.

    Raises:
        NoFace: not exactly one face was found in the picture.
        ModelMissing: a peer's file is not there.
    """
    row = evidence_for(pipeline.embedder.model.card, 1e-3)
    policy = Policy(row.distance, row.fmr, row.distance, 0.05, 3)
    gallery, clock = _made_up_gallery(pipeline), clock_of(pipeline)

    def stream() -> Stream:
        return Stream(pipeline, lambda: gallery, lambda: policy, now=clock)

    found = len(stream()(Frame(fit(picture), 0.0, 0)).faces)
    if found != 1:
        raise NoFace(
            f"{found} faces were found in the picture.",
            "Give one with exactly one face (--source).",
        )
    peer: dict[str, Callable[[BgrImage], float]] = {
        MAIN: Peer(peers, gallery.vectors, scale=1.0),
        SAME_SCALE: Peer(peers, gallery.vectors, scale=0.5),
        OPENCV: OpenCvPeer(peers, gallery.vectors),
    } if peers else {}  # fmt: skip
    stills = {
        "one_face": fit(picture),
        "1280x720": fit(picture, LARGE),
        "five_faces": five(picture),
        "nobody": nobody(),
    }
    scenes = {name: _Taken(still, stream, clock) for name, still in stills.items()}
    first = scenes.pop("one_face")
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        for index in range(-(repeats // 10), repeats):
            first.take(index, peer)
            for scene in scenes.values():
                scene.take(index, {})
    finally:
        cv2.setNumThreads(threads)
    report: dict[str, Any] = {
        "frame": {"width_px": SIZE[0], "height_px": SIZE[1], "faces": 1, "repeats": repeats},
        "clock": clock.__name__,
        "models": {
            task: {"name": m.card.name, "file": m.file, "provider": m.provider}
            for task, m in (
                ("detector", pipeline.detector.model),
                ("embedder", pipeline.embedder.model),
            )
        },
        "mean_ms": {name: round(statistics.mean(ms), 3) for name, ms in first.ms.items()},
        "median_ms": {name: round(statistics.median(ms), 3) for name, ms in first.ms.items()},
        "stage_ms": {
            s: round(statistics.median(ms), 3) for s, ms in first.stages["single"].items()
        },
        "stream_stage_ms": {
            s: round(statistics.mean(ms), 3) for s, ms in first.stages["stream"].items()
        },
        "core_percent": round(first.core_percent, 1),
        "scenes": {
            name: {
                "faces": taken.faces,
                "single_ms": round(taken.median("single"), 3),
                "single_ratio": round(taken.median("single") / first.median("single"), 2),
                "stream_mean_ms": round(taken.mean("stream"), 3),
                "stream_ratio": round(taken.mean("stream") / first.mean("stream"), 2),
                "core_percent": round(taken.core_percent, 1),
            }
            for name, taken in scenes.items()
        },
    }
    if peer:
        report["frame"] |= {
            "ratio": round(first.mean(MAIN) / first.mean("stream"), 2),
            "ratio_median": round(first.median(MAIN) / first.median("stream"), 2),
            "ratio_single": round(first.median(MAIN) / first.median("single"), 2),
            "ratio_same_scale": round(first.mean(SAME_SCALE) / first.mean("stream"), 2),
            "ratio_opencv": round(first.mean(OPENCV) / first.mean("stream"), 2),
            "ratio_opencv_single": round(first.median(OPENCV) / first.median("single"), 2),
        }
    return report


class _Taken:
    """One scene: milliseconds of each frame by who took them, and of each stage of ours."""

    def __init__(self, still: BgrImage, stream: Callable[[], Stream], clock: Clock) -> None:
        self.ms: dict[str, list[float]] = defaultdict(list)
        self.stages: dict[str, dict[str, list[float]]] = {
            "single": defaultdict(list),
            "stream": defaultdict(list),
        }
        self.faces = 0
        """The most that were found in a frame."""
        self._still, self._stream, self._going_on = still, stream, stream()
        self._clock = clock

    def take(self, index: int, peers: dict[str, Callable[[BgrImage], float]]) -> None:
        """The picture as it sways: the stream, a single frame and peers take turns.

        Below 0 nothing is noted: that warms up.
        """
        bgr = swaying(self._still, index)
        frame = Frame(bgr, index / FPS, index)
        works: dict[str, Callable[[], Any]] = {
            "stream": partial(self._going_on, frame),
            "single": partial(self._stream(), frame),
            **{name: partial(peer, bgr) for name, peer in peers.items()},
        }
        for name, work in works.items():
            start = self._clock()
            result = work()
            if index >= 0:
                self.ms[name].append(1000 * (self._clock() - start))
                if isinstance(result, FrameResult):
                    self._note(name, result)

    def _note(self, name: str, result: FrameResult) -> None:
        self.faces = max(self.faces, len(result.faces))
        for stage, ms in result.stage_ms.items():
            self.stages[name][stage].append(ms)

    def mean(self, name: str) -> float:
        return statistics.mean(self.ms[name])

    @property
    def core_percent(self) -> float:
        return self.mean("stream") * FPS / 1000 * 100

    def median(self, name: str) -> float:
        return statistics.median(self.ms[name])


def clock_of(pipeline: Pipeline) -> Clock:
    """The calling thread's own time, which other programs do not lengthen, where it does all work.

    On an accelerator another thread does, and Windows counts a thread's in steps of 16 ms: there it
    is the wall's.
    """
    models = (pipeline.detector.model, pipeline.embedder.model)
    elsewhere = any(model.provider != CPU for model in models)
    return time.perf_counter if elsewhere or sys.platform == "win32" else time.thread_time


def swaying(still: BgrImage, index: int) -> BgrImage:
    """The picture as somebody at a desk moves in two to seven seconds: some px a frame."""
    height, width = still.shape[:2]
    time_s = index / FPS
    angle, scale = 4 * np.sin(2 * np.pi * time_s / 3), 1 + 0.06 * np.sin(2 * np.pi * time_s / 7)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, scale)
    matrix[:, 2] += 0.03 * width * np.sin(np.pi * time_s), 0.02 * width * np.cos(np.pi * time_s)
    moved = cv2.warpAffine(still, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def fit(picture: BgrImage, size: tuple[int, int] = SIZE) -> BgrImage:
    """The picture scaled into a frame, the rest grey."""
    scale = min(size[0] / picture.shape[1], size[1] / picture.shape[0])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    canvas = np.full((size[1], size[0], 3), 127, np.uint8)
    canvas[: small.shape[0], : small.shape[1]] = small[: size[1], : size[0]]
    return canvas


def five(picture: BgrImage) -> BgrImage:
    """Five of the picture in one frame, three above two."""
    width, height = SIZE[0] // 3, SIZE[1] // 2
    tile = fit(picture, (width, height))
    canvas = np.full((SIZE[1], SIZE[0], 3), 127, np.uint8)
    for place in range(5):
        left, top = place % 3 * width, place // 3 * height
        canvas[top : top + height, left : left + width] = tile
    return canvas


def nobody() -> BgrImage:
    """An empty room: light from one side, a door, a sensor's noise."""
    ramp = np.linspace(60, 200, SIZE[0], dtype=np.float32)[None, :, None]
    canvas = np.broadcast_to(ramp, (SIZE[1], SIZE[0], 3)).copy()
    canvas[80:, 400:560] *= 0.6
    canvas += np.random.default_rng(0).normal(0, 4, canvas.shape)
    return np.clip(canvas, 0, 255).astype(np.uint8)


def _made_up_gallery(pipeline: Pipeline) -> Gallery:
    random = np.random.default_rng(0)
    vectors = random.standard_normal((5 * PEOPLE, pipeline.embedder.dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    names = {i: f"made up {i}" for i in range(PEOPLE)}
    return Gallery(pipeline.embedder.id, vectors, np.repeat(np.arange(PEOPLE), 5), names)
