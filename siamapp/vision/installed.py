"""Models that the user added: copied into the home after they were checked, and pinned by hash.

A model folder is untrusted input. Only the files that its card names are taken, each a plain file
of the hash on the card; the graphs are read before they run and run first in a process of their
own (`trial`). What was added is pinned (`pins`).
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import tomli_w

from siamapp.errors import ModelError, ModelIncompatible, ModelMissing
from siamapp.paths import Paths, assets_dir
from siamapp.vision.card import (
    CARD_NAME,
    MODEL_NAME,
    ModelCard,
    card_from,
    plain_bytes,
    read_card,
    verified_bytes,
)
from siamapp.vision.pins import read_pins, write_pins

_ARCHIVES: Final = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"\xfd7zXZ", b"BZh")


def add_model(paths: Paths, source: Path, card_file: Path | None = None) -> tuple[Path, ModelCard]:
    """Check a folder with a card, or an ONNX file with its card beside, and copy it into the home.

    Raises:
        ModelError: what is wrong with it; nothing was added.
    """
    from siamapp.vision.graph import inspect_graph
    from siamapp.vision.trial import try_model

    folder, card = _read(source, card_file)
    if not MODEL_NAME.fullmatch(card.name):
        raise ModelIncompatible(
            f"{card.name!r:.80} cannot be a model's name.",
            "Letters, digits, dots, dashes and underscores, at most 64.",
        )
    target = paths.models_dir / card.name
    if (assets_dir() / "models" / card.name).exists():  # it would hide what was added
        raise ModelIncompatible(
            f"There is a model {card.name!r} already.",
            "It came with the app: give yours another name on its card.",
        )
    if card.name in read_pins(paths.models_dir):
        raise ModelIncompatible(
            f"There is a model {card.name!r} already.",
            f"Remove it first: `siamapp models remove {card.name}`.",
        )
    contents: dict[str, bytes] = {}
    for file in card.every_file:
        path = folder / file.name if source.is_dir() else source
        if path.is_symlink():
            raise ModelIncompatible(f"{path} is a link.", "Links are not followed: copy the file.")
        contents[file.name] = verified_bytes(folder, file, path=path)
        inspect_graph(contents[file.name], card, file)
    if hashlib.sha256(contents[card.file("fp32").name]).hexdigest()[:16] != card.id:
        raise ModelIncompatible(
            f"The id of {card.name!r} is not the beginning of its file's SHA-256.", "Mend the card."
        )
    if card.golden is not None:
        contents[card.golden.name] = verified_bytes(folder, card.golden)
    contents[CARD_NAME] = tomli_w.dumps(card.model_dump(mode="json", exclude_none=True)).encode()
    _install(paths, target, contents, try_model)
    return target, card


def remove_model(paths: Paths, name: str) -> None:
    """Delete a model that the user added.

    Raises:
        ModelMissing: the user added no such model.
        ModelError: it cannot be deleted.
    """
    pins = read_pins(paths.models_dir)
    folder = paths.models_dir / name
    if not MODEL_NAME.fullmatch(name) or not (name in pins or folder.is_dir()):
        raise ModelMissing(
            f"No model {name!r:.80} was added.", "Those that came with the app stay."
        )
    pins.pop(name, None)
    try:
        write_pins(paths.models_dir, pins)
        if folder.is_symlink():
            folder.unlink()
        elif folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise ModelError(f"{folder} cannot be removed: {error.strerror}.") from error


def _read(source: Path, card_file: Path | None) -> tuple[Path, ModelCard]:
    """The folder that files are taken from, and the card."""
    if source.is_symlink() or not source.exists():
        raise ModelMissing(f"There is no folder or file {source}.", "Links are not followed.")
    if source.is_dir():
        if card_file is not None:
            raise ModelIncompatible("A folder has its own card.", "Leave --card away.")
        return source, read_card(source / CARD_NAME)
    head = plain_bytes(source, None)[:8]
    if any(head.startswith(magic) for magic in _ARCHIVES):
        raise ModelIncompatible(
            f"{source.name} is an archive; archives are not opened.",
            "Unpack it and add the folder.",
        )
    if card_file is None:
        raise ModelMissing(
            f"{source.name} has no card.", "Write one and say where it is: --card card.toml."
        )
    return source.parent, _completed(card_file, source)


def _completed(card_file: Path, onnx_file: Path) -> ModelCard:
    """A card written by hand may leave out what the file itself tells."""
    digest = hashlib.sha256(plain_bytes(onnx_file, None)).hexdigest()
    own: dict[str, Any] = {
        "id": digest[:16],
        "created": datetime.now(UTC).date().isoformat(),
        "files": [{"name": "model.onnx", "precision": "fp32", "sha256": digest}],
    }
    return card_from(card_file, own)


def _install(
    paths: Paths, target: Path, contents: dict[str, bytes], check: Callable[[Path], object]
) -> None:
    """Write beside the models, try there, then move: a model is whole or not there."""
    paths.ensure()
    try:
        with tempfile.TemporaryDirectory(dir=paths.home, prefix="adding-") as made:
            staged = Path(made) / target.name
            staged.mkdir()
            for name, data in contents.items():
                (staged / name).write_bytes(data)
            check(staged)
            paths.models_dir.mkdir(mode=0o700, exist_ok=True)
            shutil.rmtree(target, ignore_errors=True)  # what an interrupted addition left
            staged.replace(target)
        pins = read_pins(paths.models_dir)
        pins[target.name] = hashlib.sha256(contents[CARD_NAME]).hexdigest()
        write_pins(paths.models_dir, pins)
    except OSError as error:
        raise ModelError(f"The model cannot be stored: {error.strerror}.") from error
