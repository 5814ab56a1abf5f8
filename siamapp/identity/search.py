"""From a probe to a decision, whatever the size of the gallery.

In a large gallery the sketch says whom to compare with. It misses somebody now and then, so it may
refuse, but it never names: before a name is given or kept, everybody is compared.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siamapp.identity.decide import Policy, judge
from siamapp.identity.gallery import Gallery
from siamapp.identity.large import LargeGallery
from siamapp.identity.match import distances, match, weigh_up
from siamapp.types import Candidate, Decision, FloatArray, Outcome

_FEW = 64
"""People who are all weighed up at once."""
_SAMPLE, _NEAR = 1024, 6
"""Who is first weighed up: whoever is as near as the sixth of a thousand sampled distances."""
_ROUNDING = 1e-4


def search(
    probe: FloatArray, gallery: Gallery, metric: str, *, top: int = 2, every: bool = False
) -> list[Candidate]:
    """The nearest people, nearest first: what `match` answers, without weighing up everybody.

    Args:
        probe: unit vector `(D,)` as the embedder gave it: here it is turned to where the gallery's
            templates are.
        gallery: who is enrolled.
        metric: see `distances`.
        top: how many people are wanted.
        every: also in a large gallery leave nobody out.
    """
    probe = gallery.turned(probe)
    if len(gallery) <= _FEW:
        return match(probe, gallery.everybody(), metric, top=top)
    if isinstance(gallery, LargeGallery):
        slots, nearest = gallery.nearest_templates(probe, metric, every=every)
        if not len(slots):  # whom the sketch found has left
            return []

        def to(rows: NDArray[np.int64]) -> FloatArray:
            return distances(probe, gallery.at(rows), metric)

        def within(limit: float) -> NDArray[np.int64]:
            return slots[~(nearest > limit)]
    else:
        nearest = distances(probe, gallery.vectors, metric)  # of each template here, not person

        def to(rows: NDArray[np.int64]) -> FloatArray:
            return nearest[rows]

        def within(limit: float) -> NDArray[np.int64]:
            rows = np.flatnonzero(~(nearest > limit))
            owners = np.searchsorted(gallery.starts, rows, side="right") - 1
            return owners[np.flatnonzero(np.diff(owners, prepend=-1))]

    def of(some: NDArray[np.int64]) -> list[Candidate]:
        rows, starts = gallery.rows(some)
        return weigh_up(probe, gallery, some, starts, to(rows), metric, top=top)

    near = _limit(nearest)
    found = of(within(near))
    if len(found) < top or found[-1].denied:
        return of(within(np.inf))
    # Nobody is nearer than the nearest template of theirs (but for what the card's rule takes off).
    taken_off = max((-offset for offset in gallery.fusion.offsets), default=0.0)
    bound = found[-1].distance + max(taken_off, 0.0) + _ROUNDING
    return found if bound <= near else of(within(bound))


def _limit(nearest: FloatArray) -> float:
    """A distance that some 64 or more do not exceed; guessed from a sample."""
    step = max(1, len(nearest) // _SAMPLE)
    sample = nearest[::step]
    at = min(max(_NEAR, _FEW // step), len(sample) - 1)
    return float(np.partition(sample, at)[at])


def look(probe: FloatArray, gallery: Gallery, metric: str, policy: Policy) -> Decision:
    """Decide one look at a face."""
    decision = judge(search(probe, gallery, metric, top=2), policy)
    if isinstance(gallery, LargeGallery) and _may_name(decision, policy):
        return judge(search(probe, gallery, metric, top=2, every=True), policy)
    return decision


def _may_name(decision: Decision, policy: Policy) -> bool:
    """Whether it gives a name, or lets one given before be kept (`decide.Agreement`)."""
    if decision.outcome is Outcome.MATCH:
        return True
    best = decision.best
    return best is not None and policy.threshold < best.distance <= policy.leave_threshold
