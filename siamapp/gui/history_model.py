"""Past decisions as a table that reads on as it is scrolled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QDateTime,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QGuiApplication, QImage

from siamapp.gui.context import Context
from siamapp.gui.thumbnails import Thumbnails
from siamapp.gui.wording import ICONS, TONES, moment_words, outcome_words
from siamapp.store.history import Filter
from siamapp.types import Outcome

if TYPE_CHECKING:
    from siamapp.store.audit import Entry, Fact

PAGE: Final = 200
PICTURE_PX: Final = 40
_Index = QModelIndex | QPersistentModelIndex
_NUMBERS: Final = {"distance": 2, "threshold": 2, "quality_eye_distance_px": 0}
"""Facts that are numbers, with their decimals."""
COLUMNS: Final = (
    "time", "how", "claim", "outcome", "person", "distance", "threshold", "runner_up",
    "quality_eye_distance_px", "source", "model", "provider",
)  # fmt: skip


class HistoryModel(QAbstractTableModel):
    """Rows of `History.page`, newest first; the jobs thread reads them."""

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._filter = Filter()
        self._entries: list[Entry] = []
        self._names: Mapping[int, str] = {}
        self._models: Mapping[str, str] = {}
        self.pictured: frozenset[int] = frozenset()
        """Numbers of the entries that have a picture."""
        self.pictures = Thumbnails(
            context, PICTURE_PX, self, read=lambda recognizer, keys: recognizer.pictures.get(keys)
        )
        self._blank = QImage(PICTURE_PX, PICTURE_PX, QImage.Format.Format_ARGB32_Premultiplied)
        self._blank.fill(Qt.GlobalColor.transparent)
        self._more = False
        self._reading = 0
        """Number of the newest reading; answers to older ones are dropped."""
        self._waits = False

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and COLUMNS[section] in _NUMBERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return self._titles()[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        entry, column = self._entries[index.row()], COLUMNS[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.text(entry, column)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in _NUMBERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.DecorationRole and column == "outcome":
            outcome = Outcome(str(entry.facts["outcome"]))
            return self._context.theme.icon(ICONS[outcome], TONES[outcome])
        if role == Qt.ItemDataRole.DecorationRole and column == "time" and self.pictured:
            if entry.number not in self.pictured:
                return self._blank  # so that all times stand below each other
            ratio = QGuiApplication.primaryScreen().devicePixelRatio()
            return self.pictures.get(entry.number, ratio) or self._blank
        return None

    def canFetchMore(self, parent: _Index) -> bool:
        return not parent.isValid() and self._more and not self._waits

    def fetchMore(self, parent: _Index) -> None:
        if self.canFetchMore(parent):
            self._read(before=self._entries[-1].number)

    def show(self, wanted: Filter, names: Mapping[int, str], models: Mapping[str, str]) -> None:
        """Start anew with other decisions; `names` by person, `models` by embedder id."""
        self._filter, self._names, self._models = wanted, names, models
        self._read(before=None)

    def _read(self, before: int | None) -> None:
        self._reading += 1
        self._waits = True
        reading, wanted = self._reading, self._filter
        recognizer = self._context.recognizer

        def work() -> tuple[list[Entry], frozenset[int]]:
            found = recognizer.history.page(wanted, before=before, count=PAGE)
            return found, recognizer.pictures.among([entry.number for entry in found])

        def done(answer: tuple[list[Entry], frozenset[int]]) -> None:
            if reading != self._reading:
                return
            found, pictured = answer
            self._waits, self._more = False, len(found) == PAGE
            self.pictured = pictured if before is None else self.pictured | pictured
            self.pictures.keep_only(self.pictured)
            if before is None:
                self.beginResetModel()
                self._entries = found
                self.endResetModel()
            elif found:
                first = len(self._entries)
                self.beginInsertRows(QModelIndex(), first, first + len(found) - 1)
                self._entries += found
                self.endInsertRows()

        self._context.submit(work, done=done)

    def text(self, entry: Entry, column: str) -> str:
        """What stands in a cell, in the locale's dates and numbers."""
        facts, locale = entry.facts, QLocale()
        if column == "time":
            when = QDateTime.fromString(entry.at_utc, Qt.DateFormat.ISODateWithMs).toLocalTime()
            return moment_words(when)
        if column in _NUMBERS:
            value = facts.get(column)
            if not isinstance(value, (int, float)):
                return ""
            return locale.toString(float(value), "f", _NUMBERS[column])
        if column == "how":
            return self._how(str(facts.get("how") or ""))
        if column == "outcome":
            claimed = isinstance(facts.get("claim_id"), int)
            return outcome_words(Outcome(str(facts["outcome"])), claimed=claimed)
        if column == "runner_up":
            return self._with_distance("runner_up_id", "runner_up_distance", facts)
        if column in ("claim", "person"):
            return self._name(facts.get("claim_id" if column == "claim" else "nearest_id"))
        if column == "model":
            embedder = str(facts.get("embedder_id") or "")
            return self._models.get(embedder, embedder[:8])
        if column == "source":
            return self._source(str(facts.get(column) or ""))
        return str(facts.get(column) or "")

    def _source(self, source: str) -> str:
        """A camera by its name; a file's name is never kept."""
        words = {"file": self.tr("File"), "stream": self.tr("Stream")}
        return words.get(source, source)

    def _with_distance(self, person: str, distance: str, facts: Mapping[str, Fact]) -> str:
        name, value = self._name(facts.get(person)), facts.get(distance)
        if not name or not isinstance(value, (int, float)):
            return name
        said = QLocale().toString(float(value), "f", 2)
        return self.tr("{name} ({distance})").format(name=name, distance=said)

    def _name(self, person_id: Fact) -> str:
        if not isinstance(person_id, int):
            return ""
        return self._names.get(person_id) or self.tr("deleted #{number}").format(number=person_id)

    def _how(self, how: str) -> str:
        words = {
            "verify": self.tr("Verified"),
            "identify": self.tr("Identified"),
            "live": self.tr("Live"),
        }
        return words.get(how, how)

    def _titles(self) -> tuple[str, ...]:
        return (
            self.tr("Time"), self.tr("How"), self.tr("Claim"), self.tr("Result"),
            self.tr("Nearest"), self.tr("Distance"), self.tr("Limit"), self.tr("Runner-up"),
            self.tr("Eyes, px"), self.tr("Source"), self.tr("Model"), self.tr("Runs on"),
        )  # fmt: skip
