"""Ask for a movement nobody could have filmed beforehand, and see whether a solid head makes it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final

import cv2
import numpy as np

from siamapp.types import FloatArray
from siamapp.vision.face_motion import Motion
from siamapp.vision.presence_network import face_size_px

LIMIT_S: Final = 8.0
"""For each movement."""
HELD_FRAMES: Final = 3
_TURN: Final = 0.12
"""Shift of the nose against the plane of eyes and mouth, in face sizes: about 14 degrees."""
_UP: Final = 0.08
_CLOSER: Final = 1.2
_SOLID: Final = 0.012
"""Least bending (`Motion`) while a head turns; a photo swung by 40 degrees stays below a third."""
_ALIVE: Final = 0.006
_FARTHEST: Final = 1.0
"""No nose stands out further: the points are not a face's."""
_PLANE: Final = [0, 1, 3, 4]


class Action(StrEnum):
    """What may be asked, with the words to ask it. Left is the person's own left."""

    LEFT = "turn your head to your left"
    RIGHT = "turn your head to your right"
    UP = "lift your chin"
    BLINK = "blink"
    CLOSER = "come closer to the camera"


TURNS: Final = (Action.LEFT, Action.RIGHT, Action.UP)


def draw_actions() -> tuple[Action, ...]:
    """Two movements in random order, one of them a turn: only a turn shows that a head is solid."""
    chance = secrets.SystemRandom()
    turn = chance.choice(TURNS)
    other = chance.choice([action for action in Action if action is not turn])
    return tuple(chance.sample([turn, other], 2))


def nose_parallax(before: FloatArray, after: FloatArray) -> tuple[float, float]:
    """How far the nose left the plane of eyes and mouth between two sets of landmarks `(5, 2)`.

    Four points fix a homography, which says where a nose *in that plane* would have gone: on a
    photo it goes there, however the photo is tilted. Right and down in the face, in face sizes;
    a head turned by the angle a gives about 0.5 sin a.

    Returns zeros where the points do not span a plane.
    """
    try:
        matrix = cv2.getPerspectiveTransform(before[_PLANE], after[_PLANE])
    except cv2.error:
        return 0.0, 0.0
    flat = cv2.perspectiveTransform(before[None, 2:3].astype(np.float32), matrix)[0, 0]
    left = (after[2] - flat) / face_size_px(after)
    eyes, mouth = after[:2].mean(axis=0), after[3:].mean(axis=0)
    down = (mouth - eyes) / max(float(np.linalg.norm(mouth - eyes)), 1e-6)
    right = np.array([down[1], -down[0]])
    shift = float(left @ right), float(left @ down)
    return shift if max(map(abs, shift)) < _FARTHEST else (0.0, 0.0)


class Challenge:
    """The movements asked of one track, one after another, each within `LIMIT_S`."""

    def __init__(
        self,
        before: FloatArray,
        motion: Motion,
        time_s: float,
        draw: Callable[[], Sequence[Action]] = draw_actions,
    ) -> None:
        """`before` `(5, 2)` are the landmarks at rest."""
        self._before = before
        self._left = list(draw())
        self.done: list[Action] = []
        self.missed: Action | None = None
        """What did not happen in time."""
        self._since_s = time_s
        self._held = 0
        self._blinks = motion.blinks

    @property
    def asked(self) -> Action | None:
        return self._left[0] if self._left and self.missed is None else None

    def seconds_left(self, time_s: float) -> float:
        return max(self._since_s + LIMIT_S - time_s, 0.0)

    def see(self, landmarks_xy: FloatArray, motion: Motion, time_s: float) -> None:
        """Take the next look."""
        asked = self.asked
        if asked is None:
            return
        if time_s - self._since_s > LIMIT_S:
            if asked is not Action.BLINK:
                self.missed = asked
                return
            # Blinks are often missed, behind glasses above all: a turn, which proves more, instead.
            turns = [turn for turn in TURNS if turn not in (*self.done, *self._left)]
            self._left[0] = secrets.choice(turns)
            self._since_s, self._held = time_s, 0
            return
        self._held = self._held + 1 if self._made(asked, landmarks_xy, motion) else 0
        if self._held >= (1 if asked is Action.BLINK else HELD_FRAMES):
            self.done.append(self._left.pop(0))
            self._since_s, self._held, self._blinks = time_s, 0, motion.blinks

    def _made(self, asked: Action, landmarks_xy: FloatArray, motion: Motion) -> bool:
        if asked is Action.BLINK:
            return motion.blinks > self._blinks and motion.bending >= _ALIVE
        if asked is Action.CLOSER:
            nearer = face_size_px(landmarks_xy) / face_size_px(self._before)
            return nearer >= _CLOSER and motion.bending >= _ALIVE
        right, down = nose_parallax(self._before, landmarks_xy)
        turned = {
            Action.LEFT: right >= _TURN,
            Action.RIGHT: right <= -_TURN,
            Action.UP: down <= -_UP,
        }
        return turned[asked] and motion.bending >= _SOLID
