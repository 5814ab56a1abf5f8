"""Pairs of people who look alike, nearest first, with the margin they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from siamapp.gui.context import Context
from siamapp.gui.empty_state import EmptyState
from siamapp.gui.theme import SPACE, scaled, set_role
from siamapp.identity.decide import look_alike_margin

if TYPE_CHECKING:
    from siamapp.identity.look_alikes import LookAlikes

_NUMBERS = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class LookAlikesDialog(QDialog):
    """Lists the pairs; accepting it selects a pair in the page, to be looked at or merged."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._pairs: list[LookAlikes] | None = None
        self.setMinimumSize(scaled(560), 420)
        self.title = QLabel()
        set_role(self.title, "heading")
        self.hint = QLabel()
        set_role(self.hint, "caption")
        self.hint.setWordWrap(True)
        self.table = QTableWidget(0, 4)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column in (0, 1):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.show_both = QPushButton()
        set_role(self.show_both, "primary")
        self.buttons.addButton(self.show_both, QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.table.itemSelectionChanged.connect(self._on_selected)
        self.table.doubleClicked.connect(self.accept)
        self.none = EmptyState(context.theme, "people")
        column_ = QVBoxLayout(self)
        column_.setContentsMargins(SPACE[5], SPACE[5], SPACE[5], SPACE[5])
        column_.setSpacing(SPACE[3])
        for widget in (self.title, self.hint, self.table, self.none, self.buttons):
            column_.addWidget(widget)
        self.retranslate()
        recognizer = context.recognizer
        context.submit(recognizer.look_alikes, done=self._show)

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Look-alikes"))
        self.show_both.setText(self.tr("Show both"))
        self.table.setAccessibleName(self.tr("Pairs of people who look alike"))
        self.table.setHorizontalHeaderLabels(
            [self.tr("Person"), self.tr("And"), self.tr("Distance"), self.tr("Extra margin")]
        )
        for column in (2, 3):
            self.table.model().setHeaderData(
                column, Qt.Orientation.Horizontal, _NUMBERS, Qt.ItemDataRole.TextAlignmentRole
            )
        self.hint.setText(
            self.tr(
                "One of the two is named only where the other is farther off by this extra margin,"
                " which counts by itself. If both are one person, show and merge them."
            )
        )
        self.none.set_words(
            self.tr("Nobody looks like anybody else here"),
            self.tr("Everybody is told apart by the usual limit."),
        )
        self._show(self._pairs)

    @property
    def chosen(self) -> tuple[int, ...]:
        """Ids of the two people of the selected pair."""
        rows = self.table.selectionModel().selectedRows()
        if not rows or not self._pairs:
            return ()
        pair = self._pairs[rows[0].row()]
        return pair.first_id, pair.second_id

    def _show(self, pairs: list[LookAlikes] | None) -> None:
        self._pairs = pairs
        if pairs is None:
            self.title.setText(self.tr("Comparing everybody with everybody…"))
        elif pairs:
            self.title.setText(self.tr("Pairs who look alike: {count}").format(count=len(pairs)))
        none = pairs is not None and not pairs
        self.none.setVisible(none)
        for widget in (self.title, self.table, self.show_both):
            widget.setVisible(not none)
        self.hint.setVisible(bool(pairs))
        recognizer, locale = self._context.recognizer, QLocale()
        names, threshold = recognizer.gallery.names, recognizer.policy.threshold
        self.table.setRowCount(len(pairs or ()))
        for row, pair in enumerate(pairs or ()):
            margin = look_alike_margin(pair.distance, threshold)
            cells = (
                names.get(pair.first_id, ""),
                names.get(pair.second_id, ""),
                locale.toString(pair.distance, "f", 2),
                locale.toString(margin, "f", 2) if margin else self.tr("none needed"),
            )
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                if column > 1:
                    item.setTextAlignment(_NUMBERS)
                self.table.setItem(row, column, item)
        self._on_selected()

    def _on_selected(self) -> None:
        self.show_both.setEnabled(bool(self.chosen))
