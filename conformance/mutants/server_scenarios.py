"""The scenarios in which faulty servers are tried, written by hand: one story each, as short as it can be.

They do not come from the generator on purpose: a fault must be found whatever the generator plans today.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from amazonpay_conformance.model.actions import BuyerDeed
from amazonpay_conformance.model.buyer import ADDRESS
from amazonpay_conformance.model.limits import MAX_CHARGES
from amazonpay_conformance.model.scenario import AdvanceStep, BuyerStep, CallStep, RepeatStep, Scenario, Step
from amazonpay_conformance.model.timers import DAY, TIMERS
from amazonpay_conformance.strategies.payloads import (
    RETURN_URL,
    REVIEW_URL,
    STORE_ID,
    metadata,
    price,
    ref,
)

GETTERS: Final = {
    "session": "get_checkout_session",
    "permission": "get_charge_permission",
    "charge": "get_charge",
    "refund": "get_refund",
}
SHIPPING: Final = {name: value for name, value in ADDRESS.items() if value is not None}
NOTE: Final = metadata("Bestellung Nr. 47/11 – Größe „M“")

NOTED: Final = {"merchantMetadata": {"noteToBuyer": "forged"}}
FORGED: Final = CallStep(
    "update_checkout_session", "session#1", {"supplementaryData": "forged"}, tamper="another-body-signed"
)

# --- steps: symbols are session#1, permission#1, charge#1 … unless said otherwise


def call(operation: str, target: str | None = None, body: Any = None, **more: Any) -> CallStep:
    """A call of an operation; `more` is what else a CallStep has."""
    return CallStep(operation, target, body, **more)


def read(*symbols: str) -> tuple[Step, ...]:
    """Get objects by their symbols."""
    return tuple(call(GETTERS[symbol.partition("#")[0]], symbol) for symbol in symbols)


def order(intent: str | None = "Authorize", amount: str = "order", **more: Any) -> dict[str, Any]:
    """The body of Create Checkout Session with everything set that can be; `more` goes to paymentDetails."""
    return {
        "webCheckoutDetails": {"checkoutReviewReturnUrl": REVIEW_URL, "checkoutResultReturnUrl": RETURN_URL},
        "storeId": STORE_ID,
        "paymentDetails": {"paymentIntent": intent, "chargeAmount": price(amount), **more},
    }


def opened(body: Mapping[str, Any], key: str = "key#1") -> CallStep:
    """Create session#1."""
    return call("create_checkout_session", None, body, key=key, makes={"session": "session#1"})


def buyer(
    deed: BuyerDeed, target: str = "session#1", card: str | None = None, product: Any = None
) -> BuyerStep:
    """Let the buyer act."""
    return BuyerStep(deed, target, card, product)


def approved(body: Mapping[str, Any], card: str = "1111") -> tuple[Step, ...]:
    """Create a session and let the buyer approve it."""
    return opened(body), buyer("signs_in", card=card), buyer("approves", card=card)


def completed(body: Any = None, simulation: str | None = None) -> CallStep:
    """Complete session#1."""
    makes = {"permission": "permission#1", "charge": "charge#1"}
    given = {"chargeAmount": price("same")} if body is None else body
    return call("complete_checkout_session", "session#1", given, simulation=simulation, makes=makes)


def finalized(**more: Any) -> CallStep:
    """Finalize session#1, which was approved with intent Authorize."""
    body = {"chargeAmount": price("same"), "paymentIntent": "Authorize", "shippingAddress": SHIPPING, **more}
    given = {name: value for name, value in body.items() if value is not None}
    makes = {"permission": "permission#1", "charge": "charge#1"}
    return call("finalize_checkout_session", "session#1", given, makes=makes)


def paid(body: Mapping[str, Any], card: str = "1111") -> tuple[Step, ...]:
    """Create, approve and complete a session."""
    total = {"totalOrderAmount": price("same-total")} if "totalOrderAmount" in body["paymentDetails"] else {}
    return *approved(body, card), completed({"chargeAmount": price("same"), **total})


def charged(
    amount: str,
    number: int = 1,
    permission: str = "permission#1",
    simulation: str | None = None,
    **more: Any,
) -> CallStep:
    """Create charge#<number>."""
    symbol = f"charge#{number}"
    body = {"chargePermissionId": ref(permission), "chargeAmount": price(amount), **more}
    return call(
        "create_charge", None, body, simulation=simulation, key=f"key of {symbol}", makes={"charge": symbol}
    )


def captured(
    amount: str = "all", charge: str = "charge#1", simulation: str | None = None, key: str = "key of capture"
) -> CallStep:
    """Capture a charge."""
    body = {"captureAmount": price(amount)}
    return call("capture_charge", charge, body, simulation=simulation, key=f"{key} of {charge}")


def canceled(charge: str = "charge#1") -> CallStep:
    """Cancel a charge."""
    return call("cancel_charge", charge, {"cancellationReason": "Out of stock"})


def refunded(
    amount: str, number: int = 1, charge: str = "charge#1", simulation: str | None = None, **more: Any
) -> CallStep:
    """Create refund#<number>."""
    symbol = f"refund#{number}"
    body = {"chargeId": ref(charge), "refundAmount": price(amount), **more}
    return call(
        "create_refund", None, body, simulation=simulation, key=f"key of {symbol}", makes={"refund": symbol}
    )


def declined_later(decline: str) -> tuple[Step, ...]:
    """A charge whose authorization pends, and what becomes of it."""
    pending = charged("small", simulation=f"Pending{decline}", canHandlePendingAuthorization=True)
    return *paid(CONFIRM), pending, *read(CHARGE), wait("settlement"), *read(CHARGE, PERMISSION)


def closed(
    *, pending: bool = False, reason: str = "No longer needed", simulation: str | None = None
) -> CallStep:
    """Close permission#1."""
    body: dict[str, Any] = {"closureReason": reason, "cancelPendingCharges": pending}
    return call("close_charge_permission", "permission#1", body, simulation=simulation)


def updated(target: str, text: Any = "Order 4712") -> CallStep:
    """Set the merchantMetadata of a session or a permission."""
    operation = "update_checkout_session" if target.startswith("session") else "update_charge_permission"
    note = metadata(text) if isinstance(text, str) else {"merchantReferenceId": text}
    return call(operation, target, {"merchantMetadata": note})


def wait(timer: str, more: int = 0) -> AdvanceStep:
    """Let as much time pass as a timer of the model takes, and `more` seconds."""
    return AdvanceStep(TIMERS[timer] + more)


# --- orders

BARE: Final = {
    "webCheckoutDetails": {"checkoutReviewReturnUrl": REVIEW_URL},
    "storeId": STORE_ID,
    "merchantMetadata": NOTE,
}
SPLIT: Final = order(totalOrderAmount=price("total"))
PENDING: Final = order(canHandlePendingAuthorization=True)
CONFIRM: Final = {**order("Confirm", "large"), "merchantMetadata": NOTE}
CAPTURE: Final = order("AuthorizeWithCapture", "large")
MONTHLY: Final = {
    **order("Confirm", "monthly"),
    "chargePermissionType": "Recurring",
    "recurringMetadata": {"frequency": {"unit": "Month", "value": "1"}, "amount": price("monthly")},
}
WALLET: Final = {
    **order(),
    "chargePermissionType": "PaymentMethodOnFile",
    "paymentMethodOnFileMetadata": {"setupOnly": True},
    "paymentDetails": {"paymentIntent": "Confirm"},
}
SESSION, PERMISSION, CHARGE, REFUND = "session#1", "permission#1", "charge#1", "refund#1"
ALL: Final = (SESSION, PERMISSION, CHARGE)

# fmt: off
_STEPS: Mapping[str, tuple[Step, ...]] = {
    # --- the shopping cart: constraints, redirect, metadata
    "cart":                (opened(BARE), *read(SESSION), buyer("signs_in"), *read(SESSION),
                            call("update_checkout_session", SESSION, {k: v for k, v in order().items() if k != "storeId"}),
                            updated(SESSION), *read(SESSION)),

    "approved":            (*approved(order()), *read(SESSION)),

    # --- payments that go well
    "payment":             (*paid(order()), *read(*ALL), captured(), *read(CHARGE, PERMISSION)),
    "smaller capture":     (*paid(order()), captured("half"), *read(CHARGE, PERMISSION)),
    "captured at once":    (*paid(CAPTURE), *read(*ALL)),
    "refund":              (*paid(CAPTURE), refunded("half"), *read(REFUND, CHARGE), wait("settlement"), *read(REFUND, CHARGE),
                            refunded("all", 2), *read("refund#2", CHARGE)),
    "split order":         (*paid(SPLIT), *read(PERMISSION), captured(), *read(PERMISSION), charged("all", 2),
                            captured(charge="charge#2"), *read("charge#2", PERMISSION)),
    "confirmed only":      (*paid(CONFIRM), *read(SESSION, PERMISSION), charged("half", captureNow=True, merchantMetadata=NOTE),
                            *read(CHARGE, PERMISSION), updated(PERMISSION), *read(PERMISSION)),
    "charged in full":     (*paid(CONFIRM), charged("all"), *read(CHARGE, PERMISSION), canceled(), *read(CHARGE, PERMISSION)),
    "charged and captured": (*paid(CONFIRM), charged("all", captureNow=True), *read(CHARGE, PERMISSION)),
    "monthly":             (*paid(MONTHLY), *read(SESSION, PERMISSION), charged("half", captureNow=True), *read(CHARGE, PERMISSION),
                            charged("all", 2, captureNow=True), *read(PERMISSION)),
    "saved wallet":        (*approved(WALLET), completed({}), *read(SESSION, PERMISSION)),
    "finalized":           (*approved(order()), finalized(shippingAddress=None), finalized(chargeAmount=price("same+1")), finalized(),
                            *read(*ALL)),

    "pay only":            (opened(order()), buyer("signs_in", product="PayOnly"), *read(SESSION), buyer("approves"), *read(SESSION),
                            finalized(shippingAddress=None), finalized(shippingAddress=None, billingAddress=SHIPPING), *read(*ALL)),
    "several addresses":   (opened(order()), buyer("signs_in", product="PayAndShipMultiAddress"), *read(SESSION),
                            call("update_checkout_session", SESSION, {"multiAddressesCheckoutMetadata": [{"addressId": "1", "price": price("order")}]}),
                            buyer("approves"), completed(), *read(*ALL)),

    # --- decisions that come later
    "pending":             (*paid(PENDING, "0701"), *read(*ALL), wait("settlement"), *read(CHARGE), captured(), *read(CHARGE)),
    "pending, declined":   (*paid(PENDING, "4354"), *read(CHARGE), wait("settlement"), *read(CHARGE, PERMISSION)),
    "pending, canceled":   (*paid(PENDING, "0701"), canceled(), *read(CHARGE, PERMISSION)),
    "pending, finalized":  (*approved(PENDING, "0701"), finalized(), *read(CHARGE)),
    "late capture":        (*paid(SPLIT), wait("capture_window", 1), captured(), *read(CHARGE), wait("settlement"), *read(CHARGE)),
    "slow capture":        (*paid(order()), captured(simulation="CaptureInitiated"), *read(CHARGE), wait("settlement"), *read(CHARGE)),
    "slow charge":         (*paid(CONFIRM), charged("half", captureNow=True, simulation="CaptureInitiated"), *read(CHARGE),
                            wait("settlement"), *read(CHARGE)),
    "rejected capture":    (*paid(order()), captured(simulation="AmazonRejected"), *read(CHARGE), wait("settlement"), *read(CHARGE, PERMISSION)),

    "charge SoftDeclined later": declined_later("SoftDeclined"),
    "charge AmazonRejected later": declined_later("AmazonRejected"),
    "charge ProcessingFailure later": declined_later("ProcessingFailure"),
    "charge TransactionTimedOut later": declined_later("TransactionTimedOut"),
    "rejected refund":     (*paid(CAPTURE), refunded("small", simulation="AmazonRejected"), wait("settlement"), *read("refund#1", CHARGE)),
    "failed refund":       (*paid(CAPTURE), refunded("small", simulation="ProcessingFailure"), wait("settlement"), *read("refund#1", CHARGE)),

    # --- ends that are not good
    "declined charges":    (*paid(CONFIRM), charged("small", simulation="SoftDeclined"), charged("small", 2, simulation="TransactionTimedOut"),
                            charged("small", 3, simulation="HardDeclined"), *read(PERMISSION)),
    "rejected charge":     (*paid(CONFIRM), charged("small", simulation="AmazonRejected"), *read(PERMISSION)),
    "buyer cancels":       (opened(order()), buyer("signs_in"), buyer("cancels"), *read(SESSION), completed()),
    "buyer is declined":   (opened(order()), buyer("signs_in"), buyer("is_declined"), *read(SESSION)),
    "simulated BuyerCanceled": (*approved(order()), completed(simulation="BuyerCanceled"), *read(SESSION)),
    "simulated AmazonCanceled": (*approved(order()), completed(simulation="AmazonCanceled"), *read(SESSION)),
    "simulated Declined":  (*approved(order()), completed(simulation="Declined"), *read(SESSION)),
    "charge canceled":     (*paid(SPLIT), canceled(), *read(CHARGE, PERMISSION), charged("all", 2)),
    "closed":              (*paid(SPLIT), closed(), *read(PERMISSION, CHARGE), captured(), *read(CHARGE)),
    "closed, charge too":  (*paid(SPLIT), closed(pending=True), *read(CHARGE, PERMISSION)),
    "closed, pending too": (*paid(PENDING, "0701"), closed(pending=True), *read(CHARGE, PERMISSION)),
    "closed by Amazon":    (*paid(SPLIT), closed(simulation="AmazonClosed"), *read(PERMISSION)),
    "closed by the buyer": (*paid(MONTHLY), buyer("closes_permission", PERMISSION), *read(PERMISSION), charged("small")),
    "reserved, closed by the buyer": (*paid(order()), buyer("closes_permission", PERMISSION), *read(PERMISSION)),
    "card removed":        (*paid(MONTHLY), buyer("removes_payment_method", PERMISSION), *read(PERMISSION), updated(PERMISSION),
                            charged("small"), buyer("fixes_payment_method", PERMISSION), *read(PERMISSION), charged("small", 2)),
    "card removed, closed": (*paid(MONTHLY), buyer("removes_payment_method", PERMISSION), closed(), *read(PERMISSION)),
    "card removed, closed by Amazon": (*paid(MONTHLY), buyer("removes_payment_method", PERMISSION), closed(simulation="AmazonClosed"),
                            *read(PERMISSION)),
    "card removed, expired": (*paid(MONTHLY), buyer("removes_payment_method", PERMISSION), wait("permission_extended"), *read(PERMISSION)),

    # --- time
    "session expires":     (opened(order()), wait("session_expires", -1), *read(SESSION), AdvanceStep(1), *read(SESSION)),
    "charge expires":      (*paid(SPLIT), wait("capture_window"), *read(CHARGE), wait("authorization_expires"), *read(CHARGE, PERMISSION)),
    "permission expires":  (*paid(CONFIRM), wait("authorization_expires"), *read(PERMISSION), wait("permission_expires"), *read(PERMISSION)),
    "month by month":      (*paid(MONTHLY), charged("half", captureNow=True), wait("authorization_expires", DAY), *read(PERMISSION),
                            charged("all", 2, captureNow=True), *read(PERMISSION)),
    "captured for good":   (*paid(CAPTURE), wait("authorization_expires", 1), *read(CHARGE)),

    # --- the same request again
    "repeated":            (opened(CONFIRM), RepeatStep("key#1"), buyer("signs_in"), buyer("approves"), completed(), charged("half"),
                            RepeatStep("key of charge#1"), captured(), RepeatStep("key of capture of charge#1"), refunded("small"),
                            RepeatStep("key of refund#1"), *read(PERMISSION)),
    "repeated too late":   (opened(CONFIRM), updated(SESSION), buyer("signs_in"), RepeatStep("key#1"), buyer("approves"), completed(),
                            charged("half"), captured(), RepeatStep("key of charge#1"), *read(CHARGE, PERMISSION)),
    "key reused":          (opened(order()), opened(CONFIRM), *read(SESSION)),

    # --- refused: sessions
    "too early":           (opened(order()), completed(), buyer("signs_in"), completed(), *read(SESSION)),
    "other amounts":       (*approved(SPLIT), completed({"chargeAmount": price("same+1"), "totalOrderAmount": price("same-total")}),
                            completed({"totalOrderAmount": price("same-total")}),
                            completed({"chargeAmount": price("same"), "totalOrderAmount": price("total+1")}), *read(SESSION)),
    "unknown simulation":  (*approved(order()), completed(simulation="NoSuchSimulation"), *read(SESSION)),
    "done already":        (*paid(order()), completed(), updated(SESSION), *read(SESSION)),

    # --- refused: permissions and charges
    "closed already":      (*paid(CONFIRM), closed(), closed(), updated(PERMISSION), charged("small"), *read(PERMISSION)),
    "too much":            (*paid(CONFIRM), charged("all+1"), charged("small@other", 2), charged("half", 3), captured("all+1", "charge#3"),
                            captured("small@other", "charge#3", key="key of other capture"), *read("charge#3")),
    "too much a month":    (*paid(MONTHLY), charged("all+1"), *read(PERMISSION)),
    "above the ceiling":   (*paid(order("Confirm", "ceiling", allowOvercharge=True)), *read(PERMISSION), charged("ceiling+1"),
                            *read(PERMISSION)),
    "a charge too many":   (*paid(CONFIRM), *(charged("small", n + 1) for n in range(MAX_CHARGES + 1))),
    "captured already":    (*paid(SPLIT), captured(), captured("small", key="key of second capture"), canceled(), *read(CHARGE)),
    "canceled already":    (*paid(SPLIT), canceled(), canceled(), captured(), *read(CHARGE)),
    "not for merchants":   (*paid(order()), call("update_charge", CHARGE, {"statusDetails": {"state": "Canceled", "reasonCode": "ExpiredUnused"}})),

    # --- refused: refunds
    "refunded too early":  (*paid(SPLIT), refunded("small"), captured(), refunded("headroom+1", 2), refunded("small@other", 3), *read(CHARGE)),
    "refund above the ceiling": (*paid(order("AuthorizeWithCapture", "ceiling")), refunded("ceiling+1"), *read(CHARGE)),

    # --- refused: requests
    "malformed":           (*paid(SPLIT), closed(reason="x" * 256), charged("small", shipTo="home"),
                            call("cancel_charge", CHARGE, {}), updated(PERMISSION, 4711)),
    "malformed sessions":  (opened({**BARE, "colour": "red"}), opened({"storeId": STORE_ID}), opened({**BARE, "chargePermissionType": "Monthly"})),
    "unknown ids":         (*read("session#unknown", "permission#unknown", "charge#unknown", "refund#unknown"),
                            canceled("charge#unknown")),
    "unknown parents":     (charged("small", permission="permission#unknown"), refunded("small", charge="charge#unknown")),
    "one wrong request":   (opened(order()), updated(SESSION)),
    "another merchant":    (*paid(SPLIT), *read(CHARGE), call("get_charge", CHARGE, tamper="another-merchant"), *read(CHARGE)),
    "another's key":       (opened(order()), call("create_checkout_session", None, order(), key="key#1", tamper="another-merchant")),
    "an unknown key":      (opened(order()), *read(SESSION), call("update_checkout_session", SESSION, NOTED, tamper="unknown-key-id"), *read(SESSION)),
    "a forged update":     (opened(order()), *read(SESSION), FORGED, *read(SESSION)),
    "what there is not":   (opened(order()), call("get_checkout_session", SESSION, tamper="unknown-path")),
}
# fmt: on

SCENARIOS: Final[Mapping[str, Scenario]] = {name: Scenario(steps) for name, steps in _STEPS.items()}
"""Scenarios by name, the common ones first."""

APART: Final[Mapping[str, Scenario]] = {
    "captured beyond the limit": Scenario(
        (*paid(CONFIRM), charged("large"), charged("large", 2), captured(), captured(charge="charge#2"))
    ),
}
"""Scenarios that our mock does not play to their end: they take a server that answers an open question otherwise."""
