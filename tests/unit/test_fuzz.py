"""A small part of `benchmarks/fuzz.py`: damaged input is answered or refused, never a bug."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks import fuzz, fuzz_targets
from siamapp.errors import SiamError

FIXTURES = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A home with one person, who must be there unchanged when all was fed."""
    with fuzz.gallery() as made:
        yield made


@pytest.mark.parametrize("kind", [kind for kind in fuzz.KINDS if kind != "command"])
@settings(max_examples=60, deadline=None, suppress_health_check=FIXTURES)
@given(seed=st.integers(0, 2**32))
def test_damaged_input_is_answered_or_refused_in_one_line(
    kind: str, seed: int, folder: Path
) -> None:
    refusals: list[str] = []
    try:
        fuzz.KINDS[kind](random.Random(seed), folder)
    except SiamError as error:
        refusals.append(str(error))
    assert not any("\n" in words for words in refusals)


@settings(max_examples=25, deadline=None, suppress_health_check=FIXTURES)
@given(seed=st.integers(0, 2**32))
def test_no_command_line_is_a_bug(seed: int, folder: Path) -> None:
    fuzz.command(random.Random(seed), folder)


def test_a_name_longer_than_any_file_system_takes_is_refused(folder: Path) -> None:
    with contextlib.redirect_stdout(None):
        assert fuzz.run(["calibrate", "e" * 70_000, "--home", str(folder / "home")]) == 2


@pytest.mark.parametrize("kind", fuzz_targets.TARGETS)
def test_every_kind_that_coverage_leads_takes_its_own_seeds_and_the_empty_input(
    kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIAMAPP_HOME", str(folder / "home"))
    monkeypatch.setenv("SIAMAPP_KEY_FILE", str(folder / "key"))
    target = fuzz_targets.TARGETS[kind]
    seeds = target.seeds(folder)
    assert all(len(seed) <= target.longest for seed in seeds)
    for seed in (*seeds, b""):
        with contextlib.suppress(SiamError):
            target.read(seed, folder)
