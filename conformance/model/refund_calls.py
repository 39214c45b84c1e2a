"""What Create Refund does where nothing forbids it."""

from __future__ import annotations

from collections.abc import Iterator

from amazonpay_conformance.model.context import Context
from amazonpay_conformance.model.copies import replace
from amazonpay_conformance.model.draft import Draft
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.outcome import Outcome, done
from amazonpay_conformance.model.simulation import SIMULATIONS
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.model.world import (
    Charge,
    Refund,
    Settlement,
)


def create_refund(context: Context) -> Iterator[Outcome]:
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
    return done(context, draft, ("Refund", refund.id))
