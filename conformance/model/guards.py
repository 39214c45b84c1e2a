"""The conditions of the rules: whether a call is wrong for one reason, each a question of its own.

A guard is a function of the context; one that is made for a field or a state is a function that returns it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any, Literal

from amazonpay_conformance.model.actions import Defect
from amazonpay_conformance.model.balances import (
    balance,
    headroom,
    may_be_chargeable,
    may_be_closed,
    may_be_open,
    remainder,
)
from amazonpay_conformance.model.context import Context
from amazonpay_conformance.model.limits import (
    CEILING,
    MAX_CHARGES,
    MAX_REFUNDS,
    UNCERTAIN_CAPS,
)
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.operation import ObjectKind
from amazonpay_conformance.model.paging import read_token
from amazonpay_conformance.model.resources import DISPUTE
from amazonpay_conformance.model.simulation import CARDS, SIMULATIONS
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.model.world import (
    LIVE_REFUND_STATES,
    NOTHING,
    AnyObject,
    CheckoutSession,
    Record,
    Remembered,
    data_of,
)


def is_closed(context: Context) -> bool:
    return context.permission is not None and not may_be_open(context.world, context.permission)


def was_rejected(context: Context) -> bool:
    permission = context.permission
    return permission is not None and permission.state == "Closed" and may_be_open(context.world, permission)


def over(context: Context, *, reserved: bool) -> bool:
    permission, price = context.permission, context.price("chargeAmount")
    if permission is None or price is None or permission.type != "OneTime":
        return False
    left = balance(context.world, permission, reserved=reserved)
    if left is not None and not reserved:
        left -= context.world.capturing_of(permission.id)  # it is as good as captured: §6.2
    return left is not None and price.amount > left


def over_with_remainder(context: Context) -> bool:
    permission, price = context.permission, context.price("chargeAmount")
    if permission is None or price is None or permission.type != "OneTime":
        return False
    left = remainder(context.world, permission, reserved=True, kept=True)
    return left is not None and price.amount > left


def over_cap(context: Context, *, uncertain: bool) -> bool:
    permission = context.permission
    cap = (permission.type, permission.limit.currency) if permission and permission.limit else None
    return (cap in UNCERTAIN_CAPS) is uncertain and _over_month(context)


def _over_month(context: Context) -> bool:
    permission, price = context.permission, context.price("chargeAmount")
    if permission is None or price is None or permission.type == "OneTime":
        return False
    left = balance(context.world, permission, reserved=False)
    return left is not None and price.amount > left


def currency_differs(context: Context) -> bool:
    permission, price = context.permission, context.price("chargeAmount")
    currency = permission.currency if permission else None
    return bool(currency and price and price.currency != currency)


def differs_from_charge(field: str) -> Callable[[Context], bool]:
    def broken(context: Context) -> bool:
        price = context.price(field)
        return bool(context.charge and price and price.currency != context.charge.amount.currency)

    return broken


def above_ceiling(field: str) -> Callable[[Context], bool]:
    def broken(context: Context) -> bool:
        price = context.price(field)
        return bool(price and price.currency in CEILING and price.amount > CEILING[price.currency])

    return broken


def not_positive(context: Context) -> bool:
    prices = (context.price(field) for field in ("chargeAmount", "captureAmount", "refundAmount"))
    return any(price is not None and price.amount <= 0 for price in prices)


def session_amount_differs(context: Context) -> bool:
    session, price = context.session, context.price("chargeAmount")
    expected = session.charge_amount if session else None
    return bool(
        expected and price and (price.amount != expected.amount or price.currency != expected.currency)
    )


def total_is_wrong(context: Context) -> bool:
    session, given = context.session, context.price("totalOrderAmount")
    return session is not None and session.total is not None and given != session.total


def total_is_superfluous(context: Context) -> bool:
    session, given = context.session, context.price("totalOrderAmount")
    return session is not None and session.state == "Open" and session.total is None and given is not None


def over_captured(context: Context) -> bool:
    charge, price = context.charge, context.price("captureAmount")
    return bool(charge and price and price.amount > charge.amount.amount)


def over_refundable(context: Context, already: Decimal) -> bool:
    charge, price = context.charge, context.price("refundAmount")
    captured = charge.captured if charge else None
    return bool(captured and price and price.amount + already > captured.amount + headroom(captured))


def over_refundable_in_sum(context: Context) -> bool:
    already = (
        context.world.refunded_of(context.charge.id, LIVE_REFUND_STATES) if context.charge else Decimal(0)
    )
    return over_refundable(context, already)


def too_many_charges(context: Context) -> bool:
    permission = context.permission
    if permission is None or permission.type != "OneTime":
        return False
    valid = [c for c in context.world.charges_of(permission.id) if c.state not in ("Canceled", "Declined")]
    return len(valid) >= MAX_CHARGES


def too_many_refunds(context: Context) -> bool:
    charge = context.charge
    return charge is not None and len(context.world.refunds_of(charge.id)) >= MAX_REFUNDS


def _other_request(context: Context) -> Remembered | None:
    """What the call's idempotency key stands for already, if that was another request."""
    known = context.world.remembered.get(context.call.key or "")
    return known if known is not None and known.fingerprint != context.call.fingerprint else None


def key_is_reused(context: Context) -> bool:
    known = _other_request(context)
    return known is not None and known.status < 400 and known.certain


def refused_key_is_reused(context: Context) -> bool:
    known = _other_request(context)
    return known is not None and known.status >= 400


def completing_key_is_reused(context: Context) -> bool:
    known = _other_request(context)
    return known is not None and not (known.certain and context.operation.needs_key)


def simulation_is_unknown(context: Context) -> bool:
    code, codes = context.call.simulation, SIMULATIONS.get(context.operation.id)
    return bool(code) and codes is not None and code not in codes and not may_be_spelt_so(context)


def may_be_spelt_so(context: Context) -> bool:
    """Whether the code is one of those whose spelling no source gives: api-facts §8.2 [?]."""
    pending = context.operation.id == "create_charge" and (context.call.simulation or "").startswith(
        "Pending"
    )
    return pending or (context.operation.id == "create_refund" and bool(context.call.simulation))


def simulates(switch: str) -> Callable[[Context], bool]:
    def broken(context: Context) -> bool:
        row = SIMULATIONS[context.operation.id].get(context.call.simulation or "")
        return row is not None and row.switch == switch

    return broken


def simulation_lacks_prerequisite(context: Context) -> bool:
    call = context.call
    if context.operation.id == "complete_checkout_session" and context.session is not None:
        pending = call.simulation == "AuthorizationInitiated" or _card_pends(context.session)
        session = context.session
        return pending and not (session.intent == "Authorize" and session.may_pend)
    if context.operation.id == "create_charge" and call.simulation == "CaptureInitiated":
        return not call.body.get("captureNow")
    if context.operation.id == "create_charge" and (call.simulation or "").startswith("Pending"):
        return not call.body.get("canHandlePendingAuthorization") or bool(call.body.get("captureNow"))
    return False


def is_at_localhost(context: Context) -> bool:
    urls = data_of(context.call.body.get("webCheckoutDetails"))
    return any(str(url).startswith("http://localhost") for url in urls.values())


def lacks_recurring_metadata(context: Context) -> bool:
    body = context.call.body
    return body.get("chargePermissionType") == "Recurring" and not body.get("recurringMetadata")


def total_is_below_charge(context: Context) -> bool:
    held = context.session.payment if context.session else {}
    details = {**held, **data_of(context.call.body.get("paymentDetails"))}
    total, charge = Price.parse(details.get("totalOrderAmount")), Price.parse(details.get("chargeAmount"))
    return bool(total and charge and total.amount < charge.amount)


def is_deleted(since: Callable[[CheckoutSession], int]) -> Callable[[Context], bool]:
    def broken(context: Context) -> bool:
        session = context.session
        return session is not None and context.world.now - since(session) >= TIMERS["session_deleted"]

    return broken


def addresses_do_not_add_up(context: Context) -> bool:
    given = context.call.body.get("multiAddressesCheckoutMetadata")
    shares = given if isinstance(given, list | tuple) else ()
    session = context.session
    details = {**(session.payment if session else {}), **data_of(context.call.body.get("paymentDetails"))}
    whole = Price.parse(details.get("chargeAmount"))
    prices = [Price.parse(share.get("price")) for share in shares if isinstance(share, Mapping)]
    return bool(shares and whole) and sum(p.amount for p in prices if p) != (whole and whole.amount)


def amount_is_spelt_otherwise(context: Context) -> bool:
    held, given = context.session, context.call.body
    if held is None or held.state != "Open":
        return False
    return any(
        _spelling(held.payment.get(name)) not in (None, _spelling(given.get(name)))
        and Price.parse(held.payment.get(name)) == Price.parse(given.get(name))
        for name in ("chargeAmount", "totalOrderAmount")
    )


def _spelling(price: Any) -> str | None:
    return str(price.get("amount")) if isinstance(price, Mapping) else None


def value_is_set_again(context: Context) -> bool:
    held = data_of((context.permission.data if context.permission else NOTHING).get("merchantMetadata"))
    given = data_of(context.call.body.get("merchantMetadata"))
    return any(held.get(name) not in (None, value) for name, value in given.items())


def may_have_closed(context: Context) -> bool:
    permission = context.permission
    return (
        permission is not None and permission.state != "Closed" and may_be_closed(context.world, permission)
    )


def refused_as(*reasons: str) -> Callable[[Context], bool]:
    """Whether the permission is refused for a reason that the facts leave open."""

    def broken(context: Context) -> bool:
        permission = context.permission
        return (
            permission is not None
            and permission.reason in reasons
            and may_be_chargeable(context.world, permission)
        )

    return broken


def over_when_captured(context: Context) -> bool:
    charge, price = context.charge, context.price("captureAmount")
    permission = context.world.permissions.get(charge.permission) if charge else None
    if charge is None or price is None or permission is None:
        return False
    if charge.state != "Authorized" or permission.type != "OneTime":
        return False
    left = balance(context.world, permission, reserved=False)
    if left is not None:
        left -= context.world.capturing_of(permission.id)  # it is as good as captured: §6.2
    return left is not None and left < price.amount <= charge.amount.amount


def _card_pends(session: CheckoutSession) -> bool:
    return bool(session.card and CARDS[session.card].pending)


@dataclass(frozen=True, slots=True)
class HasDefect:
    """Whether a request has a defect of form, which is looked at before anything that it asks for."""

    defect: Defect

    def __call__(self, context: Context) -> bool:
        defects = context.call.defects
        return bool(defects) and self.defect in defects


def in_state(kind: Literal["session", "permission", "charge"], *states: str) -> Callable[[Context], bool]:
    of_kind = attrgetter(kind)

    def broken(context: Context) -> bool:
        value: AnyObject | None = of_kind(context)
        return value is not None and value.state in states

    return broken


def foreign_target(context: Context) -> bool:
    return context.operation.target is not None and context.target is None


def is_gone(context: Context) -> bool:
    record = context.record
    if record is None or record.kind != "Store":
        return record is not None and record.gone
    account = context.world.find("MerchantAccount", record.id.partition("/")[0])
    return isinstance(account, Record) and account.gone


def is_too_old(context: Context) -> bool:
    record = context.record
    return record is not None and context.world.now - record.created > TIMERS["report_kept"]


def token_is_foreign(context: Context) -> bool:
    token = context.call.query.get("nextToken")
    return token is not None and read_token(token) is None


def names_unknown(field: str, kind: ObjectKind) -> Callable[[Context], bool]:
    def broken(context: Context) -> bool:
        named = context.call.body.get(field)
        return isinstance(named, str) and context.world.find(kind, named) is None

    return broken


def dispute_is_settled(context: Context) -> bool:
    record = context.record
    return record is not None and context.operation.id not in DISPUTE.state(record.state).operations


def pends_and_captures(details: object, session: CheckoutSession | None) -> bool:
    given = details if isinstance(details, Mapping) else {}
    held = session.payment if session else {}
    intent = given.get("paymentIntent", held.get("paymentIntent"))
    pends = given.get("canHandlePendingAuthorization", held.get("canHandlePendingAuthorization"))
    return intent == "AuthorizeWithCapture" and bool(pends)


def closed_by_others(context: Context) -> bool:
    charge = context.charge
    permission = context.world.permissions.get(charge.permission) if charge else None
    if permission is None:
        return False
    closed = permission.state == "Closed" and permission.reason != "MerchantClosed"
    return closed or may_be_closed(context.world, permission)
