"""How far a probe is from everybody enrolled."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from siamapp.errors import ModelIncompatible
from siamapp.identity.gallery import Gallery
from siamapp.types import Candidate, FloatArray
from siamapp.vision.card import FusionSpec

KEPT_BY_ROTATION: Final = ("l2", "cosine")
"""Metrics of protected templates: a rotation keeps lengths and angles, not sums of numbers."""


def require_kept_by_rotation(metric: str) -> None:
    """Raises ModelIncompatible where protected templates cannot be compared by that metric."""
    if metric not in KEPT_BY_ROTATION:
        raise ModelIncompatible(
            f"Protected templates cannot be compared by {metric}, which this embedder wants.",
            "Use another embedder, or end the protection: `siamapp gallery unprotect`.",
        )


def distances(probe: FloatArray, vectors: FloatArray, metric: str) -> FloatArray:
    """Distance of unit vector `(D,)` to each row of `(N, D)`: `(N,)`, smaller is more alike.

    "l2" is Euclidean (Hadsell 2006, eq. 1), "l1" the energy of Chopra 2005 (eq. 1), "cosine" is
    1 - cos, "exp_l1" is 1 - exp(-L1), the Manhattan similarity turned into a distance.
    """
    if metric in KEPT_BY_ROTATION:
        return _from_cosine(vectors @ probe, metric)
    return _from_l1(np.abs(vectors - probe).sum(axis=1), metric)


def paired_distances(first: FloatArray, second: FloatArray, metric: str) -> FloatArray:
    """Distance of each row of unit vectors `(N, D)` to the same row of the other: `(N,)`."""
    if metric in KEPT_BY_ROTATION:
        return _from_cosine(np.einsum("nd,nd->n", first, second), metric)
    return _from_l1(np.abs(first - second).sum(axis=1), metric)


def cosine_at(distance: float, metric: str, dimension: int) -> float:
    """The cosine of unit vectors of so many numbers that lie so far apart: of "l1" and "exp_l1"
    about, for numbers as a Gaussian's (L1 is then sqrt(2 D / pi) times L2).
    """
    if metric == "cosine":
        return 1 - distance
    if metric == "exp_l1":
        distance = -math.log1p(-min(distance, 1 - 1e-12))
    if metric != "l2":
        distance /= math.sqrt(2 * dimension / math.pi)
    return 1 - distance**2 / 2


def _from_cosine(cosine: FloatArray, metric: str) -> FloatArray:
    if metric == "cosine":
        return np.asarray(1 - cosine, np.float32)
    squared = cosine * np.float32(-2)  # in place from here on: a gallery's worth of numbers
    squared += 2
    return np.asarray(np.sqrt(np.maximum(squared, 0, out=squared), out=squared), np.float32)


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
    counts = np.diff(starts, append=len(to_templates))
    most = int(counts.max(initial=1))
    if len(to_templates) == most * len(starts):
        nearest_first = np.sort(to_templates.reshape(-1, most), axis=1)
    else:  # a row of the same length for each, not-a-number behind the last: it is sorted last
        here = np.arange(most) < counts[:, None]
        nearest_first = np.full(here.shape, np.nan, np.float32)
        nearest_first[here] = to_templates
        nearest_first.sort(axis=1)
        nearest_first[~here] = 0  # but one among the distances stays, and nobody is matched by it
    weights, offsets = _by_count(most, fusion.rule, fusion.k, fusion.weights, fusion.offsets)
    fused = np.einsum("pk,pk->p", nearest_first, weights[counts - 1]) + offsets[counts - 1]
    return np.asarray(fused, np.float32)


@lru_cache(maxsize=64)
def _by_count(
    most: int,
    rule: str,
    k: int,
    weights: tuple[float, float, float],
    offsets: tuple[float, ...],
) -> tuple[FloatArray, FloatArray]:
    """Weights `(most, most)` and offsets `(most,)` of people with 1, 2 ... `most` templates."""
    table = np.zeros((most, most), np.float32)
    for count in range(1, most + 1):
        table[count - 1, :count] = _rank_weights(count, rule, k, weights)
    added = [
        offsets[min(count, len(offsets)) - 1] if offsets else 0 for count in range(1, most + 1)
    ]
    return table, np.array(added, np.float32)


def rank_weights(count: int, fusion: FusionSpec) -> FloatArray:
    """What a person's distances, nearest first, weigh among `count`: `(count,)`, their sum 1."""
    return _rank_weights(count, fusion.rule, fusion.k, fusion.weights)


@lru_cache(maxsize=256)
def _rank_weights(count: int, rule: str, k: int, weights: tuple[float, float, float]) -> FloatArray:
    def mean_of(nearest: int) -> FloatArray:
        return np.where(np.arange(count) < nearest, 1 / nearest, 0).astype(np.float32)

    half = (count + 1) // 2
    if rule == "nearest":
        made = mean_of(1)
    elif rule == "nearest_k":
        made = mean_of(min(count, k))
    elif rule == "nearer_half":
        made = mean_of(half)
    else:
        parts = (mean_of(1), mean_of(half), mean_of(count))
        made = np.asarray(sum(w * p for w, p in zip(weights, parts, strict=True)), np.float32)
    made.setflags(write=False)
    return made


def match(probe: FloatArray, gallery: Gallery, metric: str, *, top: int = 2) -> list[Candidate]:
    """The nearest people, nearest first; who the probe was said not to be comes last.

    The probe is `Gallery.turned` already; `search` does it.
    """
    if len(gallery) == 0:
        return []
    everybody = np.arange(len(gallery))
    to_templates = distances(probe, gallery.vectors, metric)
    return weigh_up(probe, gallery, everybody, gallery.starts, to_templates, metric, top=top)


def weigh_up(
    probe: FloatArray,
    gallery: Gallery,
    slots: NDArray[np.int64],
    starts: NDArray[np.int64],
    to_templates: FloatArray,
    metric: str,
    *,
    top: int,
) -> list[Candidate]:
    """As `match`, of the people in some `slots` of `gallery.people` whose distances are at hand.

    `to_templates` `(N,)` holds the probe's distances to all templates of these people side by
    side, `starts` where each one's begin.
    """
    fused = person_distances(to_templates, starts, gallery.fusion)
    people = gallery.people[slots]
    denied = _denied(probe, gallery, metric, people, fused)
    order = np.argsort(fused, kind="stable")
    if denied:
        order = order[np.argsort(np.isin(people[order], list(denied)), kind="stable")]
    found: list[Candidate] = []
    for i in order[:top]:
        person = int(people[i])
        apart = (
            people_apart(gallery, int(slots[order[0]]), int(slots[i]), metric)
            if found
            else math.inf
        )
        found.append(
            Candidate(person, gallery.names[person], float(fused[i]), apart, person in denied)
        )
    return found


def people_apart(gallery: Gallery, first: int, second: int, metric: str) -> float:
    """Distance between the people in two slots: the mean of either one's templates to the other."""
    own, theirs = gallery.at(gallery.span(first)), gallery.at(gallery.span(second))
    table = np.concatenate([distances(one, theirs, metric) for one in own])
    starts = np.arange(len(own)) * len(theirs)  # each template of one is a row of its own
    return float(person_distances(table, starts, gallery.fusion).mean())


def _denied(
    probe: FloatArray,
    gallery: Gallery,
    metric: str,
    people: NDArray[np.int64],
    fused: FloatArray,
) -> set[int]:
    """Of `people`, of whom somebody said "not that person" about a face nearer than they are."""
    if not gallery.rejected:
        return set()
    own = dict(zip(people.tolist(), fused.tolist(), strict=True))
    return {
        person
        for person in own.keys() & gallery.rejected.keys()
        if not distances(probe, gallery.rejected[person], metric).min() > own[person]
    }
