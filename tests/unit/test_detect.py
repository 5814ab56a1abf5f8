"""The detector: reading its maps, and what the shipped model finds in public-domain portraits."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import matplotlib
import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray

from siamapp.errors import ModelIncompatible
from siamapp.types import BgrImage, Face
from siamapp.vision.align import lay, scaled_template, similarity
from siamapp.vision.card import DetectionSpec, InputSpec, ModelCard, ModelFile, RefinementSpec
from siamapp.vision.detect import CHANNELS, Detector, decode, suppress
from siamapp.vision.model import Model

FOLDER = Path(__file__).parents[2] / "assets/models/siamdetect-v1"


class ScriptedModel:
    """Answers with one hand-made face in a cell of the stride-16 map; remembers what it was fed."""

    input_name = "image"

    def __init__(self, *, task: str = "detector", channels: int = CHANNELS) -> None:
        self.card = ModelCard(
            name="scripted", task=task, id="0" * 16, created="", summary="", licence="", use="",
            training_data=(), parameters=0,
            input=InputSpec(width=0, height=0, channels="bgr", mean=(0, 0, 0), std=(1, 1, 1)),
            detection=DetectionSpec(score_threshold=0.5, iou_threshold=0.4, long_side_px=320),
            files=(ModelFile(name="model.onnx", precision="fp32", sha256="0" * 64),),
        )  # fmt: skip
        self.channels = channels
        self.fed: list[NDArray[Any]] = []

    def run(self, feed: dict[str, NDArray[Any]], /) -> list[NDArray[Any]]:
        blob = feed["image"]
        self.fed.append(blob.copy())
        maps = hand_made(blob.shape[2], blob.shape[3])
        return [level[:, : self.channels] for level in maps]


def hand_made(height: int, width: int) -> list[NDArray[Any]]:
    maps = [np.full((1, CHANNELS, height // s, width // s), -9.0, np.float32) for s in (8, 16, 32)]
    if min(maps[1].shape[2:]) > 3:
        # Cell (row 2, column 3) of stride 16 has its centre at (56, 40).
        maps[1][0, :, 2, 3] = [
            2.0,
            1,
            1.5,
            1,
            0.5,
            -0.5,
            -0.5,
            0.5,
            -0.5,
            0,
            0,
            -0.5,
            0.5,
            0.5,
            0.5,
        ]
    return maps


def test_decode_reads_one_cell_in_pixels() -> None:
    boxes, points, scores = decode(hand_made(128, 128), (8, 16, 32), 0.5)
    assert boxes == pytest.approx(np.array([[40, 16, 72, 48]]))
    assert points[0] == pytest.approx(np.array([[48, 32], [64, 32], [56, 40], [48, 48], [64, 48]]))
    assert scores == pytest.approx(1 / (1 + np.exp(-2.0)))


def test_decode_keeps_only_cells_at_the_threshold() -> None:
    assert len(decode(hand_made(128, 128), (8, 16, 32), 0.88)[0]) == 1
    boxes, points, scores = decode(hand_made(128, 128), (8, 16, 32), 0.89)
    assert (boxes.shape, points.shape, scores.shape) == ((0, 4), (0, 5, 2), (0,))


def test_decode_survives_extreme_logits() -> None:
    maps = hand_made(64, 64)
    maps[0][0, 0, 0, 0] = 1e6
    assert decode(maps, (8, 16, 32), 0.5)[2].max() == pytest.approx(1.0)


def test_suppression_keeps_the_best_of_overlapping_boxes_and_every_lone_one() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [50, 50, 60, 60], [0, 0, 10, 4]], np.float32)
    assert suppress(boxes, np.array([0.7, 0.9, 0.6, 0.8], np.float32), 0.5) == [1, 3, 2]
    assert suppress(np.empty((0, 4), np.float32), np.empty(0, np.float32), 0.5) == []


def test_a_large_picture_is_scaled_down_and_answered_in_its_own_pixels() -> None:
    model = ScriptedModel()
    (face,) = Detector(model).detect(np.full((480, 640, 3), 200, np.uint8))
    assert model.fed[0].shape == (1, 3, 256, 320)
    assert face.box_xyxy == pytest.approx(np.array([80, 32, 144, 96]))
    assert (model.fed[0][0, :, 240:] == 0).all(), "the padding is black"
    assert (model.fed[0][0, :, :240] == 200).all()


def test_a_small_picture_is_not_scaled_up_and_an_old_picture_leaves_no_trace() -> None:
    model = ScriptedModel()
    detector = Detector(model)
    detector.detect(np.full((96, 96, 3), 255, np.uint8))
    detector.detect(np.zeros((70, 90, 3), np.uint8))
    assert model.fed[1].shape == (1, 3, 96, 96)
    assert not model.fed[1].any()


def test_colours_stay_in_their_channels() -> None:
    model = ScriptedModel()
    Detector(model).detect(np.full((64, 64, 3), (10, 20, 30), np.uint8))
    assert model.fed[0][0, :, 0, 0].tolist() == [10, 20, 30]


def test_refuses_another_task_and_maps_that_are_not_the_cards() -> None:
    with pytest.raises(ModelIncompatible):
        Detector(ScriptedModel(task="embedder"))
    with pytest.raises(ModelIncompatible):
        Detector(ScriptedModel(channels=5)).detect(np.zeros((64, 64, 3), np.uint8))


class RefinedModel(ScriptedModel):
    """Its closer look moves the nose by half an eye distance and gives the logit it is told."""

    def __init__(self, logit: float, *, width: int = 11) -> None:
        super().__init__()
        spec = RefinementSpec(
            name="refine.onnx", sha256="0" * 64, side_px=64, margin_px=20, score_threshold=0.7,
            parameters=0,
        )  # fmt: skip
        self.card = self.card.model_copy(update={"refinement": spec})
        self.logit, self.width = logit, width
        self.looked_at: list[NDArray[Any]] = []

    def refine(self, crops: NDArray[Any]) -> NDArray[Any]:
        self.looked_at.append(crops)
        answers = np.zeros((len(crops), self.width), np.float32)
        answers[:, 4], answers[:, -1] = 0.5, self.logit
        return answers


def test_a_closer_look_moves_the_points_and_sees_the_full_resolution() -> None:
    rng = np.random.default_rng(0)
    bgr = cv2.resize(rng.integers(0, 256, (60, 80, 3), np.uint8), (640, 480))
    plain = only_face(Detector(ScriptedModel()), bgr)  # type: ignore[arg-type]
    model = RefinedModel(2.0)
    face = only_face(Detector(model), bgr)  # type: ignore[arg-type]
    assert face.score == pytest.approx(1 / (1 + np.exp(-2.0)))
    assert face.box_xyxy == pytest.approx(plain.box_xyxy)
    # The hand-made face is no template face: what stays is laid on the template, and the nose goes
    # half a template eye distance along its eyes.
    template = scaled_template(64, 20)
    back = cv2.invertAffineTransform(similarity(plain.landmarks_xy, template))
    moved = template.copy()
    moved[2, 0] += 0.5 * (template[1, 0] - template[0, 0])
    assert face.landmarks_xy == pytest.approx(moved @ back[:, :2].T + back[:, 2], abs=1e-3)
    (crops,) = model.looked_at
    assert crops.shape == (1, 3, 64, 64)
    expected = lay(bgr, similarity(plain.landmarks_xy, template), 64)
    assert np.array_equal(crops[0].transpose(1, 2, 0), expected.astype(np.float32))


def test_a_second_pass_starts_where_the_first_ended() -> None:
    bgr = np.full((480, 640, 3), 200, np.uint8)
    once = RefinedModel(2.0)
    (first,) = Detector(once).detect(bgr)  # type: ignore[arg-type]
    twice = RefinedModel(2.0)
    assert twice.card.refinement is not None
    spec = twice.card.refinement.model_copy(update={"passes": 2})
    twice.card = twice.card.model_copy(update={"refinement": spec})
    (second,) = Detector(twice).detect(bgr)  # type: ignore[arg-type]
    assert len(twice.looked_at) == 2
    template = scaled_template(64, 20)
    back = cv2.invertAffineTransform(similarity(first.landmarks_xy, template))
    nose = template[2] + np.float32([0.5 * (template[1, 0] - template[0, 0]), 0])
    assert second.landmarks_xy[2] == pytest.approx(back[:, :2] @ nose + back[:, 2], abs=1e-2)


def test_two_boxes_that_end_on_the_same_points_are_one_face() -> None:
    bgr = np.full((480, 640, 3), 200, np.uint8)
    model = RefinedModel(2.0)
    detector, spec = Detector(model), model.card.refinement  # type: ignore[arg-type]
    assert spec is not None
    points = scaled_template(64, 20) + np.float32([200, 150])
    head = Face(np.float32([180, 120, 290, 260]), points, 0.9)
    within = Face(np.float32([210, 160, 260, 230]), points + np.float32([1, 2]), 0.8)
    eyes = float(np.linalg.norm(points[1] - points[0]))
    beside = Face(head.box_xyxy + np.float32(eyes), points + np.float32([eyes, 0]), 0.7)
    kept = detector.look_closely(bgr, [head, within, beside], spec)
    assert [face.box_xyxy[0] for face in kept] == [head.box_xyxy[0], beside.box_xyxy[0]]


def test_what_a_closer_look_refuses_is_no_face() -> None:
    bgr = np.full((480, 640, 3), 200, np.uint8)
    assert Detector(RefinedModel(0.5)).detect(bgr) == ()  # type: ignore[arg-type]
    assert Detector(RefinedModel(np.nan)).detect(bgr) == (), "not a number is no yes"  # type: ignore[arg-type]
    with pytest.raises(ModelIncompatible):
        Detector(RefinedModel(2.0, width=5)).detect(bgr)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(Model.load(FOLDER, provider="cpu"))


def portrait(name: str) -> BgrImage:
    if name == "astronaut":
        return np.ascontiguousarray(skimage.data.astronaut()[..., ::-1])
    path = Path(matplotlib.get_data_path()) / "sample_data/grace_hopper.jpg"
    bgr = cv2.imread(str(path))
    assert bgr is not None
    return np.asarray(bgr, np.uint8)


def only_face(detector: Detector, bgr: BgrImage) -> Face:
    (face,) = detector.detect(bgr)
    return face


@pytest.mark.parametrize(
    ("name", "eyes"),
    [("astronaut", [[200, 102], [247, 103]]), ("grace_hopper", [[227, 193], [308, 195]])],
)
def test_finds_the_one_face_of_a_portrait(
    detector: Detector, name: str, eyes: list[list[int]]
) -> None:
    face = only_face(detector, portrait(name))
    x, y = face.landmarks_xy.T
    assert face.score > 0.5
    assert face.landmarks_xy[:2] == pytest.approx(np.array(eyes), abs=0.2 * face.eye_distance_px)
    assert x[0] < x[2] < x[1], "left to right in the picture"
    assert x[3] < x[4]
    assert max(y[:2]) < y[2] < min(y[3:]), "eyes over nose over mouth"
    x1, y1, x2, y2 = face.box_xyxy
    assert ((x > x1) & (x < x2) & (y > y1) & (y < y2)).all()


@pytest.mark.parametrize("name", ["astronaut", "grace_hopper"])
def test_landmarks_follow_a_smaller_and_shifted_picture(detector: Detector, name: str) -> None:
    bgr = portrait(name)
    face = only_face(detector, bgr)
    height, width = bgr.shape[:2]
    moved = np.zeros_like(bgr)
    small = cv2.resize(bgr, (width * 3 // 4, height * 3 // 4), interpolation=cv2.INTER_AREA)
    moved[40 : 40 + small.shape[0], 25 : 25 + small.shape[1]] = small
    expected = face.landmarks_xy * 0.75 + (25, 40)
    off = np.linalg.norm(only_face(detector, moved).landmarks_xy - expected, axis=1).mean()
    assert off < 0.06 * 0.75 * face.eye_distance_px


def test_a_mirrored_face_has_mirrored_landmarks(detector: Detector) -> None:
    bgr = portrait("astronaut")
    face = only_face(detector, bgr)
    mirrored = only_face(detector, np.ascontiguousarray(bgr[:, ::-1])).landmarks_xy[[1, 0, 2, 4, 3]]
    mirrored[:, 0] = bgr.shape[1] - 1 - mirrored[:, 0]
    off = np.linalg.norm(mirrored - face.landmarks_xy, axis=1).mean()
    assert off < 0.06 * face.eye_distance_px


def test_two_people_in_one_picture_are_two_faces_the_larger_first(detector: Detector) -> None:
    left, right = portrait("astronaut")[:300, 80:380], portrait("grace_hopper")[50:450, 60:460]
    small = cv2.resize(right, (200, 200), interpolation=cv2.INTER_AREA)
    pair = np.hstack([left, cv2.copyMakeBorder(small, 0, 100, 0, 0, cv2.BORDER_CONSTANT)])
    faces = detector.detect(pair)
    assert len(faces) == 2
    assert faces[0].area_px >= faces[1].area_px


@pytest.mark.parametrize("name", ["coins", "china.jpg", "flower.jpg", "black", "grey noise"])
def test_finds_nobody_where_nobody_is(detector: Detector, name: str) -> None:
    if name == "coins":
        bgr = cv2.cvtColor(skimage.data.coins(), cv2.COLOR_GRAY2BGR)
    elif name.endswith(".jpg"):
        from sklearn.datasets import load_sample_image

        bgr = np.ascontiguousarray(load_sample_image(name)[..., ::-1])
    elif name == "black":
        bgr = np.zeros((480, 640, 3), np.uint8)
    else:
        bgr = np.random.default_rng(0).integers(90, 160, (480, 640, 3)).astype(np.uint8)
    assert detector.detect(np.asarray(bgr, np.uint8)) == ()


def test_a_dim_portrait_is_still_found(detector: Detector) -> None:
    dim = (portrait("astronaut") * 0.25).astype(np.uint8)
    assert len(detector.detect(dim)) == 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (700, 1), (33, 31), (1080, 1920)])
def test_any_size_is_taken(detector: Detector, shape: tuple[int, int]) -> None:
    assert isinstance(detector.detect(np.zeros((*shape, 3), np.uint8)), tuple)


def test_two_threads_do_not_see_each_others_picture() -> None:
    """A folder is imported on one thread while another watches the camera."""
    both = threading.Barrier(2, timeout=20)

    class Slow(ScriptedModel):
        def run(self, feed: dict[str, NDArray[Any]], /) -> list[NDArray[Any]]:
            both.wait()  # the other one has filled its input too
            return super().run(feed)

    model = Slow()
    detector = Detector(model)  # type: ignore[arg-type]
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda level: detector.detect(picture_of(level)), (10, 200)))
    assert sorted(float(fed[0, 0, 0, 0]) for fed in model.fed) == [10, 200]


def picture_of(level: int) -> BgrImage:
    return np.full((64, 96, 3), level, np.uint8)
