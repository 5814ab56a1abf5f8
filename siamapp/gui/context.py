"""What every page shares: settings, jobs, theme, and the recogniser once it is open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from siamapp.errors import SiamError, StoreLocked
from siamapp.gui.jobs import Jobs
from siamapp.gui.language import Language
from siamapp.gui.theme import Theme
from siamapp.identity.calibrate import Calibrated
from siamapp.identity.own_calibration import load_calibration
from siamapp.paths import Paths
from siamapp.settings import Settings

if TYPE_CHECKING:
    from siamapp.gui.diagnostics import RunFacts
    from siamapp.recognizer import Recognizer

T = TypeVar("T")


class Opener(Protocol):
    """Opens models and gallery; called on the jobs thread."""

    def __call__(self, settings: Settings) -> Recognizer: ...

    def forget(self) -> None:
        """Ask for the key again next time."""


REOPENING: Final = frozenset(
    {"detector", "embedder", "presence", "presence_model", "provider", "threads"}
)
"""Settings that count only once the models are loaded again."""
_DAY_LOOK_MS: Final = 60_000
"""How long after midnight, or after the machine slept, it is seen that the day is another."""
_OTHERS_MS: Final = 2_000
"""After this at the latest somebody deleted by another program is not recognised any more, and
thresholds that it measured count."""


class Context(QObject):
    """The window's state outside its widgets."""

    opening = Signal()
    """The gallery is about to be opened; one that was open is still there, to be left."""
    opened = Signal()
    locked = Signal()
    """The gallery is about to be closed; it is still there, to be left."""
    closing = Signal()
    """After either of the two, and at the end: for whoever holds something of that gallery."""
    failed = Signal(object)
    """The `SiamError` that kept the gallery or a model from opening."""
    people_changed = Signal()
    put_off = Signal(object)
    """The `ClockDoubted` why nobody was deleted."""
    expired = Signal(list)
    """Names of people who were to be kept no longer: they are deleted."""
    setting_changed = Signal(str)
    go_to = Signal(str, object)
    """Show the page of that key, and hand it something (or None); see `Page.receive`."""

    def __init__(
        self,
        paths: Paths,
        settings: Settings,
        jobs: Jobs,
        *,
        theme: Theme,
        language: Language,
        opener: Opener,
    ) -> None:
        super().__init__()
        self.paths = paths
        self.settings = settings
        self.jobs = jobs
        self.theme = theme
        self.language = language
        self.last_run: RunFacts | None = None
        """What the last session of any page measured."""
        self._opener = opener
        self._recognizer: Recognizer | None = None
        self._held: Recognizer | None = None
        """The worker's own reference: what it opened, it closes."""
        self._looked_on = date.today()
        """The day on which it was last asked who is to be kept no longer."""
        self._days = QTimer(self)
        self._days.setInterval(_DAY_LOOK_MS)
        self._days.timeout.connect(self.delete_expired)
        self._others = QTimer(self)
        self._others.setInterval(_OTHERS_MS)
        self._others.timeout.connect(self._look_at_others)

    @property
    def recognizer(self) -> Recognizer:
        """The open recogniser; pages are shown only while there is one."""
        if self._recognizer is None:
            raise RuntimeError("the gallery is not open")
        return self._recognizer

    @property
    def is_open(self) -> bool:
        return self._recognizer is not None

    def open(self) -> None:
        """Open the models and the gallery, or open them again after a setting changed."""
        settings = self.settings
        self._looked_on = date.today()  # the opening itself may last past midnight
        self.opening.emit()
        self._end()

        def work() -> Recognizer:
            self._let_go()
            self._held = self._opener(settings)
            return self._held

        self.jobs.submit(work, done=self._on_opened, failed=self._on_failed)

    def lock(self) -> None:
        """Close the gallery and forget its key; `open` asks for it again."""
        if self._recognizer is None:
            return
        self.locked.emit()
        self._end()

        def work() -> None:
            self._let_go()
            self._opener.forget()

        self.jobs.submit(work)

    def close(self) -> None:
        """End the worker; it closes the gallery as its last act.

        All that runs is stopped before: a thread that is in OpenCV as the interpreter ends would
        abort the program.
        """
        self._end()
        self.jobs.close(self._let_go)

    def _end(self) -> None:
        self.closing.emit()
        self._recognizer = None
        self._days.stop()
        self._others.stop()

    def change_setting(self, key: str, value: object) -> None:
        """Change one setting, save it, and let it count at once.

        Raises:
            SettingsError: it is not a value that the setting may have.
        """
        if getattr(self.settings, key) == value:
            return
        settings = self.settings.changed(key, value)
        if self.is_open and key not in REOPENING:
            self.recognizer.configure(settings)
        self.settings = settings
        self.jobs.submit(lambda: settings.save_one(self.paths, key))
        if key == "decision_pictures" and not value and self.is_open:
            self.jobs.submit(self.recognizer.pictures.clear)
        if key == "theme":
            self.theme.use(settings.theme)
        elif key == "language":
            self.language.use(settings.language)
        elif key in REOPENING:
            self.open()
        self.setting_changed.emit(key)

    def submit(
        self,
        work: Callable[[], T],
        *,
        done: Callable[[T], None] | None = None,
        failed: Callable[[SiamError], None] | None = None,
    ) -> None:
        """Queue work with the open gallery, as `Jobs.submit` does.

        What was asked of a gallery is answered only as long as that gallery is open: neither `done`
        nor `failed` is called once it was locked or opened again. Work that needs no gallery goes
        to `jobs`.
        """
        asked_of = self._recognizer

        def answered(result: T) -> None:
            if done is not None and self._recognizer is asked_of:
                done(result)

        def refused(error: SiamError) -> None:
            if self._recognizer is not asked_of:
                return
            if failed is None:
                raise error
            failed(error)

        self.jobs.submit(work, done=answered, failed=refused)

    def change_people(
        self,
        work: Callable[[], object],
        *,
        done: Callable[[], None] | None = None,
        failed: Callable[[SiamError], None] | None = None,
    ) -> None:
        """Change the gallery on the worker, swap in the new one, and tell all pages."""
        recognizer = self.recognizer

        def change() -> None:
            work()
            recognizer.refresh()

        def finished(_: None) -> None:
            self.people_changed.emit()
            if done is not None:
                done()

        self.submit(change, done=finished, failed=failed)

    def delete_expired(self) -> None:
        """On a new day, delete who was to be kept no longer: a window may stay open for weeks."""
        today = date.today()
        if not self.is_open or self._looked_on == today:
            return
        self._days.stop()  # a long job before this one piles up nothing

        def done(names: list[str]) -> None:
            self._looked_on = today
            self._days.start()
            self._tell_expired(names)

        def failed(error: SiamError) -> None:
            if isinstance(error, StoreLocked):  # another program writes: at the next look
                self._days.start()
                return
            # Whoever cannot be deleted must not be recognised for another day either.
            self.lock()
            self.failed.emit(error)

        self.submit(self.recognizer.delete_expired, done=done, failed=failed)

    def _look_at_others(self) -> None:
        """Take over what other programs changed; leave a gallery that they replaced."""
        self._others.stop()  # the next time counts from the answer on: a long job piles up nothing
        recognizer, folder = self.recognizer, self.paths.calibrations_dir
        card = recognizer.pipeline.embedder.model.card

        def work() -> tuple[bool, Calibrated]:
            return recognizer.catch_up(), load_calibration(folder, card) or card

        def done(found: tuple[bool, Calibrated]) -> None:
            changed, calibrated = found
            if calibrated != recognizer.calibrated:
                recognizer.calibrated, changed = calibrated, True
                try:
                    recognizer.configure(self.settings)
                except SiamError as error:
                    failed(error)
                    return
            self._others.start()
            if changed:
                self.people_changed.emit()

        def failed(error: SiamError) -> None:
            self.lock()
            self.failed.emit(error)

        self.submit(work, done=done, failed=failed)

    def _tell_expired(self, names: list[str]) -> None:
        if self.recognizer.put_off is not None:
            self.put_off.emit(self.recognizer.put_off)
        if names:
            self.people_changed.emit()
            self.expired.emit(names)

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.close()

    def _on_opened(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self._days.start()
        self._others.start()
        self.opened.emit()
        self.people_changed.emit()
        self._tell_expired(recognizer.expired)

    def _on_failed(self, error: SiamError) -> None:
        self.failed.emit(error)
