"""Every check of a client's requirement can fail, does so for that requirement alone, and says why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from amazonpay_conformance.checks import judge  # noqa: F401 - registers every check
from amazonpay_conformance.checks.check import JUDGED, Problem
from amazonpay_conformance.engine.shrink import Shrinker
from amazonpay_conformance.engine.simpler import simpler_steps
from amazonpay_conformance.model.requirements import REQUIREMENTS
from amazonpay_conformance.model.scenario import Scenario, Step
from amazonpay_conformance.mutants.client_faults import FAULTS
from amazonpay_conformance.mutants.client_seams import Fault
from amazonpay_conformance.strategies.generator import Abilities, Planner

REQUIREMENTS_OF_CLIENTS = {r.id for r in REQUIREMENTS.values() if r.subject == "client"}

SHRUNK = (
    # no less will do: a session, two calls, an approved session, a charge, a captured one
    "salt-20-for-32",
    "refusal-looks-like-success",
    "amount-with-thousands-separators",
    "key-is-a-hash-of-the-body",
    "raises-on-202",
    "capture-sent-to-charges",
    "key-missing-on-refund",
    # and some from all over the table, each of which a plain tour shows
    "boolean-as-text",
    "header-of-the-caller-sent-twice",
    "pending-told-as-authorized",
    "retries-a-refusal",
    "text-cut-within-a-character",
    "update-as-put",
    "accept-missing",
    "date-with-an-offset",
    "nulls-read-as-empty",
    "amount-with-an-exponent",
    "empty-text-added",
    "key-of-the-caller-in-capitals",
    "signs-a-header-of-the-connection",
    "authorization-sent-twice",
    "body-as-a-form",
    "authorization-as-aws-writes-it",
    "date-read-twice",
    "salt-as-long-as-possible",
    "header-lines-in-capitals",
    "canonical-request-signed",
)
"""Faults of different kinds."""

MOST_REQUESTS = 300
MOST_STEPS = 6
"""As many as the longest of them needs: a session, twice the buyer, complete, capture, refund."""


def test_a_fault_is_found_and_nothing_else_with_it(fault: Fault, bench: Any) -> None:
    found = bench.findings(fault)
    shown = {f"{f.requirement.id} {f.operation}: {f.problem.expected} / {f.problem.received}" for f in found}
    assert {finding.requirement.id for finding in found} == set(fault.breaks), "\n".join(sorted(shown))


def test_a_finding_tells_what_is_wrong(fault: Fault, bench: Any) -> None:
    problems = [finding.problem for finding in bench.findings(fault)]
    assert any(fault.says in words for problem in problems for words in _words(problem)), problems[0]


def _words(problem: Problem) -> Iterator[str]:
    yield from (problem.expected, problem.received)
    yield problem.hint() if callable(problem.hint) else problem.hint  # dear: not before it is wanted


def test_every_requirement_of_a_client_has_a_fault() -> None:
    assert {requirement for fault in FAULTS for requirement in fault.breaks} == REQUIREMENTS_OF_CLIENTS


def test_every_requirement_has_a_fault_that_breaks_it_alone() -> None:
    assert {fault.breaks[0] for fault in FAULTS if len(fault.breaks) == 1} == REQUIREMENTS_OF_CLIENTS


def test_every_check_of_a_client_is_tripped(bench: Any) -> None:
    checks = {name for name, judged in JUDGED.items() if REQUIREMENTS_OF_CLIENTS & set(judged)}
    first = {fault.breaks: fault for fault in reversed(FAULTS)}.values()
    tripped = {finding.check for fault in first for finding in bench.findings(fault)}
    assert checks <= tripped


def test_the_catalogue_is_whole() -> None:
    assert not [name for name, times in Counter(fault.id for fault in FAULTS).items() if times > 1]
    assert not [fault.id for fault in FAULTS if bool(fault.why) is not (len(fault.breaks) > 1)]
    assert not [fault.id for fault in FAULTS if not fault.says or not fault.costs.endswith((".", "!"))]


@pytest.mark.parametrize("name", SHRUNK)
def test_a_long_scenario_shrinks_to_the_steps_that_matter(
    name: str, in_main_lane: Callable[[Any], Any], toured: tuple[Scenario, ...]
) -> None:
    fault = next(fault for fault in FAULTS if fault.id == name)
    runner, (requirement,) = in_main_lane(fault), fault.breaks

    def fails(scenario: Scenario) -> bool:
        return any(finding.requirement.id == requirement for finding in runner.run(scenario).findings)

    long = next(scenario for scenario in toured if fails(scenario))
    found = next(f for f in runner.run(long).findings if f.requirement.id == requirement)
    cells = frozenset({found.cell})
    shrinker = Shrinker(runner, cells, MOST_REQUESTS, Planner.start(Abilities()))
    run = shrinker.shrink(long, found.step)
    assert run is not None
    small = run.scenario
    assert len(small) <= MOST_STEPS < len(long)
    assert shrinker.spent <= MOST_REQUESTS
    assert fails(small)
    for steps in _simpler(small.steps):
        assert not fails(Scenario(steps)), steps


def _simpler(steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    for number, step in enumerate(steps):
        if len(steps) > 1:
            yield steps[:number] + steps[number + 1 :]
        for simpler in simpler_steps(step):
            yield (*steps[:number], *simpler, *steps[number + 1 :])
