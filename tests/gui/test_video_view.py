"""What the video view paints: pixels, overlays where the faces are, notices that can be read."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from siamapp.gui.colours import DARK
from siamapp.gui.video_view import Notice, Overlay, VideoView


@pytest.fixture
def view(qtbot: QtBot) -> VideoView:
    view = VideoView()
    qtbot.addWidget(view)
    view.resize(640, 480)
    return view


def painted(view: VideoView) -> QImage:
    return view.grab().toImage()


def has_colour(image: QImage, name: str, x_range: range, y_range: range) -> bool:
    wanted = QColor(name)
    return any(
        abs(image.pixelColor(x, y).red() - wanted.red()) < 30
        and abs(image.pixelColor(x, y).green() - wanted.green()) < 30
        and abs(image.pixelColor(x, y).blue() - wanted.blue()) < 30
        for x in x_range
        for y in y_range
    )


def halves() -> np.ndarray:
    """Left half blue, right half red; 320 x 240."""
    bgr = np.zeros((240, 320, 3), np.uint8)
    bgr[:, :160, 0] = 255
    bgr[:, 160:, 2] = 255
    return bgr


@pytest.mark.parametrize("mirrored", [False, True])
def test_colours_and_sides_are_right(view: VideoView, mirrored: bool) -> None:
    view.show_frame(halves(), (), mirrored=mirrored)
    image = painted(view)
    left, right = image.pixelColor(100, 240), image.pixelColor(540, 240)
    blue, red = (right, left) if mirrored else (left, right)
    assert (blue.blue(), blue.red()) == (255, 0)
    assert (red.blue(), red.red()) == (0, 255)


def test_a_narrow_picture_is_letterboxed_not_stretched(view: VideoView) -> None:
    view.show_frame(np.full((480, 240, 3), 255, np.uint8), (), mirrored=False)
    area = view.picture_rect()
    assert (area.width(), area.height()) == (240, 480)
    assert painted(view).pixelColor(100, 240).lightness() < 40


def test_a_picture_that_fills_the_view_has_round_corners(view: VideoView) -> None:
    view.show_frame(np.full((240, 320, 3), 255, np.uint8), (), mirrored=False)
    image = painted(view)
    around = view.palette().window().color()
    for x, y in ((0, 0), (639, 0), (0, 479), (639, 479)):
        assert image.pixelColor(x, y) == around
    assert image.pixelColor(320, 0) == image.pixelColor(0, 240) == QColor("white")


@pytest.mark.parametrize(("mirrored", "x"), [(False, 40), (True, 600)])
def test_the_frame_is_drawn_around_the_face(view: VideoView, mirrored: bool, x: int) -> None:
    grey = np.full((240, 320, 3), 128, np.uint8)
    overlay = Overlay((20, 60, 80, 120), "Ada", "good")
    view.show_frame(grey, (overlay,), mirrored=mirrored)
    # The box's outer edge lies at 20 px of the picture, 40 px of the widget, from its side.
    assert has_colour(painted(view), DARK.good, range(x - 4, x + 5), range(170, 190))
    view.show_overlays(())
    assert not has_colour(painted(view), DARK.good, range(x - 4, x + 5), range(170, 190))


def test_the_frame_may_not_change_behind_the_view(view: VideoView) -> None:
    """The pixels are kept alive although nobody else holds them."""
    view.show_frame(halves(), (), mirrored=False)
    np.full((240, 320, 3), 77, np.uint8)
    assert painted(view).pixelColor(100, 240).blue() == 255


def test_a_notice_is_painted_and_told_to_screen_readers(view: VideoView) -> None:
    blank = painted(view)
    view.show_notice(Notice("camera-off", "No camera found", "Plug one in."))
    assert view.accessibleDescription() == "No camera found Plug one in."
    assert painted(view) != blank
    view.show_notice(None)
    assert painted(view) == blank
