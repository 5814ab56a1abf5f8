"""A run that begins from an exported embedder begins as that embedder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from siamapp.vision.card import load_card
from training.config import NetworkConfig
from training.export import fused
from training.networks import FaceResNet, to_input
from training.warm_start import start_from

FOLDER = Path(__file__).parents[2] / "assets" / "models" / "siamface-v1"
SHIPPED = NetworkConfig(widths=(24, 48, 96, 192), blocks=(0, 2, 2, 2))


def test_starts_as_the_exported_network() -> None:
    from siamapp.vision.embed import Embedder
    from siamapp.vision.model import Model

    rgb = np.random.default_rng(1).integers(0, 256, (16, 112, 112, 3), np.uint8)
    network = FaceResNet(SHIPPED)
    start_from(network, FOLDER, rgb)
    exported = Embedder(Model.load(FOLDER, provider="cpu", precision="fp32"))
    expected = exported(list(rgb[..., ::-1]))
    with torch.no_grad():
        inputs = to_input(torch.from_numpy(rgb)).contiguous()
        given = network.eval()(inputs).numpy()
        again = fused(network)(inputs).numpy()
        normalising = network.train()(inputs).numpy()
    assert (given * expected).sum(axis=1).min() > 0.9999
    assert (again * expected).sum(axis=1).min() > 0.9999
    # On the pictures that were measured, the batch's own statistics change next to nothing.
    assert (normalising * expected).sum(axis=1).min() > 0.98


def test_refuses_another_network() -> None:
    rgb = np.zeros((2, 112, 112, 3), np.uint8)
    with pytest.raises(ValueError, match=f"{load_card(FOLDER).name} has other layers"):
        start_from(FaceResNet(NetworkConfig(blocks=(1, 2, 2, 2))), FOLDER, rgb)
    wider = NetworkConfig(widths=(24, 48, 96, 200), blocks=(0, 2, 2, 2))
    with pytest.raises(ValueError, match="another"):
        start_from(FaceResNet(wider), FOLDER, rgb)
