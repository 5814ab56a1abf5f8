"""Distances, people and thresholds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siamapp.errors import ModelIncompatible
from siamapp.identity.gallery import Gallery
from siamapp.identity.match import distances, match, person_distances

RANDOM = np.random.default_rng(5)


def unit(rows: int, dimension: int = 16) -> np.ndarray:
    vectors = RANDOM.standard_normal((rows, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_metrics_by_their_definitions():
    probe, rows = unit(1)[0], unit(7)
    assert np.allclose(
        distances(probe, rows, "l2"), np.linalg.norm(rows - probe, axis=1), atol=1e-3
    )
    assert np.allclose(distances(probe, rows, "l1"), np.abs(rows - probe).sum(axis=1))
    assert np.allclose(distances(probe, rows, "cosine"), 1 - rows @ probe, atol=1e-6)
    assert np.allclose(
        distances(probe, rows, "exp_l1"), 1 - np.exp(-np.abs(rows - probe).sum(axis=1)), atol=1e-6
    )
    with pytest.raises(ValueError, match="metric"):
        distances(probe, rows, "chebyshev")


def test_a_vector_is_at_no_distance_from_itself():
    probe = unit(1)[0]
    for metric in ("l2", "l1", "cosine", "exp_l1"):
        assert distances(probe, probe[None], metric)[0] == pytest.approx(0, abs=1e-3)


def nearer_half(values: np.ndarray) -> float:
    return float(np.sort(values)[: (len(values) + 1) // 2].mean())


@given(
    st.lists(st.lists(st.floats(0, 2, width=32), min_size=1, max_size=9), min_size=1, max_size=5)
)
def test_a_person_is_as_far_as_the_nearer_half_of_the_templates(people):
    starts = np.cumsum([0, *map(len, people)])[:-1]
    fused = person_distances(np.concatenate(people).astype(np.float32), starts)
    assert fused == pytest.approx([nearer_half(np.array(own)) for own in people], abs=1e-5)


def test_the_nearest_people_come_first_whatever_the_order_of_templates():
    vectors, owners = unit(12), np.array([3, 1, 2] * 4)
    names = {1: "one", 2: "two", 3: "three", 4: "without templates"}
    gallery = Gallery("e" * 16, vectors, owners, names)
    assert len(gallery) == 3
    probe = unit(1)[0]
    found = match(probe, gallery, "l2", top=3)
    expected = {
        p: nearer_half(np.linalg.norm(vectors[owners == p] - probe, axis=1)) for p in (1, 2, 3)
    }
    assert [c.person_id for c in found] == sorted(expected, key=expected.__getitem__)
    assert [c.distance for c in found] == pytest.approx(sorted(expected.values()), abs=1e-3)


def test_one_person_of_a_gallery_is_that_person_alone():
    vectors, owners = unit(6), np.array([1, 1, 2, 2, 3, 3])
    gallery = Gallery("e" * 16, vectors, owners, {1: "a", 2: "b", 3: "c"})
    only = gallery.only("b")
    assert only.names == {2: "b"}
    assert np.array_equal(only.vectors, vectors[2:4])
    assert len(gallery.only("nobody")) == 0
    assert match(vectors[0], gallery.only("nobody"), "l2") == []


def test_templates_of_another_embedder_are_never_compared():
    with pytest.raises(ModelIncompatible):
        Gallery.empty("a" * 16, 8).require("b" * 16)


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
def test_a_vector_that_is_no_unit_vector_never_enters_a_gallery(value):
    vectors = unit(2)
    vectors[1] = value
    with pytest.raises(ValueError, match="unit"):
        Gallery("e" * 16, vectors, np.array([1, 2]), {1: "a", 2: "b"})
