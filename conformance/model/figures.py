"""What walks have seen, counted: which rows, pairs of rows, refusals, timers and simulations can be reached.

A pair is two rows that fire one after the other on one object, whatever happens to other objects between.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from itertools import pairwise
from typing import TypeAlias

from amazonpay_conformance.model.actions import Advance, BuyerAct, Call
from amazonpay_conformance.model.machine import Machine
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.rules import RULES
from amazonpay_conformance.model.shape import moments
from amazonpay_conformance.model.simulation import CARDS, SIMULATION_ROWS, SIMULATIONS
from amazonpay_conformance.model.step import step
from amazonpay_conformance.model.walk import Edge, Place, Taken, histories
from amazonpay_conformance.model.world import COLLECTIONS, World

Pair: TypeAlias = tuple[str, str]
Refusal: TypeAlias = tuple[str, int, str]
"""Requirement, status and reason code."""
Held: TypeAlias = tuple[str, str, str | None]
"""Kind, state and reason."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What was seen. `worlds` and `steps` are counted walk by walk; the sets are united."""

    worlds: int = 0
    steps: int = 0
    rows: frozenset[str] = frozenset()
    pairs: frozenset[Pair] = frozenset()
    refusals: frozenset[Refusal] = frozenset()
    held: frozenset[Held] = frozenset()
    called: frozenset[tuple[str, str, str]] = frozenset()
    timers: frozenset[str] = frozenset()
    simulations: frozenset[str] = frozenset()
    cards: frozenset[str] = frozenset()

    def __or__(self, other: Figures) -> Figures:
        """Return the figures of both."""
        both = {
            name.name: getattr(self, name.name) + getattr(other, name.name)
            for name in fields(self)
            if name.name in ("worlds", "steps")
        }
        sets = {
            name.name: getattr(self, name.name) | getattr(other, name.name)
            for name in fields(self)
            if name.name not in both
        }
        return Figures(**both, **sets)

    def text(self) -> str:
        """Return the figures as a table of plain text."""
        rows = [row for machine in MACHINES.values() for row in machine.transitions]
        conceivable = {pair for machine in MACHINES.values() for pair in conceivable_pairs(machine)}
        errors = {(rule.id, *error) for rule in RULES for error in rule.errors}
        states = {
            (m.name, s.name, reason) for m in MACHINES.values() for s in m.states for reason in s.reasons
        }
        lines = (
            ("worlds", str(self.worlds)),
            ("steps taken in them", str(self.steps)),
            ("transitions", f"{len(self.rows)} of {len(rows)}"),
            ("pairs of transitions", f"{len(self.pairs)} of {len(conceivable)}"),
            ("reason codes of states", f"{len(states & self.held)} of {len(states)}"),
            ("refusals: rule, status, code", f"{len(errors & self.refusals)} of {len(errors)}"),
            ("simulation codes", f"{len(self.simulations)} of {len(SIMULATION_ROWS)}"),
            ("simulated cards", f"{len(self.cards)} of {len(CARDS)}"),
            ("states x operations", str(len(self.called))),
        )
        return "\n".join(f"{name:<30} {value:>12}" for name, value in lines)


def conceivable_pairs(machine: Machine) -> frozenset[Pair]:
    """Return every pair of rows of which the second begins where the first ends."""
    return frozenset(
        (first.id, second.id)
        for first in machine.transitions
        for second in machine.transitions
        if second.source == first.target
    )


@dataclass
class Tally:
    """Counts one walk. Feed it with every step, then ask for `figures`."""

    worlds: int = 1
    steps: int = 0
    rows: set[str] = field(default_factory=set)
    refusals: set[Refusal] = field(default_factory=set)
    held: set[Held] = field(default_factory=set)
    called: set[tuple[str, str, str]] = field(default_factory=set)
    timers: set[str] = field(default_factory=set)
    simulations: set[str] = field(default_factory=set)
    cards: set[str] = field(default_factory=set)
    paths: Paths = field(default_factory=lambda: Paths())

    def note(self, taken: Taken) -> None:
        """Count a step."""
        self.steps += 1
        self.worlds += len(taken.found)
        for place in taken.found:
            self.held.update(_held(place.world))
        for outcome in taken.outcomes:
            self.rows.update(outcome.used)
            if outcome.status >= 400 and outcome.reason:
                self.refusals.add((outcome.requirement, outcome.status, outcome.reason))
        for edge in taken.edges:
            self.paths.note(taken.source, edge)
        self._note_action(taken)

    def _note_action(self, taken: Taken) -> None:
        match taken.action:
            case Call() as call:
                self.called.update(_called(taken.source.world, call))
                self._note_simulation(call, taken)
            case BuyerAct() as act if taken.outcomes and act.card:
                self.cards.add(act.card)
            case Advance(seconds):
                self.timers.update(_passed(taken, seconds))

    def _note_simulation(self, call: Call, taken: Taken) -> None:
        row = SIMULATIONS.get(call.operation, {}).get(call.simulation or "")
        if row is not None and row.id not in self.simulations and _has_effect(call, taken):
            self.simulations.add(row.id)

    def figures(self) -> Figures:
        """Return what was counted."""
        return Figures(
            self.worlds,
            self.steps,
            frozenset(self.rows),
            self.paths.pairs(),
            frozenset(self.refusals),
            frozenset(self.held),
            frozenset(self.called),
            frozenset(self.timers),
            frozenset(self.simulations),
            frozenset(self.cards),
        )


def _has_effect(call: Call, taken: Taken) -> bool:
    """Whether a simulation code makes something possible, other than a refusal, that is not without it."""
    plain = step(taken.source.world, replace(call, simulation=None))
    without = [(outcome.status, outcome.reason, outcome.world) for outcome in plain]
    return any(
        (outcome.status, outcome.reason, outcome.world) not in without
        for outcome in taken.outcomes
        if not outcome.requirement.startswith("REQ-")
    )


def _held(world: World) -> Iterable[Held]:
    for kind in COLLECTIONS:
        for value in world.objects(kind).values():
            yield kind, value.state, value.reason


def _called(world: World, call: Call) -> Iterable[tuple[str, str, str]]:
    operation = OPERATIONS[call.operation]
    named: tuple[tuple[Kind | None, object], ...] = (
        (operation.target, call.target),
        ("ChargePermission", call.body.get("chargePermissionId")),
        ("Charge", call.body.get("chargeId")),
    )
    for kind, name in named:
        value = world.find(kind, str(name)) if kind else None
        if kind is not None and value is not None:
            yield kind, value.state, call.operation


def _passed(taken: Taken, seconds: int) -> Iterable[str]:
    world = taken.source.world
    return (moment.timer for moment in moments(world) if moment.at <= world.now + seconds)


# --- pairs

Moves: TypeAlias = tuple[tuple[int, tuple[str, ...]], ...]
"""For each object after a step: its number before it (-1 if it is new), and the rows that fired on it."""


class Paths:
    """Which row can have been the last on each object of each place: a fixed point over all edges."""

    def __init__(self) -> None:
        self._links: dict[int, set[tuple[int, Moves]]] = defaultdict(set)
        self._fired: set[tuple[int, int, str]] = set()
        self._within: set[Pair] = set()

    def note(self, source: Place, edge: Edge) -> None:
        """Take an edge into account."""
        used = edge.outcome.used
        if edge.target is source and not used:
            return
        rows = histories(source.world, edge.outcome) if used else {}
        numbers = {name: number for number, name in enumerate(source.ids)}
        for name, fired in rows.items():
            self._within.update(pairwise(fired))
            if name in numbers:
                self._fired.add((source.number, numbers[name], fired[0]))
        if edge.target is not None:
            moves = tuple((numbers.get(name, -1), rows.get(name, ())) for name in edge.ids)
            self._links[source.number].add((edge.target.number, moves))

    def pairs(self) -> frozenset[Pair]:
        """Return every pair of rows that was seen one after the other on one object."""
        last = self._last_rows()
        across = {(before, row) for place, number, row in self._fired for before in last[place, number]}
        return frozenset(across | self._within)

    def _last_rows(self) -> Mapping[tuple[int, int], set[str]]:
        last: dict[tuple[int, int], set[str]] = defaultdict(set)
        waiting = [0]
        seen: set[int] = {0}
        while waiting:
            place = waiting.pop()
            for target, moves in self._links[place]:
                if _spread(last, place, target, moves) or target not in seen:
                    seen.add(target)
                    waiting.append(target)
        return last


def _spread(last: dict[tuple[int, int], set[str]], place: int, target: int, moves: Moves) -> bool:
    grown = False
    for number, (origin, fired) in enumerate(moves):
        rows = {fired[-1]} if fired else last[place, origin] if origin >= 0 else set()
        if not rows <= last[target, number]:
            last[target, number] |= rows
            grown = True
    return grown
