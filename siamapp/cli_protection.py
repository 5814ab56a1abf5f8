"""Verbs about how templates are kept: gallery show, protect, unprotect."""

from __future__ import annotations

import typer

from siamapp.cli_context import Call, verb

gallery_app = typer.Typer(help="How templates are kept.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these verbs to the command line."""
    verb(gallery_app, "show")(gallery_show)
    verb(gallery_app, "protect")(gallery_protect)
    verb(gallery_app, "unprotect")(gallery_unprotect)
    app.add_typer(gallery_app, name="gallery")


def gallery_show(call: Call) -> None:
    """How many people and templates there are, of which embedder, and whether protected."""
    from siamapp.store.people import People
    from siamapp.store.protection import is_on

    with call.database() as database:
        people, on = People(database), is_on(database)
        count, templates = len(people.all()), people.embedder_ids()
    lines = [f"{count} people; templates are {'protected' if on else 'kept as they are'}."]
    lines += [f"  {number} of embedder {embedder}" for embedder, number in templates.items()]
    call.answer({"people": count, "templates": templates, "protected": on}, "\n".join(lines))


def gallery_protect(call: Call) -> None:
    """Turn every template by a secret of this gallery; said again, by a new secret.

    Distances, thresholds and decisions stay what they are. A template that was copied before is of
    no use against the gallery afterwards, and cannot be linked with any other gallery's.
    """
    from siamapp.chosen import embedder_card
    from siamapp.identity.match import require_kept_by_rotation
    from siamapp.store.protection import change_protection, new_secret

    card = embedder_card(call.paths, call.settings)
    if card.embedding is not None:
        require_kept_by_rotation(card.embedding.metric)
    with call.database() as database:
        count = change_protection(database, new_secret())
    call.answer({"protected": True, "templates": count}, f"{count} templates are protected.")


def gallery_unprotect(call: Call) -> None:
    """Keep templates as the embedder gives them."""
    from siamapp.store.protection import change_protection

    with call.database() as database:
        count = change_protection(database, None)
    call.answer(
        {"protected": False, "templates": count}, f"{count} templates are kept as they are."
    )
