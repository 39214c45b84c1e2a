"""Which worlds are alike: the same steps are worth taking in them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping

from amazonpay_conformance.model.balances import balance
from amazonpay_conformance.model.boundaries import is_capped
from amazonpay_conformance.model.constraints import constraints
from amazonpay_conformance.model.limits import CEILING, MAX_CHARGES, MAX_REFUNDS
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.simulation import CARDS
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.model.world import Charge, ChargePermission, CheckoutSession, Refund, World

MANY = 2
"""From how many on their number is not told any more."""


def likeness(world: World) -> Hashable:
    """Return a value that is equal for worlds in which the same steps are worth taking."""
    return (
        tuple(_session(session) for session in world.sessions.values()),
        tuple(_permission(world, permission) for permission in world.permissions.values()),
        tuple(sorted(_charge(world, charge) for charge in world.charges.values())),
        tuple(sorted(_refund(refund) for refund in world.refunds.values())),
    )


def situation(world: World, symbol: str | None, last: Mapping[str, str]) -> Hashable:
    """Return how an object stands among those related to it; of nothing, how many of everything there are.

    Args:
        world: where it is.
        symbol: the object, None for a call that is about none.
        last: the row that fired last on each object.
    """
    if symbol is None:
        return min(len(world.sessions), MANY), min(len(world.permissions), MANY)
    return last.get(symbol), tuple(_relatives(world, symbol))


def _relatives(world: World, symbol: str) -> Iterator[Hashable]:
    if symbol in world.sessions:
        yield _session(world.sessions[symbol])
    elif symbol in world.permissions:
        permission = world.permissions[symbol]
        yield _permission(world, permission)
        charges = world.charges_of(permission.id)
        yield from sorted({charge.state for charge in charges})
        yield _near(len(charges), MAX_CHARGES)
    elif symbol in world.charges:
        charge = world.charges[symbol]
        yield _charge(world, charge)
        yield _of(world.permissions.get(charge.permission))
        refunds = len(world.refunds_of(charge.id))
        yield min(refunds, MANY), _near(refunds, MAX_REFUNDS)
    elif symbol in world.refunds:
        refund = world.refunds[symbol]
        yield _refund(refund)
        yield _of(world.charges.get(refund.charge))


def _near(count: int, most: int) -> int:
    return count if count >= most - 2 else 0


def _of(value: ChargePermission | Charge | None) -> Hashable:
    return (value.state, value.reason) if value else None


def _session(session: CheckoutSession) -> Hashable:
    if session.state != "Open":
        return session.state, session.reason
    settles = CARDS[session.card] if session.card else None
    pending = (settles.pending, settles.settles) if settles else None
    has = (
        session.total is not None,
        session.may_pend,
        session.setup_only,
        bool(constraints(session)),
        _is_at_ceiling(session.charge_amount),
        bool(session.payment.get("allowOvercharge")),
    )
    product = session.product if session.buyer == "signed_in" or session.product != "PayAndShip" else None
    return session.state, session.buyer, session.permission_type, session.intent, pending, has, product


def _permission(world: World, permission: ChargePermission) -> Hashable:
    left = balance(world, permission, reserved=True)
    much = left is not None and left > CEILING.get(permission.currency or "", left)
    return permission.state, permission.reason, permission.type, left is not None and left > 0, much


def _charge(world: World, charge: Charge) -> tuple[str, ...]:
    late = world.now - charge.changed > TIMERS["capture_window"]
    return (
        charge.state,
        charge.reason or "",
        charge.settles.guard if charge.settles else "-",
        str(late and charge.state == "Authorized"),
        str(charge.captured is not None and charge.captured.amount < charge.amount.amount),
        str(_is_at_ceiling(charge.amount)),
        str(charge.captured is not None and is_capped(charge.captured)),
    )


def _is_at_ceiling(price: Price | None) -> bool:
    return price is not None and price.amount >= CEILING.get(price.currency, price.amount + 1)


def _refund(refund: Refund) -> tuple[str, ...]:
    return refund.state, refund.reason or "", refund.settles.guard if refund.settles else "-"
