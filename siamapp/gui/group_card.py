"""Several people selected: who they are, and what can be done with all of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from siamapp.gui.controls import for_label
from siamapp.gui.theme import SPACE, Theme, set_role
from siamapp.gui.wording import listed
from siamapp.types import Person

NAMES_SHOWN = 12


class GroupCard(QFrame):
    """Merge, export or delete what is selected."""

    merge_wanted = Signal(object)
    """The `Person` whose name and consent are kept."""
    export_wanted = Signal()
    delete_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._people: list[Person] = []
        set_role(self, "card")
        self.title = QLabel()
        set_role(self.title, "title")
        self.names = QLabel()
        self.names.setWordWrap(True)
        set_role(self.names, "muted")
        self.merge_title = QLabel()
        set_role(self.merge_title, "heading")
        self.merge_hint = QLabel()
        set_role(self.merge_hint, "caption")
        self.merge_hint.setWordWrap(True)
        self.kept_label = QLabel()
        self.kept = QComboBox()
        self.kept_label.setBuddy(self.kept)
        self.merge = QPushButton()
        set_role(self.merge, "primary")
        theme.set_icon(self.merge, "merge", "on_accent")
        self.merge.clicked.connect(self._on_merge)
        self.export = QPushButton()
        theme.set_icon(self.export, "export")
        self.export.clicked.connect(self.export_wanted)
        self.delete = QPushButton()
        set_role(self.delete, "danger")
        theme.set_icon(self.delete, "delete", "bad")
        self.delete.clicked.connect(self.delete_wanted)
        self._lay_out()
        self.retranslate()

    def _lay_out(self) -> None:
        keep = QHBoxLayout()
        keep.setSpacing(SPACE[3])
        keep.addWidget(self.kept_label)
        keep.addWidget(self.kept, 1)
        keep.addWidget(self.merge)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE[2])
        buttons.addWidget(self.export)
        buttons.addStretch(1)
        buttons.addWidget(self.delete)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[4], SPACE[4], SPACE[4], SPACE[4])
        column.setSpacing(SPACE[3])
        column.addWidget(self.title)
        column.addWidget(self.names)
        column.addSpacing(SPACE[3])
        column.addWidget(self.merge_title)
        column.addWidget(self.merge_hint)
        column.addLayout(keep)
        column.addSpacing(SPACE[3])
        column.addLayout(buttons)
        column.addStretch(1)

    def retranslate(self) -> None:
        self.merge_title.setText(self.tr("Are they one and the same person?"))
        self.merge_hint.setText(
            self.tr("All samples go to one of them; the earlier end of retention counts.")
        )
        self.kept_label.setText(self.tr("&Keep the name"))
        self.kept.setAccessibleName(self.tr("Name to keep"))
        for button, text in (
            (self.merge, self.tr("Merge")),
            (self.export, self.tr("Export…")),
            (self.delete, self.tr("Delete all")),
        ):
            button.setText(text)
            button.setAccessibleName(text)
        self._show()

    def show_people(self, people: Sequence[Person]) -> None:
        self._people = list(people)
        self._show()

    def _show(self) -> None:
        self.title.setText(self.tr("{count} people selected").format(count=len(self._people)))
        names = [person.name for person in self._people[:NAMES_SHOWN]]
        more = len(self._people) - len(names)
        self.names.setText(for_label(listed(names)) + (f" … (+{more})" if more > 0 else ""))
        few = len(self._people) <= NAMES_SHOWN
        for widget in (
            self.merge_title, self.merge_hint, self.kept_label, self.kept, self.merge,
        ):  # fmt: skip
            widget.setVisible(few)
        self.kept.clear()
        for person in self._people if few else ():
            self.kept.addItem(person.name, person.person_id)

    def _on_merge(self) -> None:
        wanted = self.kept.currentData()
        self.merge_wanted.emit(next(p for p in self._people if p.person_id == wanted))
