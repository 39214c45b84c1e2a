"""How often the operations of one merchant may still be called: a bucket for each, as documented (§7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from amazonpay_conformance.model.throttling import THROTTLE_OF, Bucket, Seconds

Figures: TypeAlias = Literal["off", "sandbox", "live"]
FIGURES: Final[tuple[Figures, ...]] = ("off", "sandbox", "live")


@dataclass
class Quota:
    """The buckets of one merchant; none where the figures are off."""

    figures: Figures = "off"
    buckets: dict[str, Bucket] = field(default_factory=dict)

    def take(self, operation: str, now: Seconds) -> bool:
        """Take from an operation's bucket, and tell whether the call is allowed."""
        row = THROTTLE_OF.get(operation)
        if row is None or self.figures == "off":
            return True
        bucket = self.buckets.get(operation) or row.bucket(self.figures, now)
        if bucket is None:
            return True
        self.buckets[operation], allowed = bucket.take(now)
        return allowed

    def copy(self) -> Quota:
        """Return one that goes its own way from now on."""
        return Quota(self.figures, dict(self.buckets))
