"""The straight path of a frame: detect or follow, align, quality, track, embed, match, presence,
decide.

This is the only place that knows the order of the stages; none of them knows its neighbours.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from siamapp.identity.decide import Agreement, Policy, held_back, one_face_each, poor
from siamapp.identity.gallery import Gallery
from siamapp.identity.match import distances
from siamapp.identity.search import look
from siamapp.types import (
    BgrImage,
    Decision,
    Face,
    FaceResult,
    FloatArray,
    Frame,
    FrameResult,
    Presence,
    PresenceState,
    Quality,
    Shortfall,
)
from siamapp.vision import quality as face_quality
from siamapp.vision.align import align
from siamapp.vision.detect import Detector
from siamapp.vision.embed import Embedder
from siamapp.vision.follow import Follower
from siamapp.vision.occlusion import OcclusionNetwork
from siamapp.vision.presence import WATCHING, Mode, PresenceCheck
from siamapp.vision.presence_network import PresenceNetwork
from siamapp.vision.thumbnail import SAME_PICTURE, thumbnail
from siamapp.vision.track import Tracker

EMBED_EVERY_S = 0.2
"""A settled answer about a face whose picture stays the same is tried again after this."""
NOT_WATCHED = Presence(PresenceState.UNDECIDED, WATCHING)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A face with its aligned crop `(112, 112, 3)` BGR and its measures."""

    face: Face
    crop_bgr: BgrImage
    quality: Quality

    @property
    def gaps(self) -> tuple[Shortfall, ...]:
        """What it is too poor in to be embedded; without any it is good."""
        return face_quality.shortfalls(self.quality, face_quality.PROBE)


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
    """Stages that hold no state between frames; streams of several threads may share them."""

    def __init__(
        self,
        detector: Detector,
        embedder: Embedder,
        presence: PresenceNetwork | None = None,
        occlusion: OcclusionNetwork | None = None,
    ) -> None:
        self.detector = detector
        self.embedder = embedder
        self.presence = presence
        self.occlusion = occlusion
        """Measured at enrolments only, where it is told."""
        spec = embedder.model.card.embedding
        self.metric = spec.metric if spec else "l2"

    def see(
        self, frame: Frame, clock: StageClock, find: Callable[[Frame], Sequence[Face]] | None = None
    ) -> list[Seen]:
        """Detect (or `find`), align and measure every face of a frame."""
        with clock("detect"):
            faces = find(frame) if find else self.detector.detect(frame.bgr)
        with clock("align"):
            crops = [align(frame.bgr, face.landmarks_xy) for face in faces]
        with clock("quality"):
            return [
                Seen(face, crop, face_quality.measure(face, crop, frame.bgr.shape))
                for face, crop in zip(faces, crops, strict=True)
            ]


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """The last time a track's face was embedded."""

    time_s: float
    thumbnail: FloatArray
    vector: FloatArray
    answer: Decision
    """What that look alone said."""


class WhoIsThere:
    """The presence check of a stream, of whose tracks each keeps its last answer.

    Of a face too poor to be embedded nobody knows whose it is: it proves nothing about its track.
    """

    def __init__(self, check: PresenceCheck) -> None:
        self.mode = check.mode
        self._check = check
        self._said: dict[int, Presence | None] = {}

    def __call__(
        self, frame: Frame, seen: Sequence[Seen], tracks: Sequence[int], good: Sequence[int]
    ) -> list[Presence | None]:
        """One answer for each face of a frame, by what `good` ones show (places in `seen`)."""
        answers = self._check(
            frame,
            [seen[i].face for i in good],
            [seen[i].crop_bgr for i in good],
            [tracks[i] for i in good],
        )
        self._said |= zip([tracks[i] for i in good], answers, strict=True)
        unseen = None if self.mode == "off" else NOT_WATCHED
        return [self._said.get(track, unseen) for track in tracks]

    def forget_all_but(self, tracks: frozenset[int]) -> None:
        """Drop tracks that ended."""
        self._check.forget_all_but(tracks)
        for gone in self._said.keys() - tracks:
            del self._said[gone]


class Stream:
    """One source's way through the pipeline, with what its frames share: tracks, looks, agreement.

    A face is embedded while its answer is open, when its picture has changed, and every
    `EMBED_EVERY_S`; in between its answer stands. A face that neither looks nor measures like the
    one its track had is somebody else's: it begins a track of its own, undecided.

    With a presence check each face is embedded in every frame, and measuring alone says so: whoever
    is there must not vouch for a photo that is held up in their place.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        gallery: Callable[[], Gallery],
        policy: Callable[[], Policy],
        presence: Callable[[], Mode] = lambda: "off",
        *,
        still: bool = False,
        now: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`gallery`, `policy`, `presence` are asked at every frame: a change counts from then on.

        `still` says that frames are single pictures: each is searched whole, every face embedded,
        and none can show that somebody is there.
        `now` times the stages, in seconds.
        """
        self._pipeline = pipeline
        self._gallery = gallery
        self._policy = policy
        self._presence = presence
        self._still = still
        self._now = now
        self._follower = Follower(pipeline.detector)
        self._tracker = Tracker()
        self._who_is_there = self._watch()
        self._agreement = Agreement(policy())
        self._looks: dict[int, _Look] = {}
        self._judged_by: Gallery | None = None
        self._shape: tuple[int, ...] = ()

    def __call__(self, frame: Frame) -> FrameResult:
        clock = StageClock(self._now)
        gallery, policy = self._gallery(), self._policy()
        gallery.require(self._pipeline.embedder.id)
        self._agreement.hold_against(policy)
        if self._presence() != self._who_is_there.mode:
            self._who_is_there = self._watch()
        if frame.bgr.shape != self._shape:  # another picture: places in the last one say nothing
            self._shape = frame.bgr.shape
            self._tracker.end_all()
        stale = self._still or gallery is not self._judged_by
        if gallery is not self._judged_by:
            self._agreement.forget_people_but(gallery.names)
        self._judged_by = gallery
        seen = self._pipeline.see(frame, clock, None if self._still else self._follower)
        with clock("track"):
            tracks = self._tracker(
                [s.face for s in seen], frame.time_s, jumped=self._follower.jumped
            )
        gaps = [s.gaps for s in seen]
        good = [i for i, gap in enumerate(gaps) if not gap]
        with clock("embed"):
            thumbnails = {i: thumbnail(seen[i].crop_bgr) for i in good}
            due = [i for i in good if stale or self._due(tracks[i], thumbnails[i], frame.time_s)]
            vectors = self._pipeline.embedder([seen[i].crop_bgr for i in due])
        with clock("match"):
            for i, vector in zip(due, vectors, strict=True):
                if self._somebody_else(tracks[i], thumbnails[i], vector, policy):
                    tracks[i] = self._tracker.renew(tracks[i])
                answer = look(vector, gallery, self._pipeline.metric, policy)
                self._looks[tracks[i]] = _Look(frame.time_s, thumbnails[i], vector, answer)
        for ended in (
            self._agreement.forget_all_but,
            self._who_is_there.forget_all_but,
            self._forget_all_but,
        ):
            ended(self._tracker.alive)
        # Only now is each track one person's: what one showed must not stand for another.
        with clock("presence"):
            there = self._who_is_there(frame, seen, tracks, good)
        with clock("decide"):
            looks = one_face_each(
                [
                    poor(gaps[i], policy) if gaps[i] else self._looks[track].answer
                    for i, track in enumerate(tracks)
                ]
            )
            # Names held from earlier frames may meet in this one: the rule holds for answers too.
            agreed = one_face_each(
                [
                    self._agreement(track, said)
                    if gaps[i] or i in due
                    else self._agreement.answer(track)
                    for i, (track, said) in enumerate(zip(tracks, looks, strict=True))
                ]
            )
            answers = [held_back(a, p) for a, p in zip(agreed, there, strict=True)]
        probes = dict(zip(due, vectors, strict=True))
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
            rests_until_s=self._follower.rests_until_s,
        )

    def _watch(self) -> WhoIsThere:
        check = PresenceCheck(self._pipeline.presence, self._presence(), still=self._still)
        return WhoIsThere(check)

    def _due(self, track: int, now: FloatArray, time_s: float) -> bool:
        """Whether a decision needs this face's vector."""
        last = self._looks.get(track)
        return (
            last is None
            or self._who_is_there.mode != "off"
            or not self._agreement.settled(track)
            or not 0 <= time_s - last.time_s < EMBED_EVERY_S
            or bool(last.thumbnail @ now < SAME_PICTURE)
        )

    def _somebody_else(
        self, track: int, now: FloatArray, vector: FloatArray, policy: Policy
    ) -> bool:
        """Whether neither the picture nor the distance says that this is the track's face still."""
        last = self._looks.get(track)
        if last is None:
            return False
        # Now and then two strangers make the same picture, and one person's distances vary.
        if self._who_is_there.mode == "off" and last.thumbnail @ now >= SAME_PICTURE:
            return False
        apart = distances(vector, last.vector[None], self._pipeline.metric)[0]
        return not apart <= policy.threshold

    def _forget_all_but(self, tracks: frozenset[int]) -> None:
        for gone in self._looks.keys() - tracks:
            del self._looks[gone]
