"""What refuses a call, a row for each HTTP status and reasonCode, and who tries again when: api-facts §7.

A row names the operations for which a source lists the error. Whether our model raises it is for the rules
to say; what they never raise is in `UNRAISED`, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from amazonpay_conformance.model.machine import Tag
from amazonpay_conformance.model.rules import COMPLETING, EVERY, KEYED, UNKEYED_POSTS, WITH_BODY

Retry: TypeAlias = Literal["same key", "new key", "never"]
"""How a client tries again: the same request once more, a new one with a key of its own, or not at all."""


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One error: its status and reasonCode, who may get it, when, and how a client goes on after it."""

    id: str
    status: int
    reason: str
    operations: tuple[str, ...]
    when: str
    retry: Retry
    source: str
    tag: Tag


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When an official SDK sends a request again.

    `retries` is how often at most, None where the caller sets it and no default was read. `waits` are the seconds
    before each, as far as they are known one by one; `statement` has the formula where not. `signs_again` tells
    whether a retry has a new signature, None where nothing is ever sent again.
    """

    id: str
    sdk: str
    statuses: tuple[int, ...]
    retries: int | None
    waits: tuple[Decimal, ...]
    signs_again: bool | None
    statement: str
    source: str
    tag: Tag


_MOVES = ("create_charge", "capture_charge", "create_refund")
"""What moves money once a permission is there."""
_COMPLETE = ("complete_checkout_session",)


def _seconds(*waits: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(wait) for wait in waits)


# fmt: off
ERRORS: tuple[ErrorCode, ...] = (
    # --- 400: the request is wrong
    ErrorCode("ERR-01", 400, "InvalidHeaderValue",     EVERY,     "A header has a bad value.", "never", "§7", "D"),
    ErrorCode("ERR-02", 400, "InvalidRequest",         EVERY,     "Generic: the request is wrong.", "never", "§7", "D"),
    ErrorCode("ERR-03", 400, "InvalidParameterValue",  EVERY,     "A value in body, path or query is bad.", "never", "§7", "D"),
    ErrorCode("ERR-04", 400, "InvalidRequestFormat",   WITH_BODY, "The body is not JSON.", "never", "§7", "D"),
    ErrorCode("ERR-05", 400, "MissingHeader",          EVERY,     "A required header is missing; described as MissingHeaderValue is.", "never", "§7, §13.15", "D"),
    ErrorCode("ERR-06", 400, "MissingHeaderValue",     EVERY,     "A required header is missing; described as MissingHeader is.", "never", "§7, §13.15", "D"),
    ErrorCode("ERR-07", 400, "MissingParameterValue",  WITH_BODY, "A mandatory field is missing.", "never", "§7", "D"),
    ErrorCode("ERR-08", 400, "UnrecognizedField",      WITH_BODY, "The body has a field that the operation does not know.", "never", "§2.3, §7", "D"),
    ErrorCode("ERR-09", 400, "InvalidSandboxSimulationSpecified", EVERY, "The simulation code is unknown or does not apply.", "never", "§7", "D"),
    ErrorCode("ERR-10", 400, "DuplicateIdempotencyKey", (*KEYED, *UNKEYED_POSTS), "The idempotency key was used for a different request.", "never", "§7; §9 (every POST)", "D"),
    ErrorCode("ERR-11", 400, "InvalidParameterCombination", WITH_BODY, "Values that exclude each other are combined.", "never", "§7", "D"),
    ErrorCode("ERR-12", 400, "CurrencyMismatch",       (*COMPLETING, *_MOVES), "The currency is not that of the session, permission or charge.", "never", "§2.3 (Complete), §6.7, §7; Finalize replaces Complete §5.6", "D"),
    ErrorCode("ERR-13", 400, "InvalidAPIVersion",      EVERY,     "The path has a version that is not supported.", "never", "§1, §7", "I"),
    ErrorCode("ERR-14", 400, "TransactionAmountExceeded", _MOVES, "The amount is more than is left.", "never", "§6.3, §7", "D2"),
    ErrorCode("ERR-15", 400, "PeriodicAmountExceeded", ("create_charge",), "A Recurring or PaymentMethodOnFile permission has reached its monthly cap.", "never", "§5.2, §7", "W"),
    ErrorCode("ERR-16", 400, "CheckoutSessionCanceled", COMPLETING, "The session is Canceled; getting it tells why. The older status of two.", "never", "§7, §13.5; Finalize replaces Complete §5.6", "D2"),
    # --- 401 to 409: not this caller, not this thing, not this way
    ErrorCode("ERR-17", 401, "UnauthorizedAccess",     EVERY,     "The merchant is not allowed to do this.", "never", "§7", "D2"),
    ErrorCode("ERR-18", 403, "InvalidAuthentication",  EVERY,     "The caller is not authenticated.", "never", "§7", "I"),
    ErrorCode("ERR-19", 403, "InvalidAccountStatus",   EVERY,     "The state of the merchant's account forbids it.", "never", "§7", "D2"),
    ErrorCode("ERR-20", 403, "InvalidRequestSignature", EVERY,    "The signature does not verify.", "never", "§7", "D2"),
    ErrorCode("ERR-21", 403, "InvalidAuthorizationToken", EVERY,  "x-amz-pay-authtoken is bad.", "never", "§7", "I"),
    ErrorCode("ERR-22", 404, "ResourceNotFound",       EVERY,     "An id in path or body is not known.", "never", "§7", "D2"),
    ErrorCode("ERR-23", 405, "UnsupportedOperation",   EVERY,     "The resource does not have this operation.", "never", "§7", "D2"),
    ErrorCode("ERR-24", 405, "RequestNotSupported",    EVERY,     "The resource does not have this HTTP method.", "never", "§7", "D2"),
    ErrorCode("ERR-25", 408, "RequestTimeout",         EVERY,     "The request took too long; a retry may fail too.", "same key", "§7", "I"),
    ErrorCode("ERR-26", 409, "AmountMismatch",         COMPLETING, "The amount is not the session's.", "never", "§6.12, §7", "D"),
    # --- 422: the state forbids it, or the payment was declined
    ErrorCode("ERR-27", 422, "AmazonRejected",         (*_MOVES, *_COMPLETE), "Amazon rejected the payment.", "never", "§4.3, §7", "D2"),
    ErrorCode("ERR-28", 422, "ChargePermissionNotModifiable", ("update_charge_permission",), "The permission is Closed.", "never", "§4.2, §7", "D2"),
    ErrorCode("ERR-29", 422, "InvalidCheckoutSessionStatus", ("update_checkout_session", *COMPLETING), "The session's state does not allow it.", "never", "§4.1, §7; Finalize replaces Complete §5.6", "D2"),
    ErrorCode("ERR-30", 422, "InvalidChargePermissionStatus", ("close_charge_permission", "create_charge", "capture_charge", "cancel_charge"), "The permission's state does not allow it.", "never", "§4.2, §7", "D2"),
    ErrorCode("ERR-31", 422, "InvalidChargeStatus",    ("capture_charge", "cancel_charge", "create_refund", "complete_checkout_session", "update_charge"), "The charge's state does not allow it.", "never", "§7; Update Charge §4.3 (any wrong operation)", "D2"),
    ErrorCode("ERR-32", 422, "SoftDeclined",           ("create_charge",), "The payment was declined; another try may succeed if the permission is still Chargeable.", "new key", "§4.3, §7", "D2"),
    ErrorCode("ERR-33", 422, "HardDeclined",           ("create_charge", *_COMPLETE), "The payment was declined for good; the buyer must act.", "never", "§4.3, §7", "D2"),
    ErrorCode("ERR-34", 422, "MFANotCompleted",        ("create_charge", *_COMPLETE), "The buyer did not verify himself.", "never", "§7", "D2"),
    ErrorCode("ERR-35", 422, "PaymentMethodNotAllowed", ("create_charge", *_COMPLETE), "The buyer's payment method is not accepted.", "never", "§7", "D2"),
    ErrorCode("ERR-36", 422, "TransactionTimedOut",    ("create_charge", *_COMPLETE), "The payment was not decided in time; the buyer must act.", "never", "§4.3, §7", "D2"),
    ErrorCode("ERR-37", 422, "TransactionCountExceeded", _MOVES,  "There are too many charges or refunds already.", "never", "§6.2, §6.6, §7", "D2"),
    ErrorCode("ERR-38", 422, "CheckoutSessionCanceled", COMPLETING, "The session is Canceled; getting it tells why. The newer status of two.", "never", "§7, §13.5; Finalize replaces Complete §5.6", "I"),
    # --- from 426: the way there, the traffic, the service
    ErrorCode("ERR-39", 426, "TLSVersionNotSupported", EVERY,     "The connection uses a TLS version that is refused.", "never", "§1, §7", "I"),
    ErrorCode("ERR-40", 429, "TooManyRequests",        EVERY,     "The quota of the operation is used up; back off first.", "same key", "§7", "D2"),
    ErrorCode("ERR-41", 429, "RequestThrottled",       EVERY,     "The same, by the name that an older official plugin knows.", "same key", "§7", "S"),
    ErrorCode("ERR-42", 500, "InternalServerError",    EVERY,     "The service failed; back off first.", "same key", "§7", "D2"),
    ErrorCode("ERR-43", 500, "ProcessingFailure",      (*_MOVES, *_COMPLETE), "The payment failed inside the service; try again if the permission is still Chargeable (for a refund: the charge Captured).", "new key", "§4.3, §4.4, §7", "D2"),
    ErrorCode("ERR-44", 503, "ServiceUnavailable",     EVERY,     "The service is not there; back off first.", "same key", "§7", "D2"),
)

TRANSIENT: frozenset[int] = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that may come at any time, say nothing about the rules, and that SDKs retry. Source: api-facts §7 [S]."""

RETRY_POLICIES: tuple[RetryPolicy, ...] = (
    RetryPolicy("RTY-01", "php",    (408, 425, 429, 500, 502, 503, 504), 3, _seconds("1.0", "2.2", "7.0"), False, "Three retries, after waits of a list.", "§7", "S"),
    RetryPolicy("RTY-02", "java",   (408, 425, 429, 500, 502, 503, 504), 3, (), False, "Three tries unless configured, whether the first is one of them is not said; 2^n × 2 s between them, with which n it begins is not said.", "§7", "S"),
    RetryPolicy("RTY-03", "dotnet", (408, 429, 500, 502, 503, 504), None, (), False, "MaxRetries retries, after 2^n s; with which n it begins is not said.", "§7", "S"),
    RetryPolicy("RTY-04", "ruby",   (408, 429, 500, 502, 503, 504), 3, _seconds("1", "2", "4"), True, "Three retries, each with a signature of its own.", "§7", "S"),
    RetryPolicy("RTY-05", "nodejs", (408, 425, 429, *range(500, 600)), 0, _seconds("2", "4", "8"), None, "The statuses and waits are meant; it looks at a promise in place of the answer, so it never retries.", "§7", "S"),
)
# fmt: on

UNRAISED: Mapping[str, str] = {
    "ERR-13": "a request of another version is no call of the model; the reading of requests answers it",
    "ERR-21": "the kit sends no x-amz-pay-authtoken",
    "ERR-24": "a wrong method is no call of the model; the reading of requests answers it",
    "ERR-25": "transient: it says nothing about the rules",
    "ERR-34": "no simulation of it is known (§8.2)",
    "ERR-35": "no simulation of it is known (§8.2)",
    "ERR-39": "it ends the connection, before there is a call",
    "ERR-40": "transient: quotas are the mock's, not the model's",
    "ERR-41": "transient: quotas are the mock's, not the model's",
    "ERR-42": "transient: it says nothing about the rules",
    "ERR-43": "no simulation of it is known (§8.2)",
    "ERR-44": "transient: it says nothing about the rules",
}
"""Errors that no rule and no outcome of the model raises, each with the reason."""

ERROR_OF: Mapping[tuple[int, str], ErrorCode] = {(row.status, row.reason): row for row in ERRORS}
"""The rows by status and reasonCode."""
