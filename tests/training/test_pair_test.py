"""Test pairs put to an embedder, and crops read from tars and folders."""

from __future__ import annotations

import tarfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from training.data import load_crops, unit
from training.pair_test import PairTest, card_rows
from training.pairs import Pair, write_pairs
from training.robust import SPOILS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve people as colours, three crops each, a broken picture and one of another size."""
    rng = np.random.default_rng(0)
    for person, colour in enumerate(rng.integers(30, 226, (12, 3))):
        home = tmp_path / "fiw" / f"F{person // 2:04d}_MID{person % 2}"
        home.mkdir(parents=True)
        for number in range(3):
            noise = rng.normal(0, 6, (128, 128, 3))
            cv2.imwrite(str(home / f"{number}.png"), np.clip(colour + noise, 0, 255))
    (home / "broken.jpg").write_bytes(b"not a picture")
    (home / "empty.jpg").touch()
    cv2.imwrite(str(home / "small.png"), np.zeros((64, 64, 3), np.uint8))
    return tmp_path


def test_a_tar_and_a_folder_hold_the_same_and_the_unreadable_is_named(folder: Path) -> None:
    crops = load_crops(folder, sets=("fiw",))
    assert len(crops) == 36
    assert [name.rsplit("/", 1)[1] for name in crops.skipped] == [
        "broken.jpg", "empty.jpg", "small.png",
    ]  # fmt: skip
    with tarfile.open(folder / "packed.tar", "w") as tar:
        tar.add(folder / "fiw", arcname=".")
    packed = load_crops(folder, sets=("packed",))
    assert np.array_equal(packed.rgb, crops.rgb)
    assert [n.split("/", 1)[1] for n in packed.names] == [n.split("/", 1)[1] for n in crops.names]
    with pytest.raises(FileNotFoundError, match="neither"):
        load_crops(folder, sets=("none",))


def test_pairs_put_to_an_embedder(folder: Path) -> None:
    crops = load_crops(folder, sets=("fiw",))
    pairs = []
    for fold, person in enumerate(crops.people):
        other = crops.people[(fold + 2) % len(crops.people)]
        pairs.append(Pair(fold, True, f"{person}/0.png", f"{person}/1.png"))
        pairs.append(Pair(fold, False, f"{person}/0.png", f"{other}/2.png"))
    write_pairs(pairs, folder / "pairs.tsv")
    test = PairTest.read(folder / "pairs.tsv", crops)
    assert test.aligned.shape[1:] == (112, 112, 3)
    with pytest.raises(ValueError, match=r"nobody/0\.png and 0 more"):
        PairTest.of([*pairs, Pair(0, False, "fiw/nobody/0.png", pairs[0].first)], crops)
    for text in ("", "fold\tgenuine\tfirst\tsecond\n"):
        (folder / "none.tsv").write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=r"none\.tsv is not a pairs file"):
            PairTest.read(folder / "none.tsv", crops)
    assert test.first_group[0] == test.first_group[2], "two of one family"

    def mean_colour(rgb: np.ndarray) -> np.ndarray:
        return unit(rgb.mean(axis=(1, 2), dtype=np.float32) - 128)

    clean = card_rows(test(mean_colour, rates=(0.5,)))
    assert clean["accuracy"] > 0.9
    assert clean["eer"] < 0.1
    assert test.sets == ("fiw",) * len(pairs)
    scores = test.scores(mean_colour)
    parts = replace(test, sets=("a", "a", "b") * (len(pairs) // 3)).by_set(scores)
    assert np.array_equal(parts["b"].distances, scores.distances[2::3])
    assert np.array_equal(parts["b"].genuine, scores.genuine[2::3])
    assert len(parts["a"].first) == len(pairs) * 2 // 3
    grey = test(mean_colour, rates=(0.5,), spoil=SPOILS["grey"])
    assert grey.eer.value > clean["eer"], "colour was all that this embedder had"


@pytest.mark.parametrize("name", SPOILS)
def test_a_spoil_is_the_same_every_time_and_leaves_the_crop_alone(name: str) -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (112, 112, 3), dtype=np.uint8)
    before = rgb.copy()
    spoiled = SPOILS[name](rgb)
    assert spoiled.shape == rgb.shape
    assert spoiled.dtype == np.uint8
    assert np.array_equal(rgb, before)
    assert not np.array_equal(spoiled, rgb)
    assert np.array_equal(spoiled, SPOILS[name](rgb))
