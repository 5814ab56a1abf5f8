"""Starting and ending: first paint, passphrase, crash report, nothing outside the home."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from siamapp import cli
from siamapp.errors import ModelIncompatible, StoreError, StoreLocked
from siamapp.gui.app import run
from siamapp.gui.dialogs import CrashDialog, PassphraseDialog, tell_error
from siamapp.gui.main_window import MainWindow
from siamapp.gui.theme import Theme
from siamapp.paths import Paths
from siamapp.recognizer import Recognizer
from siamapp.settings import Settings
from siamapp.store.keys import Key
from tests.gui.scripted import KEY, open_scripted

Ask = Callable[[bool], str]


@pytest.fixture
def scripted_models(monkeypatch: pytest.MonkeyPatch, no_cameras: None) -> None:
    def opened(paths: Paths, settings: Settings, key: Key) -> Recognizer:
        assert key == KEY
        return open_scripted(paths.home, settings)

    monkeypatch.setattr(Recognizer, "open", opened)


def main_window() -> MainWindow:
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))


class Script:
    """Steps, each taken as soon as what it waits for is there, while the event loop runs."""

    def __init__(self, *steps: Callable[[], bool]) -> None:
        self._steps = list(steps)
        self._timer = QTimer()
        self._timer.setInterval(20)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start()

    @property
    def finished(self) -> bool:
        return not self._steps

    def _on_tick(self) -> None:
        if self._steps and self._steps[0]():
            self._steps.pop(0)
        if not self._steps:
            self._timer.stop()


def close_when(condition: Callable[[], bool]) -> Callable[[], bool]:
    def step() -> bool:
        if condition():
            main_window().close()
            return True
        return False

    return step


def through_the_first_steps() -> bool:
    """Leave the three steps of the first start, as they are."""
    steps = main_window().first_steps
    if steps is None:
        return False
    while steps.isVisible() and steps.step < 2:
        steps.next.click()
    steps.next.click()
    return True


def copy_of_the_key(_ask: Ask) -> Key:
    """The window wipes what it is given."""
    return Key(KEY.raw, KEY.source)


def no_key(_ask: Ask) -> Key:
    raise AssertionError("the key was asked for")


def test_the_smoke_run_paints_once_and_opens_nothing(paths: Paths, no_cameras: None) -> None:
    assert run(paths, Settings(), no_key, quit_after_first_paint=True) == 0
    assert [p.name for p in paths.home.iterdir()] == ["window.ini"]


def test_the_environment_asks_for_the_smoke_run_too(
    paths: Paths, no_cameras: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIAMAPP_SMOKE", "1")
    assert run(paths, Settings(), no_key) == 0


def test_a_passphrase_is_asked_for_again_after_a_wrong_one(
    paths: Paths, scripted_models: None
) -> None:
    said: list[str] = []

    def get_key(ask: Ask) -> Key:
        said.append(ask(False))
        if said[-1] != "right horse":
            raise StoreLocked("This is not the gallery's passphrase.", "Try again.")
        return copy_of_the_key(ask)

    def answer(text: str) -> Callable[[], bool]:
        def step() -> bool:
            dialog = QApplication.activeModalWidget()
            if not isinstance(dialog, PassphraseDialog):
                return False
            dialog.passphrase.setText(text)
            box = dialog.findChild(QDialogButtonBox)
            assert isinstance(box, QDialogButtonBox)
            box.button(QDialogButtonBox.StandardButton.Ok).click()
            return True

        return step

    def retry() -> bool:
        opening = main_window().opening
        if not opening.retry.isVisible():
            return False
        assert opening.title.text() == "This is not the gallery's passphrase."
        opening.retry.click()
        return True

    script = Script(
        through_the_first_steps,
        answer("wrong horse"),
        retry,
        answer("right horse"),
        close_when(lambda: main_window().page("live").isVisible()),
    )
    assert run(paths, Settings(), get_key) == 0
    assert script.finished
    assert said == ["wrong horse", "right horse"]


def test_the_key_is_overwritten_at_a_lock_and_at_the_end(
    paths: Paths, scripted_models: None
) -> None:
    buffers: list[bytes | bytearray] = []

    def get_key(ask: Ask) -> Key:
        key = copy_of_the_key(ask)
        buffers.append(key.raw)
        return key

    def idle() -> bool:
        if not main_window().page("live").isVisible():
            return False
        assert buffers == [KEY.raw]
        main_window()._idle.idle.emit()
        return True

    def unlock() -> bool:
        if buffers != [bytes(32)]:
            return False
        main_window().opening.retry.click()
        return True

    def watched_again() -> bool:
        return main_window().page("live").isVisible() and main_window()._idle._timer.isActive()

    script = Script(through_the_first_steps, idle, unlock, close_when(watched_again))
    assert run(paths, Settings(auto_lock_min=1), get_key) == 0
    assert script.finished
    assert buffers == [bytes(32), bytes(32)]


def test_a_cancelled_passphrase_leaves_the_gallery_locked(
    paths: Paths, scripted_models: None
) -> None:
    def get_key(ask: Ask) -> Key:
        ask(True)
        raise AssertionError("no key can come of this")

    def cancel() -> bool:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, PassphraseDialog):
            dialog.reject()
            return True
        return False

    script = Script(
        through_the_first_steps, cancel, close_when(lambda: main_window().opening.retry.isVisible())
    )
    assert run(paths, Settings(), get_key) == 0
    assert script.finished
    assert not (paths.home / "gallery.db").exists()


@pytest.mark.parametrize("asked_for", [True, False])
def test_who_chose_the_keyring_is_told_why_a_passphrase_is_asked_for(
    paths: Paths, scripted_models: None, asked_for: bool
) -> None:
    told: list[str] = []

    def get_key(ask: Ask, *, keyring: bool = True) -> Key:
        assert keyring is not asked_for
        ask(True)
        raise AssertionError("no key can come of this")

    def choose() -> bool:
        steps = main_window().first_steps
        assert steps is not None
        if asked_for:
            steps.passphrase.click()
        return through_the_first_steps()

    def read() -> bool:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, PassphraseDialog):
            return False
        told.extend(label.text() for label in dialog.findChildren(QLabel))
        dialog.reject()
        return True

    script = Script(
        lambda: main_window().first_steps is not None, choose, read,
        close_when(lambda: main_window().opening.retry.isVisible()),
    )  # fmt: skip
    assert run(paths, Settings(), get_key) == 0
    assert script.finished
    assert any("No keyring" in text for text in told) is not asked_for


def test_a_new_passphrase_must_be_long_enough_and_said_twice(qapp: QApplication) -> None:
    dialog = PassphraseDialog(None, new=True)
    box = dialog.findChild(QDialogButtonBox)
    assert isinstance(box, QDialogButtonBox)
    accept = box.button(QDialogButtonBox.StandardButton.Ok)
    for first, second, enabled in (
        ("short", "short", False),
        ("long enough", "long enougH", False),
        ("long enough", "long enough", True),
    ):
        dialog.passphrase.setText(first)
        dialog.repeat.setText(second)
        assert accept.isEnabled() is enabled
    dialog.deleteLater()


def test_a_bug_shows_a_report_that_can_be_copied(paths: Paths, scripted_models: None) -> None:
    reports: list[str] = []

    def fail() -> bool:
        if not main_window().page("live").isVisible():
            return False
        main_window().context.jobs.submit(lambda: 1 / 0)
        return True

    def copy() -> bool:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, CrashDialog):
            return False
        dialog.copy.click()
        reports.append(QGuiApplication.clipboard().text())
        dialog.reject()
        return True

    def modal() -> QWidget | None:
        return QApplication.activeModalWidget()

    script = Script(through_the_first_steps, fail, copy, close_when(lambda: modal() is None))
    assert run(paths, Settings(), copy_of_the_key) == 0
    assert script.finished
    assert "ZeroDivisionError" in reports[0]
    assert "PySide6" in reports[0]


def test_what_the_world_denies_is_no_bug(paths: Paths, scripted_models: None) -> None:
    """No page waits for the answer, and the disk is full at each of many decisions."""
    said: list[tuple[str, str]] = []

    def boxes() -> list[QMessageBox]:
        return [w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox)]

    def full() -> None:
        raise StoreError("The gallery cannot be read or written.", "Check the disk.")

    def fail() -> bool:
        if not main_window().page("live").isVisible():
            return False
        for _ in range(3):
            main_window().context.submit(full)
        return True

    def read() -> bool:
        if main_window().context.jobs._pending or not boxes():
            return False
        [box] = boxes()
        said.append((box.text(), box.informativeText()))
        assert not box.isModal()
        box.close()
        return True

    script = Script(through_the_first_steps, fail, read, close_when(lambda: not boxes()))
    assert run(paths, Settings(), copy_of_the_key) == 0
    assert script.finished
    assert said == [("The gallery cannot be read or written.", "Check the disk.")]


def test_nothing_is_written_outside_the_home(
    paths: Paths, scripted_models: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(elsewhere))
    script = Script(
        through_the_first_steps, close_when(lambda: main_window().page("live").isVisible())
    )
    assert run(paths, Settings(), copy_of_the_key) == 0
    assert script.finished
    assert not any(elsewhere.iterdir())
    assert {"gallery.db", "window.ini"} <= {p.name for p in paths.home.iterdir()}


def test_a_model_that_cannot_be_opened_can_be_changed_in_the_settings(
    paths: Paths, no_cameras: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(paths: Paths, settings: Settings, _key: Key) -> Recognizer:
        if settings.provider == "cuda":
            raise ModelIncompatible("No graphics card works here.", "Choose another in Settings.")
        return open_scripted(paths.home, settings)

    monkeypatch.setattr(Recognizer, "open", opened)

    def to_settings() -> bool:
        window = main_window()
        if not window.opening.retry.isVisible():
            return False
        window.show_page("live")
        assert not window.page("live").isVisible()
        window.show_page("settings")
        assert window.page("settings").isVisible()
        box = window.page("settings").fields["provider"]
        box.setCurrentIndex(box.findData("cpu"))
        box.activated.emit(box.currentIndex())
        return True

    script = Script(
        through_the_first_steps,
        to_settings,
        close_when(
            lambda: main_window().context.is_open and main_window().page("settings").isVisible()
        ),
    )
    assert run(paths, Settings(provider="cuda"), copy_of_the_key) == 0
    assert script.finished
    assert Settings.load(paths).provider == "cpu"


@pytest.mark.parametrize(("watched", "shown"), [(False, True), (True, False)])
def test_a_start_that_fails_is_told_on_the_screen_where_no_terminal_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watched: bool, shown: bool
) -> None:
    (tmp_path / "settings.toml").write_text("junk [[")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: watched)
    monkeypatch.setattr(QApplication, "platformName", lambda _app: "xcb")
    told: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: told.append(box.text()))
    assert cli.run(["gui", "--home", str(tmp_path)]) == 2
    assert [str(tmp_path / "settings.toml") in text for text in told] == [True] * shown


def test_a_long_error_is_wrapped_and_not_cut(qtbot: QtBot, theme: Theme) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    error = StoreError(
        "There is something to be said of it that takes " + "more room " * 20, "Wait."
    )
    tell_error(parent, error)
    said = parent.findChild(QLabel, "qt_msgbox_label")
    lines = said.heightForWidth(said.width()) / said.fontMetrics().lineSpacing()
    assert said.wordWrap()
    assert lines > 1.9
    assert said.heightForWidth(said.width()) <= said.height()
    parent.findChild(QMessageBox).close()
