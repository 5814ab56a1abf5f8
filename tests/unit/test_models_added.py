"""A stranger's model: taken where it works, refused in one line where it does not."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from siamapp.cli import run
from tests.gui.scripted import astronaut, write_photo
from tests.small_model import CARD, graph, patterns, write

Cli = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    where = ["--home", str(tmp_path / "home"), "--key-file", str(tmp_path / "key"), "--json"]

    def call(*words: object) -> tuple[int, dict[str, Any]]:
        status = run([str(word) for word in words] + where)
        out, _ = capsys.readouterr()
        return status, json.loads(out)

    return call


def added(cli: Cli, onnx_file: Path) -> tuple[int, dict[str, Any]]:
    return cli("models", "add", onnx_file, "--card", onnx_file.parent / "card.toml")


def files_under(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def test_a_model_is_added_calibrated_used_and_removed(cli: Cli, tmp_path: Path) -> None:
    eileen = write_photo(tmp_path / "eileen.png", astronaut())
    assert cli("enroll", "Eileen", eileen)[0] == 0
    status, answer = added(cli, write(tmp_path / "theirs"))
    assert (status, answer["added"], answer["task"]) == (0, "small", "embedder")
    assert cli("models", "verify", "small")[1]["models"]["small"]["holds"] is True

    status, answer = cli("models", "use", "small")
    assert (status, answer["error"]["kind"]) == (2, "ModelIncompatible"), "it has no thresholds"
    people = patterns(tmp_path / "people", people=12, each=4)
    status, made = cli("calibrate", people, "--aligned", "--model", "small")
    assert (status, made["people"], made["pictures"]) == (0, 12, 48)
    assert made["evidence"]["comparisons"] == 48 * 47 // 2 - 12 * 6
    assert cli("models", "show", "small")[1]["own_calibration"]["people"] == 12

    status, used = cli("models", "use", "small")
    assert (status, used["enrol_again"], used["re_embedded"]) == (0, ["Eileen"], [])
    assert cli("verify", "Eileen", eileen)[1]["error"]["kind"] == "PersonNotFound"
    status, used = cli("models", "use", "small", "--re-embed")
    assert (status, used["enrol_again"], used["re_embedded"]) == (0, [], ["Eileen"])
    status, verified = cli("verify", "Eileen", eileen)
    assert (status, verified["evidence"]["comparisons"]) == (0, 1056)
    assert cli("audit", "verify")[0] == 0

    assert cli("models", "remove", "small")[1]["error"]["kind"] == "ModelIncompatible", "in use"
    assert cli("models", "use", "siamface-v1", "--re-embed")[1]["re_embedded"] == ["Eileen"]
    assert cli("models", "remove", "small")[0] == 0
    assert cli("models", "show", "small")[1]["error"]["kind"] == "ModelMissing"
    assert cli("verify", "Eileen", eileen)[0] == 0


def test_every_model_that_came_with_the_app_stands_the_check_of_a_strangers(cli: Cli) -> None:
    status, answer = cli("models", "verify")
    assert status == 0, answer
    ours = {"siamdetect-v1", "siamface-v1", "siampresence-v1", "siamocclusion-v1"}
    assert ours <= set(answer["models"])
    assert all(facts["milliseconds"] for facts in answer["models"].values())


def test_a_calibration_is_refused_shown_and_removed(cli: Cli, tmp_path: Path) -> None:
    few = patterns(tmp_path / "few", people=3, each=4)
    status, answer = cli("calibrate", few, "--aligned")
    assert (status, answer["error"]["kind"]) == (2, "ProtocolError")
    assert "too few" in answer["error"]["message"]
    people = patterns(tmp_path / "people", people=12, each=4)
    assert cli("settings", "set", "target_fmr", "0.0001")[0] == 0
    status, answer = cli("calibrate", people, "--aligned")
    assert (status, answer["error"]["kind"]) == (2, "SettingsError"), "1,056 do not show 0.0001"
    assert "target_fmr 0.001" in answer["error"]["hint"]
    assert cli("models", "show", "siamface-v1")[1]["own_calibration"] is None
    cli("settings", "set", "target_fmr", "0.001")
    assert cli("calibrate", people, "--aligned")[0] == 0
    status, answer = cli("settings", "set", "target_fmr", "0.0001")
    assert status == 2, "the own calibration counts now"
    assert cli("calibrate", "--remove")[0] == 0
    assert cli("calibrate", "--remove")[0] == 1
    assert cli("settings", "set", "target_fmr", "0.0001")[0] == 0
    assert cli("calibrate")[0] == 2
    status, answer = cli("calibrate", "--gallery")
    assert (status, answer["error"]["kind"]) == (2, "ProtocolError"), "nobody is enrolled"


def custom_operator() -> onnx.ModelProto:
    model = graph([helper.make_node("Steal", ["x"], ["y"], domain="evil")])
    model.opset_import.append(helper.make_opsetid("evil", 1))
    return model


def external_data() -> onnx.ModelProto:
    weight = numpy_helper.from_array(np.zeros((48, 48), np.float32), "w")
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    for key, value in (("location", "../../../etc/passwd"), ("length", "9216")):
        entry = weight.external_data.add()
        entry.key, entry.value = key, value
    return graph(initializer=[weight])


def huge_weight() -> onnx.ModelProto:
    weight = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1 << 31, 1 << 31])
    return graph(initializer=[weight])


def endless_loop() -> onnx.ModelProto:
    body = helper.make_graph([], "body", [], [])
    return graph([helper.make_node("Loop", ["", ""], ["y"], body=body)])


def memory_bomb() -> onnx.ModelProto:
    """Three operators that ask for 16 TB."""
    shape = numpy_helper.from_array(np.array([4, 1 << 20, 1 << 20], np.int64), "s")
    nodes = [
        helper.make_node("ConstantOfShape", ["s"], ["big"]),
        helper.make_node("ReduceMean", ["big"], ["one"], keepdims=0),
        helper.make_node("AveragePool", ["x"], ["p"], kernel_shape=[28, 28], strides=[28, 28]),
        helper.make_node("Flatten", ["p"], ["f"]),
        helper.make_node("Add", ["f", "one"], ["y"]),
    ]
    return graph(nodes, initializer=[shape])


def gives(value: float) -> onnx.ModelProto:
    """Every vector is that number times itself."""
    factor = numpy_helper.from_array(np.array(value, np.float32), "w")
    base = list(graph().graph.node)
    base[-1].output[0] = "f"
    return graph([*base, helper.make_node("Mul", ["f", "w"], ["y"])], initializer=[factor])


def same_for_all() -> onnx.ModelProto:
    model = gives(0)
    model.graph.node.add().CopyFrom(helper.make_node("Cos", ["y0"], ["y"]))
    model.graph.node[-2].output[0] = "y0"
    return model


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (b"", "not an ONNX model"),
        (b"\x08\x07" + bytes(100), "not an ONNX model"),
        (b"PK\x03\x04" + bytes(64), "archive"),
        (custom_operator(), "custom operator 'Steal'"),
        (external_data(), "in another file"),
        (huge_weight(), "more than"),
        (endless_loop(), "Loop"),
        (graph(shape=("n", 3, 1 << 30, 1 << 30)), "1073741824 px"),
        (graph(shape=("n", 3, 64, 64)), "64 px where its card says 112"),
        (graph(shape=("n", 112, 112)), "float32 pictures"),
        (graph(shape=("n", 5, 112, 112)), "3 colours"),
    ],
)
def test_a_graph_that_is_not_to_be_trusted_is_refused_unrun(
    cli: Cli, tmp_path: Path, model: onnx.ModelProto | bytes, said: str
) -> None:
    status, answer = added(cli, write(tmp_path / "theirs", model))
    assert status == 2
    assert said in answer["error"]["message"]
    assert "\n" not in answer["error"]["message"]
    assert not files_under(tmp_path / "home" / "models")


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (memory_bomb(), "cannot be started|broke down|failed in its trial|unusable"),
        (gives(0.0), "unusable vector"),
        (gives(float("nan")), "unusable vector"),
        (gives(float("inf")), "unusable vector"),
        (same_for_all(), "the same vector"),
    ],
)
def test_a_model_that_fails_its_trial_is_not_added(
    cli: Cli, tmp_path: Path, model: onnx.ModelProto, said: str
) -> None:
    status, answer = added(cli, write(tmp_path / "theirs", model))
    assert (status, answer["error"]["kind"]) == (2, "ModelIncompatible")
    assert any(words in answer["error"]["message"] for words in said.split("|")), answer
    assert not files_under(tmp_path / "home" / "models")


ROW = "{fmr = 1e-3, distance = 0.5, impostor_comparisons = 9, fmr_low = 0, fmr_high = 1, fnmr = 0}"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "small"', 'name = "../small"'),
        ('name = "small"', 'name = ".hidden"'),
        ("dimension = 48", "dimension = 47"),
        ("dimension = 48", "dimension = 999999999"),
        ("std = [127.5", "std = [0.0"),
        ("std = [127.5", "std = [nan"),
        ("parameters", "parametres"),
        ('"embedder"', '"oracle"'),
        ("training_data = []", f"training_data = {'[' * 5000}"),
        ("training_data = []", "training_data = [1]\nid = 'xyz'"),
        ("training_data = []", f"training_data = []\nthresholds = [{ROW}, {ROW}]"),
    ],
)
def test_a_card_that_is_wrong_is_refused(cli: Cli, tmp_path: Path, old: str, new: str) -> None:
    assert old in CARD
    status, answer = added(cli, write(tmp_path / "theirs", card=CARD.replace(old, new, 1)))
    assert (status, answer["error"]["kind"]) == (2, "ModelIncompatible")
    assert not files_under(tmp_path / "home" / "models")


def test_links_pipes_and_what_is_not_there_are_refused(cli: Cli, tmp_path: Path) -> None:
    file = write(tmp_path / "theirs")
    folder = tmp_path / "folder"
    folder.mkdir()
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    entry = f'files = [{{ name = "model.onnx", precision = "fp32", sha256 = "{digest}" }}]\n'
    (folder / "card.toml").write_text(f'id = "{digest[:16]}"\ncreated = "now"\n{entry}{CARD}')
    (folder / "model.onnx").symlink_to(file)
    assert "link" in cli("models", "add", folder)[1]["error"]["message"]
    (folder / "model.onnx").unlink()
    if os.name == "posix":
        os.mkfifo(folder / "model.onnx")
        assert "plain file" in cli("models", "add", folder)[1]["error"]["message"]
        (folder / "model.onnx").unlink()
    assert cli("models", "add", folder)[1]["error"]["kind"] == "ModelMissing"
    (tmp_path / "link").symlink_to(folder)
    assert cli("models", "add", tmp_path / "link")[0] == 2
    archive = tmp_path / "model.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("../../slip.onnx", file.read_bytes())
    assert "archive" in cli("models", "add", archive)[1]["error"]["message"]
    assert cli("models", "add", file)[1]["error"]["kind"] == "ModelMissing", "it has no card"
    (folder / "model.onnx").write_bytes(file.read_bytes())
    wrong = (folder / "card.toml").read_text().replace(digest[:16], "0" * 16, 1)
    (folder / "card.toml").write_text(wrong)
    assert "id of" in cli("models", "add", folder)[1]["error"]["message"]


def test_a_model_changed_after_it_was_added_is_not_used(cli: Cli, tmp_path: Path) -> None:
    assert added(cli, write(tmp_path / "theirs"))[0] == 0
    assert added(cli, tmp_path / "theirs" / "small.onnx")[0] == 2, "it is there already"
    shipped = write(tmp_path / "hidden", card=CARD.replace('"small"', '"siamface-v1"'))
    assert "came with the app" in added(cli, shipped)[1]["error"]["hint"]
    folder = tmp_path / "home" / "models" / "small"
    card = (folder / "card.toml").read_text()
    (folder / "card.toml").write_text(card.replace("48", "47"))
    assert cli("models", "show", "small")[1]["error"]["kind"] == "ModelTampered"
    assert cli("models", "verify")[0] == 1
    (folder / "card.toml").write_text(card)
    assert cli("models", "show", "small")[0] == 0
    data = bytearray((folder / "model.onnx").read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "model.onnx").write_bytes(data)
    assert cli("models", "show", "small")[1]["error"]["kind"] == "ModelTampered"
    folder.rename(folder.with_name("other"))
    status, answer = cli("models", "show", "other")
    assert (status, answer["error"]["kind"]) == (2, "ModelTampered"), "it was put there by hand"
    assert cli("models", "remove", "../other")[0] == 2
    assert cli("models", "remove", "other")[0] == 0
