"""What is recorded of a decision leads to the decision."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siamapp.cli import run
from siamapp.identity.decide import Policy, judge
from siamapp.pipeline import Pipeline
from siamapp.record import facts_of, why
from siamapp.store.audit import Audit
from siamapp.store.database import Database
from siamapp.store.vault import find_key
from siamapp.types import Candidate, Decision, Face, FaceResult, Outcome, Quality

POLICY = Policy(1.0, 1e-3, 1.05, 0.05, 3)
MODEL = SimpleNamespace(
    provider="CPU",
    file="m.onnx",
    card=SimpleNamespace(id="d" * 16, files=[SimpleNamespace(name="m.onnx", sha256="0" * 64)]),
)
PIPELINE = cast(
    "Pipeline",
    SimpleNamespace(
        embedder=SimpleNamespace(id="e" * 16, model=MODEL), detector=SimpleNamespace(model=MODEL)
    ),
)


def face(decision: Decision) -> FaceResult:
    box = np.zeros(4, np.float32)
    quality = Quality(80, 0.2, 0.5, 0.2, 1, math.nan, 3, 1)
    return FaceResult(1, Face(box, np.zeros((5, 2), np.float32), 0.9), quality, (), decision)


def recorded(decision: Decision, how: str = "verify") -> dict[str, Any]:
    """As it comes back from the audit."""
    facts: dict[str, Any] = json.loads(
        json.dumps(facts_of(face(decision), POLICY, PIPELINE), allow_nan=False)
    )
    return facts | {"how": how}


near = st.floats(0, 2, width=32)
candidates = st.lists(
    st.builds(Candidate, st.integers(1, 9), st.just("x"), near, near, st.booleans()),
    max_size=2,
    unique_by=lambda c: c.person_id,
).map(lambda found: sorted(found, key=lambda c: (c.denied, c.distance)))


@given(candidates)
def test_every_single_look_follows_from_its_entry(found: list[Candidate]) -> None:
    decision = judge(found, POLICY)
    assert why(recorded(decision)).follows


@given(candidates)
def test_no_name_follows_where_none_was_given(found: list[Candidate]) -> None:
    decision = judge(found, POLICY)
    forged = recorded(decision) | {
        "outcome": "match",
        "person_id": found[0].person_id if found else 1,
    }
    assert why(forged).follows == (decision.outcome is Outcome.MATCH)


@pytest.mark.parametrize(
    "change",
    [{"distance": 1.2}, {"distance": None}, {"person_id": 2}, {"threshold": 0.3}, {"denied": True},
     {"runner_up_distance": 0.51}],
)  # fmt: skip
def test_a_number_that_would_not_lead_there_is_seen(change: dict[str, Any]) -> None:
    ada, bob = Candidate(1, "Ada", 0.5), Candidate(2, "Bob", 0.9, 1.4)
    facts = recorded(judge([ada, bob], POLICY))
    assert why(facts).follows
    assert not why(facts | change).follows


@pytest.mark.parametrize("how", ["live", "identify"])
def test_a_name_in_a_stream_is_kept_up_to_the_leave_threshold_only(how: str) -> None:
    kept = replace(judge([Candidate(1, "Ada", 1.03)], POLICY), outcome=Outcome.MATCH)
    assert why(recorded(kept, how)).follows
    assert not why(recorded(kept, "verify")).follows
    lost = replace(kept, best=Candidate(1, "Ada", 1.06))
    assert not why(recorded(lost, how)).follows


def test_the_command_line_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--home", str(tmp_path / "h"), "--key-file", str(tmp_path / "k")]
    facts = recorded(judge([Candidate(1, "Ada", 0.5)], POLICY))
    key = find_key(tmp_path / "h", key_file=tmp_path / "k")
    with Database.open(tmp_path / "h", key) as database:
        Audit(database).record("decision", facts)
        Audit(database).record("decision", facts | {"distance": 1.5})
        Audit(database).record("backup", {"people": 0})
    assert run(["audit", "why", "1", *where]) == 0
    assert "It follows" in capsys.readouterr().out
    assert run(["audit", "why", "2", *where]) == 1
    assert "does NOT follow" in capsys.readouterr().out
    assert [run(["audit", "why", n, *where]) for n in ("3", "9", str(2**70))] == [2, 2, 2]
    assert "Internal" not in capsys.readouterr().err
