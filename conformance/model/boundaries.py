"""The limits at which a call stops being accepted, a row a limit, and how far from one a call is.

What is tried is one unit below a limit, the limit itself, and one unit beyond; a unit is the currency's smallest
amount, or one object where objects are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from amazonpay_conformance.model.balances import balance, headroom
from amazonpay_conformance.model.context import Context
from amazonpay_conformance.model.limits import (
    CEILING,
    MAX_CHARGES,
    MAX_REFUNDS,
    REFUND_HEADROOM,
    REFUND_HEADROOM_SHARE,
)
from amazonpay_conformance.model.money import Price, minor_unit
from amazonpay_conformance.model.world import LIVE_REFUND_STATES

Side: TypeAlias = Literal["below", "at", "beyond"]
"""On which side of a limit, one unit away from it, or at it."""

SIDES: Final[Mapping[int, Side]] = {-1: "below", 0: "at", 1: "beyond"}


@dataclass(frozen=True, slots=True)
class Boundary:
    """A limit. `rules` refuse what is beyond it; `distance` tells how many units beyond it a call is.

    `exact`: what is below it is refused as well.
    """

    id: str
    operation: str
    rules: tuple[str, ...]
    distance: Callable[[Context], Decimal | None]
    statement: str
    source: str
    exact: bool = False


def touched(context: Context, status: int, requirement: str) -> Iterator[tuple[str, Side]]:
    """Yield the limits that a call came to and that decided its answer, with the side it was on.

    Args:
        context: the call in the world before it.
        status: how it was answered.
        requirement: the rule or operation by which it was.
    """
    for row in BOUNDED.get(context.operation.id, ()):
        distance = row.distance(context)
        side = SIDES.get(int(distance)) if distance is not None and -1 <= distance <= 1 else None
        refused = side == "beyond" or (row.exact and side == "below")
        decided = requirement in row.rules if refused else status < 400
        if side is not None and decided:
            yield row.id, side


def _units(amount: Price | None, limit: Decimal | None) -> Decimal | None:
    if amount is None or limit is None:
        return None
    return (amount.amount - limit) / minor_unit(amount.currency)


def _rest(context: Context) -> Decimal | None:
    permission, price = context.permission, context.price("chargeAmount")
    if permission is None or price is None or permission.type != "OneTime":
        return None
    left = balance(context.world, permission, reserved=True)
    return _units(price, left) if price.currency == permission.currency else None


def _month(context: Context) -> Decimal | None:
    permission, price = context.permission, context.price("chargeAmount")
    if permission is None or price is None or permission.type == "OneTime":
        return None
    left = balance(context.world, permission, reserved=False)
    return _units(price, left) if price.currency == permission.currency else None


def _ceiling(field: str) -> Callable[[Context], Decimal | None]:
    def distance(context: Context) -> Decimal | None:
        price = context.price(field)
        return _units(price, CEILING.get(price.currency)) if price else None

    return distance


def _charges(context: Context) -> Decimal | None:
    permission = context.permission
    if permission is None or permission.type != "OneTime":
        return None
    charges = context.world.charges_of(permission.id)
    return Decimal(1 + sum(c.state not in ("Canceled", "Declined") for c in charges) - MAX_CHARGES)


def _refunds(context: Context) -> Decimal | None:
    charge = context.charge
    return Decimal(1 + len(context.world.refunds_of(charge.id)) - MAX_REFUNDS) if charge else None


def _authorized(context: Context) -> Decimal | None:
    charge, price = context.charge, context.price("captureAmount")
    same = charge is not None and price is not None and price.currency == charge.amount.currency
    return _units(price, charge.amount.amount) if charge is not None and same else None


def _refundable(*, capped: bool) -> Callable[[Context], Decimal | None]:
    """How far a refund is from the most there is, where the headroom is the fixed sum, or where the share."""

    def distance(context: Context) -> Decimal | None:
        charge, price = context.charge, context.price("refundAmount")
        if charge is None or charge.captured is None or price is None:
            return None
        if price.currency != charge.captured.currency or is_capped(charge.captured) is not capped:
            return None
        if price.amount > CEILING.get(price.currency, price.amount):
            return None  # another limit comes first
        left = charge.captured.amount - context.world.refunded_of(charge.id, LIVE_REFUND_STATES)
        more = headroom(charge.captured).quantize(minor_unit(price.currency), rounding="ROUND_DOWN")
        return _units(price, left + more)

    return distance


def is_capped(captured: Price) -> bool:
    """Tell whether a captured amount is so large that its headroom is the fixed sum, not the share.

    Source: api-facts §6.5 [D].
    """
    share = captured.amount * REFUND_HEADROOM_SHARE
    return share > REFUND_HEADROOM.get(captured.currency, share)


def _ordered(context: Context) -> Decimal | None:
    session, price = context.session, context.price("chargeAmount")
    expected = session.charge_amount if session else None
    same = expected is not None and price is not None and price.currency == expected.currency
    return _units(price, expected.amount) if expected is not None and same else None


# fmt: off
BOUNDARIES: tuple[Boundary, ...] = (
    Boundary("BND-01", "complete_checkout_session", ("SES-R06",), _ordered, "The amount of the session.", "§6", exact=True),
    Boundary("BND-02", "create_charge",  ("CHG-R04", "CHG-R05"), _rest, "What is left of a one-time permission.", "§6.2"),
    Boundary("BND-03", "create_charge",  ("CHG-R08", "CHG-R16"), _month, "What is left of the month's cap.", "§5.2, §5.3"),
    Boundary("BND-04", "create_charge",  ("CHG-R07",), _ceiling("chargeAmount"), "The ceiling of a charge.", "§6.1"),
    Boundary("BND-05", "create_charge",  ("CHG-R09",), _charges, "The number of charges of a one-time permission.", "§6.2"),
    Boundary("BND-06", "capture_charge", ("CHG-R21",), _authorized, "The authorized amount.", "§6.3"),
    Boundary("BND-07", "create_refund",  ("REF-R03",), _refundable(capped=False), "What is left to refund, with a headroom of so many percent.", "§6.5"),
    Boundary("BND-10", "create_refund",  ("REF-R03",), _refundable(capped=True), "What is left to refund, with the greatest headroom there is.", "§6.5"),
    Boundary("BND-08", "create_refund",  ("REF-R06",), _ceiling("refundAmount"), "The ceiling of a refund.", "§6.1"),
    Boundary("BND-09", "create_refund",  ("REF-R07",), _refunds, "The number of refunds of a charge.", "§6.6 (legacy)"),
)
# fmt: on

BOUNDED: Mapping[str, tuple[Boundary, ...]] = {
    operation: tuple(row for row in BOUNDARIES if row.operation == operation)
    for operation in dict.fromkeys(row.operation for row in BOUNDARIES)
}
"""The limits by the operation that they bound."""
