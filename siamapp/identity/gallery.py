"""Everybody enrolled, as one matrix that never changes: a write swaps in a new gallery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy

import numpy as np
from numpy.typing import NDArray

from siamapp.errors import ModelIncompatible
from siamapp.types import FloatArray
from siamapp.vision.card import FusionSpec


class Gallery:
    """Templates of one embedder, grouped by person, and faces known to be somebody else's."""

    def __init__(
        self,
        embedder_id: str,
        vectors: FloatArray,
        person_ids: NDArray[np.int64],
        names: Mapping[int, str],
        *,
        rejected: Mapping[int, FloatArray] | None = None,
        fusion: FusionSpec = FusionSpec(),  # noqa: B008 - frozen
        rotation: FloatArray | None = None,
    ) -> None:
        """Sort templates by person.

        Args:
            embedder_id: the embedding space all of them belong to.
            vectors: `(N, D)` unit length.
            person_ids: `(N,)` whose template each row is.
            names: name of each person.
            rejected: by person, `(K, D)` unit vectors of which somebody said "not that person".
            fusion: how a person's several distances become one.
            rotation: `(D, D)` orthogonal, where `vectors` and `rejected` are protected templates:
                what their rows were multiplied by, and a probe must be.

        Raises:
            ValueError: sizes differ, or a vector is not finite and of unit length.
        """
        if vectors.ndim != 2 or len(vectors) != len(person_ids):
            raise ValueError("vectors and person_ids do not fit together")
        for some in (vectors, *(rejected or {}).values()):
            norms = np.linalg.norm(some, axis=1)
            if not np.isfinite(some).all() or (np.abs(norms - 1) > 1e-3).any():
                raise ValueError("a template is not a finite unit vector")
        order = np.argsort(person_ids, kind="stable")
        self.embedder_id = embedder_id
        self.vectors = np.ascontiguousarray(vectors[order], dtype=np.float32)
        self.people, self.starts = np.unique(person_ids[order], return_index=True)
        self.names = {int(person): names[int(person)] for person in self.people}
        self.vectors.setflags(write=False)
        self.rejected = {p: v for p, v in (rejected or {}).items() if p in self.names and len(v)}
        self.fusion = fusion
        self.rotation = rotation

    @classmethod
    def empty(cls, embedder_id: str, dimension: int) -> Gallery:
        return cls(embedder_id, np.empty((0, dimension), np.float32), np.empty(0, np.int64), {})

    def __len__(self) -> int:
        """How many people."""
        return len(self.people)

    def only(self, name: str) -> Gallery:
        """The part that holds one person, for 1:1 verification; empty where there is none."""
        return self.part([person for person, known in self.names.items() if known == name])

    def part(self, person_ids: Sequence[int]) -> Gallery:
        """Those of some people; who is not enrolled is passed over."""
        return self.slots(np.flatnonzero(np.isin(self.people, person_ids)))

    def slots(self, slots: NDArray[np.int64]) -> Gallery:
        """The gallery of the people in some places of `people`, all their templates in it."""
        rows, starts = self.rows(slots)
        return Gallery(
            self.embedder_id,
            self.at(rows),
            np.repeat(self.people[slots], np.diff(starts, append=len(rows))),
            self.names,
            rejected=self.rejected,
            fusion=self.fusion,
            rotation=self.rotation,
        )

    def everybody(self) -> Gallery:
        """The same people, each template as float32 and nobody's beside them."""
        return self

    def rows(self, slots: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """All templates' rows of the people in `slots`, side by side, and where each begins."""
        first = self.starts[slots]
        last = slots + 1 == len(self.starts)
        counts = np.where(last, self._size, self.starts.take(slots + 1, mode="clip")) - first
        starts = np.cumsum(counts) - counts
        return np.repeat(first - starts, counts) + np.arange(counts.sum()), starts

    def changed(self, person_id: int, part: Gallery) -> Gallery:
        """This gallery with `part` in the place of what it holds of that person: nothing, or all.

        A change of one person; this gallery stays as it is.
        """
        at = int(np.searchsorted(self.people, person_id))
        there = int(at < len(self) and self.people[at] == person_id)
        bounds = np.append(self.starts, self._size)
        begin, end = bounds[at], bounds[at + there]
        new = copy(self)
        new.vectors = np.concatenate([self.vectors[:begin], part.vectors, self.vectors[end:]])
        new.vectors.setflags(write=False)
        new.people = np.concatenate([self.people[:at], part.people, self.people[at + there :]])
        later = bounds[at + there : -1] + len(part.vectors) - (end - begin)
        new.starts = np.concatenate([self.starts[:at], part.starts + begin, later])
        new._take_over(person_id, part)
        return new

    def _take_over(self, person_id: int, part: Gallery) -> None:
        """Name and rejections of that person from `part`, in dicts of this gallery's own."""
        self.names = self.names | part.names
        if not len(part):
            self.names.pop(person_id, None)
        self.rejected = {i: v for i, v in self.rejected.items() if i != person_id} | part.rejected

    def fits(self, rotation: FloatArray | None) -> bool:
        """Whether templates protected so may be compared with these."""
        if rotation is None or self.rotation is None:
            return rotation is self.rotation
        return np.array_equal(rotation, self.rotation)

    def turned(self, probe: FloatArray) -> FloatArray:
        """A probe `(D,)` as its embedder gave it, where this gallery's templates are."""
        return probe if self.rotation is None else probe @ self.rotation

    @property
    def _size(self) -> int:
        """How many templates."""
        return len(self.vectors)

    def span(self, slot: int) -> slice:
        """The rows of the person in one place of `people`."""
        end = self.starts[slot + 1] if slot + 1 < len(self.starts) else self._size
        return slice(int(self.starts[slot]), int(end))

    def at(self, rows: NDArray[np.int64] | slice) -> FloatArray:
        """The templates `(n, D)` in some rows."""
        return self.vectors[rows]

    def templates(self, person_id: int) -> FloatArray:
        """`(n, D)` of one person."""
        return self.at(self.span(int(np.searchsorted(self.people, person_id))))

    def require(self, embedder_id: str) -> None:
        """Raise ModelIncompatible unless that embedder's probes fit this gallery."""
        if embedder_id != self.embedder_id:
            raise ModelIncompatible(
                "The gallery was enrolled with another embedder; distances would mean nothing.",
                "Enrol again with this embedder, or switch back.",
            )
