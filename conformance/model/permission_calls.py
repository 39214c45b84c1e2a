"""What the calls about a charge permission do where nothing forbids them."""

from __future__ import annotations

from collections.abc import Iterator

from amazonpay_conformance.model.balances import may_be_open
from amazonpay_conformance.model.context import Context
from amazonpay_conformance.model.copies import replace
from amazonpay_conformance.model.draft import Draft
from amazonpay_conformance.model.outcome import Outcome, by_choice, done
from amazonpay_conformance.model.session_calls import patched
from amazonpay_conformance.model.simulation import SIMULATIONS
from amazonpay_conformance.model.world import (
    ChargePermission,
)


def update_permission(context: Context) -> Iterator[Outcome]:
    permission = context.permission
    if permission is None or not may_be_open(context.world, permission):
        return
    for data, shows in patched(context, permission.data):
        draft = Draft(context.world)
        _take_for_open(draft, permission)
        draft.move("ChargePermission", permission.id, "update_charge_permission", data=data)
        yield replace(done(context, draft, ("ChargePermission", permission.id)), shows=shows)


def close_permission(context: Context) -> Iterator[Outcome]:
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
    yield from by_choice("close-simulation", context.world, outcomes)


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
    return done(context, draft, ("ChargePermission", permission.id))


def _take_for_open(draft: Draft, permission: ChargePermission) -> None:
    """Undo an uncertain closing: the service goes on as if there had been none."""
    if permission.state == "Closed":
        draft.change("ChargePermission", permission.id, state="Chargeable", reason=None)
        draft.balance_permission(permission.id)
