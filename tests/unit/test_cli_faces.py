"""Verbs that look at faces: real store, real sources, real portraits; only the networks follow a
script, so that every answer is known.
"""

from __future__ import annotations

import json
import re
import shutil
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from siamapp import cli_live
from siamapp.cli import run
from siamapp.cli_context import Call
from siamapp.live.session import LiveSession
from siamapp.paths import Paths
from siamapp.pipeline import Pipeline
from siamapp.settings import Settings
from siamapp.store.audit import Audit
from siamapp.store.database import Database
from siamapp.store.edits import Edits
from siamapp.store.vault import find_key
from siamapp.types import FaceResult, FrameResult, Outcome
from siamapp.vision.providers import FULL_NAMES, built_in
from tests.gui.scripted import (
    ScriptedDetector,
    ScriptedEmbedder,
    astronaut,
    empty_room,
    hopper,
    write_photo,
    write_video,
)

Cli = Callable[..., tuple[int, list[Any], str]]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run a verb with --json: exit status, JSON lines, stderr."""
    pipeline = Pipeline(ScriptedDetector(), ScriptedEmbedder())  # type: ignore[arg-type]
    monkeypatch.setattr("siamapp.recognizer.load_pipeline", lambda paths, settings: pipeline)
    where = ["--home", str(tmp_path / "home"), "--key-file", str(tmp_path / "key"), "--json"]

    def call(*words: object) -> tuple[int, list[Any], str]:
        status = run([str(word) for word in words] + where)
        out, err = capsys.readouterr()
        return status, [json.loads(line) for line in out.splitlines()], err

    return call


@pytest.fixture
def eileen(tmp_path: Path) -> Path:
    return write_photo(tmp_path / "eileen é.png", astronaut())


@pytest.fixture
def grace(tmp_path: Path) -> Path:
    return write_photo(tmp_path / "grace.png", hopper())


def test_enrol_then_verify_then_identify(cli: Cli, eileen: Path, grace: Path) -> None:
    status, [answer], _ = cli("enroll", "Eileen", eileen)
    assert (status, answer["enrolled"]["name"]) == (0, "Eileen")

    status, [answer], _ = cli("verify", "Eileen", eileen)
    assert (status, answer["match"], answer["name"]) == (0, True, "Eileen")
    assert answer["distance"] <= answer["threshold"]
    assert answer["fmr"] == 1e-3

    status, [answer], _ = cli("verify", "eileen", grace)
    assert (status, answer["match"], answer["name"]) == (1, False, None)
    assert answer["distance"] > answer["threshold"]

    status, [answer], _ = cli("identify", eileen, grace)
    assert status == 0
    named = {s["source"]: [f["name"] for f in s["faces"]] for s in answer["sources"]}
    assert named == {eileen.name: ["Eileen"], grace.name: [None]}
    assert cli("identify", grace)[0] == 1


def test_every_decision_is_in_the_audit_and_names_nobody(
    cli: Cli, tmp_path: Path, eileen: Path, grace: Path
) -> None:
    cli("enroll", "Eileen", eileen)
    cli("verify", "Eileen", grace)
    cli("identify", eileen)
    video = write_video(tmp_path / "eileen.avi", astronaut(), frames=30)
    _, decided, _ = cli("live", "--source", video)
    _, [answer], _ = cli("audit", "list")
    kinds = [entry["kind"] for entry in answer["entries"]]
    assert kinds == ["enrol"] + ["decision"] * (2 + len(decided))
    verified, identified, *live = [e["facts"] for e in answer["entries"][1:]]
    assert (verified["how"], verified["claim_id"], verified["outcome"]) == ("verify", 1, "unknown")
    assert verified["distance"] > verified["threshold"]
    assert (identified["outcome"], identified["person_id"]) == ("match", 1)
    assert [facts["outcome"] for facts in live] == [line["outcome"] for line in decided]
    assert {"quality_sharpness", "embedder_id", "provider", "version"} <= verified.keys()
    assert "Eileen" not in json.dumps(answer)
    assert cli("audit", "verify")[0] == 0


def test_a_video_of_somebody_else_is_refused_and_counts_as_such(
    cli: Cli, tmp_path: Path, eileen: Path
) -> None:
    """Its first frames, in which nothing is agreed on yet, are not the answer."""
    cli("enroll", "Eileen", eileen)
    video = write_video(tmp_path / "grace.avi", hopper(), frames=30)
    status, [answer], _ = cli("verify", "Eileen", video)
    assert (status, answer["outcome"]) == (1, "unknown")
    with Database.open(
        tmp_path / "home", find_key(tmp_path / "home", key_file=tmp_path / "key")
    ) as d:
        assert Audit(d).refusals(1).in_a_row == 1


def test_no_face_is_an_error_of_verify_and_a_no_of_identify(
    cli: Cli, tmp_path: Path, eileen: Path
) -> None:
    cli("enroll", "Eileen", eileen)
    room = write_photo(tmp_path / "room.png", empty_room())
    status, [answer], _ = cli("verify", "Eileen", room)
    assert (status, answer["error"]["kind"]) == (2, "NoFace")
    status, [answer], _ = cli("identify", room)
    assert (status, answer["sources"][0]["faces"]) == (1, [])


def test_a_known_face_needs_the_override_under_another_name(cli: Cli, eileen: Path) -> None:
    cli("enroll", "Eileen", eileen)
    status, [answer], _ = cli("enroll", "Somebody", eileen)
    assert (status, answer["error"]["kind"]) == (2, "AlreadyKnown")
    assert "--allow-duplicate" in answer["error"]["hint"]
    assert cli("enroll", "Somebody", eileen, "--allow-duplicate")[0] == 0


def test_two_people_are_not_enrolled_as_one(cli: Cli, eileen: Path, grace: Path) -> None:
    status, [answer], _ = cli("enroll", "Both", eileen, grace)
    assert (status, answer["error"]["kind"]) == (2, "Inconsistent")
    assert cli("people", "list")[1] == [{"people": []}]


def test_a_photo_without_a_face_is_passed_by_and_told(
    cli: Cli, tmp_path: Path, eileen: Path
) -> None:
    room = write_photo(tmp_path / "room.png", empty_room())
    status, [answer], err = cli("enroll", "Eileen", room, eileen)
    assert status == 0
    assert [(s["source"], s["kind"]) for s in answer["skipped"]] == [("room.png", "NoFace")]
    assert err.startswith("room.png: ")


def test_import_takes_one_folder_per_person(
    cli: Cli, tmp_path: Path, eileen: Path, grace: Path
) -> None:
    people = tmp_path / "people"
    for name, photo in (("Eileen", eileen), ("Grace", grace), ("Grace again", grace)):
        (people / name).mkdir(parents=True)
        shutil.copy(photo, people / name)
    (people / "Empty").mkdir()
    (people / "Broken").mkdir()
    (people / "Broken" / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    status, [answer], _ = cli("import", people)
    assert status == 1
    assert [p["name"] for p in answer["enrolled"]] == ["Eileen", "Grace"]
    assert {r["name"]: r["kind"] for r in answer["refused"]} == {
        "Broken": "ImageError",
        "Empty": "NoFace",
        "Grace again": "AlreadyKnown",
    }
    shutil.rmtree(people / "Broken")
    _, [again], _ = cli("import", people)  # what was stopped goes on: nobody is looked at twice
    assert (again["enrolled"], again["enrolled_before"]) == ([], 2)
    assert [r["name"] for r in again["refused"]] == ["Empty", "Grace again"]


def test_live_tells_each_decision_once(cli: Cli, tmp_path: Path, eileen: Path) -> None:
    cli("enroll", "Eileen", eileen)
    status, lines, _ = cli("live", "--source", write_video(tmp_path / "e.avi", astronaut()))
    assert status == 0
    matches = [line for line in lines if line["outcome"] == "match"]
    assert [(m["name"], m["track"]) for m in matches] == [("Eileen", matches[0]["track"])]
    assert matches[0]["time_s"] < 1
    assert set(matches[0]) == {
        *("time_s", "track", "outcome", "name", "distance"),
        *("threshold", "fmr", "runner_up", "reason", "presence"),
    }


def test_live_decides_about_each_photo_of_a_folder(
    cli: Cli, tmp_path: Path, eileen: Path, grace: Path
) -> None:
    cli("enroll", "Eileen", eileen)
    (tmp_path / "photos").mkdir()
    for number, photo in enumerate((eileen, grace, eileen)):
        shutil.copy(photo, tmp_path / "photos" / f"{number}.png")
    status, lines, _ = cli("live", "--source", tmp_path / "photos", "--claim", "Eileen")
    assert (status, [line["name"] for line in lines]) == (0, ["Eileen", None, "Eileen"])


def test_live_never_names_a_stranger_and_a_false_claim_is_a_no(
    cli: Cli, tmp_path: Path, eileen: Path
) -> None:
    cli("enroll", "Eileen", eileen)
    video = write_video(tmp_path / "g.avi", hopper(), frames=40)
    status, lines, _ = cli("live", "--source", video)
    assert status == 0
    assert {line["outcome"] for line in lines} <= {"undecided", "unknown"}
    assert [line["name"] for line in lines] == [None] * len(lines)
    assert cli("live", "--source", video, "--claim", "Eileen")[0] == 1
    assert cli("live", "--source", video, "--claim", "Nobody")[0] == 2


def test_live_stops_naming_whom_another_program_deletes(
    cli: Cli, tmp_path: Path, eileen: Path
) -> None:
    cli("enroll", "Eileen", eileen)
    home = tmp_path / "home"

    def delete_once_seen() -> None:
        key = find_key(home, key_file=tmp_path / "key")
        with Database.open(home, key) as database:
            while Audit(database).last(1)[0].facts.get("outcome") != "match":
                time.sleep(0.05)
            Edits(database).delete(1)

    other = threading.Thread(target=delete_once_seen)
    other.start()
    film = write_video(tmp_path / "e.avi", astronaut(), frames=200)
    _, lines, _ = cli("live", "--source", film, "--realtime")
    other.join()
    told = [line["outcome"] for line in lines]
    assert told == ["undecided", "match", "undecided", "empty"]


def test_a_folder_that_nobody_can_be_called_by_does_not_end_an_import(
    cli: Cli, tmp_path: Path
) -> None:
    """It came first, and each import that was begun anew ended at it."""
    too_long, whole = "A" * 121, {"Ada": astronaut(), "Grace": hopper()}
    for name, bgr in {too_long: hopper(), **whole}.items():
        (tmp_path / "all" / name).mkdir(parents=True)
        write_photo(tmp_path / "all" / name / "a.png", bgr)
    status, [answer], _ = cli("import", tmp_path / "all")
    assert (status, [p["name"] for p in answer["enrolled"]]) == (1, list(whole))
    assert [r["name"] for r in answer["refused"]] == [too_long]


def test_live_stops_naming_whom_a_new_day_ends(
    cli: Cli, tmp_path: Path, eileen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may go on for weeks."""

    class Day(date):
        now = date(2025, 12, 31)

        @classmethod
        def today(cls) -> date:
            return cls.now

    line = cli_live._line

    def midnight(call: Call, result: FrameResult, face: FaceResult) -> str:
        if face.decision.outcome is Outcome.MATCH:
            Day.now = date(2026, 1, 1)
        return line(call, result, face)

    for module in ("recognizer", "cli_live", "cli_people", "cli_context", "types"):
        monkeypatch.setattr(f"siamapp.{module}.date", Day)
    cli("enroll", "Eileen", eileen)
    assert cli("people", "consent", "Eileen", "--retain-until", "2025-12-31")[0] == 0
    monkeypatch.setattr(cli_live, "_line", midnight)
    film = write_video(tmp_path / "e.avi", astronaut(), frames=100)
    _, lines, err = cli("live", "--source", film, "--realtime")
    assert [line["outcome"] for line in lines] == ["undecided", "match", "undecided", "empty"]
    assert "Eileen was to be kept no longer, and is deleted." in err


def test_live_keeps_what_was_decided_before_ctrl_c(
    cli: Cli, tmp_path: Path, eileen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("enroll", "Eileen", eileen)

    class Interrupted(LiveSession):
        def start(self, timeout_s: float = 3.0) -> None:
            super().start(timeout_s)
            self.join()  # all is decided, and nothing told yet
            raise KeyboardInterrupt

    monkeypatch.setattr("siamapp.live.session.LiveSession", Interrupted)
    status, lines, _ = cli("live", "--source", write_video(tmp_path / "e.avi", astronaut()))
    assert status == 130
    assert [line["outcome"] for line in lines] == ["undecided", "match"]
    key = find_key(tmp_path / "home", key_file=tmp_path / "key")
    with Database.open(tmp_path / "home", key) as database:
        assert [e.facts.get("outcome") for e in Audit(database).last(2)] == ["undecided", "match"]


def test_live_ends_when_its_seconds_are_over(cli: Cli, tmp_path: Path, eileen: Path) -> None:
    cli("enroll", "Eileen", eileen)
    video = write_video(tmp_path / "e.avi", astronaut(), frames=60)
    _, lines, _ = cli("live", "--source", video, "--max-seconds", 0.05)
    assert all(line["outcome"] != "match" for line in lines)


def test_a_video_may_be_cut(cli: Cli, tmp_path: Path) -> None:
    video = write_video(tmp_path / "e.avi", astronaut(), frames=100)
    found = [
        cli("enroll", f"E {end}", video, "--end", end, "--allow-duplicate")[1][0]["samples_found"]
        for end in (0.5, 2)
    ]
    assert 0 < found[0] < found[1]


def test_what_is_no_video_is_told(cli: Cli, tmp_path: Path) -> None:
    letter = tmp_path / "letter.mp4"
    letter.write_text("Dear reader")
    for words in (["live", "--source", letter], ["enroll", "X", letter], ["identify", letter]):
        status, lines, err = cli(*words)
        assert (status, lines[-1]["error"]["kind"]) == (2, "ImageError")
        assert len(err.splitlines()) == 1


def test_answers_tell_what_their_threshold_rests_on(
    cli: Cli, tmp_path: Path, eileen: Path, grace: Path
) -> None:
    cli("enroll", "Eileen", eileen)
    cli("enroll", "Grace", grace)
    _, [verified], _ = cli("verify", "Eileen", eileen)
    told = verified["evidence"]
    assert (told["distance"], told["comparisons"]) == (verified["threshold"], 100_000)
    assert told["text"] == (
        "about 1 stranger in 1,000 would pass; from 100,000 comparisons; at most 1 in 500 at 95 %"
    )
    _, [named], _ = cli("identify", eileen)
    assert named["evidence"]["people"] == 2
    assert named["evidence"]["distance"] < told["distance"], "two people are two chances"
    assert named["sources"][0]["faces"][0]["threshold"] == named["evidence"]["distance"]
    _, _, err = cli("live", "--source", write_video(tmp_path / "e.avi", astronaut(), frames=8))
    assert "1 stranger in 1,000 would pass among 2 people" in err


def test_a_target_that_the_comparisons_cannot_show_is_refused(cli: Cli) -> None:
    status, [answer], _ = cli("settings", "set", "target_fmr", "0.0001")
    assert status == 0
    assert answer["evidence"]["comparisons"] > 1_000_000
    status, [refused], _ = cli("settings", "set", "target_fmr", "1e-9")
    assert (status, refused["error"]["kind"]) == (2, "SettingsError")
    assert cli("settings", "get", "target_fmr")[1] == [{"target_fmr": 0.0001}]
    [nearest] = re.findall(r"`siamapp settings set target_fmr (\S+)`", refused["error"]["hint"])
    assert cli("settings", "set", "target_fmr", nearest)[0] == 0, "what it names it supports"


def test_a_provider_chosen_by_name_that_does_not_run_is_told_beside_the_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], eileen: Path
) -> None:
    """By the real networks: the answer is the CPU's, and stdout holds nothing else."""
    missing = next(name for name in FULL_NAMES if name not in built_in())
    home = tmp_path / "home"
    Settings(provider=missing).save(Paths(home))
    where = ["--home", str(home), "--key-file", str(tmp_path / "key"), "--json"]
    assert run(["enroll", "Eileen", str(eileen), *where]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["enrolled"]["name"] == "Eileen"
    assert err.startswith(f"{missing.upper()} was chosen, but the models run on CPU. ")
    assert len(err.splitlines()) == 1
