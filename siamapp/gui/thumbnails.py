"""Small round-cornered pictures that the gallery keeps, decoded on the jobs thread."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from siamapp.gui.context import Context
from siamapp.gui.pictures import thumbnail
from siamapp.types import BgrImage

if TYPE_CHECKING:
    from siamapp.recognizer import Recognizer

Read: TypeAlias = "Callable[[Recognizer, Sequence[int]], dict[int, BgrImage]]"
KEPT: Final = 600
BATCH: Final = 16
"""Crops decoded before the jobs thread may do something else."""
WAITING: Final = 160
"""Wishes kept; the oldest were scrolled past and are dropped."""


class Thumbnails(QObject):
    """Asked for while painting: gives what is there, and fetches what is not."""

    ready = Signal()
    """Some that were wished for can be painted now."""

    def __init__(
        self,
        context: Context,
        side_px: int,
        parent: QObject | None = None,
        *,
        read: Read = lambda recognizer, keys: recognizer.people.crops(keys),
    ) -> None:
        """`read` fetches the pictures by their keys, on the jobs thread."""
        super().__init__(parent)
        self._read = read
        self._context = context
        self._side_px = side_px
        self._kept: OrderedDict[int, QImage] = OrderedDict()
        self._wished: OrderedDict[int, None] = OrderedDict()
        self._busy = False
        context.closing.connect(self._forget)

    def get(self, key: int, ratio: float) -> QImage | None:
        """A picture by its key (of a template's crop, its id), or None: `ready` says ask again."""
        image = self._kept.get(key)
        if image is not None:
            self._kept.move_to_end(key)
            return image
        self._wished[key] = None
        self._wished.move_to_end(key)
        while len(self._wished) > WAITING:
            self._wished.popitem(last=False)
        self._fetch(ratio)
        return None

    def keep_only(self, keys: Collection[int]) -> None:
        """Let go of all other pictures: they may be deleted."""
        for gone in self._kept.keys() - set(keys):
            del self._kept[gone]

    def _forget(self) -> None:
        """The gallery closes: no face of it stays, and what was asked is not answered."""
        self._kept.clear()
        self._wished.clear()
        self._busy = False

    def _fetch(self, ratio: float) -> None:
        if self._busy or not self._wished or not self._context.is_open:
            return
        self._busy = True
        # The newest wishes are what is in view now.
        batch = [self._wished.popitem()[0] for _ in range(min(BATCH, len(self._wished)))]
        recognizer, side = self._context.recognizer, round(self._side_px * ratio)

        def work() -> dict[int, QImage]:
            crops = self._read(recognizer, batch)
            return {key: thumbnail(crop, side, ratio) for key, crop in crops.items()}

        def done(images: dict[int, QImage]) -> None:
            self._kept.update(images)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            self._busy = False
            if images:
                self.ready.emit()
            self._fetch(ratio)

        def failed(_error: Exception) -> None:
            self._busy = False

        self._context.submit(work, done=done, failed=failed)
