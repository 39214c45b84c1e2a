"""What an answer's body says of an object, in the words of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

from amazonpay_conformance.model.actions import Call
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.observable import StateReason
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.resources import RESOURCE_ID_FIELDS
from amazonpay_conformance.model.world import (
    AnyObject,
    Charge,
    ChargePermission,
    CheckoutSession,
    Refund,
    World,
    data_of,
    merged,
)

ID_FIELDS: Final[Mapping[Kind, str]] = {
    **RESOURCE_ID_FIELDS,
    "CheckoutSession": "checkoutSessionId",
    "ChargePermission": "chargePermissionId",
    "Charge": "chargeId",
    "Refund": "refundId",
}
"""Where an object says what its id is. Source: api-facts §3, §12."""

SESSION_DATA: Final = (
    "paymentDetails",
    "webCheckoutDetails",
    "chargePermissionType",
    "paymentMethodOnFileMetadata",
)
"""What of a session later calls depend on; null once it is completed (api-facts §3.1 [W])."""

NAMED_IN_BODY: Final[Mapping[str, tuple[Kind, str]]] = {
    "create_charge": ("ChargePermission", "chargePermissionId"),
    "create_refund": ("Charge", "chargeId"),
    "create_delivery_tracker": ("ChargePermission", "chargePermissionId"),
    "create_dispute": ("Charge", "chargeId"),
}
"""Operations that name the object they are about in their body. Source: api-facts §2.3, §12."""

_Object = TypeVar("_Object", bound=AnyObject)


def state_of(kind: Kind, body: Mapping[str, Any]) -> StateReason | None:
    """Return the state and reason code that a body shows, None where it shows none.

    A report has its state in a field of its own (api-facts §12). A charge permission lists
    `reasons` where the others have one `reasonCode` (api-facts §3.2 [W]).
    """
    if kind == "Report":
        status = body.get("processingStatus")
        return (status, None) if isinstance(status, str) else None
    details = body.get("statusDetails")
    if not isinstance(details, Mapping) or not isinstance(details.get("state"), str):
        return None
    if kind != "ChargePermission":
        return details["state"], details.get("reasonCode")
    reasons = details.get("reasons") or [{}]
    first = reasons[0] if isinstance(reasons, list) and isinstance(reasons[0], Mapping) else {}
    return details["state"], first.get("reasonCode")


def subject_of(call: Call) -> tuple[Kind, str] | None:
    """Return the kind and the id of the object that a call asks something of, None where it names none."""
    kind = ALL_OPERATIONS[call.operation].target
    name: object = call.target
    if kind is None and call.operation in NAMED_IN_BODY:
        kind, field = NAMED_IN_BODY[call.operation]
        name = call.body.get(field)
    return (kind, name) if kind is not None and isinstance(name, str) else None


def object_shown(world: World, kind: Kind, body: Mapping[str, Any]) -> AnyObject | None:
    """Return an object as whoever read this body knows it now; None where it is none of the four.

    Args:
        world: what he knew before; what the body leaves out, or shows as null, stays as it was.
        kind: the kind of object that the body shows.
        body: a good answer's body.
    """
    name = body.get(ID_FIELDS.get(kind, ""))
    state = state_of(kind, body)
    if not isinstance(name, str) or state is None:
        return None
    if kind == "CheckoutSession":
        session = _as(world, kind, CheckoutSession(name, "", world.now, world.now), state)
        return replace(
            session,
            permission=body.get("chargePermissionId") or session.permission,
            charge=body.get("chargeId") or session.charge,
            data=merged(session.data, {n: body[n] for n in SESSION_DATA if body.get(n) is not None}),
        )
    if kind == "ChargePermission":
        permission = _as(world, kind, ChargePermission.of_unknown_history(name, world.now), state)
        limit = Price.parse(data_of(body.get("limits")).get("amountLimit")) or permission.limit
        return replace(
            permission,
            state_shown=True,
            type=body.get("chargePermissionType") or permission.type,
            limit=limit,
            currency=limit.currency if limit else permission.currency,
        )
    if kind == "Charge":
        return _charge_shown(world, name, state, body)
    amount = Price.parse(body.get("refundAmount"))
    if kind != "Refund" or amount is None:
        return None
    refund = Refund(name, "", world.now, world.now, str(body.get("chargeId") or ""), amount)
    return _as(world, kind, refund, state)


def _charge_shown(world: World, name: str, state: StateReason, body: Mapping[str, Any]) -> AnyObject | None:
    known, amount = world.charges.get(name), Price.parse(body.get("chargeAmount"))
    if known is None and amount is not None:
        known = Charge(name, "", world.now, world.now, str(body.get("chargePermissionId") or ""), amount)
    if known is None:
        return None
    charge = _as(world, "Charge", known, state)
    captured = Price.parse(body.get("captureAmount")) or charge.captured
    return replace(charge, captured=captured, amount=amount or charge.amount)


def _as(world: World, kind: Kind, made: _Object, state: StateReason) -> _Object:
    """The object that is known by that id, or the one that was made for it, in the state that is shown."""
    known = world.find(kind, made.id)
    held = known if isinstance(known, type(made)) else made
    return replace(held, state=state[0], reason=state[1])
