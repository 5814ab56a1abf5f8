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
    base_steps: int = Field(gt=0)
    """On simulated attacks alone: what every fold starts from."""
    tune_steps: int = Field(ge=0)
    """With the recorded attacks of the subjects that are not held out; 0 for none of them."""
    spoof_share: float = Field(ge=0, le=1)
    """Part of a tuning batch that is recorded."""
    teacher_share: float = Field(ge=0, le=1)
    """Weight of the teacher's answer in the target, where it has the context it was made for."""
    learning_rate: float = Field(gt=0)
    tune_learning_rate: float = Field(gt=0)
    weight_decay: float = Field(ge=0)
    held_out: tuple[Subject, ...]
    """Subjects whose recordings the shipped network never sees."""

    @property
    def amount(self) -> Amount:
        return Amount(self.scenes, self.clip_frames, self.spoof_every)


def fit(network: PresenceNet, views: Views, config: PresenceConfig, *, tune: bool) -> PresenceNet:
    """Train in place by AdamW under a cosine; half of each batch is real, half an attack."""
    steps, rate = (
        (config.tune_steps, config.tune_learning_rate)
        if tune
        else (config.base_steps, config.learning_rate)
    )
    rng = np.random.default_rng([config.seed, int(tune)])
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    pools = _pools(views, config.spoof_share)
    # A third faster on a CPU; torch's own hints do not know the word.
    network.train().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(network.parameters(), rate, weight_decay=config.weight_decay)
    mean_loss = 0.0
    for step in range(steps):
        warmth = min(1.0, (step + 1) / 20)
        for group in optimiser.param_groups:
            group["lr"] = rate * warmth * (0.51 + 0.49 * math.cos(math.pi * step / steps))
        rows = np.concatenate(
            [rng.choice(pool, max(round(config.batch * share), 1)) for pool, share in pools]
        )
        loss = _loss(network, views.of(rows), config.teacher_share, rng)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        mean_loss += (loss.item() - mean_loss) * max(0.02, 1 / (step + 1))
        if step % 50 == 0 or step == steps - 1:
            logger.info("step %d of %d, loss %.4f", step, steps, mean_loss)
    return network.eval()


def _pools(views: Views, spoof_share: float) -> list[tuple[np.ndarray, float]]:
    """Rows by what they show, with the share of a batch that each kind gets."""
    spoof = views.split == "spoof"
    share = spoof_share if spoof.any() else 0.0
    pools = []
    for real in (True, False):
        for recorded, part in ((True, share), (False, 1 - share)):
            rows = np.flatnonzero((views.real == real) & (spoof == recorded))
            if len(rows) and part:
                pools.append((rows, part / 2))
    return pools


def _loss(
    network: PresenceNet, views: Views, teacher_share: float, rng: np.random.Generator
) -> Tensor:
    """Cross-entropy of each view alone and of both together.

    Recorded crops end at the face: of them only the near view is asked.
    """
    near, target = _tensor(_varied(views.near, rng)), _target(views, teacher_share)
    near_odds = network.near(near)[:, 0]
    loss = F.binary_cross_entropy_with_logits(near_odds, target)
    whole = np.flatnonzero(views.has_wide)
    if len(whole) > 1:  # batch norm cannot work with one
        wide_odds = network.wide(_tensor(_varied(views.wide[whole], rng)))[:, 0]
        alive = Odds(near_odds[whole], wide_odds).log_alive.exp()
        part = len(whole) / len(views)
        loss = loss + part * F.binary_cross_entropy_with_logits(wide_odds, target[whole])
        loss = loss + part * F.binary_cross_entropy(alive, target[whole])
    return loss


def _target(views: Views, teacher_share: float) -> Tensor:
    """The label, softened by the teacher where it sees the context that it was made for."""
    share = torch.from_numpy(teacher_share * views.has_wide).float()
    return (1 - share) * torch.from_numpy(views.real).float() + share * torch.from_numpy(
        views.teacher
    )


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
