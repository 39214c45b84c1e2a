"""Scenarios as Hypothesis values: symbolic, legal where asked, within abilities, storable."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from amazonpay_conformance.engine.lane import PREFIXED_KEY_ID, Lane
from amazonpay_conformance.engine.scenario_files import BadScenario, from_json, to_json
from amazonpay_conformance.model.actions import NewIds
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.scenario import (
    UNKNOWN_IDS,
    AdvanceStep,
    BuyerStep,
    CallStep,
    RepeatStep,
    Scenario,
)
from amazonpay_conformance.strategies import scenarios
from amazonpay_conformance.strategies.generator import Abilities, Candidate, Planner
from hypothesis import HealthCheck, find, given, settings

LANE = Lane("na", "AMZN-PAY-RSASSA-PSS-V2", PREFIXED_KEY_ID)
SYMBOL = re.compile(r"(session|permission|charge|refund|key)#(\d+|unknown)")

searching = settings(
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow],
)


def taken(scenario: Scenario, abilities: Abilities | None = None) -> Iterator[Candidate]:
    """Every step with the answer that the model expects."""
    planner = Planner.start(abilities or Abilities())
    for planned in scenario.steps:
        candidate = planner.expect(planned)
        assert candidate is not None, planned
        yield candidate
        planner = planner.then(candidate)


def symbols(value: Any) -> Iterator[str]:
    """Every symbol in a body, and every text that looks like an id of the service."""
    if isinstance(value, dict):
        if "$id" in value:
            yield value["$id"]
        for inner in value.values():
            yield from symbols(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from symbols(inner)


def named(scenario: Scenario) -> Iterator[str]:
    """Every symbol that a scenario names."""
    for planned in scenario.steps:
        if isinstance(planned, CallStep):
            yield from (name for name in (planned.target, planned.key) if name is not None)
            yield from planned.makes.values()
            yield from symbols(planned.body)
        elif isinstance(planned, BuyerStep):
            yield planned.target
        elif isinstance(planned, RepeatStep):
            yield planned.key


@searching
@given(scenario=scenarios())
def test_every_step_can_be_taken_where_it_stands(scenario: Scenario) -> None:
    assert len(list(taken(scenario))) == len(scenario) >= 1


@searching
@given(scenario=scenarios())
def test_ids_are_symbols(scenario: Scenario) -> None:
    assert all(SYMBOL.fullmatch(name) for name in named(scenario))
    text = json.dumps(to_json(scenario, LANE))
    assert not re.search(r"[SPBC]\d{2}-\d{7}-\d{7}", text)
    assert not any(real in text for real in UNKNOWN_IDS.values())


@searching
@given(scenario=scenarios())
def test_a_symbol_is_made_before_it_is_used(scenario: Scenario) -> None:
    made = set(UNKNOWN_IDS)
    for planned in scenario.steps:
        if isinstance(planned, CallStep):
            assert {name for name in (planned.target, *symbols(planned.body)) if name} <= made
            made |= {*planned.makes.values(), *([planned.key] if planned.key else [])}
            NewIds(**planned.makes)
        elif isinstance(planned, BuyerStep):
            assert planned.target in made
        elif isinstance(planned, RepeatStep):
            assert planned.key in made


@searching
@given(scenario=scenarios(region="jp"))
def test_amounts_are_symbols(scenario: Scenario) -> None:
    """Were there figures, a scenario would be right in one region only."""
    for planned in scenario.steps:
        if isinstance(planned, CallStep):
            assert "currencyCode" not in json.dumps(planned.body)


@searching
@given(scenario=scenarios())
def test_a_scenario_is_written_and_read_back_as_it_was(scenario: Scenario) -> None:
    written = json.dumps(to_json(scenario, LANE))
    assert from_json(json.loads(written)) == (scenario, LANE)


@searching
@given(scenario=scenarios(refused=False))
def test_without_refusals_every_step_is_legal(scenario: Scenario) -> None:
    assert all(candidate.outcome.status < 400 for candidate in taken(scenario))


@searching
@given(scenario=scenarios(max_steps=3))
def test_no_more_steps_are_drawn_than_asked_for_but_for_the_reads_at_the_end(scenario: Scenario) -> None:
    *drawn, _ = (*scenario.steps[:3], None)
    assert len(drawn) <= 3
    for planned in scenario.steps[3:]:
        assert isinstance(planned, CallStep)
        assert OPERATIONS[planned.operation].method == "GET"


@searching
@given(scenario=scenarios())
def test_at_the_end_everything_is_read_once_more(scenario: Scenario) -> None:
    last = list(taken(scenario))[-1].outcome.world
    made = {*last.sessions, *last.permissions, *last.charges, *last.refunds}
    read = {
        planned.target
        for planned in scenario.steps
        if isinstance(planned, CallStep) and OPERATIONS[planned.operation].method == "GET"
    }
    assert made <= read


# --- what there is to be found


def test_legal_and_refused_steps_of_every_kind_are_mixed() -> None:
    seen: list[Candidate] = []

    @settings(searching, max_examples=60)
    @given(scenario=scenarios())
    def look(scenario: Scenario) -> None:
        seen.extend(taken(scenario))

    look()
    assert 0.05 < sum(candidate.refused for candidate in seen) / len(seen) < 0.95
    assert {type(candidate.step) for candidate in seen} == {CallStep, RepeatStep, BuyerStep, AdvanceStep}
    assert {"CheckoutSession", "ChargePermission", "Charge"} <= {
        kind for candidate in seen if candidate.outcome.subject for kind in candidate.outcome.subject[:1]
    }


def test_a_repeated_call_is_offered_and_expected_to_get_its_first_answer() -> None:
    planner = Planner.start(Abilities())
    created = next(c for c in planner.candidates() if isinstance(c.step, CallStep) and not c.refused)
    offered = planner.then(created).candidates()
    assert any(isinstance(c.step, RepeatStep) and c.outcome.replays for c in offered)


def test_hypothesis_shrinks_to_what_matters() -> None:
    quiet = settings(searching, max_examples=400)
    found = find(scenarios(), lambda s: any(c.outcome.status == 201 for c in taken(s)), settings=quiet)
    opened, read = found.steps
    assert isinstance(opened, CallStep)
    assert isinstance(read, CallStep)
    assert (opened.operation, read.operation) == ("create_checkout_session", "get_checkout_session")


def test_the_same_draws_give_the_same_scenarios() -> None:
    """Nothing drawn hangs on anything but the draws: not on a clock, a server, or what ran before."""

    def drawn() -> list[Scenario]:
        found: list[Scenario] = []

        @settings(searching, max_examples=15)
        @given(scenario=scenarios())
        def keep(scenario: Scenario) -> None:
            found.append(scenario)

        keep()
        return found

    assert drawn() == drawn()


# --- abilities


def steps_with(abilities: Abilities) -> list[Candidate]:
    """Steps of scenarios that keep to some abilities."""
    found: list[Candidate] = []

    @settings(searching, max_examples=15)
    @given(scenario=scenarios(abilities))
    def collect(scenario: Scenario) -> None:
        found.extend(taken(scenario, abilities))

    collect()
    assert found
    return found


def test_only_operations_that_the_client_has_are_called() -> None:
    some = frozenset({"create_checkout_session", "complete_checkout_session", "get_charge"})
    called = {c.step.operation for c in steps_with(Abilities(some)) if isinstance(c.step, CallStep)}
    assert called == some


def test_without_a_buyer_nobody_acts_for_him() -> None:
    assert not [c for c in steps_with(Abilities(buyer=False)) if isinstance(c.step, BuyerStep)]


def test_without_a_clock_no_time_passes() -> None:
    found = steps_with(Abilities(clock=False))
    assert not [c for c in found if isinstance(c.step, AdvanceStep)]
    assert len({c.outcome.world.now for c in found}) == 1


def test_a_client_that_makes_its_own_keys_is_given_none() -> None:
    for candidate in steps_with(Abilities(caller_keys=False)):
        assert not isinstance(candidate.step, RepeatStep)
        assert not isinstance(candidate.step, CallStep) or candidate.step.key is None


def test_without_simulations_none_is_asked_for() -> None:
    found = steps_with(Abilities(simulations=False))
    assert not [c for c in found if isinstance(c.step, CallStep) and c.step.simulation]


def test_keys_are_given_only_where_one_is_needed() -> None:
    for candidate in steps_with(Abilities()):
        if isinstance(candidate.step, CallStep):
            needs = OPERATIONS[candidate.step.operation].needs_key
            assert (candidate.step.key is not None) is needs


def test_a_permission_that_was_given_is_charged_without_a_buyer() -> None:
    abilities = Abilities(buyer=False, permissions=("S01-0000001-0000001",))
    found = steps_with(abilities)
    assert any(c.outcome.requirement == "CHG-001" for c in found)


# --- files


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"format": 1, "lane": {}, "steps": []},
        {"format": 2, "lane": vars, "steps": []},
        {"format": 1, "steps": [{"advance": 1}]},
    ],
    ids=["null", "a list", "empty", "no lane", "another format", "lane missing"],
)
def test_what_is_no_scenario_is_not_read(value: Any) -> None:
    if isinstance(value, dict) and value.get("lane") is vars:
        value = {**to_json(Scenario(()), LANE), "format": 2}
    with pytest.raises(BadScenario):
        from_json(value)
