"""The steps of which written scenarios are made: a checkout to its end, charges, captures, refunds, reads."""

from __future__ import annotations

from typing import Any, Final

from amazonpay_conformance.model.scenario import BuyerStep, CallStep, RepeatStep, Step
from amazonpay_conformance.strategies.payloads import RETURN_URL, REVIEW_URL, STORE_ID, price, ref

SESSION: Final = "session#1"
PERMISSION: Final = "permission#1"
CHARGE: Final = "charge#1"

CHARGING, CAPTURING, REFUNDING = 100, 200, 300
"""Where the numbers of idempotency keys begin: each call has one of its own."""

SIGNED_IN: Final = BuyerStep("signs_in", SESSION)
APPROVED: Final = BuyerStep("approves", SESSION, "1111")
READ_SESSION: Final = CallStep("get_checkout_session", SESSION)
READ_PERMISSION: Final = CallStep("get_charge_permission", PERMISSION)
READ_CHARGE: Final = CallStep("get_charge", CHARGE)


def order(intent: str, amount: Any = "order", **details: Any) -> dict[str, Any]:
    """Return the body that creates a session; `details` go to its paymentDetails."""
    return {
        "webCheckoutDetails": {"checkoutReviewReturnUrl": REVIEW_URL, "checkoutResultReturnUrl": RETURN_URL},
        "storeId": STORE_ID,
        "paymentDetails": {"paymentIntent": intent, "chargeAmount": price(amount), **details},
    }


def created(
    intent: str = "Authorize", *, amount: str = "order", more: Any = None, **details: Any
) -> CallStep:
    """Return the step that creates session#1; `more` are further fields of its body."""
    return opened({**order(intent, amount, **details), **(more or {})})


def opened(body: Any) -> CallStep:
    """Return the step that creates session#1 with this body."""
    return CallStep("create_checkout_session", None, body, key="key#1", makes={"session": SESSION})


def completed(operation: str = "complete_checkout_session", *, amount: str = "same", **body: Any) -> CallStep:
    """Return the step that completes session#1: permission#1 and, unless it only confirms, charge#1."""
    makes = {"permission": PERMISSION, "charge": CHARGE}
    return CallStep(operation, SESSION, {"chargeAmount": price(amount), **body}, makes=makes)


def paid(intent: str = "Authorize", **details: Any) -> tuple[Step, ...]:
    """Return the steps of a checkout to its end; `details` are those of `created`."""
    total: dict[str, Any] = {"totalOrderAmount": price("same-total")} if "totalOrderAmount" in details else {}
    return created(intent, **details), SIGNED_IN, APPROVED, completed(**total)


def charged(amount: str, number: int = 1, **body: Any) -> CallStep:
    """Return the step that makes charge#<number> on permission#1."""
    symbol = f"charge#{number}"
    given = {"chargePermissionId": ref(PERMISSION), "chargeAmount": price(amount), **body}
    return CallStep("create_charge", None, given, key=f"key#{CHARGING + number}", makes={"charge": symbol})


def captured(amount: str = "all", charge: str = CHARGE) -> CallStep:
    """Return the step that captures a charge."""
    return CallStep(
        "capture_charge",
        charge,
        {"captureAmount": price(amount)},
        key=f"key#{CAPTURING + int(charge.partition('#')[2])}",
    )


def again(call: CallStep) -> RepeatStep:
    """Return the step that makes a call once more, to the byte; it has an idempotency key."""
    if call.key is None:
        raise ValueError(f"{call.operation} has no idempotency key by which it could be repeated")
    return RepeatStep(call.key)


def refunded(amount: str, number: int = 1) -> CallStep:
    """Return the step that makes refund#<number> of charge#1."""
    symbol = f"refund#{number}"
    body = {"chargeId": ref(CHARGE), "refundAmount": price(amount)}
    return CallStep("create_refund", None, body, key=f"key#{REFUNDING + number}", makes={"refund": symbol})
