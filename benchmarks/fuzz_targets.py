"""What `fuzz_guided.py` feeds: every kind of input that somebody else may have written."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from benchmarks import fuzz
from siamapp.cli import run
from siamapp.evaluation.protocol import from_pairs
from siamapp.identity.own_calibration import calibration_file, distances_id, load_calibration
from siamapp.live.photos import read_image
from siamapp.paths import Paths
from siamapp.settings import Settings
from siamapp.store.backup import back_up, restore
from siamapp.store.database import Database
from siamapp.store.head import Head
from siamapp.store.keys import Key
from siamapp.store.sealed import read_sealed, write_sealed
from siamapp.store.transfer import export_people, read_people
from siamapp.store.vault import Vault, find_key
from siamapp.vision.card import load_card, read_card
from siamapp.vision.graph import inspect_graph

FACE = read_card(fuzz.MODELS / "siamface-v1" / "card.toml")
KEY = Key(bytes(range(32)), "key-file")
VAULT = Vault(source="key-file", check=KEY.check_value())
SUFFIXES = (".jpg", ".png", ".webp", ".bmp", ".tiff")


class Target(NamedTuple):
    """One kind of input."""

    read: Callable[[bytes, Path], object]
    """What is tried: bytes, in a folder."""
    seeds: Callable[[Path], Sequence[bytes]]
    """Valid input to begin with; the folder holds `home` and `key`."""
    longest: int = 1 << 16


def _put(data: bytes, path: Path) -> Path:
    path.write_bytes(data)
    return path


def _picture(data: bytes, folder: Path) -> None:
    suffix = SUFFIXES[data[0] % len(SUFFIXES)] if data else ".jpg"
    read_image(_put(data[1:], folder / f"photo{suffix}"))


def _pictures(_: Path) -> list[bytes]:
    pixels = np.arange(24 * 20 * 3, dtype=np.uint16).astype(np.uint8).reshape(24, 20, 3)
    made = [cv2.imencode(suffix, pixels)[1].tobytes() for suffix in SUFFIXES]
    return [bytes([number]) + data for number, data in enumerate(made)]


def _card(data: bytes, folder: Path) -> None:
    _put(data, folder / "card.toml")
    load_card(folder)


def _settings(data: bytes, folder: Path) -> None:
    _put(data, folder / "settings.toml")
    Settings.load(Paths(folder))


def _calibration(data: bytes, folder: Path) -> None:
    _put(data, calibration_file(folder, FACE.id))
    load_calibration(folder, FACE)


def _vault(data: bytes, folder: Path) -> None:
    _put(data, folder / "vault.toml")
    Vault.read(folder)


def _exported(data: bytes, folder: Path) -> None:
    """Within a true seal: whoever knows the passphrase may have written anything."""
    write_sealed(folder / "file", "people", [data], vault=VAULT, key=KEY, overwrite=True)
    read_people(folder / "file", lambda _: KEY)


def _backup(data: bytes, folder: Path) -> None:
    """Ditto."""
    write_sealed(folder / "file", "backup", [data], vault=VAULT, key=KEY, overwrite=True)
    restore(
        folder / "file", folder / "new", backup_key=lambda _: KEY, home_key=lambda: KEY,
        dry_run=True,
    )  # fmt: skip


def _database(data: bytes, folder: Path) -> None:
    home = folder / "other"
    home.mkdir(exist_ok=True)
    for left in home.iterdir():
        left.unlink()
    _put(data, home / "gallery.db")
    with Database.open(home, KEY) as opened:
        opened.check()


def _command(data: bytes, folder: Path) -> None:
    """A verb by the first byte, its words by line."""
    (folder / "home" / "settings.toml").unlink(missing_ok=True)
    words = data.decode("utf-8", "replace").replace("\0", "").split("\n")
    verb = fuzz.VERBS[(data[0] if data else 0) % len(fuzz.VERBS)].split()
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        status = run([*verb, *words[1:6], "--json"])
    if status not in (0, 1, 2) or "InternalError" in said.getvalue():
        raise AssertionError(f"status {status}")


def _sealed_seeds(folder: Path) -> list[bytes]:
    home = folder / "home"
    with Database.open(home, find_key(home, key_file=folder / "key")) as opened:
        export_people(opened, [1], folder / "people", vault=VAULT, key=KEY, overwrite=True)
        back_up(opened, folder / "backup", vault=VAULT, key=KEY, overwrite=True)
    return [(folder / name).read_bytes() for name in ("people", "backup")]


def _people_seeds(folder: Path) -> list[bytes]:
    _sealed_seeds(folder)
    return [b"".join(read_sealed(folder / "people", "people", lambda _: KEY))]


def _backup_seeds(folder: Path) -> list[bytes]:
    _sealed_seeds(folder)
    return [b"".join(read_sealed(folder / "backup", "backup", lambda _: KEY))]


def _text(*lines: str) -> Callable[[Path], list[bytes]]:
    return lambda _: ["\n".join(lines).encode()]


def _files(*paths: Path) -> Callable[[Path], list[bytes]]:
    return lambda _: [path.read_bytes() for path in paths]


TARGETS = {
    "picture": Target(_picture, _pictures),
    "card": Target(
        _card, lambda _: [fuzz.unsealed(card) for card in fuzz.MODELS.glob("*/card.toml")]
    ),
    "graph": Target(
        lambda data, _: inspect_graph(data, FACE, FACE.files[0]),
        _files(*(p for p in fuzz.MODELS.rglob("*.onnx") if p.stat().st_size < 1 << 20)),
        1 << 20,
    ),
    "settings": Target(_settings, _text('camera = "1"', "target_fmr = 0.001", 'theme = "dark"')),
    "calibration": Target(
        _calibration,
        _text(fuzz.CALIBRATION.format(embedder_id=FACE.id, distances=distances_id(FACE))),
    ),
    "pairs": Target(
        lambda data, folder: from_pairs(_put(data, folder / "pairs.txt"), folder),
        lambda _: fuzz.PAIRS,
    ),
    "vault": Target(_vault, lambda folder: [(folder / "home" / "vault.toml").read_bytes()]),
    "head": Target(
        lambda data, folder: Head.read(_put(data, folder / "head.json")),
        _text('{"version": 1, "number": 3, "hash": "' + "ab" * 32 + '"}'),
    ),
    "sealed": Target(
        lambda data, folder: read_people(_put(data, folder / "file"), lambda _: KEY),
        _sealed_seeds,
        1 << 18,
    ),
    "exported": Target(_exported, _people_seeds),
    "backup": Target(_backup, _backup_seeds, 1 << 18),
    "database": Target(
        _database, lambda folder: [(folder / "home" / "gallery.db").read_bytes()], 1 << 18
    ),
    "command": Target(_command, _text("\0", "Canary Held", "--last", "3")),
}
