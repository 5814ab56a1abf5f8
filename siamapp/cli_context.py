"""What every command shares: `--json`, `--home`, `--key-file`, and how answers are given.

Heavy imports (OpenCV, onnxruntime, SQLCipher, Qt) happen inside functions: `--help` needs none.
"""

from __future__ import annotations

import functools
import inspect
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from siamapp.errors import ClockDoubted, KeyUnavailable, SiamError
from siamapp.log import log_to_file
from siamapp.paths import Paths, expanded
from siamapp.settings import Settings

if TYPE_CHECKING:
    from siamapp.pipeline import Pipeline
    from siamapp.recognizer import Recognizer
    from siamapp.store.database import Database
    from siamapp.store.keys import AskPassphrase, Key
    from siamapp.vision.presence import Mode

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, nothing else.")]
Home = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of gallery and settings; else SIAMAPP_HOME."),
]
KeyFile = Annotated[
    Path | None,
    typer.Option("--key-file", help="The gallery's key; else SIAMAPP_KEY_FILE, else the keyring."),
]


@dataclass(slots=True)
class Call:
    """One run of the command line."""

    json: bool = False
    home: Path | None = None
    key_file: Path | None = None

    def take(self, *, json: bool, home: Path | None, key_file: Path | None) -> None:
        """Shared options count wherever they stand; those after the verb win."""
        self.json = self.json or json
        self.home = home or self.home
        self.key_file = key_file or self.key_file

    @property
    def paths(self) -> Paths:
        return Paths(expanded(self.home)) if self.home else Paths.default()

    @property
    def settings(self) -> Settings:
        return Settings.load(self.paths)

    @property
    def key_path(self) -> Path | None:
        named = self.key_file or os.environ.get("SIAMAPP_KEY_FILE")
        return expanded(named) if named else None

    def key(self, ask_passphrase: AskPassphrase | None = None, *, keyring: bool = True) -> Key:
        """The gallery's key; by default a passphrase is asked for where there is a terminal."""
        from siamapp.store.vault import find_key

        if ask_passphrase is None and may_ask():
            ask_passphrase = self.ask_passphrase
        return find_key(
            self.paths.home,
            key_file=self.key_path,
            ask_passphrase=ask_passphrase,
            keyring=keyring,
        )

    @staticmethod
    def ask_passphrase(new: bool, of: str = "the gallery") -> str:
        """Ask on the terminal.

        Raises:
            KeyUnavailable: there is none.
        """
        if not may_ask():
            raise KeyUnavailable(
                f"The passphrase of {of} is needed.", "Start siamapp in a terminal, or give a file."
            )
        text = f"{'New passphrase for' if new else 'Passphrase of'} {of}"
        answer: str = typer.prompt(text, hide_input=True, confirmation_prompt=new, err=True)
        return answer

    def database(self, key: Key | None = None) -> Database:
        """The open gallery, without any model; a key that was looked for is wiped again."""
        from siamapp.store.database import Database
        from siamapp.store.edits import Edits
        from siamapp.store.retention import delete_expired

        self.log()
        found = key or self.key()
        try:
            database = Database.open(self.paths.home, found)
        finally:
            if key is None:
                found.wipe()
        days = self.settings.retention_days
        try:
            gone = delete_expired(database, Edits(database), date.today(), rejected_days=days)
            self.tell_expired(gone)
        except ClockDoubted as error:
            self.tell(str(error))
        return database

    def recognizer(self, *, presence: Mode | None = None) -> Recognizer:
        """Models and gallery, open; `presence` instead of the setting."""
        from siamapp.recognizer import Recognizer

        self.log()
        settings = self.settings.changed("presence", presence) if presence else self.settings
        key = self.key()
        try:
            recognizer = Recognizer.open(self.paths, settings, key)
        finally:
            key.wipe()
        self.tell_expired(recognizer.expired, recognizer.put_off)
        self._tell_refused(recognizer.pipeline, settings.provider)
        return recognizer

    def _tell_refused(self, pipeline: Pipeline, wanted: str) -> None:
        """That a provider which was chosen by name does not run the models, and why."""
        if wanted == "auto":
            return
        models = (pipeline.embedder.model, pipeline.detector.model)
        refused = next((model for model in models if model.refused), None)
        if refused is not None:
            self.tell(
                f"{wanted.upper()} was chosen, but the models run on {refused.provider.upper()}. "
                f"{refused.refused}"
            )

    def log(self) -> Path:
        """Start the log file of this home."""
        self.paths.ensure()
        return log_to_file(self.paths.log_dir)

    def answer(self, document: object, text: str) -> None:
        """The command's result, on stdout: the document with `--json`, else the text."""
        said = json.dumps(document, ensure_ascii=False, default=str) if self.json else text
        # A file's name may hold bytes that are no text: escaped, as JSON knows it too.
        self.say(said.encode(errors="backslashreplace").decode())

    @staticmethod
    def say(text: str) -> None:
        """A line on stdout. Raises SiamError where the disk that it goes to is full."""
        try:
            typer.echo(text)
        except BrokenPipeError:  # who read it has gone, and needs no word of it
            raise
        except OSError as error:
            raise SiamError(f"The answer cannot be written: {error.strerror}.", "") from error

    @contextmanager
    def progress(self, total: int) -> Iterator[Callable[[int], None]]:
        """A bar on stderr where that is a terminal; gives what moves it on by so many."""
        from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

        columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(
            *columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
        ) as bar:
            task = bar.add_task("", total=total)
            yield lambda count: bar.advance(task, count)

    def tell_expired(self, names: list[str], put_off: ClockDoubted | None = None) -> None:
        """Who was deleted, for the last day to keep them is past, or why nobody was."""
        if put_off is not None:
            self.tell(str(put_off))
        for name in names:
            self.tell(f"{name} was to be kept no longer, and is deleted.")

    @staticmethod
    def tell(text: str) -> None:
        """A message beside the result, on stderr."""
        with suppress(OSError):  # what is told beside the work does not end it
            Console(stderr=True, highlight=False, soft_wrap=True).print(text, markup=False)


def may_ask() -> bool:
    """Whether somebody sits at a terminal; `siamapp <&-` has no stdin at all."""
    return sys.stdin is not None and sys.stdin.isatty()


def verb(app: typer.Typer, name: str) -> Callable[[Callable[..., int | None]], None]:
    """Register a command that takes a `Call` first, and give it the shared options.

    The command returns its exit status; None is 0.
    """

    def register(command: Callable[..., int | None]) -> None:
        @functools.wraps(command)
        def run(
            ctx: typer.Context, *, json: bool, home: Path | None, key_file: Path | None, **own: Any
        ) -> int:
            call: Call = ctx.obj
            call.take(json=json, home=home, key_file=key_file)
            return command(call, **own) or 0

        own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
        keyword = inspect.Parameter.KEYWORD_ONLY
        context = inspect.Parameter("ctx", keyword, annotation=typer.Context)
        shared = [
            inspect.Parameter("json", keyword, default=False, annotation=Json),
            inspect.Parameter("home", keyword, default=None, annotation=Home),
            inspect.Parameter("key_file", keyword, default=None, annotation=KeyFile),
        ]
        parameters = [context, *(p.replace(kind=keyword) for p in own), *shared]
        # Typer reads the signature; `wraps` would have it read the command's own.
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in parameters}
        del run.__wrapped__
        app.command(name)(run)

    return register
