"""Conditions of the world in the window's language.

`core_words` knows the core's sentences. Of one that it does not know (what a library said of a
file, for example) the kind of condition is said, and the core's English follows.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from siamapp import errors
from siamapp.errors import SiamError
from siamapp.gui.core_words import in_words, is_known
from siamapp.gui.language import tr

_KINDS: Final[dict[type[SiamError], object]] = {
    errors.CameraNotFound: QT_TRANSLATE_NOOP("errors", "The camera, file or stream is not there."),
    errors.CameraBusy: QT_TRANSLATE_NOOP("errors", "Another program uses the camera."),
    errors.CameraDenied: QT_TRANSLATE_NOOP("errors", "The system does not allow the camera."),
    errors.CameraLost: QT_TRANSLATE_NOOP("errors", "The camera is gone."),
    errors.CameraStuck: QT_TRANSLATE_NOOP("errors", "The camera does not answer."),
    errors.ModelError: QT_TRANSLATE_NOOP("errors", "A model cannot be used."),
    errors.StoreLocked: QT_TRANSLATE_NOOP("errors", "The key does not open the gallery."),
    errors.KeyUnavailable: QT_TRANSLATE_NOOP("errors", "There is no key for the gallery."),
    errors.StoreError: QT_TRANSLATE_NOOP("errors", "The gallery cannot be read or changed."),
    errors.SettingsError: QT_TRANSLATE_NOOP("errors", "A setting is not valid."),
    errors.ImageError: QT_TRANSLATE_NOOP("errors", "A picture cannot be read."),
    errors.NoFace: QT_TRANSLATE_NOOP("errors", "No face was found."),
    errors.ManyFaces: QT_TRANSLATE_NOOP("errors", "Several faces are in the picture."),
    errors.PoorQuality: QT_TRANSLATE_NOOP("errors", "No picture is good enough."),
    errors.Inconsistent: QT_TRANSLATE_NOOP("errors", "The pictures do not show one person."),
    errors.AlreadyKnown: QT_TRANSLATE_NOOP("errors", "The face or the name is enrolled already."),
}


def said(error: SiamError, *, hint: bool = True) -> tuple[str, str]:
    """What is wrong, and what to do or, in another language, the core's words for it."""
    if is_known(error.message):
        return in_words(error.message), in_words(error.hint) if hint else ""
    for kind in type(error).__mro__:
        english = str(_KINDS.get(kind, ""))
        if english:
            text = QCoreApplication.translate("errors", english)
            if text != english:
                return text, error.message
            break
    return error.message, error.hint if hint else ""


def error_words(error: SiamError, *, hint: bool = True) -> str:
    """The same in one line; without `hint` where the window has another way out."""
    what, more = said(error, hint=hint)
    return tr("{error} {hint}").format(error=what, hint=more).strip()
