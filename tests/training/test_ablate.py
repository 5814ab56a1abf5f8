"""Ablations on made pictures: each row changes one thing, runs once, and is told with intervals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training import ablate
from training.config import TrainConfig, load_config
from training.data import unit
from training.pair_test import PairTest
from training.reproduce_report import replace_marked
from training.views import Views

CONFIG = Path("configs/ablation.toml")
SMALL = [
    "network.widths=[8, 8, 8, 16]", "network.blocks=[0, 1, 1, 1]", "network.dimension=8",
    "optim.people_per_batch=4", "optim.steps=2", "log_every=1000",
]  # fmt: skip


def people(count: int, each: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures of one noisy colour per person."""
    rng = np.random.default_rng(0)
    person = np.repeat(np.arange(count), each)
    colour = rng.integers(30, 220, (count, 1, 1, 3))[person]
    noise = rng.integers(-20, 20, (len(person), 112, 112, 3))
    return (colour + noise).astype(np.uint8), person


@pytest.fixture
def test_pairs() -> PairTest:
    rgb, person = people(24, 2)
    first = np.tile(np.arange(0, 48, 2), 30)
    second = np.where(np.arange(720) < 360, first + 1, (first + 2 * (1 + np.arange(720) % 23)) % 48)
    genuine = person[first] == person[second]
    return PairTest(
        rgb,
        first,
        second,
        genuine,
        np.arange(720) % 10,
        person[first],
        person[second],
        ("made",) * 720,
    )


def test_every_row_is_a_config_and_changes_what_it_says() -> None:
    base = load_config(CONFIG)
    for name, changes in ablate.ROWS.items():
        changed = load_config(CONFIG, [*changes])
        assert (changed != base) == bool(changes), name


def test_rows_run_once_and_make_a_table(
    test_pairs: PairTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {name: ablate.ROWS[name] for name in ("the recipe", "no triplet loss")}
    monkeypatch.setattr(ablate, "ROWS", few)
    rgb, person = people(6, 4)
    teacher = unit(np.random.default_rng(1).normal(size=(6, 8)).astype(np.float32))[person]
    asked: list[TrainConfig] = []

    def views(config: TrainConfig) -> Views:
        asked.append(config)
        return Views(rgb, teacher, person, np.zeros(len(person), bool))

    rows = ablate.ablate(CONFIG, SMALL, views, test_pairs, tmp_path, people=6)
    assert [row.name for row in rows] == ["the recipe", ablate.FLIPPED, "no triplet loss"]
    assert [config.loss.triplet for config in asked] == [0.5, 0]
    assert all(low <= value <= high for row in rows for value, low, high in (row.eer, row.accuracy))
    assert rows[0].gained == (0, 0, 0)
    assert rows[1].gained[0] == pytest.approx(rows[0].eer[0] - rows[1].eer[0])
    again = ablate.ablate(CONFIG, SMALL, views, test_pairs, tmp_path, people=6)
    assert (again, len(asked)) == (rows, 2)
    for changes, count in (([*SMALL, "optim.steps=3"], 6), (SMALL, 7)):
        with pytest.raises(ValueError, match="another --run"):
            ablate.ablate(CONFIG, changes, views, test_pairs, tmp_path, people=count)
    page = tmp_path / "training.md"
    page.write_text("# Training\n\nWords.\n", encoding="utf-8")
    for _ in range(2):
        replace_marked(page, "ablations", ablate.table(rows, "the command"), title="")
    text = page.read_text("utf-8")
    assert text.startswith("# Training\n\nWords.\n")
    assert text.count("| no triplet loss | `loss.triplet=0` |") == 1


def test_a_mirrored_picture_has_the_same_mean_vector(test_pairs: PairTest) -> None:
    both = ablate.with_mirror(lambda rgb: unit(rgb[:, :8, 5, 0].astype(np.float32)))
    rgb = test_pairs.aligned[:3]
    assert np.allclose(both(rgb), both(rgb[:, :, ::-1]), atol=1e-6)
