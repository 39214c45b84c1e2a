"""What of the model a step covers, in one vocabulary for plans and for runs.

An *item* names one thing that can be covered; its first word is the *aspect*. A pair is two rows that fire one
after the other on one object (`figures`). Timers count when the object is called one second before, at and one
second after the moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from amazonpay_conformance.model.actions import Action, Call
from amazonpay_conformance.model.boundaries import BOUNDARIES, BOUNDED, SIDES, touched
from amazonpay_conformance.model.context import Context
from amazonpay_conformance.model.figures import conceivable_pairs
from amazonpay_conformance.model.machine import Transition
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.outcome import Outcome
from amazonpay_conformance.model.rules import RULES, Rule
from amazonpay_conformance.model.simulation import SIMULATION_ROWS, SIMULATIONS
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.model.unreached import TIMERS as WITHOUT_EFFECT
from amazonpay_conformance.model.walk import histories
from amazonpay_conformance.model.world import AnyObject, Charge, ChargePermission, CheckoutSession, World

Aspect: TypeAlias = Literal[
    "state", "transition", "pair", "reason", "error", "boundary", "simulation", "timer"
]
Item: TypeAlias = tuple[str, ...]

ASPECTS: Final[Mapping[Aspect, str]] = {
    "state": "states",
    "transition": "transitions",
    "pair": "pairs of transitions",
    "reason": "reason codes of states",
    "error": "error codes of operations",
    "boundary": "sides of boundaries",
    "simulation": "simulation codes",
    "timer": "sides of timers",
}
"""The aspects, with what a report calls their items."""

EFFECTIVE_TIMERS: Final = tuple(name for name in TIMERS if name not in WITHOUT_EFFECT)
"""The timers at which an answer changes."""

TRANSITIONS: Final[Mapping[str, Transition]] = {
    row.id: row for machine in MACHINES.values() for row in machine.transitions
}

RULES_BY_ID: Final[Mapping[str, Rule]] = {rule.id: rule for rule in RULES}


def items(aspect: Aspect) -> tuple[Item, ...]:
    """Return all that can be covered of an aspect, in the order of the tables.

    Args:
        aspect: which.
    """
    return tuple(dict.fromkeys(_ITEMS[aspect]()))


@dataclass(frozen=True, slots=True)
class Fired:
    """Which rows a step made fire, by object, and what they cover."""

    rows: Mapping[str, tuple[str, ...]]
    items: frozenset[Item]


def covered(before: World, action: Action, outcome: Outcome, last: Mapping[str, str]) -> Fired:
    """Return what a step covers.

    Args:
        before: the world in which it was taken.
        action: it.
        outcome: what came of it.
        last: the row that fired last on each object, before it.
    """
    rows = histories(before, outcome) if outcome.used else {}
    found: set[Item] = set(_of_rows(outcome.used, rows, last))
    if isinstance(action, Call):
        found.update(_of_call(before, action, outcome))
        near = nearby(before, action.target, last)
        found.update(("timer", *one) for one in near if shows_in(one[0], action.operation))
    return Fired(rows, frozenset(found))


def _of_rows(
    used: tuple[str, ...], rows: Mapping[str, tuple[str, ...]], last: Mapping[str, str]
) -> Iterator[Item]:
    for name in used:
        if name in TRANSITIONS:
            row = TRANSITIONS[name]
            kind = _KIND_OF[name]
            yield "transition", name
            yield "state", kind, row.target
            if row.reason:
                yield "reason", kind, row.target, row.reason
    for name, fired in rows.items():
        chain = (last[name], *fired) if name in last else fired
        yield from (("pair", *pair) for pair in pairwise(chain))


def _of_call(before: World, call: Call, outcome: Outcome) -> Iterator[Item]:
    if call.operation not in OPERATIONS or outcome.replays is not None:
        return
    if outcome.status >= 400 and outcome.reason:
        yield "error", call.operation, str(outcome.status), outcome.reason
    row = SIMULATIONS.get(call.operation, {}).get(call.simulation or "")
    # a code does nothing where the call is refused for another reason
    if row is not None and (outcome.status < 400 or outcome.used or outcome.requirement == "CHG-006"):
        yield "simulation", row.id
    if call.operation in BOUNDED:
        for name, side in touched(Context.of(before, call), outcome.status, outcome.requirement):
            yield "boundary", name, side


def shows_in(timer: str, operation: str) -> bool:
    """Tell whether a call shows on which side of a timer it is: what a capture comes to, only a capture does.

    Source: api-facts §4.6.
    """
    return timer != "capture_window" or operation == "capture_charge"


def nearby(world: World, name: str | None, last: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the timers of an object that are a second away, or run out at this moment, with the side.

    Args:
        world: it.
        name: the object's id.
        last: the row that fired last on each object.
    """
    value = _find(world, name or "")
    if value is None or name is None:
        return
    settled = name in last and TRANSITIONS[last[name]].trigger.endswith("_settles")
    for timer, at in (*_moments_of(value), *([("settlement", value.changed)] if settled else [])):
        side = SIDES.get(world.now - at)
        if side is not None:
            yield timer, side


def _find(world: World, name: str) -> AnyObject | None:
    return (
        world.sessions.get(name)
        or world.permissions.get(name)
        or world.charges.get(name)
        or world.refunds.get(name)
    )


def _moments_of(value: object) -> Iterator[tuple[str, int]]:
    """When the timers of an object run out, or ran out. Source: api-facts §4.6."""
    if isinstance(value, CheckoutSession):
        if value.state == "Open" or value.reason == "Expired":
            yield "session_expires", value.created + TIMERS["session_expires"]
        yield "session_deleted", value.created + TIMERS["session_deleted"]
    elif isinstance(value, ChargePermission):
        if value.expires is not None and (value.state != "Closed" or value.reason == "Expired"):
            extended = (
                value.type == "Recurring" or value.expires - value.created > TIMERS["permission_expires"]
            )
            yield "permission_extended" if extended else "permission_expires", value.expires
    elif isinstance(value, Charge):
        yield from _moments_of_charge(value)
    settles = getattr(value, "settles", None)
    if settles is not None:
        yield "settlement", settles.at


def _moments_of_charge(value: Charge) -> Iterator[tuple[str, int]]:
    if value.state == "Authorized":
        yield "capture_window", value.changed + TIMERS["capture_window"]
    if value.state == "Authorized" or value.reason == "ExpiredUnused":
        yield "authorization_expires", value.created + TIMERS["authorization_expires"]


_KIND_OF: Final[Mapping[str, str]] = {
    row.id: name for name, machine in MACHINES.items() for row in machine.transitions
}


def _states() -> Iterator[Item]:
    yield from (("state", m.name, s.name) for m in MACHINES.values() for s in m.states)


def _reasons() -> Iterator[Item]:
    for machine in MACHINES.values():
        for state in machine.states:
            yield from (("reason", machine.name, state.name, reason) for reason in state.reasons)


def _errors() -> Iterator[Item]:
    for operation in OPERATIONS:
        for rule in RULES:
            if operation in rule.operations:
                yield from (("error", operation, str(status), reason) for status, reason in rule.errors)


_ITEMS: Final[Mapping[Aspect, Callable[[], Iterator[Item]]]] = {
    "state": _states,
    "transition": lambda: (("transition", name) for name in TRANSITIONS),
    "pair": lambda: (("pair", *p) for m in MACHINES.values() for p in sorted(conceivable_pairs(m))),
    "reason": _reasons,
    "error": _errors,
    "boundary": lambda: (("boundary", row.id, side) for row in BOUNDARIES for side in SIDES.values()),
    "simulation": lambda: (("simulation", row.id) for row in SIMULATION_ROWS),
    "timer": lambda: (("timer", name, side) for name in EFFECTIVE_TIMERS for side in SIDES.values()),
}
