"""The embedder in the repository: a true card, precisions that agree, people told apart."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest

from siamapp.vision.card import load_card, verified_bytes
from siamapp.vision.embed import Embedder
from siamapp.vision.model import Model
from siamapp.vision.selftest import LEAST_COSINE, parity
from training.__main__ import main

FOLDER = Path(__file__).parents[2] / "assets" / "models" / "siamface-v1"


@pytest.fixture(scope="module", params=["fp32", "int8"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    return Embedder(Model.load(FOLDER, provider="cpu", precision=request.param))


@pytest.fixture(scope="module")
def portraits() -> list[np.ndarray]:
    """The two public-domain portraits, cut to the template by their eyes."""
    import matplotlib.cbook
    from skimage.data import astronaut

    from siamapp.vision.align import TEMPLATE_XY

    hopper = matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)
    pictures = [
        (cv2.cvtColor(astronaut(), cv2.COLOR_RGB2BGR), (201, 111), (247, 111)),
        (cv2.imread(str(hopper)), (229, 184), (291, 184)),
    ]
    crops = []
    for bgr, left, right in pictures:
        source = np.array([left, right], np.float32)
        matrix, _ = cv2.estimateAffinePartial2D(source, TEMPLATE_XY[:2])
        crops.append(cv2.warpAffine(bgr, matrix, (112, 112)))
    return crops


def test_card_and_graph_say_the_same() -> None:
    card = load_card(FOLDER)
    assert card.parameters <= 3_000_000
    assert card.id == card.file("fp32").sha256[:16]
    for file in card.files:
        graph = onnx.load_from_string(verified_bytes(FOLDER, file))
        inside = {entry.key: entry.value for entry in graph.metadata_props}
        assert (inside["task"], inside["metric"]) == ("embedder", "l2")
        assert (inside["use"], inside["teacher"]) == (card.use, card.teacher)
        assert {"PRelu", "LeakyRelu"}.isdisjoint(node.op_type for node in graph.graph.node)
    thresholds = [(line.fmr, line.distance) for line in card.thresholds]
    assert thresholds == sorted(thresholds, reverse=True)
    assert any(line.fmr == 1e-3 for line in card.thresholds)
    assert all(line.fmr_low <= line.fmr <= line.fmr_high for line in card.thresholds)


def test_the_stated_rate_holds_for_people_with_several_templates() -> None:
    """As the app applies it; and the bound it states covers what the rule met on others."""
    card = load_card(FOLDER)
    figures = card.fusion.figures
    [row] = [row for row in card.thresholds if row.fmr == figures["at_fmr"]]
    assert float(figures["applied_fmr"]) <= row.fmr
    assert float(figures["cross_validated_fmr"]) <= row.fmr_high


def test_this_machine_gives_the_vectors_that_torch_gave() -> None:
    embedder = Embedder(Model.load(FOLDER, provider="cpu", precision="fp32"))
    worst = parity(embedder)
    assert worst is not None
    assert worst >= LEAST_COSINE
    small = parity(Embedder(Model.load(FOLDER, provider="cpu", precision="int8")))
    assert small is not None
    assert small < worst, "golden vectors are the unrounded network's"


def test_two_people_are_further_apart_than_a_picture_and_its_mirror(
    embedder: Embedder, portraits: list[np.ndarray]
) -> None:
    mirrored = [np.ascontiguousarray(crop[:, ::-1]) for crop in portraits]
    vectors = embedder([*portraits, *mirrored])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    strangers = np.linalg.norm(vectors[0] - vectors[1])
    own = np.linalg.norm(vectors[:2] - vectors[2:], axis=1)
    at_one_in_a_hundred = next(t for t in embedder.model.card.thresholds if t.fmr == 1e-2)
    assert (own < at_one_in_a_hundred.distance).all()
    assert strangers > at_one_in_a_hundred.distance


def test_int8_points_where_fp32_does(portraits: list[np.ndarray]) -> None:
    full, small = (
        Embedder(Model.load(FOLDER, provider="cpu", precision=precision))(portraits)
        for precision in ("fp32", "int8")
    )
    assert ((full * small).sum(axis=1) > 0.97).all()


def test_half_precision_points_where_fp32_does(portraits: list[np.ndarray]) -> None:
    full, short = (
        Embedder(Model.load(FOLDER, provider="cpu", precision=precision))(portraits)
        for precision in ("fp32", "fp16")
    )
    assert ((full * short).sum(axis=1) > LEAST_COSINE).all()
    assert not np.array_equal(full, short)
    said = load_card(FOLDER).figures["parity_fp16"]
    assert min(said["least_cosine"], said["summed_least_cosine"]) > LEAST_COSINE
    graph = onnx.load(FOLDER / "model.fp16.onnx").graph
    kinds = {onnx.TensorProto.DataType.Name(weight.data_type) for weight in graph.initializer}
    assert kinds == {"FLOAT16", "INT64", "FLOAT"}
    assert sum(w.data_type == onnx.TensorProto.FLOAT for w in graph.initializer) == 1, "a clip's"


def test_batch_size_changes_nothing(embedder: Embedder, portraits: list[np.ndarray]) -> None:
    together = embedder([portraits[0], portraits[1]] * 3 + [portraits[0]])
    alone = embedder([portraits[0]])
    assert (alone @ together[6]).item() >= 0.9999


def test_the_card_is_what_training_writes(tmp_path: Path) -> None:
    """Not a word of it was typed by hand, and a changed file takes its figures with it."""
    folder = tmp_path / FOLDER.name
    shutil.copytree(FOLDER, folder)
    assert main(["card", "--model", str(folder)]) == 0
    assert (folder / "card.toml").read_text("utf-8") == (FOLDER / "card.toml").read_text("utf-8")
    graph = onnx.load(folder / "model.onnx")
    graph.producer_name = "somebody else"
    onnx.save(graph, folder / "model.onnx")
    assert main(["card", "--model", str(folder)]) == 1
    card = load_card(folder)
    assert (card.thresholds, set(card.figures)) == ((), {"training"})
