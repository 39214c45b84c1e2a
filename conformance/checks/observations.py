"""What an answer tells of the questions that the facts leave open: reported, never judged."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, cast

from amazonpay_conformance.checks.answers import what_was_set_is_read_back
from amazonpay_conformance.checks.check import EXCHANGE_CHECKS
from amazonpay_conformance.checks.objects import state_is_permitted
from amazonpay_conformance.checks.subject import Made, Seen
from amazonpay_conformance.model.balances import may_be_open, remainder
from amazonpay_conformance.model.constraints import CONSTRAINTS
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.observable import Observed, told_by_state
from amazonpay_conformance.model.paging import NO_PAGE
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.model.world import ChargePermission, CheckoutSession, Record
from amazonpay_conformance.reading.objects import state_of

_NOBODY = cast(Made, None)
"""The checks of objects look at the exchange alone, whoever called."""


def fits(seen: Seen) -> bool:
    """Tell whether the object in an answer is as the matched outcome would have it.

    Where several permitted outcomes share a status and a reason code, this tells them apart.
    """
    if any(judgement.problems for judgement in state_is_permitted(seen, _NOBODY)):
        return False
    return not _shows_what_was_not_set(seen) and not any(_problems(check, seen) for check in _OBJECT_CHECKS)


_OBJECT_CHECKS = (
    what_was_set_is_read_back,
    *(check for _, check in EXCHANGE_CHECKS.values() if check.__module__ == state_is_permitted.__module__),
)


def _shows_what_was_not_set(seen: Seen) -> bool:
    if seen.matched is None or seen.matched.subject is None or seen.matched.subject[0] != "CheckoutSession":
        return False
    session, shown = seen.after.find(*seen.matched.subject), (seen.body or {}).get("merchantMetadata")
    held = getattr(session, "data", {}).get("merchantMetadata") or {}
    return any(value is not None and name not in held for name, value in (shown or {}).items())


def _problems(check: Any, seen: Seen) -> bool:
    answer = check(seen, _NOBODY)
    return answer is not None and answer != ()


def observations(seen: Seen) -> Iterator[Observed]:
    """Yield the (switch, choice) pairs that an exchange gives evidence of."""
    yield from seen.shows
    yield from _of_page(seen)
    if seen.body is None or seen.matched is None or seen.matched.subject is None:
        return
    if seen.matched.replays is not None:
        return
    kind, object_id = seen.matched.subject
    shown = state_of(kind, seen.body)
    if shown is not None:
        yield from told_by_state(seen.matched.world, kind, object_id, shown)
    value = seen.after.find(kind, object_id)
    if isinstance(value, ChargePermission):
        yield from _of_permission(seen, value, seen.body)
    elif isinstance(value, CheckoutSession):
        yield from _of_session(value, seen.body)
    elif isinstance(value, Record) and kind == "Dispute":
        yield from _of_dispute(value, seen.body.get("merchantResponseDeadline"))
    elif kind == "Charge" and "convertedAmount" in seen.body:
        value = seen.body["convertedAmount"]
        yield "converted-amount", "null" if value is None else "string" if isinstance(value, str) else "price"


def _of_page(seen: Seen) -> Iterator[Observed]:
    """What a token gets that no page gave, where there is something that a page could show."""
    call, shown = seen.reading.call, (seen.body or {}).get("reports")
    if call is None or call.operation != "get_reports" or not isinstance(shown, list):
        return
    if call.query.get("nextToken") == NO_PAGE and seen.before.records.get("Report"):
        yield "foreign-tokens", "first-page" if shown else "empty-page"


def _of_permission(seen: Seen, permission: ChargePermission, body: dict[str, Any]) -> Iterator[Observed]:
    yield from _of_balance(seen, permission, body.get("limits"))
    value = ((body.get("recurringMetadata") or {}).get("frequency") or {}).get("value")
    if value is not None:
        yield "frequency-value", "string" if isinstance(value, str) else "number"
    if permission.type != "OneTime" and permission.id[:1] in ("B", "C"):
        yield "recurring-prefix", permission.id[0]
    old = seen.after.now - permission.created >= TIMERS["buyer_data_readable"]
    if old and permission.type == "OneTime" and not permission.given:
        yield "buyer-data", "kept" if body.get("buyer") else "gone"


def _of_balance(seen: Seen, permission: ChargePermission, limits: Any) -> Iterator[Observed]:
    left = Price.parse(limits.get("amountBalance")) if isinstance(limits, dict) else None
    if left is None or permission.type != "OneTime" or not may_be_open(seen.after, permission):
        return
    for switch, ways in _BALANCES.items():
        values = {choice: _balance(seen, permission, **way) for choice, way in ways.items()}
        fitting = [choice for choice, value in values.items() if value == left.amount]
        if len(fitting) == 1 and None not in values.values():
            yield switch, fitting[0]


_BALANCES: dict[str, dict[str, dict[str, bool]]] = {
    "open-authorizations": {
        "reserved": {"reserved": True, "kept": False},
        "free": {"reserved": False, "kept": False},
    },
    "captured-remainder": {
        "released": {"reserved": True, "kept": False},
        "kept": {"reserved": True, "kept": True},
    },
}


def _balance(seen: Seen, permission: ChargePermission, *, reserved: bool, kept: bool) -> Decimal | None:
    left = remainder(seen.after, permission, reserved=reserved, kept=kept)
    return None if left is None else max(left, Decimal(0))


def _of_session(session: CheckoutSession, body: dict[str, Any]) -> Iterator[Observed]:
    if session.state != "Open" or session.buyer != "absent":
        return
    shown = [c.get("constraintId") for c in body.get("constraints") or [] if isinstance(c, dict)]
    others = [name for name in shown if name not in CONSTRAINTS]
    if "ShippingAddressNotSet" in others or not others:
        yield "further-constraints", "ShippingAddressNotSet" if others else "none"


MILLISECONDS_FROM = 10**11
"""An epoch number from here on counts milliseconds: as seconds it would be after the year 5000."""


def _of_dispute(dispute: Record, deadline: Any) -> Iterator[Observed]:
    if deadline is None or "merchantResponseDeadline" in dispute.data:
        return  # what the merchant gave says nothing of how the service tells its own
    if isinstance(deadline, str):
        yield "dispute-timestamps", "text"
    else:
        yield "dispute-timestamps", "milliseconds" if deadline >= MILLISECONDS_FROM else "seconds"
