"""The first start: what the app does and keeps where, the gallery's key, the camera."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from siamapp.gui import notices
from siamapp.gui.context import Context
from siamapp.gui.controls import Card
from siamapp.gui.feed import Feed
from siamapp.gui.source_bar import SourceBar, is_camera
from siamapp.gui.theme import SPACE, scaled, set_role
from siamapp.gui.video_view import VideoView
from siamapp.live.session import SessionStatus, State
from siamapp.types import Frame, FrameResult

_DISPLAY_MS = 33
_LINES = 24
"""The height of a step of words, in lines of text; the camera's step takes what there is."""
_UNBOUNDED_PX = 16_777_215
"""Qt's own `QWIDGETSIZE_MAX`."""
STEPS = 3


class WelcomePage(QWidget):
    """Three steps; nothing is written before the last one is left."""

    finished = Signal(bool)
    """Whether a passphrase is wanted instead of the system's keyring."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._texts: list[QLabel] = []
        sign = QLabel()
        context.theme.set_icon(sign, "siamapp", side_px=48)
        self._title = QLabel()
        set_role(self._title, "display")
        self._step = QLabel()
        set_role(self._step, "muted")
        self.stack = QStackedWidget()
        for make in (self._what, self._key, self._camera):
            self.stack.addWidget(make())
        self.back = QPushButton()
        self.back.clicked.connect(lambda: self._go(-1))
        self.next = QPushButton()
        set_role(self.next, "primary")
        self.next.setDefault(True)
        self.next.clicked.connect(lambda: self._go(+1))
        title = QHBoxLayout()
        title.setSpacing(SPACE[4])
        title.addWidget(sign)
        title.addWidget(self._title, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE[2])
        buttons.addWidget(self._step, 1)
        buttons.addWidget(self.back)
        buttons.addWidget(self.next)
        body = QWidget()
        body.setMaximumWidth(scaled(760))
        column = QVBoxLayout(body)
        column.setSpacing(SPACE[5])
        column.addStretch(1)
        column.addLayout(title)
        column.addWidget(self.stack, 1000)
        column.addLayout(buttons)
        column.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE[6], SPACE[6], SPACE[6], SPACE[6])
        row.addStretch(1)
        row.addWidget(body, 8)
        row.addStretch(1)
        self.feed = Feed(context, self)
        self.feed.status_changed.connect(self._on_status)
        self.feed.failed.connect(lambda error: self.video.show_notice(notices.failure(error)))
        self._timer = QTimer(self)
        self._timer.setInterval(_DISPLAY_MS)
        self._timer.timeout.connect(self._on_tick)
        self.source.start_wanted.connect(self._start)
        self.source.stop_wanted.connect(self._stop)
        self.source.chosen.connect(self._invite)
        self.retranslate()
        self._show()

    def retranslate(self) -> None:
        self._title.setText(self.tr("Welcome to SiamApp"))
        texts = (
            self.tr("Enrol people at this desk; later ask who somebody is, or check a claim."),
            self.tr("Everything runs on this computer"),
            self.tr("Nothing is sent anywhere."),
            self.tr("Names, face samples and decisions are kept encrypted"),
            str(self._context.paths.home),
            self.tr("It is not a lock"),
            self.tr("Do not guard a door or a payment with it."),
            self.tr("The gallery is encrypted. Where should its key be kept?"),
            self.tr("Whoever loses the key loses the gallery: nobody can recover it."),
            self.tr("Choose a camera and look into it. Without one, open a video or a photo."),
        )
        for label, text in zip(self._texts, texts, strict=True):
            label.setText(text)
        self.keyring.setText(self.tr("In the system’s keyring, which opens with your login"))
        self.passphrase.setText(self.tr("Nowhere: I type a passphrase at every start"))
        self.back.setText(self.tr("Back"))
        self._show()

    @property
    def step(self) -> int:
        return self.stack.currentIndex()

    def leave(self) -> None:
        """Let go of the camera."""
        self._timer.stop()
        self.feed.stop()

    def _label(self, role: str = "body") -> QLabel:
        label = QLabel()
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        set_role(label, role)
        self._texts.append(label)
        return label

    def _what(self) -> QWidget:
        card = _roomy_card()
        card.column.addWidget(self._label("heading"))
        for icon, tone in (("match", "good"), ("lock", "accent"), ("warn", "warn")):
            sign = QLabel()
            self._context.theme.set_icon(sign, icon, tone, side_px=40)
            words = QVBoxLayout()
            words.setSpacing(SPACE[1])
            words.addWidget(self._label("strong"))
            words.addWidget(self._label("muted"))
            row = QHBoxLayout()
            row.setSpacing(SPACE[4])
            row.addWidget(sign)
            row.addLayout(words, 1)
            card.column.addLayout(row)
        card.column.addStretch(1)
        return card

    def _key(self) -> QWidget:
        card = _roomy_card()
        card.column.addWidget(self._label("heading"))
        self.keyring, self.passphrase = QRadioButton(), QRadioButton()
        self.keyring.setChecked(True)
        group, choices = QButtonGroup(card), QVBoxLayout()
        choices.setSpacing(SPACE[2])
        for button in (self.keyring, self.passphrase):
            group.addButton(button)
            choices.addWidget(button)
        card.column.addLayout(choices)
        card.column.addWidget(self._label("muted"))
        card.column.addStretch(1)
        return card

    def _camera(self) -> QWidget:
        card = _roomy_card()
        card.column.addWidget(self._label("heading"))
        self.source = SourceBar(self._context, can_pause=False)
        self.video = VideoView()
        row = QHBoxLayout()
        row.addWidget(self.source)
        row.addStretch(1)
        card.column.addLayout(row)
        card.column.addWidget(self.video, 1)
        return card

    def _go(self, way: int) -> None:
        step = self.step + way
        self._stop()
        if step == STEPS:
            self.leave()
            camera = self.source.choice.currentText()
            if is_camera(self.source.spec):
                self._context.change_setting("camera", camera)
            self.finished.emit(self.passphrase.isChecked())
            return
        self.stack.setCurrentIndex(step)
        self._show()
        if step == STEPS - 1:
            self.source.refresh()
            self._invite()

    def _show(self) -> None:
        self._step.setText(
            self.tr("Step {step} of {steps}").format(step=self.step + 1, steps=STEPS)
        )
        last = self.step == STEPS - 1
        words_px = _LINES * self.fontMetrics().height()
        self.stack.setMaximumHeight(_UNBOUNDED_PX if last else words_px)
        self.back.setEnabled(self.step > 0)
        self.next.setText(self.tr("Start using it") if last else self.tr("Next"))

    def _invite(self) -> None:
        self.video.show_notice(notices.ready() if self.source.spec else notices.no_source())

    def _start(self, spec: str) -> None:
        self.video.show_notice(notices.opening())
        self.feed.start(spec, lambda: _look)
        self._timer.start()

    def _stop(self) -> None:
        self._timer.stop()
        self.feed.stop()
        self.video.clear()
        self._invite()

    def _on_status(self, status: SessionStatus) -> None:
        running = status.state.value in ("opening", "running", "paused")
        self.source.show_running(running=running, paused=False)
        if status.state is State.IDLE:
            self._invite()
        else:
            self.video.show_notice(notices.of_status(status, has_frame=self.video.has_picture))

    def _on_tick(self) -> None:
        frame = self.feed.frame
        if frame is not None:
            mirrored = self._context.settings.mirror and is_camera(self.source.spec)
            self.video.show_frame(frame.bgr, (), mirrored=mirrored)
            self.video.show_notice(None)


def _look(frame: Frame) -> FrameResult:
    """A preview recognises nobody."""
    height_px, width_px = frame.bgr.shape[:2]
    return FrameResult(frame.index, frame.time_s, width_px, height_px, faces=())


def _roomy_card() -> Card:
    """A step, on a page of its own."""
    card = Card()
    card.column.setContentsMargins(SPACE[5], SPACE[5], SPACE[5], SPACE[5])
    card.column.setSpacing(SPACE[5])
    return card
