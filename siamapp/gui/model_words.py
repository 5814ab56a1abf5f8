"""A model's card in words for the models page."""

from __future__ import annotations

from typing import Any

from siamapp.gui.language import tr
from siamapp.gui.model_rows import ModelRow
from siamapp.vision.card import ModelCard


def card_words(row: ModelRow, measured: dict[str, float] | None) -> str:
    """Everything worth knowing, in paragraphs; figures beside the commands that gave them."""
    parts = [row.error] if row.error else []
    if row.card is not None:
        parts += _provenance(row.card)
        parts += _thresholds(row)
        parts += _speed(measured)
        parts += [_table(name, table) for name, table in row.card.figures.items()]
    return "\n\n".join(part for part in parts if part)


def _provenance(card: ModelCard) -> list[str]:
    size = (
        tr("Pictures of any size") if not card.input.width
        else f"{card.input.width} x {card.input.height} px"
    )  # fmt: skip
    files = ", ".join(f"{file.name} ({file.precision})" for file in card.every_file)
    facts = [
        tr("Made: {date}. Id: {id}.").format(date=card.created, id=card.id),
        tr("Input: {size}, {channels}. Parameters: {count}.").format(
            size=size, channels=card.input.channels.upper(), count=f"{card.parameters:,}"
        ),
        tr("Files: {files}.").format(files=files),
        tr("Licence: {licence}").format(licence=card.licence),
    ]
    data = "\n".join(f"• {line}" for line in card.training_data)
    return [
        card.summary,
        "\n".join(facts),
        tr("What it may be used for: {use}").format(use=card.use) if card.use else "",
        tr("Trained on:\n{data}").format(data=data) if data else "",
        tr("Taught by: {teacher}").format(teacher=card.teacher) if card.teacher else "",
    ]


def _thresholds(row: ModelRow) -> list[str]:
    if row.card is None or row.card.task != "embedder":
        return []
    source = row.own or row.card
    if not source.thresholds:
        return [tr("It has no thresholds yet: `siamapp calibrate DIR --model {name}`.").format(
            name=row.name
        )]  # fmt: skip
    head = (
        tr("Thresholds from {people} of your own people:").format(people=row.own.people)
        if row.own
        else tr("Thresholds on the card:")
    )
    lines = [
        tr("• {fmr:g} %: distance {distance:.3f}, from {count} comparisons, at most {high:.2g} % "
           "at 95 %, {fnmr:.1f} % of own people refused").format(
            fmr=100 * line.fmr, distance=line.distance, count=f"{line.impostor_comparisons:,}",
            high=100 * line.fmr_high, fnmr=100 * line.fnmr,
        )
        for line in source.thresholds
    ]  # fmt: skip
    return ["\n".join([head, *lines])]


def _speed(measured: dict[str, float] | None) -> list[str]:
    if measured is None:
        return []
    lines = [f"• {name.upper()}: {ms:.2f} ms" for name, ms in measured.items()]
    return ["\n".join([tr("On this machine, one picture at a time:"), *lines])]


def _table(name: str, table: dict[str, Any]) -> str:
    command = table.get("command", "")
    facts = ", ".join(f"{key} {value}" for key, value in table.items() if key != "command")
    return f"{name}: {facts}\n({command})" if command else f"{name}: {facts}"
