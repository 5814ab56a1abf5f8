"""The straight path of a frame: detect, track, align, quality, presence, embed, match, decide.

This is the only place that knows the order of the stages; none of them knows its neighbours.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from siamapp.identity.decide import Agreement, Policy, held_back, one_face_each, poor
from siamapp.identity.gallery import Gallery
from siamapp.identity.search import look
from siamapp.types import BgrImage, Face, FaceResult, Frame, FrameResult, Quality
from siamapp.vision import quality as face_quality
from siamapp.vision.align import align
from siamapp.vision.detect import Detector
from siamapp.vision.embed import Embedder
from siamapp.vision.presence import Mode, PresenceCheck
from siamapp.vision.presence_network import PresenceNetwork
from siamapp.vision.track import Tracker


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A face with its aligned crop `(112, 112, 3)` BGR and its measures."""

    face: Face
    crop_bgr: BgrImage
    quality: Quality


class StageClock:
    """Milliseconds spent in each stage of one frame."""

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._now = now
        self.ms: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        start = self._now()
        try:
            yield
        finally:
            self.ms[stage] = self.ms.get(stage, 0.0) + 1000 * (self._now() - start)


class Pipeline:
    """Stages that hold no state between frames; safe to share by streams of one thread."""

    def __init__(
        self, detector: Detector, embedder: Embedder, presence: PresenceNetwork | None = None
    ) -> None:
        self.detector = detector
        self.embedder = embedder
        self.presence = presence
        spec = embedder.model.card.embedding
        self.metric = spec.metric if spec else "l2"

    def see(self, frame: Frame, clock: StageClock) -> list[Seen]:
        """Detect, align and measure every face of a frame."""
        with clock("detect"):
            faces = self.detector.detect(frame.bgr)
        with clock("align"):
            crops = [align(frame.bgr, face.landmarks_xy) for face in faces]
        with clock("quality"):
            return [
                Seen(face, crop, face_quality.measure(face, crop, frame.bgr.shape))
                for face, crop in zip(faces, crops, strict=True)
            ]


class Stream:
    """One source's way through the pipeline, with what its frames share: tracks, agreement."""

    def __init__(
        self,
        pipeline: Pipeline,
        gallery: Callable[[], Gallery],
        policy: Callable[[], Policy],
        presence: Callable[[], Mode] = lambda: "off",
        *,
        still: bool = False,
    ) -> None:
        """`gallery`, `policy`, `presence` are asked at every frame: a change counts from then on.

        `still` says that frames are single pictures, which cannot show that somebody is there.
        """
        self._pipeline = pipeline
        self._gallery = gallery
        self._policy = policy
        self._presence = presence
        self._still = still
        self._tracker = Tracker()
        self._check = PresenceCheck(pipeline.presence, presence(), still=still)
        self._agreement = Agreement(policy())

    def __call__(self, frame: Frame) -> FrameResult:
        clock = StageClock()
        gallery, policy = self._gallery(), self._policy()
        gallery.require(self._pipeline.embedder.id)
        if policy != self._agreement.policy:
            self._agreement = Agreement(policy)
        if self._presence() != self._check.mode:
            self._check = PresenceCheck(
                self._pipeline.presence, self._presence(), still=self._still
            )
        seen = self._pipeline.see(frame, clock)
        with clock("track"):
            tracks = self._tracker([s.face for s in seen], frame.time_s)
            self._agreement.forget_all_but(self._tracker.alive)
            self._check.forget_all_but(self._tracker.alive)
        with clock("presence"):
            there = self._check(frame, [s.face for s in seen], [s.crop_bgr for s in seen], tracks)
        gaps = [face_quality.shortfalls(s.quality, face_quality.PROBE) for s in seen]
        good = [i for i, gap in enumerate(gaps) if not gap]
        with clock("embed"):
            vectors = self._pipeline.embedder([seen[i].crop_bgr for i in good])
        probes = dict(zip(good, vectors, strict=True))
        with clock("match"):
            metric = self._pipeline.metric
            found = {i: look(v, gallery, metric, policy) for i, v in probes.items()}
        with clock("decide"):
            looks = one_face_each(
                [found[i] if i in found else poor(gaps[i], policy) for i in range(len(seen))]
            )
            # Names held from earlier frames may meet in this one: the rule holds for answers too.
            agreed = one_face_each(
                [self._agreement(t, look) for t, look in zip(tracks, looks, strict=True)]
            )
            answers = [held_back(a, p) for a, p in zip(agreed, there, strict=True)]
        return FrameResult(
            index=frame.index,
            time_s=frame.time_s,
            width_px=frame.bgr.shape[1],
            height_px=frame.bgr.shape[0],
            faces=tuple(
                FaceResult(track, s.face, s.quality, gap, answer, probes.get(i), s.crop_bgr, here)
                for i, (track, s, gap, answer, here) in enumerate(
                    zip(tracks, seen, gaps, answers, there, strict=True)
                )
            ),
            stage_ms=clock.ms,
        )
