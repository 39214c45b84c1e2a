"""One permitted answer to an action, and how outcomes are made, told apart and put in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from amazonpay_conformance.model.context import Context
from amazonpay_conformance.model.copies import replace
from amazonpay_conformance.model.draft import Draft
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.rules import Evidence
from amazonpay_conformance.model.world import (
    World,
)

Subject: TypeAlias = tuple[Kind, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One permitted answer and the world after it.

    `requirement` is the id of the rule or operation that demands it; `used` the transitions that fire;
    `replays` the idempotency key whose first answer is given again. `status` is 0 where nothing is answered
    (a buyer's act, the passing of time). `shows` is what the answer tells of open questions (`switches`).
    """

    status: int
    world: World
    requirement: str
    reason: str | None = None
    subject: Subject | None = None
    used: tuple[str, ...] = ()
    replays: str | None = None
    required: bool = False
    shows: Evidence = ()


def done(context: Context, draft: Draft, subject: Subject, status: int | None = None) -> Outcome:
    operation = context.operation
    return Outcome(
        status or operation.success[0],
        draft.world,
        operation.requirement,
        subject=subject,
        used=tuple(draft.used),
        required=True,
    )


def showing(switch: str, choice: str, outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    """Return outcomes that each tell of one more open question."""
    return tuple(replace(outcome, shows=(*outcome.shows, (switch, choice))) for outcome in outcomes)


def by_choice(switch: str, world: World, outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    """Return outcomes with those first that the setting of a switch asks for."""
    chosen = (switch, world.settings.choice(switch))
    return tuple(sorted(outcomes, key=lambda o: bool(o.shows) and chosen not in o.shows))
