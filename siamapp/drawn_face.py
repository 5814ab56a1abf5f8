"""A painted face, so that measuring needs nobody's picture."""

from __future__ import annotations

import cv2
import numpy as np

from siamapp.types import BgrImage

_SKIN, _SHADE, _HAIR, _LIP = (140, 170, 215), (105, 135, 185), (35, 45, 60), (95, 95, 175)
_DARK, _NOSTRIL, _LID = (10, 10, 10), (60, 75, 110), (60, 70, 90)


def drawn_face() -> BgrImage:
    """`(480, 640, 3)` BGR: a head and shoulders that a face detector takes for a face."""
    canvas = np.full((480, 640, 3), (150, 140, 130), np.uint8)

    def oval(
        x: int, y: int, width: int, height: int, colour: tuple[int, int, int],
        arc: tuple[int, int] = (0, 360), thickness: int = -1,
    ) -> None:  # fmt: skip
        cv2.ellipse(canvas, (x, y), (width, height), 0, *arc, colour, thickness, cv2.LINE_AA)

    oval(320, 215, 108, 138, _HAIR)
    oval(320, 470, 190, 110, (110, 70, 60))
    cv2.rectangle(canvas, (280, 330), (360, 410), _SHADE, -1)
    oval(320, 245, 92, 122, _SKIN)
    oval(320, 132, 84, 34, _HAIR)
    for x in (282, 358):
        oval(x, 226, 26, 16, _SHADE)
        oval(x, 228, 17, 8, (235, 235, 235))
        oval(x, 228, 8, 8, (50, 60, 70))
        oval(x, 228, 3, 3, _DARK)
        oval(x, 220, 19, 9, _LID, (180, 360), 3)
        oval(x, 206, 24, 9, _HAIR, (190, 350), 6)
    oval(308, 250, 5, 34, _SHADE)
    oval(320, 278, 19, 10, _SHADE)
    oval(310, 282, 5, 3, _NOSTRIL)
    oval(330, 282, 5, 3, _NOSTRIL)
    oval(320, 316, 34, 10, _LIP)
    oval(320, 313, 34, 3, (60, 55, 110))
    oval(320, 335, 22, 4, _SHADE)
    # A lens is never as sharp as a drawing, and a sensor never as clean.
    soft = cv2.GaussianBlur(canvas, (0, 0), 2.5)
    grain = np.random.default_rng(0).normal(0, 4, soft.shape)
    return np.asarray(np.clip(soft + grain, 0, 255), np.uint8)
