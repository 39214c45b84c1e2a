"""What an object may show at a point: the state the model holds, and what the facts leave open beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TypeAlias

from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.operations import ObjectKind
from amazonpay_conformance.model.rules import balance
from amazonpay_conformance.model.world import LIVE_REFUND_STATES, Charge, ChargePermission, World

StateReason: TypeAlias = tuple[str, str | None]

# fmt: off
SYNONYMS: Mapping[tuple[ObjectKind, str, str | None], tuple[StateReason, ...]] = {
    # two spellings of one reason: api-facts §13.3
    ("ChargePermission", "Closed", "MerchantClosed"): (("Closed", "MerchantCanceled"),),
    ("ChargePermission", "Closed", "BuyerClosed"): (("Closed", "BuyerCanceled"),),
    # what an AmazonRejected charge does to its permission: §4.2 "reason assumed [?]", §8.2 "effect [?]"
    ("ChargePermission", "Closed", "AmazonCanceled"): (("Closed", "AmazonClosed"), ("Chargeable", None)),
    # whether a simulated decline touches the permission: §8.2 "effect [?]"
    ("ChargePermission", "NonChargeable", "PaymentMethodInvalid"): (("Chargeable", None),),
    # the exact moment of ChargeInProgress: §4.2 "[?]"
    ("ChargePermission", "NonChargeable", "ChargeInProgress"): (("Chargeable", None),),
}
# fmt: on


def permitted_states(world: World, kind: ObjectKind, object_id: str) -> frozenset[StateReason]:
    """Return every (state, reason) that an answer may show for an object, given what was seen so far.

    Raises:
        KeyError: the world has no such object.
    """
    value = world.objects(kind)[object_id]
    if isinstance(value, ChargePermission) and not value.state_shown:
        return frozenset((s.name, reason) for s in MACHINES[kind].states for reason in (None, *s.reasons))
    held: StateReason = (value.state, value.reason)
    permitted = {held, *SYNONYMS.get((kind, *held), ())}
    if isinstance(value, ChargePermission):
        permitted |= set(_permission_alternatives(world, value))
    if not world.exact_clock:
        for state, _ in tuple(permitted):
            permitted |= MACHINES[kind].reachable(state, spontaneous=True)
    return frozenset(permitted)


def _permission_alternatives(world: World, permission: ChargePermission) -> Iterator[StateReason]:
    chargeable = permission.type == "OneTime" and permission.state == "Chargeable"
    if chargeable and world.charges_of(permission.id):
        yield "NonChargeable", "ChargeInProgress"


def permitted_balances(world: World, permission: ChargePermission) -> frozenset[Decimal]:
    """Return the amountBalance values that may be shown, in major units: with and without what is reserved."""
    values = (balance(world, permission, reserved=reserved) for reserved in (False, True))
    return frozenset(value for value in values if value is not None)


def permitted_refunded(world: World, charge: Charge) -> frozenset[Decimal]:
    """Return the refundedAmount values that may be shown, in major units.

    Whether a refund counts from its creation or once it is done is not said (api-facts §4.3).
    """
    states = (LIVE_REFUND_STATES, frozenset({"Refunded"}))
    return frozenset(world.refunded_of(charge.id, chosen) for chosen in states)
