"""Labelled pictures for the detector: scenes the reference labels, crops with measured points.

Nobody drew boxes into the scenes. The reference detector (YuNet) is asked four times per picture
(as it is and at twice the size, each also mirrored) and what it finds is averaged, which takes out
much of its noise. The 68-point crops add points that were measured.
"""

from __future__ import annotations

import csv
import hashlib
import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final, Literal

import cv2
import numpy as np

from siamapp.types import BgrImage, FloatArray
from siamapp.vision.align import align
from siamapp.vision.providers import bare_session
from siamapp.vision.track import iou
from training.data import open_tar

logger = logging.getLogger(__name__)

REFERENCE_FILE: Final = "yunet_s_dynamic.onnx"
EMBEDDER_FILE: Final = "mobilefacenet_ms1m.onnx"
SURE_SCORE: Final = 0.6
"""At and above this the reference's face is a label."""
DOUBTFUL_SCORE: Final = 0.3
"""Between this and `SURE_SCORE` a find is neither face nor background."""
SAME_PERSON_COSINE: Final = 0.55
MAYBE_SAME_COSINE: Final = 0.4
Split = Literal["train", "calibration", "test"]


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Faces in one picture: `(n, 4)` xyxy px, `(n, 5, 2)` px and `(n,)`."""

    boxes: FloatArray
    points: FloatArray
    scores: FloatArray

    def keep(self, chosen: np.ndarray) -> Found:
        return Found(self.boxes[chosen], self.points[chosen], self.scores[chosen])


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """One picture and what is known of it."""

    name: str
    bgr: BgrImage
    boxes: FloatArray
    points: FloatArray
    ignored: FloatArray
    """`(n, 4)` regions where the reference was in doubt."""


class Reference:
    """YuNet (Wu et al. 2023) on onnxruntime, as the peer that labels and is measured against."""

    def __init__(self, peers: Path) -> None:
        self.session = bare_session(peers / REFERENCE_FILE)

    def find(
        self, bgr: BgrImage, *, threshold: float, scale: float = 1.0, mirrored: bool = False
    ) -> Found:
        """Faces in the picture's own pixels, at `scale`, maybe in its mirror image."""
        view = cv2.resize(bgr, None, fx=scale, fy=scale) if scale != 1 else bgr
        view = view[:, ::-1] if mirrored else view
        height, width = view.shape[:2]
        padded = np.zeros((1, 3, -(-height // 32) * 32, -(-width // 32) * 32), np.float32)
        padded[0, :, :height, :width] = view.transpose(2, 0, 1)
        out = dict(
            zip(
                (o.name for o in self.session.get_outputs()),
                self.session.run(None, {"input": padded}),
                strict=True,
            )
        )
        boxes, points, scores = [], [], []
        for stride in (8, 16, 32):
            score = np.sqrt(
                np.clip(out[f"cls_{stride}"][0, :, 0], 0, 1)
                * np.clip(out[f"obj_{stride}"][0, :, 0], 0, 1)
            )
            kept = np.flatnonzero(score >= threshold)
            columns = padded.shape[3] // stride
            cell = np.stack([kept % columns, kept // columns], axis=1).astype(np.float32)
            raw = out[f"bbox_{stride}"][0, kept]
            centre, extent = (cell + raw[:, :2]) * stride, np.exp(raw[:, 2:]) * stride
            boxes.append(np.concatenate([centre - extent / 2, centre + extent / 2], axis=1))
            points.append(
                (out[f"kps_{stride}"][0, kept].reshape(-1, 5, 2) + cell[:, None]) * stride
            )
            scores.append(score[kept])
        box, point, score = np.concatenate(boxes), np.concatenate(points), np.concatenate(scores)
        corner = np.concatenate([box[:, :2], box[:, 2:] - box[:, :2]], axis=1)
        kept = np.asarray(
            cv2.dnn.NMSBoxes(corner.tolist(), score.tolist(), threshold, 0.45), int
        ).ravel()
        box, point = box[kept], point[kept]
        if mirrored:
            box = np.stack([width - box[:, 2], box[:, 1], width - box[:, 0], box[:, 3]], axis=1)
            point = np.stack([width - point[..., 0], point[..., 1]], axis=-1)[:, [1, 0, 2, 4, 3]]
        return Found(
            (box / scale).astype(np.float32),
            (point / scale).astype(np.float32),
            score[kept].astype(np.float32),
        )

    def label(self, bgr: BgrImage) -> tuple[Found, FloatArray]:
        """Sure faces averaged over four views, and the boxes that stay in doubt."""
        views = [
            self.find(bgr, threshold=DOUBTFUL_SCORE, scale=scale, mirrored=mirrored)
            for scale in (1.0, 2.0)
            for mirrored in (False, True)
        ]
        every = Found(
            *(
                np.concatenate([getattr(v, part) for v in views])
                for part in ("boxes", "points", "scores")
            )
        )
        boxes, points, scores, doubtful = [], [], [], []
        left = np.argsort(-every.scores)
        while len(left):
            same = iou(every.boxes[left[:1]], every.boxes[left])[0] >= 0.45
            group, left = left[same], left[~same]
            best = float(every.scores[group[0]])
            # A find that only one of four views makes is in doubt, however sure that view is.
            if best >= SURE_SCORE and len(group) >= 2:
                boxes.append(every.boxes[group].mean(axis=0))
                points.append(every.points[group].mean(axis=0))
                scores.append(best)
            else:
                doubtful.append(every.boxes[group[0]])
        return (
            Found(
                np.array(boxes, np.float32).reshape(-1, 4),
                np.array(points, np.float32).reshape(-1, 5, 2),
                np.array(scores, np.float32),
            ),
            np.array(doubtful, np.float32).reshape(-1, 4),
        )


def find_moved(reference: Reference, bgr: BgrImage, shift_px: tuple[int, int]) -> Found:
    """The reference's faces, doubtful ones too, where the picture lies so far right and down."""
    right, down = shift_px
    moved = np.zeros((bgr.shape[0] + down, bgr.shape[1] + right, 3), np.uint8)
    moved[down:, right:] = bgr
    found = reference.find(moved, threshold=DOUBTFUL_SCORE)
    shift = np.array(shift_px, np.float32)
    return Found(found.boxes - np.tile(shift, 2), found.points - shift, found.scores)


def pictures(archive: Path) -> Iterator[tuple[str, BgrImage]]:
    """Name and pixels of every picture in a tar, in the order of names."""
    with open_tar(archive) as tar:
        members = sorted(
            (m for m in tar.getmembers() if m.name.endswith((".jpg", ".png"))), key=lambda m: m.name
        )
        for member in members:
            file = tar.extractfile(member)
            assert file is not None
            encoded = np.frombuffer(file.read(), np.uint8)
            yield member.name, np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)


def five_of_68(points68: FloatArray) -> FloatArray:
    """Eye centres, nose tip and mouth corners `(5, 2)` of 68 points in iBUG's order."""
    eyes = [points68[36:42].mean(axis=0), points68[42:48].mean(axis=0)]
    return np.stack([*eyes, points68[30], points68[48], points68[54]]).astype(np.float32)


def load_landmark_crops(data: Path, reference: Reference) -> list[Labelled]:
    """The 68-point crops whose one face the reference finds: its box, the measured five points.

    The measured points are precise but mean other places than the reference's (a nose tip lower,
    mouth corners further out), and one detector cannot learn two meanings. So the mean difference
    over the `training/` crops, in units of the box, is taken out: the precision stays, the places
    agree.
    """
    archive = data / "landmarks68.tar"
    with open_tar(archive) as tar:
        file = tar.extractfile(
            next(m for m in tar.getmembers() if m.name.endswith("landmarks68.csv"))
        )
        assert file is not None
        rows = list(csv.reader(io.TextIOWrapper(file, encoding="utf-8")))[1:]
    truth = {row[0]: five_of_68(np.array(row[1:], np.float32).reshape(68, 2)) for row in rows}
    crops, offsets = [], []
    for name, bgr in pictures(archive):
        name = "/".join(PurePosixPath(name).parts[-2:])
        points = truth[name]
        found, _ = reference.label(bgr)
        middle = points.mean(axis=0)
        if (
            len(found.boxes) != 1
            or not (found.boxes[0, :2] < middle).all()
            or not (found.boxes[0, 2:] > middle).all()
        ):
            continue
        crops.append(Labelled(name, bgr, found.boxes, points[None], np.empty((0, 4), np.float32)))
        if name.startswith("training/"):
            offsets.append((found.points[0] - points) / size_px(found.boxes)[0])
    offset = np.mean(offsets, axis=0)
    logger.info("reference minus measured, in box sizes: %s", offset.round(4).tolist())
    return [
        replace(
            crop,
            points=np.asarray(
                crop.points + offset * size_px(crop.boxes)[:, None, None], np.float32
            ),
        )
        for crop in crops
    ]


def of_strangers(crops: list[Labelled], peers: Path) -> list[Labelled]:
    """The `test/` crops of the 68-point set whose face no `training/` crop is like.

    Its folders share people: of nine in ten test crops somebody alike is in the other folder.
    """
    vectors, _ = _face_vectors(crops, peers)
    learnt = np.array([crop.name.startswith("training/") for crop in crops])
    nearest = (vectors @ vectors[learnt].T).max(axis=1)
    return [crops[i] for i in np.flatnonzero(~learnt & (nearest <= SAME_PERSON_COSINE))]


def load_identity_crops(
    data: Path, peers: Path, reference: Reference, split: dict[Split, list[Labelled]]
) -> list[Labelled]:
    """Every second aligned crop of `celeba.tar` in which the reference finds one face.

    Nobody who is in a held-out scene: neither by the set's own names nor by their looks.
    """
    held = [*split["test"], *split["calibration"]]
    held_names = {PurePosixPath(scene.name).name for scene in held}
    with open_tar(data / "celeba.tar") as tar:
        paths = [PurePosixPath(n) for n in tar.getnames() if n.endswith(".jpg")]
    barred = {path.parent.name for path in paths if path.name in held_names}
    crops = []
    for count, (name, bgr) in enumerate(pictures(data / "celeba.tar")):
        if count % 2 or PurePosixPath(name).parent.name in barred:
            continue
        found, doubtful = reference.label(bgr)
        if len(found.boxes) == 1:
            crops.append(Labelled(name, bgr, found.boxes, found.points, doubtful))
    vectors, _ = _face_vectors(crops, peers)
    strangers, _ = _face_vectors(held, peers)
    alike = (vectors @ strangers.T).max(axis=1) > MAYBE_SAME_COSINE
    return [crops[i] for i in np.flatnonzero(~alike)]


def size_px(boxes: FloatArray) -> FloatArray:
    """Square root of each box's area."""
    return np.asarray(np.sqrt((boxes[:, 2:] - boxes[:, :2]).prod(axis=1)), np.float32)


def load_scenes(data: Path, reference: Reference) -> list[Labelled]:
    """Every scene with the reference's averaged faces."""
    scenes = []
    for name, bgr in pictures(data / "scenes.tar"):
        found, doubtful = reference.label(bgr)
        scenes.append(Labelled(name, bgr, found.boxes, found.points, doubtful))
    return scenes


def split_by_person(scenes: list[Labelled], data: Path, peers: Path) -> dict[Split, list[Labelled]]:
    """Scenes that share a person land in the same split: a tenth is test, a twentieth calibration.

    Two scenes share a person where the identity set names both pictures so, or where the reference
    embedder puts faces of both nearer than `SAME_PERSON_COSINE`. Chains of lookalikes would tie
    most scenes into one lump at the stricter `MAYBE_SAME_COSINE`; there, a training scene that
    looks like a held-out one is left out altogether.
    """
    with open_tar(data / "celeba.tar") as tar:
        paths = [PurePosixPath(n) for n in tar.getnames() if n.endswith(".jpg")]
    identity = {path.name: path.parent.name for path in paths}
    vectors, owner = _face_vectors(scenes, peers)
    likeness = vectors @ vectors.T
    parent = list(range(len(scenes)))

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    for a, b in np.argwhere(np.triu(likeness, 1) > SAME_PERSON_COSINE):
        parent[root(owner[a])] = root(owner[b])
    first: dict[str, int] = {}
    for i, scene in enumerate(scenes):
        if known := identity.get(PurePosixPath(scene.name).name):
            parent[root(i)] = root(first.setdefault(known, i))
    groups: dict[int, list[int]] = {}
    for i in range(len(scenes)):
        groups.setdefault(root(i), []).append(i)
    part: dict[int, Split] = {}
    for group in groups.values():
        digest = hashlib.sha256(min(scenes[i].name for i in group).encode()).digest()
        share = int.from_bytes(digest[:4], "big") / 2**32
        part |= dict.fromkeys(
            group, "test" if share < 0.1 else "calibration" if share < 0.15 else "train"
        )
    test_faces = np.array([part[i] == "test" for i in owner])
    alike = (likeness[:, test_faces] > MAYBE_SAME_COSINE).any(axis=1) & ~test_faces
    left_out = {owner[i] for i in np.flatnonzero(alike)}
    split: dict[Split, list[Labelled]] = {"train": [], "calibration": [], "test": []}
    for i, scene in enumerate(scenes):
        if i not in left_out:
            split[part[i]].append(scene)
    logger.info(
        "%d groups of people, the largest of %d scenes; %d scenes left out as too like a test "
        "scene",
        len(groups),
        max(map(len, groups.values())),
        len(left_out),
    )
    return split


def _face_vectors(scenes: list[Labelled], peers: Path) -> tuple[FloatArray, list[int]]:
    """The reference embedder's unit vectors `(faces, 128)` and the scene each face is in."""
    session = bare_session(peers / EMBEDDER_FILE)
    vectors, owner = [], []
    for i, scene in enumerate(scenes):
        for points in scene.points:
            rgb = align(scene.bgr, points)[..., ::-1].astype(np.float32)
            blob = (rgb - (123.675, 116.28, 103.53)) / (58.395, 57.12, 57.375)
            feed = {session.get_inputs()[0].name: blob.transpose(2, 0, 1)[None].astype(np.float32)}
            vector = session.run(None, feed)[0][0]
            vectors.append(vector / np.linalg.norm(vector))
            owner.append(i)
    return np.stack(vectors), owner
