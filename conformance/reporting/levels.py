"""Levels of a certificate: what a run must show to have one. The table is the definition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

Level: TypeAlias = Literal["none", "basic", "full", "strict"]
Payload: TypeAlias = Mapping[str, Any]

SEEDS: Final = 3
"""Different seeds that a strict certificate rests on."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a certificate must fulfil for a level, and for all above it."""

    level: Level
    statement: str
    holds: Callable[[Payload], bool]


def _every_reachable(certificate: Payload, aspect: str) -> bool:
    counts = certificate["coverage"][aspect]
    return bool(counts["covered"] == counts["of"])


CONDITIONS: Final = (
    Condition("basic", "no MUST was found broken, and something was judged", lambda c: c["verdict"] in ("pass", "warning")),
    Condition("basic", "every scenario that was planned was run to its end", lambda c: c["whole"]),
    Condition("full", "the profile is full", lambda c: c["profile"] == "full"),
    Condition("full", "every state of the model was seen", lambda c: _every_reachable(c, "state")),
    Condition("strict", "no SHOULD was found broken either", lambda c: c["verdict"] == "pass"),
    Condition("strict", f"it rests on runs with {SEEDS} different seeds or more", lambda c: len(set(c["seeds"])) >= SEEDS),
)  # fmt: skip
"""In the order of the levels."""

LEVELS: Final[tuple[Level, ...]] = ("basic", "full", "strict")


def level_of(certificate: Payload) -> Level:
    """Return the highest level whose conditions hold, and those of every level below it.

    Args:
        certificate: all but its level.
    """
    reached: Level = "none"
    for level in LEVELS:
        if not all(row.holds(certificate) for row in CONDITIONS if row.level == level):
            break
        reached = level
    return reached


def missing(certificate: Payload) -> tuple[str, ...]:
    """Return what keeps a certificate from the next level."""
    for level in LEVELS:
        unmet = [row.statement for row in CONDITIONS if row.level == level and not row.holds(certificate)]
        if unmet:
            return tuple(f"{level}: {statement}" for statement in unmet)
    return ()
