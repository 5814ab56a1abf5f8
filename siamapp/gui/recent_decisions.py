"""The last decisions with the time they were made, newest first; kept in memory only."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QLocale, Qt, QTime
from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem

from siamapp.gui.controls import Card
from siamapp.gui.theme import SPACE, Theme, set_role
from siamapp.gui.wording import ICONS, TONES, headline
from siamapp.types import Decision, Outcome

KEPT: Final = 30


@dataclass(frozen=True, slots=True)
class _Entry:
    when: QTime
    decision: Decision


class RecentDecisions(Card):
    """Matches and unknowns; what could not be judged is not a decision."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._entries: deque[_Entry] = deque(maxlen=KEPT)
        self._empty = QLabel()
        set_role(self._empty, "caption")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.list = QListWidget()
        set_role(self.list, "log")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.column.setSpacing(SPACE[2])
        self.column.addWidget(self._empty, 1)
        self.column.addWidget(self.list, 1)
        theme.changed.connect(self._fill)
        self.retranslate()

    def retranslate(self) -> None:
        self.set_title(self.tr("Recent"))
        self._empty.setText(self.tr("Decisions appear here as they are made."))
        self.list.setAccessibleName(self.tr("Recent decisions"))
        self._fill()

    def add(self, decision: Decision) -> None:
        if decision.outcome in (Outcome.UNDECIDED, Outcome.POOR):
            return
        self._entries.appendleft(_Entry(QTime.currentTime(), decision))
        self._fill()

    def clear(self) -> None:
        self._entries.clear()
        self._fill()

    def _fill(self) -> None:
        self._empty.setVisible(not self._entries)
        self.list.setVisible(bool(self._entries))
        self.list.clear()
        for entry in self._entries:
            outcome = entry.decision.outcome
            icon = self._theme.icon(ICONS[outcome], TONES[outcome])
            when = QLocale().toString(entry.when, "HH:mm:ss")
            self.list.addItem(QListWidgetItem(icon, f"{when}  {headline(entry.decision)}"))
