"""The API of the four objects, a row an operation: api-facts §2.2, §2.3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from amazonpay_conformance.model.machine import Tag

ObjectKind: TypeAlias = Literal["CheckoutSession", "ChargePermission", "Charge", "Refund"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: how it is called and what it answers when nothing is wrong.

    `path` follows `/v2`; `{id}` in it is an object of kind `target`. `success` lists the statuses of a good
    answer, the usual one first. `needs_key`: x-amz-pay-idempotency-key is required. `request` and `response`
    name schemas. `requirement` is the catalogue's id of "it succeeds where nothing forbids it".
    """

    id: str
    title: str
    method: Literal["GET", "POST", "PATCH", "DELETE"]
    path: str
    success: tuple[int, ...]
    target: ObjectKind | None
    returns: ObjectKind
    needs_key: bool
    has_body: bool
    requirement: str
    source: str
    tag: Tag

    @property
    def request(self) -> str | None:
        """Name of the schema of the request's body, None where there is none."""
        return f"requests/{self.id.replace('_', '-')}" if self.has_body else None

    @property
    def response(self) -> str:
        """Name of the schema of the object that a good answer carries."""
        return RESPONSE_SCHEMAS[self.returns]

    def path_for(self, target_id: str | None) -> str:
        """Return the path after `/v2` for an object's id."""
        return self.path.replace("{id}", target_id or "")


RESPONSE_SCHEMAS: Mapping[ObjectKind, str] = {
    "CheckoutSession": "objects/checkout-session",
    "ChargePermission": "objects/charge-permission",
    "Charge": "objects/charge",
    "Refund": "objects/refund",
}

# fmt: off
_ROWS = (
    #         id                           title                          method    path                                success     target              returns             key    body   requirement source       tag
    Operation("create_checkout_session",   "Create Checkout Session",     "POST",   "/checkoutSessions",                (201,),     None,               "CheckoutSession",  True,  True,  "SES-001", "§2.2", "S"),
    Operation("get_checkout_session",      "Get Checkout Session",        "GET",    "/checkoutSessions/{id}",           (200,),     "CheckoutSession",  "CheckoutSession",  False, False, "SES-002", "§2.2", "S"),
    Operation("update_checkout_session",   "Update Checkout Session",     "PATCH",  "/checkoutSessions/{id}",           (200,),     "CheckoutSession",  "CheckoutSession",  False, True,  "SES-003", "§2.2", "S"),
    Operation("complete_checkout_session", "Complete Checkout Session",   "POST",   "/checkoutSessions/{id}/complete",  (200, 202), "CheckoutSession",  "CheckoutSession",  False, True,  "SES-004", "§2.2", "W"),
    Operation("finalize_checkout_session", "Finalize Checkout Session",   "POST",   "/checkoutSessions/{id}/finalize",  (200, 202), "CheckoutSession",  "CheckoutSession",  False, True,  "SES-005", "§2.2", "D"),
    Operation("get_charge_permission",     "Get Charge Permission",       "GET",    "/chargePermissions/{id}",          (200,),     "ChargePermission", "ChargePermission", False, False, "PRM-001", "§2.2", "S"),
    Operation("update_charge_permission",  "Update Charge Permission",    "PATCH",  "/chargePermissions/{id}",          (200,),     "ChargePermission", "ChargePermission", False, True,  "PRM-002", "§2.2", "S"),
    Operation("close_charge_permission",   "Close Charge Permission",     "DELETE", "/chargePermissions/{id}/close",    (200,),     "ChargePermission", "ChargePermission", False, True,  "PRM-003", "§2.2", "S"),
    Operation("create_charge",             "Create Charge",               "POST",   "/charges",                         (201,),     None,               "Charge",           True,  True,  "CHG-001", "§2.2", "D"),
    Operation("get_charge",                "Get Charge",                  "GET",    "/charges/{id}",                    (200,),     "Charge",           "Charge",           False, False, "CHG-002", "§2.2", "S"),
    Operation("update_charge",             "Update Charge",               "PATCH",  "/charges/{id}",                    (200,),     "Charge",           "Charge",           False, True,  "CHG-003", "§2.2", "S"),
    Operation("capture_charge",            "Capture Charge",              "POST",   "/charges/{id}/capture",            (200,),     "Charge",           "Charge",           True,  True,  "CHG-004", "§2.2", "W"),
    Operation("cancel_charge",             "Cancel Charge",               "DELETE", "/charges/{id}/cancel",             (200,),     "Charge",           "Charge",           False, True,  "CHG-005", "§2.2", "S"),
    Operation("create_refund",             "Create Refund",               "POST",   "/refunds",                         (201,),     None,               "Refund",           True,  True,  "REF-001", "§2.2", "S"),
    Operation("get_refund",                "Get Refund",                  "GET",    "/refunds/{id}",                    (200,),     "Refund",           "Refund",           False, False, "REF-002", "§2.2", "S"),
)
# fmt: on

OPERATIONS: Mapping[str, Operation] = {row.id: row for row in _ROWS}
"""The operations by id, in the order in which a payment goes."""


def match(method: str, path: str) -> tuple[Operation, str | None] | None:
    """Find the operation of a request.

    Args:
        method: the HTTP method as sent.
        path: what follows `/v2`, one trailing slash allowed (api-facts §1: the .NET SDK sends one).

    Returns:
        The operation and the id in the path (None for a collection), or None where nothing matches.
    """
    parts = path.removeprefix("/").removesuffix("/").split("/")
    for operation in OPERATIONS.values():
        if operation.method != method:
            continue
        template = operation.path.removeprefix("/").split("/")
        if len(template) != len(parts):
            continue
        pairs = list(zip(template, parts, strict=True))
        if all(got and want in ("{id}", got) for want, got in pairs):
            return operation, next((got for want, got in pairs if want == "{id}"), None)
    return None
