"""From trained weights to a model folder: ONNX with everything folded in, and its card."""

from __future__ import annotations

import argparse
import hashlib
import logging
import tomllib
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnx
import torch

from siamapp.vision.card import (
    CARD_NAME,
    DetectionSpec,
    InputSpec,
    ModelCard,
    ModelFile,
    RefinementSpec,
    load_card,
    sealed,
)
from siamapp.vision.providers import bare_session
from training.detector_network import INPUT_SCALE, STRIDES, DetectorNetwork
from training.detector_refine import MARGIN_PX, SIDE_PX, RefineNetwork
from training.detector_refine import load_weights as load_refinement
from training.export import describe

logger = logging.getLogger(__name__)
PARITY_SHAPES = ((256, 320), (64, 96), (416, 320))
MAX_DIFFERENCE = 1e-3
"""Of a raw output, in strides or logits."""

SUMMARY = (
    "Anchor-free face detector: boxes and five landmarks at strides 8, 16, 32. Outputs s8, "
    "s16, s32 (1, 15, H/s, W/s): score logit, distances to left, top, right, bottom in "
    "strides, five (x, y) offsets from the cell's centre in strides. A second network looks "
    "at each find closely: better points, fewer mistakes. Weak on faces beyond profile, "
    "rolled by more than some 40 degrees, below 16 px in the input, in crowds, behind masks. "
    "Its labels are another detector's answers, so it shares that detector's blind spots and "
    "its idea of where points lie."
)
TRAINING_DATA = (
    "scenes.tar: 1,575 uncropped CelebA pictures; boxes and points by YuNet 2023mar (MIT), "
    "averaged over two scales and mirroring; a person-disjoint tenth was held out as test",
    "landmarks68.tar, training/ folder: video crops with 68 measured landmarks, reduced to "
    "five and moved by the mean difference to YuNet's convention",
    "celeba.tar, every second aligned crop, for the second network only: points by YuNet; "
    "nobody who is or looks like somebody of the held-out scenes",
)
USE = (
    "Code and weights are ours, but the pictures they were trained on are for non-commercial "
    "research; take legal advice before any other use."
)


LICENCE = "Apache-2.0 for the weights, as far as ours to give; training pictures: research only"
TEACHER = "YuNet 2023mar (yunet_s_dynamic.onnx, MIT): every box and most points are its answers"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("weights", type=Path, help="detector.pt of a training run")
    parser.add_argument("folder", type=Path, help="model folder to write")
    parser.add_argument("--score-threshold", type=float, default=0.5)
    parser.add_argument("--iou-threshold", type=float, default=0.45)
    parser.add_argument("--long-side", type=int, default=320)
    parser.set_defaults(run=run)


def folded(network: DetectorNetwork) -> DetectorNetwork:
    """The same function without batch norms and without the input's scale."""
    network = network.eval()
    first = network.stem[0]
    assert isinstance(first, torch.nn.Sequential)
    for block in [m for m in network.modules() if isinstance(m, torch.nn.Sequential)]:
        if len(block) == 3 and isinstance(block[1], torch.nn.BatchNorm2d):
            convolution = block[0]
            assert isinstance(convolution, torch.nn.Conv2d)
            block[0] = torch.nn.utils.fuse_conv_bn_eval(convolution, block[1])
            block[1] = torch.nn.Identity()
    with torch.no_grad():
        assert isinstance(first[0], torch.nn.Conv2d)
        first[0].weight.mul_(INPUT_SCALE)
    network.input_scale = 1.0
    return network


def load_weights(path: Path) -> tuple[DetectorNetwork, dict[str, object]]:
    saved = torch.load(path, weights_only=True)
    network = DetectorNetwork(saved["config"]["widths"], saved["config"]["neck"])
    network.load_state_dict(saved["weights"])
    return network.eval(), saved


def run(arguments: argparse.Namespace) -> int:
    """Write `model.onnx` and `card.toml`, after torch and onnxruntime gave the same maps."""
    trained, saved = load_weights(arguments.weights)
    network = folded(deepcopy(trained))
    arguments.folder.mkdir(parents=True, exist_ok=True)
    path = arguments.folder / "model.onnx"
    rows, columns = (32 * torch.export.Dim(name, min=1, max=128) for name in ("rows", "columns"))
    torch.onnx.export(
        network,
        (torch.zeros(1, 3, 256, 320),),
        path,
        dynamo=True,
        external_data=False,
        verbose=False,
        input_names=["image"],
        output_names=[f"s{stride}" for stride in STRIDES],
        dynamic_shapes={"bgr": {2: rows, 3: columns}},
    )
    parameters = sum(p.numel() for p in network.parameters())
    _describe(path, arguments, parameters)
    difference = parity(trained, path)
    if difference > MAX_DIFFERENCE:
        raise RuntimeError(f"torch and onnxruntime differ by {difference:.2e} of a stride")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    card = ModelCard(
        name=arguments.folder.name,
        task="detector",
        id=digest[:16],
        created=datetime.now(UTC).date().isoformat(),
        summary=SUMMARY,
        licence=LICENCE,
        use=USE,
        training_data=TRAINING_DATA,
        teacher=TEACHER,
        parameters=parameters,
        input=InputSpec(width=0, height=0, channels="bgr", mean=(0, 0, 0), std=(1, 1, 1)),
        detection=DetectionSpec(
            strides=STRIDES,
            score_threshold=arguments.score_threshold,
            iou_threshold=arguments.iou_threshold,
            long_side_px=arguments.long_side,
        ),
        files=(ModelFile(name=path.name, precision="fp32", sha256=digest),),
        figures={
            "training": {
                "canvases": int(str(saved["canvases"])),
                "command": "python -m training detector train training/configs/detector.toml",
            },
            "parity": {
                "max_difference": float(f"{difference:.2e}"),
                "command": "python -m training detector export",
            },
        },
    )
    write_card(arguments.folder, card)
    logger.info("%s: %d parameters, parity %.1e", path, parameters, difference)
    return 0


def add_refinement_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("weights", type=Path, help="refine.pt of a training run")
    parser.add_argument("folder", type=Path, help="detector's model folder to add it to")
    parser.add_argument("--score-threshold", type=float, default=0.5)
    parser.add_argument("--passes", type=int, default=1, help="looks at each face")
    parser.set_defaults(run=run_refinement)


def run_refinement(arguments: argparse.Namespace) -> int:
    """Write `refine.onnx` and enter it into the folder's card; figures without it are dropped."""
    network, saved = load_refinement(arguments.weights)
    path = arguments.folder / "refine.onnx"
    torch.onnx.export(
        _fused(deepcopy(network)),
        (torch.zeros(2, 3, SIDE_PX, SIDE_PX),),
        path,
        dynamo=True,
        external_data=False,
        verbose=False,
        input_names=["crops"],
        output_names=["answers"],
        dynamic_shapes={"bgr": {0: torch.export.Dim("faces", min=1)}},
    )
    model = onnx.load(path)
    facts = {"task": "detector refinement", "name": arguments.folder.name, "use": USE}
    describe(model, facts)
    onnx.save(model, path)
    crops = np.random.default_rng(0).uniform(0, 255, (7, 3, SIDE_PX, SIDE_PX)).astype(np.float32)
    with torch.inference_mode():
        expected = network(torch.from_numpy(crops)).numpy()
    session = bare_session(path)
    for count in (1, 7):
        difference = np.abs(session.run(None, {"crops": crops[:count]})[0] - expected[:count]).max()
        if difference > MAX_DIFFERENCE:
            raise RuntimeError(f"torch and onnxruntime differ by {difference:.2e}")
    spec = RefinementSpec(
        name=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        side_px=SIDE_PX,
        margin_px=MARGIN_PX,
        score_threshold=arguments.score_threshold,
        passes=arguments.passes,
        parameters=sum(p.numel() for p in network.parameters()),
    )
    card = load_card(arguments.folder)
    figures = {name: card.figures[name] for name in ("training", "parity")}
    figures["refinement_training"] = {
        "crops": int(str(saved["crops"])),
        "minutes": float(str(saved["config"]["max_minutes"])),  # type: ignore[index]
        "command": "python -m training detector refine training/configs/detector_refine.toml",
    }
    write_card(arguments.folder, card.model_copy(update={"refinement": spec, "figures": figures}))
    return 0


def _fused(network: RefineNetwork) -> RefineNetwork:
    """The same function without batch norms."""
    for block in network.features:
        assert isinstance(block, torch.nn.Sequential)
        convolution, norm = block[0], block[1]
        assert isinstance(convolution, torch.nn.Conv2d)
        assert isinstance(norm, torch.nn.BatchNorm2d)
        block[0] = torch.nn.utils.fuse_conv_bn_eval(convolution, norm)
        block[1] = torch.nn.Identity()
    return network


def parity(network: DetectorNetwork, path: Path) -> float:
    """Largest difference of raw outputs between torch, as trained, and onnxruntime, as shipped."""
    session = bare_session(path)
    rng = np.random.default_rng(0)
    worst = 0.0
    for height, width in PARITY_SHAPES:
        blob = rng.uniform(0, 255, (1, 3, height, width)).astype(np.float32)
        with torch.no_grad():
            expected = network(torch.from_numpy(blob))
        for ours, theirs in zip(session.run(None, {"image": blob}), expected, strict=True):
            worst = max(worst, float(np.abs(ours - theirs.numpy()).max()))
    return worst


def _describe(path: Path, arguments: argparse.Namespace, parameters: int) -> None:
    """Put the card's facts into the file itself."""
    model = onnx.load(path)
    facts = {
        "task": "detector",
        "name": arguments.folder.name,
        "summary": SUMMARY,
        "input": "BGR 0..255 float32 (1, 3, H, W), sides multiples of 32, black padding",
        "score_threshold": str(arguments.score_threshold),
        "strides": " ".join(map(str, STRIDES)),
        "parameters": str(parameters),
        "use": USE,
    }
    describe(model, facts)
    onnx.save(model, path)


def write_card(folder: Path, card: ModelCard) -> None:
    """`card.toml`, checked by reading it back."""
    lines: list[str] = []
    facts = card.model_dump(mode="json", exclude={"fusion"})  # that is an embedder's
    plain = {k: v for k, v in facts.items() if v not in (None, [], "", {})}
    tables = {k: v for k, v in plain.items() if isinstance(v, dict)}
    arrays = {k: v for k, v in plain.items() if isinstance(v, list) and isinstance(v[0], dict)}
    lines += [f"{k} = {_toml(v)}" for k, v in plain.items() if k not in tables and k not in arrays]
    for name, table in tables.items():
        if name == "figures":
            for figure, values in table.items():
                lines += [
                    "",
                    f"[figures.{figure}]",
                    *(f"{k} = {_toml(v)}" for k, v in values.items()),
                ]
        else:
            lines += ["", f"[{name}]", *(f"{k} = {_toml(v)}" for k, v in table.items())]
    for name, rows in arrays.items():
        for row in rows:
            lines += ["", f"[[{name}]]", *(f"{k} = {_toml(v)}" for k, v in row.items())]
    text = "\n".join(lines) + "\n"
    ModelCard.model_validate(tomllib.loads(text))
    (folder / CARD_NAME).write_text(sealed(text), encoding="utf-8")


def _toml(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)
