"""The straight path of a frame with scripted eyes: what is seen is known, so every answer is."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from siamapp.collect import Collector
from siamapp.errors import ManyFaces, ModelIncompatible, NoFace, PoorQuality
from siamapp.identity.decide import Policy
from siamapp.identity.gallery import Gallery
from siamapp.pipeline import Pipeline, Stream
from siamapp.settings import Settings
from siamapp.types import Face, Frame, Outcome, Presence, PresenceState
from siamapp.vision.align import TEMPLATE_XY
from siamapp.vision.card import PresenceSpec
from siamapp.vision.presence import PresenceCheck

POLICY = Policy(
    threshold=0.8, fmr=1e-3, leave_threshold=0.84, runner_up_margin=0.05, agree_frames=2
)
EMBEDDER_ID = "a" * 16
PEOPLE = np.eye(8, dtype=np.float32)
TEXTURE = np.random.default_rng(2).integers(0, 2, (112, 112, 1)) * 60


class ScriptedDetector:
    """Finds a face wherever `paint` put one."""

    follows = False

    def __init__(self) -> None:
        self.faces: list[Face] = []

    def detect(self, bgr):
        return tuple(self.faces)


class ScriptedEmbedder:
    """Reads the person's number from the blue of the crop's centre."""

    id = EMBEDDER_ID
    dimension = 8
    model = SimpleNamespace(card=SimpleNamespace(embedding=SimpleNamespace(metric="l2")))

    def __init__(self) -> None:
        self.seen = 0

    def __call__(self, crops):
        self.seen += len(crops)
        numbers = [round(float(crop[50:62, 50:62, 0].min()) / 20) for crop in crops]
        return PEOPLE[numbers] if numbers else np.empty((0, 8), np.float32)


@pytest.fixture
def pipeline():
    return Pipeline(ScriptedDetector(), ScriptedEmbedder())


def paint(pipeline, *people: int, scale: float = 1.5, index: int = 0, flat: bool = False) -> Frame:
    """A frame with these people side by side, person n in blue 20 n."""
    bgr = np.zeros((240, 220 * max(len(people), 1), 3), np.uint8)
    pipeline.detector.faces = []
    side = int(112 * scale)
    for place, person in enumerate(people):
        left = 220 * place + 20
        block = bgr[20 : 20 + side, left : left + side]
        grain = np.kron(TEXTURE[:28, :28, 0], np.ones((8, 8)))[:side, :side]
        block[..., 1:] = 100 + (0 if flat else grain[..., None])
        block[..., 0] = 20 * person
        points = TEMPLATE_XY * np.float32(scale) + np.array([left, 20], np.float32)
        box = np.array([left, 20, left + side, 20 + side], np.float32)
        pipeline.detector.faces.append(Face(box, points, 0.9))
    return Frame(bgr, index / 30, index)


def gallery_of(*people: int) -> Gallery:
    names = {p: f"person {p}" for p in people}
    return Gallery(EMBEDDER_ID, PEOPLE[list(people)], np.array(people), names)


def run(pipeline, gallery, *frames):
    stream = Stream(pipeline, lambda: gallery, lambda: POLICY)
    return [stream(frame) for frame in frames]


def answers(result):
    return [face.decision.name or face.decision.outcome for face in result.faces]


def test_people_are_named_and_strangers_are_not(pipeline):
    gallery = gallery_of(1, 2)
    results = [run(pipeline, gallery, paint(pipeline, 1, 5, 2), paint(pipeline, 1, 5, 2, index=1))]
    assert answers(results[0][-1]) == ["person 1", Outcome.UNKNOWN, "person 2"]


def test_one_person_shown_twice_in_a_frame_is_named_once(pipeline):
    gallery = gallery_of(1, 2)
    stream = Stream(pipeline, lambda: gallery, lambda: POLICY)
    for index in range(3):
        result = stream(paint(pipeline, 1, 1, index=index))
    assert sorted(map(str, answers(result))) == ["person 1", "unknown"]


def test_a_poor_face_is_not_even_embedded(pipeline):
    result = run(
        pipeline, gallery_of(1), *[paint(pipeline, 1, scale=0.3, index=i) for i in range(2)]
    )[-1]
    assert answers(result) == [Outcome.POOR]
    assert "move closer" in result.faces[0].decision.reason
    assert result.faces[0].embedding is None
    assert pipeline.embedder.seen == 0


def test_a_frame_without_faces_is_a_result(pipeline):
    (result,) = run(pipeline, gallery_of(1), paint(pipeline))
    assert result.faces == ()
    assert set(result.stage_ms) == {
        "detect",
        "align",
        "quality",
        "track",
        "presence",
        "embed",
        "match",
        "decide",
    }


def test_a_gallery_swapped_in_counts_from_the_next_frame(pipeline):
    galleries = [gallery_of(2)]
    stream = Stream(pipeline, lambda: galleries[-1], lambda: POLICY)
    for index in range(2):
        before = stream(paint(pipeline, 1, index=index))
    galleries.append(gallery_of(1, 2))
    for index in range(2, 4):
        after = stream(paint(pipeline, 1, index=index))
    assert (answers(before), answers(after)) == ([Outcome.UNKNOWN], ["person 1"])


def test_whoever_is_named_stays_named_while_others_are_enrolled(pipeline):
    """In a larger gallery another policy holds; else an import would have every name flicker."""
    galleries = [gallery_of(1)]
    stream = Stream(
        pipeline, lambda: galleries[-1], lambda: replace(POLICY, fmr_high=1e-3 * len(galleries[-1]))
    )
    for index in range(3):
        stream(paint(pipeline, 1, index=index))
    for index, person in enumerate(range(2, 5), start=3):
        galleries.append(gallery_of(*range(1, person + 1)))
        result = stream(paint(pipeline, 1, index=index))
        assert answers(result) == ["person 1"]
        assert result.faces[0].decision.fmr_high == 1e-3 * person


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("then", [(), (2,)])
def test_whoever_is_deleted_is_not_named_once_more(pipeline, then, flat):
    """Not even until frames agree on something else, or while the face is too poor to judge."""
    galleries = [gallery_of(1)]
    stream = Stream(pipeline, lambda: galleries[-1], lambda: POLICY)
    before = [stream(paint(pipeline, 1, index=index)) for index in range(3)]
    assert answers(before[-1]) == ["person 1"]
    galleries.append(gallery_of(*then) if then else Gallery.empty(EMBEDDER_ID, 8))
    after = stream(paint(pipeline, 1, index=3, flat=flat))
    assert answers(after) == [Outcome.UNDECIDED]


def test_a_settled_face_is_embedded_now_and_then_only(pipeline):
    results = run(pipeline, gallery_of(1, 2), *[paint(pipeline, 1, index=i) for i in range(32)])
    assert [answers(r) for r in results[1:]] == [["person 1"]] * 31
    assert 6 <= pipeline.embedder.seen <= 8, "twice until it was settled, then five times a second"
    assert results[3].faces[0].embedding is None


def test_an_open_answer_is_embedded_in_every_frame(pipeline):
    policy = replace(POLICY, agree_frames=5)
    stream = Stream(pipeline, lambda: gallery_of_one, lambda: policy)
    gallery_of_one = gallery_of(1)
    for index in range(4):
        stream(paint(pipeline, 1, index=index))
    assert pipeline.embedder.seen == 4


def test_photos_are_each_looked_at_whole(pipeline):
    gallery = gallery_of(1)
    stream = Stream(pipeline, lambda: gallery, lambda: replace(POLICY, agree_frames=1), still=True)
    for index in range(4):
        assert answers(stream(paint(pipeline, 1, index=index))) == ["person 1"]
    assert pipeline.embedder.seen == 4


def test_somebody_else_in_the_same_place_begins_anew(pipeline):
    """A cut from one frame to the next: no frame gives the second the first one's name."""
    gallery = gallery_of(1)
    stream = Stream(pipeline, lambda: gallery, lambda: POLICY)
    first = [stream(paint(pipeline, 1, index=i)) for i in range(4)]
    assert answers(first[-1]) == ["person 1"]
    frames = [paint(pipeline, 2, index=i) for i in range(4, 8)]
    for frame in frames:  # another face's light and shade
        frame.bgr[20:104] = 255 - frame.bgr[20:104]
        frame.bgr[20:188, :, 0] = 40
    then = [stream(frame) for frame in frames]
    assert answers(then[0]) == [Outcome.UNDECIDED]
    assert answers(then[-1]) == [Outcome.UNKNOWN]
    assert then[0].faces[0].track_id != first[-1].faces[0].track_id
    assert len({r.faces[0].track_id for r in then}) == 1


def test_a_picture_of_another_size_begins_anew(pipeline):
    """A place in it is no place in the one before, and the presence check follows points there."""

    def network(_bgr, faces):
        return np.full(len(faces), 0.9, np.float32)

    network.spec = PresenceSpec(near_sizes=2.6, wide_sizes=7, refuse=0.3, accept=0.6)
    pipeline.presence = network
    stream = Stream(pipeline, lambda: gallery_of(1), lambda: POLICY, lambda: "passive")
    before = [stream(paint(pipeline, 1, index=i)) for i in range(4)][-1]
    for index in range(4, 8):
        frame = paint(pipeline, 1, index=index)
        smaller = replace(frame, bgr=np.ascontiguousarray(frame.bgr[:195, :210]))
        after = stream(smaller)
        assert [face.track_id for face in after.faces] == [before.faces[0].track_id + 1]


def test_nobody_enrolled_is_said(pipeline):
    empty = Gallery.empty(EMBEDDER_ID, 8)
    result = run(pipeline, empty, *[paint(pipeline, 1, index=i) for i in range(2)])[-1]
    assert answers(result) == [Outcome.EMPTY]


def test_a_gallery_of_another_embedder_stops_the_stream(pipeline):
    with pytest.raises(ModelIncompatible):
        run(pipeline, Gallery.empty("b" * 16, 8), paint(pipeline, 1))


def test_a_collector_takes_one_look_in_a_while_and_remembers_refusals(pipeline):
    collector = Collector(pipeline, Settings(), every_s=0.09)
    for index in range(10):
        progress = collector.add(paint(pipeline, 3, index=index))
    assert progress.advice == ""
    assert len(collector.samples()) == 4  # at 0, 0.1, 0.2 and 0.3 s
    assert "2 faces" in collector.add(paint(pipeline, 3, 4, index=30)).advice
    assert "no face" in collector.add(paint(pipeline, index=31)).advice
    assert len(collector.samples()) == 4


@pytest.mark.parametrize(
    ("people", "options", "kind"),
    [
        ((), {}, NoFace),
        ((1, 2), {}, ManyFaces),
        ((1,), {"scale": 0.5}, PoorQuality),
        ((1,), {"flat": True}, PoorQuality),
    ],
)
def test_nothing_good_says_what_was_wrong(pipeline, people, options, kind):
    collector = Collector(pipeline, Settings())
    collector.add(paint(pipeline, *people, **options))
    with pytest.raises(kind):
        collector.samples()


def test_no_picture_at_all_is_no_face(pipeline):
    with pytest.raises(NoFace, match="no picture"):
        Collector(pipeline, Settings()).samples()


@pytest.mark.parametrize(
    ("score", "last"), [(0.05, Outcome.NOT_PRESENT), (0.95, Outcome.UNDECIDED)]
)
def test_a_still_picture_of_somebody_enrolled_never_matches_with_the_presence_check(
    pipeline, score, last
):
    """Refused by its looks, or never held for present because nothing in the face moves."""

    def network(_bgr, faces):
        return np.full(len(faces), score, np.float32)

    network.spec = PresenceSpec(near_sizes=2.6, wide_sizes=7, refuse=0.3, accept=0.6)
    pipeline.presence = network
    mode = ["off"]
    stream = Stream(pipeline, lambda: gallery_of(1, 2), lambda: POLICY, lambda: mode[0])
    results = [stream(paint(pipeline, 1, index=k)) for k in range(5)]
    assert results[-1].faces[0].decision.outcome is Outcome.MATCH
    assert results[-1].faces[0].presence is None
    mode[0] = "passive"  # counts from the next frame on
    results = [stream(paint(pipeline, 1, index=k)) for k in range(5, 60)]
    outcomes = [r.faces[0].decision.outcome for r in results]
    assert Outcome.MATCH not in outcomes
    assert outcomes[0] is Outcome.UNDECIDED
    assert outcomes[-1] is last
    assert all(r.faces[0].decision.name is None for r in results)
    assert results[-1].faces[0].decision.reason == results[-1].faces[0].presence.reason


class Alive(PresenceCheck):
    """Believes for a second a track that once looked alive, after half a second."""

    def _look(self, track, face, crop_bgr, score, frame, spec):
        time_s = frame.time_s
        begun_s, alive_s = self._tracks.get(track, (time_s, float("-inf")))
        alive_s = time_s if score > 0.5 else alive_s
        self._tracks[track] = begun_s, alive_s
        there = time_s - begun_s > 0.5 and time_s - alive_s < 1
        return Presence(PresenceState.PRESENT if there else PresenceState.UNDECIDED, "")


@pytest.mark.parametrize(
    ("shown", "named"),
    [
        (["alive"], True),
        (["alive", "alive but poor", "alive"], True),
        (["alive but poor", "photo"], False),
        (["photo", "alive but poor", "photo"], False),
        (["stranger", "photo"], False),
    ],
)
def test_somebody_alive_in_the_place_of_a_photo_does_not_vouch_for_it(
    pipeline, monkeypatch, shown, named
):
    """Of a face too poor to be embedded nobody knows whose it is."""
    monkeypatch.setattr("siamapp.pipeline.PresenceCheck", Alive)
    now = [""]

    def network(_bgr, faces):
        return np.full(len(faces), 0.0 if now[0] == "photo" else 1.0)

    network.spec = None
    pipeline.presence = network
    stream = Stream(pipeline, lambda: gallery_of(1), lambda: POLICY, lambda: "passive")
    found = []
    for index in range(20 * len(shown)):
        now[0] = shown[index // 20]
        person, flat = 2 if now[0] == "stranger" else 1, "poor" in now[0]
        found += stream(paint(pipeline, person, flat=flat, index=index)).faces
    assert len(found) == 20 * len(shown)
    assert all(face.presence is not None for face in found)
    assert any(face.decision.name for face in found) is named
