"""New ids in the forms that the service uses: api-facts §3.0.

From the system's randomness, never from `random`: Hypothesis seeds that anew for every example, and ids
would repeat.
"""

from __future__ import annotations

import secrets
import uuid

from amazonpay_conformance.model.actions import Call, NewIds
from amazonpay_conformance.model.regions import REGIONS
from amazonpay_conformance.model.world import World


def digits(count: int) -> str:
    """Return `count` random decimal digits."""
    return "".join(secrets.choice("0123456789") for _ in range(count))


def new_ids(world: World, call: Call, region: str) -> NewIds:
    """Return ids for whatever `call` may create, unlike any that `world` has."""
    while True:
        new = _new_ids(world, call, region)
        if not (
            new.permission in world.permissions or new.charge in world.charges or new.refund in world.refunds
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
    return NewIds(
        session=str(uuid.uuid4()),
        permission=permission,
        charge=f"{parent}-C{digits(6)}",
        refund=f"{charge.rpartition('-')[0] or order}-R{digits(6)}",
    )


def request_id() -> str:
    """Return a value for x-amz-pay-request-id."""
    return str(uuid.uuid4())


def _order_id(region: str, prefix: str) -> str:
    return f"{prefix}{REGIONS[region].digits}-{digits(7)}-{digits(7)}"
