"""One person: photo, name, samples with their quality, rename and delete."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QDateTime, QLocale, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
)

from siamapp.errors import SiamError
from siamapp.gui.context import Context
from siamapp.gui.dialogs import confirmed
from siamapp.gui.pictures import photo_icon, rounded
from siamapp.gui.theme import SPACE, set_role
from siamapp.types import BgrImage, Person, Quality, Template

_PHOTO_PX = 88
_SAMPLE_PX = 92


class PersonCard(QFrame):
    """Shows the selected person and changes them through the jobs thread."""

    failed = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._person: Person | None = None
        set_role(self, "card")
        self._photo = QLabel()
        self._photo.setFixedSize(_PHOTO_PX, _PHOTO_PX)
        self.name = QLabel()
        set_role(self.name, "title")
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.name.setWordWrap(True)
        self._facts = QLabel()
        set_role(self._facts, "muted")
        self.name_field = QLineEdit()
        self.name_field.setAccessibleName(self.tr("New name"))
        self.name_field.setMaxLength(100)
        self.name_field.returnPressed.connect(self._on_renamed)
        escape = QShortcut(
            QKeySequence(Qt.Key.Key_Escape), self.name_field, self._on_rename_cancelled
        )
        escape.setContext(Qt.ShortcutContext.WidgetShortcut)
        self.rename = self._button(self.tr("Rename"), "rename", self._on_rename)
        self.delete = self._button(self.tr("Delete…"), "delete", self._on_delete)
        set_role(self.delete, "danger")
        self.samples = QListWidget()
        set_role(self.samples, "plain")
        self.samples.setAccessibleName(self.tr("Samples"))
        self.samples.setViewMode(QListView.ViewMode.IconMode)
        self.samples.setIconSize(QSize(_SAMPLE_PX, _SAMPLE_PX))
        self.samples.setGridSize(QSize(_SAMPLE_PX + 28, _SAMPLE_PX + 60))
        self.samples.setMovement(QListView.Movement.Static)
        self.samples.setResizeMode(QListView.ResizeMode.Adjust)
        self.samples.setWordWrap(True)
        self.samples.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.samples.itemSelectionChanged.connect(self._on_sample_selected)
        self.remove = self._button(self.tr("Remove sample"), "delete", self._on_remove)
        self._lay_out()

    def _button(self, text: str, icon: str, slot: Callable[[], None]) -> QPushButton:
        button = QPushButton(text)
        button.setAccessibleName(text.removesuffix("…"))
        self._context.theme.set_icon(button, icon, "bad" if icon == "delete" else "text")
        button.clicked.connect(slot)
        return button

    def _lay_out(self) -> None:
        self._name_stack = QStackedWidget()
        self._name_stack.addWidget(self.name)
        self._name_stack.addWidget(self.name_field)
        words = QVBoxLayout()
        words.setSpacing(SPACE[1])
        words.addStretch(1)
        words.addWidget(self._name_stack)
        words.addWidget(self._facts)
        words.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(SPACE[4])
        top.addWidget(self._photo)
        top.addLayout(words, 1)
        top.addWidget(self.rename, 0, Qt.AlignmentFlag.AlignVCenter)
        top.addWidget(self.delete, 0, Qt.AlignmentFlag.AlignVCenter)
        heading = QLabel(self.tr("Samples"))
        set_role(heading, "heading")
        bar = QHBoxLayout()
        bar.addWidget(heading, 1)
        bar.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[4], SPACE[4], SPACE[4], SPACE[4])
        column.setSpacing(SPACE[4])
        column.addLayout(top)
        column.addLayout(bar)
        column.addWidget(self.samples, 1)

    def show_person(self, person: Person, photo_bgr: BgrImage | None) -> None:
        self._person = person
        ratio = self.devicePixelRatioF()
        self._photo.setPixmap(
            rounded(photo_bgr, _PHOTO_PX, self._context.theme.colours, ratio=ratio)
        )
        self._photo.setAccessibleName(self.tr("Photo"))
        self.name.setText(person.name)
        self._name_stack.setCurrentWidget(self.name)
        when = QDateTime.fromString(person.created_utc, Qt.DateFormat.ISODate).toLocalTime()
        day = QLocale().toString(when.date(), QLocale.FormatType.LongFormat)
        self._facts.setText(self.tr("Enrolled on {day}").format(day=day))
        self._load_samples(person)

    def _load_samples(self, person: Person) -> None:
        people = self._context.recognizer.people

        def work() -> list[tuple[Template, BgrImage | None]]:
            templates = people.templates(person.person_id)
            return [(t, people.crop(t.template_id) if t.has_crop else None) for t in templates]

        def done(samples: list[tuple[Template, BgrImage | None]]) -> None:
            if self._person is person:
                self._fill_samples(samples)

        self._context.jobs.submit(work, done=done, failed=self.failed.emit)

    def _fill_samples(self, samples: list[tuple[Template, BgrImage | None]]) -> None:
        self.samples.clear()
        ratio = self.devicePixelRatioF()
        for template, crop_bgr in samples:
            picture = rounded(crop_bgr, _SAMPLE_PX, self._context.theme.colours, ratio=ratio)
            item = QListWidgetItem(photo_icon(picture), self._quality_words(template.quality))
            item.setData(Qt.ItemDataRole.UserRole, template.template_id)
            self.samples.addItem(item)
        self._on_sample_selected()

    def _quality_words(self, quality: Quality) -> str:
        return self.tr("{eyes:.0f} px eyes\nsharp {sharp:.2f}").format(
            eyes=quality.eye_distance_px, sharp=quality.sharpness
        )

    def _on_sample_selected(self) -> None:
        self.remove.setEnabled(bool(self.samples.selectedItems()) and self.samples.count() > 1)

    def _on_rename(self) -> None:
        if self._person is not None:
            self.name_field.setText(self._person.name)
            self._name_stack.setCurrentWidget(self.name_field)
            self.name_field.setFocus()
            self.name_field.selectAll()

    def _on_rename_cancelled(self) -> None:
        self._name_stack.setCurrentWidget(self.name)
        self.rename.setFocus()

    def _on_renamed(self) -> None:
        if self._person is None:
            return
        person_id, name = self._person.person_id, self.name_field.text()
        edits = self._context.recognizer.edits
        self._change(lambda: edits.rename(person_id, name))

    def _on_delete(self) -> None:
        person = self._person
        if person is None or not confirmed(
            self,
            self.tr("Delete {name}?").format(name=person.name),
            self.tr("All samples are erased. This cannot be undone."),
            action=self.tr("Delete"),
        ):
            return
        edits = self._context.recognizer.edits

        def delete() -> None:
            edits.delete(person.person_id)
            edits.forget_undo()

        self._change(delete)

    def _on_remove(self) -> None:
        template_id = self.samples.selectedItems()[0].data(Qt.ItemDataRole.UserRole)
        edits = self._context.recognizer.edits
        self._change(lambda: edits.remove_samples([template_id]))

    def _change(self, work: Callable[[], object]) -> None:
        self._context.change_people(work, failed=self._on_failed)

    def _on_failed(self, error: SiamError) -> None:
        self.failed.emit(error)
