"""The deterministic tour: few scenarios that cover all that the model can be brought to do.

The model is explored breadth first up to likeness (two worlds are alike when the same steps are worth
taking in them). Then, as long as something is uncovered, the scenario that covers most is built: the way to
a world, and on that way every step that is worth taking and leaves the world alike.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Final

from amazonpay_conformance.model.constraints import constraints
from amazonpay_conformance.model.rules import balance
from amazonpay_conformance.model.scenario import Scenario
from amazonpay_conformance.model.simulation import CARDS
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.model.world import Charge, ChargePermission, CheckoutSession, Refund, World
from amazonpay_conformance.strategies.generator import Abilities, Candidate, Planner

MAX_CHARGES: Final = 2
MAX_REFUNDS: Final = 2
MAX_STEPS: Final = 24
MAX_WORLDS: Final = 250


@dataclass(frozen=True, slots=True)
class Place:
    """A world that the exploration reached, how, and what can be covered in it or on leaving it."""

    way: tuple[Candidate, ...]
    offers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Visit:
    """A world that the exploration is in: the plan that leads there, and what could come next."""

    planner: Planner
    way: tuple[Candidate, ...]
    candidates: tuple[Candidate, ...]


def tour(abilities: Abilities, places: tuple[Place, ...], region: str = "na") -> Iterator[Scenario]:
    """Yield scenarios until everything that was found reachable is covered.

    Args:
        abilities: what client and target can do.
        places: what `explore` found with the same abilities.
        region: whose currency the amounts have.
    """
    wanted = frozenset().union(*(place.offers for place in places))
    covered: set[str] = set()
    while wanted - covered:
        best = max(places, key=lambda place: (len(_gain(place, covered)), -len(place.way)))
        if not _gain(best, covered):
            break
        yield _build(best, Planner.start(abilities, region), covered)


def _gain(place: Place, covered: set[str]) -> frozenset[str]:
    return place.offers - covered


def explore(abilities: Abilities, region: str = "na") -> Iterator[Place]:
    """Yield every unlike world that is near, with the way to it, nearest first.

    Args:
        abilities: what client and target can do.
        region: whose currency the amounts have.
    """
    for visit in visits(abilities, region):
        yield Place(visit.way, frozenset().union(*(c.covers for c in visit.candidates)))


def visits(abilities: Abilities, region: str = "na") -> Iterator[Visit]:
    """Yield what `explore` does, with all that could be done there; as far as somebody asks.

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
            if key not in seen and len(seen) < MAX_WORLDS and _small(candidate.outcome.world):
                seen.add(key)
                queue.append((planner.then(candidate), (*way, candidate)))


def _build(place: Place, planner: Planner, covered: set[str]) -> Scenario:
    for planned in place.way:
        planner = _take_detours(planner, covered)
        same = planner.expect(planner.renumbered(planned.step))
        if same is None or same.outcome.requirement != planned.outcome.requirement:
            break  # a detour used up what the way needed; what is left uncovered gets another scenario
        covered |= same.covers
        planner = planner.then(same)
    planner = _take_detours(planner, covered)
    while len(planner.steps) < MAX_STEPS and (onward := _newest(planner.candidates(), covered)) is not None:
        covered |= onward.covers
        planner = _take_detours(planner.then(onward), covered)
    return planner.sweep().scenario


def _take_detours(planner: Planner, covered: set[str]) -> Planner:
    """Take every step that covers something new and leaves the world alike."""
    here = likeness(planner.world)
    for candidate in planner.candidates():
        if len(planner.steps) >= MAX_STEPS:
            break
        if candidate.covers - covered and likeness(candidate.outcome.world) == here:
            again = planner.expect(planner.renumbered(candidate.step))
            if again is not None:
                covered |= again.covers
                planner = planner.then(again)
    return planner


def _newest(candidates: list[Candidate], covered: set[str]) -> Candidate | None:
    best = max(candidates, key=lambda c: len(c.covers - covered), default=None)
    return best if best is not None and best.covers - covered else None


def _small(world: World) -> bool:
    return (
        len(world.sessions) <= 1 and len(world.charges) <= MAX_CHARGES and len(world.refunds) <= MAX_REFUNDS
    )


def likeness(world: World) -> Hashable:
    """Return a value that is equal for worlds in which the same steps are worth taking."""
    return (
        tuple(_session(session) for session in world.sessions.values()),
        tuple(_permission(world, permission) for permission in world.permissions.values()),
        tuple(sorted(_charge(world, charge) for charge in world.charges.values())),
        tuple(sorted(_refund(refund) for refund in world.refunds.values())),
    )


def _session(session: CheckoutSession) -> Hashable:
    if session.state != "Open":
        return session.state, session.reason
    settles = CARDS[session.card] if session.card else None
    pending = (settles.pending, settles.settles) if settles else None
    has = (session.total is not None, session.may_pend, session.setup_only, bool(constraints(session)))
    product = session.product if session.buyer == "signed_in" or session.product != "PayAndShip" else None
    return session.state, session.buyer, session.permission_type, session.intent, pending, has, product


def _permission(world: World, permission: ChargePermission) -> Hashable:
    left = balance(world, permission, reserved=True)
    return permission.state, permission.reason, permission.type, left is not None and left > 0


def _charge(world: World, charge: Charge) -> tuple[str, ...]:
    late = world.now - charge.changed > TIMERS["capture_window"]
    return (
        charge.state,
        charge.reason or "",
        charge.settles.guard if charge.settles else "-",
        str(late and charge.state == "Authorized"),
        str(charge.captured is not None and charge.captured.amount < charge.amount.amount),
    )


def _refund(refund: Refund) -> tuple[str, ...]:
    return refund.state, refund.reason or "", refund.settles.guard if refund.settles else "-"
