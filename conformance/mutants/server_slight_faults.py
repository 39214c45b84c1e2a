"""Twenty servers that are wrong by little: a second, a cent, one too many, one key too few."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final
from unittest.mock import patch

from amazonpay_conformance.model import guards
from amazonpay_conformance.model.actions import Action, Call
from amazonpay_conformance.model.limits import CEILING, MONTHLY_CAP, REFUND_HEADROOM
from amazonpay_conformance.model.step import step
from amazonpay_conformance.model.timers import DAY, HOUR, TIMERS
from amazonpay_conformance.model.world import World
from amazonpay_conformance.mutants.server_seams import (
    Fault,
    Faulty,
    Outcomes,
    decides,
    put,
    reads,
    shows,
    state,
    with_rows,
    with_timer,
)

CENT: Final = Decimal("0.01")


def counts_to(name: str, most: int) -> type[Faulty]:
    """A server with another number in one of the rules' guards."""

    class CountsOtherwise(Faulty):
        def outcomes(self, world: World, action: Action) -> Outcomes:
            with patch.object(guards, name, most):
                return step(world, action)

    return CountsOtherwise


def forgets_the_key_of(operation: str) -> type[Faulty]:
    """A server that heeds every key but those of one operation."""

    def decide(world: World, action: Action, permitted: Outcomes) -> Outcomes:
        if isinstance(action, Call) and action.operation == operation:
            return step(replace(world, remembered={}), action)
        return permitted

    return decides(decide)


def takes_for(operation: str, change: Callable[[Call], Call]) -> type[Faulty]:
    """A server that understands a call of one operation otherwise."""

    def decide(world: World, action: Action, permitted: Outcomes) -> Outcomes:
        if isinstance(action, Call) and action.operation == operation and permitted[0].status < 400:
            return step(world, change(action))
        return permitted

    return decides(decide)


def keeps_the_charge(world: World, action: Action, permitted: Outcomes) -> Outcomes:
    """Cancel answers well, and the charge stays as it was."""
    if isinstance(action, Call) and action.operation == "cancel_charge" and permitted[0].status < 400:
        return tuple(replace(outcome, world=world) for outcome in permitted)
    return permitted


def closes_with_all(world: World, action: Action, permitted: Outcomes) -> Outcomes:
    """Close cancels every charge, asked for or not."""
    if (
        isinstance(action, Call)
        and action.operation == "close_charge_permission"
        and permitted[0].status < 400
    ):
        return step(world, replace(action, body={**action.body, "cancelPendingCharges": True}))
    return permitted


def _without(name: str) -> Callable[[Call], Call]:
    return lambda call: replace(call, body={k: v for k, v in call.body.items() if k != name})


def _mutants() -> Iterator[tuple[str, str, type[Faulty], str]]:
    # --- time
    yield (
        "a session expires a second late",
        "STA-001",
        with_timer("session_expires", TIMERS["session_expires"] + 1),
        "A buyer pays a session that is over.",
    )
    yield (
        "a session expires a second early",
        "STA-001",
        with_timer("session_expires", TIMERS["session_expires"] - 1),
        "A buyer loses his cart.",
    )
    yield (
        "an authorization expires a second late",
        "STA-003 MON-003",
        with_timer("authorization_expires", TIMERS["authorization_expires"] + 1),
        "He captures what the bank gave back.",
    )
    yield (
        "a capture is late after six days",
        "STA-003",
        with_timer("capture_window", 6 * DAY),
        "He waits for money that he has.",
    )
    yield (
        "a capture is late a second late",
        "STA-003",
        with_timer("capture_window", TIMERS["capture_window"] + 1),
        "He ships what may yet be declined.",
    )
    yield (
        "a permission expires an hour early",
        "STA-002",
        with_timer("permission_expires", TIMERS["permission_expires"] - HOUR),
        "He cannot charge what he ships late.",
    )
    yield (
        "a settlement takes a second more",
        "STA-003 STA-004",
        with_timer("settlement", TIMERS["settlement"] + 1),
        "He looks too early.",
    )

    # --- money
    yield (
        "a cent above the ceiling is taken",
        "CHG-R07 REF-R06",
        with_rows(CEILING, {"USD": CEILING["USD"] + CENT}),
        "He promises what is refused elsewhere.",
    )
    yield (
        "the ceiling is a cent lower",
        "CHG-001 REF-001",
        with_rows(CEILING, {"USD": CEILING["USD"] - CENT}),
        "He cannot charge what he may.",
    )
    yield (
        "a cent too much is refunded",
        "REF-R03 REF-R04",
        with_rows(REFUND_HEADROOM, {"USD": REFUND_HEADROOM["USD"] + CENT}),
        "He gives away a cent.",
    )
    yield (
        "the month is a cent longer",
        "CHG-R08 MON-003",
        with_rows(
            MONTHLY_CAP,
            {"Recurring": {**MONTHLY_CAP["Recurring"], "USD": MONTHLY_CAP["Recurring"]["USD"] + CENT}},
        ),
        "His books do not balance.",
    )
    yield (
        "a charge more than 25",
        "CHG-R09",
        counts_to("MAX_CHARGES", 26),
        "He plans with a parcel that is refused elsewhere.",
    )
    yield (
        "a charge fewer than 25",
        "CHG-001",
        counts_to("MAX_CHARGES", 24),
        "He cannot charge for the last parcel.",
    )

    # --- keys
    yield (
        "a refund forgets its key",
        "IDM-001 REQ-R09",
        forgets_the_key_of("create_refund"),
        "After a timeout he refunds twice.",
    )
    yield (
        "a capture forgets its key",
        "IDM-001 REQ-R09",
        forgets_the_key_of("capture_charge"),
        "After a timeout he never learns what he captured.",
    )
    yield (
        "a session forgets its key",
        "IDM-001 REQ-R09",
        forgets_the_key_of("create_checkout_session"),
        "After a timeout there are two carts.",
    )

    # --- states and bodies
    yield (
        "a charge is canceled in words only",
        "STA-003",
        decides(keeps_the_charge),
        "The buyer's money stays held.",
    )
    yield (
        "closing cancels what it was not asked to",
        "STA-003",
        decides(closes_with_all),
        "What he has shipped is not paid.",
    )
    yield (
        "a refund of a charge reads as another",
        "REL-003",
        reads("refunds", put("chargeId", "S01-0000000-0000001-C000001")),
        "He books the refund for another order.",
    )
    yield (
        "a declined charge keeps its amount to itself",
        "RSP-003",
        shows("Charge", put("chargeAmount", None), when=state("Declined")),
        "He cannot tell what was declined.",
    )


SLIGHT_FAULTS: Final[tuple[Fault, ...]] = tuple(
    Fault(name, costs, frozenset(breaks.split()), service) for name, breaks, service, costs in _mutants()
)
"""They are found by what they break, or by anything that follows from it."""
