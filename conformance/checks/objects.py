"""What a server says of its objects: states, relations, constraints, money, lifetimes. api-facts §3 to §6."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from amazonpay_conformance.checks.check import HELD, Answer, Judgement, Problem, on_exchange, on_model
from amazonpay_conformance.checks.once import once
from amazonpay_conformance.checks.subject import Made, Seen
from amazonpay_conformance.checks.timestamps import seconds_of
from amazonpay_conformance.model.constraints import CONSTRAINTS, constraints
from amazonpay_conformance.model.money import Price, minor_unit
from amazonpay_conformance.model.observable import (
    permitted_balances,
    permitted_refunded,
    permitted_states,
)
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.requirements import STATE_REQUIREMENTS
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.model.world import AnyObject, Charge, ChargePermission, CheckoutSession, Refund
from amazonpay_conformance.reading.objects import ID_FIELDS, state_of

ONE_TIME: Final = ("S", "P")
"""How the ids of one-time permissions begin. Source: api-facts §3.0 [D][W][I]."""


@on_model(*STATE_REQUIREMENTS.values())
def state_is_permitted(seen: Seen, made: Made) -> Iterator[Judgement]:
    """Judge the state that an answer shows by the object's history."""
    shown = _shown(seen)
    if shown is None or seen.matched is None or seen.matched.replays is not None:
        return
    kind, object_id, body = shown
    found = state_of(kind, body)
    if found is None or kind not in STATE_REQUIREMENTS:
        return  # the schema check says so; of the lesser resources it says all that is known
    allowed = permitted_states(seen.after, kind, object_id)
    problems: tuple[Problem, ...] = HELD
    if found not in allowed:
        problems = (Problem(" or ".join(sorted(map(_state, allowed))), _state(found)),)
    yield Judgement(STATE_REQUIREMENTS[kind], "state_is_permitted", problems)


@on_exchange("REL-006")
def ids_begin_with_the_orders(seen: Seen, made: Made) -> Answer:
    """The id of a recurring permission or a saved wallet begins none: §3.0 [W]."""
    shown = _shown(seen)
    if shown is None or seen.matched is None or seen.matched.replays is not None:
        return None
    kind, object_id, _ = shown
    value = seen.after.find(kind, object_id)
    charge = seen.after.charges.get(value.charge) if isinstance(value, Refund) else value
    if not isinstance(charge, Charge) or charge.permission[:1] not in ONE_TIME:
        return None
    wanted = f"{charge.permission}-"
    return HELD if object_id.startswith(wanted) else Problem(f"an id that begins {wanted}", object_id)


@on_exchange("REL-004")
def object_has_the_id_asked_for(seen: Seen, made: Made) -> Answer:
    shown = _shown(seen)
    if shown is None or seen.reading.call is None or seen.reading.call.target is None:
        return None
    kind, _, body = shown
    if kind not in ID_FIELDS or seen.reading.operation is None or seen.reading.operation.target != kind:
        return None  # it does not tell the id in the path: a buyer's token, the account of a store
    # a store stands in the path beneath its account
    wanted, found = seen.reading.call.target.rpartition("/")[2], body.get(ID_FIELDS[kind])
    if found is None:
        return None  # where it may be missing, as in a canceled session, the schema check says: §3.1
    return HELD if found == wanted else Problem(f"{ID_FIELDS[kind]} {wanted}", f"{found}")


@on_exchange("CON-001")
def constraints_are_what_is_missing(seen: Seen, made: Made) -> Answer:
    session, body = _current(seen, CheckoutSession)
    if session is None or session.state != "Open":
        return None
    shown = body.get("constraints") or []
    found = [c.get("constraintId") for c in shown if isinstance(c, dict)]
    wanted = list(constraints(session))
    found = [name for name in found if name in CONSTRAINTS]  # of others nothing is known: §5.1 [?]
    return HELD if sorted(map(str, found)) == sorted(wanted) else Problem(_list(wanted), _list(found))


@on_exchange("CON-002")
def redirect_follows_constraints(seen: Seen, made: Made) -> Answer:
    session, body = _current(seen, CheckoutSession)
    details = body.get("webCheckoutDetails")
    if session is None or session.state != "Open" or not isinstance(details, dict):
        return None
    url = details.get("amazonPayRedirectUrl")
    if bool(url) is not bool(body.get("constraints")):
        return HELD
    wanted = "null while constraints remain" if url else "an address, since no constraint is left"
    return Problem(f"amazonPayRedirectUrl: {wanted}", f"amazonPayRedirectUrl: {'an address' if url else url}")


@on_exchange("REL-001")
def completed_session_names_what_it_made(seen: Seen, made: Made) -> Answer:
    session, body = _current(seen, CheckoutSession)
    if session is None or session.state != "Completed":
        return None
    problems = []
    permission, charge = body.get("chargePermissionId"), body.get("chargeId")
    # a null permission is the schema check's; what no answer told cannot be held against this one
    if permission is not None and session.permission and permission != session.permission:
        problems.append(
            Problem(f"chargePermissionId {session.permission}", f"chargePermissionId {permission}")
        )
    if bool(charge) is not (session.charge is not None):
        wanted = "a chargeId" if session.charge is not None else "no chargeId, since it only confirms"
        problems.append(Problem(wanted, str(charge)))
    elif session.charge and charge != session.charge:
        problems.append(Problem(f"chargeId {session.charge}", f"chargeId {charge}"))
    return problems


@on_exchange("REL-002")
def charge_names_its_permission(seen: Seen, made: Made) -> Answer:
    charge, body = _current(seen, Charge)
    # no permission is known where the completed session named none
    return _names("chargePermissionId", charge.permission, body) if charge and charge.permission else None


@on_exchange("REL-003")
def refund_names_its_charge(seen: Seen, made: Made) -> Answer:
    refund, body = _current(seen, Refund)
    return _names("chargeId", refund.charge, body) if refund else None


@on_exchange("MON-001")
def capture_amount_is_what_was_captured(seen: Seen, made: Made) -> Answer:
    charge, body = _current(seen, Charge)
    found = body.get("captureAmount")
    if charge is None or charge.state != "Captured" or charge.captured is None or found is None:
        return None  # when it is null, the schema check says; what a pending capture shows is not known
    wanted = charge.captured
    return HELD if Price.parse(found) == wanted else Problem(_price(wanted.wire()), _price(found))


@on_exchange("MON-002")
def refunded_amount_is_the_sum_of_refunds(seen: Seen, made: Made) -> Answer:
    charge, body = _current(seen, Charge)
    if charge is None or charge.state != "Captured" or body.get("refundedAmount") is None:
        return None  # when it is null, the schema check says
    found = Price.parse(body.get("refundedAmount"))
    sums = permitted_refunded(seen.after, charge)
    if found is not None and found.amount in sums and found.currency == charge.amount.currency:
        return HELD
    wanted = " or ".join(sorted(str(value) for value in sums))
    return Problem(f"refundedAmount {wanted} {charge.amount.currency}", _price(body.get("refundedAmount")))


@on_exchange("MON-003")
def balance_is_what_is_left(seen: Seen, made: Made) -> Answer:
    permission, body = _current(seen, ChargePermission)
    limits = body.get("limits")
    if permission is None or permission.limit is None or not isinstance(limits, dict):
        return None
    limit, left = Price.parse(limits.get("amountLimit")), Price.parse(limits.get("amountBalance"))
    if limit is None or left is None:
        return None  # null where the service shows none: §3.2, §14.2
    allowed = {max(value, Decimal(0)) for value in permitted_balances(seen.after, permission)}
    if limit == permission.limit and left.amount in allowed and left.currency == limit.currency:
        return HELD
    wanted = f"limit {permission.limit.amount}, balance {' or '.join(sorted(map(str, allowed)))}"
    found = f"limit {limit.amount} {limit.currency}, balance {left.amount} {left.currency}"
    return Problem(f"{wanted} {permission.limit.currency}", found)


@on_exchange("MON-004")
def amount_is_the_one_asked_for(seen: Seen, made: Made) -> Answer:
    charge, body = _current(seen, Charge)
    if charge is not None:
        return _amounts({"chargeAmount": charge.amount}, body)
    refund, body = _current(seen, Refund)
    if refund is not None:
        return _amounts({"refundAmount": refund.amount}, body)
    session, body = _current(seen, CheckoutSession)
    details = body.get("paymentDetails")
    if session is None or not isinstance(details, dict):
        return None
    return _amounts({"chargeAmount": session.charge_amount, "totalOrderAmount": session.total}, details)


@on_exchange("MON-005")
def conversion_adds_up(seen: Seen, made: Made) -> Answer:
    charge, body = _current(seen, Charge)
    told, rate = body.get("convertedAmount"), _decimal(body.get("conversionRate"))
    found = _decimal(told.get("amount") if isinstance(told, dict) else told)
    if charge is None or found is None or not rate:
        return None  # null is the normal value of both
    wanted = charge.amount.amount / rate
    if abs(found - wanted) <= _grain(told):
        return HELD
    return Problem(f"convertedAmount {wanted:.2f}, at {rate}", f"convertedAmount {found}")


def _grain(told: object) -> Decimal:
    """What rounding may make of a conversion: the smallest unit, a whole one where no currency is told."""
    currency = told.get("currencyCode") if isinstance(told, dict) else None
    return minor_unit(str(currency)) if currency else Decimal(1)


def _decimal(value: object) -> Decimal | None:
    try:
        read = Decimal(str(value))
    except InvalidOperation:
        return None
    return read if read.is_finite() else None


@on_exchange("TIM-001")
def lifetime_is_the_documented_one(seen: Seen, made: Made) -> Answer:
    session, body = _current(seen, CheckoutSession)
    seconds = TIMERS["session_expires"]
    if session is None:
        charge, body = _current(seen, Charge)
        seconds = TIMERS["authorization_expires"]
        if charge is None:
            return None
    created, expires = _seconds(body.get("creationTimestamp")), _seconds(body.get("expirationTimestamp"))
    if created is None or expires is None:
        return None
    return HELD if expires - created == seconds else Problem(f"{seconds} s", f"{expires - created} s")


@once
def _shown(seen: Seen) -> tuple[Kind, str, dict[str, Any]] | None:
    if seen.body is None or seen.matched is None or seen.matched.subject is None:
        return None
    kind, object_id = seen.matched.subject
    return kind, object_id, seen.body


def _current(seen: Seen, wanted: type) -> Any:
    """The model's object and the body that shows it now; (None, {}) for other kinds and stored answers.

    Neither where the state shown is a wrong one: state_is_permitted says so, and the rest follows from it.
    """
    value, body = _now(seen)
    return (value, body) if isinstance(value, wanted) else (None, {})


@once
def _now(seen: Seen) -> tuple[AnyObject | None, dict[str, Any]]:
    shown = _shown(seen)
    if shown is None or (seen.matched is not None and seen.matched.replays is not None):
        return None, {}
    kind, object_id, body = shown
    value, found = seen.after.find(kind, object_id), state_of(kind, body)
    return (value, body) if found is None or found[0] == getattr(value, "state", None) else (None, {})


def _names(field: str, wanted: str, body: dict[str, Any]) -> Answer:
    return HELD if body.get(field) == wanted else Problem(f"{field} {wanted}", f"{field} {body.get(field)}")


def _amounts(asked: dict[str, Price | None], shown: dict[str, Any]) -> Answer:
    given = {name: price for name, price in asked.items() if price is not None}
    if not given:
        return None
    return tuple(
        Problem(f"{name} {_price(price.wire())}", f"{name} {_price(shown.get(name))}")
        for name, price in given.items()
        if Price.parse(shown.get(name)) != price
    )


def _price(value: object) -> str:
    price = Price.parse(value)
    return f"{price.amount} {price.currency}" if price else "null"


def _state(value: tuple[str, str | None]) -> str:
    state, reason = value
    return f"{state}/{reason}" if reason else state


def _list(names: list[Any]) -> str:
    return ", ".join(map(str, names)) or "none"


def _seconds(value: object) -> float | None:
    return seconds_of(str(value))
