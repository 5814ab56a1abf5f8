"""Identification (1:N): who is in view, each with a number of their own, and why."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from siamapp.errors import SiamError
from siamapp.gui.best_looks import BestLooks
from siamapp.gui.changes import Changes
from siamapp.gui.context import Context
from siamapp.gui.controls import Banner, Card, scrolling
from siamapp.gui.error_wording import error_words
from siamapp.gui.language import tr
from siamapp.gui.recent_decisions import RecentDecisions
from siamapp.gui.source_page import SIDE_PX, SourcePage, is_still
from siamapp.gui.theme import SPACE, scaled, set_role
from siamapp.gui.track_card import TrackCard
from siamapp.gui.video_view import Overlay
from siamapp.gui.wording import overlay_of
from siamapp.live.session import Process, State
from siamapp.types import FaceResult, FrameResult

HOLD_S: Final = 0.6
"""A card stays this long after its face was last seen: it does not blink."""
CARDS: Final = 8


class IdentifyPage(SourcePage):
    """A card for each face in view; strangers can be enrolled, wrong names refused."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent, can_pause=True)
        self.waiting = QLabel()
        set_role(self.waiting, "muted")
        self.waiting.setWordWrap(True)
        self._nobody = Card()
        self._nobody.column.addWidget(self.waiting)
        self.banner = Banner(context.theme)
        self.cards: dict[int, TrackCard] = {}
        """By track, in the order in which they came."""
        self.recent = RecentDecisions(context.theme)
        self._seen_at: dict[int, float] = {}
        self._looks = BestLooks()
        self._taken_index = -1
        self._changes = Changes(context, self)
        self._lay_out()
        self.source.pause_wanted.connect(self._on_pause)
        self.feed.decision_made.connect(self._on_decision)
        self.banner.acted.connect(self.undo)
        self._changes.made.connect(self._on_changed)
        self._changes.taken_back.connect(lambda _said: self.banner.clear())
        self._changes.failed.connect(lambda error: self.banner.show_text(error_words(error)))
        self._changes.kept.connect(self._on_kept)
        self.retranslate()

    def _lay_out(self) -> None:
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE[3])
        self._column.addWidget(self._nobody)
        self._column.addStretch(1)
        side = QWidget()
        side.setFixedWidth(scaled(SIDE_PX))
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE[3])
        column.addWidget(self.banner)
        column.addWidget(scrolling(inner), 3)
        column.addWidget(self.recent, 1)
        row = QHBoxLayout()
        row.setSpacing(SPACE[4])
        row.addWidget(self.video, 1)
        row.addWidget(side)
        self.column.addLayout(row, 1)

    def retranslate(self) -> None:
        self.set_heading(self.tr("Identify"), self.tr("Who is in view, decided on this computer."))
        self._show_waiting()

    def leave(self) -> None:
        super().leave()
        self._changes.forget()
        self.banner.clear()

    def undo(self) -> None:
        self._changes.undo()

    def refresh(self) -> None:
        """A picture that stands is judged once more by who is enrolled now, and who is not."""
        self.feed.judge_again(self.context.recognizer.stream(still=True), self._forget_answers)

    def _forget_answers(self) -> None:
        self._forget_tracks()
        self._taken_index = -1

    def make_process(self, spec: str) -> Callable[[], Process]:
        recognizer, still = self.context.recognizer, is_still(spec)
        self._forget_answers()
        return lambda: recognizer.stream(still=still)

    def overlays_of(self, result: FrameResult) -> tuple[Overlay, ...]:
        several = len(result.faces) > 1
        return tuple(
            replace(overlay, text=f"{face.track_id} · {overlay.text}") if several else overlay
            for face, overlay in ((face, overlay_of(face)) for face in result.faces)
        )

    def show_result(self, result: FrameResult | None) -> None:
        now = time.monotonic()
        if result is not None and result.index != self._taken_index:
            self._taken_index = result.index
            self._looks.add(result)
            for face in result.faces:
                self._seen_at[face.track_id] = now
                self._card_of(face).show_face(face)
        # The last picture of a recording stays, and so do the answers about it.
        if self._status.state is not State.IDLE:
            gone = [track for track, at in self._seen_at.items() if now - at > HOLD_S]
            for track in gone:
                self._drop(track)
        self._show_waiting()

    def _card_of(self, face: FaceResult) -> TrackCard:
        card = self.cards.get(face.track_id)
        if card is None:
            while len(self.cards) >= CARDS:
                self._drop(next(iter(self.cards)))
            card = self.cards[face.track_id] = TrackCard(self.context.theme)
            card.enrol_wanted.connect(self._on_enrol)
            card.reject_wanted.connect(self._on_reject)
            self._column.insertWidget(self._column.count() - 1, card)
        return card

    def _drop(self, track: int) -> None:
        self._seen_at.pop(track, None)
        card = self.cards.pop(track, None)
        if card is not None:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()

    def _forget_tracks(self) -> None:
        for track in list(self.cards):
            self._drop(track)
        self._seen_at.clear()
        self._looks.clear()

    def show_idle(self) -> None:
        self._forget_tracks()
        self._show_waiting()

    def show_unseen(self) -> None:
        self._forget_tracks()
        self._show_waiting()

    def _show_waiting(self) -> None:
        empty = self.context.is_open and not len(self.context.recognizer.gallery)
        if not self.video.has_picture and empty:
            text = self.tr(
                "Nobody is enrolled yet. Enrol somebody first, or choose a source and press Start: "
                "whoever comes into view can be enrolled from here."
            )
        elif not self.video.has_picture:
            text = self.tr("Choose a source and press Start: whoever comes into view is told here.")
        elif not self.is_trusted:
            text = self.tr("Cannot see. Nobody is recognised until the picture is back.")
        elif self._taken_index < 0 and self._status.state is not State.IDLE:
            text = tr("Looking…")
        else:
            text = self.tr("Nobody in view. Come in front of the camera.")
        self.waiting.setText(text)
        self._nobody.setVisible(not self.cards)

    def _on_pause(self, paused: bool) -> None:
        self.feed.pause(paused=paused)

    def _on_decision(self, _result: FrameResult, face: FaceResult) -> None:
        if not self.context.is_open:  # made while the window was being locked: nobody has seen it
            return
        self.recent.add(face.decision)
        recognizer, source = self.context.recognizer, self.source_name
        self.context.submit(lambda: recognizer.record(face, how="live", source=source))

    # --- what the user says about a face ----------------------------------------------------------

    def _on_enrol(self, face: FaceResult) -> None:
        self.context.go_to.emit("enrol", self._looks.of(face))

    def _on_reject(self, face: FaceResult) -> None:
        recognizer, name = self.context.recognizer, face.decision.name
        said = self.tr("Noted: this face is not {name}.").format(name=name)
        self.recent.list.setFocus()  # the card whose button was pressed goes
        self._changes.make([lambda: recognizer.reject(face)], said)

    def _on_changed(self, said: str) -> None:
        self.banner.show_text(said, "info", action=self.tr("Undo"))

    def _on_kept(self, error: SiamError) -> None:
        self.banner.show_text(error_words(error), action=self.tr("Try again"))
