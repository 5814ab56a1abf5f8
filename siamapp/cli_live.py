"""The verb `live`: decisions about a source as they are made."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import date
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from siamapp.cli_context import Call, verb
from siamapp.cli_sources import (
    decision_facts,
    decision_text,
    evidence_text,
    is_still,
    told_source,
)
from siamapp.settings import Settings
from siamapp.types import FaceResult, FrameResult, Outcome

if TYPE_CHECKING:
    from siamapp.live.session import LiveSession, SessionStatus
    from siamapp.live.source import FrameSource
    from siamapp.recognizer import Recognizer


WAIT_S = 0.2
"""Ctrl-C is heard after this at the latest, on a system where a thread that waits hears nothing."""


def register(app: typer.Typer) -> None:
    """Add this verb to the command line."""
    verb(app, "live")(live)


def live(
    call: Call,
    source: Annotated[str, typer.Option(help="Video, folder of photos, address, camera number.")],
    claim: Annotated[str | None, typer.Option(help="Only ask whether it is this person.")] = None,
    max_seconds: Annotated[
        float | None, typer.Option(min=0, help="Stop then: media time of a video, else the clock.")
    ] = None,
    presence: Annotated[
        Literal["off", "passive", "active"] | None,
        typer.Option(help="Check that a person is there, no lock; else the setting."),
    ] = None,
    realtime: Annotated[
        bool, typer.Option("--realtime", help="Play a video at its own pace; late frames drop.")
    ] = False,
) -> int:
    """Say who is seen, one line per decision (with --json: one JSON document per line).

    Exit 0; with --claim 1 where the person was never seen.
    """
    from siamapp.live.session import LiveSession, State

    frame_source = _source(source, call.settings, realtime=realtime, max_seconds=max_seconds)
    decided: SimpleQueue[tuple[FrameResult, FaceResult] | None] = SimpleQueue()  # None: it is over
    matched, over = threading.Event(), threading.Event()

    def on_decision(result: FrameResult, face: FaceResult) -> None:
        if face.decision.outcome is Outcome.MATCH:
            matched.set()
        decided.put((result, face))

    def on_status(status: SessionStatus) -> None:
        _tell_trouble(call, status)
        if status.state in (State.IDLE, State.FAILED):
            over.set()
            decided.put(None)

    with call.recognizer(presence=presence) as recognizer:
        rests_on = [evidence_text(recognizer.evidence(claim=claim is not None))]

        def tell(timeout_s: float) -> bool:
            """Print and record the next decision; False where nothing comes.

            The gallery belongs to this thread, decisions are the session's.
            """
            try:
                news = decided.get(timeout=timeout_s)
            except Empty:
                return False
            if news is not None:
                if rests_on:  # once, before the first decision
                    call.tell(rests_on.pop())
                result, face = news
                recognizer.record(face, how="live", claim=claim, source=told_source(frame_source))
                call.say(_line(call, result, face))
            return True

        session = LiveSession(
            frame_source,
            recognizer.stream(claim=claim, still=is_still(frame_source)),
            on_status=on_status,
            on_decision=on_decision,
            watched=False,
        )
        seconds = max_seconds if frame_source.live else None
        _run(session, tell, over, seconds=seconds, meanwhile=_keeping_up(call, recognizer))
    return 1 if claim is not None and not matched.is_set() else 0


def _source(
    spec: str, settings: Settings, *, realtime: bool, max_seconds: float | None
) -> FrameSource:
    from siamapp.live.source import VideoSource, open_source

    source = open_source(spec, realtime=realtime, settings=settings)
    if max_seconds is not None and isinstance(source, VideoSource):
        return open_source(spec, realtime=realtime, end_s=max_seconds)
    return source


def _keeping_up(call: Call, recognizer: Recognizer) -> Callable[[], None]:
    """Takes over what other programs change and what a new day ends: it may go on for weeks."""
    looked_on = date.today()

    def keep_up() -> None:
        nonlocal looked_on
        recognizer.catch_up()
        if looked_on != date.today():
            call.tell_expired(recognizer.delete_expired(), recognizer.put_off)
            looked_on = date.today()

    return keep_up


def _run(
    session: LiveSession,
    tell: Callable[[float], bool],
    over: threading.Event,
    *,
    seconds: float | None,
    meanwhile: Callable[[], object],
) -> None:
    """Tell decisions as they come, until the source ends or fails, or the time is up.

    Raises:
        SiamError: the source failed, or `meanwhile` did.
    """
    from siamapp.live.session import State

    until = time.monotonic() + seconds if seconds is not None else float("inf")
    try:
        session.start()
        while not over.is_set() and time.monotonic() < until:
            tell(WAIT_S)
            meanwhile()
    finally:  # also after Ctrl-C: what was decided is told
        try:
            session.stop()
        finally:
            while tell(0):
                pass
    status = session.status
    if status.state is State.FAILED and status.error is not None:
        raise status.error


def _line(call: Call, result: FrameResult, face: FaceResult) -> str:
    if call.json:
        facts = {"time_s": round(result.time_s, 3), "track": face.track_id}
        return json.dumps({**facts, **decision_facts(face.decision)}, ensure_ascii=False)
    return f"{result.time_s:8.2f} s  face {face.track_id}: {decision_text(face.decision)}"


def _tell_trouble(call: Call, status: SessionStatus) -> None:
    """What a source that is waited for has; one that failed ends the command instead."""
    from siamapp.live.session import State

    if status.error is not None and status.state is not State.FAILED:
        call.tell(str(status.error))
