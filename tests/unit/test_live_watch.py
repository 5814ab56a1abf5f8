from __future__ import annotations

from itertools import chain, repeat

import numpy as np
import pytest

from siamapp.live.watch import Picture, PictureWatch
from siamapp.types import BgrImage, Frame
from tests.fakes import black, noise

FPS = 10


def seen(frames: list[BgrImage], *, live: bool = True) -> list[Picture]:
    watch = PictureWatch(live=live)
    return [watch.see(Frame(bgr, n / FPS, n)) for n, bgr in enumerate(frames)]


def test_black_takes_more_than_a_second_and_ends_at_once() -> None:
    pictures = seen([*noise(5), *black(15), *noise(2, seed=1)])
    assert pictures == [Picture.OK] * 16 + [Picture.BLACK] * 4 + [Picture.OK] * 2


def test_frozen_takes_more_than_a_second_and_ends_at_once() -> None:
    still, *moving = noise(3)
    pictures = seen([still] * 25 + moving)
    assert pictures == [Picture.OK] * 11 + [Picture.FROZEN] * 14 + [Picture.OK] * 2


def test_a_slow_camera_that_repeats_each_picture_lives() -> None:
    """At 5 pictures a second in the dark, told as 10."""
    assert set(seen([picture for picture in noise(20) for _ in range(2)])) == {Picture.OK}


def test_one_grey_level_of_one_sampled_pixel_is_life() -> None:
    still = noise(1)[0]
    flicker = still.copy()
    flicker[8, 8, 1] ^= 1
    assert set(seen([still, flicker] * 20)) == {Picture.OK}


def test_a_recording_may_stand_still() -> None:
    assert set(seen(noise(1) * 40, live=False)) == {Picture.OK}


def test_a_covered_lens_that_clips_to_zero_is_black_not_frozen() -> None:
    pictures = seen([np.zeros((48, 64, 3), np.uint8)] * 40)
    assert pictures[-1] is Picture.BLACK
    assert Picture.FROZEN not in pictures


@pytest.mark.parametrize("level", [17, 128, 255])
def test_an_even_picture_that_is_not_dark_is_not_black(level: int) -> None:
    frames = chain.from_iterable(repeat([np.full((48, 64, 3), level, np.uint8)], 15))
    assert set(seen(list(frames), live=False)) == {Picture.OK}


def test_a_dark_room_with_a_lamp_is_not_black() -> None:
    frames = black(20)
    for bgr in frames:
        bgr[:16, :16] = 200
    assert set(seen(frames)) == {Picture.OK}
