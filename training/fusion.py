"""Which rule makes one distance of the several to a person's templates: measured, not believed.

People are enrolled with 1 to 8 random crops and probed with their others and with everybody
else's. Thresholds and learned weights come from one half of the people and are tried on the other
half, and the other way round.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from siamapp.evaluation.rates import threshold_at
from siamapp.identity.match import rank_weights
from siamapp.vision.card import FusionSpec
from training.data import Float, Ints

COMMAND: Final = "python -m training calibrate --fusion --model DIR --data DIR --peers DIR"
MOST_TEMPLATES: Final = 8
RATE: Final = 1e-3
"""Rules are compared at this false-match rate, the app's default."""
OFFSET_RATES: Final = (1e-2, 1e-3)
"""Offsets hold at each of these: the strictest counts. Rarer ones have too few comparisons here."""
RESAMPLES: Final = 1000
RULES: Final = (
    FusionSpec(rule="nearer_half"),
    FusionSpec(rule="nearest"),
    *(FusionSpec(rule="nearest_k", k=k) for k in (2, 3, 4)),
)
_GRID: Final = np.linspace(0, 1, 6)


class Trials:
    """Distances of probes to people with `count` templates each, nearest template first."""

    def __init__(self, vectors: Float, person: Ints, count: int, rng: np.random.Generator) -> None:
        people, index, crops = np.unique(person, return_inverse=True, return_counts=True)
        self.count = count
        genuine, own, impostor, probe, model = [], [], [], [], []
        for who in np.flatnonzero(crops > count):
            rows = np.flatnonzero(index == who)
            for row in rows:
                kept = rng.permutation(rows[rows != row])[:count]
                genuine.append(_nearest_first(vectors[row : row + 1], vectors[kept])[0])
                own.append(who)
            others = np.flatnonzero(index != who)
            impostor.append(_nearest_first(vectors[others], vectors[rng.permutation(rows)[:count]]))
            probe.append(index[others])
            model.append(np.full(len(others), who))
        self.genuine = np.array(genuine)
        self.own = np.array(own)
        self.impostor = np.concatenate(impostor)
        self.probe, self.model = np.concatenate(probe), np.concatenate(model)
        self.people = len(people)

    def fused(self, rule: FusionSpec) -> tuple[Float, Float]:
        """Genuine and impostor distances under a rule."""
        weights = rank_weights(self.count, rule)
        return self.genuine @ weights, self.impostor @ weights

    def single(self) -> Float:
        """Impostor distances to one template of those people: what the thresholds are about."""
        return self.impostor.ravel()


def choose_fusion(
    vectors: Float, person: Ints, limits: Mapping[float, float], *, seed: int = 0
) -> tuple[FusionSpec, list[dict]]:
    """The rule that refuses fewest at `RATE`, with its offsets, and a line of figures per rule.

    Args:
        vectors: `(n, d)` unit vectors of calibration people, never of test people.
        person: `(n,)` who is on each.
        limits: the card's distance by false-match rate, of each of `OFFSET_RATES`.
        seed: of the drawing of templates and of halves.
    """
    rng = np.random.default_rng(seed)
    every = [Trials(vectors, person, n, rng) for n in range(1, MOST_TEMPLATES + 1)]
    half = rng.permutation(every[0].people) < every[0].people / 2
    table: list[dict[str, Any]] = []
    for rule in (*RULES, FusionSpec(rule="learned")):
        refused, passed = _crossed(every, rule, half)
        low, high = _interval(refused, rng)
        table.append(
            {
                "rule": f"{rule.rule} {rule.k}" if rule.rule == "nearest_k" else rule.rule,
                "fnmr": round(float(np.mean([r for _, r in refused])), 4),
                "fnmr_low": round(low, 4),
                "fnmr_high": round(high, 4),
                "fmr": float(f"{passed:.2g}"),
                "spec": rule,
            }
        )
    best = min(table, key=lambda line: line["fnmr"])
    rule = best["spec"] if best["rule"] != "learned" else _learn(every, np.ones_like(half))
    offsets = _offsets(every, rule, limits)
    figures = {
        "command": COMMAND,
        "at_fmr": RATE,
        "templates": f"1 to {MOST_TEMPLATES}",
        **{f"fnmr_{line['rule'].replace(' ', '_')}": line["fnmr"] for line in table},
        "fnmr_low": best["fnmr_low"],
        "fnmr_high": best["fnmr_high"],
        "cross_validated_fmr": best["fmr"],
        "applied_fmr": max(
            float(f"{(trials.fused(rule)[1] <= limits[RATE] - offset).mean():.2g}")
            for trials, offset in zip(every, offsets, strict=True)
        ),
    }
    chosen = rule.model_copy(update={"offsets": offsets, "figures": figures})
    return chosen, [{k: v for k, v in line.items() if k != "spec"} for line in table]


def _nearest_first(probes: Float, templates: Float) -> Float:
    return np.sort(np.sqrt(np.maximum(2 - 2 * probes @ templates.T, 0)), axis=1)


def _crossed(
    every: list[Trials], rule: FusionSpec, half: np.ndarray
) -> tuple[list[tuple[int, bool]], float]:
    """(person, refused) of each genuine trial of the held half, and the share of passed others."""
    refused: list[tuple[int, bool]] = []
    passed, compared = 0, 0
    for fit in (half, ~half):
        own_rule = _learn(every, fit) if rule.rule == "learned" else rule
        for trials in every:
            genuine, impostor = trials.fused(own_rule)
            known = fit[trials.probe] & fit[trials.model]
            threshold = threshold_at(impostor[known], RATE)
            held = ~fit[trials.own]
            refused += zip(trials.own[held], genuine[held] > threshold, strict=True)
            strange = ~fit[trials.probe] & ~fit[trials.model]
            passed += int((impostor[strange] <= threshold).sum())
            compared += int(strange.sum())
    return refused, passed / compared


def _learn(every: list[Trials], fit: np.ndarray) -> FusionSpec:
    """The weights of fewest refusals at `RATE` on people of `fit`."""

    def refusals(rule: FusionSpec) -> float:
        shares = []
        for trials in every:
            genuine, impostor = trials.fused(rule)
            threshold = threshold_at(impostor[fit[trials.probe] & fit[trials.model]], RATE)
            shares.append(float((genuine[fit[trials.own]] > threshold).mean()))
        return float(np.mean(shares))

    return min(_simplex(), key=refusals)


def _simplex() -> Iterator[FusionSpec]:
    for a, b in itertools.product(_GRID, _GRID):
        if a + b <= 1 + 1e-9:
            weights = (round(a, 2), round(b, 2), abs(round(1 - a - b, 2)))
            yield FusionSpec(rule="learned", weights=weights)


def _interval(refused: list[tuple[int, bool]], rng: np.random.Generator) -> tuple[float, float]:
    """95 % of the share refused, from drawing people with replacement."""
    people, index = np.unique([who for who, _ in refused], return_inverse=True)
    errors = np.bincount(index, [bad for _, bad in refused])
    trials = np.bincount(index)
    drawn = rng.multinomial(len(people), np.full(len(people), 1 / len(people)), RESAMPLES)
    low, high = np.quantile((drawn @ errors) / (drawn @ trials), [0.025, 0.975])
    return float(low), float(high)


def _offsets(
    every: list[Trials], rule: FusionSpec, limits: Mapping[float, float]
) -> tuple[float, ...]:
    """By how much the fused threshold lies below that of one comparison, for each count.

    Below that with the same people, and below the card's, whichever is stricter: people of whom
    there are many pictures are more alike here than the rest, whom the card's is about too.
    """
    found = []
    for trials in every:
        single, fused = trials.single(), trials.fused(rule)[1]
        least = [
            max(threshold_at(single, rate), limits[rate]) - threshold_at(fused, rate)
            for rate in OFFSET_RATES
        ]
        found.append(math.ceil(max(0.0, *least) * 1e4) / 1e4)
    return tuple(found)
