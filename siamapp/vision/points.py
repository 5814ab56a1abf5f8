"""Points of a picture that can be found again in the next one."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from siamapp.types import FloatArray


def corners(
    grey: NDArray[np.uint8], mask: NDArray[np.uint8], *, most: int, apart_px: int
) -> FloatArray:
    """Up to `most` corners `(n, 2)` of a picture `(H, W)`, in a mask (Shi & Tomasi 1994)."""
    found = cv2.goodFeaturesToTrack(grey, most, 0.01, apart_px, mask=mask)
    # OpenCV gives None where there is none, whatever its type says.
    points = found.reshape(-1, 2) if np.ndim(found) == 3 else np.empty((0, 2))
    return np.asarray(points, np.float32)


def flow(
    before: NDArray[np.uint8],
    after: NDArray[np.uint8],
    points_xy: FloatArray,
    *,
    least_eigenvalue: float = 1e-4,
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Where points `(n, 2)` went (Lucas & Kanade 1981, in a pyramid), and which were found again.

    Below `least_eigenvalue` of its surroundings' gradients a point counts as lost: it lies on
    nothing, or on something straight.
    """
    moved, found, _ = cv2.calcOpticalFlowPyrLK(
        before, after, points_xy, np.empty_like(points_xy),
        winSize=(13, 13), maxLevel=2, minEigThreshold=least_eigenvalue,
    )  # fmt: skip
    return np.asarray(moved, np.float32), np.asarray(found[:, 0] == 1)
