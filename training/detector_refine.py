"""`python -m training detector refine`: the detector's closer look at each face.

A small network sees a face already laid upright at one size, so all it learns is by how much the
first network's points were off, and whether this is a face at all.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
from pydantic import BaseModel, ConfigDict
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, IterableDataset

from siamapp.types import BgrImage, FloatArray
from siamapp.vision.align import lay, scaled_template, similarity
from siamapp.vision.detect import Detector
from siamapp.vision.model import Model
from siamapp.vision.track import iou
from training.detector_augment import MIRRORED_POINTS, photometric
from training.detector_data import (
    Labelled,
    Reference,
    load_identity_crops,
    load_landmark_crops,
    load_scenes,
    split_by_person,
)
from training.detector_network import INPUT_SCALE, conv

logger = logging.getLogger(__name__)
SIDE_PX: Final = 64
MARGIN_PX: Final = 20
TEMPLATE: Final = scaled_template(SIDE_PX, MARGIN_PX)
UNIT_PX: Final = float(TEMPLATE[1, 0] - TEMPLATE[0, 0])
PROPOSAL_SCORE: Final = 0.1
"""Hard negatives are what the first network takes for a face with at least this score."""


class RefineConfig(BaseModel):
    """`configs/detector_refine.toml`; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int
    max_minutes: float
    threads: int
    workers: int
    batch: int
    learning_rate: float
    weight_decay: float
    ema: float
    widths: tuple[int, int, int, int]
    hidden: int
    score_weight: float


class RefineNetwork(nn.Module):
    """BGR 0..255 `(N, 3, 64, 64)` to `(N, 11)`: see `siamapp.vision.card.RefinementSpec`."""

    def __init__(self, widths: tuple[int, int, int, int], hidden: int) -> None:
        super().__init__()
        first, second, third, fourth = widths
        self.features = nn.Sequential(
            conv(3, first, stride=2),
            conv(first, second, stride=2),
            conv(second, second),
            conv(second, third, stride=2),
            conv(third, third),
            conv(third, fourth, stride=2),
        )
        self.head = nn.Sequential(
            nn.Flatten(), nn.Linear(fourth * (SIDE_PX // 16) ** 2, hidden), nn.ReLU()
        )
        self.output = nn.Linear(hidden, 11)
        nn.init.normal_(self.output.weight, std=0.01)
        nn.init.zeros_(self.output.bias)

    def forward(self, bgr: Tensor) -> Tensor:
        answer: Tensor = self.output(self.head(self.features(bgr * INPUT_SCALE)))
        return answer


@dataclass(frozen=True, slots=True)
class Look:
    """Where to look: a face (`points` are its true ones) or none (`points` is None)."""

    bgr: BgrImage
    start: FloatArray
    """`(5, 2)` px: what the crop is laid by."""
    points: FloatArray | None


def proposals(scenes: list[Labelled], coarse: Model) -> tuple[list[Look], list[Look]]:
    """What the first network really gives on the scenes: faces with its points, and mistakes."""
    assert coarse.card.detection is not None
    low = coarse.card.detection.model_copy(update={"score_threshold": PROPOSAL_SCORE})
    coarse.card = coarse.card.model_copy(update={"detection": low, "refinement": None})
    detector = Detector(coarse)
    faces, mistakes = [], []
    for scene in scenes:
        for scale in (0.5, 0.75, 1.0, 1.5):
            bgr = np.asarray(cv2.resize(scene.bgr, None, fx=scale, fy=scale), np.uint8)
            known = np.concatenate([scene.boxes, scene.ignored]) * np.float32(scale)
            for face in detector.detect(bgr):
                overlap = iou(face.box_xyxy[None], known)[0]
                best = int(overlap.argmax()) if len(known) else -1
                start = face.landmarks_xy / np.float32(scale)
                if best < 0 or overlap[best] < 0.2:
                    mistakes.append(Look(scene.bgr, start, None))
                elif best < len(scene.boxes) and overlap[best] > 0.4:
                    faces.append(Look(scene.bgr, start, scene.points[best]))
    return faces, mistakes


class Looks(IterableDataset[tuple[Tensor, Tensor, Tensor]]):
    """Endless batches of crops `(n, 64, 64, 3)`, targets `(n, 10)` and face or not `(n,)`."""

    def __init__(
        self,
        config: RefineConfig,
        labelled: list[list[Labelled]],
        found: list[Look],
        mistakes: list[Look],
    ) -> None:
        self.config, self.found, self.mistakes = config, found, mistakes
        self.scenes = labelled[0]
        self.sources = [[(s, i) for s in part for i in range(len(s.boxes))] for part in labelled]

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        info = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self.config.seed, info.id if info else 0])
        while True:
            drawn = [draw(self._look(rng), rng) for _ in range(self.config.batch)]
            crops, targets, real = (np.stack(part) for part in zip(*drawn, strict=True))
            yield torch.from_numpy(crops), torch.from_numpy(targets), torch.from_numpy(real)

    def _look(self, rng: np.random.Generator) -> Look:
        kind = rng.random()
        if kind < 0.12 and self.mistakes:
            look = self.mistakes[rng.integers(len(self.mistakes))]
            return Look(look.bgr, jitter(look.start, rng, 0.5), None)
        if kind < 0.20:
            return _elsewhere(self.scenes[rng.integers(len(self.scenes))], rng)
        if kind < 0.35 and self.found:
            look = self.found[rng.integers(len(self.found))]
            return Look(look.bgr, jitter(look.start, rng, 0.5), look.points)
        source = self.sources[int(rng.choice(len(self.sources), p=[0.4, 0.3, 0.3]))]
        labelled, face = source[rng.integers(len(source))]
        points = labelled.points[face]
        if kind < 0.42:
            return Look(labelled.bgr, _beside(points, rng), None)
        return Look(labelled.bgr, jitter(points, rng, rng.choice([0.5, 1.0, 2.0])), points)


def jitter(points: FloatArray, rng: np.random.Generator, strength: float) -> FloatArray:
    """Points as the first network might give them: turned, scaled and shifted together."""
    middle = points.mean(axis=0)
    eyes = float(np.linalg.norm(points[1] - points[0]))
    angle = np.deg2rad(rng.normal(0, 8 * strength))
    scale = np.exp(rng.normal(0, 0.09 * strength))
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shift = rng.normal(0, 0.09 * strength, 2) * eyes
    return ((points - middle) @ turn.T + middle + shift).astype(np.float32)


def _beside(points: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Points of a box that holds a piece of a face, or a face that is only a piece of it."""
    eyes = float(np.linalg.norm(points[1] - points[0]))
    middle = points.mean(axis=0)
    kind = rng.integers(3)
    if kind == 0:
        angle = rng.uniform(0, 2 * np.pi)
        way = np.array([np.cos(angle), np.sin(angle)]) * max(eyes, 1.0)
        return (points + way * rng.uniform(1.4, 3.0)).astype(np.float32)
    scale = rng.uniform(0.25, 0.45) if kind == 1 else rng.uniform(2.2, 3.5)
    return ((points - middle) * scale + middle).astype(np.float32)


def _elsewhere(scene: Labelled, rng: np.random.Generator) -> Look:
    """A place of the scene, or of its frame, that is far from every face and doubtful region."""
    height, width = scene.bgr.shape[:2]
    known = np.concatenate([scene.boxes, scene.ignored])
    shape = (TEMPLATE - TEMPLATE.mean(axis=0)) / UNIT_PX
    for _ in range(20):
        size = np.exp(rng.uniform(np.log(12), np.log(0.4 * min(height, width))))
        middle = rng.uniform(0, 1, 2) * (width, height)
        low, high = known[:, :2] - 0.7 * size, known[:, 2:] + 0.7 * size
        if not ((middle > low) & (middle < high)).all(axis=1).any():
            start = (shape * size + middle).astype(np.float32)
            return Look(scene.bgr, jitter(start, rng, 2.0), None)
    return Look(np.zeros_like(scene.bgr), TEMPLATE, None)


def draw(look: Look, rng: np.random.Generator) -> tuple[BgrImage, FloatArray, np.float32]:
    """One augmented crop, its points' distances from the template, and whether it is a face."""
    side = SIDE_PX
    matrix = similarity(look.start, TEMPLATE)
    crop = lay(look.bgr, matrix, side)
    points = TEMPLATE
    if look.points is not None:
        points = look.points @ matrix[:, :2].T + matrix[:, 2]
    if rng.random() < 0.25:  # a face far from the camera
        low = int(rng.integers(18, 56))
        small = cv2.resize(crop, (low, low), interpolation=cv2.INTER_AREA)
        crop = np.asarray(cv2.resize(small, (side, side), interpolation=cv2.INTER_LINEAR), np.uint8)
    if rng.random() < 0.5:
        crop = np.ascontiguousarray(crop[:, ::-1])
        points = np.stack([side - 1 - points[:, 0], points[:, 1]], axis=1)[MIRRORED_POINTS]
    targets = ((points - TEMPLATE) / UNIT_PX).astype(np.float32).ravel()
    return photometric(crop, rng), targets, np.float32(look.points is not None)


def refine_loss(answers: Tensor, targets: Tensor, real: Tensor) -> dict[str, Tensor]:
    """`points`: mean absolute error in eye distances, on faces only; `score`: cross-entropy."""
    error = (answers[:, :10] - targets).abs().mean(dim=1)
    return {
        "points": (error * real).sum() / real.sum().clamp(min=1),
        "score": F.binary_cross_entropy_with_logits(answers[:, 10], real),
    }


def train(config: RefineConfig, data: Path, peers: Path, coarse: Path, out: Path) -> Path:
    """Train by the clock; `out/refine.pt` holds the averaged weights."""
    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads)
    cv2.setNumThreads(1)
    out.mkdir(parents=True, exist_ok=True)
    reference = Reference(peers)
    measured = [c for c in load_landmark_crops(data, reference) if c.name.startswith("training/")]
    split = split_by_person(load_scenes(data, reference), data, peers)
    portraits = load_identity_crops(data, peers, reference, split)
    found, mistakes = proposals(split["train"], Model.load(coarse, provider="cpu"))
    logger.info(
        "%d scenes, %d measured, %d portraits", len(split["train"]), len(measured), len(portraits)
    )
    logger.info("%d found faces, %d mistakes", len(found), len(mistakes))
    looks = Looks(config, [split["train"], measured, portraits], found, mistakes)
    network = RefineNetwork(config.widths, config.hidden)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = deepcopy(network).eval()
    optimiser = torch.optim.AdamW(
        network.parameters(), config.learning_rate, weight_decay=config.weight_decay
    )
    loader = DataLoader(looks, batch_size=None, num_workers=config.workers, prefetch_factor=4)
    begun = time.monotonic()
    running: dict[str, float] = {}
    seen = 0
    for step, (crops, targets, real) in enumerate(loader):
        progress = (time.monotonic() - begun) / 60 / config.max_minutes
        if progress >= 1:
            break
        warmth = min(1.0, (step + 1) / 100)
        for group in optimiser.param_groups:
            group["lr"] = (
                config.learning_rate * warmth * (0.502 + 0.498 * math.cos(math.pi * progress))
            )
        losses = refine_loss(network(crops.permute(0, 3, 1, 2).float()), targets, real)
        optimiser.zero_grad(set_to_none=True)
        (losses["points"] + config.score_weight * losses["score"]).backward()
        optimiser.step()
        keep = min(config.ema, (1 + step) / (10 + step))
        with torch.no_grad():
            for kept, new in zip(
                average.state_dict().values(), network.state_dict().values(), strict=True
            ):
                kept.lerp_(new, 1 - keep) if kept.is_floating_point() else kept.copy_(new)
        seen += len(crops)
        for name, value in losses.items():
            running[name] = running.get(name, value.item()) * 0.99 + 0.01 * value.item()
        if step % 200 == 0:
            _save(out, average, config, seen)
            logger.info(
                "step %d crops %d %s", step, seen, {k: round(v, 4) for k, v in running.items()}
            )
    _save(out, average, config, seen)
    return out / "refine.pt"


def _save(out: Path, network: RefineNetwork, config: RefineConfig, seen: int) -> None:
    part = out / "refine.pt.part"
    torch.save(
        {"weights": network.state_dict(), "config": config.model_dump(), "crops": seen}, part
    )
    part.replace(out / "refine.pt")


def load_weights(path: Path) -> tuple[RefineNetwork, dict[str, object]]:
    """The averaged network of a run, in evaluation mode, and what the run saved beside it."""
    saved = torch.load(path, weights_only=True)
    network = RefineNetwork(tuple(saved["config"]["widths"]), saved["config"]["hidden"])
    network.load_state_dict(saved["weights"])
    return network.eval(), saved
