"""What was decided, when, about whom and on what evidence; filtered, by day, as a CSV file."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from siamapp.errors import SiamError
from siamapp.gui.context import Context
from siamapp.gui.controls import Banner, Card, SearchField, completer_of
from siamapp.gui.day_chart import DayChart
from siamapp.gui.empty_state import EmptyState
from siamapp.gui.error_wording import error_words
from siamapp.gui.history_model import COLUMNS, PICTURE_PX, HistoryModel
from siamapp.gui.page import Page
from siamapp.gui.theme import SPACE, scaled, set_role
from siamapp.gui.wording import count_of_decisions, named, outcome_words
from siamapp.store.files import whole_file
from siamapp.store.history import Filter
from siamapp.store.names import name_key
from siamapp.types import Outcome, Person

if TYPE_CHECKING:
    from siamapp.store.history import Day

MEASURED = 12
"""Rows that the widths of the columns are taken from."""
FOLDED = tuple(
    map(
        COLUMNS.index,
        ("provider", "model", "source", "quality_eye_distance_px", "runner_up", "how", "threshold"),
    )
)
"""Columns that are told below the table, of the chosen decision, the first first, where there is
no room for all."""
NAMES = tuple(map(COLUMNS.index, ("claim", "person", "runner_up")))
NAME_PX = 160
"""A name that is wider is cut before another column has to go."""
LEAST_NAME_PX = 64
"""A column of names is cut down to this before the table scrolls sideways."""


class HistoryPage(Page):
    """A filter, a chart and a table; reads, never writes."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._people: dict[str, Person] = {}
        self._reading = 0
        self._due = False
        """Whether the page was entered again and nothing was read since."""
        self.since = QComboBox()
        self.outcome = QComboBox()
        self.person = SearchField(context.theme, self)
        self._names = QStringListModel(self)
        self.person.setCompleter(completer_of(self._names, self))
        self.count = QLabel()
        set_role(self.count, "muted")
        self.export = QPushButton()
        context.theme.set_icon(self.export, "export")
        self.banner = Banner(context.theme)
        self.chart = DayChart(context.theme)
        self.model = HistoryModel(context, self)
        self.table = QTableView()
        self.details = QLabel()
        set_role(self.details, "muted")
        self.details.setTextFormat(Qt.TextFormat.PlainText)
        self.details.setWordWrap(True)
        self.details.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._below: list[int] = []
        """Columns that are hidden or cut."""
        self._empty = EmptyState(context.theme, "history", until_told=True)
        self._none = EmptyState(context.theme, "search")
        self._set_up_table()
        self._lay_out()
        self.since.activated.connect(self._show)
        self.outcome.activated.connect(self._show)
        self.person.textChanged.connect(self._on_person)
        self.export.clicked.connect(self._on_export)
        self._empty.acted.connect(lambda: context.go_to.emit("live", None))
        context.theme.changed.connect(self.table.viewport().update)
        self.retranslate()

    def _set_up_table(self) -> None:
        self.table.setModel(self.model)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setWordWrap(False)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setHighlightSections(False)
        self.table.horizontalHeader().setResizeContentsPrecision(MEASURED)
        self.model.modelReset.connect(self._fit)
        self.table.installEventFilter(self)
        self.table.selectionModel().currentRowChanged.connect(self._show_details)
        self.model.rowsInserted.connect(self._fit_rows)
        self.model.pictures.ready.connect(self.table.viewport().update)
        self.table.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )

    def _fit_rows(self) -> None:
        height = PICTURE_PX + 8 if self.model.pictured else self.fontMetrics().height() + 14
        self.table.verticalHeader().setDefaultSectionSize(height)

    def _fit(self) -> None:
        self._fit_rows()
        for column in FOLDED:
            self.table.setColumnHidden(column, False)
        self.table.resizeColumnsToContents()
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Never sideways: what has no room stands below, and long names are cut."""
        header, bar = self.table.horizontalHeader(), self.table.verticalScrollBar()
        room = self.table.width() - bar.sizeHint().width() - 2 * self.table.frameWidth()
        wanted = {column: header.sectionSize(column) for column in range(header.count())}
        need = wanted | {column: min(wanted[column], scaled(NAME_PX)) for column in NAMES}
        for column in FOLDED:
            if sum(need.values()) > room:
                need.pop(column)
                self.table.setColumnHidden(column, True)
        for least in (scaled(NAME_PX), LEAST_NAME_PX):
            for column in sorted(NAMES, key=header.sectionSize, reverse=True):
                width, too_much = header.sectionSize(column), header.length() - room
                if too_much > 0 and width > least:
                    header.resizeSection(column, max(least, width - too_much))
        self._below = [column for column in wanted if header.sectionSize(column) < wanted[column]]
        self.details.setVisible(bool(self._below))
        self.details.setMinimumHeight(2 * self.details.fontMetrics().lineSpacing())
        self._show_details()

    def _show_details(self) -> None:
        row = self.table.currentIndex().row()
        if row < 0:
            self.details.setText(self.tr("Choose a decision to see the rest of it here."))
            return
        titles = (self.model.headerData(n, Qt.Orientation.Horizontal) for n in self._below)
        values = (self.model.index(row, n).data() for n in self._below)
        facts = zip(titles, values, strict=True)
        self.details.setText(" · ".join(named(str(t), str(value)) for t, value in facts if value))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The table's own size: the page has its size before the table has been laid out."""
        if event.type() is QEvent.Type.Resize:
            QTimer.singleShot(0, self, self._fit)
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        self.header.addWidget(self.export)
        self.column.addWidget(self.banner)
        self._body = QStackedWidget()
        self.column.addWidget(self._body, 1)
        self._body.addWidget(self._empty)
        filled = QWidget()
        self._body.addWidget(filled)
        column = QVBoxLayout(filled)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE[3])
        bar = QHBoxLayout()
        column.addLayout(bar)
        bar.setSpacing(SPACE[2])
        bar.addWidget(self.person, 1)
        bar.addWidget(self.since)
        bar.addWidget(self.outcome)
        self._chart_card = Card()
        column.addWidget(self._chart_card)
        self._chart_card.header.addWidget(self.count)
        self._chart_card.column.addWidget(self.chart)
        self._found = QStackedWidget()
        column.addWidget(self._found, 1)
        self._found.addWidget(self.table)
        self._found.addWidget(self._none)
        column.addWidget(self.details)

    def retranslate(self) -> None:
        self.set_heading(self.tr("History"), self.tr("Every decision, as the audit recorded it."))
        self.person.set_words(self.tr("Only this person"))
        self.export.setText(self.tr("Save as CSV…"))
        self.export.setAccessibleName(self.tr("Save these decisions as a CSV file"))
        self._refill(
            self.since,
            self.tr("Period"),
            (
                (0, self.tr("Today")),
                (6, self.tr("7 days")),
                (29, self.tr("30 days")),
                (None, self.tr("All time")),
            ),
            first=2,
        )
        outcomes: list[tuple[object, str]] = [(None, self.tr("All results"))]
        outcomes += [(outcome.value, outcome_words(outcome)) for outcome in Outcome]
        unknown = outcomes.index((Outcome.UNKNOWN.value, outcome_words(Outcome.UNKNOWN)))
        outcomes[unknown] = (Outcome.UNKNOWN.value, self.tr("Unknown or refused"))
        self._refill(self.outcome, self.tr("Result"), outcomes, first=0)
        self._chart_card.set_title(self.tr("Per day"))
        self.table.setAccessibleName(self.tr("Decisions"))
        self._empty.set_words(
            self.tr("Nothing was decided yet"),
            self.tr("Verify or identify somebody; each decision is then listed here."),
            action=self.tr("Identify"),
        )
        self._none.set_words(
            self.tr("No such decisions"), self.tr("Choose a longer period or another result.")
        )
        self.model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)
        self._fit()

    def _refill(
        self, box: QComboBox, name: str, entries: Iterable[tuple[object, str]], *, first: int
    ) -> None:
        chosen = box.currentIndex()
        box.clear()
        for value, text in entries:
            box.addItem(text, value)
        box.setCurrentIndex(chosen if chosen >= 0 else first)
        box.setAccessibleName(name)

    def enter(self) -> None:
        self.table.setFocus()
        self._empty.invite()
        self._due = self._reading > 0
        QTimer.singleShot(0, self, self._read_due)  # unless `refresh`, called after this, does

    def _read_due(self) -> None:
        if self._due and self.context.is_open:
            self._show()

    def refresh(self) -> None:
        """Read the people's names, then the decisions."""
        self._due = False
        people = self.context.recognizer.people

        def work() -> tuple[dict[str, Person], list[str]]:
            found = people.all()
            return {name_key(person.name): person for person in found}, [p.name for p in found]

        def done(found: tuple[dict[str, Person], list[str]]) -> None:
            if found[1] != self._names.stringList():
                self._names.setStringList(found[1])
            self._people = found[0]
            self._show()

        self.context.submit(work, done=done, failed=self._on_failed)

    @property
    def wanted(self) -> Filter:
        """What the controls ask for."""
        days = self.since.currentData()
        midnight = datetime.combine(datetime.now().astimezone().date(), time()).astimezone()
        person = self._people.get(name_key(self.person.text()))
        return Filter(
            since=None if days is None else midnight - timedelta(days=days),
            outcome=self.outcome.currentData(),
            person_id=person.person_id if person else None,
        )

    def _on_person(self, text: str) -> None:
        if not text or name_key(text) in self._people:
            self._show()

    def _show(self) -> None:
        recognizer, wanted = self.context.recognizer, self.wanted
        history, card = recognizer.history, recognizer.pipeline.embedder.model.card
        names = {person.person_id: person.name for person in self._people.values()}
        self.model.show(wanted, names, {card.id: card.name})
        self._reading += 1
        reading = self._reading

        def work() -> tuple[int, int, list[Day]]:
            found = history.count(wanted)
            return found, found or history.count(Filter()), history.per_day(wanted)

        def done(found: tuple[int, int, list[Day]]) -> None:
            if reading == self._reading:
                self._show_counts(*found)

        self.context.submit(work, done=done, failed=self._on_failed)

    def _show_counts(self, found: int, all_of_them: int, days: list[Day]) -> None:
        self.count.setText(count_of_decisions(found))
        self.chart.show_days(days, self.since.currentData())
        self._chart_card.setVisible(found > 0)
        self.export.setEnabled(found > 0)
        self._found.setCurrentIndex(0 if found else 1)
        self._empty.give_way(self._body, self.table, filled=all_of_them > 0)

    def _on_export(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save the decisions"), "siamapp-history.csv", self.tr("CSV files (*.csv)")
        )
        if name:
            self.save_csv(Path(name))

    def save_csv(self, path: Path) -> None:
        """Write what is shown to a file; names are in it, so it is the user's to guard."""
        history, wanted = self.context.recognizer.history, self.wanted

        def work() -> int:
            # The dialog has asked whether a table of that name may be replaced.
            with whole_file(path, replaces=codecs.BOM_UTF8) as file:
                text = TextIOWrapper(file, "utf-8-sig", newline="")
                written = history.write_csv(wanted, text)
                text.detach()
                return written

        def done(written: int) -> None:
            said = self.tr("Saved as {file}: {decisions}. It holds names: guard it.")
            decisions = count_of_decisions(written)
            self.banner.show_text(said.format(file=path.name, decisions=decisions), "good")

        self.context.submit(work, done=done, failed=self._on_failed)

    def leave(self) -> None:
        self.banner.clear()

    def _on_failed(self, error: SiamError) -> None:
        self.banner.show_text(error_words(error))
