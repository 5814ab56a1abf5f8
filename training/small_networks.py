"""Networks for small grey pictures, and the three ways to put two pictures through one.

`ChopraNet` is the network of 2005, `SmallResNet` what one would take today; both map
`(n, channels, 56, 46)` in -1..1 to `(n, dimension)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.networks import BasicBlock, conv_bn

Branch = Literal["chopra", "resnet"]


class ChopraNet(nn.Module):
    """C1 S2 C3 S4 C5 F6 of Chopra, Hadsell and LeCun 2005, section 3.2.

    As there: 15 maps by 7x7, halved, 45 maps by 6x6, cut to 5x5 by 4x3, 250 by 5x5, then 50. Not as
    there: C3 sees every map of S2 rather than a hand-made table of them, the picture is padded by
    nothing (56x46 gives 50x40, 25x20, 20x15, 5x5 as printed). The output is a tanh, which bounds
    the L1 energy of two of them by 2 x 50: the Q of the loss.
    """

    def __init__(self, channels: int = 1, dimension: int = 50) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, 15, 7), nn.Tanh(), nn.AvgPool2d(2),
            nn.Conv2d(15, 45, 6), nn.Tanh(), nn.AvgPool2d((4, 3)),
            nn.Conv2d(45, 250, 5), nn.Tanh(), nn.Flatten(),
            nn.Linear(250, dimension), nn.Tanh(),
        )  # fmt: skip

    def forward(self, pictures: Tensor) -> Tensor:
        vectors: Tensor = self.layers(pictures)
        return vectors


class SmallResNet(nn.Module):
    """Four residual stages and a mean: what one would take today for so small a picture."""

    def __init__(self, channels: int = 1, dimension: int = 64) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            conv_bn(channels, 8, 3, 2), nn.ReLU(),
            BasicBlock(8, 16, 2), BasicBlock(16, 32, 2), BasicBlock(32, 64, 2),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, dimension),
        )  # fmt: skip

    def forward(self, pictures: Tensor) -> Tensor:
        vectors: Tensor = self.layers(pictures)
        return vectors


def branch(kind: Branch, channels: int, dimension: int) -> nn.Module:
    """A network of that kind."""
    makers: dict[str, Callable[[int, int], nn.Module]] = {
        "chopra": ChopraNet, "resnet": SmallResNet,
    }  # fmt: skip
    return makers[kind](channels, dimension)


class Unit(nn.Module):
    """A network whose vectors are scaled to length 1."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor) -> Tensor:
        return F.normalize(self.network(pictures), dim=1)


class PseudoSiamese(nn.Module):
    """Two branches of one shape whose weights are not shared (Zagoruyko and Komodakis 2015, 3.1).

    Which picture goes first matters to it and to nobody else, so a comparison is the mean of both
    orders.
    """

    def __init__(self, first: nn.Module, second: nn.Module) -> None:
        super().__init__()
        self.first, self.second = first, second

    def forward(self, first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
        """Vectors `(n, d)` of the first pictures and of the second."""
        return self.first(first), self.second(second)


class TwoChannel(nn.Module):
    """The pair stacked as channels, one similarity out (Zagoruyko and Komodakis 2015, 3.2).

    There is no vector to keep: it compares one pair at a time, 1:1 or over a short list.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        """Similarity `(n,)`, larger is more alike."""
        similarity: Tensor = self.network(torch.cat([first, second], dim=1)).squeeze(1)
        return similarity
