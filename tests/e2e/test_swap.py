"""A name stays with its face: cuts and jumps between people in real videos."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import combinations, islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from siamapp.identity.decide import Policy
from siamapp.identity.gallery import Gallery
from siamapp.models import load_pipeline
from siamapp.paths import Paths
from siamapp.pipeline import Pipeline, StageClock, Stream
from siamapp.settings import Settings
from siamapp.types import BgrImage, Frame, FrameResult
from siamapp.vision.thumbnail import SAME_PICTURE, thumbnail

DATA = Path(os.environ.get("SIAMAPP_DATA", Path(__file__).parents[2] / "../shared/data"))
VIDEOS = DATA / "videos"
pytestmark = pytest.mark.skipif(
    not VIDEOS.is_dir(), reason="needs the videos (SIAMAPP_DATA or ../shared/data)"
)
POLICY = Policy(
    threshold=0.998, fmr=1e-3, leave_threshold=1.048, runner_up_margin=0.05, agree_frames=3
)


def frames(person: int, first: int, count: int) -> list[BgrImage]:
    """So many frames of a video, fitted into 512x512."""
    capture = cv2.VideoCapture(str(VIDEOS / f"person_{person}.mp4"))

    def every() -> Iterator[BgrImage]:
        while True:
            good, bgr = capture.read()
            if not good:
                return
            yield np.asarray(cv2.resize(bgr, (512, 512)), np.uint8)

    try:
        return list(islice(every(), first, first + count))
    finally:
        capture.release()


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return load_pipeline(Paths(tmp_path_factory.mktemp("home")), Settings())


def gallery_of(pipeline: Pipeline, person: int) -> Gallery:
    crops = [
        pipeline.see(Frame(bgr, 0.0, 0), StageClock())[0].crop_bgr
        for bgr in frames(person, 0, 40)[::8]
    ]
    vectors = pipeline.embedder(crops)
    return Gallery(pipeline.embedder.id, vectors, np.zeros(len(vectors), np.int64), {0: "named"})


def play(pipeline: Pipeline, gallery: Gallery, pictures: list[BgrImage]) -> list[FrameResult]:
    stream = Stream(pipeline, lambda: gallery, lambda: POLICY)
    return [stream(Frame(bgr, i / 30, i)) for i, bgr in enumerate(pictures)]


def names(result: FrameResult) -> list[str | None]:
    return [face.decision.name for face in result.faces]


@pytest.mark.parametrize(("named", "other"), [(3, 1), (1, 3), (4, 5), (5, 4), (5, 6)])
def test_after_a_cut_the_name_is_gone_in_the_same_frame(
    pipeline: Pipeline, named: int, other: int
) -> None:
    gallery = gallery_of(pipeline, named)
    before, after = frames(named, 40, 12), frames(other, 40, 8)
    results = play(pipeline, gallery, before + after)
    assert names(results[len(before) - 1]) == ["named"]
    assert any(result.faces for result in results[len(before) :])
    for result in results[len(before) :]:
        assert "named" not in names(result)
    tracks = [{f.track_id for f in r.faces} for r in results]
    assert not tracks[len(before) - 1] & set().union(*tracks[len(before) :])


def test_the_name_goes_with_the_face_and_not_with_the_place(pipeline: Pipeline) -> None:
    """Two people side by side change places from one frame to the next."""
    gallery = gallery_of(pipeline, 3)
    pairs = list(zip(frames(3, 40, 24), frames(4, 40, 24), strict=True))
    pictures = [np.hstack([a, b] if i < 12 else [b, a]) for i, (a, b) in enumerate(pairs)]
    results = play(pipeline, gallery, pictures)
    for index, result in enumerate(results):
        for face in result.faces:
            left = face.face.landmarks_xy[:, 0].mean() < 512
            if face.decision.name:
                assert left == (index < 12), f"named in the wrong place in frame {index}"
    assert "named" in names(results[11])
    assert "named" in names(results[-1])


def test_two_people_at_one_place_never_make_the_same_picture(pipeline: Pipeline) -> None:
    thumbnails = {
        person: [
            thumbnail(seen.crop_bgr)
            for bgr in frames(person, 0, 60)[::10]
            for seen in pipeline.see(Frame(bgr, 0.0, 0), StageClock())
        ]
        for person in range(1, 7)
    }
    most = max(
        float(np.max(np.stack(thumbnails[one]) @ np.stack(thumbnails[other]).T))
        for one, other in combinations(thumbnails, 2)
    )
    assert most < SAME_PICTURE - 0.05
