"""Callers at once: a server that looks and then acts is found, one that takes them in turns is not."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any
from unittest.mock import patch

import pytest
from amazonpay_conformance.engine.runner import NOT_AT_ONCE, Run
from amazonpay_conformance.engine.shrink import Shrinker
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.faults import FAULTS
from amazonpay_conformance.model.scenario import FaultStep, ParallelStep, Scenario
from amazonpay_conformance.strategies import search as search_module
from amazonpay_conformance.strategies.generator import Abilities, Planner
from amazonpay_conformance.strategies.races import RACES, WAYS, Race, scenario_of
from amazonpay_conformance.strategies.search import Search
from amazonpay_conformance.strategies.worlds import explore

WITH_BUYER = [race for race in RACES.values() if not race.given]


@pytest.mark.parametrize("race", WITH_BUYER, ids=lambda race: race.name)
def test_the_mock_is_right_in_every_race(race: Race, course: Any) -> None:
    run = course.run(scenario_of(race))

    assert not run.findings, told(run)
    assert (run.skipped, run.unclear) == ((), "")
    assert run.judged["LIN-001"] == 1, "the calls did not overlap"
    assert run.judged["LIN-002"] == (1 if race.name.startswith("one key") else 0)


def test_a_fault_is_found_and_nothing_else(fault: Any, course: Any) -> None:
    run = course.run(scenario_of(RACES[fault.race]), fault.service)

    assert {finding.requirement.id for finding in run.findings} == fault.breaks, told(run)


def test_a_duplicate_may_be_refused_while_its_twin_is_handled(course: Any, servers: Any) -> None:
    run = course.run(scenario_of(RACES["one key makes one charge"]), servers.RefusesTwins)

    assert not run.findings, told(run)
    assert run.observed["concurrent-duplicates", "refused"] == 1


def test_a_race_shrinks_to_the_two_calls_that_cannot_both_be(course: Any, servers: Any) -> None:
    service = servers.racing("capture_charge", "cancel_charge", "close_charge_permission")
    scenario = scenario_of(RACES["two captures, cancel and close"])
    found = next(f for f in course.run(scenario, service).findings if f.requirement.id == "LIN-001")
    shrinker = Shrinker(course.runner, frozenset({found.cell}), 300, Planner.start(Abilities()))

    run = shrinker.shrink(scenario, found.step)

    assert run is not None
    (race,) = (step for step in run.scenario.steps if isinstance(step, ParallelStep))
    assert len(race.calls) == 2
    assert len(run.scenario) == 4, "the session, the buyer, completing it, the race"


def test_calls_that_fail_one_after_the_other_too_are_not_shown_as_a_race(course: Any, servers: Any) -> None:
    class CancelsInVain(Service):
        def _answer(self, outcome: Any, reading: Any) -> Any:
            response = super()._answer(outcome, reading)
            is_cancel = reading.operation.id == "cancel_charge"
            return replace(response, status=418, body=b"{}") if is_cancel else response

    scenario = scenario_of(RACES["captures and cancels, authorized"])
    run = course.run(scenario, CancelsInVain)
    assert "LIN-001" not in {finding.requirement.id for finding in run.findings}, told(run)
    wanted = next(f for f in run.findings if f.operation == "cancel_charge")
    shrinker = Shrinker(course.runner, frozenset({wanted.cell}), 300, Planner.start(Abilities()))

    smallest = shrinker.shrink(scenario, wanted.step)

    assert smallest is not None
    assert not any(isinstance(step, ParallelStep) for step in smallest.scenario.steps)


def test_a_client_that_calls_one_at_a_time_is_told_why_there_is_no_race(course: Any) -> None:
    alone = replace(course.runner, crew=None)
    run = alone.run(scenario_of(RACES["captures and captures, authorized"]))
    assert run.skipped == ((4, NOT_AT_ONCE),)
    assert not run.judged["LIN-001"]


def test_a_caller_whose_object_is_not_there_does_not_hold_up_the_others(course: Any) -> None:
    capture, cancel = (calls[0] for calls in RACES["captures and cancels, authorized"].callers)
    race = ParallelStep(((capture,), (replace(cancel, target="charge#9"),)))
    run = course.run(Scenario((*WAYS["authorized"], race)))
    assert not run.findings, told(run)
    assert [made.asked.operation.id for made in run.made if made.step == 4] == ["capture_charge"]


def searched_races(count: int) -> list[Scenario]:
    """Races that a search came upon, after whatever was drawn before them."""
    able = Abilities(races=True)
    search = Search(able, explore(able, most=40).plans, seed=11).random()
    with patch.object(search_module, "RACE_SHARE", 1.0):
        raced = (s for s in search if any(isinstance(step, ParallelStep) for step in s.steps))
        return list(islice(raced, count))


def test_the_mock_is_right_in_races_that_a_search_comes_upon(course: Any) -> None:
    for scenario in searched_races(12):
        run = course.run(scenario)
        assert not run.findings, told(run)
        assert (run.unclear, run.judged["LIN-001"]) == ("", 1)


@pytest.mark.parametrize("spoilt", [fault.id for fault in FAULTS if fault.committed])
def test_callers_who_meet_a_fault_are_not_held_to_what_they_never_saw(course: Any, spoilt: str) -> None:
    way = WAYS["authorized"]
    race = scenario_of(RACES["captures and captures, authorized"]).steps[len(way) :]
    run = course.run(Scenario((*way, FaultStep(spoilt, 1, None), *race)))
    assert not run.findings, told(run)


def test_a_server_that_looks_and_then_acts_is_found_by_the_search_too(course: Any, servers: Any) -> None:
    service = servers.racing("complete_checkout_session", "update_checkout_session", "create_charge")
    found = {
        finding.requirement.id
        for scenario in searched_races(12)
        for finding in course.run(scenario, service).findings
    }
    assert "LIN-001" in found


def told(run: Run) -> str:
    return "\n".join(
        f"{f.requirement.id} step {f.step + 1}: expected {f.problem.expected}, received {f.problem.received}"
        for f in run.findings
    )
