"""The rules of the house, held by a machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("PySide6", "cv2", "cryptography", "keyring", "onnxruntime", "sqlcipher3", "torch")


def _sources() -> list[Path]:
    folders = [ROOT / name for name in ("siamapp", "training", "tests")]
    return [ROOT / "launch.py", *(path for folder in folders for path in folder.rglob("*.py"))]


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in _sources()}
    assert len(lengths) > 30
    assert not {path.name: lines for path, lines in lengths.items() if lines > 400}


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert not [p for p in _sources() if p.stem in {"utils", "helpers", "manager", "base", "misc"}]


@pytest.mark.parametrize(
    "code",
    [
        "import siamapp",
        "import siamapp.cli",
        "from siamapp.cli import run; run(['--help'])",
        "from siamapp.cli import run; run(['settings', 'list', '--json'])",
    ],
)
def test_the_light_ways_in_load_nothing_heavy(code: str) -> None:
    probe = f"{code}\nimport sys; print('HEAVY', [m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "HEAVY []"


def test_the_window_is_painted_before_the_networks_and_the_charts_are_loaded(
    tmp_path: Path,
) -> None:
    """Counted by modules, not by the clock: of ours and of others'."""
    code = (
        "import atexit, sys; from siamapp.cli import main; "
        f"sys.argv = ['siamapp', 'gui', '--home', {str(tmp_path)!r}]; "
        "atexit.register(lambda: print(*sys.modules)); main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "SIAMAPP_SMOKE": "1", "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.splitlines()[-1].split())
    late = {"onnxruntime", "onnx", "sqlcipher3", "matplotlib", "pyqtgraph", "scipy", "torch"}
    assert not loaded & late
    assert "siamapp.gui.main_window" in loaded
    assert len([m for m in loaded if m.partition(".")[0] not in sys.stdlib_module_names]) < 450


def test_the_core_knows_no_screen() -> None:
    code = "import siamapp.recognizer, siamapp.live.session, sys; print('PySide6' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split() == ["False"], done.stderr


def test_exactly_one_onnxruntime_on_each_system() -> None:
    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    runtimes = [Requirement(r) for r in project["dependencies"] if r.startswith("onnxruntime")]
    for system, machine in (
        ("linux", "x86_64"),
        ("linux", "aarch64"),
        ("win32", "AMD64"),
        ("darwin", "arm64"),
        ("darwin", "x86_64"),
    ):
        on = {"sys_platform": system, "platform_machine": machine}
        assert sum(r.marker.evaluate(on) for r in runtimes if r.marker) == 1, on


def test_versions_agree() -> None:
    import siamapp

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == siamapp.__version__
    assert re.search(rf"^## {re.escape(siamapp.__version__)}\b", _text("CHANGELOG.md"), re.M)


def test_every_verb_is_in_the_readme() -> None:
    from typer.main import get_command

    from siamapp.cli import app

    def verbs(command: object, path: str) -> list[str]:
        children: dict[str, object] = getattr(command, "commands", {})
        return [
            verb
            for name, child in children.items()
            for verb in (verbs(child, f"{path} {name}") or [f"{path} {name}"])
        ]

    found = verbs(get_command(app), "siamapp")
    assert len(found) >= 17
    readme = _text("README.md")
    missing = [verb for verb in found if verb not in readme]
    assert not missing


def _text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_no_model_tells_of_the_machine_that_made_it() -> None:
    models = sorted((ROOT / "assets" / "models").glob("*/*.onnx"))
    assert models
    assert [path.name for path in models if b'.py", line' in path.read_bytes()] == []
