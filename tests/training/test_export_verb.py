"""From a run to a model folder by the verbs: the card says what the config said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from skimage.data import astronaut

from siamapp.identity.match import distances, paired_distances
from siamapp.vision.card import load_card
from siamapp.vision.embed import Embedder
from siamapp.vision.model import Model
from training.__main__ import main
from training.config import TrainConfig
from training.loop import train
from training.views import Views


# torch.export's own: its pytree deprecations are not ours to mend.
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_the_metric_goes_from_the_config_to_the_card_and_the_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = TrainConfig.model_validate(
        {
            "name": "tiny",
            "metric": "l1",
            "threads": 1,
            "accelerator": "cpu",
            "network": {"widths": [8, 8, 8, 16], "blocks": [0, 1, 1, 1], "dimension": 8},
            "loss": {"distill": 0, "relational": 0, "triplet": 0, "contrastive": 1.0},
            "optim": {"people_per_batch": 4, "views_per_person": 2, "steps": 2},
        }
    )
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 256, (16, 112, 112, 3), dtype=np.uint8)
    person = np.arange(16) // 4
    with monkeypatch.context() as patch:  # a run on a GPU, exported where there may be none
        patch.setattr(torch.serialization, "location_tag", lambda storage: "cuda:0")
        views = Views(rgb, np.zeros((16, 1), np.float32), person, person < 0)
        train(config, views, tmp_path / "run")
    folder = tmp_path / "model"
    assert main(["export", "--run", str(tmp_path / "run"), "--model", str(folder)]) == 0
    assert main(["card", "--model", str(folder)]) == 0
    card = load_card(folder)
    assert card.embedding is not None
    assert card.embedding.metric == "l1"
    inside = {p.key: p.value for p in onnx.load(folder / "model.onnx").metadata_props}
    assert inside["metric"] == "l1"
    face = astronaut()[20:132, 170:282, ::-1]
    embedder = Embedder(Model.load(folder, provider="cpu"))
    one, other = embedder([face, face[:, ::-1]])
    by_hand = np.abs(one - other).sum()
    for said in (
        distances(one, other[None], card.embedding.metric)[0],
        paired_distances(one[None], other[None], card.embedding.metric)[0],
    ):
        assert np.isclose(said, by_hand, atol=1e-6)
