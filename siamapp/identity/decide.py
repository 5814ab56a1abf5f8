"""From distances to an answer: one look, one frame, and several frames that must agree."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from siamapp.identity.calibrate import Evidence
from siamapp.types import (
    Candidate,
    Decision,
    FaceResult,
    Outcome,
    Presence,
    PresenceState,
    Shortfall,
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a decision is held against."""

    threshold: float
    """Enter: a name is given at or below this distance."""
    fmr: float
    """The false-match rate of that distance."""
    leave_threshold: float
    """Leave: a name once given is kept up to this distance, so that it does not flicker."""
    runner_up_margin: float
    """The second person must be at least this much farther; more for a look-alike."""
    agree_frames: int
    fmr_high: float = 0.0
    """Upper end of the 95 % interval of `fmr`."""
    comparisons: int = 0
    """Impostor comparisons behind the threshold; 0 where they are not known."""

    def begin(self, outcome: Outcome, *, reason: str = "") -> Decision:
        """A decision that is held against this policy."""
        return Decision(
            outcome,
            self.threshold,
            self.fmr,
            reason=reason,
            fmr_high=self.fmr_high,
            comparisons=self.comparisons,
        )


LEAVE_SLACK: Final = 1.05
"""A name is kept up to this multiple of the threshold distance."""


def policy_of(evidence: Evidence, *, runner_up_margin: float, agree_frames: int) -> Policy:
    """What decisions are held against, given what speaks for a threshold."""
    return Policy(
        threshold=evidence.distance,
        fmr=evidence.fmr,
        leave_threshold=evidence.distance * LEAVE_SLACK,
        runner_up_margin=runner_up_margin,
        agree_frames=agree_frames,
        fmr_high=evidence.fmr_high,
        comparisons=evidence.comparisons,
    )


LOOK_ALIKE_SHARE: Final = 0.5
"""Of the distance by which two enrolled people lie within the threshold of one another: so much
more must the runner-up be farther. A probe that is half-way between two look-alikes is neither."""


def look_alike_margin(apart: float, threshold: float) -> float:
    """Extra runner-up margin between two people who are `apart`; 0 unless they are look-alikes."""
    return LOOK_ALIKE_SHARE * max(threshold - apart, 0.0)


def judge(candidates: Sequence[Candidate], policy: Policy) -> Decision:
    """Decide one look. A distance that is not a number matches nobody."""
    if not candidates:
        return policy.begin(Outcome.EMPTY, reason="nobody is enrolled yet")
    best = candidates[0]
    second = candidates[1] if len(candidates) > 1 and not candidates[1].denied else None
    made = replace(policy.begin(Outcome.UNKNOWN), best=best, runner_up=second)
    if not best.distance <= policy.threshold:
        return replace(
            made,
            reason=f"nobody enrolled is near enough: the nearest is at {best.distance:.2f}, "
            f"{policy.threshold:.2f} is allowed",
        )
    if best.denied:
        return replace(made, reason="somebody said of a face like this that it is another person's")
    if second is not None:
        extra = look_alike_margin(second.apart, policy.threshold)
        if not second.distance - best.distance >= policy.runner_up_margin + extra:
            alike = "two people who look alike" if extra else "two people"
            return replace(
                made,
                reason=f"{alike} are about equally near: {best.distance:.2f} "
                f"and {second.distance:.2f}",
            )
    return replace(
        made,
        outcome=Outcome.MATCH,
        reason=f"distance {best.distance:.2f}, {policy.threshold:.2f} is allowed",
    )


def poor(shortfalls: Sequence[Shortfall], policy: Policy) -> Decision:
    """The face cannot be judged."""
    return policy.begin(Outcome.POOR, reason=shortfalls[0].advice)


def one_face_each(decisions: Sequence[Decision]) -> list[Decision]:
    """Within one frame a person is at most one face: the nearest keeps the name."""
    nearest: dict[int, int] = {}
    for i, decision in enumerate(decisions):
        if decision.outcome is Outcome.MATCH and decision.best:
            holder = nearest.setdefault(decision.best.person_id, i)
            other = decisions[holder].best
            if other and decision.best.distance < other.distance:
                nearest[decision.best.person_id] = i
    kept = set(nearest.values())
    return [
        replace(
            d,
            outcome=Outcome.UNKNOWN,
            reason="another face in the picture is nearer to that person",
        )
        if d.outcome is Outcome.MATCH and i not in kept
        else d
        for i, d in enumerate(decisions)
    ]


def held_back(decision: Decision, presence: Presence | None) -> Decision:
    """A match counts only where the presence check, if one is made, holds that somebody is there.

    What is no match stays what it is: who holds up a picture learns nothing of whom it resembles.
    """
    if presence is None:
        return decision
    decision = replace(decision, presence=presence)
    if decision.outcome is not Outcome.MATCH or presence.state is PresenceState.PRESENT:
        return decision
    refused = presence.state is PresenceState.NOT_PRESENT
    outcome = Outcome.NOT_PRESENT if refused else Outcome.UNDECIDED
    return replace(decision, outcome=outcome, reason=presence.reason)


def nearer(a: FaceResult | None, b: FaceResult) -> FaceResult:
    """The match of two answers, the one refused as a picture, the settled one, or the nearer."""
    if a is None or b.decision.outcome is Outcome.MATCH or a.decision.best is None:
        return b
    if b.decision.best is None or a.decision.outcome is Outcome.MATCH:
        return a
    if Outcome.NOT_PRESENT in (a.decision.outcome, b.decision.outcome):
        return b if b.decision.outcome is Outcome.NOT_PRESENT else a
    if b.presence is not None:  # what a presence check still misses is in its last word
        return b
    looking = [face.decision.outcome is Outcome.UNDECIDED for face in (a, b)]
    if any(looking) and not all(looking):  # what the frames agreed on is the answer
        return b if looking[0] else a
    return b if b.decision.best.distance < a.decision.best.distance else a


@dataclass(slots=True)
class _Held:
    """What is held about one track."""

    stable: Decision
    streak: list[Decision] = field(default_factory=list)
    """Newest looks that say one and the same other thing than `stable`."""
    doubted: bool = False
    """The policy has changed since the last look."""


def _says(decision: Decision) -> tuple[Outcome, int | None]:
    return decision.outcome, decision.person_id


class Agreement:
    """Several frames must agree before an answer about a track changes.

    A track begins undecided. `agree_frames` successive looks with the same answer make it the
    track's answer. A name once given is kept while that person stays nearest and within the leave
    threshold. Where the policy changes, the next look must say the same, or the track begins anew.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._tracks: dict[int, _Held] = {}

    def __call__(self, track_id: int, look: Decision) -> Decision:
        """Take one look at a track; returns the track's answer."""
        held = self._tracks.get(track_id)
        if held is None or (held.doubted and _says(look) != _says(held.stable)):
            undecided = replace(look, outcome=Outcome.UNDECIDED, reason="looking")
            held = self._tracks[track_id] = _Held(undecided)
        held.doubted = False
        if self._keeps(held.stable, look):
            held.streak.clear()
            held.stable = replace(look, outcome=held.stable.outcome)
            return held.stable
        if held.streak and _says(held.streak[-1]) != _says(look):
            held.streak.clear()
        held.streak.append(look)
        if len(held.streak) >= self.policy.agree_frames:
            held.stable = look
            held.streak.clear()
        return held.stable

    def hold_against(self, policy: Policy) -> None:
        """Another policy from now on: who is enrolled besides makes it another one already."""
        if policy != self.policy:
            self.policy = policy
            for held in self._tracks.values():
                held.doubted = True

    def settled(self, track_id: int) -> bool:
        """Whether the track has an answer about who it is that no newer look speaks against."""
        held = self._tracks.get(track_id)
        return (
            held is not None
            and not held.doubted
            and not held.streak
            and held.stable.outcome not in (Outcome.UNDECIDED, Outcome.POOR)
        )

    def answer(self, track_id: int) -> Decision:
        """The answer of a track that was looked at before; KeyError where it was not."""
        return self._tracks[track_id].stable

    def _keeps(self, stable: Decision, look: Decision) -> bool:
        if stable.outcome is Outcome.UNDECIDED:
            return False
        if _says(look) == _says(stable):
            return True
        return (
            stable.outcome is Outcome.MATCH
            and look.outcome is Outcome.UNKNOWN
            and look.best is not None
            and look.best.person_id == stable.person_id
            and not look.best.denied
            and look.best.distance <= self.policy.leave_threshold
            and self.policy.threshold < look.best.distance
        )

    def forget_people_but(self, person_ids: Container[int]) -> None:
        """Begin anew where the answer is somebody who is enrolled no longer."""
        for track, held in list(self._tracks.items()):
            if held.stable.person_id is not None and held.stable.person_id not in person_ids:
                del self._tracks[track]

    def forget_all_but(self, track_ids: frozenset[int]) -> None:
        """Drop tracks that ended: a new face in an old place starts undecided."""
        for gone in self._tracks.keys() - track_ids:
            del self._tracks[gone]
