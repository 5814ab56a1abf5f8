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
    """A change was not made."""
    kept = Signal(SiamError)
    """A change was not taken back; `undo` tries it again."""

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._done: list[tuple[int, list[Undo], str]] = []
        """Number, tokens, and what was done, in words."""
        self._made = 0
        """Changes asked for since the last `forget`."""

    def __len__(self) -> int:
        return len(self._done)

    def make(self, steps: Sequence[Callable[[], Undo]], said: str) -> None:
        """Take all steps on the jobs thread, or none; `undo` takes them back together."""
        edits = self._context.recognizer.edits
        tokens: list[Undo] = []
        self._made += 1
        kept_in, change = self._done, (self._made, tokens, said)

        def work() -> None:
            try:
                for step in steps:
                    tokens.append(step())
            except SiamError:
                edits.undo(*tokens)
                raise

        def done() -> None:
            kept_in.append(change)
            if kept_in is self._done:
                self.made.emit(said)

        self._context.change_people(work, done=done, failed=self.failed.emit)

    def undo(self) -> None:
        """Take the newest change back."""
        if not self._done:
            return
        kept_in, change = self._done, self._done.pop()
        _, tokens, said = change
        edits = self._context.recognizer.edits

        def work() -> None:
            edits.undo(*tokens)
            tokens.clear()  # what may fail from here on is tried again without them

        def failed(error: SiamError) -> None:
            kept_in.append(change)
            kept_in.sort(key=lambda one: one[0])  # an earlier one may have failed meanwhile
            if kept_in is self._done:
                self.kept.emit(error)

        self._context.change_people(work, done=lambda: self.taken_back.emit(said), failed=failed)

    def forget(self) -> None:
        """From here on nothing can be taken back: what was deleted is gone."""
        if self._made:  # also what is still being made, or taken back and may fail
            self._done, self._made = [], 0
            self._context.submit(self._context.recognizer.edits.forget_undo)
