"""A calibration of one's own: from pictures or from who is enrolled, for the embedder in use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Literal

import numpy as np

from siamapp.enroll import WANTED
from siamapp.errors import ProtocolError
from siamapp.evaluation.rates import Ints, Scores
from siamapp.evaluation.run import Evaluation
from siamapp.evaluation.tail import threshold_table
from siamapp.identity.gallery import Gallery
from siamapp.identity.match import distances, paired_distances, person_distances
from siamapp.identity.own_calibration import OwnCalibration, distances_id
from siamapp.types import FloatArray
from siamapp.vision.card import FusionSpec, ModelCard

MOST_TEMPLATES: Final = 2000
"""Of a larger gallery so many are drawn: two million comparisons."""
MOST_PEOPLE: Final = 250
"""As many are enrolled with several templates each: half a million comparisons more."""
SEVERAL: Final = (2, 4, WANTED)


def calibrate_with_pictures(card: ModelCard, evaluation: Evaluation) -> OwnCalibration:
    """From the comparisons of a folder of people.

    Raises:
        ProtocolError: too few people or comparisons.
    """
    people = np.union1d(evaluation.scores.first, evaluation.scores.second)
    seen = np.flatnonzero(evaluation.vectors.any(axis=1))
    fused = strangers_to_people(
        evaluation.vectors[seen], evaluation.protocol.person[seen], card.fusion, _metric(card)
    )
    return _made(card, evaluation.scores, fused, "folder", len(people), len(seen))


def calibrate_with_gallery(card: ModelCard, gallery: Gallery, *, seed: int = 0) -> OwnCalibration:
    """From the samples of everybody enrolled, each compared with each.

    Raises:
        ProtocolError: too few people or comparisons.
    """
    if card.embedding is None:
        raise ProtocolError(f"{card.name} is not an embedder.", "Choose another model.")
    gallery = gallery.everybody()
    count = len(gallery.vectors)
    owner = np.repeat(gallery.people, np.diff(np.append(gallery.starts, count)))
    fused = strangers_to_people(gallery.vectors, owner, card.fusion, _metric(card))
    drawn = np.sort(np.random.default_rng(seed).permutation(count)[:MOST_TEMPLATES])
    vectors, owner = gallery.vectors[drawn], owner[drawn]
    first, second = np.triu_indices(len(drawn), 1)
    apart = paired_distances(vectors[first], vectors[second], _metric(card))
    scores = Scores(apart, owner[first] == owner[second], owner[first], owner[second])
    return _made(card, scores, fused, "gallery", len(np.unique(owner)), len(drawn))


def strangers_to_people(
    vectors: FloatArray, owner: Ints, fusion: FusionSpec, metric: str, *, seed: int = 0
) -> list[FloatArray]:
    """Distances of pictures to everybody else who has several, as an enrolment would fuse them.

    One array for each of `SEVERAL`: those who have so many or more, for more templates come nearer.

    Args:
        vectors: `(N, D)` unit length, of which up to `MOST_TEMPLATES` are probes.
        owner: `(N,)` whose each is; up to `MOST_PEOPLE` of them are enrolled, with `WANTED` each.
        fusion: the embedder's.
        metric: the embedder's.
        seed: of the drawing.
    """
    rng = np.random.default_rng(seed)
    people, counts = np.unique(owner, return_counts=True)
    several = np.sort(rng.permutation(people[counts >= min(SEVERAL)])[:MOST_PEOPLE])
    if not len(several):
        return []
    kept = [rng.permutation(np.flatnonzero(owner == who))[:WANTED] for who in several]
    sizes = np.array([len(rows) for rows in kept])
    starts, enrolled = np.cumsum(sizes) - sizes, vectors[np.concatenate(kept)]
    probes = rng.permutation(len(vectors))[:MOST_TEMPLATES]
    table = np.stack(
        [person_distances(distances(vectors[p], enrolled, metric), starts, fusion) for p in probes]
    )
    stranger = owner[probes, None] != several
    return [
        table[stranger & (sizes >= least)]
        for least in SEVERAL
        if (stranger & (sizes >= least)).any()
    ]


def _metric(card: ModelCard) -> str:
    return card.embedding.metric if card.embedding else ""


def _made(
    card: ModelCard,
    scores: Scores,
    fused: Sequence[FloatArray],
    source: Literal["folder", "gallery"],
    people: int,
    pictures: int,
) -> OwnCalibration:
    return OwnCalibration(
        embedder_id=card.id,
        embedder_name=card.name,
        metric=_metric(card),
        distances=distances_id(card),
        created_utc=datetime.now(UTC).isoformat(timespec="seconds"),
        source=source,
        people=people,
        pictures=pictures,
        thresholds=threshold_table(scores, fused=fused),
    )
