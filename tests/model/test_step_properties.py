"""What holds in every world that a scenario reaches, and of every outcome that is permitted there."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from amazonpay_conformance.model.actions import Call
from amazonpay_conformance.model.balances import balance, headroom
from amazonpay_conformance.model.machine import Machine
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.observable import permitted_states
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.rules import RULES
from amazonpay_conformance.model.scenario import Scenario
from amazonpay_conformance.model.simulation import SIMULATIONS
from amazonpay_conformance.model.step import Outcome, step
from amazonpay_conformance.model.world import LIVE_REFUND_STATES, World
from amazonpay_conformance.strategies import scenarios
from amazonpay_conformance.strategies.generator import Abilities
from amazonpay_conformance.strategies.search import Search
from amazonpay_conformance.strategies.worlds import Graph, explore
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from model_stories import KINDS, Walked, walk

searching = settings(
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.too_slow],
)
searching_hard = settings(searching, max_examples=60)
CODES = sorted({code for codes in SIMULATIONS.values() for code in codes} | {"NoSuchSimulation"})
TABLES: dict[str, Machine] = dict(MACHINES)


@cache
def graph() -> Graph:
    """Where a search sets out from."""
    return explore(Abilities(), most=60)


def long_scenario(seed: int) -> Scenario:
    """A scenario of the random search, which comes further than one that is drawn step by step."""
    return next(Search(Abilities(), graph().plans, seed=seed, max_steps=30).random())


walks = given(
    walked=st.one_of(
        scenarios(),
        scenarios(refused=False, max_steps=20),
        scenarios(region="jp"),
        st.integers(0, 10_000).map(long_scenario),
    ).map(lambda scenario: tuple(walk(scenario)))
)


def outcomes(walked: tuple[Walked, ...]) -> Iterator[tuple[Walked, Outcome]]:
    """Every permitted outcome of every step, not only the one that was taken."""
    return ((taken, outcome) for taken in walked for outcome in taken.outcomes)


def usual_worlds(walked: tuple[Walked, ...]) -> Iterator[World]:
    """Every world that was gone through."""
    return (taken.outcomes[0].world for taken in walked)


def objects(world: World) -> dict[str, Any]:
    """Every object of a world by its id."""
    return {name: value for kind in KINDS.values() for name, value in world.objects(kind).items()}


@searching
@walks
def test_stepping_twice_comes_to_the_same(walked: tuple[Walked, ...]) -> None:
    for taken in walked:
        assert step(taken.before, taken.action) == taken.outcomes


@searching
@walks
def test_stepping_leaves_the_world_and_the_action_as_they_were(walked: tuple[Walked, ...]) -> None:
    for taken in walked:
        world, action = copy.deepcopy(objects(taken.before)), copy.deepcopy(taken.action)
        remembered = dict(taken.before.remembered)
        step(taken.before, taken.action)
        assert objects(taken.before) == world
        assert taken.before.remembered == remembered
        assert taken.action == action


@searching_hard
@walks
def test_a_refusal_changes_no_object_unless_a_transition_says_so(walked: tuple[Walked, ...]) -> None:
    """Those that do are simulated: a session canceled while it is completed, a charge declined for good."""
    for taken, outcome in outcomes(walked):
        if outcome.status >= 400 and not outcome.used:
            assert objects(outcome.world) == objects(taken.before)
        if outcome.status >= 400 and outcome.used:
            assert isinstance(taken.action, Call)
            assert taken.action.simulation is not None


@searching
@walks
def test_every_outcome_can_be_told(walked: tuple[Walked, ...]) -> None:
    """A refusal has a reason, a success the object that its answer shows, both a requirement."""
    for taken, outcome in outcomes(walked):
        if not isinstance(taken.action, Call):
            assert (outcome.status, outcome.reason) == (0, None)
            continue
        assert outcome.requirement
        assert (outcome.reason is None) is (outcome.status < 400)
        if outcome.status < 400:
            assert outcome.subject is not None
            assert outcome.world.find(*outcome.subject) is not None
            assert outcome.subject[0] == OPERATIONS[taken.action.operation].returns
            # a repetition may be answered with 200: api-facts §9 [?]
            success = OPERATIONS[taken.action.operation].success
            assert outcome.status in success or (outcome.replays and outcome.status == 200)


@searching
@walks
def test_the_usual_outcome_comes_first(walked: tuple[Walked, ...]) -> None:
    """What an asserted or an enforced rule forbids is refused; what only an open question forbids is done."""
    rules = {rule.id: rule for rule in RULES}
    for taken in walked:
        enforced = [
            rules[o.requirement].asserted or rules[o.requirement].applies(taken.before.settings)
            for o in taken.outcomes
            if o.requirement in rules and not o.used and o.replays is None
        ]
        usual = taken.outcomes[0]
        if any(enforced) and usual.replays is None:
            assert usual.status >= 400
        elif enforced and any(outcome.status < 400 for outcome in taken.outcomes):
            # a body without a currency, which only the reading refuses, cannot be carried out
            assert usual.status < 400 or usual.used


@searching
@walks
def test_what_an_asserted_rule_forbids_is_not_permitted(walked: tuple[Walked, ...]) -> None:
    asserted = {rule.id for rule in RULES if rule.asserted}
    for taken in walked:
        refused_for = {o.requirement for o in taken.outcomes if not o.used and o.replays is None}
        if refused_for & asserted:
            assert not [o for o in taken.outcomes if o.status < 400 and o.replays is None]


@searching
@walks
def test_objects_move_along_the_rows_of_their_tables(walked: tuple[Walked, ...]) -> None:
    for taken, outcome in outcomes(walked):
        before, after = objects(taken.before), objects(outcome.world)
        assert before.keys() <= after.keys()
        for name, value in after.items():
            old = before.get(name)
            machine = TABLES[KINDS[name.partition("#")[0]]]
            assert value.reason is None or value.reason in machine.state(value.state).reasons
            if old is None or (old.state, old.reason) == (value.state, value.reason):
                continue
            seen = {(row.target, row.reason) for row in machine.transitions if row.source == old.state}
            later = machine.reachable(old.state, spontaneous=False)
            uncertain = (old.state, old.reason) == ("Closed", "AmazonCanceled")
            assert (value.state, value.reason) in seen | later or uncertain, (old, value, taken.action)


@searching
@walks
def test_what_is_over_stays_over(walked: tuple[Walked, ...]) -> None:
    for taken, outcome in outcomes(walked):
        after = objects(outcome.world)
        for name, old in objects(taken.before).items():
            machine = TABLES[KINDS[name.partition("#")[0]]]
            if machine.state(old.state).terminal and old.reason != "AmazonCanceled":
                assert (after[name].state, after[name].reason) == (old.state, old.reason)


@searching
@walks
def test_a_transition_that_fired_is_a_row(walked: tuple[Walked, ...]) -> None:
    known = {row.id for machine in MACHINES.values() for row in machine.transitions}
    assert {used for _, outcome in outcomes(walked) for used in outcome.used} <= known


@searching
@walks
def test_an_object_may_show_the_state_that_the_model_holds(walked: tuple[Walked, ...]) -> None:
    for world in usual_worlds(walked):
        for kind in KINDS.values():
            for name, value in world.objects(kind).items():
                assert (value.state, value.reason) in permitted_states(world, kind, name)


@searching_hard
@walks
def test_no_money_is_made(walked: tuple[Walked, ...]) -> None:
    for world in usual_worlds(walked):
        for charge in world.charges.values():
            captured = charge.captured.amount if charge.captured else Decimal(0)
            assert captured <= charge.amount.amount
            assert charge.captured is None or charge.captured.currency == charge.amount.currency
            refunded = world.refunded_of(charge.id, LIVE_REFUND_STATES)
            assert refunded == 0 or charge.state == "Captured"
            if charge.captured is not None and refunded:
                assert refunded <= captured + headroom(charge.captured)
        for permission in world.permissions.values():
            if permission.type == "OneTime" and permission.limit is not None:
                assert world.captured_of(permission.id) <= permission.limit.amount
            left = balance(world, permission, reserved=True)
            assert left is None or left >= 0


@searching
@walks
def test_whoever_is_spent_is_closed(walked: tuple[Walked, ...]) -> None:
    for world in usual_worlds(walked):
        for permission in world.permissions.values():
            if permission.type == "OneTime" and balance(world, permission, reserved=False) == 0:
                assert permission.state == "Closed"


@searching
@walks
def test_time_only_goes_forward_and_leaves_nothing_due(walked: tuple[Walked, ...]) -> None:
    for taken, outcome in outcomes(walked):
        assert outcome.world.now >= taken.before.now
        for value in objects(outcome.world).values():
            assert value.created <= value.changed <= outcome.world.now
            settles = getattr(value, "settles", None)
            assert settles is None or settles.at > outcome.world.now


@searching
@given(scenario=st.integers(0, 10_000).map(long_scenario), code=st.sampled_from(CODES), data=st.data())
def test_any_simulation_may_be_asked_of_any_call(scenario: Scenario, code: str, data: st.DataObject) -> None:
    """The model has an answer to calls that no scenario holds."""
    calls = [taken for taken in walk(scenario) if isinstance(taken.action, Call)]
    taken = data.draw(st.sampled_from(calls))
    assert isinstance(taken.action, Call)
    for operation in OPERATIONS:
        fields = {name: getattr(taken.action, name) for name in taken.action.__slots__}
        assert step(taken.before, Call(**{**fields, "operation": operation, "simulation": code}))


@pytest.mark.parametrize("kind", ["CheckoutSession", "ChargePermission", "Charge", "Refund"])
def test_the_walks_come_far_enough_to_mean_something(kind: Any) -> None:
    """Else the properties above would hold for want of objects."""
    states: set[str] = set()
    for seed in range(40):
        for world in usual_worlds(tuple(walk(long_scenario(seed)))):
            states |= {value.state for value in world.objects(kind).values()}
    assert states >= {state.name for state in MACHINES[kind].states} - {"Declined"}
