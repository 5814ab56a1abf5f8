"""Losses on distances of pairs and on batches of vectors, each with its paper and equation."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

PairLabels = Literal["impostor_is_one", "genuine_is_one"]


def impostor_labels(labels: Tensor, convention: PairLabels) -> Tensor:
    """Pair labels as floats, 1 for impostor, as the papers' Y.

    Both conventions are met in the wild and nothing in the numbers tells them apart: training on
    the wrong one runs without complaint and pulls strangers together. So it is always said.

    Raises:
        ValueError: a label is neither 0 nor 1, or the convention is unknown.
    """
    if convention not in ("impostor_is_one", "genuine_is_one"):
        raise ValueError(f"pair labels are 'impostor_is_one' or 'genuine_is_one', not {convention}")
    values = labels.to(torch.get_default_dtype())
    if not ((values == 0) | (values == 1)).all():
        raise ValueError("pair labels must be 0 or 1")
    return values if convention == "impostor_is_one" else 1 - values


def exponential_loss(energy: Tensor, impostor: Tensor, bound: float) -> Tensor:
    """Chopra, Hadsell and LeCun 2005, eq. 8 (with alpha = 2/Q, beta = 2Q, gamma = -2.77/Q).

    `(1 - Y) (2/Q) E^2 + Y 2Q exp(-2.77 E / Q)`, averaged. `energy` `(n,)` is the L1 distance,
    `impostor` `(n,)` is Y, `bound` is Q, the largest energy that the network can give.
    """
    genuine_part = 2 / bound * energy.square()
    impostor_part = 2 * bound * torch.exp(-2.77 / bound * energy)
    return torch.where(impostor > 0.5, impostor_part, genuine_part).mean()


def contrastive_loss(distances: Tensor, impostor: Tensor, margin: float) -> Tensor:
    """Hadsell, Chopra and LeCun 2006, eq. 4, averaged.

    `(1 - Y) 1/2 D^2 + Y 1/2 max(0, m - D)^2` with D `(n,)` Euclidean. No pairs, as of a batch in
    which nobody is twice, give 0 with a gradient of 0.
    """
    genuine_part = 0.5 * distances.square()
    impostor_part = 0.5 * F.relu(margin - distances).square()
    return torch.where(impostor > 0.5, impostor_part, genuine_part).sum() / max(len(distances), 1)


def hinge_pair_loss(similarity: Tensor, impostor: Tensor) -> Tensor:
    """Zagoruyko and Komodakis 2015, eq. 1: `max(0, 1 - y o)` with y = 1 genuine, -1 impostor."""
    return F.relu(1 - (1 - 2 * impostor) * similarity).mean()


def stuck_or_collapsed(vectors: Tensor, loss: float, margin: float) -> str | None:
    """What has gone wrong where embeddings carry nothing, in words; None where all is well.

    A collapsed network gives every picture the same vector; then every triplet loses exactly the
    margin (Schroff et al. 2015, section 3.2, says so of hard mining too early).
    """
    if not math.isfinite(loss) or not torch.isfinite(vectors).all():
        return "the loss is not finite: lower the learning rate"
    spread = (vectors - vectors.mean(dim=0)).norm(dim=1).mean()
    if spread < 1e-3 * vectors.norm(dim=1).mean().clamp(min=1e-12):
        return "collapsed: every picture has the same vector; mine less hard, or lower the rate"
    if margin > 0 and abs(loss - margin) < 1e-3 * margin:
        return "stuck at the margin: nothing is learnt; mine less hard, or lower the rate"
    return None


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
