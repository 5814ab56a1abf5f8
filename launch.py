#!/usr/bin/env python3
"""Start SiamApp from a fresh clone: `python3 launch.py`. Needs nothing but Python itself.

    python3 launch.py             make .venv, install the app into it, open the window
    python3 launch.py VERB ...    the same, then the command line: `launch.py live --source 0`
    python3 launch.py test ...    install the extras for tests and training, run every check;
                                  further arguments go to pytest

Later starts find the stamp of the installation and go straight on.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 13)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "siamapp-installed.json"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

CHECKS = {
    "ruff": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
    "import-linter": [
        "-c",
        "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())",
    ],
    "pytest": ["pytest"],
}
"""In the order they run: the quick ones first. A leading `-c` is code, anything else a module."""


class LaunchError(Exception):
    """What is wrong and what to do, in one line."""


def main(argv: list[str]) -> int:
    try:
        if argv[:1] == ["test"]:
            install(("dev", "train"))
            return run_checks(argv[1:])
        install(())
    except LaunchError as error:
        print(f"launch: {error}", file=sys.stderr)
        return 2
    return start(["-m", "siamapp", *argv])


def install(extras: tuple[str, ...]) -> None:
    """Make `.venv` hold the app and these extras, unless its stamp says that it does.

    Raises:
        LaunchError: no fitting Python, no venv module, or pip failed.
    """
    stamp = read_stamp()
    have = set(str(stamp.get("extras", "")).split(",")) - {""}
    if PYTHON.exists() and stamp.get("of") == fingerprint() and have >= set(extras):
        return
    say("installing into .venv (some minutes, the first time only) ...")
    begun = time.monotonic()
    STAMP.unlink(missing_ok=True)
    if not PYTHON.exists() or version_of([str(PYTHON)]) is None:
        make_venv(find_python())
    wanted = sorted(have | set(extras))
    target = f".[{','.join(wanted)}]" if wanted else "."
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # stdout belongs to the command that follows: with --json it is one document.
    if subprocess.run([*pip, "-e", target], cwd=ROOT, stdout=sys.stderr).returncode:
        raise LaunchError("pip could not install the app. See its lines above, then start again.")
    STAMP.write_text(
        json.dumps({"of": fingerprint(), "extras": ",".join(wanted)}), encoding="utf-8"
    )
    say(f"installed in {time.monotonic() - begun:.0f} s.")


def fingerprint() -> str:
    """Changes with the requirements and with the folder, which an editable install points at."""
    return hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + bytes(ROOT)).hexdigest()


def read_stamp() -> dict[str, object]:
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def find_python() -> list[str]:
    """A command that starts a fitting Python: this one, else another on the PATH.

    Raises:
        LaunchError: there is none.
    """
    minors = range(NEWEST[1], OLDEST[1] - 1, -1)
    candidates = [[sys.executable]] + [[f"python3.{minor}"] for minor in minors]
    if os.name == "nt":
        candidates += [["py", f"-3.{minor}"] for minor in minors]
    for command in candidates:
        version = version_of(command)
        if version and OLDEST <= version <= NEWEST:
            return command
    raise LaunchError(
        f"Python 3.{OLDEST[1]} to 3.{NEWEST[1]} is needed, this is {sys.version.split()[0]}. "
        "Install one (python.org, or your system's package python3.12) and start again."
    )


def version_of(command: list[str]) -> tuple[int, int] | None:
    """Major and minor version of a Python, or None where it does not start."""
    if not shutil.which(command[0]):
        return None
    code = "import sys; print(*sys.version_info[:2])"
    answer = subprocess.run([*command, "-c", code], capture_output=True, text=True)
    words = answer.stdout.split()
    return (int(words[0]), int(words[1])) if answer.returncode == 0 else None


def make_venv(python: list[str]) -> None:
    """Make a new `.venv`, in place of a broken one.

    Raises:
        LaunchError: this Python cannot make one.
    """
    made = subprocess.run(
        [*python, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True
    )
    if made.returncode == 0:
        return
    if "ensurepip" in made.stdout + made.stderr:
        raise LaunchError("Python's venv is missing. Install it: sudo apt install python3-venv")
    last = (made.stderr.strip() or made.stdout.strip()).splitlines()[-1:]
    raise LaunchError(f"{VENV} cannot be made: {' '.join(last)} Check the folder's rights.")


def start(arguments: list[str]) -> int:
    """Run the venv's Python in this process's place; Windows has no exec worth the name."""
    command = [str(PYTHON), *arguments]
    if os.name == "nt":
        return subprocess.run(command).returncode
    os.execv(command[0], command)  # noqa: S606


def run_checks(pytest_arguments: list[str]) -> int:
    """Run every check, also after one failed, and say at the end how each went."""
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONUNBUFFERED": "1"}
    results: dict[str, tuple[bool, float]] = {}
    for name, arguments in CHECKS.items():
        command = arguments if arguments[0] == "-c" else ["-m", *arguments]
        command = command + (pytest_arguments if name == "pytest" else [])
        print(f"--- {name}", flush=True)
        begun = time.monotonic()
        done = subprocess.run([str(PYTHON), *command], cwd=ROOT, env=env)
        results[name] = (done.returncode == 0, time.monotonic() - begun)
    print("--- summary")
    for name, (passed, seconds) in results.items():
        print(f"{name:15} {'passed' if passed else 'FAILED'} {seconds:7.1f} s")
    failed = sum(not passed for passed, _ in results.values())
    print(f"checks: {len(results) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def say(text: str) -> None:
    print(f"launch: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
