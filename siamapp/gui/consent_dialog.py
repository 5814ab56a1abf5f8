"""Changes what a person agreed to, on which day, and until when the person is kept."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from siamapp.gui.consent_fields import ConsentFields
from siamapp.gui.theme import SPACE, scaled, set_role
from siamapp.types import Consent, Person


class ConsentDialog(QDialog):
    """Edits a person's `Consent`."""

    def __init__(self, person: Person, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._person = person
        self.setMinimumWidth(scaled(440))
        self.title = QLabel()
        set_role(self.title, "heading")
        self.title.setWordWrap(True)
        self.fields = ConsentFields()
        self.fields.fill(person.consent)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        set_role(self.buttons.button(QDialogButtonBox.StandardButton.Save), "primary")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[5], SPACE[5], SPACE[5], SPACE[5])
        column.setSpacing(SPACE[4])
        column.addWidget(self.title)
        column.addWidget(self.fields)
        column.addWidget(self.buttons)
        self.retranslate()

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Consent"))
        self.title.setText(self.tr("Consent of {name}").format(name=self._person.name))

    @property
    def consent(self) -> Consent:
        """As it is filled in."""
        return self.fields.consent
