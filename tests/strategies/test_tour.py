"""The tour covers what can be covered, in few steps, and always in the same ones; a seed makes a search."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from itertools import islice

import pytest
from amazonpay_conformance.engine.lane import PREFIXED_KEY_ID, Lane
from amazonpay_conformance.engine.order import PROFILES
from amazonpay_conformance.engine.scenario_files import to_json
from amazonpay_conformance.model import unreached
from amazonpay_conformance.model.coverage import Item, items
from amazonpay_conformance.model.limits import MAX_CHARGES
from amazonpay_conformance.model.objects import MACHINES, UNREACHED
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.rules import RULES
from amazonpay_conformance.model.scenario import (
    AdvanceStep,
    BuyerStep,
    CallStep,
    ParallelStep,
    RepeatStep,
    Scenario,
)
from amazonpay_conformance.strategies.generator import Abilities, Candidate, Planner
from amazonpay_conformance.strategies.search import Search
from amazonpay_conformance.strategies.threads import threads
from amazonpay_conformance.strategies.tour import MAX_STEPS, tour, wanted
from amazonpay_conformance.strategies.worlds import Graph, explore

TRANSITIONS = {row.id for machine in MACHINES.values() for row in machine.transitions}
ASSERTED = {rule.id for rule in RULES if rule.asserted}

OUT_OF_REACH = {
    # a plan is made before anything is on the wire, and a client is not asked to send rubbish
    "REQ-R01": "a broken signature",
    "REQ-R02": "an unknown key",
    "REQ-R03": "a missing header",
    "REQ-R04": "an ill-formed header",
    "REQ-R05": "a body that is not JSON",
    # the tour is of the four objects; the lesser resources have scenarios of their own
    "REQ-R33": "a query",
    "RES-R03": "a report",
    "RES-R07": "a delivery tracker",
    "RES-R08": "a dispute",
    # one that a mock does not come to
    "CHG-R24": "authorizations beyond the limit; CHG-R05 forbids them in a mock that counts what is reserved",
}
"""Asserted rules that no step of the tour is refused for."""

SMALL = Abilities(
    operations=frozenset({"create_checkout_session", "get_checkout_session", "update_checkout_session"}),
    clock=False,
)


def digest(scenarios: tuple[Scenario, ...]) -> str:
    """What tells one tour from another."""
    lane = Lane("na", "AMZN-PAY-RSASSA-PSS-V2", PREFIXED_KEY_ID)
    text = json.dumps([to_json(scenario, lane) for scenario in scenarios])
    return hashlib.sha256(text.encode()).hexdigest()


def taken(scenario: Scenario, abilities: Abilities, region: str = "na") -> list[Candidate]:
    """Every step of a scenario with the answer that the model expects; each can be taken where it stands."""
    planner, done = Planner.start(abilities, region), []
    for planned in scenario.steps:
        candidate = planner.expect(planned)
        assert candidate is not None, planned
        done.append(candidate)
        planner = planner.then(candidate)
    return done


def tour_of(abilities: Abilities, worlds: int = 60) -> tuple[Scenario, ...]:
    """The tour over the first so many worlds."""
    return tuple(tour(abilities, explore(abilities, most=worlds)))


@pytest.fixture(scope="module")
def graph() -> Graph:
    return explore(Abilities())


@pytest.fixture(scope="module")
def whole(graph: Graph) -> tuple[Scenario, ...]:
    return tuple(tour(Abilities(), graph))


@pytest.fixture(scope="module")
def steps(whole: tuple[Scenario, ...]) -> list[Candidate]:
    return [candidate for scenario in whole for candidate in taken(scenario, Abilities())]


def test_the_tour_uses_every_transition_that_can_be_reached(steps: list[Candidate]) -> None:
    used = {row for candidate in steps for row in candidate.outcome.used}
    assert used == TRANSITIONS - set(UNREACHED)


def test_the_tour_breaks_every_asserted_rule_that_a_plan_can_break(steps: list[Candidate]) -> None:
    broken = {candidate.outcome.requirement for candidate in steps if candidate.refused}
    assert broken & ASSERTED == ASSERTED - set(OUT_OF_REACH)


def test_the_tour_calls_every_operation_rightly_and_wrongly(steps: list[Candidate]) -> None:
    answers: dict[str, set[bool]] = {}
    for candidate in steps:
        if isinstance(candidate.step, CallStep):
            answers.setdefault(candidate.step.operation, set()).add(candidate.refused)
    # Update Charge is for payment service providers: others are refused
    assert answers == {name: {True} if name == "update_charge" else {True, False} for name in OPERATIONS}


def test_the_tour_asks_for_what_is_not_there(steps: list[Candidate]) -> None:
    asked = {
        candidate.step.operation
        for candidate in steps
        if isinstance(candidate.step, CallStep) and candidate.outcome.requirement == "REQ-R12"
    }
    assert asked == {name for name, row in OPERATIONS.items() if row.target}


def test_the_tour_repeats_calls_and_lets_time_pass(steps: list[Candidate]) -> None:
    kinds = {type(candidate.step) for candidate in steps}
    assert kinds == {CallStep, RepeatStep, BuyerStep, AdvanceStep}
    assert any(candidate.outcome.replays for candidate in steps)


def covered_by(scenarios: tuple[Scenario, ...], abilities: Abilities) -> set[Item]:
    """What scenarios cover of the model."""
    found: set[Item] = set()
    for scenario in scenarios:
        planner = Planner.start(abilities)
        for planned in scenario.steps:
            candidate = planner.expect(planned)
            assert candidate is not None, planned
            found |= planner.covers(candidate)
            planner = planner.then(candidate)
    return found


def test_the_tour_covers_all_that_was_found(graph: Graph, whole: tuple[Scenario, ...]) -> None:
    assert wanted(graph, pairs=False) <= covered_by(whole, Abilities())


def test_the_tour_comes_to_every_boundary_and_every_timer_from_both_sides(
    whole: tuple[Scenario, ...],
) -> None:
    covered = covered_by(whole, Abilities())
    assert {*items("boundary"), *items("timer"), *items("simulation")} <= covered


def test_the_tour_is_short(whole: tuple[Scenario, ...]) -> None:
    assert sum(map(len, whole)) <= 800
    many = MAX_CHARGES + 1  # only where charges are counted is it longer
    usual = [scenario for scenario in whole if len(scenario) <= 2 * MAX_STEPS]  # with the reads at the end
    assert len(whole) - len(usual) <= 5
    assert max(map(len, whole)) <= 2 * many + 10


def test_the_tour_is_the_same_in_another_process() -> None:
    """Hashes of texts differ there: nothing may hang on the order of a set."""
    assert in_another_process("tour_of(again.Abilities(), 40)") == digest(tour_of(Abilities(), 40))


def in_another_process(call: str) -> str:
    """The digest of what a function of this module gives where texts have other hashes."""
    program = (
        "from importlib.util import module_from_spec, spec_from_file_location\n"
        f"spec = spec_from_file_location('again', {__file__!r})\n"
        "again = module_from_spec(spec)\n"
        "spec.loader.exec_module(again)\n"
        f"print(again.digest(again.{call}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "4711"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_the_tour_is_the_same_a_second_time() -> None:
    assert tour_of(SMALL) == tour_of(SMALL)


def test_a_tour_without_abilities_is_empty() -> None:
    assert tour_of(Abilities(operations=frozenset(), clock=False, buyer=False)) == ()


def test_a_tour_keeps_to_what_client_and_target_can_do() -> None:
    for scenario in tour_of(SMALL):
        for candidate in taken(scenario, SMALL):
            assert not isinstance(candidate.step, AdvanceStep)
            if isinstance(candidate.step, CallStep):
                assert candidate.step.operation in SMALL.operations


def test_where_there_is_no_buyer_and_no_clock_nobody_waits_for_them() -> None:
    abilities = Abilities(buyer=False, clock=False)
    graph = explore(abilities)
    planned = [*tour(abilities, graph), *islice(Search(abilities, graph.plans, seed=1).random(), 20)]
    steps = [step for scenario in planned for step in scenario.steps]
    assert {step.operation for step in steps if isinstance(step, CallStep)} >= {"create_checkout_session"}
    assert not [step for step in steps if isinstance(step, BuyerStep | AdvanceStep)]


def test_with_permissions_that_were_given_a_target_without_a_buyer_is_toured() -> None:
    abilities = Abilities(buyer=False, clock=False, permissions=("S01-0000001-0000001",))
    used: set[str] = set()
    for scenario in tour_of(abilities, 60):
        for candidate in taken(scenario, abilities):
            used.update(candidate.outcome.used)
            given = candidate.outcome.world.permissions["permission#1"]
            assert given.state == "Chargeable", "what somebody gave is not closed for a test's sake"
    assert used >= {"SES-T01", "PRM-T04", "CHG-T01", "CHG-T02", "CHG-T15", "CHG-T16", "REF-T01"}


def test_the_whole_tour_covers_every_pair_that_was_found() -> None:
    large = explore(Abilities(), most=120)
    pairs = {item for item in large.items if item[0] == "pair"}
    assert len(pairs) > 80
    assert pairs <= covered_by(tuple(tour(Abilities(), large, pairs=True)), Abilities())


def test_every_pair_that_may_follow_is_toured_or_has_a_reason_not_to_be() -> None:
    """It explores as far as `--profile full` does, for what is proved to be possible is to be planned."""
    large = explore(Abilities(), most=PROFILES["full"].worlds)
    pairs = {item for item in large.items if item[0] == "pair"}
    rows = {row.id: row for machine in MACHINES.values() for row in machine.transitions}
    possible = {item for item in items("pair") if not unreached.why_never(rows[item[1]], rows[item[2]])}
    otherwise = {
        item
        for item in possible
        if {*item[1:]} & set(UNREACHED) or unreached.only_otherwise(rows[item[1]], rows[item[2]])
    }
    assert pairs == possible - otherwise
    planned = threads(Planner.start(Abilities()), large, frozenset(pairs))
    assert frozenset().union(*(thread.items for thread in planned)) >= pairs
    assert sum(map(len, planned)) < 3 * len(pairs)


def test_what_is_new_comes_early(whole: tuple[Scenario, ...]) -> None:
    """Half of all transitions are seen in the first hundred steps or so."""
    early = whole[: next(n for n in range(len(whole)) if sum(map(len, whole[:n])) > 120)]
    used = {item for item in covered_by(early, Abilities()) if item[0] == "transition"}
    assert len(used) > len(TRANSITIONS) / 2


@pytest.mark.parametrize("region", ["eu", "jp"])
def test_other_regions_reach_the_same_transitions(region: str) -> None:
    offered = explore(Abilities(), region).items
    assert {("transition", name) for name in TRANSITIONS - set(UNREACHED)} <= offered


# --- the search


def drawn(seed: int, graph: Graph, count: int = 6) -> list[Scenario]:
    return list(islice(Search(Abilities(), graph.plans, seed=seed).random(), count))


def test_the_same_seed_gives_the_same_scenarios(graph: Graph) -> None:
    assert drawn(7, graph) == drawn(7, graph)


def searched(seed: int) -> tuple[Scenario, ...]:
    """A few scenarios of a search that sets out from a small exploration."""
    return tuple(islice(Search(Abilities(), explore(Abilities(), most=30).plans, seed=seed).random(), 20))


def test_a_seed_gives_the_same_scenarios_in_another_process() -> None:
    assert in_another_process("searched(5)") == digest(searched(5))


def test_two_plans_are_gone_on_from_at_once_without_mixing_their_objects(graph: Graph) -> None:
    scenarios = drawn(4, graph, 60)
    sessions = [
        sum(isinstance(s, CallStep) and s.operation == "create_checkout_session" for s in scenario.steps)
        for scenario in scenarios
    ]
    assert sum(count > 1 for count in sessions) > len(scenarios) / 6
    assert all(taken(scenario, Abilities()) for scenario in scenarios)


def test_the_search_comes_to_both_sides_of_boundaries_and_of_timers(graph: Graph) -> None:
    covered = covered_by(tuple(drawn(6, graph, 200)), Abilities())
    for aspect in ("boundary", "timer"):
        assert {item[-1] for item in covered if item[0] == aspect} == {"below", "at", "beyond"}
    assert ("boundary", "BND-02", "beyond") in covered


def test_another_seed_gives_other_scenarios(graph: Graph) -> None:
    assert drawn(7, graph) != drawn(8, graph)


def test_a_searched_scenario_can_be_taken_step_by_step(graph: Graph) -> None:
    for scenario in drawn(1, graph, 20):
        assert taken(scenario, Abilities())


def test_callers_meet_on_an_object_in_the_end_of_some_scenarios(graph: Graph) -> None:
    able = Abilities(races=True)
    scenarios = list(islice(Search(able, graph.plans, seed=3).random(), 150))
    raced = [s for s in scenarios if any(isinstance(step, ParallelStep) for step in s.steps)]
    assert len(scenarios) / 40 < len(raced) < len(scenarios) / 5
    counts = set()
    for scenario in raced:
        planner = Planner.start(able)
        for step in scenario.steps:
            if isinstance(step, ParallelStep):
                assert all(alone and not alone.refused for alone in map(planner.expect, step.calls))
                made = [symbol for call in step.calls for symbol in call.makes.values()]
                assert len(made) == len(set(made))
                counts.add(len(step.callers))
                break
            candidate = planner.expect(step)
            assert candidate is not None
            planner = planner.then(candidate)
    assert len(counts) > 1


def test_where_nobody_else_can_call_no_callers_meet(graph: Graph) -> None:
    steps = [step for scenario in drawn(3, graph, 60) for step in scenario.steps]
    assert not [step for step in steps if isinstance(step, ParallelStep)]


def test_the_search_mixes_legal_and_refused_steps(graph: Graph) -> None:
    candidates = [step for scenario in drawn(2, graph, 20) for step in taken(scenario, Abilities())]
    share = sum(candidate.refused for candidate in candidates) / len(candidates)
    assert 0.05 < share < 0.5
