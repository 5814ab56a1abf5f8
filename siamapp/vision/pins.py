"""Which models the user added, by the hash of each one's card.

A card changed afterwards, or a folder that was put there by other means, is not used.
"""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Final

import tomli_w

from siamapp.errors import ModelMissing, ModelTampered
from siamapp.paths import write_whole
from siamapp.vision.card import CARD_NAME, MAX_CARD_BYTES, plain_bytes

PINS_NAME: Final = "pins.toml"


def require_pinned(folder: Path) -> None:
    """Raises ModelTampered unless the folder's card is the one that was added."""
    pinned = read_pins(folder.parent).get(folder.name)
    if pinned is None:
        raise ModelTampered(
            f"The model {folder.name!r} was not added by this program.",
            f"Move it out of {folder.parent} and add it: `siamapp models add FOLDER`.",
        )
    if hashlib.sha256(plain_bytes(folder / CARD_NAME, MAX_CARD_BYTES)).hexdigest() != pinned:
        raise ModelTampered(
            f"The card of {folder.name!r} was changed after the model was added.",
            "Remove the model and add it again.",
        )


def read_pins(folder: Path) -> dict[str, str]:
    """SHA-256 of each added model's card, by name.

    Raises:
        ModelTampered: the file cannot be read.
    """
    path = folder / PINS_NAME
    try:
        found = tomllib.loads(plain_bytes(path, MAX_CARD_BYTES).decode("utf-8"))
    except ModelMissing:
        return {}
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ModelTampered(
            f"{path} cannot be read.", "Delete it and add the models again."
        ) from error
    return {name: value for name, value in found.items() if isinstance(value, str)}


def write_pins(folder: Path, pins: dict[str, str]) -> None:
    """Put them in place whole; the models' folder is made where there is none.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(folder / PINS_NAME, tomli_w.dumps(pins))
