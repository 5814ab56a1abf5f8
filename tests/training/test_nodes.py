"""Two nodes by torchrun, both on this machine: an agent and a process for each, by the verb."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from training import loop
from training.config import TrainConfig
from training.labelled import ShardSet, write_shards
from training.loop import train


@pytest.fixture
def half_done(tmp_path: Path) -> Path:
    """A run on shards that one process left after two of its six steps."""
    rng = np.random.default_rng(0)
    files = []
    for person in range(8):
        for shot in range(3):
            picture = rng.integers(0, 256, (128, 128, 3), dtype=np.uint8)
            files.append((f"p{person}/{shot}.png", cv2.imencode(".png", picture)[1].tobytes()))
    write_shards(files, tmp_path / "shards", per_shard=6)
    tree = {
        "name": "nodes",
        "threads": 1,
        "bf16": False,
        "accelerator": "cpu",
        "log_every": 2,
        "data": {"on_device": True, "shards": str(tmp_path / "shards")},
        "network": {"widths": [8, 8, 8, 16], "blocks": [0, 1, 1, 1], "dimension": 8},
        "loss": {"distill": 0, "relational": 0, "triplet": 1.0, "mining": "random"},
        "optim": {"people_per_batch": 4, "views_per_person": 2, "steps": 6},
    }
    run, real = tmp_path / "run", loop._batches
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "_batches", lambda *given: islice(real(*given), 2))
        train(TrainConfig.model_validate(tree), ShardSet.open(tmp_path / "shards"), run)
    assert steps(run) == (2, 2)
    return run


def steps(run: Path) -> tuple[int, int]:
    """Made by the run, and by its optimiser."""
    saved = torch.load(run / "last.pt", weights_only=True)
    [made] = {int(part["step"]) for part in saved["optimizer"]["state"].values()}
    return saved["step"], made


def resume_on(runs: list[Path]) -> list[tuple[int, str]]:
    """`train --resume` on as many nodes, each with its own folder: exit codes and what was said."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "1"]
    where = ["--nnodes", str(len(runs)), "--master-addr", "127.0.0.1", "--master-port", str(port)]
    nodes = []
    for rank, run in enumerate(runs):
        verb = ["-m", "training", "train", "--resume", str(run), "--set", f"nodes={len(runs)}"]
        nodes.append(
            subprocess.Popen(
                [*torchrun, *where, "--node-rank", str(rank), *verb],
                cwd=root,
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        )
    try:
        said = [node.communicate(timeout=120)[1] for node in nodes]
    finally:
        for node in nodes:
            if node.returncode is None:  # its process too
                os.killpg(node.pid, signal.SIGKILL)
                node.communicate()
    return [(node.returncode, text) for node, text in zip(nodes, said, strict=True)]


@pytest.mark.slow
def test_a_run_goes_on_on_two_nodes_and_then_on_one(half_done: Path) -> None:
    for code, said in resume_on([half_done, half_done]):
        assert code == 0, said[-2000:]
    assert steps(half_done) == (6, 6)
    lines = [json.loads(line) for line in (half_done / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [2, 4, 6]
    assert all(np.isfinite(line["total"]) for line in lines)
    [(code, said)] = resume_on([half_done])
    assert code == 0, said[-2000:]


@pytest.mark.slow
def test_nodes_that_see_different_folders_do_not_train_apart(
    half_done: Path, tmp_path: Path
) -> None:
    alone = tmp_path / "alone"
    shutil.copytree(half_done, alone)
    (alone / "last.pt").unlink()
    for code, said in resume_on([half_done, alone]):
        assert code != 0
        assert "must lie where every node sees it" in said
    assert steps(half_done) == (2, 2)
