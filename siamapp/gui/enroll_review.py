"""Before saving: the samples kept, each of which can be taken again, look-alikes, consent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from PySide6.QtCore import QLocale, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from siamapp.gui.consent_fields import ConsentFields
from siamapp.gui.context import Context
from siamapp.gui.controls import Banner
from siamapp.gui.pictures import photo_icon, rounded
from siamapp.gui.theme import SPACE, set_role
from siamapp.identity.look_alikes import LOOK_ALIKE
from siamapp.types import Candidate, Consent, Sample

_THUMB_PX: Final = 56


class EnrollReview(QWidget):
    """What would be saved."""

    retake_wanted = Signal(int)
    """The sample at this place shall be taken again."""
    more_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._nearest: Candidate | None = None
        self._limit = 0.0
        self.samples: list[Sample] = []
        self._hint = QLabel()
        set_role(self._hint, "caption")
        self._hint.setWordWrap(True)
        self.thumbs = QListWidget()
        set_role(self.thumbs, "plain")
        self.thumbs.setViewMode(QListView.ViewMode.IconMode)
        self.thumbs.setIconSize(QSize(_THUMB_PX, _THUMB_PX))
        self.thumbs.setGridSize(QSize(_THUMB_PX + 14, _THUMB_PX + 14))
        self.thumbs.setMovement(QListView.Movement.Static)
        self.thumbs.setResizeMode(QListView.ResizeMode.Adjust)
        self.thumbs.setMinimumHeight(_THUMB_PX + 22)
        # It gives way first, and takes what is left.
        self.thumbs.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.thumbs.itemClicked.connect(self._on_chosen)
        self.thumbs.itemActivated.connect(self._on_chosen)
        self.more = QPushButton()
        self.more.clicked.connect(self.more_wanted)
        context.theme.set_icon(self.more, "add")
        self.alike = Banner(context.theme)
        self.with_consent = QCheckBox()
        self.fields = ConsentFields()
        self.with_consent.toggled.connect(self.fields.setVisible)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE[2])
        column.addWidget(self._hint)
        column.addWidget(self.thumbs, 1)
        row = QHBoxLayout()
        row.addWidget(self.more)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.alike)
        column.addWidget(self.with_consent)
        column.addWidget(self.fields)
        self.reset()
        self.retranslate()

    def retranslate(self) -> None:
        self._hint.setText(
            self.tr(
                "{count} kept: the best and most different. Click one to take it again."
            ).format(count=QLocale().toString(len(self.samples)))
        )
        self.thumbs.setAccessibleName(self.tr("Samples kept"))
        self.more.setText(self.tr("Add looks"))
        self.more.setToolTip(self.tr("More looks of the same person: glasses on, glasses off"))
        self.with_consent.setText(self.tr("Note the consent"))
        for index in range(self.thumbs.count()):
            text = self.tr("Sample {number}: take it again").format(number=index + 1)
            self.thumbs.item(index).setToolTip(text)
            self.thumbs.item(index).setData(Qt.ItemDataRole.AccessibleTextRole, text)
        self._show_nearest()

    @property
    def consent(self) -> Consent:
        return self.fields.consent if self.with_consent.isChecked() else Consent()

    def reset(self) -> None:
        days = self._context.settings.retention_days
        until = date.today() + timedelta(days=days) if days else None
        self.fields.fill(Consent(retain_until=until))
        self.with_consent.setChecked(until is not None)
        self.fields.setVisible(until is not None)
        self.show_samples((), None, 0.0)

    def show_samples(
        self, samples: Sequence[Sample], nearest: Candidate | None, limit: float
    ) -> None:
        """Show samples, and who of the gallery comes nearest, against the threshold `limit`."""
        self.samples = list(samples)
        self._nearest, self._limit = nearest, limit
        self.thumbs.clear()
        ratio = self.devicePixelRatioF()
        for sample in samples:
            picture = rounded(sample.crop_bgr, _THUMB_PX, self._context.theme.colours, ratio=ratio)
            self.thumbs.addItem(QListWidgetItem(photo_icon(picture), ""))
        self.retranslate()

    def drop(self, index: int) -> list[Sample]:
        """What is kept without the sample at that place."""
        return [sample for place, sample in enumerate(self.samples) if place != index]

    def _show_nearest(self) -> None:
        near = self._nearest
        if near is None or near.distance > LOOK_ALIKE * self._limit:
            self.alike.clear()
            return
        text = self.tr(
            "Looks like {name}, who is enrolled: distance {distance:.2f}, limit {limit:.2f}."
        )
        self.alike.show_text(
            text.format(name=near.name, distance=near.distance, limit=self._limit), "warn"
        )

    def _on_chosen(self, item: QListWidgetItem) -> None:
        self.retake_wanted.emit(self.thumbs.row(item))
