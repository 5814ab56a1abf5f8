"""What the user chose, in `settings.toml`."""

from __future__ import annotations

import tomllib
from typing import Final, Literal

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from siamapp.errors import SettingsError
from siamapp.paths import Paths, write_whole

VERSION: Final = 1
"""Of the file; a file without one is of the first."""


class Settings(BaseModel):
    """Every setting with its default. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    # The length is also what has Pydantic refuse bytes that are no text, and no file could hold.
    camera: str = Field(
        default="", max_length=1000, description="Camera by name or number; empty: the first one"
    )
    camera_size: Literal["640x480", "1280x720", "1920x1080"] = Field(
        default="640x480", description="Picture asked of the camera, which may give another"
    )
    camera_format: Literal["auto", "MJPG", "YUYV"] = Field(
        default="auto", description="How the camera sends its picture; MJPG is often faster"
    )
    rotation: Literal[0, 90, 180, 270] = Field(
        default=0, description="Degrees that the camera's picture is turned clockwise"
    )
    mirror: bool = Field(default=True, description="Show the camera as a mirror does")
    target_fmr: float = Field(
        default=1e-3,
        gt=0,
        lt=1,
        description="False-match rate: 0.001 lets about 1 stranger in 1,000 pass",
    )
    runner_up_margin: float = Field(
        default=0.05, ge=0, le=1, description="The second person must be at least this much farther"
    )
    agree_frames: int = Field(
        default=3, ge=1, le=30, description="Frames that must agree on a live name"
    )
    verify_timeout_s: float = Field(
        default=5, ge=1, le=60, description="Longest try at a verification, in seconds"
    )
    verify_retries: int = Field(
        default=0, ge=0, le=5, description="Tries that begin by themselves after one that failed"
    )
    lockout_failures: int = Field(
        default=5, ge=0, le=100, description="Refusals in a row that lock a claim; 0: never"
    )
    lockout_s: float = Field(
        default=60, ge=1, le=86_400, description="How long a claim stays locked, in seconds"
    )
    detector: str = Field(default="siamdetect-v1", description="Detector model")
    embedder: str = Field(default="siamface-v1", description="Embedder model")
    presence: Literal["off", "passive", "active"] = Field(
        default="off",
        description="Presence check, not a lock: passive watches, active also asks for a movement",
    )
    presence_model: str = Field(default="siampresence-v1", description="Presence model")
    provider: Literal["auto", "cpu", "cuda", "tensorrt", "directml", "coreml", "openvino"] = Field(
        default="auto", description="Where models run; auto: the fastest that is right"
    )
    threads: int = Field(default=1, ge=1, le=64, description="Threads per model")
    theme: Literal["system", "light", "dark"] = Field(default="system", description="Colours")
    language: Literal["system", "en", "zh_CN"] = Field(
        default="system", description="Language of the window, its dates and its numbers"
    )
    auto_lock_min: int = Field(
        default=0,
        ge=0,
        le=1440,
        description="Minutes unused after which the window locks; 0: never",
    )
    keep_crops: bool = Field(default=True, description="Keep the aligned face pictures, encrypted")
    decision_pictures: bool = Field(
        default=False,
        description="Keep a face picture of 80 px with each decision, encrypted; off deletes them",
    )
    audit_days: int = Field(
        default=0,
        ge=0,
        le=36_500,
        description="Days that decisions are kept; 0: for good",
    )
    retention_days: int = Field(
        default=0,
        ge=0,
        le=36_500,
        description="Days after which the window offers to delete a new person, and a face said "
        "not to be somebody is deleted; 0: never",
    )
    min_eye_distance_px: float = Field(
        default=32, ge=12, le=512, description="Smallest eye distance that may be enrolled, in px"
    )

    @classmethod
    def load(cls, paths: Paths) -> Settings:
        """Read the home's settings; defaults where there is no file.

        Raises:
            SettingsError: the file cannot be read, is of a newer version, or says what is unknown.
        """
        path = paths.settings_file
        try:
            told = tomllib.loads(path.read_text(encoding="utf-8"))
            if (version := told.pop("version", 1)) != VERSION:
                raise SettingsError(
                    f"{path} is of version {version}; this SiamApp reads version {VERSION}.",
                    "Use the SiamApp that wrote it, or delete it for the defaults.",
                )
            return cls.model_validate(told)
        except FileNotFoundError:
            return cls()
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
            raise SettingsError(
                f"{path} cannot be read: {error}.", "Mend it, or delete it for the defaults."
            ) from error
        except ValidationError as error:
            raise SettingsError(f"{path}: {_first(error)}", "Mend it, or delete it.") from error

    def changed(self, key: str, value: object) -> Settings:
        """A copy with one setting changed; strings are parsed to the setting's type.

        Raises:
            SettingsError: no such setting, or not a value it may have.
        """
        if key not in type(self).model_fields:
            known = ", ".join(type(self).model_fields)
            raise SettingsError(f"There is no setting {key!r}.", f"Known settings: {known}.")
        try:
            return type(self).model_validate({**self.model_dump(), key: value})
        except ValidationError as error:
            raise SettingsError(_first(error), "See `siamapp settings list`.") from error

    def save(self, paths: Paths) -> None:
        """Write all settings that differ from the default, atomically.

        Raises:
            SettingsError: the file cannot be written.
        """
        paths.ensure()
        text = tomli_w.dumps({"version": VERSION, **self.model_dump(exclude_defaults=True)})
        try:
            write_whole(paths.settings_file, text)
        except OSError as error:
            raise SettingsError(
                f"{paths.settings_file} cannot be written: {error.strerror}."
            ) from error

    def save_one(self, paths: Paths, key: str) -> None:
        """Write one of these settings; what else the file says stays.

        Another program may have changed it since these were read, as `models use` does.

        Raises:
            SettingsError: the file cannot be written.
        """
        try:
            kept = Settings.load(paths)
        except SettingsError:  # there is nothing in it that could be kept
            kept = self
        kept.changed(key, getattr(self, key)).save(paths)


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}."
