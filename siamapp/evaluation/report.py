"""An evaluation as one self-contained HTML page, and as JSON.

The page holds pictures of the worst pairs: it is as personal as the photos it was made from.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import cv2
import numpy as np

from siamapp.evaluation.rates import (
    RATES,
    Curve,
    Estimate,
    Scores,
    Summary,
    curve,
    summarise,
    supported,
)
from siamapp.evaluation.run import Evaluation, acquire, worst_pairs
from siamapp.pipeline import Pipeline
from siamapp.store.files import whole_file
from siamapp.vision.card import ModelCard

T = TypeVar("T")
BEGINS: Final = b"<!doctype html><html lang='en'><meta charset='utf-8'>\n<title>Evaluation of "
"""Such a file, which another report may replace."""
SHOWN_PAIRS: Final = 12
_LISTED_FAILURES: Final = 50
_STYLE: Final = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
  color: #1b1f24; background: #fff }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2rem }
table { border-collapse: collapse } td, th { padding: .3rem .8rem; text-align: right;
  border-bottom: 1px solid #d5d9de } td:first-child, th:first-child { text-align: left }
figure { margin: 1rem 0 } figcaption { color: #5a6068 } svg { max-width: 100%; height: auto }
.pairs { display: flex; flex-wrap: wrap; gap: 1rem } .pairs figure { margin: 0 }
.pairs img { width: 8rem; display: block }
"""


def facts(evaluation: Evaluation, card: ModelCard, *, seed: int = 0) -> dict[str, Any]:
    """Every figure of the evaluation, ready for JSON."""
    summary = summarise(evaluation.scores, seed=seed)
    return {
        "model": {"name": card.name, "id": card.id},
        "metric": card.embedding.metric if card.embedding else "",
        "people": len(evaluation.protocol.people),
        "pictures": len(evaluation.protocol.pictures),
        "failure_to_acquire": evaluation.failure_to_acquire,
        "pairs": len(evaluation.pairs),
        "pairs_left_out": len(evaluation.protocol.first) - len(evaluation.pairs),
        "genuine": summary.genuine,
        "impostors": summary.impostors,
        "accuracy": None if summary.accuracy is None else asdict(summary.accuracy),
        "eer": asdict(summary.eer),
        "tar_at_fmr": {f"{rate:g}": asdict(tar) for rate, tar in summary.tar.items()},
        "not_stated_fmr": [f"{r:g}" for r in RATES if not supported(r, summary.impostors)],
        "thresholds": _thresholds(evaluation, summary),
    }


def write_html(
    path: Path,
    evaluation: Evaluation,
    figures: dict[str, Any],
    pipeline: Pipeline,
    *,
    aligned: bool,
) -> None:
    """The report as one file that needs no network, written whole or not at all.

    Raises:
        StoreError: it cannot be written.
    """
    rated = curve(evaluation.scores.distances, evaluation.scores.genuine)
    name = html.escape(figures["model"]["name"])
    parts = [
        f"{BEGINS.decode()}{name}</title><style>{_STYLE}</style>",
        f"<h1>Evaluation of {name}</h1><p>{intro(figures)}</p>",
        "<h2>Figures</h2>",
        _table(("", "value", "95 % interval"), figure_rows(figures)),
        _not_stated(figures),
        "<h2>Curves</h2>",
        _figure(
            _svg(draw_det, rated),
            "Detection error trade-off: strangers let through, own people refused.",
        ),
        _figure(_svg(draw_roc, rated), "Receiver operating characteristic."),
        _figure(
            _svg(draw_histogram, evaluation.scores), "Distances of genuine and of impostor pairs."
        ),
        "<h2>Worst pairs</h2>",
        _contact_sheet(evaluation, pipeline, aligned=aligned),
        "<h2>No face acquired</h2>",
        _failures(evaluation),
        "</html>",
    ]
    with whole_file(path, replaces=BEGINS) as file:
        file.write("\n".join(parts).encode())


def _thresholds(evaluation: Evaluation, summary: Summary) -> dict[str, float]:
    """The largest distance that keeps each stated rate on these pairs."""
    rated = curve(evaluation.scores.distances, evaluation.scores.genuine)
    kept = {}
    for rate in summary.tar:
        within = np.searchsorted(rated.fmr, rate + 1e-12, side="right") - 1
        if within >= 0:
            kept[f"{rate:g}"] = float(rated.thresholds[within])
    return kept


def intro(figures: dict[str, Any]) -> str:
    """What was compared, in a few sentences."""
    made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return (
        f"{figures['pictures']} pictures of {figures['people']} people; {figures['genuine']} "
        f"genuine and {figures['impostors']} impostor pairs, compared by {figures['metric']} "
        f"distance. {100 * figures['failure_to_acquire']:.2f} % of the pictures gave no face, and "
        f"{figures['pairs_left_out']} pairs with them. Intervals come from drawing people anew. "
        f"Model {figures['model']['id']}, made {made}."
    )


def figure_rows(figures: dict[str, Any]) -> list[tuple[str, ...]]:
    """Title, value and interval of each figure, in words."""
    named: list[tuple[str, dict[str, float] | None]] = [
        ("Accuracy, ten folds", figures["accuracy"]),
        ("Equal error rate", figures["eer"]),
        *((f"TAR at FMR {rate}", tar) for rate, tar in figures["tar_at_fmr"].items()),
    ]
    return [
        (title, f"{100 * e.value:.2f} %", f"{100 * e.low:.2f} to {100 * e.high:.2f} %")
        for title, given in named
        if given is not None
        for e in [Estimate(**given)]
    ]


def _not_stated(figures: dict[str, Any]) -> str:
    if not figures["not_stated_fmr"]:
        return ""
    rates = ", ".join(figures["not_stated_fmr"])
    return (
        f"<p>Nothing is said of false-match rates of {rates}: {figures['impostors']} impostor "
        "pairs cannot show them (rule of three).</p>"
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    cells = "".join(f"<th>{html.escape(word)}</th>" for word in head)
    lines = (
        "<tr>" + "".join(f"<td>{html.escape(word)}</td>" for word in row) + "</tr>" for row in rows
    )
    return f"<table><tr>{cells}</tr>{''.join(lines)}</table>"


def _figure(svg: str, caption: str) -> str:
    return f"<figure>{svg}<figcaption>{html.escape(caption)}</figcaption></figure>"


def _svg(draw: Callable[[Any, T], None], what: T) -> str:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    draw(figure.subplots(), what)
    written = io.StringIO()
    figure.savefig(written, format="svg", metadata={"Date": None})
    text = written.getvalue()
    return text[text.index("<svg") :]


def draw_det(axes: Any, rated: Curve) -> None:
    """Detection error trade-off on logarithmic axes."""
    floor = 1e-6  # a logarithm has no place for "none seen"
    axes.plot(np.maximum(rated.fmr, floor), np.maximum(rated.fnmr, floor), color="#0b5fa5")
    seen = rated.fmr[rated.fmr > 0]
    axes.set(
        xscale="log", yscale="log", xlabel="FMR", ylabel="FNMR",
        xlim=(seen.min() / 2 if len(seen) else floor, 1), ylim=(1e-4, 1),
    )  # fmt: skip
    axes.grid(which="both", alpha=0.25)


def draw_roc(axes: Any, rated: Curve) -> None:
    """Receiver operating characteristic."""
    axes.plot(rated.fmr, 1 - rated.fnmr, color="#0b5fa5")
    axes.set(xlabel="FMR", ylabel="TAR", xlim=(0, 1), ylim=(0, 1))
    axes.grid(alpha=0.25)


def draw_histogram(axes: Any, scores: Scores) -> None:
    """Distances of genuine and of impostor pairs."""
    distances, genuine = scores.distances, scores.genuine
    edges = np.linspace(float(distances.min()), float(distances.max()), 61)
    for chosen, label, colour in (
        (genuine, "genuine", "#0b5fa5"),
        (~genuine, "impostor", "#c2570c"),
    ):
        axes.hist(distances[chosen], edges, density=True, alpha=0.6, label=label, color=colour)
    axes.set(xlabel="distance", ylabel="density")
    axes.legend()


def _contact_sheet(evaluation: Evaluation, pipeline: Pipeline, *, aligned: bool) -> str:
    distance = dict(zip(evaluation.pairs.tolist(), evaluation.scores.distances, strict=True))
    protocol = evaluation.protocol
    sheets = []
    titles = ("One person, furthest apart", "Two people, nearest")
    for title, rows in zip(titles, worst_pairs(evaluation, SHOWN_PAIRS), strict=True):
        figures = []
        for row in rows.tolist():
            paths = [protocol.pictures[side[row]] for side in (protocol.first, protocol.second)]
            crops = [acquire(pipeline, path, aligned=aligned) for path in paths]
            _, jpeg = cv2.imencode(".jpg", np.hstack(crops))
            data = base64.b64encode(jpeg.tobytes()).decode("ascii")
            words = html.escape(" / ".join(f"{p.parent.name}/{p.name}" for p in paths))
            figures.append(
                f"<figure><img alt='{words}' src='data:image/jpeg;base64,{data}'>"
                f"<figcaption>{distance[row]:.3f}</figcaption></figure>"
            )
        sheets.append(f"<h3>{title}</h3><div class='pairs'>{''.join(figures)}</div>")
    return "".join(sheets)


def _failures(evaluation: Evaluation) -> str:
    if not evaluation.failures:
        return "<p>Every picture gave a face.</p>"
    reasons = list(evaluation.failures.values())
    items = "".join(f"<li>{html.escape(reason)}</li>" for reason in reasons[:_LISTED_FAILURES])
    rest = len(reasons) - _LISTED_FAILURES
    return f"<ul>{items}</ul>" + (f"<p>and {rest} more.</p>" if rest > 0 else "")
