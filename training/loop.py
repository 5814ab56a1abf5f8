"""The training loop, top to bottom: batch, losses, step, average, log, checkpoint."""

from __future__ import annotations

import copy
import json
import math
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from training.config import TrainConfig
from training.data import Float, Ints, unit
from training.losses import distillation_loss, relational_loss, triplet_loss
from training.mining import mine_triplets
from training.networks import FaceResNet, to_input
from training.samplers import PeopleSampler
from training.views import Views

CHECKPOINT = "last.pt"


def learning_rate(config: TrainConfig, progress: float) -> float:
    """Linear warm-up, then half a cosine to 0 (Loshchilov and Hutter 2017, SGDR, eq. 5)."""
    warmup, top = config.optim.warmup, config.optim.learning_rate
    if progress < warmup:
        return top * (progress + 1e-3) / (warmup + 1e-3)
    return top * 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - warmup) / (1 - warmup))))


def train(config: TrainConfig, data: Views, run: Path) -> nn.Module:
    """Train until the schedule ends, from the run folder's checkpoint if there is one.

    The run folder gets `config.json`, `metrics.jsonl` (a line per `log_every` steps), `last.pt`
    (the whole state). Returns the averaged network, in evaluation mode.
    """
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    network = FaceResNet(config.network)
    # Known to torch, not to its type hints.
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = copy.deepcopy(network).eval().requires_grad_(False)
    optimizer = torch.optim.AdamW(
        _decay_groups(network, config.optim.weight_decay), lr=config.optim.learning_rate
    )
    step, spent_s = 0, 0.0
    run.mkdir(parents=True, exist_ok=True)
    if (run / CHECKPOINT).is_file():
        state = torch.load(run / CHECKPOINT, weights_only=True)
        network.load_state_dict(state["network"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent_s = state["step"], state["spent_s"]
    else:
        (run / "config.json").write_text(config.model_dump_json(indent=2), encoding="utf-8")
        (run / "git_commit.txt").write_text(_git_commit(), encoding="utf-8")

    targets = teacher_targets(data, config.loss.centre_share)
    limit_s = math.inf if config.optim.max_minutes is None else 60 * config.optim.max_minutes
    started = time.monotonic() - spent_s
    logged: list[dict[str, float]] = []
    with (run / "metrics.jsonl").open("a", encoding="utf-8") as metrics:
        for views, rows in _batches(config, data, step):
            spent_s = time.monotonic() - started
            progress = max(step / config.optim.steps, spent_s / limit_s)
            if progress >= 1:
                break
            rate = learning_rate(config, progress)
            for group in optimizer.param_groups:
                group["lr"] = rate
            labels = torch.from_numpy(data.person[rows])
            parts = losses(
                config, network, to_input(views), labels, torch.from_numpy(targets[rows])
            )
            optimizer.zero_grad(set_to_none=True)
            parts["total"].backward()
            optimizer.step()
            step += 1
            _update_average(average, network, min(config.optim.ema_decay, step / (step + 10)))
            logged.append({name: float(value.detach()) for name, value in parts.items()})
            if step % config.log_every == 0:
                means = {name: float(np.mean([e[name] for e in logged])) for name in logged[0]}
                line = {"step": step, "spent_s": round(spent_s, 1), "lr": rate, **means}
                metrics.write(json.dumps(line) + "\n")
                metrics.flush()
                logged.clear()
            if step % config.checkpoint_every == 0:
                _save(run, network, average, optimizer, step, spent_s)
    _save(run, network, average, optimizer, step, time.monotonic() - started)
    return average


def teacher_targets(data: Views, centre_share: float) -> Float:
    """What the student is to give for each view: `(n, d)` unit vectors.

    The teacher's vector of the view, moved towards the mean of the person's views: the labels take
    out what the teacher says about the picture rather than about the person.
    """
    people, person = np.unique(data.person, return_inverse=True)
    sums = np.zeros((len(people), data.teacher.shape[1]), np.float32)
    np.add.at(sums, person, data.teacher)
    return unit((1 - centre_share) * data.teacher + centre_share * unit(sums)[person])


def losses(
    config: TrainConfig, network: nn.Module, inputs: Tensor, labels: Tensor, targets: Tensor
) -> dict[str, Tensor]:
    """Each loss in use, unweighted, and their weighted `total`."""
    with torch.autocast("cpu", torch.bfloat16, enabled=config.bf16):
        vectors = network(inputs)
    weights = config.loss
    parts = {"distill": distillation_loss(vectors, targets)}
    if weights.relational:
        parts["relational"] = relational_loss(vectors, targets)
    if weights.triplet:
        triplets = mine_triplets(vectors, labels, "semi_hard")
        parts["triplet"] = triplet_loss(vectors, triplets, weights.margin)
    total = torch.stack([getattr(weights, name) * value for name, value in parts.items()]).sum()
    return {**parts, "total": total}


def _batches(config: TrainConfig, data: Views, first: int) -> Iterator[tuple[Tensor, Ints]]:
    """Views `(n, 112, 112, 3)` and their rows, one batch read ahead in a thread."""
    optim = config.optim
    sampler = PeopleSampler(
        data.person, optim.people_per_batch, optim.views_per_person, config.seed
    )

    def make(step: int) -> tuple[Tensor, Ints]:
        rows = sampler.batch(step)
        return torch.from_numpy(data.rgb[rows]), rows

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


def _save(
    run: Path,
    network: nn.Module,
    average: nn.Module,
    optimizer: torch.optim.Optimizer,
    step: int,
    spent_s: float,
) -> None:
    """Write the whole state; a kill in the middle leaves the former checkpoint."""
    state = {
        "network": network.state_dict(),
        "average": average.state_dict(),
        "optimizer": optimizer.state_dict(),
        "step": step,
        "spent_s": spent_s,
    }
    torch.save(state, run / "writing.pt")
    (run / "writing.pt").replace(run / CHECKPOINT)


def _git_commit() -> str:
    """The checkout's commit, "-dirty" where the code differs from it: which code made a run."""
    command = ["git", "describe", "--always", "--abbrev=40", "--dirty"]
    folder = Path(__file__).parent
    asked = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return asked.stdout.strip() or "not a git checkout"
