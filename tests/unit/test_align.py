"""The similarity transform against hand-made ones."""

import cv2
import numpy as np
import pytest

from siamapp.vision.align import CROP_PX, TEMPLATE_XY, align, similarity


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
