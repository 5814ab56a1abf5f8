"""Every choice the user has, applied as it is made, and what is measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from siamapp.errors import SiamError
from siamapp.gui import diagnostics
from siamapp.gui.context import Context
from siamapp.gui.controls import Banner, Card, PageScroll, SearchField
from siamapp.gui.core_words import in_words
from siamapp.gui.empty_state import EmptyState
from siamapp.gui.engine_facts import EngineFacts, embedder_names, engine_facts
from siamapp.gui.error_wording import error_words
from siamapp.gui.page import Page
from siamapp.gui.settings_rows import MODELS, ROWS, Row, group_note, group_title
from siamapp.gui.theme import SPACE, scaled, set_role
from siamapp.gui.wording import fmr_words, milliseconds, named, percent, stage_words
from siamapp.identity.calibrate import supported_fmrs
from siamapp.live.source import CameraInfo, list_cameras
from siamapp.settings import Settings

_FIELD_PX: Final = 380
Field = QCheckBox | QComboBox | QSpinBox | QDoubleSpinBox


class SettingsPage(Page):
    """Searchable cards of settings; at the end the diagnostics."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._facts: EngineFacts | None = None
        self._cameras: list[CameraInfo] = []
        self.fields: dict[str, Field] = {}
        self._labels: dict[str, QLabel] = {}
        self._cards: dict[str, Card] = {}
        self._forms: dict[str, QFormLayout] = {}
        self._notes: dict[str, QLabel] = {}
        self.search = SearchField(context.theme, self)
        self.search.setFixedWidth(scaled(280))
        self.search.textChanged.connect(self._on_searched)
        self.in_use = QLabel()
        self.in_use.setMinimumHeight(34)
        self._in_use_label = QLabel()
        self._models: list[str] = [context.settings.embedder]
        """Embedders that can be chosen; read anew each time the page is shown."""
        self.not_running = Banner(context.theme)
        self.error = Banner(context.theme)
        self.measured = QLabel()
        self.measured.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copy = QPushButton()
        context.theme.set_icon(self.copy, "copy")
        self.copy.clicked.connect(self._on_copy)
        self._none = EmptyState(context.theme, "search")
        self._diagnostics = Card()
        self._lay_out()
        context.opened.connect(self._on_opened)
        if context.is_open:
            self._on_opened()
        self.retranslate()

    def parts(self) -> Iterator[None]:
        for group in dict.fromkeys(row.group for row in ROWS):
            self._scrolled.addWidget(self._card(group))
            self._word(group)
            yield
        self._forms[MODELS].addRow(self._in_use_label, self.in_use)
        self._scrolled.addWidget(self._diagnostics)
        self._diagnostics.column.addWidget(self.measured)
        self._diagnostics.header.addWidget(self.copy)
        self._scrolled.addStretch(1)
        self._fill()
        yield

    def _field(self, row: Row, card: Card) -> Field:
        value = getattr(self.context.settings, row.key)
        field: Field
        if row.choices is not None:
            box = field = QComboBox(card)
            box.activated.connect(lambda _index: self._change(row.key, box.currentData()))
        elif isinstance(value, bool):
            tick = field = QCheckBox(card)
            tick.setChecked(value)
            tick.toggled.connect(lambda on: self._change(row.key, on))
        else:
            field = self._number(row, value, card)
        field.setFixedWidth(scaled(_FIELD_PX))
        return field

    def _number(self, row: Row, value: float, card: Card) -> QSpinBox | QDoubleSpinBox:
        low, high = bounds(row.key)
        number: QSpinBox | QDoubleSpinBox
        if isinstance(value, int):
            number = QSpinBox(card)
            number.setRange(int(low), int(high))
            number.setValue(value)
        else:
            number = QDoubleSpinBox(card)
            number.setDecimals(1)
            number.setRange(low, high)
            number.setValue(value)
        number.setKeyboardTracking(False)
        number.lineEdit().setTextMargins(SPACE[2] + 1, 0, 0, 0)
        number.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        number.valueChanged.connect(lambda new: number.setSuffix(row.unit(new)))
        number.valueChanged.connect(lambda new: self._change(row.key, new))
        return number

    def _lay_out(self) -> None:
        self.header.addWidget(self.search)
        self.make_room_for_scroll_bar()
        area = self._area = PageScroll(self)
        inner = QWidget(area.viewport())
        inner.setObjectName("scrolled")
        area.setWidget(inner)
        self._scrolled = QVBoxLayout(inner)
        self._scrolled.setContentsMargins(0, 0, 0, 0)
        self._scrolled.setSpacing(SPACE[4])
        for label in (self._in_use_label, self.in_use):
            label.setMinimumHeight(34)
        above = self.column_above_scroll()
        above.addWidget(self.not_running)
        above.addWidget(self.error)
        self.column.addWidget(area, 1)
        self.column.addWidget(self._none, 1)
        self._none.hide()

    def _card(self, group: str) -> Card:
        card = self._cards[group] = Card(self._area.widget())
        form = self._forms[group] = QFormLayout()
        form.setHorizontalSpacing(SPACE[5])
        form.setVerticalSpacing(SPACE[3])
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for row in ROWS:
            if row.group == group:
                label = self._labels[row.key] = QLabel(card)
                field = self.fields[row.key] = self._field(row, card)
                label.setMinimumSize(scaled(240), 34)
                label.setBuddy(field)
                form.addRow(label, field)
        card.column.addLayout(form)
        note = self._notes[group] = QLabel(card)
        set_role(note, "caption")
        note.setWordWrap(True)
        card.column.addWidget(note)
        return card

    def retranslate(self) -> None:
        self.set_heading(self.tr("Settings"), self.tr("Changes apply at once and are kept."))
        self.search.set_words(self.tr("Search the settings"))
        self._none.set_words(
            self.tr("No such setting"), self.tr("Try fewer letters, or press Escape.")
        )
        for group in self._cards:
            self._word(group)
        self._in_use_label.setText(self.tr("In use"))
        self._diagnostics.set_title(self.tr("Diagnostics"))
        self.copy.setText(self.tr("Copy report"))
        self.copy.setToolTip(self.tr("Versions and measurements; nothing about any person"))
        self._fill()

    def _word(self, group: str) -> None:
        """Set the texts of a card."""
        for row in (row for row in ROWS if row.group == group):
            field, label = self.fields[row.key], row.label()
            self._labels[row.key].setText("" if isinstance(field, QCheckBox) else label)
            field.setAccessibleName(label)
            if isinstance(field, QCheckBox):
                field.setText(label)
            elif isinstance(field, QComboBox):
                if entries := row.choices() if row.choices else ():
                    fill(field, entries, getattr(self.context.settings, row.key))
            else:
                field.setSuffix(row.unit(field.value()))
                field.setSpecialValueText(row.zero())  # shown at its smallest value
        self._cards[group].set_title(group_title(group))
        self._notes[group].setText(group_note(group))
        self._notes[group].setVisible(bool(group_note(group)))

    def _fill(self) -> None:
        """Show what the system and the gallery have, in the cards that are there."""
        self._fill_models()
        self._show_cameras()
        self._show_facts()

    def enter(self) -> None:
        self.search.setFocus()
        paths = self.context.paths
        self.context.jobs.submit(lambda: embedder_names(paths), done=self._on_models)
        self.context.jobs.submit(list_cameras, done=self._on_cameras)
        self._show_facts()

    def _on_models(self, names: list[str]) -> None:
        self._models = names
        self._fill_models()

    def _fill_models(self) -> None:
        self._fill_with("embedder", [(name, name) for name in self._models])

    def _on_cameras(self, cameras: list[CameraInfo]) -> None:
        self._cameras = cameras
        self._show_cameras()

    def _show_cameras(self) -> None:
        found = bool(self._cameras)
        first = ("", self.tr("First camera found") if found else self.tr("No camera found"))
        self._fill_with("camera", [first, *((c.name, c.name) for c in self._cameras)])

    def _fill_with(self, key: str, entries: list[tuple[str, str]]) -> None:
        """Fill a box, and keep what was chosen although it is gone."""
        chosen, box = getattr(self.context.settings, key), self.fields.get(key)
        if chosen not in [value for value, _ in entries]:
            entries = [*entries, (chosen, self.tr("{name} (not there now)").format(name=chosen))]
        if isinstance(box, QComboBox):
            fill(box, entries, chosen)

    def _on_opened(self) -> None:
        self.error.clear()
        self._facts = None
        recognizer = self.context.recognizer
        self.context.submit(lambda: engine_facts(recognizer), done=self._on_facts)
        self._show_facts()

    def _on_facts(self, facts: EngineFacts) -> None:
        self._facts = facts
        self._show_facts()

    def _show_facts(self) -> None:
        facts, settings = self._facts, self.context.settings
        self.not_running.clear()
        if self.context.is_open:
            # Of the own calibration where there is one; the command line may set one in between.
            fmrs = {*supported_fmrs(self.context.recognizer.calibrated), settings.target_fmr}
            rates = [(rate, named(percent(rate), fmr_words(rate))) for rate in sorted(fmrs)[::-1]]
            box = self.fields.get("target_fmr")
            if isinstance(box, QComboBox):
                fill(box, rates, settings.target_fmr)
        if facts is None:
            self.in_use.setText(self.tr("Measuring…") if self.context.is_open else "")
            self._show_measured([])
            return
        times = self.tr("detector {detector:.1f} ms, embedder {embedder:.1f} ms").format(
            detector=facts.detector_ms, embedder=facts.embedder_ms
        )
        self.in_use.setText(named(facts.provider.upper(), times))
        if settings.provider != "auto" and facts.provider != settings.provider:
            text = self.tr("{wanted} was chosen, but the models run on {running}.")
            wanted, running = settings.provider.upper(), facts.provider.upper()
            said = f"{text.format(wanted=wanted, running=running)} {in_words(facts.refused)}"
            self.not_running.show_text(said.strip(), "bad")
        elif facts.refused:
            self.not_running.show_text(in_words(facts.refused), "bad")
        self._show_measured([self.in_use.text()])

    def _show_measured(self, lines: list[str]) -> None:
        run = self.context.last_run
        if run is None:
            lines.append(
                self.tr(
                    "No picture was looked at yet: start a camera or a video on the Identify page."
                )
            )
        else:
            text = self.tr("Last picture: {frames} frames, {dropped} dropped, {fps:.1f} results/s")
            lines.append(text.format(frames=run.frames, dropped=run.dropped, fps=run.fps))
            if run.sent:
                lines.append(self.tr("The camera sends {format}.").format(format=run.sent))
            lines += [named(stage_words(s), milliseconds(ms)) for s, ms in run.stage_ms.items()]
        self.measured.setText("\n".join(lines))

    def _on_copy(self) -> None:
        text = diagnostics.report(self.context.settings, self._facts, self.context.last_run)
        QGuiApplication.clipboard().setText(text)

    def _on_searched(self, text: str) -> None:
        words, found = text.casefold().split(), False
        for group, card in self._cards.items():
            in_title, shown = _holds(card.title, words), False
            for row in (row for row in ROWS if row.group == group):
                hit = in_title or _holds(row.label(), words) or _holds(row.key, words)
                self._forms[group].setRowVisible(self.fields[row.key], hit)
                shown = shown or hit
            card.setVisible(shown)
            found = found or shown
        measured = _holds(self._diagnostics.title, words)
        self._diagnostics.setVisible(measured)
        self._area.setVisible(found or measured)
        self._none.setVisible(not found and not measured)

    def _change(self, key: str, value: object) -> None:
        self.error.clear()
        try:
            self.context.change_setting(key, value)
        except SiamError as error:
            self.error.show_text(error_words(error))
            box = self.fields[key]
            if isinstance(box, QComboBox):  # what counts is what it was
                box.setCurrentIndex(box.findData(getattr(self.context.settings, key)))


def _holds(text: str, words: list[str]) -> bool:
    return all(word in text.casefold() for word in words)


def bounds(key: str) -> tuple[float, float]:
    """The range of a setting that is a number."""
    limits: dict[str, Any] = {}
    for rule in Settings.model_fields[key].metadata:
        limits |= {name: getattr(rule, name) for name in ("ge", "le") if hasattr(rule, name)}
    return limits["ge"], limits["le"]


def fill(box: QComboBox, entries: Iterable[tuple[object, str]], chosen: object) -> None:
    """Put `(value, text)` entries into a box and choose one, without telling anybody."""
    box.blockSignals(True)
    box.clear()
    for value, text in entries:
        box.addItem(text, value)
    box.setCurrentIndex(box.findData(chosen))
    box.blockSignals(False)
