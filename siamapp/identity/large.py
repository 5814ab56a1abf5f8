"""A gallery of 50,000 templates and more, which people join and leave without building it anew."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

import numpy as np
from numpy.typing import NDArray

from siamapp.identity.gallery import Gallery
from siamapp.identity.index import SKETCH_FROM, Index
from siamapp.identity.match import distances
from siamapp.types import FloatArray


def sized(gallery: Gallery) -> Gallery:
    """The gallery in the form that its size asks for."""
    if isinstance(gallery, LargeGallery) or len(gallery.vectors) < SKETCH_FROM:
        return gallery
    return LargeGallery(gallery)


class LargeGallery(Gallery):
    """As `Gallery`, its templates in an `Index`.

    Nothing moves when somebody leaves: the rows are passed over, and gone at the next start.
    """

    def __init__(self, gallery: Gallery) -> None:
        """Take over what `gallery` holds; its float32 vectors are not kept."""
        self.embedder_id, self.fusion = gallery.embedder_id, gallery.fusion
        self.rotation = gallery.rotation
        self.names, self.rejected = gallery.names, gallery.rejected
        self.people, self.starts = gallery.people, gallery.starts
        self.index = Index.of(gallery.vectors)
        self._here = np.ones(len(self.people), np.bool_)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def vectors(self) -> FloatArray:  # type: ignore[override]
        """Everybody's `(N, D)`, made anew at each call: for what compares all of them, once."""
        return self.everybody().vectors

    def everybody(self) -> Gallery:
        """The same people as a plain gallery of float32."""
        return self.slots(np.flatnonzero(self._here))

    def changed(self, person_id: int, part: Gallery) -> LargeGallery:
        """As `Gallery.changed`, but the two galleries share all that they have in common."""
        new = copy(self)
        new._take_over(person_id, part)
        new._here = self._here & (self.people != person_id)
        if len(part):
            new.people = np.append(self.people, person_id)
            new.starts = np.append(self.starts, len(self.index))
            new._here = np.append(new._here, np.True_)
            new.index = self.index.appended(part.vectors)
        return new

    def templates(self, person_id: int) -> FloatArray:
        return self.part([person_id]).vectors

    def part(self, person_ids: Sequence[int]) -> Gallery:
        return self.slots(np.flatnonzero(np.isin(self.people, person_ids) & self._here))

    @property
    def _size(self) -> int:
        return len(self.index)

    def at(self, rows: NDArray[np.int64] | slice) -> FloatArray:
        return self.index.vectors(rows)

    def nearest_templates(
        self, probe: FloatArray, metric: str, *, every: bool
    ) -> tuple[NDArray[np.int64], FloatArray]:
        """Slots of people, ascending, and the distance of each one's nearest template.

        With `every` template compared it is everybody; else those whom the sketch finds.
        """
        if every:
            slots, first = np.arange(len(self.people)), self.starts
            to_templates = np.concatenate(
                [distances(probe, some, metric) for some in self.index.blocks()]
            )
        else:
            rows = self.index.near(probe)
            to_templates = distances(probe, self.index.vectors(rows), metric)
            owner = np.searchsorted(self.starts, rows, side="right") - 1
            slots, first = np.unique(owner, return_index=True)
        here = self._here[slots]
        return slots[here], np.minimum.reduceat(to_templates, first)[here]
