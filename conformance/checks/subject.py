"""What a check looks at: a call that a client was asked to make, and every exchange that came of it.

An integration is asked for nothing: of it there is an exchange at a time, and what went before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

from amazonpay_conformance.checks.past import Move, Past
from amazonpay_conformance.model.faults import FAULT_OF, Fault
from amazonpay_conformance.model.linearizability import Decision
from amazonpay_conformance.model.operations import Operation
from amazonpay_conformance.model.retries import Retries
from amazonpay_conformance.model.rules import Evidence
from amazonpay_conformance.model.step import Outcome
from amazonpay_conformance.model.world import World
from amazonpay_conformance.reading.once import answer_of
from amazonpay_conformance.reading.requests import RequestReading
from amazonpay_conformance.wire.keys import PublicKey
from amazonpay_conformance.wire.messages import JSON, Exchange, Request, Response


@dataclass(frozen=True, slots=True)
class Configured:
    """How the client under test was configured for this lane.

    `hosts` are those that it may rightly name: the one it was pointed at, and the service's own of the
    region; none where that is not known.
    """

    public_key_id: str
    region: str
    algorithm: str
    public_key: PublicKey | None = field(default=None, repr=False)
    sandbox: bool = True
    skew_seconds: int = 300
    hosts: tuple[str, ...] = ()
    retries: Retries | None = None


@dataclass(frozen=True)
class Seen:
    """One exchange with its meaning.

    `permitted` are the answers that the model allows in `before`; `matched` the one that was given, None
    where it was none of them; `after` the world that follows. `transient` answers (429, 5xx) say nothing
    about the rules. `first_answer` is the body that the same idempotency key was answered with before.
    `shows` is what the answer tells of open questions: (switch, choice) pairs.
    """

    exchange: Exchange
    reading: RequestReading
    before: World
    permitted: tuple[Outcome, ...]
    matched: Outcome | None
    after: World
    transient: bool = False
    first_answer: bytes | None = None
    shows: Evidence = ()
    # what checks ask for a hundred times is worked out once
    request: Request = field(init=False, repr=False, compare=False)
    """The request as it was on the wire."""
    response: Response | None = field(init=False, repr=False, compare=False)
    """The response as it was on the wire, None where the connection was cut."""
    fault: Fault | None = field(init=False, repr=False, compare=False)
    """What went wrong with the exchange on purpose, if anything did."""

    def __post_init__(self) -> None:
        injected = self.exchange.injected
        object.__setattr__(self, "request", self.exchange.request)
        object.__setattr__(self, "response", self.exchange.response)
        object.__setattr__(self, "fault", None if injected is None else FAULT_OF[injected.fault])

    @cached_property
    def sent(self) -> JSON:
        """The request's body parsed: {} where there is none, None where it is not JSON."""
        if not self.request.body:
            return {}
        try:
            return self.request.json()
        except ValueError:
            return None

    @cached_property
    def answer(self) -> JSON:
        """The response's body parsed, None where there is none or it is not JSON."""
        return answer_of(self.response)

    @property
    def true_body(self) -> dict[str, Any] | None:
        """The object that the service itself answered with, whatever the client was sent."""
        truth = self.exchange.truth
        answer = self.answer if truth is self.response else answer_of(truth)
        return answer if truth is not None and truth.status < 300 and isinstance(answer, dict) else None

    @cached_property
    def body(self) -> dict[str, Any] | None:
        """The object that a good answer carries, None for refusals and rubbish."""
        good = self.response is not None and self.response.status < 300
        return self.answer if good and isinstance(self.answer, dict) else None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the caller asked of the client. `absent` tells no payload from a null one.

    `tamper` names how the request was spoilt on purpose: then only the answer is judged.
    """

    operation: Operation
    path_id: str | None
    payload: JSON
    absent: bool
    headers: tuple[tuple[str, str], ...]
    key: str | None
    valid: bool
    meant_to_succeed: bool
    is_repeat: bool = False
    tamper: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What the client told its caller. `outcome` is returned, raised, unsupported, or crashed.

    A client crashed where its process ended, or it gave no sign in time, over an answer that was spoilt.
    """

    outcome: str
    status: int | None = None
    body: JSON = None
    has_body: bool = False
    raw_body: str | None = None
    error: str = ""
    headers: tuple[tuple[str, str], ...] | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Raced:
    """One call of several that were made at once.

    `label` is what was asked, in a line; `ended` is None where no answer came that says what happened.
    `twins` are the other calls with the same key and request, `succeeded_with` is the id in a good answer.
    """

    caller: int
    label: str
    operation: str
    began: float
    ended: float | None
    answer: str
    twins: frozenset[int] = frozenset()
    succeeded_with: str | None = None

    def overlaps(self, other: Raced) -> bool:
        """Tell whether neither was answered before the other began."""
        before = self.ended is not None and self.ended < other.began
        after = other.ended is not None and other.ended < self.began
        return not before and not after


@dataclass(frozen=True, slots=True)
class Race:
    """Calls that were made at once, and what the search for an order of them came to.

    `prefix` are the indices of the calls that had been answered when no order was left.
    """

    calls: tuple[Raced, ...]
    decision: Decision
    nodes: int
    prefix: tuple[int, ...] = ()


@dataclass(frozen=True)
class Made:
    """A call that was made: what was asked, what went over the wire, what the caller was told."""

    step: int
    asked: Asked
    told: Told
    seen: tuple[Seen, ...]
    configured: Configured
    earlier: tuple[Made, ...] = ()

    @cached_property
    def tries(self) -> tuple[Seen, ...]:
        """The exchanges that are the call itself and its repetitions."""
        return tuple(seen for seen in self.seen if not self.is_other(seen))

    @cached_property
    def others(self) -> tuple[Seen, ...]:
        """What the client did of its own accord after something had gone wrong."""
        return tuple(filter(self.is_other, self.seen))

    def is_other(self, seen: Seen) -> bool:
        """Tell whether an exchange is another operation, after one with which something had gone wrong."""
        first, operation = self.seen[0], seen.reading.operation
        if first.fault is None or seen is first or operation is None:
            return False
        same = first.reading.operation is not None and operation.id == first.reading.operation.id
        return not same or seen.request.path != first.request.path

    @property
    def is_calm(self) -> bool:
        """Whether its one request was answered, by the service itself, with what is worth no other try."""
        if len(self.seen) != 1:
            return False
        seen = self.seen[0]
        return seen.response is not None and seen.fault is None and not seen.transient

    @cached_property
    def last(self) -> Seen | None:
        """The exchange whose answer the client must have handed back."""
        return self.tries[-1] if self.seen else None


@dataclass(frozen=True)
class Watched:
    """An exchange of an integration that nobody drives, in its place in a trace.

    Its `seen.before` is the world as the integration had been told when it sent the request, not as it is:
    the state of each object is the one that an answer showed last. `move` is the exchange in short, None
    where it calls no operation.
    """

    step: int
    seen: tuple[Seen]
    configured: Configured
    past: Past
    move: Move | None = None

    @property
    def last(self) -> Seen:
        """The one exchange."""
        return self.seen[0]

    @property
    def told(self) -> World:
        """The world as the integration had been told."""
        return self.last.before

    @property
    def is_repetition(self) -> bool:
        """Whether it is an earlier request again, with its idempotency key."""
        if self.move is None:
            return False
        known = self.past.with_key(self.move.key)
        return known is not None and known.fingerprint == self.move.fingerprint


@dataclass(frozen=True, slots=True)
class Placed:
    """A button as a page of an integration has it: the payload string, and what it sells.

    `sandbox` is what the page says of the environment, `public_key_id` the key that it names.
    """

    payload: str
    product: str = "PayAndShip"
    sandbox: bool = True
    public_key_id: str = ""


Server: TypeAlias = Literal[
    "untrusted",
    "wrong-name",
    "expired",
    "not-yet-valid",
    "wrong-purpose",
    "tls-1.0",
    "tls-1.2",
    "clear",
    "process",
]
"""What a client is led to: a flawed certificate, one version of TLS, no TLS; or its own process as it is."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A server that a client was led to in place of the service, and the requests that it sent there.

    Of "process" there are `signs` instead: what shows that the process verifies no certificate any more.
    """

    server: Server
    requests: tuple[Request, ...] = ()
    signs: tuple[str, ...] = ()


Situation: TypeAlias = Literal["captured", "authorized", "pending", "declined", "canceled", "nowhere"]
"""How an object stands at the service when a notification tells of it; "nowhere": it has none to read."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A notification that was posted: as which variant, and with what status it was answered.

    `status` is None where no answer came; `seconds` is how long it took. `again` tells one that had been
    posted before.
    """

    variant: str
    status: int | None
    seconds: float = 0.0
    again: bool = False

    @property
    def is_good(self) -> bool:
        """Whether it was taken."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_error(self) -> bool:
        """Whether it would be sent again: api-facts §11.4."""
        return self.status is None or self.status >= 500

    @property
    def words(self) -> str:
        """What came back, in words."""
        return "no answer" if self.status is None else f"status {self.status}"


@dataclass(frozen=True, slots=True)
class Reached:
    """A call about a notification's object that reached the service: after how many posts, and its answer."""

    operation: str
    target: str
    status: int | None
    posts: int

    @property
    def reads(self) -> bool:
        """Whether it only looks."""
        return self.operation.startswith("get_")

    @property
    def saw(self) -> bool:
        """Whether it looked and was shown the object."""
        return self.reads and self.status is not None and self.status < 300


@dataclass(frozen=True)
class Notified:
    """A merchant's endpoint was sent notifications of one object, and this came of it.

    `accepted` is how often his shop takes the order for paid, None where that is not known; `visited` whether
    a forged subscription's address was. `busy`: the service could not be read while the first one came.
    """

    trial: str
    situation: Situation
    answers: tuple[Answered, ...]
    calls: tuple[Reached, ...] = ()
    accepted: int | None = None
    visited: bool = False
    busy: bool = False
    deadline: float = 15.0

    @property
    def first(self) -> Answered:
        """The first of them."""
        return self.answers[0]

    @property
    def effects(self) -> tuple[str, ...]:
        """All that shows that something was done, in words."""
        called = tuple(dict.fromkeys(f"{call.operation} {call.target}" for call in self.calls))
        booked = ("the order was taken for paid",) if self.accepted else ()
        return (*called, *booked)


@dataclass(frozen=True)
class Ended:
    """A trace at its end: what the integration was told last, and all that went before.

    `patience` is how many seconds may pass before what is left undone counts as left out.
    """

    told: World
    past: Past
    patience: int

    def overdue(self, at: float) -> bool:
        """Tell whether something that became due at a point in time has been due for too long."""
        return self.past.now - at >= self.patience


Act: TypeAlias = Made | Watched
"""Whatever puts requests on the wire: a call that the kit asked for, or an integration of its own accord."""
