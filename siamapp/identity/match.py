"""How far a probe is from everybody enrolled."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from siamapp.identity.gallery import Gallery
from siamapp.types import Candidate, FloatArray
from siamapp.vision.card import FusionSpec


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


def person_distances(
    to_templates: FloatArray, starts: NDArray[np.int64], fusion: FusionSpec
) -> FloatArray:
    """Distance to each person with several templates, by the rule that the embedder's card names.

    All rules weigh a person's distances by their rank. The nearest alone lets a stranger pick the
    luckiest of a person's templates; the mean of all punishes a person enrolled in several poses.

    Args:
        to_templates: `(N,)`, templates of one person side by side.
        starts: `(P,)` first row of each person.
        fusion: the rule.
    """
    counts = np.diff(np.append(starts, len(to_templates)))
    owner = np.repeat(np.arange(len(starts)), counts)
    nearest_first = to_templates[np.lexsort((to_templates, owner))]
    rank = np.arange(len(to_templates)) - np.repeat(starts, counts)
    weighed = nearest_first * rank_weights(rank, np.repeat(counts, counts), fusion)
    fused = np.add.reduceat(weighed, starts)
    if fusion.offsets:
        fused += np.array(fusion.offsets)[np.minimum(counts, len(fusion.offsets)) - 1]
    return np.asarray(fused, np.float32)


def rank_weights(
    rank: NDArray[np.int64], count: NDArray[np.int64], fusion: FusionSpec
) -> FloatArray:
    """What the distance of that rank (0: nearest) weighs among `count`; one person's sum to 1."""

    def nearest(kept: NDArray[np.int64]) -> FloatArray:
        return np.where(rank < kept, 1 / kept, 0).astype(np.float32)

    half = (count + 1) // 2
    if fusion.rule == "nearest":
        return nearest(np.ones_like(count))
    if fusion.rule == "nearest_k":
        return nearest(np.minimum(count, fusion.k))
    if fusion.rule == "nearer_half":
        return nearest(half)
    parts = (nearest(np.ones_like(count)), nearest(half), nearest(count))
    return np.asarray(sum(w * p for w, p in zip(fusion.weights, parts, strict=True)), np.float32)


def match(probe: FloatArray, gallery: Gallery, metric: str, *, top: int = 2) -> list[Candidate]:
    """The nearest people, nearest first; who the probe was said not to be comes last."""
    if len(gallery) == 0:
        return []
    fused = person_distances(
        distances(probe, gallery.vectors, metric), gallery.starts, gallery.fusion
    )
    denied = _denied(probe, gallery, metric, fused)
    order = np.argsort(fused, kind="stable")
    if denied:
        order = order[np.argsort(np.isin(gallery.people[order], list(denied)), kind="stable")]
    found: list[Candidate] = []
    for i in order[:top]:
        person = int(gallery.people[i])
        apart = people_apart(gallery, found[0].person_id, person, metric) if found else math.inf
        name = gallery.names[person]
        found.append(Candidate(person, name, float(fused[i]), apart, person in denied))
    return found


def people_apart(gallery: Gallery, first: int, second: int, metric: str) -> float:
    """Distance between two enrolled people: the mean of either one's templates to the other."""
    theirs = gallery.templates(second)
    apart = [distances(own, theirs, metric) for own in gallery.templates(first)]
    starts = np.arange(len(apart)) * len(theirs)  # each template of one is a row of its own
    return float(person_distances(np.concatenate(apart), starts, gallery.fusion).mean())


def _denied(probe: FloatArray, gallery: Gallery, metric: str, fused: FloatArray) -> set[int]:
    """People of whom somebody said "not that person" about a face nearer than they are."""
    denied = set()
    for person, vectors in gallery.rejected.items():
        own = fused[np.searchsorted(gallery.people, person)]
        if not distances(probe, vectors, metric).min() > own:
            denied.add(person)
    return denied
