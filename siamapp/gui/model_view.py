"""One model: its key figures, speed and thresholds as small tables, the rest to be opened."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from siamapp.gui.controls import Card, PageScroll
from siamapp.gui.model_rows import ModelRow
from siamapp.gui.model_words import (
    Fact,
    Section,
    key_facts,
    lead,
    sections,
    speed_facts,
    threshold_source,
)
from siamapp.gui.theme import SPACE, Theme, set_role
from siamapp.gui.wording import hundredths, significant


class ModelView(PageScroll):
    """Scrolls down, never sideways: whatever is long is wrapped."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._speed = QGridLayout()
        self._open: set[str] = set()
        """Titles of the sections that the user opened; they stay open for the next model."""

    def show_row(
        self, row: ModelRow, measured: dict[str, float] | None, in_use_fmr: float | None
    ) -> None:
        """Show a model.

        Args:
            row: the model.
            measured: milliseconds by provider; None while they are being measured.
            in_use_fmr: the false-match rate that decides now, where this embedder does.
        """
        inner = QWidget(self.viewport())
        inner.setObjectName("scrolled")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE[4])
        if row.error:
            column.addWidget(_words(row.error, tone="bad"))
        if row.card is not None:
            column.addWidget(_words(lead(row.card.task), role="muted"))
            self._speed = _facts(speed_facts(measured))
            for title, grid in (
                (self.tr("Key figures"), _facts(key_facts(row.card))),
                (self.tr("Time for one picture on this machine"), self._speed),
            ):
                card = Card(inner)
                column.addWidget(card)
                card.set_title(title)
                card.column.addLayout(grid)
            if row.card.task == "embedder":
                column.addWidget(self._thresholds(row, in_use_fmr, inner))
            details = Card(inner)
            details.set_title(self.tr("Details"))
            details.column.setSpacing(SPACE[1])
            for section in sections(row.card):
                self._fold(details, section)
            column.addWidget(details)
        column.addStretch(1)
        self.setWidget(inner)

    def show_speed(self, measured: dict[str, float] | None) -> None:
        """Milliseconds by provider of the model that is shown."""
        for line, fact in enumerate(speed_facts(measured)):
            item = self._speed.itemAtPosition(line, 1)
            label = item.widget() if item else None
            if isinstance(label, QLabel):
                label.setText(fact.value)

    @property
    def text(self) -> str:
        """All that it shows, and what was opened of it."""
        return "\n".join(label.text() for label in self.findChildren(QLabel))

    def _thresholds(self, row: ModelRow, in_use_fmr: float | None, inner: QWidget) -> Card:
        source, thresholds = threshold_source(row)
        card, grid = Card(inner), _grid()
        grid.setHorizontalSpacing(SPACE[2])
        card.set_title(self.tr("Thresholds"))
        card.column.addWidget(_words(source, role="muted"))
        card.column.addLayout(grid)
        head = (
            self.tr("Strangers let through"), self.tr("At most, at 95\u00a0%"), self.tr("Distance"),
            self.tr("Comparisons"), self.tr("Own people refused"),
        )  # fmt: skip
        lines = [
            (hundredths(f"{100 * t.fmr:g}"), hundredths(significant(100 * t.fmr_high, 2)),
             f"{t.distance:.3f}", f"{t.impostor_comparisons:,}", hundredths(f"{100 * t.fnmr:.1f}"))
            for t in thresholds
        ]  # fmt: skip
        for line, cells in enumerate([head, *lines] if thresholds else []):
            used = bool(line) and thresholds[line - 1].fmr == in_use_fmr
            for column, cell in enumerate(cells):
                role = "caption" if line == 0 else "strong" if used else "body"
                label = _cell(cell, role=role, tone="info" if used else "")
                label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
                grid.addWidget(label, line, column)
            if used:
                mark = _cell(self.tr("in use"), role="caption", tone="info")
                grid.addWidget(mark, line, len(cells))
        for column in range(len(head)):
            grid.setColumnStretch(column, 1)
        return card

    def _fold(self, card: Card, section: Section) -> None:
        """A title that opens what lies under it."""
        button, body = QToolButton(card), QWidget(card)
        set_role(button, "fold")
        button.setText(section.title)
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        card.column.addWidget(button)
        card.column.addWidget(body)

        def show(opened: bool) -> None:
            if opened and body.layout() is None:  # hundreds of lines that few ever open
                _fill(body, section)
            body.setVisible(opened)
            self._theme.set_icon(button, "chevron-up" if opened else "chevron-down", "muted")
            (self._open.add if opened else self._open.discard)(section.title)

        button.toggled.connect(show)
        button.setChecked(section.title in self._open)
        show(button.isChecked())


def _fill(body: QWidget, section: Section) -> None:
    column = QVBoxLayout(body)
    column.setContentsMargins(SPACE[5], 0, 0, SPACE[3])
    for prose, facts in section.pieces:
        if prose:
            column.addWidget(_words(prose, role="body" if facts else "muted"))
        if facts:
            column.addLayout(_facts(facts))
            column.addSpacing(SPACE[2])


def _facts(facts: Sequence[Fact]) -> QGridLayout:
    grid = _grid()
    grid.setColumnStretch(0, 3)
    grid.setColumnStretch(1, 2)
    for line, fact in enumerate(facts):
        label, value = _cell(fact.label, role="muted"), _cell(fact.value)
        label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        for cell in (label, value):
            cell.setToolTip(fact.source)
        grid.addWidget(label, line, 0)
        grid.addWidget(value, line, 1)
    return grid


def _grid() -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(SPACE[4])
    grid.setVerticalSpacing(SPACE[2])
    return grid


def _words(text: str, *, role: str = "body", tone: str = "") -> QLabel:
    label = _cell(text, role=role, tone=tone)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _cell(text: str, *, role: str = "body", tone: str = "") -> QLabel:
    """Not to be selected: that costs a label more than all the rest of it, and there are many."""
    label = QLabel(text)
    set_role(label, role, tone=tone)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
