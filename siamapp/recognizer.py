"""The whole engine behind one door: models, gallery, enrolment, verification, identification."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Literal, TypeAlias

from siamapp import __version__, enroll
from siamapp.errors import EnrolError, ManyFaces, NoFace, PersonNotFound, PoorQuality
from siamapp.identity.calibrate import threshold_for
from siamapp.identity.decide import Policy
from siamapp.identity.gallery import Gallery
from siamapp.paths import Paths, assets_dir
from siamapp.pipeline import Pipeline, Seen, StageClock, Stream
from siamapp.settings import Settings
from siamapp.store.audit import Audit
from siamapp.store.database import Database
from siamapp.store.people import People
from siamapp.store.vault import Key
from siamapp.types import Decision, FaceResult, Frame, Outcome, Person, Sample
from siamapp.vision.detect import Detector
from siamapp.vision.embed import Embedder
from siamapp.vision.model import Model, find_model
from siamapp.vision.quality import ENROL, shortfalls

LEAVE_SLACK = 1.05
"""A name is kept up to this multiple of the threshold distance."""
ENOUGH_SAMPLES = 60
"""Good looks after which a video need not be read further for an enrolment."""
SAME_FMR = 1e-2
"""Pictures given as one person's are one person's unless they look otherwise: a looser rate."""
How: TypeAlias = Literal["verify", "identify", "live"]
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


class Collector:
    """Gathers samples of one person from frames, and remembers why frames were refused."""

    def __init__(self, pipeline: Pipeline, settings: Settings, *, every_s: float = 0.1) -> None:
        self._pipeline = pipeline
        self._limits = replace(ENROL, eye_distance_px=settings.min_eye_distance_px)
        self._every_s = every_s
        self._last_s = float("-inf")
        self._samples: list[Sample] = []
        self.refusals: Counter[tuple[type[EnrolError], str]] = Counter()
        """How often each reason was met: (error kind, advice)."""

    def add(self, frame: Frame) -> Progress:
        """Take one frame's face if it is good and some time has passed since the last one taken."""
        seen = self._pipeline.see(frame, StageClock())
        refusal = self._refusal(seen)
        if refusal:
            self.refusals[refusal] += 1
        elif not 0 <= frame.time_s - self._last_s < self._every_s:
            main = _largest(seen)
            self._last_s = frame.time_s
            vector = self._pipeline.embedder([main.crop_bgr])[0]
            self._samples.append(Sample(main.crop_bgr, vector, main.quality))
        return Progress(
            len(self._samples), enroll.WANTED, refusal[1] if refusal else "", tuple(seen)
        )

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

    def _refusal(self, seen: Sequence[Seen]) -> tuple[type[EnrolError], str] | None:
        if not seen:
            return NoFace, "no face was found; come into the picture, facing the camera"
        main = _largest(seen)
        near = [s for s in seen if s.face.eye_distance_px >= SAME_PLACE * main.face.eye_distance_px]
        if len(near) > 1:
            return ManyFaces, f"{len(near)} faces are in the picture; one person at a time"
        missed = shortfalls(main.quality, self._limits)
        return (PoorQuality, missed[0].advice) if missed else None


def _largest(seen: Sequence[Seen]) -> Seen:
    return max(seen, key=lambda s: s.face.eye_distance_px)


class Recognizer:
    """Facade of the core. The store belongs to the thread that opened it, streams to any one."""

    def __init__(self, settings: Settings, pipeline: Pipeline, database: Database) -> None:
        self.pipeline = pipeline
        self.people = People(database)
        self.audit = Audit(database)
        self._database = database
        self.configure(settings)
        self.refresh()

    @classmethod
    def open(cls, paths: Paths, settings: Settings, key: Key) -> Recognizer:
        """Load the models and open the gallery.

        Raises:
            ModelError, StoreError, SettingsError: see their kinds.
        """
        pipeline = load_pipeline(paths, settings)
        threshold_for(pipeline.embedder.model.card, settings.target_fmr)
        database = Database.open(paths.home, key)
        try:
            return cls(settings, pipeline, database)
        except BaseException:
            database.close()
            raise

    def configure(self, settings: Settings) -> None:
        """Take new settings; running streams follow from their next frame. Models stay as they are.

        Raises:
            SettingsError: the embedder has no evidence for the target rate.
        """
        row = threshold_for(self.pipeline.embedder.model.card, settings.target_fmr)
        self._same_distance = threshold_for(self.pipeline.embedder.model.card, SAME_FMR).distance
        self.settings = settings
        self.policy = Policy(
            threshold=row.distance,
            fmr=row.fmr,
            leave_threshold=row.distance * LEAVE_SLACK,
            runner_up_margin=settings.runner_up_margin,
            agree_frames=settings.agree_frames,
        )

    def refresh(self) -> None:
        """Swap in a gallery of what the store holds now."""
        embedder = self.pipeline.embedder
        vectors, owners, names = self.people.gallery_rows(embedder.id)
        self.gallery = (
            Gallery(embedder.id, vectors, owners, names)
            if len(vectors)
            else Gallery.empty(embedder.id, embedder.dimension)
        )

    def stream(self, *, claim: str | None = None, still: bool = False) -> Stream:
        """A frame-to-result function with its own tracks.

        Args:
            claim: compare with this person only (1:1).
            still: single pictures, where no second frame can agree.

        Raises:
            PersonNotFound: nobody of the claimed name has a template of the embedder in use.
        """
        if claim is not None:
            name = self.people.by_name(claim).name
            if not len(self.gallery.only(name)):
                raise PersonNotFound(
                    f"{name!r} was enrolled with another embedder.", "Enrol that person again."
                )

        def gallery() -> Gallery:
            return self.gallery if claim is None else self.gallery.only(name)

        def policy() -> Policy:
            return replace(self.policy, agree_frames=1) if still else self.policy

        return Stream(self.pipeline, gallery, policy)

    def collector(self, *, every_s: float = 0.1) -> Collector:
        """A gatherer of samples for an enrolment."""
        return Collector(self.pipeline, self.settings, every_s=every_s)

    def samples_from(self, frames: Iterable[Frame], *, still: bool = False) -> list[Sample]:
        """Good samples from a video's frames, or from photos (`still`).

        Raises:
            NoFace, ManyFaces, PoorQuality: none was found.
        """
        collector = self.collector(every_s=0.0 if still else 0.1)
        for frame in frames:
            collector.add(frame)
            if collector.enough:
                break
        return collector.samples()

    def enroll(
        self, name: str, samples: Sequence[Sample], *, allow_duplicate: bool = False
    ) -> Person:
        """Keep the best samples as a new person.

        Raises:
            PoorQuality, Inconsistent, AlreadyKnown, StoreError: nothing was changed.
        """
        metric = self.pipeline.metric
        agreeing = enroll.agreeing(samples, self._same_distance, metric)
        chosen = enroll.choose(agreeing, self.policy, metric)
        if not allow_duplicate:
            enroll.refuse_known(name, chosen, self.gallery, self.policy, metric)
        person = self.people.add(
            name, chosen, embedder_id=self.pipeline.embedder.id, keep_crops=self.settings.keep_crops
        )
        self.refresh()
        return person

    def verify(self, name: str, frames: Iterable[Frame], *, still: bool = False) -> Decision | None:
        """1:1. The first match, else the answer that came nearest; None without a face.

        Raises:
            PersonNotFound: nobody of that name is enrolled.
        """
        nearest: FaceResult | None = None
        stream = self.stream(claim=name, still=still)
        for frame in frames:
            for face in stream(frame).faces:
                nearest = _nearer(nearest, face)
            if nearest is not None and nearest.decision.outcome is Outcome.MATCH:
                break
            if still:
                stream = self.stream(claim=name, still=True)
        if nearest is None:
            return None
        self.record(nearest, how="verify", claim=name)
        return nearest.decision

    def identify(self, frames: Iterable[Frame], *, still: bool = False) -> list[FaceResult]:
        """1:N. The last settled answer about each face (each track; each face of each photo)."""
        found: list[FaceResult] = []
        tracks: dict[int, FaceResult] = {}
        stream = self.stream(still=still)
        for frame in frames:
            for face in stream(frame).faces:
                before = tracks.get(face.track_id)
                settled = face.decision.outcome in (Outcome.MATCH, Outcome.UNKNOWN, Outcome.EMPTY)
                if before is None or settled:
                    tracks[face.track_id] = face
            if still:
                found += tracks.values()
                tracks, stream = {}, self.stream(still=True)
        found += tracks.values()
        for face in found:
            self.record(face, how="identify")
        return found

    def record(self, face: FaceResult, *, how: How, claim: str | None = None) -> None:
        """Put a decision into the audit, by the thread that opened the gallery.

        Raises:
            StoreError: it could not be written.
        """
        try:
            claim_id = self.people.by_name(claim).person_id if claim is not None else None
        except PersonNotFound:  # deleted or renamed since the decision was made
            claim_id = None
        decision, embedder = face.decision, self.pipeline.embedder
        best, second = decision.best, decision.runner_up
        self.audit.record(
            "decision",
            {
                "how": how,
                "claim_id": claim_id,
                "outcome": decision.outcome.value,
                "person_id": decision.person_id,
                "nearest_id": best.person_id if best else None,
                "distance": _finite(best.distance) if best else None,
                "runner_up_id": second.person_id if second else None,
                "runner_up_distance": _finite(second.distance) if second else None,
                "runner_up_margin": self.policy.runner_up_margin,
                "threshold": decision.threshold,
                "fmr": decision.fmr,
                **{f"quality_{k}": _finite(v) for k, v in asdict(face.quality).items()},
                "embedder_id": embedder.id,
                "detector_id": self.pipeline.detector.model.card.id,
                "provider": embedder.model.provider,
                "version": __version__,
            },
        )

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Recognizer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _nearer(a: FaceResult | None, b: FaceResult) -> FaceResult:
    """The match of two answers, else the nearer."""
    if a is None or b.decision.outcome is Outcome.MATCH or a.decision.best is None:
        return b
    if b.decision.best is None or a.decision.outcome is Outcome.MATCH:
        return a
    return b if b.decision.best.distance < a.decision.best.distance else a


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def model_folders(paths: Paths) -> tuple[Path, ...]:
    """Where models are looked for: what the user added hides nothing that came with the app."""
    return assets_dir() / "models", paths.models_dir


def load_pipeline(paths: Paths, settings: Settings, *, embedder: Path | None = None) -> Pipeline:
    """Start the chosen detector and embedder, or the embedder of another folder.

    Raises:
        ModelError: one is missing, changed or does not fit.
    """

    def load(folder: Path) -> Model:
        return Model.load(folder, provider=settings.provider, threads=settings.threads)

    folders = model_folders(paths)
    chosen = embedder or find_model(settings.embedder, folders)
    return Pipeline(Detector(load(find_model(settings.detector, folders))), Embedder(load(chosen)))
