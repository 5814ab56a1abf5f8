"""The verbs that change who is enrolled."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siamapp.cli import run
from siamapp.identity.match import distances
from siamapp.paths import assets_dir
from siamapp.settings import Settings
from siamapp.store.database import Database
from siamapp.store.edits import Edits
from siamapp.store.people import People
from siamapp.store.vault import find_key
from siamapp.types import Consent
from siamapp.vision.card import load_card
from tests.unit.store_samples import sample

Cli = Callable[..., tuple[int, Any, str]]
CARD = load_card(assets_dir() / "models" / Settings().embedder)


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run a verb with --json where Ada (2 samples), Ben (2) and Cy (1) are enrolled."""
    where = ["--home", str(tmp_path / "home"), "--key-file", str(tmp_path / "key")]
    key = find_key(tmp_path / "home", key_file=tmp_path / "key")
    with Database.open(tmp_path / "home", key) as database:
        people = People(database)
        for name, seeds in (("Ada", (1, 2)), ("Ben", (3, 4)), ("Cy", (5,))):
            samples = [sample(n, CARD.embedding.dimension) for n in seeds]  # type: ignore[union-attr]
            people.add(name, samples, embedder_id=CARD.id)

    def call(*words: str) -> tuple[int, Any, str]:
        status = run([*words, *where, "--json"])
        out, err = capsys.readouterr()
        return status, json.loads(out), err

    return call


def names(cli: Cli, *words: str) -> list[tuple[str, int]]:
    _, listed, _ = cli("people", "list", *words)
    return [(p["name"], p["templates"]) for p in listed["people"]]


@pytest.mark.parametrize(
    "words", [["show"], ["delete", "--yes"], ["rename", "Dan"], ["merge", "Ada"], ["tag"]]
)
def test_a_name_that_is_no_text_is_nobodys(cli: Cli, words: list[str]) -> None:
    status, answer, _ = cli("people", words[0], "\udcff", *words[1:])
    assert (status, answer["error"]["kind"]) == (2, "PersonNotFound")


def test_a_file_whose_name_is_no_text_is_told_as_json(cli: Cli, tmp_path: Path) -> None:
    try:
        (tmp_path / "a\udcff").touch()
    except OSError:
        pytest.skip("no such names here")
    status, answer, _ = cli("backup", str(tmp_path / "b\udcff"))
    assert (status, answer["backup"]) == (0, str(tmp_path / "b\udcff"))


def test_samples_are_shown_with_their_distances(cli: Cli) -> None:
    _, shown, _ = cli("people", "show", "Ada")
    assert CARD.embedding is not None
    first, second = (sample(n, CARD.embedding.dimension).embedding for n in (1, 2))
    apart = float(distances(first, second[None], CARD.embedding.metric)[0])
    assert [s["distances"] for s in shown["samples"]] == [
        {"2": pytest.approx(apart, abs=1e-4)},
        {"1": pytest.approx(apart, abs=1e-4)},
    ]


def test_two_become_one_and_one_becomes_two(cli: Cli) -> None:
    assert cli("people", "merge", "Cy", "Ada")[0] == 0
    assert names(cli) == [("Ada", 3), ("Ben", 2)]
    assert cli("people", "split", "Ada", "Dee", "5")[0] == 0
    assert names(cli) == [("Ada", 2), ("Ben", 2), ("Dee", 1)]
    status, answer, _ = cli("people", "split", "Ada", "Eve", "3")
    assert (status, answer["error"]["message"]) == (2, "Not all of these samples are Ada's.")


def test_people_are_found_by_their_tags(cli: Cli) -> None:
    assert cli("people", "tag", "Ben", "Night shift", "staff")[0] == 0
    assert cli("people", "tag", "Cy", "Staff")[0] == 0
    assert names(cli, "--tag", "STAFF") == [("Ben", 2), ("Cy", 1)]
    assert cli("people", "tag", "Ben")[1]["tagged"]["tags"] == []
    assert names(cli, "--tag", "staff") == [("Cy", 1)]


def test_retention_ends_with_a_deletion_that_is_told(cli: Cli, tmp_path: Path) -> None:
    assert (
        cli("people", "consent", "Ben", "--note", "on paper", "--retain-until", "2099-01-01")[0]
        == 0
    )
    assert cli("people", "show", "Ben")[1]["consent"]["note"] == "on paper"
    status, refused, _ = cli("people", "consent", "Ada", "--retain-until", "2001-01-01")
    assert (status, refused["error"]["message"]) == (2, "That day is past.")
    assert names(cli) == [("Ada", 2), ("Ben", 2), ("Cy", 1)]
    key = find_key(tmp_path / "home", key_file=tmp_path / "key")
    with Database.open(tmp_path / "home", key) as database:
        Edits(database).set_consent(1, Consent(retain_until=date(2001, 1, 1)))
    status, listed, err = cli("people", "list")
    assert (status, [p["name"] for p in listed["people"]]) == (0, ["Ben", "Cy"])
    assert err.strip() == "Ada was to be kept no longer, and is deleted."


def test_look_alikes_are_listed(cli: Cli) -> None:
    _, found, _ = cli("people", "alike", "--within", "9")
    pairs = [(p["first"], p["second"]) for p in found["pairs"]]
    assert sorted(pairs) == [("Ada", "Ben"), ("Ada", "Cy"), ("Ben", "Cy")]
    apart = [p["distance"] for p in found["pairs"]]
    assert apart == sorted(apart)
    assert np.isfinite(apart).all()
    assert cli("people", "alike", "--within", "0.01")[1]["pairs"] == []
