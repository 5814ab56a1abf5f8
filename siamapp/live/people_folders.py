"""A folder that holds one folder of photos and videos per person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from siamapp.collect import samples_from
from siamapp.errors import EnrolError, NoFace, SiamError
from siamapp.live.source import ImagesSource, VideoSource, frames_of
from siamapp.live.suffixes import entries, is_photo, is_video
from siamapp.pipeline import Pipeline
from siamapp.settings import Settings
from siamapp.store.names import name_key
from siamapp.types import Person, Sample


def subfolders(folder: Path) -> list[Path]:
    """The folders of a folder by name, one per person.

    Raises:
        SiamError: there is none, or it cannot be read.
    """
    if not folder.is_dir():
        raise SiamError(f"There is no folder {folder}.", "Give one that holds a folder per person.")
    found = [p for p in entries(folder) if p.is_dir() and not p.name.startswith(".")]
    if not found:
        raise SiamError(f"{folder} holds no folders.", "Give one that holds a folder per person.")
    return found


def not_enrolled(folders: Sequence[Path], people: Iterable[Person]) -> list[Path]:
    """Those whose person is not enrolled yet: an import that was stopped goes on with them.

    One person is one folder's: a second folder of that name ("Ada" and "ada") is somebody else's,
    who cannot be called so, and is to be told each time.
    """
    taken = {name_key(person.name) for person in people}
    waiting = []
    for folder in folders:
        key = name_key(folder.name)
        if key in taken:
            taken.remove(key)
        else:
            waiting.append(folder)
    return waiting


def folder_samples(pipeline: Pipeline, settings: Settings, folder: Path) -> list[Sample]:
    """The good samples of one person's photos and videos.

    Raises:
        CameraError, ImageError, EnrolError: a file cannot be read, or none gave a sample.
    """
    samples: list[Sample] = []
    refusal: EnrolError | None = None
    for source in _media(folder):
        try:
            still = isinstance(source, ImagesSource)
            samples += samples_from(pipeline, settings, frames_of(source), still=still)
        except EnrolError as error:
            refusal = error
    if refusal is not None and not samples:
        raise refusal
    return samples


def _media(folder: Path) -> list[ImagesSource | VideoSource]:
    """What to read in one person's folder: its photos, as one source, then its videos.

    By path, not by name: a folder named "0" is somebody's photos, and no camera.

    Raises:
        NoFace: neither is there.
        ImageError: the folder cannot be read.
    """
    files = [path for path in entries(folder) if path.is_file()]
    photos = [path for path in files if is_photo(path)]
    found: list[ImagesSource | VideoSource] = []
    if photos:
        found.append(ImagesSource(photos, name=folder.name))
    found += [VideoSource(path) for path in files if is_video(path)]
    if not found:
        raise NoFace(f"{folder.name} holds neither photos nor videos.", "Add some, or remove it.")
    return found
