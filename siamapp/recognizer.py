"""The whole engine behind one door: models, gallery, enrolment, verification, identification."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Literal, TypeAlias

from siamapp import enroll
from siamapp.collect import Collector, samples_from
from siamapp.enrolled import gallery_of
from siamapp.errors import AlreadyKnown, ClockDoubted, PersonNotFound, StoreError
from siamapp.identity.calibrate import Calibrated, Evidence, evidence_for
from siamapp.identity.decide import Policy, nearer, policy_of
from siamapp.identity.gallery import Gallery
from siamapp.identity.large import sized
from siamapp.identity.look_alikes import LOOK_ALIKE, LookAlikes, look_alikes
from siamapp.identity.match import cosine_at
from siamapp.identity.own_calibration import load_calibration
from siamapp.models import load_pipeline
from siamapp.paths import Paths
from siamapp.pipeline import Pipeline, Stream
from siamapp.record import facts_of
from siamapp.settings import Settings
from siamapp.store.audit import Audit, Fact, append
from siamapp.store.database import Database
from siamapp.store.edits import Edits
from siamapp.store.history import History
from siamapp.store.names import name_key
from siamapp.store.others import Others
from siamapp.store.people import People
from siamapp.store.pictures import Pictures, keep
from siamapp.store.retention import end_retention
from siamapp.store.sealed import KeyFor
from siamapp.store.transfer import Carried, add_people, read_people
from siamapp.store.undo import Undo
from siamapp.store.vault import Key
from siamapp.types import Consent, Decision, FaceResult, Frame, Outcome, Person, Sample

SAME_FMR = 1e-2
"""Pictures given as one person's are one person's unless they look otherwise: a looser rate."""
How: TypeAlias = Literal["verify", "identify", "live"]


class Recognizer:
    """Facade of the core. The store belongs to the thread that opened it, streams to any one."""

    def __init__(
        self,
        settings: Settings,
        pipeline: Pipeline,
        database: Database,
        *,
        calibration: Calibrated | None = None,
    ) -> None:
        """`calibration` takes the place of the thresholds on the embedder's card."""
        self.pipeline = pipeline
        self.calibrated: Calibrated = calibration or pipeline.embedder.model.card
        self.people = People(database)
        self.edits = Edits(database)
        self.audit = Audit(database)
        self.history = History(database)
        self.pictures = Pictures(database)
        self.database = database
        self._others = Others(database)
        self.configure(settings)
        self.expired = self.delete_expired()
        """Names of people whose retention had ended when the gallery was opened: deleted now."""

    @classmethod
    def open(cls, paths: Paths, settings: Settings, key: Key) -> Recognizer:
        """Load the models and open the gallery.

        Raises:
            ModelError, StoreError, SettingsError: see their kinds.
        """
        pipeline = load_pipeline(paths, settings)
        calibration = load_calibration(paths.calibrations_dir, pipeline.embedder.model.card)
        evidence_for(calibration or pipeline.embedder.model.card, settings.target_fmr)
        database = Database.open(paths.home, key)
        try:
            return cls(settings, pipeline, database, calibration=calibration)
        except BaseException:
            database.close()
            raise

    def configure(self, settings: Settings) -> None:
        """Take new settings; running streams follow from their next frame. Models stay as they are.

        Raises:
            SettingsError: the embedder has no evidence for the target rate.
        """
        evidence_for(self.calibrated, settings.target_fmr)  # before anything is changed
        self._same_distance = evidence_for(self.calibrated, SAME_FMR).distance
        self.settings = settings
        # Asked for at every frame: made once for each size of the gallery.
        self._policy_among = lru_cache(maxsize=4)(
            lambda people: policy_of(
                evidence_for(self.calibrated, settings.target_fmr, people=people),
                runner_up_margin=settings.runner_up_margin,
                agree_frames=settings.agree_frames,
            )
        )
        self.policy = self._policy_among(1)

    def evidence(self, *, claim: bool = True) -> Evidence:
        """What a decision is held against, with what speaks for it.

        Args:
            claim: of a verification; otherwise of an identification among everybody enrolled,
                stricter in a larger gallery so that the rate is one of looks.
        """
        people = self._compared(claim=claim)
        return evidence_for(self.calibrated, self.settings.target_fmr, people=people)

    def policy_for(self, *, claim: bool) -> Policy:
        """What a decision is held against: the policy that `evidence` speaks for."""
        return self._policy_among(self._compared(claim=claim))

    def _compared(self, *, claim: bool) -> int:
        return 1 if claim else len(self.gallery)

    def catch_up(self) -> bool:
        """Take over what other programs changed; whether they did. To be called now and then: whom
        somebody deletes on the command line must not be named by a window that stays open.

        Raises:
            StoreLocked: another program replaced the gallery, as a restore does.
        """
        changed = self._others.changed_people()
        if changed:
            self.refresh()
        return changed

    def refresh(self, person_id: int | None = None) -> None:
        """Swap in a gallery of what the store holds now, or what it holds of one person."""
        embedder = self.pipeline.embedder
        part = gallery_of(self.people.gallery_rows(embedder.id, person_id), embedder)
        if person_id is not None and len(part) and not self.gallery.fits(part.rotation):
            return self.refresh()  # the first template, or protected anew by another program
        self.gallery: Gallery = sized(
            part if person_id is None else self.gallery.changed(person_id, part)
        )

    def delete_expired(self) -> list[str]:
        """Delete for good what was to be kept no longer, and `refresh`; call it daily.

        Returns the names of the people whose retention has ended. Where the clock may be wrong
        nothing is deleted, and `put_off` says so.
        """
        names: list[str] = []
        self.put_off: ClockDoubted | None = None
        try:
            names = end_retention(self.database, self.edits, self.settings, date.today())
        except ClockDoubted as error:
            self.put_off = error  # to be told
        self.refresh()
        return names

    def reject(self, face: FaceResult) -> Undo:
        """Remember that the face is not the person that it was nearest to ("this is not X").

        It is deleted with whom it may be of: at `SAME_FMR` or the target, whichever is looser.

        Raises:
            StoreError: the face was too poor for a vector, or near nobody; nothing was changed.
        """
        best = face.decision.best
        if face.embedding is None or best is None:
            raise StoreError("That face was not taken for anybody.")
        embedder, near = self.pipeline.embedder, max(self._same_distance, self.policy.threshold)
        alike = cosine_at(near, self.pipeline.metric, embedder.dimension)
        undo = self.edits.reject(
            best.person_id, face.embedding, embedder_id=embedder.id, alike=alike
        )
        self.refresh(best.person_id)
        return undo

    def import_people(
        self, path: Path, key_for: KeyFor, *, allow_duplicate: bool = False
    ) -> tuple[list[Person], list[tuple[str, str]]]:
        """Enrol the people of an exported file: who was added, and who was refused with the reason.

        Refused is whose name is taken or last day past, whose face is enrolled under another name
        (unless `allow_duplicate`) and who has no sample of an embedder known here, or a wrong one.

        Raises:
            StoreError: the file does not open or is not to be trusted; nothing was changed.
        """
        embedder_id = self.pipeline.embedder.id
        known = frozenset({embedder_id, *self.people.embedder_ids()})
        taken = {name_key(person.name) for person in self.people.all()}
        accepted: list[Carried] = []
        refused: list[tuple[str, str]] = []
        for person in read_people(path, key_for):
            try:
                if not person.embedder_ids & known:
                    raise StoreError("All samples are of an embedder that is not in use here.")
                if name_key(person.name) in taken:
                    raise AlreadyKnown("Somebody of that name is enrolled already.")
                if person.consent.has_ended:
                    raise StoreError("The last day to keep that person is past.")
                samples = person.samples_of(embedder_id, self.pipeline.embedder.dimension)
                if not allow_duplicate:
                    enroll.refuse_known(
                        person.name, samples, self.gallery, self.policy, self.pipeline.metric
                    )
            except (StoreError, AlreadyKnown) as error:
                refused.append((person.name, error.message))
            else:
                taken.add(name_key(person.name))
                accepted.append(person)
        crops = self.settings.keep_crops
        added = add_people(self.database, accepted, embedder_ids=known, keep_crops=crops)
        self.refresh()
        return added, refused

    def look_alikes(self, *, within: float | None = None, top: int = 100) -> list[LookAlikes]:
        """Pairs of people with templates nearer than `within` (else `LOOK_ALIKE` thresholds)."""
        limit = LOOK_ALIKE * self.policy.threshold if within is None else within
        return look_alikes(self.gallery, self.pipeline.metric, within=limit, top=top)

    def stream(self, *, claim: str | None = None, still: bool = False) -> Stream:
        """A frame-to-result function with its own tracks.

        Args:
            claim: compare with this person only (1:1).
            still: single pictures, where no second frame can agree and nobody can be present.

        Raises:
            PersonNotFound: nobody of the claimed name has a template of the embedder in use.
            StoreLocked: as `catch_up`, which a claim asks for.
        """
        if claim is not None:
            self.catch_up()
            name = self.people.by_name(claim).name
            if not len(self.gallery.only(name)):
                raise PersonNotFound(
                    f"{name!r} was enrolled with another embedder.", "Enrol that person again."
                )

        @lru_cache(maxsize=1)  # the same gallery for as long as nothing changes
        def narrowed(whole: Gallery) -> Gallery:
            return whole if claim is None else whole.only(name)

        def gallery() -> Gallery:
            return narrowed(self.gallery)

        def policy() -> Policy:
            held = self.policy_for(claim=claim is not None)
            return replace(held, agree_frames=1) if still else held

        return Stream(self.pipeline, gallery, policy, lambda: self.settings.presence, still=still)

    def collector(self, *, every_s: float = 0.1) -> Collector:
        """A gatherer of samples for an enrolment."""
        return Collector(self.pipeline, self.settings, every_s=every_s)

    def samples_from(self, frames: Iterable[Frame], *, still: bool = False) -> list[Sample]:
        """Good samples from a video's frames, or from photos (`still`).

        Raises:
            NoFace, ManyFaces, PoorQuality: none was found.
        """
        return samples_from(self.pipeline, self.settings, frames, still=still)

    def choose(self, samples: Sequence[Sample]) -> list[Sample]:
        """What an enrolment keeps of these; raises PoorQuality or Inconsistent."""
        metric = self.pipeline.metric
        agreeing = enroll.agreeing(samples, self._same_distance, metric)
        return enroll.choose(agreeing, self.policy, metric)

    def enroll(
        self,
        name: str,
        samples: Sequence[Sample],
        *,
        chosen: bool = False,
        allow_duplicate: bool = False,
        consent: Consent = Consent(),
    ) -> Person:
        """Keep the best samples as a new person; all where `choose` gave them (`chosen`).

        Raises:
            PoorQuality, Inconsistent, AlreadyKnown, StoreError: nothing was changed.
        """
        kept = samples if chosen else self.choose(samples)
        if not allow_duplicate:
            enroll.refuse_known(name, kept, self.gallery, self.policy, self.pipeline.metric)
        embedder_id, crops = self.pipeline.embedder.id, self.settings.keep_crops
        person = self.people.add(
            name, kept, embedder_id=embedder_id, keep_crops=crops, consent=consent
        )
        self.refresh(person.person_id)
        return person

    def verify(
        self,
        name: str,
        frames: Iterable[Frame],
        *,
        still: bool = False,
        source: str = "",
        on_ask: Callable[[str], None] = lambda _: None,
    ) -> Decision | None:
        """1:1. The first match of a frame's foremost face, else the answer that came nearest; None
        without a face.

        `on_ask` is told each movement that an active presence check asks for.

        Raises:
            PersonNotFound: nobody of that name is enrolled.
        """
        nearest: FaceResult | None = None
        stream, asked = self.stream(claim=name, still=still), ""
        for frame in frames:
            if (face := stream(frame).foremost) is not None:
                nearest = nearer(nearest, face)
                if face.presence is not None and face.presence.ask not in ("", asked):
                    asked = face.presence.ask
                    on_ask(asked)
                if face.decision.outcome is Outcome.MATCH:
                    break
            if still:
                stream = self.stream(claim=name, still=True)
        if nearest is None:
            return None
        self.record(nearest, how="verify", claim=name, source=source)
        return nearest.decision

    def identify(
        self, frames: Iterable[Frame], *, still: bool = False, source: str = ""
    ) -> list[FaceResult]:
        """1:N. The last settled answer about each face (each track; each face of each photo)."""
        found: list[FaceResult] = []
        tracks: dict[int, FaceResult] = {}
        self.catch_up()
        stream = self.stream(still=still)
        for frame in frames:
            for face in stream(frame).faces:
                before = tracks.get(face.track_id)
                settled = face.decision.outcome not in (Outcome.UNDECIDED, Outcome.POOR)
                if before is None or settled:
                    tracks[face.track_id] = face
            if still:
                found += tracks.values()
                tracks, stream = {}, self.stream(still=True)
        found += tracks.values()
        for face in found:
            self.record(face, how="identify", source=source)
        return found

    def record(
        self, face: FaceResult, *, how: How, claim: str | None = None, source: str = ""
    ) -> None:
        """Put a decision into the audit, by the thread that opened the gallery.

        Args:
            face: what was decided about.
            how: by which question.
            claim: the person it was held against.
            source: which camera; never the name of a file, which may name somebody.

        Raises:
            StoreError: it could not be written.
        """
        try:
            claim_id = self.people.by_name(claim).person_id if claim is not None else None
        except PersonNotFound:  # deleted or renamed since the decision was made
            claim_id = None
        held = self.policy_for(claim=claim is not None)
        facts: dict[str, Fact] = {
            "how": how,
            "source": source,
            "claim_id": claim_id,
            "target_fmr": self.settings.target_fmr,
            "enrolled": len(self.gallery),
        }
        with self.database.transaction() as connection:
            number = append(connection, "decision", facts | facts_of(face, held, self.pipeline))
            if self.settings.decision_pictures and face.crop_bgr is not None:
                keep(connection, number, face.decision.person_id, face.crop_bgr)

    def close(self) -> None:
        self.database.close()

    def __enter__(self) -> Recognizer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
