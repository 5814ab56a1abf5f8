"""The right side of the enrol page: name, coaching, what is kept, consent, save, errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from siamapp.errors import AlreadyKnown, SiamError
from siamapp.gui.context import Context
from siamapp.gui.controls import Banner, for_label, scrolling
from siamapp.gui.coverage import Direction
from siamapp.gui.enroll_review import EnrollReview
from siamapp.gui.error_wording import error_words
from siamapp.gui.gathering import Look
from siamapp.gui.quality_list import QualityList
from siamapp.gui.theme import SPACE, set_role
from siamapp.gui.wording import (
    count_of_samples,
    direction_words,
    refusal_words,
)
from siamapp.store.names import NAME_MAX_CHARACTERS
from siamapp.types import Candidate, Consent, Person, Sample
from siamapp.vision.quality import Limits


class EnrollForm(QFrame):
    """Shows where an enrolment stands; knows nothing of cameras or stores."""

    save_wanted = Signal(str, bool)
    """The name, and whether to enrol although the face is known already."""
    again_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._busy = False
        self._said: tuple[str, str, Callable[[], str]] = ("enrol", "muted", str)
        set_role(self, "card")
        self._name_label = QLabel()
        self.name = QLineEdit()
        self._name_label.setBuddy(self.name)
        self.name.setMaxLength(NAME_MAX_CHARACTERS)
        self.name.textChanged.connect(self._show_ready)
        self.name.returnPressed.connect(self._on_save)
        self._icon = QLabel()
        self._icon.setFixedSize(24, 24)
        self.coaching = QLabel()
        set_role(self.coaching, "heading")
        self.coaching.setWordWrap(True)
        self.coaching.setTextFormat(Qt.TextFormat.PlainText)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 100)
        self.quality = QualityList(context.theme)
        self._how = QLabel()
        set_role(self._how, "muted")
        self._how.setWordWrap(True)
        self.review = EnrollReview(context)
        self.anyway = QCheckBox()
        self.error = Banner(context.theme)
        self.save = QPushButton()
        set_role(self.save, "primary")
        self.save.clicked.connect(self._on_save)
        self.again = QPushButton()
        self.again.clicked.connect(self.again_wanted)
        self._lay_out()
        self.reset()
        self.retranslate()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[4], SPACE[4], SPACE[4], SPACE[4])
        column.setSpacing(SPACE[3])
        column.addWidget(self._name_label)
        column.addWidget(self.name)
        top = QHBoxLayout()
        column.addLayout(top)
        top.setSpacing(SPACE[3])
        top.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.coaching, 1)
        self._stack, looking = QStackedWidget(), QWidget()
        column.addWidget(self._stack, 1)
        for part in (looking, self.review):  # a large font needs more than the window has
            self._stack.addWidget(scrolling(part))
        inner = QVBoxLayout(looking)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(SPACE[3])
        inner.addWidget(self._how)
        inner.addWidget(self.progress)
        inner.addSpacing(SPACE[2])
        inner.addWidget(self.quality)
        inner.addStretch(1)
        column.addWidget(self.error)
        column.addWidget(self.anyway)
        buttons = QHBoxLayout()
        column.addLayout(buttons)
        buttons.setSpacing(SPACE[2])
        buttons.addWidget(self.again)
        buttons.addWidget(self.save, 1)

    def retranslate(self) -> None:
        self._name_label.setText(self.tr("&Name"))
        self.name.setPlaceholderText(self.tr("First and last name"))
        self.name.setAccessibleName(self.tr("Name"))
        self._how.setText(
            self.tr(
                "A camera follows the turns of the head for about ten seconds and stops by itself. "
                "Then you see what is kept, and save it."
            )
        )
        self.progress.setAccessibleName(self.tr("Good looks gathered"))
        self.anyway.setText(self.tr("Enrol anyway"))
        self.save.setText(self.tr("Save"))
        self.again.setText(self.tr("Start over"))
        self._coach(*self._said)

    @property
    def samples(self) -> list[Sample]:
        return self.review.samples

    @property
    def consent(self) -> Consent:
        return self.review.consent

    def reset(self) -> None:
        self.name.clear()
        self.review.reset()
        self.begin()

    def begin(self, limits: Limits | None = None) -> None:
        """A new gathering starts, or none; the name, the consent and what was kept stay."""
        self._busy = False
        self._stack.setCurrentIndex(0)
        self.progress.setValue(0)
        self.quality.clear()
        self._how.setVisible(limits is None)
        for widget in (self.progress, self.quality):
            widget.setVisible(limits is not None)
        if limits is not None:
            self.quality.set_limits(limits)
            self._coach("camera", "muted", lambda: self.tr("Look at the camera."))
        else:
            self._coach(
                "enrol",
                "muted",
                lambda: self.tr("Give a name and choose a camera, a video or photos."),
            )
        self.error.clear()
        self.anyway.setChecked(False)
        self.anyway.hide()
        self._show_ready()

    def show_look(self, look: Look) -> None:
        """Called at the display's rate while the picture runs."""
        progress = look.progress
        self.progress.setValue(round(100 * look.share))
        self.quality.show_face(len(progress.seen), look.main)
        if progress.advice:
            self._coach("poor", "warn", lambda: refusal_words(progress))
        elif look.next is not None:
            wanted, covered = look.next, self.quality.covered
            if covered is None:
                self._coach("match", "good", lambda: direction_words(wanted))
            else:
                self._coach("warn", "warn", lambda: self._covered_words(wanted, covered))

    def _covered_words(self, wanted: Direction, covered: float) -> str:
        """The measure errs at times, so the way on is told too."""
        said = self.tr("{words} Something seems to cover {share:.0f} % of the face: take it off.")
        return said.format(words=direction_words(wanted), share=100 * covered)

    def show_samples(self, samples: Sequence[Sample], nearest: Candidate | None) -> None:
        """The gathering is over and gave these."""
        self._busy = False
        limit = self._context.recognizer.policy.threshold
        self.review.show_samples(samples, nearest, limit)
        self._stack.setCurrentIndex(1)
        self._coach("match", "good", self._ready_words)
        if self.isVisible():
            self.name.setFocus()
        self._show_ready()

    def show_busy(self, say: Callable[[], str]) -> None:
        self._busy = True
        self.error.clear()
        self._coach("waiting", "muted", say)
        self._show_ready()

    def show_saved(self, person: Person) -> None:
        self.reset()
        self._coach(
            "match",
            "good",
            lambda: self.tr("{name} is enrolled with {count}.").format(
                name=person.name, count=count_of_samples(person.templates)
            ),
        )

    def show_error(self, error: SiamError) -> None:
        self.show_text(error_words(error))

    def show_known(self, error: AlreadyKnown) -> None:
        """The face has another name already; the user may know better."""
        hint = self.tr("Tick “Enrol anyway” if this really is somebody else.")
        said = self.tr("{error} {hint}").format(error=error_words(error, hint=False), hint=hint)
        self.show_text(said)
        self.review.alike.clear()  # it says the same
        self.anyway.show()

    def show_text(self, text: str) -> None:
        self._busy = False
        self.error.show_text(text)
        self._coach("error", "bad", lambda: self.tr("Not enrolled."))
        self._show_ready()

    def _ready_words(self) -> str:
        if self.name.text().strip():
            return self.tr("Ready to save.")
        return self.tr("Now give a name and save.")

    def _coach(self, icon: str, tone: str, say: Callable[[], str]) -> None:
        self._said = (icon, tone, say)
        self._context.theme.set_icon(self._icon, icon, tone, side_px=24)
        self.coaching.setText(for_label(say()))

    def _show_ready(self) -> None:
        text, kept = self.name.text(), bool(self.samples)
        # Not while more looks are gathered: they would be left out.
        shown = kept and self._stack.currentIndex() == 1
        begun = text or kept or self._busy or self.error.text or not self.progress.isHidden()
        for button, able in (
            (self.save, shown and text.strip() and not self._busy),
            (self.again, begun),
        ):
            if not able and button.hasFocus():
                self.name.setFocus()  # Qt would go on to whatever comes next in the window
            button.setEnabled(bool(able))

    def _on_save(self) -> None:
        if self.save.isEnabled():
            self.save_wanted.emit(self.name.text().strip(), self.anyway.isChecked())
