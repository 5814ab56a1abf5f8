"""Everybody enrolled as a list that is searched and sorted in memory, without a query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QStringListModel, Qt

from siamapp.gui.wording import count_of_samples
from siamapp.store.names import name_key
from siamapp.types import Person

ENTRY_ROLE: Final = int(Qt.ItemDataRole.UserRole)


class Order(StrEnum):
    """How the people are sorted."""

    NAME = "name"
    NEWEST = "newest"
    SAMPLES = "samples"


@dataclass(frozen=True, slots=True)
class Entry:
    """A person as the list shows them."""

    person: Person
    portrait_id: int | None
    """Template whose crop stands for the person; None where no crop was kept."""
    key: str
    """What a search looks into: name and tags, folded."""


def entries_of(people: Sequence[Person], portraits: Mapping[int, int]) -> list[Entry]:
    """`people` as entries in the same order; thousands take a while, so on the jobs thread."""
    return [
        Entry(
            person,
            portraits.get(person.person_id),
            name_key(" ".join((person.name, *person.tags))),
        )
        for person in people
    ]


class PeopleModel(QStringListModel):
    """The people that the search lets through, in the chosen order.

    Views ask the number of rows tens of thousands of times while they lay out a long list. The
    names lie in Qt's own model, so that none of these questions comes to Python.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[Entry] = []
        self._shown: list[Entry] = []
        self._rows: dict[int, int] = {}
        self._wanted = ""
        self._order = Order.NAME

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = int(Qt.ItemDataRole.DisplayRole),
    ) -> object:
        if not index.isValid():
            return None
        entry = self._shown[index.row()]
        if role == ENTRY_ROLE:
            return entry
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return entry.person.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{entry.person.name}, {count_of_samples(entry.person.templates)}"
        return None

    @property
    def total(self) -> int:
        """How many are enrolled, shown or not."""
        return len(self._all)

    @property
    def people(self) -> list[Person]:
        """Everybody, shown or not, by name."""
        return [entry.person for entry in self._all]

    def person(self, row: int) -> Person:
        return self._shown[row].person

    def show_people(self, entries: Sequence[Entry]) -> None:
        """Replace everybody; `entries` come by name."""
        self._all = list(entries)
        self._arrange()

    def search(self, text: str) -> None:
        """Show only those whose name and tags hold every word of `text`."""
        self._wanted = name_key(text)
        self._arrange()

    def sort_by(self, order: Order) -> None:
        self._order = order
        self._arrange()

    def row_of(self, person_id: int) -> int | None:
        """Where a person stands, None where they are not shown."""
        return self._rows.get(person_id)

    def _arrange(self) -> None:
        words = self._wanted.split()
        shown = self._all[:]
        if words:
            shown = [e for e in shown if all(word in e.key for word in words)]
        if self._order is Order.NEWEST:
            shown.sort(key=lambda e: e.person.person_id, reverse=True)
        elif self._order is Order.SAMPLES:
            shown.sort(key=lambda e: e.person.templates, reverse=True)
        self._shown = shown
        self._rows = {entry.person.person_id: row for row, entry in enumerate(shown)}
        self.setStringList([entry.person.name for entry in shown])
