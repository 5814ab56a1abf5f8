"""The similarity transform against hand-made ones."""

import cv2
import numpy as np
import pytest

from siamapp.vision.align import CROP_PX, TEMPLATE_XY, align, similarity, unlay


@pytest.mark.parametrize(
    ("angle", "scale", "shift"), [(0, 1, (0, 0)), (30, 2, (50, -7)), (-120, 0.4, (9, 300))]
)
def test_undoes_any_rotation_scale_and_shift(angle, scale, shift):
    radians = np.radians(angle)
    turn = scale * np.array(
        [[np.cos(radians), -np.sin(radians)], [np.sin(radians), np.cos(radians)]]
    )
    seen = (TEMPLATE_XY @ turn.T + shift).astype(np.float32)
    back = similarity(seen)
    assert np.allclose(seen @ back[:, :2].T + back[:, 2], TEMPLATE_XY, atol=1e-3)


def test_is_the_least_squares_answer_that_opencv_finds():
    seen = TEMPLATE_XY * 3 + np.random.default_rng(0).normal(0, 4, (5, 2)).astype(np.float32)
    ours = similarity(seen)
    error = np.square(seen @ ours[:, :2].T + ours[:, 2] - TEMPLATE_XY).sum()
    theirs, _ = cv2.estimateAffinePartial2D(seen, TEMPLATE_XY, method=cv2.LMEDS)
    assert error <= np.square(seen @ theirs[:, :2].T + theirs[:, 2] - TEMPLATE_XY).sum() + 1e-3


@pytest.mark.parametrize("bad", [np.zeros((5, 2)), np.full((5, 2), np.nan)])
def test_refuses_landmarks_that_make_no_face(bad):
    with pytest.raises(ValueError, match="landmarks"):
        similarity(bad.astype(np.float32))


@pytest.mark.parametrize("scale", [1.0, 3.0, 9.0])
def test_landmarks_land_on_the_template_at_every_size(scale):
    side = int(130 * scale)
    picture = np.zeros((side, side, 3), np.uint8)
    points = (TEMPLATE_XY + 5) * np.float32(scale)
    for x, y in points:
        cv2.circle(
            picture, (round(float(x)), round(float(y))), max(int(2 * scale), 2), (255,) * 3, -1
        )
    crop = align(picture, points)
    assert crop.shape == (CROP_PX, CROP_PX, 3)
    for x, y in TEMPLATE_XY:
        assert crop[round(float(y)), round(float(x)), 0] > 200


@pytest.mark.parametrize("scale", [2.0, 4.4, 9.0])
@pytest.mark.parametrize("place", [(400, 300), (20, 10), (790, 590)])
def test_only_the_part_shown_is_shrunk_and_the_crop_is_as_if_all_were(scale, place):
    picture = np.random.default_rng(3).integers(0, 256, (600, 800, 3), np.uint8)
    picture = cv2.GaussianBlur(picture, (0, 0), 3)
    radians = np.radians(20)
    turn = np.array([[np.cos(radians), -np.sin(radians)], [np.sin(radians), np.cos(radians)]])
    points = ((TEMPLATE_XY - 56) * scale @ turn.T + place).astype(np.float32)
    step = 2 ** int(np.log2(scale))
    whole = cv2.resize(picture, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA)
    matrix = similarity((points + 0.5) / step - 0.5)
    expected = cv2.warpAffine(whole, matrix, (CROP_PX, CROP_PX))
    assert np.abs(align(picture, points).astype(int) - expected).max() <= 1


def test_a_face_outside_the_picture_is_black():
    picture = np.full((100, 100, 3), 255, np.uint8)
    assert align(picture, TEMPLATE_XY * 4 + 5000).max() == 0


def test_points_of_a_crop_go_back_to_where_they_came_from():
    seen = (TEMPLATE_XY * 2.5 + [30, -12]).astype(np.float32)
    back = unlay(TEMPLATE_XY, similarity(seen))
    assert back == pytest.approx(seen, abs=1e-3)
