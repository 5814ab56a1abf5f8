"""The README's first command, offline: Python and pip are a script that notes its arguments."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.loose_files import load

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="the scripted Python is a shell script")

SCRIPTED_PYTHON = """#!/bin/sh
echo "$@" >> "{log}"
case "$*" in
*version_info*) echo 3 12;;
*"pip install"*) echo pip says hello; exit {pip_status};;
"-m {failing}"*) exit 1;;
esac
"""


@pytest.fixture
def launch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """launch.py as if its checkout were `tmp_path`, with a `.venv` made by a script."""
    module = load(ROOT / "launch.py")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    venv = tmp_path / ".venv"
    for name, value in {
        "ROOT": tmp_path,
        "VENV": venv,
        "STAMP": venv / "stamp.json",
        "PYTHON": venv / "bin" / "python",
    }.items():
        monkeypatch.setattr(module, name, value)
    script_python(tmp_path)
    return module


def script_python(root: Path, *, pip_status: int = 0, failing: str = "none") -> Path:
    python = root / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    script = SCRIPTED_PYTHON.format(log=root / "calls", pip_status=pip_status, failing=failing)
    python.write_text(script)
    python.chmod(0o755)
    return python


def calls(root: Path) -> list[str]:
    log = root / "calls"
    return log.read_text().splitlines() if log.exists() else []


def test_installs_once(launch: ModuleType, tmp_path: Path) -> None:
    launch.install(())
    launch.install(())
    assert [call for call in calls(tmp_path) if "pip install" in call] == [
        "-m pip install --quiet --disable-pip-version-check -e ."
    ]


def test_extras_are_added_and_kept(launch: ModuleType, tmp_path: Path) -> None:
    launch.install(())
    launch.install(("dev", "train"))
    launch.install(())
    installs = [call for call in calls(tmp_path) if "pip install" in call]
    assert [call.split()[-1] for call in installs] == [".", ".[dev,train]"]


@pytest.mark.parametrize("spoil", ["requirements", "stamp", "interpreter"])
def test_installs_again_when_something_changed(
    launch: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: str
) -> None:
    launch.install(())
    if spoil == "requirements":
        (tmp_path / "pyproject.toml").write_text("[project]\ndependencies = []\n")
    elif spoil == "stamp":
        launch.STAMP.write_text("{not json")
    else:
        launch.PYTHON.unlink()
        monkeypatch.setattr(launch, "make_venv", lambda python: script_python(tmp_path))
    launch.install(())
    assert len([call for call in calls(tmp_path) if "pip install" in call]) == 2


def test_a_failed_install_is_not_stamped(launch: ModuleType, tmp_path: Path) -> None:
    script_python(tmp_path, pip_status=1)
    with pytest.raises(launch.LaunchError, match="pip could not install"):
        launch.install(())
    assert not launch.STAMP.exists()


def test_pip_leaves_stdout_to_the_command(
    launch: ModuleType, capfd: pytest.CaptureFixture[str]
) -> None:
    launch.install(())
    out, err = capfd.readouterr()
    assert out == ""
    assert "pip says hello" in err


def test_a_python_too_old_is_named(
    launch: ModuleType, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    launch.PYTHON.unlink()
    monkeypatch.setattr(launch, "version_of", lambda command: (3, 9))
    assert launch.main([]) == 2
    lines = capfd.readouterr().err.splitlines()
    assert "Python 3.11 to 3.13 is needed" in lines[-1]


def test_another_python_on_the_path_is_taken(
    launch: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = {sys.executable: (3, 14), "python3.12": (3, 12)}
    monkeypatch.setattr(launch, "version_of", lambda command: there.get(command[0]))
    assert launch.find_python() == ["python3.12"]


def test_every_check_runs_even_after_one_failed(
    launch: ModuleType, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    script_python(tmp_path, failing="mypy")
    assert launch.main(["test", "-k", "nothing"]) == 1
    ran = [call for call in calls(tmp_path) if "pip" not in call and "version_info" not in call]
    assert [call.split()[1] for call in ran if call.startswith("-m")] == [
        "ruff",
        "ruff",
        "mypy",
        "pytest",
    ]
    assert ran[-1] == "-m pytest -k nothing"
    assert capfd.readouterr().out.splitlines()[-1] == "checks: 4 passed, 1 failed"


def test_all_checks_passed_is_zero(launch: ModuleType, capfd: pytest.CaptureFixture[str]) -> None:
    assert launch.main(["test"]) == 0
    assert capfd.readouterr().out.splitlines()[-1] == "checks: 5 passed, 0 failed"
    assert json.loads(launch.STAMP.read_text())["extras"] == "dev,train"
