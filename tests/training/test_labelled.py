"""Labels-only runs: crops in memory or in shards, spoiled on the device, resumed to the same."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from training import loop
from training.config import TrainConfig
from training.data import Crops, decode
from training.labelled import INDEX, CropSet, ShardSet, write_shards
from training.loop import train
from training.samplers import WindowSampler

CONFIG = {
    "name": "labels",
    "threads": 1,
    "bf16": False,
    "log_every": 2,
    "data": {"on_device": True},
    "network": {"widths": [8, 8, 8, 16], "blocks": [0, 1, 1, 1], "dimension": 8},
    "loss": {"distill": 0, "relational": 0, "triplet": 1.0, "mining": "random"},
    "optim": {"people_per_batch": 4, "views_per_person": 2, "steps": 4},
}


def picture(person: int, shot: int) -> bytes:
    rgb = np.random.default_rng((person, shot)).integers(0, 256, (128, 128, 3), dtype=np.uint8)
    done, packed = cv2.imencode(".png", rgb[..., ::-1])
    assert done
    return packed.tobytes()


@pytest.fixture(scope="module")
def files() -> list[tuple[str, bytes]]:
    """12 people with 1 to 4 pictures, and two files that are no picture."""
    good = [(f"p{p:02d}/{s}.png", picture(p, s)) for p in range(12) for s in range(1 + p % 4)]
    return sorted(
        [*good, ("p03/broken.jpg", b"\xff\xd8 not much of a picture"), ("p07/empty.png", b"")]
    )


@pytest.fixture(scope="module")
def shards(files: list[tuple[str, bytes]], tmp_path_factory: pytest.TempPathFactory) -> ShardSet:
    folder = tmp_path_factory.mktemp("shards")
    count, skipped = write_shards(files, folder, per_shard=5)
    assert (count, skipped) == (30, ["p03/broken.jpg", "p07/empty.png"])
    return ShardSet.open(folder)


def test_shards_give_back_every_picture(files: list[tuple[str, bytes]], shards: ShardSet) -> None:
    blobs = dict(files)
    rows = np.random.default_rng(0).permutation(len(shards))
    for row, rgb in zip(rows, shards.read(rows), strict=True):
        assert np.array_equal(rgb, decode(blobs[shards.names[row]]))
    for person in np.unique(shards.person):  # nobody is cut in two
        assert len(np.unique(shards.shard[shards.person == person])) == 1
    assert len(shards.paths) > 3


def test_a_damaged_shard_and_a_missing_index_are_named(
    files: list[tuple[str, bytes]], tmp_path: Path
) -> None:
    write_shards(files, tmp_path, per_shard=5)
    found = ShardSet.open(tmp_path)
    with found.paths[0].open("r+b") as tar:
        tar.seek(int(found.offset[0]))
        tar.write(bytes(100))
    with pytest.raises(ValueError, match=r"p00/0\.png in .*00000001\.tar is damaged"):
        found.read(np.array([0]))
    (tmp_path / INDEX).unlink()
    with pytest.raises(ValueError, match="python -m training shards"):
        ShardSet.open(tmp_path)


def test_shards_that_are_not_all_written_are_no_set(
    files: list[tuple[str, bytes]], tmp_path: Path
) -> None:
    """Also where the folder held others before, whose index would point into the new ones."""
    write_shards(files, tmp_path, per_shard=5)

    def killed() -> Iterator[tuple[str, bytes]]:
        yield from files[10:20]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_shards(killed(), tmp_path, per_shard=5)
    with pytest.raises(ValueError, match="python -m training shards"):
        ShardSet.open(tmp_path)


def test_an_epoch_shows_each_row_once_near_its_shard_and_ranks_share_it() -> None:
    shard = np.repeat(np.arange(12), 20)
    person = np.arange(240) // 5
    sampler = WindowSampler(person, shard, 16, 4, seed=3, window=3)
    epoch = [sampler.batch(step) for step in range(15)]
    assert np.array_equal(np.sort(np.concatenate(epoch)), np.arange(240))
    assert all(len(np.unique(shard[rows])) <= 6 for rows in epoch)  # two windows at most
    assert np.mean([len(np.unique(person[rows])) for rows in epoch]) < 12  # several of each
    assert not np.array_equal(epoch[0], sampler.batch(15))  # the next epoch has another order
    again = WindowSampler(person, shard, 16, 4, seed=3, window=3)
    assert np.array_equal(again.batch(7), epoch[7])  # no need to have seen those before
    ranks = [epoch[0][rank::2] for rank in (0, 1)]
    assert not set(ranks[0]) & set(ranks[1])


@pytest.mark.parametrize("source", ["memory", "shards"])
def test_a_run_on_labels_resumes_to_the_same_weights(
    source: str, files: list[tuple[str, bytes]], shards: ShardSet, tmp_path: Path
) -> None:
    if source == "shards":
        data: ShardSet | CropSet = shards
    else:
        read = shards.read(np.arange(len(shards)))
        crops = Crops(read, shards.names, shards.person, tuple(map(str, range(12))))
        data = CropSet(crops, np.arange(2, len(shards)))
    config = TrainConfig.model_validate(CONFIG)
    whole = train(config, data, tmp_path / "whole").state_dict()
    real = loop._batches
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "_batches", lambda *given: islice(real(*given), 2))
        train(config, data, tmp_path / "cut")
    resumed = train(config, data, tmp_path / "cut").state_dict()
    assert all(torch.allclose(whole[name], resumed[name], atol=1e-6) for name in whole)


def test_views_made_on_the_go_have_no_teacher() -> None:
    with pytest.raises(ValueError, match="teacher"):
        TrainConfig.model_validate({**CONFIG, "loss": {}})
    with pytest.raises(ValueError, match="on_device"):
        TrainConfig.model_validate({"name": "x", "data": {"shards": "there"}})
