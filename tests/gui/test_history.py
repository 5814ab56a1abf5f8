"""The history page: what was decided, filtered, counted by day, saved."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TextIO

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from siamapp.errors import StoreError
from siamapp.gui.context import Context
from siamapp.gui.day_chart import DayChart
from siamapp.gui.history_model import COLUMNS, PAGE, PICTURE_PX
from siamapp.gui.history_page import HistoryPage
from siamapp.gui.language import Choice, Language
from siamapp.gui.main_window import MainWindow
from siamapp.gui.settings_page import SettingsPage
from siamapp.gui.theme import Theme
from siamapp.store.audit import Fact
from siamapp.store.history import Day, Filter
from siamapp.types import Frame, Outcome
from tests.gui.conftest import enrol
from tests.gui.scripted import astronaut, hopper

Until = Callable[[Callable[[], bool]], None]


def decide(context: Context, until: Until, *decisions: dict[str, Fact]) -> None:
    """Put decisions into the audit, as the pages do."""
    audit, done = context.recognizer.audit, []
    context.jobs.submit(
        lambda: [audit.record("decision", facts) for facts in decisions], done=done.append
    )
    until(lambda: bool(done))


MATCH: dict[str, Fact] = {
    "how": "verify", "claim_id": 1, "nearest_id": 1, "person_id": 1, "outcome": "match",
    "distance": 0.25, "threshold": 0.4, "runner_up_id": 2, "runner_up_distance": 0.9,
    "quality_eye_distance_px": 47.2, "embedder_id": "0123456789abcdef", "provider": "cpu",
}  # fmt: skip
STRANGER: dict[str, Fact] = {
    "how": "live", "claim_id": None, "nearest_id": 2, "person_id": None, "outcome": "unknown",
    "distance": 0.95, "threshold": 0.4, "embedder_id": "0123456789abcdef", "provider": "cpu",
}  # fmt: skip


@pytest.fixture
def page(window: MainWindow, context: Context, until: Until) -> HistoryPage:
    enrol(context, until, Ada=[astronaut()], Grace=[hopper()])
    page = window.page("history")
    assert isinstance(page, HistoryPage)
    return page


def row(page: HistoryPage, number: int) -> dict[str, object]:
    return {key: page.model.index(number, n).data() for n, key in enumerate(COLUMNS)}


def test_an_empty_history_says_what_to_do(
    page: HistoryPage, window: MainWindow, until: Until
) -> None:
    window.show_page("history")
    until(page._empty.isVisible)
    page._empty.button.click()
    assert window.page("live").isVisible()


def test_decisions_are_told_with_their_evidence_filtered_and_saved(
    page: HistoryPage,
    window: MainWindow,
    context: Context,
    language: Language,
    until: Until,
    tmp_path: Path,
) -> None:
    refused: dict[str, Fact] = {**MATCH, "outcome": "unknown", "source": "file"}
    decide(context, until, refused, MATCH, STRANGER, {**STRANGER, "nearest_id": 77})
    window.show_page("history")
    until(lambda: page.count.text() == "4 decisions")  # asked for after the rows
    assert page.model.rowCount() == 4
    assert row(page, 0)["person"] == "deleted #77"
    told = row(page, 2)
    assert (told["how"], told["claim"], told["outcome"]) == ("Verified", "Ada", "Match")
    assert (told["distance"], told["threshold"]) == ("0.25", "0.40")
    assert told["runner_up"] == "Grace (0.90)"
    language.use("zh_CN")
    assert row(page, 2)["runner_up"] == "Grace\uff0c0.90"
    language.use("en")
    assert told["quality_eye_distance_px"] == "47"
    assert told["model"] == "scripted-embedder"
    assert row(page, 3)["outcome"] == "Not the claimed person"
    assert row(page, 3)["source"] == "File"
    assert "1 matched, 3 unknown or refused" in page.chart.accessibleDescription()
    assert len(page.chart._days) == 30  # the whole period that was chosen, empty days too
    assert sum(bool(outcomes) for _, outcomes in page.chart._days) == 1

    page.outcome.setCurrentIndex(page.outcome.findData("match"))
    page.outcome.activated.emit(page.outcome.currentIndex())
    until(lambda: page.model.rowCount() == 1)
    path = tmp_path / "history.csv"
    page.save_csv(path)
    until(lambda: "history.csv: 1 decision." in page.banner.text)
    with path.open(encoding="utf-8-sig", newline="") as file:
        (saved,) = csv.DictReader(file)
    assert (saved["claim"], saved["distance"]) == ("Ada", "0.25")
    page.save_csv(tmp_path / "no" / "folder.csv")
    until(lambda: "cannot be written" in page.banner.text)

    page.person.setText("grace")
    until(page._none.isVisible)


def test_a_file_that_cannot_be_written_whole_leaves_the_one_before(
    page: HistoryPage,
    context: Context,
    until: Until,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken_off(_wanted: Filter, file: TextIO) -> int:
        file.write("number,at_utc\n" * 10_000)
        raise StoreError("The gallery file is damaged.")

    path = tmp_path / "history.csv"
    path.write_bytes(codecs.BOM_UTF8 + b"of last month")
    monkeypatch.setattr(context.recognizer.history, "write_csv", broken_off)
    page.save_csv(path)
    until(lambda: "damaged" in page.banner.text)
    assert path.read_bytes() == codecs.BOM_UTF8 + b"of last month"
    assert list(tmp_path.glob("history.csv*")) == [path]


def test_what_was_decided_since_is_there_when_the_page_is_shown_again(
    page: HistoryPage, window: MainWindow, context: Context, until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    decide(context, until, MATCH)
    window.show_page("history")
    until(lambda: page.model.rowCount() == 1)
    window.show_page("people")
    decide(context, until, STRANGER)
    # Nobody was enrolled or renamed: thousands of names are not read again.
    monkeypatch.setattr(page, "refresh", lambda: pytest.fail("the people were read again"))
    window.show_page("history")
    until(lambda: page.model.rowCount() == 2)
    assert row(page, 0)["outcome"] == "Unknown person"


def test_decisions_are_read_once_when_the_people_changed_meanwhile(
    page: HistoryPage, window: MainWindow, context: Context, until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    decide(context, until, MATCH)
    window.show_page("history")
    until(lambda: page.model.rowCount() == 1)
    window.show_page("people")
    context.change_people(lambda: context.recognizer.edits.rename(1, "Ada Byron"))
    read, history = [], context.recognizer.history
    page_of = history.page
    monkeypatch.setattr(history, "page", lambda *a, **k: read.append(a) or page_of(*a, **k))
    until(lambda: "history" in window._stale)
    window.show_page("history")
    until(lambda: page.model.index(0, COLUMNS.index("person")).data() == "Ada Byron")
    assert len(read) == 1


def test_all_columns_show_at_once_where_there_is_room(
    page: HistoryPage, window: MainWindow, context: Context, until: Until
) -> None:
    window.resize(2000, 760)
    decide(context, until, MATCH)
    window.show_page("history")
    until(lambda: page.model.rowCount() == 1)
    until(lambda: not any(page.table.isColumnHidden(n) for n in range(len(COLUMNS))))


@pytest.mark.parametrize("width", [0, 1200])
@pytest.mark.parametrize("tongue", ["en", "zh_CN"])
def test_the_table_never_scrolls_sideways_and_what_has_no_room_is_told_below(
    page: HistoryPage, window: MainWindow, context: Context, until: Until,
    tongue: str, width: int,
) -> None:  # fmt: skip
    context.language.use(tongue)
    decide(
        context,
        until,
        {**MATCH, "source": "A camera with quite a long name indeed, 1920x1080, MJPEG at 30 Hz"},
        STRANGER,
    )
    window.show_page("history")
    until(lambda: page.model.rowCount() == 2)
    window.resize(width or window.minimumWidth(), 760)
    table, camera = page.table, COLUMNS.index("source")
    until(lambda: table.isColumnHidden(camera) and not table.horizontalScrollBar().maximum())
    table.selectRow(1)
    shown = [n for n in range(len(COLUMNS)) if not table.isColumnHidden(n)]
    for column in shown:
        assert table.columnWidth(column) >= table.sizeHintForColumn(column), COLUMNS[column]
    assert {"time", "claim", "outcome", "person", "distance"} <= {COLUMNS[n] for n in shown}
    for column in set(range(len(COLUMNS))) - set(shown):
        assert str(page.model.index(1, column).data()) in page.details.text(), COLUMNS[column]
    window.resize(2000, 760)
    until(lambda: not table.isColumnHidden(camera))
    assert table.horizontalScrollBar().maximum() == 0
    assert not page.details.isVisible()


def test_a_name_that_is_cut_is_told_in_full_below(
    page: HistoryPage, window: MainWindow, context: Context, until: Until
) -> None:
    long = "Ada Augusta King, Countess of Lovelace and of much else besides"
    edits = context.recognizer.edits
    context.change_people(lambda: edits.rename(1, long))
    decide(context, until, MATCH)
    window.show_page("history")
    window.resize(window.minimumSize())
    until(lambda: page.model.rowCount() == 1)
    until(lambda: page.model.index(0, COLUMNS.index("claim")).data() == long)
    until(lambda: page.table.horizontalScrollBar().maximum() == 0)
    page.table.selectRow(0)
    assert f"Claim: {long}" in page.details.text()


def test_thousands_are_read_page_by_page(
    page: HistoryPage, window: MainWindow, context: Context, until: Until
) -> None:
    decide(context, until, *[MATCH] * (PAGE + 30))
    window.show_page("history")
    until(lambda: page.model.rowCount() == PAGE)
    assert page.model.canFetchMore(QModelIndex())
    page.table.scrollToBottom()
    until(lambda: page.model.rowCount() == PAGE + 30)
    assert not page.model.canFetchMore(QModelIndex())


def test_pictures_are_kept_only_where_asked_for_and_go_when_switched_off(
    page: HistoryPage, window: MainWindow, context: Context, until: Until, tmp_path: Path
) -> None:
    recognizer, done = context.recognizer, list[object]()

    def identify() -> None:
        seen = [Frame(astronaut(), 0.0, 0)]
        context.jobs.submit(lambda: recognizer.identify(seen, still=True), done=done.append)

    identify()
    until(lambda: len(done) == 1)
    context.change_setting("decision_pictures", True)
    identify()
    until(lambda: len(done) == 2)
    window.show_page("history")
    until(lambda: page.model.rowCount() == 2)
    newest, older = (page.model.index(n, 0) for n in (0, 1))
    kept: list[object] = []
    context.submit(
        lambda: recognizer.pictures.get(range(10)), done=lambda p: kept.extend(p.values())
    )
    until(lambda: bool(kept))
    assert np.shape(kept[0]) == (2 * PICTURE_PX, 2 * PICTURE_PX, 3)  # sharp on a fine screen

    def shown() -> bool:
        image = newest.data(Qt.ItemDataRole.DecorationRole)
        return isinstance(image, QImage) and image.pixelColor(image.rect().center()).alpha() == 255

    until(shown)
    without = older.data(Qt.ItemDataRole.DecorationRole)
    assert without.width() == PICTURE_PX  # its time stands where that of the other does
    assert without.pixelColor(without.rect().center()).alpha() == 0
    assert page.table.rowHeight(0) > PICTURE_PX
    page.save_csv(tmp_path / "history.csv")
    until(lambda: bool(page.banner.text))
    assert max(map(len, (tmp_path / "history.csv").read_text("utf-8").split(","))) < 80
    window.show_page("settings")
    settings = window.page("settings")
    assert isinstance(settings, SettingsPage)
    settings.fields["decision_pictures"].setChecked(False)  # type: ignore[union-attr]
    window.show_page("history")
    until(lambda: not page.model.pictured)
    assert newest.data(Qt.ItemDataRole.DecorationRole) is None
    assert page.table.rowHeight(0) < PICTURE_PX


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", ["12/29/2026", "12/31", "1/2/2027", "1/4"]),
        ("zh_CN", ["2026/12/29", "12/31", "2027/1/2", "1/4"]),
    ],
)
def test_a_year_stands_below_the_chart_where_it_begins(
    theme: Theme, qtbot: QtBot, language: Language, code: Choice, said: list[str]
) -> None:
    language.use(code)
    chart = DayChart(theme)
    qtbot.addWidget(chart)
    days = [date(2026, 12, 28) + timedelta(days=n) for n in range(8)]
    chart._days = [(day, {}) for day in days]
    assert chart._ticks(2) == list(zip((1, 3, 5, 7), said, strict=True))


def test_a_large_count_is_not_cut_at_the_chart_s_edge(theme: Theme, qtbot: QtBot) -> None:
    chart = DayChart(theme)
    qtbot.addWidget(chart)
    chart.resize(600, chart.sizeHint().height())
    chart.show_days([Day(date.today(), {Outcome.MATCH: 12_345_678})], 6)
    picture = chart.grab().toImage()
    empty = picture.pixelColor(0, picture.height() // 2)
    assert {picture.pixelColor(0, y) == empty for y in range(picture.height())} == {True}
    chart.close()
