"""`benchmarks/gpu.py`: it counts what a network does, and holds its time against the hardware's."""

from __future__ import annotations

import pytest

from benchmarks.gpu import cost, main, networks

FACE = next(networks())


def test_operations_are_those_of_the_layers_and_grow_with_the_batch() -> None:
    one, numbers = cost(FACE, 1)
    # torch.utils.flop_counter says 175 million multiply-adds (docs/training.md).
    assert one / 2 == pytest.approx(175e6, rel=0.01)
    many, more = cost(FACE, 64)
    assert many == 64 * one
    assert numbers < more < 64 * numbers, "weights are read once"


def test_every_way_of_the_cpu_is_timed_and_held_against_the_given_peaks(capsys) -> None:
    words = "--provider cpu --network siamface --batch 1 2 --repeats 1 --bandwidth 20"
    report = main([*words.split(), "--peak", "fp32=0.1", "--peaks-from", "a data sheet"])
    rows = {(row["how"], row["batch"]): row for row in report["rows"]}
    hows = ["cpu int8", "cpu int8, bound", "cpu fp32", "cpu fp16"]
    assert set(rows) == {(how, batch) for how in hows for batch in (1, 2)}
    full = rows["cpu fp32", 2]
    assert full["roofline_ms"] == pytest.approx(max(full["gflop"] / 0.1, full["mbytes"] / 20))
    assert full["share"] == pytest.approx(full["roofline_ms"] / full["ms"])
    assert "share" not in rows["cpu int8", 1], "there is no peak for it"
    assert all(row["least_cosine"] > 0.9 and row["per_second"] > 0 for row in rows.values())
    said = capsys.readouterr().out
    assert "a data sheet" in said
    assert said.count("| siamface-v1 |") == len(rows)


def test_a_network_of_one_picture_is_not_asked_for_many() -> None:
    words = "--provider cpu --network siamdetect-v1 --batch 1 3 --repeats 1"
    report = main(words.split())
    batches = {(row["network"], row["batch"]) for row in report["rows"]}
    closer = "siamdetect-v1, closer look"
    assert batches == {("siamdetect-v1", 1), (closer, 1), (closer, 3)}
    assert report["peaks"]["flops"]["fp32"] > 0
