"""The interpreter: what may happen when an action meets a world.

`step` gives every outcome that the facts permit, the usual one first (ioco: what a service puts out must be
among them). It is pure: same world and action, same outcomes. A call is first held against the rules; what
breaks an asserted rule can only be refused, what breaks an uncertain one may be refused or done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from amazonpay_conformance.model import records
from amazonpay_conformance.model.actions import UNUSUAL, Action, BuyerAct, Call
from amazonpay_conformance.model.buyer_acts import buyer_acts
from amazonpay_conformance.model.charge_calls import (
    cancel_charge,
    capture_charge,
    create_charge,
    update_charge,
)
from amazonpay_conformance.model.context import Context
from amazonpay_conformance.model.copies import replace
from amazonpay_conformance.model.lapse import advance
from amazonpay_conformance.model.operations import ALL_OPERATIONS, Operation
from amazonpay_conformance.model.outcome import Outcome, by_choice, showing
from amazonpay_conformance.model.permission_calls import close_permission, update_permission
from amazonpay_conformance.model.refund_calls import create_refund
from amazonpay_conformance.model.rules import FORM_RULES, Rule, broken_rules
from amazonpay_conformance.model.session_calls import complete_session, create_session, get, update_session
from amazonpay_conformance.model.shared import with_entry
from amazonpay_conformance.model.world import (
    Remembered,
    World,
)

__all__ = ["Outcome", "step", "usual"]


def step(world: World, action: Action) -> tuple[Outcome, ...]:
    """Return what may happen, the usual outcome first; empty where the act is not possible at all.

    Raises:
        KeyError: the action names an operation that the tables do not have.
    """
    return tuple(_outcomes(world, action))


def usual(world: World, action: Action) -> Outcome | None:
    """Return the first of what `step` does, or None; the others are not worked out.

    Raises:
        KeyError: the action names an operation that the tables do not have.
    """
    return next(_outcomes(world, action), None)


def _outcomes(world: World, action: Action) -> Iterator[Outcome]:
    if isinstance(action, Call):
        return _call(world, action)
    if isinstance(action, BuyerAct):
        return buyer_acts(world, action)
    return iter((advance(world, action.seconds),))


def _call(world: World, call: Call) -> Iterator[Outcome]:
    operation = ALL_OPERATIONS[call.operation]
    context = Context.of(world, call)
    broken = broken_rules(context)
    known = world.remembered.get(call.key or "") if _heeds_key(operation) else None
    if known is not None and known.fingerprint == call.fingerprint and _is_well_formed(call):
        return iter(_replay(world, call, known, broken, context))
    return _evaluate(world, call, broken, context)


def _heeds_key(operation: Operation) -> bool:
    """Whether an idempotency key has, or may have, an effect: api-facts §9 "Enforced for POST"."""
    return operation.method == "POST"


def _is_well_formed(call: Call) -> bool:
    return not call.defects - UNUSUAL


def _replay(
    world: World, call: Call, known: Remembered, broken: list[Rule], context: Context
) -> tuple[Outcome, ...]:
    first = Outcome(
        known.status,
        world,
        "IDM-001",
        known.reason,
        known.subject,
        replays=call.key,
        required=known.status < 400,
    )
    anew = tuple(_evaluate(world, call, broken, context))
    if known.status >= 400:
        stored = replace(first, shows=(("refused-keys", "stored"),))
        return by_choice("refused-keys", world, (*showing("refused-keys", "forgotten", anew), stored))
    if not known.certain:
        stored = replace(first, required=False, shows=(("complete-key", "replayed"),))
        return by_choice("complete-key", world, (*showing("complete-key", "ignored", anew), stored))
    refused = tuple(outcome for outcome in anew if _is_in_form_only(outcome))
    return (*by_choice("replay-status", world, _replays(first)), *refused)


def _replays(first: Outcome) -> tuple[Outcome, ...]:
    """A repetition's status is not said: api-facts §9 [?]."""
    if first.status == 200:
        return (first,)
    original = replace(first, shows=(("replay-status", "original"),))
    return original, replace(first, status=200, shows=(("replay-status", "200"),))


def _is_in_form_only(outcome: Outcome) -> bool:
    """Whether a refusal is for the request's form, which is looked at before its key."""
    return outcome.status >= 400 and outcome.requirement in FORM_RULES


def _evaluate(world: World, call: Call, broken: list[Rule], context: Context) -> Iterator[Outcome]:
    """Yield what a call comes to that repeats none: refused, or done, or either."""
    if not broken:
        return _successes(call, (), context)
    return _weighed(world, call, broken, context)


def _weighed(world: World, call: Call, broken: Sequence[Rule], context: Context) -> Iterator[Outcome]:
    """Yield what a call comes to that breaks rules: refused for those that the settings heed, or done."""
    applying = [rule for rule in broken if rule.applies(world.settings)]
    rest = [rule for rule in broken if not rule.applies(world.settings)]
    yield from _refusals(world, call, applying)
    if applying:
        yield from _refusals(world, call, rest)
    if not any(rule.asserted for rule in broken):
        yield from _successes(call, broken, context)
    if not applying:
        yield from _refusals(world, call, rest)


def _successes(call: Call, broken: Sequence[Rule], context: Context) -> Iterator[Outcome]:
    told = tuple(pair for rule in broken for pair in rule.told_by_success)
    for outcome in _HANDLERS.get(call.operation, _of_record)(context):
        remembered = _remember(outcome, call)
        telling = told and outcome.status < 400
        yield replace(remembered, shows=(*outcome.shows, *told)) if telling else remembered


def _refusals(world: World, call: Call, broken: Sequence[Rule]) -> Iterator[Outcome]:
    for rule in broken:
        for (status, reason), told in rule.answers(world.settings):
            outcome = Outcome(status, world, rule.id, reason, required=rule.asserted, shows=told)
            yield _remember(outcome, call) if _is_well_formed(call) else outcome


def _remember(outcome: Outcome, call: Call) -> Outcome:
    operation = ALL_OPERATIONS[call.operation]
    if not _heeds_key(operation) or call.key is None:
        return outcome
    if call.key in outcome.world.remembered and outcome.status >= 400:
        return outcome
    answer = Remembered(
        call.fingerprint, outcome.status, outcome.reason, outcome.subject, certain=operation.needs_key
    )
    world = replace(outcome.world, remembered=with_entry(outcome.world.remembered, call.key, answer))
    return replace(outcome, world=world)


def _of_record(context: Context) -> Iterator[Outcome]:
    """What a call of a lesser resource comes to, with each of its statuses."""
    deed, operation = records.perform(context), context.operation
    outcomes = tuple(
        Outcome(
            status, deed.world, operation.requirement, subject=deed.subject, used=deed.used, required=True
        )
        for status in operation.success
    )
    if operation.id == "create_report_schedule":  # api-facts §13.19
        told = (replace(o, shows=(("report-schedule-status", str(o.status)),)) for o in outcomes)
        outcomes = by_choice("report-schedule-status", context.world, tuple(told))
    yield from outcomes


_HANDLERS: Mapping[str, Callable[[Context], Iterator[Outcome]]] = {
    "create_checkout_session": create_session,
    "get_checkout_session": get,
    "update_checkout_session": update_session,
    "complete_checkout_session": complete_session,
    "finalize_checkout_session": complete_session,
    "get_charge_permission": get,
    "update_charge_permission": update_permission,
    "close_charge_permission": close_permission,
    "create_charge": create_charge,
    "get_charge": get,
    "update_charge": update_charge,
    "capture_charge": capture_charge,
    "cancel_charge": cancel_charge,
    "create_refund": create_refund,
    "get_refund": get,
}
