"""Which views make up a batch."""

from __future__ import annotations

import numpy as np

from training.data import Ints


class PeopleSampler:
    """Batches of P people times K views (Hermans et al. 2017, section 2).

    A view is as likely as any other in the long run: a person is drawn in proportion to how
    many views there are of them. A person with fewer than K gives what there is, and strangers
    fill the batch. A batch depends on (seed, step) alone, so a resumed run sees what the whole run
    would have.
    """

    def __init__(
        self, person: Ints, people_per_batch: int, views_per_person: int, seed: int
    ) -> None:
        """`person` is whom each row shows."""
        self._person = person
        self._size = people_per_batch * views_per_person
        self._views_per_person = views_per_person
        self._seed = seed
        self._by_person = np.argsort(person, kind="stable")
        self._sorted = person[self._by_person]

    def batch(self, step: int) -> Ints:
        """Rows of the step's views, none twice: people_per_batch * views_per_person of them.

        Raises:
            ValueError: there are fewer rows than a batch takes.
        """
        if self._size > len(self._person):
            raise ValueError(f"a batch of {self._size} from {len(self._person)} views: take fewer")
        rng = np.random.default_rng((self._seed, step))
        chosen: dict[int, None] = {}  # a set that keeps its order
        while len(chosen) < self._size:
            first = int(rng.integers(len(self._person)))
            if first in chosen:
                continue
            start, stop = np.searchsorted(self._sorted, self._person[first] + np.array([0, 1]))
            own = [r for r in map(int, self._by_person[start:stop]) if r != first]
            others = rng.permutation([r for r in own if r not in chosen])
            chosen.update(dict.fromkeys([first, *map(int, others[: self._views_per_person - 1])]))
        return np.array(list(chosen)[: self._size], np.int64)
