"""What a run found: findings against requirements, grouped so that one fault is one finding."""

from __future__ import annotations

from dataclasses import dataclass, field

from amazonpay_conformance.checks.check import Problem
from amazonpay_conformance.checks.subject import Made
from amazonpay_conformance.engine.lane import Lane
from amazonpay_conformance.model.requirements import REQUIREMENTS, Requirement
from amazonpay_conformance.model.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Finding:
    """A requirement that did not hold: where, what was expected, what was received."""

    requirement: Requirement
    check: str
    operation: str
    step: int
    problem: Problem
    made: Made | None = field(repr=False, default=None)

    @property
    def group(self) -> tuple[str, str]:
        """What makes two findings one: the requirement and the operation."""
        return self.requirement.id, self.operation

    @property
    def is_failure(self) -> bool:
        """Whether the subject is wrong; otherwise it only departs from what is recommended."""
        return self.requirement.level == "MUST"

    @classmethod
    def of(
        cls, requirement: str, check: str, operation: str, step: int, problem: Problem, made: Made | None
    ) -> Finding:
        """Make a finding against a requirement of the catalogue."""
        return cls(REQUIREMENTS[requirement], check, operation, step, problem, made)


@dataclass(slots=True)
class Group:
    """All findings of one fault: the first, how many there were, and the smallest scenario that shows it.

    `reproduced` is None as long as nobody tried, then how a run of `scenario` on a fresh target ended.
    """

    first: Finding
    scenario: Scenario
    lane: Lane
    count: int = 1
    operations: set[str] = field(default_factory=set)
    reproduced: bool | None = None
    hint: str = ""

    @property
    def requirement(self) -> Requirement:
        """The requirement that does not hold."""
        return self.first.requirement
