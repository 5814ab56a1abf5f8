"""The classification baselines: the identity as a class, the embedding as what is left of it."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Head = Literal["softmax", "cosface", "arcface"]


class ClassHead(nn.Module):
    """Cross-entropy over the training people, thrown away after training.

    - "softmax": a plain linear layer.
    - "cosface": the own class's cosine less `margin` (Wang et al. 2018, CosFace, eq. 4).
    - "arcface": the own class's angle plus `margin` (Deng et al. 2019, ArcFace, eq. 3).

    The margins' cosines are multiplied by `scale`; softmax takes neither.
    """

    def __init__(
        self, dimension: int, people: int, kind: Head, *, margin: float = 0.35, scale: float = 30.0
    ) -> None:
        super().__init__()
        self.kind, self.margin, self.scale = kind, margin, scale
        self.weight = nn.Parameter(torch.empty(people, dimension))
        self.bias = nn.Parameter(torch.zeros(people)) if kind == "softmax" else None
        nn.init.normal_(self.weight, std=0.01 if kind == "softmax" else 1.0)

    def forward(self, vectors: Tensor, labels: Tensor) -> Tensor:
        """Loss of `(n, dimension)` vectors with classes `(n,)`."""
        if self.kind == "softmax":
            return F.cross_entropy(F.linear(vectors, self.weight, self.bias), labels)
        cosines = F.linear(F.normalize(vectors), F.normalize(self.weight))
        own = cosines.gather(1, labels[:, None]).squeeze(1)
        if self.kind == "cosface":
            target = own - self.margin
        else:
            angle = torch.acos(own.clamp(-1 + 1e-7, 1 - 1e-7))
            # Beyond pi the cosine would rise again: go on falling in a straight line instead.
            past = own - self.margin * math.sin(math.pi - self.margin)
            target = torch.where(angle + self.margin <= math.pi, (angle + self.margin).cos(), past)
        logits = cosines.scatter(1, labels[:, None], target[:, None])
        return F.cross_entropy(self.scale * logits, labels)
