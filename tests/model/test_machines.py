"""The four machines are those of api-facts §4, which is typed here a second time, from the facts.

A wrong row would be invisible to mock and checks alike, as both read it. So nothing here is computed from the
tables that it judges.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final, TypeAlias

import pytest
from amazonpay_conformance.model.machine import ASSERTED, Machine, Transition
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.objects import MACHINES, UNREACHED
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.switches import Settings
from amazonpay_conformance.model.world import Charge, ChargePermission, CheckoutSession, Refund, World
from model_stories import NOON, Body, Story, on, order, price

Edge: TypeAlias = tuple[str | None, str, str | None]

# object → state → (operations allowed, reason codes): the tables of §4.1 to §4.4
STATES: Final[dict[str, dict[str, tuple[set[str], set[str]]]]] = {
    "CheckoutSession": {
        "Open": (
            {
                "get_checkout_session",
                "update_checkout_session",
                "complete_checkout_session",
                "finalize_checkout_session",
            },
            set(),
        ),
        "Completed": ({"get_checkout_session"}, set()),
        "Canceled": ({"get_checkout_session"}, {"BuyerCanceled", "Expired", "AmazonCanceled", "Declined"}),
    },
    "ChargePermission": {
        "Chargeable": (
            {"get_charge_permission", "update_charge_permission", "close_charge_permission", "create_charge"},
            set(),
        ),
        "NonChargeable": (
            {"get_charge_permission", "update_charge_permission", "close_charge_permission"},
            {
                *("PaymentMethodInvalid", "PaymentMethodDeleted", "BillingAddressDeleted"),
                *("PaymentMethodExpired", "PaymentMethodNotAllowed", "PaymentMethodNotSet"),
                *("ChargeInProgress", "MFAFailed"),
                *("AmountNotSet", "TransactionAmountExceeded"),  # the .NET SDK lists them too
            },
        ),
        "Closed": (
            {"get_charge_permission"},
            {
                *("MerchantClosed", "MerchantCanceled", "BuyerClosed", "BuyerCanceled"),
                *("AmazonCanceled", "AmazonClosed", "Expired"),
            },
        ),
    },
    "Charge": {
        "AuthorizationInitiated": ({"get_charge", "cancel_charge"}, set()),
        "Authorized": ({"get_charge", "capture_charge", "cancel_charge"}, set()),
        "CaptureInitiated": ({"get_charge"}, set()),
        "Captured": ({"get_charge", "create_refund"}, set()),
        "Canceled": (
            {"get_charge"},
            {
                *("ExpiredUnused", "AmazonCanceled", "MerchantCanceled"),
                *("ChargePermissionCanceled", "BuyerCanceled"),
            },
        ),
        "Declined": (
            {"get_charge"},
            {"SoftDeclined", "HardDeclined", "AmazonRejected", "ProcessingFailure", "TransactionTimedOut"},
        ),
    },
    "Refund": {
        "RefundInitiated": ({"get_refund"}, set()),
        "Refunded": ({"get_refund"}, set()),
        "Declined": ({"get_refund"}, {"AmazonRejected", "ProcessingFailure"}),
    },
}

TERMINAL: Final = {
    "CheckoutSession": {"Completed", "Canceled"},
    "ChargePermission": {"Closed"},
    "Charge": {"Captured", "Canceled", "Declined"},
    "Refund": {"Refunded", "Declined"},
}

_DECLINES = ("HardDeclined", "SoftDeclined", "AmazonRejected", "ProcessingFailure", "TransactionTimedOut")
_OPEN_PERMISSION = ("Chargeable", "NonChargeable")
_CLOSINGS = ("AmazonCanceled", "AmazonClosed", "MerchantClosed", "BuyerClosed", "Expired")

EDGES: Final[dict[str, set[Edge]]] = {
    "CheckoutSession": {
        (None, "Open", None),
        ("Open", "Open", None),
        ("Open", "Completed", None),
        *(("Open", "Canceled", why) for why in ("BuyerCanceled", "AmazonCanceled", "Declined", "Expired")),
    },
    "ChargePermission": {
        (None, "Chargeable", None),
        (None, "NonChargeable", "ChargeInProgress"),
        (None, "Closed", "AmazonClosed"),
        *((state, state, None) for state in _OPEN_PERMISSION),
        ("Chargeable", "NonChargeable", "ChargeInProgress"),
        *((state, "NonChargeable", "PaymentMethodInvalid") for state in _OPEN_PERMISSION),
        ("Chargeable", "NonChargeable", "PaymentMethodDeleted"),
        ("NonChargeable", "Chargeable", None),
        *((state, "Closed", why) for state in _OPEN_PERMISSION for why in _CLOSINGS),
    },
    "Charge": {
        *((None, state, None) for state in ("Authorized", "Captured", "AuthorizationInitiated")),
        (None, "CaptureInitiated", None),  # §8.2, the simulation with captureNow
        ("AuthorizationInitiated", "Authorized", None),
        *(("AuthorizationInitiated", "Declined", why) for why in _DECLINES),
        *((state, "Canceled", "MerchantCanceled") for state in ("AuthorizationInitiated", "Authorized")),
        *(
            (state, "Canceled", "ChargePermissionCanceled")
            for state in ("AuthorizationInitiated", "Authorized")
        ),
        ("Authorized", "Canceled", "ExpiredUnused"),
        ("Authorized", "Captured", None),
        ("Authorized", "CaptureInitiated", None),
        ("CaptureInitiated", "Captured", None),
        *(("CaptureInitiated", "Declined", why) for why in ("AmazonRejected", "ProcessingFailure")),
        ("Captured", "Captured", None),
    },
    "Refund": {
        (None, "RefundInitiated", None),
        ("RefundInitiated", "Refunded", None),
        *(("RefundInitiated", "Declined", why) for why in ("AmazonRejected", "ProcessingFailure")),
    },
}

PSP_ONLY: Final = {"update_charge"}
"""Update Charge is in no row of the tables: it is for payment service providers (§2.2)."""

HUNDRED: Final = Price(Decimal(100), "USD")

every_machine = pytest.mark.parametrize("machine", MACHINES.values(), ids=lambda machine: machine.name)
every_state = pytest.mark.parametrize(
    ("kind", "state"), [(kind, state) for kind, states in STATES.items() for state in states]
)
every_transition = pytest.mark.parametrize(
    ("machine", "row"),
    [(machine, row) for machine in MACHINES.values() for row in machine.transitions],
    ids=lambda value: getattr(value, "id", ""),
)


# --- states


def test_there_are_four_machines() -> None:
    assert set(MACHINES) == set(STATES)
    assert [machine.name for machine in MACHINES.values()] == list(MACHINES)


@every_machine
def test_a_machine_has_the_documented_states_and_no_others(machine: Machine) -> None:
    names = [state.name for state in machine.states]
    assert len(names) == len(set(names))
    assert set(names) == set(STATES[machine.name])


@every_state
def test_a_state_has_the_documented_operations_and_reasons(kind: str, state: str) -> None:
    row, (operations, reasons) = MACHINES[kind].state(state), STATES[kind][state]
    assert set(row.operations) == operations
    assert set(row.reasons) == reasons
    assert row.source


@every_machine
def test_terminal_states_are_those_that_nothing_documented_leaves(machine: Machine) -> None:
    assert {state.name for state in machine.states if state.terminal} == TERMINAL[machine.name]


def test_an_unknown_state_is_no_row() -> None:
    with pytest.raises(KeyError):
        MACHINES["Charge"].state("Completed")  # the introduction's word for Captured: §4.0


# --- transitions


@every_machine
def test_a_machine_goes_the_documented_ways_and_no_others(machine: Machine) -> None:
    assert {(row.source, row.target, row.reason) for row in machine.transitions} == EDGES[machine.name]


@every_transition
def test_a_transition_joins_states_of_its_machine(machine: Machine, row: Transition) -> None:
    names = {state.name for state in machine.states}
    assert row.source is None or row.source in names
    assert row.target in names


@every_transition
def test_a_transition_gives_a_reason_of_its_target_or_none_where_it_has_none(
    machine: Machine, row: Transition
) -> None:
    reasons = machine.state(row.target).reasons
    stays = row.source == row.target
    assert row.reason in reasons if reasons and not (stays and row.reason is None) else row.reason is None


@every_transition
def test_nothing_leaves_a_terminal_state(machine: Machine, row: Transition) -> None:
    if row.source is not None and machine.state(row.source).terminal:
        assert row.target == row.source
        assert row.reason is None


@every_transition
def test_a_transition_says_where_it_is_written(machine: Machine, row: Transition) -> None:  # noqa: ARG001
    assert row.cite.startswith("§")


@every_transition
def test_an_operation_that_moves_an_object_is_an_operation(machine: Machine, row: Transition) -> None:
    """Every other trigger is a buyer's act, a timer, a decision, or what follows from another object."""
    if row.trigger in OPERATIONS:
        allowed = machine.state(row.source).operations if row.source else ()
        on_another = row.trigger == "close_charge_permission" and machine.name == "Charge"
        assert row.source is None or row.trigger in {*allowed, *PSP_ONLY} or on_another
    else:
        assert row.spontaneous or row.trigger == "session_is_completed"


def test_ids_of_transitions_are_unique() -> None:
    ids = [row.id for machine in MACHINES.values() for row in machine.transitions]
    assert len(ids) == len(set(ids))


@every_machine
def test_which_row_applies_is_never_in_doubt(machine: Machine) -> None:
    """One trigger under one guard in one state leads to one place."""
    keys = [(row.source, row.trigger, row.guard) for row in machine.transitions]
    assert len(keys) == len(set(keys))
    assert all(machine.find(*key) is not None for key in keys)
    assert machine.find("Nowhere", "anything") is None


@every_machine
def test_every_state_can_be_reached_from_birth(machine: Machine) -> None:
    born = {row.target for row in machine.transitions if row.source is None}
    later = {state for origin in born for state, _ in machine.reachable(origin, spontaneous=False)}
    assert born | later == set(STATES[machine.name])


def test_transitions_that_nothing_reaches_exist_and_say_why() -> None:
    ids = {row.id for machine in MACHINES.values() for row in machine.transitions}
    assert set(UNREACHED) <= ids
    assert all(UNREACHED.values())


@pytest.mark.parametrize(
    ("source", "target"),
    [
        # the illegal edges of §4.3
        *(
            (source, state)
            for source in sorted(TERMINAL["Charge"])
            for state in STATES["Charge"]
            if source != state
        ),
        ("Authorized", "AuthorizationInitiated"),
        ("CaptureInitiated", "Authorized"),
        ("CaptureInitiated", "AuthorizationInitiated"),
    ],
)
def test_a_charge_never_goes_back(source: str, target: str) -> None:
    assert target not in {state for state, _ in MACHINES["Charge"].reachable(source, spontaneous=False)}


def test_what_time_alone_can_do_is_told_from_what_calls_do() -> None:
    charge, session = MACHINES["Charge"], MACHINES["CheckoutSession"]
    assert charge.reachable("Authorized", spontaneous=True) == {("Canceled", "ExpiredUnused")}
    assert ("Captured", None) in charge.reachable("Authorized", spontaneous=False)
    assert charge.reachable("CaptureInitiated", spontaneous=True) == {
        ("Captured", None),
        ("Declined", "AmazonRejected"),
        ("Declined", "ProcessingFailure"),
    }
    assert ("Completed", None) not in session.reachable("Open", spontaneous=True)
    assert not charge.reachable("Canceled", spontaneous=False)


# --- what the interpreter makes of a state's row


LENIENT: Final = Settings.of(
    {"update-after-approval": "accepted", "captured-remainder": "released", "update-charge": "all"}
)
"""Where the facts leave it open, the operation succeeds."""


def world_with(kind: Any, state: str) -> World:
    """A world whose one object of a kind is in a state, with a reason that leaves nothing open."""
    permission = ChargePermission("permission1", "Chargeable", NOON, NOON, limit=HUNDRED, currency="USD")
    charge = Charge("charge1", "Captured", NOON, NOON, "permission1", HUNDRED, captured=HUNDRED)
    data = order("Authorize", price("100.00"))
    session = CheckoutSession(
        "session1", "Open", NOON, NOON, buyer="approved", card="1111", product="PayAndShip", data=data
    )
    reason = {
        ("CheckoutSession", "Canceled"): "BuyerCanceled",
        ("ChargePermission", "NonChargeable"): "PaymentMethodDeleted",
        ("ChargePermission", "Closed"): "MerchantClosed",
        ("Charge", "Canceled"): "MerchantCanceled",
        ("Charge", "Declined"): "HardDeclined",
        ("Refund", "Declined"): "AmazonRejected",
    }.get((kind, state))
    world = World(now=NOON + 1, settings=LENIENT)
    if kind == "CheckoutSession":
        return world.with_object(kind, replaced(session, state, reason))
    if kind == "ChargePermission":
        return world.with_object(kind, replaced(permission, state, reason))
    world = world.with_object("ChargePermission", permission)
    if kind == "Charge":
        return world.with_object(kind, replaced(charge, state, reason))
    refund = Refund("refund1", state, NOON, NOON, "charge1", HUNDRED, reason=reason)
    return world.with_object("Charge", charge).with_object("Refund", refund)


def replaced(value: Any, state: str, reason: str | None) -> Any:
    """The same object in another state."""
    captured = {"captured": HUNDRED if state == "Captured" else None} if isinstance(value, Charge) else {}
    fields = {name: getattr(value, name) for name in value.__slots__}
    return type(value)(**{**fields, **captured, "state": state, "reason": reason})


CALLS: Final[dict[str, tuple[str | None, Body]]] = {
    "get_checkout_session": ("session1", {}),
    "update_checkout_session": ("session1", {"supplementaryData": "x"}),
    "complete_checkout_session": ("session1", {"chargeAmount": price("100.00")}),
    "finalize_checkout_session": (
        "session1",
        {"chargeAmount": price("100.00"), "paymentIntent": "Authorize", "shippingAddress": {"name": "x"}},
    ),
    "get_charge_permission": ("permission1", {}),
    "update_charge_permission": ("permission1", {"merchantMetadata": {"noteToBuyer": "x"}}),
    "close_charge_permission": ("permission1", {"closureReason": "x"}),
    "create_charge": (None, on("permission1", price("10.00"))),
    "get_charge": ("charge1", {}),
    "capture_charge": ("charge1", {"captureAmount": price("10.00")}),
    "cancel_charge": ("charge1", {"cancellationReason": "x"}),
    "create_refund": (None, {"chargeId": "charge1", "refundAmount": price("10.00")}),
    "get_refund": ("refund1", {}),
}
REFUSED_WITH: Final = {
    # §7 and the last rows of §4.1 to §4.3; Finalize is not named there, the kit takes it for a Complete
    "update_checkout_session": {"InvalidCheckoutSessionStatus"},
    "complete_checkout_session": {"InvalidCheckoutSessionStatus", "CheckoutSessionCanceled"},
    "finalize_checkout_session": {"InvalidCheckoutSessionStatus", "CheckoutSessionCanceled"},
    "update_charge_permission": {"ChargePermissionNotModifiable"},
    "close_charge_permission": {"InvalidChargePermissionStatus"},
    "create_charge": {"InvalidChargePermissionStatus"},
    # the permission's state is a reason too: §7
    "capture_charge": {"InvalidChargeStatus", "InvalidChargePermissionStatus"},
    "cancel_charge": {"InvalidChargeStatus", "InvalidChargePermissionStatus"},
    "create_refund": {"InvalidChargeStatus"},
}


@every_state
def test_in_each_state_what_its_row_allows_succeeds_and_the_rest_is_refused(kind: str, state: str) -> None:
    world = world_with(kind, state)
    allowed, _ = STATES[kind][state]
    concerned = set().union(*(operations for operations, _ in STATES[kind].values()))
    for operation in concerned:
        target, body = CALLS[operation]
        outcomes = Story(world).ways(operation, target, body)
        assert outcomes, operation
        if operation in allowed:
            assert outcomes[0].status in (200, 201), operation
        else:
            assert {outcome.status for outcome in outcomes} <= {400, 422}, operation
            assert {outcome.reason for outcome in outcomes} <= REFUSED_WITH[operation], operation
            assert all(outcome.world.objects("Charge") == world.charges for outcome in outcomes)


def test_every_operation_of_the_api_was_tried_but_the_one_for_providers() -> None:
    assert set(CALLS) == set(OPERATIONS) - PSP_ONLY - {"create_checkout_session"}


def test_a_fact_without_a_source_is_not_asserted() -> None:
    assert "?" not in ASSERTED
    assert "I" not in ASSERTED
