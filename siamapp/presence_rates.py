"""Rates of a presence check after ISO/IEC 30107-3, with 95 % intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from siamapp.types import PresenceState

_Z: Final = 1.959964


@dataclass(frozen=True, slots=True)
class Rate:
    """Errors among trials, with the 95 % interval of their share."""

    errors: int
    trials: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PresenceRates:
    """What a check does with attacks of each species and with people."""

    apcer: dict[str, Rate]
    """By species: attacks taken for a person (Attack Presentation Classification Error Rate)."""
    bpcer: Rate | None
    """People not taken for one (Bona fide Presentation Classification Error Rate)."""

    @property
    def worst_apcer(self) -> Rate | None:
        """The standard states the species that passes most, not the mean over species."""
        return max(self.apcer.values(), key=lambda rate: rate.value, default=None)


def rate(errors: int, trials: int) -> Rate:
    """Share of errors with Wilson's interval (Wilson 1927, eq. 5), honest for few trials too.

    Raises:
        ValueError: there was no trial.
    """
    if trials < 1:
        raise ValueError("a rate needs at least one trial")
    share, z2 = errors / trials, _Z**2
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = _Z * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials**2)) / (1 + z2 / trials)
    low = 0.0 if errors == 0 else max(middle - half, 0.0)
    high = 1.0 if errors == trials else min(middle + half, 1.0)
    return Rate(errors, trials, share, low, high)


def presence_rates(
    people: Sequence[PresenceState], attacks: Mapping[str, Sequence[PresenceState]]
) -> PresenceRates:
    """Rates of answers about recordings; only "present" lets anybody pass."""

    def passed(states: Sequence[PresenceState]) -> int:
        return sum(state is PresenceState.PRESENT for state in states)

    return PresenceRates(
        apcer={name: rate(passed(s), len(s)) for name, s in attacks.items() if s},
        bpcer=rate(len(people) - passed(people), len(people)) if people else None,
    )
