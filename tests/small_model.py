"""A small embedder as a stranger might bring it: a real ONNX graph with a card written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import onnx
from onnx import TensorProto, helper

CARD = """
name = "small"
task = "embedder"
summary = "Sixteen mean colours of a face."
licence = "Apache-2.0"
use = "Tests."
training_data = []
parameters = 0
input = { width = 112, height = 112, channels = "rgb", mean = [127.5, 127.5, 127.5], std = [127.5, 127.5, 127.5] }
embedding = { dimension = 48, metric = "l2", normalised = false }
"""  # noqa: E501


def graph(
    nodes: Sequence[onnx.NodeProto] | None = None,
    *,
    shape: Sequence[int | str] = ("n", 3, 112, 112),
    initializer: Sequence[onnx.TensorProto] = (),
) -> onnx.ModelProto:
    """Means of 28x28 px, flattened; or other nodes from `x` to `y`."""
    nodes = nodes or [
        helper.make_node("AveragePool", ["x"], ["p"], kernel_shape=[28, 28], strides=[28, 28]),
        helper.make_node("Flatten", ["p"], ["y"]),
    ]
    made = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ("n", 48))],
        list(initializer),
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def write(folder: Path, model: onnx.ModelProto | bytes | None = None, card: str = CARD) -> Path:
    """`small.onnx` with `card.toml` beside it; returns the ONNX file."""
    folder.mkdir(parents=True, exist_ok=True)
    data = model if isinstance(model, bytes) else (model or graph()).SerializeToString()
    (folder / "small.onnx").write_bytes(data)
    (folder / "card.toml").write_text(card, "utf-8")
    return folder / "small.onnx"


def patterns(root: Path, *, people: int, each: int) -> Path:
    """Drawn "people": coarse patterns, each seen under some noise; as aligned crops."""
    rng = np.random.default_rng(3)
    for number in range(people):
        folder = root / f"p{number:02d}"
        folder.mkdir(parents=True)
        pattern = rng.integers(0, 256, (4, 4, 3)).astype(np.uint8)
        face = cv2.resize(pattern, (112, 112), interpolation=cv2.INTER_NEAREST).astype(float)
        for view in range(each):
            noisy = np.clip(face + rng.normal(0, 40, (1, 1, 3)), 0, 255).astype(np.uint8)
            cv2.imwrite(str(folder / f"{view}.png"), noisy)
    return root
