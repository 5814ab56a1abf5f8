"""What is known of the claim at hand: how often it was refused, and for how long it is locked."""

from __future__ import annotations

from collections.abc import Callable

from siamapp.gui.context import Context
from siamapp.identity.lockout import Lockout, tries_left
from siamapp.types import Person, Refusals


class ClaimLock:
    """Asks the audit about one claim at a time; the lock itself outlives the claims."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.lockout = Lockout()
        self.claimed: Person | None = None
        self.refusals = Refusals()
        """Of that claim, as far as the audit was asked."""

    def begin(self, person: Person | None) -> None:
        """Another claim: of the one before nothing stays."""
        self.claimed, self.refusals = person, Refusals()

    def ask(self, person: Person, then: Callable[[], None]) -> None:
        """Read the refusals; an answer about a claim that is not made any more is dropped."""
        audit = self._context.recognizer.audit

        def done(refusals: Refusals) -> None:
            if person == self.claimed:
                self.refusals = refusals
                then()

        self._context.submit(lambda: audit.refusals(person.person_id), done=done)

    @property
    def remaining_s(self) -> float:
        """Seconds for which the claim is still locked; 0 where it may be tried."""
        settings = self._context.settings
        if self.claimed is None:
            return 0.0
        return self.lockout.remaining_s(
            self.claimed.person_id, self.refusals,
            allowed=settings.lockout_failures, lock_s=settings.lockout_s,
        )  # fmt: skip

    @property
    def left(self) -> int | None:
        """How many more refusals lock the claim; None where there is nothing to warn of."""
        allowed = self._context.settings.lockout_failures
        left = tries_left(self.refusals, allowed)
        return left if allowed and left < allowed else None
