"""Small rates from few comparisons: never below what was seen, and told how sure."""

from __future__ import annotations

import numpy as np
import pytest

from siamapp.errors import ProtocolError
from siamapp.evaluation.rates import Scores
from siamapp.evaluation.tail import fit_pareto, threshold_table


def scores(people: int, each: int, seed: int = 0) -> Scores:
    """Made-up vectors of that many people, every one compared with every other."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), each)
    noise = 0.6 * rng.normal(size=(len(person), 24))
    vectors = rng.normal(size=(people, 24))[person] + noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    i, j = np.triu_indices(len(person), 1)
    distances = np.linalg.norm(vectors[i] - vectors[j], axis=1).astype(np.float32)
    return Scores(distances, person[i] == person[j], person[i], person[j])


def test_the_fit_finds_the_tail_it_was_drawn_from():
    rng = np.random.default_rng(1)
    shape, scale = 0.2, 0.05
    excess = scale / shape * (rng.random(20_000) ** -shape - 1)
    fitted = fit_pareto(np.append(np.sort(1 - excess), 1.0), 0.01)
    assert fitted.shape == pytest.approx(shape, abs=0.04)
    assert fitted.scale == pytest.approx(scale, rel=0.06)
    assert fitted.rate(1.0) == pytest.approx(0.01)
    assert fitted.rate(fitted.distance(1e-5)) == pytest.approx(1e-5)


def test_a_tail_with_an_end_is_not_believed():
    bounded = fit_pareto(np.linspace(0.9, 1.0, 500), 0.01)
    assert bounded.shape == 0
    assert bounded.rate(0.5) > 0


def test_no_row_promises_less_than_was_observed():
    made = scores(40, 4)
    strangers = made.distances[~made.genuine]
    table = threshold_table(made)
    assert [row.fmr for row in table] == [0.1, 0.03, 0.01, 0.003, 0.001, 3e-4, 1e-4]
    for row in table:
        assert np.mean(strangers <= row.distance) <= row.fmr
        assert row.observed_fmr == pytest.approx(np.mean(strangers <= row.distance), rel=1e-2)
        assert row.fmr_low <= row.fmr <= row.fmr_high
        assert row.held_out_fmr is not None
        assert row.held_out_fmr <= 1.5 * row.fmr
    distances = [row.distance for row in table]
    assert distances == sorted(distances, reverse=True)
    assert table == threshold_table(made), "the same from the same"


def test_the_rate_holds_for_people_who_were_not_there():
    rows = threshold_table(scores(60, 4))
    others = scores(60, 4, seed=9)
    strangers = others.distances[~others.genuine]
    for row in rows:
        assert np.mean(strangers <= row.distance) <= max(2 * row.fmr_high, 3 / len(strangers))


@pytest.mark.parametrize(("people", "each"), [(9, 12), (10, 1), (12, 3)])
def test_too_few_people_or_comparisons_are_refused_in_words(people: int, each: int):
    with pytest.raises(ProtocolError, match="too few to calibrate") as refused:
        threshold_table(scores(people, each))
    assert "10 people or more" in refused.value.hint
