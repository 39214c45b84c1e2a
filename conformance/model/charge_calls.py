"""What the calls about a charge do where nothing forbids them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from amazonpay_conformance.model.context import Context
from amazonpay_conformance.model.copies import replace
from amazonpay_conformance.model.draft import Draft
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.outcome import Outcome, by_choice, done, showing
from amazonpay_conformance.model.simulation import SIMULATIONS
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.model.world import (
    Charge,
    ChargePermission,
    Settlement,
    World,
    merged,
)

_DECLINES = ("SoftDeclined", "HardDeclined", "AmazonRejected", "TransactionTimedOut")


def create_charge(context: Context) -> Iterator[Outcome]:
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
    yield from by_choice(
        "charge-simulations",
        context.world,
        (
            *showing("charge-simulations", "applied", applied),
            *showing("charge-simulations", "ignored", ignored),
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
    return done(context, draft, ("Charge", charge.id))


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
    decline_permission(draft, permission.id, code)
    yield Outcome(422, draft.world, "CHG-006", code, used=tuple(draft.used), required=True)


def decline_permission(draft: Draft, permission_id: str, code: str) -> None:
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


def update_charge(context: Context) -> Iterator[Outcome]:
    charge, draft = context.charge, Draft(context.world)
    if charge is not None and draft.can_move("Charge", charge.id, "update_charge"):
        draft.move("Charge", charge.id, "update_charge")
        draft.balance_permission(charge.permission)
    if charge is not None:
        yield done(context, draft, ("Charge", charge.id))


def capture_charge(context: Context) -> Iterator[Outcome]:
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
        done(context, draft, ("Charge", charge.id)),
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


def cancel_charge(context: Context) -> Iterator[Outcome]:
    charge, draft = context.charge, Draft(context.world)
    if charge is not None and draft.can_move("Charge", charge.id, "cancel_charge"):
        draft.move("Charge", charge.id, "cancel_charge", settles=None)
        draft.balance_permission(charge.permission)
        yield done(context, draft, ("Charge", charge.id))
