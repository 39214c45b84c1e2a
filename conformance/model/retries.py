"""What a client says of its retries, and what is expected of any client whatever it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MOST_TRIES: Final = 10
"""Requests for one call: no SDK sends more than four (api-facts §7), and no more than this is bounded."""

LEAST_WAIT: Final = 0.05
"""Seconds before a retry that count as backing off at all, where a client does not say how long it waits."""


@dataclass(frozen=True, slots=True)
class Retries:
    """A client's declared policy.

    `times` is how often it sends a call again at most. `statuses` are those after which it does, None where
    it does not say; `waits` the seconds before each, () where it does not say; `lost` whether it sends again
    where no answer came, None where it does not say.
    """

    times: int
    statuses: frozenset[int] | None = None
    waits: tuple[float, ...] = ()
    lost: bool | None = None

    def wait(self, number: int) -> float | None:
        """Return the seconds before a retry, 0 the first; None where that is not declared."""
        return self.waits[min(number, len(self.waits) - 1)] if self.waits else None

    @property
    def patience(self) -> float:
        """The seconds that all its retries wait together, as far as it says."""
        return sum(self.wait(number) or 0.0 for number in range(self.times))
