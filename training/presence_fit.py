"""Fit the presence network to views: the label, softened by the teacher's answer."""

from __future__ import annotations

import logging
import math
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor
from torch.nn import functional as F

from siamapp.evaluation.rates import equal_error_rate
from training.presence_attacks import webcam
from training.presence_data import Amount, Views
from training.presence_network import MEAN, STD, Odds, PresenceNet

logger = logging.getLogger(__name__)
Subject = Literal["subject1", "subject2", "subject3", "subject4"]


class PresenceConfig(BaseModel):
    """`configs/presence.toml`; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int
    threads: int = Field(gt=0)
    scenes: int = Field(gt=0)
    clip_frames: int = Field(gt=0)
    spoof_every: int = Field(1, gt=0)
    widths: tuple[int, int, int, int]
    dropout: float = Field(ge=0, lt=1)
    batch: int = Field(gt=1)
    steps: int = Field(gt=0)
    recorded_pairs: int = Field(ge=0)
    """In a batch besides: a real crop and a replay of one subject, not of those held out."""
    pair_weight: float = Field(ge=0)
    teacher_share: float = Field(ge=0, le=1)
    """Weight of the teacher's answer in the target, where it has the context it was made for."""
    learning_rate: float = Field(gt=0)
    weight_decay: float = Field(ge=0)
    held_out: tuple[Subject, ...]
    """Subjects whose recordings the shipped network never sees."""

    @property
    def amount(self) -> Amount:
        return Amount(self.scenes, self.clip_frames, self.spoof_every)


def fit(views: Views, config: PresenceConfig) -> PresenceNet:
    """Train by AdamW under a cosine; half of each batch is real, half an attack."""
    steps, rate = config.steps, config.learning_rate
    rng = np.random.default_rng([config.seed, 0])
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    network = PresenceNet(config.widths, config.dropout)
    simulated = views.of(np.flatnonzero(views.split != "spoof"))
    kinds = [np.flatnonzero(simulated.real == real) for real in (True, False)]
    pairs = list(recorded_pairs(views).values())
    # A third faster on a CPU; torch's own hints do not know the word.
    network.train().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(network.parameters(), rate, weight_decay=config.weight_decay)
    mean_loss = 0.0
    for step in range(steps):
        warmth = min(1.0, (step + 1) / 20)
        for group in optimiser.param_groups:
            group["lr"] = rate * warmth * (0.51 + 0.49 * math.cos(math.pi * step / steps))
        rows = np.concatenate([rng.choice(kind, config.batch // 2) for kind in kinds])
        chosen = rng.integers(len(pairs), size=config.recorded_pairs if pairs else 0)
        crops = views.near[[rng.choice(kind) for i in chosen for kind in pairs[i]]]
        loss = _loss(network, simulated.of(rows), crops, config, rng)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        mean_loss += (loss.item() - mean_loss) * max(0.02, 1 / (step + 1))
        if step % 50 == 0 or step == steps - 1:
            logger.info("step %d of %d, loss %.4f", step, steps, mean_loss)
    return network.eval()


def recorded_pairs(views: Views) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """By subject of `spoof.tar`, the rows of real crops and of replays; of those that have both."""
    pairs = {}
    for subject in np.unique(views.source[views.split == "spoof"]).tolist():
        real, replay = (
            np.flatnonzero((views.source == subject) & (views.real == is_real))
            for is_real in (True, False)
        )
        if len(real) and len(replay):
            pairs[subject] = real, replay
    return pairs


def _loss(
    network: PresenceNet,
    views: Views,
    crops: np.ndarray,
    config: PresenceConfig,
    rng: np.random.Generator,
) -> Tensor:
    """Cross-entropy of each view alone and of both together; and of `crops`, real, replay, real...

    Recorded crops end at the face, so only the near view is asked, and only for the difference: a
    real crop is to look more alive than a replay of the same subject (RankNet, Burges et al. 2005,
    equation 3). Each subject was filmed by a camera of its own, and a label would teach to know
    the cameras of these few; a difference leaves out what both have of it.
    """
    target = _target(views, config.teacher_share)
    # In one batch: by its norm the network must not tell the recorded from the simulated.
    seen = np.concatenate([_varied(views.near, rng), _varied(crops, rng)])
    near = network.near(_tensor(seen))[:, 0]
    odds = Odds(near[: len(views)], network.wide(_tensor(_varied(views.wide, rng)))[:, 0])
    loss = (
        F.binary_cross_entropy_with_logits(odds.near, target)
        + F.binary_cross_entropy_with_logits(odds.wide, target)
        + F.binary_cross_entropy(odds.log_alive.exp(), target)
    )
    if len(crops):
        real, replay = near[len(views) :].reshape(-1, 2).T
        loss = loss + config.pair_weight * F.softplus(replay - real).mean()
    return loss


def _target(views: Views, teacher_share: float) -> Tensor:
    """The label, softened by the teacher."""
    label = torch.from_numpy(views.real).float()
    return torch.lerp(label, torch.from_numpy(views.teacher), teacher_share)


def _varied(pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Another camera for half of them, and a place that is not quite the same for all."""
    made = np.empty_like(pictures)
    for i, picture in enumerate(pictures):
        if rng.random() < 0.5:
            picture = webcam(picture, rng)
        side = picture.shape[0]
        angle, scale = rng.normal(0, 6), np.exp(rng.normal(0, 0.06))
        matrix = cv2.getRotationMatrix2D((side / 2, side / 2), angle, scale)
        matrix[:, 2] = matrix[:, 2] + rng.normal(0, 2.5, 2)
        if rng.random() < 0.5:
            picture = picture[:, ::-1]
        made[i] = cv2.warpAffine(picture, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)
    return made


def _tensor(pictures: np.ndarray) -> Tensor:
    planes = torch.from_numpy(pictures).permute(0, 3, 1, 2)  # stays channels_last
    return (planes.float() - MEAN) / STD


@torch.inference_mode()
def scores(network: PresenceNet, views: Views) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores `(n,)` of both views together, of the near one alone and of the wide one alone."""
    network.eval()
    answers = []
    for start in range(0, len(views), 256):
        part = views.of(np.arange(start, min(start + 256, len(views))))
        answers.append(torch.stack(network(_tensor(part.near), _tensor(part.wide))))
    both, near, wide = torch.cat(answers, dim=1).numpy()
    return both, near, wide


def eer_percent(score: np.ndarray, views: Views) -> float:
    """Where as many real views are refused as attacks accepted, in percent."""
    return round(100 * equal_error_rate((1 - score).astype(np.float32), views.real), 2)


def save(network: PresenceNet, config: PresenceConfig, path: Path) -> None:
    part = path.with_suffix(".part")
    torch.save({"weights": network.state_dict(), "config": config.model_dump()}, part)
    part.replace(path)


def load(path: Path) -> tuple[PresenceNet, PresenceConfig]:
    saved = torch.load(path, weights_only=True)
    config = PresenceConfig.model_validate(saved["config"])
    network = PresenceNet(config.widths, config.dropout)
    network.load_state_dict(saved["weights"])
    return network.eval(), config
