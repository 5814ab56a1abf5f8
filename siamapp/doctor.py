"""What `siamapp doctor` finds: facts only, gathered without changing anything or naming anybody."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

from siamapp import __version__
from siamapp.chosen import model_folders
from siamapp.errors import KeyUnavailable, SiamError
from siamapp.live.source import list_cameras
from siamapp.paths import Paths, assets_dir
from siamapp.screen import display, missing_libraries
from siamapp.settings import Settings
from siamapp.store.database import Database
from siamapp.store.people import People
from siamapp.store.vault import GALLERY_NAME, find_key
from siamapp.vision import occlusion
from siamapp.vision.card import load_card, verified_bytes
from siamapp.vision.embed import Embedder
from siamapp.vision.model import Model, find_model, list_models
from siamapp.vision.pins import require_pinned
from siamapp.vision.providers import built_in
from siamapp.vision.selftest import parity

_PACKAGES = (
    "PySide6-Essentials",
    "cryptography",
    "cv2-enumerate-cameras",
    "keyring",
    "numpy",
    "onnxruntime",
    "onnxruntime-directml",
    "onnxruntime-gpu",
    "onnxruntime-openvino",
    "opencv-python-headless",
    "pydantic",
    "sqlcipher3",
    "typer",
)


def examine(paths: Paths, key_file: Path | None) -> dict[str, Any]:
    """Everything worth knowing before asking for help; `problems` lists what needs mending."""
    settings, problems = _settings(paths)
    models = model_facts(paths, settings)
    providers = _providers(paths, settings)
    gallery = _gallery(paths, key_file)
    screen = {"display": display(), "missing_libraries": missing_libraries()}
    problems += [f"model {m['name']}: {m['error']}" for m in models if "error" in m]
    problems += [f"provider {p['name']}: {p['error']}" for p in providers if p.get("error")]
    chosen = [p for p in providers if p["name"] == settings.provider and p.get("refused")]
    problems += [f"provider {p['name']}: {p['refused']}" for p in chosen]
    if gallery["state"] == "unreadable":
        problems.append(str(gallery["reason"]))
    if paths.home.exists() and not os.access(paths.home, os.W_OK):
        problems.append(f"The folder {paths.home} cannot be written.")
    if screen["missing_libraries"]:
        problems.append(f"missing libraries: {' '.join(missing_libraries())}")
    return {
        "versions": _versions(),
        "providers": providers,
        "cameras": [{"index": c.index, "name": c.name} for c in list_cameras()],
        "models": models,
        "gallery": gallery,
        "screen": screen,
        "paths": {
            "home": str(paths.home),
            "settings": str(paths.settings_file),
            "log": str(paths.log_dir),
            "assets": str(assets_dir()),
        },
        "problems": problems,
    }


def model_facts(paths: Paths, settings: Settings) -> list[dict[str, Any]]:
    """Each model folder, with its files checked against the hashes of its card."""
    found = []
    for folder in list_models(model_folders(paths)):
        facts: dict[str, Any] = {
            "name": folder.name,
            "in_use": folder.name
            in (settings.detector, settings.embedder, settings.presence_model, occlusion.NAME),
            "verified": False,
        }
        try:
            if folder.parent == paths.models_dir:
                require_pinned(folder)
            card = load_card(folder)
            facts |= {"task": card.task, "id": card.id, "files": {}}
            for file in card.every_file:
                verified_bytes(folder, file)
                facts["files"][file.name] = {"precision": file.precision, "sha256": file.sha256}
            facts["verified"] = True
        except SiamError as error:
            facts["error"] = str(error)
        found.append(facts)
    return found


def _settings(paths: Paths) -> tuple[Settings, list[str]]:
    try:
        return Settings.load(paths), []
    except SiamError as error:
        return Settings(), [str(error)]


def _versions() -> dict[str, str]:
    versions = {
        "siamapp": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
    }
    for package in _PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return versions


def _providers(paths: Paths, settings: Settings) -> list[dict[str, Any]]:
    """Believed only where a session of the embedder in use really runs on it."""
    found: list[dict[str, Any]] = []
    chosen = [settings.provider] if settings.provider != "auto" else []
    for name in dict.fromkeys([*built_in(), *chosen]):
        facts: dict[str, Any] = {"name": name, "usable": False}
        try:
            folder = find_model(settings.embedder, model_folders(paths))
            model = Model.load(folder, provider=name, threads=settings.threads)
            facts["usable"] = model.provider == name
            if model.refused:
                facts["refused"] = model.refused
            if facts["usable"]:
                facts |= {"embedder_ms": round(model.latency_ms(), 3), "embedder_file": model.file}
                facts["recorded"] = model.way.records
                facts["parity_cosine"] = parity(Embedder(_fp32(model, settings)))
        except SiamError as error:
            facts["error"] = str(error)
        found.append(facts)
    return found


def _fp32(model: Model, settings: Settings) -> Model:
    """Golden vectors are of the unrounded network; the others are measured on the card."""
    if model.file == model.card.file("fp32").name:
        return model
    return Model.load(
        model.folder, provider=model.provider, precision="fp32", threads=settings.threads
    )


def _gallery(paths: Paths, key_file: Path | None) -> dict[str, Any]:
    """A count of people, never a name. Nothing is made where there is no gallery."""
    if not (paths.home / GALLERY_NAME).exists():
        return {"state": "absent"}
    try:
        key = find_key(paths.home, key_file=key_file)
        with Database.open(paths.home, key) as database:
            people = People(database)
            return {
                "state": "open",
                "key": key.source,
                "people": len(people.all()),
                "templates_by_embedder": people.embedder_ids(),
            }
    except KeyUnavailable as error:
        return {"state": "locked", "reason": str(error)}
    except SiamError as error:
        return {"state": "unreadable", "reason": str(error)}
