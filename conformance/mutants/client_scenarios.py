"""The battery that every client here runs: few steps, every operation, every kind of answer, every lane.

Written by hand and not planned, so that a fault that stays unseen is the checks' own doing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from amazonpay_conformance.engine.lane import CLASSIC_KEY_ID, PREFIXED_KEY_ID, Lane
from amazonpay_conformance.model.buyer import ADDRESS
from amazonpay_conformance.model.faults import FAULT_OF
from amazonpay_conformance.model.scenario import (
    AdvanceStep,
    BuyerStep,
    CallStep,
    FaultStep,
    RepeatStep,
    Scenario,
    Step,
)
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.strategies.payloads import (
    RETURN_URL,
    REVIEW_URL,
    STORE_ID,
    TEXTS,
    metadata,
    price,
    ref,
)

_LATIN, _QUOTES, _JAPANESE, _MARKUP = TEXTS[1:5]

Body = dict[str, Any]


def _order(intent: str, amount: str = "large", **details: Any) -> Body:
    return {
        "webCheckoutDetails": {"checkoutReviewReturnUrl": REVIEW_URL, "checkoutResultReturnUrl": RETURN_URL},
        "storeId": STORE_ID,
        "paymentDetails": {"paymentIntent": intent, "chargeAmount": price(amount), **details},
    }


def _create_session(body: Body, number: int = 1, key: str = "key#1") -> CallStep:
    return CallStep("create_checkout_session", None, body, key=key, makes={"session": f"session#{number}"})


def _complete(
    body: Body | None = None, simulation: str | None = None, *, by: str = "complete", key: str | None = None
) -> CallStep:
    makes = {"permission": "permission#1", "charge": "charge#1"}
    body = {"chargeAmount": price("same")} if body is None else body
    return CallStep(f"{by}_checkout_session", "session#1", body, simulation, key, makes)


def _charge(number: int, amount: str, simulation: str | None = None, **more: Any) -> CallStep:
    body = {"chargePermissionId": ref("permission#1"), "chargeAmount": price(amount), **more}
    key, makes = f"key#charge{number}", {"charge": f"charge#{number}"}
    return CallStep("create_charge", None, body, simulation, key, makes)


def _refund(number: int, amount: str, **more: Any) -> CallStep:
    body = {"chargeId": ref("charge#1"), "refundAmount": price(amount), **more}
    return CallStep(
        "create_refund", None, body, key=f"key#refund{number}", makes={"refund": f"refund#{number}"}
    )


def _buyer(card: str = "1111") -> tuple[Step, Step]:
    return BuyerStep("signs_in", "session#1"), BuyerStep("approves", "session#1", card)


PAYMENT: Final = Scenario(
    (
        _create_session({**_order("Authorize"), "merchantMetadata": metadata(_LATIN)}),
        CallStep("get_checkout_session", "session#1"),
        CallStep("update_checkout_session", "session#1", {"merchantMetadata": metadata(_QUOTES)}),
        *_buyer(),
        _complete(),
        CallStep("get_charge_permission", "permission#1"),
        CallStep("update_charge_permission", "permission#1", {"merchantMetadata": metadata(_JAPANESE)}),
        CallStep(
            "capture_charge",
            "charge#1",
            {"captureAmount": price("all"), "softDescriptor": "Example Shop"},
            key="key#2",
        ),
        RepeatStep("key#2"),
        CallStep("get_charge", "charge#1"),
        _refund(1, "half", softDescriptor="Example Shop"),
        _refund(2, "small"),
        _refund(3, "small"),  # the same words again, and yet another refund
        _refund(4, "small@other"),  # refused, and the caller's own doing whatever becomes of the number
        CallStep("get_refund", "refund#1"),
        CallStep("get_charge", "charge#1"),
    )
)
"""One payment from the button to the refunds, above 1,000, with texts that break encoders."""

CHARGES: Final = Scenario(
    (
        _create_session(_order("Confirm")),
        *_buyer(),
        _complete(
            {
                "chargeAmount": price("same"),
                "paymentIntent": "Confirm",
                "shippingAddress": {name: value for name, value in ADDRESS.items() if value is not None},
            },
            by="finalize",
        ),
        _charge(1, "half", merchantMetadata=metadata(_MARKUP)),
        CallStep("update_charge", "charge#1", {"statusDetails": {"state": "Canceled"}}),
        CallStep("cancel_charge", "charge#1", {"cancellationReason": _QUOTES}),
        _charge(2, "half", "CaptureInitiated", captureNow=True, softDescriptor="Example Shop"),
        AdvanceStep(TIMERS["settlement"]),
        CallStep("get_charge", "charge#2"),
        CallStep("close_charge_permission", "permission#1", {"closureReason": _LATIN}),
        CallStep("get_charge_permission", "permission#1"),
    )
)
"""Charges on a permission, one of them cancelled, one pending; finalize and close."""

PENDING: Final = Scenario(
    (
        _create_session(_order("Authorize", canHandlePendingAuthorization=True)),
        *_buyer("0701"),
        _complete(key="key#2"),  # no key is needed, but the caller may give one
        CallStep("get_charge", "charge#1"),
        AdvanceStep(TIMERS["settlement"]),
        CallStep("get_charge", "charge#1"),
    )
)
"""An authorization that pends: complete is answered with 202."""

_WALLET: Final = {
    **_order("Confirm"),
    "chargePermissionType": "PaymentMethodOnFile",
    "paymentMethodOnFileMetadata": {"setupOnly": True},
    "paymentDetails": {"paymentIntent": "Confirm"},
}

WALLET: Final = Scenario((_create_session(_WALLET), *_buyer(), _complete({})))
"""A saved wallet is set up: complete has nothing to say, so its body is an empty object."""

PARCELS: Final = Scenario(
    (
        _create_session(_order("Authorize")),
        BuyerStep("signs_in", "session#1", None, "PayAndShipMultiAddress"),
        CallStep("get_checkout_session", "session#1"),
    )
)
"""Several addresses: the session lists them as JSON written in strings."""

REFUSED: Final = Scenario(
    (
        CallStep("get_charge", "charge#unknown"),
        _create_session({**_order("Authorize"), "colour": "red"}, key="key#0"),
        _create_session(_order("Authorize", "order")),
        _create_session(_order("Confirm", "order"), 2),
        _complete(),
        CallStep("update_checkout_session", "session#1", {"merchantMetadata": {"noteToBuyer": "x" * 300}}),
        *_buyer(),
        _complete({"chargeAmount": price("same+1")}),
        _complete(simulation="Declined"),
        CallStep("get_checkout_session", "session#1"),
    )
)
"""Refusals: 404, 400 for a body and for a key that is used again, 422 and 409 for a state and an amount."""


def _under(faults: Iterable[str], call: Callable[[int], CallStep]) -> Iterator[Step]:
    """A call for each fault; one that creates is made again with its key, as a caller does who got no answer."""
    for number, fault in enumerate(faults, 1):
        made = call(number)
        yield FaultStep(fault)
        yield made
        if made.key is not None:
            yield RepeatStep(made.key)


_EVERY: Final = tuple(FAULT_OF)
_LOST: Final = ("503", "dropped-before", "dropped-after")
_LONG: Final = 12  # requests

CREATED: Final = Scenario(
    tuple(_under(_EVERY, lambda n: _create_session(_order("Authorize"), n, f"key#{n}")))
)
"""Everything that can go wrong with a call that creates something."""

READ: Final = Scenario(
    (
        _create_session(_order("Authorize")),
        *_under(_EVERY, lambda _: CallStep("get_checkout_session", "session#1")),
        *_under(
            _LOST,
            lambda _: CallStep("update_checkout_session", "session#1", {"merchantMetadata": metadata("x")}),
        ),
    )
)
"""Everything that can go wrong with a read, and the worst that can with an update."""

MONEY: Final = Scenario(
    (
        _create_session(_order("Authorize")),
        *_buyer(),
        FaultStep("dropped-after"),
        _complete(),
        FaultStep("dropped-after"),
        CallStep("capture_charge", "charge#1", {"captureAmount": price("all")}, key="key#2"),
        CallStep("get_charge", "charge#1"),
        *_under(_LOST, lambda n: _refund(n, "small")),
    )
)
"""Answers that are lost where money moves."""

AWAY: Final = Scenario((FaultStep("503", _LONG), _create_session(_order("Authorize"))))
CUT_OFF: Final = Scenario((FaultStep("dropped-before", _LONG), _create_session(_order("Authorize"))))
"""A service that stays away."""

REFUND_PENDS: Final = Scenario(
    (
        _create_session(_order("AuthorizeWithCapture")),
        *_buyer(),
        _complete(),
        _refund(1, "small"),
        AdvanceStep(TIMERS["settlement"]),
        CallStep("get_refund", "refund#1"),
    )
)
"""A refund, which is always decided later."""

MAIN: Final = Lane("na", "AMZN-PAY-RSASSA-PSS-V2", PREFIXED_KEY_ID)
CLASSIC: Final = Lane("eu", "AMZN-PAY-RSASSA-PSS-V2", CLASSIC_KEY_ID)
YEN: Final = Lane("jp", "AMZN-PAY-RSASSA-PSS", CLASSIC_KEY_ID)

BATTERY: Final = (
    (PAYMENT, MAIN),
    (CHARGES, MAIN),
    (PENDING, MAIN),
    (REFUSED, MAIN),
    (PARCELS, MAIN),
    (WALLET, CLASSIC),
    (PENDING, YEN),
)
"""What a client runs to be found wrong: every region, both styles of key, both algorithms."""

TROUBLES: Final = tuple((scenario, MAIN) for scenario in (CREATED, READ, MONEY, AWAY, CUT_OFF, REFUND_PENDS))
"""What goes wrong on the way, for clients that are measured by that."""

PAYLOAD_OF_PHP: Final = r'{"webCheckoutDetails":{"checkoutReviewReturnUrl":"https:\/\/shop.example\/review"}}'
"""A button payload as PHP's json_encode writes it, slashes escaped (api-facts §10.4)."""
