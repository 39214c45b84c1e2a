"""The oracle: follows a trace through the model, the observed answer choosing among the permitted ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from amazonpay_conformance.checks.observations import fits
from amazonpay_conformance.checks.subject import Seen
from amazonpay_conformance.model.actions import Advance, BuyerAct, NewIds
from amazonpay_conformance.model.errors import TRANSIENT
from amazonpay_conformance.model.observable import permitted_states
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.resources import RESOURCE_ID_FIELDS
from amazonpay_conformance.model.step import Outcome, step
from amazonpay_conformance.model.world import ChargePermission, World
from amazonpay_conformance.reading.objects import state_of
from amazonpay_conformance.reading.once import answer_of
from amazonpay_conformance.reading.requests import Merchant, RequestReading, read_request
from amazonpay_conformance.wire.messages import Exchange, Response


@dataclass(frozen=True, slots=True)
class Heard:
    """An exchange that was read. What it means depends on the world that it met.

    In `exchange` stands what the service answered; `sent` is what the client saw of it.
    """

    exchange: Exchange
    reading: RequestReading
    answer: Any
    sent: Exchange

    @property
    def key(self) -> str | None:
        """The idempotency key that may have an effect."""
        call = self.reading.call
        return call.key if call and ALL_OPERATIONS[call.operation].method == "POST" else None

    def as_sent(self, seen: Seen) -> Seen:
        """Return the meaning of the exchange with what the client saw."""
        if self.sent.injected is None:
            return seen
        return replace(seen, exchange=self.sent, transient=seen.transient or self.sent.truth is None)

    def plain(self, world: World, first_answer: bytes | None = None) -> Seen:
        """Return the exchange as it met a world, its answer not understood."""
        call, response = self.reading.call, self.exchange.response
        return Seen(
            self.exchange,
            self.reading,
            world,
            step(world, call) if call is not None else (),
            None,
            world,
            response is not None and response.status in TRANSIENT,
            first_answer,
        )

    def meanings(self, world: World, first_answer: bytes | None = None) -> tuple[Seen, list[Seen]]:
        """Return the exchange not understood, and as each permitted outcome has it that is answered so."""
        plain = self.plain(world, first_answer)
        return plain, [
            replace(
                plain,
                matched=outcome,
                after=_adopted(outcome, self.answer),
                transient=False,
                shows=outcome.shows,
            )
            for outcome in _matching(plain.permitted, self.exchange.response, self.answer)
        ]


@dataclass
class Oracle:
    """The world as the exchanges so far have shown it; `others` are worlds that may have come of them too."""

    merchant: Merchant
    world: World
    others: tuple[World, ...] = ()

    def __post_init__(self) -> None:
        self._first_answers: dict[str, bytes] = {}

    def see(self, exchange: Exchange) -> Seen:
        """Read one exchange, move the world on, and return it with its meaning.

        What counts is what the service answered, whatever the client was sent.
        """
        heard = self.hear(exchange)
        first_answer = self.first_answer(heard)
        found = [_understood(*heard.meanings(world, first_answer)) for world in (self.world, *self.others)]
        explained = [seen for seen in found if seen.matched is not None and fits(seen)] if self.others else []
        seen, *others = explained or found
        self.world, self.others = seen.after, tuple(other.after for other in others)
        self.note(heard, seen)
        return heard.as_sent(seen)

    def hear(self, exchange: Exchange) -> Heard:
        """Read an exchange, and leave the world as it is."""
        sent = exchange
        if exchange.injected is not None:
            exchange = replace(exchange, response=exchange.truth, injected=None)
        answer = answer_of(exchange.response)
        reading = read_request(
            exchange.request, self.merchant, _new_ids(answer), received_at=exchange.received_at
        )
        return Heard(exchange, reading, answer, sent)

    def first_answer(self, heard: Heard) -> bytes | None:
        """Return the body that an exchange's idempotency key was answered with before."""
        return self._first_answers.get(heard.key) if heard.key else None

    def note(self, heard: Heard, seen: Seen) -> None:
        """Keep an answer that its key stands for from now on."""
        response = heard.exchange.response
        if heard.key and response is not None and _is_remembered_anew(seen.before, seen.after, heard.key):
            self._first_answers[heard.key] = response.body

    def act(self, action: BuyerAct | Advance) -> tuple[str, ...]:
        """Move every world on by an act that needs no answer; return the transitions that fired."""
        moved = [outcomes[0] for world in (self.world, *self.others) if (outcomes := step(world, action))]
        if not moved:
            return ()
        self.world, self.others = moved[0].world, tuple(outcome.world for outcome in moved[1:])
        return moved[0].used


def _understood(plain: Seen, meanings: list[Seen]) -> Seen:
    """Return the exchange as the outcome has it that explains it best: the first that fits."""
    if len(meanings) < 2:
        return meanings[0] if meanings else plain
    whole = [meaning for meaning in meanings if fits(meaning)]
    agreed = (set(meaning.shows) for meaning in whole or meanings)
    certain = set.intersection(*agreed)
    best = (whole or meanings)[0]
    return replace(best, shows=tuple(told for told in best.shows if told in certain))


def _is_remembered_anew(before: World, after: World, key: str) -> bool:
    """Whether the key stands for this answer from now on; a refusal gives way to a success."""
    return after.remembered.get(key) is not before.remembered.get(key)


def _matching(permitted: tuple[Outcome, ...], response: Response | None, answer: Any) -> list[Outcome]:
    if response is None:
        return []
    reason = answer.get("reasonCode") if isinstance(answer, Mapping) and response.status >= 400 else None
    return [o for o in permitted if (o.status, o.reason) == (response.status, reason)]


def _adopted(outcome: Outcome, answer: Any) -> World:
    """Where the facts leave a state open, believe what the answer shows."""
    world = outcome.world
    if outcome.subject is None or outcome.replays is not None or not isinstance(answer, Mapping):
        return world
    kind, object_id = outcome.subject
    value = known = world.find(kind, object_id)
    shown = state_of(kind, answer)
    if value is None:
        return world
    if shown is None or shown not in permitted_states(world, kind, object_id):
        return world
    if isinstance(value, ChargePermission):
        if not value.state_shown or shown != (value.state, value.reason):
            value = replace(value, state=shown[0], reason=shown[1], state_shown=True)
    elif shown != (value.state, value.reason):
        value = replace(value, state=shown[0], reason=shown[1])
    return world if value is known else world.with_object(kind, value)


def _new_ids(answer: Any) -> NewIds:
    body = answer if isinstance(answer, Mapping) else {}

    def text(name: str) -> str:
        value = body.get(name)
        return value if isinstance(value, str) else ""

    return NewIds(
        session=text("checkoutSessionId"),
        permission=text("chargePermissionId"),
        charge=text("chargeId"),
        refund=text("refundId"),
        record=next(filter(None, map(text, RESOURCE_ID_FIELDS.values())), ""),
        document=text("reportDocumentId"),
    )
