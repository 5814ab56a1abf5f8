"""The measuring itself: what is timed is one face's whole way, and what is said adds up."""

import os
import sys
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data

from siamapp.bench import fit, run_bench, swaying
from siamapp.bench_peer import OpenCvPeer, Peer
from siamapp.drawn_face import drawn_face
from siamapp.errors import ModelMissing, NoFace
from siamapp.models import load_pipeline
from siamapp.paths import Paths
from siamapp.settings import Settings
from siamapp.vision.model import Model

PEERS = Path(os.environ.get("SIAMAPP_PEERS", Path(__file__).parents[2] / "../shared/peers"))


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory):
    return load_pipeline(Paths(tmp_path_factory.mktemp("home")), Settings())


STAGES = {"detect", "align", "quality", "track", "embed", "match", "presence", "decide"}


def test_every_stage_of_the_drawn_face_is_measured(pipeline):
    report = run_bench(pipeline, drawn_face(), repeats=10)
    assert set(report["stage_ms"]) == set(report["stream_stage_ms"]) == STAGES
    assert all(ms > 0 for ms in report["stage_ms"].values())
    assert report["models"]["embedder"]["file"] == "model.int8.onnx"
    assert "ratio" not in report["frame"]
    assert report["scenes"]["1280x720"]["faces"] == 1
    assert report["scenes"]["five_faces"]["faces"] == 5
    assert report["scenes"]["five_faces"]["single_ratio"] > 1
    assert report["scenes"]["nobody"]["faces"] == 0
    assert report["scenes"]["nobody"]["stream_ratio"] < 1


@pytest.mark.skipif(not PEERS.is_dir(), reason="the reference models are not here (SIAMAPP_PEERS)")
def test_peers_are_measured_in_the_same_run(pipeline):
    report = run_bench(pipeline, drawn_face(), peers=PEERS, repeats=10)
    frame, mean, median = report["frame"], report["mean_ms"], report["median_ms"]
    peer = "yunet_640+mobilefacenet"
    assert frame["ratio"] == pytest.approx(mean[peer] / mean["stream"], rel=0.02)
    assert frame["ratio_single"] == pytest.approx(median[peer] / median["single"], rel=0.02)
    opencv = mean["opencv_640+mobilefacenet"]
    assert frame["ratio_opencv"] == pytest.approx(opencv / mean["stream"], rel=0.02)


@pytest.mark.skipif(not PEERS.is_dir(), reason="the reference models are not here (SIAMAPP_PEERS)")
def test_the_peers_do_the_whole_work_and_agree_about_the_face():
    """Of a vector of noise no time would be worth anything."""
    portrait = cv2.cvtColor(skimage.data.astronaut(), cv2.COLOR_RGB2BGR)
    far = np.eye(128, dtype=np.float32)[:1]
    unlike = OpenCvPeer(PEERS, far)(fit(portrait))
    assert Peer(PEERS, far, scale=1.0)(fit(portrait)) == pytest.approx(unlike, abs=1e-3)
    assert Peer(PEERS, far, scale=0.5)(fit(portrait)) == pytest.approx(unlike, abs=0.1)
    for peer in (OpenCvPeer(PEERS, far), Peer(PEERS, far, scale=1.0)):
        with pytest.raises(NoFace, match="peer"):
            peer(np.full((480, 640, 3), 127, np.uint8))


def test_what_another_thread_does_is_counted(pipeline, monkeypatch):
    """An accelerator's work is not in the calling thread's own time."""
    if sys.platform != "win32":
        assert run_bench(pipeline, drawn_face(), repeats=1)["clock"] == "thread_time"
    monkeypatch.setattr(Model, "provider", "cuda")
    assert run_bench(pipeline, drawn_face(), repeats=1)["clock"] == "perf_counter"


def test_the_stream_moves_and_its_means_hold_full_detections(pipeline):
    """No two frames are alike, and all of a frame is searched now and then."""
    still = fit(drawn_face())
    moved = [swaying(still, index) for index in range(30)]
    assert all((a != b).any() for a, b in pairwise(moved))
    report = run_bench(pipeline, drawn_face(), repeats=30)
    share = report["stream_stage_ms"]["detect"] / report["stage_ms"]["detect"]
    assert 0.1 < share < 0.9


def test_a_picture_without_a_face_is_refused(pipeline):
    with pytest.raises(NoFace, match="0 faces"):
        run_bench(pipeline, np.full((480, 640, 3), 127, np.uint8))


def test_a_folder_without_peers_is_refused(pipeline, tmp_path):
    with pytest.raises(ModelMissing, match="yunet"):
        run_bench(pipeline, drawn_face(), peers=tmp_path, repeats=5)


@pytest.mark.parametrize("shape", [(480, 640), (100, 100), (2000, 300), (33, 1999)])
def test_any_picture_fits_the_frame(shape):
    assert fit(np.zeros((*shape, 3), np.uint8)).shape == (480, 640, 3)
