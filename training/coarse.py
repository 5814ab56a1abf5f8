"""Binary codes over a finished embedder: a coarse index that leaves few vectors to compare exactly.

The embedder's vectors go through one linear layer, learnt on training people by the loss of
`training.hamming`; the signs are the code. 256 bits take a sixteenth of a 128-d float vector, and a
Hamming distance is an XOR and a count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import nn

from siamapp.identity.match import distances
from training.data import Float, Ints, Uint8
from training.hamming import codes, hamming_distances, hamming_triplet_loss
from training.mining import mine_triplets
from training.samplers import PeopleSampler

_TRIPLETS: Final = 32


@dataclass(frozen=True, slots=True, eq=False)
class Coarse:
    """A gallery by its codes; `weight` `(q, d)` and `mean` `(d,)` make them."""

    weight: Float
    mean: Float
    vectors: Float
    packed: Uint8

    @classmethod
    def of(cls, weight: Float, mean: Float, vectors: Float) -> Coarse:
        """Of gallery vectors `(n, d)`."""
        return cls(weight, mean, vectors, _codes(weight, mean, vectors))

    def shortlist(self, probe: Float, count: int) -> Ints:
        """Rows of the `count` nearest codes to the probe `(d,)`, nearest first."""
        (own,) = _codes(self.weight, self.mean, probe[None])
        return np.argsort(hamming_distances(own, self.packed), kind="stable")[:count]

    def nearest(self, probe: Float, metric: str, *, count: int) -> int:
        """The row nearest to the probe by the metric, among the shortlist."""
        rows = self.shortlist(probe, count)
        return int(rows[distances(probe, self.vectors[rows], metric).argmin()])


def _codes(weight: Float, mean: Float, vectors: Float) -> Uint8:
    return codes(np.asarray((vectors - mean) @ weight.T, np.float32))


def learn_codes(
    vectors: Float, person: Ints, bits: int, *, steps: int = 300, seed: int = 1
) -> tuple[Float, Float]:
    """`weight` and `mean` of codes that rank as the people of `vectors` `(n, d)` do.

    Begins at a random rotation, whose codes keep angles in the mean (Charikar 2002, section 3).
    """
    draws = torch.Generator().manual_seed(seed)
    mean = vectors.mean(axis=0)
    layer = nn.Linear(vectors.shape[1], bits, bias=False)
    nn.init.normal_(layer.weight, std=vectors.shape[1] ** -0.5, generator=draws)
    given, labels = torch.from_numpy(vectors - mean), torch.from_numpy(person)
    sampler = PeopleSampler(person, 32, 2, seed)
    optimizer = torch.optim.Adam(layer.parameters(), lr=3e-3)
    for step in range(steps):
        rows = torch.from_numpy(sampler.batch(step))
        triplets = mine_triplets(
            nn.functional.normalize(given[rows]), labels[rows], "semi_hard", generator=draws
        )
        triplets = triplets[torch.randperm(len(triplets), generator=draws)[:_TRIPLETS]]
        real = nn.functional.normalize(layer(given[rows])) * bits**0.5
        loss = hamming_triplet_loss(*(real[triplets[:, column]] for column in range(3)))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    return layer.weight.detach().numpy(), mean


def agreement(index: Coarse, probes: Float, metric: str, *, count: int) -> float:
    """Share of probes `(k, d)` whose nearest vector of all is on the shortlist."""
    exact = [int(distances(probe, index.vectors, metric).argmin()) for probe in probes]
    return float(
        np.mean([row in index.shortlist(p, count) for p, row in zip(probes, exact, strict=True)])
    )
