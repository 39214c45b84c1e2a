"""The oracle: follows a trace through the model, the observed answer choosing among the permitted ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from amazonpay_conformance.checks.observations import fits
from amazonpay_conformance.checks.subject import Seen
from amazonpay_conformance.model.actions import NewIds
from amazonpay_conformance.model.errors import TRANSIENT
from amazonpay_conformance.model.observable import permitted_states
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.resources import RESOURCE_ID_FIELDS
from amazonpay_conformance.model.step import Outcome, step
from amazonpay_conformance.model.world import ChargePermission, World
from amazonpay_conformance.reading.objects import state_of
from amazonpay_conformance.reading.requests import Merchant, read_request
from amazonpay_conformance.wire.messages import Exchange, Response


@dataclass
class Oracle:
    """The world as the exchanges so far have shown it."""

    merchant: Merchant
    world: World

    def __post_init__(self) -> None:
        self._first_answers: dict[str, bytes] = {}

    def see(self, exchange: Exchange) -> Seen:
        """Read one exchange, move the world on, and return it with its meaning.

        What counts is what the service answered, whatever the client was sent.
        """
        if exchange.injected is None:
            return self._see(exchange)
        truth = self._see(replace(exchange, response=exchange.truth, injected=None))
        return replace(truth, exchange=exchange, transient=truth.transient or exchange.truth is None)

    def _see(self, exchange: Exchange) -> Seen:
        answer = _json(exchange.response)
        reading = read_request(
            exchange.request, self.merchant, _new_ids(answer), received_at=exchange.received_at
        )
        call = reading.call
        permitted = step(self.world, call) if call is not None else ()
        key = call.key if call and ALL_OPERATIONS[call.operation].method == "POST" else None
        plain = Seen(
            exchange,
            reading,
            self.world,
            permitted,
            None,
            self.world,
            exchange.response is not None and exchange.response.status in TRANSIENT,
            self._first_answers.get(key) if key else None,
        )
        seen = _understood(plain, _matching(permitted, exchange.response, answer), answer)
        self.world = seen.after
        if key and exchange.response is not None and _is_remembered_anew(seen.before, seen.after, key):
            self._first_answers[key] = exchange.response.body
        return seen


def _understood(plain: Seen, fitting: list[Outcome], answer: Any) -> Seen:
    """Return the exchange as the outcome has it that explains it best: the first that fits."""
    meanings = [
        replace(plain, matched=outcome, after=_adopted(outcome, answer), transient=False, shows=outcome.shows)
        for outcome in fitting
    ]
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
    value = world.find(kind, object_id)
    shown = state_of(kind, answer)
    if value is None:
        return world
    if shown is None or shown not in permitted_states(world, kind, object_id):
        return world
    known = replace(value, state=shown[0], reason=shown[1])
    if isinstance(known, ChargePermission):
        known = replace(known, state_shown=True)
    return world.with_object(kind, known)


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


def _json(response: Response | None) -> Any:
    if response is None:
        return None
    try:
        return response.json()
    except ValueError:
        return None
