"""The four ways to say how unlike two vectors are; `siamapp.identity.match` computes the same."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

Metric = Literal["l1", "l2", "cosine", "exp_l1"]
_TINY = 1e-12


def distance(first: Tensor, second: Tensor, metric: Metric) -> Tensor:
    """Distances of paired rows `(..., d)`: `(...)`, smaller is more alike.

    - "l1": the energy of Chopra, Hadsell and LeCun 2005, eq. 1, with the L1 norm;
    - "l2": Euclidean, Hadsell, Chopra and LeCun 2006, eq. 1;
    - "cosine": 1 - cos;
    - "exp_l1": 1 - exp(-L1), the Manhattan similarity of Mueller and Thyagarajan 2016 (section 3)
      turned into a distance.
    """
    if metric == "cosine":
        return 1 - torch.nn.functional.cosine_similarity(first, second, dim=-1)
    if metric == "l2":
        # The floor keeps the root's gradient finite where two vectors coincide.
        return (first - second).square().sum(dim=-1).clamp(min=_TINY).sqrt()
    l1 = (first - second).abs().sum(dim=-1)
    return 1 - torch.exp(-l1) if metric == "exp_l1" else l1
