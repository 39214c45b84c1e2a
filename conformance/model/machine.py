"""What a state machine is: states with their reason codes, and transitions a row each.

The four machines are tables (`objects`); this module only reads them. A *trigger* is an operation of the
API, a buyer's act, a timer, or a decision of Amazon; a *guard* names, in words, which of several rows with
the same trigger applies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

Tag: TypeAlias = Literal["D", "D2", "S", "W", "I", "?"]
"""How far a fact may be trusted; see api-facts §0."""

TAGS: Mapping[Tag, str] = {
    "D": "read in Amazon's own developer pages",
    "D2": "read in a copy of Amazon's tables in an integrator's code",
    "S": "seen in an official SDK or plugin",
    "W": "captured from the real service",
    "I": "seen in an integrator's code only",
    "?": "inferred; no source says it",
}
"""What was done to know a fact, by its tag."""

ASSERTED: frozenset[Tag] = frozenset({"D", "D2", "S", "W"})
"""Tags whose facts may be held against a subject."""


@dataclass(frozen=True, slots=True)
class State:
    """A wire state of an object, the reason codes seen with it, and the operations allowed in it."""

    name: str
    operations: tuple[str, ...]
    reasons: tuple[str, ...] = ()
    source: str = ""
    terminal: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: in `source`, when `trigger` happens and `guard` holds, go to `target` for `reason`.

    `source` is None where the object comes into being. `spontaneous` rows may be seen without anybody having
    called the API: a timer, a settlement, a decision of Amazon or of the buyer.
    """

    id: str
    source: str | None
    trigger: str
    target: str
    reason: str | None = None
    guard: str = ""
    spontaneous: bool = False
    cite: str = ""
    tag: Tag = "D"


@dataclass(frozen=True)
class Machine:
    """A state machine: its states and transitions, in the order of the tables."""

    name: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]

    def state(self, name: str) -> State:
        """Return the row of state `name`; KeyError if the machine has no such state."""
        return self._states[name]

    def find(self, source: str | None, trigger: str, guard: str = "") -> Transition | None:
        """Return the row for `trigger` in `source` under `guard`, or None where the tables have none."""
        return self._index.get((source, trigger, guard))

    def reachable(self, source: str, *, spontaneous: bool) -> frozenset[tuple[str, str | None]]:
        """Return every (state, reason) that can follow `source`, over spontaneous rows only or over all."""
        seen: set[tuple[str, str | None]] = set()
        frontier = [source]
        while frontier:
            here = frontier.pop()
            for row in self._leaving(here, spontaneous):
                if (row.target, row.reason) not in seen:
                    seen.add((row.target, row.reason))
                    frontier.append(row.target)
        return frozenset(seen)

    def _leaving(self, source: str, spontaneous: bool) -> Iterator[Transition]:
        return (t for t in self.transitions if t.source == source and (t.spontaneous or not spontaneous))

    @cached_property
    def _states(self) -> dict[str, State]:
        return {state.name: state for state in self.states}

    @cached_property
    def _index(self) -> dict[tuple[str | None, str, str], Transition]:
        return {(t.source, t.trigger, t.guard): t for t in self.transitions}
