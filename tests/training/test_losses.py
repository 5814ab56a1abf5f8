"""Each loss against values worked out by hand, against pytorch-metric-learning, and its gradient
against finite differences.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from pytorch_metric_learning import distances as pml_distances
from pytorch_metric_learning import losses as pml
from pytorch_metric_learning import miners as pml_miners
from torch import Tensor
from torch.nn import functional as F

from siamapp.identity.match import distances as app_distances
from training.hamming import codes, hamming_distances, hamming_triplet_loss
from training.heads import ClassHead
from training.losses import (
    contrastive_loss,
    distillation_loss,
    exponential_loss,
    hinge_pair_loss,
    impostor_labels,
    relational_loss,
    stuck_or_collapsed,
    triplet_loss,
)
from training.mining import Mining, mine_triplets
from training.similarity import Metric, distance


def on_circle(*degrees: float) -> Tensor:
    angles = torch.deg2rad(torch.tensor(degrees, dtype=torch.float64))
    return torch.stack([angles.cos(), angles.sin()], dim=1)


def random_units(count: int, dimension: int, seed: int = 3) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return F.normalize(torch.randn(count, dimension, generator=generator, dtype=torch.float64))


@pytest.mark.parametrize("metric", ["l1", "l2", "cosine", "exp_l1"])
def test_the_app_computes_the_distance_that_training_lowers(metric: Metric) -> None:
    vectors = random_units(6, 16).float()
    ours = distance(vectors[:1], vectors, metric).numpy()
    theirs = app_distances(vectors[0].numpy(), vectors.numpy(), metric)
    assert ours == pytest.approx(theirs, abs=1e-3)


def test_exponential_loss_by_hand() -> None:
    energy = torch.tensor([3.0, 3.0], dtype=torch.float64)
    impostor = torch.tensor([0.0, 1.0])
    # (2 / 10) 9 = 1.8 and 20 exp(-2.77 * 0.3)
    expected = (1.8 + 20 * math.exp(-0.831)) / 2
    assert exponential_loss(energy, impostor, 10.0).item() == pytest.approx(expected)


def test_contrastive_loss_by_hand() -> None:
    distances = torch.tensor([0.5, 0.5, 2.0])
    impostor = torch.tensor([0.0, 1.0, 1.0])
    assert contrastive_loss(distances, impostor, 1.0).item() == pytest.approx(0.25 / 3)
    assert contrastive_loss(distances[:0], impostor[:0], 1.0).item() == 0.0


def test_hinge_by_hand() -> None:
    similarity = torch.tensor([0.25, 0.25, 3.0])
    assert hinge_pair_loss(similarity, torch.tensor([0.0, 1.0, 0.0])).item() == pytest.approx(2 / 3)


def test_labels_say_which_convention_they_follow() -> None:
    labels = torch.tensor([0, 1, 1])
    assert impostor_labels(labels, "impostor_is_one").tolist() == [0, 1, 1]
    assert impostor_labels(labels, "genuine_is_one").tolist() == [1, 0, 0]
    with pytest.raises(ValueError, match="0 or 1"):
        impostor_labels(torch.tensor([-1, 1]), "genuine_is_one")
    with pytest.raises(ValueError, match="maybe"):
        impostor_labels(labels, "maybe")  # type: ignore[arg-type]


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


def test_contrastive_and_triplet_agree_with_pytorch_metric_learning() -> None:
    vectors, labels = random_units(12, 8), torch.arange(12) % 4
    squared = pml_distances.LpDistance(normalize_embeddings=False, p=2, power=2)
    first, second = (
        torch.tensor(part) for part in zip(*itertools.combinations(range(12), 2), strict=True)
    )
    impostor = (labels[first] != labels[second]).double()
    apart = distance(vectors[first], vectors[second], "l2")
    # Theirs is a hinge on the distance itself: the genuine half, squared, is ours twice over.
    theirs = pml.ContrastiveLoss(pos_margin=0, neg_margin=0, distance=squared)(vectors, labels)
    assert contrastive_loss(apart[impostor == 0], impostor[impostor == 0], 1.0).item() == (
        pytest.approx(theirs.item() / 2)
    )
    triplets = mine_triplets(vectors, labels, "random", negatives=2)
    given = tuple(triplets.T)
    loss = pml.TripletMarginLoss(margin=0.4, distance=squared)
    # Theirs is the mean over violated triplets, ours over all.
    active = triplet_terms(vectors, triplets, 0.4) > 0
    assert triplet_loss(vectors, triplets, 0.4).item() == pytest.approx(
        loss(vectors, labels, given).item() * active.double().mean().item()
    )


def triplet_terms(vectors: Tensor, triplets: Tensor, margin: float) -> Tensor:
    anchor, positive, negative = (vectors[triplets[:, column]] for column in range(3))
    return (anchor - positive).square().sum(1) - (anchor - negative).square().sum(1) + margin


@pytest.mark.parametrize("kind", ["cosface", "arcface"])
def test_angular_margins_agree_with_pytorch_metric_learning(kind: str) -> None:
    vectors, labels = random_units(9, 8), torch.arange(9) % 5
    head = ClassHead(8, 5, kind, margin=0.3, scale=16).double()  # type: ignore[arg-type]
    theirs: torch.nn.Module
    if kind == "cosface":
        theirs = pml.CosFaceLoss(5, 8, margin=0.3, scale=16)
    else:
        theirs = pml.ArcFaceLoss(5, 8, margin=math.degrees(0.3), scale=16)
    theirs.W.data = head.weight.detach().T.clone()
    assert head(vectors, labels).item() == pytest.approx(theirs(vectors, labels).item(), rel=1e-6)


def test_softmax_is_a_linear_classifier() -> None:
    head = ClassHead(4, 3, "softmax")
    vectors = torch.randn(5, 4)
    labels = torch.tensor([0, 1, 2, 1, 0])
    assert head.bias is not None
    expected = F.cross_entropy(vectors @ head.weight.T + head.bias, labels)
    assert torch.equal(head(vectors, labels), expected)


def test_arcface_keeps_falling_beyond_pi() -> None:
    head = ClassHead(3, 2, "arcface", margin=0.5, scale=1.0)
    head.weight.data = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    angles = torch.deg2rad(torch.linspace(120, 179, 30))
    vectors = torch.stack([angles.cos(), angles.sin(), torch.zeros(30)], dim=1)
    losses = [head(v[None], torch.tensor([0])).item() for v in vectors]
    assert (np.diff(losses) > 0).all(), "worse angles cost more, also where the margin passes pi"


def test_semi_hard_takes_the_nearest_that_is_further_than_the_positive() -> None:
    vectors = on_circle(0, 40, 20, 60, 90)
    labels = torch.tensor([7, 7, 1, 2, 3])
    # From 0: positive at 40, negatives at 20 (too near), 60 (semi-hard), 90.
    # From 40: positive at 40 away, negatives 20 and 20 away (too near) and 50 away.
    assert mine_triplets(vectors, labels, "semi_hard").tolist() == [[0, 1, 3], [1, 0, 4]]


def test_hard_takes_the_nearest_stranger_and_as_many_as_asked() -> None:
    vectors = on_circle(0, 40, 15, 60, 90)
    labels = torch.tensor([7, 7, 1, 2, 3])
    assert mine_triplets(vectors, labels, "hard").tolist() == [[0, 1, 2], [1, 0, 3]]
    # One positive to three negatives, every stranger once.
    three = mine_triplets(vectors, labels, "random", negatives=3)
    assert three[:, 0].tolist() == [0, 0, 0, 1, 1, 1]
    assert sorted(three[:3, 2].tolist()) == [2, 3, 4]


@pytest.mark.parametrize("kind", ["random", "semi_hard", "hard", "distance_weighted"])
def test_mined_triplets_are_what_they_say(kind: Mining) -> None:
    vectors = random_units(24, 16)
    labels = torch.arange(24) % 6
    triplets = mine_triplets(vectors, labels, kind, negatives=2)
    anchor, positive, negative = triplets.T
    assert len(triplets) > 0
    assert (labels[anchor] == labels[positive]).all()
    assert (anchor != positive).all()
    assert (labels[anchor] != labels[negative]).all()
    alone = mine_triplets(vectors[:6], torch.arange(6), kind)
    assert alone.shape == (0, 3), "no positive, no triplet"
    family = mine_triplets(vectors[:6], torch.zeros(6), kind)
    assert family.shape == (0, 3), "no negative, no triplet"


def test_distance_weighted_prefers_the_near_as_the_reference_miner_does() -> None:
    vectors = random_units(200, 8, seed=1)
    labels = torch.arange(200) // 2
    torch.manual_seed(0)
    theirs = pml_miners.DistanceWeightedMiner(cutoff=0.5, nonzero_loss_cutoff=2.0)(vectors, labels)
    ours = mine_triplets(vectors, labels, "distance_weighted", negatives=4)
    uniform = mine_triplets(vectors, labels, "random", negatives=4)

    def mean(anchor: Tensor, negative: Tensor) -> float:
        return (vectors[anchor] - vectors[negative]).norm(dim=1).mean().item()

    assert mean(ours[:, 0], ours[:, 2]) == pytest.approx(mean(theirs[0], theirs[2]), abs=0.1)
    assert mean(ours[:, 0], ours[:, 2]) < mean(uniform[:, 0], uniform[:, 2]) - 0.1


def brute_force_bound(anchor: Tensor, positive: Tensor, negative: Tensor) -> float:
    """Norouzi 2012, eq. 6, over all 2^(3q) codes."""
    q = anchor.shape[1]
    values = []
    for f, f_near, f_far in zip(anchor, positive, negative, strict=True):
        best = -math.inf
        for bits in itertools.product((-1.0, 1.0), repeat=3 * q):
            g, near, far = torch.tensor(bits, dtype=torch.float64).split(q)
            loss = max(0.0, float((g != near).sum() - (g != far).sum()) + 1)
            best = max(best, loss + float(g @ f + near @ f_near + far @ f_far))
        values.append(best - float(f.abs().sum() + f_near.abs().sum() + f_far.abs().sum()))
    return float(np.mean(values))


def test_hamming_bound_is_the_maximum_over_all_codes_and_above_the_loss() -> None:
    generator = torch.Generator().manual_seed(5)
    real = [torch.randn(3, 4, generator=generator, dtype=torch.float64) * 0.6 for _ in range(3)]
    bound = hamming_triplet_loss(*real).item()
    assert bound == pytest.approx(brute_force_bound(*real))
    h, near, far = (part > 0 for part in real)
    hinge = ((h != near).sum(1) - (h != far).sum(1) + 1).clamp(min=0).double().mean().item()
    assert bound >= hinge


def test_codes_are_bits_and_their_distance_counts_them() -> None:
    real = np.array([[1.0, -1, 1, -1, 1, -1, 1, -1], [1, 1, 1, 1, -1, -1, -1, -1]], np.float32)
    packed = codes(real)
    assert packed.shape == (2, 1)
    assert hamming_distances(packed[0], packed).tolist() == [0, 4]
    with pytest.raises(ValueError, match="bytes"):
        codes(real[:, :5])


def test_collapse_and_a_loss_at_the_margin_are_said() -> None:
    good = random_units(8, 4)
    assert stuck_or_collapsed(good, 0.1, 0.3) is None
    assert "collapsed" in (stuck_or_collapsed(good[:1].repeat(8, 1), 0.1, 0.3) or "")
    assert "margin" in (stuck_or_collapsed(good, 0.3, 0.3) or "")
    assert "finite" in (stuck_or_collapsed(good, math.nan, 0.3) or "")


TEACHER = random_units(6, 4, seed=9)
TRIPLETS = torch.tensor([[0, 1, 2], [3, 4, 0]])
IMPOSTOR = torch.tensor([0.0, 1.0, 1.0])
LOSSES: dict[str, Callable[[Tensor], Tensor]] = {
    "distill": lambda raw: distillation_loss(F.normalize(raw), TEACHER),
    "relational": lambda raw: relational_loss(F.normalize(raw), TEACHER),
    "triplet": lambda raw: triplet_loss(F.normalize(raw), TRIPLETS, 5.0),
    "exponential": lambda raw: exponential_loss(distance(raw[:3], raw[3:], "l1"), IMPOSTOR, 9.0),
    "contrastive": lambda raw: contrastive_loss(distance(raw[:3], raw[3:], "l2"), IMPOSTOR, 4.0),
    "exp_l1": lambda raw: contrastive_loss(distance(raw[:3], raw[3:], "exp_l1"), IMPOSTOR, 2.0),
    "hinge": lambda raw: hinge_pair_loss(0.1 * raw[:3, 0], IMPOSTOR),
    "hamming": lambda raw: hamming_triplet_loss(raw[:2], raw[2:4], raw[4:]),
}


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_match_finite_differences(name: str) -> None:
    generator = torch.Generator().manual_seed(3)
    raw = torch.randn(6, 4, generator=generator, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(LOSSES[name], (raw,))


@pytest.mark.parametrize("kind", ["softmax", "cosface", "arcface"])
def test_head_gradients_match_finite_differences(kind: str) -> None:
    torch.manual_seed(0)
    head = ClassHead(4, 3, kind).double()  # type: ignore[arg-type]
    raw = torch.randn(5, 4, dtype=torch.float64, requires_grad=True)
    labels = torch.tensor([0, 1, 2, 1, 0])
    assert torch.autograd.gradcheck(lambda vectors: head(vectors, labels), (raw,))
