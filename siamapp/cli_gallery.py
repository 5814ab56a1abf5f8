"""Verbs that look at faces: enroll, import, verify, identify."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from siamapp.cli_context import Call, verb
from siamapp.cli_sources import (
    decision_facts,
    decision_text,
    evidence_facts,
    evidence_text,
    face_facts,
    frames,
    is_still,
    named_sources,
    told_source,
)
from siamapp.errors import BadName, CameraError, EnrolError, ImageError, NoFace, SiamError
from siamapp.types import Decision, Outcome, Person, Sample

if TYPE_CHECKING:
    from siamapp.live.source import FrameSource
    from siamapp.recognizer import Recognizer

Name = Annotated[str, typer.Argument(metavar="NAME", help="The person's name.")]
Paths = Annotated[
    list[str] | None,
    typer.Argument(metavar="PATH...", help="Photos, videos, folders of photos, addresses."),
]
Camera = Annotated[int | None, typer.Option(help="Look at this camera instead.")]
Start = Annotated[float, typer.Option(min=0, help="Second of the video to start at.")]
End = Annotated[float | None, typer.Option(min=0, help="Second of the video to end at.")]
Duplicate = Annotated[
    bool, typer.Option("--allow-duplicate", help="Even if the face is known by another name.")
]
PresenceMode = Annotated[
    Literal["off", "passive", "active"] | None,
    typer.Option("--presence", help="Check that a person is there, no lock; else the setting."),
]


def register(app: typer.Typer) -> None:
    """Add these verbs to the command line."""
    verb(app, "enroll")(enroll)
    verb(app, "import")(import_folder)
    verb(app, "verify")(verify)
    verb(app, "identify")(identify)


def enroll(
    call: Call,
    name: Name,
    paths: Paths = None,
    camera: Camera = None,
    start: Start = 0.0,
    end: End = None,
    allow_duplicate: Duplicate = False,
) -> None:
    """Enrol a person from photos, videos or a camera."""
    sources = named_sources(paths or [], call.settings, camera=camera, start_s=start, end_s=end)
    with call.recognizer() as recognizer:
        samples, skipped = _gather(recognizer, sources)
        person = recognizer.enroll(name, samples, allow_duplicate=allow_duplicate)
    for refusal in skipped:
        call.tell(f"{refusal['source']}: {refusal['message']}")
    call.answer(
        {"enrolled": asdict(person), "samples_found": len(samples), "skipped": skipped},
        f"{person.name} is enrolled with {person.templates} samples.",
    )


def import_folder(
    call: Call,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="One folder per person.")],
    allow_duplicate: Duplicate = False,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that look at photos; else one per core.")
    ] = None,
) -> int:
    """Enrol everybody of a folder that holds one folder of photos and videos per person.

    Who is enrolled already is passed by, so an import that was stopped goes on when it is run
    again. Exit 1 where somebody was refused.
    """
    from siamapp.live.bulk import looked_at, workers_for
    from siamapp.live.people_folders import not_enrolled, subfolders

    children = subfolders(folder)
    enrolled: list[Person] = []
    refused: list[dict[str, str]] = []
    with call.recognizer() as recognizer, call.progress(len(children)) as step:
        waiting = not_enrolled(children, recognizer.people.all())
        passed_by = len(children) - len(waiting)
        step(passed_by)
        workers = workers or workers_for(len(waiting))
        for child, found in looked_at(recognizer, call.paths, waiting, workers=workers):
            try:
                if isinstance(found, SiamError):
                    raise found
                person = recognizer.enroll(child.name, found, allow_duplicate=allow_duplicate)
                enrolled.append(person)
            except (BadName, CameraError, EnrolError, ImageError) as error:
                refused.append(_refusal(child.name, error))
                call.tell(f"{child.name}: {error}")
            step(1)
    call.answer(
        {
            "enrolled": [asdict(person) for person in enrolled],
            "refused": refused,
            "enrolled_before": passed_by,
        },
        f"{len(enrolled)} enrolled, {len(refused)} refused, {passed_by} were there before.",
    )
    return 1 if refused else 0


def verify(
    call: Call,
    name: Name,
    paths: Paths = None,
    camera: Camera = None,
    start: Start = 0.0,
    end: End = None,
    presence: PresenceMode = None,
) -> int:
    """Is this that person? Exit 0 match, 1 no match.

    With the presence check on, photos never match: they cannot show that somebody is there.
    """
    sources = named_sources(paths or [], call.settings, camera=camera, start_s=start, end_s=end)
    nearest: Decision | None = None
    with call.recognizer(presence=presence) as recognizer:
        evidence = recognizer.evidence()
        for source in sources:
            decision = recognizer.verify(
                name,
                frames(source),
                still=is_still(source),
                source=told_source(source),
                on_ask=lambda ask: call.tell(f"Please {ask}."),
            )
            nearest = _better(nearest, decision)
            if nearest is not None and nearest.outcome is Outcome.MATCH:
                break
    if nearest is None:
        raise NoFace("No face was found.", "Give a picture in which the face is seen.")
    call.answer(
        {
            "claim": name,
            "match": nearest.name is not None,
            **decision_facts(nearest),
            "evidence": evidence_facts(evidence),
        },
        f"{decision_text(nearest)}\n{evidence_text(evidence)}",
    )
    return 0 if nearest.outcome is Outcome.MATCH else 1


def identify(
    call: Call,
    paths: Paths = None,
    camera: Camera = None,
    start: Start = 0.0,
    end: End = None,
    presence: PresenceMode = None,
) -> int:
    """Who is this? Exit 0 where somebody was named, 1 where nobody was."""
    sources = named_sources(paths or [], call.settings, camera=camera, start_s=start, end_s=end)
    with call.recognizer(presence=presence) as recognizer:
        evidence = recognizer.evidence(claim=False)
        found = [
            (
                source.name,
                recognizer.identify(
                    frames(source), still=is_still(source), source=told_source(source)
                ),
            )
            for source in sources
        ]
    lines = [f"{name}: {decision_text(f.decision)}" for name, faces in found for f in faces]
    lines += [f"{name}: no face" for name, faces in found if not faces]
    faces_of = [{"source": n, "faces": [face_facts(f) for f in fs]} for n, fs in found]
    call.answer(
        {"sources": faces_of, "evidence": evidence_facts(evidence)},
        "\n".join([*lines, evidence_text(evidence)]),
    )
    return 0 if any(f.decision.name for _, faces in found for f in faces) else 1


def _gather(
    recognizer: Recognizer, sources: Sequence[FrameSource]
) -> tuple[list[Sample], list[dict[str, str]]]:
    """Samples of all sources, and the sources that gave none.

    Raises:
        EnrolError: no source gave any; the last one's reason.
    """
    samples: list[Sample] = []
    skipped: list[dict[str, str]] = []
    refusal: EnrolError | None = None
    for source in sources:
        try:
            samples += recognizer.samples_from(frames(source), still=is_still(source))
        except EnrolError as error:
            refusal = error
            skipped.append({"source": source.name, **_refusal("", error)})
    if refusal is not None and not samples:
        raise refusal
    return samples, skipped


def _refusal(name: str, error: SiamError) -> dict[str, str]:
    named = {"name": name} if name else {}
    return {**named, "kind": type(error).__name__, "message": str(error)}


def _better(a: Decision | None, b: Decision | None) -> Decision | None:
    """The match of two answers, else the nearer."""

    def rank(decision: Decision) -> tuple[Any, ...]:
        distance = decision.best.distance if decision.best else float("inf")
        return decision.outcome is not Outcome.MATCH, distance

    return min((d for d in (a, b) if d is not None), key=rank, default=None)
