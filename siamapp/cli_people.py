"""Verbs about who is enrolled: people list, show, rename, merge, split, ..."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from siamapp.cli_context import Call, may_ask, verb
from siamapp.errors import SiamError
from siamapp.types import Consent, Person, Template

if TYPE_CHECKING:
    from siamapp.store.edits import Edits
    from siamapp.store.people import People

Name = Annotated[str, typer.Argument(metavar="NAME", help="The person's name.")]
SampleIds = Annotated[
    list[int], typer.Argument(metavar="SAMPLE...", help="Numbers of samples (`people show`).")
]

people_app = typer.Typer(help="Who is enrolled.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these verbs to the command line."""
    verb(people_app, "list")(people_list)
    verb(people_app, "show")(people_show)
    verb(people_app, "alike")(people_alike)
    verb(people_app, "rename")(people_rename)
    verb(people_app, "tag")(people_tag)
    verb(people_app, "consent")(people_consent)
    verb(people_app, "merge")(people_merge)
    verb(people_app, "split")(people_split)
    verb(people_app, "delete")(people_delete)
    app.add_typer(people_app, name="people")


def people_list(
    call: Call, tag: Annotated[str | None, typer.Option(help="Only people with this tag.")] = None
) -> None:
    """Everybody who is enrolled."""
    from siamapp.store.names import name_key
    from siamapp.store.people import People

    with call.database() as database:
        people = [
            person
            for person in People(database).all()
            if tag is None or name_key(tag) in {name_key(each) for each in person.tags}
        ]
    rows = [f"{p.name}  {p.templates} samples  since {p.created_utc[:10]}" for p in people]
    call.answer(
        {"people": [asdict(person) for person in people]}, "\n".join(rows) or "Nobody is enrolled."
    )


def people_show(call: Call, name: Name) -> None:
    """One person's samples, their quality and distances; never their pictures or vectors."""
    from siamapp.store.people import People

    with call.database() as database:
        people = People(database)
        person = people.by_name(name)
        templates = people.templates(person.person_id)
    table = _distances(call, templates)
    facts = [
        {
            "template_id": t.template_id,
            "embedder_id": t.embedder_id,
            "created_utc": t.created_utc,
            "has_crop": t.has_crop,
            "quality": asdict(t.quality),
            "distances": table.get(t.template_id, {}),
        }
        for t in templates
    ]
    call.answer({**asdict(person), "samples": facts}, _shown(person, templates, table))


def people_alike(
    call: Call,
    within: Annotated[
        float | None, typer.Option(help="Largest distance; else 1.1 times the threshold.")
    ] = None,
) -> None:
    """Pairs of people who look alike, the most alike first."""
    with call.recognizer() as recognizer:
        names = recognizer.gallery.names
        pairs = [
            {
                "first": names[pair.first_id],
                "second": names[pair.second_id],
                "distance": pair.distance,
            }
            for pair in recognizer.look_alikes(within=within)
        ]
    rows = [f"{p['distance']:.3f}  {p['first']}  {p['second']}" for p in pairs]
    call.answer({"pairs": pairs}, "\n".join(rows) or "Nobody looks like anybody else.")


def people_rename(
    call: Call,
    name: Name,
    new_name: Annotated[str, typer.Argument(metavar="NEW", help="The new name.")],
) -> None:
    """Give a person another name."""
    person = _edit(call, name, lambda edits, found, _: edits.rename(found.person_id, new_name))
    call.answer({"renamed": asdict(person)}, f"The name is {person.name} now.")


def people_tag(
    call: Call,
    name: Name,
    tags: Annotated[
        list[str] | None, typer.Argument(metavar="TAG...", help="All tags; none takes them away.")
    ] = None,
) -> None:
    """Give a person these tags instead of those before."""
    person = _edit(call, name, lambda edits, found, _: edits.set_tags(found.person_id, tags or []))
    call.answer({"tagged": asdict(person)}, f"{person.name}: {', '.join(person.tags) or 'no tags'}")


def people_consent(
    call: Call,
    name: Name,
    note: Annotated[str, typer.Option(help="What was agreed.")] = "",
    given: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="When; else today.")
    ] = None,
    retain_until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Last day; the person is deleted after it."),
    ] = None,
) -> None:
    """Note what a person agreed to, and for how long, instead of what was noted before."""
    consent = Consent(
        note,
        given.date() if given else date.today(),
        retain_until.date() if retain_until else None,
    )
    if consent.has_ended:
        raise SiamError("That day is past.", "Choose a later one, or `siamapp people delete`.")
    person = _edit(call, name, lambda edits, found, _: edits.set_consent(found.person_id, consent))
    until = person.consent.retain_until
    call.answer(
        {"consent": asdict(person)},
        f"{person.name} is kept until {until}." if until else f"{person.name}: noted.",
    )


def people_merge(
    call: Call,
    name: Name,
    into: Annotated[str, typer.Argument(metavar="INTO", help="Who gets the samples.")],
) -> None:
    """Give all samples of a person to another one; the first name is gone then."""
    person = _edit(
        call,
        into,
        lambda edits, kept, people: edits.merge(people.by_name(name).person_id, kept.person_id),
    )
    call.answer({"merged": asdict(person)}, f"{person.name} has {person.templates} samples now.")


def people_split(
    call: Call,
    name: Name,
    new_name: Annotated[str, typer.Argument(metavar="NEW", help="Name of the new person.")],
    samples: SampleIds,
) -> None:
    """Make a new person of some samples of one."""
    from siamapp.store.edits import Edits
    from siamapp.store.people import People

    with call.database() as database:
        people = People(database)
        own = {t.template_id for t in people.templates(people.by_name(name).person_id)}
        if not own.issuperset(samples):
            raise SiamError(f"Not all of these samples are {name}'s.", "See `people show`.")
        Edits(database).split(samples, new_name)
        made, left = people.by_name(new_name), people.by_name(name)
    call.answer(
        {"made": asdict(made), "left": asdict(left)},
        f"{made.name} has {made.templates} samples, {left.name} {left.templates}.",
    )


def people_delete(
    call: Call,
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> int:
    """Forget a person, with all samples and pictures."""
    from siamapp.store.edits import Edits
    from siamapp.store.people import People

    with call.database() as database:
        person = People(database).by_name(name)
        if not yes:
            if not may_ask():
                raise SiamError("Deleting cannot be undone.", "Say --yes.")
            if not typer.confirm(f"Forget {person.name}?", err=True):
                call.answer({"deleted": None}, "Nobody is forgotten.")
                return 1
        edits = Edits(database)
        edits.delete(person.person_id)
        edits.forget_undo()
    call.answer({"deleted": person.name}, f"{person.name} is forgotten.")
    return 0


def _edit(call: Call, name: str, change: Callable[[Edits, Person, People], object]) -> Person:
    """Make one change to the person of that name; returns what became of that person."""
    from siamapp.store.edits import Edits
    from siamapp.store.people import People

    with call.database() as database:
        people, edits = People(database), Edits(database)
        person = people.by_name(name)
        change(edits, person, people)
        edits.forget_undo()
        return people.by_id(person.person_id)


def _distances(call: Call, templates: list[Template]) -> dict[int, dict[int, float]]:
    """Between the samples of the embedder in use, by the metric on its card."""
    import numpy as np

    from siamapp.chosen import model_folders
    from siamapp.identity.match import distances
    from siamapp.vision.card import load_card
    from siamapp.vision.model import find_model

    card = load_card(find_model(call.settings.embedder, model_folders(call.paths)))
    spec = card.embedding
    kept = [t for t in templates if t.embedder_id == card.id]
    if spec is None or not kept:
        return {}
    vectors = np.stack([t.embedding for t in kept])
    return {
        t.template_id: {
            other.template_id: round(float(distance), 4)
            for other, distance in zip(
                kept, distances(t.embedding, vectors, spec.metric), strict=True
            )
            if other is not t
        }
        for t in kept
    }


def _shown(person: Person, templates: list[Template], table: dict[int, dict[int, float]]) -> str:
    consent: dict[str, Any] = {
        "tags": ", ".join(person.tags),
        "consent": " ".join(f"{person.consent.note} {person.consent.given_on or ''}".split()),
        "kept until": person.consent.retain_until,
    }
    lines = [f"{person.name}, since {person.created_utc[:10]}"]
    lines += [f"  {what}: {value}" for what, value in consent.items() if value]
    for t in templates:
        others = table.get(t.template_id, {}).values()
        apart = f", {min(others):.2f} to {max(others):.2f} from the others" if others else ""
        lines.append(
            f"  sample {t.template_id}: {t.quality.eye_distance_px:.0f} px between the eyes, "
            f"yaw {t.quality.yaw_deg:.0f} deg{apart}, embedder {t.embedder_id}"
        )
    return "\n".join(lines)
