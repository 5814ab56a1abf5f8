"""Losses on batches of unit vectors. Each says which paper and equation it is."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def squared_distances(vectors: Tensor) -> Tensor:
    """`(n, n)` squared Euclidean distances of unit vectors: 2 - 2 cos, in 0..4."""
    return (2 - 2 * vectors @ vectors.T).clamp(min=0)


def distillation_loss(student: Tensor, teacher: Tensor) -> Tensor:
    """Mean squared distance of the student's unit vectors to the teacher's, 2 - 2 cos.

    Hint-based training: Romero et al. 2015, FitNets, eq. 3, up to the factor 1/2, with the last
    layer as hint, so no regressor is needed.
    """
    return (student - teacher).square().sum(dim=1).mean()


def relational_loss(student: Tensor, teacher: Tensor) -> Tensor:
    """Make the student keep the teacher's distances between the crops of a batch.

    Park et al. 2019, Relational Knowledge Distillation, eqs. 5 to 8 (distance-wise potential): all
    pair distances divided by their mean, then the Huber loss.
    """
    potentials = []
    off_diagonal = ~torch.eye(len(student), dtype=torch.bool, device=student.device)
    for vectors in (student, teacher):
        # The small floor keeps the root's gradient finite where two vectors coincide.
        distances = squared_distances(vectors)[off_diagonal].clamp(min=1e-8).sqrt()
        potentials.append(distances / distances.mean().clamp(min=1e-8))
    return F.smooth_l1_loss(potentials[0], potentials[1])


def triplet_loss(vectors: Tensor, triplets: Tensor, margin: float) -> Tensor:
    """Siamese loss on labels: a crop is nearer to its own person's than to a stranger's.

    Schroff et al. 2015, FaceNet, eq. 3, averaged over `triplets` `(t, 3)`, rows of anchor, positive
    and negative. No triplets give 0 with a gradient of 0.
    """
    anchor, positive, negative = (vectors[triplets[:, column]] for column in range(3))
    to_positive = (anchor - positive).square().sum(dim=1)
    to_negative = (anchor - negative).square().sum(dim=1)
    return F.relu(to_positive - to_negative + margin).sum() / max(len(triplets), 1)
