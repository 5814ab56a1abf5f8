"""A calibration of one's own holds its rates for people who are enrolled with several templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siamapp.errors import SettingsError
from siamapp.evaluation.own import (
    calibrate_with_gallery,
    calibrate_with_pictures,
    strangers_to_people,
)
from siamapp.evaluation.protocol import Protocol
from siamapp.evaluation.rates import Scores
from siamapp.evaluation.run import Evaluation
from siamapp.identity.gallery import Gallery
from siamapp.identity.match import paired_distances
from siamapp.identity.own_calibration import (
    calibration_file,
    load_calibration,
    save_calibration,
)
from siamapp.vision.card import EmbeddingSpec, FusionSpec, ModelCard
from tests.gui.scripted import card as scripted_card

NEAREST = FusionSpec(rule="nearest")


def pictures(people: int, each: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Made-up vectors, each person's around one of their own."""
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(people), each)
    vectors = rng.normal(size=(people, 24))[owner] + 0.8 * rng.normal(size=(len(owner), 24))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), owner


def card(fusion: FusionSpec) -> ModelCard:
    return scripted_card("embedder").model_copy(update={"fusion": fusion})


def by_definition(vectors: np.ndarray, owner: np.ndarray, least: int) -> list[float]:
    """Nearest template of everybody else who has at least so many."""
    found = []
    for probe, who in zip(vectors, owner, strict=True):
        for other in set(owner.tolist()) - {int(who)}:
            own = vectors[owner == other]
            if len(own) >= least:
                found.append(float(np.linalg.norm(own - probe, axis=1).min()))
    return found


def test_a_stranger_is_compared_with_all_of_a_person_who_has_several():
    vectors, owner = pictures(6, 4)
    vectors, owner = vectors[2:-3], owner[2:-3]  # the first has two, the last one
    two, four = strangers_to_people(vectors, owner, NEAREST, "l2")
    for found, least in ((two, 2), (four, 4)):
        wanted = by_definition(vectors, owner, least)
        assert np.sort(found) == pytest.approx(sorted(wanted), abs=1e-3)
    assert strangers_to_people(vectors[:1], owner[:1], NEAREST, "l2") == []


@pytest.mark.parametrize("source", ["folder", "gallery"])
def test_no_rate_is_below_what_was_observed_of_people_with_several(source: str):
    vectors, owner = pictures(30, 8)
    if source == "gallery":
        names = {i: str(i) for i in range(30)}
        made = calibrate_with_gallery(card(NEAREST), Gallery("e", vectors, owner, names))
    else:
        made = calibrate_with_pictures(card(NEAREST), evaluated(vectors, owner))
    [_, _, fused] = strangers_to_people(vectors, owner, NEAREST, "l2")
    single = calibrate_with_gallery(
        card(NEAREST.model_copy(update={"offsets": (0.0, 9.0)})),  # far off: nothing to lower
        Gallery("e", vectors, owner, {i: str(i) for i in range(30)}),
    )
    assert len(made.thresholds) == len(single.thresholds) >= 5
    for row, alone in zip(made.thresholds, single.thresholds, strict=True):
        assert np.mean(fused <= row.distance) <= row.fmr
        assert np.mean(fused <= alone.distance) > row.fmr, "one comparison promises too much"
        assert row.distance < alone.distance
        assert row.fmr_high == alone.fmr_high
        assert row.fnmr >= alone.fnmr


def evaluated(vectors: np.ndarray, owner: np.ndarray) -> Evaluation:
    """All pairs of a folder; one more picture in it showed no face."""
    first, second = np.triu_indices(len(owner), 1)
    genuine = owner[first] == owner[second]
    files = tuple(Path(f"{n}.png") for n in range(len(owner) + 1))
    who = np.append(owner, 0)
    protocol = Protocol(files, who, tuple(map(str, range(30))), first, second, genuine)
    apart = paired_distances(vectors[first], vectors[second], "l2")
    scores = Scores(apart, genuine, owner[first], owner[second])
    lost = np.vstack([vectors, np.zeros((1, vectors.shape[1]), np.float32)])
    return Evaluation(protocol, scores, np.arange(len(first)), {"x": "no face"}, lost)


@pytest.mark.parametrize(
    "changed",
    [
        {"fusion": NEAREST},
        {"embedding": EmbeddingSpec(dimension=192, metric="cosine", normalised=True)},
        {"id": "f" * 16},
    ],
)
def test_a_calibration_counts_only_by_the_card_that_it_was_made_by(
    tmp_path: Path, changed: dict[str, Any]
) -> None:
    """The weights may be the same: strangers may still be nearer."""
    vectors, owner = pictures(12, 4)
    by = card(FusionSpec(rule="nearer_half", offsets=(0.0, 0.1)))
    gallery = Gallery(by.id, vectors, owner, {n: str(n) for n in range(12)}, fusion=by.fusion)
    made = calibrate_with_gallery(by, gallery)
    save_calibration(tmp_path, made)
    same = by.model_copy(update={"name": "renamed", "thresholds": ()})
    assert load_calibration(tmp_path, same) == made
    other = by.model_copy(update=changed)
    calibration_file(tmp_path, by.id).rename(calibration_file(tmp_path, other.id))
    with pytest.raises(SettingsError, match="another embedder"):
        load_calibration(tmp_path, other)
