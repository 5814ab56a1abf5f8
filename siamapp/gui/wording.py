"""Numbers and outcomes in words, the same on every page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, QDateTime, QLocale

from siamapp.gui.core_words import in_words
from siamapp.gui.coverage import Direction
from siamapp.gui.language import tr
from siamapp.gui.video_view import Overlay, box_of
from siamapp.types import Decision, FaceResult, Outcome, PresenceState, Shortfall

if TYPE_CHECKING:
    from siamapp.collect import Progress

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


def percent(rate: float) -> str:
    """A small rate without an exponent: 3e-06 is "0.0003 %"."""
    return hundredths(f"{100 * rate:.6f}".rstrip("0").rstrip("."))


def hundredths(number: str) -> str:
    """A number with its percent sign: a space parts the two in English, nothing in Chinese."""
    return tr("{number} %").format(number=number)


def listed(texts: Iterable[str]) -> str:
    """Names or tags after one another: a comma parts them in English, another mark elsewhere."""
    return tr(", ").join(texts)


def milliseconds(value: float, places: int = 1) -> str:
    return tr("{value} ms").format(value=f"{value:.{places}f}")


def degrees(value: float) -> str:
    """A whole angle, with a minus sign where most keyboards have a hyphen only."""
    return f"{round(value)}°".replace("-", "\N{MINUS SIGN}")


def named(name: str, value: str) -> str:
    """A value after its name: "CPU: 3 ms"."""
    return tr("{name}: {value}").format(name=name, value=value)


def stage_words(stage: str) -> str:
    """A stage of the pipeline as the diagnostics call it."""
    words = {
        "detect": tr("finding faces"),
        "align": tr("aligning"),
        "quality": tr("quality"),
        "track": tr("following"),
        "embed": tr("recognising"),
        "match": tr("comparing"),
        "presence": tr("presence check"),
        "decide": tr("deciding"),
    }
    return words.get(stage, stage)


def day_format() -> str:
    """The locale's short form of a day, its year in full: of 11/29/26 any part may be the year."""
    return _year_in_full(QLocale().dateFormat(QLocale.FormatType.ShortFormat))


def day_words(day: QDate, *, with_year: bool = True) -> str:
    form = day_format() if with_year else re.sub(r"\W*y+\W*", "", day_format())
    return QLocale().toString(day, form)


def moment_words(when: QDateTime) -> str:
    form = _year_in_full(QLocale().dateTimeFormat(QLocale.FormatType.ShortFormat))
    return QLocale().toString(when, form)


def _year_in_full(form: str) -> str:
    return form if "yyyy" in form else form.replace("yy", "yyyy")


def significant(number: float, digits: int) -> str:
    """A number to so many digits, zeros too: in a column all are equally exact."""
    return f"{number:#.{digits}g}".rstrip(".")


def fmr_words(fmr: float) -> str:
    """A false-match rate as a person says it: "about 1 stranger in 1,000 would pass"."""
    locale = QLocale()
    if locale.language() is QLocale.Language.C:  # it groups no digits
        locale = QLocale(QLocale.Language.English)
    one_in = locale.toString(round(1 / fmr))
    return tr("about 1 stranger in {count} would pass").format(count=one_in)


def limit_words(decision: Decision) -> str:
    """What the limit of a decision means."""
    return tr("At this limit {words}.").format(words=fmr_words(decision.fmr))


def evidence_words(decision: Decision) -> str:
    """What the limit of a decision means, and what that rests on."""
    said = limit_words(decision)
    if decision.comparisons:
        bound = tr("Measured on {count} comparisons of strangers: {percent} % at most (95 % sure).")
        count = QLocale().toString(decision.comparisons)
        bound = bound.format(count=count, percent=significant(100 * decision.fmr_high, 2))
        both = tr("{limit} {bound}").format(limit=said, bound=bound)
        return both.replace(" %", "\N{NO-BREAK SPACE}%")
    return said


def sentence(words: str) -> str:
    """Words of the core, which begin small and end open, as a sentence in the window's language."""
    said = in_words(words)
    return tr("{words}.").format(words=f"{said[:1].upper()}{said[1:]}") if said else ""


def count_of_samples(count: int) -> str:
    return tr("1 sample") if count == 1 else tr("{count} samples").format(count=count)


def count_of_people(count: int) -> str:
    return tr("1 person") if count == 1 else tr("{count} people").format(count=count)


def count_of_decisions(count: int) -> str:
    said = QLocale().toString(count)
    return tr("1 decision") if count == 1 else tr("{count} decisions").format(count=said)


def outcome_words(outcome: Outcome, *, claimed: bool = False) -> str:
    """An outcome where no name is said with it; a claim is refused, whoever else it may be."""
    words = {
        Outcome.MATCH: tr("Match"),
        Outcome.UNKNOWN: tr("Not the claimed person") if claimed else tr("Unknown person"),
        Outcome.UNDECIDED: tr("Undecided"),
        Outcome.POOR: tr("Not judged"),
        Outcome.NOT_PRESENT: tr("Looks like a picture"),
        Outcome.EMPTY: tr("Nobody enrolled"),
    }
    return words[outcome]


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


@dataclass(frozen=True, slots=True)
class Check:
    """One measure of a decision, and whether it was met; in words, colour is not the only sign."""

    passed: bool
    text: str


def checks_of(face: FaceResult | None) -> tuple[Check, ...]:
    """What a decision about a face rests on, failed measures first."""
    if face is None:
        return (Check(False, tr("Face: none was seen. Come in front of the camera.")),)
    found = [Check(False, advice(gap)) for gap in face.shortfalls]
    if not face.shortfalls:
        found.append(Check(True, tr("Picture: good enough to judge.")))
    decision = face.decision
    if decision.best is not None:
        near = decision.best.distance <= decision.threshold
        words = (
            tr("Distance: {distance:.2f}, at most {threshold:.2f} is allowed.")
            if near
            else tr("Distance: {distance:.2f} is too far, at most {threshold:.2f} is allowed.")
        )
        said = words.format(distance=decision.best.distance, threshold=decision.threshold)
        found.append(Check(near, said))
    if face.presence is not None:
        there = face.presence.state is PresenceState.PRESENT
        said = tr("Somebody is there: {reason}") if there else tr("Presence not shown: {reason}")
        found.append(Check(there, sentence(said.format(reason=in_words(face.presence.reason)))))
    return tuple(sorted(found, key=lambda check: check.passed))


def overlay_of(result: FaceResult, *, claimed: bool = False) -> Overlay:
    decision = result.decision
    refused = claimed and decision.outcome is Outcome.UNKNOWN
    text = tr("Not the claimed person") if refused else headline(decision)
    if decision.best is not None and decision.outcome in (Outcome.MATCH, Outcome.UNKNOWN):
        text = f"{text}  {decision.best.distance:.2f}"
    return Overlay(
        box_of(result.face),
        text,
        TONES[decision.outcome],
        dashed=decision.outcome is not Outcome.MATCH,
    )


def direction_words(direction: Direction) -> str:
    """What to do so that the face is seen from there."""
    words = {
        Direction.FRONT: tr("Good. Look straight at the camera."),
        Direction.LEFT: tr("Good. Turn your head slowly to your left."),
        Direction.RIGHT: tr("Good. Turn your head slowly to your right."),
        Direction.UP: tr("Good. Raise your chin a little."),
        Direction.DOWN: tr("Good. Lower your chin a little."),
    }
    return words[direction]


def advice(missed: Shortfall) -> str:
    """What to do about a measure that misses its limit, with both in figures."""
    low = missed.value < missed.limit
    words = {
        "inside": tr("Come into the picture: part of the face is outside."),
        "eye_distance_px": tr("Move closer: {value:.0f} px between the eyes, {limit:.0f} wanted."),
        "luminance": tr("More light on the face: brightness {value:.2f}, {limit:.2f} wanted.")
        if low
        else tr("Less light on the face: brightness {value:.2f}, {limit:.2f} allowed."),
        "contrast": tr("Even out the light: contrast {value:.2f}, {limit:.2f} wanted."),
        "sharpness": tr("Hold still: sharpness {value:.2f}, {limit:.2f} wanted."),
        "yaw_deg": tr("Face the camera: turned by about {value:.0f}°, {limit:.0f}° allowed."),
        "pitch_deg": tr("Level your head: nodded by about {value:.0f}°, {limit:.0f}° allowed."),
        "roll_deg": tr("Hold your head upright: {value:.0f}° tilted, {limit:.0f}° allowed."),
    }
    known = words.get(missed.measure)
    if known is None:
        return sentence(missed.advice)
    return known.format(value=missed.value, limit=missed.limit)


def refusal_words(progress: Progress) -> str:
    """Why a frame was not taken for an enrolment."""
    if not progress.seen:
        return tr("No face is in the picture. Come into view and face the camera.")
    if progress.missed and progress.advice == progress.missed[0].advice:
        return advice(progress.missed[0])
    return tr("{count} faces are in the picture: one person at a time.").format(
        count=len(progress.seen)
    )
