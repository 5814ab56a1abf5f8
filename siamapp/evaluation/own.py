"""A calibration of one's own: from pictures or from who is enrolled, for the embedder in use."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Literal

import numpy as np

from siamapp.errors import ProtocolError
from siamapp.evaluation.rates import Scores
from siamapp.evaluation.run import Evaluation
from siamapp.evaluation.tail import threshold_table
from siamapp.identity.gallery import Gallery
from siamapp.identity.match import paired_distances
from siamapp.identity.own_calibration import OwnCalibration
from siamapp.vision.card import ModelCard

MOST_TEMPLATES: Final = 2000
"""Of a larger gallery so many are drawn: two million comparisons."""


def calibrate_with_pictures(card: ModelCard, evaluation: Evaluation) -> OwnCalibration:
    """From the comparisons of a folder of people.

    Raises:
        ProtocolError: too few people or comparisons.
    """
    people = np.union1d(evaluation.scores.first, evaluation.scores.second)
    pictures = len(evaluation.protocol.pictures) - len(evaluation.failures)
    return _made(card, evaluation.scores, "folder", len(people), pictures)


def calibrate_with_gallery(card: ModelCard, gallery: Gallery, *, seed: int = 0) -> OwnCalibration:
    """From the samples of everybody enrolled, each compared with each.

    Raises:
        ProtocolError: too few people or comparisons.
    """
    if card.embedding is None:
        raise ProtocolError(f"{card.name} is not an embedder.", "Choose another model.")
    count = len(gallery.vectors)
    owner = np.repeat(gallery.people, np.diff(np.append(gallery.starts, count)))
    drawn = np.sort(np.random.default_rng(seed).permutation(count)[:MOST_TEMPLATES])
    vectors, owner = gallery.vectors[drawn], owner[drawn]
    first, second = np.triu_indices(len(drawn), 1)
    distances = paired_distances(vectors[first], vectors[second], card.embedding.metric)
    scores = Scores(distances, owner[first] == owner[second], owner[first], owner[second])
    return _made(card, scores, "gallery", len(np.unique(owner)), len(drawn))


def _made(
    card: ModelCard,
    scores: Scores,
    source: Literal["folder", "gallery"],
    people: int,
    pictures: int,
) -> OwnCalibration:
    return OwnCalibration(
        embedder_id=card.id,
        embedder_name=card.name,
        metric=card.embedding.metric if card.embedding else "",
        created_utc=datetime.now(UTC).isoformat(timespec="seconds"),
        source=source,
        people=people,
        pictures=pictures,
        thresholds=threshold_table(scores),
    )
