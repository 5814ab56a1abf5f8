"""The answer to a verification: one word that can be read from two metres, then the evidence."""

from __future__ import annotations

from typing import Final, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from siamapp.gui.controls import Card, ResultPanel
from siamapp.gui.distance_bar import DistanceBar
from siamapp.gui.theme import SPACE, Theme, set_role
from siamapp.gui.trial import Answer, Verdict
from siamapp.gui.wording import Check, checks_of, evidence_words

CHECKS_SHOWN: Final = 6


class Words(NamedTuple):
    """What stands large."""

    word: str
    sentence: str
    tone: str
    icon: str


class VerdictPanel(QWidget):
    """Shows one `Answer`, or what is awaited."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: tuple[Answer, str] | None = None
        self._large: Words | None = None
        self.result = ResultPanel(theme)
        self.evidence = Card()
        self.bar_title = QLabel()
        self.bar = DistanceBar(theme)
        self.fmr = QLabel()
        for label in (self.bar_title, self.fmr):
            set_role(label, "caption")
            label.setWordWrap(True)
        self._marks = [QLabel() for _ in range(CHECKS_SHOWN)]
        self.checks = [QLabel() for _ in range(CHECKS_SHOWN)]
        self._lay_out()
        self.retranslate()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE[2])
        grid.setVerticalSpacing(SPACE[2])
        grid.setColumnStretch(1, 1)
        for row, (mark, text) in enumerate(zip(self._marks, self.checks, strict=True)):
            mark.setFixedSize(18, 18)
            text.setTextFormat(Qt.TextFormat.PlainText)
            text.setWordWrap(True)
            grid.addWidget(mark, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text, row, 1)
        self.evidence.column.addLayout(grid)
        self.evidence.column.addSpacing(SPACE[1])
        for widget in (self.bar_title, self.bar, self.fmr):
            self.evidence.column.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE[3])
        column.addWidget(self.result)
        column.addWidget(self.evidence)
        column.addStretch(1)

    def retranslate(self) -> None:
        self.bar_title.setText(self.tr("Distance to the person claimed (smaller is more alike)"))
        if self._shown is not None:
            self.show_answer(*self._shown)

    def show_words(self, words: Words) -> None:
        """Say what is awaited or under way; no evidence."""
        self._shown = None
        self._say(words)
        self.evidence.hide()
        self._settle()

    def show_answer(self, answer: Answer, name: str) -> None:
        """Show a final answer to the claim of `name`."""
        self._shown = answer, name
        self._say(self._words_of(answer, name))
        # A screen reader says the answer without being asked.
        QAccessible.updateAccessibility(QAccessibleEvent(self.result, QAccessible.Event.Alert))
        decision = answer.best.decision if answer.best else None
        best = decision.best if decision else None
        self._show_evidence(visible=best is not None)
        if decision is not None and best is not None:
            near = best.distance <= decision.threshold
            self.bar.show_distance(best.distance, decision.threshold, passed=near)
            self.fmr.setText(evidence_words(decision))
        accepted = answer.verdict is Verdict.ACCEPTED
        self.evidence.set_title(self.tr("Why?") if accepted else self.tr("Why not?"))
        self._show_checks(checks_of(answer.best))
        self.evidence.show()
        self._settle()

    def _words_of(self, answer: Answer, name: str) -> Words:
        if answer.verdict is Verdict.ACCEPTED:
            said = self.tr("This is {name}.").format(name=name)
            return Words(self.tr("Yes"), said, "good", "match")
        if answer.verdict is Verdict.REFUSED:
            said = self.tr("Not recognised as {name}.").format(name=name)
            return Words(self.tr("No"), said, "bad", "not")
        said = self.tr("No face could be judged. Nobody was refused.")
        if answer.best is not None and not answer.best.shortfalls:
            said = self.tr("Time was over before it was certain. Nobody was refused.")
        return Words(self.tr("Not clear"), said, "warn", "poor")

    def _say(self, words: Words) -> None:
        if words != self._large:
            self._large = words
            self.result.show_result(words.word, words.sentence, words.tone, icon=words.icon)

    def _settle(self) -> None:
        """Lay out now: by itself Qt may paint the new words in the room of the old ones first."""
        for widget in (self.result, self.evidence, self):
            layout = widget.layout()
            if layout is not None:
                layout.activate()

    def _show_evidence(self, *, visible: bool) -> None:
        for widget in (self.bar_title, self.bar, self.fmr):
            widget.setVisible(visible)

    def _show_checks(self, checks: tuple[Check, ...]) -> None:
        for index, (mark, text) in enumerate(zip(self._marks, self.checks, strict=True)):
            check = checks[index] if index < len(checks) else None
            mark.setVisible(check is not None)
            text.setVisible(check is not None)
            if check is None:
                continue
            icon, tone = ("match", "good") if check.passed else ("error", "warn")
            self._theme.set_icon(mark, icon, tone, side_px=18)
            text.setText(check.text)
