"""Everybody enrolled: search on the left, one person with all samples on the right."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from siamapp.errors import SiamError
from siamapp.gui.context import Context
from siamapp.gui.controls import Banner
from siamapp.gui.empty_state import EmptyState
from siamapp.gui.page import Page
from siamapp.gui.person_card import PersonCard
from siamapp.gui.pictures import photo_icon, rounded
from siamapp.gui.theme import SPACE
from siamapp.gui.wording import count_of_samples
from siamapp.types import BgrImage, Person

_PHOTO_PX = 44


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A person as the list shows them."""

    person: Person
    photo_bgr: BgrImage | None


class PeoplePage(Page):
    """Search, look, rename, delete."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._entries: list[Entry] = []
        self._generation = 0
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search by name"))
        self.search.setAccessibleName(self.tr("Search by name"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._on_searched)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(self.search.setFocus)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("People"))
        self.list.setIconSize(QSize(_PHOTO_PX, _PHOTO_PX))
        self.list.setSpacing(1)
        self.list.currentItemChanged.connect(self._on_selected)
        self.card = PersonCard(context)
        self.card.failed.connect(self._on_failed)
        self.error = Banner(context.theme)
        self._empty = EmptyState(context.theme, "people")
        self._empty.acted.connect(lambda: context.go_to.emit("enrol", None))
        self._no_match = EmptyState(context.theme, "search")
        self._lay_out()
        context.theme.changed.connect(self._fill)
        self.retranslate()

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(SPACE[3])
        left.addWidget(self.search)
        left.addWidget(self.list, 1)
        side = QWidget()
        side.setLayout(left)
        left.setContentsMargins(0, 0, 0, 0)
        side.setFixedWidth(300)
        self._right = QStackedWidget()
        self._right.addWidget(self.card)
        self._right.addWidget(self._no_match)
        filled = QWidget()
        row = QHBoxLayout(filled)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE[4])
        row.addWidget(side)
        row.addWidget(self._right, 1)
        self._body = QStackedWidget()
        self._body.addWidget(self._empty)
        self._body.addWidget(filled)
        self.column.addWidget(self.error)
        self.column.addWidget(self._body, 1)

    def retranslate(self) -> None:
        self.set_heading(
            self.tr("People"), self.tr("Everybody in the gallery on this computer, encrypted.")
        )
        self._empty.set_words(
            self.tr("Nobody is enrolled yet"),
            self.tr("Enrol the first person from the camera, a video or photos."),
            action=self.tr("Enrol somebody"),
        )
        self._no_match.set_words(self.tr("No such name"), self.tr("Try fewer letters."))

    def enter(self) -> None:
        self.error.clear()
        self.list.setFocus()

    def refresh(self) -> None:
        """Read the list again; late answers of an earlier reading are dropped."""
        self._generation += 1
        generation = self._generation
        people = self.context.recognizer.people

        def work() -> list[Entry]:
            entries = []
            for person in people.all():
                kept = [t for t in people.templates(person.person_id) if t.has_crop]
                photo = people.crop(kept[0].template_id) if kept else None
                entries.append(Entry(person, photo))
            return entries

        def done(entries: list[Entry]) -> None:
            if generation == self._generation:
                self._entries = entries
                self._fill()

        self.context.jobs.submit(work, done=done, failed=self._on_failed)

    def _fill(self) -> None:
        kept = [item.data(Qt.ItemDataRole.UserRole) for item in self.list.selectedItems()]
        kept_id = kept[0].person.person_id if kept else None
        wanted = self.search.text().casefold().strip()
        shown = [entry for entry in self._entries if wanted in entry.person.name.casefold()]
        ratio = self.devicePixelRatioF()
        self.list.blockSignals(True)
        self.list.clear()
        for entry in shown:
            text = f"{entry.person.name}\n{count_of_samples(entry.person.templates)}"
            picture = rounded(entry.photo_bgr, _PHOTO_PX, self.context.theme.colours, ratio=ratio)
            item = QListWidgetItem(photo_icon(picture), text)
            item.setData(Qt.ItemDataRole.UserRole, entry)
            self.list.addItem(item)
            if entry.person.person_id == kept_id:
                self.list.setCurrentItem(item)
        if self.list.currentItem() is None and shown:
            self.list.setCurrentRow(0)
        self.list.blockSignals(False)
        self._body.setCurrentIndex(1 if self._entries else 0)
        self._right.setCurrentWidget(self.card if shown else self._no_match)
        self._on_selected()

    def _on_searched(self) -> None:
        self._fill()

    def _on_selected(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.error.clear()
            entry = item.data(Qt.ItemDataRole.UserRole)
            self.card.show_person(entry.person, entry.photo_bgr)

    def _on_failed(self, error: SiamError) -> None:
        self.error.show_text(str(error))
