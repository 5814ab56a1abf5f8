"""The command line: exit 0 yes, 1 no, 2 error, in one line with what to do about it."""

from __future__ import annotations

import errno
import json
import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper
from types import FrameType
from typing import Annotated

import typer

from siamapp import (
    cli_admin,
    cli_audit,
    cli_evaluation,
    cli_gallery,
    cli_live,
    cli_models,
    cli_people,
    cli_presence,
    cli_protection,
    cli_vault,
)
from siamapp.cli_context import Call, Home, Json, KeyFile, verb
from siamapp.errors import SiamError
from siamapp.log import log

app = typer.Typer(
    name="siamapp",
    help="Offline face verification and identification. Without a verb it opens the window.",
    add_completion=False,
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""Signals that ask a program to end."""


@app.callback()
def _shared(
    ctx: typer.Context, json: Json = False, home: Home = None, key_file: KeyFile = None
) -> int | None:
    call: Call = ctx.obj
    call.take(json=json, home=home, key_file=key_file)
    return _open_window(call, None) if ctx.invoked_subcommand is None else None


@verb(app, "gui")
def gui(
    call: Call,
    source: Annotated[
        str | None, typer.Option(help="Camera number, file or address to start with.")
    ] = None,
) -> int:
    """Open the window."""
    return _open_window(call, source)


def _open_window(call: Call, source: str | None) -> int:
    from siamapp.screen import require_screen

    require_screen()
    for number in ENDING:  # Qt's loop asks no Python in between: the window ends at once
        signal.signal(number, signal.SIG_DFL)
    from siamapp.gui.app import run as run_window
    from siamapp.gui.app import tell_alone

    try:
        call.log()
        settings = call.settings
    except SiamError as error:
        if sys.stderr is None or not sys.stderr.isatty():  # started from a menu, by an icon
            tell_alone(error)
        raise
    return run_window(call.paths, settings, call.key, source=source)


cli_gallery.register(app)
cli_people.register(app)
cli_vault.register(app, cli_people.people_app)
cli_live.register(app)
cli_admin.register(app)
cli_models.register(app)
cli_evaluation.register(app)
cli_audit.register(app)
cli_presence.register(app)
cli_protection.register(app)


def run(argv: Sequence[str]) -> int:
    """Run one command and return its exit status."""
    call = Call()
    try:
        status = app(args=list(argv), obj=call, standalone_mode=False)
        return status if isinstance(status, int) else 0
    except SiamError as error:
        return _failed(call, type(error).__name__, error.message, error.hint)
    except typer.TyperException as error:
        # The options may not have been read yet, so the words themselves are asked for --json.
        call.json = call.json or "--json" in argv
        return _failed(call, "Usage", error.format_message(), "See `siamapp --help`.")
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except SystemExit as end:
        # Typer's end where whoever read stdout has gone; its status 1 would mean "no" here.
        return end.code if isinstance(end.code, int) and end.code > 128 else 2
    except OSError as error:
        # Which of a command's many paths it is does not matter: the system takes none so long.
        if error.errno == errno.ENAMETOOLONG:
            return _failed(call, "Usage", "A file name is too long.", "Shorten it.")
        if isinstance(error, PermissionError) and error.filename:
            message = f"{error.filename} cannot be looked at: {error.strerror}."
            return _failed(call, "Usage", message, "Check the rights of it and of its folder.")
        return _bug(call, error)
    except Exception as bug:  # noqa: BLE001 - the top of the program: report it, accept nobody
        return _bug(call, bug)


def _bug(call: Call, bug: Exception) -> int:
    message = f"Internal error: {type(bug).__name__}."
    return _failed(call, "InternalError", message, _report(call, bug))


def _failed(call: Call, kind: str, message: str, hint: str) -> int:
    line = " ".join(f"{message} {hint}".split())
    call.tell(f"siamapp: {line}")
    if call.json:
        with suppress(SiamError):  # nobody can be told, and that is an error still
            call.say(json.dumps({"error": {"kind": kind, "message": message, "hint": hint}}))
    return 2


def _report(call: Call, bug: Exception) -> str:
    """Write where it happened, without the values, which may name people."""
    try:
        path = call.log()
    except (SiamError, OSError):
        return "No report could be written."
    where = "".join(traceback.format_tb(bug.__traceback__))
    log.error("bug on the command line: %s\n%s", type(bug).__name__, where)
    return f"The report is in {path}."


def main() -> None:
    """The command line, as a program of its own."""
    _speak_utf8()
    _run_to_the_end(sys.argv[1:])


def _speak_utf8() -> None:
    """A pipe or file has the code page of Windows, which lacks most names; JSON is UTF-8 anyway."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # without a console there is none
            encoding = stream.encoding if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def main_gui() -> None:
    """The window, as a program of its own."""
    _run_to_the_end(["gui", *sys.argv[1:]])


def _run_to_the_end(argv: Sequence[str]) -> None:
    """Run a command so that whoever asks it to end finds no unfinished file, as after Ctrl-C."""
    for number in ENDING:
        if signal.getsignal(number) is signal.SIG_DFL:  # not where `nohup` has it ignored
            signal.signal(number, _end)
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(run(argv))


def _end(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
