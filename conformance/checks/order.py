"""What an integration calls, and when: api-facts §4, §6. It is held to what it was told, never to more.

What is forbidden is not listed here: the machines' tables say which operations a state allows, the model's
rules what an amount may be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from amazonpay_conformance.checks.check import HELD, Answer, Problem, on_end, on_trace
from amazonpay_conformance.checks.past import Move
from amazonpay_conformance.checks.subject import Ended, Watched
from amazonpay_conformance.model.actions import Call
from amazonpay_conformance.model.context import Context
from amazonpay_conformance.model.identifiers import IDENTIFIERS
from amazonpay_conformance.model.machine import Machine
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.operation import Kind, ObjectKind
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.rules import RULES, Rule
from amazonpay_conformance.model.world import AnyObject, ChargePermission, CheckoutSession, data_of
from amazonpay_conformance.reading.objects import ID_FIELDS, subject_of

COMPLETING: Final = ("complete_checkout_session", "finalize_checkout_session")
UNDOING: Final = ("cancel_charge", "close_charge_permission", "create_refund")

HASTE: Final = 60
"""Seconds within which what follows a refusal counts as the answer to it."""
MOST_NOT_FOUND: Final = 5
"""How often something may be asked for again that was not found."""
MOST_READS: Final = 20
"""How often an object may be read within a minute while nothing changes; Amazon's own advice is once an hour
(api-facts §4.6), its sandbox takes one read a second (§7)."""

_RULES: Final = {rule.id: rule for rule in RULES}


@on_trace("ORD-001")
def session_allows_what_is_called(watched: Watched) -> Answer:
    value = _subject(watched, "CheckoutSession")
    if watched.move is None or value is None:
        return None
    if value.state == "Completed" and watched.move.operation in COMPLETING:
        return None  # completed_session_is_not_completed_again says so
    return _is_allowed(watched.move, "CheckoutSession", value)


@on_trace("ORD-002")
def permission_allows_what_is_called(watched: Watched) -> Answer:
    value = _subject(watched, "ChargePermission")
    if watched.move is None or not isinstance(value, ChargePermission) or not value.state_shown:
        return None
    return _is_allowed(watched.move, "ChargePermission", value)


@on_trace("ORD-003")
def charge_allows_what_is_called(watched: Watched) -> Answer:
    value = _subject(watched, "Charge")
    return _is_allowed(watched.move, "Charge", value) if watched.move and value else None


@on_trace("ORD-004")
def completed_session_is_not_completed_again(watched: Watched) -> Answer:
    value = _subject(watched, "CheckoutSession")
    if watched.move is None or value is None or watched.move.operation not in COMPLETING:
        return None
    if value.state != "Completed":
        return HELD
    return Problem("the session read, to see how it is", f"{_named(watched.move)}, told Completed before")


@on_trace("ORD-005")
def buyer_is_sent_before_completing(watched: Watched) -> Answer:
    """Finalize has no such trip, nor has a session that a button completes at once: api-facts §5.6."""
    session = _subject(watched, "CheckoutSession")
    if watched.move is None or not isinstance(session, CheckoutSession) or session.state != "Open":
        return None
    urls = data_of(session.data.get("webCheckoutDetails"))
    if watched.move.operation != "complete_checkout_session" or urls.get("checkoutMode"):
        return None
    if urls.get("amazonPayRedirectUrl") or session.id in watched.past.approved:
        return HELD
    return Problem(
        "Complete after the buyer was sent to amazonPayRedirectUrl, and came back",
        f"{_named(watched.move)}, and no answer has shown that address yet",
    )


@on_trace("ORD-006")
def paid_order_is_not_undone(watched: Watched) -> Answer:
    move = watched.move
    if move is None or move.operation not in UNDOING or move.subject is None:
        return None
    for session in watched.told.sessions.values():
        if session.state != "Completed" or move.subject not in (session.permission, session.charge):
            continue
        after = watched.past.since(session.id, _is_refused_completion)
        refused = [m for m in watched.past.about(session.id) if _is_refused_completion(m)]
        if after is not None and move.at - refused[-1].at <= HASTE:
            return Problem(
                "the order kept: its session is Completed, only the second Complete was refused",
                f"{_named(move)}, right after Complete of {session.id} was refused as done already",
            )
    return HELD


@on_trace("ORD-007")
def complete_repeats_what_was_set(watched: Watched) -> Answer:
    return _keeps(watched, "SES-R06", "SES-R08")


@on_trace("ORD-008")
def capture_stays_within_the_authorization(watched: Watched) -> Answer:
    return _keeps(watched, "CHG-R21")


@on_trace("ORD-009")
def refund_stays_within_the_capture(watched: Watched) -> Answer:
    return _keeps(watched, "REF-R03", "REF-R06")


@on_trace("ORD-010")
def charge_stays_within_the_permission(watched: Watched) -> Answer:
    return _keeps(watched, "CHG-R04", "CHG-R07")


@on_trace("ORD-011")
def currency_is_the_one_agreed(watched: Watched) -> Answer:
    return _keeps(watched, "CHG-R06", "CHG-R22", "REF-R05")


@on_trace("ORD-012")
def id_is_of_the_kind_that_is_meant(watched: Watched) -> Answer:
    call = watched.last.reading.call
    subject = subject_of(call) if call is not None else None
    if subject is None or subject[0] not in MACHINES:
        return None
    kind, name = subject
    found = watched.past.kinds.get(name) or _kind_by_form(name, kind)
    if found in (None, kind):
        return HELD
    return Problem(f"the id of a {_spaced(kind)}", f"{name}, which is that of a {_spaced(found)}")


@on_trace("ORD-013")
def what_is_not_found_is_given_up(watched: Watched) -> Answer:
    move = watched.move
    if move is None or move.subject is None:
        return None
    since = watched.past.since(move.subject, lambda m: m.is_good)
    missed = [m for m in (since or watched.past.about(move.subject)) if m.status == 404]
    if len(missed) <= MOST_NOT_FOUND:
        return HELD if missed else None
    return Problem(
        f"at most {MOST_NOT_FOUND} more tries: a session is gone after 30 days, what is not found stays so",
        f"{_named(move)} again, after {len(missed)} times 404",
    )


@on_trace("ORD-014")
def reads_are_not_hammered(watched: Watched) -> Answer:
    move = watched.move
    if move is None or not move.is_read or move.subject is None:
        return None
    alike = (m for m in watched.past.about(move.subject) if move.at - m.at <= HASTE)
    reads = 0
    for earlier in alike:
        reads = 0 if earlier.changed or not earlier.is_read else reads + 1
    if reads < MOST_READS:
        return HELD
    return Problem(
        f"at most {MOST_READS} reads of one object in a minute while nothing changes", f"{_named(move)} again"
    )


@on_end("ORD-015")
def approved_session_is_completed(ended: Ended) -> Iterator[Problem]:
    """The buyer may have shut his browser instead of coming back, so it is a recommendation."""
    for name, at in ended.past.approved.items():
        session = ended.told.sessions.get(name)
        tried = any(move.operation in COMPLETING for move in ended.past.about(name))
        if session is not None and session.state == "Open" and not tried and ended.overdue(at):
            yield Problem(
                "Complete, once the buyer has approved; without it nothing is paid",
                f"session {name}: no Complete until the end",
            )


@on_end("ORD-016")
def repaired_permission_is_charged(ended: Ended) -> Iterator[Problem]:
    for name in ended.past.objects("ChargePermission"):
        permission = ended.told.permissions.get(name)
        since = ended.past.since(name, _tells_of_a_wrong_payment_method)
        if permission is None or not since or permission.state != "Chargeable":
            continue
        read = [move for move in since if move.is_read]
        acted = any(move.operation in ("create_charge", "close_charge_permission") for move in since)
        if read and not acted and ended.overdue(read[-1].at):
            yield Problem(
                "another charge, or the permission closed: it was read as Chargeable after the decline",
                f"permission {name}: neither until the end",
            )


WRONG_PAYMENT_METHOD: Final = frozenset(
    {
        *("HardDeclined", "PaymentMethodNotAllowed", "PaymentMethodInvalid", "PaymentMethodDeleted"),
        *("PaymentMethodExpired", "PaymentMethodNotSet", "BillingAddressDeleted", "MFAFailed"),
    }
)
"""Reasons why nothing can be charged until the buyer has done something: api-facts §4.2, §4.3, §5.2."""


def _subject(watched: Watched, kind: ObjectKind) -> AnyObject | None:
    """What the integration was told of the object that it calls; None for a repetition."""
    call = watched.last.reading.call
    subject = subject_of(call) if call is not None else None
    if subject is None or subject[0] != kind or watched.is_repetition:
        return None
    return watched.told.find(kind, subject[1])


def _is_allowed(move: Move, kind: ObjectKind, value: AnyObject) -> Answer:
    machine, state = MACHINES[kind], value.state
    if not _governs(machine, move.operation) or state not in {s.name for s in machine.states}:
        return None
    if move.operation in machine.state(state).operations:
        return HELD
    if may_become_allowed(machine, state, move.operation):
        return None  # it may have happened unseen: what_pends_is_read_first says whether that will do
    allowed = ", ".join(ALL_OPERATIONS[name].title for name in machine.state(state).operations)
    reason = f"/{value.reason}" if value.reason else ""
    return Problem(
        f"what a {_spaced(kind)} that is {state} allows: {allowed}", f"{_named(move)}, told {state}{reason}"
    )


def _governs(machine: Machine, operation: str) -> bool:
    return any(operation in state.operations for state in machine.states)


def may_become_allowed(machine: Machine, state: str, operation: str) -> bool:
    """Tell whether a state may turn, by itself, into one that allows an operation."""
    return any(
        operation in machine.state(after).operations
        for after, _ in machine.reachable(state, spontaneous=True)
    )


def _keeps(watched: Watched, *rules: str) -> Answer:
    """Hold a call against rules of the model, in the world as the integration was told."""
    call = watched.last.reading.call
    mine = [_RULES[name] for name in rules if call and call.operation in _RULES[name].operations]
    if call is None or not mine or watched.is_repetition:
        return None
    context = Context.of(watched.told, call)
    if (context.session or context.permission or context.charge) is None:
        return None
    return tuple(_broken(rule, watched, call) for rule in mine if rule.broken(context))


def _broken(rule: Rule, watched: Watched, call: Call) -> Problem:
    prices = ", ".join(f"{price.amount} {price.currency}" for price in _prices(call.body))
    kind, name = subject_of(call) or ("Charge", "")
    return Problem(
        rule.statement, f"{ALL_OPERATIONS[call.operation].title} of {prices}; {_told(watched, kind, name)}"
    )


def _told(watched: Watched, kind: Kind, name: str) -> str:
    value = watched.told.find(kind, name)
    known = {
        "it set": getattr(value, "charge_amount", None),
        "its total is": getattr(value, "total", None),
        "its limit is": getattr(value, "limit", None),
        "it is for": getattr(value, "amount", None),
        "captured are": getattr(value, "captured", None),
    }
    shown = [f"{words} {price.amount} {price.currency}" for words, price in known.items() if price]
    return f"of {name} it was told that " + ", ".join(shown)


def _prices(body: object) -> Iterator[Price]:
    if not isinstance(body, dict):
        return
    price = Price.parse(body)
    if price is not None:
        yield price
    for item in body.values():
        yield from _prices(item)


def _kind_by_form(name: str, wanted: Kind) -> ObjectKind | None:
    """The kind that an id has the form of, where it has not that of the one that is wanted."""
    forms = {kind: IDENTIFIERS[ID_FIELDS[kind]].form for kind in _KINDS}
    fitting = [kind for kind in _KINDS if re.fullmatch(forms[kind], name)]
    return fitting[0] if fitting and wanted not in fitting else None


_KINDS: Final[tuple[ObjectKind, ...]] = ("CheckoutSession", "ChargePermission", "Charge", "Refund")


def _is_refused_completion(move: Move) -> bool:
    return move.operation in COMPLETING and move.reason == "InvalidCheckoutSessionStatus"


def _tells_of_a_wrong_payment_method(move: Move) -> bool:
    return move.reason in WRONG_PAYMENT_METHOD or (move.state or ("", None))[1] in WRONG_PAYMENT_METHOD


def _named(move: Move) -> str:
    title, kind = ALL_OPERATIONS[move.operation].title, ALL_OPERATIONS[move.operation].target
    # a buyer's token is nobody's business
    hidden = kind is not None and kind not in MACHINES
    return title if hidden or move.subject is None else f"{title} of {move.subject}"


def _spaced(kind: str | None) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind or "").lower()
