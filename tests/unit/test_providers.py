"""A provider is used where it runs, is right, and (by "auto") is the fastest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from siamapp.errors import ModelIncompatible
from siamapp.paths import assets_dir
from siamapp.vision import model as model_room
from siamapp.vision import providers
from siamapp.vision.accelerated import first_line
from siamapp.vision.card import load_card, verified_bytes
from siamapp.vision.model import Model
from siamapp.vision.providers import CPU, FULL_NAMES, WAYS, Way, built_in, running, start_session

FOLDER = assets_dir() / "models" / "siamface-v1"


class Elsewhere:
    """A session on the CPU that says it is another provider's, with what may be wrong there."""

    def __init__(
        self,
        data: bytes,
        name: str,
        *,
        off: float = 0.0,
        ms: float = 4.0,
        stale: bool = False,
        failed: str = "",
    ):
        self._session = start_session("a copy", data, Way(CPU), 1)
        self._name, self._off, self.ms, self._stale = name, off, ms, stale
        self._rng = np.random.default_rng(1)
        self._first: dict[int, list[Any]] = {}
        self.failed = failed

    def get_providers(self) -> list[str]:
        return [FULL_NAMES[self._name]]

    def get_inputs(self) -> Any:
        return self._session.get_inputs()

    def run(self, names: None, feed: dict[str, Any]) -> list[Any]:
        outputs = self._session.run(names, feed)
        if self._stale:  # as a recording that was made with other buffers
            outputs = self._first.setdefault(len(next(iter(feed.values()))), outputs)
        return [out + self._off * self._rng.standard_normal(out.shape) for out in outputs]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """What each provider other than the CPU does here: 4 ms where the CPU takes 20.

    `"with"` is of all its ways, `"recorded"` and `"fp16"` of these.
    """
    there: dict[str, dict[str, Any]] = {}

    def start(_name: str, data: bytes, way: Way, threads: int) -> Any:
        if way.provider == CPU:
            return Elsewhere(data, CPU, ms=20.0)
        how = there[way.provider]
        faults = {
            **how.get("with", {}),
            **(how.get("recorded", {}) if way.records else {}),
            **how.get(way.precision, {}),
        }
        if how.get("fails") or faults.pop("fails", False):
            raise ModelIncompatible(f"No {way.provider} here.")
        return Elsewhere(data, how.get("says", way.provider), **faults)

    monkeypatch.setattr(providers, "latency_ms", lambda session, _feed: session.ms)
    monkeypatch.setattr(providers, "possible", lambda: [CPU, *there])
    monkeypatch.setattr(model_room, "start_session", start)
    return there


def loaded(provider: str) -> tuple[str, str, str]:
    model = Model.load(FOLDER, provider=provider)
    return model.provider, model.file, model.refused


@pytest.mark.parametrize("wanted", ["auto", "cuda"])
def test_a_faster_provider_that_is_right_runs_the_unrounded_file(machine, wanted: str) -> None:
    machine["cuda"] = {"fp16": {"ms": 5.0}}
    assert loaded(wanted) == ("cuda", "model.onnx", "")
    assert loaded("cpu") == ("cpu", "model.int8.onnx", "")


def test_auto_believes_the_clock_and_not_the_name(machine) -> None:
    machine["cuda"] = {"with": {"ms": 100.0}}
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
        ({"with": {"stale": True}}, "something else here than the CPU"),
        ({"with": {"failed": "no memory left"}}, "CUDA fails here: no memory left."),
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
    provider, file, refused = loaded("coreml")
    assert (provider, file) == ("cpu", "model.int8.onnx")
    assert "COREML" in refused, "who asks for it by name is told that it is not there"


def test_the_closer_look_of_the_detector_is_checked_too(machine) -> None:
    machine["cuda"] = {}
    folder = assets_dir() / "models" / "siamdetect-v1"
    model = Model.load(folder, provider="cuda")
    crops = np.zeros((2, 3, model.card.refinement.side_px, model.card.refinement.side_px))
    assert (model.provider, model.refused) == ("cuda", "")
    assert model.refine(crops.astype(np.float32)).shape == (2, 11)


@pytest.mark.parametrize(
    ("how", "precision", "records"),
    [
        ({"fp32": {"ms": 5.0}}, "fp16", True),
        ({"fp16": {"ms": 5.0}}, "fp32", True),
        ({"fp16": {"off": 0.1}}, "fp32", True),
        ({"recorded": {"fails": True}}, "fp32", False),
        ({"recorded": {"stale": True}}, "fp32", False),
    ],
)
def test_the_fastest_way_of_a_provider_that_is_right_runs(
    machine, how: dict[str, Any], precision: str, records: bool
) -> None:
    machine["cuda"] = how
    model = Model.load(FOLDER, provider="cuda")
    assert (model.provider, model.refused) == ("cuda", "")
    assert (model.way.precision, model.way.records) == (precision, records)
    assert model.file == model.card.file(precision).name


def test_a_spare_way_is_not_started_where_one_before_it_serves(machine, monkeypatch) -> None:
    machine["tensorrt"], started = {}, []
    real = model_room.start_session

    def noted(name: str, data: bytes, way: Way, threads: int) -> Any:
        started.append(way)
        return real(name, data, way, threads)

    monkeypatch.setattr(model_room, "start_session", noted)
    Model.load(FOLDER, provider="tensorrt")
    assert not any(way.spare for way in started if way.provider != CPU)


def test_every_provider_has_a_way_for_a_model_with_one_file_only() -> None:
    assert {way.provider for way in WAYS if way.precision == "fp32"} == set(FULL_NAMES)


class Driver:
    """NVIDIA's, as `ctypes` would give it."""

    def __init__(self, *, gpus: int, failure: int = 0) -> None:
        self._gpus, self._failure = gpus, failure

    def cuInit(self, _flags: int) -> int:
        return self._failure

    def cuDeviceGetCount(self, count: Any) -> int:
        count._obj.value = self._gpus
        return 0


NO_DEVICE = 100


@pytest.mark.parametrize(
    ("driver", "there"),
    [
        (None, False),
        (Driver(gpus=0), False),
        (Driver(gpus=1, failure=NO_DEVICE), False),
        (object(), False),
        (Driver(gpus=1), True),
    ],
)
def test_cuda_is_tried_only_where_the_driver_has_a_gpu_and_nothing_is_printed(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], driver: Any, there: bool
) -> None:
    """Its libraries may be installed without one; a line on stdout would spoil `--json`."""

    def opened(_name: str) -> Any:
        if driver is None:
            raise OSError("no such library")
        return driver

    available = [FULL_NAMES[name] for name in ("tensorrt", "cuda", CPU)]
    monkeypatch.setattr(providers.ort, "get_available_providers", lambda: available)
    monkeypatch.setattr(providers.ort, "preload_dlls", lambda: print("Failed to load libcudart"))  # noqa: T201
    monkeypatch.setattr(providers.ctypes, "CDLL", opened)
    names = providers.possible()
    assert names == ([CPU, "cuda", "tensorrt"] if there else [CPU])
    if not there:
        provider, _, refused = loaded("cuda")
        assert (provider, "GPU" in refused) == (CPU, True)
        assert loaded("auto")[2] == ""
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["cuda", "tensorrt"])
def test_what_cannot_start_says_so_to_its_caller_and_prints_nothing(
    capfd: pytest.CaptureFixture[str], name: str
) -> None:
    if name not in built_in() or name in providers.possible():
        pytest.skip(f"{name} is not built in, or there is a GPU for it")
    data = verified_bytes(FOLDER, load_card(FOLDER).file("fp32"))
    runs_on, said = CPU, ""
    try:
        runs_on = running(start_session("a copy", data, Way(name), 1))
    except ModelIncompatible as error:
        said = error.message
    assert (runs_on, "/onnxruntime_src" in said) == (CPU, False)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "/src/cuda_call.cc:154 void ort::Call(ERR, const char*) [with ERR = e; bool T = true] "
            "/src/cuda_call.cc:146 void ort::Call(ERR, const char*) [with ERR = e; bool T = true] "
            "CUDA failure 100: no device is detected ; GPU=-1 ; hostname=desk ; file=/src/a.cc \n",
            "CUDA failure 100: no device is detected",
        ),
        ("/src/state.cc:729 void ort::f(A&) Please install TensorRT.\n", "Please install TensorRT"),
        ("out of memory\nmore", "out of memory"),
        ("", "RuntimeError"),
    ],
)
def test_an_error_is_told_without_the_place_in_the_source_and_without_the_host(
    said: str, told: str
) -> None:
    assert first_line(RuntimeError(said)) == told
