"""Objects as a service answers them, as Hypothesis values: for tests of code that reads answers.

They are drawn as the model has them and written as the mock writes them, so a state, its reason and the
amounts agree with each other. All states are drawn; a reader that knows only some of them is found out.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from amazonpay_conformance.mock.bodies import render
from amazonpay_conformance.model.balances import headroom
from amazonpay_conformance.model.money import Price, minor_unit
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.operation import ObjectKind
from amazonpay_conformance.model.timers import DAY, TIMERS
from amazonpay_conformance.model.world import (
    Charge,
    ChargePermission,
    CheckoutSession,
    PermissionType,
    Refund,
    World,
)
from amazonpay_conformance.strategies.amounts import prices
from amazonpay_conformance.strategies.requests import request_bodies

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

    Body = dict[str, Any]

HOST: Final = "pay-api.amazon.example"
NOW: Final = 1_700_049_600
SESSION: Final = "5f1f6f3a-0000-4000-8000-000000000001"
TYPES: Final = get_args(PermissionType)


def charges(state: str | None = None, *, region: str = "na") -> SearchStrategy[Body]:
    """Return a strategy of Charge objects; a captured one may have been refunded.

    Args:
        state: only charges in this state; any where not said.
        region: whose currency: na, eu or jp.

    Raises:
        ValueError: a charge has no such state.
    """
    from hypothesis import strategies as st

    states = _states("Charge", state)

    @st.composite
    def build(draw: DrawFn) -> Any:
        found, reason = draw(states)
        amount = _price(draw(prices(region)))
        captured = _at_most(draw, amount) if found in ("Captured", "CaptureInitiated") else None
        charge = Charge(
            _id(draw, "C"), found, NOW, NOW, _id(draw), amount, reason, captured, None, draw(_notes())
        )
        world = World(NOW, charges={charge.id: charge})
        if found == "Captured" and captured is not None and draw(st.booleans()):
            world = world.with_object("Refund", _of_charge(draw, charge, captured))
        return render(world, "Charge", charge.id, host=HOST)

    return build()


def refunds(state: str | None = None, *, region: str = "na") -> SearchStrategy[Body]:
    """Return a strategy of Refund objects.

    Args:
        state: only refunds in this state; any where not said.
        region: whose currency: na, eu or jp.

    Raises:
        ValueError: a refund has no such state.
    """
    from hypothesis import strategies as st

    states = _states("Refund", state)

    @st.composite
    def build(draw: DrawFn) -> Any:
        found, reason = draw(states)
        refund = Refund(_id(draw, "R"), found, NOW, NOW, _id(draw, "C"), _price(draw(prices(region))), reason)
        return render(World(NOW, refunds={refund.id: refund}), "Refund", refund.id, host=HOST)

    return build()


def charge_permissions(state: str | None = None, *, region: str = "na") -> SearchStrategy[Body]:
    """Return a strategy of Charge Permission objects of all three types; some have been charged.

    Args:
        state: only permissions in this state; any where not said.
        region: whose currency: na, eu or jp.

    Raises:
        ValueError: a permission has no such state.
    """
    from hypothesis import strategies as st

    states = _states("ChargePermission", state)

    @st.composite
    def build(draw: DrawFn) -> Any:
        found, reason = draw(states)
        limit = _price(draw(prices(region)))
        permission = ChargePermission(
            _id(draw),
            found,
            NOW,
            NOW,
            reason,
            draw(st.sampled_from(TYPES)),
            limit,
            limit.currency,
            NOW + TIMERS["permission_expires"],
            data=draw(_notes()),
        )
        world = World(NOW, permissions={permission.id: permission})
        if draw(st.booleans()):
            paid = _at_most(draw, limit)
            charge = Charge(f"{permission.id}-C000001", "Captured", NOW, NOW, permission.id, paid, None, paid)
            world = world.with_object("Charge", charge)
        return render(world, "ChargePermission", permission.id, host=HOST)

    return build()


def sessions(state: str | None = None, *, region: str = "na") -> SearchStrategy[Body]:
    """Return a strategy of Checkout Session objects: with and without a buyer, and what became of them.

    Args:
        state: only sessions in this state; any where not said.
        region: whose currency: na, eu or jp.

    Raises:
        ValueError: a session has no such state.
    """
    from hypothesis import strategies as st

    states = _states("CheckoutSession", state)

    @st.composite
    def build(draw: DrawFn) -> Any:
        found, reason = draw(states)
        data = draw(request_bodies("create_checkout_session", region=region))
        buyer: Any = draw(st.sampled_from(("absent", "signed_in", "approved")))
        permission = _id(draw) if found == "Completed" else None
        intent = data.get("paymentDetails", {}).get("paymentIntent")
        charge = f"{permission}-C000001" if permission and intent not in (None, "Confirm") else None
        product = None if buyer == "absent" else draw(st.sampled_from(("PayAndShip", "PayOnly")))
        session = CheckoutSession(
            SESSION, found, NOW, NOW + DAY // 2, reason, buyer, None, product, permission, charge, data
        )
        return render(World(NOW, sessions={SESSION: session}), "CheckoutSession", SESSION, host=HOST)

    return build()


def _states(kind: ObjectKind, wanted: str | None) -> SearchStrategy[tuple[str, str | None]]:
    from hypothesis import strategies as st

    machine = MACHINES[kind]
    found = [
        (state.name, reason)
        for state in machine.states
        if wanted in (None, state.name)
        for reason in state.reasons or (None,)
    ]
    if not found:
        known = ", ".join(state.name for state in machine.states)
        raise ValueError(f"a {kind} has no state {wanted!r}; it has {known}")
    return st.sampled_from(found)


def _id(draw: DrawFn, letter: Literal["", "C", "R"] = "") -> str:
    from hypothesis import strategies as st

    digits = draw(st.integers(1, 9_999_999))
    tail = f"-{letter}000001" if letter else ""
    return f"S01-0000000-{digits:07}{tail}"


def _price(body: Body) -> Price:
    found = Price.parse(body)
    if found is None:
        raise AssertionError(f"prices() drew {body}")
    return found


def _at_most(draw: DrawFn, whole: Price) -> Price:
    """Draw a part of an amount, most often all of it."""
    from hypothesis import strategies as st

    unit = minor_unit(whole.currency)
    part = st.integers(1, int(whole.amount // unit)).map(lambda count: whole.of(count * unit))
    return draw(st.one_of(st.just(whole), part))


def _of_charge(draw: DrawFn, charge: Charge, captured: Price) -> Refund:
    unit = minor_unit(captured.currency)
    room = captured.amount + headroom(captured)
    amount = _at_most(draw, captured.of(Decimal(int(room // unit)) * unit))
    return Refund(charge.id.replace("-C", "-R"), "Refunded", NOW, NOW, charge.id, amount)


@cache
def _notes() -> SearchStrategy[Body]:
    """Return a strategy of what a merchant noted on an object."""
    from hypothesis import strategies as st

    noted = request_bodies("update_charge_permission").map(
        lambda body: {name: body[name] for name in ("merchantMetadata",) if name in body}
    )
    return st.just({}) | noted
