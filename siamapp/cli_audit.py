"""Verbs about the past: audit list, verify, why, prune."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siamapp.cli_context import Call, verb
from siamapp.errors import SiamError
from siamapp.paths import expanded

if TYPE_CHECKING:
    from siamapp.store.audit import Entry

audit_app = typer.Typer(help="What was decided and changed.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these verbs to the command line."""
    verb(audit_app, "list")(audit_list)
    verb(audit_app, "verify")(audit_verify)
    verb(audit_app, "head")(audit_head)
    verb(audit_app, "why")(audit_why)
    verb(audit_app, "prune")(audit_prune)
    app.add_typer(audit_app, name="audit")


def audit_list(
    call: Call,
    last: Annotated[int, typer.Option(min=1, max=2**63 - 1, help="How many entries.")] = 50,
) -> None:
    """The newest entries; people who are still enrolled by name, others by number."""
    from siamapp.store.audit import Audit
    from siamapp.store.people import People

    with call.database() as database:
        entries = Audit(database).last(last)
        names = {person.person_id: person.name for person in People(database).all()}
    call.answer(
        {"entries": [asdict(entry) for entry in entries]},
        "\n".join(_line(entry, names) for entry in entries) or "Nothing is recorded yet.",
    )


def audit_verify(
    call: Call,
    head: Annotated[
        str | None,
        typer.Option(help="A head noted earlier, or a file of `audit head --out`: was it passed?"),
    ] = None,
) -> int:
    """Recompute the chain of entries. Exit 1 where one was edited, removed or moved."""
    from siamapp.store.audit import Audit
    from siamapp.store.head import Head

    known = None
    if head is not None:
        noted = re.fullmatch(r"[0-9a-fA-F]{64}", head)
        known = Head(hash=head.lower()) if noted else Head.read(expanded(head))
    with call.database() as database:
        verdict = Audit(database).verify(known=known)
    pruned = f", {verdict.pruned} of them pruned" if verdict.pruned else ""
    whole = f"{verdict.entries} entries{pruned}, all as they were written. Head: {verdict.head}"
    call.answer(
        {**asdict(verdict), "intact": not verdict.faults}, "\n".join(verdict.faults) or whole
    )
    return 1 if verdict.faults else 0


def audit_head(
    call: Call,
    out: Annotated[Path | None, typer.Option(help="Write it to this file.")] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an earlier one of that name.")
    ] = False,
) -> None:
    """The newest entry's number and hash: keep them elsewhere, for `audit verify --head`."""
    from siamapp.store.audit import Audit

    with call.database() as database:
        head = Audit(database).head()
    if out is not None:
        head.write(out, overwrite=overwrite)
    call.answer(
        {**head.model_dump(exclude={"version"}), "file": out}, f"Entry {head.number}: {head.hash}"
    )


def audit_why(
    call: Call,
    number: Annotated[
        int, typer.Argument(metavar="N", min=1, max=2**63 - 1, help="Number of an entry.")
    ],
) -> int:
    """Derive a decision again from what was recorded of it. Exit 1 where it does not follow."""
    from siamapp.record import why
    from siamapp.store.audit import Audit

    with call.database() as database:
        entry = Audit(database).entry(number)
    if entry.kind != "decision":
        raise SiamError(
            f"Entry {number} is not a decision; it records: {entry.kind}.",
            "See `siamapp audit list`.",
        )
    reasons = why(entry.facts)
    verdict = "It follows." if reasons.follows else "It does NOT follow from these numbers."
    call.answer({**asdict(entry), **asdict(reasons)}, "\n".join((*reasons.lines, verdict)))
    return 0 if reasons.follows else 1


def audit_prune(
    call: Call,
    before: Annotated[
        datetime,
        typer.Option(formats=["%Y-%m-%d"], help="First day that is kept."),
    ],
) -> None:
    """Take old entries away for good; a signature says where the chain begins now."""
    from siamapp.store.audit import Audit

    with call.database() as database:
        gone = Audit(database).prune(before)
        database.vacuum()
    call.answer({"pruned": gone}, f"{gone} entries are gone.")


def _line(entry: Entry, names: dict[int, str]) -> str:
    facts = {key: value for key, value in entry.facts.items() if value is not None}
    who = facts.get("person_id")
    named = names.get(who, f"person {who}") if isinstance(who, int) else ""
    what = {"decision": f"{facts.get('how')}: {facts.get('outcome')}"}.get(entry.kind, entry.kind)
    distance = facts.get("distance")
    near = f", distance {distance:.3f}" if isinstance(distance, float) else ""
    return f"{entry.number:6d}  {entry.at_utc[:19]}  {what}  {named}{near}".rstrip()
