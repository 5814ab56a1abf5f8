"""Every method of the field behind one face: a loss to lower, and a distance to judge by.

A method takes a labelled batch and gives its loss; once trained it takes pictures and the rows of
pairs of them and gives the distance of each pair, smaller for more alike. Nothing else differs
between the rows of the reproduction, so what is measured is the method.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.hamming import hamming_triplet_loss
from training.heads import ClassHead, Head
from training.losses import (
    contrastive_loss,
    distillation_loss,
    exponential_loss,
    hinge_pair_loss,
    relational_loss,
    triplet_loss,
)
from training.mining import Mining, draw_pairs, mine_triplets
from training.similarity import Metric, distance
from training.small_networks import Branch, PseudoSiamese, TwoChannel, Unit, branch

DIMENSION = 64
CHOPRA_DIMENSION = 50
_PAIRS_AT_ONCE = 512
_HAMMING_TRIPLETS = 32


class Method(nn.Module):
    """What training and judging need of a method."""

    network: nn.Module

    def loss(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """Of pictures `(n, channels, h, w)` of people `(n,)`."""
        raise NotImplementedError

    def distances(self, pictures: Tensor, first: Tensor, second: Tensor) -> Tensor:
        """Of pairs `(p,)` of rows of `pictures`: `(p,)`, smaller is more alike."""
        raise NotImplementedError


class Pixels(Method):
    """Nothing learnt: what a method has to beat."""

    def distances(self, pictures: Tensor, first: Tensor, second: Tensor) -> Tensor:
        flat = pictures.flatten(1)
        return distance(flat[first], flat[second], "l2")


class ExponentialSiamese(Method):
    """Chopra, Hadsell and LeCun 2005: shared weights, L1 energy, exponential loss."""

    def __init__(self, kind: Branch, channels: int) -> None:
        super().__init__()
        network = branch(kind, channels, CHOPRA_DIMENSION)
        # A bounded output bounds the energy; ChopraNet ends in a tanh of its own.
        self.network = network if kind == "chopra" else nn.Sequential(network, nn.Tanh())

    def loss(self, pictures: Tensor, labels: Tensor) -> Tensor:
        vectors = self.network(pictures)
        first, second, impostor = draw_pairs(labels)
        energy = distance(vectors[first], vectors[second], "l1")
        return exponential_loss(energy, impostor, 2.0 * CHOPRA_DIMENSION) / CHOPRA_DIMENSION

    def distances(self, pictures: Tensor, first: Tensor, second: Tensor) -> Tensor:
        vectors = self.network(pictures)
        return distance(vectors[first], vectors[second], "l1")


class ContrastiveSiamese(Method):
    """Hadsell, Chopra and LeCun 2006: Euclidean distance, margin contrastive loss."""

    def __init__(
        self, kind: Branch, channels: int, *, margin: float = 1.0, metric: Metric = "l2"
    ) -> None:
        super().__init__()
        self.network = Unit(branch(kind, channels, DIMENSION))
        self.margin, self.metric = margin, metric

    def loss(self, pictures: Tensor, labels: Tensor) -> Tensor:
        vectors = self.network(pictures)
        first, second, impostor = draw_pairs(labels)
        apart = distance(vectors[first], vectors[second], self.metric)
        return contrastive_loss(apart, impostor, self.margin)

    def distances(self, pictures: Tensor, first: Tensor, second: Tensor) -> Tensor:
        vectors = self.network(pictures)
        return distance(vectors[first], vectors[second], self.metric)


class TripletSiamese(Method):
    """Schroff et al. 2015, FaceNet: triplets mined in the batch, on the unit sphere."""

    def __init__(
        self,
        kind: Branch,
        channels: int,
        mining: Mining,
        *,
        margin: float = 0.3,
        negatives: int = 1,
    ) -> None:
        super().__init__()
        self.network = Unit(branch(kind, channels, DIMENSION))
        self.mining, self.margin, self.negatives = mining, margin, negatives

    def loss(self, pictures: Tensor, labels: Tensor) -> Tensor:
        vectors = self.network(pictures)
        triplets = mine_triplets(vectors, labels, self.mining, negatives=self.negatives)
        return triplet_loss(vectors, triplets, self.margin)

    def distances(self, pictures: Tensor, first: Tensor, second: Tensor) -> Tensor:
        vectors = self.network(pictures)
        return distance(vectors[first], vectors[second], "l2")


class HammingSiamese(Method):
    """Norouzi, Fleet and Salakhutdinov 2012: binary codes, triplet ranking."""

    def __init__(self, kind: Branch, channels: int, bits: int) -> None:
        super().__init__()
        self.network = nn.Sequential(
            branch(kind, channels, bits), nn.BatchNorm1d(bits, affine=False)
        )
        self.bits = bits

    def loss(self, pictures: Tensor, labels: Tensor) -> Tensor:
        real = self.network(pictures)
        triplets = mine_triplets(nn.functional.normalize(real), labels, "random")
        # The search for the bound costs more than the network: a few triplets per step are enough.
        triplets = triplets[torch.randperm(len(triplets))[:_HAMMING_TRIPLETS]]
        anchor, positive, negative = (real[triplets[:, column]] for column in range(3))
        return hamming_triplet_loss(anchor, positive, negative) / self.bits

    def distances(self, pictures: Tensor, first: Tensor, second: Tensor) -> Tensor:
        bits = self.network(pictures) > 0
        return (bits[first] != bits[second]).sum(dim=1).float()


class PseudoSiamesePair(Method):
    """Two branches, weights not shared, under the margin contrastive loss."""

    def __init__(self, kind: Branch, channels: int, *, margin: float = 1.0) -> None:
        super().__init__()
        branches = (Unit(branch(kind, channels, DIMENSION)) for _ in range(2))
        self.pair = PseudoSiamese(*branches)
        self.margin = margin

    def loss(self, pictures: Tensor, labels: Tensor) -> Tensor:
        first, second, impostor = draw_pairs(labels)
        ours, theirs = self.pair(pictures, pictures)
        apart = [distance(ours[a], theirs[b], "l2") for a, b in ((first, second), (second, first))]
        return contrastive_loss(torch.cat(apart), impostor.repeat(2), self.margin)

    def distances(self, pictures: Tensor, first: Tensor, second: Tensor) -> Tensor:
        ours, theirs = self.pair(pictures, pictures)
        one, other = (
            distance(ours[a], theirs[b], "l2") for a, b in ((first, second), (second, first))
        )
        return (one + other) / 2


class TwoChannelPair(Method):
    """Zagoruyko and Komodakis 2015: the pair as one picture, under the hinge loss."""

    def __init__(self, kind: Branch, channels: int) -> None:
        super().__init__()
        network = branch(kind, 2 * channels, DIMENSION)
        self.pair = TwoChannel(nn.Sequential(network, nn.Linear(DIMENSION, 1)))

    def loss(self, pictures: Tensor, labels: Tensor) -> Tensor:
        first, second, impostor = draw_pairs(labels)
        similarity = self.pair(
            torch.cat([pictures[first], pictures[second]]),
            torch.cat([pictures[second], pictures[first]]),
        )
        return hinge_pair_loss(similarity, impostor.repeat(2))

    def distances(self, pictures: Tensor, first: Tensor, second: Tensor) -> Tensor:
        parts = []
        for a, b in zip(first.split(_PAIRS_AT_ONCE), second.split(_PAIRS_AT_ONCE), strict=True):
            one, other = pictures[a], pictures[b]
            parts.append(-(self.pair(one, other) + self.pair(other, one)) / 2)
        return torch.cat(parts)

    @torch.no_grad()
    def rerank(self, pictures: Tensor, probe: int, shortlist: Tensor) -> Tensor:
        """The rows `(k,)` of a probe's short list by this network's distance, nearest first.

        Each pair costs a pass of its own, so an embedder first makes the list short.
        """
        apart = self.distances(pictures, torch.full_like(shortlist, probe), shortlist)
        return shortlist[apart.argsort(stable=True)]


class Classified(Method):
    """Softmax, CosFace or ArcFace over the training people; judged by the cosine of embeddings."""

    def __init__(self, kind: Branch, channels: int, head: Head, people: int) -> None:
        super().__init__()
        self.network = branch(kind, channels, DIMENSION)
        self.head = ClassHead(DIMENSION, people, head, margin=0.2)

    def loss(self, pictures: Tensor, labels: Tensor) -> Tensor:
        loss: Tensor = self.head(self.network(pictures), labels)
        return loss

    def distances(self, pictures: Tensor, first: Tensor, second: Tensor) -> Tensor:
        vectors = self.network(pictures)
        return distance(vectors[first], vectors[second], "cosine")


class Distilled(Method):
    """A teacher's vectors and distances beside the triplet loss on the labels."""

    def __init__(self, kind: Branch, channels: int, teacher: nn.Module) -> None:
        super().__init__()
        self.network = Unit(branch(kind, channels, DIMENSION))
        self._teacher = [teacher.eval()]  # in a list: not a part to be trained or saved

    def loss(self, pictures: Tensor, labels: Tensor) -> Tensor:
        vectors = self.network(pictures)
        with torch.no_grad():
            told = nn.functional.normalize(self._teacher[0](pictures), dim=1)
        triplets = mine_triplets(vectors, labels, "semi_hard")
        own = triplet_loss(vectors, triplets, 0.3)
        return distillation_loss(vectors, told) + relational_loss(vectors, told) + 0.5 * own

    def distances(self, pictures: Tensor, first: Tensor, second: Tensor) -> Tensor:
        vectors = self.network(pictures)
        return distance(vectors[first], vectors[second], "l2")
