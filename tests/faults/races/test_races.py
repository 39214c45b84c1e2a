"""Callers at once: a server that looks and then acts is found, one that takes them in turns is not."""

from __future__ import annotations

from typing import Any

import pytest
from amazonpay_conformance.engine.runner import Run
from amazonpay_conformance.strategies.races import RACES, Race, scenario_of

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


def told(run: Run) -> str:
    return "\n".join(
        f"{f.requirement.id} step {f.step + 1}: expected {f.problem.expected}, received {f.problem.received}"
        for f in run.findings
    )
