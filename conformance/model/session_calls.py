"""What the calls about a checkout session do where nothing forbids them."""

from __future__ import annotations

from collections.abc import Iterator

from amazonpay_conformance.model.balances import permission_limit
from amazonpay_conformance.model.context import Context
from amazonpay_conformance.model.copies import replace
from amazonpay_conformance.model.draft import Draft
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.outcome import Outcome, by_choice, done, showing
from amazonpay_conformance.model.rules import CANCELED_ERRORS, Evidence
from amazonpay_conformance.model.simulation import CARDS, SIMULATIONS
from amazonpay_conformance.model.switches import SWITCHES
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.model.world import (
    Charge,
    ChargePermission,
    CheckoutSession,
    Data,
    Settlement,
    World,
    merged,
)


def get(context: Context) -> Iterator[Outcome]:
    kind = context.operation.target
    if kind is not None and context.call.target is not None:
        yield done(context, Draft(context.world), (kind, context.call.target))


def create_session(context: Context) -> Iterator[Outcome]:
    world, call = context.world, context.call
    draft = Draft(world)
    session = CheckoutSession(call.new.session, "", world.now, world.now, data=call.body)
    draft.create("CheckoutSession", session, "create_checkout_session")
    yield done(context, draft, ("CheckoutSession", session.id))


def patched(context: Context, held: Data) -> tuple[tuple[Data, Evidence], ...]:
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


def update_session(context: Context) -> Iterator[Outcome]:
    session = context.session
    if session is None or session.state != "Open":
        return
    for data, shows in patched(context, session.data):
        draft = Draft(context.world)
        draft.move("CheckoutSession", session.id, "update_checkout_session", data=data)
        yield replace(done(context, draft, ("CheckoutSession", session.id)), shows=shows)


def complete_session(context: Context) -> Iterator[Outcome]:
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
    yield from by_choice(
        "session-simulations",
        context.world,
        (
            *showing("session-simulations", "applied", applied),
            *showing("session-simulations", "ignored", ignored),
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
    yield from by_choice("canceled-session-code", context.world, outcomes)


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
    completed = done(context, draft, ("CheckoutSession", session.id))
    if guard != "pending":
        return (completed,)
    if context.operation.id == "complete_checkout_session":
        return (replace(completed, status=202),)
    pending = tuple(
        replace(completed, status=status, shows=(("finalize-pending", str(status)),)) for status in (202, 200)
    )
    return by_choice("finalize-pending", world, pending)


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
