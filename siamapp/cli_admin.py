"""Verbs about the installation: models, settings, doctor, bench, desktop-entry."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from siamapp.cli_context import Call, verb

models_app = typer.Typer(help="Detectors and embedders.", no_args_is_help=True)
settings_app = typer.Typer(help="What can be chosen.", no_args_is_help=True)
entry_app = typer.Typer(help="The app in the desktop's menu (Linux).", no_args_is_help=True)

Key = Annotated[str, typer.Argument(metavar="KEY", help="Name of a setting.")]


def register(app: typer.Typer) -> None:
    """Add these verbs to the command line."""
    verb(models_app, "list")(models_list)
    verb(models_app, "show")(models_show)
    app.add_typer(models_app, name="models")
    verb(settings_app, "list")(settings_list)
    verb(settings_app, "get")(settings_get)
    verb(settings_app, "set")(settings_set)
    app.add_typer(settings_app, name="settings")
    verb(app, "doctor")(doctor)
    verb(app, "bench")(bench)
    verb(app, "evaluate")(evaluate)
    verb(entry_app, "install")(entry_install)
    verb(entry_app, "remove")(entry_remove)
    app.add_typer(entry_app, name="desktop-entry")


def models_list(call: Call) -> None:
    """All models, those in use marked."""
    from siamapp.doctor import model_facts

    models = model_facts(call.paths, call.settings)
    rows = [
        f"{'*' if m['in_use'] else ' '} {m['name']}  {m.get('task', m.get('error'))}"
        for m in models
    ]
    call.answer({"models": models}, "\n".join(rows) or "There are no models.")


def models_show(
    call: Call, name: Annotated[str, typer.Argument(metavar="NAME", help="Name of a model.")]
) -> None:
    """A model's card, after its files were checked against it."""
    from siamapp.recognizer import model_folders
    from siamapp.vision.card import load_card, verified_bytes
    from siamapp.vision.model import find_model

    folder = find_model(name, model_folders(call.paths))
    card = load_card(folder)
    for file in card.every_file:
        verified_bytes(folder, file)
    facts = card.model_dump(mode="json")
    call.answer({"folder": folder, **facts}, json.dumps(facts, indent=2, ensure_ascii=False))


def settings_list(call: Call) -> None:
    """All settings with their values."""
    settings = call.settings
    values = settings.model_dump()
    rows = [
        f"{key} = {values[key]!r}\n    {field.description}"
        for key, field in type(settings).model_fields.items()
    ]
    call.answer(values, "\n".join(rows))


def settings_get(call: Call, key: Key) -> None:
    """The value of one setting."""
    settings = call.settings
    value = getattr(settings.changed(key, getattr(settings, key, None)), key)
    call.answer({key: value}, str(value))


def settings_set(
    call: Call,
    key: Key,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="Its new value.")],
) -> None:
    """Change one setting."""
    changed = call.settings.changed(key, value)
    document, text = {key: getattr(changed, key)}, f"{key} = {getattr(changed, key)!r}"
    if key == "target_fmr":
        from siamapp.cli_sources import evidence_facts, evidence_text
        from siamapp.recognizer import evidence_in_use

        evidence = evidence_in_use(call.paths, changed)
        document["evidence"] = evidence_facts(evidence)
        text += f"\n{evidence_text(evidence)}"
    changed.save(call.paths)
    call.answer(document, text)


def doctor(call: Call) -> int:
    """What works here and what does not. Exit 1 where something needs mending."""
    from siamapp.doctor import examine

    report = examine(call.paths, call.key_path)
    text = json.dumps(report, indent=2, ensure_ascii=False, default=str)
    call.answer(report, text)
    return 1 if report["problems"] else 0


def bench(
    call: Call,
    peers: Annotated[
        Path | None, typer.Option(help="Folder of the reference models to measure beside.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Picture of one face; else a drawn one.")
    ] = None,
    repeats: Annotated[int, typer.Option(min=1, help="How many frames are measured.")] = 100,
) -> None:
    """Time of one frame, stage by stage, and of the peers in the same run."""
    from siamapp.bench import run_bench
    from siamapp.drawn_face import drawn_face
    from siamapp.live.photos import read_image
    from siamapp.recognizer import load_pipeline

    picture = read_image(Path(source)) if source else drawn_face()
    pipeline = load_pipeline(call.paths, call.settings)
    report = run_bench(pipeline, picture, peers=peers, repeats=repeats)
    call.answer(report, _bench_text(report))


def evaluate(
    call: Call,
    images: Annotated[Path, typer.Option(help="Folder with one folder of photos per person.")],
    pairs: Annotated[
        Path | None, typer.Option(help="LFW's pairs.txt or a CSV; else all pairs.")
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="Folder of an embedder and its card; else the one in use.")
    ] = None,
    aligned: Annotated[
        bool, typer.Option("--aligned", help="The photos are aligned crops already.")
    ] = False,
    report: Annotated[Path | None, typer.Option(help="HTML file to write.")] = None,
) -> None:
    """How well an embedder tells people apart: rates, thresholds, curves."""
    from siamapp.evaluation.protocol import from_folder, from_pairs
    from siamapp.evaluation.report import facts, write_html
    from siamapp.evaluation.run import evaluate as compare
    from siamapp.recognizer import load_pipeline

    protocol = from_pairs(pairs, images) if pairs else from_folder(images)
    pipeline = load_pipeline(call.paths, call.settings, embedder=model)
    evaluation = compare(pipeline, protocol, aligned=aligned, progress=_told(call))
    figures = facts(evaluation, pipeline.embedder.model.card)
    if report:
        write_html(report, evaluation, figures, pipeline, aligned=aligned)
    call.answer(figures, json.dumps(figures, indent=2))


def _told(call: Call) -> Callable[[int, int], None]:
    """A line on stderr at every tenth of the pictures."""

    def tell(done: int, of: int) -> None:
        if done * 10 // of > (done - 1) * 10 // of:
            call.tell(f"{done} of {of} pictures")

    return tell


def entry_install(call: Call) -> None:
    """Put the app into the desktop's menu, with its icon."""
    from siamapp.desktop_entry import install

    files = install()
    call.answer({"installed": files}, "\n".join(f"written: {file}" for file in files))


def entry_remove(call: Call) -> None:
    """Take the app out of the desktop's menu."""
    from siamapp.desktop_entry import remove

    files = remove()
    text = "\n".join(f"removed: {file}" for file in files)
    call.answer({"removed": files}, text or "There was none.")


def _bench_text(report: dict[str, Any]) -> str:
    lines = [f"{name:28} {ms:8.2f} ms" for name, ms in report["median_ms"].items()]
    lines += [f"  {name:26} {ms:8.2f} ms" for name, ms in report["stage_ms"].items()]
    if "ratio" in report["frame"]:
        lines.append(f"peer over ours: {report['frame']['ratio']:.2f}")
    return "\n".join(lines)
