"""The presence check's network: two small ReLU branches; a face must look alive in both views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from torch import Tensor, nn
from torch.nn import functional as F

MEAN: Final = 127.5
STD: Final = 127.5


def _block(inside: int, outside: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inside, outside, 3, stride, 1, bias=False),
        nn.BatchNorm2d(outside),
        nn.ReLU(inplace=True),
    )


class Branch(nn.Sequential):
    """From one view `(N, 3, 80, 80)` to its log odds `(N, 1)` of a live face."""

    def __init__(self, widths: tuple[int, int, int, int], dropout: float) -> None:
        a, b, c, d = widths
        super().__init__(
            _block(3, a, 2), _block(a, b, 2), _block(b, b, 1), _block(b, c, 2), _block(c, c, 1),
            _block(c, d, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(dropout),
            nn.Linear(d, 1),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Odds:
    """Log odds `(N,)` of a live face by each view alone."""

    near: Tensor
    wide: Tensor

    @property
    def log_alive(self) -> Tensor:
        """Logarithm of the chance that neither view shows a picture of a face.

        An attack marks the skin or its surroundings, seldom both: one view is enough to refuse
        it, and the other's good opinion is no evidence (noisy-or, Pearl 1988, section 4.3).
        """
        return F.logsigmoid(self.near) + F.logsigmoid(self.wide)


class PresenceNet(nn.Module):
    """Both branches. Views are scaled to about -1..1."""

    def __init__(
        self, widths: tuple[int, int, int, int] = (16, 24, 48, 64), dropout: float = 0.2
    ) -> None:
        super().__init__()
        self.near = Branch(widths, dropout)
        self.wide = Branch(widths, dropout)

    def odds(self, near: Tensor, wide: Tensor) -> Odds:
        return Odds(self.near(near)[:, 0], self.wide(wide)[:, 0])

    def forward(self, near: Tensor, wide: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Scores 0..1 of both views together, of the near and of the wide one; each `(N,)`."""
        odds = self.odds(near, wide)
        return odds.log_alive.exp(), odds.near.sigmoid(), odds.wide.sigmoid()
