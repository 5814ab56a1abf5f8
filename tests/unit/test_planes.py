"""What a network is given: the card's colours and scale, and a picture shrunk by means."""

import cv2
import numpy as np
import pytest

from siamapp.vision.card import InputSpec
from siamapp.vision.planes import fill, halve


@pytest.mark.parametrize("channels", ["bgr", "rgb"])
def test_planes_have_the_cards_order_and_scale(channels):
    spec = InputSpec(width=8, height=6, channels=channels, mean=(1, 2, 3), std=(1, 4, 5))
    bgr = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)
    planes = np.full((3, 6, 8), np.nan, np.float32)
    fill(planes, bgr, spec)
    ordered = bgr if channels == "bgr" else bgr[..., ::-1]
    assert planes == pytest.approx(((ordered - [1.0, 2, 3]) / [1, 4, 5]).transpose(2, 0, 1))


def test_halving_is_the_mean_of_the_pixels_it_stands_for():
    bgr = np.random.default_rng(0).integers(0, 256, (65, 83, 3), np.uint8)
    small = halve(bgr, 2)
    expected = cv2.resize(bgr[:64, :80], (20, 16), interpolation=cv2.INTER_AREA)
    assert small.shape == expected.shape
    assert np.abs(small.astype(int) - expected).max() <= 1
    assert halve(bgr, 0) is bgr
