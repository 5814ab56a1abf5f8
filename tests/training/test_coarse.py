"""Codes as a coarse index, and the pair network over a short list."""

from __future__ import annotations

import numpy as np
import torch

from siamapp.identity.match import distances
from training.coarse import Coarse, agreement, learn_codes
from training.data import unit
from training.methods import TwoChannelPair


def people(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Four noisy unit vectors of each of `count` people."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(count), 4)
    centres = rng.normal(size=(count, 32))
    return unit(
        (centres[person] + 0.6 * rng.normal(size=(4 * count, 32))).astype(np.float32)
    ), person


def test_learnt_codes_keep_the_nearest_on_the_short_list() -> None:
    seen, person = people(60, seed=1)
    unseen, _ = people(100, seed=2)
    gallery, probes = unseen[::2], unseen[1::2]
    learnt = Coarse.of(*learn_codes(seen, person, 128, steps=60), gallery)
    assert learnt.packed.nbytes * 8 == gallery.nbytes  # 16 bytes in place of 128
    random = Coarse.of(*learn_codes(seen, person, 128, steps=0), gallery)
    share = agreement(learnt, probes, "l2", count=20)
    assert share > 0.9
    assert share >= agreement(random, probes, "l2", count=20)
    for metric in ("l2", "l1", "cosine"):
        found = [learnt.nearest(p, metric, count=len(gallery)) for p in probes[:10]]
        assert found == [int(distances(p, gallery, metric).argmin()) for p in probes[:10]]


def test_a_pair_network_orders_a_short_list() -> None:
    torch.manual_seed(0)
    method = TwoChannelPair("resnet", 1).eval()
    pictures = torch.randn(6, 1, 56, 46)
    shortlist = torch.tensor([4, 1, 3])
    ranked = method.rerank(pictures, 0, shortlist)
    assert sorted(ranked.tolist()) == [1, 3, 4]
    with torch.no_grad():
        apart = method.distances(pictures, torch.zeros(3, dtype=torch.int64), ranked)
    assert (apart.diff() >= 0).all()
