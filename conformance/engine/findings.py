"""What a run found: findings against requirements, grouped so that one fault is one finding.

A cell is what a requirement can be broken in apart: an operation and the state of the object that it is
about, or a kind of object, as the requirement's scope says. Cells that make no difference are one: a
requirement that held nowhere is broken once, however often that shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from amazonpay_conformance.checks.check import Problem
from amazonpay_conformance.checks.subject import Act, Made, Watched
from amazonpay_conformance.engine.lane import Lane
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.requirements import REQUIREMENTS, Requirement
from amazonpay_conformance.model.scenario import Scenario
from amazonpay_conformance.model.world import World
from amazonpay_conformance.reading.objects import NAMED_IN_BODY
from amazonpay_conformance.wire.redaction import REDACTED, redact_target

if TYPE_CHECKING:
    from amazonpay_conformance.engine.runner import Run


class Cell(NamedTuple):
    """A requirement, and where it was judged. `about` is an operation or a kind of object."""

    requirement: str
    about: str = ""
    state: str = ""

    def __str__(self) -> str:
        return "-".join(part for part in self if part)


@dataclass(frozen=True, slots=True)
class Finding:
    """A requirement that did not hold: where, what was expected, what was received."""

    requirement: Requirement
    check: str
    operation: str
    step: int
    problem: Problem
    made: Act | None = field(repr=False, default=None)

    @property
    def cell(self) -> Cell:
        """Where the requirement did not hold."""
        return cell_of(self.requirement, self.made)

    @property
    def is_failure(self) -> bool:
        """Whether the subject is wrong; otherwise it only departs from what is recommended."""
        return self.requirement.level == "MUST"

    @classmethod
    def of(
        cls, requirement: str, check: str, operation: str, step: int, problem: Problem, made: Act | None
    ) -> Finding:
        """Make a finding against a requirement of the catalogue."""
        return cls(REQUIREMENTS[requirement], check, operation, step, problem, made)


@dataclass(slots=True)
class Group:
    """All findings of one fault: the first, how many there were, and the smallest scenario that shows it.

    `key` names it, `cells` are all that it was seen in. `reproduced` is None as long as nobody tried, then
    how a run of `scenario` on a fresh target ended; `run` is the one that showed it again.
    """

    key: Cell
    first: Finding
    scenario: Scenario
    lane: Lane
    count: int = 1
    operations: set[str] = field(default_factory=set)
    cells: set[Cell] = field(default_factory=set)
    reproduced: bool | None = None
    run: Run | None = None
    hint: str = ""

    @property
    def requirement(self) -> Requirement:
        """The requirement that does not hold."""
        return self.first.requirement

    @property
    def states(self) -> list[str]:
        """The states of the object in question in which it was seen; none where they do not matter."""
        return sorted({cell.state for cell in self.cells} - {""})

    def has(self, finding: Finding) -> bool:
        """Tell whether a finding is of this fault."""
        return finding.cell in self.cells

    def seen_in(self, findings: Iterable[Finding]) -> Finding | None:
        """Return the first of some findings that is of this fault."""
        return next(filter(self.has, findings), None)

    def add(self, finding: Finding, scenario: Scenario, lane: Lane) -> None:
        """Take in one more finding; the one that took fewest steps to see stays first."""
        self.count += 1
        self.operations.add(finding.operation)
        if finding.step < self.first.step:
            self.first, self.scenario, self.lane = finding, scenario, lane

    def merge(self, other: Group) -> None:
        """Take in a group that turned out to be of the same fault."""
        self.count += other.count
        self.operations |= other.operations
        self.cells |= other.cells
        if other.first.step < self.first.step:
            self.first, self.scenario, self.lane = other.first, other.scenario, other.lane


@dataclass
class Groups:
    """Findings as they come, a group for each cell, and the cells in which a requirement was seen to hold."""

    by_cell: dict[Cell, Group] = field(default_factory=dict)
    held: set[Cell] = field(default_factory=set)

    def __iter__(self) -> Iterator[Group]:
        return iter(self.by_cell.values())

    def __bool__(self) -> bool:
        return bool(self.by_cell)

    def of(self, requirement: str) -> list[Group]:
        """Return what was found against one requirement."""
        return [group for group in self if group.requirement.id == requirement]

    def add(self, finding: Finding, scenario: Scenario, lane: Lane) -> Group | None:
        """Take in a finding, and return its group if it is the first of it."""
        cell = finding.cell
        known = self.by_cell.get(cell)
        if known is not None:
            known.add(finding, scenario, lane)
            return None
        group = Group(cell, finding, scenario, lane, operations={finding.operation}, cells={cell})
        self.by_cell[cell] = group
        return group

    def merge(self) -> None:
        """Make one of the groups that do not differ; nothing is added afterwards."""
        merged: dict[Cell, Group] = {}
        for cell, group in self.by_cell.items():
            group.key = self._key(cell)
            known = merged.setdefault(group.key, group)
            if known is not group:
                known.merge(group)
        self.by_cell = merged

    def _key(self, cell: Cell) -> Cell:
        """Leave out of a cell what makes no difference: the requirement held in none that is alike."""
        held = [other for other in self.held if other.requirement == cell.requirement]
        if not held:
            return self._alone(cell) if self._is_alone(cell) else Cell(cell.requirement)
        if not any(other.about == cell.about for other in held):
            return Cell(cell.requirement, cell.about)
        return cell

    def _is_alone(self, cell: Cell) -> bool:
        return len({c.about for c in self.by_cell if c.requirement == cell.requirement}) == 1

    def _alone(self, cell: Cell) -> Cell:
        states = {c.state for c in self.by_cell if c.requirement == cell.requirement}
        return cell if len(states) == 1 else Cell(cell.requirement, cell.about)


MISSING: Final = "missing"
"""The state of an object that is not there."""


def cell_of(requirement: Requirement, made: Act | None) -> Cell:
    """Return where a call put a requirement to the test.

    Args:
        requirement: what was judged; its scope says what it can be broken in apart.
        made: the call, None where there was none.
    """
    if isinstance(made, Watched):
        return Cell(requirement.id, made.move.operation if made.move else "")
    return Cell(requirement.id) if made is None else cell_at(requirement.id, place_of(made))


class Place(NamedTuple):
    """What the cells of a call are told by: an operation, and the states of its object before and after."""

    operation: str
    before: str
    after: str


def place_of(made: Made) -> Place:
    """Return where all that a call is judged by is put to the test."""
    return Place(made.asked.operation.id, _state_before(made), _state_after(made))


@cache
def cell_at(requirement_id: str, place: Place) -> Cell:
    """Return where a requirement is put to the test at a place."""
    scope, operation = REQUIREMENTS[requirement_id].scope, ALL_OPERATIONS[place.operation]
    if scope == "message":
        return Cell(requirement_id)
    if scope == "call":
        return Cell(requirement_id, operation.id)
    if scope == "operation":
        return Cell(requirement_id, operation.id, place.before)
    return Cell(requirement_id, operation.returns or operation.id, place.after if scope == "state" else "")


def state_in_question(operation_id: str, target: str | None, body: object, world: World) -> str:
    """Return the state of the object that a call is about, "" where it is about none.

    Args:
        operation_id: which operation.
        target: the id in the path.
        body: the payload.
        world: the objects before the call.
    """
    kind = ALL_OPERATIONS[operation_id].target
    if operation_id in NAMED_IN_BODY:
        kind, name = NAMED_IN_BODY[operation_id]
        target = body.get(name) if isinstance(body, Mapping) else None
    if kind is None:
        return ""
    value = world.find(kind, target if isinstance(target, str) else None)
    return MISSING if value is None else str(getattr(value, "state", ""))


def _state_before(made: Made) -> str:
    asked = made.asked
    if not made.seen:
        return ""
    return state_in_question(asked.operation.id, asked.path_id, asked.payload, made.seen[0].before)


def _state_after(made: Made) -> str:
    last = made.last
    if last is None or last.matched is None or last.matched.subject is None:
        return ""
    return str(getattr(last.after.find(*last.matched.subject), "state", ""))


def hint_of(finding: Finding) -> str:
    """Return what to do about a finding; that may take its time."""
    hint = finding.problem.hint
    return hint() if callable(hint) else hint


def without_tokens(text: str, finding: Finding) -> str:
    """Return a text about an exchange without what its path may not show, as a buyer's token."""
    if finding.made is None:
        return text
    path = finding.made.seen[0].request.path
    hidden = zip(path.split("/"), redact_target(path).split("/"), strict=False)
    for segment, shown in hidden:
        if shown == REDACTED and len(segment) > 3:
            text = text.replace(segment, REDACTED)
    return text
