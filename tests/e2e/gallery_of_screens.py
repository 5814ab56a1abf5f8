"""Writes a picture of every page in each language, light and dark, at 1x and 2x, to be looked at.

    python tests/e2e/gallery_of_screens.py [--out DIR] [--scripted] [--docs docs/screenshots]

The only faces on them are the two public-domain portraits. With the models of `assets/models`, or
with `--scripted` around two scripted networks.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import cv2
import numpy as np
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from siamapp.errors import CameraLost, StoreLocked
from siamapp.gui.context import Context
from siamapp.gui.dialogs import CrashDialog, PassphraseDialog
from siamapp.gui.import_dialog import ENROLLED, KNOWN, REFUSED, ImportDialog, Outcome
from siamapp.gui.jobs import Jobs
from siamapp.gui.language import Language
from siamapp.gui.main_window import MainWindow
from siamapp.gui.pages import PAGES
from siamapp.gui.theme import Theme
from siamapp.live.session import Picture, SessionStatus, State
from siamapp.paths import Paths
from siamapp.recognizer import Recognizer
from siamapp.settings import Settings
from siamapp.types import BgrImage, Frame
from tests.gui.scripted import KEY, astronaut, hopper, open_scripted, write_photo, write_video

LIMIT_S = 120.0
LANGUAGES = {"en": "en", "zh": "zh_CN"}
DOCS = {
    "welcome": "welcome-1",
    "enrol": "enrol-coaching",
    "review": "enrol-ready",
    "verify": "verify-yes",
    "live": "live-two",
    "people": "people",
    "history": "history",
    "settings": "settings-empty",
}
"""Pictures of the documents by name, and what each shows."""


class Screens:
    """One window in one language and scheme, taken through all its pages."""

    def __init__(self, app: QApplication, out: Path, prefix: str, *, scripted: bool) -> None:
        self._app, self._out, self._prefix = app, out, prefix
        self._folder = tempfile.TemporaryDirectory()
        self._files = Path(self._folder.name)
        language, scheme, _ = prefix.split("-")
        paths = Paths(self._files / "home")

        def opener(settings: Settings) -> Recognizer:
            if scripted:
                return open_scripted(paths.home, settings)
            return Recognizer.open(paths, settings, KEY)

        self._jobs = Jobs()
        self._context = Context(
            paths,
            Settings(language=LANGUAGES[language], theme=scheme),  # type: ignore[arg-type]
            self._jobs,
            theme=Theme(app, scheme),  # type: ignore[arg-type]
            language=Language(app, LANGUAGES[language]),
            opener=opener,  # type: ignore[arg-type]
        )
        self._window = MainWindow(self._context)
        self._window.resize(1200, 760)

    def shoot(self) -> None:
        window = self._window
        window.show()
        self._first_steps()
        self._context.opening.emit()
        self._save("opening")
        self._context.failed.emit(
            StoreLocked("The key does not open this gallery.", "Give the key it was made with.")
        )
        self._save("opening-error")
        self._context.open()
        self._wait(lambda: self._context.is_open)
        self._settle()
        for entry in PAGES:
            window.show_page(entry.key)
            self._settle()
            self._save(f"{entry.key}-empty")
        self._settings()
        self._enrol()
        self._verify()
        self._live()
        self._look("history")
        self._narrow()
        self._dialogs()
        self._context.locked.emit()
        self._save("locked")
        window.close()
        self._folder.cleanup()

    def _look(self, key: str) -> None:
        self._window.show_page(key)
        self._settle()
        self._save(key)

    def _first_steps(self) -> None:
        self._window.welcome(lambda _passphrase: None)
        steps = self._window.first_steps
        assert steps is not None
        for number in (1, 2, 3):
            self._settle()
            self._save(f"welcome-{number}")
            if number < 3:
                steps.next.click()

    def _settings(self) -> None:
        window = self._window
        window.show_page("settings")
        page = window.page("settings")
        self._settle()
        area = page.findChild(QScrollArea)
        assert area is not None
        area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
        self._save("settings-end")
        page.search.setText("fmr")
        self._settle()
        self._save("settings-search")
        page.search.clear()

    def _enrol(self) -> None:
        window, form = self._window, self._window.page("enrol").form
        window.show_page("enrol")
        video = write_video(self._files / "eileen.avi", astronaut(), frames=150, sway_deg=4)
        window.page("enrol").take_files([video])
        form.name.setText("Eileen Collins")
        self._wait(lambda: form.progress.value() >= 20 or bool(form.samples))
        self._save("enrol-coaching")
        self._wait(lambda: bool(form.samples) or bool(form.error.text))
        form.review.with_consent.setChecked(True)
        self._settle()
        self._save("enrol-ready")
        form.save.click()
        self._wait(lambda: not form.name.text())
        self._settle()
        self._save("enrol-saved")
        window.page("enrol").take_files([video])
        form.name.setText("Somebody Else")
        self._wait(lambda: bool(form.samples))
        form.save.click()
        self._wait(lambda: bool(form.error.text))
        self._settle()
        self._save("enrol-known")
        form.again.click()
        recognizer = self._context.recognizer
        frames = [Frame(hopper(), 0.0, 0)]
        self._context.change_people(
            lambda: recognizer.enroll(
                "Grace Hopper", recognizer.samples_from(frames, still=True), allow_duplicate=True
            )
        )
        self._settle()
        self._look("people")
        window.page("people").search.setText("zz")
        self._settle()
        self._save("people-no-match")
        window.page("people").search.clear()

    def _verify(self) -> None:
        page = self._window.page("verify")
        self._window.show_page("verify")
        page.source.add(str(write_photo(self._files / "claim.png", seen_again(astronaut()))))
        for name, shot in (("Eileen Collins", "verify-yes"), ("Grace Hopper", "verify-no")):
            self._settle()
            page.claim.name.setText(name)
            self._wait(page.verify.isEnabled)
            page.verify.click()
            self._wait(lambda: page._trial is not None)
            self._wait(lambda: page._trial is None)
            self._settle()
            self._save(shot)

    def _live(self) -> None:
        window = self._window
        window.show_page("live")
        page = window.page("live")
        self._settle()
        both = side_by_side(seen_again(astronaut()), hopper())
        for name, picture in (("live-match", seen_again(astronaut())), ("live-two", both)):
            spec = str(write_photo(self._files / f"{name}.png", picture))
            page.source.add(spec)
            page.source.start_wanted.emit(spec)
            self._wait(lambda: bool(page.video.overlays))
            self._settle()
            self._save(name)
        recognizer = self._context.recognizer
        someone = next(p for p in self._people() if p.name == "Grace Hopper")
        self._context.change_people(lambda: recognizer.edits.delete(someone.person_id))
        self._settle()
        page.source.start_wanted.emit(page.source.spec)
        self._settle()
        self._wait(lambda: bool(page.video.overlays))
        self._settle()
        self._save("live-unknown")
        lost = CameraLost("Camera 0 is gone.")
        for name, status in (
            ("lost", SessionStatus(1, State.RUNNING, Picture.LOST, lost)),
            ("black", SessionStatus(1, State.RUNNING, Picture.BLACK)),
            ("frozen", SessionStatus(1, State.RUNNING, Picture.FROZEN)),
        ):
            page.feed.status_changed.emit(status)
            self._save(f"live-{name}")

    def _narrow(self) -> None:
        """The smallest window, where text is cut first."""
        self._window.resize(self._window.minimumSize())
        for entry in PAGES:
            self._window.show_page(entry.key)
            self._settle()
            self._save(f"{entry.key}-narrow")
        self._window.resize(1200, 760)

    def _dialogs(self) -> None:
        many = ImportDialog(self._context, self._window)
        for state, words in ((ENROLLED, "8"), (REFUSED, "No face was found."), (KNOWN, "")):
            many._add(Outcome("Eileen Collins", state, words))
        for name, dialog in (
            ("dialog-passphrase", PassphraseDialog(self._window, new=True)),
            ("dialog-crash", CrashDialog("SiamApp 0.1.0\n\nTraceback ...", self._window)),
            ("dialog-many", many),
        ):
            dialog.show()
            self._settle()
            self._save(name, dialog)
            dialog.close()

    def _people(self) -> list:
        answers: list = []
        self._jobs.submit(self._context.recognizer.people.all, done=answers.extend)
        self._wait(lambda: bool(answers))
        return answers

    def _save(self, name: str, widget: QWidget | None = None) -> None:
        self._app.processEvents()
        path = self._out / f"{self._prefix}-{name}.png"
        (widget or self._window).grab().save(str(path))

    def _settle(self) -> None:
        end = time.monotonic() + 0.4
        while time.monotonic() < end:
            self._app.processEvents()
            time.sleep(0.01)

    def _wait(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + LIMIT_S
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(self._prefix)
            self._app.processEvents()
            time.sleep(0.01)


def side_by_side(left: BgrImage, right: BgrImage) -> BgrImage:
    """Two people in one picture."""
    height = min(left.shape[0], right.shape[0])
    parts = [cv2.resize(p, (p.shape[1] * height // p.shape[0], height)) for p in (left, right)]
    return np.asarray(np.hstack(parts), np.uint8)


def seen_again(bgr: BgrImage) -> BgrImage:
    """The same portrait in weaker light and a little out of focus."""
    darker = cv2.convertScaleAbs(bgr, alpha=0.85, beta=4)
    return np.asarray(cv2.GaussianBlur(darker, (0, 0), 1.2), np.uint8)


def write_docs(out: Path, docs: Path) -> None:
    """The pictures of the documents, smaller, from those of the light scheme."""
    docs.mkdir(parents=True, exist_ok=True)
    for name, page in DOCS.items():
        for language, suffix in (("en", ""), ("zh", ".zh")):
            picture = cv2.imread(str(out / f"{language}-light-2x-{page}.png"))
            assert picture is not None
            small = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
            done = cv2.imwrite(
                str(docs / f"{name}{suffix}.png"), small, [cv2.IMWRITE_PNG_COMPRESSION, 9]
            )
            assert done


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/screenshots"))
    parser.add_argument("--scripted", action="store_true", help="two scripted networks")
    parser.add_argument("--docs", type=Path, help="also write the pictures of the documents there")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    if arguments.one:
        app = QApplication(sys.argv[:1])
        Screens(app, arguments.out, arguments.one, scripted=arguments.scripted).shoot()
        return 0
    command = [sys.executable, __file__, "--out", str(arguments.out)]
    command += ["--scripted"] if arguments.scripted else []
    for language in LANGUAGES:
        for scheme in ("light", "dark"):
            for factor in (1, 2):
                environment = {**os.environ, "QT_SCALE_FACTOR": str(factor)}
                one = [*command, "--one", f"{language}-{scheme}-{factor}x"]
                subprocess.run(one, env=environment, check=True)
    if arguments.docs:
        write_docs(arguments.out, arguments.docs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
