"""What a training run is made of: one TOML file, checked before anything is computed."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from training.heads import Head
from training.mining import Mining
from training.similarity import Metric


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DataConfig(_Part):
    """Which crops are seen."""

    split_seed: int = 2026
    """Of the people's split; apart from `seed`, so runs with other seeds stay comparable."""
    test_share: float = Field(0.08, gt=0, lt=0.5)
    calibration_share: float = Field(0.05, gt=0, lt=0.5)
    limit_per_set: int | None = Field(None, gt=0)
    views_per_crop: int = Field(6, gt=0)
    blends_per_crop: int = Field(2, ge=0)
    """Views of a mean of this crop and another (`training.views`)."""
    on_device: bool = False
    """Make views batch by batch on the device (`training.augment_device`), without a teacher."""
    shards: Path | None = None
    """Folder of `python -m training shards` to stream crops from, instead of reading sets whole."""


class NetworkConfig(_Part):
    """Shape of the residual network (`training.networks.FaceResNet`)."""

    widths: tuple[int, int, int, int] = (32, 64, 128, 256)
    blocks: tuple[int, int, int, int] = (2, 2, 2, 2)
    dimension: int = Field(128, gt=0)


class LossConfig(_Part):
    """Weights of the summed losses; 0 leaves one out."""

    distill: float = Field(1.0, ge=0)
    centre_share: float = Field(0.2, ge=0, le=1)
    """How far the teacher's vector is moved towards its person's mean before it is a target."""
    relational: float = Field(0.5, ge=0)
    triplet: float = Field(0.5, ge=0)
    margin: float = Field(0.3, gt=0)
    """Of the triplet loss, on squared distances of unit vectors (0..4)."""
    mining: Mining = "semi_hard"
    negatives: int = Field(1, gt=0)
    """Triplets per anchor and positive: the ratio of strangers to own pictures."""
    contrastive: float = Field(0.0, ge=0)
    contrastive_margin: float = Field(1.0, gt=0)
    """On distances of unit vectors (0..2)."""
    classify: float = Field(0.0, ge=0)
    head: Head = "arcface"
    head_margin: float = Field(0.3, ge=0)
    head_scale: float = Field(30.0, gt=0)


class OptimConfig(_Part):
    """AdamW under a cosine that ends with the run."""

    people_per_batch: int = Field(64, gt=0)
    views_per_person: int = Field(2, gt=1)
    steps: int = Field(12000, gt=0)
    max_minutes: float | None = Field(None, gt=0)
    """Wall-clock end: the schedule follows whichever of steps and minutes is further along."""
    learning_rate: float = Field(2e-3, gt=0)
    weight_decay: float = Field(0.05, ge=0)
    warmup: float = Field(0.03, ge=0, lt=1)
    """Share of the run over which the rate rises."""
    ema_decay: float = Field(0.998, ge=0, lt=1)


class TrainConfig(_Part):
    """A whole run."""

    name: str
    metric: Metric = "l2"
    """How two vectors are compared: by the contrastive loss, and by the app, as the card says."""
    seed: int = 1
    start: Path | None = None
    """Folder of an exported embedder to go on from (`training.warm_start`)."""
    threads: int = Field(2, gt=0)
    """Take 1 where cores are shared: oneDNN's threads wait for each other there."""
    bf16: bool | None = None
    """None: where the hardware computes it; a CPU that only emulates it takes ten times as long."""
    accelerator: Literal["auto", "cpu", "cuda"] = "auto"
    """By "auto" a CUDA GPU where there is one, so one config runs on both."""
    devices: int = Field(1, gt=0)
    """Per node; each takes its share of every batch."""
    nodes: int = Field(1, gt=0)
    log_every: int = Field(50, gt=0)
    checkpoint_every: int = Field(500, gt=0)
    data: DataConfig = DataConfig()
    network: NetworkConfig = NetworkConfig()
    loss: LossConfig = LossConfig()
    optim: OptimConfig = OptimConfig()

    @model_validator(mode="after")
    def _teacher_has_answers(self) -> TrainConfig:
        if self.data.shards and not self.data.on_device:
            raise ValueError("data.shards needs data.on_device = true")
        if self.data.on_device and (self.loss.distill or self.loss.relational):
            raise ValueError(
                "data.on_device has no teacher: loss.distill and loss.relational must be 0"
            )
        return self


WHERE = ("accelerator", "devices", "nodes", "threads")
"""Keys of the config that say where a run runs, not what it computes."""


def load_config(path: Path, overrides: list[str] | None = None) -> TrainConfig:
    """Read a TOML file; `overrides` are `section.key=value`, the value written as TOML.

    A path that does not exist is looked for beside this module, so `configs/embedder.toml` works
    from any folder.

    Raises:
        FileNotFoundError: no such file in either place.
        ValueError: a key or value the config does not know (pydantic's ValidationError is one).
    """
    if not path.is_file():
        path = Path(__file__).parent / path
    tree: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    return TrainConfig.model_validate(_overridden(tree, overrides or []))


def load_resumed(run: Path, overrides: list[str]) -> TrainConfig:
    """The config of a run that goes on; only where it runs may be another (`WHERE`).

    Raises:
        FileNotFoundError: there is no such run.
        ValueError: something else is overridden.
    """
    for override in overrides:
        if override.partition("=")[0] not in WHERE:
            raise ValueError(f"A run that goes on keeps its {override.partition('=')[0]}.")
    tree: dict[str, Any] = json.loads((run / "config.json").read_text(encoding="utf-8"))
    return TrainConfig.model_validate(_overridden(tree, overrides))


def _overridden(tree: dict[str, Any], overrides: list[str]) -> dict[str, Any]:
    for override in overrides:
        key, equals, value = override.partition("=")
        if not equals:
            raise ValueError(f"{override!r} is not key=value")
        *sections, leaf = key.split(".")
        node = tree
        for section in sections:
            node = node.setdefault(section, {})
            if not isinstance(node, dict):
                raise ValueError(f"{override!r}: {section} is no section")
        node[leaf] = tomllib.loads(f"value = {value}")["value"]
    return tree
