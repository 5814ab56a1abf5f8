"""The embedder: a thin residual network that ends in a unit vector."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.config import NetworkConfig

INPUT_MEAN = 127.5
INPUT_STD = 127.5


def conv_bn(inner: int, outer: int, kernel: int, stride: int, groups: int = 1) -> nn.Sequential:
    conv = nn.Conv2d(inner, outer, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outer))


class BasicBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut (He et al. 2016, fig. 2 and eq. 2)."""

    def __init__(self, inner: int, outer: int, stride: int) -> None:
        super().__init__()
        self.first = conv_bn(inner, outer, 3, stride)
        self.second = conv_bn(outer, outer, 3, 1)
        same = inner == outer and stride == 1
        self.shortcut = nn.Identity() if same else conv_bn(inner, outer, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.second(F.relu(self.first(x))) + self.shortcut(x))


class FaceResNet(nn.Module):
    """`(n, 3, 112, 112)` RGB scaled to -1..1 to `(n, dimension)` unit vectors.

    The last 7x7 map is read by a depthwise convolution of its own size rather than by an average:
    in an aligned face each place means something else (Chen et al. 2018, MobileFaceNets, 3.1).
    ReLU throughout: PReLU is four times slower on CPUs.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        widths = config.widths
        layers: list[nn.Module] = [conv_bn(3, widths[0], 3, 2), nn.ReLU()]
        inner = widths[0]
        for stage, (width, blocks) in enumerate(zip(widths, config.blocks, strict=True)):
            for block in range(blocks):
                layers.append(BasicBlock(inner, width, 2 if stage and not block else 1))
                inner = width
        self.trunk = nn.Sequential(*layers)
        depthwise = nn.Conv2d(inner, inner, 7, groups=inner, bias=False)
        self.pool = nn.Sequential(depthwise, nn.BatchNorm2d(inner))
        self.head = nn.Linear(inner, config.dimension, bias=False)
        self.head_norm: nn.Module = nn.BatchNorm1d(config.dimension)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        features = self.pool(self.trunk(x)).flatten(1)
        return F.normalize(self.head_norm(self.head(features)).float(), dim=1)


def to_input(rgb: Tensor) -> Tensor:
    """`(n, h, w, 3)` uint8 RGB to the network's channels-last float input."""
    scaled = (rgb.permute(0, 3, 1, 2).float() - INPUT_MEAN) / INPUT_STD
    return scaled.contiguous(memory_format=torch.channels_last)
