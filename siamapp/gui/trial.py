"""One verification as a live session sees it: frames go in, at the end there is one answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from siamapp.live.session import Process
from siamapp.types import Decision, FaceResult, Frame, FrameResult, Outcome

_REFUSED: Final = (Outcome.NOT_PRESENT, Outcome.UNKNOWN)


class Verdict(StrEnum):
    """How a verification ended."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNJUDGED = "unjudged"
    """No face good enough was seen: nobody was accepted, nobody refused."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Where a trial stands; final once there is a verdict."""

    verdict: Verdict | None = None
    best: FaceResult | None = None
    """The match, else the nearest of the looks that were judged, else the newest poor one."""
    try_number: int = 1


class Trial:
    """A `Process` that verifies one claim; called by `siam-vision`, read by the window.

    The first match of the foremost face accepts; without one the trial goes on until its time is
    over, so that a person who was blinking is not refused for it.
    """

    def __init__(
        self, make_stream: Callable[[], Process], *, timeout_s: float, retries: int = 0
    ) -> None:
        """`make_stream` gives a stream with fresh tracks; called once for each try."""
        self._make_stream = make_stream
        self._stream = make_stream()
        self._timeout_s = timeout_s
        self._tries = retries + 1
        self._start_s: float | None = None
        self.answer = Answer()
        """The newest; replaced as a whole, never changed."""

    def __call__(self, frame: Frame) -> FrameResult:
        if self._start_s is None:
            self._start_s = frame.time_s
        result = self._stream(frame)
        if self.answer.verdict is None:
            self._take(result)
            # A source's clock that jumps back ends the try as well.
            if not 0 <= frame.time_s - self._start_s < self._timeout_s:
                self.time_is_over()
        return result

    def time_is_over(self) -> None:
        """End this try: the next one begins, or the answer is final."""
        now = self.answer
        if now.verdict is not None:
            return
        if now.try_number < self._tries:
            self._stream, self._start_s = self._make_stream(), None
            self.answer = Answer(best=now.best, try_number=now.try_number + 1)
        else:
            self.end()

    def end(self) -> Answer:
        """Nothing more will be seen: the answer as it stands becomes final."""
        now = self.answer
        if now.verdict is None:
            refused = now.best is not None and now.best.decision.outcome in _REFUSED
            verdict = Verdict.REFUSED if refused else Verdict.UNJUDGED
            self.answer = Answer(verdict, now.best, now.try_number)
        return self.answer

    def _take(self, result: FrameResult) -> None:
        face = result.foremost
        if face is None:
            return
        number = self.answer.try_number
        if face.decision.outcome is Outcome.MATCH:
            self.answer = Answer(Verdict.ACCEPTED, face, number)
        elif self.answer.best is None or _rank(face.decision) <= _rank(self.answer.best.decision):
            self.answer = Answer(None, face, number)


def _rank(decision: Decision) -> tuple[int, float]:
    """Settled refusals before looks not settled before poor ones; then the nearer."""
    order = (*_REFUSED, Outcome.UNDECIDED)
    place = order.index(decision.outcome) if decision.outcome in order else len(order)
    return place, decision.best.distance if decision.best else 0.0


class Doorway:
    """The process of the Verify page's source: pictures only, but for a trial under way."""

    def __init__(self, trial: Trial | None = None) -> None:
        self.trial = trial
        """Set and taken away by the window; read once per frame."""

    def __call__(self, frame: Frame) -> FrameResult:
        trial = self.trial
        if trial is not None:
            return trial(frame)
        height_px, width_px = frame.bgr.shape[:2]
        return FrameResult(frame.index, frame.time_s, width_px, height_px, faces=())
