"""The people page: found, changed, taken back, and gone once the page is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from siamapp.gui import people_page
from siamapp.gui.consent_dialog import ConsentDialog
from siamapp.gui.context import Context
from siamapp.gui.look_alikes_dialog import LookAlikesDialog
from siamapp.gui.main_window import MainWindow
from siamapp.gui.people_model import Order, PeopleModel, entries_of
from siamapp.gui.people_page import PeoplePage
from siamapp.settings import Settings
from siamapp.types import Consent, Person
from tests.gui.conftest import enrol
from tests.gui.scripted import astronaut, hopper, open_scripted

Until = Callable[[Callable[[], bool]], None]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(window: MainWindow, context: Context, until: Until) -> PeoplePage:
    """The page with Ada (three samples) and Grace (one)."""
    enrol(context, until, Ada=[astronaut(), astronaut(45), astronaut(-45)], Grace=[hopper()])
    window.show_page("people")
    page = window.page("people")
    assert isinstance(page, PeoplePage)
    until(lambda: names(page) == ["Ada", "Grace"])
    return page


def names(page: PeoplePage) -> list[str]:
    return [page.model.index(row).data() for row in range(page.model.rowCount())]


def select(page: PeoplePage, *rows: int) -> None:
    selection = page.list.selectionModel()
    selection.clearSelection()
    for row in rows:
        selection.select(page.model.index(row), QItemSelectionModel.SelectionFlag.Select)


def ctrl_z(page: PeoplePage, qtbot: QtBot) -> None:
    page.list.setFocus()
    qtbot.keyClick(page.list, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def test_a_deleted_person_comes_back_by_ctrl_z_until_the_page_is_left(
    page: PeoplePage, window: MainWindow, context: Context, qtbot: QtBot, until: Until
) -> None:
    select(page, 0)
    page.list.setFocus()
    qtbot.keyClick(page.list, Qt.Key.Key_Delete)
    until(lambda: names(page) == ["Grace"])
    assert "Ada is deleted. It can be undone" in page.banner.text
    assert len(context.recognizer.gallery) == 1
    ctrl_z(page, qtbot)
    until(lambda: names(page) == ["Ada", "Grace"])
    assert len(context.recognizer.gallery) == 2

    select(page, 0)
    page.card.delete.click()
    until(lambda: names(page) == ["Grace"])
    window.show_page("settings")
    window.show_page("people")
    ctrl_z(page, qtbot)
    until(lambda: not page.banner.text)
    assert names(page) == ["Grace"]
    assert len(context.recognizer.gallery) == 1


@pytest.mark.parametrize("left", [False, True])
def test_an_undo_that_fails_is_kept_until_the_page_is_left(
    page: PeoplePage,
    window: MainWindow,
    context: Context,
    qtbot: QtBot,
    until: Until,
    *,
    left: bool,
) -> None:
    """Another program gives the name to somebody else, and later another one."""
    select(page, 0)
    qtbot.mouseClick(page.card.delete, LEFT)
    until(lambda: names(page) == ["Grace"])
    with open_scripted(context.paths.home, Settings()) as other:
        grace = other.people.by_name("Grace").person_id
        other.edits.rename(grace, "Ada")
        ctrl_z(page, qtbot)
        if left:
            window.show_page("settings")
            until(lambda: not context.recognizer.edits._undos)
            assert len(page.changes) == 0
            return
        until(lambda: page.banner.action.text() == "Try again")
        assert "enrolled already" in page.banner.text
        other.edits.rename(grace, "Grace")
    qtbot.mouseClick(page.banner.action, LEFT)
    until(lambda: names(page) == ["Ada", "Grace"])
    assert "Undone" in page.banner.text


def test_who_leaves_before_the_answer_cannot_take_it_back_either(
    page: PeoplePage, window: MainWindow, context: Context, qtbot: QtBot, until: Until
) -> None:
    select(page, 0)
    page.card.delete.click()
    window.show_page("settings")
    until(lambda: len(context.recognizer.gallery) == 1 and not context.recognizer.edits._undos)
    window.show_page("people")
    until(lambda: names(page) == ["Grace"])
    assert not page.banner.text
    assert len(page.changes) == 0


def test_two_are_merged_and_parted_again(
    page: PeoplePage, context: Context, qtbot: QtBot, until: Until
) -> None:
    select(page, 0, 1)
    assert page.group.title.text() == "2 people selected"
    page.group.kept.setCurrentIndex(page.group.kept.findText("Grace"))
    qtbot.mouseClick(page.group.merge, LEFT)
    until(lambda: names(page) == ["Grace"])
    until(lambda: page.card.samples.list.count() == 4)
    qtbot.mouseClick(page.banner.action, LEFT)
    until(lambda: names(page) == ["Ada", "Grace"])
    assert "Undone" in page.banner.text


def test_samples_are_removed_and_split_off_and_come_back(
    page: PeoplePage, qtbot: QtBot, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    select(page, 0)
    samples = page.card.samples
    until(lambda: samples.list.count() == 3)
    assert not samples.remove.isEnabled()
    assert samples.list.item(0).text().startswith("distance 0.")
    samples.list.item(0).setSelected(True)
    qtbot.mouseClick(samples.remove, LEFT)
    until(lambda: samples.list.count() == 2)
    ctrl_z(page, qtbot)
    until(lambda: samples.list.count() == 3)

    monkeypatch.setattr(people_page, "asked_text", lambda *_args, **_more: "Bea")
    samples.list.item(0).setSelected(True)
    qtbot.mouseClick(samples.split, LEFT)
    until(lambda: names(page) == ["Ada", "Bea", "Grace"])
    until(lambda: samples.list.count() == 2)
    samples.list.selectAll()
    assert not samples.split.isEnabled()  # somebody without a sample is nobody
    ctrl_z(page, qtbot)
    until(lambda: names(page) == ["Ada", "Grace"])


def test_the_keyboard_goes_on_in_the_list_after_each_change(
    page: PeoplePage, qtbot: QtBot, until: Until
) -> None:
    page.list.setFocus()
    select(page, 0)
    qtbot.keyClick(page.list, Qt.Key.Key_F2)
    qtbot.keyClick(page.card.name_field, Qt.Key.Key_Escape)
    assert page.list.hasFocus()
    qtbot.keyClick(page.list, Qt.Key.Key_F2)
    qtbot.keyClicks(page.card.name_field, "Abe")
    qtbot.keyClick(page.card.name_field, Qt.Key.Key_Return)
    until(lambda: names(page) == ["Abe", "Grace"])
    until(page.list.hasFocus)
    page.list.selectAll()
    page.group.merge.setFocus()
    qtbot.keyClick(page.group.merge, Qt.Key.Key_Return)
    until(lambda: len(names(page)) == 1)
    assert page.list.hasFocus()
    page.banner.action.setFocus()
    qtbot.keyClick(page.banner.action, Qt.Key.Key_Return)
    until(lambda: names(page) == ["Abe", "Grace"])
    until(page.list.hasFocus)
    select(page, 0)
    page.card.delete.setFocus()
    qtbot.keyClick(page.card.delete, Qt.Key.Key_Return)
    until(lambda: names(page) == ["Grace"])
    assert page.list.hasFocus()


def test_a_taken_name_is_refused_and_changes_nothing(page: PeoplePage, until: Until) -> None:
    select(page, 0)
    page.card.begin_rename()
    page.card.name_field.setText("GRACE")
    page.card.name_field.returnPressed.emit()
    until(lambda: "enrolled already" in page.banner.text)
    assert names(page) == ["Ada", "Grace"]


def test_tags_are_shown_searched_and_taken_back(
    page: PeoplePage, qtbot: QtBot, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_page, "asked_text", lambda *_args, **_more: "night, staff")
    select(page, 1)
    page.card.tags_wanted.emit()
    until(lambda: "Tags: night, staff" in page.card.facts.text())
    page.search.setText("staff")
    assert names(page) == ["Grace"]
    page.search.setText("nobody")
    assert page._no_match.isVisible()
    page.search.clear()
    ctrl_z(page, qtbot)
    until(lambda: "Tags" not in page.card.facts.text())


def test_consent_is_filled_in_and_shown(page: PeoplePage, qtbot: QtBot, until: Until) -> None:
    def fill() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, ConsentDialog):
            QTimer.singleShot(20, fill)
            return
        assert not dialog.fields.given_on.isEnabled()
        dialog.fields.note.setText("Folder B")
        dialog.fields.given.setChecked(True)
        dialog.buttons.accepted.emit()

    QTimer.singleShot(0, fill)
    select(page, 0)
    page.card.consent_wanted.emit()
    until(lambda: "Folder B" in page.card.facts.text())
    consent = page.chosen[0].consent
    assert consent == Consent("Folder B", date.today(), None)


def test_only_several_people_are_compared(page: PeoplePage, context: Context, until: Until) -> None:
    assert page.alikes.isEnabled()
    select(page, 0)
    page.card.delete.click()
    until(lambda: names(page) == ["Grace"])
    assert not page.alikes.isEnabled()


def test_look_alikes_are_listed_with_the_margin_they_need(
    page: PeoplePage, context: Context, qtbot: QtBot, until: Until
) -> None:
    dialog = LookAlikesDialog(context, page)
    qtbot.addWidget(dialog)
    until(lambda: not dialog.none.isHidden())
    assert dialog.none.accessibleName() == "Nobody looks like anybody else here"
    assert dialog.table.isHidden()
    assert dialog.show_both.isHidden()
    dialog._show(context.recognizer.look_alikes(within=2.0))
    assert dialog.none.isHidden()
    assert not dialog.table.isHidden()
    assert [dialog.table.item(0, column).text() for column in (0, 1, 3)] == [
        "Ada", "Grace", "none needed",
    ]  # fmt: skip
    dialog.table.selectRow(0)
    assert dialog.show_both.isEnabled()
    page._choose(dialog.chosen)
    assert [person.name for person in page.chosen] == ["Ada", "Grace"]


def test_chosen_people_go_into_a_file_and_come_back_by_its_passphrase(
    page: PeoplePage, qtbot: QtBot, until: Until, tmp_path: Path
) -> None:
    path = tmp_path / "people.siampeople"
    page.carrying.export_to(path, page.model.people, "correct horse battery")
    until(lambda: "2 people exported" in page.banner.text)
    select(page, 0)
    page.card.delete.click()
    until(lambda: names(page) == ["Grace"])
    page.carrying.import_from(path, "another passphrase")
    until(lambda: bool(page.banner.text) and "deleted" not in page.banner.text)
    assert names(page) == ["Grace"]
    page.carrying.import_from(path, "correct horse battery")
    until(lambda: names(page) == ["Ada", "Grace"])
    until(lambda: "1 person imported. 1 refused; Grace:" in page.banner.text)


def test_portraits_are_decoded_off_the_window_and_shown_as_tiles(
    page: PeoplePage, until: Until
) -> None:
    page.tiles.click()
    until(lambda: len(page.thumbnails._kept) == 2)
    assert page.list.visualRect(page.model.index(1)).x() > 0
    page.thumbnails.keep_only([])
    assert not page.thumbnails._kept


def person(number: int, name: str, *tags: str, templates: int = 1) -> Person:
    return Person(number, name, "2026-11-25T00:00:00+00:00", templates, tags)


def test_who_is_chosen_is_in_view_after_a_search(page: PeoplePage, until: Until) -> None:
    page._show_people(entries_of([person(n, f"P {n:03}") for n in range(200)], {}))
    page.search.setText("150")
    assert [chosen.name for chosen in page.chosen] == ["P 150"]
    page.search.clear()
    place = page.list.visualRect(page.model.index(150))
    assert page.list.viewport().rect().contains(place)


def test_the_model_searches_every_word_and_sorts() -> None:
    model = PeopleModel()
    people = [person(3, "Ada Example", "staff"), person(1, "Bea", "staff", templates=5)]
    model.show_people(entries_of([*people, person(2, "Cleo")], {}))

    def shown() -> list[object]:
        return [model.index(row).data() for row in range(model.rowCount())]

    model.search("STAFF exa")
    assert shown() == ["Ada Example"]
    model.search("")
    model.sort_by(Order.NEWEST)
    assert shown() == ["Ada Example", "Cleo", "Bea"]
    model.sort_by(Order.SAMPLES)
    assert shown()[0] == "Bea"
    assert model.row_of(2) is not None
    assert model.row_of(9) is None
