"""Which pairs and triplets of a batch are worth a gradient."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from training.losses import squared_distances

Mining = Literal["random", "semi_hard", "hard", "distance_weighted"]
_NEAREST_WEIGHED = 0.5
"""Negatives nearer than this weigh no more than one at it (Wu et al. 2017, section 4.1)."""


def draw_pairs(
    labels: Tensor, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """As many impostor as genuine pairs of a batch: first, second `(2g,)` and impostor `(2g,)`.

    Half and half as in Chopra, Hadsell and LeCun 2005, section 3.1: of all pairs of a batch nearly
    all are impostors.
    """
    upper = torch.ones(len(labels), len(labels), dtype=torch.bool, device=labels.device).triu(1)
    same = labels[:, None] == labels[None, :]
    genuine, impostor = torch.nonzero(same & upper), torch.nonzero(~same & upper)
    count = min(len(genuine), len(impostor))
    parts = [
        part[torch.randperm(len(part), generator=generator)[:count].to(part.device)]
        for part in (genuine, impostor)
    ]
    chosen = torch.cat(parts)
    kind = torch.zeros(2 * count, device=labels.device)
    kind[count:] = 1
    return chosen[:, 0], chosen[:, 1], kind


@torch.no_grad()
def mine_triplets(
    vectors: Tensor,
    labels: Tensor,
    kind: Mining,
    *,
    negatives: int = 1,
    generator: torch.Generator | None = None,
) -> Tensor:
    """For each anchor and positive up to `negatives` negatives: rows `(t, 3)`.

    - "random": any stranger in the batch.
    - "semi_hard": the nearest that are further than the positive (Schroff et al. 2015, FaceNet,
      eq. 4). Harder ones are often wrong labels, and they collapse a young network.
    - "hard": the nearest of all (Schroff et al. 2015, section 3.2).
    - "distance_weighted": drawn so that every distance is as likely as any other (Wu et al. 2017,
      Sampling matters, eq. 3).

    A pair without such a negative is left out. Columns are anchor, positive, negative; `vectors`
    are of unit length.
    """
    distances = squared_distances(vectors)
    same = labels[:, None] == labels[None, :]
    itself = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    anchor, positive = torch.nonzero(same & ~itself, as_tuple=True)
    if kind in ("hard", "semi_hard"):
        preference = -distances
    else:
        drawn = torch.rand(distances[anchor].shape, generator=generator).to(distances)
        gumbel = -torch.log(-torch.log(drawn.clamp(1e-20, 1 - 1e-7)))  # the best of these is a draw
        preference = torch.zeros_like(distances)
        if kind == "distance_weighted":
            preference = -_log_density(distances, vectors.shape[1])
    allowed = ~same[anchor]
    if kind == "semi_hard":
        allowed &= distances[anchor] > distances[anchor, positive][:, None]
    score = preference[anchor] + (gumbel if kind in ("random", "distance_weighted") else 0)
    best, negative = score.masked_fill(~allowed, -torch.inf).topk(
        min(negatives, len(labels)), dim=1
    )
    pair, place = torch.nonzero(torch.isfinite(best), as_tuple=True)
    return torch.stack([anchor[pair], positive[pair], negative[pair, place]], dim=1)


def _log_density(squared: Tensor, dimension: int) -> Tensor:
    """Log density, up to a constant, of the distance of two random points on the unit sphere.

    Wu et al. 2017, eq. 1: `q(d) ~ d^(n-2) (1 - d^2/4)^((n-3)/2)`.
    """
    floored = squared.clamp(min=_NEAREST_WEIGHED**2, max=4 - 1e-4)
    return 0.5 * (dimension - 2) * floored.log() + 0.5 * (dimension - 3) * (1 - floored / 4).log()
