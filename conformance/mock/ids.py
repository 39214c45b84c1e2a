"""New ids in the forms that the service uses: api-facts §3.0.

From the system's randomness, never from `random`: Hypothesis seeds that anew for every example, and ids
would repeat.
"""

from __future__ import annotations

import secrets
import uuid
from string import ascii_uppercase
from typing import Final

from amazonpay_conformance.model.actions import Call, NewIds
from amazonpay_conformance.model.regions import REGIONS
from amazonpay_conformance.model.world import World

_LETTERS: Final = ascii_uppercase + "0123456789"


def digits(count: int) -> str:
    """Return `count` random decimal digits."""
    return f"{secrets.randbelow(10**count):0{count}}"


def new_ids(world: World, call: Call, region: str) -> NewIds:
    """Return ids for whatever `call` may create, unlike any that `world` has."""
    if call.operation == "create_checkout_session":
        return NewIds(session=str(uuid.uuid4()))
    while True:
        new = _new_ids(world, call, region)
        if not (
            new.permission in world.permissions
            or new.charge in world.charges
            or new.refund in world.refunds
            or any(new.record in held for held in world.records.values())
        ):
            return new


def _new_ids(world: World, call: Call, region: str) -> NewIds:
    session = world.sessions.get(call.target or "")
    recurring = session is not None and session.permission_type != "OneTime"
    order = _order_id(region, "S")
    permission = _order_id(region, world.settings.choice("recurring-prefix")) if recurring else order
    named = str(call.body.get("chargePermissionId") or "")
    # the charge of a one-time permission carries the permission's id, others do not: §3.0 "Surprise" [W]
    parent = named if named[:1] in ("S", "P") else order
    charge = str(call.body.get("chargeId") or "")
    match call.operation:
        case "complete_checkout_session" | "finalize_checkout_session" | "create_charge":
            return NewIds(permission=permission, charge=f"{parent}-C{digits(6)}")
        case "create_refund":
            return NewIds(refund=f"{charge.rpartition('-')[0] or order}-R{digits(6)}")
        case _:
            record = _record_id(call.operation, charge.rpartition("-")[0] or order)
            return NewIds(record=record, document=_code(20))


def _code(count: int) -> str:
    """Return an A and as many random capitals and digits, the form of a report's id and of a merchant's."""
    return "A" + "".join(_LETTERS[byte % len(_LETTERS)] for byte in secrets.token_bytes(count))


def _record_id(operation: str, order: str) -> str:
    """Return an id for the record that an operation creates; `order` is the order that its call names."""
    match operation:
        case "create_report" | "create_report_schedule":
            return _code(20)
        case "create_merchant_account":
            return _code(13)
        case "create_store":
            return f"amzn1.application-oa2-client.{secrets.token_hex(16)}"
        case "create_dispute":
            return f"{order}-B{digits(6)}"
        case _:
            return str(uuid.uuid4())


def request_id() -> str:
    """Return a value for x-amz-pay-request-id."""
    return str(uuid.uuid4())


def _order_id(region: str, prefix: str) -> str:
    return f"{prefix}{REGIONS[region].digits}-{digits(7)}-{digits(7)}"
