"""From the paths and cameras named on the command line to frames."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING

from siamapp.errors import SiamError
from siamapp.settings import Settings
from siamapp.types import Decision, FaceResult, Frame

if TYPE_CHECKING:
    from siamapp.identity.calibrate import Evidence
    from siamapp.live.source import FrameSource

CAMERA_S = 20.0
"""How long a camera is looked at where nothing else ends it."""


def named_sources(
    paths: Sequence[str],
    settings: Settings,
    *,
    camera: int | None = None,
    start_s: float = 0.0,
    end_s: float | None = None,
) -> list[FrameSource]:
    """The sources of a command: files, folders and addresses, or one camera as it is set up.

    Raises:
        CameraNotFound: one of them is not there.
        SiamError: none was named, or both kinds were.
    """
    from siamapp.live.source import open_source

    if bool(paths) == (camera is not None):
        raise SiamError("Give photos or videos, or a camera.", "PATH... or --camera N.")
    if camera is not None:
        return [open_source(str(camera), settings=settings)]
    return [open_source(path, start_s=start_s, end_s=end_s, settings=settings) for path in paths]


def told_source(source: FrameSource) -> str:
    """What the audit may know of a source: a file's name may name a person."""
    return source.name if source.live else "file"


def is_still(source: FrameSource) -> bool:
    """Whether its frames are photos, which have no next frame to agree with."""
    from siamapp.live.source import ImagesSource

    return isinstance(source, ImagesSource)


def frames(source: FrameSource) -> Iterator[Frame]:
    """All frames of a recording, or those of `CAMERA_S` seconds of a camera or stream.

    Raises:
        CameraError, ImageError: the source cannot be opened, or was lost.
    """
    from siamapp.live.source import frames_of

    until = time.monotonic() + CAMERA_S if source.live else float("inf")
    with closing(frames_of(source)) as every:
        yield from itertools.takewhile(lambda _frame: time.monotonic() < until, every)


def decision_facts(decision: Decision) -> dict[str, object]:
    """A decision as JSON knows it."""
    best, second = decision.best, decision.runner_up
    return {
        "outcome": decision.outcome.value,
        "name": decision.name,
        "distance": best.distance if best else None,
        "threshold": decision.threshold,
        "fmr": decision.fmr,
        "runner_up": {"name": second.name, "distance": second.distance} if second else None,
        "reason": decision.reason,
        "presence": asdict(decision.presence) if decision.presence else None,
    }


def decision_text(decision: Decision) -> str:
    """A decision in one line."""
    who = decision.name or decision.outcome.value
    distance = f", distance {decision.best.distance:.3f}" if decision.best else ""
    limit = f"limit {decision.threshold:.3f} at FMR {decision.fmr:g}"
    return f"{who}{distance} ({limit}): {decision.reason}"


def one_in(rate: float) -> str:
    """A small rate as people say it: 0.00145 is "1 in 690"."""
    count = 1 / rate
    return f"1 in {count:,.0f}" if count < 100 else f"1 in {float(f'{count:.2g}'):,.0f}"


def evidence_text(evidence: Evidence) -> str:
    """What a threshold rests on, in one line."""
    among = f" among {evidence.people:,} people" if evidence.people > 1 else ""
    told = (
        f"about {one_in(evidence.fmr).replace('1 in', '1 stranger in')} would pass{among}; "
        f"from {evidence.comparisons:,} comparisons; "
        f"at most {one_in(evidence.fmr_high)} at 95 %"
    )
    if evidence.falls_short:
        told += (
            f"; {one_in(evidence.target_fmr)} was asked for, which the comparisons cannot show "
            "for so many people"
        )
    return told


def evidence_facts(evidence: Evidence) -> dict[str, object]:
    """What a threshold rests on, as JSON knows it."""
    return {
        **asdict(evidence),
        "falls_short": evidence.falls_short,
        "text": evidence_text(evidence),
    }


def face_facts(face: FaceResult) -> dict[str, object]:
    """One face as JSON knows it; never its vector or its picture."""
    box = [round(float(v), 1) for v in face.face.box_xyxy]
    return {"track": face.track_id, "box_xyxy": box, **decision_facts(face.decision)}
