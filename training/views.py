"""Views of the training crops, and what the teacher says of each view itself.

A student that copies the teacher's answer to the very picture it sees learns the teacher's
function; one that is given the clean crop's answer for a spoiled view is asked to guess (Beyer et
al. 2022, Knowledge distillation: a good teacher is patient and consistent). The teacher is the slow
part, so views are made once and kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from siamapp.vision.align import CROP_PX
from training import augment
from training.config import DataConfig
from training.data import Crops, Float, Ints, Reference, Uint8, digest_of, save_whole
from training.samplers import PeopleSampler, Sampler

_BATCH: Final = 64
_VERSION: Final = 1
"""Raised where this file makes other views of the same crops."""


@dataclass(frozen=True, slots=True)
class Views:
    """What the training loop reads."""

    rgb: Uint8
    """`(n, 112, 112, 3)` RGB."""
    teacher: Float
    """`(n, d)` unit vectors of these very views."""
    person: Ints
    """`(n,)`; a blend of two people is a person of its own."""
    blended: npt.NDArray[np.bool_]
    """`(n,)`: no class of a classifier."""

    def __len__(self) -> int:
        return len(self.person)

    def read(self, rows: Ints) -> Uint8:
        """`(k, 112, 112, 3)` RGB."""
        return self.rgb[rows]

    def sampler(self, people_per_batch: int, views_per_person: int, seed: int) -> Sampler:
        return PeopleSampler(self.person, people_per_batch, views_per_person, seed)


def make_views(
    crops: Crops, rows: Ints, config: DataConfig, seed: int, model: Path, cache: Path
) -> Views:
    """`views_per_crop` augmented views of each of `rows`, then `blends_per_crop` blended ones.

    A blend is the weighted mean of two crops: nobody's face, but the teacher has an answer for it,
    so the student sees more faces than the sets hold (Beyer et al. 2022, section 3, mixup).
    The files in `cache` are named by all that they are made from.
    """
    plain = np.repeat(rows, config.views_per_crop)
    blended = np.repeat(rows, config.blends_per_crop)
    first = np.concatenate([plain, blended])
    person = np.concatenate(
        [crops.person[plain], len(crops.people) + np.arange(len(blended), dtype=np.int64)]
    )
    path = cache / f"views-{_digest(crops, first, seed, model)}"
    if not path.with_suffix(".vectors.npy").is_file():
        cache.mkdir(parents=True, exist_ok=True)
        _write(crops, rows, first, len(plain), seed, Reference(model, threads=1), path)
    rgb = np.load(path.with_suffix(".rgb.npy"), mmap_mode="r")
    blends = np.arange(len(first)) >= len(plain)
    return Views(rgb, np.load(path.with_suffix(".vectors.npy")), person, blends)


def _write(
    crops: Crops, rows: Ints, first: Ints, plain: int, seed: int, teacher: Reference, path: Path
) -> None:
    """Fill both files, the vectors last: where they are, the views are whole."""
    rgb = np.lib.format.open_memmap(
        path.with_suffix(".rgb.npy"), "w+", np.uint8, (len(first), CROP_PX, CROP_PX, 3)
    )

    def fill(start: int) -> Float:
        for index in range(start, min(start + _BATCH, len(first))):
            rng = np.random.default_rng((seed, index, 2))
            crop = crops.rgb[first[index]]
            if index >= plain:
                share = rng.uniform(0.3, 0.7)
                other = crops.rgb[rng.choice(rows)]
                crop = np.asarray(cv2.addWeighted(crop, share, other, 1 - share, 0), np.uint8)
            rgb[index] = augment.augment(crop, rng, crops.rgb[rng.choice(rows)])
        return teacher(rgb[start : start + _BATCH])

    cv2.setNumThreads(1)
    with ThreadPoolExecutor(2) as pool:
        vectors: Iterable[Float] = pool.map(fill, range(0, len(first), _BATCH))
        kept = np.concatenate(list(vectors))
    rgb.flush()
    save_whole(path.with_suffix(".vectors.npy"), kept)


def _digest(crops: Crops, first: Ints, seed: int, model: Path) -> str:
    """Of everything the views depend on; the augmentation by its code."""
    digest = digest_of(crops, model)
    digest.update(Path(augment.__file__).read_bytes())
    digest.update(f"{_VERSION} {seed} {len(crops)}".encode())
    digest.update(first.tobytes())
    return digest.hexdigest()[:16]
