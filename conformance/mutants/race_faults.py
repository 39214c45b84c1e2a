"""Servers that look and then act: right for one caller at a time, wrong for two at once.

Each is the right `Service`, called by several threads. Between looking (what the call comes to) and acting
(writing that down) a call waits until the others that are in the race have looked, too; barriers make that
happen for certain, nobody sleeps.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from amazonpay_conformance.mock.ids import new_ids
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.actions import Call
from amazonpay_conformance.model.step import Outcome, step
from amazonpay_conformance.model.world import COLLECTIONS, World
from amazonpay_conformance.reading.requests import read_request
from amazonpay_conformance.wire.messages import Request, Response

WAIT: Final = 10.0
"""Seconds after which a barrier that nobody else came to lets go: a test would fail, not hang."""


class LooksThenActs(Service):
    """A server that lets other calls in between looking and acting. `racing` are the operations that do so."""

    racing: frozenset[str] = frozenset()

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._looked: threading.Barrier | None = None
        self._turn = threading.Lock()

    def expect(self, callers: int) -> None:
        """Have so many callers look before any of them acts; whoever calls alone has nobody to wait for."""
        self._looked = threading.Barrier(callers) if callers > 1 else None

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        reading = read_request(request, self.merchant, received_at=self.clock.wall())
        looked = self._looked
        if looked is None or reading.call is None or reading.call.operation not in self.racing:
            self._meet(looked)
            with self._turn:
                return super().handle(request)
        with self._turn:
            seen = self.world
            call = replace(reading.call, new=self._ids(reading.call))
        outcome = step(seen, call)[0]
        self._meet(looked)
        with self._turn:
            return self._act(seen, outcome, reading, call)

    def _meet(self, looked: threading.Barrier | None) -> None:
        if looked is not None:
            looked.wait(WAIT)
        self._looked = None

    def _ids(self, call: Call) -> Any:
        return new_ids(self.world, call, self.region)

    def _act(self, seen: World, outcome: Outcome, reading: Any, call: Call) -> Response:
        self.world = merged(self.world, seen, outcome.world)
        response = self._answer(outcome, reading)
        if call.key is not None:
            self._answers.setdefault(call.key, response)
        return response


def merged(now: World, seen: World, wanted: World) -> World:
    """Write into the world what a call changed in the world that it saw, whatever happened meanwhile."""
    changed: dict[str, Any] = {}
    for name in (*COLLECTIONS.values(), "remembered"):
        before, after = getattr(seen, name), getattr(wanted, name)
        mine = {key: value for key, value in after.items() if before.get(key) is not value}
        changed[name] = {**getattr(now, name), **mine}
    return replace(now, **changed)


def racing(*operations: str) -> type[LooksThenActs]:
    """A server on which calls of these operations look before any of them acts."""

    class Racing(LooksThenActs):
        pass

    Racing.racing = frozenset(operations)
    return Racing


class NumbersApart(LooksThenActs):
    """Each call takes a number of its own at once, so that two calls with one key make two objects."""

    racing = frozenset({"create_charge", "create_checkout_session", "create_refund"})

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._given: list[Any] = []

    def _ids(self, call: Call) -> Any:
        world = self.world
        for ids in self._given:  # ids that are given away and not in the world yet
            world = replace(
                world,
                sessions={**world.sessions, **_taken(ids.session)},
                charges={**world.charges, **_taken(ids.charge)},
                refunds={**world.refunds, **_taken(ids.refund)},
            )
        self._given.append(new_ids(world, call, self.region))
        return self._given[-1]


def _taken(new: str) -> dict[str, Any]:
    return {new: None} if new else {}


def numbering(*operations: str) -> type[LooksThenActs]:
    """A server on which such calls look before any acts, and never get the same id."""

    class Numbering(NumbersApart):
        pass

    Numbering.racing = frozenset(operations)
    return Numbering


class LosesAnUpdate(NumbersApart):
    """Two writes at once: the later one overwrites the books as it saw them, and what the other did is gone."""

    racing = frozenset({"create_refund"})

    def _act(self, seen: World, outcome: Outcome, reading: Any, call: Call) -> Response:
        self.world = outcome.world
        return self._answer(outcome, reading)


@dataclass(frozen=True, slots=True)
class RaceFault:
    """A server that is wrong in a race: in which, what it breaks there, and what that costs a merchant."""

    id: str
    race: str
    breaks: frozenset[str]
    service: type[Service]
    costs: str


Row = tuple[str, str, str, type[Service], str]
_ROWS: Final[tuple[Row, ...]] = (
    (
        "captures twice",
        "captures and captures, authorized",
        "LIN-001",
        racing("capture_charge"),
        "His program books the money twice.",
    ),
    (
        "captures three times",
        "three captures",
        "LIN-001",
        racing("capture_charge"),
        "His program books the money three times.",
    ),
    (
        "captures what is canceled",
        "captures and cancels, authorized",
        "LIN-001",
        racing("capture_charge", "cancel_charge"),
        "He tells a buyer that nothing was taken, and it was.",
    ),
    (
        "captures what is closed",
        "captures and closes, authorized",
        "LIN-001",
        racing("capture_charge", "close_charge_permission"),
        "He calls an order off that is paid.",
    ),
    (
        "charges above the limit",
        "charges and charges, confirmed",
        "LIN-001",
        numbering("create_charge"),
        "The buyer is charged twice what he agreed to.",
    ),
    (
        "charges what is closed",
        "charges and closes, confirmed",
        "LIN-001",
        racing("create_charge", "close_charge_permission"),
        "A buyer is charged for an order that was called off.",
    ),
    (
        "completes twice",
        "completes and completes, approved",
        "LIN-001",
        racing("complete_checkout_session"),
        "Two orders come of one cart.",
    ),
    (
        "captures, cancels and closes at once",
        "two captures, cancel and close",
        "LIN-001",
        racing("capture_charge", "cancel_charge", "close_charge_permission"),
        "Nobody can tell what became of the money.",
    ),
    (
        "one key, two charges",
        "one key makes one charge",
        "LIN-002",
        numbering("create_charge"),
        "After a timeout the buyer is charged twice.",
    ),
    (
        "one key, four charges",
        "one key, four callers",
        "LIN-002",
        numbering("create_charge"),
        "The buyer is charged four times.",
    ),
    (
        "one key, three sessions",
        "one key opens one session",
        "LIN-002",
        numbering("create_checkout_session"),
        "The shop has carts that nobody sees.",
    ),
    (
        "one key, two refunds",
        "one key makes one refund",
        "LIN-002",
        numbering("create_refund"),
        "The buyer gets his money back twice.",
    ),
)

FAULTS: Final[tuple[RaceFault, ...]] = tuple(
    RaceFault(name, race, frozenset(breaks.split()), service, costs)
    for name, race, breaks, service, costs in _ROWS
)


class RefusesTwins(Service):
    """Not wrong: what a request gets whose twin is being handled is not said, so it may be refused."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._in_hand: set[str] = set()
        self._turn = threading.Lock()
        self._twin_was_refused = threading.Event()

    status = 409
    code = "RequestInProgress"

    def handle(self, request: Request) -> Response:
        """Answer one request, or refuse it while its twin is handled."""
        key = request.headers.get("x-amz-pay-idempotency-key") or request.path
        with self._turn:
            is_twin = key in self._in_hand
            self._in_hand.add(key)
        if is_twin:
            self._twin_was_refused.set()
            return self._refused(self.status, self.code, detail="in progress")
        if "/charges" in request.path and request.method == "POST":
            self._twin_was_refused.wait(WAIT)
        with self._turn:
            return super().handle(request)


Turns: Final[Callable[[Service], Any]] = lambda service: service.handle  # noqa: E731
"""What lets every caller in at once."""
