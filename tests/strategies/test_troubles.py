"""Scenarios of what goes wrong: every fault is tried, in few requests, and what is left out is said."""

from __future__ import annotations

import pytest
from amazonpay_conformance.engine.lane import PREFIXED_KEY_ID, Lane
from amazonpay_conformance.engine.scenario_files import from_json, to_json
from amazonpay_conformance.model.faults import FAULT_OF, FAULTS
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.retries import MOST_TRIES
from amazonpay_conformance.model.scenario import CallStep, FaultStep, Scenario
from amazonpay_conformance.strategies.generator import Abilities, Planner
from amazonpay_conformance.strategies.troubles import CLASSES, TOLD_TO_WAIT, TRIED, troubles

ABLE = Abilities(faults=True)
HERE = [fault for fault in FAULTS if fault.id != TOLD_TO_WAIT]
LANE = Lane("na", "AMZN-PAY-RSASSA-PSS", PREFIXED_KEY_ID)
MOST_STEPS = 350


def pairs(scenarios: tuple[Scenario, ...]) -> set[tuple[str, str]]:
    """Every fault with the operation that comes next."""
    steps = [pair for scenario in scenarios for pair in zip(scenario.steps, scenario.steps[1:], strict=False)]
    return {
        (a.fault, b.operation)
        for a, b in steps
        if isinstance(a, FaultStep) and isinstance(b, CallStep) and a.times == 1
    }


def test_quick_tries_every_status_once_and_every_other_fault_with_every_class() -> None:
    tried = pairs(troubles(ABLE, quick=True).scenarios)
    for fault in HERE:
        operations = {operation for name, operation in tried if name == fault.id}
        if fault.status is not None:
            assert len(operations) == 1
        else:
            assert all(operations & set(names) for names in CLASSES.values())


def test_quick_stays_small_and_says_what_it_leaves_out() -> None:
    found = troubles(ABLE, quick=True)
    assert sum(map(len, found.scenarios)) <= MOST_STEPS
    assert any(text.startswith("faults that are a status: 8 of 72 pairs") for text in found.left_out)


def test_full_tries_everything_with_everything() -> None:
    found = troubles(ABLE, quick=False)
    assert pairs(found.scenarios) == {(fault.id, name) for fault in HERE for name in TRIED}
    assert found.left_out == ()


@pytest.mark.parametrize("quick", [True, False])
def test_a_service_that_stays_away_outlasts_whoever_is_bounded(quick: bool) -> None:
    away = [
        step
        for scenario in troubles(ABLE, quick=quick).scenarios
        for step in scenario.steps
        if isinstance(step, FaultStep) and step.times > 1
    ]
    assert away
    assert all(step.times > MOST_TRIES for step in away)


def test_nothing_is_planned_that_client_or_target_cannot_do() -> None:
    few = frozenset({"create_checkout_session", "get_checkout_session", "capture_charge"})
    found = troubles(Abilities(operations=few, faults=True), quick=True)
    assert {
        s.operation for scenario in found.scenarios for s in scenario.steps if isinstance(s, CallStep)
    } <= few
    assert troubles(Abilities(), quick=True).scenarios == ()
    assert troubles(Abilities(faults=True, buyer=False), quick=True).scenarios == ()


@pytest.mark.parametrize("quick", [True, False])
def test_every_scenario_can_be_a_file(quick: bool) -> None:
    for scenario in troubles(ABLE, quick=quick).scenarios:
        read, lane = from_json(to_json(scenario, LANE))
        assert [type(step) for step in read.steps] == [type(step) for step in scenario.steps]
        assert [step for step in read.steps if isinstance(step, FaultStep)] == [
            step for step in scenario.steps if isinstance(step, FaultStep)
        ]
        assert lane == LANE


def test_the_generator_plans_faults_only_where_they_can_be_had() -> None:
    assert "fault" not in Planner.start(Abilities()).groups()
    assert "fault" in Planner.start(ABLE).groups()


def test_a_planned_fault_leaves_the_plan_as_it_is_whether_the_client_tries_again_or_not() -> None:
    planner = Planner.start(ABLE)
    offered = [step for _, step in planner.possible("fault")]
    assert {step.fault for step in offered if isinstance(step, FaultStep)} == set(FAULT_OF)
    for step in offered:
        assert isinstance(step, FaultStep)
        # what the service never sees changes nothing only where the request is a read
        assert FAULT_OF[step.fault].committed or OPERATIONS[step.operation or ""].method == "GET"
        candidate = planner.expect(step)
        assert candidate is not None
        assert candidate.outcome.world == planner.world
