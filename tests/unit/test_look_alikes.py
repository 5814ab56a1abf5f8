"""Pairs of people who look alike."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from siamapp.identity.gallery import Gallery
from siamapp.identity.look_alikes import look_alikes
from siamapp.identity.match import distances


@pytest.mark.parametrize("metric", ["l2", "cosine", "l1"])
def test_every_pair_within_the_limit_is_found_nearest_first(metric: str) -> None:
    rng = np.random.default_rng(5)
    vectors = rng.standard_normal((40, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    owners = np.sort(rng.integers(10, 22, 40))
    names = {int(owner): str(owner) for owner in owners}
    gallery = Gallery("e", vectors, owners, names)

    def apart(a: int, b: int) -> float:
        return min(
            float(distances(v, vectors[owners == b], metric).min()) for v in vectors[owners == a]
        )

    everybody = itertools.combinations(sorted(names), 2)
    true = sorted((apart(a, b), a, b) for a, b in everybody)
    limit = true[9][0]
    found = look_alikes(gallery, metric, within=limit, top=100)
    assert [(p.first_id, p.second_id) for p in found] == [(a, b) for _, a, b in true[:10]]
    np.testing.assert_allclose([p.distance for p in found], [d for d, *_ in true[:10]], atol=1e-6)
    assert look_alikes(gallery, metric, within=limit, top=3) == found[:3]


def test_one_person_alone_looks_like_nobody() -> None:
    vectors = np.eye(3, dtype=np.float32)
    assert (
        look_alikes(Gallery("e", vectors, np.ones(3, np.int64), {1: "a"}), "l2", within=9, top=9)
        == []
    )
    assert look_alikes(Gallery.empty("e", 3), "l2", within=9, top=9) == []
