"""The wheel holds everything the app needs: assets are found where only the wheel is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

MODELS = ROOT / "assets" / "models"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not MODELS.is_dir() or not list(MODELS.glob("*/card.toml")),
        reason="there are no models in this checkout",
    ),
]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel in it, and nothing of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run([sys.executable, *build], check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    install = ["-m", "pip", "install", "--no-deps", "--no-index", "--target"]
    subprocess.run(
        [sys.executable, *install, str(folder / "site"), str(wheel)],
        check=True,
        capture_output=True,
    )
    return folder / "site"


def run(installed: Path, code: str) -> str:
    start = f"import sys; sys.path.insert(0, {str(installed)!r}); "
    done = subprocess.run(
        [sys.executable, "-P", "-c", start + code],
        cwd=installed.parent,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_assets_are_found_in_the_wheel(installed: Path) -> None:
    found = run(installed, "from siamapp.paths import assets_dir; print(assets_dir())")
    assert Path(found) == installed / "siamapp" / "_assets"
    for name in ("icons/siamapp.svg", "launcher/siamapp.desktop"):
        assert (Path(found) / name).is_file()


def test_the_wheel_has_the_models_of_the_checkout(installed: Path) -> None:
    shipped = installed / "siamapp" / "_assets" / "models"
    for card in MODELS.glob("*/card.toml"):
        copy = shipped / card.relative_to(MODELS)
        assert copy.read_bytes() == card.read_bytes()
        assert list(copy.parent.glob("*.onnx"))


def test_the_wheel_starts(installed: Path) -> None:
    code = "from siamapp.cli import run; sys.exit(run(['models', 'list', '--json']))"
    answer = run(installed, code)
    assert answer.startswith('{"models": [')


def test_training_and_tests_stay_out(installed: Path) -> None:
    assert not [name for name in ("training", "tests") if (installed / name).exists()]
