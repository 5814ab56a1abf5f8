"""The import of a folder of people: looked at on all cores, enrolled one job per person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from siamapp.errors import SiamError
from siamapp.gui.context import Context
from siamapp.live.bulk import Looked, looked_at, workers_for
from siamapp.live.people_folders import not_enrolled, subfolders
from siamapp.types import Person


class Importing(QObject):
    """One run. It has no parent: a job in hand may end after the dialog that began it is gone.
    For the same reason it asks `jobs`: its walk has to be closed even where the gallery is.

    Who is enrolled already is passed by, so a run that was stopped goes on with the next one.
    """

    listed = Signal(int, list)
    """How many folders there are, and the names of those that are enrolled already."""
    looked = Signal(str, object)
    """A folder's name, and the `Person` that was enrolled or the `SiamError` why nobody was."""
    ended = Signal(object)
    """None where every folder was looked at or the run was stopped, else the `SiamError`."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._recognizer = context.recognizer
        self._walk: Iterator[tuple[Path, Looked]] = iter(())
        self._enrolled = False
        self.running = False
        context.closing.connect(self.stop)  # the gallery that it enrols into

    def start(self, folder: Path) -> None:
        """List the folder, start the workers that pay, and enrol what they find."""
        self.running = True
        recognizer = self._recognizer

        def work() -> tuple[int, list[str]]:
            children = subfolders(folder)
            waiting = not_enrolled(children, recognizer.people.all())
            left = set(waiting)
            workers = workers_for(len(waiting))
            self._walk = looked_at(recognizer, self._context.paths, waiting, workers=workers)
            return len(children), [c.name for c in children if c not in left]

        def done(found: tuple[int, list[str]]) -> None:
            self.listed.emit(*found)
            self._next()

        self._context.jobs.submit(work, done=done, failed=self._end)

    def stop(self) -> None:
        """After the person in hand; whoever is enrolled stays."""
        self.running = False

    def _next(self) -> None:
        if not self.running:
            # On the thread that walks: a generator is closed where it runs. It ends the workers.
            self._context.jobs.submit(lambda: self._walk.close())  # type: ignore[attr-defined]
            self._end(None)
            return
        self._context.jobs.submit(self._enrol_one, done=self._on_one, failed=self._end)

    def _enrol_one(self) -> tuple[str, Person | SiamError] | None:
        for folder, found in self._walk:
            if isinstance(found, SiamError):
                return folder.name, found
            try:
                return folder.name, self._recognizer.enroll(folder.name, found)
            except SiamError as refused:
                return folder.name, refused
        return None

    def _on_one(self, answer: tuple[str, Person | SiamError] | None) -> None:
        if answer is None:
            self._end(None)
            return
        self._enrolled |= isinstance(answer[1], Person)
        self.looked.emit(*answer)
        self._next()

    def _end(self, error: SiamError | None) -> None:
        self.running = False
        if self._enrolled:
            self._context.people_changed.emit()
        self.ended.emit(error)
