"""What the audit keeps of a decision, and how the decision follows from that."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from siamapp import __version__
from siamapp.identity.decide import Policy, judge
from siamapp.pipeline import Pipeline
from siamapp.store.audit import Fact
from siamapp.types import Candidate, FaceResult, Outcome
from siamapp.vision.model import Model

_LOOKED_AT: Final = (Outcome.MATCH, Outcome.UNKNOWN)
"""Outcomes that a single look can lead to."""


@dataclass(frozen=True, slots=True)
class Why:
    """A decision, derived again from its entry."""

    follows: bool
    """Whether the numbers recorded lead to the outcome recorded."""
    lines: tuple[str, ...]
    """Plain words: each number and what it was held against."""


def facts_of(face: FaceResult, policy: Policy, pipeline: Pipeline) -> dict[str, Fact]:
    """Everything that a decision rests on; people by number, and no picture or vector."""
    decision, embedder = face.decision, pipeline.embedder
    best, second = decision.best, decision.runner_up
    return {
        "outcome": decision.outcome.value,
        "reason": decision.reason,
        "person_id": decision.person_id,
        "nearest_id": best.person_id if best else None,
        "distance": _finite(best.distance) if best else None,
        "denied": best.denied if best else None,
        "runner_up_id": second.person_id if second else None,
        "runner_up_distance": _finite(second.distance) if second else None,
        "runner_up_apart": _finite(second.apart) if second else None,
        "runner_up_margin": policy.runner_up_margin,
        "threshold": decision.threshold,
        "leave_threshold": policy.leave_threshold,
        "fmr": decision.fmr,
        "agree_frames": policy.agree_frames,
        "presence": face.presence.state.value if face.presence else None,
        "presence_score": face.presence.score if face.presence else None,
        **{f"quality_{k}": _finite(v) for k, v in asdict(face.quality).items() if v is not None},
        "embedder_id": embedder.id,
        "embedder_sha256": _sha256(embedder.model),
        "detector_id": pipeline.detector.model.card.id,
        "provider": embedder.model.provider,
        "version": __version__,
    }


def why(facts: Mapping[str, Fact]) -> Why:
    """Decide once more, by the same rule, from what was recorded.

    A name in a stream may also be kept by a look that would not give it: up to the leave threshold.
    A verification ends with the look that gives it.
    """
    outcome = Outcome(str(facts["outcome"]))
    lines = [f"Outcome: {outcome.value} ({facts.get('reason') or 'no reason was recorded'})."]
    if outcome not in _LOOKED_AT:
        bare = facts.get("person_id") is None
        return Why(bare, (*lines, "No person was named." if bare else "Yet a person was named."))
    best = _candidate(facts, "nearest_id", "distance")
    second = _candidate(facts, "runner_up_id", "runner_up_distance")
    policy = Policy(
        threshold=_number(facts, "threshold", math.nan),
        fmr=_number(facts, "fmr", math.nan),
        leave_threshold=_number(facts, "leave_threshold", -math.inf),
        runner_up_margin=_number(facts, "runner_up_margin", 0),
        agree_frames=1,
    )
    look = judge([c for c in (best, second) if c is not None], policy)
    lines.append(f"By this look alone: {look.outcome.value}, as {look.reason}.")
    lines.append(f"About {policy.fmr:.2g} of strangers would pass at this threshold.")
    kept = best is not None and best.distance <= policy.leave_threshold
    if outcome is Outcome.MATCH:
        named = best is not None and facts.get("person_id") == best.person_id
        held = facts.get("how") != "verify" and kept and not facts.get("denied")
        if named and look.outcome is not Outcome.MATCH and held:
            lines.append(
                f"The name was given before, and is kept up to {policy.leave_threshold:.2f}."
            )
        return Why(named and (look.outcome is Outcome.MATCH or held), tuple(lines))
    if look.outcome is Outcome.MATCH:
        lines.append("Other faces or earlier frames of the same view spoke against it.")
    return Why(facts.get("person_id") is None, tuple(lines))


def _candidate(facts: Mapping[str, Fact], who: str, distance: str) -> Candidate | None:
    person_id = facts.get(who)
    if not isinstance(person_id, int):
        return None
    nearest = who == "nearest_id"
    return Candidate(
        person_id,
        "",
        _number(facts, distance, math.nan),
        apart=math.inf if nearest else _number(facts, "runner_up_apart", math.inf),
        denied=nearest and bool(facts.get("denied")),
    )


def _number(facts: Mapping[str, Fact], name: str, otherwise: float) -> float:
    value = facts.get(name)
    return float(value) if isinstance(value, int | float) else otherwise


def _sha256(model: Model) -> str:
    """Of the file that runs: a card may have one for each precision."""
    return next(file.sha256 for file in model.card.files if file.name == model.file)


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
