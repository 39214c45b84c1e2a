"""What the model expects of a scenario's steps, worked out without a request: what cannot be is not sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from amazonpay_conformance.engine.findings import Cell, state_in_question
from amazonpay_conformance.model.actions import Call
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.requirements import REQUIREMENTS
from amazonpay_conformance.model.scenario import Step
from amazonpay_conformance.model.step import Outcome
from amazonpay_conformance.strategies.generator import Candidate, Planner


@dataclass(frozen=True, slots=True)
class Expected:
    """A step in its place: what it asks, what is permitted then, and the states before and after."""

    operation: str
    permitted: tuple[Outcome, ...]
    before: str
    after: str

    @property
    def view(self) -> tuple[object, ...]:
        """What makes two steps the same to somebody who looks at one answer."""
        usual = self.permitted[0]
        return self.operation, usual.status, usual.requirement, usual.reason, self.before, self.after

    def may_show(self, cell: Cell) -> bool:
        """Tell whether the step can put a requirement to the test where the cell says."""
        requirement = REQUIREMENTS[cell.requirement]
        if requirement.scope == "message":
            return True
        if requirement.scope == "call":
            return cell.about == self.operation
        if requirement.scope == "operation":
            at_stake = {outcome.requirement for outcome in self.permitted}
            return cell[1:] == (self.operation, self.before) and cell.requirement in at_stake
        operation = ALL_OPERATIONS.get(self.operation)
        return operation is not None and cell.about == operation.returns


def possible(start: Planner, steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return the steps without those that cannot be taken, and so without those that build on them.

    Args:
        start: an empty plan.
        steps: the steps of a scenario.
    """
    planner = start
    for planned in steps:
        candidate = planner.expect(planned)
        if candidate is not None:
            planner = planner.then(candidate)
    return planner.steps


def expected(start: Planner, steps: tuple[Step, ...]) -> tuple[Expected, ...] | None:
    """Return what the model expects of each step; None where some step cannot be taken.

    Args:
        start: an empty plan.
        steps: the steps of a scenario.
    """
    planner, found = start, []
    for planned in steps:
        candidate = planner.expect(planned)
        if candidate is None:
            return None
        found.append(_expected(planner, candidate))
        planner = planner.then(candidate)
    return tuple(found)


def _expected(planner: Planner, candidate: Candidate) -> Expected:
    action, outcome = planner.action(candidate.step), candidate.outcome
    operation, before = "", ""
    if isinstance(action, Call):
        operation = action.operation
        before = state_in_question(operation, action.target, action.body, planner.world)
    after = getattr(outcome.world.find(*outcome.subject), "state", "") if outcome.subject else ""
    return Expected(operation, candidate.permitted, before, str(after))
