"""Which samples make a person: good, different, of one face, and of nobody known already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from siamapp.errors import AlreadyKnown, Inconsistent, PoorQuality
from siamapp.identity.decide import Policy
from siamapp.identity.gallery import Gallery
from siamapp.identity.match import distances
from siamapp.identity.search import search
from siamapp.types import Candidate, Sample
from siamapp.vision.quality import score

WANTED = 8
"""Samples kept per person."""
REDUNDANT_SHARE = 0.1
"""A sample nearer to one already kept than this share of the threshold adds nothing."""
SAME_SHARE = 0.7
"""At least this share of the good samples must agree on one face."""


def agreeing(samples: Sequence[Sample], same_distance: float, metric: str) -> list[Sample]:
    """The samples that lie within `same_distance` of the most central one.

    Raises:
        PoorQuality: there are no samples.
        Inconsistent: too many lie outside: several people, or pictures too different to trust.
    """
    if not samples:
        raise PoorQuality("No picture was good enough to enrol.", "Face the camera in even light.")
    vectors = np.stack([sample.embedding for sample in samples])
    table = np.stack([distances(vector, vectors, metric) for vector in vectors])
    central = int(np.median(table, axis=1).argmin())
    kept = [s for s, d in zip(samples, table[central], strict=True) if d <= same_distance]
    if len(kept) < SAME_SHARE * len(samples):
        raise Inconsistent(
            f"The pictures do not agree: {len(samples) - len(kept)} of {len(samples)} "
            "look like somebody else.",
            "Use pictures of one person only.",
        )
    return kept


def choose(
    samples: Sequence[Sample], policy: Policy, metric: str, *, wanted: int = WANTED
) -> list[Sample]:
    """Up to `wanted` samples, the best first, then each time the one that adds most.

    What a sample adds is its distance to the nearest one chosen, weighted by its quality:
    farthest-point selection (Gonzalez 1985), kept to pictures worth having. Near copies are left
    out.
    """
    rank = np.array([score(sample.quality) for sample in samples])
    vectors = np.stack([sample.embedding for sample in samples])
    order = [int(rank.argmax())]
    nearest = distances(vectors[order[0]], vectors, metric)
    while len(order) < wanted and nearest.max() > REDUNDANT_SHARE * policy.threshold:
        gain = np.where(nearest > REDUNDANT_SHARE * policy.threshold, nearest * rank, -1)
        order.append(int(gain.argmax()))
        nearest = np.minimum(nearest, distances(vectors[order[-1]], vectors, metric))
    return [samples[i] for i in order]


def nearest(samples: Iterable[Sample], gallery: Gallery, metric: str) -> Candidate | None:
    """Who of the gallery comes nearest to any of these samples: a look before enrolling."""
    near = [found for s in samples for found in search(s.embedding, gallery, metric, top=1)]
    return min(near, key=lambda candidate: candidate.distance, default=None)


def refuse_known(
    name: str, samples: Sequence[Sample], gallery: Gallery, policy: Policy, metric: str
) -> None:
    """Raise AlreadyKnown where the face is enrolled under another name.

    One chosen sample in three that matches is enough: a duplicate costs more than a second look.
    """
    votes: dict[str, int] = {}
    for sample in samples:
        near = search(sample.embedding, gallery, metric, top=1)
        if (
            near
            and near[0].distance <= policy.threshold
            and near[0].name.casefold() != name.casefold()
        ):
            votes[near[0].name] = votes.get(near[0].name, 0) + 1
    if votes:
        other = max(votes, key=lambda known: votes[known])
        if 3 * votes[other] >= len(samples):
            raise AlreadyKnown(
                f"This face is already enrolled as {other}.",
                "Allow the duplicate (--allow-duplicate) if it is somebody else, or to merge them.",
            )
