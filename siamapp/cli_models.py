"""Verbs about models: list, show, add, use, verify, remove."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from siamapp.cli_context import Call, verb
from siamapp.cli_sources import evidence_facts, evidence_text
from siamapp.errors import ModelError, ModelIncompatible

models_app = typer.Typer(help="Detectors and embedders.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of a model.")]


def register(app: typer.Typer) -> None:
    """Add these verbs to the command line."""
    verb(models_app, "list")(models_list)
    verb(models_app, "show")(models_show)
    verb(models_app, "add")(models_add)
    verb(models_app, "use")(models_use)
    verb(models_app, "verify")(models_verify)
    verb(models_app, "remove")(models_remove)
    app.add_typer(models_app, name="models")


def models_list(call: Call) -> None:
    """All models, those in use marked."""
    from siamapp.doctor import model_facts

    models = model_facts(call.paths, call.settings)
    rows = [
        f"{'*' if m['in_use'] else ' '} {m['name']}  {m.get('error') or m.get('task')}"
        for m in models
    ]
    call.answer({"models": models}, "\n".join(rows) or "There are no models.")


def models_show(call: Call, name: Name) -> None:
    """A model's card, after its files were checked against it, and your own calibration of it."""
    from siamapp.chosen import model_folders
    from siamapp.identity.own_calibration import load_calibration
    from siamapp.vision.card import load_card, verified_bytes
    from siamapp.vision.model import find_model

    folder = find_model(name, model_folders(call.paths))
    card = load_card(folder)
    for file in card.every_file:
        verified_bytes(folder, file)
    own = load_calibration(call.paths.calibrations_dir, card)
    facts = card.model_dump(mode="json")
    facts["own_calibration"] = own.model_dump(mode="json") if own else None
    call.answer({"folder": folder, **facts}, json.dumps(facts, indent=2, ensure_ascii=False))


def models_add(
    call: Call,
    source: Annotated[
        Path, typer.Argument(metavar="FOLDER|FILE", help="Model folder, or one .onnx file.")
    ],
    card: Annotated[
        Path | None, typer.Option(help="The card of a single .onnx file, written by hand.")
    ] = None,
) -> None:
    """Check a model, copy it into the home and pin it by hash."""
    from siamapp.vision.installed import add_model

    folder, added = add_model(call.paths, source, card)
    text = f"{added.name} is added ({added.task}, id {added.id})."
    if added.task == "embedder" and not added.thresholds:
        text += f" It has no thresholds: `siamapp calibrate DIR --model {added.name}`."
    call.answer({"added": added.name, "task": added.task, "id": added.id, "folder": folder}, text)


def models_use(
    call: Call,
    name: Name,
    re_embed: Annotated[
        bool, typer.Option("--re-embed", help="Make new templates from the kept face pictures.")
    ] = False,
) -> None:
    """Use a model from now on, and say who must be enrolled again."""
    from siamapp.chosen import model_folders
    from siamapp.switch import plan_switch, switch_embedder
    from siamapp.vision.card import load_card
    from siamapp.vision.model import find_model

    folder = find_model(name, model_folders(call.paths))
    task = load_card(folder).task
    if task == "detector" and not re_embed:
        call.settings.changed("detector", name).save(call.paths)
        call.answer({"detector": name}, f"{name} finds the faces from now on.")
        return
    if task != "embedder":
        raise ModelIncompatible(f"{name} is not an embedder.", "See `siamapp models list`.")
    with call.database() as database:
        plan = plan_switch(call.paths, call.settings, database, folder)
        switch_embedder(call.paths, call.settings, database, folder, re_embed=re_embed)
    again = plan.enrol_again if re_embed else tuple(sorted(plan.from_crops + plan.enrol_again))
    made = plan.from_crops if re_embed else ()
    lines = [f"{name} is in use: {evidence_text(plan.evidence)}."]
    if made:
        lines.append(f"New templates were made for {len(made)} people.")
    if again:
        lines.append(f"To be enrolled again: {', '.join(again)}.")
    if plan.from_crops and not re_embed:
        lines.append(f"{len(plan.from_crops)} of them from kept pictures: add --re-embed.")
    call.answer(
        {
            "embedder": name,
            "re_embedded": made,
            "enrol_again": again,
            "evidence": evidence_facts(plan.evidence),
        },
        "\n".join(lines),
    )


def models_verify(
    call: Call, name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Or all.")] = None
) -> int:
    """Check files, graphs and pins, and run the model. Exit 1 where one does not hold."""
    from siamapp.chosen import model_folders
    from siamapp.vision.card import load_card, verified_bytes
    from siamapp.vision.graph import inspect_graph
    from siamapp.vision.model import find_model, list_models
    from siamapp.vision.trial import try_model

    folders = model_folders(call.paths)
    names = [name] if name else [folder.name for folder in list_models(folders)]
    found: dict[str, dict[str, object]] = {}
    for each in names:
        try:
            folder = find_model(each, folders)
            card = load_card(folder)
            for file in card.every_file:
                inspect_graph(verified_bytes(folder, file), card, file)
            found[each] = {"holds": True, **try_model(folder)}
        except ModelError as error:
            found[each] = {"holds": False, "error": str(error)}
    lines = [f"{key}: {facts.get('error', 'holds')}" for key, facts in found.items()]
    call.answer({"models": found}, "\n".join(lines))
    return 0 if all(facts["holds"] for facts in found.values()) else 1


def models_remove(call: Call, name: Name) -> None:
    """Delete a model that you added."""
    from siamapp.vision.installed import remove_model

    if name in (call.settings.embedder, call.settings.detector):
        raise ModelIncompatible(f"{name} is in use.", "Use another first: `siamapp models use`.")
    remove_model(call.paths, name)
    call.answer({"removed": name}, f"{name} is removed.")
