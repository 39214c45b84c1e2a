"""What no walk reaches though the tables have it, each with the reason. A proof holds that the lists are exact.

Unlike `objects.UNREACHED`, which says what no scenario is planned for, this is about the model itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from amazonpay_conformance.model.machine import Transition
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.rules import RULES

Reached: TypeAlias = tuple[str, str, str]

# fmt: off
TRANSITIONS: Mapping[str, str] = {
    "CHG-T22": "no simulation of a capture that fails so is known (§8.2)",
}

REASONS: Mapping[Reached, str] = {
    ("ChargePermission", "NonChargeable", "BillingAddressDeleted"):     "the buyer's accounts have no such act in the sandbox (§4.2)",
    ("ChargePermission", "NonChargeable", "PaymentMethodExpired"):      "simulated cards do not expire (§8.1)",
    ("ChargePermission", "NonChargeable", "PaymentMethodNotAllowed"):   "no simulated card is one that is not allowed (§8.1)",
    ("ChargePermission", "NonChargeable", "PaymentMethodNotSet"):       "when it is given is not said (§4.2)",
    ("ChargePermission", "NonChargeable", "MFAFailed"):                 "no simulation of it is known (§8)",
    ("ChargePermission", "NonChargeable", "AmountNotSet"):              "known from an SDK only, not when it is given (§4.2 [S])",
    ("ChargePermission", "NonChargeable", "TransactionAmountExceeded"): "known from an SDK only, not when it is given (§4.2 [S])",
    ("ChargePermission", "Closed", "MerchantCanceled"):                 "another spelling of MerchantClosed, which the model holds (§13.3)",
    ("ChargePermission", "Closed", "BuyerCanceled"):                    "another spelling of BuyerClosed, which the model holds (§13.3)",
    ("Charge", "Canceled", "AmazonCanceled"):                           "no simulation of it is known (§8)",
    ("Charge", "Canceled", "BuyerCanceled"):                            "when it is given is not said (§4.3)",
}

REFUSALS: Mapping[tuple[str, int, str], str] = {
    (rule.id, *error): "the walks hold the four objects; the lesser resources are tried one by one"
    for rule in RULES
    if not set(rule.operations) & set(OPERATIONS)
    for error in rule.errors
}

SIMULATIONS: Mapping[str, str] = {}

TIMERS: Mapping[str, str] = {
    "authorization_decided":  "in the sandbox it is decided after 30 seconds: the timer `settlement` (§4.6)",
    "buyer_data_readable":    "the model holds no buyer data",
    "report_url_valid":       "the walks hold the four objects",
    "report_kept":            "the walks hold the four objects",
    "chargeback_contestable": "the walks hold the four objects",
    "claim_contestable":      "the walks hold the four objects",
}
# fmt: on


@dataclass(frozen=True, slots=True)
class Unreached:
    """Why one row never follows another on one object though it begins where the other ends."""

    reason: str
    applies: Callable[[Transition, Transition], bool]


def why_never(first: Transition, second: Transition) -> str | None:
    """Return why `second` never follows `first` on one object, or None where it may.

    Args:
        first: a row.
        second: a row that begins where `first` ends.
    """
    return next((rule.reason for rule in PAIRS if rule.applies(first, second)), None)


_ANNOUNCED: Mapping[str, frozenset[str]] = {
    "CHG-T04": frozenset({""}),
    "CHG-T07": frozenset({"", "HardDeclined"}),
    "CHG-T17": frozenset({""}),
    "CHG-T18": frozenset({""}),
    "CHG-T19": frozenset({"AmazonRejected"}),
}
"""Under which guards a settlement can end, by the row that began it; any where a row is not named."""

_BEFORE_SIGN_IN = ("update_checkout_session", "buyer_signs_in", "session_expires")
_COMPLETING = ("complete_checkout_session", "finalize_checkout_session")


def _is_not_announced(first: Transition, second: Transition) -> bool:
    announced = _ANNOUNCED.get(first.id)
    return second.trigger.endswith("_settles") and announced is not None and second.guard not in announced


def _reserves_without_a_charge(first: Transition, second: Transition) -> bool:
    return second.trigger == "charge_reserves_balance" and first.id != "PRM-T24"


def _releases_what_is_not_in_progress(first: Transition, second: Transition) -> bool:
    return second.trigger == "charge_is_released" and first.reason not in ("ChargeInProgress", None)


# fmt: off
PAIRS: tuple[Unreached, ...] = (
    Unreached("no walk reaches the row itself", lambda a, b: bool({a.id, b.id} & TRANSITIONS.keys())),
    Unreached("a settlement ends as it was announced when it began (§8)", _is_not_announced),
    Unreached("a new charge comes first: PRM-T24, in the same step", _reserves_without_a_charge),
    Unreached("only ChargeInProgress ends when a charge is released (§4.2)", _releases_what_is_not_in_progress),
    Unreached("a charge in progress is nothing that a buyer fixes (§4.2)", lambda a, b: b.trigger == "buyer_fixes_payment_method" and a.reason == "ChargeInProgress"),
    Unreached("an authorization is over after 30 days, the permission after 180 (§4.6)", lambda a, b: a.id == "PRM-T02" and b.trigger == "permission_expires"),
    Unreached("a buyer who has not signed in does nothing (§5.1)", lambda a, b: a.id == "SES-T01" and b.trigger not in _BEFORE_SIGN_IN),
    Unreached("a session is completed after the buyer approved it (§4.1)", lambda a, b: a.id == "SES-T03" and b.trigger in _COMPLETING),
    Unreached("a buyer who approved has signed in", lambda a, b: a.id == "SES-T04" and b.trigger == "buyer_signs_in"),
)
# fmt: on


def only_otherwise(first: Transition, second: Transition) -> str | None:
    """Return why `second` follows `first` only where a service answers an open question otherwise than our mock.

    Args:
        first: a row.
        second: a row that begins where `first` ends, and may follow it.
    """
    return next((rule.reason for rule in OTHERWISE if rule.applies(first, second)), None)


_UPDATED_AFTERWARDS = (
    "only where a session is updated after the buyer approved it: switch update-after-approval"
)
_NEVER_IN_PROGRESS = (
    "only where a permission stays Chargeable whatever is reserved: switch charge-in-progress"
)
_SPENT_IN_VAIN = (
    "only where more than the rest can be authorized: switches open-authorizations, charge-in-progress"
)
_FAILED = ("PRM-T07", "PRM-T08", "PRM-T22")

# fmt: off
OTHERWISE: tuple[Unreached, ...] = (
    Unreached(_UPDATED_AFTERWARDS, lambda a, b: (a.id, b.id) == ("SES-T04", "SES-T02")),
    Unreached(_UPDATED_AFTERWARDS, lambda a, b: a.id == "SES-T02" and b.trigger in _COMPLETING),
    Unreached(_NEVER_IN_PROGRESS, lambda a, b: b.id == "PRM-T12" and a.id != "PRM-T24"),
    Unreached(_SPENT_IN_VAIN, lambda a, b: b.id == "PRM-T13" and a.id in _FAILED),
    Unreached("only on a permission that was given: every simulated authorization that pends is declined (§8.2)", lambda a, b: (a.id, b.id) == ("CHG-T03", "CHG-T08")),
)
# fmt: on
"""What the model permits, and a client of our mock is not led to while each switch stands at its default."""
