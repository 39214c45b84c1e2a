"""A world's shape: what is left of it when ids are renamed and the clock is shifted.

Two worlds of one shape differ in nothing that `step` looks at, so a walk visits one of them. Whatever `step`
begins to read has to be part of the shape; a test takes the same actions in worlds of one shape and compares.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.simulation import CARDS
from amazonpay_conformance.model.timers import DAY, TIMERS
from amazonpay_conformance.model.world import (
    Charge,
    ChargePermission,
    CheckoutSession,
    Refund,
    Settlement,
    World,
)

Key: TypeAlias = tuple[Any, ...]
"""Sortable as well as hashable: None is written as "" or -1."""

Named: TypeAlias = tuple[Key, tuple[str, ...]]
"""The key of an object with all that hangs on it, and their ids in the order of the key."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time at which something happens by itself to an object, or the answer to a call changes."""

    at: int
    timer: str
    of: str = ""


def shape(world: World, *, sessions: bool = True) -> Named:
    """Return the key of a world, equal for worlds of one shape, and its objects' ids in the key's order.

    Args:
        world: any world.
        sessions: whether what only calls of sessions look at is told apart once a session is over.
    """
    permissions = {value.id: _permission(world, value) for value in world.permissions.values()}
    trees = [_session(world, value, permissions, sessions) for value in world.sessions.values()]
    held = {value.permission for value in world.sessions.values()}
    trees += [named for name, named in permissions.items() if name not in held]
    key, ids = _joined(trees)
    return (key, _remembered(world)), ids


def moments(world: World, *, sessions: bool = True) -> tuple[Moment, ...]:
    """Return every moment that lies ahead, soonest first. Source: api-facts §4.6, §5.2.

    Args:
        world: any world.
        sessions: whether those count at which nothing changes but the answers to calls of sessions.
    """
    ahead = (moment for moment in _moments(world, sessions) if moment.at > world.now)
    return tuple(sorted(ahead, key=lambda moment: (moment.at, moment.timer)))


# --- objects


def _session(world: World, value: CheckoutSession, permissions: Mapping[str, Named], sessions: bool) -> Named:
    under, ids = permissions.get(value.permission or "", ((), ()))
    held: Key = ()
    if sessions or value.state == "Open":
        data = (value.buyer, _card(value.card), value.product or "", _frozen(value.data))
        held = (
            *data,
            *_age(world, value.created, "session_deleted"),
            *_age(world, value.changed, "session_deleted"),
        )
    return ("session", value.state, value.reason or "", held, under), (value.id, *ids)


def _permission(world: World, value: ChargePermission) -> Named:
    charges, ids = _joined([_charge(world, value, charge) for charge in world.charges_of(value.id)])
    left = value.expires - world.now if value.expires is not None and value.state != "Closed" else -1
    age = _age(world, value.created, "permission_extended") if value.type == "Recurring" else (-1,)
    history = (value.given, value.state_shown, *age, _frozen(value.data))
    held = (value.type, _price(value.limit), value.currency or "", left, _card(value.card), history)
    return ("permission", value.state, value.reason or "", held, charges), (value.id, *ids)


def _charge(world: World, permission: ChargePermission, value: Charge) -> Named:
    refunds, ids = _joined([_refund(world, refund) for refund in world.refunds_of(value.id)])
    clock = (
        *_settlement(world, value.settles),
        *_authorized(world, value),
        *_month(world, permission, value),
    )
    held = (_price(value.amount), _price(value.captured), clock)
    return ("charge", value.state, value.reason or "", held, refunds), (value.id, *ids)


def _refund(world: World, value: Refund) -> Named:
    held = (_price(value.amount), *_settlement(world, value.settles))
    return ("refund", value.state, value.reason or "", held, ()), (value.id,)


def _joined(trees: list[Named]) -> Named:
    trees.sort()
    return tuple(key for key, _ in trees), tuple(name for _, ids in trees for name in ids)


def _remembered(world: World) -> Key:
    # with the ids as they are: walks that use idempotency keys are small
    return tuple(
        (key, answer.fingerprint, answer.status, answer.reason or "", answer.subject or ())
        for key, answer in sorted(world.remembered.items())
    )


# --- parts


def _age(world: World, since: int, timer: str) -> Key:
    return (min(world.now - since, TIMERS[timer]),)


def _price(value: Price | None) -> Key:
    return (value.amount, value.currency) if value else ()


def _card(ending: str | None) -> Key:
    card = CARDS[ending] if ending else None
    return (card.deed, card.pending, card.settles) if card else ()


def _settlement(world: World, value: Settlement | None) -> Key:
    return (value.at - world.now, value.guard) if value else (-1, "")


def _authorized(world: World, value: Charge) -> Key:
    if value.state != "Authorized":
        return (-1, -1)
    return (world.now - value.created, min(world.now - value.changed, TIMERS["capture_window"] + 1))


def _month(world: World, permission: ChargePermission, value: Charge) -> Key:
    """Whether a charge counts against this month's cap, and how long the month still lasts."""
    if permission.type == "OneTime" or not _counts_this_month(world, value):
        return (-1,)
    return (_month_ends(world.now) - world.now,)


def _counts_this_month(world: World, value: Charge) -> bool:
    if value.state in ("Canceled", "Declined"):
        return False
    return _month_ends(value.created) == _month_ends(world.now)


def _month_ends(now: int) -> int:
    first = datetime.fromtimestamp(now, UTC).replace(day=1, hour=0, minute=0, second=0)
    some_day_of_the_next = datetime.fromtimestamp(int(first.timestamp()) + 31 * DAY, UTC)
    return int(some_day_of_the_next.replace(day=1).timestamp())


def _frozen(value: Any) -> Hashable:
    if isinstance(value, Mapping):
        return tuple(sorted((name, repr(_frozen(item))) for name, item in value.items()))
    return value if isinstance(value, Hashable) else repr(value)


# --- time


def _moments(world: World, sessions: bool) -> Iterator[Moment]:
    for session in world.sessions.values():
        if sessions:
            for since in sorted({session.created, session.changed}):
                yield Moment(since + TIMERS["session_deleted"], "session_deleted", session.id)
        if session.state == "Open":
            yield Moment(session.created + TIMERS["session_expires"], "session_expires", session.id)
    for permission in world.permissions.values():
        yield from _moments_of_permission(world, permission)
    for charge in world.charges.values():
        yield from _moments_of_charge(charge)
    for refund in world.refunds.values():
        if refund.settles is not None:
            yield Moment(refund.settles.at, "settlement", refund.id)


def _moments_of_permission(world: World, value: ChargePermission) -> Iterator[Moment]:
    if value.state == "Closed":
        return
    if value.expires is not None:
        extended = value.type == "Recurring" or value.expires - value.created > TIMERS["permission_expires"]
        yield Moment(value.expires, "permission_extended" if extended else "permission_expires", value.id)
    if value.type == "Recurring":
        yield Moment(value.created + TIMERS["permission_extended"], "permission_extended", value.id)
    if value.type != "OneTime" and any(_counts_this_month(world, c) for c in world.charges_of(value.id)):
        yield Moment(_month_ends(world.now), "month_ends", value.id)


def _moments_of_charge(value: Charge) -> Iterator[Moment]:
    if value.settles is not None:
        yield Moment(value.settles.at, "settlement", value.id)
    elif value.state == "Authorized":
        yield Moment(value.changed + TIMERS["capture_window"], "capture_window", value.id)
        yield Moment(value.created + TIMERS["authorization_expires"], "authorization_expires", value.id)
