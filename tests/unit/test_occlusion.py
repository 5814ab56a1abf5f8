"""What covers a face is measured at an enrolment: named, ranked by, and refused for by nobody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from matplotlib.cbook import get_sample_data
from skimage.data import astronaut

from siamapp.collect import Collector
from siamapp.models import load_pipeline
from siamapp.paths import Paths
from siamapp.pipeline import Pipeline, StageClock
from siamapp.settings import Settings
from siamapp.store.rows import quality_json
from siamapp.types import BgrImage, Frame, Quality
from siamapp.vision.quality import score

COVERS = {
    "mask": ((0, 68), (112, 112), (230, 220, 200)),
    "sunglasses": ((16, 40), (96, 64), (12, 12, 12)),
    "paper": ((56, 20), (112, 112), (250, 250, 250)),
}
"""Corners in the aligned crop, and a colour."""


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return load_pipeline(Paths(tmp_path_factory.mktemp("home")), Settings())


def portraits() -> list[BgrImage]:
    with get_sample_data("grace_hopper.jpg") as file:
        hopper = cv2.imdecode(np.frombuffer(file.read(), np.uint8), cv2.IMREAD_COLOR_BGR)
    assert hopper is not None
    eileen = cv2.cvtColor(astronaut(), cv2.COLOR_RGB2BGR)
    return [np.asarray(picture, np.uint8) for picture in (eileen, hopper)]


def covered(crop_bgr: BgrImage, what: str) -> BgrImage:
    first, last, colour = COVERS[what]
    return np.asarray(cv2.rectangle(crop_bgr.copy(), first, last, colour, -1), np.uint8)


@pytest.mark.parametrize("which", [0, 1])
def test_what_covers_a_face_is_seen(pipeline: Pipeline, which: int) -> None:
    measure = pipeline.occlusion
    assert measure is not None
    (seen,) = pipeline.see(Frame(portraits()[which], 0.0, 0), StageClock())
    free = measure(seen.crop_bgr)
    assert 0 <= free < measure.limit
    for what in COVERS:
        assert measure(covered(seen.crop_bgr, what)) > max(measure.limit, 2 * free), what


def test_an_enrolment_measures_it_and_refuses_nobody_for_it(pipeline: Pipeline) -> None:
    collector = Collector(pipeline, Settings())
    picture = portraits()[0]
    (seen,) = pipeline.see(Frame(picture, 0.0, 0), StageClock())
    assert seen.quality.occlusion is None, "a probe is not measured"
    x1, y1, x2, y2 = (int(v) for v in seen.face.box_xyxy)
    picture[(y1 + y2) // 2 + (y2 - y1) // 8 : y2, x1 : (x1 + x2) // 2] = 250
    shares = []
    for index, frame in enumerate((portraits()[0], picture)):
        progress = collector.add(Frame(frame, float(index), index))
        assert "cover" not in progress.advice
        share = progress.seen[0].quality.occlusion
        assert share is not None
        shares.append(share)
    assert collector.limits.occlusion is not None
    assert shares[0] < shares[1]
    assert collector.samples()[0].quality.occlusion == shares[0]


def test_of_two_looks_the_free_one_is_better_and_an_old_sample_has_none() -> None:
    free = Quality(64, 0.4, 0.5, 0.2, 0, 0, 0, 1, occlusion=0.02)
    assert score(free) > score(replace(free, occlusion=0.4))
    assert score(replace(free, occlusion=None)) >= score(free)
    assert "occlusion" not in quality_json(replace(free, occlusion=None))
    assert '"occlusion": 0.02' in quality_json(free)


def test_the_models_of_the_app_are_no_fifth_wheel(tmp_path: Path) -> None:
    """Without it nothing is measured, and nothing else changes."""
    whole = load_pipeline(Paths(tmp_path), Settings())
    bare = Pipeline(whole.detector, whole.embedder)
    progress = Collector(bare, Settings()).add(Frame(portraits()[0], 0.0, 0))
    assert progress.good == 1
    assert progress.seen[0].quality.occlusion is None
