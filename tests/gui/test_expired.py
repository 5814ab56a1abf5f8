"""Whose last day has passed is deleted and told, at the opening and while the window is open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from siamapp.errors import SiamError, StoreError, StoreLocked
from siamapp.gui import context as context_module
from siamapp.gui.context import Context
from siamapp.gui.main_window import MainWindow
from siamapp.store import audit
from siamapp.store.database import Database
from siamapp.store.edits import Edits
from siamapp.store.people import People
from siamapp.types import Consent
from tests.gui.conftest import WAIT_MS, enrol
from tests.gui.scripted import astronaut, hopper
from tests.unit.store_samples import EMBEDDER, KEY, sample

Until = Callable[[Callable[[], bool]], None]


class Tomorrow(date):
    @classmethod
    def today(cls) -> date:
        return date(2999, 1, 1)


def boxes() -> list[QMessageBox]:
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox)]


def test_at_the_opening(context: Context, qtbot: QtBot, no_cameras: None, until: Until) -> None:
    with Database.open(context.paths.home, KEY) as database:
        ada = People(database).add("Ada", [sample(1)], embedder_id=EMBEDDER)
        Edits(database).set_consent(ada.person_id, Consent(retain_until=date(2001, 1, 1)))
    window = MainWindow(context)
    qtbot.addWidget(window)
    window.show()
    context.open()
    until(lambda: len(boxes()) == 1)
    [box] = boxes()
    assert (box.isModal(), box.informativeText()) == (False, "Ada")
    assert len(context.recognizer.gallery) == 0
    box.close()


def test_a_clock_that_may_be_wrong_deletes_nobody_and_is_told(
    context: Context,
    qtbot: QtBot,
    no_cameras: None,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class LongAgo(datetime):
        @classmethod
        def now(cls, tz: object = None) -> LongAgo:
            return cls(2001, 1, 1, tzinfo=UTC)

    with monkeypatch.context() as then, Database.open(context.paths.home, KEY) as database:
        then.setattr(audit, "datetime", LongAgo)
        ada = People(database).add("Ada", [sample(1)], embedder_id=EMBEDDER)
        Edits(database).set_consent(ada.person_id, Consent(retain_until=date(2002, 1, 1)))
    window = MainWindow(context)
    qtbot.addWidget(window)
    window.show()
    context.open()
    until(lambda: len(boxes()) == 1)
    [box] = boxes()
    assert "nothing is deleted by itself" in box.text()
    assert not box.isModal()
    box.close()
    with Database.open(context.paths.home, KEY) as database:
        assert [person.name for person in People(database).all()] == ["Ada"]


def test_on_a_later_day_while_the_window_is_open(
    window: MainWindow,
    context: Context,
    until: Until,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enrol(context, until, Ada=[astronaut()], Bob=[hopper()])
    [ada] = [i for i, name in context.recognizer.gallery.names.items() if name == "Ada"]
    yesterday = date.today() - timedelta(days=1)
    consent = Consent(retain_until=yesterday)
    done: list[None] = []
    context.change_people(
        lambda: context.recognizer.edits.set_consent(ada, consent), done=lambda: done.append(None)
    )
    until(lambda: bool(done))
    context.delete_expired()  # still the day on which it was opened
    assert len(context.recognizer.gallery) == 2

    monkeypatch.setattr(context_module, "date", Tomorrow)
    with qtbot.waitSignal(context.expired, timeout=WAIT_MS) as told:
        context._days.timeout.emit()
    assert told.args == [["Ada"]]
    assert list(context.recognizer.gallery.names.values()) == ["Bob"]
    [box] = boxes()
    assert box.informativeText() == "Ada"
    context.locked.emit()  # names go with the gallery
    until(lambda: not boxes())


def test_who_cannot_be_deleted_now_is_at_the_next_look(
    window: MainWindow, context: Context, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program writes for longer than it is waited for."""
    asked: list[StoreLocked] = []

    def busy() -> list[str]:
        asked.append(StoreLocked("Another program has the gallery open.", ""))
        if len(asked) == 1:
            raise asked[0]
        return []

    until(lambda: context.is_open)
    monkeypatch.setattr(context.recognizer, "delete_expired", busy)
    monkeypatch.setattr(context_module, "date", Tomorrow)
    context._days.timeout.emit()
    until(lambda: len(asked) == 1 and context._days.isActive())
    context._days.timeout.emit()
    until(lambda: len(asked) == 2 and context._days.isActive())
    context._days.timeout.emit()  # once a day is enough
    assert context._days.isActive()


def test_nobody_is_recognised_where_who_is_past_cannot_be_deleted(
    window: MainWindow, context: Context, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> list[str]:
        raise StoreError("The disk is full.")

    told: list[SiamError] = []
    context.failed.connect(told.append)
    until(lambda: context.is_open)
    monkeypatch.setattr(context.recognizer, "delete_expired", full)
    monkeypatch.setattr(context_module, "date", Tomorrow)
    context._days.timeout.emit()
    until(lambda: bool(told))
    assert not context.is_open
    assert not context._days.isActive()
