"""Plans from which an exploration sets out: orders at the ceiling, counts near their limits, some courses.

What they come to is far from the beginning, and would be found late.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from amazonpay_conformance.model.limits import MAX_CHARGES, MAX_REFUNDS
from amazonpay_conformance.model.scenario import AdvanceStep, BuyerStep, Step
from amazonpay_conformance.model.timers import DAY
from amazonpay_conformance.strategies.generator import Planner
from amazonpay_conformance.strategies.payloads import Variant, price

_SESSION, _PERMISSION, _CHARGE = "session#1", "permission#1", "charge#1"
_BELOW: Final = (2, 1, 0)
"""So many fewer than the limit, so that the next is one below it, at it, and one beyond."""


@dataclass(frozen=True, slots=True)
class Deed:
    """A call with an amount (`what`) and a simulation code, or so many days of waiting."""

    operation: str
    what: str = ""
    simulation: str | None = None


_HARD, _REJECTED = "PendingHardDeclined", "PendingAmazonRejected"

# fmt: off
COURSES: Final[tuple[tuple[str, tuple[Deed, ...]], ...]] = (
    # what charges that meet do to one permission: each ends where one more step shows it
    ("Authorize", (Deed("capture_charge", "all", "AmazonRejected"),)),
    ("Authorize", (Deed("capture_charge", "all", "AmazonRejected"), Deed("update_charge_permission"))),
    ("Confirm", (Deed("create_charge", "all"),)),
    ("Confirm", (Deed("wait", "170"), Deed("create_charge", "all"))),
    ("Confirm", (Deed("create_charge", "small", _HARD), Deed("create_charge", "small", _HARD))),
    ("Confirm", (Deed("create_charge", "small", _HARD), Deed("create_charge", "all", _HARD))),
    ("Confirm", (Deed("create_charge", "small", _HARD), Deed("create_charge", "all", _REJECTED))),
)
# fmt: on
"""After an order with this intent is paid."""


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
        for fewer in _BELOW if paid else ():
            yield from filter(None, [_counted(paid, fewer) if paid else None])
    for intent, deeds in COURSES:
        usual = next(o for o in orders if "ceiling" not in str(o.body) and _intent(o) == intent)
        yield from filter(None, [_gone(_paid(start, usual), deeds)])


def _gone(paid: Planner | None, deeds: tuple[Deed, ...]) -> Planner | None:
    """Return the plan gone on with deeds; None where one of them cannot be done."""
    planner = paid
    for deed in deeds:
        step = _step_of(planner, deed) if planner else None
        planner = _taken(planner, step) if planner and step else None
    return planner


def _step_of(planner: Planner, deed: Deed) -> Step | None:
    if deed.operation == "wait":
        return AdvanceStep(int(deed.what) * DAY) if planner.abilities.clock else None
    subject = _CHARGE if deed.operation == "capture_charge" else _PERMISSION
    able = deed.operation in planner.abilities.operations
    for variant in planner.variants(deed.operation, subject) if able else ():
        amounts = [v for v in (variant.body or {}).values() if isinstance(v, dict) and "$price" in v]
        if variant.simulation == deed.simulation and amounts == ([price(deed.what)] if deed.what else []):
            return planner.call(deed.operation, subject, variant)
    return None


def _intent(order: Variant) -> str:
    return str((order.body or {}).get("paymentDetails", {}).get("paymentIntent"))


def _paid(start: Planner, order: Variant, card: str = "1111") -> Planner | None:
    planner = _taken(start, start.call("create_checkout_session", None, order))
    planner = _taken(planner, BuyerStep("approves", _SESSION, card)) if planner else None
    if planner is None or "complete_checkout_session" not in start.abilities.operations:
        return None
    for variant in planner.variants("complete_checkout_session", _SESSION):
        done = _taken(planner, planner.call("complete_checkout_session", _SESSION, variant))
        if done is not None and done.world.permissions:
            return done
    return None


def _counted(paid: Planner, fewer: int) -> Planner | None:
    """Return the plan with so many charges, or refunds, that few more are taken."""
    if not paid.world.charges:
        return _repeated(paid, "create_charge", _PERMISSION, MAX_CHARGES - fewer)
    if paid.world.charges[_CHARGE].state == "Captured":
        return _repeated(paid, "create_refund", _CHARGE, MAX_REFUNDS - fewer)
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
