"""The test pairs, ready to be put to any embedder, on clean pictures or on spoiled ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from siamapp.evaluation.rates import Bools, Estimate, Scores, Summary, summarise
from siamapp.identity.match import paired_distances
from training.data import Crops, Float, Ints, Uint8, central, group_of
from training.pairs import Pair, read_pairs

Embed = Callable[[Uint8], Float]
"""Unit vectors `(n, d)` of aligned `(n, 112, 112, 3)` RGB crops."""


@dataclass(frozen=True, slots=True, eq=False)
class PairTest:
    """Pairs of crops; `first` and `second` are rows of `aligned`."""

    aligned: Uint8
    first: Ints
    second: Ints
    genuine: Bools
    folds: Ints
    first_group: Ints
    """Family or identity: kin are drawn together, as they share looks."""
    second_group: Ints
    sets: tuple[str, ...]
    """`(n,)`, the data set that both crops of a pair are from."""

    @classmethod
    def read(cls, pairs: Path, crops: Crops) -> PairTest:
        """The pairs of a file that `training.pairs` wrote.

        Raises:
            ValueError: the file is of another make, or a crop of its pairs is not among the crops.
        """
        return cls.of(read_pairs(pairs), crops)

    @classmethod
    def of(cls, tested: list[Pair], crops: Crops) -> PairTest:
        """Those pairs; a ValueError where a crop of theirs is not among the crops."""
        row_of = {name: row for row, name in enumerate(crops.names)}
        if missing := [p for pair in tested for p in (pair.first, pair.second) if p not in row_of]:
            raise ValueError(f"{missing[0]} and {len(missing) - 1} more ends of pairs are no crops")
        ends = np.array([[row_of[pair.first], row_of[pair.second]] for pair in tested])
        used, places = np.unique(ends, return_inverse=True)
        places = places.reshape(ends.shape)
        names = [group_of(crops.people[crops.person[row]]) for row in ends.ravel()]
        groups = np.unique(names, return_inverse=True)[1].reshape(ends.shape)
        return cls(
            central(crops.rgb[used]),
            places[:, 0],
            places[:, 1],
            np.array([pair.genuine for pair in tested]),
            np.array([pair.fold for pair in tested], np.int64),
            groups[:, 0],
            groups[:, 1],
            tuple(pair.first.partition("/")[0] for pair in tested),
        )

    def __call__(
        self,
        embed: Embed,
        *,
        metric: str = "l2",
        rates: tuple[float, ...] = (1e-2, 1e-3),
        spoil: Callable[[Uint8], Uint8] | None = None,
    ) -> Summary:
        """Figures by the metric's distance; `spoil` is done to every crop first."""
        return summarise(self.scores(embed, metric=metric, spoil=spoil), rates=rates)

    def scores(
        self,
        embed: Embed,
        *,
        metric: str = "l2",
        spoil: Callable[[Uint8], Uint8] | None = None,
    ) -> Scores:
        """The pairs' distances."""
        pictures = self.aligned if spoil is None else np.stack([spoil(c) for c in self.aligned])
        vectors = embed(pictures)
        return Scores(
            paired_distances(vectors[self.first], vectors[self.second], metric),
            self.genuine,
            self.first_group,
            self.second_group,
            self.folds,
        )

    def by_set(self, scores: Scores) -> dict[str, Scores]:
        """The scores of each data set's pairs alone.

        Thresholds are then each set's own, so an accuracy over its unequal folds is not stated.
        """
        parts = {}
        for name in sorted(set(self.sets)):
            own = np.array([each == name for each in self.sets])
            parts[name] = Scores(
                scores.distances[own], scores.genuine[own], scores.first[own], scores.second[own]
            )
        return parts


def card_rows(summary: Summary, prefix: str = "") -> dict[str, float]:
    """A summary's figures under the names that cards use, with their intervals."""
    named: dict[str, Estimate] = {} if summary.accuracy is None else {"accuracy": summary.accuracy}
    named["eer"] = summary.eer
    named |= {f"tar_at_1e{-np.log10(rate):.0f}": tar for rate, tar in summary.tar.items()}
    rows = {}
    for name, estimate in named.items():
        rows[f"{prefix}{name}"] = round(estimate.value, 4)
        rows[f"{prefix}{name}_low"] = round(estimate.low, 4)
        rows[f"{prefix}{name}_high"] = round(estimate.high, 4)
    return rows
