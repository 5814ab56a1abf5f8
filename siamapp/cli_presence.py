"""The verb `presence-test`: how often the presence check errs here, with this camera."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from siamapp.cli_context import Call, verb
from siamapp.cli_sources import frames, is_still, named_sources
from siamapp.errors import SiamError

if TYPE_CHECKING:
    from siamapp.presence_rates import PresenceRates, Rate
    from siamapp.presence_test import Recording


def register(app: typer.Typer) -> None:
    """Add this verb to the command line."""
    verb(app, "presence-test")(presence_test)


def presence_test(
    call: Call,
    real: Annotated[
        list[str] | None, typer.Option(metavar="SRC", help="A person: video, camera, photos.")
    ] = None,
    attack: Annotated[
        list[str] | None,
        typer.Option(metavar="[SPECIES=]SRC", help="An attack, such as print=photo.mp4."),
    ] = None,
    presence: Annotated[
        Literal["passive", "active"], typer.Option(help="Which check is measured.")
    ] = "passive",
) -> int:
    """Measure the presence check: each option may be given several times, one recording each.

    Exit 0 where every person was present and no attack was, else 1.
    """
    from siamapp.models import load_pipeline
    from siamapp.presence_rates import presence_rates
    from siamapp.presence_test import judge, watch

    wanted = [(None, spec) for spec in real or []] + [_species(spec) for spec in attack or []]
    if not wanted:
        raise SiamError("There is nothing to measure.", "Give --real SRC and --attack SRC.")
    sources = [(species, named_sources([spec], call.settings)[0]) for species, spec in wanted]
    pipeline = load_pipeline(call.paths, call.settings.changed("presence", "passive"))
    assert pipeline.presence is not None  # noqa: S101 - `load_pipeline` starts one
    seen = [
        judge(
            source.name,
            species,
            watch(
                pipeline.detector,
                pipeline.presence,
                frames(source),
                presence,
                still=is_still(source),
            ),
        )
        for species, source in sources
    ]
    attacks: dict[str, list[Recording]] = {}
    for one in seen:
        if one.species is not None:
            attacks.setdefault(one.species, []).append(one)
    rates = presence_rates(
        [one.state for one in seen if one.species is None],
        {species: [one.state for one in group] for species, group in attacks.items()},
    )
    call.answer(
        {
            "mode": presence,
            "model": pipeline.presence.model.card.name,
            "recordings": [asdict(one) for one in seen],
            **asdict(rates),
        },
        "\n".join([*(_line(one) for one in seen), *_rate_lines(rates)]),
    )
    return 1 if any(one.wrong for one in seen) else 0


def _species(spec: str) -> tuple[str, str]:
    """`print=photo.mp4` is a print; a path alone is of no stated species."""
    name, equals, source = spec.partition("=")
    return (name, source) if equals and name.isidentifier() else ("attack", spec)


def _line(one: Recording) -> str:
    what = one.species or "person"
    score = "" if one.score is None else f", score {one.score:.2f}"
    return f"{one.source} ({what}): {one.state.value}{score}: {one.reason}"


def _rate_lines(rates: PresenceRates) -> list[str]:
    lines = [f"APCER {name}: {_percent(found)}" for name, found in rates.apcer.items()]
    if rates.bpcer is not None:
        lines.append(f"BPCER: {_percent(rates.bpcer)}")
    return lines


def _percent(found: Rate) -> str:
    return (
        f"{100 * found.value:.1f} % ({found.errors} of {found.trials}; "
        f"95 %: {100 * found.low:.1f} to {100 * found.high:.1f} %)"
    )
