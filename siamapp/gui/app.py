"""Starts the window and ends it cleanly."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QDialog

from siamapp.errors import KeyUnavailable
from siamapp.gui.context import Context
from siamapp.gui.dialogs import CrashDialog, PassphraseDialog, crash_report
from siamapp.gui.jobs import Jobs
from siamapp.gui.language import Language
from siamapp.gui.main_window import MainWindow
from siamapp.gui.theme import Theme
from siamapp.log import log
from siamapp.paths import Paths, assets_dir
from siamapp.settings import Settings

if TYPE_CHECKING:
    from siamapp.recognizer import Recognizer
    from siamapp.store.keys import Key

GetKey = Callable[[Callable[[bool], str]], "Key"]
"""Finds the gallery's key; asks for a passphrase by the callable it is given (True: a new one)."""


def run(
    paths: Paths,
    settings: Settings,
    get_key: GetKey,
    *,
    source: str | None = None,
    quit_after_first_paint: bool = False,
) -> int:
    """Open the window and return the exit status once it is closed.

    Args:
        paths: the home; nothing is written outside it.
        settings: as loaded from it.
        get_key: called on the jobs thread.
        source: camera, file or stream that the live page starts with.
        quit_after_first_paint: close after the first paint (smoke tests); nothing is opened.
    """
    app = cast("QApplication", QApplication.instance() or QApplication(sys.argv[:1]))
    app.setApplicationName("SiamApp")
    QGuiApplication.setDesktopFileName("siamapp")
    app.setWindowIcon(QIcon(str(assets_dir() / "icons" / "siamapp.svg")))
    smoke = quit_after_first_paint or os.environ.get("SIAMAPP_SMOKE") == "1"
    jobs = Jobs()
    theme = Theme(app, settings.theme)
    language = Language(app, settings.language)
    opener = _opener(paths, get_key, jobs)
    context = Context(paths, settings, jobs, theme=theme, language=language, opener=opener)
    window = MainWindow(context)
    previous = sys.excepthook, threading.excepthook
    _install_crash_dialog(window, jobs)
    try:
        window.show()
        if smoke:
            window.call_after_paint(lambda: QTimer.singleShot(0, window.close))
        else:
            window.start_with(source)
            context.open()
        return int(app.exec())
    finally:
        sys.excepthook, threading.excepthook = previous
        context.close()
        window.deleteLater()
        language.use("en")  # the application may outlive the window (tests)
        language.deleteLater()
        theme.deleteLater()


def _opener(paths: Paths, get_key: GetKey, jobs: Jobs) -> Callable[[Settings], Recognizer]:
    keys: list[Key] = []

    def passphrase(new: bool) -> str:
        return jobs.ask(lambda: _ask_passphrase(new=new))

    def open_recognizer(settings: Settings) -> Recognizer:
        # Imported here, on the worker, so that the window is painted before onnxruntime is loaded.
        from siamapp.recognizer import Recognizer

        key = keys[0] if keys else get_key(passphrase)
        recognizer = Recognizer.open(paths, settings, key)
        # Kept only once it has opened the gallery: a mistyped passphrase is asked for again.
        keys[:] = [key]
        return recognizer

    return open_recognizer


def _ask_passphrase(*, new: bool) -> str:
    """Runs on the GUI thread.

    Raises:
        KeyUnavailable: the user cancelled.
    """
    dialog = PassphraseDialog(QApplication.activeWindow(), new=new)
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    text = dialog.passphrase.text()
    dialog.deleteLater()
    if not accepted:
        raise KeyUnavailable("The gallery stays locked: no passphrase was given.", "Try again.")
    return text


def _install_crash_dialog(window: MainWindow, jobs: Jobs) -> None:
    def show(report: str) -> None:
        dialog = CrashDialog(report, window)
        dialog.exec()
        dialog.deleteLater()

    def on_error(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            window.close()
            return
        log.error("bug in %s", threading.current_thread().name, exc_info=(kind, error, trace))
        report = crash_report(kind, error, trace)
        jobs.post(lambda: show(report))

    def on_thread_error(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            on_error(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook = on_error
    threading.excepthook = on_thread_error
