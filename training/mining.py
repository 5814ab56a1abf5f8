"""Which triplets of a batch are worth a gradient."""

from __future__ import annotations

import torch
from torch import Tensor

from training.losses import squared_distances


@torch.no_grad()
def semi_hard_triplets(vectors: Tensor, labels: Tensor) -> Tensor:
    """For each positive pair the nearest negative that is further than the positive: `(t, 3)`.

    Schroff et al. 2015, FaceNet, eq. 4. Harder negatives than that are left out on purpose: in sets
    gathered from the web many of them are wrong labels, and they collapse a young network. Pairs
    without such a negative are skipped. Rows are anchor, positive, negative.
    """
    distances = squared_distances(vectors)
    same = labels[:, None] == labels[None, :]
    itself = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    anchor, positive = torch.nonzero(same & ~itself, as_tuple=True)
    further = distances[anchor] > distances[anchor, positive][:, None]
    candidates = distances[anchor].masked_fill(same[anchor] | ~further, torch.inf)
    nearest, negative = candidates.min(dim=1)
    found = torch.isfinite(nearest)
    return torch.stack([anchor, positive, negative], dim=1)[found]
