"""Verbs about the gallery as a whole: backup, restore, people export, people import."""

from __future__ import annotations

import functools
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from siamapp.cli_context import Call, verb
from siamapp.errors import SiamError, StoreLocked

if TYPE_CHECKING:
    from siamapp.store.keys import AskPassphrase, Key, Source
    from siamapp.store.vault import Vault

PassphraseFile = Annotated[
    Path | None,
    typer.Option("--passphrase-file", help="The passphrase is the first line of this file."),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace an earlier one of that name.")
]

vault_app = typer.Typer(help="The gallery's key.", no_args_is_help=True)


def register(app: typer.Typer, people_app: typer.Typer) -> None:
    """Add these verbs to the command line."""
    verb(app, "backup")(backup)
    verb(app, "restore")(restore)
    verb(vault_app, "change-key")(vault_change_key)
    app.add_typer(vault_app, name="vault")
    verb(people_app, "export")(people_export)
    verb(people_app, "import")(people_import)


def backup(
    call: Call,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup to make.")],
    passphrase: Annotated[
        bool, typer.Option("--passphrase", help="Opened by a passphrase, not the gallery's key.")
    ] = False,
    passphrase_file: PassphraseFile = None,
    overwrite: Overwrite = False,
) -> None:
    """Write the whole gallery to one encrypted file, also while it is in use."""
    from siamapp.store.backup import back_up
    from siamapp.store.vault import Vault, new_key

    with call.key() as own, call.database(own) as database:
        key, vault = own, Vault.read(call.paths.home)
        if passphrase or passphrase_file or vault is None:
            key, vault = new_key(
                "passphrase", ask_passphrase=_ask(call, passphrase_file, "the backup")
            )
        with key:
            people = back_up(database, file, vault=vault, key=key, overwrite=overwrite)
    opens = {
        "passphrase": "its passphrase",
        "key-file": "the gallery's key file",
        "keyring": "this system's keyring only (--passphrase makes one that opens elsewhere)",
    }[vault.source]
    call.answer(
        {"backup": file, "people": people, "key": vault.source},
        f"People in {file}: {people}; it opens with {opens}.",
    )


def restore(
    call: Call,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what it would change.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Even if people are lost that the backup has not.")
    ] = False,
    passphrase_file: PassphraseFile = None,
    backup_key_file: Annotated[
        Path | None,
        typer.Option("--backup-key-file", help="Of a backup made before `vault change-key`."),
    ] = None,
) -> int:
    """Put a backup in the place of the gallery, or into a home that has none.

    Exit 1 where it would lose people and --yes was not said; then nothing was changed.
    """
    from siamapp.store import backup as backups
    from siamapp.store.vault import known_key

    ask = functools.cache(_ask(call, passphrase_file, "the backup"))  # it is read twice

    def key_for(header: Vault) -> Key:
        if header.source != "key-file":
            return known_key(header, ask_passphrase=ask)
        try:
            return known_key(header, key_file=backup_key_file or call.key_path)
        except StoreLocked as error:
            raise StoreLocked(
                "This is not the key file of the backup.", "Give it with --backup-key-file FILE."
            ) from error

    call.log()
    run = functools.partial(
        backups.restore, file, call.paths.home, backup_key=key_for, home_key=call.key
    )
    plan = run(dry_run=True)
    told = [f"People in the backup: {plan.people}."]
    told += [f"  comes back: {name}" for name in plan.back]
    told += [f"  is lost: {name}" for name in plan.lost]
    done = not dry_run and (yes or not plan.lost)
    if done:
        run()
        told.append("The gallery is restored.")
        if plan.aside is not None:
            told.append(f"The damaged one is {plan.aside}: delete it once you need it no more.")
    elif not dry_run:
        told.append("Nothing was changed: say --yes to lose these people.")
    call.answer({**asdict(plan), "restored": done}, "\n".join(told))
    return 0 if done or dry_run else 1


def vault_change_key(
    call: Call,
    to: Annotated[str, typer.Option(help="keyring, passphrase or key-file.")],
    new_key_file: Annotated[
        Path | None, typer.Option(help="For key-file: made if there is none.")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Give the gallery another key. Backups made before still need the old one."""
    from siamapp.store.rekey import change_key
    from siamapp.store.vault import new_key

    if to not in ("keyring", "passphrase", "key-file"):
        raise SiamError(f"There is no key source {to!r}.", "Say keyring, passphrase or key-file.")
    if (to == "key-file") != (new_key_file is not None):
        raise SiamError("A key file is needed for key-file, and for nothing else.", "")
    key = call.key()
    made, vault = new_key(
        cast("Source", to),
        key_file=new_key_file,
        ask_passphrase=_ask(call, passphrase_file, "the gallery"),
    )
    with key, made:
        change_key(call.paths.home, key, made, vault)
    call.answer({"key": to}, f"The gallery's key comes from a {to} now.")


def people_export(
    call: Call,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to make.")],
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME...", help="Whom.")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody.")] = False,
    passphrase_file: PassphraseFile = None,
    overwrite: Overwrite = False,
) -> None:
    """Write chosen people to a file that a passphrase opens, for another gallery."""
    from siamapp.store.people import People
    from siamapp.store.transfer import export_people
    from siamapp.store.vault import new_key

    if everybody == bool(names):
        raise SiamError("Whom?", "Name people, or say --all.")
    with call.database() as database:
        people = People(database)
        chosen = people.all() if everybody else [people.by_name(name) for name in names or []]
        key, vault = new_key("passphrase", ask_passphrase=_ask(call, passphrase_file, "the file"))
        ids = [person.person_id for person in chosen]
        with key:
            export_people(database, ids, file, vault=vault, key=key, overwrite=overwrite)
    call.answer(
        {"exported": [person.name for person in chosen], "file": file},
        f"People in {file}: {len(chosen)}.",
    )


def people_import(
    call: Call,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of `people export`.")],
    allow_duplicate: Annotated[
        bool, typer.Option("--allow-duplicate", help="Even if a face is known by another name.")
    ] = False,
    passphrase_file: PassphraseFile = None,
) -> int:
    """Enrol people that another gallery exported. Exit 1 where somebody was refused."""
    from siamapp.store.vault import known_key

    key_for = functools.partial(known_key, ask_passphrase=_ask(call, passphrase_file, "the file"))
    with call.recognizer() as recognizer:
        added, refused = recognizer.import_people(file, key_for, allow_duplicate=allow_duplicate)
    for name, reason in refused:
        call.tell(f"{name}: {reason}")
    call.answer(
        {
            "imported": [asdict(person) for person in added],
            "refused": [{"name": name, "message": reason} for name, reason in refused],
        },
        f"{len(added)} enrolled, {len(refused)} refused.",
    )
    return 1 if refused else 0


def _ask(call: Call, passphrase_file: Path | None, of: str) -> AskPassphrase:
    """From the file that was named, else from the terminal."""
    if passphrase_file is None:
        return functools.partial(call.ask_passphrase, of=of)
    try:
        with passphrase_file.open(encoding="utf-8") as file:
            line = file.readline(4096).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SiamError(f"{passphrase_file} cannot be read.", "Give a text file.") from error
    return lambda new: line
