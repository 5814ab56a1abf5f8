"""What may go wrong through no fault of the code: what is wrong, and what to do.

Anything that is not a `SiamError` is a bug: it is caught only at a thread's top, in the job runner
and in the command line's main, reported, and never accepts anybody.
"""

from __future__ import annotations


class SiamError(Exception):
    """A condition of the world (a missing camera, a wrong key), with what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def __reduce__(self) -> tuple[type[SiamError], tuple[str, str]]:
        """From a worker process it comes with its hint."""
        return type(self), (self.message, self.hint)


class CameraError(SiamError):
    """The source gives no frames."""


class CameraNotFound(CameraError):
    """No such camera, file or stream."""


class CameraBusy(CameraError):
    """Another program holds the camera."""


class CameraDenied(CameraError):
    """The system does not let this program use the camera."""


class CameraLost(CameraError):
    """The camera was there and is gone."""


class CameraStuck(CameraError):
    """The driver does not return from a call."""


class ModelError(SiamError):
    """A model cannot be used."""


class ModelMissing(ModelError):
    """No such model folder, or a file of it is gone."""


class ModelTampered(ModelError):
    """A model's file is not the one its card names by hash."""


class ModelIncompatible(ModelError):
    """A model's card or graph does not fit this program or the gallery."""


class StoreError(SiamError):
    """The gallery cannot be read or written."""


class BadName(StoreError):
    """Nobody can be called that."""


class StoreLocked(StoreError):
    """The key is wrong, or another process holds the gallery."""


class KeyUnavailable(StoreError):
    """No key could be had: no keyring, no passphrase, no key file."""


class StoreCorrupt(StoreError):
    """The gallery file is damaged or is no gallery."""


class StoreTooNew(StoreError):
    """The gallery was written by a newer version."""


class ClockDoubted(StoreError):
    """The clock may be wrong, so nobody was deleted for what it says."""


class PersonNotFound(StoreError):
    """Nobody of that name is enrolled."""


class SettingsError(SiamError):
    """The settings file or a setting's value is not valid."""


class ImageError(SiamError):
    """A picture cannot be read."""


class ProtocolError(SiamError):
    """Pictures or pairs to evaluate with that cannot be used."""


class EnrolError(SiamError):
    """The samples do not make an enrolment."""


class NoFace(EnrolError):
    """No face was found."""


class ManyFaces(EnrolError):
    """More than one face was found where one person is enrolled."""


class PoorQuality(EnrolError):
    """Faces were found, none good enough; the message names the measure and its limit."""


class Inconsistent(EnrolError):
    """The samples do not show one and the same person."""


class AlreadyKnown(EnrolError):
    """The face is enrolled under another name, or the name is taken by another face."""
