"""Plans from which an exploration sets out: orders at the ceiling, and counts near their limits.

What they come to is far from the beginning, and would be found late.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from amazonpay_conformance.model.limits import MAX_CHARGES, MAX_REFUNDS
from amazonpay_conformance.model.scenario import BuyerStep, Step
from amazonpay_conformance.strategies.generator import Planner
from amazonpay_conformance.strategies.payloads import Variant, price

_SESSION, _PERMISSION, _CHARGE = "session#1", "permission#1", "charge#1"
_ONE_BELOW: Final = 2
"""So many fewer than the limit, so that the next is one below it."""


def stories(start: Planner) -> Iterator[Planner]:
    """Yield plans, as far as client and target can follow them.

    Args:
        start: an empty plan.
    """
    if not start.abilities.buyer or "create_checkout_session" not in start.abilities.operations:
        return
    orders = [v for v in start.variants("create_checkout_session", None) if not v.wrong]
    for order in orders:
        if any(word in str(order.body) for word in ("ceiling", "Recurring", "PendingAuthorization")):
            cards = ("0701", "4354") if "PendingAuthorization" in str(order.body) else ("1111",)
            yield from filter(None, (_paid(start, order, card) for card in cards))
    for intent in ("Confirm", "AuthorizeWithCapture"):
        usual = next(o for o in orders if "ceiling" not in str(o.body) and _intent(o) == intent)
        paid = _paid(start, usual)
        yield from filter(None, [_counted(paid) if paid else None])


def _intent(order: Variant) -> str:
    return str((order.body or {}).get("paymentDetails", {}).get("paymentIntent"))


def _paid(start: Planner, order: Variant, card: str = "1111") -> Planner | None:
    planner = _taken(start, start.call("create_checkout_session", None, order))
    for step in (BuyerStep("signs_in", _SESSION), BuyerStep("approves", _SESSION, card)):
        planner = _taken(planner, step) if planner else None
    if planner is None or "complete_checkout_session" not in start.abilities.operations:
        return None
    for variant in planner.variants("complete_checkout_session", _SESSION):
        done = _taken(planner, planner.call("complete_checkout_session", _SESSION, variant))
        if done is not None and done.world.permissions:
            return done
    return None


def _counted(paid: Planner) -> Planner | None:
    """Return the plan with so many charges, or refunds, that few more are taken."""
    if not paid.world.charges:
        return _repeated(paid, "create_charge", _PERMISSION, MAX_CHARGES - _ONE_BELOW)
    if paid.world.charges[_CHARGE].state == "Captured":
        return _repeated(paid, "create_refund", _CHARGE, MAX_REFUNDS - _ONE_BELOW)
    return None


def _repeated(planner: Planner, operation: str, subject: str, times: int) -> Planner | None:
    if operation not in planner.abilities.operations:
        return None
    field = {"create_charge": "chargeAmount", "create_refund": "refundAmount"}[operation]
    small = next(
        v for v in planner.variants(operation, subject) if (v.body or {}).get(field) == price("small")
    )
    for _ in range(times):
        after = _taken(planner, planner.call(operation, subject, small))
        if after is None:
            return None
        planner = after
    return planner


def _taken(planner: Planner, step: Step) -> Planner | None:
    candidate = planner.expect(step)
    if candidate is None or (candidate.refused and not candidate.outcome.used):
        return None
    return planner.then(candidate)
