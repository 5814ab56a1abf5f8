"""Is a person there, or a picture of one? A hint against simple tricks, never a lock.

Passive: a network looks at every frame, and the motion of about a second must be a face's, not a
plane's. Active: besides, movements drawn at random must be made in time by something solid. What
is not known is undecided; only both kinds of evidence together say "present". Edges around the face
that go along with it refuse, as a screen's flicker does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Literal, TypeAlias

import numpy as np

from siamapp.errors import ModelMissing
from siamapp.types import BgrImage, Face, FloatArray, Frame, Presence, PresenceState
from siamapp.vision.card import PresenceSpec
from siamapp.vision.challenge import Action, Challenge, draw_actions
from siamapp.vision.face_border import FaceBorder
from siamapp.vision.face_motion import WINDOW_S, FaceMotion, Motion
from siamapp.vision.presence_network import PresenceNetwork

Mode: TypeAlias = Literal["off", "passive", "active"]
LOOK_S: Final = 0.8
"""Of video before anything is said."""
_LEAST_FRAMES: Final = 5
_GAP_S: Final = 0.3
"""A face unseen for longer may be another one: it is looked at anew."""
_BENDS: Final = 0.006
"""Photos moved and swung by hand reach 0.0035, talking heads 0.006 to 0.07 in most seconds."""
_HOLD_S: Final = 3.0
"""How long a face that moved may keep still."""
_FLICKER: Final = 0.03
"""Three times what the talking heads show."""

_REFUSED_S: Final = 3.0
"""How long a face that looked like a picture stays refused: one lucky second is no proof."""
WATCHING: Final = "watching for about a second"
_PICTURE: Final = "this looks like a print or a screen"
_FLICKERS: Final = "the face flickers as a screen does"
_FRAMED: Final = "edges around the face go along with it, as those of a sheet or a screen do"


class _Watched:
    """What was seen of one track."""

    def __init__(self, time_s: float) -> None:
        self.seen_s = time_s
        self.begun_s = time_s
        self.motion = FaceMotion()
        self.border = FaceBorder()
        self.looks: deque[tuple[float, float, FloatArray]] = deque()
        """Time, score, landmarks."""
        self.moved_s = self.refused_s = float("-inf")
        self.why = ""
        """It was refused."""
        self.challenge: Challenge | None = None


class PresenceCheck:
    """The check of one stream's faces; keeps what it saw of each track."""

    def __init__(
        self,
        network: PresenceNetwork | None,
        mode: Mode,
        *,
        still: bool = False,
        draw: Callable[[], Sequence[Action]] = draw_actions,
    ) -> None:
        """`still` frames are single pictures: they may be refused, never hold somebody for present.

        Raises:
            ModelMissing: a check is wanted and there is no network for it.
        """
        if network is None and mode != "off":
            raise ModelMissing(
                "There is no presence model.", "Reinstall the app, or turn the presence check off."
            )
        self.mode = mode
        self._network = network
        self._still = still
        self._draw = draw
        self._tracks: dict[int, _Watched] = {}

    def __call__(
        self,
        frame: Frame,
        faces: Sequence[Face],
        crops_bgr: Sequence[BgrImage],
        track_ids: Sequence[int],
    ) -> list[Presence | None]:
        """One answer for each face of a frame; None where the mode is "off".

        Args:
            frame: the whole picture, for what is around a face.
            faces: those found in it.
            crops_bgr: their aligned crops `(112, 112, 3)`.
            track_ids: their tracks.
        """
        if self._network is None or self.mode == "off":
            return [None] * len(faces)
        spec = self._network.spec
        scores = self._network(frame.bgr, faces)
        if self._still:
            return [_still(float(score), spec) for score in scores]
        return [
            self._look(track, face, crop, float(score), frame, spec)
            for track, face, crop, score in zip(track_ids, faces, crops_bgr, scores, strict=True)
        ]

    def forget_all_but(self, track_ids: frozenset[int]) -> None:
        """Drop tracks that ended."""
        for gone in self._tracks.keys() - track_ids:
            del self._tracks[gone]

    def _look(
        self,
        track: int,
        face: Face,
        crop_bgr: BgrImage,
        score: float,
        frame: Frame,
        spec: PresenceSpec,
    ) -> Presence:
        time_s = frame.time_s
        seen = self._tracks.get(track)
        if seen is None or not 0 <= time_s - seen.seen_s <= _GAP_S:
            seen = self._tracks[track] = _Watched(time_s)
        seen.seen_s = time_s
        motion = seen.motion.add(crop_bgr, time_s)
        framed = seen.border.add(frame.bgr, face.landmarks_xy, time_s)
        seen.looks.append((time_s, score, face.landmarks_xy))
        while time_s - seen.looks[0][0] > WINDOW_S:
            seen.looks.popleft()
        if motion.bending >= _BENDS:
            seen.moved_s = time_s
        passive = _passive(seen, motion, framed, time_s, spec)
        return passive if self.mode == "passive" else self._active(seen, motion, passive, time_s)

    def _active(self, seen: _Watched, motion: Motion, passive: Presence, time_s: float) -> Presence:
        if passive.state is PresenceState.NOT_PRESENT or time_s - seen.begun_s < LOOK_S:
            return passive
        if seen.challenge is None:
            before = np.median([points for _, _, points in seen.looks], axis=0)
            seen.challenge = Challenge(before.astype(np.float32), motion, time_s, self._draw)
        challenge = seen.challenge
        challenge.see(seen.looks[-1][2], motion, time_s)
        if challenge.missed is not None:
            return Presence(
                PresenceState.NOT_PRESENT,
                f"what was asked did not happen in time: {challenge.missed}",
                passive.score,
            )
        if challenge.asked is not None:
            return Presence(
                PresenceState.UNDECIDED,
                f"please {challenge.asked}",
                passive.score,
                ask=challenge.asked.value,
                seconds_left=challenge.seconds_left(time_s),
            )
        if passive.state is PresenceState.UNDECIDED:
            return passive
        done = " and ".join(challenge.done)
        return Presence(PresenceState.PRESENT, f"did what was asked: {done}", passive.score)


def _passive(
    seen: _Watched, motion: Motion, framed: bool, time_s: float, spec: PresenceSpec
) -> Presence:
    """What the last second says by itself."""
    mean = float(np.mean([score for _, score, _ in seen.looks]))

    def answer(state: PresenceState, reason: str) -> Presence:
        return Presence(state, reason, mean)

    if time_s - seen.begun_s < LOOK_S or len(seen.looks) < _LEAST_FRAMES:
        return answer(PresenceState.UNDECIDED, WATCHING)
    flickers = motion.flicker > _FLICKER
    if framed or flickers or mean < spec.refuse:
        seen.refused_s = time_s
        seen.why = _FRAMED if framed else _FLICKERS if flickers else _PICTURE
    if time_s - seen.refused_s < _REFUSED_S:
        return answer(PresenceState.NOT_PRESENT, seen.why)
    if mean < spec.accept:
        return answer(PresenceState.UNDECIDED, "not sure that this is no picture of a face")
    if time_s - seen.moved_s > _HOLD_S:
        return answer(
            PresenceState.UNDECIDED, "nothing has moved in the face: blink, speak or turn a bit"
        )
    return answer(PresenceState.PRESENT, "looks and moves as a face does")


def _still(score: float, spec: PresenceSpec) -> Presence:
    """One picture: it may look like a print, but cannot show that somebody is there."""
    if score < spec.refuse:
        return Presence(PresenceState.NOT_PRESENT, _PICTURE, score)
    return Presence(
        PresenceState.UNDECIDED,
        "a photo cannot show that somebody is there: use a camera or a video, or turn the presence "
        "check off",
        score,
    )
