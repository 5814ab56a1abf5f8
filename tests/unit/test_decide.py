"""The rules that keep a wrong person out, and a right one from flickering."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siamapp.errors import ModelIncompatible, SettingsError
from siamapp.identity.calibrate import evidence_for, supported_fmrs
from siamapp.identity.decide import (
    Agreement,
    Policy,
    judge,
    look_alike_margin,
    one_face_each,
    poor,
)
from siamapp.paths import assets_dir
from siamapp.types import Candidate, Outcome, Shortfall
from siamapp.vision.card import InputSpec, ModelCard, ModelFile, Threshold, load_card

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


def test_look_alikes_need_an_extra_margin():
    def pair(second: float, apart: float):
        return judge([near(1, 0.50), replace(near(2, second), apart=apart)], POLICY).outcome

    assert pair(0.56, 1.0) is Outcome.MATCH
    assert pair(0.56, 0.6) is Outcome.UNKNOWN
    assert pair(0.76, 0.6) is Outcome.MATCH, "half of the 0.4 by which they are within 1.0"
    assert look_alike_margin(1.3, 1.0) == 0


def test_a_denied_person_is_never_named_and_stands_in_nobodys_way():
    denied = replace(near(1, 0.3), denied=True)
    assert judge([denied], POLICY).outcome is Outcome.UNKNOWN
    assert judge([near(2, 0.32), denied], POLICY).name == "person 2"
    assert judge([near(2, 1.2), denied], POLICY).name is None


def test_a_held_name_is_not_kept_for_a_face_that_it_was_denied_to():
    agree = Agreement(POLICY)
    for _ in range(3):
        agree(7, look(1, 0.9))
    denied = judge([replace(near(1, 1.05), denied=True)], POLICY)
    assert [agree(7, denied).outcome for _ in range(3)][-1] is Outcome.UNKNOWN


def test_a_decision_carries_what_its_threshold_rests_on():
    policy = replace(POLICY, fmr_high=2e-3, comparisons=1234)
    missed = (Shortfall("sharpness", 0.01, 0.1, "hold still"),)
    for made in (judge([], policy), judge([near(1, 0.5)], policy), poor(missed, policy)):
        assert (made.fmr_high, made.comparisons) == (2e-3, 1234)


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
            Threshold(
                fmr=f, distance=d, impostor_comparisons=9000,
                fmr_low=f / 2, fmr_high=f * 2, fnmr=0,
            )
            for f, d in rows
        ),
    )  # fmt: skip


ROWS = ((1e-2, 1.2), (1e-3, 1.1), (1e-4, 1.0))


def test_a_calibrated_rate_has_its_own_distance_and_evidence():
    card = card_with(*ROWS)
    assert supported_fmrs(card) == (1e-2, 1e-3, 1e-4)
    held = evidence_for(card, 1e-3)
    assert (held.distance, held.fmr, held.comparisons, held.people) == (1.1, 1e-3, 9000, 1)
    assert held.fmr_high == pytest.approx(2e-3)
    assert evidence_for(card, 0.5).distance == 1.2
    assert evidence_for(card, 0.5).fmr == 1e-2, "no rate is claimed that was not measured"


@given(st.floats(1.2e-4, 0.5))
def test_between_calibrated_rates_the_distance_is_never_looser_than_the_curve(target: float):
    """Ln FMR of these rows is concave in the distance, as that of real impostors is."""

    def curve(distance: float) -> float:
        return float(np.exp(-30 * (1.5 - distance) ** 2))

    rows = [(curve(d), d) for d in (0.95, 1.0, 1.05, 1.1, 1.2, 1.3)]
    held = evidence_for(card_with(*rows), target)
    assert curve(held.distance) <= target * (1 + 1e-9)
    assert held.distance >= max(d for f, d in rows if f <= target * (1 + 1e-9))


def test_the_committed_table_would_predict_its_own_rows_from_the_stricter_ones():
    rows = load_card(assets_dir() / "models" / "siamface-v1").thresholds
    for left_out in rows[1:-2]:
        card = card_with(*((r.fmr, r.distance) for r in rows if r is not left_out))
        assert evidence_for(card, left_out.fmr).distance <= left_out.distance + 0.012


def test_a_look_at_more_people_is_held_to_a_stricter_distance():
    card = card_with(*ROWS)
    alone, ten = evidence_for(card, 1e-3), evidence_for(card, 1e-3, people=10)
    assert ten.distance == pytest.approx(1.0, abs=1e-3)
    assert ten.distance < alone.distance
    assert ten.fmr == pytest.approx(1e-3), "the rate is one of looks"
    assert not ten.falls_short
    crowd = evidence_for(card, 1e-3, people=1000)
    assert crowd.distance == 1.0
    assert crowd.falls_short
    assert crowd.fmr == pytest.approx(1 - (1 - 1e-4) ** 1000)
    assert evidence_for(card, 1e-3, people=0) == alone


def test_a_rate_without_evidence_is_refused_with_the_nearest_one():
    with pytest.raises(SettingsError, match=r"target_fmr 0\.0001"):
        evidence_for(card_with((1e-3, 1.1), (1e-4, 1.0)), 1e-6)
    with pytest.raises(ModelIncompatible, match="thresholds"):
        evidence_for(card_with(), 1e-3)


def test_a_new_policy_shows_in_the_answer():
    agree = Agreement(replace(POLICY, agree_frames=1))
    assert agree(1, look(1, 0.5)).outcome is Outcome.MATCH


def test_a_held_name_stays_under_another_policy_that_it_still_meets_and_goes_at_once_otherwise():
    missed = (Shortfall("sharpness", 0.01, 0.1, "hold still"),)
    for then, outcome in (
        (look(1, 0.9), Outcome.MATCH),
        (look(1, 0.99, replace(POLICY, threshold=0.95)), Outcome.UNDECIDED),
        (look(2, 0.5), Outcome.UNDECIDED),
        (poor(missed, POLICY), Outcome.UNDECIDED),
    ):
        agree = Agreement(POLICY)
        for _ in range(3):
            agree(7, look(1, 0.9))
        agree.hold_against(replace(POLICY, threshold=0.95, fmr_high=2e-3))
        assert not agree.settled(7), "a look by the new policy is due"
        assert agree(7, then).outcome is outcome
