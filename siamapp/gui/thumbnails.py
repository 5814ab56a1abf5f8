"""Small round-cornered pictures of stored crops, decoded on the jobs thread, the newest kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from siamapp.gui.context import Context
from siamapp.gui.pictures import thumbnail

KEPT: Final = 600
BATCH: Final = 16
"""Crops decoded before the jobs thread may do something else."""
WAITING: Final = 160
"""Wishes kept; the oldest were scrolled past and are dropped."""


class Thumbnails(QObject):
    """Asked for while painting: gives what is there, and fetches what is not."""

    ready = Signal()
    """Some that were wished for can be painted now."""

    def __init__(self, context: Context, side_px: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._side_px = side_px
        self._kept: OrderedDict[int, QImage] = OrderedDict()
        self._wished: OrderedDict[int, None] = OrderedDict()
        self._busy = False

    def get(self, template_id: int, ratio: float) -> QImage | None:
        """The picture of a template's crop, or None: `ready` tells when to ask again."""
        image = self._kept.get(template_id)
        if image is not None:
            self._kept.move_to_end(template_id)
            return image
        self._wished[template_id] = None
        self._wished.move_to_end(template_id)
        while len(self._wished) > WAITING:
            self._wished.popitem(last=False)
        self._fetch(ratio)
        return None

    def keep_only(self, template_ids: Collection[int]) -> None:
        """Let go of the pictures of all other templates: they may be deleted."""
        for gone in self._kept.keys() - set(template_ids):
            del self._kept[gone]

    def _fetch(self, ratio: float) -> None:
        if self._busy or not self._wished or not self._context.is_open:
            return
        self._busy = True
        # The newest wishes are what is in view now.
        batch = [self._wished.popitem()[0] for _ in range(min(BATCH, len(self._wished)))]
        people, side = self._context.recognizer.people, round(self._side_px * ratio)

        def work() -> dict[int, QImage]:
            crops = people.crops(batch)
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

        self._context.jobs.submit(work, done=done, failed=failed)
