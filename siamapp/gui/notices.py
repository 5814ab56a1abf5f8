"""What a video view says in each state of its source."""

from __future__ import annotations

from siamapp.errors import SiamError
from siamapp.gui.error_wording import said
from siamapp.gui.language import tr
from siamapp.gui.video_view import Notice
from siamapp.live.session import Picture, SessionStatus, State


def no_source() -> Notice:
    return Notice(
        "camera-off",
        tr("No camera found"),
        tr("Plug one in and press F5, or open a video or a photo with Ctrl+O."),
    )


def ready() -> Notice:
    return Notice("camera", tr("Ready"), tr("Press Start."))


def opening() -> Notice:
    return Notice("waiting", tr("Opening…"))


def failure(error: SiamError) -> Notice:
    return Notice("camera-off", *said(error))


def of_status(status: SessionStatus, *, has_frame: bool) -> Notice | None:
    """The notice for a session's state; None where the picture speaks for itself."""
    if status.state is State.FAILED and status.error is not None:
        return failure(status.error)
    if status.state is State.PAUSED:
        return Notice("pause", tr("Paused"), tr("Press Resume to go on."))
    if status.state is State.RUNNING:
        return _of_picture(status, has_frame=has_frame)
    return opening() if status.state is State.OPENING else None


def _of_picture(status: SessionStatus, *, has_frame: bool) -> Notice | None:
    if status.picture is Picture.LOST:
        what = said(status.error)[0] if status.error else tr("The camera is gone.")
        return Notice("camera-off", what, tr("It is used again as soon as it is back."))
    if status.picture is Picture.BLACK:
        return Notice(
            "poor", tr("The picture is black"), tr("Is the lens covered, or the light off?")
        )
    if status.picture is Picture.FROZEN:
        return Notice(
            "poor",
            tr("The picture stands still"),
            tr("Nobody is recognised meanwhile. Unplug the camera and plug it in again."),
        )
    return None if has_frame else opening()
