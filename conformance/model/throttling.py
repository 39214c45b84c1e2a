"""How often an operation may be called: api-facts §7, a token bucket for each operation of a seller.

"Max quota" is what a full bucket holds, the burst; "restore" is what comes back in a second. The arithmetic
is exact: times and levels are integers or fractions, never floats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, TypeAlias

from amazonpay_conformance.model.machine import Tag

Seconds: TypeAlias = int | Fraction


@dataclass(frozen=True, slots=True)
class Throttle:
    """The quotas of one operation, live and in the sandbox; None where the table says N/A.

    They count for a pair of seller account and developer.
    """

    id: str
    operation: str
    live_burst: int
    live_rate: int
    sandbox_burst: int | None
    sandbox_rate: int | None
    source: str
    tag: Tag

    def bucket(self, environment: Literal["sandbox", "live"], now: Seconds) -> Bucket | None:
        """Return a full bucket, or None where the operation has no quota in that environment."""
        live = environment == "live"
        burst = self.live_burst if live else self.sandbox_burst
        rate = self.live_rate if live else self.sandbox_rate
        return None if burst is None or rate is None else Bucket.full(burst, rate, now)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A token bucket, a value: it held `level` tokens at `at`, and gains `rate` a second up to `burst`."""

    burst: int
    rate: int
    level: Fraction
    at: Fraction

    @classmethod
    def full(cls, burst: int, rate: int, now: Seconds) -> Bucket:
        """Return a bucket from which nothing has been taken yet."""
        return cls(burst, rate, Fraction(burst), Fraction(now))

    def take(self, now: Seconds) -> tuple[Bucket, bool]:
        """Take a token, if there is one.

        Args:
            now: the time, in seconds; if it is before the last one, no time has passed.

        Returns:
            The bucket after it, and whether the call is allowed. A refused call costs nothing.
        """
        at = max(self.at, Fraction(now))
        level = min(Fraction(self.burst), self.level + (at - self.at) * self.rate)
        allowed = level >= 1
        return replace(self, level=level - 1 if allowed else level, at=at), allowed


# fmt: off
THROTTLES: tuple[Throttle, ...] = (
    #                  operation                    live burst, a second; sandbox burst, a second
    Throttle("THR-01", "cancel_charge",             10, 2,  2,    1,    "§7", "D"),
    Throttle("THR-02", "capture_charge",            20, 4,  2,    1,    "§7", "D"),
    Throttle("THR-03", "close_charge_permission",   10, 2,  2,    1,    "§7", "D"),
    Throttle("THR-04", "complete_checkout_session", 20, 4,  2,    1,    "§7", "D"),
    Throttle("THR-05", "create_charge",             10, 4,  2,    1,    "§7", "D"),
    Throttle("THR-06", "create_checkout_session",   40, 16, 5,    1,    "§7", "D"),
    Throttle("THR-07", "create_merchant_account",   10, 1,  1,    1,    "§7", "D"),
    Throttle("THR-08", "create_refund",             10, 4,  2,    1,    "§7", "D"),
    Throttle("THR-09", "create_delivery_tracker",   10, 1,  1,    1,    "§7", "D"),
    Throttle("THR-10", "get_authorization_token",   5,  1,  None, None, "§7", "D"),
    Throttle("THR-11", "get_charge",                20, 4,  5,    1,    "§7", "D"),
    Throttle("THR-12", "get_charge_permission",     20, 4,  10,   1,    "§7", "D"),
    Throttle("THR-13", "get_checkout_session",      40, 8,  10,   1,    "§7", "D"),
    Throttle("THR-14", "get_merchant_status",       10, 1,  1,    1,    "§7", "D"),
    Throttle("THR-15", "get_refund",                20, 4,  5,    1,    "§7", "D"),
    Throttle("THR-16", "update_charge_permission",  10, 2,  5,    1,    "§7", "D"),
    Throttle("THR-17", "update_checkout_session",   20, 8,  5,    1,    "§7", "D"),
)
# fmt: on

THROTTLE_OF: Mapping[str, Throttle] = {row.operation: row for row in THROTTLES}
"""The quotas by operation. Finalize Checkout Session and Update Charge are in no table."""
