"""What an object may show at a point: the state the model holds, and what the facts leave open beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TypeAlias

from amazonpay_conformance.model.balances import may_be_closed, may_be_open, remainder
from amazonpay_conformance.model.machine import Machine
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.resources import RESOURCE_MACHINES
from amazonpay_conformance.model.world import LIVE_REFUND_STATES, Charge, ChargePermission, Record, World

StateReason: TypeAlias = tuple[str, str | None]

Observed: TypeAlias = tuple[str, str]
"""A switch and the choice that an answer shows."""

# fmt: off
SPELLINGS: Mapping[tuple[Kind, str, str | None], Mapping[StateReason, Observed]] = {
    # what the model holds → what an answer may show for it → what that tells of an open question
    ("ChargePermission", "Closed", "MerchantClosed"): {
        ("Closed", "MerchantClosed"): ("closed-reasons", "Closed"),
        ("Closed", "MerchantCanceled"): ("closed-reasons", "Canceled"),
    },
    ("ChargePermission", "Closed", "BuyerClosed"): {
        ("Closed", "BuyerClosed"): ("closed-reasons", "Closed"),
        ("Closed", "BuyerCanceled"): ("closed-reasons", "Canceled"),
    },
    ("ChargePermission", "Closed", "AmazonCanceled"): {
        ("Closed", "AmazonCanceled"): ("rejected-permission", "AmazonCanceled"),
        ("Closed", "AmazonClosed"): ("rejected-permission", "AmazonClosed"),
        ("Chargeable", None): ("rejected-permission", "unaffected"),
    },
    ("ChargePermission", "NonChargeable", "PaymentMethodInvalid"): {
        ("NonChargeable", "PaymentMethodInvalid"): ("declined-permission", "PaymentMethodInvalid"),
        ("Chargeable", None): ("declined-permission", "unaffected"),
    },
    ("ChargePermission", "NonChargeable", "ChargeInProgress"): {
        ("Chargeable", None): ("charge-in-progress", "never"),
    },
}
# fmt: on

SYNONYMS: Mapping[tuple[Kind, str, str | None], tuple[StateReason, ...]] = {
    held: tuple(shown for shown in spellings if shown != held[1:]) for held, spellings in SPELLINGS.items()
}
"""What else an answer may show for a state and reason that the model holds."""


def permitted_states(world: World, kind: Kind, object_id: str) -> frozenset[StateReason]:
    """Return every (state, reason) that an answer may show for an object, given what was seen so far.

    Raises:
        KeyError: the world has no such object.
    """
    value = world.objects(kind)[object_id]
    if isinstance(value, Record):
        # no edge of theirs is documented (§12): whatever the enumerations have
        return _of_any_state(RESOURCE_MACHINES[kind]) if kind in RESOURCE_MACHINES else frozenset()
    if isinstance(value, ChargePermission) and not value.state_shown:
        return _of_any_state(MACHINES[kind])
    held: StateReason = (value.state, value.reason)
    permitted = {held, *SYNONYMS.get((kind, *held), ())}
    if isinstance(value, ChargePermission) and value.state == "Closed" and not may_be_open(world, value):
        permitted -= {("Chargeable", None)}
    if isinstance(value, ChargePermission):
        permitted |= {shown for shown, _ in _permission_alternatives(world, value)}
    if not world.exact_clock:
        for state, _ in tuple(permitted):
            permitted |= MACHINES[kind].reachable(state, spontaneous=True)
    return frozenset(permitted)


def _of_any_state(machine: Machine) -> frozenset[StateReason]:
    return frozenset((state.name, reason) for state in machine.states for reason in (None, *state.reasons))


def told_by_state(world: World, kind: Kind, object_id: str, shown: StateReason) -> tuple[Observed, ...]:
    """Return what a shown state tells of open questions, given the world before it was shown.

    Args:
        world: what the model holds.
        kind: the kind of object.
        object_id: its id.
        shown: state and reason in the answer.
    """
    value = world.find(kind, object_id)
    if value is None:
        return ()
    held = (kind, value.state, value.reason)
    told = dict(_permission_alternatives(world, value)) if isinstance(value, ChargePermission) else {}
    found = SPELLINGS.get(held, {}).get(shown) or told.get(shown)
    return (found,) if found else ()


def _permission_alternatives(
    world: World, permission: ChargePermission
) -> Iterator[tuple[StateReason, Observed]]:
    chargeable = permission.type == "OneTime" and permission.state == "Chargeable"
    if chargeable and world.charges_of(permission.id):
        yield ("NonChargeable", "ChargeInProgress"), ("charge-in-progress", "always")
    if _outlived_rejection(world, permission):
        yield ("Closed", "Expired"), ("rejected-permission", "unaffected")
    expired = permission.type == "OneTime" and permission.reason == "Expired"
    if (permission.state == "Closed" and not expired) or not may_be_closed(world, permission):
        return
    if permission.type == "OneTime":
        left = remainder(world, permission, reserved=False, kept=True)
        lost = left is not None and left <= 0
        yield (
            ("Closed", "AmazonClosed"),
            ("captured-remainder", "kept") if lost else ("permission-closes", "at-first-capture"),
        )
        yield (permission.state, permission.reason), ("permission-closes", "at-total")
    else:
        yield ("Closed", "Expired"), ("recurring-expiry", "fixed")
        yield (permission.state, permission.reason), ("recurring-expiry", "renewed")


def _outlived_rejection(world: World, permission: ChargePermission) -> bool:
    """Tell whether it may have stayed open when its charge was rejected, and be over by now."""
    over = permission.expires is not None and world.now >= permission.expires
    return over and permission.reason == "AmazonCanceled" and may_be_open(world, permission)


def permitted_balances(world: World, permission: ChargePermission) -> frozenset[Decimal]:
    """Return the amountBalance values that may be shown, in major units.

    With and without what is reserved (§3.2), and what was authorized but not captured (§6.3b).
    """
    values = (
        remainder(world, permission, reserved=reserved, kept=kept)
        for reserved in (False, True)
        for kept in (False, True)
    )
    return frozenset(value for value in values if value is not None)


def permitted_refunded(world: World, charge: Charge) -> frozenset[Decimal]:
    """Return the refundedAmount values that may be shown, in major units.

    Whether a refund counts from its creation or once it is done is not said (api-facts §4.3).
    """
    states = (LIVE_REFUND_STATES, frozenset({"Refunded"}))
    return frozenset(world.refunded_of(charge.id, chosen) for chosen in states)
