"""An exhaustive walk: every world within bounds, breadth first, and every permitted outcome of every action.

Worlds of one shape are one place. The order is that of the tables, so two walks are the same to the last edge.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from amazonpay_conformance.model.actions import Action
from amazonpay_conformance.model.alphabet import Bounds, actions
from amazonpay_conformance.model.machine import Transition
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.outcome import Outcome
from amazonpay_conformance.model.rules import UNCERTAIN
from amazonpay_conformance.model.shape import Key, shape
from amazonpay_conformance.model.step import step
from amazonpay_conformance.model.world import COLLECTIONS, World


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A world that stands for all of its shape.

    `ids` are its objects in the order of the shape; `before` and `action` how the walk first came here.
    """

    number: int
    world: World
    ids: tuple[str, ...]
    before: Place | None = None
    action: Action | None = None

    def way(self) -> tuple[Action, ...]:
        """Return the shortest sequence of actions that leads here."""
        if self.before is None or self.action is None:
            return ()
        return (*self.before.way(), self.action)


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """One permitted outcome. `ids` are the objects after it, in the order of the target's shape.

    `target` is None where the walk does not go on: the world after it is out of bounds, or the outcome takes
    a liberty that the bounds exclude.
    """

    outcome: Outcome
    target: Place | None
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """An action taken in a place, with an edge for every outcome; no edge where it is not possible at all.

    `found` are the places to which it came first.
    """

    source: Place
    action: Action
    outcomes: tuple[Outcome, ...]
    edges: tuple[Edge, ...]
    found: tuple[Place, ...]


def walk(bounds: Bounds) -> Iterator[Taken]:
    """Yield every action in every world within bounds, nearest first.

    Args:
        bounds: how many objects, which alphabet, which liberties.

    Returns:
        What was taken, in a fixed order, refusals and acts that are not possible among it.
    """
    walker = _Walker(bounds)
    while walker.queue:
        place = walker.queue.popleft()
        for action in actions(place.world, bounds):
            yield walker.take(place, action)


class _Walker:
    """The places that were found, and those from which the walk has yet to go on."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        world = bounds.start()
        key, ids = shape(world, sessions=bounds.over)
        start = Place(0, world, ids)
        self.places: dict[Key, Place] = {key: start}
        self.queue = deque([start])
        self.found: list[Place] = []

    def take(self, source: Place, action: Action) -> Taken:
        self.found = []
        outcomes = step(source.world, action)
        liberties = disregarded(outcomes)
        edges = tuple(self._edge(source, action, outcome, liberties) for outcome in outcomes)
        return Taken(source, action, outcomes, edges, tuple(self.found))

    def _edge(self, source: Place, action: Action, outcome: Outcome, liberties: frozenset[str]) -> Edge:
        if outcome.world is source.world:
            return Edge(outcome, source, source.ids)
        taken = liberties if is_done(outcome) else frozenset()
        if not self.bounds.holds(outcome.world) or not taken <= self.bounds.liberties:
            return Edge(outcome, None, ())
        key, ids = shape(outcome.world, sessions=self.bounds.over)
        target = self.places.get(key) or self._discover(
            key, Place(len(self.places), outcome.world, ids, source, action)
        )
        return Edge(outcome, target, ids)

    def _discover(self, key: Key, place: Place) -> Place:
        self.places[key] = place
        self.queue.append(place)
        self.found.append(place)
        return place


def is_done(outcome: Outcome) -> bool:
    """Tell whether an outcome does what was asked, or anything at all; the others are refusals."""
    return outcome.status < 400 or bool(outcome.used)


def disregarded(outcomes: tuple[Outcome, ...]) -> frozenset[str]:
    """Return the uncertain rules that the outcomes which are no refusals pass over."""
    if len(outcomes) < 2:
        return frozenset()
    return frozenset(o.requirement for o in outcomes if not is_done(o) and o.requirement in UNCERTAIN)


# --- what happened to which object


def histories(before: World, outcome: Outcome) -> Mapping[str, tuple[str, ...]]:
    """Return which rows fired on which object, in their order.

    An outcome names rows only. Where several objects of a kind changed, the rows are given out so that each
    object ends where it did.

    Args:
        before: the world in which the action was taken.
        outcome: one of its outcomes.

    Returns:
        Ids of rows by the id of the object.
    """
    found: dict[str, tuple[str, ...]] = {}
    for kind in COLLECTIONS:
        fired = tuple(_ROWS[kind][used] for used in outcome.used if used in _ROWS[kind])
        if fired:
            found.update(_given_out(kind, fired, before, outcome.world))
    return found


def _given_out(
    kind: Kind, fired: tuple[Transition, ...], before: World, after: World
) -> Mapping[str, tuple[str, ...]]:
    old, new = before.objects(kind), after.objects(kind)
    changed = [name for name, value in new.items() if old.get(name) is not value]
    if len(changed) == 1:
        return {changed[0]: tuple(row.id for row in fired)}
    states = {name: old[name].state if name in old else None for name in changed}
    ends = {name: new[name].state for name in changed}
    given = _matched(fired, states, ends, min(len(fired), len(changed)))
    if given is None:  # a state was believed that the rows do not lead to
        return {}
    return {name: tuple(row.id for row, to in zip(fired, given, strict=True) if to == name) for name in given}


def _matched(
    fired: tuple[Transition, ...],
    states: Mapping[str, str | None],
    ends: Mapping[str, str],
    moved: int,
    given: tuple[str, ...] = (),
) -> tuple[str, ...] | None:
    """Give each row an object that is where the row begins, so that all end where they did, and `moved` have one."""
    if not fired:
        return given if states == ends and len(set(given)) >= moved else None
    row, rest = fired[0], fired[1:]
    for name, state in states.items():
        if state == row.source:
            found = _matched(rest, {**states, name: row.target}, ends, moved, (*given, name))
            if found is not None:
                return found
    return None


_ROWS: Mapping[Kind, Mapping[str, Transition]] = {
    kind: {row.id: row for row in MACHINES[kind].transitions} for kind in COLLECTIONS
}
