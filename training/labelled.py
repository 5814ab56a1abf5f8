"""Crops known by their labels alone, in memory or streamed from shards, for views made on the go.

A shard is a plain tar of `IDENTITY/picture` members in which no person is cut in two, so a batch
can hold several pictures of each; `index.tsv` beside them says where each picture lies. Training
then reads a window of shards at a time and never the whole set.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Sized
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from training.data import Crops, Float, Ints, Uint8, decode
from training.samplers import PeopleSampler, Sampler, WindowSampler

INDEX: Final = "index.tsv"
_HEADER: Final = "shard\toffset\tsize\tname"
READERS: Final = 4
"""Threads that decode a batch: OpenCV lets the interpreter go meanwhile."""


class TrainingSet(Protocol):
    """What the loop reads (`training.views.Views` is one too); all arrays `(n, ...)`."""

    @property
    def person(self) -> Ints: ...
    @property
    def teacher(self) -> Float: ...
    @property
    def blended(self) -> npt.NDArray[np.bool_]: ...
    def __len__(self) -> int: ...
    def read(self, rows: Ints) -> Uint8:
        """`(k, side, side, 3)` RGB."""
        ...

    def sampler(self, people_per_batch: int, views_per_person: int, seed: int) -> Sampler: ...


class _Unanswered(Sized):
    """A set without a teacher's answers and without blends."""

    __slots__ = ()

    @property
    def teacher(self) -> Float:
        return np.zeros((len(self), 1), np.float32)

    @property
    def blended(self) -> npt.NDArray[np.bool_]:
        return np.zeros(len(self), bool)


@dataclass(frozen=True, slots=True)
class CropSet(_Unanswered):
    """Some rows of crops that lie in memory."""

    crops: Crops
    rows: Ints

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def person(self) -> Ints:
        return self.crops.person[self.rows]

    def read(self, rows: Ints) -> Uint8:
        return self.crops.rgb[self.rows[rows]]

    def sampler(self, people_per_batch: int, views_per_person: int, seed: int) -> Sampler:
        return PeopleSampler(self.person, people_per_batch, views_per_person, seed)


@dataclass(frozen=True, slots=True)
class ShardSet(_Unanswered):
    """Crops in shards."""

    paths: tuple[Path, ...]
    names: tuple[str, ...]
    shard: Ints
    """`(n,)`, index into `paths`."""
    offset: Ints
    """`(n,)` bytes."""
    size: Ints
    person: Ints

    def __len__(self) -> int:
        return len(self.names)

    @classmethod
    def open(cls, folder: Path) -> ShardSet:
        """Read a folder that `write_shards` made.

        Raises:
            ValueError: it holds no index of this make, or a shard is missing.
        """
        path = folder / INDEX
        if not path.is_file():
            raise ValueError(f"{folder} holds no {INDEX}: make it by `python -m training shards`")
        header, *lines = path.read_text(encoding="utf-8").splitlines()
        if header != _HEADER or not lines:
            raise ValueError(f"{path} is no index of shards")
        shard, offset, size, names = zip(*(line.split("\t") for line in lines), strict=True)
        files = sorted(set(shard))
        for missing in (name for name in files if not (folder / name).is_file()):
            raise ValueError(f"{folder} lacks {missing}")
        return cls(
            tuple(folder / name for name in files),
            names,
            np.searchsorted(files, shard).astype(np.int64),
            np.array(offset, np.int64),
            np.array(size, np.int64),
            np.unique([_owner(name) for name in names], return_inverse=True)[1].astype(np.int64),
        )

    def read(self, rows: Ints) -> Uint8:
        """`(k, 128, 128, 3)` RGB, decoded by `READERS` threads.

        Raises:
            ValueError: a picture was damaged since the shards were written; it is named.
        """
        encoded: dict[int, bytes] = {}
        for shard in np.unique(self.shard[rows]):
            with self.paths[shard].open("rb") as file:
                for row in np.sort(rows[self.shard[rows] == shard]).tolist():
                    file.seek(int(self.offset[row]))
                    encoded[row] = file.read(int(self.size[row]))

        def picture(row: int) -> Uint8:
            rgb = decode(encoded[row])
            if rgb is None:
                raise ValueError(f"{self.names[row]} in {self.paths[self.shard[row]]} is damaged")
            return rgb

        with ThreadPoolExecutor(READERS) as pool:
            return np.stack(list(pool.map(picture, rows.tolist())))

    def sampler(self, people_per_batch: int, views_per_person: int, seed: int) -> Sampler:
        size = people_per_batch * views_per_person
        return WindowSampler(self.person, self.shard, size, views_per_person, seed)


def write_shards(
    files: Iterable[tuple[str, bytes]], folder: Path, *, per_shard: int = 2000
) -> tuple[int, list[str]]:
    """Write `IDENTITY/picture` files, people side by side, as tars of about `per_shard` pictures.

    What is no 128x128 picture is left out. The index is written last, and a former one taken away
    first, so a folder with one is whole. Returns how many pictures were written, and the names of
    those left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / INDEX).unlink(missing_ok=True)
    lines, skipped = [_HEADER], []
    waiting: list[tuple[str, bytes]] = []

    def write() -> None:
        path = folder / f"{len(lines):08d}.tar"  # by its first picture's line of the index
        with tarfile.open(path, "w") as tar:
            for name, blob in waiting:
                member = tarfile.TarInfo(name)
                member.size = len(blob)
                tar.addfile(member, io.BytesIO(blob))
                whole = -(-len(blob) // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
                lines.append(f"{path.name}\t{tar.offset - whole}\t{len(blob)}\t{name}")
        waiting.clear()

    for name, blob in files:
        if decode(blob) is None:
            skipped.append(name)
            continue
        if len(waiting) >= per_shard and _owner(name) != _owner(waiting[-1][0]):
            write()
        waiting.append((name, blob))
    if waiting:
        write()
    (folder / INDEX).write_text("\n".join([*lines, ""]), encoding="utf-8")
    return len(lines) - 1, skipped


def _owner(name: str) -> str:
    return str(PurePosixPath(name).parent)
