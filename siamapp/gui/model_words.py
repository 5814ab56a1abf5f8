"""A model's card for the models page: what counts first, and all the rest as sections to open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from siamapp.gui.language import tr
from siamapp.gui.model_rows import ModelRow
from siamapp.gui.settings_rows import provider_names
from siamapp.gui.wording import hundredths, milliseconds
from siamapp.vision.card import ModelCard, Threshold

_HASH: Final = re.compile(r"[0-9a-f]{32,}")


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a table."""

    label: str
    value: str
    source: str = ""
    """The command that gave the value."""


@dataclass(frozen=True, slots=True)
class Section:
    """What opens under its title: pieces of prose, each with a table or without."""

    title: str
    pieces: tuple[tuple[str, tuple[Fact, ...]], ...]


def task_words(task: str) -> str:
    return {
        "embedder": tr("tells people apart"),
        "detector": tr("finds faces"),
        "presence": tr("presence check"),
        "occlusion": tr("sees what covers a face"),
    }[task]


def lead(task: str) -> str:
    """What a model of a kind does, in one sentence; how is on its card."""
    return {
        "embedder": tr(
            "Turns a face into a row of numbers: two pictures of one person give similar rows."
        ),
        "detector": tr("Finds the faces in a picture, with eyes, nose and corners of the mouth."),
        "presence": tr("Tells whether somebody is there, or only a picture of a face."),
        "occlusion": tr("Tells how much of a face a mask, dark glasses or a hand covers."),
    }[task]


def key_facts(card: ModelCard) -> list[Fact]:
    """The few figures that a model of its kind is chosen by, as far as its card has them."""
    labels = {
        "embedder": (
            ("verification_int8", "accuracy", tr("Right on pairs of unseen people"), 100),
            ("verification_fp32", "accuracy", tr("Right, at full precision"), 100),
            ("verification_reference", "accuracy", tr("The reference on the same pairs"), 100),
            ("verification_int8", "eer", tr("Equal error rate"), 100),
        ),
        "detector": (
            ("scenes", "found_percent", tr("Faces found in unseen scenes"), 1),
            ("videos", "found_percent", tr("Faces found in videos"), 1),
            ("scenes", "extra_percent", tr("Boxes where no face was"), 1),
            ("landmarks68", "landmark_error_percent", tr("Error of the points, of the eye "
                                                         "distance"), 1),
        ),
        "presence": (
            ("simulated", "bpcer_percent", tr("Real people refused, simulated test"), 1),
            ("simulated", "apcer_print_percent", tr("Prints let through, simulated test"), 1),
            ("simulated", "apcer_monitor_percent", tr("Screens let through, simulated test"), 1),
        ),
        "occlusion": (
            ("mask", "found", tr("Drawn masks found"), 100),
            ("glasses", "found", tr("Drawn dark glasses found"), 100),
            ("hand", "found", tr("Drawn hands found"), 100),
            ("uncovered", "warned", tr("Uncovered faces called covered"), 100),
        ),
    }[card.task]  # fmt: skip
    facts = []
    for table, key, label, scale in labels:
        figures = card.figures.get(table, {})
        if isinstance(value := figures.get(key), int | float):
            stem = key.removesuffix("_percent")
            low, high = figures.get(f"{stem}_low"), figures.get(f"{stem}_high")
            text = hundredths(f"{scale * value:.1f}")
            if isinstance(low, int | float) and isinstance(high, int | float):
                text = tr("{value} ({low:.1f} to {high:.1f})").format(
                    value=text, low=scale * low, high=scale * high
                )
            facts.append(Fact(label, text, str(figures.get("command", ""))))
    facts.append(Fact(tr("Parameters"), f"{card.parameters:,}"))
    return facts


def speed_facts(measured: dict[str, float] | None) -> list[Fact]:
    """Milliseconds of one picture by provider; None: not measured yet."""
    names = provider_names()
    if measured is None:
        return [Fact(names["cpu"], tr("being measured…"))]
    shown = {**dict.fromkeys(("cpu", "cuda")), **measured}
    return [
        Fact(names[key], tr("does not run here") if ms is None else milliseconds(ms, 2))
        for key, ms in shown.items()
    ]


def threshold_source(row: ModelRow) -> tuple[str, tuple[Threshold, ...]]:
    """Where the thresholds in use come from, in words, and the thresholds."""
    if row.card is None or row.card.task != "embedder":
        return "", ()
    if row.own is not None:
        words = tr("From {people} of your own people").format(people=row.own.people)
        return words, row.own.thresholds
    if not row.card.thresholds:
        words = tr("It has no thresholds yet: `siamapp calibrate DIR --model {name}`.")
        return words.format(name=row.name), ()
    return tr("Measured by its makers, from its card"), row.card.thresholds


def sections(card: ModelCard) -> list[Section]:
    """Everything else on the card; it is written in English, and shown as it stands."""
    size = (
        tr("Pictures of any size") if not card.input.width
        else f"{card.input.width} x {card.input.height} px"
    )  # fmt: skip
    data = "\n".join(f"• {line}" for line in card.training_data)
    origin = [
        card.summary,
        tr("What it may be used for: {use}").format(use=card.use) if card.use else "",
        tr("Trained on:\n{data}").format(data=data) if data else "",
        tr("Taught by: {teacher}").format(teacher=card.teacher) if card.teacher else "",
    ]
    files = tuple(Fact(f"{f.name} ({f.precision})", f.sha256[:16]) for f in card.every_file)
    facts = (
        Fact(tr("Made"), card.created),
        Fact(tr("Id"), card.id),
        Fact(tr("Input"), f"{size}, {card.input.channels.upper()}"),
        Fact(tr("Licence"), card.licence),
        *files,
    )
    return [
        Section(tr("Where it came from"), tuple((part, ()) for part in origin if part)),
        Section(tr("Files and licence"), (("", facts),)),
        Section(
            tr("All figures and their commands"),
            tuple(_figures(name, table) for name, table in card.figures.items()),
        ),
    ]


def _figures(name: str, table: dict[str, Any]) -> tuple[str, tuple[Fact, ...]]:
    facts = tuple(
        Fact(key.replace("_", " "), _HASH.sub(lambda found: f"{found[0][:12]}…", str(value)))
        for key, value in table.items()
        if key != "command"
    )
    return f"{name.replace('_', ' ')}\n{table.get('command', '')}".strip(), facts
