"""A large gallery's templates: two bytes a number, and a sketch that says where to look.

The sketch is the signs of random projections (Charikar 2002, section 3: two vectors differ in a
bit as often as the angle between them is of pi). The rotations are orthogonal, which spreads the
bits' errors (Ji et al. 2012, "Super-bit LSH"). 128 bits of every template are compared, 128 more
of the nearest thousands, and the vectors of the rest: three sieves, each finer and on fewer rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from siamapp.types import FloatArray

SKETCH_FROM: Final = 50_000
"""Templates from which a sketch pays; below it every template is compared."""
_WORDS: Final = 2
"""64-bit words of a coarse code, and of a fine one."""
_COARSE_KEPT, _FINE_KEPT = 40, 200
"""One row in so many passes a sieve (measured for a recall of 0.995: `benchmarks`)."""
_FEWEST: Final = 2_000
_SCALE: Final = 32_767
"""Numbers of unit vectors as 16-bit fixed point: finer than float16, and read eight at a time."""
_BLOCK: Final = 16_384
_CACHED: Final = 1_024
"""Vectors that stay in the cache between being read as float32 and being compared."""
_SPARE: Final = 32
"""One row in so many is kept free for people added later."""


class Index:
    """`n` templates, in the order given; immutable, but one made by `appended` shares its arrays.

    A row lies in the arrays once; an older index knows fewer of them and never reads past its own.
    """

    def __init__(self, dimension: int, capacity: int = 0) -> None:
        self._rotation = _rotation(dimension)
        self._numbers = np.empty((capacity, dimension), np.int16)
        self._coarse = np.empty((_WORDS, capacity), np.uint64)
        self._fine = np.empty((capacity, _WORDS), np.uint64)
        self._used = [0]  # shared: how many rows of the arrays belong to somebody
        self._count = 0

    @classmethod
    def of(cls, vectors: FloatArray) -> Index:
        """The index of unit vectors `(n, D)`."""
        return cls(vectors.shape[1], _roomy(len(vectors))).appended(vectors)

    def __len__(self) -> int:
        return self._count

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self._numbers.nbytes + self._coarse.nbytes + self._fine.nbytes

    def appended(self, vectors: FloatArray) -> Index:
        """This index and further rows. Costs what the new rows cost, now and then a copy."""
        grown = self._with_room(len(vectors))
        for at in range(0, len(vectors), _BLOCK):
            some = vectors[at : at + _BLOCK]
            rows = slice(grown._count, grown._count + len(some))
            codes = _codes(some @ grown._rotation)
            grown._numbers[rows] = np.rint(some * _SCALE)
            grown._coarse[:, rows] = codes[:, :_WORDS].T
            grown._fine[rows] = codes[:, _WORDS:]
            grown._count += len(some)
        grown._used[0] = grown._count
        return grown

    def _with_room(self, more: int) -> Index:
        needed = self._count + more
        shared = self._used[0] == self._count and needed <= len(self._numbers)
        grown = Index(self._numbers.shape[1], 0 if shared else _roomy(needed))
        grown._count = self._count
        if shared:
            grown._numbers, grown._coarse, grown._fine = self._numbers, self._coarse, self._fine
            grown._used = self._used
        else:
            grown._numbers[: self._count] = self._numbers[: self._count]
            grown._coarse[:, : self._count] = self._coarse[:, : self._count]
            grown._fine[: self._count] = self._fine[: self._count]
        return grown

    def vectors(self, rows: NDArray[np.int64] | slice) -> FloatArray:
        """The stored vectors `(k, D)` of some rows, each number within 2e-5 of what was given."""
        some = self._numbers[: self._count][rows].astype(np.float32)
        some *= np.float32(1 / _SCALE)
        return some

    def blocks(self) -> Iterator[FloatArray]:
        """All stored vectors in order, some at a time; each block lies where the last one lay."""
        buffer = np.empty((_CACHED, self._numbers.shape[1]), np.float32)
        for at in range(0, self._count, _CACHED):
            rows = self._numbers[at : min(at + _CACHED, self._count)]
            some = buffer[: len(rows)]
            np.copyto(some, rows)
            some *= np.float32(1 / _SCALE)
            yield some

    def near(self, probe: FloatArray) -> NDArray[np.int64]:
        """Rows worth comparing with unit vector `(D,)`, ascending; the nearest seldom miss."""
        code = _codes((probe @ self._rotation)[None])[0]
        coarse = self._coarse_distances(code[:_WORDS])
        passed = _nearest(coarse, self._kept(_COARSE_KEPT))
        bits = coarse[passed].astype(np.uint16)
        fine = np.bitwise_count(np.take(self._fine, passed, axis=0) ^ code[_WORDS:])
        for word in range(_WORDS):
            bits += fine[:, word]
        return passed[_nearest(bits, self._kept(_FINE_KEPT))]

    def _kept(self, one_in: int) -> int:
        return max(_FEWEST, self._count // one_in)

    def _coarse_distances(self, code: NDArray[np.uint64]) -> NDArray[np.uint8]:
        """Differing bits of the coarse codes `(n,)`; by blocks that stay in the cache."""
        bits = np.empty(self._count, np.uint8)
        differ, count = np.empty(_BLOCK, np.uint64), np.empty(_BLOCK, np.uint8)
        for at in range(0, self._count, _BLOCK):
            out = bits[at : at + _BLOCK]
            size = len(out)
            for word in range(_WORDS):
                row = self._coarse[word, at : at + size]
                np.bitwise_xor(row, code[word], out=differ[:size])
                into = out if word == 0 else count[:size]
                np.bitwise_count(differ[:size], out=into)
                if word:
                    out += into
        return bits


def _nearest(bits: NDArray[np.uint8] | NDArray[np.uint16], wanted: int) -> NDArray[np.int64]:
    """Places of about `wanted` smallest entries, ties included; the limit comes from a sample."""
    step = max(1, len(bits) // 20_000)
    counts = np.cumsum(np.bincount(bits[::step]))
    limit = int(np.searchsorted(counts, wanted / step))
    return np.flatnonzero(bits <= limit)


def _codes(projected: FloatArray) -> NDArray[np.uint64]:
    """Signs `(n, 2 x 64 x words)` packed to `(n, 2 x words)`."""
    return np.packbits(projected > 0, axis=1).view(np.uint64)


@cache
def _rotation(dimension: int) -> FloatArray:
    """Orthogonal directions `(D, bits)`, the same at each start; blocks of them if D < bits.

    Made once: every person that joins asks for them, and for 512 numbers they take 60 ms.
    """
    bits = 2 * _WORDS * 64
    random = np.random.default_rng(0)
    blocks = [
        np.linalg.qr(random.standard_normal((dimension, dimension)))[0]
        for _ in range(-(-bits // dimension))
    ]
    made = np.ascontiguousarray(np.hstack(blocks)[:, :bits], dtype=np.float32)
    made.setflags(write=False)
    return made


def _roomy(rows: int) -> int:
    return rows + rows // _SPARE
