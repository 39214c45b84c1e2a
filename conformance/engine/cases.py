"""Ways to break rules that no planned scenario breaks, or not plainly: steps whose last one breaks the rule.

They are kept as short as they can be: people read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from amazonpay_conformance.model.actions import Defect
from amazonpay_conformance.model.buyer import ADDRESS
from amazonpay_conformance.model.limits import MAX_CHARGES, MAX_REFUNDS
from amazonpay_conformance.model.scenario import CallStep, Step
from amazonpay_conformance.strategies.payloads import STORE_ID, price, ref
from amazonpay_conformance.strategies.steps import (
    APPROVED,
    CHARGE,
    PERMISSION,
    SESSION,
    SIGNED_IN,
    captured,
    charged,
    completed,
    opened,
    order,
    refunded,
)


@dataclass(frozen=True, slots=True)
class Case:
    """Steps whose last one breaks a rule.

    `flaw` is all that is wrong with the last request as such, `remark` says what the steps do not show.
    `given`: the kit was given permission#1 at the start. `settings`, as NAME=CHOICE, are how open questions are
    answered on the way.
    """

    steps: tuple[Step, ...]
    remark: str = ""
    flaw: Defect | None = None
    given: bool = False
    region: str = "na"
    settings: tuple[str, ...] = ()


def _approved(body: Mapping[str, Any]) -> tuple[Step, ...]:
    return opened(body), SIGNED_IN, APPROVED


def _paid(body: Mapping[str, Any]) -> tuple[Step, ...]:
    return *_approved(body), completed()


_MONTHLY = {
    "chargePermissionType": "Recurring",
    "recurringMetadata": {"frequency": {"unit": "Month", "value": "1"}, "amount": None},
}
_ORDER = order("Authorize", "order")
_SPLIT = order("Authorize", "order", totalOrderAmount=price("total"))
_REFUSED = CallStep(
    "create_charge",
    None,
    {"chargePermissionId": ref("permission#unknown"), "chargeAmount": price("small")},
    key="key#1",
)
_ADDRESS = {name: value for name, value in ADDRESS.items() if value is not None}
_ZERO = {"amount": "0.00", "currencyCode": "USD"}
_CAPTURED_ALREADY = _paid(order("AuthorizeWithCapture", "order"))
_UNKNOWN_PAST = "where somebody made permission#1 before the run"
_EXPIRED_UNUSED = {"statusDetails": {"state": "Canceled", "reasonCode": "ExpiredUnused"}}
_NOTE = {"merchantMetadata": {"noteToBuyer": "Thank you"}}

# fmt: off
CASES: Mapping[str, Case] = {
    # --- requests that no planned body can spoil
    "REQ-R01": Case((opened(_ORDER),), "signed over another body than the one sent", Defect.SIGNATURE),
    "REQ-R02": Case((opened(_ORDER),), "signed with a key that the merchant never registered", Defect.UNKNOWN_KEY),
    "REQ-R03": Case((opened(_ORDER),), "without x-amz-pay-date", Defect.MISSING_HEADER),
    "REQ-R04": Case((opened(_ORDER),), "with x-amz-pay-date: yesterday", Defect.INVALID_HEADER),
    "REQ-R05": Case((opened({}),), 'with the body {"storeId": "amzn1', Defect.NOT_JSON),
    "REQ-R14": Case((_REFUSED, opened(_ORDER))),
    "REQ-R15": Case((opened(_ORDER),), "with an idempotency key of 36 characters", Defect.INVALID_KEY),

    "REQ-R16": Case((opened(_ORDER),), "with an x-amz-pay-date of yesterday", Defect.STALE_DATE),
    "REQ-R17": Case((opened(_ORDER),), "with x-amz-pay-date: 2026-11-23T18:26:58Z", Defect.EXTENDED_DATE),
    "REQ-R18": Case((opened(_ORDER),), "with x-amz-pay-region: US", Defect.REGION_SPELLING),
    "REQ-R19": Case((opened(_ORDER),), "with SignedHeaders=X-Amz-Pay-Date;accept;…", Defect.SIGNED_HEADERS_CASE),
    "REQ-R20": Case((*_approved(_ORDER), replace(completed(), simulation="Declined")), "the code not among the signed headers", Defect.UNSIGNED_SIMULATION),
    "REQ-R21": Case((opened(_ORDER),), "as POST /sandbox/v2/checkoutSessions, with a SANDBOX- key", Defect.ENVIRONMENT_PATH),
    "REQ-R34": Case((opened(_ORDER),), "as POST /live/v2/checkoutSessions, with a SANDBOX- key", Defect.OTHER_ENVIRONMENT),
    "REQ-R35": Case((opened(_ORDER),), "with x-amz-pay-date sent twice", Defect.REPEATED_HEADER),
    "REQ-R22": Case((opened(order("Authorize", "order/number")),), "the amount sent as the number 100", Defect.NUMBER_AMOUNT),
    "REQ-R23": Case((*_paid(_ORDER), CallStep("cancel_charge", CHARGE, {"cancellationReason": "x" * 256})), "with a reason of 256 characters", Defect.LONG_REASON),
    "REQ-R28": Case((*_paid(order("Confirm", "order")), replace(charged("small", canHandlePendingAuthorization=True), simulation="PendingDecline"))),
    "REQ-R30": Case((*_CAPTURED_ALREADY, replace(refunded("small"), simulation="Declined"))),
    "REQ-R32": Case((*_approved(order("Confirm", "order")), replace(completed(), key="key#2"), replace(charged("small"), key="key#2"))),
    "SES-R19": Case((opened(_ORDER), CallStep("update_checkout_session", SESSION, {"webCheckoutDetails": {"checkoutMode": "ProcessOrder"}})), "with checkoutMode ProcessOrder", Defect.MODE_AT_UPDATE),
    "SES-R22": Case((opened({**_ORDER, "addressDetails": {"name": "Jane Doe", "countryCode": "GB", "stateOrRegion": "London", "phoneNumber": "0"}}),), "with a stateOrRegion in GB", Defect.BUTTON_ADDRESS),
    "PRM-R09": Case((CallStep("close_charge_permission", PERMISSION, {"closureReason": "test"}),), _UNKNOWN_PAST, given=True),
    "CHG-R16": Case((*_paid({**order("Confirm", "monthly"), **_MONTHLY}), charged("all+1")), region="eu"),
    "CHG-R24": Case((*_paid(order("Confirm", "order")), charged("order"), charged("order", 2), captured(), captured(charge="charge#2")), settings=("open-authorizations=free", "charge-in-progress=never")),

    # --- bodies of which only the flaw is of interest
    "REQ-R06": Case((opened({"storeId": STORE_ID}),), "without webCheckoutDetails"),
    "REQ-R07": Case((opened({**_ORDER, "colour": "red"}),)),
    "REQ-R08": Case((opened({**_ORDER, "chargePermissionType": "Monthly"}),), "which is none of the three types"),
    "REQ-R13": Case((*_paid(_ORDER), CallStep("capture_charge", CHARGE, {"captureAmount": _ZERO}, key="key#2"))),

    # --- sessions
    "SES-R07": Case((*_approved(_ORDER), CallStep("complete_checkout_session", SESSION, {})), "without chargeAmount"),
    "SES-R08": Case((*_approved(_SPLIT), completed()), "without totalOrderAmount"),
    "SES-R09": Case((*_approved(_ORDER), completed(totalOrderAmount=price("total"))), "though the session has no totalOrderAmount"),
    "SES-R10": Case((opened(order("AuthorizeWithCapture", "order", canHandlePendingAuthorization=True)),)),
    "SES-R11": Case((*_approved(_ORDER), completed("finalize_checkout_session", paymentIntent="Confirm", shippingAddress=_ADDRESS)), "though the session's paymentIntent is Authorize"),
    "SES-R12": Case((*_approved(_ORDER), completed("finalize_checkout_session", paymentIntent="Authorize")), "without shippingAddress"),

    # --- permissions whose history is not known
    "PRM-R03": Case((CallStep("update_charge_permission", PERMISSION, _NOTE),), _UNKNOWN_PAST, given=True),
    "CHG-R12": Case((charged("small"),), _UNKNOWN_PAST, given=True),

    # --- calls on which several open questions hang
    "CHG-003": Case((*_paid(_ORDER), CallStep("update_charge", CHARGE, _EXPIRED_UNUSED))),
    "CHG-R03": Case((*_paid(_ORDER), charged("small", 2))),
    "CHG-R14": Case((*_paid(order("Confirm", "order")), charged("order"), captured(amount="half"), charged("all", 2))),

    # --- amounts and counts that planned scenarios do not come to
    "CHG-R05": Case((*_approved(_SPLIT), completed(totalOrderAmount=price("same-total")), charged("all+1", 2))),
    "CHG-R07": Case((*_paid(order("Confirm", "ceiling", allowOvercharge=True)), charged("ceiling+1"))),
    "CHG-R09": Case((*_paid(order("Confirm", "order")), *(charged("small", number + 1, captureNow=True) for number in range(MAX_CHARGES + 1)))),
    "CHG-R10": Case((*_paid(order("Confirm", "order")), charged("order", captureNow=True, canHandlePendingAuthorization=True))),
    "REF-R06": Case((*_paid(order("AuthorizeWithCapture", "ceiling")), refunded("ceiling+1"))),
    "REF-R07": Case((*_CAPTURED_ALREADY, *(refunded("small", number + 1) for number in range(MAX_REFUNDS + 1)))),
}
# fmt: on
"""The cases by the id of the rule, or of the operation's requirement."""
