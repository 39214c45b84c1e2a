"""A small shop with one mistake: it takes a repeated refund for a new one."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol


class AmazonPay(Protocol):
    """What the shop needs of its client."""

    def refund(self, charge_id: str, amount: str, currency: str, order: str) -> dict[str, Any]:
        """Create a refund; the order's number is the idempotency key."""


@dataclass
class Shop:
    """Keeps books on what was given back to buyers."""

    amazon_pay: AmazonPay
    given_back: dict[str, Decimal] = field(default_factory=dict)

    def take_back(self, charge_id: str, amount: str, currency: str, order: str) -> None:
        """A buyer returned an order."""
        refund = self.amazon_pay.refund(charge_id, amount, currency, order)
        if "refundId" in refund:
            # a clerk who presses the button twice makes two of it
            before = self.given_back.get(charge_id, Decimal(0))
            self.given_back[charge_id] = before + Decimal(amount)
