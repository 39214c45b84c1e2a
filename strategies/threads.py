"""The tour of pairs: few plans that take every pair of transitions, found by covering and by merging.

An object that has come to its end takes no further pair, so each way of ending one needs an order of its own.
What is chosen first are the plans of the exploration that bring most for their steps. Then what one plan does
on the way is done on the way of another, too, that begins alike, and the first is needed no more. Orders that
wait equally long wait together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Final, TypeAlias

from amazonpay_conformance.model.coverage import Item
from amazonpay_conformance.model.scenario import AdvanceStep, CallStep, Step
from amazonpay_conformance.strategies.generator import Planner
from amazonpay_conformance.strategies.worlds import Graph

LEAST_SHARED: Final = 2
"""So many steps two plans begin with in common, or there is nothing to be won by merging them."""

LONGEST: Final = 16
"""Steps; what is longer shrinks slowly and shows little more."""

WIDEST: Final = 24
"""Steps of several orders side by side; they shrink to those of one."""

LAST: Final = 3
"""Before how many of the last steps of a plan another is tried to be put in."""

Steps: TypeAlias = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Thread:
    """A plan, and what of the wanted it covers."""

    planner: Planner
    items: frozenset[Item]

    def __len__(self) -> int:
        return len(self.planner.steps)


def threads(start: Planner, graph: Graph, wanted: frozenset[Item]) -> list[Thread]:
    """Return few plans that together cover what is wanted, as far as the exploration came to it.

    Args:
        start: an empty plan.
        graph: what was found.
        wanted: transitions and pairs of them.
    """
    chosen = _needed(_covering(graph, wanted))
    return _side_by_side(start, _needed(_merged(start, chosen, wanted)), wanted)


def _covering(graph: Graph, wanted: frozenset[Item]) -> list[Thread]:
    """Choose the plan that brings most of what is open for each of its steps, again and again."""
    left = [(edge.trail & wanted, edge) for edges in graph.edges.values() for edge in edges]
    left = [(items, edge) for items, edge in left if items]
    chosen: list[Thread] = []
    while wanted:
        left = [(still, edge) for items, edge in left if (still := items & wanted)]
        if not left:
            break
        items, edge = max(left, key=lambda one: len(one[0]) / (len(one[1].found.steps) + 1))
        candidate = edge.found.expect(edge.step)
        if candidate is not None:
            chosen.append(Thread(edge.found.then(candidate), edge.trail))
        wanted -= items
    return chosen


def _needed(chosen: list[Thread]) -> list[Thread]:
    """Leave out, the longest first, what the others cover."""
    counts: dict[Item, int] = {}
    for thread in chosen:
        for item in thread.items:
            counts[item] = counts.get(item, 0) + 1
    kept = list(chosen)
    for thread in sorted(chosen, key=len, reverse=True):
        if all(counts[item] > 1 for item in thread.items):
            kept.remove(thread)
            for item in thread.items:
                counts[item] -= 1
    return kept


# --- merging


def _merged(start: Planner, chosen: list[Thread], wanted: frozenset[Item]) -> list[Thread]:
    """Do on the way of one plan what another does, wherever nothing is lost by it."""
    left = [Thread(thread.planner, thread.items & wanted) for thread in chosen]
    guests = sorted((thread for thread in left), key=len)
    for guest in guests:
        others = [thread for thread in left if thread is not guest]
        found = next(_welcomed(start, guest, others, wanted), None)
        if found is not None:
            host, both = found
            left = [both if thread is host else thread for thread in others]
    return left


def _welcomed(
    start: Planner, guest: Thread, others: list[Thread], wanted: frozenset[Item]
) -> Iterator[tuple[Thread, Thread]]:
    """Yield who takes a guest in, with what comes of it."""
    covered = frozenset[Item]().union(*(thread.items for thread in others))
    missing = guest.items - covered
    for host in others:
        shared = _shared(host.planner.steps, guest.planner.steps)
        if shared < LEAST_SHARED or len(host) + len(guest) - shared > LONGEST:
            continue
        alone = frozenset[Item]().union(*(t.items for t in others if t is not host))
        for place in range(len(host), max(len(host) - LAST, shared - 1), -1):
            turns = _before(host.planner.steps, guest.planner.steps[shared:], place)
            both = _played(start, turns, wanted)
            if both is not None and missing <= both.items and host.items - alone <= both.items:
                yield host, both
                break


def _shared(host: Steps, guest: Steps) -> int:
    pairs = zip(host, guest, strict=False)
    return next((n for n, (one, other) in enumerate(pairs) if one != other), min(len(host), len(guest)))


def _played(start: Planner, turns: Iterable[tuple[int, Step]], wanted: frozenset[Item]) -> Thread | None:
    """Take the steps of two plans, each with names of its own; None where one cannot be taken."""
    planner, items = start, frozenset[Item]()
    names: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for whose, step in turns:
        here = planner.renumbered(step, names[whose])
        candidate = planner.expect(here)
        if candidate is None:
            return None
        if isinstance(step, CallStep) and isinstance(here, CallStep):
            names[whose].update(zip(step.makes.values(), here.makes.values(), strict=True))
        items |= planner.covers(candidate) & wanted
        planner = planner.then(candidate)
    return Thread(planner, items)


def _before(host: Steps, guest: Steps, place: int) -> Iterator[tuple[int, Step]]:
    yield from ((0, step) for step in host[:place])
    yield from ((1, step) for step in guest)
    yield from ((0, step) for step in host[place:])


# --- side by side


def _side_by_side(start: Planner, chosen: list[Thread], wanted: frozenset[Item]) -> list[Thread]:
    """Let plans of several orders that wait equally long wait together."""
    alike: dict[Steps, list[Thread]] = {}
    for thread in chosen:
        alike.setdefault(_waits(thread.planner.steps), []).append(thread)
    return [
        packed
        for waits, several in alike.items()
        for packed in (_packed(start, several, wanted) if waits else several)
    ]


def _packed(start: Planner, several: list[Thread], wanted: frozenset[Item]) -> Iterator[Thread]:
    filled, *others = several
    for thread in others:
        both = None
        if len(filled) + len(thread) <= WIDEST:
            turns = _by_turns(filled.planner.steps, thread.planner.steps)
            both = _played(start, turns, wanted)
        if both is not None and filled.items | thread.items <= both.items:
            filled = both
        else:
            yield filled
            filled = thread
    yield filled


def _by_turns(host: Steps, guest: Steps) -> Iterator[tuple[int, Step]]:
    """What the one does until it waits, what the other does until then, and so on."""
    waiting = iter(guest)
    for step in (*host, None):
        if step is None or isinstance(step, AdvanceStep):
            yield from ((1, one) for one in takewhile(lambda one: not isinstance(one, AdvanceStep), waiting))
        if step is not None:
            yield 0, step


def _waits(steps: Steps) -> Steps:
    return tuple(step for step in steps if isinstance(step, AdvanceStep))
