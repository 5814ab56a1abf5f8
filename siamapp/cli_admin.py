"""Verbs about the installation: settings, doctor, bench, desktop-entry."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from siamapp.cli_context import Call, verb

settings_app = typer.Typer(help="What can be chosen.", no_args_is_help=True)
entry_app = typer.Typer(help="The app in the desktop's menu (Linux).", no_args_is_help=True)

Key = Annotated[str, typer.Argument(metavar="KEY", help="Name of a setting.")]


def register(app: typer.Typer) -> None:
    """Add these verbs to the command line."""
    verb(settings_app, "list")(settings_list)
    verb(settings_app, "get")(settings_get)
    verb(settings_app, "set")(settings_set)
    app.add_typer(settings_app, name="settings")
    verb(app, "doctor")(doctor)
    verb(app, "bench")(bench)
    verb(entry_app, "install")(entry_install)
    verb(entry_app, "remove")(entry_remove)
    app.add_typer(entry_app, name="desktop-entry")


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
    if key in ("detector", "presence_model"):
        from siamapp.chosen import model_folders
        from siamapp.vision.model import find_model

        find_model(getattr(changed, key), model_folders(call.paths))
    if key in ("target_fmr", "embedder"):
        from siamapp.chosen import evidence_in_use
        from siamapp.cli_sources import evidence_facts, evidence_text

        evidence = evidence_in_use(call.paths, changed)
        document["evidence"] = evidence_facts(evidence)
        text += f"\n{evidence_text(evidence)}"
    changed.save(call.paths)
    if key == "decision_pictures" and not changed.decision_pictures:
        from siamapp.store.pictures import Pictures
        from siamapp.store.vault import GALLERY_NAME

        if (call.paths.home / GALLERY_NAME).exists():
            with call.database() as database:
                document["deleted"] = Pictures(database).clear()
            text += f"\n{document['deleted']} pictures were deleted for good."
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
    from siamapp.models import load_pipeline

    picture = read_image(Path(source)) if source else drawn_face()
    # One thread each, as the peers have: what others do would not be counted.
    pipeline = load_pipeline(call.paths, call.settings.model_copy(update={"threads": 1}))
    report = run_bench(pipeline, picture, peers=peers, repeats=repeats)
    call.answer(report, _bench_text(report))


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
    mean, median = report["mean_ms"], report["median_ms"]
    lines = [f"{'':26} {'mean':>8} {'median':>8} ms"]
    lines += [f"{name:26} {mean[name]:8.2f} {median[name]:8.2f}" for name in mean]
    lines.append("of a single frame, of a frame of the stream:")
    streamed = report["stream_stage_ms"]
    lines += [
        f"  {name:24} {ms:8.2f} {streamed[name]:8.2f}" for name, ms in report["stage_ms"].items()
    ]
    lines += [
        f"{name} ({scene['faces']} faces): {scene['single_ratio']:.2f} times a single frame, "
        f"{scene['stream_ratio']:.2f} times the stream, {scene['core_percent']:.1f} % of a core"
        for name, scene in report["scenes"].items()
    ]
    if "ratio" in (frame := report["frame"]):
        lines.append(
            f"peer over ours: {frame['ratio']:.2f} in the stream (mean), "
            f"{frame['ratio_single']:.2f} for a single frame (median); "
            f"OpenCV's way: {frame['ratio_opencv']:.2f} and {frame['ratio_opencv_single']:.2f}"
        )
    return "\n".join(lines)
