"""A recorded run as turns that anybody can take: requests with symbols for ids, and what the mock is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from amazonpay_conformance.forms.histories import Histories
from amazonpay_conformance.forms.spoiling import Signed
from amazonpay_conformance.reading.requests import IDEMPOTENCY_HEADER


@dataclass(frozen=True, slots=True)
class Answered:
    """How a request was answered: 0 where no answer came.

    `keeps` names the fields of the answer that hold new ids, by their symbols. `tells`: it is one of the
    answers by which the fault is known.
    """

    status: int
    keeps: Mapping[str, str] = field(default_factory=dict)
    tells: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """A request with {{symbol}} for each id, to be signed as it is sent. `headers` are beside the usual ones.

    `shows` is the field of a good answer that holds the id of the object.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: str
    answered: Answered
    shows: str = ""

    @property
    def key(self) -> str:
        """The symbol of the idempotency key, if there is one."""
        return self.headers.get(IDEMPOTENCY_HEADER, "").strip("{}")


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A request that does not match what was signed, or is signed as it should not be sent."""

    signed: Signed
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: str
    answered: Answered


@dataclass(frozen=True, slots=True)
class Again:
    """The last request that was not spoilt, to the byte."""

    answered: Answered


@dataclass(frozen=True, slots=True)
class Act:
    """What the mock's control API is asked for: `buyer`, `advance` or `faults`."""

    verb: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rotate:
    """The merchant gets another key from the mock, and signs with it from now on."""

    revokes: bool


@dataclass(frozen=True, slots=True)
class Admit:
    """Another merchant comes in."""


@dataclass(frozen=True, slots=True)
class Learn:
    """The id of the newest object of a kind, of which the answer told nothing; the mock knows it."""

    symbol: str
    kind: str


Judged: TypeAlias = Literal["together", "alone", "later"]


@dataclass(frozen=True, slots=True)
class Together:
    """Several callers at once, each with requests of his own, one after the other.

    `judged`: what came of them is known by their answers together, by one of them alone, or later.
    """

    callers: tuple[tuple[Ask, ...], ...]
    judged: Judged = "later"


Turn: TypeAlias = Ask | Spoilt | Again | Act | Rotate | Admit | Learn | Together


@dataclass(frozen=True, slots=True)
class Taken:
    """What was done in a step; nothing where it was not taken, and `why`."""

    number: int
    told: str
    turns: tuple[Turn, ...] = ()
    why: str = ""

    @property
    def needs_the_mock(self) -> bool:
        """Whether only a mock of the kit can be told to."""
        return any(isinstance(turn, Act | Rotate | Learn) for turn in self.turns)


@dataclass(frozen=True, slots=True)
class Played:
    """The steps, the idempotency keys to make first, and how the fault is known.

    `wrong` are digests of the answers that were found wrong, one after the other; of calls at once one of
    them is enough. Where calls at once were wrong together, `permitted` has the histories that are right.
    """

    steps: tuple[Taken, ...]
    keys: tuple[str, ...]
    wrong: tuple[str, ...]
    permitted: Histories = ()

    @property
    def turns(self) -> tuple[Turn, ...]:
        """All turns, in their order."""
        return tuple(turn for step in self.steps for turn in step.turns)

    @property
    def is_race(self) -> bool:
        """Whether the fault shows in calls at once."""
        return isinstance(self.turns[-1], Together)


def as_json(value: object) -> str:
    """Return compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
