"""An evaluation as a PDF of two pages: figures, curves. It holds no picture of anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from siamapp.evaluation.rates import Scores, curve
from siamapp.evaluation.report import draw_det, draw_histogram, draw_roc, figure_rows, intro
from siamapp.store.files import whole_file

BEGINS: Final = b"%PDF-"
"""Such a file, which a report may replace."""


def write_pdf(path: Path, scores: Scores, figures: dict[str, Any]) -> None:
    """Write the report whole or not at all.

    Raises:
        StoreError: it cannot be written.
    """
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure

    rated = curve(scores.distances, scores.genuine)
    title = {"Title": f"Evaluation of {figures['model']['name']}"}
    with whole_file(path, replaces=BEGINS) as file, PdfPages(file, metadata=title) as pages:
        front = Figure(figsize=(8.27, 11.69))
        front.text(0.08, 0.93, f"Evaluation of {figures['model']['name']}", fontsize=18)
        front.text(0.08, 0.86, intro(figures), fontsize=10, wrap=True, va="top")
        rows = figure_rows(figures)
        axes = front.add_axes((0.08, 0.5, 0.84, 0.22))
        axes.axis("off")
        if rows:
            table = axes.table(rows, colLabels=("", "value", "95 % interval"), loc="upper left")
            table.scale(1, 1.6)
        pages.savefig(front)
        back = Figure(figsize=(8.27, 11.69), layout="constrained")
        det, roc, distances = back.subplots(3, 1)
        draw_det(det, rated)
        draw_roc(roc, rated)
        draw_histogram(distances, scores)
        pages.savefig(back)
