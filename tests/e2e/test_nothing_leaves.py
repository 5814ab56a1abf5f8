"""Nothing about anybody leaves the vault: no connection is made, no file outside tells a thing."""

from __future__ import annotations

import base64
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from siamapp.store.audit import Audit
from siamapp.store.database import Database
from siamapp.store.people import People
from siamapp.store.vault import find_key
from tests.conftest import ROOT
from tests.gui.scripted import astronaut, hopper, write_photo, write_video

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.platform != "linux" or shutil.which("strace") is None, reason="needs strace"
    ),
]
CANARY = "Zebulon Quillfeather"
ELSEWHERE = {"XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"} | {
    # Where one of these is set, onnxruntime gathers no telemetry and the test would prove nothing.
    "CI", "TF_BUILD", "GITHUB_ACTIONS", "CIRCLECI", "JENKINS_URL", "ORT_DISABLE_TELEMETRY",
}  # fmt: skip
INTERNET = re.compile(r"AF_INET6?\b")


def started(folder: Path, *words: object) -> subprocess.Popen[str]:
    """A verb in a process of its own, whose system calls about sockets go to `calls`."""
    (folder / "user").mkdir(exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    where = ["--home", str(folder / "home"), "--key-file", str(folder / "key")]
    return subprocess.Popen(
        [
            *("strace", "-f", "-qq", "-e", "trace=%network", "-o", str(folder / "calls")),
            *(sys.executable, "-m", "siamapp", *map(str, words), *where),
        ],
        cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**environment, "HOME": str(folder / "user"), "QT_QPA_PLATFORM": "offscreen"},
        start_new_session=True,
    )  # fmt: skip


def traced(folder: Path, *words: object) -> tuple[int, str]:
    """Exit status of a verb, and its system calls about sockets."""
    with started(folder, *words) as process:
        try:
            said = process.communicate(timeout=240)
        finally:
            process.kill()
    with (folder / "output").open("a") as output:
        output.writelines(said)
    return process.returncode, (folder / "calls").read_text()


def test_verbs_open_no_internet_socket_and_leave_no_trace_of_anybody(tmp_path: Path) -> None:
    photo = write_photo(tmp_path / "photo.png", astronaut())
    other = write_photo(tmp_path / "other.png", hopper())
    statuses = []
    for words in (
        ("enroll", CANARY, photo),
        ("verify", CANARY, photo),
        ("verify", CANARY, other),
        ("identify", photo),
        ("doctor",),
        ("enroll", CANARY, photo),
        ("people", "show", "nobody at all"),
    ):
        status, calls = traced(tmp_path, *words)
        statuses.append(status)
        assert not INTERNET.search(calls), f"{words[0]} opened a socket to the internet"
    assert statuses == [0, 0, 1, 0, 0, 2, 2]
    assert not list((tmp_path / "user").rglob("*")), "a library keeps something of its own"
    traces = canary_traces(tmp_path)
    home = tmp_path / "home"
    searched = [path for path in home.rglob("*") if path.is_file()]
    assert {"gallery.db", "siamapp.log"} <= {path.name for path in searched}
    for path in searched:
        data = path.read_bytes()
        found = [what for what, trace in traces.items() if trace in data]
        assert not found, f"{path.name} tells {found}"
    assert CANARY in (tmp_path / "output").read_text(), "the search finds what is there"


def test_the_window_opens_no_internet_socket(tmp_path: Path) -> None:
    """It opens, plays a video, names who is in it, and is killed."""
    photo = write_photo(tmp_path / "photo.png", astronaut())
    assert traced(tmp_path, "enroll", CANARY, photo)[0] == 0
    assert traced(tmp_path, "settings", "set", "presence", "passive")[0] == 0
    film = write_video(tmp_path / "film.avi", astronaut(), frames=300)
    with started(tmp_path, "gui", "--source", film) as window:
        try:
            until = time.monotonic() + 240
            while not decided(tmp_path) and time.monotonic() < until:
                time.sleep(1)
        finally:
            os.killpg(window.pid, signal.SIGKILL)
    assert decided(tmp_path), "somebody was seen"
    calls = (tmp_path / "calls").read_text()
    assert "socket(" in calls, "the search finds what is there"
    assert not INTERNET.search(calls)


def decided(folder: Path) -> bool:
    home = folder / "home"
    with Database.open(home, find_key(home, key_file=folder / "key")) as database:
        return any(entry.kind == "decision" for entry in Audit(database).last(9))


def canary_traces(folder: Path) -> dict[str, bytes]:
    """What the name, the face and the vector look like in a file that was not encrypted."""
    home = folder / "home"
    with Database.open(home, find_key(home, key_file=folder / "key")) as database:
        people = People(database)
        [template, *_] = people.templates(people.by_name(CANARY).person_id)
        crop = people.crop(template.template_id)
    assert crop is not None
    _, png = cv2.imencode(".png", crop)
    vector = template.embedding.astype("<f4").tobytes()
    name = CANARY.encode()
    return {
        "the name": b"Quillfeather",
        "the name in UTF-16": CANARY.encode("utf-16-le"),
        "the name's start": b"Zebulon",
        "the name in base64": base64.b64encode(name)[:16],
        "the name compressed": zlib.compress(name)[2:14],
        "the picture": png.tobytes()[40:72],
        "the pixels": crop[50, :12].tobytes(),
        "the vector": vector[:16],
        "the vector as text": np.array2string(template.embedding[:1])[1:8].encode(),
    }
