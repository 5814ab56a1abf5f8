"""Nobody is on two sides of a split, and no fold shares a person or a family with another."""

from __future__ import annotations

import numpy as np
import pytest

from training.data import (
    LOOKALIKE_COSINE,
    Crops,
    class_means,
    group_of,
    rows_of,
    split_people,
    unit,
)
from training.pairs import make_pairs, read_pairs, write_pairs


@pytest.fixture
def crops_and_vectors() -> tuple[Crops, np.ndarray]:
    """200 families of two and 400 identities, four crops each, and vectors for them."""
    people = [f"celeba/{i:05d}" for i in range(400)]
    people += [f"fiw/F{i:04d}_MID{j}" for i in range(200) for j in (1, 2)]
    person = np.repeat(np.arange(800), 4)
    names = tuple(f"{people[p]}/{k}.jpg" for k, p in enumerate(person))
    rng = np.random.default_rng(1)
    centres = rng.normal(size=(800, 64))
    centres[:40] = centres[400:440]  # forty people under two names
    vectors = unit(centres[person][:, None] + 0.1 * rng.normal(size=(3200, 2, 64)))
    crops = Crops(np.zeros((3200, 1, 1, 3), np.uint8), names, person, tuple(people))
    return crops, vectors.astype(np.float32)


def test_splits_share_no_family_and_no_look_alike(
    crops_and_vectors: tuple[Crops, np.ndarray],
) -> None:
    crops, vectors = crops_and_vectors
    means = class_means(crops, vectors)
    splits = split_people(crops, means, test=0.2, calibration=0.1, seed=4)
    groups = {name: {group_of(crops.people[p]) for p in people} for name, people in splits.items()}
    assert not groups["train"] & groups["test"]
    assert not groups["train"] & groups["calibration"]
    assert not groups["calibration"] & groups["test"]
    for one, other in (("train", "test"), ("train", "calibration"), ("calibration", "test")):
        assert (means[splits[one]] @ means[splits[other]].T).max() <= LOOKALIKE_COSINE
    assert len(splits["train"]) + len(splits["calibration"]) + len(splits["test"]) < 800
    assert set(crops.person[rows_of(crops, splits["test"])]) == set(splits["test"])


def test_pairs_are_balanced_true_and_fold_disjoint(
    crops_and_vectors: tuple[Crops, np.ndarray], tmp_path: object
) -> None:
    crops, vectors = crops_and_vectors
    means = class_means(crops, vectors)
    everybody = np.arange(800)
    pairs = make_pairs(crops, everybody, means, count=1200, seed=3)
    assert len(set(pairs)) == 1200
    seen: dict[str, int] = {}
    for pair in pairs:
        first, second = (name.rsplit("/", 1)[0] for name in (pair.first, pair.second))
        assert (first == second) == pair.genuine
        assert first.split("/")[0] == second.split("/")[0]
        for person in (first, second):
            assert seen.setdefault(group_of(person), pair.fold) == pair.fold
    for fold in range(10):
        assert [p.genuine for p in pairs if p.fold == fold].count(True) == 60
    assert pairs == make_pairs(crops, everybody, means, count=1200, seed=3)
    path = tmp_path / "pairs.tsv"  # type: ignore[operator]
    write_pairs(pairs, path)
    assert read_pairs(path) == pairs


def test_too_few_people_are_refused(crops_and_vectors: tuple[Crops, np.ndarray]) -> None:
    crops, vectors = crops_and_vectors
    with pytest.raises(ValueError, match="fold 0"):
        make_pairs(crops, np.arange(20), class_means(crops, vectors), count=6000, seed=1)
