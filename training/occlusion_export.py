"""From a run of the occlusion measure to a model folder, with the figures on its card."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from siamapp.vision.align import CROP_PX
from siamapp.vision.card import InputSpec, ModelCard, OcclusionSpec
from siamapp.vision.providers import bare_session
from training.card import FP32, LICENCE, TRAINING_DATA, USE, model_file, write_card
from training.export import describe
from training.occlusion_network import MEAN, REGION, halve

logger = logging.getLogger(__name__)
MAX_DIFFERENCE: Final = 1e-4
TRAIN_COMMAND: Final = "python -m training occlusion train --data DIR --peers DIR --out RUN"
EXPORT_COMMAND: Final = "python -m training occlusion export --data DIR --peers DIR --out RUN"
SUMMARY: Final = (
    "A tiny network (ReLU) that tells which share of an aligned face something covers. Taught by"
    " masks, glasses, hands and things that were drawn onto crops: of real ones it finds fewer."
    " Dark eyes, fringes and beards may look covered to it. It warns and ranks; nobody is refused"
    " for it."
)


class Share(nn.Module):
    """The network as the app runs it: from `(N, 3, 112, 112)` to a share `(N,)`."""

    def __init__(self, cells: nn.Module) -> None:
        super().__init__()
        self.cells = cells
        weights = torch.from_numpy(REGION.astype(np.float32) / REGION.sum())
        self.register_buffer("weights", weights)

    def forward(self, crops: Tensor) -> Tensor:
        cells = self.cells(halve(crops)).sigmoid()
        return (cells[:, 0] * self.weights).sum((1, 2))


def export(cells: nn.Module, folder: Path, figures: dict[str, dict[str, float]]) -> None:
    """Write `model.onnx` and `card.toml`; the limit is the one that `figures` were measured at.

    Raises:
        RuntimeError: torch and onnxruntime disagree.
    """
    net, path = Share(cells).eval(), folder / FP32
    folder.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        net,
        (torch.zeros(2, 3, CROP_PX, CROP_PX),),
        path,
        dynamo=True,
        external_data=False,
        verbose=False,
        input_names=["face"],
        output_names=["share"],
        dynamic_shapes={"crops": {0: torch.export.Dim("faces", min=1)}},
    )
    model = onnx.load(path)
    name = folder.name
    describe(model, {"task": "occlusion", "name": name, "summary": SUMMARY, "licence": LICENCE})
    onnx.save(model, path)
    difference = parity(net, path)
    if difference > MAX_DIFFERENCE:
        raise RuntimeError(f"torch and onnxruntime differ by {difference:.2e}")
    file = model_file(folder, FP32, "fp32")
    told: dict[str, dict[str, float | int | str]] = {
        key: {"command": EXPORT_COMMAND, **{k: round(v, 4) for k, v in table.items()}}
        for key, table in figures.items()
    }
    card = ModelCard(
        name=name,
        task="occlusion",
        id=file.sha256[:16],
        created=datetime.now(UTC).date().isoformat(),
        summary=SUMMARY,
        licence=LICENCE,
        use=USE,
        training_data=TRAINING_DATA,
        parameters=sum(p.numel() for p in net.parameters()),
        input=InputSpec(
            width=CROP_PX, height=CROP_PX, channels="rgb", mean=(MEAN,) * 3, std=(MEAN,) * 3
        ),
        occlusion=OcclusionSpec(limit=round(figures["uncovered"]["limit"], 3)),
        files=(file,),
        figures={
            "training": {"command": TRAIN_COMMAND},
            **told,
            "parity": {"command": EXPORT_COMMAND, "max_difference": float(f"{difference:.1e}")},
        },
    )
    write_card(folder, card)
    logger.info("%s: limit %.3f", path, figures["uncovered"]["limit"])


def parity(net: nn.Module, path: Path) -> float:
    """Largest difference between torch, as trained, and onnxruntime, as shipped."""
    rng, session, worst = np.random.default_rng(0), bare_session(path), 0.0
    for count in (1, 5):
        crops = rng.uniform(-1, 1, (count, 3, CROP_PX, CROP_PX)).astype(np.float32)
        with torch.inference_mode():
            expected = net(torch.from_numpy(crops)).numpy()
        (ours,) = session.run(None, {"face": crops})
        worst = max(worst, float(np.abs(ours - expected).max()))
    return worst
