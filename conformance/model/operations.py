"""The API, a row an operation: api-facts §2.2, §2.3. Here are the four objects'; `resources` has the others."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from amazonpay_conformance.model.operation import ObjectKind, Operation
from amazonpay_conformance.model.resources import RESOURCE_OPERATIONS

__all__ = ["ALL_OPERATIONS", "OPERATIONS", "ObjectKind", "Operation", "match"]

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
"""The operations of the four objects by id, in the order in which a payment goes; plans are made of them."""

ALL_OPERATIONS: Mapping[str, Operation] = {**OPERATIONS, **RESOURCE_OPERATIONS}
"""Every operation by id, those of the lesser resources too."""

_ROUTES = tuple((row, row.path.removeprefix("/").split("/")) for row in ALL_OPERATIONS.values())


@lru_cache(maxsize=256)
def match(method: str, path: str) -> tuple[Operation, str | None] | None:
    """Find the operation of a request.

    Args:
        method: the HTTP method as sent.
        path: what follows `/v2`, one trailing slash allowed (api-facts §1: the .NET SDK sends one).

    Returns:
        The operation and the id in the path (None for a collection), or None where nothing matches.
    """
    parts = path.removeprefix("/").removesuffix("/").split("/")
    for operation, template in _ROUTES:
        if operation.method != method or len(template) != len(parts):
            continue
        pairs = list(zip(template, parts, strict=True))
        if all(got and want in ("{id}", got) for want, got in pairs):
            return operation, "/".join(got for want, got in pairs if want == "{id}") or None
    return None
