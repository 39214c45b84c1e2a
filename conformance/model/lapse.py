"""What the passing of time does: timers that come due."""

from __future__ import annotations

from collections.abc import Iterator

from amazonpay_conformance.model import records
from amazonpay_conformance.model.charge_calls import decline_permission
from amazonpay_conformance.model.copies import replace
from amazonpay_conformance.model.draft import Draft
from amazonpay_conformance.model.outcome import Outcome
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.model.world import (
    AnyObject,
    Charge,
    ChargePermission,
    CheckoutSession,
    Record,
    Refund,
    World,
)


def lapse(world: World, seconds: int) -> Iterator[Outcome]:
    """Yield what the passing of time does: an outcome for each timer, in the order in which they come due.

    The last one only says what time it is then; it is about no object.
    """
    end = world.now + seconds
    while (due := min(_timers(world), default=None)) is not None and due[0] <= end:
        draft = Draft(replace(world, now=max(due[0], world.now)))
        _fire(draft, due)
        world = draft.world
        yield Outcome(0, world, "", subject=(due[1], due[2]), used=tuple(draft.used))
    yield Outcome(0, replace(world, now=end), "")


def advance(world: World, seconds: int) -> Outcome:
    passed = tuple(lapse(world, seconds))
    return replace(passed[-1], used=tuple(row for outcome in passed for row in outcome.used))


def next_due(world: World) -> int | None:
    """Return when the next timer comes due, None where there is none."""
    return min((timer[0] for timer in _timers(world)), default=None)


def due_of(value: AnyObject) -> int | None:
    """Return when the next timer of one object comes due, None where it has none."""
    return min((timer[0] for timer in _timers_of(value)), default=None)


def _timers(world: World) -> Iterator[records.Timer]:
    for held in (world.sessions, world.permissions, world.charges, world.refunds):
        for value in held.values():
            yield from _timers_of(value)
    for report in world.records.get("Report", {}).values():
        yield from _timers_of(report)


def _timers_of(value: AnyObject) -> Iterator[records.Timer]:
    match value:
        case CheckoutSession(state="Open"):
            at = value.created + TIMERS["session_expires"]
            yield at, "CheckoutSession", value.id, "session_expires", ""
        case ChargePermission() if value.state != "Closed" and value.expires is not None:
            yield value.expires, "ChargePermission", value.id, "permission_expires", ""
        case Charge():
            yield from _charge_timers(value)
        case Refund() if value.settles is not None:
            yield value.settles.at, "Refund", value.id, "refund_settles", value.settles.guard
        case Record():
            yield from records.timers_of(value)


def _charge_timers(charge: Charge) -> Iterator[records.Timer]:
    if charge.settles is not None:
        initiated = charge.state == "AuthorizationInitiated"
        trigger = "authorization_settles" if initiated else "capture_settles"
        yield charge.settles.at, "Charge", charge.id, trigger, charge.settles.guard
    elif charge.state == "Authorized":
        at = charge.created + TIMERS["authorization_expires"]
        yield at, "Charge", charge.id, "authorization_expires", ""


def _fire(draft: Draft, timer: records.Timer) -> None:
    _, kind, object_id, trigger, guard = timer
    if kind == "Report":
        deed = records.processed(draft.world, object_id, guard)
        draft.world, draft.used = deed.world, [*draft.used, *deed.used]
        return
    extra = {"settles": None} if trigger.endswith("settles") else {}
    draft.move(kind, object_id, trigger, guard, **extra)
    if kind == "Charge":
        charge = draft.world.charges[object_id]
        decline_permission(draft, charge.permission, charge.reason or "")
        draft.balance_permission(charge.permission)
