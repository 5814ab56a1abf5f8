"""One face in view: its number, who it is, how near, who comes second, and what to do about it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from siamapp.gui.controls import for_label
from siamapp.gui.distance_bar import DistanceBar
from siamapp.gui.theme import SPACE, Theme, set_role
from siamapp.gui.wording import ICONS, TONES, evidence_words, headline, limit_words, sentence
from siamapp.types import Decision, FaceResult, FloatArray, Outcome


class TrackCard(QFrame):
    """Follows one track; told of every result, it changes only what is new."""

    enrol_wanted = Signal(object)
    """The `FaceResult` to enrol."""
    reject_wanted = Signal(object)
    """The `FaceResult` that is not the person it was taken for."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._face: FaceResult | None = None
        self._vector: FloatArray | None = None
        """Of the last frame that needed one: an answer is held over others."""
        self._shown: Decision | None = None
        set_role(self, "card")
        self._icon = QLabel()
        self._icon.setFixedSize(28, 28)
        self.name = QLabel()
        set_role(self.name, "heading")
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.name.setWordWrap(True)
        self.reason = QLabel()
        self.bar = DistanceBar(theme)
        self.facts = QLabel()
        for label in (self.reason, self.facts):
            set_role(label, "caption")
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.action = QPushButton()
        self.action.clicked.connect(self._on_action)
        top = QHBoxLayout()
        top.setSpacing(SPACE[3])
        top.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.name, 1, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[4], SPACE[4], SPACE[4], SPACE[4])
        column.setSpacing(SPACE[2])
        column.addLayout(top)
        for widget in (self.reason, self.bar, self.facts, self.action):
            column.addWidget(widget)
        self.retranslate()

    def retranslate(self) -> None:
        self._shown = None
        if self._face is not None:
            self.show_face(self._face)

    def show_face(self, face: FaceResult) -> None:
        self._face = face
        if face.embedding is not None:
            self._vector = face.embedding
        decision = face.decision
        if decision == self._shown:
            return
        self._shown = decision
        tone = TONES[decision.outcome]
        self._theme.set_icon(self._icon, ICONS[decision.outcome], tone, side_px=28)
        set_role(self.name, "heading", tone=tone if tone != "muted" else "")
        said = f"{face.track_id} · {headline(decision)}"
        self.name.setText(for_label(said))
        self.setAccessibleName(said)
        self.reason.setText(for_label(sentence(decision.reason)))
        self.reason.setVisible(decision.outcome is not Outcome.MATCH)
        best = decision.best
        self.bar.setVisible(best is not None)
        self.facts.setVisible(best is not None)
        if best is not None:
            passed = decision.outcome is Outcome.MATCH
            self.bar.show_distance(best.distance, decision.threshold, passed=passed)
            self.facts.setText(for_label(self._facts_of(decision)))
            self.facts.setToolTip(evidence_words(decision))
        self._show_action(decision)

    def _facts_of(self, decision: Decision) -> str:
        best, second = decision.best, decision.runner_up
        lines = []
        held = best is not None and best.distance > decision.threshold
        if decision.outcome is Outcome.MATCH and held:
            lines.append(self.tr("The name is kept: frames before this one were nearer."))
        if best is not None and decision.outcome is not Outcome.MATCH:
            said = self.tr("Nearest: {name} at {distance:.2f}.")
            lines.append(said.format(name=best.name, distance=best.distance))
        if second is not None:
            said = self.tr("Runner-up: {name} at {distance:.2f}.")
            lines.append(said.format(name=second.name, distance=second.distance))
        lines.append(limit_words(decision))
        return "\n".join(lines)

    def _show_action(self, decision: Decision) -> None:
        if decision.outcome is Outcome.MATCH:
            text = self.tr("This is not {name}").format(name=decision.name)
            self._theme.set_icon(self.action, "not")
        else:
            text = self.tr("Enrol this person")
            self._theme.set_icon(self.action, "enrol")
        width = self.action.fontMetrics().averageCharWidth() * 34
        shown = self.action.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)
        self.action.setText(shown.replace("&", "&&"))
        self.action.setAccessibleName(text)
        self.action.setToolTip(text if shown != text else "")
        known = (Outcome.MATCH, Outcome.UNKNOWN, Outcome.EMPTY)
        self.action.setVisible(decision.outcome in known)

    def _on_action(self) -> None:
        if self._face is not None:
            face = replace(self._face, embedding=self._vector)
            match = face.decision.outcome is Outcome.MATCH
            (self.reject_wanted if match else self.enrol_wanted).emit(face)
