"""What has become of each object of a mock: its steps, in order of time."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Final

from amazonpay_conformance.mock.steps import Step
from amazonpay_conformance.model.actions import Action, BuyerAct, Call
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.operations import ALL_OPERATIONS

KEPT: Final = 200
"""Steps that are kept of an object."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One step of an object: when, for what cause, along which rows, and where that led.

    `before` is None where it came into being.
    """

    at: int
    cause: str
    used: tuple[str, ...]
    before: str | None
    after: str
    reason: str | None = None


class History:
    """Is told of every step, and remembers what concerns each object. `version` counts the steps."""

    def __init__(self) -> None:
        self.version = 0
        self._of: defaultdict[tuple[Kind, str], deque[Happening]] = defaultdict(lambda: deque(maxlen=KEPT))

    def note(self, step: Step) -> None:
        """Take down a step."""
        self.version += 1
        cause = words_of(step.cause)
        for change in step.changes:
            state = change.before.state if change.before is not None else None
            after = change.after
            happening = Happening(step.at, cause, step.used, state, after.state, after.reason)
            self._of[change.kind, change.id].append(happening)

    def of(self, kind: Kind, object_id: str) -> tuple[Happening, ...]:
        """Return the steps of an object, oldest first; none where the mock did not see them."""
        return tuple(self._of.get((kind, object_id), ()))


def words_of(cause: Action) -> str:
    """Say what caused a step."""
    if isinstance(cause, Call):
        return ALL_OPERATIONS[cause.operation].title
    if isinstance(cause, BuyerAct):
        return f"The buyer {cause.deed.replace('_', ' ')}"
    return "Time passed"
