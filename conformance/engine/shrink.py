"""Makes a failing scenario small: fewer steps first, then simpler bodies, within a budget of requests.

What cannot matter is not tried: everything after the step that failed goes at once. A step whose symbols are
no longer bound is skipped by the runner, and goes with what it depended on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from amazonpay_conformance.engine.findings import Finding
from amazonpay_conformance.engine.runner import Run, Runner
from amazonpay_conformance.model.scenario import (
    CALLERS,
    CALLS,
    BuyerStep,
    CallStep,
    FaultStep,
    ParallelStep,
    RepeatStep,
    Scenario,
    Step,
)


@dataclass
class Shrinker:
    """Shrinks scenarios that show what is `wanted`. `spent` counts the requests that it took."""

    runner: Runner
    wanted: Callable[[Finding], bool]
    budget: int
    spent: int = 0

    def shrink(self, scenario: Scenario) -> tuple[Scenario, Run | None]:
        """Return the smallest scenario found that still shows it, and its run.

        The run is None where not even the scenario itself showed it again.
        """
        best = self._try(scenario)
        if best is None:
            return scenario, None
        while self.spent < self.budget:
            smaller = self._smaller(best)
            if smaller is None:
                break
            best = smaller
        return best.scenario, best

    def _smaller(self, run: Run) -> Run | None:
        for candidate in _simpler(run):
            if self.spent >= self.budget:
                return None
            found = self._try(candidate)
            if found is not None:
                return found
        return None

    def _try(self, scenario: Scenario) -> Run | None:
        run = self.runner.run(scenario)
        self.spent += max(run.requests, 1)
        return run if any(map(self.wanted, run.findings)) else None


def _simpler(run: Run) -> Iterator[Scenario]:
    steps = run.scenario.steps
    last = max((finding.step for finding in run.findings), default=len(steps) - 1)
    first = min((finding.step for finding in run.findings), default=last)
    for end in dict.fromkeys((first, last)):
        if end + 1 < len(steps):
            yield Scenario(steps[: end + 1])
    skipped = {number for number, _ in run.skipped}
    if skipped:
        yield Scenario(tuple(s for number, s in enumerate(steps) if number not in skipped))
    for needed in _needed(steps):
        if len(needed) < len(steps):
            yield Scenario(needed)
    for size in _sizes(len(steps)):
        for start in range(len(steps) - size, -1, -1):
            yield Scenario(steps[:start] + steps[start + size :])
    for number, step in enumerate(steps):
        for instead in (*_simpler_races(step), *((simpler,) for simpler in _simpler_steps(step))):
            yield Scenario((*steps[:number], *instead, *steps[number + 1 :]))


def _needed(steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """The last step with what makes what it names; then with the buyer's acts on that as well."""
    if not steps:
        return
    names = _names(steps[-1])
    makers: list[Step] = []
    acts: list[Step] = []
    for step in reversed(steps[:-1]):
        makes = _made(step) & names
        if makes or (isinstance(step, BuyerStep) and step.target in names):
            acts.append(step)
        if makes:
            makers.append(step)
            names = names | _names(step)
    yield (*reversed(makers), steps[-1])
    yield (*reversed(acts), steps[-1])


def _calls(step: Step) -> tuple[CallStep, ...]:
    if isinstance(step, ParallelStep):
        return step.calls
    return (step,) if isinstance(step, CallStep) else ()


def _made(step: Step) -> set[str]:
    """The symbols to which a step may give a meaning: objects and idempotency keys."""
    return {symbol for call in _calls(step) for symbol in (*call.makes.values(), call.key) if symbol}


def _names(step: Step) -> set[str]:
    """The symbols without which a step cannot be taken."""
    if isinstance(step, RepeatStep):
        return {step.key}
    if isinstance(step, BuyerStep):
        return {step.target}
    targets = {call.target for call in _calls(step) if call.target}
    return targets | {symbol for call in _calls(step) for symbol in _named_in(call.body)}


def _named_in(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("$id"), str):
            yield value["$id"]
        for inner in value.values():
            yield from _named_in(inner)


def _sizes(length: int) -> Iterator[int]:
    size = length // 2
    while size > 1:
        yield size
        size //= 2
    if length > 1:
        yield 1


def _simpler_races(step: Step) -> Iterator[tuple[Step, ...]]:
    """Callers left out, then calls; in the end all of them one after the other."""
    if not isinstance(step, ParallelStep):
        return
    callers = step.callers
    if len(callers) > min(CALLERS):
        yield from ((ParallelStep((*callers[:n], *callers[n + 1 :])),) for n in range(len(callers)))
    for number, calls in enumerate(callers):
        if len(calls) > min(CALLS):
            for fewer in (calls[:-1], calls[1:]):
                yield (ParallelStep((*callers[:number], fewer, *callers[number + 1 :])),)
    yield step.calls


def _simpler_steps(step: Step) -> Iterator[Step]:
    if isinstance(step, FaultStep):
        if step.times > 1:
            yield replace(step, times=1)
        if step.operation is not None:
            yield replace(step, operation=None)
    elif isinstance(step, ParallelStep):
        for number, calls in enumerate(step.callers):
            for place, call in enumerate(calls):
                for simpler in _simpler_calls(call):
                    changed = (*calls[:place], simpler, *calls[place + 1 :])
                    yield ParallelStep((*step.callers[:number], changed, *step.callers[number + 1 :]))
    elif isinstance(step, CallStep):
        yield from _simpler_calls(step)


def _simpler_calls(call: CallStep) -> Iterator[CallStep]:
    if call.simulation is not None:
        yield replace(call, simulation=None)
    if call.body is not None:
        yield from (replace(call, body=body) for body in _simpler_bodies(call.body))


def _simpler_bodies(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name, value in body.items():
        yield {other: kept for other, kept in body.items() if other != name}
        if isinstance(value, Mapping) and "$price" not in value and "$id" not in value:
            yield from ({**body, name: simpler} for simpler in _simpler_bodies(value))
        elif isinstance(value, Mapping) and value.get("$price") in ("all", "half", "large", "headroom"):
            yield {**body, name: {"$price": "small"}}
        elif isinstance(value, str) and len(value) > 8 and value != "plain":
            yield {**body, name: "plain"}
