"""Long names and sentences: no page gets wider, and what is cut says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QScrollArea
from pytestqt.qtbot import QtBot

from siamapp.errors import AlreadyKnown, NoFace
from siamapp.gui.context import Context
from siamapp.gui.controls import Banner, for_label
from siamapp.gui.import_dialog import ImportDialog
from siamapp.gui.main_window import MainWindow
from siamapp.gui.theme import Theme
from siamapp.gui.trial import Answer, Verdict
from tests.gui.conftest import enrol
from tests.gui.scripted import astronaut, write_photo

Until = Callable[[Callable[[], bool]], None]
LONG = "katharina.schneider-wolkenstein@accounts.research.example.com"


def test_only_long_words_of_letters_that_stand_alone_are_broken() -> None:
    for kept in (
        "Ann Archer",
        "Wolfeschlegelsteinhausen",
        "没有足够接近的已登记者最近的距离为" * 3,
    ):
        assert for_label(kept) == kept
    broken = for_label(f"This is {LONG}.")
    assert broken.replace("\u200b", "") == f"This is {LONG}."
    assert max(map(len, broken.split("\u200b"))) < 25


def test_an_arabic_name_turns_no_sentence_about(qtbot: QtBot, theme: Theme) -> None:
    """A label puts what begins with one at its right end, and the full stop before it."""
    banner = Banner(theme)
    qtbot.addWidget(banner)
    banner.resize(600, 40)
    banner.show_text("\u0645\u062d\u0645\u062f is deleted.")
    label = banner.findChildren(QLabel)[1]
    picture = label.grab().toImage()
    ground = picture.pixelColor(picture.width() - 2, 2)
    inked = [
        x
        for x in range(picture.width())
        if any(picture.pixelColor(x, y) != ground for y in range(picture.height()))
    ]
    assert inked[0] < picture.width() / 10
    assert inked[-1] < picture.width() / 2
    assert banner.text == "\u0645\u062d\u0645\u062f is deleted."


def test_a_long_name_is_as_wide_as_what_it_stands_in(
    window: MainWindow, context: Context, until: Until, tmp_path: Path
) -> None:
    enrol(context, until, **{LONG: [astronaut()]})
    window.show_page("verify")
    verify = window.page("verify")
    until(lambda: bool(verify.claim.has_people))
    verify.verdict.show_answer(Answer(Verdict.ACCEPTED, None, 1), LONG)
    window.show_page("live")
    live = window.page("live")
    live.receive(str(write_photo(tmp_path / "k.png", astronaut())))
    until(lambda: bool(live.cards))
    (card,) = live.cards.values()
    until(lambda: LONG in card.accessibleName())
    for widget in (verify.verdict, card):
        area = widget.parentWidget()
        while not isinstance(area, QScrollArea):
            area = area.parentWidget()
        assert widget.minimumSizeHint().width() <= area.width()
    assert live.recent.list.sizeHintForColumn(0) > live.recent.list.width()
    assert not live.recent.list.horizontalScrollBar().isVisible()


def test_the_last_claims_are_told_in_full_or_with_an_ellipsis(
    window: MainWindow, context: Context, until: Until
) -> None:
    enrol(context, until, Ada=[astronaut()])
    window.show_page("verify")
    claim = window.page("verify").claim
    until(lambda: claim.has_people)
    for button, name in zip(claim.recent, ("Ann Archer", "Bea Baker", LONG), strict=True):
        button.setProperty("claim", name)
        button.setVisible(True)
    claim.retranslate()
    assert claim.minimumSizeHint().width() <= claim.width()
    shown = [button.text() for button in claim.recent]
    assert shown[:2] == ["Ann Archer", "Bea Baker"]
    assert shown[2].endswith("…")


def test_why_somebody_was_refused_is_told_in_full_and_without_the_command_line(
    context: Context, qtbot: QtBot
) -> None:
    dialog = ImportDialog(context)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog._on_listed(2, [])
    refused = NoFace("Empty holds neither photos nor videos.", "Add some, or remove it.")
    dialog._on_looked("Empty", refused)
    dialog._on_looked("Twin", AlreadyKnown("This face is already enrolled as Ada.", "--anyway"))
    table = dialog.table
    for row in range(2):
        cell = table.visualItemRect(table.item(row, 1)).adjusted(8 + 22, 0, -8, 0)
        wrapped = table.fontMetrics().boundingRect(
            cell, Qt.TextFlag.TextWordWrap, table.item(row, 1).text()
        )
        assert wrapped.height() <= table.rowHeight(row)
    assert "--anyway" not in table.item(1, 1).text()
    assert "Enrol anyway" in table.item(1, 1).text()
