"""Worlds near the beginning, each with all that could be done there: for whoever looks for an example."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from amazonpay_conformance.model.world import World
from amazonpay_conformance.strategies.generator import Abilities, Candidate, Planner
from amazonpay_conformance.strategies.likeness import likeness

MAX_OBJECTS: Final = 2
MAX_WORLDS: Final = 250


@dataclass(frozen=True, slots=True)
class Visit:
    """A world that was come to: the plan that leads there, and what could come next."""

    planner: Planner
    way: tuple[Candidate, ...]
    candidates: tuple[Candidate, ...]


def visits(abilities: Abilities, region: str = "na") -> Iterator[Visit]:
    """Yield every unlike world that is near, nearest first; as far as somebody asks.

    Args:
        abilities: what client and target can do.
        region: whose currency the amounts have.
    """
    start = Planner.start(abilities, region)
    seen = {likeness(start.world)}
    queue: deque[tuple[Planner, tuple[Candidate, ...]]] = deque([(start, ())])
    while queue:
        planner, way = queue.popleft()
        visit = Visit(planner, way, tuple(planner.candidates()))
        yield visit
        for candidate in visit.candidates:
            key = likeness(candidate.outcome.world)
            if key not in seen and len(seen) < MAX_WORLDS and _is_small(candidate.outcome.world):
                seen.add(key)
                queue.append((planner.then(candidate), (*way, candidate)))


def _is_small(world: World) -> bool:
    few = len(world.charges) <= MAX_OBJECTS and len(world.refunds) <= MAX_OBJECTS
    return len(world.sessions) <= 1 and few
