"""`docs/reproduction.md` and the digits' manifold, from what `training.reproduce` measured."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import torch

from training.losses import contrastive_loss
from training.mining import draw_pairs
from training.reproduce import (
    BRANCHES,
    DISTILLED,
    FALSE_ACCEPTANCE,
    PIXELS,
    ROWS,
    Outcome,
    Pictures,
)
from training.similarity import distance
from training.small_networks import ChopraNet

PUBLISHED: Final = {"siamese, exponential loss": (0.0, 1.0, 1.0)}
"""FR in percent at FA 10, 7.5 and 5 %: Chopra, Hadsell and LeCun 2005, table 1, AT&T."""
_NAMES: Final = {"chopra": "the network of 2005", "resnet": "a small residual network"}


def interval(values: list[float], *, seed: int = 0) -> tuple[float, float, float]:
    """Mean and its 95 % interval by resampling the groups (each has its own network)."""
    given = np.array(values)
    rng = np.random.default_rng(seed)
    means = given[rng.integers(len(given), size=(2000, len(given)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(given.mean()), float(low), float(high)


def table(outcomes: list[Outcome], branch: str, *, published: bool) -> list[str]:
    """Markdown lines, a row per method, in percent; `published` figures are AT&T's.

    Groups differ more than methods do, so each row says what bare pixels give on its own groups.
    """
    pixels = {o.group: o.equal_error for o in outcomes if (o.row, o.branch) == (PIXELS, branch)}
    heads = [f"FR at FA {100 * fa:g} %" for fa in FALSE_ACCEPTANCE]
    lines = [
        f"| method | {' | '.join(heads)} | EER | EER of pixels there | groups | published FR |"
        " training (CPU) |",
        "|---|" + "---|" * (len(heads) + 5),
    ]
    for row in (*ROWS, DISTILLED):
        own = [o for o in outcomes if (o.row, o.branch) == (row, branch)]
        if not own:
            continue
        cells = [_percent([o.false_rejection[i] for o in own]) for i in range(len(heads))]
        cells.append(_percent([o.equal_error for o in own]))
        there = [pixels[o.group] for o in own if o.group in pixels]
        cells.append(f"{100 * np.mean(there):.1f}" if len(there) == len(own) else "")
        cells.append(str(len(own)))
        known = PUBLISHED.get(row, ()) if published else ()
        cells.append(" / ".join(f"{p:.1f}" for p in known))
        cells.append(f"{np.mean([o.seconds for o in own]):.1f} s")
        lines.append(f"| {row} | {' | '.join(cells)} |")
    return lines


def write_report(
    outcomes: list[Outcome], path: Path, *, command: str, data: str, published: bool
) -> None:
    """The tables of both networks, replacing the file's part between its two marks.

    Whatever a person wrote outside the marks stays.
    """
    lines = [f"Made by `{command}` from {data}.", ""]
    for branch in BRANCHES:
        if any(o.branch == branch for o in outcomes):
            lines += [
                f"### With {_NAMES[branch]}",
                "",
                f"{_measured(outcomes, branch)}",
                "",
                *table(outcomes, branch, published=published),
                "",
            ]
    replace_marked(path, "figures", lines, title="# Reproduction")


def replace_marked(path: Path, mark: str, lines: list[str], *, title: str) -> None:
    """Put lines between the file's comments `<!-- mark -->` and `<!-- end of mark -->`.

    What stands outside stays. A new file gets the title; an old one without marks gets them at its
    end.
    """
    begin, end = f"<!-- {mark} -->", f"<!-- end of {mark} -->"
    old = path.read_text("utf-8") if path.is_file() else f"{title}\n"
    if begin not in old:
        old += f"\n{begin}\n{end}\n"
    before, _, rest = old.partition(begin)
    _, _, after = rest.partition(end)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        before + begin + "\n\n" + "\n".join([*lines, ""]) + end + after, encoding="utf-8"
    )


def _measured(outcomes: list[Outcome], branch: str) -> str:
    """How long the rows were trained."""
    steps = sorted({o.steps for o in outcomes if o.branch == branch and o.steps})
    return f"{' or '.join(map(str, steps))} steps." if steps else "Nothing learnt yet."


def manifold(pictures: Pictures, path: Path, *, steps: int = 150, seed: int = 1) -> None:
    """Train the contrastive loss into two dimensions and draw where each picture lies.

    Hadsell, Chopra and LeCun 2006, "Dimensionality reduction by learning an invariant mapping"
    (DrLIM), section 3.1, figure 3.
    """
    from matplotlib.figure import Figure

    torch.manual_seed(seed)
    network = ChopraNet(dimension=2).layers[:-1]  # no tanh: the plane has no bounds
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    labels = torch.from_numpy(pictures.person)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        rows = torch.randperm(len(labels), generator=generator)[:48]
        vectors = network(pictures.values[rows])
        first, second, impostor = draw_pairs(labels[rows], generator)
        loss = contrastive_loss(distance(vectors[first], vectors[second], "l2"), impostor, 2.0)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        places = network(pictures.values).numpy()
    figure = Figure(figsize=(6, 6), layout="constrained")
    axes = figure.subplots()
    for digit in np.unique(pictures.person):
        own = places[pictures.person == digit]
        axes.plot(*own.T, ".", markersize=4, label=str(digit))
    axes.set(
        title="Digits in two dimensions, contrastive loss", aspect="equal", xticks=[], yticks=[]
    )
    axes.legend(title="digit", markerscale=2, fontsize="small")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)


def _percent(values: list[float]) -> str:
    mean, low, high = interval(values)
    if len(values) == 1:  # one group says nothing of how others would do
        return f"{100 * mean:.1f}"
    return f"{100 * mean:.1f} ({100 * low:.1f} to {100 * high:.1f})"
