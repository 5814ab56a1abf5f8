"""Distances, people and thresholds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siamapp.errors import ModelIncompatible
from siamapp.identity.gallery import Gallery
from siamapp.identity.match import (
    cosine_at,
    distances,
    match,
    paired_distances,
    people_apart,
    person_distances,
)
from siamapp.vision.card import FusionSpec

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


def test_a_distance_told_as_a_cosine():
    first, second = unit(400, 128), unit(400, 128)
    cosines = (first * second).sum(axis=1)
    for metric, tolerance in (("l2", 1e-5), ("cosine", 1e-5), ("l1", 0.2), ("exp_l1", 0.2)):
        told = [cosine_at(float(d), metric, 128) for d in paired_distances(first, second, metric)]
        assert np.allclose(told, cosines, atol=tolerance), metric


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
    table = np.concatenate(people).astype(np.float32)
    fused = person_distances(table, starts, FusionSpec())
    assert fused == pytest.approx([nearer_half(np.array(own)) for own in people], abs=1e-5)


def test_every_rule_of_fusion_by_its_definition():
    people = [[0.9, 0.3, 0.6, 0.5], [0.8], [0.7, 0.2]]
    starts, table = np.array([0, 4, 5]), np.concatenate(people).astype(np.float32)

    def fused(**rule: object) -> list[float]:
        return person_distances(table, starts, FusionSpec(**rule)).tolist()

    assert fused(rule="nearest") == pytest.approx([0.3, 0.8, 0.2])
    assert fused(rule="nearest_k", k=3) == pytest.approx([1.4 / 3, 0.8, 0.45])
    weights = (0.5, 0.2, 0.3)
    learned = [0.5 * min(p) + 0.2 * nearer_half(np.array(p)) + 0.3 * np.mean(p) for p in people]
    assert fused(rule="learned", weights=weights) == pytest.approx(learned)
    offsets = (0.0, 0.01, 0.02)
    assert fused(rule="nearest", offsets=offsets) == pytest.approx([0.32, 0.8, 0.21])
    with pytest.raises(ValueError, match="sum to 1"):
        FusionSpec(rule="learned", weights=(0.5, 0.6, 0.1))


def test_a_distance_that_is_no_number_matches_nobody_whatever_the_others_have():
    nan, starts = np.nan, np.array([0, 3, 4, 6])
    table = np.array([0.3, nan, 0.2, 0.5, 0.4, 0.1, 0.2, 0.3, 0.4, 0.5], np.float32)
    rule = FusionSpec(rule="learned", weights=(0.5, 0.25, 0.25), offsets=(0.0, 0.1))
    fused = person_distances(table, starts, rule)
    assert np.isnan(fused).tolist() == [True, False, False, False]
    alone = [person_distances(part, np.array([0]), rule)[0] for part in np.split(table, starts[1:])]
    assert fused[1:] == pytest.approx(alone[1:])


def test_who_a_face_was_said_not_to_be_comes_last_and_only_for_such_a_face():
    vectors = unit(3)
    names = {1: "one", 2: "two", 3: "three"}
    near_one = vectors[0] + 0.3 * unit(1)[0]
    near_one /= np.linalg.norm(near_one)
    gallery = Gallery("e" * 16, vectors, np.array([1, 2, 3]), names, rejected={1: near_one[None]})
    found = match(near_one, gallery, "l2", top=3)
    assert (found[-1].person_id, found[-1].denied) == (1, True)
    assert not any(candidate.denied for candidate in found[:2])
    best = match(vectors[0], gallery, "l2")[0]
    assert (best.person_id, best.denied) == (1, False), "the person's own face is nearer"
    alone = match(near_one, gallery.only("one"), "l2")
    assert [c.denied for c in alone] == [True]
    with pytest.raises(ValueError, match="unit"):
        Gallery("e" * 16, vectors, np.array([1, 2, 3]), names, rejected={1: 2 * vectors[:1]})


def test_candidates_tell_how_far_apart_they_are_enrolled():
    vectors = unit(4)
    gallery = Gallery("e" * 16, vectors, np.array([1, 1, 2, 2]), {1: "one", 2: "two"})
    first, second = match(vectors[0], gallery, "l2")
    assert first.apart == np.inf
    assert second.apart == people_apart(gallery, 0, 1, "l2")
    table = np.linalg.norm(vectors[:2, None] - vectors[None, 2:], axis=2)
    assert second.apart == pytest.approx(table.min(axis=1).mean(), abs=1e-3)


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
