"""Rates of the presence check: counted by species, with intervals that few trials widen."""

import pytest

from siamapp.presence_rates import presence_rates, rate
from siamapp.presence_test import judge
from siamapp.types import Presence, PresenceState

PRESENT, NOT, UNDECIDED = PresenceState.PRESENT, PresenceState.NOT_PRESENT, PresenceState.UNDECIDED


def test_wilsons_interval_of_a_known_case() -> None:
    found = rate(2, 10)
    assert (found.value, found.errors, found.trials) == (0.2, 2, 10)
    # Newcombe 1998, Statistics in Medicine 17, gives Wilson's score interval of such shares.
    assert (found.low, found.high) == (
        pytest.approx(0.0567, abs=1e-4),
        pytest.approx(0.5098, abs=1e-4),
    )


def test_no_error_in_few_trials_proves_little() -> None:
    assert rate(0, 3).low == 0
    assert rate(0, 3).high > 0.5
    assert rate(3, 3).high == 1
    with pytest.raises(ValueError):
        rate(0, 0)


def test_only_present_lets_anybody_pass() -> None:
    rates = presence_rates(
        [PRESENT, UNDECIDED, NOT], {"print": [NOT, UNDECIDED], "phone": [PRESENT]}
    )
    assert rates.bpcer.errors == 2
    assert {name: found.value for name, found in rates.apcer.items()} == {"print": 0, "phone": 1}
    assert rates.worst_apcer == rates.apcer["phone"]
    assert presence_rates([], {}).bpcer is None


def test_one_moment_of_presence_is_enough_for_an_attack() -> None:
    said = [Presence(NOT, "no", 0.1), Presence(PRESENT, "moves", 0.9), Presence(NOT, "no", 0.2)]
    attack = judge("a", "print", said)
    assert attack.state is PRESENT
    assert attack.wrong
    assert attack.score == pytest.approx(0.4)
    assert not judge("a", None, said).wrong
    assert judge("a", None, []).state is UNDECIDED
