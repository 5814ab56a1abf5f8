"""What a person agreed to, on which day, and until when the person is kept."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate
from PySide6.QtWidgets import (
    QCheckBox,
    QDateEdit,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from siamapp.gui.theme import SPACE, set_role
from siamapp.types import Consent, Person


class ConsentDialog(QDialog):
    """Edits a person's `Consent`."""

    def __init__(self, person: Person, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._person = person
        self.setMinimumWidth(440)
        self.title = QLabel()
        set_role(self.title, "heading")
        self.title.setWordWrap(True)
        self._note_label = QLabel()
        self.note = QLineEdit(person.consent.note)
        self.note.setMaxLength(500)
        self._note_label.setBuddy(self.note)
        self.given, self.given_on = _day(person.consent.given_on, date.today())
        later = date.today().replace(year=date.today().year + 1, day=1)
        self.kept, self.kept_until = _day(person.consent.retain_until, later)
        self.hint = QLabel()
        set_role(self.hint, "caption")
        self.hint.setWordWrap(True)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        form = QFormLayout()
        form.setHorizontalSpacing(SPACE[4])
        form.setVerticalSpacing(SPACE[3])
        form.addRow(self._note_label, self.note)
        form.addRow(self.given, self.given_on)
        form.addRow(self.kept, self.kept_until)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[5], SPACE[5], SPACE[5], SPACE[5])
        column.setSpacing(SPACE[4])
        column.addWidget(self.title)
        column.addLayout(form)
        column.addWidget(self.hint)
        column.addWidget(self.buttons)
        self.retranslate()

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Consent"))
        self.title.setText(self.tr("Consent of {name}").format(name=self._person.name))
        self._note_label.setText(self.tr("&Note"))
        self.note.setAccessibleName(self.tr("Note on the consent"))
        self.note.setPlaceholderText(self.tr("Where the signed paper is, for example"))
        self.given.setText(self.tr("&Given on"))
        self.kept.setText(self.tr("&Kept until"))
        for box, field in ((self.given, self.given_on), (self.kept, self.kept_until)):
            box.setAccessibleName(box.text().replace("&", ""))
            field.setAccessibleName(box.accessibleName())
        self.hint.setText(
            self.tr("After the last day the person is deleted for good, without asking again.")
        )

    @property
    def consent(self) -> Consent:
        """As it is filled in."""
        return Consent(
            self.note.text().strip(),
            _date_of(self.given_on) if self.given.isChecked() else None,
            _date_of(self.kept_until) if self.kept.isChecked() else None,
        )


def _day(chosen: date | None, otherwise: date) -> tuple[QCheckBox, QDateEdit]:
    """A day that may be left out."""
    box, day = QCheckBox(), chosen or otherwise
    field = QDateEdit(QDate(day.year, day.month, day.day))
    field.setCalendarPopup(True)
    field.setEnabled(chosen is not None)
    box.setChecked(chosen is not None)
    box.toggled.connect(field.setEnabled)
    return box, field


def _date_of(field: QDateEdit) -> date:
    day = field.date()
    return date(day.year(), day.month(), day.day())
