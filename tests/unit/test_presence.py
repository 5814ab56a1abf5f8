"""The presence check: a plane is told from a head, and nothing but a person there passes."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from siamapp import presence_test
from siamapp.errors import ModelMissing
from siamapp.identity.decide import held_back
from siamapp.types import Candidate, Decision, Face, Frame, Outcome, Presence, PresenceState
from siamapp.vision.align import TEMPLATE_XY, align
from siamapp.vision.card import PresenceSpec
from siamapp.vision.challenge import TURNS, Action, Challenge, draw_actions, nose_parallax
from siamapp.vision.face_motion import FaceMotion, Motion
from siamapp.vision.presence import PresenceCheck
from siamapp.vision.presence_network import face_size_px, view

FPS = 20
SPEC = PresenceSpec(near_sizes=2.6, wide_sizes=7, refuse=0.3, accept=0.6)
HEAD = np.array(
    [[-0.5, -0.4, 0], [0.5, -0.4, 0], [0, 0.15, 0.5], [-0.4, 0.75, 0], [0.4, 0.75, 0]], np.float32
)
"""Eyes, nose tip and mouth corners of a head, in eye distances; the nose stands out."""
CARD = HEAD * np.float32([1, 1, 0])
"""The same on a photo."""


def portrait() -> np.ndarray:
    """A crop (112, 112, 3) BGR of Eileen Collins, laid by hand."""
    points = np.array([[203, 107], [245, 106], [222, 128], [207, 150], [244, 150]], np.float32)
    return align(np.ascontiguousarray(astronaut()[..., ::-1]), points)


def seen_from(points: np.ndarray, yaw_deg: float = 0, pitch_deg: float = 0, near: float = 1.0):
    """Landmarks (5, 2) px of a head or a card, turned about its middle, by a pinhole camera."""
    turn, _ = cv2.Rodrigues(np.radians([pitch_deg, yaw_deg, 0.0]))
    # Seen from the front the nose points at the camera, and the camera looks along +z.
    solid = (points * [1, 1, -1]) @ turn.T
    solid[:, 2] += 8 / near
    return (solid[:, :2] / solid[:, 2:] * 500 + 200).astype(np.float32)


def motion(bending: float = 0.05, blinks: int = 0, flicker: float = 0.0) -> Motion:
    return Motion(20, bending, blinks, flicker)


def moved(crop: np.ndarray, count: int, *, solid: bool) -> list[np.ndarray]:
    """The crop as a photo in a hand, or with a middle that moves as a nose does."""
    rng = np.random.default_rng(3)
    rows, columns = np.mgrid[:112, :112].astype(np.float32)
    bump = np.exp(-((rows - 75) ** 2 + (columns - 56) ** 2) / (2 * 18**2)).astype(np.float32)
    frames = []
    for k in range(count):
        phase = 2 * np.pi * k / FPS
        tilt = np.array([[1, 0.01, 2], [0.01, 1, 1], [2e-4, 1e-4, 0]], np.float32) * np.sin(phase)
        matrix = np.eye(3, dtype=np.float32) + tilt - np.diag(np.diag(tilt)) * 0.97
        frame = cv2.warpPerspective(crop, matrix, (112, 112), borderMode=cv2.BORDER_REPLICATE)
        if solid:
            shift = (5 * np.sin(phase) * bump).astype(np.float32)
            frame = cv2.remap(frame, columns + shift, rows, cv2.INTER_LINEAR)
        grain = rng.normal(0, 2, crop.shape)
        frames.append(np.clip(frame + grain, 0, 255).astype(np.uint8))
    return frames


def check_of(score: float | list[float], mode="passive", **options) -> PresenceCheck:
    """A check whose network answers `score`, or one score after another."""
    answers = iter(score) if isinstance(score, list) else None

    def network(_bgr, faces):
        value = next(answers) if answers is not None else score
        return np.full(len(faces), value, np.float32)

    network.spec = SPEC
    return PresenceCheck(network, mode, **options)


def watch(check, crops, *, points=None, track=1) -> list[Presence]:
    found = []
    for k, crop in enumerate(crops):
        at = TEMPLATE_XY if points is None else points[k]
        face = Face(np.array([0, 0, 112, 112], np.float32), at, 0.9)
        frame = Frame(np.zeros((240, 320, 3), np.uint8), k / FPS, k)
        found += check(frame, [face], [crop], [track])
    return found


def test_a_photo_moves_as_a_plane_and_a_face_does_not() -> None:
    bends = {}
    for solid in (False, True):
        watcher = FaceMotion()
        for k, crop in enumerate(moved(portrait(), 30, solid=solid)):
            seen = watcher.add(crop, k / FPS)
        bends[solid] = seen.bending
    assert bends[False] < 0.006
    assert bends[True] > 0.012


def test_present_takes_a_live_look_and_a_face_that_moves() -> None:
    states = [p.state for p in watch(check_of(0.9), moved(portrait(), 40, solid=True))]
    assert states[:10] == [PresenceState.UNDECIDED] * 10
    assert states[-1] is PresenceState.PRESENT


@pytest.mark.parametrize(
    ("score", "solid", "state"),
    [
        (0.9, False, PresenceState.UNDECIDED),
        (0.1, True, PresenceState.NOT_PRESENT),
        (0.45, True, PresenceState.UNDECIDED),
    ],
)
def test_one_kind_of_evidence_is_not_enough(score, solid, state) -> None:
    last = watch(check_of(score), moved(portrait(), 40, solid=solid))[-1]
    assert last.state is state
    assert last.reason


def test_one_lucky_second_after_a_refusal_proves_nothing() -> None:
    scores = [0.05] * 30 + [0.95] * 90
    states = [p.state for p in watch(check_of(scores), moved(portrait(), 120, solid=True))]
    refused = [k for k, state in enumerate(states) if state is PresenceState.NOT_PRESENT]
    present = [k for k, state in enumerate(states) if state is PresenceState.PRESENT]
    assert present[0] > refused[-1] >= 30 + 2.5 * FPS


def test_a_screen_that_flickers_is_refused() -> None:
    crops = [
        np.clip(crop * (1.0 + 0.1 * (-1) ** k), 0, 255).astype(np.uint8)
        for k, crop in enumerate(moved(portrait() // 2, 40, solid=True))
    ]
    last = watch(check_of(0.9), crops)[-1]
    assert last.state is PresenceState.NOT_PRESENT
    assert "flickers" in last.reason


def test_a_face_that_was_gone_is_looked_at_anew() -> None:
    check = check_of(0.9)
    crops = moved(portrait(), 80, solid=True)
    assert watch(check, crops[:40])[-1].state is PresenceState.PRESENT
    face = Face(np.array([0, 0, 112, 112], np.float32), TEMPLATE_XY, 0.9)
    later = Frame(np.zeros((240, 320, 3), np.uint8), 40 / FPS + 0.4, 48)
    assert check(later, [face], [crops[0]], [1])[0].state is PresenceState.UNDECIDED


@pytest.mark.parametrize(("score", "state"), [(0.1, "not_present"), (0.99, "undecided")])
def test_a_single_picture_never_shows_that_somebody_is_there(score, state) -> None:
    for mode in ("passive", "active"):
        (answer,) = watch(check_of(score, mode, still=True), [portrait()])
        assert answer.state == state


def test_off_says_nothing_and_needs_no_network() -> None:
    assert watch(PresenceCheck(None, "off"), [portrait()]) == [None]
    with pytest.raises(ModelMissing):
        PresenceCheck(None, "passive")


def test_the_nose_of_a_head_leaves_the_plane_and_that_of_a_photo_does_not() -> None:
    rest = seen_from(HEAD)
    for yaw in (-35, -20, 20, 35):
        right, _ = nose_parallax(rest, seen_from(HEAD, yaw))
        flat, _ = nose_parallax(seen_from(CARD), seen_from(CARD, yaw, 5))
        assert abs(right) > 0.12
        assert abs(flat) < 0.01
        # The person's left is the picture's right.
        assert (right > 0) == (seen_from(HEAD, yaw)[2, 0] > rest[2, 0])
    _, down = nose_parallax(rest, seen_from(HEAD, pitch_deg=-20))
    _, up = nose_parallax(rest, seen_from(HEAD, pitch_deg=20))
    assert max(abs(up), abs(down)) > 0.08
    assert up * down < 0


def test_landmarks_without_a_plane_shift_nothing() -> None:
    assert nose_parallax(np.zeros((5, 2), np.float32), seen_from(HEAD)) == (0.0, 0.0)


def turned(action: Action, points: np.ndarray, amount: float) -> np.ndarray:
    """Landmarks after the movement, as far as `amount` (0..1) of it."""
    left = 1 if seen_from(HEAD, 20)[2, 0] > seen_from(HEAD)[2, 0] else -1
    up = 1 if seen_from(HEAD, 0, 20)[2, 1] < seen_from(HEAD)[2, 1] else -1
    where = {
        Action.LEFT: {"yaw_deg": 30 * left * amount},
        Action.RIGHT: {"yaw_deg": -30 * left * amount},
        Action.UP: {"pitch_deg": 25 * up * amount},
        Action.CLOSER: {"near": 1 + 0.4 * amount},
    }
    return seen_from(points, **where.get(action, {}))


@pytest.mark.parametrize("action", list(Action))
def test_a_head_that_does_what_was_asked_passes(action) -> None:
    challenge = Challenge(seen_from(HEAD), motion(), 0.0, lambda: [action])
    for k in range(FPS):
        blinks = 1 if action is Action.BLINK and k > 10 else 0
        challenge.see(turned(action, HEAD, k / FPS), motion(blinks=blinks), k / FPS)
    assert challenge.done == [action]
    assert challenge.asked is None


@pytest.mark.parametrize("action", list(Action))
def test_a_photo_swung_by_hand_passes_nothing(action) -> None:
    """Turned, lifted and neared with the best will: it bends no more than a plane."""
    challenge = Challenge(seen_from(CARD), motion(), 0.0, lambda: [action])
    for k in range(18 * FPS):
        amount = np.sin(k / FPS)
        challenge.see(turned(action, CARD, amount * 1.4), motion(bending=0.0035), k / FPS)
    assert challenge.done == []
    # A blink that is not seen becomes a turn.
    assert challenge.missed in (TURNS if action is Action.BLINK else [action])


def test_the_other_movement_is_not_what_was_asked() -> None:
    challenge = Challenge(seen_from(HEAD), motion(), 0.0, lambda: [Action.LEFT])
    for k in range(9 * FPS):
        challenge.see(turned(Action.RIGHT, HEAD, np.sin(k / FPS) ** 2), motion(), k / FPS)
    assert challenge.missed is Action.LEFT


def test_challenges_are_drawn_at_random_and_always_hold_a_turn() -> None:
    drawn = {draw_actions() for _ in range(400)}
    assert len(drawn) > 15
    assert all(len(set(actions)) == 2 and set(actions) & set(TURNS) for actions in drawn)


def test_active_asks_then_believes_who_did_it() -> None:
    check = check_of(0.9, "active", draw=lambda: [Action.LEFT])
    points = [seen_from(HEAD)] * 25 + [turned(Action.LEFT, HEAD, 1.0)] * 15
    answers = watch(check, moved(portrait(), 40, solid=True), points=points)
    assert answers[20].ask == Action.LEFT.value
    assert 0 < answers[20].seconds_left <= 8
    assert {a.state for a in answers[:25]} == {PresenceState.UNDECIDED}
    assert answers[-1].state is PresenceState.PRESENT


def test_active_refuses_who_lets_the_time_pass() -> None:
    check = check_of(0.9, "active", draw=lambda: [Action.LEFT])
    crops = moved(portrait(), 20, solid=True) * 10
    answers = watch(check, crops, points=[seen_from(HEAD)] * len(crops))
    assert answers[-1].state is PresenceState.NOT_PRESENT
    assert PresenceState.PRESENT not in {a.state for a in answers}


def test_a_match_is_held_back_until_somebody_is_there() -> None:
    best = Candidate(1, "Ada", 0.3)
    match = Decision(Outcome.MATCH, 0.8, 1e-3, best, reason="near")
    outcomes = {state: held_back(match, Presence(state, "why")) for state in PresenceState}
    assert outcomes[PresenceState.PRESENT].name == "Ada"
    assert outcomes[PresenceState.UNDECIDED].outcome is Outcome.UNDECIDED
    assert outcomes[PresenceState.NOT_PRESENT].outcome is Outcome.NOT_PRESENT
    assert all(d.name is None for s, d in outcomes.items() if s is not PresenceState.PRESENT)
    assert held_back(match, None) is match
    unknown = Decision(Outcome.UNKNOWN, 0.8, 1e-3, best)
    still_unknown = held_back(unknown, Presence(PresenceState.NOT_PRESENT, "why"))
    assert still_unknown.outcome is Outcome.UNKNOWN
    assert still_unknown.presence.state is PresenceState.NOT_PRESENT


def test_views_repeat_the_edge_and_never_fail() -> None:
    bgr = np.full((60, 80, 3), 200, np.uint8)
    points = TEMPLATE_XY
    for shift in ([0, 0], [-40, -40], [40, 20], [-500, 300]):
        made = view(bgr, points + np.float32(shift), 7.0)
        assert made.shape == (80, 80, 3)
        assert set(np.unique(made)) <= {0, 200}
    assert (view(bgr, points, 2.6) == 200).all()
    assert face_size_px(TEMPLATE_XY) == pytest.approx(35.9, abs=1)


def test_a_card_without_the_presence_table_is_refused() -> None:
    from siamapp.errors import ModelIncompatible
    from siamapp.vision.presence_network import PresenceNetwork

    card = SimpleNamespace(task="embedder", presence=None, name="x")
    with pytest.raises(ModelIncompatible):
        PresenceNetwork(SimpleNamespace(card=card))


@pytest.mark.parametrize("poor_looks", [0.0, 1.0])
def test_a_face_too_poor_to_be_embedded_is_no_evidence_where_the_check_is_measured(
    poor_looks: float,
) -> None:
    """A dark second neither refuses a person nor lets a picture of one in."""

    def network(bgr, faces):
        return np.full(len(faces), poor_looks if bgr.max() < 20 else 1 - poor_looks, np.float32)

    class Finds:
        def detect(self, _bgr):
            return (Face(np.array([0, 0, 112, 112], np.float32), TEMPLATE_XY, 0.9),)

    network.spec = SPEC
    film = moved(portrait(), 60, solid=True)
    film[20:40] = [crop // 16 for crop in film[20:40]]
    frames = [Frame(bgr, k / FPS, k) for k, bgr in enumerate(film)]
    answers = list(presence_test.watch(Finds(), network, frames, "passive"))
    assert len(answers) == 60
    assert [a.score for a in answers] == [1 - poor_looks] * 60
    assert {a.state for a in answers[20:40]} == {answers[19].state}
    dark = presence_test.watch(Finds(), network, frames[20:40], "passive")
    assert {(a.state, a.score) for a in dark} == {(PresenceState.UNDECIDED, None)}
