"""Who somebody says to be: search as you type, or one of the last claims."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from siamapp.gui.controls import completer_of
from siamapp.gui.source_page import SIDE_PX
from siamapp.gui.theme import SPACE, scaled, set_role
from siamapp.store.names import name_key
from siamapp.types import Person

RECENT: Final = 3
"""Buttons of the persons claimed last."""
_BESIDE_PX: Final = 32
"""What a button has at the two sides of its text."""


class ClaimField(QWidget):
    """A name to type with completions, and buttons for the last claims."""

    changed = Signal()
    confirmed = Signal()
    """Return was pressed, or a recent name clicked: go on with the claim."""

    def __init__(self) -> None:
        super().__init__()
        self._people: dict[str, Person] = {}
        self.label = QLabel()
        set_role(self.label, "heading")
        self.name = QLineEdit()
        self.name.setClearButtonEnabled(True)
        self.label.setBuddy(self.name)
        self._names = QStringListModel(self)
        self.name.setCompleter(completer_of(self._names, self))
        self.name.textChanged.connect(self.changed)
        self.name.returnPressed.connect(self._on_return)
        self.recent = [QPushButton() for _ in range(RECENT)]
        chips = QHBoxLayout()
        chips.setSpacing(SPACE[2])
        for button in self.recent:
            button.hide()
            button.clicked.connect(self._on_recent)
            chips.addWidget(button)
        chips.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE[2])
        column.addWidget(self.label)
        column.addWidget(self.name)
        column.addLayout(chips)
        self.retranslate()

    def retranslate(self) -> None:
        self.label.setText(self.tr("&Who do they say they are?"))
        self.name.setPlaceholderText(self.tr("Type a name"))
        self.name.setAccessibleName(self.tr("Name claimed"))
        for button in self.recent:
            self._name_button(button)

    @property
    def person(self) -> Person | None:
        """Whom the text names; None while it names nobody."""
        return self._people.get(name_key(self.name.text()))

    def missing_words(self) -> str:
        """What is missing where the text names nobody."""
        typed = name_key(self.name.text())
        if typed and self.has_people and not any(typed in key for key in self._people):
            return self.tr("Nobody of this name is enrolled.")
        return self.tr("Type whom somebody claims to be.")

    @property
    def has_people(self) -> bool:
        return bool(self._people)

    def show_people(self, people: Sequence[Person], recent_ids: Sequence[int]) -> None:
        """Offer these people; `recent_ids` come as buttons, newest first."""
        self._people = {name_key(person.name): person for person in people}
        self._names.setStringList([person.name for person in people])
        by_id = {person.person_id: person.name for person in people}
        names = [by_id[claim] for claim in recent_ids if claim in by_id]
        for button, name in zip(self.recent, names + [""] * RECENT, strict=False):
            button.setProperty("claim", name)
            button.setVisible(bool(name))
            self._name_button(button)
        self.changed.emit()

    def _name_button(self, button: QPushButton) -> None:
        name = str(button.property("claim") or "")
        width = (scaled(SIDE_PX) - 2 * SPACE[2]) // RECENT - _BESIDE_PX
        shown = button.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, width)
        button.setText(shown.replace("&", "&&"))
        button.setToolTip(name)
        button.setAccessibleName(self.tr("Claim {name}").format(name=name))

    def _on_return(self) -> None:
        typed = self.name.text().strip()
        if self.person is None and typed:
            wanted = [p.name for key, p in self._people.items() if name_key(typed) in key]
            if len(wanted) != 1:  # guessing among several would verify the wrong claim
                return
            self.name.setText(wanted[0])
        self.confirmed.emit()

    def _on_recent(self) -> None:
        self.name.setText(str(self.sender().property("claim")))
        self.confirmed.emit()
