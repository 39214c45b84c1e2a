"""What became of each object: every state that it was in, since when and through what."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Final

from amazonpay_conformance.mock.steps import Step
from amazonpay_conformance.model.actions import Action, BuyerAct, Call
from amazonpay_conformance.model.operation import Kind

KEPT: Final = 200
"""Turns that are kept of one object: the latest."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An object came to be in `state` at `at`, by the rows `used`, because of `cause`."""

    at: int
    cause: str
    state: str
    reason: str | None
    used: tuple[str, ...]


@dataclass
class History:
    """The turns of each object, oldest first. `steps` counts what was taken down, ever."""

    steps: int = 0
    _turns: defaultdict[tuple[Kind, str], deque[Turn]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=KEPT))
    )

    def take(self, step: Step) -> None:
        """Take down a step."""
        self.steps += 1
        cause = _named(step.cause)
        for change in step.changes:
            turn = Turn(step.at, cause, change.after.state, change.after.reason, step.used)
            self._turns[change.kind, change.id].append(turn)

    def of(self, kind: Kind, object_id: str) -> tuple[Turn, ...]:
        """Return the turns of one object."""
        return tuple(self._turns.get((kind, object_id), ()))

    def remember(self) -> dict[tuple[Kind, str], tuple[Turn, ...]]:
        """Return a copy of what it holds."""
        return {key: tuple(turns) for key, turns in self._turns.items()}

    def recall(self, memory: dict[tuple[Kind, str], tuple[Turn, ...]]) -> None:
        """Hold what was remembered."""
        self._turns.clear()
        for key, turns in memory.items():
            self._turns[key].extend(turns)


def _named(cause: Action) -> str:
    if isinstance(cause, Call):
        return cause.operation
    return f"buyer_{cause.deed}" if isinstance(cause, BuyerAct) else "time"
