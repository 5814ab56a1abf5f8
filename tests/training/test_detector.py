"""The detector's training: targets, losses, augmentation, export; the last two on real faces."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
import torch

from siamapp.types import FloatArray
from siamapp.vision.align import similarity
from siamapp.vision.detect import Detector
from siamapp.vision.model import Model
from siamapp.vision.track import iou
from training import detector_export
from training.detector import main
from training.detector_augment import Canvas, draw, photometric
from training.detector_choose import Seen, choose
from training.detector_data import Labelled, five_of_68, of_strangers
from training.detector_evaluate import landmark_errors
from training.detector_network import (
    CHANNELS,
    STRIDES,
    DetectorNetwork,
    assign,
    cells,
    detection_loss,
    giou,
)
from training.detector_refine import (
    SIDE_PX,
    TEMPLATE,
    Look,
    RefineNetwork,
    jitter,
    refine_loss,
)
from training.detector_refine import draw as look_at

POINTS = np.array([[[200, 102], [247, 103], [220, 125], [199, 143], [240, 144]]], np.float32)
NOTHING = torch.empty(0, 4)


def astronaut() -> Labelled:
    bgr = np.ascontiguousarray(skimage.data.astronaut()[..., ::-1])
    box = np.array([[178, 63, 268, 176]], np.float32)
    return Labelled("astronaut", bgr, box, POINTS, np.empty((0, 4), np.float32))


def empty_maps(side: int, pictures: int = 1) -> list[torch.Tensor]:
    return [torch.full((pictures, CHANNELS, side // s, side // s), 0.0) for s in STRIDES]


def encode(maps: list[torch.Tensor], box: FloatArray, points: FloatArray) -> None:
    """Write the one right answer into every cell of every map, as decoding would read it."""
    for level, stride in zip(maps, STRIDES, strict=True):
        y, x = torch.meshgrid(*(torch.arange(n) for n in level.shape[2:]), indexing="ij")
        centre = (torch.stack([x, y]) + 0.5) * stride
        first, last = torch.from_numpy(box).view(2, 2, 1, 1)
        level[0, 1:5] = torch.cat([centre - first, last - centre]) / stride
        offsets = torch.from_numpy(points).view(5, 2, 1, 1) - centre
        level[0, 5:] = offsets.view(10, *centre.shape[1:]) / stride


@pytest.mark.parametrize(("size", "strides"), [(20, {8}), (40, {8, 16}), (80, {16}), (160, {32})])
def test_a_face_goes_to_the_strides_of_its_size(size: int, strides: set[int]) -> None:
    _, centres, stride = cells(empty_maps(320))
    box = torch.tensor([[160.0 - size / 2, 150.0 - size / 2, 160.0 + size / 2, 150.0 + size / 2]])
    index = assign(centres, stride, box)
    assert set(stride[index == 0].int().tolist()) == strides
    assert ((centres[index == 0] - torch.tensor([160.0, 150.0])).abs() < size / 2 + 8).all()


def test_the_smaller_of_two_faces_has_the_cell_and_no_face_takes_none() -> None:
    _, centres, stride = cells(empty_maps(128))
    boxes = torch.tensor([[40.0, 40, 84, 84], [50, 50, 74, 74]])
    index = assign(centres, stride, boxes)
    middle = ((centres - 60).abs() <= 4).all(dim=1) & (stride == 8)
    assert set(index[middle].tolist()) == {1}
    assert (assign(centres, stride, NOTHING) == -1).all()


def test_giou_by_hand() -> None:
    a = torch.tensor([[0.0, 0, 2, 2], [0, 0, 1, 1]])
    b = torch.tensor([[1.0, 0, 3, 2], [2, 0, 3, 1]])
    iou, generalised = giou(a, b)
    assert iou.tolist() == pytest.approx([1 / 3, 0])
    assert generalised.tolist() == pytest.approx([1 / 3, -1 / 3])


def test_the_right_answer_costs_nothing_and_a_shifted_one_does() -> None:
    box, points = np.array([30, 20, 90, 100], np.float32), POINTS[0] / 4
    maps = empty_maps(128)
    encode(maps, box, points)
    labels = [torch.from_numpy(box[None])], [torch.from_numpy(points[None])], [NOTHING]
    losses = detection_loss(maps, *labels)
    assert losses["points"].item() == pytest.approx(0, abs=1e-5)
    assert losses["box"].item() == pytest.approx(0, abs=1e-4)
    shifted = [torch.from_numpy(box[None] + 4)], [torch.from_numpy(points[None] + 4)], [NOTHING]
    worse = detection_loss(maps, *shifted)
    assert worse["box"] > 0.05
    assert worse["points"].item() == pytest.approx(4 / np.sqrt(60 * 80), rel=1e-3)


def test_unknown_points_and_doubtful_regions_teach_nothing() -> None:
    box = torch.tensor([[30.0, 20, 90, 100]])
    unknown = torch.full((1, 5, 2), torch.nan)
    maps = [m.requires_grad_() for m in empty_maps(128)]
    losses = detection_loss(maps, [box], [unknown], [torch.tensor([[0.0, 0, 128, 128]])])
    assert losses["points"].item() == 0
    assert all(torch.isfinite(value) for value in losses.values())
    losses["score"].backward()
    taught = torch.cat([m.grad[0, 0].flatten() for m in maps if m.grad is not None]) != 0
    _, centres, stride = cells(maps)
    assert torch.equal(taught, assign(centres, stride, box) >= 0)


def test_augmented_points_stay_on_the_face() -> None:
    rng = np.random.default_rng(3)
    source = astronaut()
    faces = 0
    for _ in range(60):
        canvas = draw([source], [source], 160, rng)
        assert canvas.bgr.shape == (160, 160, 3)
        assert canvas.bgr.dtype == np.uint8
        for box, points in zip(canvas.boxes, canvas.points, strict=True):
            assert (box >= 0).all()
            assert (box <= 160).all()
            seen = points[np.isfinite(points).all(axis=1)]
            assert ((seen >= 0) & (seen < 160)).all()
            if len(seen) == 5:
                faces += 1
                assert points[0, 0] < points[1, 0], "a mirrored face swaps left and right"
                assert points[3, 0] < points[4, 0]
    assert faces > 20


def test_a_seed_repeats_a_canvas() -> None:
    first, second = (
        draw([astronaut()], [astronaut()], 128, np.random.default_rng(5)) for _ in range(2)
    )
    for part in Canvas.__slots__:
        assert np.array_equal(getattr(first, part), getattr(second, part), equal_nan=part != "bgr")


def test_light_leaves_the_picture_given_alone() -> None:
    bgr = astronaut().bgr[:64, :64].copy()
    before = bgr.copy()
    for seed in range(20):
        assert photometric(bgr, np.random.default_rng(seed)).shape == bgr.shape
    assert np.array_equal(bgr, before)


def test_five_of_68_and_overlaps_by_hand() -> None:
    points = np.zeros((68, 2), np.float32)
    points[36:42], points[42:48], points[30], points[48], points[54] = 1, 2, 3, 4, 5
    assert five_of_68(points)[:, 0].tolist() == [1, 2, 3, 4, 5]
    one = np.array([[0, 0, 2, 2]], np.float32)
    two = np.array([[1, 0, 3, 2], [5, 5, 6, 6]], np.float32)
    assert iou(one, two)[0].tolist() == pytest.approx([1 / 3, 0])
    assert landmark_errors(POINTS + np.float32([3, 4]), POINTS)[0] == pytest.approx(
        5 / np.hypot(47, 1)
    )


@pytest.mark.filterwarnings("ignore:.*LeafSpec.*:FutureWarning")  # torch's exporter, of itself
def test_a_network_overfits_one_portrait_and_its_export_finds_the_face(
    tmp_path: Path,
) -> None:
    """The whole way: pixels, loss, folding, ONNX, card, `Detector`."""
    torch.manual_seed(0)
    torch.set_num_threads(1)  # the pictures are too small for more to help
    widths, neck = (8, 16, 16, 16), 16
    network = DetectorNetwork(widths, neck)
    source = astronaut()
    crop = source.bgr[32:192, 144:304]
    shift = np.array([144, 32], np.float32)
    box = torch.from_numpy(source.boxes - np.tile(shift, 2))
    labels = [box], [torch.from_numpy(source.points - shift)], [NOTHING]
    image = torch.from_numpy(crop.transpose(2, 0, 1).copy()).float()[None]
    optimiser = torch.optim.AdamW(network.parameters(), 0.01)
    for _ in range(60):
        losses = detection_loss(network(image), *labels)
        optimiser.zero_grad()
        (losses["score"] + losses["box"] + 10 * losses["points"]).backward()
        optimiser.step()
    for _ in range(30):  # settles the batch norms' averages on the final weights
        with torch.no_grad():
            network(image)
    weights = tmp_path / "detector.pt"
    config = {"widths": widths, "neck": neck}
    torch.save({"weights": network.state_dict(), "config": config, "canvases": 60}, weights)
    assert main(["export", str(weights), str(tmp_path / "model"), "--score-threshold", "0.4"]) == 0

    model = Model.load(tmp_path / "model", provider="cpu")
    assert model.card.task == "detector"
    assert model.card.parameters == sum(
        p.numel() for p in detector_export.folded(network).parameters()
    )
    faces = Detector(model).detect(crop)
    assert len(faces) == 1
    assert iou(faces[0].box_xyxy[None], box.numpy())[0, 0] > 0.8
    assert landmark_errors(faces[0].landmarks_xy[None], source.points - shift)[0] < 0.08


def test_a_look_says_how_far_the_points_are_from_where_they_were_laid() -> None:
    source = astronaut()
    rng = np.random.default_rng(0)
    start = jitter(POINTS[0], rng, 1.0)
    look = Look(source.bgr, start, POINTS[0])
    unit_px = float(TEMPLATE[1, 0] - TEMPLATE[0, 0])
    seen = set()
    for seed in range(12):
        crop, targets, real = look_at(look, np.random.default_rng(seed))
        assert (crop.shape, crop.dtype, real) == ((SIDE_PX, SIDE_PX, 3), np.uint8, 1.0)
        points = TEMPLATE + targets.reshape(5, 2) * unit_px
        assert points[0, 0] < points[1, 0], "a mirrored face swaps left and right"
        back = cv2.invertAffineTransform(similarity(start, TEMPLATE))
        plain = points @ back[:, :2].T + back[:, 2]
        mirrored = points[[1, 0, 2, 4, 3]] * [-1, 1] + [SIDE_PX - 1, 0]
        mirrored = mirrored @ back[:, :2].T + back[:, 2]
        off = [np.abs(way - POINTS[0]).max() for way in (plain, mirrored)]
        assert min(off) < 1e-2
        seen.add(int(np.argmin(off)))
    assert seen == {0, 1}
    assert look_at(Look(source.bgr, start, None), rng)[2] == 0.0


def test_a_refusal_teaches_no_points() -> None:
    answers = torch.zeros(2, 11)
    targets = torch.tensor([[0.1] * 10, [9.0] * 10])
    losses = refine_loss(answers, targets, torch.tensor([1.0, 0.0]))
    assert losses["points"].item() == pytest.approx(0.1)
    assert losses["score"].item() == pytest.approx(np.log(2))


@pytest.mark.filterwarnings("ignore:.*LeafSpec.*:FutureWarning")  # torch's exporter, of itself
def test_a_refinement_joins_a_detectors_folder(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = RefineNetwork((8, 8, 8, 8), 8).train()
    network(torch.rand(4, 3, SIDE_PX, SIDE_PX) * 255)
    config = {"widths": (8, 8, 8, 8), "hidden": 8, "max_minutes": 1.0}
    weights = tmp_path / "refine.pt"
    torch.save({"weights": network.state_dict(), "config": config, "crops": 9}, weights)
    folder = tmp_path / "siamdetect-v1"
    shutil.copytree(Path(__file__).parents[2] / "assets/models/siamdetect-v1", folder)
    assert main(["export-refinement", str(weights), str(folder), "--score-threshold", "0.4"]) == 0
    model = Model.load(folder, provider="cpu")
    assert model.card.refinement is not None
    assert model.card.refinement.score_threshold == 0.4
    assert "scenes" not in model.card.figures, "measured without it"
    crops = np.random.default_rng(0).uniform(0, 255, (3, 3, SIDE_PX, SIDE_PX)).astype(np.float32)
    with torch.inference_mode():
        expected = network.eval()(torch.from_numpy(crops)).numpy()
    assert model.refine(crops) == pytest.approx(expected, abs=1e-3)


def test_thresholds_find_most_within_the_limit() -> None:
    """Two faces, one that only the first network doubts; two mistakes, one that both believe."""
    face = Seen(
        np.array([0.6, 0.2]), np.array([0.9, 0.9]), np.array([False, False]), np.eye(2, dtype=bool)
    )
    mistake = Seen(
        np.array([0.6, 0.3]), np.array([0.85, 0.2]), np.array([True, True]), np.zeros((2, 0), bool)
    )
    first, second, found, extra = choose([face, mistake])
    assert (found, extra) == (1.0, 0.0)
    assert (first, second) == (0.2, 0.9)


def test_folding_changes_no_output(tmp_path: Path) -> None:
    torch.manual_seed(1)
    network = DetectorNetwork().train()
    network(torch.rand(2, 3, 64, 64) * 255)
    torch.save(
        {"weights": network.state_dict(), "config": {"widths": (16, 32, 64, 64), "neck": 32}},
        tmp_path / "w.pt",
    )
    image = torch.rand(1, 3, 96, 64) * 255
    with torch.no_grad():
        expected = network.eval()(image)
        folded = detector_export.folded(detector_export.load_weights(tmp_path / "w.pt")[0])
        for ours, theirs in zip(folded(image), expected, strict=True):
            assert torch.allclose(ours, theirs, atol=1e-4)


def test_the_command_line_refuses_an_unknown_verb(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["dance"])
    assert stop.value.code == 2
    assert "train" in capsys.readouterr().err


def test_points_are_also_told_of_people_who_taught_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("training/0.jpg", "training/1.jpg", "test/2.jpg", "test/3.jpg")
    crops = [replace(astronaut(), name=name) for name in names]
    vectors = np.array([[1, 0, 0], [0, 1, 0], [0, 0.6, 0.8], [0, 0.5, 0.866]], np.float32)
    monkeypatch.setattr("training.detector_data._face_vectors", lambda *_: (vectors, range(4)))
    assert [crop.name for crop in of_strangers(crops, tmp_path)] == ["test/3.jpg"]
