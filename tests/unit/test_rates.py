"""Figures against scikit-learn and against counts made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_curve

from siamapp.evaluation.rates import (
    Scores,
    best_threshold,
    curve,
    eer_gained,
    equal_error_rate,
    right_by_folds,
    summarise,
    supported,
    threshold_at,
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
    people = np.arange(2000)
    stated = summarise(Scores(distances, genuine, people, people)).tar
    for rate in (1e-1, 1e-2):
        assert stated[rate].value == pytest.approx(tar[fmr <= rate + 1e-9].max())


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


def test_one_fold_alone_has_no_accuracy() -> None:
    """As of pairs that a CSV puts into fold 1 throughout: no other fold chooses its threshold."""
    distances = np.array([0.1, 0.3, 0.9, 0.7], np.float32)
    genuine, person = np.array([True, True, False, False]), np.array([0, 1, 0, 1])
    scores = Scores(distances, genuine, person, np.array([0, 1, 2, 2]), np.ones(4, np.int64))
    done = summarise(scores, rates=())
    assert done.accuracy is None
    assert done.eer.value == 0


def test_equal_distances_pass_together_or_not_at_all() -> None:
    impostor = np.array([0.5, 0.5, 0.5, *np.linspace(0.6, 1, 97)], np.float32)
    assert threshold_at(impostor, 0.02) == np.nextafter(0.5, 0), "with one of three all would pass"
    assert threshold_at(impostor, 0.03) == pytest.approx(0.55)
    impostor[0] = 0.4
    assert threshold_at(impostor, 0.02) == pytest.approx(0.45)
    # No number of single precision lies between these two.
    nearest, following = np.float32(1), np.nextafter(np.float32(1), np.float32(2))
    impostor = np.array([nearest, *[following] * 99], np.float32)
    assert (impostor <= threshold_at(impostor, 0.01)).sum() == 1


def test_best_threshold_lies_in_the_middle_of_the_gap() -> None:
    distances = np.array([0.2, 0.4, 0.8, 1.0], np.float32)
    assert best_threshold(distances, np.array([True, True, False, False])) == pytest.approx(0.6)


def test_threshold_accepts_exactly_the_stated_share() -> None:
    impostor = np.linspace(0, 1, 1000, dtype=np.float32)
    assert (impostor <= threshold_at(impostor, 0.01)).sum() == 10
    with pytest.raises(ValueError, match="cannot show"):
        threshold_at(impostor, 1e-4)


def test_the_curve_agrees_with_scikit_learn(scores: tuple[np.ndarray, np.ndarray]) -> None:
    distances, genuine = scores
    fmr, tar, thresholds = roc_curve(genuine, -distances, drop_intermediate=False)
    ours = curve(distances, genuine)
    assert ours.thresholds == pytest.approx(-thresholds[1:])
    assert ours.fmr == pytest.approx(fmr[1:])
    assert ours.fnmr == pytest.approx(1 - tar[1:])


def test_equal_distances_share_one_threshold() -> None:
    # Two genuine and two impostor pairs at the same distance: either all pass or none does.
    distances = np.array([1, 1, 1, 1, 2, 0], np.float32)
    genuine = np.array([True, True, False, False, False, True])
    rated = curve(distances, genuine)
    assert rated.thresholds.tolist() == [0, 1, 2]
    assert rated.fmr == pytest.approx([0, 2 / 3, 1])
    assert rated.fnmr == pytest.approx([2 / 3, 0, 0])
    assert equal_error_rate(distances, genuine) == equal_error_rate(distances[::-1], genuine[::-1])


def test_weights_count_pairs_several_times() -> None:
    distances = np.array([0.1, 0.2, 0.3, 0.4], np.float32)
    genuine = np.array([True, False, True, False])
    weights = np.array([2, 1, 0, 3])
    repeated = np.repeat(np.arange(4), weights)
    ours = equal_error_rate(distances, genuine, weights.astype(float))
    assert ours == pytest.approx(equal_error_rate(distances[repeated], genuine[repeated]))


def test_intervals_hold_the_figure(scores: tuple[np.ndarray, np.ndarray]) -> None:
    distances, genuine = scores
    first = np.arange(2000) // 20
    second = np.where(genuine, first, (first + 7) % 100)
    folds = np.arange(2000) // 200
    result = summarise(Scores(distances, genuine, first, second, folds))
    assert result.accuracy is not None
    for estimate in (result.accuracy, result.eer, result.tar[1e-2]):
        assert estimate.low < estimate.value < estimate.high


def test_a_small_gain_on_the_same_pairs_is_told_apart_where_two_rates_are_not(
    scores: tuple[np.ndarray, np.ndarray],
) -> None:
    distances, genuine = scores
    people = np.arange(2000) // 4
    before = Scores(distances, genuine, people, people)
    after = Scores(distances - 0.03 * genuine, genuine, people, people)
    gained = eer_gained(after, before)
    first, second = summarise(before).eer, summarise(after).eer
    assert gained.value == pytest.approx(first.value - second.value)
    assert gained.low > 0
    assert second.high > first.low, "their own intervals overlap"
    nothing = eer_gained(before, before)
    assert (nothing.low, nothing.value, nothing.high) == (0, 0, 0)
    with pytest.raises(ValueError, match="same pairs"):
        eer_gained(Scores(distances, ~genuine, people, people), before)


def test_no_error_seen_is_not_no_error() -> None:
    person = np.repeat(np.arange(30), 2)
    first = np.concatenate([np.arange(0, 60, 2), np.arange(60)])
    second = np.concatenate([np.arange(1, 60, 2), (np.arange(60) + 2) % 60])
    genuine = person[first] == person[second]
    distances = np.where(genuine, 0.5, 1.5).astype(np.float32)
    folds = np.arange(90) % 10
    done = summarise(Scores(distances, genuine, person[first], person[second], folds))
    assert done.accuracy is not None
    assert (done.eer.value, done.accuracy.value, done.tar[0.1].value) == (0, 1, 1)
    assert (done.eer.low, done.eer.high) == (0, pytest.approx(3 / 30))
    for perfect in (done.accuracy, done.tar[0.1]):
        assert (perfect.low, perfect.high) == (pytest.approx(1 - 3 / 30), 1)


def test_a_rate_is_stated_only_where_the_pairs_can_show_it(
    scores: tuple[np.ndarray, np.ndarray],
) -> None:
    distances, genuine = scores
    people = np.arange(2000) % 50
    summary = summarise(Scores(distances, genuine, people, people))
    assert summary.impostors == 1000
    assert set(summary.tar) == {1e-1, 1e-2}
    assert supported(1e-3, 3000)
    assert not supported(1e-3, 2999)
    with pytest.raises(ValueError, match="one genuine and one impostor"):
        curve(distances[genuine], genuine[genuine])
