"""A shop's books against Amazon's: a rule and an invariant of one's own, on top of the kit's.

The books are wrong, and Hypothesis shows the fewest steps to see it. Run it: it fails.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from amazonpay_conformance.testing import AmazonPayMachine, network_settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

sys.path.insert(0, str(Path(__file__).parent))
from shop import Shop


def captured(machine: Any) -> list[str]:
    """The charges of which there is something to give back."""
    return [name for name, charge in machine.world.charges.items() if charge.state == "Captured"]


class BooksMachine(AmazonPayMachine):
    """The kit's rules make orders and payments; the shop takes some of them back."""

    def __init__(self) -> None:
        super().__init__()
        self.shop = Shop(self)

    def refund(self, charge_id: str, amount: str, currency: str, order: str) -> Any:
        """What the shop calls for a client."""
        body = {"chargeId": charge_id, "refundAmount": {"amount": amount, "currencyCode": currency}}
        return self.call("create_refund", body=body, key=order)

    @precondition(captured)
    @rule(data=st.data())
    def a_buyer_returns_an_order(self, data: st.DataObject) -> None:
        charge = data.draw(st.sampled_from(captured(self)).map(self.symbol_of), "of")
        order = data.draw(st.sampled_from(["key#901", "key#902"]), "order")
        self.shop.take_back(self.id_of(charge), "0.01", "USD", order)

    @invariant()
    def the_books_are_amazons(self) -> None:
        for charge, amount in self.shop.given_back.items():
            refunds = self.world.refunds_of(charge)
            assert amount == sum((refund.amount.amount for refund in refunds), Decimal(0))


TestBooks = BooksMachine.TestCase
TestBooks.settings = network_settings(stateful_step_count=12, max_examples=100)
