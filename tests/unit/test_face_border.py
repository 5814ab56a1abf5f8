"""Edges that go along with a face: those of a photo in a hand do, those of a room do not."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from skimage.data import astronaut, coffee

from siamapp.types import BgrImage, FloatArray
from siamapp.vision.face_border import FaceBorder

FPS, SECONDS = 20, 3
HEIGHT, WIDTH = 480, 640
EYES_NOSE_MOUTH = np.array([[203, 107], [245, 106], [222, 128], [207, 150], [244, 150]], np.float32)
"""Of Eileen Collins in her portrait, laid by hand."""
BARE = np.full((HEIGHT, WIDTH, 3), 150, np.uint8)


def portrait() -> BgrImage:
    return np.ascontiguousarray(astronaut()[:300, 80:370, ::-1])


def with_door(bgr: BgrImage) -> BgrImage:
    """Its frame on both sides of where a face will be, and above."""
    return np.asarray(cv2.rectangle(bgr.copy(), (190, 20), (450, HEIGHT), (60, 70, 80), 8))


def room() -> BgrImage:
    """Something to see all over, and a door."""
    return with_door(cv2.resize(np.ascontiguousarray(coffee()[..., ::-1]), (WIDTH, HEIGHT)))


def path(reach_px: float) -> list[FloatArray]:
    """Where something is that sways, from frame to frame: `(2, 3)`."""
    made = []
    for k in range(FPS * SECONDS):
        phase = 2 * np.pi * k / FPS
        matrix = cv2.getRotationMatrix2D((145, 150), 2 * np.sin(phase / 2), 1.0)
        matrix[:, 2] += np.array([175, 90]) + reach_px * np.array([np.sin(phase), np.cos(phase)])
        made.append(np.asarray(matrix, np.float32))
    return made


def film(
    behind: BgrImage, places: list[FloatArray], *, head_only: bool
) -> Iterator[tuple[BgrImage, FloatArray]]:
    """The portrait before `behind`, as a whole or only the head in it, and its landmarks."""
    rng = np.random.default_rng(0)
    shown = portrait()
    mask = np.zeros(shown.shape[:2], np.uint8)
    if head_only:
        cv2.ellipse(mask, (144, 115), (58, 90), 0, 0, 360, 255, -1)
    else:
        mask[:] = 255
    for place in places:
        laid = cv2.warpAffine(shown, place, (WIDTH, HEIGHT))
        there = cv2.warpAffine(mask, place, (WIDTH, HEIGHT))[..., None] / 255
        picture = laid * there + behind * (1 - there) + rng.normal(0, 2, behind.shape)
        points = (EYES_NOSE_MOUTH - (80, 0)) @ place[:, :2].T + place[:, 2]
        yield np.clip(picture, 0, 255).astype(np.uint8), points.astype(np.float32)


def said(frames: Iterator[tuple[BgrImage, FloatArray]]) -> list[bool]:
    border = FaceBorder()
    return [border.add(bgr, points, k / FPS) for k, (bgr, points) in enumerate(frames)]


@pytest.mark.parametrize(("behind", "reach_px"), [(room(), 6.0), (BARE, 18.0)])
def test_the_edges_of_a_photo_in_a_hand_go_along_with_the_face(behind, reach_px) -> None:
    answers = said(film(behind, path(reach_px), head_only=False))
    assert not any(answers[: FPS // 2]), "half a second is too soon"
    assert sum(answers) > FPS // 2


@pytest.mark.parametrize("reach_px", [0.0, 6.0, 18.0])
def test_a_door_behind_somebody_who_moves_does_not(reach_px) -> None:
    assert not any(said(film(room(), path(reach_px), head_only=True)))


def test_a_photo_that_hangs_still_says_nothing() -> None:
    assert not any(said(film(room(), [path(0.0)[0]] * FPS * SECONDS, head_only=False)))


@pytest.mark.parametrize(("behind", "reach_px"), [(room(), 6.0), (with_door(BARE), 2.0)])
def test_a_camera_that_trembles_moves_everything_and_accuses_nobody(behind, reach_px) -> None:
    still = next(film(behind, [path(0.0)[0]], head_only=False))
    rng = np.random.default_rng(1)

    def seen() -> Iterator[tuple[BgrImage, FloatArray]]:
        for k in range(FPS * SECONDS):
            shift = reach_px * np.array([np.sin(0.4 * k), np.cos(0.3 * k)])
            matrix = np.column_stack([np.eye(2), shift]).astype(np.float32)
            moved = cv2.warpAffine(
                still[0], matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE
            )
            grain = rng.normal(0, 2, moved.shape)
            bgr = np.clip(moved + grain, 0, 255).astype(np.uint8)
            yield bgr, (still[1] + shift).astype(np.float32)

    assert not any(said(seen()))


@pytest.mark.parametrize("corner", [(-30.0, -30.0), (630.0, 470.0), (310.0, -40.0)])
def test_a_face_at_the_rim_of_the_picture_is_followed_as_far_as_it_is_seen(corner) -> None:
    border, points = FaceBorder(), (EYES_NOSE_MOUTH - (203, 107)) + np.float32(corner)
    assert [border.add(room(), points, k / FPS) for k in range(5)] == [False] * 5
