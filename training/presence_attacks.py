"""Simulated presentation attacks: a picture printed or shown on a screen, and filmed again.

Own models of what ISO/IEC 30107-3 calls instruments: `print` (halftone, narrow gamut, paper edge),
`phone` and `monitor` (pixel grid and moire, glare, bezel, refresh band). Whatever a camera does to
anything (focus, noise, light, JPEG) is in `webcam`, which real pictures go through as well, so a
network cannot take a bad camera for an attack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np

from siamapp.types import BgrImage, FloatArray
from siamapp.vision.presence_network import face_size_px

Species = Literal["print", "phone", "monitor"]
SPECIES: Final[tuple[Species, ...]] = ("print", "phone", "monitor")
FACE_PX: Final = 36.0
"""Face size the displayed picture is brought to, so that patterns have a known scale."""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A picture with one face: `(H, W, 3)` BGR and `(5, 2)` landmarks."""

    bgr: BgrImage
    landmarks_xy: FloatArray


def attack(source: Shown, behind: BgrImage, species: Species, rng: np.random.Generator) -> Shown:
    """The source as a print or on a screen, held before another picture and filmed again."""
    shown = _cut(source, rng)
    picture = shown.bgr.astype(np.float32)
    picture = _printed(picture, rng) if species == "print" else _on_screen(picture, rng)
    medium, corner = _framed(picture, species, rng)
    points = shown.landmarks_xy + corner
    return _held(Shown(medium, points), behind, species, rng)


def webcam(bgr: BgrImage, rng: np.random.Generator) -> BgrImage:
    """Focus, light, white balance, sensor noise and JPEG of some camera."""
    picture: np.ndarray = bgr.astype(np.float32)
    if rng.random() < 0.5:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 2.2))
    elif rng.random() < 0.3:
        small = rng.uniform(0.3, 0.8)
        height, width = bgr.shape[:2]
        shrunk = cv2.resize(picture, None, fx=small, fy=small, interpolation=cv2.INTER_AREA)
        picture = cv2.resize(shrunk, (width, height))
    cast = np.exp(rng.normal(0, 0.09, 3)).astype(np.float32)
    level = np.exp(rng.normal(-0.1, 0.4))
    if rng.random() < 0.15:
        level *= rng.uniform(0.2, 0.6)  # a dark room
    light = np.clip(picture * (cast * np.float32(level / 255)), 0, 1)
    picture = 255 * cv2.pow(light, float(np.exp(rng.normal(0, 0.2))))
    if rng.random() < 0.4:
        height, width = bgr.shape[:2]
        angle = rng.uniform(0, 2 * np.pi)
        ramp = np.linspace(-1, 1, width)[None] * np.cos(angle)
        ramp = ramp + np.linspace(-1, 1, height)[:, None] * np.sin(angle)
        picture = picture * (1 - rng.uniform(0.05, 0.5) * (ramp[..., None] + 1) / 2).astype(
            np.float32
        )
    if rng.random() < 0.6:
        picture = picture + _noise(picture.shape, rng.uniform(1, 11), rng)
    seen = np.clip(picture, 0, 255).astype(np.uint8)
    if rng.random() < 0.7:
        quality = int(rng.integers(30, 95))
        _, packed = cv2.imencode(".jpg", seen, [cv2.IMWRITE_JPEG_QUALITY, quality])
        seen = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    return seen


def _cut(source: Shown, rng: np.random.Generator) -> Shown:
    """What is shown: the face with some of its surroundings, at a known size."""
    size = face_size_px(source.landmarks_xy)
    middle = source.landmarks_xy.mean(axis=0)
    reach = size * np.exp(rng.uniform(np.log(1.25), np.log(5.5), 4))  # left, top, right, bottom
    height, width = source.bgr.shape[:2]
    x1, y1 = (int(max(middle[k] - reach[k], 0)) for k in (0, 1))
    x2, y2 = (int(min(middle[k] + reach[k + 2], (width, height)[k])) for k in (0, 1))
    scale = FACE_PX / size
    cut = cv2.resize(source.bgr[y1:y2, x1:x2], None, fx=scale, fy=scale)
    points = (source.landmarks_xy - np.array([x1, y1], np.float32)) * scale
    return Shown(np.asarray(cut, np.uint8), points.astype(np.float32))


def _noise(shape: tuple[int, ...], deviation: float, rng: np.random.Generator) -> np.ndarray:
    return np.float32(deviation) * rng.standard_normal(shape, np.float32)


def _grid(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return rows.astype(np.float32), columns.astype(np.float32)


def _printed(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ink on paper: less colour, grey blacks, dull whites, dots at each ink's own angle."""
    grey = picture.mean(axis=2, keepdims=True)
    colour = rng.uniform(0.45, 1.0) if rng.random() < 0.85 else 0.0
    picture = grey + (picture - grey) * colour
    black, white = rng.uniform(5, 55), rng.uniform(185, 250)
    picture = black + picture / 255 * (white - black)
    picture = picture * np.exp(rng.normal(0, 0.05, 3))
    rows, columns = _grid(picture.shape)
    if rng.random() < 0.7:
        period, depth = rng.uniform(2.0, 5.0), rng.uniform(0.04, 0.22)
        for ink, degrees in enumerate((0, 75, 15)):
            angle = np.radians(degrees + rng.uniform(-4, 4))
            along = np.cos(angle) * columns + np.sin(angle) * rows
            across = np.cos(angle) * rows - np.sin(angle) * columns
            dots = np.sin(2 * np.pi * along / period) * np.sin(2 * np.pi * across / period)
            picture[..., ink] *= 1 + depth * dots
    if rng.random() < 0.4:  # streaks of a worn cartridge
        streaks = rng.normal(0, rng.uniform(1, 5), (picture.shape[0], 1, 1))
        picture = picture + cv2.GaussianBlur(streaks[:, 0], (0, 0), 1.0)[..., None]
    if rng.random() < 0.5:  # a sheet is never quite flat: its folds catch the light
        slope = rng.uniform(-0.25, 0.25) * np.sin(
            columns / rng.uniform(35, 110) + rng.uniform(0, 6)
        )
        picture = picture * (1 + slope[..., None])
    return picture


def _on_screen(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Light from pixels: a cold cast, other colours, raised blacks, moire, a band, glare."""
    contrast, lift = rng.uniform(0.7, 1.35), rng.uniform(0, 60)
    grey = picture.mean(axis=2, keepdims=True)
    picture = grey + (picture - grey) * rng.uniform(0.6, 1.25)  # two gamuts, one after another
    picture = (picture - 128) * contrast + 128 + lift
    cold = np.array([rng.uniform(0.95, 1.25), rng.uniform(0.93, 1.08), rng.uniform(0.8, 1.05)])
    # A screen shines and a room does not: exposed for the room its whites run out.
    exposure = np.exp(rng.normal(0.05, 0.2))
    picture = np.clip(picture * cold * exposure, 0, 265)
    rows, columns = _grid(picture.shape)
    if rng.random() < 0.65:  # the sensor's grid beats with the screen's
        depth = rng.uniform(0.02, 0.16)
        angle, period = rng.uniform(0, np.pi), np.exp(rng.uniform(np.log(3), np.log(30)))
        bend = rng.uniform(0, 3) * np.sin(rows / rng.uniform(30, 120))
        phase = 2 * np.pi * (np.cos(angle) * columns + np.sin(angle) * rows) / period + bend
        for channel in range(3):
            picture[..., channel] *= 1 + depth * np.sin(phase + rng.uniform(0, 2.1) * channel)
    if rng.random() < 0.4:  # the pixels themselves, red, green and blue beside each other
        pitch, depth = rng.uniform(2, 3.5), rng.uniform(0.03, 0.2)
        picture = picture * (1 - depth * (np.sin(2 * np.pi * rows / pitch) > 0.3)[..., None])
        if rng.random() < 0.5:
            stripes = 2 * np.pi * (columns[..., None] / pitch + np.arange(3) / 3)
            picture = picture * (1 + depth * np.sin(stripes))
    if rng.random() < 0.35:  # refresh against shutter
        band = np.sin(2 * np.pi * rows / rng.uniform(60, 300) + rng.uniform(0, 6))
        picture = picture * (1 + rng.uniform(0.03, 0.2) * band[..., None])
    if rng.random() < 0.5:
        picture = _glare(picture, rng)
    return picture


def _glare(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A lamp or a window mirrored in the glass."""
    height, width = picture.shape[:2]
    lamp: np.ndarray = np.zeros((height, width), np.float32)
    centre = (int(rng.integers(width)), int(rng.integers(height)))
    axes = (int(width * rng.uniform(0.03, 0.35)), int(height * rng.uniform(0.03, 0.35)))
    cv2.ellipse(lamp, centre, axes, float(rng.uniform(0, 180)), 0, 360, 1.0, -1)
    lamp = cv2.GaussianBlur(lamp, (0, 0), max(rng.uniform(0.02, 0.15) * width, 1))
    return picture + lamp[..., None] * rng.uniform(25, 160)


def _framed(
    picture: np.ndarray, species: Species, rng: np.random.Generator
) -> tuple[BgrImage, FloatArray]:
    """The medium around what it shows, and where in it the picture's corner lies."""
    height, width = picture.shape[:2]
    low, high = {"print": (0.0, 0.12), "phone": (0.01, 0.08), "monitor": (0.02, 0.12)}[species]
    left, top, right, bottom = (int(v) for v in rng.uniform(low, high, 4) * max(height, width))
    if species == "phone":  # bars of the player above and below
        top, bottom = (
            top + int(height * rng.uniform(0, 0.3)),
            bottom + int(height * rng.uniform(0, 0.3)),
        )
    if species == "monitor" and rng.random() < 0.5:  # the player fills what the clip does not
        left, right = (
            left + int(width * rng.uniform(0, 0.8)),
            right + int(width * rng.uniform(0, 0.8)),
        )
    paper = species == "print"
    shade = rng.uniform(190, 250) if paper else rng.uniform(2, 45)
    medium = np.full((height + top + bottom, width + left + right, 3), shade, np.float32)
    medium += _noise(medium.shape, 2 if paper else 1, rng)
    medium[top : top + height, left : left + width] = picture
    if not paper and rng.random() < 0.4:  # the window's or player's own light parts
        bar = max(int(0.04 * height), 1)
        at = int(rng.integers(0, max(top, 1)))
        medium[at : at + bar, :] = rng.uniform(60, 240)
    if not paper and rng.random() < 0.4:  # and its buttons, below the picture or in it
        row = top + height + int(rng.integers(-height // 6, max(bottom, 1)))
        for column in np.linspace(left, left + width, int(rng.integers(4, 9)))[1:-1]:
            place, size = (int(column), row), int(rng.integers(1, 4))
            cv2.circle(medium, place, size, (float(rng.uniform(90, 250)),) * 3, -1)
    if not paper and rng.random() < 0.5:  # the rim of the case
        rim = rng.uniform(20, 200)
        cv2.rectangle(medium, (0, 0), (medium.shape[1] - 1, medium.shape[0] - 1), (rim,) * 3, 2)
    return np.clip(medium, 0, 255).astype(np.uint8), np.array([left, top], np.float32)


def _held(shown: Shown, behind: BgrImage, species: Species, rng: np.random.Generator) -> Shown:
    """Tilted by a hand in front of a room, seen by another camera."""
    height, width = shown.bgr.shape[:2]
    side = int(rng.uniform(4, 9) * FACE_PX)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    centred = (corners - shown.landmarks_xy.mean(axis=0)) * rng.uniform(0.75, 1.1)
    angle = np.radians(rng.normal(0, 7))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    tilt = rng.normal(0, 0.0009, 2)
    depth = 1 + centred @ tilt
    placed = centred @ turn.T / np.clip(depth, 0.6, 1.6)[:, None]
    placed = placed + side / 2 + rng.normal(0, 0.12 * side, 2)
    homography = cv2.getPerspectiveTransform(corners, placed.astype(np.float32))
    room: np.ndarray = cv2.resize(behind, (side, side)).astype(np.float32)
    room = room * rng.uniform(0.15, 1.1)
    room = cv2.GaussianBlur(room, (0, 0), rng.uniform(0.5, 4))
    laid = cv2.warpPerspective(shown.bgr, homography, (side, side), flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.ones((height, width), np.float32), homography, (side, side))
    scene = room * (1 - mask[..., None]) + laid * mask[..., None]
    if species != "monitor" and rng.random() < 0.6:
        _hand(scene, placed, rng)
    points = cv2.perspectiveTransform(shown.landmarks_xy[None], homography)[0]
    # A camera focused on the room, or too near: both of it and of the picture's own lens.
    filmed = cv2.GaussianBlur(scene, (0, 0), np.exp(rng.uniform(np.log(0.3), np.log(2.6))))
    return Shown(np.clip(filmed, 0, 255).astype(np.uint8), points.astype(np.float32))


def _hand(scene: np.ndarray, corners: FloatArray, rng: np.random.Generator) -> None:
    """Fingers over an edge of the medium."""
    start = int(rng.integers(4))
    a, b = corners[start], corners[(start + 1) % 4]
    skin = np.array([110, 140, 185]) * rng.uniform(0.25, 1.15)
    first = rng.uniform(0.1, 0.9)
    for along in [first + 0.12 * k for k in range(int(rng.integers(1, 4)))]:
        at = a + (b - a) * along + rng.normal(0, 2, 2)
        axes = (int(rng.uniform(0.3, 1.2) * FACE_PX), int(rng.uniform(0.13, 0.35) * FACE_PX))
        colour = tuple(float(v) for v in skin * rng.uniform(0.85, 1.15))
        degrees = float(np.degrees(np.arctan2(*(b - a)[::-1])) + 90 + rng.normal(0, 15))
        cv2.ellipse(scene, (int(at[0]), int(at[1])), axes, degrees, 0, 360, colour, -1)


def held_photo(
    bgr: BgrImage,
    rng: np.random.Generator,
    *,
    seconds: float,
    fps: float = 25.0,
    yaw_deg: float = 0.0,
    room: BgrImage | None = None,
) -> Iterator[BgrImage]:
    """A still photo before a camera, moved, tilted and neared by a hand; frames of its own size.

    Args:
        bgr: the photo `(H, W, 3)`.
        rng: draws the hand's path and the sensor's noise.
        seconds: how long.
        fps: frames in a second.
        yaw_deg: how far the photo is swung about its upright axis and back, as if to turn a head.
        room: what is behind it, `(H, W, 3)`; without one, a bare wall.
    """
    height, width = bgr.shape[:2]
    if room is None:
        room = np.full(bgr.shape, bgr.mean(axis=(0, 1)) * 0.6, np.uint8)
    paths = [_sway(rng) for _ in range(6)]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    flat = (corners - [width / 2, height / 2]) / width
    for count in range(round(seconds * fps)):
        time_s = count / fps
        x, y, near, roll, pitch, yaw = (path(time_s) for path in paths)
        swing = np.radians(12 * yaw) + np.radians(yaw_deg) * np.sin(2 * np.pi * time_s / 4)
        turn, _ = cv2.Rodrigues(np.array([np.radians(10 * pitch), swing, np.radians(6 * roll)]))
        solid = np.column_stack([flat, np.zeros(4)]) @ turn.T
        solid[:, 2] = solid[:, 2] + 2.2 * (1 + 0.12 * near)
        seen = 2.2 * 0.85 * solid[:, :2] / solid[:, 2:] * width
        centre = np.array([0.5 * width + 0.05 * x * width, 0.5 * height + 0.05 * y * height])
        seen = seen + centre
        homography = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
        frame = cv2.warpPerspective(
            bgr, homography, (width, height), dst=room.copy(), borderMode=cv2.BORDER_TRANSPARENT
        )
        grain = _noise(bgr.shape, 2.5, rng)
        yield np.clip(frame + grain, 0, 255).astype(np.uint8)


def trembling(
    pictures: Iterable[BgrImage], rng: np.random.Generator, *, fps: float, reach: float
) -> Iterator[BgrImage]:
    """The same `(H, W, 3)` pictures from a camera that is not at rest, by up to `reach` of their
    width and 20 times as many degrees; what it no longer sees is cut off on all sides.
    """
    across, down, roll = (_sway(rng) for _ in range(3))
    for count, bgr in enumerate(pictures):
        time_s = count / fps
        height, width = bgr.shape[:2]
        matrix = cv2.getRotationMatrix2D(
            (width / 2, height / 2), 20 * reach * roll(time_s), 1 + 2 * reach
        )
        matrix[:, 2] += reach * width * np.array([across(time_s), down(time_s)])
        seen = cv2.warpAffine(bgr, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
        yield np.asarray(seen, np.uint8)


def _sway(rng: np.random.Generator) -> Callable[[float], float]:
    """A hand's path in one direction, about -1..1: slow drift and a tremor."""
    waves = [
        (rng.uniform(0.3, 0.6), rng.uniform(0.1, 0.5)),
        (rng.uniform(0.1, 0.3), rng.uniform(0.5, 1.5)),
        (rng.uniform(0.01, 0.03), rng.uniform(5, 10)),
    ]
    phases = rng.uniform(0, 2 * np.pi, len(waves))
    return lambda time_s: float(
        sum(
            size * np.sin(2 * np.pi * rate * time_s + phase)
            for (size, rate), phase in zip(waves, phases, strict=True)
        )
    )
