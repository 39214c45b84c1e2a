"""Arrows: what a diagram draws, one for all transitions from one state to another.

The one rule: every row of a machine is on exactly one arrow, so no diagram can lose one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from amazonpay_conformance.model.machine import Machine, Transition

UNCERTAIN = ("I", "?")
"""Tags of rows that are drawn dashed: seen in an integrator's code only, or inferred. api-facts §0."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """The transitions from `source` (None: the object comes into being) to `target`."""

    source: str | None
    target: str
    rows: tuple[Transition, ...]

    @property
    def is_uncertain(self) -> bool:
        """Whether no row on it is sure."""
        return all(is_uncertain(row) for row in self.rows)


def arrows(machine: Machine) -> tuple[Arrow, ...]:
    """Return the arrows of a machine, in the order in which its tables first need them."""
    ends = dict.fromkeys((row.source, row.target) for row in machine.transitions)
    return tuple(
        Arrow(*end, tuple(row for row in machine.transitions if (row.source, row.target) == end))
        for end in ends
    )


def is_uncertain(row: Transition) -> bool:
    """Tell whether a transition is drawn dashed."""
    return row.tag in UNCERTAIN


def words(name: str) -> str:
    """Return an operation's or a trigger's name as words."""
    return name.replace("_", " ")


def told(row: Transition) -> tuple[str, ...]:
    """Return a transition in words: its trigger, then guard and reason where it has them, nothing twice."""
    reason = row.reason if row.reason and row.reason not in row.guard else ""
    return tuple(filter(None, (words(row.trigger), row.guard and f"({row.guard})", reason and f"→ {reason}")))


def wrapped(parts: Iterable[str], width: int, joint: str = " ") -> tuple[str, ...]:
    """Fill lines of at most `width` characters with parts that are not broken."""
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(joint) + len(part) <= width:
            lines[-1] += joint + part
        else:
            lines.append(part)
    return tuple(lines)
