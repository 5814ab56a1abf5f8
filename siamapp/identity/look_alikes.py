"""Which people are so alike that one might be taken for the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from siamapp.identity.gallery import Gallery
from siamapp.identity.match import distances

LOOK_ALIKE: Final = 1.1
"""People whose nearest templates lie within this multiple of the threshold are told as alike.

At the shipped embedder's threshold for 1 in 1,000 that is about one pair of strangers in 100; most
strangers lie within 1.5 times.
"""


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """Two people, and how near their nearest templates are."""

    first_id: int
    second_id: int
    distance: float


def look_alikes(gallery: Gallery, metric: str, *, within: float, top: int) -> list[LookAlikes]:
    """Up to `top` pairs of people, the nearest first, whose nearest templates are within `within`.

    Every template is compared with every other, person by person, so memory stays small.
    """
    gallery, found = gallery.everybody(), list[LookAlikes]()
    ends = np.append(gallery.starts[1:], len(gallery.vectors))
    for i in range(len(gallery) - 1):
        later, starts = gallery.vectors[ends[i] :], gallery.starts[i + 1 :] - ends[i]
        nearest = np.full(len(starts), np.inf, np.float32)
        for vector in gallery.vectors[gallery.starts[i] : ends[i]]:
            to_each = np.minimum.reduceat(distances(vector, later, metric), starts)
            nearest = np.minimum(nearest, to_each)
        found += [
            LookAlikes(int(gallery.people[i]), int(gallery.people[i + 1 + j]), float(nearest[j]))
            for j in np.flatnonzero(nearest <= within)
        ]
    return sorted(found, key=lambda pair: pair.distance)[:top]
