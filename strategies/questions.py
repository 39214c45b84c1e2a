"""Scenarios that put open questions: whatever a server answers is permitted, and tells what it does.

One for each switch of the model that a scenario can put at all; the others are in `NOT_ASKED`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from amazonpay_conformance.model.buyer import ADDRESS
from amazonpay_conformance.model.scenario import AdvanceStep, BuyerStep, CallStep, Scenario, Step
from amazonpay_conformance.model.timers import DAY, TIMERS
from amazonpay_conformance.strategies.generator import Abilities
from amazonpay_conformance.strategies.payloads import RETURN_URL, price
from amazonpay_conformance.strategies.possibility import is_possible
from amazonpay_conformance.strategies.resources import OF_RESOURCES
from amazonpay_conformance.strategies.steps import (
    APPROVED,
    CHARGE,
    PERMISSION,
    READ_CHARGE,
    READ_PERMISSION,
    READ_SESSION,
    SESSION,
    SIGNED_IN,
    again,
    captured,
    charged,
    completed,
    created,
    paid,
    refunded,
)

_MONTH = {"frequency": {"unit": "Month", "value": "1"}, "amount": None}


def _call(name: str, target: str | None = None, body: Any = None, simulation: str | None = None) -> CallStep:
    return CallStep(name, target, body, simulation)


def _simulating(call: CallStep, code: str) -> CallStep:
    return replace(call, simulation=code)


def _updated(body: Any) -> CallStep:
    return _call("update_checkout_session", SESSION, body)


_KEYED: Final = replace(completed(), key="key#2")
_SPLIT: Final[dict[str, Any]] = {"totalOrderAmount": price("total")}
_MAY_PEND: Final[dict[str, Any]] = {"canHandlePendingAuthorization": True}
_SHARES = [{"addressId": "1", "price": price("small")}, {"addressId": "2", "price": price("small")}]
_BUTTON = {"checkoutMode": "ProcessOrder", "checkoutResultReturnUrl": RETURN_URL}
_IN_LONDON = {"name": "Jane Doe", "stateOrRegion": "London", "countryCode": "GB", "phoneNumber": "0"}
_RECURRING = {"chargePermissionType": "Recurring", "recurringMetadata": _MONTH}
_WALLET = {"chargePermissionType": "PaymentMethodOnFile", "paymentMethodOnFileMetadata": {"setupOnly": False}}

_STEPS: Final[Mapping[str, tuple[Step, ...]]] = {
    "replay-status": (created(), again(created())),
    "refused-keys": (*paid(), refunded("small"), captured(), again(refunded("small"))),
    "complete-key": (created(), SIGNED_IN, APPROVED, _KEYED, again(_KEYED)),
    "number-amounts": (created(amount="order/number"),),
    "amount-spelling": (created(), SIGNED_IN, APPROVED, completed(amount="same/plain")),
    "zero-amount": (*paid("Confirm"), charged("zero")),
    "patch": (
        created(more={"merchantMetadata": {"merchantReferenceId": "4711", "noteToBuyer": "first"}}),
        _updated({"merchantMetadata": {"noteToBuyer": "second"}}),
    ),
    "session-simulations": (
        created(),
        SIGNED_IN,
        APPROVED,
        _simulating(completed(), "Declined"),
        READ_SESSION,
    ),
    "charge-simulations": (*paid("Confirm"), _simulating(charged("small"), "SoftDeclined")),
    "pending-simulations": (
        *paid("Confirm"),
        _simulating(charged("small", **_MAY_PEND), "PendingSoftDeclined"),
    ),
    "refund-simulations": (
        *paid("AuthorizeWithCapture"),
        _simulating(refunded("small"), "AmazonRejected"),
        AdvanceStep(TIMERS["settlement"]),
        _call("get_refund", "refund#1"),
    ),
    "close-simulation": (
        *paid("Confirm"),
        _call("close_charge_permission", PERMISSION, {"closureReason": "test"}, simulation="AmazonClosed"),
    ),
    "simulation-prerequisite": (created(), SIGNED_IN, BuyerStep("approves", SESSION, "0701"), completed()),
    "simulation-elsewhere": (created(), _simulating(_updated({"supplementaryData": "x"}), "BuyerCanceled")),
    "capture-decline": (
        *paid(),
        _simulating(captured(), "AmazonRejected"),
    ),
    "localhost-urls": (
        created(more={"webCheckoutDetails": {"checkoutReviewReturnUrl": "http://localhost/review"}}),
    ),
    "recurring-metadata": (created(more={"chargePermissionType": "Recurring"}),),
    "pending-with-capture": (created("AuthorizeWithCapture", **_MAY_PEND),),
    "total-below-charge": (created(totalOrderAmount=price("small")),),
    "superfluous-total": (
        created(),
        SIGNED_IN,
        APPROVED,
        completed(totalOrderAmount=price("total")),
    ),
    "update-after-approval": (created(), SIGNED_IN, APPROVED, _updated({"supplementaryData": "x"})),
    "checkout-mode-at-update": (
        created(),
        _updated({"webCheckoutDetails": {"checkoutMode": "ProcessOrder"}}),
    ),
    "button-address": (created(more={"webCheckoutDetails": _BUTTON, "addressDetails": _IN_LONDON}),),
    "multi-address-sum": (created(), _updated({"multiAddressesCheckoutMetadata": _SHARES})),
    "canceled-session-code": (
        created(),
        SIGNED_IN,
        BuyerStep("cancels", SESSION, "3064"),
        completed(amount="order"),
    ),
    "finalize-repeats": (
        created(),
        SIGNED_IN,
        APPROVED,
        # of another intent, so that the session names its charge whichever of the two is followed
        _call(
            "finalize_checkout_session",
            SESSION,
            {
                "chargeAmount": price("same"),
                "paymentIntent": "AuthorizeWithCapture",
                "shippingAddress": {name: value for name, value in ADDRESS.items() if value is not None},
            },
        ),
    ),
    "deleted-session": (
        created(),
        SIGNED_IN,
        AdvanceStep(DAY),
        AdvanceStep(TIMERS["session_deleted"] - DAY),
        READ_SESSION,
        AdvanceStep(DAY),
        READ_SESSION,
    ),
    "further-constraints": (created(), READ_SESSION),
    "charge-in-progress": (*paid(**_SPLIT), READ_PERMISSION, charged("all", 2), READ_PERMISSION),
    "open-authorizations": (*paid(**_SPLIT), READ_PERMISSION),
    "captured-remainder": (*paid(**_SPLIT), captured("half"), READ_PERMISSION),
    "permission-closes": (*paid("AuthorizeWithCapture", **_SPLIT), READ_PERMISSION),
    "rejected-permission": (
        *paid("Confirm"),
        _simulating(charged("small"), "AmazonRejected"),
        READ_PERMISSION,
    ),
    "declined-permission": (
        *paid("Confirm"),
        _simulating(charged("small"), "HardDeclined"),
        READ_PERMISSION,
    ),
    "closed-reasons": (
        *paid("Confirm"),
        _call("close_charge_permission", PERMISSION, {"closureReason": "test"}),
    ),
    "metadata-updates": (
        *paid("Confirm"),
        _call("update_charge_permission", PERMISSION, {"merchantMetadata": {"noteToBuyer": "first"}}),
        _call("update_charge_permission", PERMISSION, {"merchantMetadata": {"noteToBuyer": "second"}}),
    ),
    "recurring-expiry": (
        *paid("Confirm", amount="monthly", more=_RECURRING),
        AdvanceStep(31 * DAY),
        charged("small"),
        AdvanceStep(TIMERS["permission_extended"] - 31 * DAY),
        READ_PERMISSION,
    ),
    "recurring-prefix": (*paid("Confirm", amount="monthly", more=_RECURRING), READ_PERMISSION),
    "frequency-value": (*paid("Confirm", amount="monthly", more=_RECURRING), READ_PERMISSION),
    "buyer-data": (*paid("Confirm"), AdvanceStep(TIMERS["buyer_data_readable"]), READ_PERMISSION),
    "capture-now-with-pending": (*paid("Confirm"), charged("small", captureNow=True, **_MAY_PEND)),
    "charge-initiator": (*paid("Confirm", more=_WALLET), charged("small")),
    "cancellation-reason": (*paid(), _call("cancel_charge", CHARGE, {"cancellationReason": "x" * 256})),
    "closed-permission": (
        *paid(),
        BuyerStep("closes_permission", PERMISSION),
        _call("cancel_charge", CHARGE, {"cancellationReason": "test"}),
    ),
    "update-charge": (
        *paid(),
        _call(
            "update_charge", CHARGE, {"statusDetails": {"state": "Canceled", "reasonCode": "ExpiredUnused"}}
        ),
    ),
    "converted-amount": (*paid(), READ_CHARGE),
    "refund-headroom": (
        *paid("AuthorizeWithCapture"),
        refunded("headroom"),
        refunded("small", 2),
    ),
    "refund-count": (
        *paid("AuthorizeWithCapture"),
        *(refunded("small", n) for n in range(1, 12)),
    ),
}

QUESTIONS: Final[Mapping[str, Scenario]] = {
    name: Scenario(steps) for name, steps in {**_STEPS, **OF_RESOURCES}.items()
}
"""The scenarios by the switch that they ask about."""

NOT_ASKED: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            *("missing-header-code", "ill-formed-key", "date-skew", "extended-date", "region-spelling"),
            *("signed-headers-case", "unsigned-simulation", "environment-path", "other-environment"),
            "repeated-headers",
        ),
        "a request that is spoilt so shows it (spoiling.py)",
    ),
    "concurrent-duplicates": "calls at once show it (races)",
    "finalize-pending": "the tour shows it",
    "legacy-caps": "the tour shows it, in Europe",
    **dict.fromkeys(
        (
            *("synchronous-notifications", "permission-notifications", "expiry-notifications"),
            *("attribute-notifications", "notification-signature", "notification-keys"),
        ),
        "no answer shows it: a notification goes another way",
    ),
}
"""Switches that no scenario here asks about, each with what shows them instead."""


_LARGE: Final = paid("Confirm", amount="large")
OVERDRAWN: Final = Scenario(
    (*_LARGE, charged("large"), charged("large", 2), captured(), captured(charge="charge#2"))
)
"""More is authorized than was agreed to, as some servers may; what is captured must not be more (CHG-R24)."""


def questions(abilities: Abilities) -> Iterator[Scenario]:
    """Yield the scenarios that client and target together can play.

    Args:
        abilities: what they can do.
    """
    for scenario in (*QUESTIONS.values(), OVERDRAWN):
        if all(is_possible(step, abilities) for step in scenario.steps):
            yield scenario
