"""The interpreter: what may happen when an action meets a world.

`step` gives every outcome that the facts permit, the usual one first (ioco: what a service puts out must be
among them). It is pure: same world and action, same outcomes. A call is first held against the rules; what
breaks an asserted rule can only be refused, what breaks an uncertain one may be refused or done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from amazonpay_conformance.model import records
from amazonpay_conformance.model.actions import UNUSUAL, Action, BuyerAct, Call
from amazonpay_conformance.model.buyer import ADDRESSES, DEFAULT_ADDRESS
from amazonpay_conformance.model.constraints import constraints
from amazonpay_conformance.model.copies import replace
from amazonpay_conformance.model.draft import Draft
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.operation import Kind, ObjectKind
from amazonpay_conformance.model.operations import ALL_OPERATIONS, Operation
from amazonpay_conformance.model.rules import (
    CANCELED_ERRORS,
    FORM_RULES,
    Context,
    Evidence,
    Rule,
    broken_rules,
    may_be_open,
    permission_limit,
)
from amazonpay_conformance.model.shared import with_entry
from amazonpay_conformance.model.simulation import CARDS, DEFAULT_CARD, SIMULATIONS
from amazonpay_conformance.model.switches import SWITCHES
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.model.world import (
    AnyObject,
    BuyerProgress,
    Charge,
    ChargePermission,
    CheckoutSession,
    Data,
    Record,
    Refund,
    Remembered,
    Settlement,
    World,
    merged,
)

Subject: TypeAlias = tuple[Kind, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One permitted answer and the world after it.

    `requirement` is the id of the rule or operation that demands it; `used` the transitions that fire;
    `replays` the idempotency key whose first answer is given again. `status` is 0 where nothing is answered
    (a buyer's act, the passing of time). `shows` is what the answer tells of open questions (`switches`).
    """

    status: int
    world: World
    requirement: str
    reason: str | None = None
    subject: Subject | None = None
    used: tuple[str, ...] = ()
    replays: str | None = None
    required: bool = False
    shows: Evidence = ()


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
        return _buyer_acts(world, action)
    return iter((_advance(world, action.seconds),))


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
        return _by_choice("refused-keys", world, (*_showing("refused-keys", "forgotten", anew), stored))
    if not known.certain:
        stored = replace(first, required=False, shows=(("complete-key", "replayed"),))
        return _by_choice("complete-key", world, (*_showing("complete-key", "ignored", anew), stored))
    refused = tuple(outcome for outcome in anew if _is_in_form_only(outcome))
    return (*_by_choice("replay-status", world, _replays(first)), *refused)


def _replays(first: Outcome) -> tuple[Outcome, ...]:
    """A repetition's status is not said: api-facts §9 [?]."""
    if first.status == 200:
        return (first,)
    original = replace(first, shows=(("replay-status", "original"),))
    return original, replace(first, status=200, shows=(("replay-status", "200"),))


def _is_in_form_only(outcome: Outcome) -> bool:
    """Whether a refusal is for the request's form, which is looked at before its key."""
    return outcome.status >= 400 and outcome.requirement in FORM_RULES


def _showing(switch: str, choice: str, outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    """Return outcomes that each tell of one more open question."""
    return tuple(replace(outcome, shows=(*outcome.shows, (switch, choice))) for outcome in outcomes)


def _by_choice(switch: str, world: World, outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    """Return outcomes with those first that the setting of a switch asks for."""
    chosen = (switch, world.settings.choice(switch))
    return tuple(sorted(outcomes, key=lambda o: bool(o.shows) and chosen not in o.shows))


def _evaluate(world: World, call: Call, broken: list[Rule], context: Context) -> Iterator[Outcome]:
    """Yield what a call comes to that repeats none: refused, or done, or either."""
    applying = [rule for rule in broken if rule.applies(world.settings)]
    rest = [rule for rule in broken if not rule.applies(world.settings)]
    yield from _refusals(world, call, applying)
    if applying:
        yield from _refusals(world, call, rest)
    if not any(rule.asserted for rule in broken):
        yield from _successes(call, broken, context)
    if not applying:
        yield from _refusals(world, call, rest)


def _successes(call: Call, broken: list[Rule], context: Context) -> Iterator[Outcome]:
    told = tuple(pair for rule in broken for pair in rule.told_by_success)
    for outcome in _HANDLERS.get(call.operation, _of_record)(context):
        remembered = _remember(outcome, call)
        telling = told and outcome.status < 400
        yield replace(remembered, shows=(*outcome.shows, *told)) if telling else remembered


def _refusals(world: World, call: Call, broken: list[Rule]) -> Iterator[Outcome]:
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


# --- what a call does where nothing forbids it


def _done(context: Context, draft: Draft, subject: Subject, status: int | None = None) -> Outcome:
    operation = context.operation
    return Outcome(
        status or operation.success[0],
        draft.world,
        operation.requirement,
        subject=subject,
        used=tuple(draft.used),
        required=True,
    )


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
        outcomes = _by_choice("report-schedule-status", context.world, tuple(told))
    yield from outcomes


def _get(context: Context) -> Iterator[Outcome]:
    kind = context.operation.target
    if kind is not None and context.call.target is not None:
        yield _done(context, Draft(context.world), (kind, context.call.target))


def _create_session(context: Context) -> Iterator[Outcome]:
    world, call = context.world, context.call
    draft = Draft(world)
    session = CheckoutSession(call.new.session, "", world.now, world.now, data=call.body)
    draft.create("CheckoutSession", session, "create_checkout_session")
    yield _done(context, draft, ("CheckoutSession", session.id))


def _patched(context: Context, held: Data) -> tuple[tuple[Data, Evidence], ...]:
    """What an update makes of what was set: whether nested objects are merged or replaced is not known."""
    body = context.call.body
    merge, replacement = merged(held, body), {**held, **body}
    if merge == replacement:
        return ((merge, ()),)
    choices: tuple[tuple[Data, Evidence], ...] = (
        (merge, (("patch", "merge"),)),
        (replacement, (("patch", "replace"),)),
    )
    return choices[::-1] if context.world.settings.has("patch=replace") else choices


def _update_session(context: Context) -> Iterator[Outcome]:
    session = context.session
    if session is None or session.state != "Open":
        return
    for data, shows in _patched(context, session.data):
        draft = Draft(context.world)
        draft.move("CheckoutSession", session.id, "update_checkout_session", data=data)
        yield replace(_done(context, draft, ("CheckoutSession", session.id)), shows=shows)


def _complete_session(context: Context) -> Iterator[Outcome]:
    session = context.session
    if session is None or session.state != "Open":
        return
    # api-facts §8.2 names no simulation for Finalize
    simulation = context.call.simulation if context.operation.id == "complete_checkout_session" else None
    if simulation not in SIMULATIONS["complete_checkout_session"]:
        yield from _completions(context, session, None)
        return
    applied = tuple(_simulated(context, session, simulation))
    ignored = tuple(_completions(context, session, None))
    # every code of §8.2 is known at second hand only, so it may as well do nothing
    yield from _by_choice(
        "session-simulations",
        context.world,
        (
            *_showing("session-simulations", "applied", applied),
            *_showing("session-simulations", "ignored", ignored),
        ),
    )


def _simulated(context: Context, session: CheckoutSession, code: str | None) -> Iterator[Outcome]:
    if code == "AuthorizationInitiated":
        yield from _completions(context, session, code)
    elif code is not None:
        yield from _simulated_cancellation(context, session, code)


def _completions(context: Context, session: CheckoutSession, simulation: str | None) -> Iterator[Outcome]:
    card = CARDS.get(session.card or "")
    pends = simulation == "AuthorizationInitiated" or bool(card and card.pending)
    can_pend = session.may_pend and session.intent == "Authorize"
    usual = "pending" if pends and can_pend else "done"
    yield from _completed(context, session, usual, card.settles if card else "")
    if can_pend and session.card is None:
        yield from _completed(context, session, "done" if usual == "pending" else "pending", "")


def _simulated_cancellation(context: Context, session: CheckoutSession, code: str) -> Iterator[Outcome]:
    draft = Draft(context.world)
    draft.move("CheckoutSession", session.id, context.operation.id, f"simulated {code}")
    choices = SWITCHES["canceled-session-code"].choices  # the sources disagree on the code: api-facts §13.5
    outcomes = tuple(
        Outcome(
            status,
            draft.world,
            "SES-R04",
            reason,
            used=tuple(draft.used),
            required=True,
            shows=(("canceled-session-code", choice),),
        )
        for (status, reason), choice in zip(CANCELED_ERRORS, choices, strict=True)
    )
    yield from _by_choice("canceled-session-code", context.world, outcomes)


def _completed(context: Context, session: CheckoutSession, guard: str, settles: str) -> tuple[Outcome, ...]:
    world, call, draft = context.world, context.call, Draft(context.world)
    charges = session.intent in ("Authorize", "AuthorizeWithCapture") and not session.setup_only
    draft.move(
        "CheckoutSession",
        session.id,
        context.operation.id,
        guard,
        permission=call.new.permission,
        charge=call.new.charge if charges else None,
    )
    limit = permission_limit(session)
    permission = ChargePermission(
        call.new.permission,
        "",
        world.now,
        world.now,
        type=session.permission_type,
        limit=limit,
        currency=limit.currency if limit else None,
        expires=_expiry(session, world.now),
        card=session.card,
        session=session.id,
        data={name: session.data[name] for name in _INHERITED if name in session.data},
    )
    amount = session.charge_amount if charges else None
    draft.create(
        "ChargePermission", permission, "session_is_completed", _balance_guard(world, session, amount, limit)
    )
    if amount is not None:
        _authorize_at_checkout(draft, session, call.new.charge, permission.id, amount, guard, settles)
    done = _done(context, draft, ("CheckoutSession", session.id))
    if guard != "pending":
        return (done,)
    if context.operation.id == "complete_checkout_session":
        return (replace(done, status=202),)
    pending = tuple(
        replace(done, status=status, shows=(("finalize-pending", str(status)),)) for status in (202, 200)
    )
    return _by_choice("finalize-pending", world, pending)


_INHERITED = ("merchantMetadata", "recurringMetadata", "chargePermissionType", "paymentMethodOnFileMetadata")


def _authorize_at_checkout(
    draft: Draft,
    session: CheckoutSession,
    charge_id: str,
    permission_id: str,
    amount: Price,
    guard: str,
    settles: str,
) -> None:
    captures = session.intent == "AuthorizeWithCapture"
    kind = "captured" if captures else ("pending" if guard == "pending" else "")
    charge = Charge(
        charge_id,
        "",
        draft.world.now,
        draft.world.now,
        permission_id,
        amount,
        captured=amount if captures else None,
        settles=Settlement(draft.world.now + TIMERS["settlement"], settles) if kind == "pending" else None,
        data={
            name: value
            for name, value in session.payment.items()
            if name == "softDescriptor" and value is not None
        },
    )
    draft.create("Charge", charge, "session_is_completed", kind)


def _balance_guard(world: World, session: CheckoutSession, charged: Price | None, limit: Price | None) -> str:
    if session.permission_type != "OneTime" or charged is None or limit is None:
        return ""
    whole = charged.amount >= limit.amount
    if session.intent == "AuthorizeWithCapture":
        closes = whole or world.settings.has("permission-closes=at-first-capture")
        return "balance captured" if closes else ""
    blocks = {"when-reserved": whole, "always": True, "never": False}
    return "balance reserved" if blocks[world.settings.choice("charge-in-progress")] else ""


def _expiry(session: CheckoutSession, now: int) -> int | None:
    if session.permission_type == "PaymentMethodOnFile":
        return None
    extended = session.permission_type == "Recurring" or bool(session.payment.get("extendExpiration"))
    return now + TIMERS["permission_extended" if extended else "permission_expires"]


def _update_permission(context: Context) -> Iterator[Outcome]:
    permission = context.permission
    if permission is None or not may_be_open(context.world, permission):
        return
    for data, shows in _patched(context, permission.data):
        draft = Draft(context.world)
        _take_for_open(draft, permission)
        draft.move("ChargePermission", permission.id, "update_charge_permission", data=data)
        yield replace(_done(context, draft, ("ChargePermission", permission.id)), shows=shows)


def _close_permission(context: Context) -> Iterator[Outcome]:
    permission = context.permission
    if permission is None or not may_be_open(context.world, permission):
        return
    if context.call.simulation not in SIMULATIONS["close_charge_permission"]:
        yield _closed(context, permission, "")
        return
    outcomes = (
        replace(
            _closed(context, permission, "simulated AmazonClosed"), shows=(("close-simulation", "applied"),)
        ),
        replace(_closed(context, permission, ""), shows=(("close-simulation", "ignored"),)),
    )
    yield from _by_choice("close-simulation", context.world, outcomes)


def _closed(context: Context, permission: ChargePermission, guard: str) -> Outcome:
    draft = Draft(context.world)
    _take_for_open(draft, permission)
    draft.move("ChargePermission", permission.id, "close_charge_permission", guard)
    if context.call.body.get("cancelPendingCharges"):
        for charge in context.world.charges_of(permission.id):
            if draft.can_move("Charge", charge.id, "close_charge_permission", "cancelPendingCharges"):
                draft.move(
                    "Charge", charge.id, "close_charge_permission", "cancelPendingCharges", settles=None
                )
    return _done(context, draft, ("ChargePermission", permission.id))


def _take_for_open(draft: Draft, permission: ChargePermission) -> None:
    """Undo an uncertain closing: the service goes on as if there had been none."""
    if permission.state == "Closed":
        draft.change("ChargePermission", permission.id, state="Chargeable", reason=None)
        draft.balance_permission(permission.id)


_DECLINES = ("SoftDeclined", "HardDeclined", "AmazonRejected", "TransactionTimedOut")


def _create_charge(context: Context) -> Iterator[Outcome]:
    permission, call = context.permission, context.call
    amount = context.price("chargeAmount")
    if permission is None or amount is None:
        return
    row = SIMULATIONS["create_charge"].get(call.simulation or "")
    if row is None:
        yield from _unsimulated_charges(context, permission, amount)
    elif row.switch == "pending-simulations":
        yield from _pending_simulation(context, permission, amount, row.code.removeprefix("Pending"))
    else:
        yield from _charge_simulation(context, permission, amount, row.code)


def _unsimulated_charges(context: Context, permission: ChargePermission, amount: Price) -> Iterator[Outcome]:
    guard = "captured" if context.call.body.get("captureNow") else ""
    yield _charged(context, permission, amount, guard)
    if permission.card is None and guard == "" and context.call.body.get("canHandlePendingAuthorization"):
        yield _charged(context, permission, amount, "pending")
    if permission.card is None:  # a permission that the kit was given: its instrument is not known
        for code in _DECLINES:
            yield from _declined_charges(context, permission, code)


def _charge_simulation(
    context: Context, permission: ChargePermission, amount: Price, code: str
) -> Iterator[Outcome]:
    if code in _DECLINES:
        applied = tuple(_declined_charges(context, permission, code))
    elif context.call.body.get("captureNow"):
        applied = (_charged(context, permission, amount, f"simulated {code}"),)
    else:
        applied = ()
    ignored = tuple(_unsimulated_charges(context, permission, amount))
    yield from _by_choice(
        "charge-simulations",
        context.world,
        (
            *_showing("charge-simulations", "applied", applied),
            *_showing("charge-simulations", "ignored", ignored),
        ),
    )


def _pending_simulation(
    context: Context, permission: ChargePermission, amount: Price, decline: str
) -> Iterator[Outcome]:
    body = context.call.body
    if body.get("canHandlePendingAuthorization") and not body.get("captureNow"):
        pending = _charged(context, permission, amount, "pending", settles=decline)
        yield replace(pending, shows=(("pending-simulations", "guessed"),))
    yield from _unsimulated_charges(context, permission, amount)


def _charged(
    context: Context, permission: ChargePermission, amount: Price, guard: str, settles: str = ""
) -> Outcome:
    world, call, draft = context.world, context.call, Draft(context.world)
    pending = guard in ("pending", "simulated CaptureInitiated")
    charge = Charge(
        call.new.charge,
        "",
        world.now,
        world.now,
        permission.id,
        amount,
        captured=amount if guard in ("captured", "simulated CaptureInitiated") else None,
        settles=Settlement(world.now + TIMERS["settlement"], settles) if pending else None,
        data={name: call.body[name] for name in _CHARGE_DATA if name in call.body},
    )
    draft.create("Charge", charge, "create_charge", guard)
    if permission.reason in ("AmazonCanceled", "PaymentMethodInvalid"):
        # it takes a charge, so what was uncertain did not happen to it: api-facts §8.2 "effect [?]"
        draft.change("ChargePermission", permission.id, state="Chargeable", reason=None)
    if draft.world.permissions[permission.id].state == "Chargeable":
        draft.move("ChargePermission", permission.id, "create_charge", **_renewed(permission, world))
    draft.balance_permission(permission.id)
    return _done(context, draft, ("Charge", charge.id))


_CHARGE_DATA = (
    "softDescriptor",
    "merchantMetadata",
    "providerMetadata",
    "platformId",
    "chargeInitiator",
    "channel",
    "webCheckoutDetails",
)


def _renewed(permission: ChargePermission, world: World) -> dict[str, Any]:
    renewed = permission.type == "Recurring" and world.settings.has("recurring-expiry=renewed")
    return {"expires": world.now + TIMERS["permission_extended"]} if renewed else {}


def _declined_charges(context: Context, permission: ChargePermission, code: str) -> Iterator[Outcome]:
    draft = Draft(context.world)
    _decline_permission(draft, permission.id, code)
    yield Outcome(422, draft.world, "CHG-006", code, used=tuple(draft.used), required=True)


def _decline_permission(draft: Draft, permission_id: str, code: str) -> None:
    """Let a permission follow a declined charge. api-facts §4.2, §8.2, effect [?]."""
    trigger, switch = _DECLINE_TRIGGERS.get(code, ("", ""))
    if not trigger or draft.world.settings.has(f"{switch}=unaffected"):
        return
    if draft.can_move("ChargePermission", permission_id, trigger):
        draft.move("ChargePermission", permission_id, trigger)


_DECLINE_TRIGGERS: Mapping[str, tuple[str, str]] = {
    "HardDeclined": ("charge_is_hard_declined", "declined-permission"),
    "AmazonRejected": ("charge_is_amazon_rejected", "rejected-permission"),
}


def _update_charge(context: Context) -> Iterator[Outcome]:
    charge, draft = context.charge, Draft(context.world)
    if charge is not None and draft.can_move("Charge", charge.id, "update_charge"):
        draft.move("Charge", charge.id, "update_charge")
        draft.balance_permission(charge.permission)
    if charge is not None:
        yield _done(context, draft, ("Charge", charge.id))


def _capture_charge(context: Context) -> Iterator[Outcome]:
    charge, amount, draft = context.charge, context.price("captureAmount"), Draft(context.world)
    if charge is None or amount is None or charge.state != "Authorized":
        return
    guard = _capture_guard(context, charge)
    refused = Outcome(
        422, context.world, "CHG-006", "AmazonRejected", shows=(("capture-decline", "refused"),)
    )
    rejected = guard == "simulated AmazonRejected"
    if rejected and context.world.settings.has("capture-decline=refused"):
        yield refused
    settlement = Settlement(
        context.world.now + TIMERS["settlement"],
        "AmazonRejected" if rejected else "",
    )
    draft.move(
        "Charge",
        charge.id,
        "capture_charge",
        guard,
        captured=amount,
        settles=settlement if guard else None,
        data=merged(charge.data, {k: v for k, v in context.call.body.items() if k == "softDescriptor"}),
    )
    draft.balance_permission(charge.permission)
    yield replace(
        _done(context, draft, ("Charge", charge.id)),
        shows=(("capture-decline", "pending"),) if rejected else (),
    )
    if rejected and not context.world.settings.has("capture-decline=refused"):
        yield refused


def _capture_guard(context: Context, charge: Charge) -> str:
    if context.call.simulation in ("CaptureInitiated", "AmazonRejected"):
        return f"simulated {context.call.simulation}"
    # an Authorized charge changed last when it was authorized: api-facts §4.6 counts from there
    late = context.world.now - charge.changed > TIMERS["capture_window"]
    return "after 7 days" if late else ""


def _cancel_charge(context: Context) -> Iterator[Outcome]:
    charge, draft = context.charge, Draft(context.world)
    if charge is not None and draft.can_move("Charge", charge.id, "cancel_charge"):
        draft.move("Charge", charge.id, "cancel_charge", settles=None)
        draft.balance_permission(charge.permission)
        yield _done(context, draft, ("Charge", charge.id))


def _create_refund(context: Context) -> Iterator[Outcome]:
    charge, amount, call = context.charge, context.price("refundAmount"), context.call
    if charge is None or amount is None or charge.state != "Captured":
        return
    row = SIMULATIONS["create_refund"].get(call.simulation or "")
    if row is None:
        yield _refunded(context, charge, amount, "")
        return
    yield replace(_refunded(context, charge, amount, row.code), shows=(("refund-simulations", "guessed"),))
    yield _refunded(context, charge, amount, "")


def _refunded(context: Context, charge: Charge, amount: Price, settles: str) -> Outcome:
    call, now, draft = context.call, context.world.now, Draft(context.world)
    refund = Refund(
        call.new.refund,
        "",
        now,
        now,
        charge.id,
        amount,
        settles=Settlement(now + TIMERS["settlement"], settles),
        data={k: v for k, v in call.body.items() if k == "softDescriptor"},
    )
    draft.create("Refund", refund, "create_refund")
    draft.move("Charge", charge.id, "create_refund")
    return _done(context, draft, ("Refund", refund.id))


_HANDLERS: Mapping[str, Callable[[Context], Iterator[Outcome]]] = {
    "create_checkout_session": _create_session,
    "get_checkout_session": _get,
    "update_checkout_session": _update_session,
    "complete_checkout_session": _complete_session,
    "finalize_checkout_session": _complete_session,
    "get_charge_permission": _get,
    "update_charge_permission": _update_permission,
    "close_charge_permission": _close_permission,
    "create_charge": _create_charge,
    "get_charge": _get,
    "update_charge": _update_charge,
    "capture_charge": _capture_charge,
    "cancel_charge": _cancel_charge,
    "create_refund": _create_refund,
    "get_refund": _get,
}


# --- the buyer


def _buyer_acts(world: World, act: BuyerAct) -> Iterator[Outcome]:
    kind: ObjectKind = "CheckoutSession" if act.target in world.sessions else "ChargePermission"
    value = world.find(kind, act.target)
    card = act.card or getattr(value, "card", None) or DEFAULT_CARD
    if value is None or card not in CARDS or (act.address or DEFAULT_ADDRESS) not in ADDRESSES:
        return
    draft = Draft(world)
    if act.deed != "signs_in" and getattr(value, "buyer", "") == "absent" and value.state == "Open":
        # who comes to Amazon's page to pay signs in there first: api-facts §5.1, §5.6
        _progress(draft, act, "buyer_signs_in", card)
    # whoever approves with a card that cancels, cancels: api-facts §8.1
    trigger = f"buyer_{CARDS[card].deed if act.deed == 'approves' else act.deed}"
    if not draft.can_move(kind, act.target, trigger) or not _buyer_may(draft.world, act):
        return
    if trigger in _PROGRESS:
        _progress(draft, act, trigger, card)
    else:
        draft.move(kind, act.target, trigger)
    yield Outcome(0, draft.world, "", subject=(kind, act.target), used=tuple(draft.used))


def _progress(draft: Draft, act: BuyerAct, trigger: str, card: str) -> None:
    session = draft.world.sessions[act.target]
    extra: dict[str, Any] = {
        "buyer": _PROGRESS[trigger],
        "card": card,
        "product": act.product or session.product or "PayAndShip",
        "address": act.address or session.address,
    }
    draft.move("CheckoutSession", act.target, trigger, **extra)


_PROGRESS: Mapping[str, BuyerProgress] = {"buyer_signs_in": "signed_in", "buyer_approves": "approved"}


def _buyer_may(world: World, act: BuyerAct) -> bool:
    session = world.sessions.get(act.target)
    if session is None:
        permission = world.permissions[act.target]
        return act.deed != "fixes_payment_method" or permission.reason != "ChargeInProgress"
    if act.deed == "signs_in":
        return session.buyer != "approved"
    # he is sent to Amazon's page only when nothing is missing any more: api-facts §5.1
    return not constraints(session)


# --- time


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


def _advance(world: World, seconds: int) -> Outcome:
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
        _decline_permission(draft, charge.permission, charge.reason or "")
        draft.balance_permission(charge.permission)
