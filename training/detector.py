"""`python -m training detector train | export | evaluate`: the face detector."""

from __future__ import annotations

import argparse
import logging
import math
import time
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import cv2
import numpy as np
import torch
from pydantic import BaseModel, ConfigDict
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from training import detector_choose, detector_evaluate, detector_export, detector_refine
from training.detector_augment import draw
from training.detector_data import (
    Labelled,
    Reference,
    load_landmark_crops,
    load_scenes,
    split_by_person,
)
from training.detector_network import DetectorNetwork, detection_loss

logger = logging.getLogger(__name__)
Batch = tuple[Tensor, list[Tensor], list[Tensor], list[Tensor]]


class DetectorConfig(BaseModel):
    """`configs/detector.toml`; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int
    max_minutes: float
    threads: int
    sides_px: tuple[int, ...]
    side_weights: tuple[float, ...]
    pixels_per_batch: int
    learning_rate: float
    weight_decay: float
    warmup_steps: int
    ema: float
    widths: tuple[int, int, int, int]
    neck: int
    loss_weights: dict[str, float]
    checkpoint_minutes: float


class CanvasBatches(IterableDataset[Batch]):
    """Endless batches of augmented canvases, each batch of one side length."""

    def __init__(
        self, config: DetectorConfig, scenes: list[Labelled], crops: list[Labelled]
    ) -> None:
        self.config, self.scenes, self.crops = config, scenes, crops

    def __iter__(self) -> Iterator[Batch]:
        info = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self.config.seed, info.id if info else 0])
        while True:
            side = int(rng.choice(self.config.sides_px, p=self.config.side_weights))
            count = self.config.pixels_per_batch // side**2
            canvases = [draw(self.scenes, self.crops, side, rng) for _ in range(count)]
            boxes, points, ignored = (
                [torch.from_numpy(getattr(c, part)) for c in canvases]
                for part in ("boxes", "points", "ignored")
            )
            pixels = torch.from_numpy(np.stack([c.bgr for c in canvases]))
            yield pixels, boxes, points, ignored


def train(
    config: DetectorConfig, data: Path, peers: Path, *, out: Path, start: Path | None = None
) -> Path:
    """Train by the clock; `out/detector.pt` holds the averaged weights, renewed as it goes.

    `start` is such a file of an earlier run to go on from, with a schedule of its own.
    """
    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads)
    cv2.setNumThreads(1)  # canvases are small, and the worker has its own process
    out.mkdir(parents=True, exist_ok=True)
    reference = Reference(peers)
    crops = [c for c in load_landmark_crops(data, reference) if c.name.startswith("training/")]
    scenes = split_by_person(load_scenes(data, reference), data, peers)["train"]
    logger.info("%d scenes, %d landmark crops", len(scenes), len(crops))

    network = DetectorNetwork(config.widths, config.neck)
    seen = 0
    if start is not None:
        saved_run = torch.load(start, weights_only=True)
        network.load_state_dict(saved_run["weights"])
        seen = int(saved_run["canvases"])
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = deepcopy(network).eval()
    optimiser = torch.optim.AdamW(
        network.parameters(), config.learning_rate, weight_decay=config.weight_decay
    )
    batches = CanvasBatches(config, scenes, crops)
    loader = DataLoader(batches, batch_size=None, num_workers=1, prefetch_factor=4)
    begun = saved = time.monotonic()
    running = dict.fromkeys(config.loss_weights, 0.0)
    for step, (bgr, *labels) in enumerate(loader):
        progress = (time.monotonic() - begun) / 60 / config.max_minutes
        if progress >= 1:
            break
        rate = learning_rate(config, step, progress)
        for group in optimiser.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", torch.bfloat16):
            maps = network(bgr.permute(0, 3, 1, 2).float())
        losses = detection_loss(maps, *labels)
        optimiser.zero_grad(set_to_none=True)
        torch.stack([config.loss_weights[k] * v for k, v in losses.items()]).sum().backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
        optimiser.step()
        _average(average, network, min(config.ema, (1 + step) / (10 + step)))
        seen += len(bgr)
        for name, value in losses.items():
            running[name] += (value.item() - running[name]) * max(0.02, 1 / (step + 1))
        if step % 50 == 0:
            rest = " ".join(f"{name} {value:.4f}" for name, value in running.items())
            logger.info("step %d canvases %d rate %.5f %s", step, seen, rate, rest)
        if time.monotonic() - saved > config.checkpoint_minutes * 60:
            saved = time.monotonic()
            _save(out, average, config, seen)
    _save(out, average, config, seen)
    return out / "detector.pt"


def learning_rate(config: DetectorConfig, step: int, progress: float) -> float:
    """Linear warm-up by steps, then half a cosine down to a hundredth by the clock."""
    warmth = min(1.0, (step + 1) / config.warmup_steps)
    return config.learning_rate * warmth * (0.505 + 0.495 * math.cos(math.pi * progress))


@torch.no_grad()
def _average(average: torch.nn.Module, network: torch.nn.Module, keep: float) -> None:
    for kept, new in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
        if kept.is_floating_point():
            kept.lerp_(new, 1 - keep)
        else:
            kept.copy_(new)


def _save(out: Path, network: DetectorNetwork, config: DetectorConfig, seen: int) -> None:
    part = out / "detector.pt.part"
    torch.save(
        {"weights": network.state_dict(), "config": config.model_dump(), "canvases": seen}, part
    )
    part.replace(out / "detector.pt")


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training detector", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    fit = verbs.add_parser("train", help="train from scenes.tar and landmarks68.tar")
    fit.add_argument("config", type=Path)
    detector_export.add_arguments(verbs.add_parser("export", help="write model.onnx and card.toml"))
    detector_export.add_refinement_arguments(
        verbs.add_parser("export-refinement", help="add refine.onnx to a model folder")
    )
    detector_choose.add_arguments(
        verbs.add_parser("choose", help="score thresholds, on the calibration scenes")
    )
    detector_evaluate.add_arguments(
        verbs.add_parser("evaluate", help="measure against the reference")
    )
    fit.add_argument("--data", type=Path, required=True)
    fit.add_argument("--peers", type=Path, required=True)
    fit.add_argument("--out", type=Path, required=True)
    fit.add_argument("--start", type=Path, help="detector.pt of an earlier run to go on from")
    closer = verbs.add_parser("refine", help="train the closer look at each face")
    closer.add_argument("config", type=Path)
    closer.add_argument("--data", type=Path, required=True)
    closer.add_argument("--peers", type=Path, required=True)
    closer.add_argument(
        "--coarse", type=Path, required=True, help="detector folder whose finds it sees"
    )
    closer.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    if arguments.verb == "train":
        with arguments.config.open("rb") as file:
            config = DetectorConfig.model_validate(tomllib.load(file))
        train(config, arguments.data, arguments.peers, out=arguments.out, start=arguments.start)
        return 0
    if arguments.verb == "refine":
        with arguments.config.open("rb") as file:
            closely = detector_refine.RefineConfig.model_validate(tomllib.load(file))
        where = (arguments.data, arguments.peers, arguments.coarse, arguments.out)
        detector_refine.train(closely, *where)
        return 0
    return int(arguments.run(arguments))


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))
