"""Verification (1:1): claim a person, press one button, read the answer from where you stand."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from siamapp.errors import SiamError
from siamapp.gui import notices
from siamapp.gui.claim_field import RECENT, ClaimField
from siamapp.gui.claim_lock import ClaimLock
from siamapp.gui.context import Context
from siamapp.gui.controls import Banner, scrolling
from siamapp.gui.empty_state import EmptyState
from siamapp.gui.error_wording import error_words
from siamapp.gui.source_bar import is_live
from siamapp.gui.source_page import SIDE_PX, SourcePage, is_still
from siamapp.gui.theme import SPACE, scaled, set_role
from siamapp.gui.trial import Answer, Doorway, Trial, Verdict
from siamapp.gui.verdict_panel import VerdictPanel, Words
from siamapp.gui.video_view import Notice, Overlay
from siamapp.gui.wording import advice, overlay_of, sentence
from siamapp.live.session import Process, SessionStatus, State
from siamapp.types import FrameResult, Person, Refusals

SILENCE_S: Final = 3.0
"""A try whose source gives no frames ends this long after its time is over."""


class VerifyPage(SourcePage):
    """Runs one `Trial` at a time on the source and shows its answer."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent, can_pause=False)
        self.source.be_second()
        self.claim = ClaimField()
        self.verify = QPushButton()
        set_role(self.verify, "primary")
        self.verify.setMinimumHeight(48)
        self.verdict = VerdictPanel(context.theme)
        self.error = Banner(context.theme)
        self._empty = EmptyState(context.theme, "verify", until_told=True)
        self._doorway = Doorway()
        self._trial: Trial | None = None
        self._ends_at = math.inf
        """Monotonic time after which a silent source ends the try."""
        self._lock = ClaimLock(context)
        self._locked = False
        self._answered = False
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        self._body = QStackedWidget()
        self.column.addWidget(self._body, 1)
        self._body.addWidget(self._empty)
        work, side = QWidget(), QWidget()
        self._body.addWidget(work)
        row = QHBoxLayout(work)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE[4])
        row.addWidget(self.video, 1)
        row.addWidget(side)
        side.setFixedWidth(scaled(SIDE_PX))
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE[3])
        column.addWidget(self.claim)
        column.addWidget(self.verify)
        column.addWidget(self.error)
        column.addWidget(scrolling(self.verdict), 1)  # a large font needs more than the window has

    def _connect(self) -> None:
        self.claim.changed.connect(self._on_claim)
        self.claim.confirmed.connect(self._on_verify)
        self.verify.clicked.connect(self._on_verify)
        self._empty.acted.connect(lambda: self.context.go_to.emit("enrol", None))
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            again = QShortcut(QKeySequence(key), self.verify, self._on_verify)
            again.setContext(Qt.ShortcutContext.WidgetShortcut)
        cancel = QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self._on_cancel)
        cancel.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def retranslate(self) -> None:
        self.set_heading(self.tr("Verify"), self.tr("Is this the person they say they are?"))
        self._empty.set_words(
            self.tr("Nobody is enrolled yet"),
            self.tr("Enrol somebody first; then anybody can claim to be that person here."),
            action=self.tr("Enrol somebody"),
        )
        self.verify.setToolTip(self.tr("Verify (Return or Space); Escape cancels"))
        if self._answered and self.error.text and not self._locked:
            self._warn_of_lock()
        self._show_ready()

    # --- the claim --------------------------------------------------------------------------------

    def enter(self) -> None:
        super().enter()
        self._on_claim()
        self.claim.name.setFocus()
        self.claim.name.selectAll()
        self._empty.invite()

    def leave(self) -> None:
        """What stands here is of now: no answer, nor its picture, waits for who comes back."""
        self._give_up()
        super().leave()
        self.video.clear()
        self._begin_claim(None)

    def refresh(self) -> None:
        recognizer = self.context.recognizer

        def work() -> tuple[list[Person], list[int]]:
            return recognizer.people.all(), recognizer.audit.recent_claims(RECENT)

        def done(found: tuple[list[Person], list[int]]) -> None:
            self.claim.show_people(*found)
            self._empty.give_way(self._body, self.claim.name, filled=bool(found[0]))

        self.context.submit(work, done=done)

    def _on_claim(self) -> None:
        """The claim may be another: what stood about the last one goes."""
        person = self.claim.person
        if self._trial is not None or (person is not None and person == self._lock.claimed):
            return
        self._begin_claim(person)
        if person is not None:
            self._ask_lock(person)

    def _begin_claim(self, person: Person | None) -> None:
        """Of the claim before nothing stays, nor is shown what is still asked about it."""
        self._lock.begin(person)
        self._answered = self._locked = False
        self.error.clear()
        self._show_ready()

    def _ask_lock(self, person: Person, then: Callable[[], None] = lambda: None) -> None:
        def told() -> None:
            then()
            self._show_lock()

        self._lock.ask(person, told)

    # --- the trial --------------------------------------------------------------------------------

    def _on_verify(self) -> None:
        person, spec = self.claim.person, self.source.spec
        if person is None or not spec or self._trial is not None or self._lock.remaining_s > 0:
            return
        self._answered = False
        self.error.clear()
        recognizer, settings = self.context.recognizer, self.context.settings
        still = is_still(spec)
        self.verdict.show_words(self._looking())

        def make() -> tuple[Trial, Refusals]:
            tries = settings.verify_retries + 1  # begun here: the gallery answers no other thread
            streams = [recognizer.stream(claim=person.name, still=still) for _ in range(tries)]
            trial = Trial(
                iter(streams).__next__,
                timeout_s=settings.verify_timeout_s,
                retries=settings.verify_retries,
            )
            # What the page knows may be of another claim, or not be told yet.
            return trial, recognizer.audit.refusals(person.person_id)

        def begin(made: tuple[Trial, Refusals]) -> None:
            if not self._timer.isActive():  # the page was left meanwhile: no camera goes on
                return
            self._lock.claimed = person
            trial, self._lock.refusals = made
            if self._lock.remaining_s > 0:
                self._show_lock()
                return
            self._trial = trial
            self._ends_at = time.monotonic() + settings.verify_timeout_s + SILENCE_S
            if self.is_active and is_live(spec) and spec == self._spec:
                self._doorway.trial = trial
            else:  # a door of its own: what still comes from the run before is not for this trial
                self._doorway = Doorway(trial)
                self.start(spec)
            self._show_ready()

        self.context.submit(make, done=begin, failed=self._on_trial_failed)

    def _on_trial_failed(self, error: SiamError) -> None:
        self._drop_trial()
        self.error.show_text(error_words(error))
        self._show_ready()

    def _on_cancel(self) -> None:
        if self._trial is not None:
            self._give_up()
            self._on_claim()  # another may have been typed meanwhile
            self._show_ready()

    def _give_up(self) -> None:
        """End the try under way; what it has settled counts, or Escape would go by every lock."""
        trial, person = self._trial, self._lock.claimed
        self._drop_trial()
        if trial is not None and person is not None:
            self._record(trial.end(), person, lambda: self._ask_lock(person))

    def _drop_trial(self) -> None:
        self._trial = self._doorway.trial = None

    def make_process(self, spec: str) -> Callable[[], Process]:
        doorway = self._doorway
        return lambda: doorway

    def overlays_of(self, result: FrameResult) -> tuple[Overlay, ...]:
        return tuple(overlay_of(face, claimed=True) for face in result.faces)

    def show_result(self, result: FrameResult | None) -> None:
        trial = self._trial
        if trial is None:
            return
        answer = trial.answer
        if answer.verdict is None:
            self.verdict.show_words(self._looking(answer))
        else:
            self._finish(answer)

    def _on_tick(self) -> None:
        super()._on_tick()
        trial = self._trial
        if trial is not None and time.monotonic() > self._ends_at:
            self._finish(trial.end())
        if self._locked:
            self._show_lock()

    def _on_status(self, status: SessionStatus) -> None:
        was_active = self.is_active
        super()._on_status(status)
        if self._trial is None or not was_active:
            return
        if status.state is State.IDLE:  # the recording is over
            self._finish(self._trial.end())
        elif status.state is State.FAILED:
            self._drop_trial()
            self._show_ready()

    def _on_failed(self, error: SiamError) -> None:
        self._drop_trial()
        super()._on_failed(error)

    def _finish(self, answer: Answer) -> None:
        """Record the answer, then show it: a refusal that is seen is one that counts."""
        person = self._lock.claimed
        self._drop_trial()
        if person is None:
            return
        if answer.verdict is Verdict.UNJUDGED:
            self._show_answer(answer, person)
            return

        def show() -> None:
            self._show_answer(answer, person)

        self._record(answer, person, lambda: self._ask_lock(person, show))

    def _record(self, answer: Answer, person: Person, then: Callable[[], None]) -> None:
        """Put what was settled about a claim into the audit; what was not judged leaves nothing."""
        recognizer, source, face = self.context.recognizer, self.source_name, answer.best
        if face is None or answer.verdict is Verdict.UNJUDGED:
            return
        self.context.submit(
            lambda: recognizer.record(face, how="verify", claim=person.name, source=source),
            done=lambda _: then(),
            failed=self._on_trial_failed,
        )

    # --- what is shown ----------------------------------------------------------------------------

    def _show_answer(self, answer: Answer, person: Person) -> None:
        self._answered = True
        self.verdict.show_answer(answer, person.name)
        if answer.verdict is Verdict.REFUSED:
            self._warn_of_lock()
        self._show_ready()
        self.verify.setFocus()

    def _warn_of_lock(self) -> None:
        left = self._lock.left
        if left is not None:
            words = (
                self.tr("One more refusal in a row locks this claim.")
                if left == 1
                else self.tr("{count} more refusals in a row lock this claim.")
            )
            self.error.show_text(words.format(count=left), "warn")

    def _show_lock(self) -> None:
        """Count a lock down; when it ends the claim may be tried again."""
        remaining_s = self._lock.remaining_s
        if remaining_s <= 0:
            if self._locked:
                self._locked = False
                self.error.clear()
                self._show_ready()
            return
        minutes, seconds = divmod(math.ceil(remaining_s), 60)
        left = f"{QLocale().toString(minutes)}:{seconds:02d}"
        said = self.tr("Too many refusals in a row. Try again in {left}.").format(left=left)
        if self._answered:  # the refusal stays readable
            self.error.show_text(said, "warn")
        else:
            self.verdict.show_words(Words(self.tr("Locked"), said, "warn", "lock"))
        if not self._locked:
            self._locked = True
            self._show_ready()

    def idle_notice(self) -> Notice:
        if not self.source.spec:
            return notices.no_source()
        return Notice("verify", self.tr("Ready"), self.tr("Choose a name and press Verify."))

    def show_idle(self) -> None:
        if self._trial is None and not self._answered:
            self._show_ready()

    def show_unseen(self) -> None:
        if self._trial is None:
            self._answered = False
            self._show_ready()

    def _looking(self, answer: Answer | None = None) -> Words:
        number = answer.try_number if answer else 1
        face = answer.best if answer else None
        said = self.tr("Look at the camera.")
        if face is not None and face.presence is not None and face.presence.ask:
            said = sentence(face.presence.ask)
        elif face is not None and face.shortfalls:
            said = advice(face.shortfalls[0])
        if number > 1:
            said = self.tr("Try {number}. {said}").format(number=number, said=said)
        return Words(self.tr("Looking…"), said, "muted", "waiting")

    def _show_ready(self) -> None:
        busy = self._trial is not None
        able = self.claim.person is not None and bool(self.source.spec) and not self._locked
        if not able and self.verify.hasFocus():
            self.claim.name.setFocus()
        self.verify.setEnabled(able)
        text = self.tr("Verify again") if self._answered else self.tr("Verify")
        self.verify.setText(self.tr("Looking…") if busy else text)
        self.verify.setAccessibleName(self.verify.text())
        if busy or self._answered or self._locked:
            return
        if not self.source.spec:
            said = self.tr("Choose a camera, or open a video or a photo.")
        elif self.claim.person is None:
            said = self.claim.missing_words()
        else:
            said = self.tr("Press Verify and look at the camera.")
        title = self.tr("Ready") if able else self.tr("Waiting")
        self.verdict.show_words(Words(title, said, "muted", "verify"))
