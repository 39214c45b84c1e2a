"""What of a permission is left to charge, and what the facts leave open of its state.

Amounts are in major units. Where the facts allow for two answers a question says so: `may_be_…`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from amazonpay_conformance.model.limits import (
    MONTHLY_CAP,
    OVERCHARGE_FACTOR,
    OVERCHARGE_FLOOR,
    REFUND_HEADROOM,
    REFUND_HEADROOM_SHARE,
)
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.model.world import (
    ChargePermission,
    CheckoutSession,
    World,
)


def headroom(captured: Price) -> Decimal:
    """Return how much more than was captured may be refunded, in major units. api-facts §6.5 [D].

    For other currencies than those of the table only the share is known.
    """
    share = captured.amount * REFUND_HEADROOM_SHARE
    return min(share, REFUND_HEADROOM.get(captured.currency, share))


def permission_limit(session: CheckoutSession) -> Price | None:
    """Return the limit of the permission that completing `session` creates. api-facts §5.2, §5.3, §6.4.

    None where it is not known: no amount says the currency (a wallet is set up only), or the currency has no
    figure in the tables.
    """
    order = session.total or session.charge_amount
    if session.total and session.charge_amount and session.total.amount < session.charge_amount.amount:
        order = session.charge_amount  # where such an order is taken at all: §2.3 [?]
    if order is None:
        return None
    if session.permission_type != "OneTime":
        cap = MONTHLY_CAP[session.permission_type].get(order.currency)
        return order.of(cap) if cap is not None else None
    if not session.payment.get("allowOvercharge"):
        return order
    floor = OVERCHARGE_FLOOR.get(order.currency)
    return order.of(max(order.amount * OVERCHARGE_FACTOR, floor)) if floor is not None else None


def spent_this_month(world: World, permission: ChargePermission) -> Decimal:
    """Return what was charged in the calendar month of `world.now`, in major units. api-facts §5.2 [W]."""
    month = datetime.fromtimestamp(world.now, UTC).strftime("%Y%m")
    return sum(
        (
            (charge.captured or charge.amount).amount
            for charge in world.charges_of(permission.id)
            if charge.state not in ("Canceled", "Declined")
            and datetime.fromtimestamp(charge.created, UTC).strftime("%Y%m") == month
        ),
        Decimal(0),
    )


def balance(world: World, permission: ChargePermission, *, reserved: bool) -> Decimal | None:
    """Return what may still be charged, in major units, or None where the limit is not known.

    `reserved`: take open authorizations off as well. Whether the service does is not known (api-facts §3.2
    [?]), so readers must allow for both.
    """
    return remainder(world, permission, reserved=reserved, kept=world.settings.has("captured-remainder=kept"))


def remainder(world: World, permission: ChargePermission, *, reserved: bool, kept: bool) -> Decimal | None:
    """Return the balance, either way of what the facts leave open.

    `kept`: what was authorized and not captured does not come back (api-facts §6.3b [?]).
    """
    if permission.limit is None:
        return None
    if permission.type != "OneTime":
        return permission.limit.amount - spent_this_month(world, permission)
    spent = world.authorized_of(permission.id) if kept else world.captured_of(permission.id)
    left = permission.limit.amount - spent
    return left - world.reserved_of(permission.id) if reserved else left


def may_be_chargeable(world: World, permission: ChargePermission) -> bool:
    """Tell whether the facts leave it open that this permission is Chargeable, whatever the model holds.

    ChargeInProgress is uncertain while an authorization is open (§4.2 [?]); what a simulated decline does to
    the permission is uncertain too (§8.2, effect [?]).
    """
    return (
        permission.state == "Chargeable"
        or not permission.state_shown
        or (permission.state, permission.reason)
        in {("NonChargeable", "ChargeInProgress"), ("NonChargeable", "PaymentMethodInvalid")}
        or (permission.state == "Closed" and may_be_open(world, permission))
    )


def may_be_open(world: World, permission: ChargePermission) -> bool:
    """Tell whether the facts leave it open that this permission is not Closed, whatever the model holds.

    What a rejected charge does to its permission is uncertain (§4.2 and §8.2, effect [?]); one that is used
    up is closed either way.
    """
    rejected = permission.reason == "AmazonCanceled" and not is_used_up(world, permission)
    return permission.state != "Closed" or rejected


def is_used_up(world: World, permission: ChargePermission) -> bool:
    """Tell whether a one-time permission has closed of itself by what was captured: api-facts §4.2, §13.4."""
    if permission.type != "OneTime" or permission.limit is None:
        return False
    left = balance(world, permission, reserved=False)
    at_once = world.settings.has("permission-closes=at-first-capture")
    return (left is not None and left <= 0) or (at_once and world.captured_of(permission.id) > 0)


def may_be_closed(world: World, permission: ChargePermission) -> bool:
    """Tell whether the facts leave it open that this permission closed of itself, though the model holds it open.

    A one-time permission may close at its first capture (§13.4); a recurring one may not be renewed by its
    charges (§13.18).
    """
    if permission.type == "OneTime":
        return world.captured_of(permission.id) > 0
    over = world.now - permission.created >= TIMERS["permission_extended"]
    return permission.type == "Recurring" and over
