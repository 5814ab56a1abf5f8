"""Whose last day has passed is deleted and told, at the opening and while the window is open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from siamapp.gui import context as context_module
from siamapp.gui.context import Context
from siamapp.gui.main_window import MainWindow
from siamapp.store.database import Database
from siamapp.store.edits import Edits
from siamapp.store.people import People
from siamapp.types import Consent
from tests.gui.conftest import WAIT_MS, enrol
from tests.gui.scripted import astronaut, hopper
from tests.unit.store_samples import EMBEDDER, KEY, sample

Until = Callable[[Callable[[], bool]], None]


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

    class Tomorrow(date):
        @classmethod
        def today(cls) -> date:
            return date(2999, 1, 1)

    monkeypatch.setattr(context_module, "date", Tomorrow)
    with qtbot.waitSignal(context.expired, timeout=WAIT_MS) as told:
        context._hourly.timeout.emit()
    assert told.args == [["Ada"]]
    assert list(context.recognizer.gallery.names.values()) == ["Bob"]
    [box] = boxes()
    assert box.informativeText() == "Ada"
    context.locked.emit()  # names go with the gallery
    until(lambda: not boxes())
