"""The command line's manners: one JSON document, one line per error, exit 0, 1 or 2."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from siamapp.cli import run
from siamapp.store.database import Database
from siamapp.store.people import People
from siamapp.store.vault import find_key
from tests.unit.store_samples import EMBEDDER, sample

Cli = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def where(tmp_path: Path) -> list[str]:
    return ["--home", str(tmp_path / "home"), "--key-file", str(tmp_path / "key")]


@pytest.fixture
def cli(where: list[str], capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run a verb with --json in a home of its own: exit status, the one document, stderr."""

    def call(*words: str) -> tuple[int, Any, str]:
        status = run([*words, *where, "--json"])
        out, err = capsys.readouterr()
        return status, json.loads(out), err

    return call


@pytest.fixture
def with_ada_and_ben(tmp_path: Path) -> None:
    key = find_key(tmp_path / "home", key_file=tmp_path / "key")
    with Database.open(tmp_path / "home", key) as database:
        people = People(database)
        people.add("Ada", [sample(1), sample(2)], embedder_id=EMBEDDER)
        people.add("Ben", [sample(3)], embedder_id=EMBEDDER)


@pytest.mark.usefixtures("with_ada_and_ben")
def test_people_are_listed_shown_renamed_and_deleted(cli: Cli) -> None:
    status, listed, _ = cli("people", "list")
    assert (status, [(p["name"], p["templates"]) for p in listed["people"]]) == (
        0,
        [("Ada", 2), ("Ben", 1)],
    )
    _, shown, _ = cli("people", "show", "ada")
    assert [s["quality"]["eye_distance_px"] for s in shown["samples"]] == [80.5, 80.5]
    assert "embedding" not in json.dumps(shown)

    assert cli("people", "rename", "Ada", "Adèle")[0] == 0
    assert cli("people", "delete", "Ben", "--yes")[0] == 0
    assert [p["name"] for p in cli("people", "list")[1]["people"]] == ["Adèle"]


@pytest.mark.usefixtures("with_ada_and_ben")
def test_a_name_that_is_taken_stays_with_its_owner(cli: Cli) -> None:
    status, answer, _ = cli("people", "rename", "Ben", "ADA")
    assert (status, answer["error"]["kind"]) == (2, "AlreadyKnown")
    assert [p["name"] for p in cli("people", "list")[1]["people"]] == ["Ada", "Ben"]


@pytest.mark.usefixtures("with_ada_and_ben")
def test_deleting_is_not_done_unasked(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    status, answer, _ = cli("people", "delete", "Ada")
    assert status == 2
    assert "--yes" in answer["error"]["hint"]
    assert len(cli("people", "list")[1]["people"]) == 2


@pytest.mark.usefixtures("with_ada_and_ben")
def test_whoever_says_no_is_answered_too(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", lambda *_, **__: False)
    assert cli("people", "delete", "Ada")[:2] == (1, {"deleted": None})
    assert len(cli("people", "list")[1]["people"]) == 2


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["people", "show", "Nobody"], "PersonNotFound"),
        (["people", "delete", "Nobody", "--yes"], "PersonNotFound"),
        (["settings", "get", "colour"], "SettingsError"),
        (["settings", "set", "target_fmr", "much"], "SettingsError"),
        (["settings", "set", "embedder", "no-such-model"], "ModelMissing"),
        (["settings", "set", "embedder", "siamdetect-v1"], "ModelIncompatible"),
        (["settings", "set", "detector", "../siamdetect-v1"], "ModelMissing"),
        (["settings", "set", "presence_model", ""], "ModelMissing"),
        (["models", "show", "no-such-model"], "ModelMissing"),
        (["enroll", "Ada"], "SiamError"),
        (["verify", "Ada", "face.jpg", "--camera", "0"], "SiamError"),
        (["identify", "no-such-file.jpg"], "CameraNotFound"),
        (["identify", "~no-such-user/face.jpg"], "CameraNotFound"),
        (["audit", "verify", "--head", "~no-such-user/head"], "StoreError"),
        (["live", "--source", "no-such-file.mp4"], "CameraNotFound"),
        (["import", "no-such-folder"], "SiamError"),
        (["people", "rename", "Ada"], "Usage"),
        (["people", "paint"], "Usage"),
        (["live"], "Usage"),
        (["enroll", "Ada", "a.mp4", "--end", "soon"], "Usage"),
    ],
)
def test_an_error_is_two_and_one_line_with_a_way_out(cli: Cli, words: list[str], kind: str) -> None:
    status, answer, err = cli(*words)
    assert status == 2
    assert answer["error"]["kind"] == kind
    assert answer["error"]["hint"]
    assert len(err.splitlines()) == 1
    assert err.startswith("siamapp: ")


def test_without_json_stdout_holds_no_error(
    where: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["people", "show", "Nobody", *where]) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("with_ada_and_ben")
def test_shared_options_count_before_and_after_the_verb(
    where: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def names(*words: str) -> list[str]:
        assert run(words) == 0
        return [p["name"] for p in json.loads(capsys.readouterr().out)["people"]]

    everybody = ["Ada", "Ben"]
    assert names("people", "list", "--json", *where) == everybody
    assert names("--json", *where, "people", "list") == everybody
    assert names(*where, "people", "list", "--json") == everybody
    monkeypatch.setenv("SIAMAPP_HOME", where[1])
    monkeypatch.setenv("SIAMAPP_KEY_FILE", where[3])
    assert names("people", "list", "--json") == everybody


@pytest.mark.usefixtures("with_ada_and_ben")
def test_another_key_opens_nothing(
    cli: Cli, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    other.write_text("ab" * 32)
    words = ["people", "list", "--json", "--home", str(tmp_path / "home"), "--key-file", str(other)]
    assert run(words) == 2
    answer = json.loads(capsys.readouterr().out)
    assert answer["error"]["kind"] == "StoreLocked"
    assert len(cli("people", "list")[1]["people"]) == 2


def test_settings_are_kept(cli: Cli) -> None:
    assert cli("settings", "set", "target_fmr", "0.0001")[1]["target_fmr"] == 0.0001
    assert cli("settings", "get", "target_fmr")[1] == {"target_fmr": 0.0001}
    assert cli("settings", "list")[1]["target_fmr"] == 0.0001


def test_a_bug_is_reported_without_values_and_accepts_nobody(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "Ada Lovelace"

    def broken(*args: object, **named: object) -> None:
        raise ZeroDivisionError(f"while looking at {name}")

    monkeypatch.setattr("siamapp.store.database.Database.open", broken)
    status, answer, err = cli("people", "list")
    assert (status, answer["error"]["kind"]) == (2, "InternalError")
    assert len(err.splitlines()) == 1
    report = (tmp_path / "home" / "logs" / "siamapp.log").read_text("utf-8")
    assert "ZeroDivisionError" in report
    assert "in broken" in report
    assert "Ada" not in report + err


def test_ctrl_c_is_130(cli: Cli, where: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: object, **named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("siamapp.store.database.Database.open", interrupted)
    assert run(["people", "list", *where]) == 130


@pytest.mark.skipif(os.name == "nt", reason="there it is told as an invalid argument")
def test_a_reader_that_goes_away_is_no_bug() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "siamapp", "settings", "list"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 2


@pytest.mark.parametrize("words", [("identify", "{}"), ("evaluate", "--images", "{}")])
@pytest.mark.parametrize("asked", ["iterdir", "is_dir"])
def test_a_folder_that_may_not_be_looked_into_is_no_bug(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], asked: str
) -> None:
    """Root may look everywhere, so the system's answer is played."""
    closed = tmp_path / "closed"
    closed.mkdir()
    allowed = getattr(Path, asked)

    def answer(path: Path) -> object:
        if path == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return allowed(path)

    monkeypatch.setattr(Path, asked, answer)
    status, told, _ = cli(*(word.format(closed) for word in words))
    assert status == 2
    assert str(closed) in told["error"]["message"]
    assert "Permission denied" in told["error"]["message"]


@pytest.mark.usefixtures("with_ada_and_ben")
@pytest.mark.parametrize(
    "verb",
    [
        ("backup",),
        ("people", "export", "--all", "--passphrase-file", "{passphrase}"),
        ("audit", "head", "--out"),
        ("evaluate", "--images", "{people}", "--report"),
    ],
    ids=lambda words: words[0],
)
def test_an_output_takes_the_place_of_its_like_only(
    cli: Cli, tmp_path: Path, verb: tuple[str, ...]
) -> None:
    (tmp_path / "passphrase").write_text("correct horse battery")
    (tmp_path / "people").mkdir()
    assert cli("settings", "set", "theme", "dark")[0] == 0
    assert cli("backup", str(tmp_path / "a backup"))[0] == 0
    words = [
        word.format(passphrase=tmp_path / "passphrase", people=tmp_path / "people") for word in verb
    ]
    overwrite = [] if verb[0] == "evaluate" else ["--overwrite"]
    home = [tmp_path / "home" / name for name in ("gallery.db", "vault.toml", "settings.toml")]
    others = [tmp_path / "key", tmp_path / "passphrase", tmp_path / "a backup", tmp_path / "people"]
    for file in (*home, *others):
        if verb == ("backup",) and file.name == "a backup":
            continue
        before = file.read_bytes() if file.is_file() else None
        status, answer, _ = cli(*words, str(file), *overwrite)
        assert (status, answer["error"]["message"]) == (
            2,
            f"{file} is another kind of file, and is not replaced.",
        )
        assert before is None or file.read_bytes() == before
    made = tmp_path / "made"
    made.touch()  # as `mktemp` leaves it
    if overwrite:
        for _ in range(2):
            assert cli(*words, str(made), *overwrite)[0] == 0
        assert made.stat().st_size > 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("words", [("settings", "list"), ("settings", "get", "nothing")])
@pytest.mark.parametrize("full", ["stdout", "stderr"])
def test_a_full_disk_behind_the_answer_is_an_error(words: tuple[str, ...], full: str) -> None:
    with Path("/dev/full").open("w") as device:
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, full: device}
        done = subprocess.run(
            [sys.executable, "-m", "siamapp", *words, "--json"], **streams, text=True
        )
    asked_for_nothing = words[1] == "get"
    if full == "stdout":
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert asked_for_nothing or "No space left on device" in done.stderr
    else:
        assert done.returncode == (2 if asked_for_nothing else 0)
        assert json.loads(done.stdout)


@pytest.mark.usefixtures("with_ada_and_ben")
def test_without_any_stdin_nobody_is_asked(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    status, answer, _ = cli("people", "delete", "Ada")
    assert (status, answer["error"]["hint"]) == (2, "Say --yes.")


SIGNALLED = """
import os, signal, sys
from importlib.abc import MetaPathFinder

at = sys.argv.pop(1)

class At(MetaPathFinder):
    def find_spec(self, name, *_):
        if name == at:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, At())
if at == "fsync":  # the backup is written, and has no name yet
    os.fsync = lambda _: os.kill(os.getpid(), signal.SIGTERM)
from siamapp.__main__ import main
main()
"""


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such signals")
@pytest.mark.usefixtures("with_ada_and_ben")
def test_whoever_is_asked_to_end_leaves_nothing_unfinished(
    tmp_path: Path, where: list[str]
) -> None:
    command = [sys.executable, "-c", SIGNALLED, "fsync", "backup", str(tmp_path / "new"), *where]
    before = set(tmp_path.rglob("*")) | {tmp_path / "home/logs", tmp_path / "home/logs/siamapp.log"}
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (128 + signal.SIGTERM, "")
    assert set(tmp_path.rglob("*")) == before


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such signals")
def test_ctrl_c_before_the_imports_are_done_tells_of_no_line() -> None:
    command = [sys.executable, "-c", SIGNALLED, "typer", "settings", "list"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_names_that_the_code_page_lacks_are_told_in_utf8(where: list[str], tmp_path: Path) -> None:
    key = find_key(tmp_path / "home", key_file=tmp_path / "key")
    with Database.open(tmp_path / "home", key) as database:
        People(database).add("李 Zoë", [sample(1)], embedder_id=EMBEDDER)

    def told(*words: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "siamapp", "people", *words, *where],
            env={**os.environ, "PYTHONIOENCODING": "cp1252"},
            capture_output=True,
        )
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    status, listed, _ = told("list")
    assert (status, listed.split("  ")[0]) == (0, "李 Zoë")
    assert json.loads(told("list", "--json")[1])["people"][0]["name"] == "李 Zoë"
    assert "--王" in told("list", "--王")[2]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a screen is always there")
def test_no_screen_is_said_with_the_way_round(tmp_path: Path) -> None:
    env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    for extra in ({}, {"DISPLAY": ":4711"}):
        done = subprocess.run(
            [sys.executable, "-m", "siamapp"],
            env={**env, "QT_QPA_PLATFORM": "", **extra},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert "siamapp live --source FILE" in done.stderr or "apt install" in done.stderr


def test_missing_libraries_are_named_with_the_install_line(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("siamapp.screen._loads", lambda name: name != "libEGL.so.1")
    status, answer, _ = cli("gui")
    assert status == 2
    assert "libEGL.so.1" in answer["error"]["message"]
    assert answer["error"]["hint"].endswith("sudo apt install libegl1")


def test_python_m_siamapp_is_the_command_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "siamapp", "--help"], capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0
    assert "identify" in done.stdout
