"""How far a probe is from everybody enrolled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siamapp.identity.gallery import Gallery
from siamapp.types import Candidate, FloatArray


def distances(probe: FloatArray, vectors: FloatArray, metric: str) -> FloatArray:
    """Distance of unit vector `(D,)` to each row of `(N, D)`: `(N,)`, smaller is more alike.

    "l2" is Euclidean (Hadsell 2006, eq. 1), "l1" the energy of Chopra 2005 (eq. 1), "cosine" is
    1 - cos, "exp_l1" is 1 - exp(-L1), the Manhattan similarity turned into a distance.
    """
    if metric in ("l2", "cosine"):
        return _from_cosine(vectors @ probe, metric)
    return _from_l1(np.abs(vectors - probe).sum(axis=1), metric)


def paired_distances(first: FloatArray, second: FloatArray, metric: str) -> FloatArray:
    """Distance of each row of unit vectors `(N, D)` to the same row of the other: `(N,)`."""
    if metric in ("l2", "cosine"):
        return _from_cosine(np.einsum("nd,nd->n", first, second), metric)
    return _from_l1(np.abs(first - second).sum(axis=1), metric)


def _from_cosine(cosine: FloatArray, metric: str) -> FloatArray:
    if metric == "cosine":
        return np.asarray(1 - cosine, np.float32)
    return np.asarray(np.sqrt(np.maximum(2 - 2 * cosine, 0)), np.float32)


def _from_l1(l1: FloatArray, metric: str) -> FloatArray:
    if metric == "l1":
        return np.asarray(l1, np.float32)
    if metric == "exp_l1":
        return np.asarray(1 - np.exp(-l1), np.float32)
    raise ValueError(f"unknown metric {metric!r}")


def person_distances(to_templates: FloatArray, starts: NDArray[np.int64]) -> FloatArray:
    """Distance to each person with several templates: the mean of the nearer half of theirs.

    The nearest alone would let a stranger pick the luckiest of a person's templates, and so pass
    more often than the rate that the threshold was calibrated at; the mean of all would punish a
    person who was enrolled in several poses.

    Args:
        to_templates: `(N,)`, templates of one person side by side.
        starts: `(P,)` first row of each person.
    """
    counts = np.diff(np.append(starts, len(to_templates)))
    owner = np.repeat(np.arange(len(starts)), counts)
    nearest_first = to_templates[np.lexsort((to_templates, owner))]
    halves = (counts + 1) // 2
    rank = np.arange(len(to_templates)) - np.repeat(starts, counts)
    kept = np.where(rank < np.repeat(halves, counts), nearest_first, 0)
    return np.asarray(np.add.reduceat(kept, starts) / halves, np.float32)


def match(probe: FloatArray, gallery: Gallery, metric: str, *, top: int = 2) -> list[Candidate]:
    """The nearest people, nearest first."""
    if len(gallery) == 0:
        return []
    fused = person_distances(distances(probe, gallery.vectors, metric), gallery.starts)
    nearest = np.argsort(fused, kind="stable")[:top]
    return [
        Candidate(int(gallery.people[i]), gallery.names[int(gallery.people[i])], float(fused[i]))
        for i in nearest
    ]
