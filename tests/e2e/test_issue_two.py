"""The main job through the real command line, each verb a process of its own, on real faces.

Three people are enrolled from the first three seconds of their videos; then all six are shown.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import DATA, ROOT

ENROLLED, STRANGERS = (1, 2, 3), (4, 5, 6)
VIDEOS = DATA / "videos"
MODELS = [ROOT / "assets" / "models" / name for name in ("siamdetect-v1", "siamface-v1")]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not VIDEOS.is_dir(), reason="no videos; name their data in SIAMAPP_DATA"),
    pytest.mark.skipif(
        not all(model.is_dir() for model in MODELS), reason="the models are not in this checkout"
    ),
]


@dataclass(frozen=True)
class Answer:
    status: int
    documents: list[Any]
    stderr: str


Cli = Callable[..., Answer]


def video(person: int) -> Path:
    return VIDEOS / f"person_{person}.mp4"


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """Runs a verb in one home for the whole module."""
    folder = tmp_path_factory.mktemp("issue_two")
    where = ["--json", "--home", str(folder / "home"), "--key-file", str(folder / "key")]

    def run(*words: object) -> Answer:
        command = [sys.executable, "-m", "siamapp", *map(str, words), *where]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
        documents = [json.loads(line) for line in done.stdout.splitlines()]
        return Answer(done.returncode, documents, done.stderr)

    return run


@pytest.fixture(scope="module")
def gallery(cli: Cli) -> Cli:
    """The command line over a gallery of P1 to P3."""
    for person in ENROLLED:
        answer = cli("enroll", f"P{person}", video(person), "--end", 3)
        assert answer.status == 0, answer.stderr
        assert answer.documents[0]["enrolled"]["templates"] >= 3
    return cli


@pytest.mark.parametrize("person", ENROLLED)
def test_who_is_enrolled_is_named_within_two_seconds_and_never_as_another(
    gallery: Cli, person: int
) -> None:
    answer = gallery("live", "--source", video(person))
    assert answer.status == 0, answer.stderr
    matches = [line for line in answer.documents if line["outcome"] == "match"]
    assert matches
    assert matches[0]["time_s"] <= 2.0
    assert {line["name"] for line in matches} == {f"P{person}"}
    assert all(line["distance"] <= line["threshold"] * 1.05 for line in matches)


@pytest.mark.parametrize("person", STRANGERS)
def test_a_stranger_is_never_named(gallery: Cli, person: int) -> None:
    answer = gallery("live", "--source", video(person))
    assert answer.status == 0, answer.stderr
    assert {line["name"] for line in answer.documents} == {None}
    assert "unknown" in {line["outcome"] for line in answer.documents}


@pytest.mark.parametrize("person", ENROLLED)
def test_verify_and_identify_agree_on_what_was_not_enrolled(gallery: Cli, person: int) -> None:
    yes = gallery("verify", f"P{person}", video(person), "--start", 3, "--end", 6)
    assert (yes.status, yes.documents[0]["name"]) == (0, f"P{person}")

    other = ENROLLED[person % 3]
    no = gallery("verify", f"P{other}", video(person), "--start", 3, "--end", 6)
    assert (no.status, no.documents[0]["match"]) == (1, False)

    who = gallery("identify", video(person), "--start", 3, "--end", 6)
    names = {face["name"] for face in who.documents[0]["sources"][0]["faces"]} - {None}
    assert (who.status, names) == (0, {f"P{person}"})


@pytest.mark.parametrize("person", STRANGERS)
def test_verify_and_identify_know_no_stranger(gallery: Cli, person: int) -> None:
    for enrolled in ENROLLED:
        assert gallery("verify", f"P{enrolled}", video(person), "--end", 2).status == 1
    assert gallery("identify", video(person), "--end", 2).status == 1


def test_a_false_claim_stays_false_for_the_whole_video(gallery: Cli) -> None:
    assert gallery("live", "--source", video(2), "--claim", "P1", "--max-seconds", 8).status == 1
    assert gallery("live", "--source", video(1), "--claim", "P1", "--max-seconds", 8).status == 0


def test_somebody_known_is_not_enrolled_under_another_name(gallery: Cli) -> None:
    answer = gallery("enroll", "Impostor", video(1), "--start", 4, "--end", 7)
    assert (answer.status, answer.documents[0]["error"]["kind"]) == (2, "AlreadyKnown")
    people = gallery("people", "list").documents[0]["people"]
    assert [person["name"] for person in people] == ["P1", "P2", "P3"]


def test_the_doctor_lists_what_is_there(gallery: Cli) -> None:
    answer = gallery("doctor")
    [report] = answer.documents
    assert (answer.status, report["problems"]) == (0, [])
    assert {m["name"] for m in report["models"] if m["verified"] and m["in_use"]} == {
        "siamdetect-v1",
        "siamface-v1",
        "siamocclusion-v1",
        "siampresence-v1",
    }
    assert report["gallery"]["people"] == 3
    usable = {p["name"]: p["usable"] for p in report["providers"]}
    assert usable["cpu"] is True
    assert {"siamapp", "python", "opencv-python-headless"} <= set(report["versions"])
    assert isinstance(report["cameras"], list)


def test_no_file_of_the_home_names_anybody(gallery: Cli) -> None:
    home = Path(gallery("doctor").documents[0]["paths"]["home"])
    name = "Wilhelmina Featherstonehaugh"
    assert gallery("people", "rename", "P3", name).status == 0
    contents = {path.name: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert gallery("people", "rename", name, "P3").status == 0
    assert {"gallery.db", "siamapp.log"} <= set(contents)
    assert not [file for file, data in contents.items() if b"Wilhelmina" in data]
    assert not [file for file, data in contents.items() if b"SQLite format 3" in data]


def test_the_audit_of_it_all_holds_and_names_nobody(gallery: Cli) -> None:
    gallery("verify", "P1", video(1), "--start", 3, "--end", 6)
    entries = gallery("audit", "list", "--last", 1000).documents[0]["entries"]
    assert sum(entry["kind"] == "enrol" for entry in entries) == len(ENROLLED)
    assert any(entry["facts"].get("outcome") == "match" for entry in entries)
    assert not any(f"P{person}" in json.dumps(entries) for person in ENROLLED)
    assert gallery("audit", "verify").status == 0
