"""The random search: scenarios that a seed chooses, nothing else.

Each goes on from a plan that the tour's exploration found, or from two at once, so that late states are
visited as often as early ones. Of several steps drawn, the one is mostly taken that was planned least in
such a situation: a situation is an object's state among those related to it, and the row that fired last on
it. The rest is left to chance, or what several objects do to each other would starve. All of it is computed
from the model before anything is sent, so the same seed gives the same run.
"""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from typing import Final, TypeAlias

from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.scenario import CALLERS, CallStep, ParallelStep, Scenario, Step
from amazonpay_conformance.model.world import COLLECTIONS
from amazonpay_conformance.strategies.flaws import breaks, with_break
from amazonpay_conformance.strategies.generator import GROUP_WEIGHTS, UNKNOWN, Abilities, Candidate, Planner
from amazonpay_conformance.strategies.likeness import situation
from amazonpay_conformance.strategies.payloads import Variant
from amazonpay_conformance.strategies.variants import note_defects, subject_kind, variants

REFUSED_SHARE: Final = 0.25
"""How often a random step is one that must be refused."""

REFUSED_WEIGHTS: Final[Mapping[str, int]] = {
    "create_charge": 12,
    "create_refund": 10,
    "capture_charge": 10,
    "complete_checkout_session": 3,
    "repeat": 2,
}
"""How often each kind of step is there to be refused: mostly where there is money to be lost; others 1."""

LIMIT_SHARE: Final = 0.12
"""How often a step goes to a limit of what an object takes."""

TAKING: Final[Mapping[str, tuple[Kind, str]]] = {
    "complete_checkout_session": ("CheckoutSession", "Open"),
    "create_charge": ("ChargePermission", "Chargeable"),
    "capture_charge": ("Charge", "Authorized"),
    "create_refund": ("Charge", "Captured"),
}
"""The operations whose amounts have limits, and the state in which an object is held to them."""

STEERED_SHARE: Final = 0.6
"""How often the least planned of several steps is taken; otherwise any."""

AT_ONCE: Final = 4
"""One in so many scenarios goes on from two plans."""

FAR: Final = 12
"""Plans of more steps than this are not gone on from by chance: each has its scenario in the tour."""

KNOWN: Final = 5
"""How often an object is called that is there, for one time that one is that never was."""

NEVER: Final = "never"
"""What is known of an act that a buyer cannot do in such a situation."""

TRIES: Final = 40
SAMPLES: Final = 3

RACE_SHARE: Final = 0.1
"""How often a scenario ends with several callers at once, where they can be."""

AT_ONE_TIME: Final = (2, 2, 2, 3, 3, 4)
"""How many callers there are: more than two only show what two do not, and take longer to judge."""

ONE_KEY_SHARE: Final = 0.25
"""How often callers at once make the same request with the same key."""

BROKEN_SHARE: Final = 0.08
"""How often a body that is right has one rule of its schema broken, whichever it is."""

SUBJECTS: Final[Mapping[str, Kind]] = {
    name: kind for name in OPERATIONS if (kind := subject_kind(name)) is not None
}
"""The kind of object that an operation is about."""

There: TypeAlias = Mapping[Kind, tuple[str, ...]]
"""The objects that are there, by their kind."""


class Search:
    """A stream of scenarios for one client and target."""

    def __init__(
        self,
        abilities: Abilities,
        plans: Sequence[Planner],
        *,
        seed: int,
        region: str = "na",
        max_steps: int = 10,
    ) -> None:
        self._abilities = abilities
        self._start = Planner.start(abilities, region)
        self._plans = [replace(plan, abilities=abilities) for plan in plans if len(plan.steps) <= FAR]
        self._random = random.Random(seed)  # noqa: S311 - a plan, not a secret
        self._max_steps = max_steps
        self._begun_from = [0] * len(self._plans)
        self._known: dict[Hashable, Kinds] = {}
        self._groups_in: dict[Hashable, tuple[list[str], list[int]]] = {}
        self.taken_over = 0
        """Steps of scenarios so far that were planned by somebody else."""

    def random(self) -> Iterator[Scenario]:
        """Yield scenarios without end."""
        while True:
            yield self._scenario()

    def _scenario(self) -> Scenario:
        planner = self._begun()
        for _ in range(self._random.randint(2, self._max_steps)):
            chosen = self._draw(planner)
            if chosen is None:
                break
            planner = planner.then(self._perhaps_broken(planner, chosen))
        raced = self._raced(planner) if self._abilities.races else ()
        return Scenario((*planner.scenario.steps, *raced)) if raced else planner.sweep().scenario

    # --- several at once, in the end, for what comes of it is not known beforehand

    def _raced(self, planner: Planner) -> tuple[Step, ...]:
        """Let two to four callers loose on one object now and then, each legal alone, and look at it."""
        kinds = [kind for kind in COLLECTIONS if kind != "Refund" and planner.known(kind)]
        if self._random.random() >= RACE_SHARE or not kinds:
            return ()
        kind = self._random.choice(kinds)
        name = self._random.choice(planner.known(kind))
        callers = self._callers(planner, kind, name)
        if len(callers) < min(CALLERS):
            return ()
        step = ParallelStep(tuple((call,) for call in callers))
        return step, *(read for read in planner.reads() if read.target in _related(planner, name))

    def _callers(self, planner: Planner, kind: Kind, name: str) -> list[CallStep]:
        """Draw calls about an object: different ones, or the same request with the same key."""
        writing = [group for group in planner.groups() if SUBJECTS.get(group) == kind]
        writing = [group for group in writing if OPERATIONS[group].method != "GET"]
        found: list[CallStep] = []
        wanted = self._random.choice(AT_ONE_TIME)
        for _ in range(TRIES if writing else 0):
            drawn = self._drawn_legal(planner, self._random.choice(writing), name)
            found += [_of_caller(drawn, len(found))] if drawn else []
            if len(found) == wanted:
                break
        keyed = [call for call in found if call.key]
        if keyed and planner.abilities.caller_keys and self._random.random() < ONE_KEY_SHARE:
            return [keyed[0], replace(keyed[0], makes=_of_caller(keyed[0], len(found)).makes)]
        return found

    def _drawn_legal(self, planner: Planner, group: str, name: str) -> CallStep | None:
        kinds = self._kinds(planner, group, name, {})
        number = kinds.draw(self._random, False)
        call = planner.step_of(group, name, number) if number is not None else None
        expected = planner.expect(call) if call else None
        if number is None or not isinstance(call, CallStep) or expected is None:
            return None
        kinds.note(number, expected.refused)
        return None if expected.refused else call

    def _perhaps_broken(self, planner: Planner, candidate: Candidate) -> Candidate:
        """Break one rule of a body's schema now and then, whichever it is."""
        planned = candidate.step
        if self._random.random() >= BROKEN_SHARE or not isinstance(planned, CallStep) or candidate.refused:
            return candidate
        if planned.body is None:
            return candidate
        rule = self._random.choice(breaks(planned.operation))
        body = with_break(planned.body, rule)
        if body is None:
            return candidate
        note_defects(body, rule.defect)
        return planner.expect(replace(planned, body=body)) or candidate

    # --- where to go on from

    def _begun(self) -> Planner:
        if not self._plans or self._random.random() < 1 / AT_ONCE:
            return self._start
        plan = self._seldom()
        if self._random.random() < 1 / AT_ONCE:
            return self._together(plan, self._seldom())
        self.taken_over += len(plan.steps)
        return plan

    def _seldom(self) -> Planner:
        numbers = [self._random.randrange(len(self._plans)) for _ in range(SAMPLES)]
        number = min(numbers, key=self._begun_from.__getitem__)
        self._begun_from[number] += 1
        return self._plans[number]

    def _together(self, first: Planner, second: Planner) -> Planner:
        """Take the steps of two plans by turns of chance; the objects of each keep to themselves."""
        planner = self._start
        names: tuple[dict[str, str], dict[str, str]] = ({}, {})
        waiting = (list(first.steps), list(second.steps))
        while any(waiting):
            turn = self._random.randrange(2)
            turn = turn if waiting[turn] else 1 - turn
            planner = _follow(planner, waiting[turn].pop(0), names[turn])
        return planner

    # --- what to do next

    def _draw(self, planner: Planner) -> Candidate | None:
        if self._random.random() < LIMIT_SHARE and (found := self._at_a_limit(planner)) is not None:
            return found
        refused = self._random.random() < REFUSED_SHARE
        there = {kind: planner.known(kind) for kind in COLLECTIONS}
        groups, cumulative = self._groups(planner, refused, there)
        drawn = (groups[bisect(cumulative, self._random.random() * cumulative[-1])] for _ in range(TRIES))
        found = self._first(planner, drawn, refused, there) if groups else None
        return found or self._first(planner, iter(groups), None, there)

    def _at_a_limit(self, planner: Planner) -> Candidate | None:
        """Go to a limit, or a unit below or beyond it, with an object that takes amounts as it stands."""
        ready = [
            (operation, name)
            for operation, (kind, state) in TAKING.items()
            if operation in self._abilities.operations
            for name in planner.known(kind)
            if getattr(planner.world.find(kind, name), "state", "") == state
        ]
        if not ready:
            return None
        operation, name = self._random.choice(ready)
        return planner.expect(planner.call(operation, name, self._random.choice(_limits(operation, name))))

    def _groups(self, planner: Planner, refused: bool, there: There) -> tuple[list[str], list[int]]:
        """Return the kinds of step that have something to be about, with their weights summed up."""
        key = (refused, bool(planner.repeatable), *map(bool, there.values()))
        if key not in self._groups_in:
            kinds = ((group, SUBJECTS.get(group)) for group in planner.groups())
            if refused:
                groups = [group for group, _ in kinds if group in OPERATIONS or group == "repeat"]
                weights = [REFUSED_WEIGHTS.get(group, 1) for group in groups]
            else:
                groups = [group for group, kind in kinds if kind is None or there[kind]]
                weights = [GROUP_WEIGHTS.get(group, 4) for group in groups]
            self._groups_in[key] = groups, list(accumulate(weights))
        return self._groups_in[key]

    def _first(
        self, planner: Planner, groups: Iterator[str], refused: bool | None, there: There
    ) -> Candidate | None:
        """Return the first step that is answered as is wanted, or else the last that can be taken."""
        stands: dict[str | None, Hashable] = {}
        last = None
        for group in groups:
            drawn = self._drawn(planner, group, refused, stands, there)
            candidate = planner.expect(drawn.step) if drawn else None
            if drawn is not None and candidate is None and group == "buyer":
                drawn.kinds.note(drawn.number, NEVER)
            if drawn is None or candidate is None:
                continue
            drawn.kinds.planned[drawn.number] += 1
            drawn.kinds.note(drawn.number, candidate.refused)
            last = candidate
            if refused in (None, candidate.refused):
                break
        return last

    def _drawn(
        self,
        planner: Planner,
        group: str,
        refused: bool | None,
        stands: dict[str | None, Hashable],
        there: There,
    ) -> Drawn | None:
        """Draw a step of one kind that was not seen to be answered otherwise in such a situation."""
        subjects = self._subjects(planner, group, refused, there)
        if not subjects:
            return None
        samples = SAMPLES if self._random.random() < STEERED_SHARE else 1
        best: tuple[int, str | None, Kinds, int] | None = None
        for _ in range(samples):
            subject = subjects[int(self._random.random() * len(subjects))]
            kinds = self._kinds(planner, group, subject, stands)
            number = kinds.draw(self._random, refused)
            if number is not None and (best is None or kinds.planned[number] < best[0]):
                best = kinds.planned[number], subject, kinds, number
        if best is None:
            return None
        step = planner.step_of(group, best[1], best[3])
        return Drawn(best[2], best[3], step) if step else None

    def _subjects(
        self, planner: Planner, group: str, refused: bool | None, there: There
    ) -> Sequence[str | None]:
        """What a step can be about: mostly what is there, now and then, to be refused, what never was."""
        kind = SUBJECTS.get(group)
        if kind is None:
            return planner.subjects(group)
        known = there[kind]
        strange = refused is not False and self._random.random() * (KNOWN * len(known) + 1) < 1
        return (UNKNOWN[kind],) if strange else known

    def _kinds(
        self, planner: Planner, group: str, subject: str | None, stands: dict[str | None, Hashable]
    ) -> Kinds:
        if subject not in stands:
            stands[subject] = situation(planner.world, subject, planner.last)
        key = (group, stands[subject])
        known = self._known.get(key)
        if known is None or group in ("clock", "repeat"):
            weights = planner.weights(group, subject)
            if known is None or known.weights != weights:
                known = self._known[key] = Kinds.of(weights)
        return known


@dataclass(slots=True)
class Kinds:
    """The kinds of step of one group in one situation: how often each was planned, and if it is refused.

    `_fitting` are those to draw from, with their weights summed up, by what is wanted.
    """

    weights: tuple[int, ...]
    planned: list[int]
    refused: list[bool | str | None]
    _fitting: dict[bool | None, tuple[list[int], list[int]]]

    @classmethod
    def of(cls, weights: tuple[int, ...]) -> Kinds:
        """Return kinds of which nothing is known yet."""
        return cls(weights, [0] * len(weights), [None] * len(weights), {})

    def note(self, number: int, refused: bool | str) -> None:
        """Take note of how a kind of step is answered."""
        if self.refused[number] is not refused:
            self.refused[number] = refused
            self._fitting.clear()

    def draw(self, chance: random.Random, refused: bool | None) -> int | None:
        """Draw one that is not known to be answered otherwise than is wanted."""
        if refused not in self._fitting:
            numbers = [n for n, known in enumerate(self.refused) if _fits(known, refused)]
            self._fitting[refused] = numbers, list(accumulate(self.weights[n] for n in numbers))
        numbers, cumulative = self._fitting[refused]
        if not numbers:
            return None
        return numbers[bisect(cumulative, chance.random() * cumulative[-1])]


def _fits(known: bool | str | None, refused: bool | None) -> bool:
    return known is None or known is refused or (refused is None and known != NEVER)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A step, and which of its kinds it is."""

    kinds: Kinds
    number: int
    step: Step


@cache
def _limits(operation: str, name: str) -> tuple[Variant, ...]:
    """The bodies whose amount is at a limit or a unit away from it."""
    bodies = variants(operation, name, simulations=False)
    return tuple(v for v in bodies if not v.wrong and any(map(_is_at_limit, (v.body or {}).values())))


def _is_at_limit(value: object) -> bool:
    symbol = value.get("$price", "") if isinstance(value, Mapping) else ""
    return symbol.endswith(("+1", "-1")) or symbol in ("all", "headroom", "ceiling", "same")


def _of_caller(call: CallStep, number: int) -> CallStep:
    """Return a call that shares neither its key nor what it makes with those of other callers."""
    makes = {kind: _later(symbol, number) for kind, symbol in call.makes.items()}
    return replace(call, key=_later(call.key, number) if call.key else None, makes=makes)


def _later(symbol: str, number: int) -> str:
    name, _, count = symbol.partition("#")
    return f"{name}#{int(count) + number}"


def _related(planner: Planner, name: str) -> set[str]:
    """The object, and the one that it belongs to."""
    charge, refund = planner.world.charges.get(name), planner.world.refunds.get(name)
    above = charge.permission if charge else (refund.charge if refund else name)
    return {name, above}


def _follow(planner: Planner, step: Step, names: dict[str, str]) -> Planner:
    """Take a step of another plan, whose objects have other names here, if it can be taken."""
    here = planner.renumbered(step, names)
    candidate = planner.expect(here)
    if candidate is None:
        return planner
    if isinstance(step, CallStep) and isinstance(here, CallStep):
        names.update(zip(step.makes.values(), here.makes.values(), strict=True))
        if step.key is not None and here.key is not None:
            names[step.key] = here.key
    return planner.then(candidate)
