"""How well the embedder tells one's own people apart, and thresholds from that."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from siamapp.errors import SiamError
from siamapp.gui.context import Context
from siamapp.gui.controls import SCROLL_BAR_PX, Banner, Card, PageScroll, WrappedLabel
from siamapp.gui.empty_state import EmptyState
from siamapp.gui.error_wording import error_words
from siamapp.gui.evaluating import Asked, Cancelled, Found, evaluate_asked, write_report
from siamapp.gui.page import Page
from siamapp.gui.rate_charts import RateCharts
from siamapp.gui.theme import SPACE, scaled, set_role
from siamapp.gui.wording import fmr_words, hundredths, significant
from siamapp.identity.own_calibration import save_calibration
from siamapp.vision.card import Threshold

_COLUMNS: Final = 6
_ROW_PX: Final = 38
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_UNBOUNDED_PX: Final = 16_777_215
"""Qt's own `QWIDGETSIZE_MAX`."""


class EvaluatePage(Page):
    """Choose pictures, see the rates, make a threshold the live one."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._stop: threading.Event | None = None
        self._found: Found | None = None
        self.folder = QPushButton()
        self.folder.clicked.connect(self._on_folder)
        self.pairs = QPushButton()
        self.pairs.clicked.connect(self._on_pairs)
        self.aligned = QCheckBox()
        self.export = QPushButton()
        self.export.clicked.connect(self._on_export)
        for widget in (self.aligned, self.pairs, self.folder, self.export):
            self.header.addWidget(widget)
        self.error = Banner(context.theme)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.count = QLabel()
        set_role(self.count, "muted")
        self.cancel = QPushButton()
        self.cancel.clicked.connect(self._on_cancel)
        self.empty = EmptyState(context.theme, "evaluate")
        self.empty.setContentsMargins(0, 0, SCROLL_BAR_PX, 0)  # in the middle, as on other pages
        self.empty.acted.connect(self._on_folder)
        self.summary = WrappedLabel()
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.charts = RateCharts(context.theme)
        self.table = QTableWidget(0, _COLUMNS)
        self.note = WrappedLabel()
        set_role(self.note, "caption")
        self._lay_out()
        context.opened.connect(self._forget)
        self.retranslate()

    def _lay_out(self) -> None:
        running = QHBoxLayout()
        running.setSpacing(SPACE[3])
        running.addWidget(self.progress, 1)
        running.addWidget(self.count)
        running.addWidget(self.cancel)
        self._curves, self._thresholds = Card(), Card()
        self._curves.column.addWidget(self.summary)
        self._curves.column.addWidget(self.charts, 1)
        set_role(self.table, "plain")
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(scaled(_ROW_PX))
        self.table.setMinimumHeight(4 * scaled(_ROW_PX))
        self.table.setShowGrid(False)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setMinimumHeight(2 * self.fontMetrics().height() + SPACE[3])
        self._thresholds.column.addWidget(self.table, 1)
        self._thresholds.column.addWidget(self.note)
        self._thresholds.column.addStretch()
        self._results = QSplitter(Qt.Orientation.Vertical)
        self._results.addWidget(self._curves)
        self._results.addWidget(self._thresholds)
        self._results.setSizes([1500, 1000])
        self._results.setChildrenCollapsible(False)
        self._results.setHandleWidth(SPACE[4])
        above = self.column_above_scroll()
        above.addWidget(self.error)
        above.addLayout(running)
        self.column.addWidget(self.empty, 1)
        # With large letters in a low window there is not room for both: then they scroll.
        self._results.setObjectName("scrolled")
        self._area = PageScroll(self)
        self._area.setWidget(self._results)
        self.make_room_for_scroll_bar()
        self.column.addWidget(self._area, 1)
        self._rest = QWidget()
        self.column.addWidget(self._rest, 1)
        self._show_state()

    def retranslate(self) -> None:
        self.set_heading(
            self.tr("Evaluate"), self.tr("How well your own people are told apart, in numbers.")
        )
        self.folder.setText(self.tr("Choose folder…"))
        self.pairs.setText(self.tr("Pairs file…"))
        self.export.setText(self.tr("Export…"))
        self.cancel.setText(self.tr("Cancel"))
        self.aligned.setText(self.tr("Faces cut out already"))
        self.aligned.setToolTip(self.tr("The pictures are aligned faces of 112 px already"))
        self.progress.setAccessibleName(self.tr("Pictures looked at"))
        self.empty.set_words(
            self.tr("Measure on your own pictures"),
            self.tr("Choose a folder that holds one folder of photos per person."),
            action=self.tr("Choose folder…"),
        )
        self._curves.set_title(self.tr("Rates"))
        self._thresholds.set_title(self.tr("Thresholds"))
        self.table.setAccessibleName(self.tr("Thresholds by false-match rate"))
        self.table.setHorizontalHeaderLabels(
            [
                self.tr("Strangers let through"),
                self.tr("Distance"),
                self.tr("Comparisons"),
                self.tr("At most, at 95\u00a0%"),
                self.tr("Own people refused"),
                "",
            ]
        )
        wrapped = _RIGHT.value | Qt.TextFlag.TextWordWrap.value
        for column in range(_COLUMNS):
            self.table.model().setHeaderData(
                column, Qt.Orientation.Horizontal, wrapped, Qt.ItemDataRole.TextAlignmentRole
            )
        self.charts.retranslate()
        self._show_found()

    def start(self, asked: Asked) -> None:
        """Evaluate; what runs already is stopped first."""
        self._on_cancel()
        self.error.clear()
        self.folder.setFocus()  # the button that was pressed may go
        stop = self._stop = threading.Event()
        jobs, pipeline = self.context.jobs, self.context.recognizer.pipeline
        self.progress.setRange(0, 0)
        self.count.clear()

        def progress(done: int, of: int) -> None:
            jobs.post(lambda: self._on_progress(stop, done, of))

        self.context.submit(
            lambda: evaluate_asked(pipeline, asked, progress=progress, stop=stop),
            done=lambda found: self._on_found(stop, found),
            failed=lambda error: self._on_failed(stop, error),
        )
        self._show_state()

    def enter(self) -> None:
        self.folder.setFocus()
        self.empty.invite()

    def leave(self) -> None:
        self._on_cancel()

    def _on_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("A folder of people"))
        if chosen:
            self.start(Asked(Path(chosen), aligned=self.aligned.isChecked()))

    def _on_pairs(self) -> None:
        file, _ = QFileDialog.getOpenFileName(
            self, self.tr("A pairs file"), "", self.tr("Pairs (*.txt *.csv)")
        )
        images = file and QFileDialog.getExistingDirectory(
            self, self.tr("The folder that its pictures are in"), str(Path(file).parent)
        )
        if images:
            self.start(Asked(Path(images), Path(file), self.aligned.isChecked()))

    def _on_cancel(self) -> None:
        if self._stop is not None:
            self._stop.set()
            self._stop = None
            self._show_state()

    def _on_progress(self, stop: threading.Event, done: int, of: int) -> None:
        if stop is self._stop:
            self.progress.setRange(0, of)
            self.progress.setValue(done)
            self.count.setText(self.tr("Picture {done} of {of}").format(done=done, of=of))

    def _on_found(self, stop: threading.Event, found: Found) -> None:
        if stop is self._stop:
            self._stop, self._found = None, found
            self._show_found()

    def _on_failed(self, stop: threading.Event, error: SiamError) -> None:
        if stop is self._stop:
            self._stop = None
            self._show_state()
        if not isinstance(error, Cancelled):
            self.error.show_text(error_words(error))

    def _forget(self) -> None:
        """Another embedder may have been opened: figures of the last one would mislead."""
        found = self._found
        if found is not None:
            used = self.context.recognizer.pipeline.embedder.id
            if found.figures["model"]["id"] != used:
                self._found = None
                self._show_state()

    def _show_state(self) -> None:
        running, found = self._stop is not None, self._found is not None
        self.progress.setVisible(running)
        self.count.setVisible(running)
        self.cancel.setVisible(running)
        self.empty.setVisible(not running and not found)
        self._rest.setVisible(running and not found)
        self._area.setVisible(found)
        self.export.setEnabled(found)

    def _show_found(self) -> None:
        self._show_state()
        found = self._found
        if found is None:
            return
        figures, eer = found.figures, found.figures["eer"]
        self.summary.setText(
            self.tr(
                "{pictures} pictures of {people} people: {genuine} comparisons of one person and "
                "{impostors} of strangers. Equal error rate {eer:.2f} % ({low:.2f} to {high:.2f} % "
                "at 95 %); {lost:.1f} % of the pictures gave no face."
            )
            .format(
                pictures=figures["pictures"],
                people=figures["people"],
                genuine=f"{figures['genuine']:,}",
                impostors=f"{figures['impostors']:,}",
                eer=100 * eer["value"],
                low=100 * eer["low"],
                high=100 * eer["high"],
                lost=100 * figures["failure_to_acquire"],
            )
            .replace(" %", "\u00a0%")
        )
        self.charts.show_scores(found.evaluation.scores)
        rows = found.calibration.thresholds if found.calibration else ()
        self.table.setRowCount(len(rows))
        self.table.setVisible(bool(rows))
        self._thresholds.setMaximumHeight(_UNBOUNDED_PX if rows else 3 * scaled(_ROW_PX))
        for line, row in enumerate(rows):
            self._fill_row(line, row)
        self.note.setText(
            found.too_few
            or self.tr(
                "The interval comes from drawing people anew; rates rarer than were seen are "
                "carried on from the tail of the distances. “Use” puts these thresholds in the "
                "place of those on the model’s card."
            )
        )

    def _fill_row(self, line: int, row: Threshold) -> None:
        words = (
            hundredths(f"{100 * row.fmr:g}"),
            f"{row.distance:.3f}",
            f"{row.impostor_comparisons:,}",
            hundredths(significant(100 * row.fmr_high, 3)),
            hundredths(f"{100 * row.fnmr:.1f}"),
        )
        for column, text in enumerate(words):
            item = QTableWidgetItem(text)
            item.setTextAlignment(_RIGHT)
            self.table.setItem(line, column, item)
        used = self._in_use(row)
        button = QPushButton(self.tr("In use") if used else self.tr("Use"))
        button.setEnabled(not used)
        button.setAccessibleName(
            self.tr("Use the threshold at which {words}").format(words=fmr_words(row.fmr))
        )
        button.clicked.connect(lambda: self.use(row))
        self.table.setCellWidget(line, _COLUMNS - 1, button)

    def _in_use(self, row: Threshold) -> bool:
        found = self._found
        return (
            found is not None
            and self.context.is_open
            and self.context.recognizer.calibrated is found.calibration
            and self.context.settings.target_fmr == row.fmr
        )

    def use(self, row: Threshold) -> None:
        """Keep these thresholds for the embedder in use and decide by this one from now on."""
        calibration = self._found.calibration if self._found else None
        if calibration is None:
            return
        folder, recognizer = self.context.paths.calibrations_dir, self.context.recognizer

        def kept(_path: Path) -> None:
            recognizer.calibrated = calibration
            if self.context.settings.target_fmr == row.fmr:
                recognizer.configure(self.context.settings)
            else:
                self.context.change_setting("target_fmr", row.fmr)
            self.error.show_text(
                self.tr("In use: {words}.").format(words=fmr_words(row.fmr)), "good"
            )
            self._show_found()

        self.context.submit(
            lambda: save_calibration(folder, calibration),
            done=kept,
            failed=lambda error: self.error.show_text(error_words(error)),
        )

    def _on_export(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("Export the report"), "evaluation.html",
            self.tr("Web page (*.html);;PDF (*.pdf)"),
        )  # fmt: skip
        if path:
            self.export_to(Path(path))

    def export_to(self, path: Path) -> None:
        """Write the report as HTML (with the worst pairs' pictures) or PDF (without)."""
        found, pipeline = self._found, self.context.recognizer.pipeline
        if found is None:
            return
        self.context.submit(
            lambda: write_report(path, found, pipeline),
            done=lambda _: self.error.show_text(
                self.tr("Written: {name}").format(name=path.name), "good"
            ),
            failed=lambda error: self.error.show_text(error_words(error)),
        )
