"""The right side of the enrol page: coaching, progress, samples, name, save, errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
)

from siamapp.errors import AlreadyKnown, SiamError
from siamapp.gui.context import Context
from siamapp.gui.controls import Banner
from siamapp.gui.pictures import photo_icon, rounded
from siamapp.gui.theme import SPACE, set_role
from siamapp.gui.wording import count_of_samples, sentence
from siamapp.types import Person, Sample

if TYPE_CHECKING:
    from siamapp.collect import Progress

_THUMB_PX = 50


class EnrollForm(QFrame):
    """Shows where an enrolment stands; knows nothing of cameras or stores."""

    save_wanted = Signal(str, bool)
    """The name, and whether to enrol although the face is known already."""
    again_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._busy = False
        self._samples: list[Sample] = []
        set_role(self, "card")
        self.setFixedWidth(320)
        self._icon = QLabel()
        self._icon.setFixedSize(24, 24)
        self.coaching = QLabel()
        set_role(self.coaching, "heading")
        self.coaching.setWordWrap(True)
        self.coaching.setTextFormat(Qt.TextFormat.PlainText)
        self.coaching.setAccessibleName(self.tr("What to do"))
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Good looks gathered"))
        self.count = QLabel()
        set_role(self.count, "caption")
        self.thumbs = QListWidget()
        set_role(self.thumbs, "plain")
        self.thumbs.setAccessibleName(self.tr("Samples gathered"))
        self.thumbs.setViewMode(QListView.ViewMode.IconMode)
        self.thumbs.setIconSize(QSize(_THUMB_PX, _THUMB_PX))
        self.thumbs.setGridSize(QSize(_THUMB_PX + 12, _THUMB_PX + 12))
        self.thumbs.setMovement(QListView.Movement.Static)
        self.thumbs.setResizeMode(QListView.ResizeMode.Adjust)
        self.thumbs.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.name = QLineEdit()
        self.name.setPlaceholderText(self.tr("First and last name"))
        self.name.setAccessibleName(self.tr("Name"))
        self.name.setMaxLength(100)
        self.name.textChanged.connect(self._show_ready)
        self.name.returnPressed.connect(self._on_save)
        self.anyway = QCheckBox(self.tr("Enrol anyway"))
        self.anyway.setAccessibleName(self.anyway.text())
        self.error = Banner(context.theme)
        self.save = QPushButton(self.tr("Save"))
        set_role(self.save, "primary")
        self.save.setAccessibleName(self.save.text())
        self.save.clicked.connect(self._on_save)
        self.again = QPushButton(self.tr("Start over"))
        self.again.setAccessibleName(self.again.text())
        self.again.clicked.connect(self.again_wanted)
        self._lay_out()
        self.reset()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE[3])
        top.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.coaching, 1)
        label = QLabel(self.tr("&Name"))
        label.setBuddy(self.name)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE[2])
        buttons.addWidget(self.again)
        buttons.addWidget(self.save, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[4], SPACE[4], SPACE[4], SPACE[4])
        column.setSpacing(SPACE[3])
        column.addWidget(label)
        column.addWidget(self.name)
        column.addSpacing(SPACE[2])
        column.addLayout(top)
        column.addWidget(self.progress)
        column.addWidget(self.count)
        column.addWidget(self.thumbs, 1)
        column.addWidget(self.error)
        column.addWidget(self.anyway)
        column.addLayout(buttons)

    @property
    def samples(self) -> list[Sample]:
        return self._samples

    def reset(self) -> None:
        self.name.clear()
        self.begin(0)
        self._coach(
            "enrol", "muted", self.tr("Give a name and choose a camera, a video or photos.")
        )

    def begin(self, wanted: int) -> None:
        """A new gathering starts; the name stays."""
        self._samples = []
        self._busy = False
        self.thumbs.clear()
        self.progress.setRange(0, max(wanted, 1))
        self.progress.setValue(0)
        self.progress.setVisible(wanted > 0)
        self.count.setText("")
        self.error.clear()
        self.anyway.setChecked(False)
        self.anyway.hide()
        self._coach("camera", "muted", self.tr("Look at the camera."))
        self._show_ready()

    def show_progress(self, progress: Progress) -> None:
        self.progress.setValue(progress.good)
        self.count.setText(
            self.tr("{good} of {wanted} good looks").format(
                good=progress.good, wanted=self.progress.maximum()
            )
        )
        if progress.advice:
            self._coach("poor", "warn", sentence(progress.advice))
        else:
            self._coach(
                "match", "good", self.tr("Good. Turn your head slowly, a little to each side.")
            )

    def show_samples(self, samples: Sequence[Sample]) -> None:
        """The gathering is over and gave these."""
        self._busy = False
        self._samples = list(samples)
        self.thumbs.clear()
        ratio = self.devicePixelRatioF()
        for sample in samples:
            picture = rounded(sample.crop_bgr, _THUMB_PX, self._context.theme.colours, ratio=ratio)
            self.thumbs.addItem(QListWidgetItem(photo_icon(picture), ""))
        self.progress.setRange(0, 1)
        self.progress.setValue(1)
        self.count.setText(
            self.tr("{count}; the best are kept").format(count=count_of_samples(len(samples)))
        )
        ready = self.name.text().strip()
        text = self.tr("Ready to save.") if ready else self.tr("Now give a name and save.")
        self._coach("match", "good", text)
        self.name.setFocus()
        self._show_ready()

    def show_busy(self, text: str) -> None:
        self._busy = True
        self.error.clear()
        self._coach("waiting", "muted", text)
        self._show_ready()

    def show_saved(self, person: Person) -> None:
        self.reset()
        self._coach(
            "match",
            "good",
            self.tr("{name} is enrolled with {count}.").format(
                name=person.name, count=count_of_samples(person.templates)
            ),
        )

    def show_error(self, error: SiamError) -> None:
        self.show_text(str(error))

    def show_known(self, error: AlreadyKnown) -> None:
        """The face has another name already; the user may know better."""
        hint = self.tr("Tick “Enrol anyway” if this really is somebody else.")
        self.show_text(f"{error.message} {hint}")
        self.anyway.show()

    def show_text(self, text: str) -> None:
        self._busy = False
        self.error.show_text(text)
        self._coach("error", "bad", self.tr("Not enrolled."))
        self._show_ready()

    def _coach(self, icon: str, tone: str, text: str) -> None:
        self._context.theme.set_icon(self._icon, icon, tone, side_px=24)
        self.coaching.setText(text)

    def _show_ready(self) -> None:
        named = bool(self.name.text().strip())
        self.save.setEnabled(bool(self._samples) and named and not self._busy)

    def _on_save(self) -> None:
        if self.save.isEnabled():
            self.save_wanted.emit(self.name.text().strip(), self.anyway.isChecked())
