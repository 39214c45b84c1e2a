"""What can be done to an object where it stands: a graph over situations, explored from the model.

A *situation* is an object's state among those related to it, and the row that fired last on it. Each kind
of step is tried once in each situation; what came of it is an edge. A scenario is planned along the edges,
and every step of it is held against the model again, for an edge knows only what it saw.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from amazonpay_conformance.model.coverage import Item
from amazonpay_conformance.model.limits import MAX_CHARGES, MAX_REFUNDS
from amazonpay_conformance.model.scenario import UNKNOWN_IDS, Step
from amazonpay_conformance.model.shape import moments
from amazonpay_conformance.model.world import COLLECTIONS, World
from amazonpay_conformance.strategies.generator import Abilities, Planner
from amazonpay_conformance.strategies.likeness import situation
from amazonpay_conformance.strategies.stories import stories

FEW: Final = 2
"""How many charges and refunds there are at most, but near their limits."""

MAX_WORLDS: Final = 400

Situation: TypeAlias = Hashable


@dataclass(slots=True, eq=False)
class Edge:
    """What came of one kind of step in one situation.

    `number` says which of the steps of `group` it was; `to` are the situations of what it touched;
    `found` is the plan in which it was tried, and `step` how it was taken there; `trail` are the transitions
    and pairs that the plan and the step cover together.
    """

    group: str
    number: int
    items: frozenset[Item]
    moves: bool
    to: tuple[Situation, ...]
    found: Planner
    step: Step
    trail: frozenset[Item]

    def again(self, planner: Planner, subject: str | None) -> Step | None:
        """Return the step for an object that is in the same situation elsewhere."""
        return planner.step_of(self.group, subject, self.number)


@dataclass(slots=True)
class Graph:
    """All that was found: the edges that leave each situation, and the plans that were looked at."""

    edges: dict[Situation, list[Edge]] = field(default_factory=dict)
    plans: list[Planner] = field(default_factory=list)

    @property
    def items(self) -> frozenset[Item]:
        """All that can be covered."""
        return frozenset().union(*(edge.items for edges in self.edges.values() for edge in edges))


def explore(abilities: Abilities, region: str = "na", *, most: int = MAX_WORLDS) -> Graph:
    """Try every kind of step in every situation, nearest first.

    Args:
        abilities: what client and target can do.
        region: whose currency the amounts have.
        most: how many worlds to look at.
    """
    return _Explorer().explore(Planner.start(abilities, region), most)


def situations(planner: Planner) -> dict[str | None, Situation]:
    """Return the situation of everything that a step can be about; None stands for nothing in particular."""
    world, last = planner.world, planner.last
    found: dict[str | None, Situation] = {None: situation(world, None, last)}
    for kind in COLLECTIONS:
        for name in world.objects(kind):
            found[name] = situation(world, name, last)
    for name in UNKNOWN_IDS:
        found[name] = name
    for key in planner.subjects("repeat") if planner.abilities.caller_keys else ():
        found[key] = _of_key(planner, key or "")
    return found


def _of_key(planner: Planner, key: str) -> Situation:
    known = planner.world.remembered.get(key)
    return "key", planner.repeatable[key].operation, known is not None and known.status < 400


Left: TypeAlias = tuple[Planner, dict[str | None, Situation], bool]
"""A plan after a step, the situations in it, and whether the step covered what none before it did."""


class _Explorer:
    def __init__(self) -> None:
        self.graph = Graph()
        self._tried: set[Hashable] = set()
        self._idle: set[Hashable] = set()
        self._items: set[Item] = set()
        self._trails: dict[int, frozenset[Item]] = {}

    def explore(self, start: Planner, most: int) -> Graph:
        begun = [start, *stories(start)]
        seen = set(situations(start).values())  # where the stories are, others come to by shorter ways
        promising, others = deque(begun), deque[Planner]()
        while (promising or others) and len(self.graph.plans) < most:
            # what came with something new leads to more of it; but not to all
            turns = (others, promising) if len(self.graph.plans) % 2 else (promising, others)
            planner = (turns[0] or turns[1]).popleft()
            self.graph.plans.append(planner)
            for after, now, brought_something in self._leave(planner):
                unseen = set(now.values()) - seen
                if unseen and _is_worth(planner.world, after.world):
                    seen |= unseen
                    (promising if brought_something else others).append(after)
        return self.graph

    def _leave(self, planner: Planner) -> Iterator[Left]:
        here = situations(planner)
        for group in planner.groups():
            for subject in planner.subjects(group):
                key = (group, here[subject], _beside(planner, group, subject))
                if key not in self._tried:
                    self._tried.add(key)
                    yield from self._try(planner, group, subject, here[subject])

    def _try(self, planner: Planner, group: str, subject: str | None, stands: Situation) -> Iterator[Left]:
        alike = (group, situation(planner.world, subject, {}))
        number = -1
        while True:
            number += 1
            if (alike, number) in self._idle:
                continue
            step = planner.step_of(group, subject, number)
            if step is None:
                return
            candidate = planner.expect(step)
            if candidate is None:
                continue
            moves = bool(candidate.outcome.used) or group == "clock"
            items = planner.covers(candidate)
            brought_something = not items <= self._items
            self._items |= items
            trail = self._trails.get(id(planner), frozenset()) | _rows(items)
            edge = Edge(group, number, items, moves, (), planner, step, trail)
            self.graph.edges.setdefault(stands, []).append(edge)
            if not moves:
                self._idle.add((alike, number))
                continue
            after = planner.then(candidate)
            self._trails[id(after)] = trail
            now = situations(after)
            touched = {subject, *_changed(planner.world, after.world)}
            edge.to = tuple(stand for name, stand in now.items() if name in touched)
            yield after, now, brought_something


def _rows(items: frozenset[Item]) -> frozenset[Item]:
    return frozenset(item for item in items if item[0] in ("transition", "pair"))


def _beside(planner: Planner, group: str, name: str | None) -> Hashable:
    """What else decides what comes of a step: the permission of a charge, and the order of timers."""
    if group not in ("clock", "capture_charge"):
        return None
    charge = planner.world.charges.get(name or "")
    above = planner.last.get(charge.permission) if charge else None
    order = sorted((moment.at, moment.timer) for moment in moments(planner.world)) if group == "clock" else ()
    return above, tuple(timer for _, timer in order)


def _changed(before: World, after: World) -> set[str | None]:
    """The objects that are new or other than before."""
    changed: set[str | None] = set()
    for name in COLLECTIONS.values():
        old, new = getattr(before, name), getattr(after, name)
        if old is not new:
            changed.update(key for key, value in new.items() if old.get(key) is not value)
    return changed


def _is_worth(before: World, after: World) -> bool:
    """Whether it is worth going on: not from many objects, but where their number comes to its limit."""
    if len(after.sessions) > 1:
        return False
    if len(after.charges) <= FEW and len(after.refunds) <= FEW:
        return True
    more = (len(after.charges), len(after.refunds)) != (len(before.charges), len(before.refunds))
    return more and (len(after.charges) >= MAX_CHARGES - 1 or len(after.refunds) >= MAX_REFUNDS - 1)
