"""The card's threshold table against counts made by hand."""

from __future__ import annotations

import numpy as np

from training.calibrate import threshold_table
from training.data import unit


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
