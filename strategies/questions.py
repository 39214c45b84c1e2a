"""Scenarios that put open questions: whatever a server answers is permitted, and tells what it does.

One for each switch of the model that a scenario can put at all; the others are in `NOT_ASKED`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from amazonpay_conformance.model.buyer import ADDRESS
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.scenario import (
    AdvanceStep,
    BuyerStep,
    CallStep,
    FaultStep,
    ParallelStep,
    RepeatStep,
    RotateKeyStep,
    Scenario,
    Step,
)
from amazonpay_conformance.model.timers import DAY, TIMERS
from amazonpay_conformance.strategies.generator import Abilities
from amazonpay_conformance.strategies.payloads import RETURN_URL, REVIEW_URL, STORE_ID, price, ref

SESSION: Final = "session#1"
PERMISSION: Final = "permission#1"
CHARGE: Final = "charge#1"

_URLS = {"checkoutReviewReturnUrl": REVIEW_URL, "checkoutResultReturnUrl": RETURN_URL}
_MONTH = {"frequency": {"unit": "Month", "value": "1"}, "amount": None}


def _call(name: str, target: str | None = None, body: Any = None, **more: Any) -> CallStep:
    key = f"key#{more.pop('key')}" if "key" in more else None
    made = {kind: f"{kind}#{number}" for kind, number in more.pop("makes", {}).items()}
    return CallStep(name, target, body, more.pop("simulation", None), key, made)


def _created(
    intent: str = "Authorize", *, amount: str = "order", more: Any = None, **details: Any
) -> CallStep:
    body = {
        "webCheckoutDetails": _URLS,
        "storeId": STORE_ID,
        "paymentDetails": {"paymentIntent": intent, "chargeAmount": price(amount), **details},
        **(more or {}),
    }
    return _call("create_checkout_session", None, body, key=1, makes={"session": 1})


_SIGNED_IN = BuyerStep("signs_in", SESSION)
_APPROVED = BuyerStep("approves", SESSION, "1111")


def _completed(amount: str = "same", **more: Any) -> CallStep:
    body = {"chargeAmount": price(amount), **more.pop("body", {})}
    return _call("complete_checkout_session", SESSION, body, makes={"permission": 1, "charge": 1}, **more)


def _paid(intent: str = "Authorize", **details: Any) -> tuple[Step, ...]:
    more: dict[str, Any] = (
        {"body": {"totalOrderAmount": price("same-total")}} if "totalOrderAmount" in details else {}
    )
    return _created(intent, **details), _SIGNED_IN, _APPROVED, _completed(**more)


def _charged(amount: str, *, key: int = 7, charge: int = 1, **body: Any) -> CallStep:
    simulation = body.pop("simulation", None)
    given = {"chargePermissionId": ref(PERMISSION), "chargeAmount": price(amount), **body}
    return _call("create_charge", None, given, key=key, makes={"charge": charge}, simulation=simulation)


def _captured(amount: str = "all") -> CallStep:
    return _call("capture_charge", CHARGE, {"captureAmount": price(amount)}, key=8)


def _refunded(amount: str, *, key: int = 9, refund: int = 1, simulation: str | None = None) -> CallStep:
    body = {"chargeId": ref(CHARGE), "refundAmount": price(amount)}
    return _call("create_refund", None, body, key=key, makes={"refund": refund}, simulation=simulation)


def _updated(body: Any, **more: Any) -> CallStep:
    return _call("update_checkout_session", SESSION, body, **more)


_READ_SESSION = _call("get_checkout_session", SESSION)
_READ_PERMISSION = _call("get_charge_permission", PERMISSION)
_READ_CHARGE = _call("get_charge", CHARGE)
_SPLIT: Final[dict[str, Any]] = {"totalOrderAmount": price("total")}
_MAY_PEND: Final[dict[str, Any]] = {"canHandlePendingAuthorization": True}
_SHARES = [{"addressId": "1", "price": price("small")}, {"addressId": "2", "price": price("small")}]
_RECURRING = {"chargePermissionType": "Recurring", "recurringMetadata": _MONTH}
_WALLET = {"chargePermissionType": "PaymentMethodOnFile", "paymentMethodOnFileMetadata": {"setupOnly": False}}

_STEPS: Final[Mapping[str, tuple[Step, ...]]] = {
    "replay-status": (_created(), RepeatStep("key#1")),
    "refused-keys": (*_paid(), _refunded("small"), _captured(), RepeatStep("key#9")),
    "complete-key": (_created(), _SIGNED_IN, _APPROVED, _completed(key=2), RepeatStep("key#2")),
    "number-amounts": (_created(amount="order/number"),),
    "amount-spelling": (_created(), _SIGNED_IN, _APPROVED, _completed("same/plain")),
    "zero-amount": (*_paid("Confirm"), _charged("zero")),
    "patch": (
        _created(more={"merchantMetadata": {"merchantReferenceId": "4711", "noteToBuyer": "first"}}),
        _updated({"merchantMetadata": {"noteToBuyer": "second"}}),
    ),
    "session-simulations": (
        _created(),
        _SIGNED_IN,
        _APPROVED,
        _completed(simulation="Declined"),
        _READ_SESSION,
    ),
    "charge-simulations": (*_paid("Confirm"), _charged("small", simulation="SoftDeclined")),
    "pending-simulations": (
        *_paid("Confirm"),
        _charged("small", simulation="PendingSoftDeclined", **_MAY_PEND),
    ),
    "refund-simulations": (
        *_paid("AuthorizeWithCapture"),
        _refunded("small", simulation="AmazonRejected"),
        AdvanceStep(TIMERS["settlement"]),
        _call("get_refund", "refund#1"),
    ),
    "close-simulation": (
        *_paid("Confirm"),
        _call("close_charge_permission", PERMISSION, {"closureReason": "test"}, simulation="AmazonClosed"),
    ),
    "simulation-prerequisite": (_created(), _SIGNED_IN, BuyerStep("approves", SESSION, "0701"), _completed()),
    "simulation-elsewhere": (_created(), _updated({"supplementaryData": "x"}, simulation="BuyerCanceled")),
    "capture-decline": (
        *_paid(),
        _call("capture_charge", CHARGE, {"captureAmount": price("all")}, key=8, simulation="AmazonRejected"),
    ),
    "localhost-urls": (
        _created(more={"webCheckoutDetails": {"checkoutReviewReturnUrl": "http://localhost/review"}}),
    ),
    "recurring-metadata": (_created(more={"chargePermissionType": "Recurring"}),),
    "pending-with-capture": (_created("AuthorizeWithCapture", **_MAY_PEND),),
    "total-below-charge": (_created(totalOrderAmount=price("small")),),
    "superfluous-total": (
        _created(),
        _SIGNED_IN,
        _APPROVED,
        _completed(body={"totalOrderAmount": price("total")}),
    ),
    "update-after-approval": (_created(), _SIGNED_IN, _APPROVED, _updated({"supplementaryData": "x"})),
    "checkout-mode-at-update": (
        _created(),
        _updated({"webCheckoutDetails": {"checkoutMode": "ProcessOrder"}}),
    ),
    "multi-address-sum": (_created(), _updated({"multiAddressesCheckoutMetadata": _SHARES})),
    "canceled-session-code": (
        _created(),
        _SIGNED_IN,
        BuyerStep("cancels", SESSION, "3064"),
        _completed("order"),
    ),
    "finalize-repeats": (
        _created(),
        _SIGNED_IN,
        _APPROVED,
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
        _created(),
        _SIGNED_IN,
        AdvanceStep(DAY),
        AdvanceStep(TIMERS["session_deleted"] - DAY),
        _READ_SESSION,
        AdvanceStep(DAY),
        _READ_SESSION,
    ),
    "further-constraints": (_created(), _READ_SESSION),
    "charge-in-progress": (*_paid(**_SPLIT), _READ_PERMISSION, _charged("all", charge=2), _READ_PERMISSION),
    "open-authorizations": (*_paid(**_SPLIT), _READ_PERMISSION),
    "captured-remainder": (*_paid(**_SPLIT), _captured("half"), _READ_PERMISSION),
    "permission-closes": (*_paid("AuthorizeWithCapture", **_SPLIT), _READ_PERMISSION),
    "rejected-permission": (
        *_paid("Confirm"),
        _charged("small", simulation="AmazonRejected"),
        _READ_PERMISSION,
    ),
    "declined-permission": (
        *_paid("Confirm"),
        _charged("small", simulation="HardDeclined"),
        _READ_PERMISSION,
    ),
    "closed-reasons": (
        *_paid("Confirm"),
        _call("close_charge_permission", PERMISSION, {"closureReason": "test"}),
    ),
    "metadata-updates": (
        *_paid("Confirm"),
        _call("update_charge_permission", PERMISSION, {"merchantMetadata": {"noteToBuyer": "first"}}),
        _call("update_charge_permission", PERMISSION, {"merchantMetadata": {"noteToBuyer": "second"}}),
    ),
    "recurring-expiry": (
        *_paid("Confirm", amount="monthly", more=_RECURRING),
        AdvanceStep(31 * DAY),
        _charged("small"),
        AdvanceStep(TIMERS["permission_extended"] - 31 * DAY),
        _READ_PERMISSION,
    ),
    "recurring-prefix": (*_paid("Confirm", amount="monthly", more=_RECURRING), _READ_PERMISSION),
    "frequency-value": (*_paid("Confirm", amount="monthly", more=_RECURRING), _READ_PERMISSION),
    "buyer-data": (*_paid("Confirm"), AdvanceStep(TIMERS["buyer_data_readable"]), _READ_PERMISSION),
    "capture-now-with-pending": (*_paid("Confirm"), _charged("small", captureNow=True, **_MAY_PEND)),
    "charge-initiator": (*_paid("Confirm", more=_WALLET), _charged("small")),
    "cancellation-reason": (*_paid(), _call("cancel_charge", CHARGE, {"cancellationReason": "x" * 256})),
    "closed-permission": (
        *_paid(),
        BuyerStep("closes_permission", PERMISSION),
        _call("cancel_charge", CHARGE, {"cancellationReason": "test"}),
    ),
    "update-charge": (
        *_paid(),
        _call(
            "update_charge", CHARGE, {"statusDetails": {"state": "Canceled", "reasonCode": "ExpiredUnused"}}
        ),
    ),
    "converted-amount": (*_paid(), _READ_CHARGE),
    "refund-headroom": (
        *_paid("AuthorizeWithCapture"),
        _refunded("headroom"),
        _refunded("small", key=10, refund=2),
    ),
    "refund-count": (
        *_paid("AuthorizeWithCapture"),
        *(_refunded("small", key=20 + n, refund=n) for n in range(1, 12)),
    ),
}

QUESTIONS: Final[Mapping[str, Scenario]] = {name: Scenario(steps) for name, steps in _STEPS.items()}
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
            *("unknown-records", "gone-records", "old-reports", "token-alone", "foreign-tokens"),
            *("settled-disputes", "resource-fields", "provider-operations"),
            *("report-schedule-status", "dispute-timestamps"),
        ),
        "no scenario is made of the lesser resources yet",
    ),
    **dict.fromkeys(
        (
            *("synchronous-notifications", "permission-notifications", "expiry-notifications"),
            *("attribute-notifications", "notification-signature", "notification-keys"),
        ),
        "no answer shows it: a notification goes another way",
    ),
}
"""Switches that no scenario here asks about, each with what shows them instead."""


def questions(abilities: Abilities) -> Iterator[Scenario]:
    """Yield the scenarios that client and target together can play.

    Args:
        abilities: what they can do.
    """
    for scenario in QUESTIONS.values():
        if all(is_possible(step, abilities) for step in scenario.steps):
            yield scenario


def is_possible(step: Step, abilities: Abilities) -> bool:
    """Tell whether client and target can take a step together."""
    if isinstance(step, CallStep):
        simulated = step.simulation is None or abilities.simulations
        return step.operation in abilities.operations & OPERATIONS.keys() and simulated
    if isinstance(step, ParallelStep):
        return all(is_possible(call, abilities) for call in step.calls)
    able: Mapping[type[Step], bool] = {
        BuyerStep: abilities.buyer,
        AdvanceStep: abilities.clock,
        RepeatStep: abilities.caller_keys,
        FaultStep: abilities.faults,
        RotateKeyStep: abilities.keys,
    }
    return able[type(step)]
