"""The mock itself, sans I/O: a request in, a response out, a world between.

It decides nothing: signatures are the wire's, fields the schemas', meaning the model's. It answers with the
usual outcome of the model's step and keeps the first answer of every idempotency key.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from amazonpay_conformance.mock import record_bodies
from amazonpay_conformance.mock.bodies import render
from amazonpay_conformance.mock.clock import Clock, Hands
from amazonpay_conformance.mock.ids import new_ids, request_id
from amazonpay_conformance.mock.quota import Quota
from amazonpay_conformance.mock.steps import Step, touches_objects
from amazonpay_conformance.model.actions import Action, Advance, BuyerAct, BuyerDeed, Call, Product
from amazonpay_conformance.model.lapse import due_of, lapse, next_due
from amazonpay_conformance.model.records import given
from amazonpay_conformance.model.resources import RESOURCE_OPERATIONS
from amazonpay_conformance.model.step import Outcome, usual
from amazonpay_conformance.model.switches import DEFAULTS, Settings
from amazonpay_conformance.model.world import AnyObject, World, kind_of
from amazonpay_conformance.reading.once import ReadOnce
from amazonpay_conformance.reading.requests import (
    Merchant,
    RequestReading,
    region_of,
    signs,
    without_nulls,
)
from amazonpay_conformance.wire.keys import PublicKey
from amazonpay_conformance.wire.messages import Headers, Request, Response

REQUEST_ID_HEADER: Final = "x-amz-pay-request-id"

MESSAGES: Mapping[str, str] = {
    "InvalidParameterValue": "The value provided for [{detail}] is invalid.",
    "MissingParameterValue": "The value for [{detail}] is missing.",
    "UnrecognizedField": "The field '{detail}' is invalid for this API.",
    "ResourceNotFound": "The requested resource was not found.",
    "InvalidCheckoutSessionStatus": (
        "You tried to call an operation on a Checkout Session that is in a state where that operation "
        "cannot be called."
    ),
    "PeriodicAmountExceeded": (
        "You've exceeded the monthly limit for the Charge Permission and must wait until the next month to "
        "charge this buyer."
    ),
}
"""Texts by reasonCode, as they were seen on the wire or documented: api-facts §4.1, §5.2, §7."""


_written = json.JSONEncoder(ensure_ascii=False).encode
_KINDS = {
    "MissingParameterValue": "missing",
    "UnrecognizedField": "unknown",
    "InvalidParameterValue": "invalid",
}
"""Which kind of violation a reason speaks of."""


class ImpossibleAct(ValueError):
    """The buyer cannot do that now."""


class RefusedSession(ValueError):
    """A session that a button asks for is refused; the message is the service's reason code."""


@dataclass(frozen=True, slots=True)
class Memory:
    """All that a service holds at a point in time."""

    world: World
    answers: Mapping[str, Response]
    keys: Mapping[str, PublicKey]
    hands: Hands
    quota: Quota


class Service:
    """One merchant's Amazon Pay. Not thread-safe: its shells call it from one thread at a time (`turns`).

    With `any_region` an object's id is of the region that the request names, otherwise of `region`.
    """

    def __init__(
        self,
        merchant: Merchant,
        *,
        region: str = "na",
        host: str = "localhost",
        clock: Clock | None = None,
        settings: Settings = DEFAULTS,
        any_region: bool = False,
    ) -> None:
        self.merchant = merchant
        self.region = region
        self.any_region = any_region
        self.read = ReadOnce()
        self.quota = Quota()
        self.generation = 0
        """Grows whenever what is held does not follow from what was held before."""
        self.host = host
        self.clock = clock or Clock()
        self.world = _empty(self.clock, settings)
        self._answers: dict[str, Response] = {}
        self._quiet_until = 0  # no timer comes due before
        self._others: list[Service] = []
        self.observers: list[Callable[[BuyerAct | Advance], None]] = []
        """Who is told of what happens beside the wire."""
        self.followers: list[Callable[[Step], None]] = []
        """Who is told of each step that the objects take."""

    def handle(self, request: Request) -> Response:
        """Answer one request and move the world on."""
        for other in self._others:
            if signs(request, other.merchant):
                return other.handle(request)
        self.catch_up()
        reading = self.read(request, self.merchant, received_at=self.clock.wall())
        if reading.call is None:
            return self._refused(*reading.errors[0], detail="path")
        if reading.key_known and not self._within_quota(reading.call.operation):
            return self._refused(429, "TooManyRequests", detail="the quota of the operation is used up")
        call = self._with_ids(request, reading.call)
        outcome = _usual(self.world, call)
        if outcome.replays is not None:
            return replace(self._answers[outcome.replays], status=outcome.status, headers=_headers())
        before = self.world
        self._move(call, outcome)
        response = self._answer(outcome, reading)
        if call.key is not None and self.world.remembered.get(call.key) is not before.remembered.get(
            call.key
        ):
            self._answers[call.key] = response
        return response

    def admit(self, merchant: Merchant) -> None:
        """Serve another merchant too: his objects and idempotency keys are his own (api-facts §9)."""
        other = type(self)(
            merchant,
            region=self.region,
            host=self.host,
            clock=self.clock,
            settings=self.world.settings,
        )
        self._others.append(other)

    def buyer(
        self,
        deed: BuyerDeed,
        target: str,
        card: str | None = None,
        product: Product | None = None,
        *,
        address: str | None = None,
    ) -> None:
        """Let the buyer act on a session or a permission.

        Raises:
            ImpossibleAct: he cannot do that in the state that the object is in.
        """
        self.catch_up()
        act = BuyerAct(deed, target, card, product, address)
        outcome = usual(self.world, act)
        if outcome is None:
            raise ImpossibleAct(f"the buyer cannot do {deed!r} with {target!r} as it is now")
        self._move(act, outcome)
        self._tell(act)

    def open_session(self, payload: Mapping[str, Any]) -> str:
        """Create a session of what a button holds, whose signature was verified, and return its id.

        Raises:
            RefusedSession: the service would not have it.
        """
        self.catch_up()
        call = Call("create_checkout_session", body=without_nulls(payload))
        call = replace(call, new=new_ids(self.world, call, self.region))
        outcome = _usual(self.world, call)
        if outcome.reason is not None:
            raise RefusedSession(outcome.reason)
        self._move(call, outcome)
        return call.new.session

    def advance(self, seconds: int) -> None:
        """Move the clock forward and fire every timer that comes due."""
        self.clock.advance(seconds)
        self.catch_up()
        self._tell(Advance(seconds))

    def catch_up(self) -> None:
        """Let happen what came due since the last request, one timer after another."""
        now = self.clock.now()
        if now <= self.world.now:
            return
        if now >= self._quiet_until:
            for outcome in lapse(self.world, now - self.world.now):
                self._move(Advance(outcome.world.now - self.world.now), outcome)
            self._quiet_until = _or_never(next_due(self.world))
        self.world = replace(self.world, now=now)

    def set_clock(self, at: int) -> None:
        """Move the clock forward to a point in time and fire every timer that comes due.

        Raises:
            ValueError: that is past.
        """
        now = self.clock.now()
        if at < now:
            raise ValueError(f"the clock only goes forward: it is {now} already")
        self.advance(at - now)

    def place(self, *values: AnyObject) -> None:
        """Put objects into the world as they are; nobody is told of a step."""
        self.catch_up()
        for value in values:
            self.world = self.world.with_object(kind_of(value), value)
        self._quiet_until = 0

    def remember(self) -> Memory:
        """Return all that the service holds."""
        return Memory(
            self.world, dict(self._answers), self.merchant.keys, self.clock.hands(), self.quota.copy()
        )

    def restart(self) -> None:
        """Be as a new service with the same merchant; its clock is as in the beginning, too."""
        self.clock.restart()
        self.world = _empty(self.clock, self.world.settings)
        self._quiet_until = 0
        self._answers.clear()
        self.generation += 1

    def recall(self, memory: Memory) -> None:
        """Hold what was remembered; its clock is put back, too."""
        self.world, self._answers = memory.world, dict(memory.answers)
        self.merchant = Merchant(memory.keys)
        self.clock.put(memory.hands)
        self.quota = memory.quota.copy()
        self.generation += 1
        self._quiet_until = 0

    def _with_ids(self, request: Request, call: Call) -> Call:
        if request.method != "POST":
            return call  # creates nothing
        region = region_of(request, self.region) if self.any_region else self.region
        return replace(call, new=new_ids(self.world, call, region))

    def _within_quota(self, operation: str) -> bool:
        return self.quota.figures == "off" or self.quota.take(operation, self.clock.exact())

    def _tell(self, action: BuyerAct | Advance) -> None:
        for observer in self.observers:
            observer(action)

    def refuse_duplicate(self) -> Response:
        """Answer a request whose twin is being handled, where the switch concurrent-duplicates says so."""
        return self._refused(400, "DuplicateIdempotencyKey", detail="its twin is being handled")

    def _move(self, cause: Action, outcome: Outcome) -> None:
        before, self.world = self.world, outcome.world
        if not touches_objects(before, self.world):
            return
        taken = Step(cause, outcome.used, before, self.world)
        for change in taken.changes:
            self._quiet_until = min(self._quiet_until, _or_never(due_of(change.after)))
        for follower in self.followers:
            follower(taken)

    def _answer(self, outcome: Outcome, reading: RequestReading) -> Response:
        if outcome.reason is not None:
            return self._refused(
                outcome.status, outcome.reason, detail=_detail(outcome, reading), reading=reading
            )
        call = reading.call
        if call is not None and call.operation in RESOURCE_OPERATIONS:
            answer = record_bodies.render(self.world, call, outcome.subject, host=self.host)
            return _response(outcome.status, answer.body, answer.location)
        if outcome.subject is None:
            raise AssertionError(f"an outcome without reason or subject: {outcome.requirement}")
        body = render(self.world, *outcome.subject, host=self.host)
        if reading.operation is not None and reading.operation.id == "finalize_checkout_session":
            body["cartDetails"] = None
        return _response(outcome.status, body)

    def _refused(
        self, status: int, reason: str, *, detail: str, reading: RequestReading | None = None
    ) -> Response:
        message = MESSAGES.get(reason, "The request was refused: {detail}.").format(detail=detail)
        if reason == "InvalidRequestSignature" and reading is not None and reading.verdict is not None:
            # the service echoes what it wanted signed: api-facts §7 [W]
            message = (
                f"Unable to verify signature, signing String [{reading.verdict.string_to_sign}], "
                f"canonical request [{reading.verdict.canonical_request}]"
            )
        return _response(status, {"reasonCode": reason, "message": message})


def _usual(world: World, call: Call) -> Outcome:
    """The outcome that comes first. To a call there is always one: a refusal, at least."""
    outcome = usual(world, call)
    if outcome is None:
        raise AssertionError(f"the model has no answer to {call.operation}")
    return outcome


def _or_never(due: int | None) -> int:
    return sys.maxsize if due is None else due


def _empty(clock: Clock, settings: Settings) -> World:
    now = clock.now()
    return World(now=now, settings=settings, records=given(now))


def _detail(outcome: Outcome, reading: RequestReading) -> str:
    kind = _KINDS.get(outcome.reason or "")
    if reading.violations:
        chosen = next((v for v in reading.violations if v.kind == kind), reading.violations[0])
        return chosen.path.strip("/").replace("/", ".") or "body"
    return outcome.reason or ""


def _response(status: int, body: dict[str, Any] | None, location: str | None = None) -> Response:
    headers = _headers() if location is None else _headers().with_value("location", location)
    return Response(status, headers, b"" if body is None else _written(body).encode())


def _headers() -> Headers:
    return Headers((("content-type", "application/json"), (REQUEST_ID_HEADER, request_id())))
