"""Which samples make a person."""

import numpy as np
import pytest

from siamapp import enroll
from siamapp.errors import AlreadyKnown, Inconsistent, PoorQuality
from siamapp.identity.decide import Policy
from siamapp.identity.gallery import Gallery
from siamapp.types import Quality, Sample

POLICY = Policy(
    threshold=1.0, fmr=1e-3, leave_threshold=1.05, runner_up_margin=0.05, agree_frames=3
)
RANDOM = np.random.default_rng(11)
CROP = np.zeros((112, 112, 3), np.uint8)


def quality(eye_px: float = 64) -> Quality:
    return Quality(eye_px, 0.4, 0.5, 0.2, 0, 0, 0, 1)


def direction() -> np.ndarray:
    vector = RANDOM.standard_normal(64)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def sample_near(centre: np.ndarray, spread: float = 0.05, eye_px: float = 64) -> Sample:
    vector = centre + spread * RANDOM.standard_normal(64)
    return Sample(CROP, (vector / np.linalg.norm(vector)).astype(np.float32), quality(eye_px))


def test_one_stray_sample_is_pruned():
    anna, stray = direction(), direction()
    samples = [sample_near(anna) for _ in range(9)] + [sample_near(stray)]
    assert enroll.agreeing(samples, 1.0, "l2") == samples[:9]


def test_two_people_in_one_enrolment_are_refused():
    anna, ben = direction(), direction()
    samples = [sample_near(anna) for _ in range(5)] + [sample_near(ben) for _ in range(5)]
    with pytest.raises(Inconsistent, match="5 of 10"):
        enroll.agreeing(samples, 1.0, "l2")


def test_nothing_good_is_refused():
    with pytest.raises(PoorQuality):
        enroll.agreeing([], 1.0, "l2")


def test_different_samples_are_kept_and_copies_are_not():
    anna = direction()
    views = [sample_near(anna, 0.08) for _ in range(4)]
    samples = [views[0]] * 20 + views[1:]
    for wanted in (4, 8):
        chosen = enroll.choose(samples, POLICY, "l2", wanted=wanted)
        assert sorted(map(id, chosen)) == sorted(map(id, views))


def test_the_best_sample_comes_first():
    anna = direction()
    small, large = sample_near(anna, eye_px=33), sample_near(anna, eye_px=80)
    assert enroll.choose([small, large], POLICY, "l2")[0] is large


def gallery_of(**people: np.ndarray) -> Gallery:
    vectors = np.stack([sample_near(v, 0.03).embedding for v in people.values() for _ in range(3)])
    ids = np.repeat(np.arange(len(people)), 3)
    return Gallery("e" * 16, vectors, ids, dict(enumerate(people)))


def test_a_face_known_under_another_name_is_refused():
    anna, ben = direction(), direction()
    gallery = gallery_of(Anna=anna, Ben=ben)
    samples = [sample_near(anna) for _ in range(6)]
    with pytest.raises(AlreadyKnown, match="Anna"):
        enroll.refuse_known("Somebody else", samples, gallery, POLICY, "l2")
    enroll.refuse_known("anna", samples, gallery, POLICY, "l2")
    enroll.refuse_known("Cleo", [sample_near(direction())], gallery, POLICY, "l2")
