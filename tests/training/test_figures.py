"""The card's threshold table against counts made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from siamapp.identity.match import paired_distances
from training.calibrate import threshold_table
from training.data import unit
from training.fusion import choose_fusion


def test_threshold_table_stops_where_evidence_does() -> None:
    rng = np.random.default_rng(2)
    person = np.repeat(np.arange(30), 4)
    vectors = unit(rng.normal(size=(30, 16))[person] + 0.3 * rng.normal(size=(120, 16)))
    table = threshold_table(vectors.astype(np.float32), person)
    strangers = 120 * 119 // 2 - 30 * 6
    assert {line.impostor_comparisons for line in table} == {strangers}
    assert min(line.fmr for line in table) == 3e-4, "one of 6,960 comparisons shows no less"
    assert all(line.fmr_low <= line.fmr <= line.fmr_high for line in table)
    assert [line.distance for line in table] == sorted((t.distance for t in table), reverse=True)


def test_people_who_may_be_one_are_not_compared() -> None:
    person = np.tile(np.arange(12), 10)
    vectors = np.eye(12, dtype=np.float32)[person]
    apart = threshold_table(vectors, person)
    fewer = threshold_table(vectors, person, frozenset({(1, 2)}))
    assert apart[0].impostor_comparisons - fewer[0].impostor_comparisons == 100


def test_fusion_is_chosen_by_what_is_refused_at_the_same_rate() -> None:
    """Everybody has four poses that share nothing: only the nearest templates tell."""
    rng = np.random.default_rng(4)
    person, pose = np.repeat(np.arange(60), 10), np.tile(np.arange(10) % 4, 60)
    looks = rng.normal(size=(60, 4, 32))
    vectors = unit(looks[person, pose] + 0.3 * rng.normal(size=(600, 32)))
    limits = {1e-2: 1.09, 1e-3: 0.98}  # 1.0898 and 0.9844 with these
    chosen, table = choose_fusion(vectors.astype(np.float32), person, limits)
    refused = {line["rule"]: line["fnmr"] for line in table}
    assert refused["nearest"] < refused["nearest_k 4"]
    assert chosen.rule in ("nearest", "learned")
    assert all(line["fmr"] < 4e-3 for line in table), "one rate for all, also on people held out"
    assert chosen.offsets[0] < 1e-3
    stricter = {rate: limit + 0.1 for rate, limit in limits.items()}
    held, _ = choose_fusion(vectors.astype(np.float32), person, stricter)
    assert held.offsets[0] == pytest.approx(0.1, abs=5e-3)
    assert 0 < held.figures["applied_fmr"] <= 1e-3, "at the card's own limit too"


@pytest.mark.parametrize("metric", ["l1", "l2", "cosine", "exp_l1"])
def test_thresholds_are_distances_of_the_cards_metric(metric: str) -> None:
    rng = np.random.default_rng(3)
    person = np.repeat(np.arange(25), 4)
    vectors = unit((rng.normal(size=(25, 16))[person] + rng.normal(size=(100, 16))).astype("f4"))
    first, second = np.triu_indices(100, 1)
    strangers = person[first] != person[second]
    apart = paired_distances(vectors[first[strangers]], vectors[second[strangers]], metric)
    common = [line for line in threshold_table(vectors, person, metric=metric) if line.fmr >= 0.01]
    assert len(common) == 3
    for line in common:
        assert (apart <= line.distance).mean() == pytest.approx(line.fmr, rel=0.15)


def test_a_metric_that_ranks_alike_refuses_alike() -> None:
    """1 - exp(-L1) of 128 numbers lies near 1, so its thresholds need many digits."""
    rng = np.random.default_rng(5)
    person = np.repeat(np.arange(40), 5)
    vectors = unit((rng.normal(size=(40, 128))[person] + rng.normal(size=(200, 128))).astype("f4"))
    l1, exp_l1 = (threshold_table(vectors, person, metric=metric) for metric in ("l1", "exp_l1"))
    for one, other in zip(l1[:4], exp_l1[:4], strict=True):
        assert other.observed_fmr == pytest.approx(one.observed_fmr, rel=0.05)
        assert other.fnmr == pytest.approx(one.fnmr, abs=0.01)
