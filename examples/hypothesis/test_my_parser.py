"""Code that reads answers, with charges in every state that there is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from amazonpay_conformance.testing import charges
from hypothesis import given


def paid(charge: dict[str, Any]) -> Decimal:
    """What is left of a charge once refunds are taken off: the code under test."""
    if charge["captureAmount"] is None:
        return Decimal(0)
    return Decimal(charge["captureAmount"]["amount"]) - Decimal(charge["refundedAmount"]["amount"])


@given(charges())
def test_what_was_paid_never_exceeds_what_was_charged(charge: dict[str, Any]) -> None:
    assert paid(charge) <= Decimal(charge["chargeAmount"]["amount"])


@given(charges("Captured", region="jp"))
def test_yen_have_no_decimals(charge: dict[str, Any]) -> None:
    assert paid(charge) % 1 == 0
