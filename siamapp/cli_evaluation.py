"""Verbs that measure an embedder on pictures: evaluate, calibrate."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from siamapp.cli_context import Call, verb
from siamapp.cli_sources import evidence_facts, evidence_text
from siamapp.errors import ProtocolError, SiamError


def register(app: typer.Typer) -> None:
    """Add these verbs to the command line."""
    verb(app, "evaluate")(evaluate)
    verb(app, "calibrate")(calibrate)


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
    report: Annotated[Path | None, typer.Option(help="HTML or PDF file to write.")] = None,
) -> None:
    """How well an embedder tells people apart: rates, thresholds, curves."""
    from siamapp.evaluation import report as html
    from siamapp.evaluation import report_pdf as pdf
    from siamapp.evaluation.protocol import from_folder, from_pairs
    from siamapp.evaluation.run import evaluate as compare
    from siamapp.models import load_pipeline
    from siamapp.store.files import require_free

    if report and not report.parent.is_dir():  # said before hours of work, not after them
        raise ProtocolError(f"{report.parent} is not a folder.", "Choose another place.")
    as_pdf = report is not None and report.suffix.lower() == ".pdf"
    if report:
        require_free(report, replaces=pdf.BEGINS if as_pdf else html.BEGINS)
    protocol = from_pairs(pairs, images) if pairs else from_folder(images)
    pipeline = load_pipeline(call.paths, call.settings, embedder=model)
    evaluation = compare(pipeline, protocol, aligned=aligned, progress=_told(call))
    figures = html.facts(evaluation, pipeline.embedder.model.card)
    if report and as_pdf:
        pdf.write_pdf(report, evaluation.scores, figures)
    elif report:
        html.write_html(report, evaluation, figures, pipeline, aligned=aligned)
    call.answer(figures, json.dumps(figures, indent=2))


def calibrate(
    call: Call,
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="One folder of photos per person.")
    ] = None,
    gallery: Annotated[
        bool, typer.Option("--gallery", help="Use the people who are enrolled instead.")
    ] = False,
    aligned: Annotated[
        bool, typer.Option("--aligned", help="The photos are aligned crops already.")
    ] = False,
    model: Annotated[
        str | None, typer.Option(help="Name of an embedder; else the one in use.")
    ] = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="Go back to the thresholds on the card.")
    ] = False,
) -> int:
    """Thresholds from your own people and camera, in place of those on the embedder's card."""
    from siamapp.chosen import embedder_card
    from siamapp.evaluation.own import calibrate_with_gallery, calibrate_with_pictures
    from siamapp.evaluation.protocol import from_folder
    from siamapp.evaluation.run import evaluate as compare
    from siamapp.identity.calibrate import evidence_for
    from siamapp.identity.own_calibration import remove_calibration, save_calibration
    from siamapp.models import load_pipeline

    if (folder is not None) + gallery + remove != 1:
        raise SiamError("Give a folder, or --gallery, or --remove.", "See `siamapp calibrate -h`.")
    settings = call.settings
    if model is not None:
        if gallery:
            raise SiamError("The gallery is of the embedder in use.", "Leave --model away.")
        settings = settings.changed("embedder", model)
    if remove:
        card = embedder_card(call.paths, settings)
        removed = remove_calibration(call.paths.calibrations_dir, card.id)
        text = "The thresholds on the card count again." if removed else "There was none."
        call.answer({"removed": removed}, text)
        return 0 if removed else 1
    if folder is not None:
        protocol = from_folder(folder)
        pipeline = load_pipeline(call.paths, settings)
        card = pipeline.embedder.model.card
        evaluation = compare(pipeline, protocol, aligned=aligned, progress=_told(call))
        made = calibrate_with_pictures(card, evaluation)
    else:
        with call.recognizer() as recognizer:
            card = recognizer.pipeline.embedder.model.card
            made = calibrate_with_gallery(card, recognizer.gallery)
    evidence = evidence_for(made, settings.target_fmr)  # refused before anything is written
    file = save_calibration(call.paths.calibrations_dir, made)
    lines = [
        f"FMR {row.fmr:g}: distance {row.distance:.3f}, 95 % interval {row.fmr_low:g} to "
        f"{row.fmr_high:g}, {row.observed_fmr:g} observed, {100 * row.fnmr:.1f} % refused"
        for row in made.thresholds
    ]
    facts = {"file": str(file), **made.model_dump(mode="json")}
    call.answer(
        {**facts, "evidence": evidence_facts(evidence)},
        "\n".join([*lines, f"In use from now on: {evidence_text(evidence)}"]),
    )
    return 0


def _told(call: Call) -> Callable[[int, int], None]:
    """A line on stderr at every tenth of the pictures."""

    def tell(done: int, of: int) -> None:
        if done * 10 // of > (done - 1) * 10 // of:
            call.tell(f"{done} of {of} pictures")

    return tell
