"""`python -m training occlusion train | evaluate | export`: how much of a face something covers.

A tiny network that says for each of 14x14 cells of an aligned crop whether something is before the
face there. It is taught by things drawn onto crops (`occluders`). Real sunglasses among the crops
would teach the opposite, so crops with dark eyes are left out.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from training import occluders
from training.config import DataConfig
from training.data import (
    Crops,
    Float,
    Ints,
    Uint8,
    central,
    class_means,
    load_crops,
    reference_vectors,
    rows_of,
    split_people,
)
from training.occlusion_export import export
from training.occlusion_network import CELLS, MEAN, REGION, halve, network

logger = logging.getLogger(__name__)
REFERENCE: Final = "mobilefacenet_ms1m.onnx"
WEIGHTS: Final = "occlusion.pt"
BATCH: Final = 48
UNCOVERED: Final = 0.4
"""Share of the views that nothing is drawn on."""
DARK_EYES: Final = 0.10
"""Share of the crops, those with the darkest eyes, that are left out."""
COVERED: Final = 0.15
"""Share of the face that counts as covered where rates are told."""
WARNED: Final = 0.05
"""Share of the uncovered crops above the limit; somebody warned for nothing loses nothing."""


def planes(rgb: Uint8) -> Tensor:
    """Views `(N, 112, 112, 3)` RGB as the network takes them, `(N, 3, 56, 56)`."""
    scaled = rgb.astype(np.float32) / MEAN - 1
    return halve(torch.from_numpy(np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))))


def shares(shape: Uint8) -> Float:
    """Of shapes `(N, 112, 112)`: the part of each cell that is covered, `(N, 14, 14)` 0..1."""
    return shape.astype(np.float32).reshape(len(shape), CELLS, 8, CELLS, 8).mean((2, 4)) / 255


def measure(net: nn.Module, rgb: Uint8) -> Float:
    """Share of each face `(N,)` that is covered, of aligned `(N, 112, 112, 3)` RGB crops."""
    found = []
    with torch.inference_mode():
        for start in range(0, len(rgb), 256):
            cells = net(planes(rgb[start : start + 256])).sigmoid().numpy()[:, 0]
            found.append(cells[:, REGION].mean(axis=1))
    return np.concatenate(found)


def without_dark_eyes(crops: Crops, rows: Ints) -> Ints:
    """Rows whose eyes are not much darker than the cheeks."""
    ratio = np.empty(len(rows))
    for i, row in enumerate(rows):
        grey = cv2.cvtColor(crops.rgb[row], cv2.COLOR_RGB2GRAY)
        eyes = np.concatenate([grey[53:69, 38:56].ravel(), grey[53:69, 73:91].ravel()])
        cheeks = np.concatenate([grey[78:92, 36:48].ravel(), grey[78:92, 80:92].ravel()])
        ratio[i] = np.median(eyes) / max(float(np.median(cheeks)), 1.0)
    return rows[ratio > np.quantile(ratio, DARK_EYES)]


def train(crops: Crops, rows: Ints, out: Path, *, steps: int, seed: int) -> nn.Module:
    """Fit on views made as they are needed; what is written is the last step's network."""
    torch.manual_seed(seed)
    rng, net = np.random.default_rng(seed), network()
    optimiser = torch.optim.AdamW(net.parameters(), 3e-3, weight_decay=1e-2)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps)
    weight = torch.from_numpy(np.where(REGION, 1, 0.3).astype(np.float32))
    kinds = list(occluders.SHAPES)
    for step in range(steps):
        views, shapes = [], []
        for row in rng.choice(rows, BATCH):
            kind = "" if rng.random() < UNCOVERED else kinds[rng.integers(len(kinds))]
            view, shape = occluders.view(crops.rgb[row], rng, crops.rgb[rng.choice(rows)], kind)
            views.append(view)
            shapes.append(shape)
        wanted = torch.from_numpy(shares(np.stack(shapes)))[:, None]
        loss = nn.functional.binary_cross_entropy_with_logits(
            net(planes(np.stack(views))), wanted, weight=weight.expand_as(wanted)
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        plan.step()
        if step % 100 == 99:
            logger.info("step %d of %d: loss %.4f", step + 1, steps, loss.item())
            torch.save(net.state_dict(), out / WEIGHTS)
    torch.save(net.state_dict(), out / WEIGHTS)
    return net.eval()


def evaluate(net: nn.Module, crops: Crops, rows: Ints, *, seed: int) -> dict[str, dict[str, float]]:
    """Of people the network never saw: how well covered faces stand apart from uncovered ones."""
    rng = np.random.default_rng(seed)
    plain = measure(net, central(crops.rgb[rows]))
    limit = float(np.quantile(plain, 1 - WARNED))
    figures = {"uncovered": {"crops": len(rows), "warned": WARNED, "limit": limit}}
    for kind in occluders.SHAPES:
        made = [
            occluders.view(crops.rgb[row], rng, crops.rgb[rng.choice(rows)], kind) for row in rows
        ]
        share = shares(np.stack([shape for _, shape in made]))[:, REGION].mean(axis=1)
        told = measure(net, np.stack([view for view, _ in made]))
        covered = told[share > COVERED]
        figures[kind] = {
            "covered": len(covered),
            "auc": auc(covered, plain),
            "found": float((covered > limit).mean()),
            "correlation": float(np.corrcoef(told, share)[0, 1]),
        }
    return figures


def evaluate_real(net: nn.Module, crops: Crops, labels: Path, limit: float) -> dict[str, float]:
    """The same on crops that somebody looked at: lines `NAME covered`, `NAME free` in `labels`."""
    words = dict(line.rsplit(" ", 1) for line in labels.read_text("utf-8").splitlines())
    told = {
        word: measure(
            net,
            central(crops.rgb[[words.get(name) == word for name in crops.names]]),
        )
        for word in ("covered", "free")
    }
    return {
        "covered": len(told["covered"]),
        "free": len(told["free"]),
        "auc": auc(told["covered"], told["free"]),
        "found": float((told["covered"] > limit).mean()),
        "warned": float((told["free"] > limit).mean()),
    }


def auc(above: Float, below: Float) -> float:
    """Chance that one of `above` is larger than one of `below` (Mann-Whitney)."""
    order = np.sort(below)
    left, right = np.searchsorted(order, above), np.searchsorted(order, above, side="right")
    return float((left + right).mean() / (2 * len(order)))


def split(data: Path, peers: Path, cache: Path) -> tuple[Crops, Ints, Ints]:
    """Crops, and the rows of the people to learn from and of those to measure with."""
    crops, config = load_crops(data), DataConfig()
    means = class_means(crops, reference_vectors(crops, peers / REFERENCE, cache, threads=1))
    people = split_people(
        crops,
        means,
        test=config.test_share,
        calibration=config.calibration_share,
        seed=config.split_seed,
    )
    return crops, rows_of(crops, people["train"]), rows_of(crops, people["calibration"])


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training occlusion", description=__doc__)
    parser.add_argument("verb", choices=["train", "evaluate", "export"])
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets of crops")
    parser.add_argument("--peers", type=Path, required=True, help="folder of the reference model")
    parser.add_argument("--cache", type=Path, default=Path("build/cache"))
    parser.add_argument("--out", type=Path, required=True, help="run folder")
    parser.add_argument("--model", type=Path, help="model folder that `export` writes")
    parser.add_argument("--labels", type=Path, help="crops that were looked at: NAME covered|free")
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    arguments.out.mkdir(parents=True, exist_ok=True)
    crops, learnt, held = split(arguments.data, arguments.peers, arguments.cache)
    if arguments.verb == "train":
        kept = without_dark_eyes(crops, learnt)
        train(crops, kept, arguments.out, steps=arguments.steps, seed=arguments.seed)
        return 0
    net = network()
    net.load_state_dict(torch.load(arguments.out / WEIGHTS, weights_only=True))
    # FIW's crops repeat border pixels above the brow, which no live face has.
    framed = held[[crops.names[row].startswith("celeba/") for row in held]]
    figures = evaluate(net.eval(), crops, framed, seed=arguments.seed)
    if arguments.labels:
        limit = figures["uncovered"]["limit"]
        figures["looked_at"] = evaluate_real(net, crops, arguments.labels, limit)
    for name, table in figures.items():
        print(name, {key: round(value, 3) for key, value in table.items()})
    if arguments.verb == "export":
        export(net, arguments.model or arguments.out / "model", figures)
    return 0
