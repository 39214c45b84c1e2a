"""Faults made from the model's tables, a row a fault: rules, operations, transitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.actions import Action, Call
from amazonpay_conformance.model.machine import Machine, Transition
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.objects import MACHINES, UNREACHED
from amazonpay_conformance.model.observable import SYNONYMS, StateReason
from amazonpay_conformance.model.operations import OPERATIONS, ObjectKind, Operation
from amazonpay_conformance.model.requirements import STATE_REQUIREMENTS
from amazonpay_conformance.model.rules import RULES, RULES_OF, Rule
from amazonpay_conformance.model.step import Outcome, step
from amazonpay_conformance.model.world import (
    AnyObject,
    Charge,
    ChargePermission,
    CheckoutSession,
    Refund,
    World,
)
from amazonpay_conformance.mutants.server_seams import (
    Fault,
    Outcomes,
    at_stake,
    decides,
    machine_of,
    patched,
    with_end,
    with_settings,
)
from amazonpay_conformance.strategies.payloads import STORE_ID

USD100: Final = Price(Decimal(100), "USD")

CALLED_WRONGLY: Final[Mapping[str, str]] = {
    "REQ-R01": "with another private key",
    "REQ-R03": "without a date",
    "REQ-R04": "with a date in words",
    "REQ-R05": "with half a body",
}
"""Rules that no right client breaks, each with the client that does (server_callers.py)."""

MAY_STAY: Final = {
    "PRM-T06": "§4.2 [?]",
    "PRM-T09": "§4.2 [?]",
    "PRM-T10": "§4.2 [?]",
    "PRM-T11": "§4.2 [?], as its charge no longer is in progress",
    "PRM-T07": "§8.2 [?]",
}
"""Transitions that a right service may not make, each with the source that leaves it open."""

SHOWN_IN: Final[Mapping[str, str]] = {
    "PRM-T06": "charged in full",
    "PRM-T24": "confirmed only",
}
"""Transitions that the first scenario in which they fire does not show, each with one that does."""


LENIENT: Final = {"open_authorizations": "free", "charge_in_progress": "never"}
"""Choices of a server on which more can be authorized than may be captured."""


def from_rules(but_not: Mapping[str, str]) -> Iterator[Fault]:
    """Three faults for every rule that is asserted; `but_not` are ids of rules to leave out."""
    for rule in RULES:
        if rule.asserted and rule.id not in but_not:
            yield from (not_enforced(rule), wrong_reason(rule), wrong_status(rule))


def from_operations() -> Iterator[Fault]:
    """Two faults for every operation."""
    for operation in OPERATIONS.values():
        yield from (refuses(operation), other_success(operation))


def from_transitions() -> Iterator[Fault]:
    """A fault for every transition that a scenario can reach."""
    for machine in MACHINES.values():
        for transition in machine.transitions:
            if transition.id not in UNREACHED:
                yield leads_elsewhere(transition)


# --- rules


def not_enforced(rule: Rule) -> Fault:
    """A server that does what the rule forbids."""

    def decide(world: World, action: Action, permitted: Outcomes) -> Outcomes:
        if isinstance(action, Call) and at_stake(permitted) == {rule.id}:
            return (carried_out(world, action, rule),)
        return permitted

    costs = f"He relies on a refusal that never comes. {rule.statement}"
    return _of_rule(rule, "is not enforced", costs, decides(decide))


def wrong_reason(rule: Rule) -> Fault:
    """A server that refuses, and gives a reason code that the rule does not have."""

    def decide(world: World, action: Action, permitted: Outcomes) -> Outcomes:
        refused = permitted and permitted[0].status >= 400 and at_stake(permitted) == {rule.id}
        return (replace(permitted[0], reason="InvalidRequest"),) if refused else permitted

    costs = f"His program goes by the reason code and does the wrong thing. {rule.statement}"
    return _of_rule(rule, "with a wrong reason", costs, decides(decide))


def wrong_status(rule: Rule) -> Fault:
    """A server that refuses for the right reason with a status that does not go with it."""

    def decide(world: World, action: Action, permitted: Outcomes) -> Outcomes:
        if not permitted or permitted[0].status < 400 or at_stake(permitted) != {rule.id}:
            return permitted
        known = {(outcome.status, outcome.reason) for outcome in permitted}
        wrong = next(s for s in (400, 422, 403) if (s, permitted[0].reason) not in known)
        return (replace(permitted[0], status=wrong),)

    costs = f"His program goes by the status and does the wrong thing. {rule.statement}"
    return _of_rule(rule, "with a wrong status", costs, decides(decide))


def _of_rule(rule: Rule, how: str, costs: str, service: type[Service]) -> Fault:
    client = CALLED_WRONGLY.get(rule.id, "")
    scenario = "one wrong request" if client else ""
    if rule.id == "CHG-R24":
        service, scenario = with_settings(service, **LENIENT), "captured beyond the limit"
    return Fault(f"{rule.id} {how}", costs, frozenset({rule.id}), service, scenario, client=client)


def carried_out(world: World, call: Call, rule: Rule) -> Outcome:
    """What the call comes to where `rule` is not in the tables; where that is nothing, all stays as it is."""
    left = tuple(other for other in RULES_OF[call.operation] if other is not rule)
    with patched(RULES_OF, {call.operation: left}):
        outcomes = step(world, call)
    return next((o for o in outcomes if o.status < 400 and _exists(o)), None) or _unchanged(world, call)


def _exists(outcome: Outcome) -> bool:
    return outcome.subject is not None and outcome.world.find(*outcome.subject) is not None


def _unchanged(world: World, call: Call) -> Outcome:
    operation = OPERATIONS[call.operation]
    kind: Any = operation.returns
    new = {"CheckoutSession": call.new.session, "Charge": call.new.charge, "Refund": call.new.refund}
    object_id = call.target or new[kind]
    if world.find(kind, object_id) is None:
        world = world.with_object(kind, _made_up(kind, object_id, world.now))
    return Outcome(operation.success[0], world, operation.requirement, subject=(kind, object_id))


def _made_up(kind: ObjectKind, object_id: str, now: int) -> AnyObject:
    """Something of an id that the service never gave out."""
    if kind == "CheckoutSession":
        return CheckoutSession(object_id, "Open", now, now, data={"storeId": STORE_ID})
    if kind == "ChargePermission":
        return ChargePermission(object_id, "Chargeable", now, now, limit=USD100, currency="USD")
    if kind == "Charge":
        return Charge(object_id, "Authorized", now, now, "S01-0000000-0000000", USD100)
    return Refund(object_id, "RefundInitiated", now, now, "S01-0000000-0000000-C000000", USD100)


# --- operations


def refuses(operation: Operation) -> Fault:
    """A server that refuses an operation although nothing forbids it."""

    def decide(world: World, action: Action, permitted: Outcomes) -> Outcomes:
        if not _could_succeed(action, operation, permitted):
            return permitted
        return (Outcome(422, world, operation.requirement, "InvalidRequest"),)

    costs = f"He cannot use {operation.title} at all."
    breaks = frozenset({operation.requirement})
    return Fault(f"{operation.id} is refused", costs, breaks, decides(decide))


def other_success(operation: Operation) -> Fault:
    """A server that answers an operation with a success status that it does not have."""

    def decide(world: World, action: Action, permitted: Outcomes) -> Outcomes:
        if not _could_succeed(action, operation, permitted):
            return permitted
        done = next(outcome for outcome in permitted if outcome.status < 400)
        return (replace(done, status=200 if done.status == 201 else 201),)

    costs = f"His program takes a {operation.title} that worked for one that did not."
    breaks = frozenset({operation.requirement})
    return Fault(f"{operation.id} with another success", costs, breaks, decides(decide))


def _could_succeed(action: Action, operation: Operation, permitted: Outcomes) -> bool:
    called = isinstance(action, Call) and action.operation == operation.id
    return called and at_stake(permitted) == {operation.requirement} and permitted[0].replays is None


# --- transitions


def leads_elsewhere(transition: Transition) -> Fault:
    """A server on which a transition leads to a state that nothing permits there."""
    machine = machine_of(transition)
    kind: Any = machine.name
    target, reason = next(_wrong_ends(machine, transition))
    after = f"{reason or 'no reason'}" if target == transition.target else target
    costs = f"He acts on a wrong state: {after} instead of {transition.reason or transition.target}."
    return Fault(
        f"{transition.id} leads to {after}",
        costs,
        frozenset({STATE_REQUIREMENTS[kind]}),
        with_end(transition, target, reason),
        SHOWN_IN.get(transition.id, ""),
        transition=transition.id,
        follows=frozenset({"MON-003"}),  # a charge in another state leaves another balance
    )


def _wrong_ends(machine: Machine, transition: Transition) -> Iterator[StateReason]:
    """What the transition might come to instead, the likeliest mistake first: nothing, or a wrong reason."""
    kind: Any = machine.name
    right: StateReason = (transition.target, transition.reason)
    permitted = {right, *SYNONYMS.get((kind, *right), ())}
    # a timer that changes nothing would fire for ever (with_timer makes those faults); and whether a charge in
    # progress makes a permission NonChargeable is not known
    may_stay = not transition.trigger.endswith("_expires") and transition.id not in MAY_STAY
    if may_stay and transition.source not in (None, transition.target):
        yield str(transition.source), None
    for state in (machine.state(transition.target), *reversed(machine.states)):
        for reason in state.reasons or (None,):
            if (state.name, reason) not in permitted and state.name != transition.source:
                yield state.name, reason
