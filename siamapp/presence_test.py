"""Measure the presence check on recordings of people and of attacks (ISO/IEC 30107-3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from siamapp.pipeline import Seen, WhoIsThere
from siamapp.types import Frame, Presence, PresenceState
from siamapp.vision.align import align
from siamapp.vision.detect import Detector
from siamapp.vision.presence import Mode, PresenceCheck
from siamapp.vision.presence_network import PresenceNetwork
from siamapp.vision.quality import measure
from siamapp.vision.track import Tracker


@dataclass(frozen=True, slots=True)
class Recording:
    """What the check said of one recording, by its largest face."""

    source: str
    species: str | None
    """None for a person."""
    frames: int
    """In which a face was found."""
    state: PresenceState
    """Present where it was so in any frame: one such moment is enough to be let in."""
    reason: str
    score: float | None
    """Mean of the frames' means."""

    @property
    def wrong(self) -> bool:
        return (self.state is PresenceState.PRESENT) == (self.species is not None)


def watch(
    detector: Detector,
    network: PresenceNetwork,
    frames: Iterable[Frame],
    mode: Mode,
    *,
    still: bool = False,
) -> Iterator[Presence]:
    """What the app would show of the largest face of each frame that has one.

    As there, one too poor to be embedded is no evidence: its track's last answer stands.
    """
    who_is_there, tracker = WhoIsThere(PresenceCheck(network, mode, still=still)), Tracker()
    for frame in frames:
        faces = detector.detect(frame.bgr)[:1]
        tracks = tracker(faces, frame.time_s)
        who_is_there.forget_all_but(tracker.alive)
        crops = [align(frame.bgr, face.landmarks_xy) for face in faces]
        seen = [
            Seen(face, crop, measure(face, crop, frame.bgr.shape))
            for face, crop in zip(faces, crops, strict=True)
        ]
        good = [i for i, one in enumerate(seen) if not one.gaps]
        for answer in who_is_there(frame, seen, tracks, good):
            if answer is not None:
                yield answer


def judge(source: str, species: str | None, answers: Iterable[Presence]) -> Recording:
    """One recording's verdict; without a face it is undecided."""
    said = list(answers)
    if not said:
        return Recording(source, species, 0, PresenceState.UNDECIDED, "no face was found", None)
    present = [answer for answer in said if answer.state is PresenceState.PRESENT]
    last = present[-1] if present else said[-1]
    scores = [answer.score for answer in said if answer.score is not None]
    score = sum(scores) / len(scores) if scores else None
    return Recording(source, species, len(said), last.state, last.reason, score)
