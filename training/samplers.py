"""Which crops make up a batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.data import Ints


@dataclass(frozen=True, slots=True)
class PeopleSampler:
    """Batches of P people times K crops (Hermans et al. 2017, section 2).

    A crop is as likely as any other in the long run: a person is drawn in proportion to how
    many crops there are of them. A person with fewer than K crops gives what there is, and
    strangers with one crop fill the batch. A batch depends on (seed, step) alone, so a resumed run
    sees what the whole run would have.
    """

    rows: Ints
    """Rows of the training crops."""
    person: Ints
    """Person of each of `rows`."""
    people_per_batch: int
    crops_per_person: int
    seed: int

    def batch(self, step: int) -> Ints:
        """Rows of the step's crops: people_per_batch * crops_per_person of them."""
        rng = np.random.default_rng((self.seed, step))
        size = self.people_per_batch * self.crops_per_person
        taken = np.zeros(len(self.rows), bool)
        chosen: list[int] = []
        # More first draws than places: people with a single crop leave theirs to later ones.
        for first in rng.permutation(len(self.rows)):
            if taken[first]:
                continue
            own = np.flatnonzero((self.person == self.person[first]) & ~taken)
            others = rng.permutation(own[own != first])[: self.crops_per_person - 1]
            for index in (int(first), *map(int, others)):
                taken[index] = True
                chosen.append(index)
            if len(chosen) >= size:
                break
        return self.rows[np.array(chosen[:size], np.int64)]
