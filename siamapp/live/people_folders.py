"""A folder that holds one folder of photos and videos per person, enrolled one after another."""

from __future__ import annotations

from pathlib import Path

from siamapp.collect import samples_from
from siamapp.errors import EnrolError, NoFace, SiamError
from siamapp.live.photos import is_image_name
from siamapp.live.source import ImagesSource, frames_of, open_source
from siamapp.pipeline import Pipeline
from siamapp.recognizer import Recognizer
from siamapp.settings import Settings
from siamapp.types import Person, Sample

VIDEO_SUFFIXES = frozenset({".avi", ".m4v", ".mkv", ".mov", ".mp4", ".webm"})
"""What counts as a video in an imported folder; one named by itself may be called anything."""


def subfolders(folder: Path) -> list[Path]:
    """The folders of a folder by name, one per person.

    Raises:
        SiamError: there is none.
    """
    if not folder.is_dir():
        raise SiamError(f"There is no folder {folder}.", "Give one that holds a folder per person.")
    found = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    if not found:
        raise SiamError(f"{folder} holds no folders.", "Give one that holds a folder per person.")
    return found


def enroll_folder(recognizer: Recognizer, folder: Path, *, allow_duplicate: bool = False) -> Person:
    """Enrol one person, named as the folder, from all its photos and videos.

    Raises:
        CameraError, ImageError, EnrolError: nobody was enrolled.
    """
    samples = folder_samples(recognizer.pipeline, recognizer.settings, folder)
    return recognizer.enroll(folder.name, samples, allow_duplicate=allow_duplicate)


def folder_samples(pipeline: Pipeline, settings: Settings, folder: Path) -> list[Sample]:
    """The good samples of one person's photos and videos.

    Raises:
        CameraError, ImageError, EnrolError: a file cannot be read, or none gave a sample.
    """
    samples: list[Sample] = []
    refusal: EnrolError | None = None
    for spec in _media(folder):
        source = open_source(spec)
        try:
            still = isinstance(source, ImagesSource)
            samples += samples_from(pipeline, settings, frames_of(source), still=still)
        except EnrolError as error:
            refusal = error
    if refusal is not None and not samples:
        raise refusal
    return samples


def _media(folder: Path) -> list[str]:
    """What to read in one person's folder: its photos, as one source, then its videos.

    Raises:
        NoFace: neither is there.
    """
    files = sorted(path for path in folder.iterdir() if path.is_file())
    photos = [str(folder)] if any(is_image_name(path) for path in files) else []
    videos = [str(path) for path in files if path.suffix.lower() in VIDEO_SUFFIXES]
    if not photos and not videos:
        raise NoFace(f"{folder.name} holds neither photos nor videos.", "Add some, or remove it.")
    return photos + videos
