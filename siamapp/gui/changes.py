"""Changes to the people that can be taken back until the page is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from siamapp.errors import SiamError
from siamapp.gui.context import Context

if TYPE_CHECKING:
    from siamapp.store.undo import Undo


class Changes(QObject):
    """Makes changes on the jobs thread and keeps their tokens, newest last."""

    made = Signal(str)
    """A change was made; what was done, in words."""
    taken_back = Signal(str)
    failed = Signal(SiamError)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._done: list[tuple[list[Undo], str]] = []

    def __len__(self) -> int:
        return len(self._done)

    def make(self, steps: Sequence[Callable[[], Undo]], said: str) -> None:
        """Take all steps on the jobs thread, or none; `undo` takes them back together."""
        edits = self._context.recognizer.edits
        tokens: list[Undo] = []

        def work() -> None:
            try:
                for step in steps:
                    tokens.append(step())
            except SiamError:
                for token in reversed(tokens):
                    edits.undo(token)
                raise

        def done() -> None:
            self._done.append((tokens, said))
            self.made.emit(said)

        self._context.change_people(work, done=done, failed=self.failed.emit)

    def undo(self) -> None:
        """Take the newest change back."""
        if not self._done:
            return
        tokens, said = self._done.pop()
        edits = self._context.recognizer.edits

        def work() -> None:
            for token in reversed(tokens):
                edits.undo(token)

        self._context.change_people(
            work, done=lambda: self.taken_back.emit(said), failed=self.failed.emit
        )

    def forget(self) -> None:
        """From here on nothing can be taken back: what was deleted is gone."""
        if self._done:
            self._done.clear()
            self._context.submit(self._context.recognizer.edits.forget_undo)
