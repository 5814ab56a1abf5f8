"""A person's samples: picture, how far each is from the others, how good it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from siamapp.gui.context import Context
from siamapp.gui.pictures import photo_icon, rounded
from siamapp.gui.theme import SPACE, font, scaled, set_role
from siamapp.gui.wording import degrees
from siamapp.identity.match import distances
from siamapp.types import BgrImage, Quality

if TYPE_CHECKING:
    from siamapp.recognizer import Recognizer

SAMPLE_PX: Final = 92


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One sample as it is shown."""

    template_id: int
    quality: Quality
    crop_bgr: BgrImage | None
    to_others: float | None
    """Median distance to the person's other samples of the same embedder; None without others."""


def looks_of(recognizer: Recognizer, person_id: int) -> list[Look]:
    """A person's samples with their distances; called on the jobs thread."""
    metric = recognizer.pipeline.metric
    templates = recognizer.people.templates(person_id)
    crops = recognizer.people.crops([t.template_id for t in templates])
    looks = []
    for template in templates:
        others = [
            t.embedding
            for t in templates
            if t is not template and t.embedder_id == template.embedder_id
        ]
        apart = (
            float(np.median(distances(template.embedding, np.stack(others), metric)))
            if others
            else None
        )
        crop = crops.get(template.template_id)
        looks.append(Look(template.template_id, template.quality, crop, apart))
    return looks


class SampleList(QWidget):
    """Shows the samples; which are chosen decides what can be done with them."""

    remove_wanted = Signal(list)
    split_wanted = Signal(list)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._looks: Sequence[Look] = ()
        self.heading = QLabel()
        set_role(self.heading, "heading")
        self.split = QPushButton()
        context.theme.set_icon(self.split, "split")
        self.split.clicked.connect(lambda: self.split_wanted.emit(self.chosen))
        self.remove = QPushButton()
        context.theme.set_icon(self.remove, "delete", "bad")
        set_role(self.remove, "danger")
        self.remove.clicked.connect(lambda: self.remove_wanted.emit(self.chosen))
        self.list = QListWidget()
        set_role(self.list, "plain")
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setIconSize(QSize(SAMPLE_PX, SAMPLE_PX))
        self.list.setMovement(QListView.Movement.Static)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setWordWrap(True)
        self.list.setFont(font("small"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.itemSelectionChanged.connect(self._on_selected)
        bar = QHBoxLayout()
        bar.setSpacing(SPACE[2])
        bar.addWidget(self.heading, 1)
        bar.addWidget(self.split)
        bar.addWidget(self.remove)
        self.hint = QLabel()
        set_role(self.hint, "caption")
        self.hint.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE[2])
        column.addLayout(bar)
        column.addWidget(self.hint)
        column.addWidget(self.list, 1)
        context.theme.changed.connect(self._fill)
        self.retranslate()

    def retranslate(self) -> None:
        self.heading.setText(self.tr("Samples"))
        self.list.setAccessibleName(self.tr("Samples"))
        self.split.setText(self.tr("Split off…"))
        self.split.setAccessibleName(self.tr("Make another person of the chosen samples"))
        self.split.setToolTip(self.split.accessibleName())
        self.remove.setText(self.tr("Remove"))
        self.remove.setAccessibleName(self.tr("Remove the chosen samples"))
        self.remove.setToolTip(self.remove.accessibleName())
        self.hint.setText(
            self.tr(
                "The distance is to the person’s other samples. "
                "Choose some to split them off or to remove them."
            )
        )
        self._fill()

    @property
    def chosen(self) -> list[int]:
        """Template ids."""
        return [item.data(Qt.ItemDataRole.UserRole) for item in self.list.selectedItems()]

    def show_looks(self, looks: Sequence[Look]) -> None:
        self._looks = looks
        self._fill()

    def _fill(self) -> None:
        self.list.clear()
        line = self.fontMetrics().height()
        self.list.setGridSize(QSize(scaled(SAMPLE_PX + 24), SAMPLE_PX + 2 * line + 18))
        ratio = self.devicePixelRatioF()
        for look in self._looks:
            item = QListWidgetItem(photo_icon(self._picture(look, ratio)), self._words(look))
            item.setData(Qt.ItemDataRole.UserRole, look.template_id)
            item.setToolTip(self._details(look.quality))
            self.list.addItem(item)
        self._on_selected()

    def _picture(self, look: Look, ratio: float) -> QPixmap:
        return rounded(look.crop_bgr, SAMPLE_PX, self._context.theme.colours, ratio=ratio)

    def _words(self, look: Look) -> str:
        eyes = self.tr("eyes {eyes:.0f} px").format(eyes=look.quality.eye_distance_px)
        if look.to_others is None:
            return eyes
        far = self._context.is_open and (look.to_others > self._context.recognizer.policy.threshold)
        words = self.tr("{distance:.2f}: far off") if far else self.tr("distance {distance:.2f}")
        return f"{words.format(distance=look.to_others)}\n{eyes}"

    def _details(self, quality: Quality) -> str:
        return self.tr(
            "Sharpness {sharp:.2f}, brightness {light:.2f}, contrast {contrast:.2f}\n"
            "Turned {yaw}, nodded {pitch}, tilted {roll}"
        ).format(
            sharp=quality.sharpness,
            light=quality.luminance,
            contrast=quality.contrast,
            yaw=degrees(quality.yaw_deg),
            pitch=degrees(quality.pitch_deg),
            roll=degrees(quality.roll_deg),
        )

    def _on_selected(self) -> None:
        some = bool(self.chosen) and len(self.chosen) < self.list.count()
        self.remove.setEnabled(some)
        self.split.setEnabled(some)
