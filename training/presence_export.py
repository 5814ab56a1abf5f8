"""From a run of the presence check to a model folder."""

from __future__ import annotations

import argparse
import logging
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import torch
from torch import nn
from torch.nn.utils import fusion

from siamapp.vision.card import InputSpec, ModelCard, PresenceSpec
from siamapp.vision.presence_network import NEAR, SIDE_PX, WIDE
from siamapp.vision.providers import bare_session
from training.card import FP32, model_file, write_card
from training.export import describe
from training.presence_data import Views, kept_views
from training.presence_fit import PresenceConfig, eer_percent, load, recorded_pairs, scores
from training.presence_network import MEAN, STD, PresenceNet

logger = logging.getLogger(__name__)
SHIPPED: Final = "presence.pt"
MAX_DIFFERENCE: Final = 1e-4
REAL_REFUSED: Final = 0.02
"""Share of the calibration's real views that may lie below the lower threshold."""
ATTACKS_ACCEPTED: Final = 0.05
"""Share of its attacks that may lie above the upper one."""
TRAIN_COMMAND: Final = "python -m training presence train training/configs/presence.toml"
EXPORT_COMMAND: Final = "python -m training presence export RUN DIR"
SUMMARY: Final = (
    "Two small ReLU networks, on a near and a wide view of a face, whose chances of a face are"
    " multiplied, so that either can refuse: 0 a picture of a face, 1 a face. A hint against simple"
    " tricks, not a lock: masks, good screens filmed without an edge in view, and anything it was"
    " not shown may pass; blur, darkness and odd colours may refuse a person. The attacks that"
    " taught it were simulated, but for the replays of one person: expect little of it on other"
    " cameras before you have measured there (siamapp presence-test)."
)
LICENCE: Final = (
    "Apache-2.0 for the weights, as far as ours to give; training pictures: research only"
)
USE: Final = (
    "Code and weights are ours, but the pictures of real people they were trained on are for"
    " non-commercial research; take legal advice before any other use. Never the only guard of"
    " anything."
)
TEACHER: Final = (
    "MiniFASNet at 2.7 and 4.0 (Silent-Face-Anti-Spoofing, Apache-2.0), averaged: a quarter of"
    " each target on scenes and clips; spoof.tar, whose crops lack its context, has no target"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run_folder", type=Path, metavar="RUN", help="run folder of `train`")
    parser.add_argument("folder", type=Path, metavar="DIR", help="model folder to write")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write `model.onnx` and `card.toml`; thresholds come from the calibration views alone."""
    network, config = load(arguments.run_folder / SHIPPED)
    views = kept_views(arguments.run_folder, seed=config.seed, amount=config.amount)
    calibration = views.of(np.flatnonzero(views.split == "calibration"))
    score = scores(network, calibration)[0]
    refuse, accept = thresholds(calibration, score)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    path = arguments.folder / FP32
    torch.onnx.export(
        fused(network),
        # Two tensors: torch takes one given twice for one input.
        tuple(torch.zeros(2, 3, SIDE_PX, SIDE_PX) for _ in range(2)),
        path,
        dynamo=True,
        external_data=False,
        verbose=False,
        input_names=["near", "wide"],
        output_names=["score", "near_score", "wide_score"],
        dynamic_shapes={key: {0: torch.export.Dim("faces", min=1)} for key in ("near", "wide")},
    )
    _describe(path, arguments.folder.name)
    difference = parity(network, path)
    if difference > MAX_DIFFERENCE:
        raise RuntimeError(f"torch and onnxruntime differ by {difference:.2e}")
    file = model_file(arguments.folder, FP32, "fp32")
    card = ModelCard(
        name=arguments.folder.name,
        task="presence",
        id=file.sha256[:16],
        created=datetime.now(UTC).date().isoformat(),
        summary=SUMMARY,
        licence=LICENCE,
        use=USE,
        training_data=(
            f"scenes.tar: {config.scenes} uncropped CelebA pictures, of which a fifth of the people"
            " are held out; real views and simulated prints, phones and monitors",
            "videos/person_1 to person_4: frames, real and simulated attacks; 5 and 6 are held out",
            _recorded(config, views),
        ),
        teacher=TEACHER,
        parameters=sum(p.numel() for p in network.parameters()),
        input=InputSpec(
            width=SIDE_PX, height=SIDE_PX, channels="bgr", mean=(MEAN,) * 3, std=(STD,) * 3
        ),
        presence=PresenceSpec(near_sizes=NEAR, wide_sizes=WIDE, refuse=refuse, accept=accept),
        files=(file,),
        figures={
            "training": {
                "command": TRAIN_COMMAND,
                "views": len(views),
                "steps": config.steps,
            },
            "thresholds": {
                "command": EXPORT_COMMAND,
                "views": len(calibration),
                "eer_percent": eer_percent(score, calibration),
                "real_refused_percent": round(100 * REAL_REFUSED, 1),
                "attacks_accepted_percent": round(100 * ATTACKS_ACCEPTED, 1),
            },
            "parity": {"command": EXPORT_COMMAND, "max_difference": float(f"{difference:.1e}")},
        },
    )
    write_card(arguments.folder, card)
    logger.info("%s: refuse below %.3f, accept from %.3f", path, refuse, accept)
    return 0


def _recorded(config: PresenceConfig, views: Views) -> str:
    pairs = recorded_pairs(views.of(np.flatnonzero(~np.isin(views.source, config.held_out))))
    if not config.recorded_pairs or not pairs:
        return "Of spoof.tar nothing: its 4 people, 3 of them with both classes, are the test"
    return (
        f"spoof.tar: of {', '.join(pairs)} a real crop is to look more alive than a replay."
        f" {', '.join(config.held_out)} are left out: people of the desk_* test clips. subject4 has"
        " no replay"
    )


def thresholds(calibration: Views, score: np.ndarray) -> tuple[float, float]:
    """Below the first a view is refused, from the second on accepted."""
    refuse = float(np.quantile(score[calibration.real], REAL_REFUSED))
    accept = float(np.quantile(score[~calibration.real], 1 - ATTACKS_ACCEPTED))
    # Where the two cross nothing need stay undecided.
    return (round(refuse, 4), round(max(accept, refuse), 4))


def fused(network: PresenceNet) -> PresenceNet:
    """A copy with every batch norm folded into its convolution."""
    network = deepcopy(network).eval()
    for block in [m for m in network.modules() if isinstance(m, nn.Sequential)]:
        if len(block) == 3 and isinstance(block[0], nn.Conv2d):
            assert isinstance(block[1], nn.BatchNorm2d)
            block[0], block[1] = fusion.fuse_conv_bn_eval(block[0], block[1]), nn.Identity()
    return network


def parity(network: PresenceNet, path: Path) -> float:
    """Largest difference of the scores between torch, as trained, and onnxruntime, as shipped."""
    rng = np.random.default_rng(0)
    session, worst = bare_session(path), 0.0
    for count in (1, 5):
        near, wide = rng.uniform(-1, 1, (2, count, 3, SIDE_PX, SIDE_PX)).astype(np.float32)
        with torch.inference_mode():
            expected = network(torch.from_numpy(near), torch.from_numpy(wide))
        for ours, theirs in zip(
            session.run(None, {"near": near, "wide": wide}), expected, strict=True
        ):
            worst = max(worst, float(np.abs(ours - theirs.numpy()).max()))
    return worst


def _describe(path: Path, name: str) -> None:
    model = onnx.load(path)
    facts = {"task": "presence", "name": name, "summary": SUMMARY, "licence": LICENCE, "use": USE}
    describe(model, facts)
    onnx.save(model, path)
