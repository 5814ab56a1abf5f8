"""One window in one language and scheme, taken through all its pages and dialogs."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QScrollArea,
    QToolTip,
    QWidget,
)

from siamapp.errors import CameraLost, NoFace, StoreLocked
from siamapp.gui.card_form import CardForm
from siamapp.gui.consent_fields import ConsentFields
from siamapp.gui.context import Context
from siamapp.gui.dialogs import CrashDialog, PassphraseDialog, confirmed
from siamapp.gui.evaluating import Asked
from siamapp.gui.import_dialog import ImportDialog
from siamapp.gui.jobs import Jobs
from siamapp.gui.language import Language
from siamapp.gui.main_window import MainWindow
from siamapp.gui.pages import PAGES
from siamapp.gui.theme import Theme
from siamapp.live.session import Picture, SessionStatus, State
from siamapp.paths import Paths
from siamapp.recognizer import Recognizer
from siamapp.settings import Settings
from siamapp.switch import Plan
from siamapp.types import BgrImage, Frame
from tests.e2e.portraits import seen_again, side_by_side
from tests.gui.scripted import KEY, astronaut, hopper, open_scripted, write_photo, write_video

LIMIT_S = 120.0
ROUNDS = 10  # of events before a picture, however slow the machine: a layout needs several
LANGUAGES = {"en": "en", "zh": "zh_CN"}
HOME = "/home/ann/.local/share/siamapp"  # a user's; that of the pictures is a temporary folder


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
            StoreLocked("The key does not open the gallery.", "Give the right key file.")
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
        self._people()
        self._context.change_setting("decision_pictures", True)
        self._verify()
        self._evaluate()
        self._live()
        self._look("history")
        self._narrow()
        self._dialogs()
        self._popups()
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
        for label in steps.findChildren(QLabel):
            if label.text() == str(self._context.paths.home):
                label.setText(HOME)
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

    def _people(self) -> None:
        """The page with one and with several selected, and the dialogs that it opens."""
        self._window.show_page("people")
        page = self._window.page("people")
        self._wait(lambda: page.card.samples.list.count() > 0)
        self._wait(lambda: len(page.thumbnails._kept) == page.model.rowCount())
        self._look("people")
        self._ask("dialog-consent", page.card.consent_wanted.emit)
        self._ask("dialog-tags", page.card.tags_wanted.emit)
        self._ask("dialog-alikes", page.alikes.click)
        self._ask("dialog-split", lambda: page.card.samples.split_wanted.emit([1]))
        page.tiles.setChecked(True)
        page.list.selectAll()
        self._settle()
        self._save("people-several")
        page.group.merge.click()
        self._wait(lambda: page.model.rowCount() == 1)
        self._settle()
        self._save("people-merged")
        page.undo()
        self._wait(lambda: page.model.rowCount() == 2)
        page.tiles.setChecked(False)
        page.search.setText("zz")
        self._settle()
        self._save("people-no-match")
        page.search.clear()

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
        self._context.change_setting("lockout_failures", 1)
        page.claim.name.clear()
        page.claim.name.setText("Grace Hopper")
        self._settle()
        self._save("verify-locked")
        self._context.change_setting("lockout_failures", 5)

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
        everybody = self._from_gallery(recognizer.people.all)
        someone = next(p for p in everybody if p.name == "Grace Hopper")
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

    def _evaluate(self) -> None:
        """Rates of made-up people: blends of the two portraits' crops, each in four lights."""
        folder, crops = self._files / "people", self._crops()
        for person in range(12):
            mixed = cv2.addWeighted(crops[0], person / 11, crops[1], 1 - person / 11, 0)
            (folder / f"{person}").mkdir(parents=True)
            for light in range(4):
                seen = cv2.convertScaleAbs(mixed, alpha=0.75 + 0.12 * light)
                write_photo(folder / f"{person}" / f"{light}.png", np.asarray(seen, np.uint8))
        self._window.show_page("evaluate")
        page = self._window.page("evaluate")
        page.start(Asked(folder, aligned=True))
        self._wait(lambda: page.export.isEnabled())
        self._settle()
        self._save("evaluate-found")

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
        many._on_listed(3, ["Eileen Collins"])
        (known,) = self._from_gallery(self._context.recognizer.people.all)
        many._on_looked("Grace Hopper", known)
        many._on_looked(
            "Nobody",
            NoFace("There was no picture to look at.", "Choose photos or a video with a face."),
        )
        for name, dialog in (
            ("dialog-passphrase", PassphraseDialog(self._window, new=True)),
            ("dialog-unlock", PassphraseDialog(self._window, new=False)),
            ("dialog-card", CardForm(self._window, "arcface-r50")),
            ("dialog-crash", CrashDialog("SiamApp 0.1.0\n\nTraceback ...", self._window)),
            ("dialog-many", many),
        ):
            dialog.show()
            self._settle()
            self._save(name, dialog)
            dialog.close()
        models, bar = self._window.page("models"), self._window.page("live").source
        plan = Plan(self._context.recognizer.evidence(), ("Eileen Collins",), ("Grace Hopper",))
        self._ask("dialog-switch", lambda: models.ask("arcface-r50", plan))
        self._ask("dialog-stream", bar._on_open_stream)
        said = "Its files are deleted. People enrolled with it are not known to other models."
        self._ask(
            "dialog-confirm",
            lambda: confirmed(
                models,
                models.tr("Remove {name}?").format(name="arcface-r50"),
                models.tr(said),
                action=models.tr("Remove"),
            ),
        )

    def _popups(self) -> None:
        """Every list and menu that opens above a page, the calendar, and a tip."""
        window = self._window
        for key in ("settings", "history", "people"):
            window.show_page(key)
            self._settle()
            boxes = [b for b in window.page(key).findChildren(QComboBox) if b.isVisibleTo(window)]
            for box in boxes:
                box.showPopup()
                self._settle()
                self._save(f"list-{key}-{boxes.index(box)}", box.view().window())
                box.hidePopup()
        window.show_page("verify")
        claim = window.page("verify").claim.name
        claim.setText("e")
        claim.completer().complete()
        self._settle()
        self._save("list-claim", claim.completer().popup())
        claim.completer().popup().hide()
        card, bar = window.page("people").card, window.page("live").source
        for name, menu in (("menu-person", card.more.menu()), ("menu-open", bar.open.menu())):
            menu.popup(window.mapToGlobal(window.rect().center()))
            self._settle()
            self._save(name, menu)
            menu.hide()
        day = ConsentFields()
        day.kept.setChecked(True)
        day.show()
        self._settle()
        self._save("calendar", day.kept_until.calendarWidget())
        day.close()
        QToolTip.showText(window.mapToGlobal(window.rect().center()), bar.open.toolTip())
        self._settle()
        for tip in QApplication.topLevelWidgets():
            if tip.inherits("QTipLabel"):
                self._save("tip", tip)
        QToolTip.hideText()

    def _ask(self, name: str, ask: Callable[[], object]) -> None:
        """The picture of the dialog that `ask` opens and waits for; it is then dismissed."""

        def shoot() -> None:
            dialog = self._app.activeModalWidget()
            assert isinstance(dialog, QDialog)
            self._settle()
            self._save(name, dialog)
            dialog.reject()

        QTimer.singleShot(0, shoot)
        ask()

    def _from_gallery(self, question: Callable[[], list]) -> list:
        answers: list = []
        self._jobs.submit(question, done=answers.extend)
        self._wait(lambda: bool(answers))
        return answers

    def _crops(self) -> list[BgrImage]:
        """One kept crop of each person."""
        people = self._context.recognizer.people

        def crops() -> list[BgrImage]:
            return list(people.crops(list(people.portraits().values())).values())

        return self._from_gallery(crops)

    def _save(self, name: str, widget: QWidget | None = None) -> None:
        for _ in range(ROUNDS):
            self._app.processEvents()
        (widget or self._window).grab().save(str(self._out / f"{self._prefix}-{name}.png"))

    def _settle(self) -> None:
        """Let what was asked for come, thumbnails too: each may ask for more."""
        start = time.monotonic()
        while time.monotonic() < start + 0.4 or self._jobs._pending:
            if time.monotonic() > start + LIMIT_S:
                raise TimeoutError(self._prefix)
            self._app.processEvents()
            time.sleep(0.01)

    def _wait(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + LIMIT_S
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(self._prefix)
            self._app.processEvents()
            time.sleep(0.01)
