"""Measures of one face, and what a person can do about those that fall short.

The components are named after ISO/IEC 29794-5:2025; the formulas are this project's own light ones.
"""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass

import cv2
import numpy as np

from siamapp.types import BgrImage, Face, Quality, Shortfall


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that a face must keep. A probe may be poorer than what is enrolled."""

    eye_distance_px: float
    sharpness: float
    luminance_low: float
    luminance_high: float
    contrast: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    inside: float
    occlusion: float | None = None
    """Told, not refused: the measure errs too often (`siamapp.vision.occlusion`)."""


ENROL = Limits(
    eye_distance_px=32, sharpness=0.10, luminance_low=0.15, luminance_high=0.88, contrast=0.06,
    yaw_deg=38, pitch_deg=32, roll_deg=35, inside=0.9,
)  # fmt: skip
PROBE = Limits(
    eye_distance_px=16, sharpness=0.04, luminance_low=0.08, luminance_high=0.94, contrast=0.03,
    yaw_deg=55, pitch_deg=45, roll_deg=60, inside=0.6,
)  # fmt: skip


def measure(face: Face, crop_bgr: BgrImage, frame_shape: tuple[int, ...]) -> Quality:
    """Measure a face from its landmarks and its aligned crop `(112, 112, 3)`."""
    # The middle of the crop: skin, eyes and mouth, little background.
    grey = cv2.cvtColor(crop_bgr[24:104, 20:92], cv2.COLOR_BGR2GRAY).astype(np.float32) / 255
    luminance, contrast = (float(value[0, 0]) for value in cv2.meanStdDev(grey))
    laplacian = float(cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_32F))[1][0, 0])
    yaw, pitch, roll = pose(face)
    x1, y1, x2, y2 = (float(value) for value in face.box_xyxy)
    height, width = frame_shape[:2]
    inside = max(min(x2, width) - max(x1, 0), 0) * max(min(y2, height) - max(y1, 0), 0)
    return Quality(
        eye_distance_px=face.eye_distance_px,
        sharpness=laplacian / max(contrast, 1e-3),
        luminance=luminance,
        contrast=contrast,
        yaw_deg=yaw,
        pitch_deg=pitch,
        roll_deg=roll,
        inside=inside / max(face.area_px, 1e-6),
    )


def pose(face: Face) -> tuple[float, float, float]:
    """Rough yaw, pitch and roll in degrees from five points.

    Yaw grows as the nose moves to the picture's right, pitch as it moves down. A nose tip stands
    about half an eye distance before the plane of eyes and mouth, so its shift against their
    middle is the sine of the turn: an estimate to coach with, not a measurement (about +-10
    degrees).
    """
    left, right, nose, *corners = (complex(x, y) for x, y in face.landmarks_xy.tolist())
    eyes, mouth = (left + right) / 2, sum(corners) / 2
    across, down = right - left, mouth - eyes
    # The longer axis is the one least foreshortened by the turn.
    size = max(abs(across), 0.9 * abs(down), 1e-6)
    # Read along the face's own axes: real is across, imaginary is down.
    shift = (nose - (eyes + 0.56 * down)) * 1j / (down / max(abs(down), 1e-6) or 1j)
    yaw, pitch = (
        math.degrees(math.asin(min(max(part / (0.5 * size), -1), 1)))
        for part in (shift.real, shift.imag)
    )
    roll = math.degrees(cmath.phase(across))
    return yaw, pitch, roll


def shortfalls(quality: Quality, limits: Limits) -> tuple[Shortfall, ...]:
    """Measures that miss their limit, worst for the person first, each with what to do."""
    q, found = quality, []

    def miss(measure: str, value: float, limit: float, advice: str) -> None:
        found.append(Shortfall(measure, value, limit, advice))

    if q.inside < limits.inside:
        miss(
            "inside", q.inside, limits.inside, "come into the picture: part of the face is outside"
        )
    if q.eye_distance_px < limits.eye_distance_px:
        miss(
            "eye_distance_px", q.eye_distance_px, limits.eye_distance_px,
            f"move closer: {q.eye_distance_px:.0f} px between the eyes, "
            f"{limits.eye_distance_px:.0f} wanted",
        )  # fmt: skip
    if q.luminance < limits.luminance_low:
        miss(
            "luminance", q.luminance, limits.luminance_low, "more light on the face: it is too dark"
        )
    if q.luminance > limits.luminance_high:
        miss(
            "luminance",
            q.luminance,
            limits.luminance_high,
            "less light on the face: it is too bright",
        )
    if q.contrast < limits.contrast:
        miss(
            "contrast",
            q.contrast,
            limits.contrast,
            "even out the light: the face has too little contrast",
        )
    if q.sharpness < limits.sharpness:
        miss(
            "sharpness", q.sharpness, limits.sharpness,
            f"hold still: the picture is blurred ({q.sharpness:.2f}, "
            f"{limits.sharpness:.2f} wanted)",
        )  # fmt: skip
    for name, label in (
        ("yaw_deg", "face the camera"),
        ("pitch_deg", "level your head"),
        ("roll_deg", "hold your head upright"),
    ):
        value, limit = abs(getattr(q, name)), getattr(limits, name)
        if value > limit:
            miss(
                name,
                value,
                limit,
                f"{label}: turned by about {value:.0f} degrees, {limit:.0f} allowed",
            )
    return tuple(found)


def score(quality: Quality) -> float:
    """One number to rank a person's crops by, 0..1: large, sharp, frontal, evenly lit, free."""
    frontal = np.cos(np.radians(min(abs(quality.yaw_deg), 90))) * np.cos(
        np.radians(min(abs(quality.pitch_deg), 90))
    )
    size = min(quality.eye_distance_px / 64, 1)
    sharp = min(quality.sharpness / 0.4, 1)
    light = 1 - min(abs(quality.luminance - 0.5) / 0.5, 1) ** 2
    free = 1 - (quality.occlusion or 0)
    return float(frontal * size**0.5 * sharp**0.5 * light * free)
