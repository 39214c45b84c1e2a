"""Shows what a rule, an operation or a transition means, by the shortest scenario that comes to it.

All of it is planned with the model and nothing is sent: what is shown as legal is what the model permits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final, TypeAlias

from amazonpay_conformance.engine.cases import CASES, Case
from amazonpay_conformance.engine.resource_cases import RESOURCE_CASES, ResourceCase
from amazonpay_conformance.model.actions import BuyerDeed, Call
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.operations import ALL_OPERATIONS, Operation
from amazonpay_conformance.model.requirements import REQUIREMENTS
from amazonpay_conformance.model.rules import RULES, RULES_OF
from amazonpay_conformance.model.scenario import AdvanceStep, BuyerStep, CallStep, RepeatStep, Step
from amazonpay_conformance.model.simulation import DEFAULT_CARD
from amazonpay_conformance.model.step import Outcome, step
from amazonpay_conformance.model.switches import Settings
from amazonpay_conformance.model.timers import DAY, HOUR, MINUTE
from amazonpay_conformance.model.world import COLLECTIONS, World
from amazonpay_conformance.strategies.generator import Abilities, Candidate, Planner
from amazonpay_conformance.strategies.questions import QUESTIONS
from amazonpay_conformance.strategies.visits import visits

GIVEN: Final = Abilities(permissions=("permission#1",))
"""A kit that was given a permission."""

QUIET: Final = frozenset(
    {"storeId", "webCheckoutDetails", "merchantMetadata", "recurringMetadata", "shippingAddress"}
    | {"softDescriptor", "closureReason", "cancellationReason"}
)
"""Fields of bodies that have to be there and say nothing of the rules."""


DEEDS: Final[Mapping[BuyerDeed, str]] = {
    "signs_in": "signs in",
    "approves": "approves",
    "cancels": "cancels",
    "is_declined": "is declined",
    "closes_permission": "closes",
    "removes_payment_method": "removes the payment method of",
    "fixes_payment_method": "repairs the payment method of",
}
"""The buyer's acts in words; the permission that is meant follows."""


@dataclass(frozen=True, slots=True)
class Line:
    """A step in words, what came of it, and how many times it was taken."""

    words: str
    answer: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, its reason code where it is a refusal, and in words which objects have which state then."""

    status: int
    reason: str | None = None
    changes: str = ""

    def __str__(self) -> str:
        shown = f"{self.status} {self.reason}" if self.reason else str(self.status)
        return f"{shown}: {self.changes}" if self.changes else shown


@dataclass(frozen=True, slots=True)
class Illustration:
    """The way to a world and a call in it: what a server may answer to that call, and what it may not.

    `because` tells why the illegal answer is one; `world` and `call` are what the answers belong to.
    """

    way: tuple[Line, ...]
    words: str
    legal: tuple[Answer, ...]
    illegal: Answer
    because: str
    world: World
    call: Call


def illustrate(requirement: str) -> Illustration | None:
    """Return the shortest scenario whose last call puts a requirement at stake.

    Args:
        requirement: the id of a rule, or of an operation's success.

    Returns:
        The illustration; None where the model comes to none, as for requirements that are no rules.

    Raises:
        KeyError: the catalogue has no such requirement.
    """
    uncertain = REQUIREMENTS[requirement].level == "MAY"
    if requirement in RESOURCE_CASES:
        return _of_resource(RESOURCE_CASES[requirement], uncertain=uncertain)
    case = CASES.get(requirement) or _asked(requirement)
    case = case or _search(_stakes(requirement), _stakes_alone(requirement))
    if case is None:
        return None
    before = _planners(case)[-1]
    call = before.action(case.steps[-1])
    if not isinstance(call, Call):
        return None
    if case.flaw is not None:
        call = replace(call, defects=frozenset({case.flaw}))
    outcomes = step(before.world, call)
    illegal, because = _illegal(ALL_OPERATIONS[call.operation], outcomes, uncertain=uncertain)
    return Illustration(
        _lines(replace(case, steps=case.steps[:-1]), _repeated_keys(case.steps)),
        ", ".join(filter(None, (_words(before, case.steps[-1], _repeated_keys(case.steps)), case.remark))),
        tuple(dict.fromkeys(_answer(before.world, outcome) for outcome in outcomes)),
        illegal,
        because,
        before.world,
        call,
    )


def _of_resource(case: ResourceCase, *, uncertain: bool) -> Illustration:
    outcomes = step(case.world, case.call)
    illegal, because = _illegal(ALL_OPERATIONS[case.operation], outcomes, uncertain=uncertain)
    query = ", ".join(f"{name} {value}" for name, value in case.query.items())
    return Illustration(
        (),
        ", ".join(filter(None, (_call(case.call, frozenset()), query, case.remark))),
        tuple(dict.fromkeys(_answer(case.world, outcome) for outcome in outcomes)),
        illegal,
        because,
        case.world,
        case.call,
    )


def demonstrate(transition: str) -> tuple[Line, ...]:
    """Return the steps of the shortest scenario whose last one fires a transition; () where none does.

    Lesser resources are planned by nobody, so nothing is looked for.
    """
    if transition not in _PLANNED:
        return ()

    def fires(candidate: Candidate) -> bool:
        return transition in candidate.outcome.used

    case = _search(fires, fires)
    return _lines(case, _repeated_keys(case.steps)) if case else ()


_PLANNED: Final = frozenset(row.id for machine in MACHINES.values() for row in machine.transitions)


# --- finding a scenario

Wanted: TypeAlias = Callable[[Candidate], bool]


def _asked(requirement: str) -> Case | None:
    """Return the scenario that puts the question on which an uncertain rule hangs, up to where it is put."""
    rule = next((rule for rule in RULES if rule.id == requirement), None)
    scenario = QUESTIONS.get(rule.switch.partition("=")[0]) if rule else None
    wanted, planner = _stakes(requirement), Planner.start(Abilities())
    for number, planned in enumerate(scenario.steps if scenario else ()):
        candidate = planner.expect(planned)
        if candidate is None:
            return None
        if wanted(candidate):
            return Case(scenario.steps[: number + 1] if scenario else ())
        planner = planner.then(candidate)
    return None


def _stakes(requirement: str) -> Wanted:
    return lambda candidate: any(outcome.requirement == requirement for outcome in candidate.permitted)


def _stakes_alone(requirement: str) -> Wanted:
    """Whether the requirement explains every answer; an uncertain one every refusal, beside a good answer."""
    uncertain = REQUIREMENTS[requirement].level == "MAY"

    def alone(candidate: Candidate) -> bool:
        judged = [o for o in candidate.permitted if o.status >= 400 or not uncertain]
        own = {(o.status, o.reason) for o in judged if o.requirement == requirement}
        open_to_both = not uncertain or len(judged) < len(candidate.permitted)
        return open_to_both and bool(own) and own == {(o.status, o.reason) for o in judged}

    return alone


def _search(possible: Wanted, plain: Wanted) -> Case | None:
    """Explore the model until something plain is found; failing that, take what was possible first."""
    first = None
    for visit in visits(Abilities()):
        for candidate in filter(possible, visit.candidates):
            case = Case((*visit.planner.steps, candidate.step))
            if plain(candidate):
                return case
            first = first or case
    return first


def _planners(case: Case) -> list[Planner]:
    """Return the plan before each step."""
    start = Planner.start(GIVEN if case.given else Abilities(), case.region)
    world = replace(start.world, settings=Settings.parse(case.settings))
    planners = [replace(start, world=world)]
    for planned in case.steps[:-1]:
        planners.append(planners[-1].then(_expected(planners[-1], planned)))
    return planners


def _expected(planner: Planner, planned: Step) -> Candidate:
    candidate = planner.expect(planned)
    if candidate is None:
        raise LookupError(f"the model cannot take this step: {planned}")
    return candidate


# --- which answers are shown


def _illegal(operation: Operation, outcomes: tuple[Outcome, ...], *, uncertain: bool) -> tuple[Answer, str]:
    if all(outcome.status >= 400 for outcome in outcomes):
        return Answer(operation.success[0]), "it is done as if the rule were not there"
    because = "a refusal that no rule explains" if uncertain else "nothing forbids this call"
    return _unexplained(operation, outcomes), because


def _unexplained(operation: Operation, outcomes: tuple[Outcome, ...]) -> Answer:
    """Return how a rule that is not broken would refuse, the one that concerns the fewest operations."""
    permitted = {(outcome.status, outcome.reason) for outcome in outcomes}
    rules = sorted(RULES_OF[operation.id], key=lambda rule: len(rule.operations))
    return Answer(*next(r.errors[0] for r in rules if r.asserted and r.errors[0] not in permitted))


def _answer(before: World, outcome: Outcome) -> Answer:
    return Answer(outcome.status, outcome.reason, _changes(before, outcome.world))


# --- words


def _lines(case: Case, keys: frozenset[str]) -> tuple[Line, ...]:
    lines = (
        Line(_words(before, planned, keys), _came_of(before, planned))
        for before, planned in zip(_planners(case), case.steps, strict=False)
    )
    return tuple(_folded(lines))


def _folded(lines: Iterator[Line]) -> Iterator[Line]:
    """Make one line of the same step taken many times."""
    for _, same in groupby(lines, key=lambda line: line.words):
        first, *more = same
        yield replace(first, times=1 + len(more))


def _came_of(before: Planner, planned: Step) -> str:
    answer = _answer(before.world, _expected(before, planned).outcome)
    return str(answer) if answer.status else answer.changes


def _repeated_keys(steps: tuple[Step, ...]) -> frozenset[str]:
    """Return the idempotency keys that are worth showing: those that come more than once."""
    times = Counter(planned.key for planned in steps if isinstance(planned, CallStep | RepeatStep))
    return frozenset(key for key, count in times.items() if key is not None and count > 1)


def _words(before: Planner, planned: Step, keys: frozenset[str]) -> str:
    if isinstance(planned, AdvanceStep):
        return f"The clock advances by {_duration(planned.seconds)}"
    if isinstance(planned, BuyerStep):
        target = "" if planned.target in before.world.sessions else f" {planned.target}"
        card = f" with card {planned.card}" if planned.card not in (None, DEFAULT_CARD) else ""
        return f"The buyer {DEEDS[planned.deed]}{target}{card}"
    call = before.action(planned)
    return _call(call, keys) if isinstance(call, Call) else ""


def _call(call: Call, keys: frozenset[str]) -> str:
    title = f"{ALL_OPERATIONS[call.operation].title} {call.target or ''}".rstrip()
    details = [*_fields(call.body)] or [*call.body]
    if call.simulation:
        details.append(f"simulation {call.simulation}")
    if call.key in keys:
        details.append(f"idempotency {call.key}")
    return f"{title}: {', '.join(details)}" if details else title


def _fields(body: Mapping[str, Any]) -> Iterator[str]:
    for name, value in body.items():
        if name in QUIET:
            continue
        if Price.parse(value) is not None:
            # as it is sent: 100 and 100.00 are not the same to everybody
            yield f"{name} {value['amount']} {value['currencyCode']}"
        elif isinstance(value, Mapping):
            yield from _fields(value)
        else:
            yield f"{name} {str(value).lower() if isinstance(value, bool) else value}"


def _changes(before: World, after: World) -> str:
    """Say which objects came into being or have another state."""
    changed = [
        f"{value.id} is {value.state}" + (f" ({value.reason})" if value.reason else "")
        for kind in COLLECTIONS
        for value in after.objects(kind).values()
        if _state(before.objects(kind).get(value.id)) != _state(value)
    ]
    return ", ".join(changed)


def _state(value: Any) -> tuple[str, str | None] | None:
    return (value.state, value.reason) if value is not None else None


def _duration(seconds: int) -> str:
    parts = []
    for unit, size in (("day", DAY), ("hour", HOUR), ("minute", MINUTE), ("second", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}{'s' if count > 1 else ''}")
    return " and ".join(parts)
