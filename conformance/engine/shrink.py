"""Makes a failing scenario small: fewest steps, simplest bodies, within a budget of requests.

The model is asked first, which costs no request. It leaves out what the failing step does not need by the
model, so that mostly one run shows that the guess was right; and no candidate is sent in which a step cannot
be taken, or in which the last step does not put the same requirement to the test. What is left is tried one
by one until nothing can be left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from amazonpay_conformance.engine.findings import Cell, Finding
from amazonpay_conformance.engine.foresight import expected, possible
from amazonpay_conformance.engine.runner import Run, Runner
from amazonpay_conformance.engine.scenario_files import steps_to_json
from amazonpay_conformance.engine.simpler import simpler_steps
from amazonpay_conformance.model.scenario import CallStep, ParallelStep, RepeatStep, Scenario, Step
from amazonpay_conformance.strategies.generator import Planner

Steps: TypeAlias = tuple[Step, ...]
Views: TypeAlias = tuple[tuple[object, ...], ...]

LONG: Final = 7
"""Steps; the longest way to what the four objects can show of themselves has so many."""


@dataclass
class Shrinker:
    """Shrinks a scenario that shows one of `cells`. `spent` counts the requests that it took.

    `start` is an empty plan of what client and target can do. `best` is the smallest run so far that showed
    it, None as long as none did; `reproduced` is None as long as none was run.
    """

    runner: Runner
    cells: frozenset[Cell]
    budget: int
    start: Planner
    spent: int = 0
    best: Run | None = None
    reproduced: bool | None = None
    _tried: set[str] = field(default_factory=set)
    _blind: bool = False

    def shrink(self, scenario: Scenario, failing: int) -> Run | None:
        """Return the run of the smallest scenario that still shows it; None where it did not show again.

        Args:
            scenario: what showed it.
            failing: the number of the step that did, from 0.
        """
        whole = scenario.steps[: failing + 1]
        if not any(
            self._shows(guess) for guess in (*self._guesses(whole, whole[-1:]), whole, scenario.steps)
        ):
            return None
        if self.best is not None and len(self._steps) > LONG:
            # it shows what an earlier fault has led to
            first = min(finding.step for finding in self.best.findings)
            marks = (self._steps[first], self._steps[-1])
            any(self._shows(guess) for guess in self._guesses(self._steps, marks))
        self._blind = not self._may_show(self._steps)  # it went another way than the model's usual one
        self._refine()
        return self.best

    def _guesses(self, whole: Steps, marks: Steps) -> Iterator[Steps]:
        """Yield what should show it too, by the model, in which the marked steps look as they did.

        The smallest comes first, and nothing is sent for it.
        """
        seen = self._views(whole, marks)
        if seen is None:
            return
        least = self._leave_out(whole, marks, seen)
        if len(marks) == 1:
            yield self._simplify(least, seen, len(least))
            yield self._simplify(least, seen, len(least) - 1)
        yield least

    def _leave_out(self, steps: Steps, marks: Steps, seen: Views) -> Steps:
        """Leave out all without which the marked steps look the same to the model."""
        for number in range(len(steps) - 2, -1, -1):
            if number < len(steps) - 1:
                without = possible(self.start, steps[:number] + steps[number + 1 :])
                if without and without[-1] is steps[-1] and self._views(without, marks) == seen:
                    steps = without
        return steps

    def _simplify(self, steps: Steps, seen: Views, end: int) -> Steps:
        for number in range(end):
            simpler = self._first(steps, number, lambda found: self._views(found, found[-1:]) == seen)
            while simpler is not None:
                steps = simpler
                simpler = self._first(steps, number, lambda found: self._views(found, found[-1:]) == seen)
        return steps

    def _views(self, steps: Steps, marks: Steps) -> Views | None:
        """Return how the marked steps look to the model; None where a step cannot be taken."""
        found = expected(self.start, steps)
        if found is None:
            return None
        marked = {id(mark) for mark in marks}
        return tuple(one.view for one, step in zip(found, steps, strict=True) if id(step) in marked)

    def _refine(self) -> None:
        """Try all that is simpler by one thing, from the end, until nothing of it shows it any more."""
        changed = True
        while changed and self.spent < self.budget:
            changed = self._drop_steps()
            for number in range(len(self._steps) - 1, -1, -1):
                while self._first(self._steps, number, self._shows) is not None:
                    changed = True

    def _drop_steps(self) -> bool:
        changed = False
        for size in _sizes(len(self._steps)):
            for number in range(len(self._steps) - size, -1, -1):
                steps = self._steps
                if size < len(steps) and number + size <= len(steps):
                    without = steps[:number] + steps[number + size :]
                    changed |= self._shows(without if self._blind else possible(self.start, without))
        return changed

    @property
    def _steps(self) -> Steps:
        return self.best.scenario.steps if self.best is not None else ()

    def _first(self, steps: Steps, number: int, good: Callable[[Steps], bool]) -> Steps | None:
        for simpler in simpler_steps(steps[number]) if number < len(steps) else ():
            found = (*steps[:number], *simpler, *steps[number + 1 :])
            if good(found):
                return found
        return None

    def _shows(self, steps: Steps) -> bool:
        """Run steps, unless they were run before or cannot show it, and keep the run if they do."""
        name = json.dumps(steps_to_json(steps), sort_keys=True)
        if not steps or name in self._tried or not self._may_show(steps) or self._is_too_dear(steps):
            return False
        self._tried.add(name)
        before = self.runner.budget.spent
        try:
            run = self.runner.run(Scenario(steps))
        finally:
            self.spent += self.runner.budget.spent - before
        found = next((finding for finding in run.findings if finding.cell in self.cells), None)
        self.reproduced = self.reproduced or found is not None
        if found is not None:
            self.best = self._cut(run, found)
        return found is not None

    def _may_show(self, steps: Steps) -> bool:
        if self.best is None or self._blind:
            return True
        seen = expected(self.start, steps)
        return seen is not None and any(map(seen[-1].may_show, self.cells))

    def _is_too_dear(self, steps: Steps) -> bool:
        """The budget is for making it small; whether it shows again is always tried."""
        calls = sum(isinstance(step, CallStep | RepeatStep | ParallelStep) for step in steps)
        return self.best is not None and self.spent + calls > self.budget

    def _cut(self, run: Run, found: Finding) -> Run:
        """Leave out what comes after the step that shows it; it was not needed, so nothing is run again."""
        return replace(run, scenario=Scenario(run.scenario.steps[: found.step + 1]))


def _sizes(length: int) -> Iterator[int]:
    """Halves of what is long, a quarter of it, and so on; steps one by one in the end."""
    size = length // 2 if length > LONG else 1
    while size > 1:
        yield size
        size //= 2
    yield 1
