"""From frames to the samples that an enrolment chooses from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from siamapp import enroll
from siamapp.errors import EnrolError, ManyFaces, NoFace, PoorQuality
from siamapp.pipeline import Pipeline, Seen, StageClock
from siamapp.settings import Settings
from siamapp.types import Frame, Sample, Shortfall
from siamapp.vision.quality import ENROL, shortfalls

ENOUGH_SAMPLES = 60
"""Good looks after which a video need not be read further for an enrolment."""
SAME_PLACE = 0.4
"""A second face whose eye distance is under this share of the first one's is background."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an enrolment stands after one more frame."""

    good: int
    wanted: int
    advice: str
    """Empty where the frame was taken."""
    seen: tuple[Seen, ...]
    missed: tuple[Shortfall, ...] = ()
    """What the nearest face falls short of, worst first."""


class Collector:
    """Gathers samples of one person from frames, and remembers why frames were refused."""

    def __init__(self, pipeline: Pipeline, settings: Settings, *, every_s: float = 0.1) -> None:
        self._pipeline = pipeline
        self.limits = replace(
            ENROL,
            eye_distance_px=settings.min_eye_distance_px,
            occlusion=pipeline.occlusion.limit if pipeline.occlusion else None,
        )
        self._every_s = every_s
        self._last_s = float("-inf")
        self._samples: list[Sample] = []
        self.refusals: Counter[tuple[type[EnrolError], str]] = Counter()
        """How often each reason was met: (error kind, advice)."""

    def add(self, frame: Frame) -> Progress:
        """Take one frame's face if it is good and some time has passed since the last one taken."""
        seen = self._see(frame)
        missed = shortfalls(_largest(seen).quality, self.limits) if seen else ()
        refusal = _refusal(seen, missed)
        if refusal:
            self.refusals[refusal] += 1
        elif not 0 <= frame.time_s - self._last_s < self._every_s:
            main = _largest(seen)
            self._last_s = frame.time_s
            vector = self._pipeline.embedder([main.crop_bgr])[0]
            self._samples.append(Sample(main.crop_bgr, vector, main.quality))
        return Progress(
            len(self._samples), enroll.WANTED, refusal[1] if refusal else "", tuple(seen), missed
        )

    def _see(self, frame: Frame) -> list[Seen]:
        """The faces of a frame, what covers the largest of them measured."""
        seen = self._pipeline.see(frame, StageClock())
        if seen and self._pipeline.occlusion is not None:
            main = _largest(seen)
            covered = self._pipeline.occlusion(main.crop_bgr)
            measured = replace(main, quality=replace(main.quality, occlusion=covered))
            seen = [measured if face is main else face for face in seen]
        return seen

    @property
    def enough(self) -> bool:
        return len(self._samples) >= ENOUGH_SAMPLES

    def samples(self) -> list[Sample]:
        """What was gathered.

        Raises:
            NoFace, ManyFaces, PoorQuality: nothing was; the commonest reason says which.
        """
        if self._samples:
            return list(self._samples)
        if not self.refusals:
            raise NoFace(
                "There was no picture to look at.", "Choose photos or a video with a face."
            )
        (kind, advice), _ = self.refusals.most_common(1)[0]
        raise kind(f"Nothing to enrol: {advice}.")


def samples_from(
    pipeline: Pipeline, settings: Settings, frames: Iterable[Frame], *, still: bool = False
) -> list[Sample]:
    """Good samples from a video's frames, or from photos (`still`).

    Raises:
        NoFace, ManyFaces, PoorQuality: none was found.
    """
    collector = Collector(pipeline, settings, every_s=0.0 if still else 0.1)
    for frame in frames:
        collector.add(frame)
        if collector.enough:
            break
    return collector.samples()


def _refusal(
    seen: Sequence[Seen], missed: Sequence[Shortfall]
) -> tuple[type[EnrolError], str] | None:
    if not seen:
        return NoFace, "no face was found; come into the picture, facing the camera"
    main = _largest(seen)
    near = [s for s in seen if s.face.eye_distance_px >= SAME_PLACE * main.face.eye_distance_px]
    if len(near) > 1:
        return ManyFaces, f"{len(near)} faces are in the picture; one person at a time"
    return (PoorQuality, missed[0].advice) if missed else None


def _largest(seen: Sequence[Seen]) -> Seen:
    return max(seen, key=lambda s: s.face.eye_distance_px)
