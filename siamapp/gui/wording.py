"""Numbers and outcomes in words, the same on every page."""

from __future__ import annotations

from PySide6.QtCore import QLocale

from siamapp.gui.language import tr
from siamapp.gui.video_view import Overlay, box_of
from siamapp.types import Decision, FaceResult, Outcome

TONES = {
    Outcome.MATCH: "good",
    Outcome.UNKNOWN: "warn",
    Outcome.UNDECIDED: "muted",
    Outcome.POOR: "muted",
    Outcome.EMPTY: "muted",
    Outcome.NOT_PRESENT: "bad",
}
ICONS = {
    Outcome.MATCH: "match",
    Outcome.UNKNOWN: "unknown",
    Outcome.UNDECIDED: "waiting",
    Outcome.POOR: "poor",
    Outcome.EMPTY: "people",
    Outcome.NOT_PRESENT: "unknown",
}


def fmr_words(fmr: float) -> str:
    """A false-match rate as a person says it: "about 1 stranger in 1,000 would pass"."""
    locale = QLocale()
    if locale.language() is QLocale.Language.C:  # it groups no digits
        locale = QLocale(QLocale.Language.English)
    one_in = locale.toString(round(1 / fmr))
    return tr("about 1 stranger in {count} would pass").format(count=one_in)


def sentence(words: str) -> str:
    """Words of the core, which begin small and end open, as a sentence."""
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def count_of_samples(count: int) -> str:
    return tr("1 sample") if count == 1 else tr("{count} samples").format(count=count)


def headline(decision: Decision) -> str:
    """The answer in one or two words."""
    words = {
        Outcome.MATCH: decision.name or "",
        Outcome.UNKNOWN: tr("Unknown person"),
        Outcome.UNDECIDED: tr("Looking…"),
        Outcome.POOR: tr("Cannot judge yet"),
        Outcome.EMPTY: tr("Nobody enrolled"),
        Outcome.NOT_PRESENT: tr("Looks like a picture"),
    }
    return words[decision.outcome]


def overlay_of(result: FaceResult) -> Overlay:
    decision = result.decision
    text = headline(decision)
    if decision.best is not None and decision.outcome in (Outcome.MATCH, Outcome.UNKNOWN):
        text = f"{text}  {decision.best.distance:.2f}"
    return Overlay(
        box_of(result.face),
        text,
        TONES[decision.outcome],
        dashed=decision.outcome is not Outcome.MATCH,
    )
