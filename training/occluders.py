"""Things before a face, drawn onto aligned crops: what is covered is known to the pixel.

A crop is 128x128 and aligned, so eyes, nose and mouth are where the template has them. Everything
is drawn from the generator passed in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np

from siamapp.vision.align import TEMPLATE_XY
from training.augment import _jitter, _light_from_one_side, _soften, _tone_curves
from training.data import MARGIN_PX, Float, Uint8

SIDE: Final = 128
LEFT, RIGHT, NOSE, *_ = (TEMPLATE_XY + MARGIN_PX).tolist()
Shape = Callable[[np.random.Generator], Uint8]


def mask(rng: np.random.Generator) -> Uint8:
    """Over nose and mouth down to the chin, with its ties; at times under the nose only."""
    shape = _empty()
    top = rng.uniform(66, 92)
    dip = rng.uniform(-6, 6)
    half = rng.uniform(34, 50)
    edge = [(64 - half, top + rng.uniform(0, 10)), (64, top + dip), (64 + half, top + 5)]
    low = [(64 + 0.8 * half, 118), (64, rng.uniform(120, 140)), (64 - 0.8 * half, 118)]
    _fill(shape, _smooth([*edge, *low], rng, 2))
    return shape


def glasses(rng: np.random.Generator) -> Uint8:
    """Two lenses and what joins them."""
    shape = _empty()
    wide, high = rng.uniform(13, 20), rng.uniform(9, 17)
    kind = rng.integers(3)
    for x, y in (LEFT, RIGHT):
        x, y = x + (2 if x > 64 else -2), y + rng.uniform(0, 3)
        if kind == 0:
            cv2.ellipse(shape, _at(x, y), (int(wide), int(high)), 0, 0, 360, 255, -1)
        elif kind == 1:
            ends = _at(x - wide, y - high), _at(x + wide, y + high)
            cv2.rectangle(shape, *ends, 255, -1)
        else:
            drop = [(x - wide, y - high), (x + wide, y - high), (x + 0.8 * wide, y + 0.7 * high)]
            _fill(shape, _smooth([*drop, (x, y + high), (x - 0.8 * wide, y + 0.7 * high)], rng, 1))
    cv2.line(shape, _at(LEFT[0], 58), _at(RIGHT[0], 58), 255, int(rng.integers(2, 5)))
    return shape


def hand(rng: np.random.Generator) -> Uint8:
    """Fingers side by side and a palm, from any side but above."""
    shape = _empty()
    turn = rng.uniform(-0.7, np.pi + 0.7)
    way = np.array([np.cos(turn), np.sin(turn)])
    tip = np.array([64, 84]) + rng.uniform(-24, 24, 2)
    side = np.array([-way[1], way[0]])
    thick = int(rng.integers(9, 15))
    for finger in range(int(rng.integers(1, 5))):
        start = tip + side * finger * thick * 0.95 + way * rng.uniform(-6, 8)
        end = start + way * rng.uniform(30, 90) + side * rng.uniform(-6, 6)
        cv2.line(shape, _at(*start), _at(*end), 255, thick)
    palm = tip + way * rng.uniform(45, 70) + side * thick
    axes = (int(rng.uniform(20, 34)), int(rng.uniform(20, 34)))
    cv2.ellipse(shape, _at(*palm), axes, 0, 0, 360, 255, -1)
    return shape


def thing(rng: np.random.Generator) -> Uint8:
    """A phone, a mug, a microphone, a sheet of paper."""
    shape = _empty()
    centre = (float(rng.uniform(20, 108)), float(rng.uniform(36, 124)))
    size = (float(rng.uniform(18, 60)), float(rng.uniform(18, 70)))
    if rng.random() < 0.5:
        box = cv2.boxPoints((centre, size, float(rng.uniform(0, 180))))
        _fill(shape, box)
    else:
        axes = (int(size[0] / 2), int(size[1] / 2))
        cv2.ellipse(shape, _at(*centre), axes, float(rng.uniform(0, 180)), 0, 360, 255, -1)
    return shape


def rag(rng: np.random.Generator) -> Uint8:
    """A closed curve of no particular shape: a scarf, an arm, a strand."""
    centre = np.array([rng.uniform(16, 112), rng.uniform(50, 124)])
    turns = np.sort(rng.uniform(0, 2 * np.pi, 7))
    reach = rng.uniform(10, 44, 7)
    points = centre + reach[:, None] * np.column_stack([np.cos(turns), np.sin(turns)])
    shape = _empty()
    _fill(shape, _smooth(points.tolist(), rng, 0))
    return shape


SHAPES: Final[dict[str, Shape]] = {
    "mask": mask, "glasses": glasses, "hand": hand, "thing": thing, "rag": rag,
}  # fmt: skip


def cover(rgb: Uint8, rng: np.random.Generator, other: Uint8, kind: str) -> tuple[Uint8, Uint8]:
    """A `(128, 128, 3)` RGB crop with something before it, and where that is, `(128, 128)` 0..255.

    `other` is another crop: stuff is cut out of it.
    """
    shape = SHAPES[kind](rng)
    soft = cv2.GaussianBlur(shape, (0, 0), rng.uniform(0.4, 1.4)).astype(np.float32)[..., None]
    opaque = rng.uniform(0.6, 1) if kind == "glasses" else 1.0
    shade = cv2.GaussianBlur(shape, (0, 0), 3)[..., None] / 255 * rng.uniform(0, 0.4)
    covered = rgb * (1 - shade)
    part = soft / 255 * opaque
    covered += part * (_stuff(rgb, rng, other, kind) - covered)
    return np.clip(covered, 0, 255).astype(np.uint8), shape


def view(rgb: Uint8, rng: np.random.Generator, other: Uint8, kind: str) -> tuple[Uint8, Uint8]:
    """An augmented `(112, 112, 3)` view, covered by `kind` (or "" nothing), and where it is so."""
    shape = _empty()
    if kind:
        rgb, shape = cover(rgb, rng, other, kind)
    elif rng.random() < 0.25:
        rgb = _frames(rgb, rng)
    moved = _jitter(np.dstack([rgb, shape]), rng, mirror=True)
    return _spoil(np.ascontiguousarray(moved[..., :3]), rng), moved[..., 3]


def _spoil(view: Uint8, rng: np.random.Generator) -> Uint8:
    """What `training.augment` does to light, focus and grain, but hides nothing.

    Its parts are borrowed, not moved here: the bytes of that file name the views that runs keep.
    """
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
    return view


def _stuff(rgb: Uint8, rng: np.random.Generator, other: Uint8, kind: str) -> Float:
    """What a thing is made of, `(128, 128, 3)`."""
    if kind == "glasses":
        dark = rng.uniform(0, 80, 3) * rng.uniform(0.2, 1)
        lens = _lit(np.full((SIDE, SIDE, 3), dark), rng, 0.9)
        if rng.random() < 0.5:  # lighter below, as many are
            lens *= np.linspace(0.6, rng.uniform(1, 4), SIDE, dtype=np.float32)[:, None, None]
        if rng.random() < 0.5:  # what is in front of them
            lens += rng.uniform(0.05, 0.4) * cv2.GaussianBlur(other, (0, 0), 3)[:, ::-1]
        return lens
    if kind == "hand" and rng.random() < 0.85:
        cheek = rgb[80:92, [*range(40, 50), *range(78, 88)]].reshape(-1, 3).mean(axis=0)
        return _lit(np.full((SIDE, SIDE, 3), cheek * rng.uniform(0.75, 1.2)), rng, 0.5)
    if rng.random() < 0.4:
        scale = rng.uniform(1, 4)
        wide = cv2.resize(other, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
        top, left = (int(rng.integers(0, side - SIDE + 1)) for side in wide.shape[:2])
        return wide[top : top + SIDE, left : left + SIDE].astype(np.float32)
    plain = _lit(np.full((SIDE, SIDE, 3), rng.uniform(0, 255, 3)), rng, 0.5)
    if kind == "mask" and rng.random() < 0.5:
        plain = _lit(np.full((SIDE, SIDE, 3), rng.uniform([120, 150, 160], 255)), rng, 0.4)
    if rng.random() < 0.4:
        period, across = rng.uniform(3, 24), rng.uniform(0, np.pi)
        rows, columns = np.mgrid[:SIDE, :SIDE]
        wave = np.sin((columns * np.cos(across) + rows * np.sin(across)) * 2 * np.pi / period)
        plain += wave[..., None].astype(np.float32) * rng.uniform(3, 40)
    return plain


def _lit(stuff: np.ndarray, rng: np.random.Generator, much: float) -> Float:
    """Smooth light over it, and grain."""
    light = cv2.resize(rng.uniform(1 - much, 1 + much, (4, 4)), (SIDE, SIDE))[..., None]
    return np.asarray(stuff * light + rng.normal(0, 3, stuff.shape), np.float32)


def _frames(rgb: Uint8, rng: np.random.Generator) -> Uint8:
    """Clear glasses, which cover nothing that counts."""
    shape = glasses(rng)
    edge = cv2.morphologyEx(shape, cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8))
    part = (cv2.GaussianBlur(edge, (0, 0), 0.6) / 255)[..., None] * rng.uniform(0.5, 1)
    return (rgb * (1 - part) + rng.uniform(0, 160, 3) * part).astype(np.uint8)


def _empty() -> Uint8:
    return np.zeros((SIDE, SIDE), np.uint8)


def _at(x: float, y: float) -> tuple[int, int]:
    return round(x), round(y)


def _fill(shape: Uint8, points: np.ndarray) -> None:
    cv2.fillPoly(shape, [np.round(points).astype(np.int32)], 255)


def _smooth(
    points: list[tuple[float, float]] | list[list[float]], rng: np.random.Generator, noise: float
) -> np.ndarray:
    """Corners cut twice (Chaikin 1974), after each was moved a little."""
    curve = np.asarray(points, np.float64)
    curve = curve + rng.normal(0, noise, curve.shape)
    for _ in range(2):
        ahead = np.roll(curve, -1, axis=0)
        cut = np.stack([0.75 * curve + 0.25 * ahead, 0.25 * curve + 0.75 * ahead], axis=1)
        curve = cut.reshape(-1, 2)
    return curve
