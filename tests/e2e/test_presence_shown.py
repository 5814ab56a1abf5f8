"""What the presence check must show, as shipped: clips it never saw, photos in a hand."""

import json
import shutil

import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from siamapp.cli import run
from siamapp.models import load_pipeline
from siamapp.paths import Paths
from siamapp.presence_test import judge, watch
from siamapp.settings import Settings
from siamapp.types import Frame, PresenceState
from training.presence_attacks import held_photo


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory):
    return load_pipeline(
        Paths(tmp_path_factory.mktemp("home")), Settings(provider="cpu", presence="passive")
    )


def verdict(pipeline, frames, mode):
    return judge("film", None, watch(pipeline.detector, pipeline.presence, frames, mode))


def held(photo, seed, *, swing=0.0, seconds=18.0):
    film = held_photo(photo, np.random.default_rng(seed), seconds=seconds, fps=10, yaw_deg=swing)
    return [Frame(bgr, k / 10, k) for k, bgr in enumerate(film)]


@pytest.mark.slow
@pytest.mark.parametrize("clip", ["desk_1", "desk_2"])
def test_a_replay_is_refused_and_the_person_is_let_in(data_dir, capfd, clip):
    folder = data_dir / "videos"
    status = run(
        ["presence-test", "--json", "--real", str(folder / f"{clip}_real.mp4"),
         "--attack", f"replay={folder / f'{clip}_replay.mp4'}"]
    )  # fmt: skip
    told = json.loads(capfd.readouterr().out)
    states = {one["species"]: one["state"] for one in told["recordings"]}
    assert states[None] == "present"
    assert states["replay"] == "not_present"
    assert told["apcer"]["replay"]["errors"] == told["bpcer"]["errors"] == status == 0


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, 7))
def test_a_photo_held_to_the_camera_is_refused_in_active_mode(data_dir, pipeline, number):
    capture = cv2.VideoCapture(str(data_dir / "videos" / f"person_{number}.mp4"))
    photo = capture.read()[1]
    capture.release()
    answer = verdict(pipeline, held(photo, number, swing=35.0), "active")
    assert answer.state is PresenceState.NOT_PRESENT


def test_a_portrait_in_a_hand_is_never_present(pipeline):
    photo = np.ascontiguousarray(astronaut()[:400, :400, ::-1])
    for mode, swing in (("passive", 40.0), ("active", 35.0)):
        answer = verdict(pipeline, held(photo, 1, swing=swing, seconds=4.0), mode)
        assert answer.frames > 20
        assert answer.state is not PresenceState.PRESENT


def test_a_photo_cannot_show_that_somebody_is_there(tmp_path, capfd):
    photo = tmp_path / "ada.png"
    cv2.imwrite(str(photo), astronaut()[..., ::-1])
    shutil.copy(photo, tmp_path / "again.png")
    shared = ["--home", str(tmp_path / "home"), "--key-file", str(tmp_path / "key"), "--json"]
    assert run(["enroll", "Ada", str(photo), *shared]) == 0
    verify = ["verify", "Ada", str(tmp_path / "again.png"), *shared]
    assert run(verify) == 0
    assert run([*verify, "--presence", "off"]) == 0
    capfd.readouterr()
    for mode in ("passive", "active"):
        assert run([*verify, "--presence", mode]) == 1
        told = json.loads(capfd.readouterr().out)
        assert told["match"] is False
        assert told["name"] is None
        assert told["presence"]["state"] != "present"
        assert told["reason"] == told["presence"]["reason"]
    assert run(["settings", "set", "presence", "passive", *shared]) == 0
    assert run(verify) == 1
