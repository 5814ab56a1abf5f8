"""A provider is used where it runs, is right, and (by "auto") is the fastest."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from siamapp.errors import ModelIncompatible
from siamapp.paths import assets_dir
from siamapp.vision import model as model_room
from siamapp.vision import providers
from siamapp.vision.model import Model
from siamapp.vision.providers import FULL_NAMES, start_session

FOLDER = assets_dir() / "models" / "siamface-v1"


class Elsewhere:
    """A session on the CPU that says it is another provider's, with what may be wrong there."""

    def __init__(self, data: bytes, name: str, *, off: float = 0.0, slow_s: float = 0.0):
        self._session = start_session("a copy", data, "cpu", 1)
        self._name, self._off, self._slow_s = name, off, slow_s
        self._rng = np.random.default_rng(1)

    def get_providers(self) -> list[str]:
        return [FULL_NAMES[self._name]]

    def get_inputs(self) -> Any:
        return self._session.get_inputs()

    def run(self, names: None, feed: dict[str, Any]) -> list[Any]:
        time.sleep(self._slow_s)
        outputs = self._session.run(names, feed)
        return [out + self._off * self._rng.standard_normal(out.shape) for out in outputs]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """What each provider other than the CPU does here; its sessions are slow on the CPU."""
    there: dict[str, dict[str, Any]] = {}

    def start(_name: str, data: bytes, provider: str, threads: int) -> Any:
        if provider == "cpu":
            return Elsewhere(data, "cpu", slow_s=0.02)
        how = there[provider]
        if how.get("fails"):
            raise ModelIncompatible(f"No {provider} here.")
        return Elsewhere(data, how.get("says", provider), **how.get("with", {}))

    monkeypatch.setattr(providers, "possible", lambda: ["cpu", *there])
    monkeypatch.setattr(model_room, "start_session", start)
    return there


def loaded(provider: str) -> tuple[str, str, str]:
    model = Model.load(FOLDER, provider=provider)
    return model.provider, model.file, model.refused


@pytest.mark.parametrize("wanted", ["auto", "cuda"])
def test_a_faster_provider_that_is_right_runs_the_unrounded_file(machine, wanted: str) -> None:
    machine["cuda"] = {}
    assert loaded(wanted) == ("cuda", "model.onnx", "")
    assert loaded("cpu") == ("cpu", "model.int8.onnx", "")


def test_auto_believes_the_clock_and_not_the_name(machine) -> None:
    machine["cuda"] = {"with": {"slow_s": 0.1}}
    machine["openvino"] = {}
    assert loaded("auto")[0] == "openvino"
    del machine["openvino"]
    assert loaded("auto") == ("cpu", "model.int8.onnx", "")
    assert loaded("cuda")[0] == "cuda", "who asks for it by name gets it"


@pytest.mark.parametrize("wanted", ["auto", "cuda"])
@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"with": {"off": 0.02}}, "something else here than the CPU"),
        ({"with": {"off": np.nan}}, "something else here than the CPU"),
        ({"says": "cpu"}, "does not start here"),
        ({"fails": True}, "No cuda here"),
    ],
)
def test_one_that_is_wrong_or_does_not_run_gives_way_and_is_named(
    machine, wanted: str, how: dict[str, Any], reason: str
) -> None:
    machine["cuda"] = how
    provider, file, refused = loaded(wanted)
    assert (provider, file) == ("cpu", "model.int8.onnx")
    assert reason in refused


def test_tensorrt_is_taken_only_by_name_and_what_is_not_there_is_the_cpu(machine) -> None:
    machine["tensorrt"] = {}
    assert loaded("auto")[0] == "cpu"
    assert loaded("tensorrt")[0] == "tensorrt"
    assert loaded("coreml") == ("cpu", "model.int8.onnx", "")


def test_the_closer_look_of_the_detector_is_checked_too(machine) -> None:
    machine["cuda"] = {}
    folder = assets_dir() / "models" / "siamdetect-v1"
    model = Model.load(folder, provider="cuda")
    crops = np.zeros((2, 3, model.card.refinement.side_px, model.card.refinement.side_px))
    assert (model.provider, model.refused) == ("cuda", "")
    assert model.refine(crops.astype(np.float32)).shape == (2, 11)
