"""The one clock of a mock: real time by default, or a test clock that only moves when told."""

from __future__ import annotations

import time


class Clock:
    """Seconds since the epoch. Frozen, it stands still until `advance`; otherwise it also runs."""

    def __init__(self, *, frozen: bool = False, start: int | None = None) -> None:
        self._frozen = frozen
        now = time.time()
        self._offset = 0 if start is None else start - int(now)
        self._stopped_at = int(now)

    def now(self) -> int:
        """Return the current second of this clock."""
        real = self._stopped_at if self._frozen else int(time.time())
        return real + self._offset

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
