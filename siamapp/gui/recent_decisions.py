"""The last decisions with the time they were made, newest first; kept in memory only."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from siamapp.gui.theme import SPACE, Theme, set_role
from siamapp.gui.wording import ICONS, TONES, headline
from siamapp.types import Decision, Outcome

KEPT: Final = 30


@dataclass(frozen=True, slots=True)
class _Entry:
    outcome: Outcome
    text: str


class RecentDecisions(QWidget):
    """Matches and unknowns; what could not be judged is not a decision."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._entries: deque[_Entry] = deque(maxlen=KEPT)
        heading = QLabel(self.tr("Recent"))
        set_role(heading, "heading")
        self._empty = QLabel(self.tr("Decisions appear here as they are made."))
        set_role(self._empty, "caption")
        self.list = QListWidget()
        set_role(self.list, "plain")
        self.list.setAccessibleName(self.tr("Recent decisions"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE[2])
        column.addWidget(heading)
        column.addWidget(self._empty)
        column.addWidget(self.list, 1)
        theme.changed.connect(self._fill)

    def add(self, decision: Decision) -> None:
        if decision.outcome in (Outcome.UNDECIDED, Outcome.POOR):
            return
        when = datetime.now().astimezone().strftime("%H:%M:%S")
        self._entries.appendleft(_Entry(decision.outcome, f"{when}  {headline(decision)}"))
        self._fill()

    def clear(self) -> None:
        self._entries.clear()
        self._fill()

    def _fill(self) -> None:
        self._empty.setVisible(not self._entries)
        self.list.clear()
        for entry in self._entries:
            icon = self._theme.icon(ICONS[entry.outcome], TONES[entry.outcome])
            self.list.addItem(QListWidgetItem(icon, entry.text))
