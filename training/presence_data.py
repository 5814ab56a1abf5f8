"""Views of faces and of simulated pictures of faces, with the teacher's answer to each.

Made once and kept: the teacher costs 8 ms a face. No name is in two splits: scenes are split by
identity, the talking heads by clip, `spoof.tar` by subject. The `desk_*` clips are in none. Names
are not all: a few held-out scenes show somebody who looks like somebody in training
(`docs/presence.md`).
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path, PurePosixPath
from typing import Final

import cv2
import numpy as np

from siamapp.paths import assets_dir
from siamapp.types import BgrImage, FloatArray
from siamapp.vision.detect import Detector
from siamapp.vision.model import Model
from siamapp.vision.presence_network import NEAR, SIDE_PX, WIDE, face_size_px, view
from siamapp.vision.providers import bare_session
from training.data import open_tar
from training.detector_data import pictures
from training.presence_attacks import FACE_PX, SPECIES, Shown, attack, webcam

logger = logging.getLogger(__name__)
TEACHERS: Final = (("minifasnet_2_7.onnx", 2.7), ("minifasnet_4_0.onnx", 4.0))
REAL: Final = "real"
REPLAY: Final = "replay"
"""Species of the recorded attacks of `spoof.tar`."""
HELD_OUT_CLIPS: Final = ("person_5", "person_6")


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """Faces as the network sees them; all arrays `(n, ...)`."""

    near: np.ndarray
    """`(n, 80, 80, 3)` uint8 BGR."""
    wide: np.ndarray
    """The same size; black of recorded crops, which end at the face."""
    real: np.ndarray
    teacher: np.ndarray
    """The teacher's probability of a live face, 0..1."""
    species: np.ndarray
    """"real", "print", "phone", "monitor" or "replay"."""
    source: np.ndarray
    """Whose picture it was: a scene, a clip, a subject."""
    split: np.ndarray

    def __len__(self) -> int:
        return len(self.real)

    def of(self, chosen: np.ndarray) -> Views:
        return Views(*(getattr(self, field.name)[chosen] for field in fields(self)))


class Teacher:
    """MiniFASNet (Silent-Face-Anti-Spoofing, Apache-2.0) at two scales, their answers averaged."""

    def __init__(self, peers: Path) -> None:
        self._sessions = [(bare_session(peers / name), scale) for name, scale in TEACHERS]

    def __call__(self, bgr: BgrImage, box_xyxy: FloatArray) -> float:
        """Probability of a live face, 0..1. Class 1 of three is the live one."""
        answers = []
        for session, scale in self._sessions:
            planes = _context(bgr, box_xyxy, scale).astype(np.float32).transpose(2, 0, 1)[None]
            (logits,) = session.run(None, {session.get_inputs()[0].name: planes})
            weights = np.exp(logits[0] - logits[0].max())
            answers.append(float(weights[1] / weights.sum()))
        return sum(answers) / len(answers)


def box_around(landmarks_xy: FloatArray) -> FloatArray:
    """The box `(4,)` that a detector would draw around these points."""
    half = np.array([1.08, 1.4], np.float32) * face_size_px(landmarks_xy)
    middle = landmarks_xy.mean(axis=0) - np.array([0, 0.1 * half[1]], np.float32)
    return np.concatenate([middle - half, middle + half]).astype(np.float32)


def _context(bgr: BgrImage, box_xyxy: FloatArray, scale: float) -> BgrImage:
    """The box scaled about its centre, no larger than the picture and pushed inside it."""
    height, width = bgr.shape[:2]
    sides = np.maximum(box_xyxy[2:] - box_xyxy[:2], 2)
    room = np.array([width - 1, height - 1], np.float32)
    sides = sides * min(float((room / sides).min()), scale)
    corner = np.clip((box_xyxy[:2] + box_xyxy[2:] - sides) / 2, 0, room - sides)
    (x1, y1), (x2, y2) = corner.astype(int), (corner + sides).astype(int) + 1
    return np.asarray(cv2.resize(bgr[y1:y2, x1:x2], (SIDE_PX, SIDE_PX)), np.uint8)


@dataclass(frozen=True, slots=True)
class Amount:
    """How much is made of each set."""

    scenes: int
    clip_frames: int
    """Of each talking head."""
    spoof_every: int = 1
    """Take each n-th recorded crop."""


def _kept_file(cache: Path, seed: int, amount: Amount) -> Path:
    sizes = f"{amount.scenes}_{amount.clip_frames}_{amount.spoof_every}"
    return cache / f"presence_views_{seed}_{sizes}.npz"


def kept_views(cache: Path, *, seed: int, amount: Amount) -> Views:
    """What `load_views` made before.

    Raises:
        FileNotFoundError: it made nothing with this seed and amount.
    """
    with np.load(_kept_file(cache, seed, amount)) as kept:
        return Views(**{name: kept[name] for name in kept.files})


def load_views(data: Path, peers: Path, cache: Path, *, seed: int, amount: Amount) -> Views:
    """All splits, from the cache where they were made before with the same seed and amount."""
    path = _kept_file(cache, seed, amount)
    if path.is_file():
        return kept_views(cache, seed=seed, amount=amount)
    rows: list[tuple] = []
    rng = np.random.default_rng(seed)
    teacher, find = Teacher(peers), Finder()
    scenes = list(_scenes(data, find, amount.scenes))
    for source, split, shown in [*scenes, *_clips(data, find, amount.clip_frames)]:
        for species in _kinds(split):
            made = shown
            if species != REAL:
                behind = scenes[int(rng.integers(len(scenes)))][2].bgr
                made = attack(shown, behind, species, rng)  # type: ignore[arg-type]
            rows.append(_row(made, webcam(made.bgr, rng), teacher, species, source, split))
        if len(rows) % 500 < 8:
            logger.info("%d views", len(rows))
    rows += _spoof(data, find, teacher, amount.spoof_every)
    views = Views(*(np.stack(column) for column in zip(*rows, strict=True)))
    cache.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part.npz")
    np.savez(part, **{field.name: getattr(views, field.name) for field in fields(views)})
    part.replace(path)
    return views


def _kinds(split: str) -> tuple[str, ...]:
    return (REAL, REAL, *SPECIES, *SPECIES) if split == "train" else (REAL, *SPECIES)


def _row(
    shown: Shown, bgr: BgrImage, teacher: Teacher, species: str, source: str, split: str
) -> tuple:
    points = shown.landmarks_xy
    return (
        view(bgr, points, NEAR), view(bgr, points, WIDE), species == REAL,
        np.float32(teacher(bgr, box_around(points))), species, source, split,
    )  # fmt: skip


def detector() -> Detector:
    return Detector(Model.load(assets_dir() / "models" / "siamdetect-v1", provider="cpu"))


class Finder:
    """The app's own detector: the largest face."""

    def __init__(self) -> None:
        self._detector = detector()

    def __call__(self, bgr: BgrImage) -> Shown | None:
        """The picture scaled so that its face has a size near `FACE_PX`."""
        faces = self._detector.detect(bgr)
        if not faces:
            return None
        points = faces[0].landmarks_xy
        scale = 1.5 * FACE_PX / face_size_px(points)
        if scale < 1:
            bgr = np.asarray(
                cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
            )
            points = points * np.float32(scale)
        return Shown(bgr, points)


def _scenes(data: Path, find: Finder, most: int) -> Iterator[tuple[str, str, Shown]]:
    """Scenes with their split: by the identity that `celeba.tar` names, else by the file."""
    with open_tar(data / "celeba.tar") as tar:
        paths = [PurePosixPath(name) for name in tar.getnames() if name.endswith(".jpg")]
    identity = {path.name: path.parent.name for path in paths}
    for count, (name, bgr) in enumerate(pictures(data / "scenes.tar")):
        if count >= most:
            return
        who = identity.get(PurePosixPath(name).name, PurePosixPath(name).name)
        share = int.from_bytes(hashlib.sha256(who.encode()).digest()[:4], "big") / 2**32
        shown = find(bgr)
        if shown is not None:
            yield who, "test" if share < 0.1 else "calibration" if share < 0.2 else "train", shown


def _clips(data: Path, find: Finder, frames: int) -> Iterator[tuple[str, str, Shown]]:
    for path in sorted((data / "videos").glob("person_*.mp4")):
        split = "calibration" if path.stem in HELD_OUT_CLIPS else "train"
        for bgr in clip_frames(path, frames):
            shown = find(bgr)
            if shown is not None:
                yield path.stem, split, shown


def clip_frames(path: Path, count: int) -> Iterator[BgrImage]:
    """About `count` frames, evenly over a clip."""
    capture = cv2.VideoCapture(str(path))
    step = max(int(capture.get(cv2.CAP_PROP_FRAME_COUNT)) // count, 1)
    index = 0
    while capture.grab():
        if index % step == 0:
            yield np.asarray(capture.retrieve()[1], np.uint8)
        index += 1
    capture.release()


def _spoof(data: Path, find: Finder, teacher: Teacher, every: int) -> list[tuple]:
    """Recorded crops of `spoof.tar`. They end at the face: there is no wide view of them."""
    rows = []
    nothing = np.zeros((SIDE_PX, SIDE_PX, 3), np.uint8)
    for count, (name, bgr) in enumerate(pictures(data / "spoof.tar")):
        where = re.search(r"(subject\d+)/(real|fake)/", name)
        if where is None or count % every:
            continue
        edge = bgr.shape[0] // 2
        # The detector wants some room around a face.
        padded = cv2.copyMakeBorder(bgr, edge, edge, edge, edge, cv2.BORDER_CONSTANT)
        shown = find(np.asarray(padded, np.uint8))
        if shown is None:  # a wall, a shoulder
            continue
        scale = shown.bgr.shape[0] / padded.shape[0]
        points = shown.landmarks_xy / np.float32(scale) - edge
        box = np.clip(box_around(points), 0, [*bgr.shape[1::-1]] * 2).astype(np.float32)
        rows.append(
            (
                view(bgr, points, NEAR), nothing, where[2] == REAL,
                np.float32(teacher(bgr, box)), REAL if where[2] == REAL else REPLAY, where[1],
                "spoof",
            )
        )  # fmt: skip
    return rows
