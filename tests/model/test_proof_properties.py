"""The whole square of states and triggers: any operation on any object in any state, with whatever body.

The walks of `test_proofs` take what is on a list; here Hypothesis makes up the calls.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.model.actions import UNUSUAL, Advance, BuyerAct, Call, Defect, NewIds
from amazonpay_conformance.model.alphabet import BUYERS, OWNERS, Bounds
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.rules import RULES
from amazonpay_conformance.model.scenario import UNKNOWN_IDS
from amazonpay_conformance.model.simulation import CARDS, SIMULATIONS
from amazonpay_conformance.model.step import Outcome, step
from amazonpay_conformance.model.walk import histories, is_done, walk
from amazonpay_conformance.model.walks import WALKS
from amazonpay_conformance.model.world import COLLECTIONS, World
from hypothesis import given, settings
from hypothesis import strategies as st

searching = settings(derandomize=True, deadline=None, database=None, max_examples=400)

DEFECTS = {
    "missing": Defect.MISSING_FIELD,
    "unknown": Defect.UNKNOWN_FIELD,
    "invalid": Defect.INVALID_VALUE,
}
FIELDS = (
    "chargeAmount",
    "captureAmount",
    "refundAmount",
    "totalOrderAmount",
    "chargePermissionId",
    "chargeId",
    "paymentDetails",
    "webCheckoutDetails",
    "merchantMetadata",
    "recurringMetadata",
    "chargePermissionType",
    "paymentMethodOnFileMetadata",
    "multiAddressesCheckoutMetadata",
    "captureNow",
    "canHandlePendingAuthorization",
    "chargeInitiator",
    "closureReason",
    "cancelPendingCharges",
    "cancellationReason",
    "paymentIntent",
    "shippingAddress",
    "statusDetails",
    "colour",
)
CODES = sorted({code for codes in SIMULATIONS.values() for code in codes} | {"NoSuchSimulation", ""})


@cache
def worlds() -> tuple[World, ...]:
    """Worlds in which every state of every object occurs."""
    walks = {bounds.name: bounds for bounds in WALKS}
    with_declines = replace(walks["yen"], simulated=frozenset({"create_refund"}))
    chosen = [with_declines, walks["refunds"], walks["given"], walks["pending"]]
    found = [World(now=chosen[0].start().now)]
    for bounds in chosen:
        found.extend(place.world for place in places(bounds))
    return tuple(found[::5])


def places(bounds: Bounds) -> list[Any]:
    return [place for taken in walk(bounds) for place in taken.found]


def names(world: World) -> list[str]:
    """Ids of every kind of object, so that a call may name one of a wrong kind."""
    return [*(name for kind in COLLECTIONS for name in world.objects(kind)), *UNKNOWN_IDS.values(), ""]


def amounts() -> st.SearchStrategy[dict[str, Any]]:
    figure = st.decimals("-1", "200000", places=2).map(str) | st.sampled_from(
        ["100.00", "100", "0.01", "NaN", "x"]
    )
    return st.fixed_dictionaries(
        {"amount": figure, "currencyCode": st.sampled_from(["USD", "EUR", "JPY", "XXX"])}
    )


def values(world: World) -> st.SearchStrategy[Any]:
    """What may stand in a field: what belongs there, and what does not."""
    texts = st.sampled_from(
        [*names(world), "Confirm", "Authorize", "AuthorizeWithCapture", "OneTime", "Recurring"]
    )
    plain = st.none() | st.booleans() | st.integers(-1, 500) | texts
    return (
        amounts()
        | plain
        | st.lists(plain, max_size=2)
        | st.dictionaries(st.sampled_from(FIELDS), plain | amounts(), max_size=3)
    )


@st.composite
def calls(draw: st.DrawFn, *, garbage: bool) -> tuple[World, Call]:
    """A world and a call with the defects that its schema finds in it."""
    world = draw(st.sampled_from(worlds()))
    operation = OPERATIONS[draw(st.sampled_from(list(OPERATIONS)))]
    body = (
        draw(st.dictionaries(st.sampled_from(FIELDS), values(world), max_size=5))
        if garbage
        else draw(likely(world))
    )
    defects = draw(st.sets(st.sampled_from(list(Defect)), max_size=2)) | found_in(operation.request, body)
    target = draw(st.sampled_from(names(world))) if operation.target else None
    key = draw(st.sampled_from([None, "key"]))
    new = NewIds("session9", "permission9", "charge9", "refund9")
    return world, Call(
        operation.id,
        target,
        body,
        draw(st.sampled_from([None, *CODES])),
        key,
        repr((operation.id, target, body)),
        frozenset(defects),
        new,
    )


def likely(world: World) -> st.SearchStrategy[dict[str, Any]]:
    """Bodies whose fields have values of their kind, so that much is done and not only refused."""
    permissions = [*world.permissions, "nobody"]
    charges = [*world.charges, "nothing"]
    return st.fixed_dictionaries(
        {},
        optional={
            "chargeAmount": amounts(),
            "captureAmount": amounts(),
            "refundAmount": amounts(),
            "totalOrderAmount": amounts(),
            "chargePermissionId": st.sampled_from(permissions),
            "chargeId": st.sampled_from(charges),
            "captureNow": st.booleans(),
            "canHandlePendingAuthorization": st.booleans(),
            "cancelPendingCharges": st.booleans(),
            "merchantMetadata": st.just({"noteToBuyer": "z"}),
        },
    )


def found_in(schema: str | None, body: Any) -> set[Defect]:
    if schema is None:
        return set()
    return {DEFECTS[violation.kind] for violation in schemas.violations(schema, body)}


def check(world: World, call: Call, outcomes: tuple[Outcome, ...]) -> None:
    rules = {rule.id: rule for rule in RULES}
    assert outcomes, call
    for outcome in outcomes:
        assert (
            outcome.status in OPERATIONS[call.operation].success or outcome.status >= 400 or outcome.replays
        )
        assert (outcome.reason is None) == (outcome.status < 400)
        rule = rules.get(outcome.requirement)
        assert rule is None or (outcome.status, outcome.reason) in rule.errors
        fired = histories(world, outcome)
        assert sum(map(len, fired.values())) == len(outcome.used)
        for kind in COLLECTIONS:
            for name, value in outcome.world.objects(kind).items():
                old = world.find(kind, name)
                assert (old and (old.state, old.reason)) == (value.state, value.reason) or fired[name]
        if not is_done(outcome):
            assert all(outcome.world.objects(kind) is world.objects(kind) for kind in COLLECTIONS)
    if any(rules[o.requirement].asserted for o in outcomes if o.requirement in rules and not o.used):
        assert not any(is_done(o) and not o.replays and o.status < 400 for o in outcomes)


@searching
@given(calls(garbage=False))
def test_any_call_has_a_documented_answer_and_moves_along_rows(made: tuple[World, Call]) -> None:
    world, call = made
    check(world, call, step(world, call))


@searching
@given(calls(garbage=True))
def test_garbage_is_answered_as_well(made: tuple[World, Call]) -> None:
    world, call = made
    outcomes = step(world, call)
    check(world, call, outcomes)
    asserted = {Defect.MISSING_FIELD, Defect.UNKNOWN_FIELD, Defect.INVALID_VALUE} - UNUSUAL
    if call.defects & asserted and OPERATIONS[call.operation].has_body:
        assert all(outcome.status >= 400 or outcome.replays for outcome in outcomes)


@searching
@given(st.data())
def test_a_buyer_does_something_or_nothing_at_all(data: st.DataObject) -> None:
    world = data.draw(st.sampled_from(worlds()))
    deed = data.draw(st.sampled_from([*BUYERS, *OWNERS]))
    act = BuyerAct(
        deed, data.draw(st.sampled_from(names(world))), data.draw(st.sampled_from([None, "9999", *CARDS]))
    )
    outcomes = step(world, act)
    assert len(outcomes) <= 1
    for outcome in outcomes:
        assert outcome.status == 0
        assert outcome.used


@searching
@given(st.data())
def test_time_that_passes_at_once_or_in_two_parts_is_the_same_time(data: st.DataObject) -> None:
    world = data.draw(st.sampled_from(worlds()))
    first = data.draw(st.integers(0, 40_000_000))
    second = data.draw(st.integers(0, 40_000_000))
    (at_once,) = step(world, Advance(first + second))
    (halfway,) = step(world, Advance(first))
    (after,) = step(halfway.world, Advance(second))
    assert after.world == at_once.world
    assert (*halfway.used, *after.used) == at_once.used


@pytest.mark.parametrize("machine", MACHINES.values(), ids=lambda machine: machine.name)
def test_the_worlds_hold_objects_in_every_state(machine: Any) -> None:
    """Else the properties above would hold for want of objects."""
    held = {value.state for world in worlds() for value in world.objects(machine.name).values()}
    assert held >= {state.name for state in machine.states} - {"Open", "Canceled"}
