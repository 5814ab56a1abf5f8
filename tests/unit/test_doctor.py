"""The doctor tells what is there, names nobody, and changes nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from siamapp.doctor import examine
from siamapp.paths import Paths
from siamapp.settings import Settings
from siamapp.store.database import Database
from siamapp.store.people import People
from siamapp.store.vault import find_key
from siamapp.vision.providers import FULL_NAMES, built_in
from tests.unit.store_samples import EMBEDDER, fingerprint, sample


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "home")


@pytest.fixture
def key_file(tmp_path: Path, paths: Paths) -> Path:
    """The key of a gallery that holds one person."""
    file = tmp_path / "key"
    with Database.open(paths.home, find_key(paths.home, key_file=file)) as database:
        People(database).add("Ada Lovelace", [sample(1)], embedder_id=EMBEDDER)
    return file


def test_a_fresh_home_is_left_alone(paths: Paths) -> None:
    report = examine(paths, None)
    assert report["gallery"] == {"state": "absent"}
    assert not paths.home.exists()


def test_the_gallery_is_counted_and_not_named(paths: Paths, key_file: Path) -> None:
    before = fingerprint(paths.home)
    report = examine(paths, key_file)
    assert report["gallery"]["state"] == "open"
    assert report["gallery"]["people"] == 1
    assert "Ada" not in json.dumps(report)
    assert fingerprint(paths.home) == before


@pytest.mark.usefixtures("key_file")
def test_a_gallery_without_its_key_is_locked_not_broken(paths: Paths) -> None:
    report = examine(paths, None)
    assert report["gallery"]["state"] == "locked"
    assert not [p for p in report["problems"] if "key" in p]


def test_a_damaged_gallery_is_a_problem(paths: Paths, key_file: Path) -> None:
    gallery = paths.home / "gallery.db"
    data = bytearray(gallery.read_bytes())
    data[5000] ^= 1
    gallery.write_bytes(data)
    report = examine(paths, key_file)
    assert report["gallery"]["state"] == "unreadable"
    assert report["gallery"]["reason"] in report["problems"]


def test_a_model_that_is_not_its_cards_is_a_problem(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = Path(__file__).resolve().parents[2] / "assets" / "models"
    if not (shipped / "siamface-v1").is_dir():
        pytest.skip("the embedder is not in this checkout")
    monkeypatch.setattr("siamapp.chosen.assets_dir", lambda: tmp_path / "assets")
    shutil.copytree(shipped, tmp_path / "assets" / "models")
    assert not [p for p in examine(paths, None)["problems"] if "model" in p]

    file = next((tmp_path / "assets" / "models" / "siamface-v1").glob("*.int8.onnx"))
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    report = examine(paths, None)
    state = {m["name"]: m["verified"] for m in report["models"]}
    assert state["siamface-v1"] is False
    assert [p for p in report["problems"] if p.startswith("model siamface-v1")]


def test_settings_that_cannot_be_read_are_a_problem(paths: Paths) -> None:
    paths.ensure()
    paths.settings_file.write_text("colour = 'red'\n")
    assert any("settings.toml" in problem for problem in examine(paths, None)["problems"])


def test_versions_and_places_are_told(paths: Paths) -> None:
    report = examine(paths, None)
    assert {"siamapp", "python", "numpy", "opencv-python-headless"} <= set(report["versions"])
    assert report["paths"]["home"] == str(paths.home)
    names = [p["name"] for p in report["providers"]]
    assert names == built_in()
    assert names[0] == "cpu"
    json.dumps(report)


def test_a_provider_that_was_chosen_and_is_not_there_is_a_problem(paths: Paths) -> None:
    missing = next(name for name in FULL_NAMES if name not in built_in())
    Settings(provider=missing).save(paths)
    report = examine(paths, None)
    assert report["providers"][-1]["name"] == missing
    assert report["providers"][-1]["usable"] is False
    assert [p for p in report["problems"] if p.startswith(f"provider {missing}: ")]
