"""The one clock of a mock: real time by default, or a test clock that only moves when told."""

from __future__ import annotations

import time
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Hands:
    """What a clock shows, and whether it stands still."""

    at: int
    frozen: bool


class Clock:
    """Seconds since the epoch. Frozen, it stands still until it is moved; otherwise it also runs."""

    def __init__(self, *, frozen: bool = False, start: int | None = None) -> None:
        self._beginning = (frozen, start)
        self._offset: int
        self._stopped_at: int | None
        self.restart()

    def restart(self) -> None:
        """Be as in the beginning."""
        frozen, start = self._beginning
        now = int(time.time())
        self._offset = 0 if start is None else start - now
        self._stopped_at = now if frozen else None

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        return self._stopped_at is not None

    @property
    def ahead(self) -> int:
        """By how many seconds it is ahead of real time while it runs."""
        return self._offset

    def now(self) -> int:
        """Return the current second of this clock."""
        real = int(time.time()) if self._stopped_at is None else self._stopped_at
        return real + self._offset

    def exact(self) -> Fraction:
        """Return the time of this clock with what it has of a second; a frozen one has whole seconds."""
        return Fraction(time.time() if self._stopped_at is None else self._stopped_at) + self._offset

    def wall(self) -> float:
        """Return the time of day that clients live by, however far this clock was moved."""
        return time.time()

    def advance(self, seconds: int) -> None:
        """Move forward; never backward.

        Raises:
            ValueError: `seconds` is negative.
        """
        if seconds < 0:
            raise ValueError(f"the clock only goes forward, not by {seconds} s")
        self._offset += seconds

    def freeze(self) -> None:
        """Stand still from now on."""
        if self._stopped_at is None:
            self._stopped_at = int(time.time())

    def run(self) -> None:
        """Go on from where it stands."""
        if self._stopped_at is not None:
            self._offset -= int(time.time()) - self._stopped_at
            self._stopped_at = None

    def hands(self) -> Hands:
        """Return what it shows, to be put back to."""
        return Hands(self.now(), self.frozen)

    def put(self, hands: Hands) -> None:
        """Show something else from now on, earlier or later."""
        real = int(time.time())
        self._offset = hands.at - real
        self._stopped_at = real if hands.frozen else None
