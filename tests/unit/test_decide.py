"""The rules that keep a wrong person out, and a right one from flickering."""

import math
from dataclasses import replace

import pytest

from siamapp.errors import ModelIncompatible, SettingsError
from siamapp.identity.calibrate import supported_fmrs, threshold_for
from siamapp.identity.decide import Agreement, Policy, judge, one_face_each, poor
from siamapp.types import Candidate, Outcome, Shortfall
from siamapp.vision.card import InputSpec, ModelCard, ModelFile, Threshold

POLICY = Policy(threshold=1.0, fmr=1e-3, leave_threshold=1.1, runner_up_margin=0.05, agree_frames=3)


def near(person: int, distance: float) -> Candidate:
    return Candidate(person, f"person {person}", distance)


def look(person: int, distance: float, policy: Policy = POLICY):
    return judge([near(person, distance)], policy)


def test_at_the_threshold_matches_and_beyond_it_does_not():
    assert look(1, 1.0).outcome is Outcome.MATCH
    assert look(1, math.nextafter(1.0, 2)).outcome is Outcome.UNKNOWN
    assert look(1, 0.2).name == "person 1"
    assert look(1, 1.2).name is None


def test_a_distance_that_is_no_number_matches_nobody():
    assert look(1, math.nan).outcome is Outcome.UNKNOWN
    assert judge([near(1, 0.5), near(2, math.nan)], POLICY).outcome is Outcome.UNKNOWN


def test_two_people_about_equally_near_are_unknown():
    assert judge([near(1, 0.50), near(2, 0.53)], POLICY).outcome is Outcome.UNKNOWN
    assert judge([near(1, 0.50), near(2, 0.56)], POLICY).outcome is Outcome.MATCH


def test_an_empty_gallery_says_so():
    assert judge([], POLICY).outcome is Outcome.EMPTY


def test_one_person_is_not_two_faces_of_a_frame():
    first, second, third = one_face_each([look(1, 0.6), look(1, 0.4), look(2, 0.9)])
    assert (first.outcome, second.outcome, third.outcome) == (
        Outcome.UNKNOWN,
        Outcome.MATCH,
        Outcome.MATCH,
    )


def test_a_name_needs_several_frames_that_agree():
    agree = Agreement(POLICY)
    assert [agree(7, look(1, 0.5)).outcome for _ in range(3)] == [
        Outcome.UNDECIDED,
        Outcome.UNDECIDED,
        Outcome.MATCH,
    ]


def test_frames_that_disagree_among_each_other_never_make_a_name():
    agree = Agreement(POLICY)
    answers = [agree(7, look(1 + i % 2, 0.5)) for i in range(30)]
    assert {answer.outcome for answer in answers} == {Outcome.UNDECIDED}


def test_a_held_name_does_not_flicker_at_the_threshold():
    agree = Agreement(POLICY)
    for _ in range(3):
        agree(7, look(1, 0.9))
    names = [agree(7, look(1, d)).name for d in (1.05, 0.98, 1.09, 1.02, 1.08)]
    assert names == ["person 1"] * 5


def test_a_held_name_is_left_beyond_the_leave_threshold():
    agree = Agreement(POLICY)
    for _ in range(3):
        agree(7, look(1, 0.9))
    answers = [agree(7, look(1, 1.2)) for _ in range(3)]
    assert answers[-1].outcome is Outcome.UNKNOWN


def test_a_held_name_never_outlives_another_person_taking_the_place():
    agree = Agreement(POLICY)
    for _ in range(3):
        agree(7, look(1, 0.5))
    answers = [agree(7, look(2, 0.5)) for _ in range(3)]
    assert answers[-1].name == "person 2"


def test_a_held_name_is_dropped_when_the_face_cannot_be_judged():
    agree = Agreement(POLICY)
    for _ in range(3):
        agree(7, look(1, 0.5))
    missed = (Shortfall("sharpness", 0.01, 0.1, "hold still"),)
    answers = [agree(7, poor(missed, POLICY)) for _ in range(3)]
    assert answers[-1].outcome is Outcome.POOR
    assert answers[-1].reason == "hold still"


def test_tracks_do_not_share_what_was_agreed():
    agree = Agreement(POLICY)
    for _ in range(3):
        agree(7, look(1, 0.5))
    assert agree(8, look(1, 0.5)).outcome is Outcome.UNDECIDED
    agree.forget_all_but(frozenset({8}))
    assert agree(7, look(1, 0.5)).outcome is Outcome.UNDECIDED


def card_with(*rows: tuple[float, float]) -> ModelCard:
    return ModelCard(
        name="made up", task="embedder", id="0" * 16, created="2026-11-23", summary="", licence="",
        use="", training_data=(), parameters=0,
        input=InputSpec(width=112, height=112, channels="rgb", mean=(0, 0, 0), std=(1, 1, 1)),
        files=(ModelFile(name="model.onnx", precision="fp32", sha256="0" * 64),),
        thresholds=tuple(
            Threshold(fmr=f, distance=d, impostor_comparisons=9, fmr_low=0, fmr_high=1, fnmr=0)
            for f, d in rows
        ),
    )  # fmt: skip


def test_the_threshold_is_never_looser_than_asked():
    card = card_with((1e-2, 1.2), (1e-3, 1.1), (1e-4, 1.0))
    assert supported_fmrs(card) == (1e-2, 1e-3, 1e-4)
    assert threshold_for(card, 1e-3).distance == 1.1
    assert threshold_for(card, 5e-3).distance == 1.1
    assert threshold_for(card, 0.5).distance == 1.2


def test_a_rate_without_evidence_is_refused_with_the_nearest_one():
    with pytest.raises(SettingsError, match=r"0\.0001"):
        threshold_for(card_with((1e-3, 1.1), (1e-4, 1.0)), 1e-6)
    with pytest.raises(ModelIncompatible, match="thresholds"):
        threshold_for(card_with(), 1e-3)


def test_a_new_policy_shows_in_the_answer():
    agree = Agreement(replace(POLICY, agree_frames=1))
    assert agree(1, look(1, 0.5)).outcome is Outcome.MATCH
