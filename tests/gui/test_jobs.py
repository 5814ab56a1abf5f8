"""The worker: order, threads, answers, failures, and an end that loses nothing."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication
from pytestqt.exceptions import capture_exceptions
from pytestqt.qtbot import QtBot

from siamapp.errors import NoFace, SiamError
from siamapp.gui.jobs import Jobs

Until = Callable[[Callable[[], bool]], None]


def test_work_runs_in_order_on_one_thread_and_answers_on_the_gui_thread(
    jobs: Jobs, until: Until
) -> None:
    seen: list[tuple[int, str, bool]] = []

    def work(number: int) -> tuple[int, str]:
        return number, threading.current_thread().name

    def done(answer: tuple[int, str]) -> None:
        on_gui = QThread.currentThread() is QApplication.instance().thread()  # type: ignore[union-attr]
        seen.append((*answer, on_gui))

    for number in range(50):
        jobs.submit(lambda number=number: work(number), done=done)  # type: ignore[misc]
    until(lambda: len(seen) == 50)
    assert seen == [(number, "siam-jobs", True) for number in range(50)]


def test_a_known_error_reaches_failed_and_nothing_else(jobs: Jobs, until: Until) -> None:
    failures: list[SiamError] = []
    answers: list[None] = []

    def work() -> None:
        raise NoFace("No face was found.")

    jobs.submit(work, done=answers.append, failed=failures.append)
    until(lambda: bool(failures))
    assert isinstance(failures[0], NoFace)
    assert answers == []


def test_a_bug_is_raised_on_the_gui_thread(jobs: Jobs, qtbot: QtBot) -> None:
    failures: list[SiamError] = []
    with capture_exceptions() as raised:
        jobs.submit(lambda: 1 / 0, failed=failures.append)
        qtbot.waitUntil(lambda: bool(raised), timeout=20_000)
    assert raised[0][0] is ZeroDivisionError
    assert failures == []


def test_the_worker_can_ask_the_gui_thread(jobs: Jobs, until: Until) -> None:
    asked_on: list[str] = []
    answers: list[str] = []

    def question() -> str:
        asked_on.append(threading.current_thread().name)
        return "a passphrase"

    jobs.submit(lambda: jobs.ask(question), done=answers.append)
    until(lambda: bool(answers))
    assert answers == ["a passphrase"]
    assert asked_on == [threading.main_thread().name]


def test_closing_finishes_what_is_queued_and_frees_who_asks(qapp: QApplication) -> None:
    jobs, finished = Jobs(), []
    jobs.submit(lambda: jobs.ask(lambda: "never shown"))
    jobs.submit(lambda: finished.append("queued"))
    jobs.close(lambda: finished.append("last"))
    assert finished == ["queued", "last"]
    jobs.submit(lambda: finished.append("too late"))
    assert finished == ["queued", "last"]


@pytest.mark.parametrize("calls", [20_000])
def test_calls_that_return_none_lose_no_reference_to_none(
    jobs: Jobs, qapp: QApplication, calls: int
) -> None:
    """PySide6 6.12.0 on CPython 3.11 drops one reference to None at each such call."""
    before = sys.getrefcount(None)
    for _ in range(calls):
        jobs.blockSignals(False)
        jobs.setObjectName("")
        jobs.objectNameChanged.emit("")
    # From 3.12 on None is immortal and its count stands still.
    assert sys.getrefcount(None) > before - calls // 10


@pytest.mark.parametrize("fails", [False, True])
def test_what_was_asked_ends_on_the_gui_thread(jobs: Jobs, until: Until, *, fails: bool) -> None:
    """It may be the last to hold an object of Qt's, whose end on another thread is a crash."""
    ended_on: list[str] = []

    class Asking:
        def work(self) -> Asking:
            if fails:
                raise NoFace("No face was found.")
            return self

        def told(self, _: object) -> None: ...

        def __del__(self) -> None:
            ended_on.append(threading.current_thread().name)

    for _ in range(20):
        asking = Asking()
        jobs.submit(asking.work, done=asking.told, failed=asking.told)
        del asking
    until(lambda: len(ended_on) == 20)
    assert set(ended_on) == {threading.main_thread().name}
