"""The training loop, top to bottom: batch, losses, step, average, log, checkpoint.

On lightning-fabric, so that the same lines run on a CPU, a GPU, or many in many machines.
"""

from __future__ import annotations

import atexit
import copy
import math
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from siamapp.store.files import whole_file
from training.augment_device import augment_batch
from training.config import TrainConfig
from training.data import Float, Ints, central, unit
from training.heads import ClassHead
from training.labelled import TrainingSet
from training.log import Log
from training.losses import (
    contrastive_loss,
    distillation_loss,
    relational_loss,
    stuck_or_collapsed,
    triplet_loss,
)
from training.mining import draw_pairs, mine_triplets
from training.networks import FaceResNet, to_input
from training.similarity import distance
from training.warm_start import start_from

CHECKPOINT = "last.pt"


def learning_rate(config: TrainConfig, progress: float) -> float:
    """Linear warm-up, then half a cosine to 0 (Loshchilov and Hutter 2017, SGDR, eq. 5)."""
    warmup, top = config.optim.warmup, config.optim.learning_rate
    if progress < warmup:
        return top * (progress + 1e-3) / (warmup + 1e-3)
    return top * 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - warmup) / (1 - warmup))))


class Trained(nn.Module):
    """What the optimiser moves: the embedder and, where people are classes, the head over them."""

    def __init__(self, config: TrainConfig, people: int) -> None:
        super().__init__()
        self.network = FaceResNet(config.network)
        self.memory = torch.channels_last if config.bf16 else torch.contiguous_format
        # Known to torch, not to its type hints.
        self.network.to(memory_format=self.memory)  # type: ignore[call-overload]
        loss = config.loss
        self.head = (
            ClassHead(
                config.network.dimension,
                people,
                loss.head,
                margin=loss.head_margin,
                scale=loss.head_scale,
            )
            if loss.classify
            else None
        )

    def forward(self, inputs: Tensor) -> Tensor:
        # In fp32 torch 2.13's CPU kernels crash on narrow channels-last layers, and gain nothing.
        vectors: Tensor = self.network(inputs.contiguous(memory_format=self.memory))
        return vectors


def for_this_machine(config: TrainConfig) -> TrainConfig:
    """The config with `bf16` settled; the run folder keeps it, so a resumed run computes alike."""
    if config.bf16 is not None:
        return config
    on_gpu = accelerator_of(config) == "cuda"
    able = torch.cuda.is_bf16_supported() if on_gpu else _cpu_computes_bf16()
    return config.model_copy(update={"bf16": able})


def accelerator_of(config: TrainConfig) -> str:
    """Where the config runs here: "auto" is a CUDA GPU where there is one, else the CPU."""
    if config.accelerator == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return config.accelerator


def _cpu_computes_bf16() -> bool:
    """AVX512-BF16 or AMX; elsewhere oneDNN converts each number to fp32 and back."""
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def make_fabric(config: TrainConfig) -> Fabric:
    """One process or many, CPU or GPU, bf16 or not, as the config says."""
    return Fabric(
        accelerator=accelerator_of(config),
        devices=config.devices,
        num_nodes=config.nodes,
        precision="bf16-mixed" if config.bf16 else "32-true",
    )


def leave_group() -> None:
    """Part from the other processes, if there are any.

    Gloo's threads must end before the interpreter does, or its process may abort with all work
    done; Lightning does the like for NCCL alone.
    """
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def train(
    config: TrainConfig, data: TrainingSet, run: Path, fabric: Fabric | None = None
) -> nn.Module:
    """Train until the schedule ends, from the run folder's checkpoint if there is one.

    The run folder gets `config.json`, `git_commit.txt`, `metrics.jsonl` (a line per `log_every`
    steps), a TensorBoard log and `last.pt` (the whole state). Of several processes each sees its
    share of every batch, and losses see the vectors of all. Returns the averaged network, in
    evaluation mode.

    Raises:
        ValueError: the batch cannot be shared evenly.
        RuntimeError: the network collapsed, its weights are no longer finite, or processes see
            different run folders.
        StoreError: a checkpoint cannot be written.
    """
    config = for_this_machine(config)
    fabric = fabric or make_fabric(config)
    fabric.launch()
    atexit.register(leave_group)
    size = config.optim.people_per_batch * config.optim.views_per_person
    if size % fabric.world_size:
        shared = f"{size} views cannot be shared evenly by {fabric.world_size} processes"
        raise ValueError(f"A batch of {shared}: change optim.people_per_batch.")
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    _, classes = np.unique(np.where(data.blended, -1, data.person), return_inverse=True)
    classes -= int(data.blended.any())  # blends are class -1
    trained = Trained(config, int(classes.max()) + 1)
    if config.start and not (run / CHECKPOINT).is_file():
        seen = data.read(np.arange(0, len(data), max(1, len(data) // 1000)))
        start_from(trained.network, config.start, central(seen) if config.data.on_device else seen)
    average = copy.deepcopy(trained.network).eval().requires_grad_(False).to(fabric.device)
    optimizer = torch.optim.AdamW(
        _decay_groups(trained, config.optim.weight_decay), lr=config.optim.learning_rate
    )
    module, optimizer = fabric.setup(trained, optimizer)
    state = {"network": trained, "average": average, "optimizer": optimizer}
    step, spent_s = _begin_or_resume(config, run, state, fabric)

    targets = teacher_targets(data, config.loss.centre_share)
    limit_s = math.inf if config.optim.max_minutes is None else 60 * config.optim.max_minutes
    started = time.monotonic() - spent_s
    with Log(run, config, shown=fabric.is_global_zero) as log:
        for views, rows in _batches(config, data, step, fabric.global_rank, fabric.world_size):
            spent_s = time.monotonic() - started
            progress = max(step / config.optim.steps, spent_s / limit_s)
            progress = float(_gathered(fabric, torch.tensor(progress)).max())
            if progress >= 1:
                break
            rate = learning_rate(config, progress)
            for group in optimizer.param_groups:
                group["lr"] = rate
            views = fabric.to_device(views)
            if config.data.on_device:
                views = augment_batch(views, _draws(config, step, fabric.global_rank))
            vectors = module(to_input(views))
            told = Told(*(fabric.to_device(torch.from_numpy(part[rows])) for part in (
                data.person, classes, targets
            )))  # fmt: skip
            parts = losses(config, *_of_all(fabric, vectors, told), trained.head, step)
            optimizer.zero_grad(set_to_none=True)
            fabric.backward(parts["total"])
            optimizer.step()
            step += 1
            _update_average(
                average, trained.network, min(config.optim.ema_decay, step / (step + 10))
            )
            log.add(step, spent_s, rate, progress, size, parts)
            if step % config.log_every == 0:
                name = "triplet" if "triplet" in parts else "total"
                margin = config.loss.margin if name == "triplet" else 0.0
                value = float(parts[name].detach())
                if wrong := stuck_or_collapsed(vectors.detach(), value, margin):
                    raise RuntimeError(f"step {step}: {wrong}")
            if step % config.checkpoint_every == 0:
                _save(fabric, run, state, step, spent_s)
    _save(fabric, run, state, step, time.monotonic() - started)
    return average


def _begin_or_resume(
    config: TrainConfig, run: Path, state: dict[str, Any], fabric: Fabric
) -> tuple[int, float]:
    """Load the run's checkpoint into `state`; steps made and seconds spent so far.

    Raises:
        RuntimeError: processes see different run folders and would train apart.
    """
    saved: dict[str, Any] = {}
    if (run / CHECKPOINT).is_file():
        saved = torch.load(run / CHECKPOINT, weights_only=True, map_location=fabric.device)
    begun = _gathered(fabric, torch.tensor(saved.get("step", 0)))
    if begun.min() != begun.max():
        where = f"{run} must lie where every node sees it"
        raise RuntimeError(f"Processes begin at steps {begun.tolist()}: {where}.")
    if saved:
        for name, part in state.items():
            part.load_state_dict(saved[name])
        return int(saved["step"]), float(saved["spent_s"])
    if fabric.is_global_zero:
        run.mkdir(parents=True, exist_ok=True)
        (run / "config.json").write_text(config.model_dump_json(indent=2), encoding="utf-8")
        (run / "git_commit.txt").write_text(_git_commit(), encoding="utf-8")
    fabric.barrier()
    return 0, 0.0


@dataclass(frozen=True, slots=True)
class Told:
    """What a batch's views are known to be."""

    person: Tensor
    """`(n,)`."""
    classes: Tensor
    """`(n,)`, the person as a class, -1 for blends."""
    targets: Tensor
    """`(n, d)` the teacher's vectors."""


def _of_all(fabric: Fabric, vectors: Tensor, told: Told) -> tuple[Tensor, Told]:
    """The same over every process: strangers are sought among all, and gradients flow back.

    Each process then has the whole batch's loss; the gather's backward sums what all of them ask
    of a vector, and averaging gradients over processes leaves that of one process with it all.
    """
    if fabric.world_size == 1:
        return vectors, told
    parts = (told.person, told.classes, told.targets)
    told = Told(*(_gathered(fabric, part).flatten(0, 1) for part in parts))
    return _gathered(fabric, vectors, sync_grads=True).flatten(0, 1), told


def _gathered(fabric: Fabric, value: Tensor, *, sync_grads: bool = False) -> Tensor:
    """The value of every process, stacked."""
    every = fabric.all_gather(value, sync_grads=sync_grads)
    assert isinstance(every, Tensor)  # as it is for a tensor
    return every


def _draws(config: TrainConfig, step: int, rank: int = 0) -> torch.Generator:
    """Chance of a step: the same in a resumed run."""
    return torch.Generator().manual_seed((config.seed * 1_000_003 + step) * 4099 + rank)


def teacher_targets(data: TrainingSet, centre_share: float) -> Float:
    """What the student is to give for each view: `(n, d)` unit vectors.

    The teacher's vector of the view, moved towards the mean of the person's views: the labels take
    out what the teacher says about the picture rather than about the person.
    """
    people, person = np.unique(data.person, return_inverse=True)
    sums = np.zeros((len(people), data.teacher.shape[1]), np.float32)
    np.add.at(sums, person, data.teacher)
    return unit((1 - centre_share) * data.teacher + centre_share * unit(sums)[person])


def losses(
    config: TrainConfig, vectors: Tensor, told: Told, head: ClassHead | None = None, step: int = 0
) -> dict[str, Tensor]:
    """Each loss in use, unweighted, and their weighted `total`."""
    weights = config.loss
    vectors = vectors.float()
    parts = {}
    if weights.distill:
        parts["distill"] = distillation_loss(vectors, told.targets)
    if weights.relational:
        parts["relational"] = relational_loss(vectors, told.targets)
    if weights.triplet:
        drawn = torch.Generator().manual_seed(config.seed * 1_000_003 + step)
        triplets = mine_triplets(
            vectors, told.person, weights.mining, negatives=weights.negatives, generator=drawn
        )
        parts["triplet"] = triplet_loss(vectors, triplets, weights.margin)
    if weights.contrastive:
        drawn = torch.Generator().manual_seed(config.seed * 1_000_003 + step)
        first, second, impostor = draw_pairs(told.person, drawn)
        apart = distance(vectors[first], vectors[second], config.metric)
        parts["contrastive"] = contrastive_loss(apart, impostor, weights.contrastive_margin)
    if head is not None:
        known = told.classes >= 0
        parts["classify"] = head(vectors[known], told.classes[known])
    total = torch.stack([getattr(weights, name) * value for name, value in parts.items()]).sum()
    return {**parts, "total": total}


def _batches(
    config: TrainConfig, data: TrainingSet, first: int, rank: int = 0, ranks: int = 1
) -> Iterator[tuple[Tensor, Ints]]:
    """Pictures `(n, h, w, 3)` and their rows, one batch read ahead in a thread.

    Each of several ranks takes every so manieth view of the same batch.
    """
    optim = config.optim
    sampler = data.sampler(optim.people_per_batch, optim.views_per_person, config.seed)

    def make(step: int) -> tuple[Tensor, Ints]:
        rows = sampler.batch(step)[rank::ranks]
        return torch.from_numpy(data.read(rows)), rows

    with ThreadPoolExecutor(1, thread_name_prefix="siam-batches") as pool:
        step = first
        ahead = pool.submit(make, step)
        while True:
            batch = ahead.result()
            step += 1
            ahead = pool.submit(make, step)
            yield batch


def _decay_groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """No decay on biases and normalisation (Goyal et al. 2017, section 5.3)."""
    parameters = list(network.parameters())
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]


@torch.no_grad()
def _update_average(average: nn.Module, network: nn.Module, decay: float) -> None:
    """Exponential moving average of weights and of normalisation statistics."""
    for kept, new in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
        if kept.is_floating_point():
            kept.lerp_(new, 1 - decay)
        else:
            kept.copy_(new)


def _save(fabric: Fabric, run: Path, state: dict[str, Any], step: int, spent_s: float) -> None:
    """Write the whole state; a kill or a full disk in the middle leaves the former checkpoint.

    Raises:
        RuntimeError: the weights are not finite; the former checkpoint stays.
        StoreError: it cannot be written.
    """
    # Between two checks of the loss a run may end, or write what nothing can go on from.
    if not all(torch.isfinite(weight).all() for weight in state["network"].parameters()):
        raise RuntimeError(f"step {step}: the weights are not finite: lower the learning rate")
    if fabric.is_global_zero:
        whole = {name: part.state_dict() for name, part in state.items()}
        with whole_file(run / CHECKPOINT, replaces=b"") as file:
            torch.save({**whole, "step": step, "spent_s": spent_s}, file)
    fabric.barrier()


def _git_commit() -> str:
    """The checkout's commit, "-dirty" where the code differs from it: which code made a run."""
    command = ["git", "describe", "--always", "--abbrev=40", "--dirty"]
    folder = Path(__file__).parent
    asked = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return asked.stdout.strip() or "not a git checkout"
