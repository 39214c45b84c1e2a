"""What shows a seeded fault shrinks until no step can be left out and nothing in a step made simpler."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from amazonpay_conformance.engine.runner import Run
from amazonpay_conformance.engine.shrink import Shrinker
from amazonpay_conformance.engine.simpler import simpler_steps
from amazonpay_conformance.model.scenario import Scenario, Step
from amazonpay_conformance.strategies.generator import Abilities, Planner

MOST_REQUESTS = 300


def test_a_seeded_fault_shrinks_to_what_is_needed(fault: Any, bench: Any, catalogue: Any) -> None:
    run = bench.try_out(fault)
    found = next((f for f in run.findings if f.requirement.id in fault.breaks), None)
    if found is None or fault.client:
        pytest.skip("who calls wrongly is no part of a scenario")
    runner, cells = bench.runner(fault.service, fault.client, fault.region), frozenset({found.cell})
    shrinker = Shrinker(runner, cells, MOST_REQUESTS, Planner.start(Abilities(), fault.region))

    small = shrinker.shrink(run.scenario, found.step)

    assert small is not None
    assert shrinker.reproduced
    assert shrinker.spent <= MOST_REQUESTS
    assert len(small.scenario) <= found.step + 1
    assert _shows(runner.run(small.scenario), cells)
    smaller = (*_shorter(small.scenario.steps), *_simpler(small.scenario.steps, fault, catalogue))
    needless = [steps for steps in smaller if _shows(runner.run(Scenario(steps)), cells)]
    assert needless == []


def _shows(run: Run, cells: frozenset[Any]) -> bool:
    return any(finding.cell in cells for finding in run.findings)


def _shorter(steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    for number in range(len(steps) if len(steps) > 1 else 0):
        yield steps[:number] + steps[number + 1 :]


def _simpler(steps: tuple[Step, ...], fault: Any, catalogue: Any) -> Iterator[tuple[Step, ...]]:
    """Every step made simpler by one thing; for one fault of those that break the same, since it takes long."""
    if fault is not next(other for other in catalogue.FAULTS if other.breaks == fault.breaks):
        return
    for number, step in enumerate(steps):
        for simpler in simpler_steps(step):
            yield (*steps[:number], *simpler, *steps[number + 1 :])
