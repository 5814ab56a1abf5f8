"""One person: photo, name, tags, consent, samples, and what can be done."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate, QDateTime, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from siamapp.gui.context import Context
from siamapp.gui.controls import for_label
from siamapp.gui.pictures import rounded
from siamapp.gui.sample_list import Look, SampleList, looks_of
from siamapp.gui.theme import SPACE, set_role
from siamapp.gui.wording import day_words, listed
from siamapp.store.names import NAME_MAX_CHARACTERS
from siamapp.types import Person

PHOTO_PX = 88


class PersonCard(QFrame):
    """Shows the selected person; the page makes the changes that it asks for."""

    renamed = Signal(str)
    tags_wanted = Signal()
    consent_wanted = Signal()
    export_wanted = Signal()
    delete_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._person: Person | None = None
        set_role(self, "card")
        self._photo = QLabel()
        self._photo.setFixedSize(PHOTO_PX, PHOTO_PX)
        self.name = QLabel()
        set_role(self.name, "title")
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.name.setWordWrap(True)
        self.facts = QLabel()
        set_role(self.facts, "muted")
        self.facts.setTextFormat(Qt.TextFormat.PlainText)
        self.facts.setWordWrap(True)
        self.name_field = QLineEdit()
        self.name_field.setMaxLength(NAME_MAX_CHARACTERS)
        self.name_field.returnPressed.connect(self._on_renamed)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self.name_field, self._end_rename)
        escape.setContext(Qt.ShortcutContext.WidgetShortcut)
        self.rename = QPushButton()
        self._renames_from: QWidget = self.rename
        context.theme.set_icon(self.rename, "rename")
        self.rename.clicked.connect(lambda: self.begin_rename())
        self.more = QPushButton()
        set_role(self.more, "menu")
        self.more.setMenu(self._menu())
        self.delete = QPushButton()
        set_role(self.delete, "danger")
        context.theme.set_icon(self.delete, "delete", "bad")
        self.delete.clicked.connect(self.delete_wanted)
        self.samples = SampleList(context)
        self._lay_out()
        self.retranslate()

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        self._actions = {
            key: QAction(menu) for key in ("tags_wanted", "consent_wanted", "export_wanted")
        }
        for key, action in self._actions.items():
            action.triggered.connect(getattr(self, key))
            menu.addAction(action)
        return menu

    def _lay_out(self) -> None:
        self._name_stack = QStackedWidget()
        self._name_stack.addWidget(self.name)
        self._name_stack.addWidget(self.name_field)
        words = QVBoxLayout()
        words.setSpacing(SPACE[1])
        words.addStretch(1)
        words.addWidget(self._name_stack)
        words.addWidget(self.facts)
        words.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(SPACE[4])
        top.addWidget(self._photo)
        top.addLayout(words, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE[2])
        buttons.addWidget(self.rename)
        buttons.addWidget(self.more)
        buttons.addStretch(1)
        buttons.addWidget(self.delete)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[4], SPACE[4], SPACE[4], SPACE[4])
        column.setSpacing(SPACE[4])
        column.addLayout(top)
        column.addLayout(buttons)
        column.addWidget(self.samples, 1)

    def retranslate(self) -> None:
        self._photo.setAccessibleName(self.tr("Photo"))
        self.name_field.setAccessibleName(self.tr("New name"))
        self.rename.setText(self.tr("Rename"))
        self.rename.setToolTip(self.tr("Rename (F2)"))
        self.more.setText(self.tr("More"))
        self.delete.setText(self.tr("Delete"))
        self.delete.setToolTip(self.tr("Delete (Del); can be undone until you leave the page"))
        for button in (self.rename, self.more, self.delete):
            button.setAccessibleName(button.text())
        self._actions["tags_wanted"].setText(self.tr("Tags…"))
        self._actions["consent_wanted"].setText(self.tr("Consent and retention…"))
        self._actions["export_wanted"].setText(self.tr("Export…"))
        self._show_facts()

    @property
    def person(self) -> Person | None:
        return self._person

    def show_person(self, person: Person) -> None:
        if self._person is None or self._person.person_id != person.person_id:
            self._show_photo(None)
            self.samples.show_looks(())
        self._person = person
        self.name.setText(for_label(person.name))
        self._end_rename()
        self._show_facts()
        recognizer = self._context.recognizer

        def done(looks: list[Look]) -> None:
            if self._person is person:
                self.samples.show_looks(looks)
                self._show_photo(next((k for k in looks if k.crop_bgr is not None), None))

        # The person may be gone by the time the worker gets to it: then there is nothing to show.
        self._context.submit(
            lambda: looks_of(recognizer, person.person_id), done=done, failed=lambda _error: None
        )

    def begin_rename(self, back_to: QWidget | None = None) -> None:
        """Ask for the new name; the keyboard then goes back to where it was."""
        if self._person is not None:
            self._renames_from = self.rename if back_to is None else back_to
            self.name_field.setText(self._person.name)
            self._name_stack.setCurrentWidget(self.name_field)
            self.name_field.setFocus()
            self.name_field.selectAll()

    def _show_photo(self, look: Look | None) -> None:
        ratio = self.devicePixelRatioF()
        crop = look.crop_bgr if look else None
        colours = self._context.theme.colours
        self._photo.setPixmap(rounded(crop, PHOTO_PX, colours, ratio=ratio))

    def _show_facts(self) -> None:
        person = self._person
        if person is None:
            return
        when = QDateTime.fromString(person.created_utc, Qt.DateFormat.ISODate).toLocalTime().date()
        facts = [self.tr("Enrolled on {day}").format(day=day_words(when))]
        consent = person.consent
        if consent.given_on is not None:
            facts.append(
                self.tr("consent of {day}").format(day=day_words(_qdate(consent.given_on)))
            )
        if consent.retain_until is not None:
            facts.append(
                self.tr("kept until {day}").format(day=day_words(_qdate(consent.retain_until)))
            )
        lines = [self.tr(", ").join(facts)]
        lines += [consent.note] if consent.note else []
        lines += [self.tr("Tags: {tags}").format(tags=listed(person.tags))] if person.tags else []
        self.facts.setText(for_label("\n".join(lines)))

    def _end_rename(self) -> None:
        """Where the renaming began, the keyboard goes on: in the list, or on the button."""
        in_field = self.name_field.hasFocus()
        self._name_stack.setCurrentWidget(self.name)
        if in_field:
            self._renames_from.setFocus()

    def _on_renamed(self) -> None:
        if self._person is not None and self.name_field.text() != self._person.name:
            self.renamed.emit(self.name_field.text())
        else:
            self._end_rename()


def _qdate(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)
