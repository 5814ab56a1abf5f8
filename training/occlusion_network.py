"""The network that looks for things before a face, cell by cell."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from torch import Tensor, nn
from torch.nn import functional

CELLS: Final = 14
MEAN: Final = 127.5
"""Subtracted from a pixel's 0..255 and dividing it."""
_ROWS, _COLUMNS = np.mgrid[:CELLS, :CELLS] * 8 + 3.5
REGION: Final[npt.NDArray[np.bool_]] = ((_COLUMNS - 55.5) / 32) ** 2 + ((_ROWS - 70) / 40) ** 2 <= 1
"""Cells `(14, 14)` of the aligned 112x112 crop that are face: from the brow to the chin."""


def network(width: int = 32) -> nn.Sequential:
    """From `(N, 3, 56, 56)` RGB in -1..1 to logits `(N, 1, 14, 14)` of a covered cell."""

    def block(inside: int, outside: int, stride: int = 1, reach: int = 1) -> nn.Sequential:
        return nn.Sequential(
            nn.Conv2d(inside, outside, 3, stride, reach, reach, bias=False),
            nn.BatchNorm2d(outside),
            nn.ReLU(inplace=True),
        )

    return nn.Sequential(
        block(3, 16, 2), block(16, width, 2), block(width, width), block(width, width, 1, 2),
        block(width, width, 1, 4), block(width, width), nn.Conv2d(width, 1, 1),
    )  # fmt: skip


def halve(crops: Tensor) -> Tensor:
    """Crops `(N, 3, 112, 112)` as the network takes them: every four pixels averaged."""
    return functional.avg_pool2d(crops, 2)
