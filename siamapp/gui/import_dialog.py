"""Enrols everybody of a folder that holds a folder per person, and says who was refused and why."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from siamapp.errors import AlreadyKnown, SiamError
from siamapp.gui.context import Context
from siamapp.gui.controls import Banner
from siamapp.gui.error_wording import error_words
from siamapp.gui.importing import Importing
from siamapp.gui.theme import SPACE, set_role
from siamapp.gui.wording import count_of_samples
from siamapp.types import Person

_PADDING_PX: Final = 8
"""Of a cell at each side, by the style sheet."""
ENROLLED, KNOWN, REFUSED = "enrolled", "known", "refused"
_ICONS: Final = {ENROLLED: ("match", "good"), KNOWN: ("info", "muted"), REFUSED: ("warn", "warn")}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one folder."""

    name: str
    found: Person | SiamError | None
    """None: that person was enrolled before."""

    @property
    def state(self) -> str:
        if self.found is None:
            return KNOWN
        return REFUSED if isinstance(self.found, SiamError) else ENROLLED


class _Wrapped(QStyledItemDelegate):
    """Counts lines in the width that the style sheet leaves to a cell's words; Qt does not."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        inner = QStyleOptionViewItem(option)
        inner.rect = option.rect.adjusted(_PADDING_PX, 0, -_PADDING_PX, 0)
        return super().sizeHint(inner, index)


class ImportDialog(QDialog):
    """Shows one run of `Importing` after another; the window stays usable meanwhile."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._run: Importing | None = None
        self._total = 0
        self.folder: Path | None = None
        self.outcomes: list[Outcome] = []
        self._states: Counter[str] = Counter()
        self.setMinimumSize(680, 480)
        self._title = QLabel()
        set_role(self._title, "heading")
        self._hint = QLabel()
        set_role(self._hint, "muted")
        self._hint.setWordWrap(True)
        self._path = QLabel()
        self._path.setTextFormat(Qt.TextFormat.PlainText)
        self.choose = QPushButton()
        context.theme.set_icon(self.choose, "folder")
        self.choose.clicked.connect(self._on_choose)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self._count = QLabel()
        set_role(self._count, "caption")
        self.error = Banner(context.theme)
        self.table = QTableWidget(0, 2)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        rows = self.table.verticalHeader()
        rows.setMinimumSectionSize(rows.defaultSectionSize())  # only more lines make a row taller
        rows.hide()
        self.table.setShowGrid(False)
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.table.setColumnWidth(0, 200)
        self.table.setWordWrap(True)
        self.table.setItemDelegate(_Wrapped(self.table))
        self.report = QPushButton()
        self.report.clicked.connect(self._on_report)
        self.start = QPushButton()
        set_role(self.start, "primary")
        self.start.clicked.connect(self._on_start)
        self.closing = QPushButton()
        self.closing.clicked.connect(self.close)
        self._lay_out()
        self.retranslate()
        self._show_state()

    def _lay_out(self) -> None:
        where = QHBoxLayout()
        where.setSpacing(SPACE[3])
        where.addWidget(self.choose)
        where.addWidget(self._path, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE[2])
        buttons.addWidget(self.report)
        buttons.addStretch(1)
        buttons.addWidget(self.start)
        buttons.addWidget(self.closing)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[5], SPACE[5], SPACE[5], SPACE[5])
        column.setSpacing(SPACE[3])
        column.addWidget(self._title)
        column.addWidget(self._hint)
        column.addLayout(where)
        column.addWidget(self.progress)
        column.addWidget(self._count)
        column.addWidget(self.error)
        column.addWidget(self.table, 1)
        column.addLayout(buttons)

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Enrol many"))
        self._title.setText(self.tr("Enrol a folder of people"))
        self._hint.setText(
            self.tr(
                "The folder holds one folder of photos and videos per person, named as the person. "
                "Who is enrolled already is passed by, so you can stop and go on later."
            )
        )
        self.choose.setText(self.tr("Choose a folder…"))
        self.progress.setAccessibleName(self.tr("People looked at"))
        self.table.setHorizontalHeaderLabels([self.tr("Person"), self.tr("Result")])
        self.table.setAccessibleName(self.tr("Results"))
        self.report.setText(self.tr("Save report…"))
        self.closing.setText(self.tr("Close"))
        for row, outcome in enumerate(self.outcomes):
            self.table.setItem(row, 1, self._cell(outcome))
        self.table.resizeRowsToContents()
        self._show_state()

    def take(self, folder: Path) -> None:
        """Choose the folder."""
        self.folder = folder
        self._path.setText(str(folder))
        self.error.clear()
        self._show_state()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._stop()
        super().closeEvent(event)

    def reject(self) -> None:
        self._stop()
        super().reject()

    def _on_choose(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("A folder that holds one per person"))
        if name:
            self.take(Path(name))

    def go_on(self, folder: Path) -> None:
        """Import the folder at once: whoever was enrolled before an interruption is passed by."""
        self.take(folder)
        self._on_start()

    @property
    def running(self) -> bool:
        return self._run is not None and self._run.running

    def _on_start(self) -> None:
        if self.running:
            self._stop()
            return
        if self.folder is None:
            return
        if self._run is not None:
            self._run.blockSignals(True)  # what it has in hand is listed by this run
        self.error.clear()
        self.outcomes, self._total = [], 0
        self._states.clear()
        self.table.setRowCount(0)
        self._run = Importing(self._context)
        self._run.listed.connect(self._on_listed)
        self._run.looked.connect(self._on_looked)
        self._run.ended.connect(self._on_ended)
        self._run.start(self.folder)
        self._show_state()

    def _on_listed(self, total: int, known: list[str]) -> None:
        self._total = total
        self.table.setUpdatesEnabled(False)
        for name in known:
            self._add(Outcome(name, None))
        self.table.setUpdatesEnabled(True)
        self._show_state()

    def _on_looked(self, name: str, found: Person | SiamError) -> None:
        self._add(Outcome(name, found))
        self.table.resizeRowToContents(self.table.rowCount() - 1)
        self.table.scrollToBottom()
        self._show_state()

    def _on_ended(self, error: SiamError | None) -> None:
        if error is not None:
            self.error.show_text(error_words(error))
        self._show_state()

    def _add(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self._states[outcome.state] += 1
        row = self.table.rowCount()
        self.table.insertRow(row)
        self.table.setItem(row, 0, QTableWidgetItem(outcome.name))
        self.table.setItem(row, 1, self._cell(outcome))

    def _cell(self, outcome: Outcome) -> QTableWidgetItem:
        icon = self._context.theme.icon(*_ICONS[outcome.state])
        return QTableWidgetItem(icon, self._words(outcome))

    def _words(self, outcome: Outcome) -> str:
        found = outcome.found
        if found is None:
            return self.tr("Enrolled already, passed by.")
        if isinstance(found, AlreadyKnown):
            hint = self.tr("If it is somebody else, enrol them singly and tick “Enrol anyway”.")
            return self.tr("{error} {hint}").format(error=error_words(found, hint=False), hint=hint)
        if isinstance(found, SiamError):
            return error_words(found)
        return self.tr("Enrolled with {count}.").format(count=count_of_samples(found.templates))

    def _stop(self) -> None:
        if self._run is not None:
            self._run.stop()
        self._show_state()

    def _show_state(self) -> None:
        done = len(self.outcomes)
        self.progress.setRange(0, max(self._total, 1))
        self.progress.setValue(done)
        of_each = {state: self._states[state] for state in _ICONS}
        said = self.tr(
            "{done} of {total}: {enrolled} enrolled, {known} passed by, {refused} refused"
        )
        self._count.setText(
            said.format(done=done, total=self._total, **of_each) if self._total else ""
        )
        self.start.setText(self.tr("Stop") if self.running else self.tr("Start"))
        self.start.setEnabled(self.folder is not None)
        self.choose.setEnabled(not self.running)
        self.report.setEnabled(bool(self.outcomes) and not self.running)

    def _on_report(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save the report"), "siamapp-import.csv", "CSV (*.csv)"
        )
        if name:
            self.save_report(Path(name))

    def save_report(self, path: Path) -> None:
        """Write name, state and reason of every folder as CSV."""
        try:
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(("person", "state", "reason"))
                writer.writerows((o.name, o.state, self._words(o)) for o in self.outcomes)
        except OSError as error:
            text = self.tr("{file} cannot be written: {why}.")
            self.error.show_text(text.format(file=path.name, why=error.strerror))
