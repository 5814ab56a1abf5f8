"""A threshold table made of one's own people and camera: one small file per embedder in the home.

It holds counts and distances, no name, face or vector.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Literal

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from siamapp.errors import SettingsError
from siamapp.paths import write_whole
from siamapp.vision.card import ModelCard, Thresholds

MAX_FILE_BYTES = 1_000_000


class OwnCalibration(BaseModel):
    """Takes the place of the thresholds on the embedder's card."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    version: Literal[1] = 1
    embedder_id: str = Field(pattern=r"^[0-9a-f]{16}$")
    embedder_name: str
    metric: str
    distances: str = Field(pattern=r"^[0-9a-f]{16}$")
    """`distances_id` of the card that they were measured by."""
    created_utc: str
    source: Literal["folder", "gallery"]
    people: int = Field(ge=1)
    pictures: int = Field(ge=1)
    thresholds: Thresholds = Field(min_length=1)

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"the calibration of {self.embedder_name} with own people"


def distances_id(card: ModelCard) -> str:
    """Stands for all that distances depend on besides the weights, which the card's `id` is of.

    One embedder may come with another card: with another rule of fusion, say, by which strangers
    are nearer than when they were measured.
    """
    rule = {"rule", "k", "weights", "offsets"}
    told = card.model_dump(mode="json", include={"input": True, "embedding": True, "fusion": rule})
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def calibration_file(folder: Path, embedder_id: str) -> Path:
    """Where the calibration of an embedder lies in the home's folder of them."""
    return folder / f"{embedder_id}.toml"


def load_calibration(folder: Path, card: ModelCard) -> OwnCalibration | None:
    """The calibration of that embedder; None where there is none.

    Raises:
        SettingsError: it cannot be read, or is of another embedder or of another card of it.
    """
    path = calibration_file(folder, card.id)
    hint = f"Remove it: `siamapp calibrate --remove`, or delete {path}."
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise SettingsError(f"{path} is no calibration: it is too large.", hint)
        found = OwnCalibration.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"{path} cannot be read.", hint) from error
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise SettingsError(f"{path}: {where}: {error.errors()[0]['msg']}.", hint) from error
    if (found.embedder_id, found.distances) != (card.id, distances_id(card)):
        raise SettingsError(f"{path} is the calibration of another embedder.", hint)
    return found


def save_calibration(folder: Path, calibration: OwnCalibration) -> Path:
    """Write it whole or not at all.

    Raises:
        SettingsError: it cannot be written.
    """
    path = calibration_file(folder, calibration.embedder_id)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, tomli_w.dumps(calibration.model_dump(mode="json", exclude_none=True)))
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}.") from error
    return path


def remove_calibration(folder: Path, embedder_id: str) -> bool:
    """Go back to the card's thresholds; False where there was no calibration.

    Raises:
        SettingsError: it cannot be removed.
    """
    path = calibration_file(folder, embedder_id)
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise SettingsError(f"{path} cannot be removed: {error.strerror}.") from error
    return True
