"""The measuring itself: what is timed is one face's whole way, and what is said adds up."""

import os
from pathlib import Path

import numpy as np
import pytest

from siamapp.bench import fit, run_bench
from siamapp.drawn_face import drawn_face
from siamapp.errors import ModelMissing, NoFace
from siamapp.paths import Paths
from siamapp.recognizer import load_pipeline
from siamapp.settings import Settings

PEERS = Path(os.environ.get("SIAMAPP_PEERS", Path(__file__).parents[2] / "../shared/peers"))


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory):
    return load_pipeline(Paths(tmp_path_factory.mktemp("home")), Settings())


def test_every_stage_of_the_drawn_face_is_measured(pipeline):
    report = run_bench(pipeline, drawn_face(), repeats=5)
    stages = report["stage_ms"]
    assert set(stages) == {"detect", "align", "quality", "track", "embed", "match", "decide"}
    assert all(ms > 0 for ms in stages.values())
    assert report["models"]["embedder"]["file"] == "model.int8.onnx"
    assert "ratio" not in report["frame"]


@pytest.mark.skipif(not PEERS.is_dir(), reason="the reference models are not here (SIAMAPP_PEERS)")
def test_peers_are_measured_in_the_same_run(pipeline):
    report = run_bench(pipeline, drawn_face(), peers=PEERS, repeats=5)
    ours, peer = (report["median_ms"][n] for n in ("siamapp", "yunet_640+mobilefacenet"))
    assert report["frame"]["ratio"] == pytest.approx(peer / ours, rel=0.01)


def test_a_picture_without_a_face_is_refused(pipeline):
    with pytest.raises(NoFace, match="0 faces"):
        run_bench(pipeline, np.full((480, 640, 3), 127, np.uint8))


def test_a_folder_without_peers_is_refused(pipeline, tmp_path):
    with pytest.raises(ModelMissing, match="yunet"):
        run_bench(pipeline, drawn_face(), peers=tmp_path, repeats=5)


@pytest.mark.parametrize("shape", [(480, 640), (100, 100), (2000, 300), (33, 1999)])
def test_any_picture_fits_the_frame(shape):
    assert fit(np.zeros((*shape, 3), np.uint8)).shape == (480, 640, 3)
