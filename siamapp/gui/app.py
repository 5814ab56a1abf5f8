"""Starts the window and ends it cleanly."""

from __future__ import annotations

import gc
import os
import sys
import threading
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, cast

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox

from siamapp.errors import KeyUnavailable, SiamError
from siamapp.gui.context import Context
from siamapp.gui.dialogs import CrashDialog, PassphraseDialog, crash_report, say_error, tell_error
from siamapp.gui.jobs import Jobs
from siamapp.gui.language import Language, tr
from siamapp.gui.main_window import MainWindow
from siamapp.gui.single import SingleWindow
from siamapp.gui.theme import Theme
from siamapp.gui.tray import tray_of
from siamapp.log import log
from siamapp.paths import Paths, assets_dir
from siamapp.settings import Settings
from siamapp.store.vault import GALLERY_NAME

if TYPE_CHECKING:
    from siamapp.recognizer import Recognizer
    from siamapp.store.keys import Key


class GetKey(Protocol):
    """Finds the gallery's key; asks for a passphrase by the callable it is given (True: a new one).

    Without `keyring` a new key comes from a passphrase even where the system has a keyring.
    """

    def __call__(self, ask: Callable[[bool], str], /, *, keyring: bool = True) -> Key: ...


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
    app = _application()
    smoke = quit_after_first_paint or os.environ.get("SIAMAPP_SMOKE") == "1"
    single = SingleWindow(paths.home)
    if not smoke and single.taken(source or ""):
        return 0
    jobs = Jobs()
    theme = Theme(app, settings.theme)
    language = Language(app, settings.language)
    opener = _Opener(paths, get_key, jobs)
    context = Context(paths, settings, jobs, theme=theme, language=language, opener=opener)
    window = MainWindow(context)
    previous = sys.excepthook, threading.excepthook
    _install_crash_dialog(window, jobs)
    try:
        window.show()
        if smoke:
            window.call_after_paint(lambda: QTimer.singleShot(0, window.close))
        else:
            single.asked.connect(window.come_to_front)
            tray_of(window)
            # What is there to stay is left out of the garbage collector's rounds: a full one holds
            # Python's lock, and thereby the window, for a tenth of a second and more.
            context.opened.connect(gc.freeze)
            context.opened.connect(lambda: window.make_ahead(then=gc.freeze))
            window.start_with(source)
            if (paths.home / GALLERY_NAME).exists() or source:
                context.open()
            else:
                window.welcome(lambda passphrase: _begin(context, opener, passphrase))
        return int(app.exec())
    finally:
        sys.excepthook, threading.excepthook = previous
        single.close()
        context.close()
        opener.forget()
        window.deleteLater()
        language.use("en")  # the application may outlive the window (tests)
        language.deleteLater()
        theme.deleteLater()
        gc.unfreeze()


def tell_alone(error: SiamError) -> None:
    """Say why no window opens, in the system's language, and wait until it was read."""
    app = _application()
    if app.platformName() in ("offscreen", "minimal"):
        return  # nobody could read it
    theme, language = Theme(app, "system"), Language(app)
    box = QMessageBox()
    box.setWindowTitle(app.applicationName())
    say_error(box, error)
    box.exec()
    language.deleteLater()
    theme.deleteLater()


def _application() -> QApplication:
    app = cast("QApplication", QApplication.instance() or QApplication(sys.argv[:1]))
    app.setApplicationName("SiamApp")
    QGuiApplication.setDesktopFileName("siamapp")
    app.setWindowIcon(QIcon(str(assets_dir() / "icons" / "siamapp.svg")))
    return app


class _Opener:
    """Opens the recogniser with the gallery's key, which it asks for once."""

    def __init__(self, paths: Paths, get_key: GetKey, jobs: Jobs) -> None:
        self._paths, self._get_key, self._jobs = paths, get_key, jobs
        self._key: Key | None = None
        self.by_passphrase = False
        """A new gallery's key comes from a passphrase although there is a keyring."""

    def __call__(self, settings: Settings) -> Recognizer:
        # Imported here, on the worker, so that the window is painted before onnxruntime is loaded.
        from siamapp.recognizer import Recognizer

        if self._key is not None:
            return Recognizer.open(self._paths, settings, self._key)
        key = (
            self._get_key(self._passphrase, keyring=False)
            if self.by_passphrase
            else self._get_key(self._passphrase)
        )
        try:
            recognizer = Recognizer.open(self._paths, settings, key)
        except BaseException:
            key.wipe()  # a mistyped passphrase is asked for again
            raise
        self._key = key
        return recognizer

    def forget(self) -> None:
        """Wipe the key; the next opening asks for it again."""
        key, self._key = self._key, None
        if key is not None:
            key.wipe()

    def _passphrase(self, new: bool) -> str:
        no_keyring = new and not self.by_passphrase  # it was tried first
        return self._jobs.ask(lambda: _ask_passphrase(new=new, no_keyring=no_keyring))


def _begin(context: Context, opener: _Opener, by_passphrase: bool) -> None:
    opener.by_passphrase = by_passphrase
    context.open()


def _ask_passphrase(*, new: bool, no_keyring: bool) -> str:
    """Runs on the GUI thread.

    Raises:
        KeyUnavailable: the user cancelled.
    """
    text = (
        tr(
            "No keyring of this system keeps the key. Choose a passphrase for the gallery; "
            "it cannot be recovered if it is lost."
        )
        if no_keyring
        else ""
    )
    dialog = PassphraseDialog(QApplication.activeWindow(), new=new, text=text)
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
        if isinstance(error, SiamError):  # of the world, and no page was there to say so
            jobs.post(lambda: tell_error(window, error))
            return
        where = "".join(traceback.format_tb(trace))
        log.error("bug in %s: %s\n%s", threading.current_thread().name, kind.__name__, where)
        report = crash_report(kind, trace)
        jobs.post(lambda: show(report))

    def on_thread_error(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            on_error(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook = on_error
    threading.excepthook = on_thread_error
