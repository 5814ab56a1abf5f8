"""The loop on made pictures: it learns, resumes to the same weights, and exports what it has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
import torch
from lightning_fabric import Fabric
from sklearn.datasets import load_digits

from siamapp.errors import StoreError
from training import loop
from training.config import TrainConfig, load_config, load_resumed
from training.data import unit
from training.export import export_onnx, onnx_input, quantize
from training.heads import ClassHead
from training.loop import learning_rate, train
from training.networks import FaceResNet, to_input
from training.samplers import PeopleSampler
from training.views import Views

TINY = {
    "name": "tiny",
    "threads": 1,
    "bf16": True,
    "log_every": 2,
    "checkpoint_every": 3,
    "network": {"widths": [8, 8, 16, 16], "blocks": [0, 1, 1, 1], "dimension": 8},
    "optim": {"people_per_batch": 4, "views_per_person": 2, "steps": 6},
}


@pytest.fixture(scope="module")
def digits() -> Views:
    """60 hand-written digits, their class as the person and a fixed map as the teacher."""
    pictures, labels = load_digits(return_X_y=True)
    grey = np.kron(pictures[:60].reshape(-1, 8, 8), np.ones((14, 14))) * 15
    rgb = np.repeat(grey[..., None], 3, axis=3).astype(np.uint8)
    teacher = unit(np.random.default_rng(0).normal(size=(10, 8)).astype(np.float32))
    person = labels[:60].astype(np.int64)
    return Views(rgb, teacher[person], person, np.zeros(60, bool))


def test_a_resumed_run_ends_with_the_same_weights(digits: Views, tmp_path: Path) -> None:
    config = TrainConfig.model_validate(TINY)
    whole = train(config, digits, tmp_path / "whole").state_dict()
    # The same schedule, cut off after three steps.
    real = loop._batches
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "_batches", lambda *given: islice(real(*given), 3))
        train(config, digits, tmp_path / "cut")
    assert torch.load(tmp_path / "cut" / "last.pt", weights_only=True)["step"] == 3
    resumed = train(config, digits, tmp_path / "cut").state_dict()
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


@pytest.mark.parametrize(
    "loss",
    [
        {
            "distill": 0,
            "relational": 0,
            "triplet": 1.0,
            "mining": "distance_weighted",
            "negatives": 3,
        },
        {"distill": 0, "relational": 0, "triplet": 0, "contrastive": 1.0},
        {"distill": 0, "relational": 0, "triplet": 0, "classify": 1.0, "head": "cosface"},
    ],
)
def test_labels_alone_train_too_and_resume(
    loss: dict[str, object], digits: Views, tmp_path: Path
) -> None:
    config = TrainConfig.model_validate({**TINY, "bf16": False, "loss": loss})
    whole = train(config, digits, tmp_path / "whole").state_dict()
    real = loop._batches
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "_batches", lambda *given: islice(real(*given), 3))
        train(config, digits, tmp_path / "cut")
    resumed = train(config, digits, tmp_path / "cut").state_dict()
    assert all(torch.allclose(whole[name], resumed[name], atol=1e-6) for name in whole)
    assert list((tmp_path / "cut" / "tensorboard").iterdir())


@pytest.mark.parametrize("able", [True, False])
def test_half_precision_only_where_the_hardware_has_it(
    able: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": able})
    config = TrainConfig.model_validate({**TINY, "bf16": None})
    assert loop.for_this_machine(config).bf16 is able
    said = loop.for_this_machine(config.model_copy(update={"bf16": not able}))
    assert said.bf16 is not able


class _Small(torch.nn.Module):
    """A network, and the head that training uses beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.network = torch.nn.Linear(6, 4, bias=False)
        self.head = ClassHead(4, 4, "arcface")

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        vectors: torch.Tensor = self.network(inputs)
        return vectors


def _gradient(fabric: Fabric, folder: Path) -> None:
    """One backward pass of a small network on this rank's share of a fixed batch."""
    torch.manual_seed(0)
    small = _Small()
    module = fabric.setup(small)
    given = torch.load(folder / "batch.pt", weights_only=True)
    mine = slice(fabric.global_rank, None, fabric.world_size)
    vectors = torch.nn.functional.normalize(module(given["inputs"][mine]))
    told = loop.Told(given["person"][mine], given["person"][mine], given["targets"][mine])
    config = TrainConfig.model_validate({**TINY, "loss": {"relational": 1.0, "classify": 1.0}})
    everybody = loop._of_all(fabric, vectors, told)
    parts = loop.losses(config, *everybody, small.head)
    fabric.backward(parts["total"])
    names = ("distill", "relational", "triplet", "classify")
    if fabric.is_global_zero:
        result = {
            "gradient": small.network.weight.grad,
            "head": small.head.weight.grad,
            **{name: parts[name] for name in names},
        }
        torch.save(result, folder / f"ranks{fabric.world_size}.pt")
    loop.leave_group()


@pytest.mark.parametrize("ranks", [2, pytest.param(4, marks=pytest.mark.slow)])
def test_several_processes_give_the_gradient_of_one(tmp_path: Path, ranks: int) -> None:
    generator = torch.Generator().manual_seed(4)
    person = torch.tensor([0, 0, 1, 1, 2, 2, 3, 3])
    batch = {
        "inputs": torch.randn(8, 6, generator=generator),
        "person": person,
        "targets": torch.nn.functional.normalize(torch.randn(8, 4, generator=generator)),
    }
    torch.save(batch, tmp_path / "batch.pt")
    for count in (1, ranks):
        strategy = "ddp_spawn" if count > 1 else "auto"
        fabric = Fabric(accelerator="cpu", devices=count, strategy=strategy)
        fabric.launch(_gradient, tmp_path)
    one, many = (torch.load(tmp_path / f"ranks{n}.pt", weights_only=True) for n in (1, ranks))
    for name, value in one.items():
        assert torch.allclose(value, many[name], atol=1e-6), name


def test_a_batch_that_cannot_be_shared_evenly_is_refused(digits: Views, tmp_path: Path) -> None:
    class Three:
        world_size = 3

        def launch(self) -> None: ...

    config = TrainConfig.model_validate({**TINY, "bf16": False})
    with pytest.raises(ValueError, match=r"8 views .* 3 processes"):
        train(config, digits, tmp_path / "run", Three())  # type: ignore[arg-type]


_ON_TWO_RANKS = """
import sys
from pathlib import Path
import torch
from training.config import load_resumed
from training.loop import train
from training.views import Views

run = Path(sys.argv[1])
data = torch.load(run.parent / "data.pt", weights_only=False)
train(load_resumed(run, ["devices=2"]), Views(**data), run)
"""


@pytest.mark.slow
def test_a_run_goes_on_on_two_processes_and_then_on_one_again(
    digits: Views, tmp_path: Path
) -> None:
    """By torchrun. Normalisation sees half a batch there, so the weights come out others."""
    tree = {**TINY, "bf16": False, "accelerator": "cpu", "checkpoint_every": 2}
    config, run = TrainConfig.model_validate(tree), tmp_path / "run"
    data = {name: getattr(digits, name) for name in ("rgb", "teacher", "person", "blended")}
    torch.save(data, tmp_path / "data.pt")
    (tmp_path / "on_two.py").write_text(_ON_TWO_RANKS)
    real = loop._batches

    def until(stop: int) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(loop, "_batches", lambda *given: islice(real(*given), stop))
            train(config, digits, run)

    def steps() -> tuple[int, int]:
        saved = torch.load(run / "last.pt", weights_only=True)
        [made] = {int(part["step"]) for part in saved["optimizer"]["state"].values()}
        return saved["step"], made

    until(2)
    assert steps() == (2, 2)
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    done = subprocess.run(
        [*torchrun, "--nproc-per-node", "2", str(tmp_path / "on_two.py"), str(run)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert steps() == (6, 6)
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == sorted({line["step"] for line in lines})
    assert all(np.isfinite(line["total"]) for line in lines)
    train(config, digits, run)  # one process reads what two have written
    with pytest.raises(ValueError, match="keeps its seed"):
        load_resumed(run, ["seed=3"])


def test_losses_fall(digits: Views, tmp_path: Path) -> None:
    tree = {**TINY, "optim": {**TINY["optim"], "steps": 40, "learning_rate": 1e-2}}  # type: ignore[dict-item]
    train(TrainConfig.model_validate(tree), digits, tmp_path)
    lines = (tmp_path / "metrics.jsonl").read_text().splitlines()
    totals = [json.loads(line)["total"] for line in lines]
    assert np.mean(totals[-3:]) < np.mean(totals[:3])


def test_batches_hold_no_view_twice_and_bring_people_together() -> None:
    person = np.repeat(np.arange(30), 4)
    sampler = PeopleSampler(person, 10, 2, seed=1)
    batch = sampler.batch(3)
    assert len(set(batch.tolist())) == 20
    _, together = np.unique(person[batch], return_counts=True)
    assert (together >= 2).all()
    assert np.array_equal(batch, PeopleSampler(person, 10, 2, seed=1).batch(3))
    with pytest.raises(ValueError, match="take fewer"):
        PeopleSampler(person, 100, 2, seed=1).batch(0)


# torch.export's own: its pytree deprecations are not ours to mend.
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_export_gives_the_same_vectors_at_any_batch(tmp_path: Path) -> None:
    torch.manual_seed(1)
    network = FaceResNet(TrainConfig.model_validate(TINY).network).eval()
    for module in network.modules():  # statistics that folding must not lose
        if isinstance(module, torch.nn.BatchNorm2d | torch.nn.BatchNorm1d):
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 2)
    path = tmp_path / "model.onnx"
    export_onnx(network, path, {"task": "embedder"})
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    assert session.get_modelmeta().custom_metadata_map["task"] == "embedder"
    rgb = np.random.default_rng(1).integers(0, 256, (7, 112, 112, 3), dtype=np.uint8)
    with torch.inference_mode():
        expected = network(to_input(torch.from_numpy(rgb))).numpy()
    for count in (1, 7):
        (vectors,) = session.run(None, {"input": onnx_input(rgb[:count])})
        assert ((vectors * expected[:count]).sum(axis=1) >= 0.9999).all()
    quantize(path, tmp_path / "model.int8.onnx", rgb, {"task": "embedder"})
    small = ort.InferenceSession(tmp_path / "model.int8.onnx", providers=["CPUExecutionProvider"])
    (vectors,) = small.run(None, {"input": onnx_input(rgb)})
    assert (vectors * expected).sum(axis=1).mean() > 0.95


def test_schedule_rises_then_falls_to_nothing() -> None:
    config = TrainConfig.model_validate(TINY)
    top, warmup = config.optim.learning_rate, config.optim.warmup
    assert learning_rate(config, 0) < 0.1 * top
    assert learning_rate(config, warmup) == pytest.approx(top)
    assert learning_rate(config, 1) == pytest.approx(0, abs=1e-12)


def test_config_refuses_what_it_does_not_know() -> None:
    config = load_config(Path("configs/embedder.toml"), ["optim.steps=5", "bf16=false"])
    assert (config.optim.steps, config.bf16) == (5, False)
    with pytest.raises(ValueError, match="stepps"):
        load_config(Path("configs/embedder.toml"), ["optim.stepps=5"])


def test_one_config_runs_on_the_device_there_is(
    digits: Views, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = TrainConfig.model_validate({**TINY, "bf16": False})
    assert config.accelerator == "auto"
    for gpu, expected in ((True, "cuda"), (False, "cpu")):
        with monkeypatch.context() as patch:
            patch.setattr("torch.cuda.is_available", lambda gpu=gpu: gpu)
            assert loop.accelerator_of(config) == expected
    network = train(config, digits, tmp_path / "here")
    assert next(network.parameters()).device.type == loop.accelerator_of(config)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_a_gpu_trains_what_the_cpu_trains(digits: Views, tmp_path: Path) -> None:
    config = TrainConfig.model_validate({**TINY, "bf16": False})
    on_cpu = train(config.model_copy(update={"accelerator": "cpu"}), digits, tmp_path / "cpu")
    on_gpu = train(config.model_copy(update={"accelerator": "cuda"}), digits, tmp_path / "gpu")
    views = to_input(torch.from_numpy(digits.rgb[:8]))
    with torch.no_grad():
        cosines = (on_cpu(views) * on_gpu(views.cuda()).cpu()).sum(1)
    assert cosines.min() > 0.99


def test_a_collapsed_run_stops_and_says_so(digits: Views, tmp_path: Path) -> None:
    alike = Views(np.zeros_like(digits.rgb), digits.teacher, digits.person, digits.blended)
    loss = {"distill": 0, "relational": 0, "triplet": 1.0, "mining": "random"}
    config = TrainConfig.model_validate({**TINY, "bf16": False, "loss": loss})
    with pytest.raises(RuntimeError, match="step 2: collapsed"):
        train(config, alike, tmp_path)


def test_weights_that_are_not_finite_are_never_kept(digits: Views, tmp_path: Path) -> None:
    """Also where the run ends before its loss is looked at."""
    optim = {**TINY["optim"], "learning_rate": 1e30, "warmup": 0}  # type: ignore[dict-item]
    tree = {**TINY, "bf16": False, "log_every": 50, "checkpoint_every": 50, "optim": optim}
    with pytest.raises(RuntimeError, match="step 6: the weights are not finite"):
        train(TrainConfig.model_validate(tree), digits, tmp_path)
    assert not (tmp_path / "last.pt").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of a file's size")
def test_a_full_disk_leaves_the_former_checkpoint(digits: Views, tmp_path: Path) -> None:
    import resource

    config = TrainConfig.model_validate({**TINY, "bf16": False})
    train(config, digits, tmp_path)
    before = (tmp_path / "last.pt").read_bytes()
    longer = config.model_copy(update={"optim": config.optim.model_copy(update={"steps": 8})})
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, hard))
    try:
        with pytest.raises(StoreError, match=r"last\.pt cannot be written"):
            train(longer, digits, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / "last.pt").read_bytes() == before
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("last.pt.")]
