"""Model folders are untrusted until their hash and card hold."""

import hashlib
import re

import numpy as np
import pytest

from siamapp.errors import ModelError, ModelIncompatible, ModelMissing, ModelTampered
from siamapp.paths import assets_dir
from siamapp.types import Face
from siamapp.vision.card import load_card, verified_bytes
from siamapp.vision.model import Model, find_model, list_models
from siamapp.vision.presence_network import PresenceNetwork

CARD = """
name = "made-up"
task = "embedder"
id = "0123456789abcdef"
created = "2026-11-23"
summary = "for a test"
licence = "none"
use = "none"
training_data = []
parameters = 0
input = {{ width = 112, height = 112, channels = "rgb", mean = [0, 0, 0], std = [1, 1, 1] }}
embedding = {{ dimension = 4, metric = "l2", normalised = true }}
files = [{{ name = "model.onnx", precision = "fp32", sha256 = "{sha256}" }}]
"""


def made_up(folder, data=b"not a graph", card=CARD):
    folder.mkdir()
    (folder / "model.onnx").write_bytes(data)
    (folder / "card.toml").write_text(card.format(sha256=hashlib.sha256(data).hexdigest()))
    return folder


def test_a_changed_file_is_refused(tmp_path):
    folder = made_up(tmp_path / "m")
    assert verified_bytes(folder, load_card(folder).files[0]) == b"not a graph"
    (folder / "model.onnx").write_bytes(b"not a grapH")
    with pytest.raises(ModelTampered):
        Model.load(folder)


def test_a_missing_file_card_or_folder_is_named(tmp_path):
    folder = made_up(tmp_path / "m")
    (folder / "model.onnx").unlink()
    with pytest.raises(ModelMissing, match=r"model\.onnx"):
        Model.load(folder)
    with pytest.raises(ModelMissing, match=r"card\.toml"):
        Model.load(tmp_path / "nowhere")


def test_a_file_that_is_no_graph_is_one_clear_error(tmp_path):
    with pytest.raises(ModelIncompatible) as refused:
        Model.load(made_up(tmp_path / "m"))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"l2"', '"nearest"'),
        ("dimension = 4", "dimension = -4"),
        ('name = "model.onnx"', 'name = "../model.onnx"'),
        ("parameters = 0", "paramters = 0"),
        ("task =", "task ="[:-1]),
    ],
)
def test_a_card_with_anything_unknown_is_refused(tmp_path, old, new):
    assert old in CARD
    with pytest.raises(ModelIncompatible, match=r"card\.toml"):
        load_card(made_up(tmp_path / "m", card=CARD.replace(old, new)))


@pytest.mark.parametrize("name", ["", "..", "../m", "m/../m", "absent", "/"])
def test_a_model_name_never_leaves_the_models_folder(tmp_path, name):
    made_up(tmp_path / "m")
    (tmp_path / "models").mkdir()
    with pytest.raises(ModelMissing):
        find_model(name, (tmp_path / "models",))


@pytest.mark.parametrize(
    "name", ["siamdetect-v1", "siamface-v1", "siamocclusion-v1", "siampresence-v1"]
)
def test_a_flipped_bit_of_a_card_that_ships_is_noticed(tmp_path, name):
    whole = (assets_dir() / "models" / name / "card.toml").read_bytes()
    assert load_card(assets_dir() / "models" / name)
    (tmp_path / "card.toml").write_bytes(whole.replace(b"\n", b"\r\n"))
    assert load_card(tmp_path), "a checkout on Windows"
    mark = whole.rindex(b"# sha256 ")
    digits = [m.start() for m in re.finditer(rb"(?<=distance = )\d|(?<=fmr = )\d", whole)]
    for at in {*digits, *range(0, mark, 97), *range(mark + 9, len(whole))}:
        data = bytearray(whole)
        data[at] ^= 1
        (tmp_path / "card.toml").write_bytes(data)
        with pytest.raises(ModelError):
            load_card(tmp_path)


def test_every_model_that_ships_is_whole_and_runs():
    folders = list_models((assets_dir() / "models",))
    assert {load_card(folder).task for folder in folders} == {
        "detector", "embedder", "occlusion", "presence",
    }  # fmt: skip
    for folder in folders:
        if load_card(folder).presence is not None:
            network = PresenceNetwork(Model.load(folder, provider="cpu"))
            points = np.float32([[38, 51], [73, 51], [56, 71], [41, 92], [70, 92]])
            face = Face(np.float32([20, 20, 92, 112]), points, 1.0)
            scores = network(np.zeros((128, 128, 3), np.uint8), [face])
            assert ((scores >= 0) & (scores <= 1)).all()
            continue
        for file in load_card(folder).files:
            model = Model.load(folder, precision=file.precision, provider="cpu")
            assert (model.file, model.provider) == (file.name, "cpu")
            spec = model.card.input
            shape = (1, 3, spec.height or 64, spec.width or 96)
            outputs = model.run({model.input_name: np.zeros(shape, np.float32)})
            assert all(np.isfinite(output).all() for output in outputs)
            if closer := model.card.refinement:
                crops = np.zeros((2, 3, closer.side_px, closer.side_px), np.float32)
                answers = model.refine(crops)
                assert answers.shape == (2, 11)
                assert np.isfinite(answers).all()
