"""A mailbox with one slot: the newest value wins, and what nobody took is counted."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """One slot between two threads. `put` for what may be lost, `offer` for what may not."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._value: T | None = None
        self._sequence = 0
        self._unseen = False
        self._closed = False
        self.dropped = 0
        """Values that were overwritten before anybody looked at them."""

    def put(self, value: T) -> None:
        """Replace the value; returns at once."""
        with self._changed:
            self.dropped += self._unseen
            self._set(value)

    def offer(self, value: T, timeout_s: float) -> bool:
        """Wait until the last value was seen, then replace it; False where it still waits."""
        with self._changed:
            free = self._changed.wait_for(lambda: not self._unseen or self._closed, timeout_s)
            if not free or self._closed:
                return False
            self._set(value)
            return True

    def get(self) -> T | None:
        """Newest value, left in place; None where there was none yet."""
        with self._changed:
            self._seen()
            return self._value

    def take(self, timeout_s: float = 0.0) -> T | None:
        """Newest value, once; waits for one; None where none came or the box is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._unseen or self._closed, timeout_s)
            if not self._unseen:
                return None
            value, self._value = self._value, None
            self._seen()
            return value

    def wait(self, timeout_s: float, *, after: int = 0) -> tuple[int, T] | None:
        """First value newer than number `after` (from 1), with its number; left in place."""
        with self._changed:
            newer = self._changed.wait_for(
                lambda: self._sequence > after and self._value is not None, timeout_s
            )
            if not newer or self._value is None:
                return None
            self._seen()
            return self._sequence, self._value

    def clear(self) -> None:
        """Forget the value and the count of drops; numbers go on."""
        with self._changed:
            self._value, self.dropped = None, 0
            self._seen()

    def close(self) -> None:
        """No more values: wakes whoever waits; the last one can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def closed(self) -> bool:
        return self._closed

    def _set(self, value: T) -> None:
        self._value, self._unseen = value, True
        self._sequence += 1
        self._changed.notify_all()

    def _seen(self) -> None:
        self._unseen = False
        self._changed.notify_all()
