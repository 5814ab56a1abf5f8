"""What a webcam, a bad light and an imprecise landmark do to a crop, done to training crops.

Everything is drawn from the generator passed in, so a crop's view depends on (seed, step) alone.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from siamapp.vision.align import CROP_PX
from training.data import MARGIN_PX, Uint8

BROW_ROW: Final = 32
"""Above this row of a 112x112 crop there is only forehead and hair."""


def augment(
    rgb: Uint8, rng: np.random.Generator, strip_source: Uint8, *, mirror: bool = True
) -> Uint8:
    """One random `(112, 112, 3)` view of an aligned `(128, 128, 3)` RGB crop.

    `strip_source` is another crop, whose strip above the brow may be put onto this one.
    """
    view = _jitter(rgb, rng, mirror=mirror)
    if rng.random() < 0.35:
        _vary_strip(view, rng, strip_source)
    view = np.asarray(cv2.LUT(view, _tone_curves(rng)), np.uint8)
    if rng.random() < 0.12:
        grey = cv2.cvtColor(view, cv2.COLOR_RGB2GRAY)
        view = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)
    if rng.random() < 0.15:
        _light_from_one_side(view, rng)
    if rng.random() < 0.3:
        view = _soften(view, rng)
    if rng.random() < 0.15:
        grain = rng.normal(0, rng.uniform(2, 10), view.shape).astype(np.int16)
        view = np.clip(view + grain, 0, 255).astype(np.uint8)
    if rng.random() < 0.2:
        quality = int(rng.integers(25, 85))
        _, packed = cv2.imencode(".jpg", view, [cv2.IMWRITE_JPEG_QUALITY, quality])
        view = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    if rng.random() < 0.15:
        _cut_out(view, rng)
    return view


def _jitter(rgb: Uint8, rng: np.random.Generator, *, mirror: bool) -> Uint8:
    """A similarity near the central crop: landmarks err by some 4 % of the eye distance."""
    angle = np.deg2rad(np.clip(rng.normal(0, 3), -9, 9))
    scale = np.exp(np.clip(rng.normal(0, 0.035), -0.1, 0.1))
    shift = np.clip(rng.normal(0, 1.6, 2), -5, 5)
    flip = -1.0 if mirror and rng.random() < 0.5 else 1.0
    cosine, sine = scale * np.cos(angle), scale * np.sin(angle)
    linear = np.array([[cosine * flip, -sine], [sine * flip, cosine]])
    centre = (CROP_PX - 1) / 2
    offset = centre + shift - linear @ np.full(2, centre + MARGIN_PX)
    matrix = np.column_stack([linear, offset])
    view = cv2.warpAffine(rgb, matrix, (CROP_PX, CROP_PX), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(view, np.uint8)


def _vary_strip(view: Uint8, rng: np.random.Generator, source: Uint8) -> None:
    """Change what is above the brow: FIW repeats border pixels there, live faces do not."""
    rows = int(rng.integers(6, BROW_ROW))
    kind = rng.integers(3)
    if kind == 0:
        view[:rows] = view[rows]
    elif kind == 1:
        view[:rows] = rng.integers(0, 256, 3)
    else:
        view[:rows] = source[MARGIN_PX : MARGIN_PX + rows, MARGIN_PX:-MARGIN_PX]


def _tone_curves(rng: np.random.Generator) -> Uint8:
    """Gamma, contrast, brightness and colour cast as one table `(1, 256, 3)`."""
    level = (np.arange(256) / 255.0)[:, None] ** np.exp(rng.normal(0, 0.25))
    gain = np.exp(rng.normal(0, 0.15)) * np.exp(rng.normal(0, 0.05, 3))
    curve = (level - 0.5) * gain + 0.5 + rng.normal(0, 0.08)
    return np.clip(curve * 255, 0, 255).astype(np.uint8)[None]


def _light_from_one_side(view: Uint8, rng: np.random.Generator) -> None:
    """A linear shade across the face, down to 0.4."""
    direction = rng.uniform(0, 2 * np.pi)
    axis = np.linspace(-1, 1, CROP_PX)
    ramp = axis[None, :] * np.cos(direction) + axis[:, None] * np.sin(direction)
    shade = 1 - rng.uniform(0.1, 0.6) * (ramp + 1.5) / 3
    view[:] = (view * shade[..., None]).astype(np.uint8)


def _soften(view: Uint8, rng: np.random.Generator) -> Uint8:
    """Out of focus, or a small face blown up."""
    if rng.random() < 0.5:
        soft = cv2.GaussianBlur(view, (0, 0), rng.uniform(0.5, 2.0))
    else:
        side = int(rng.integers(32, 84))
        small = cv2.resize(view, (side, side), interpolation=cv2.INTER_AREA)
        soft = cv2.resize(small, (CROP_PX, CROP_PX), interpolation=cv2.INTER_LINEAR)
    return np.asarray(soft, np.uint8)


def _cut_out(view: Uint8, rng: np.random.Generator) -> None:
    """Hide a rectangle, like a hand or a mug (Zhong et al. 2020, Random Erasing)."""
    height, width = rng.integers(12, 40, 2)
    top, left = rng.integers(0, CROP_PX - height), rng.integers(0, CROP_PX - width)
    view[top : top + height, left : left + width] = rng.integers(0, 256, 3)
