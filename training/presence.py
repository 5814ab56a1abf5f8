"""`python -m training presence train | export | evaluate`: the presence check."""

from __future__ import annotations

import argparse
import logging
import tomllib
from pathlib import Path

import cv2
import numpy as np

from training import presence_evaluate, presence_export
from training.presence_data import Views, load_views
from training.presence_export import SHIPPED
from training.presence_fit import PresenceConfig, fit, load, save

logger = logging.getLogger(__name__)


def fold_file(subject: str) -> str:
    return f"fold_{subject}.pt"


def train(config: PresenceConfig, data: Path, peers: Path, out: Path) -> None:
    """The network to ship, and one for each subject left out.

    What a run finds in `out` it does not train again.

    Raises:
        ValueError: what it finds there is of another config.
    """
    cv2.setNumThreads(1)
    out.mkdir(parents=True, exist_ok=True)
    views = load_views(data, peers, out, seed=config.seed, amount=config.amount)
    subjects = np.unique(views.source[views.split == "spoof"]).tolist()
    for name, left_out in [
        (SHIPPED, list(config.held_out)),
        *((fold_file(subject), [subject]) for subject in subjects),
    ]:
        if (out / name).is_file():
            if load(out / name)[1] != config:
                raise ValueError(f"{out / name} is of another config: give another --out.")
        else:
            logger.info("%s, without %s", name, ", ".join(left_out))
            save(fit(_seen(views, left_out), config), config, out / name)


def _seen(views: Views, left_out: list[str]) -> Views:
    recorded = (views.split == "spoof") & ~np.isin(views.source, left_out)
    return views.of(np.flatnonzero(recorded | (views.split == "train")))


def load_config(path: Path) -> PresenceConfig:
    with path.open("rb") as file:
        return PresenceConfig.model_validate(tomllib.load(file))


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training presence", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--data", type=Path, required=True, help="folder of spoof.tar, scenes.tar")
    where.add_argument("--peers", type=Path, required=True, help="folder of the MiniFASNet pair")
    fitted = verbs.add_parser("train", parents=[where], help="views, network, folds")
    fitted.add_argument("config", type=Path)
    fitted.add_argument("--out", type=Path, required=True, help="run folder")
    presence_export.add_arguments(verbs.add_parser("export", help="write model.onnx and card.toml"))
    presence_evaluate.add_arguments(
        verbs.add_parser("evaluate", parents=[where], help="figures, into the card and to stdout")
    )
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    if arguments.verb == "train":
        train(load_config(arguments.config), arguments.data, arguments.peers, arguments.out)
        return 0
    return int(arguments.run(arguments))
