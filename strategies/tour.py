"""The deterministic tour: few scenarios that cover all that the model can be brought to do.

The plan goes where something uncovered is nearest, along the edges of the graph (`worlds`), until nothing
is near any more; then the next scenario begins. What covers much with few steps comes first, what is far
comes last. Timers and what the edges cannot be followed to have scenarios of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from amazonpay_conformance.model.coverage import EFFECTIVE_TIMERS, Item
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.scenario import AdvanceStep, BuyerStep, CallStep, RepeatStep, Scenario
from amazonpay_conformance.model.shape import moments
from amazonpay_conformance.model.world import COLLECTIONS
from amazonpay_conformance.strategies.generator import PRODUCTS, Abilities, Planner
from amazonpay_conformance.strategies.threads import threads
from amazonpay_conformance.strategies.worlds import Edge, Graph, Situation, situations

MAX_STEPS: Final = 24
MAX_AWAY: Final = 7
"""How many steps to go at most for something uncovered, before another scenario is begun."""


def tour(
    abilities: Abilities, graph: Graph, region: str = "na", *, pairs: bool = False
) -> Iterator[Scenario]:
    """Yield scenarios until everything that was found reachable is covered.

    Args:
        abilities: what client and target can do.
        graph: what `explore` found with the same abilities.
        region: whose currency the amounts have.
        pairs: whether all pairs of transitions are to be covered, too.
    """
    start = Planner.start(abilities, region)
    aims = wanted(graph, pairs=pairs)
    paired = threads(start, graph, frozenset(filter(_is_of_rows, aims))) if pairs else []
    ends = [thread.planner.sweep() for thread in paired]
    guide = Guide(start, graph, aims.difference(*(_covers(start, end.scenario) for end in ends)))
    planned = [*(end.scenario for end in ends), *guide.scenarios(), *_timers(graph), *_buttons(start)]
    yield from densest_first(start, [_seen_in_time(start, scenario) for scenario in planned])


def _seen_in_time(start: Planner, scenario: Scenario) -> Scenario:
    """Read just before a wait what is unreadable after it, so that nothing done until then goes unseen."""
    planner = start
    for step in scenario.steps:
        if isinstance(step, AdvanceStep):
            planner = _read_before(planner, step)
        candidate = planner.expect(step)
        if candidate is None:
            return scenario
        planner = planner.then(candidate)
    return planner.scenario


def _read_before(planner: Planner, wait: AdvanceStep) -> Planner:
    candidate = planner.expect(wait)
    if candidate is None:
        return planner
    later = planner.then(candidate)
    for step in planner.reads():
        now, then = planner.expect(step), later.expect(step)
        if now and then and then.refused and not now.refused and step not in planner.steps[-1:]:
            planner = planner.then(now)
    return planner


def _is_of_rows(item: Item) -> bool:
    return item[0] in ("transition", "pair")


def densest_first(start: Planner, scenarios: list[Scenario]) -> Iterator[Scenario]:
    """Yield scenarios so that what is new comes with the fewest requests, for a fault is to be found soon.

    Args:
        start: an empty plan.
        scenarios: them, in an order that decides where they are alike.
    """
    left = [(scenario, *_broadly(start, scenario)) for scenario in scenarios]
    seen: set[Item] = set()
    while left:
        best = max(left, key=lambda one: sum(BROAD[item[0]] for item in one[1] - seen) / max(one[2], 1))
        left.remove(best)
        seen |= best[1]
        yield best[0]


def _broadly(start: Planner, scenario: Scenario) -> tuple[frozenset[Item], int]:
    """What a scenario covers, in few words, and how many requests it takes."""
    found = frozenset(item for item in _covers(start, scenario) if item[0] in BROAD)
    return found, sum(isinstance(step, CallStep | RepeatStep) for step in scenario.steps)


def _covers(start: Planner, scenario: Scenario) -> frozenset[Item]:
    planner, found = start, set[Item]()
    for step in scenario.steps:
        candidate = planner.expect(step)
        if candidate is not None:
            found |= planner.covers(candidate)
            planner = planner.then(candidate)
    return frozenset(found)


BROAD: Final = {"transition": 3, "alone": 3, "boundary": 1, "answer": 1}
"""The aspects by which scenarios are put in their order, with what something new of each is worth."""


def wanted(graph: Graph, *, pairs: bool) -> frozenset[Item]:
    """Return what a tour is to cover of what was found.

    Args:
        graph: what was found.
        pairs: whether pairs of transitions belong to it.
    """
    return frozenset(item for item in graph.items if item[0] != "timer" and (pairs or item[0] != "pair"))


@dataclass
class Guide:
    """Leads through the graph until nothing is open any more.

    `steps` counts those that are no reads at the end.
    """

    start: Planner
    graph: Graph
    open: frozenset[Item]
    steps: int = 0

    def scenarios(self) -> Iterator[Scenario]:
        """Yield scenarios until nothing is open."""
        while self.open:
            before = self.open
            planner = self._go(self.start)
            if self.open == before:
                planner = self._go(self._as_found())
            self.steps += len(planner.steps)
            yield planner.sweep().scenario

    def _go(self, planner: Planner) -> Planner:
        """Go on as long as something open is near."""
        spent: set[tuple[Situation, int]] = set()
        while self.open and len(planner.steps) < MAX_STEPS:
            way = self._nearest(planner, spent)
            if way is None:
                break
            subject, stands, edge = way
            spent.add((stands, id(edge)))
            planner = self._take(planner, edge, subject)
        return planner

    def _take(self, planner: Planner, edge: Edge, subject: str | None) -> Planner:
        step = edge.again(planner, subject)
        candidate = planner.expect(step) if step else None
        if candidate is None:
            return planner
        self.open -= planner.covers(candidate)
        return planner.then(candidate)

    def _nearest(
        self, planner: Planner, spent: set[tuple[Situation, int]]
    ) -> tuple[str | None, Situation, Edge] | None:
        """Return the first step of the shortest way to something open, with what it is about."""
        here = situations(planner)
        ends: list[tuple[str | None, Situation, Edge, Situation]] = []
        seen: set[Situation] = set()
        best: tuple[int, tuple[str | None, Situation, Edge]] | None = None
        for subject, stands in here.items():
            for edge in self.graph.edges.get(stands, ()):
                if (stands, id(edge)) in spent or not _is_of(edge, planner, subject):
                    continue
                gain = _worth(edge, self.open)
                if gain and (best is None or gain > best[0]):
                    best = gain, (subject, stands, edge)
                ends += ((subject, stands, edge, to) for to in edge.to if to not in seen)
                seen.update(edge.to)
        return best[1] if best else self._further(ends, seen)

    def _further(
        self, ends: list[tuple[str | None, Situation, Edge, Situation]], seen: set[Situation]
    ) -> tuple[str | None, Situation, Edge] | None:
        for _ in range(MAX_AWAY):
            onward: list[tuple[str | None, Situation, Edge, Situation]] = []
            best: tuple[int, tuple[str | None, Situation, Edge]] | None = None
            for subject, stands, first, at in ends:
                for edge in self.graph.edges.get(at, ()):
                    gain = _worth(edge, self.open)
                    if gain and (best is None or gain > best[0]):
                        best = gain, (subject, stands, first)
                    onward += ((subject, stands, first, to) for to in edge.to if to not in seen)
                    seen.update(edge.to)
            if best:
                return best[1]
            ends = onward
        return None

    def _as_found(self) -> Planner:
        """Repeat the shortest plan in which something open was found: the edges lead there no more."""
        edges = [edge for leaving in self.graph.edges.values() for edge in leaving if edge.items & self.open]
        if not edges:
            self.open = frozenset()
            return self.start
        edge = min(edges, key=lambda e: (len(e.found.steps) + 1) / len(e.items & self.open))
        self.open -= edge.items
        candidate = edge.found.expect(edge.step)
        return edge.found.then(candidate) if candidate else edge.found


def _worth(edge: Edge, open_items: frozenset[Item]) -> int:
    """How much an edge covers; what moves nothing is taken first, for it ends nothing either."""
    gain = sum(BROAD.get(item[0], 1) for item in edge.items & open_items)
    return gain * 2 + (not edge.moves) if gain else 0


def _is_of(edge: Edge, planner: Planner, subject: str | None) -> bool:
    return edge.group != "repeat" or subject in planner.repeatable


# --- what the buyer came from


def _buttons(start: Planner) -> Iterator[Scenario]:
    """Look at an open session after the buyer signed in at each kind of button (api-facts §3.1)."""
    opening = start.step_of("create_checkout_session", None, 0)
    for product in PRODUCTS if "buyer" in start.groups() and opening else ():
        planner = start
        for step in (opening, BuyerStep("signs_in", "session#1", None, product)):
            candidate = planner.expect(step) if step else None
            planner = planner.then(candidate) if candidate else planner
        yield planner.sweep().scenario


# --- timers


def _timers(graph: Graph) -> Iterator[Scenario]:
    """For every timer, a second before it, at it, and a second after it, with a read each time."""
    for timer in EFFECTIVE_TIMERS:
        for planner in _running(graph, timer):
            yield planner.scenario


def _running(graph: Graph, timer: str) -> Iterator[Planner]:
    """Yield a plan for each kind of object for which the timer runs, the shortest that was found."""
    done: set[str] = set()
    for planner in sorted(graph.plans, key=lambda plan: len(plan.steps)):
        for moment in moments(planner.world):
            kind = next(kind for kind in COLLECTIONS if moment.of in planner.world.objects(kind))
            if moment.timer == timer and kind not in done and "clock" in planner.groups():
                done.add(kind)
                sides = tuple(
                    now for now in (moment.at - 1, moment.at, moment.at + 1) if now > planner.world.now
                )
                if timer == "capture_window":
                    yield from (_captured(_waited(planner, now), moment.of) for now in sides)
                else:
                    yield _around(planner, moment.of, sides)


def _around(planner: Planner, name: str, sides: tuple[int, ...]) -> Planner:
    for now in sides:
        planner = _read(_waited(planner, now), name)
    return planner.sweep()


def _waited(planner: Planner, until: int) -> Planner:
    candidate = planner.expect(AdvanceStep(until - planner.world.now))
    return planner.then(candidate) if candidate else planner


def _captured(planner: Planner, name: str) -> Planner:
    """Capture what was authorized, and look at it: the window shows in nothing else."""
    if "capture_charge" not in planner.abilities.operations:
        return planner
    step = planner.step_of("capture_charge", name, 0)
    candidate = planner.expect(step) if step else None
    return planner.then(candidate).sweep() if candidate else planner


def _read(planner: Planner, name: str) -> Planner:
    for group in planner.groups():
        if group in OPERATIONS and OPERATIONS[group].method == "GET" and name in planner.subjects(group):
            candidate = planner.expect(CallStep(group, name))
            return planner.then(candidate) if candidate else planner
    return planner
