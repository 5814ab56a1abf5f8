"""Writes the embedder's card: every verb that measures something adds it here."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import tomli_w
import torch

from siamapp.vision.align import CROP_PX
from siamapp.vision.card import (
    CARD_NAME,
    EmbeddingSpec,
    GoldenSpec,
    InputSpec,
    ModelCard,
    ModelFile,
    sealed,
)
from siamapp.vision.selftest import golden_inputs
from training.networks import INPUT_MEAN, INPUT_STD, FaceResNet, to_input
from training.similarity import Metric

FP32, INT8, FP16 = "model.onnx", "model.int8.onnx", "model.fp16.onnx"
LICENCE: Final = "Apache-2.0 for the file; see `use` for what its training data mean"
USE: Final = (
    "The weights were trained on pictures of real people whose collectors give them for research"
    " (CelebA: non-commercial research only; Families in the Wild: research). Take them for study,"
    " teaching and trying this program out; before any other use, train on pictures whose people"
    " agreed to it. Most people in these sets are celebrities photographed in the open: expect more"
    " errors on children, the very old and on groups of people that such pictures show seldom. Not"
    " for deciding about anybody without their knowledge and consent."
)
TRAINING_DATA: Final = (
    "Families in the Wild (Robinson et al. 2016), a part: 128x128 aligned crops, split by family",
    "CelebA (Liu et al. 2015), a part: 128x128 aligned crops, split by identity",
)
TEACHER: Final = (
    "MobileFaceNet trained on MS1M (mobilefacenet_ms1m.onnx, Apache-2.0). Most of what this"
    " network knows comes from it: the main loss is the distance to the teacher's vectors (moved"
    " towards the mean of their person by the labels); the labels also drive a triplet loss. The"
    " share of each was not measured apart. The teacher's own training set, MS1M, was withdrawn"
    " by its makers, which bears on what the student may be used for."
)


def facts(name: str, dimension: int, metric: Metric) -> dict[str, str]:
    """The card's facts that can stand inside the graph: its own hash cannot."""
    return {
        "name": name,
        "task": "embedder",
        "input": f"float32 (n, 3, {CROP_PX}, {CROP_PX})",
        "channels": "rgb",
        "mean": str(INPUT_MEAN),
        "std": str(INPUT_STD),
        "alignment": "arcface-112",
        "dimension": str(dimension),
        "metric": metric,
        "normalised": "true",
        "licence": LICENCE,
        "use": USE,
        "training_data": "; ".join(TRAINING_DATA),
        "teacher": TEACHER,
    }


def new_card(
    folder: Path, name: str, *, dimension: int, metric: Metric, parameters: int, commit: str
) -> ModelCard:
    """The card of `folder/model.onnx` as it is now, with nothing measured yet."""
    file = model_file(folder, FP32, "fp32")
    return ModelCard(
        name=name,
        task="embedder",
        id=file.sha256[:16],
        created=datetime.now(UTC).date().isoformat(),
        summary="A thin residual network (ReLU) that takes an aligned face to a 128-d unit vector.",
        licence=LICENCE,
        use=USE,
        training_data=TRAINING_DATA,
        teacher=TEACHER,
        parameters=parameters,
        input=InputSpec(
            width=CROP_PX,
            height=CROP_PX,
            channels="rgb",
            mean=(INPUT_MEAN,) * 3,
            std=(INPUT_STD,) * 3,
        ),
        embedding=EmbeddingSpec(dimension=dimension, metric=metric, normalised=True),
        files=(file,),
        figures={"training": {"command": TRAIN_COMMAND, "git_commit": commit}},
    )


EXPORT_COMMAND: Final = "python -m training export --model DIR --run DIR"
TRAIN_COMMAND: Final = "python -m training train configs/embedder.toml --data DIR --peers DIR"


def model_file(folder: Path, name: str, precision: str) -> ModelFile:
    """A file's entry, hashed as it lies there."""
    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    return ModelFile.model_validate({"name": name, "precision": precision, "sha256": digest})


def golden_file(folder: Path, network: FaceResNet) -> GoldenSpec:
    """Write what torch gives for the golden inputs, and say where it lies."""
    rgb = np.stack(golden_inputs())[..., ::-1].copy()
    with torch.inference_mode():
        vectors = network.eval()(to_input(torch.from_numpy(rgb))).numpy()
    path = folder / "golden.npy"
    np.save(path, vectors.astype(np.float32))
    return GoldenSpec(name=path.name, sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def write_card(folder: Path, card: ModelCard) -> None:
    """Write `card.toml`."""
    text = tomli_w.dumps(card.model_dump(mode="json", exclude_none=True))
    (folder / CARD_NAME).write_text(sealed(text), encoding="utf-8")
