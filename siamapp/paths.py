"""Where things live: a user's under one home folder, what is shipped under the assets."""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from siamapp.errors import SettingsError


def expanded(path: str | Path) -> Path:
    """With `~` and `~user` filled in; those of nobody here are names like any other."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def is_text(words: str) -> bool:
    """False where a name or an argument holds bytes that are no text: a path may, nothing else."""
    return not any("\ud800" <= character <= "\udfff" for character in words)


def assets_dir() -> Path:
    """Folder of models, icons and launcher files: frozen app, installed wheel or source checkout.

    Raises:
        SettingsError: the installation is incomplete.
    """
    package = Path(__file__).resolve().parent
    frozen = Path(getattr(sys, "_MEIPASS", package)) / "assets"
    for folder in (frozen, package / "_assets", package.parent / "assets"):
        if (folder / "models").is_dir():
            return folder
    raise SettingsError("The app's assets are missing.", "Install siamapp again.")


@dataclass(frozen=True, slots=True)
class Paths:
    """The files of one home."""

    home: Path

    @classmethod
    def default(cls) -> Paths:
        """`SIAMAPP_HOME`, else the platform's folder for user data."""
        named = os.environ.get("SIAMAPP_HOME")
        return cls(expanded(named) if named else platformdirs.user_data_path("siamapp"))

    @property
    def settings_file(self) -> Path:
        return self.home / "settings.toml"

    @property
    def log_dir(self) -> Path:
        return self.home / "logs"

    @property
    def models_dir(self) -> Path:
        """Models the user added."""
        return self.home / "models"

    @property
    def calibrations_dir(self) -> Path:
        """Threshold tables made of the user's own people, one file per embedder."""
        return self.home / "calibrations"

    def ensure(self) -> None:
        """Make the home, owner-only.

        Raises:
            SettingsError: it cannot be made.
        """
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                f"The folder {self.home} cannot be made: {error.strerror}.",
                "Choose another with --home.",
            ) from error


def write_whole(path: Path, text: str) -> None:
    """Write a small file so that after a crash it is the old one or the new one, never half.

    Raises:
        OSError: it cannot be written; the old one stays.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
