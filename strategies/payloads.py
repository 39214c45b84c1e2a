"""Bodies that a step may carry: a row a variant, good ones and ones with exactly one thing wrong.

Texts are chosen to break encoders: what is signed must be what is sent, whatever characters are in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from amazonpay_conformance.model.buyer import ADDRESS
from amazonpay_conformance.model.scenario import FIXED_IDS, UNKNOWN_IDS
from amazonpay_conformance.model.simulation import SIMULATIONS

STORE_ID: Final = "amzn1.application-oa2-client.0000000000000000000000000000c0de"

TEXTS: Final = (
    "Order 4711",
    "Bestellung Nr. 47/11 – Größe \u201eM\u201c",
    'quote " backslash \\ slash / tab\tend',
    "注文番号 1234",
    "emoji 🛒 & <b>markup</b> 'single'",
    "  spaces  around  ",
    "percent %20 plus + equals = ampersand &",
)

RETURN_URL: Final = "https://shop.example/return?order=47%2F11&lang=de"
REVIEW_URL: Final = "https://shop.example/review"


@dataclass(frozen=True, slots=True)
class Variant:
    """One body for an operation. `weight` is how often it is worth drawing; `wrong` says what is wrong."""

    body: Mapping[str, Any] | None
    weight: int = 2
    wrong: str = ""
    simulation: str | None = None


def price(symbol: str) -> dict[str, str]:
    """Return the placeholder of an amount symbol."""
    return {"$price": symbol}


def ref(symbol: str) -> dict[str, str]:
    """Return the placeholder of an id."""
    return {"$id": symbol}


def resolved(body: Any) -> Any:
    """Return a planned body with something of the right form for each placeholder, to be held to a schema.

    Where the facts know no form of an id, its symbol does as well as any text.
    """
    if isinstance(body, Mapping):
        if "$price" in body:
            return {"amount": "1.00", "currencyCode": "USD"}
        if "$id" in body:
            return _NOBODY.get(body["$id"].partition("#")[0] + "#unknown", body["$id"])
        return {name: resolved(value) for name, value in body.items()}
    return [resolved(value) for value in body] if isinstance(body, list | tuple) else body


_NOBODY: Final = {**UNKNOWN_IDS, **FIXED_IDS}


def renamed(body: Mapping[str, Any] | None, names: Mapping[str, str]) -> Mapping[str, Any] | None:
    """Return a body that names objects by other symbols; the same one for the same symbols.

    Args:
        body: it.
        names: old symbol to new; those that are missing stay.
    """
    old = next((v["$id"] for v in (body or {}).values() if isinstance(v, Mapping) and "$id" in v), None)
    new = names.get(old, old) if old else None
    if body is None or new is None or new == old:
        return body
    known = _RENAMED.get((id(body), new))
    if known is None or known[0] is not body:
        changed = {name: ref(new) if value == ref(old or "") else value for name, value in body.items()}
        known = _RENAMED[id(body), new] = (body, changed)
    return known[1]


_RENAMED: dict[tuple[int, str], tuple[Mapping[str, Any], Mapping[str, Any]]] = {}
"""By the identity of a body, which is kept alive here, and the new symbol."""


def metadata(text: str) -> dict[str, str]:
    """Return merchantMetadata that carries a text in every field."""
    return {
        "merchantReferenceId": text,
        "merchantStoreName": text[:50],
        "noteToBuyer": text,
        "customInformation": text,
    }


def _session(intent: str | None, amount: str = "order", **more: Any) -> dict[str, Any]:
    details: dict[str, Any] = {"chargeAmount": price(amount)}
    if intent is not None:
        details["paymentIntent"] = intent
    return {
        "webCheckoutDetails": {"checkoutReviewReturnUrl": REVIEW_URL, "checkoutResultReturnUrl": RETURN_URL},
        "storeId": STORE_ID,
        "paymentDetails": {**details, **more},
    }


_BARE = {"webCheckoutDetails": {"checkoutReviewReturnUrl": REVIEW_URL}, "storeId": STORE_ID}
_MONTHLY = {"frequency": {"unit": "Month", "value": "1"}, "amount": price("monthly")}


def create_session() -> tuple[Variant, ...]:
    """Return bodies of Create Checkout Session."""
    recurring = {"chargePermissionType": "Recurring", "recurringMetadata": _MONTHLY}
    wallet = {
        "chargePermissionType": "PaymentMethodOnFile",
        "paymentMethodOnFileMetadata": {"setupOnly": False},
    }
    setup = {
        **_BARE,
        "webCheckoutDetails": {"checkoutReviewReturnUrl": REVIEW_URL, "checkoutResultReturnUrl": RETURN_URL},
        "chargePermissionType": "PaymentMethodOnFile",
        "paymentMethodOnFileMetadata": {"setupOnly": True},
        "paymentDetails": {"paymentIntent": "Confirm"},
    }
    described = {
        **_session("AuthorizeWithCapture", softDescriptor="Example Shop"),
        "merchantMetadata": metadata(TEXTS[2]),
    }
    return (
        Variant(_session("Authorize"), 6),
        Variant(_session("Authorize", canHandlePendingAuthorization=True), 5),
        Variant(_session("Authorize", totalOrderAmount=price("total")), 4),
        Variant({**_session("Confirm", "large"), "merchantMetadata": metadata(TEXTS[1])}, 4),
        Variant(_session("AuthorizeWithCapture", "large"), 4),
        Variant(described, 3),
        Variant({**_BARE, "merchantMetadata": metadata(TEXTS[3])}, 3),
        Variant({**_session("Confirm", "monthly"), **recurring}, 3),
        Variant({**_session("Authorize"), **wallet}, 2),
        Variant(setup, 1),
        Variant(_session("Confirm", "ceiling", allowOvercharge=True), 1),
        Variant(_session("AuthorizeWithCapture", "ceiling"), 1),
        Variant({"storeId": STORE_ID}, 1, "webCheckoutDetails is missing"),
        Variant({**_BARE, "colour": "red"}, 1, "an unknown field"),
        Variant({**_BARE, "chargePermissionType": "Monthly"}, 1, "an unknown chargePermissionType"),
    )


def update_session() -> tuple[Variant, ...]:
    """Return bodies of Update Checkout Session."""
    full = _session("Authorize", "large")
    del full["storeId"]
    result = {"webCheckoutDetails": {"checkoutResultReturnUrl": RETURN_URL}}
    confirm = {**result, "paymentDetails": {"paymentIntent": "Confirm", "chargeAmount": price("order")}}
    return (
        Variant(full, 3),
        Variant(confirm, 3),
        Variant(result, 1),
        *(Variant({"merchantMetadata": metadata(text)}, 1) for text in TEXTS),
        Variant({"storeId": STORE_ID}, 1, "storeId cannot be updated"),
        Variant({"merchantMetadata": {"merchantReferenceId": "x" * 257}}, 1, "a text above its length"),
    )


def complete_session() -> tuple[Variant, ...]:
    """Return bodies of Complete Checkout Session."""
    good = {"chargeAmount": price("same")}
    return (
        Variant(good, 12),
        Variant({**good, "totalOrderAmount": price("same-total")}, 6),
        Variant({"chargeAmount": price("order")}, 1),
        Variant({}, 2),
        Variant({"chargeAmount": price("same+1")}, 3),
        Variant({"chargeAmount": price("same-1")}, 1),
        Variant({"chargeAmount": price("same@other")}, 1),
        Variant({**good, "note": "x"}, 1, "an unknown field"),
        *(Variant(good, 1, simulation=code) for code in ("BuyerCanceled", "AmazonCanceled", "Declined")),
        Variant(good, 2, simulation="AuthorizationInitiated"),
        Variant(good, 1, "an unknown simulation code", simulation="NoSuchSimulation"),
    )


def finalize_session() -> tuple[Variant, ...]:
    """Return bodies of Finalize Checkout Session."""
    address = {name: value for name, value in ADDRESS.items() if value is not None}
    good = {"chargeAmount": price("same"), "paymentIntent": "Authorize", "shippingAddress": address}
    return (
        Variant(good, 2),
        Variant({**good, "paymentIntent": "Confirm"}, 1),
        Variant({**good, "chargeAmount": price("order")}, 1),
        Variant({**good, "chargeAmount": price("same+1")}, 1),
        Variant({"chargeAmount": price("same"), "paymentIntent": "Authorize"}, 1),
        Variant({"chargeAmount": price("same"), "paymentIntent": "Authorize", "billingAddress": address}, 1),
    )


def update_permission() -> tuple[Variant, ...]:
    """Return bodies of Update Charge Permission."""
    return (
        *(Variant({"merchantMetadata": metadata(text)}, 1) for text in TEXTS[:4]),
        Variant({"merchantMetadata": {"merchantReferenceId": 4711}}, 1, "a number where a text belongs"),
    )


def close_permission() -> tuple[Variant, ...]:
    """Return bodies of Close Charge Permission."""
    return (
        Variant({"closureReason": "No longer needed"}, 2),
        Variant({"closureReason": TEXTS[1], "cancelPendingCharges": True}, 3),
        Variant({"closureReason": "x" * 255, "cancelPendingCharges": False}, 1),
        Variant({"closureReason": "x" * 256}, 1, "a text above its length"),
        Variant({"cancelPendingCharges": False}, 1, "closureReason is missing"),
        Variant({"closureReason": "Amazon closes it"}, 1, simulation="AmazonClosed"),
    )


@cache
def create_charge(permission: str) -> tuple[Variant, ...]:
    """Return bodies of Create Charge on a permission."""

    def body(amount: str, **more: Any) -> dict[str, Any]:
        return {"chargePermissionId": ref(permission), "chargeAmount": price(amount), **more}

    codes = [code for code in SIMULATIONS["create_charge"] if code != "CaptureInitiated"]
    pending = [code for code in codes if code.startswith("Pending")]
    return (
        Variant(body("all"), 4),
        Variant(body("half"), 4),
        Variant(body("half", captureNow=True), 4),
        Variant(body("all", captureNow=True, softDescriptor="Example Shop"), 3),
        Variant(body("small", merchantMetadata=metadata(TEXTS[4])), 2),
        Variant(body("small", captureNow=True), 1),  # an amount that is known whatever the limit
        Variant(body("half", captureNow=True), 2, simulation="CaptureInitiated"),
        Variant(body("all+1"), 6),
        Variant(body("all-1"), 1),
        Variant(body("ceiling-1"), 1),
        Variant(body("ceiling"), 1),
        Variant(body("ceiling+1"), 1),
        Variant(body("small@other"), 1),
        *(Variant(body("small"), 1, simulation=code) for code in codes if code not in pending),
        *(Variant(body("small", canHandlePendingAuthorization=True), 1, simulation=code) for code in pending),
        *(Variant(body("all", canHandlePendingAuthorization=True), 1, simulation=code) for code in _STRIKING),
        Variant({"chargePermissionId": ref(permission)}, 1, "chargeAmount is missing"),
        Variant(body("small", captureNow="yes"), 1, "a text where a boolean belongs"),
        Variant(body("small", shipTo="home"), 1, "an unknown field"),
    )


_STRIKING: Final = ("PendingHardDeclined", "PendingAmazonRejected")
"""What these come to changes the permission, in another way where all of it is reserved (api-facts §4.2)."""


def capture_charge() -> tuple[Variant, ...]:
    """Return bodies of Capture Charge."""
    return (
        Variant({"captureAmount": price("all")}, 5),
        Variant({"captureAmount": price("half"), "softDescriptor": "Example Shop"}, 3),
        Variant({"captureAmount": price("small")}, 1),
        Variant({"captureAmount": price("all+1")}, 6),
        Variant({"captureAmount": price("all-1")}, 1),
        Variant({"captureAmount": price("small@other")}, 1),
        Variant({}, 1, "captureAmount is missing"),
        Variant({"captureAmount": price("all"), "softDescriptor": "x" * 17}, 1, "a text above its length"),
        Variant({"captureAmount": price("all")}, 2, simulation="CaptureInitiated"),
        Variant({"captureAmount": price("all")}, 2, simulation="AmazonRejected"),
    )


def cancel_charge() -> tuple[Variant, ...]:
    """Return bodies of Cancel Charge."""
    return (
        Variant({"cancellationReason": "Buyer changed his mind"}, 3),
        Variant({"cancellationReason": TEXTS[2]}, 1),
        Variant({}, 1, "cancellationReason is missing"),
    )


@cache
def create_refund(charge: str) -> tuple[Variant, ...]:
    """Return bodies of Create Refund for a charge."""

    def body(amount: str, **more: Any) -> dict[str, Any]:
        return {"chargeId": ref(charge), "refundAmount": price(amount), **more}

    return (
        Variant(body("half", softDescriptor="Example Shop"), 4),
        Variant(body("all"), 3),
        Variant(body("small"), 2),
        *(Variant(body("small"), 1, simulation=code) for code in SIMULATIONS["create_refund"]),
        Variant(body("headroom"), 2),
        Variant(body("headroom+1"), 6),
        Variant(body("headroom-1"), 1),
        Variant(body("ceiling-1"), 1),
        Variant(body("ceiling"), 1),
        Variant(body("ceiling+1"), 1),
        Variant(body("small@other"), 1),
        Variant({"chargeId": ref(charge)}, 1, "refundAmount is missing"),
        Variant(body("small", reason="damaged"), 1, "an unknown field"),
    )


def update_charge() -> tuple[Variant, ...]:
    """Return bodies of Update Charge, which is for payment service providers."""
    return (Variant({"statusDetails": {"state": "Canceled", "reasonCode": "ExpiredUnused"}}, 1),)
