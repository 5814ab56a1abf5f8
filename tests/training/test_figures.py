"""Figures against scikit-learn and against counts made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_curve

from training.calibrate import threshold_table
from training.data import unit
from training.evaluate import (
    best_threshold,
    equal_error_rate,
    right_by_folds,
    tar_at,
    threshold_at,
    verification,
)


@pytest.fixture
def scores() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    genuine = np.arange(2000) % 2 == 0
    distances = np.where(genuine, rng.normal(0.8, 0.2, 2000), rng.normal(1.2, 0.2, 2000))
    return distances.astype(np.float32), genuine


def test_rates_agree_with_scikit_learn(scores: tuple[np.ndarray, np.ndarray]) -> None:
    distances, genuine = scores
    fmr, tar, _ = roc_curve(genuine, -distances, drop_intermediate=False)
    crossing = np.argmin(np.abs(fmr - (1 - tar)))
    assert equal_error_rate(distances, genuine) == pytest.approx(fmr[crossing], abs=1e-3)
    at_rate = tar[np.isclose(fmr, 1e-2)]  # every threshold between two impostors gives this rate
    assert at_rate.min() <= tar_at(distances, genuine, 1e-2) <= at_rate.max()


def test_ten_folds_agree_with_the_best_accuracy(scores: tuple[np.ndarray, np.ndarray]) -> None:
    distances, genuine = scores
    fmr, tar, _ = roc_curve(genuine, -distances, drop_intermediate=False)
    best = ((tar + 1 - fmr) / 2).max()
    accuracy = right_by_folds(distances, genuine, np.arange(2000) // 200).mean()
    # Thresholds from other folds can only lose against the one chosen in hindsight.
    assert best - 0.01 < accuracy <= best


def test_a_fold_does_not_choose_its_own_threshold() -> None:
    # The second fold's distances are all ten higher: the first fold's threshold fails there.
    distances = np.array([0.1, 0.9, 10.1, 10.9], np.float32)
    genuine = np.array([True, False, True, False])
    right = right_by_folds(distances, genuine, np.array([0, 0, 1, 1]))
    assert right.tolist() == [True, False, False, True]


def test_best_threshold_lies_in_the_middle_of_the_gap() -> None:
    distances = np.array([0.2, 0.4, 0.8, 1.0], np.float32)
    assert best_threshold(distances, np.array([True, True, False, False])) == pytest.approx(0.6)


def test_threshold_accepts_exactly_the_stated_share() -> None:
    impostor = np.linspace(0, 1, 1000, dtype=np.float32)
    assert (impostor <= threshold_at(impostor, 0.01)).sum() == 10
    with pytest.raises(ValueError, match="cannot show"):
        threshold_at(impostor, 1e-4)


def test_intervals_hold_the_figure(scores: tuple[np.ndarray, np.ndarray]) -> None:
    distances, genuine = scores
    folds = np.arange(2000) // 200
    result = verification(distances, genuine, folds, np.arange(2000) // 10)
    for name in ("accuracy", "eer", "tar_at_1e2"):
        estimate = getattr(result, name)
        assert estimate.low < estimate.value < estimate.high


def test_threshold_table_stops_where_evidence_does() -> None:
    rng = np.random.default_rng(2)
    person = np.repeat(np.arange(30), 4)
    vectors = unit(rng.normal(size=(30, 16))[person] + 0.3 * rng.normal(size=(120, 16)))
    table = threshold_table(vectors.astype(np.float32), person)
    strangers = 120 * 119 // 2 - 30 * 6
    assert {line.impostor_comparisons for line in table} == {strangers}
    assert all(line.fmr * strangers >= 10 for line in table)
    assert min(line.fmr for line in table) == 3e-3
    assert all(line.fmr_low <= line.fmr <= line.fmr_high for line in table)
    assert [line.distance for line in table] == sorted((t.distance for t in table), reverse=True)


def test_people_who_may_be_one_are_not_compared() -> None:
    person = np.array([0, 0, 1, 2])
    vectors = unit(np.eye(4, dtype=np.float32))
    apart = threshold_table(np.tile(vectors, (10, 1)), np.tile(person, 10))
    fewer = threshold_table(np.tile(vectors, (10, 1)), np.tile(person, 10), frozenset({(1, 2)}))
    assert apart[0].impostor_comparisons - fewer[0].impostor_comparisons == 100
