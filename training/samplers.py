"""Which views make up a batch."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from training.data import Ints


class Sampler(Protocol):
    """Rows of each step's batch; a step's batch depends on the seed and the step alone."""

    def batch(self, step: int) -> Ints: ...


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


class WindowSampler:
    """Batches of several pictures a person whose reads stay within a few shards at a time.

    Each epoch the shards are shuffled and taken `window` at a time; within a window each person's
    rows are shuffled and cut into runs of up to K, and the runs are shuffled. Every row comes once
    an epoch, save those of a last batch that would not be full.
    """

    def __init__(
        self, person: Ints, shard: Ints, size: int, views_per_person: int, seed: int,
        *, window: int = 8,
    ) -> None:  # fmt: skip
        """Of rows `(n,)`, batches of `size`.

        Raises:
            ValueError: there are fewer rows than a batch takes.
        """
        if size > len(person):
            raise ValueError(f"a batch of {size} from {len(person)} pictures: take fewer")
        self._person, self._shard, self._size = person, shard, size
        self._views_per_person, self._seed, self._window = views_per_person, seed, window
        self._planned = -1
        self._plan = np.empty(0, np.int64)

    def batch(self, step: int) -> Ints:
        """Rows of the step's pictures."""
        epoch, place = divmod(step, len(self._person) // self._size)
        if epoch != self._planned:
            self._plan, self._planned = self._order(epoch), epoch
        return self._plan[place * self._size : (place + 1) * self._size]

    def _order(self, epoch: int) -> Ints:
        rng = np.random.default_rng((self._seed, epoch))
        shards = rng.permutation(np.unique(self._shard))
        order: list[Ints] = []
        for start in range(0, len(shards), self._window):
            rows = np.flatnonzero(np.isin(self._shard, shards[start : start + self._window]))
            rows = rng.permutation(rows)
            rows = rows[np.argsort(self._person[rows], kind="stable")]
            _, starts = np.unique(self._person[rows], return_index=True)
            runs = [
                own[at : at + self._views_per_person]
                for own in np.split(rows, starts[1:])
                for at in range(0, len(own), self._views_per_person)
            ]
            order += [runs[i] for i in rng.permutation(len(runs))]
        return np.concatenate(order)
