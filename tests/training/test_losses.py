"""Each loss against values worked out by hand, and its gradient against finite differences."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F

from training.losses import distillation_loss, relational_loss, triplet_loss
from training.mining import semi_hard_triplets


def on_circle(*degrees: float) -> torch.Tensor:
    angles = torch.deg2rad(torch.tensor(degrees, dtype=torch.float64))
    return torch.stack([angles.cos(), angles.sin()], dim=1)


def test_distillation_is_two_minus_two_cosines() -> None:
    loss = distillation_loss(on_circle(0, 0), on_circle(60, 180))
    assert loss.item() == pytest.approx((1.0 + 4.0) / 2)


def test_relational_ignores_rotation_and_sees_shape() -> None:
    assert relational_loss(on_circle(0, 30, 80), on_circle(100, 130, 180)).item() < 1e-12
    # Three equal sides against sides sqrt 2, sqrt 2, 2, each divided by its mean.
    mean = (2 * math.sqrt(2) + 2) / 3
    off = [math.sqrt(2) / mean - 1, math.sqrt(2) / mean - 1, 2 / mean - 1]
    expected = sum(0.5 * value**2 for value in off) / 3
    loss = relational_loss(on_circle(0, 120, 240), on_circle(0, 90, 180))
    assert loss.item() == pytest.approx(expected)


def test_triplet_counts_only_violated_margins() -> None:
    vectors = on_circle(0, 60, 90, 180)  # squared distances from the first: 1, 2 and 4
    triplets = torch.tensor([[0, 1, 2], [0, 1, 3]])
    assert triplet_loss(vectors, triplets, 1.5).item() == pytest.approx(0.25)
    assert triplet_loss(vectors, triplets[:0], 1.5).item() == 0.0


def test_semi_hard_takes_the_nearest_that_is_further_than_the_positive() -> None:
    vectors = on_circle(0, 40, 20, 60, 90)
    labels = torch.tensor([7, 7, 1, 2, 3])
    # From 0: positive at 40, negatives at 20 (too near), 60 (semi-hard), 90.
    # From 40: positive at 40 away, negatives 20 and 20 away (too near) and 50 away.
    assert semi_hard_triplets(vectors, labels).tolist() == [[0, 1, 3], [1, 0, 4]]


@pytest.mark.parametrize("name", ["distill", "relational", "triplet"])
def test_gradients_match_finite_differences(name: str) -> None:
    generator = torch.Generator().manual_seed(3)
    raw = torch.randn(5, 4, generator=generator, dtype=torch.float64, requires_grad=True)
    teacher = F.normalize(torch.randn(5, 4, generator=generator, dtype=torch.float64), dim=1)
    triplets = torch.tensor([[0, 1, 2], [3, 4, 0]])

    def loss(vectors: torch.Tensor) -> torch.Tensor:
        student = F.normalize(vectors, dim=1)
        if name == "distill":
            return distillation_loss(student, teacher)
        if name == "relational":
            return relational_loss(student, teacher)
        return triplet_loss(student, triplets, 5.0)

    assert torch.autograd.gradcheck(loss, (raw,))
