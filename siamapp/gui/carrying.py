"""Chosen people into an encrypted file, and from such a file into this gallery."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from siamapp.errors import SiamError
from siamapp.gui.context import Context
from siamapp.gui.core_words import in_words
from siamapp.gui.dialogs import PassphraseDialog
from siamapp.gui.wording import count_of_people
from siamapp.types import Person

SUFFIX: Final = ".siampeople"


class Carrying(QObject):
    """Asks for the file and its passphrase; the jobs thread does the rest."""

    told = Signal(str, str)
    """What came of it, and its tone."""
    failed = Signal(SiamError)

    def __init__(self, context: Context, window: QWidget) -> None:
        super().__init__(window)
        self._context = context
        self._window = window

    def ask_export(self, people: Sequence[Person]) -> None:
        """Let the user choose where to, and export."""
        name, _ = QFileDialog.getSaveFileName(
            self._window, self.tr("Export people"), f"people{SUFFIX}", self._filter()
        )
        passphrase = self._passphrase(new=True) if name else ""
        if passphrase:
            self.export_to(Path(name), people, passphrase)

    def ask_import(self) -> None:
        """Let the user choose a file, and import everybody in it."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, self.tr("Import people"), "", self._filter()
        )
        passphrase = self._passphrase(new=False) if name else ""
        if passphrase:
            self.import_from(Path(name), passphrase)

    def export_to(self, path: Path, people: Sequence[Person], passphrase: str) -> None:
        """Write `people` to `path`; a file of that name is replaced."""
        recognizer, ids = self._context.recognizer, [person.person_id for person in people]

        def work() -> None:
            from siamapp.store.transfer import export_people
            from siamapp.store.vault import new_key

            key, vault = new_key("passphrase", ask_passphrase=lambda _new: passphrase)
            # The dialog has asked already whether a file of that name may be replaced.
            with key:
                export_people(recognizer.database, ids, path, vault=vault, key=key, overwrite=True)

        def done(_: None) -> None:
            said = self.tr("{people} exported to {file}. Only the passphrase opens it.")
            people = count_of_people(len(ids))
            self.told.emit(said.format(people=people, file=path.name), "good")

        self._context.submit(work, done=done, failed=self.failed.emit)

    def import_from(self, path: Path, passphrase: str) -> None:
        """Enrol everybody of the file whose name and face are new here."""
        recognizer = self._context.recognizer
        results: list[tuple[list[Person], list[tuple[str, str]]]] = []

        def work() -> None:
            from siamapp.store.vault import known_key

            results.append(
                recognizer.import_people(
                    path, lambda vault: known_key(vault, ask_passphrase=lambda _new: passphrase)
                )
            )

        def done() -> None:
            added, refused = results[0]
            self.told.emit(*self._words_of(added, refused))

        self._context.change_people(work, done=done, failed=self.failed.emit)

    def _words_of(self, added: list[Person], refused: list[tuple[str, str]]) -> tuple[str, str]:
        said = self.tr("{people} imported.").format(people=count_of_people(len(added)))
        if not refused:
            return said, "good"
        name, reason = refused[0]
        more = self.tr("{said} {count} refused; {name}: {reason}")
        return more.format(
            said=said, count=len(refused), name=name, reason=in_words(reason)
        ), "warn"

    def _filter(self) -> str:
        return self.tr("Exported people (*{suffix});;All files (*)").format(suffix=SUFFIX)

    def _passphrase(self, *, new: bool) -> str:
        text = (
            self.tr("Choose a passphrase for the file. Whoever imports it needs to know it.")
            if new
            else self.tr("Enter the passphrase that the file was exported with.")
        )
        dialog = PassphraseDialog(
            self._window, new=new, title=self.tr("Passphrase of the file"), text=text
        )
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        passphrase = dialog.passphrase.text() if accepted else ""
        dialog.deleteLater()
        return passphrase
