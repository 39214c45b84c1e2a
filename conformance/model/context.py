"""A call with what it is about: what every guard is asked of."""

from __future__ import annotations

from dataclasses import dataclass

from amazonpay_conformance.model.actions import Call
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.operations import ALL_OPERATIONS, Operation
from amazonpay_conformance.model.world import (
    AnyObject,
    Charge,
    ChargePermission,
    CheckoutSession,
    Record,
    World,
)


@dataclass(frozen=True, slots=True)
class Context:
    """A call with what it is about: the object in its path, and the permission or charge it names."""

    world: World
    call: Call
    operation: Operation
    target: AnyObject | None
    session: CheckoutSession | None
    permission: ChargePermission | None
    charge: Charge | None

    @classmethod
    def of(cls, world: World, call: Call) -> Context:
        """Look up what a call is about."""
        operation = ALL_OPERATIONS[call.operation]
        target = world.find(operation.target, call.target) if operation.target else None
        named_permission = world.permissions.get(str(call.body.get("chargePermissionId")))
        named_charge = world.charges.get(str(call.body.get("chargeId")))
        return cls(
            world,
            call,
            operation,
            target,
            target if isinstance(target, CheckoutSession) else None,
            target if isinstance(target, ChargePermission) else named_permission,
            target if isinstance(target, Charge) else named_charge,
        )

    @property
    def record(self) -> Record | None:
        """The record in the path, where the call is about a lesser resource."""
        return self.target if isinstance(self.target, Record) else None

    def price(self, field: str) -> Price | None:
        """The price under `field` of the request."""
        return Price.parse(self.call.body.get(field))
