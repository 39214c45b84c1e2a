"""The oracle: follows a trace through the model, the observed answer choosing among the permitted ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from amazonpay_conformance.checks.subject import Seen
from amazonpay_conformance.model.actions import NewIds
from amazonpay_conformance.model.observable import permitted_states
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.step import Outcome, step
from amazonpay_conformance.model.world import ChargePermission, World
from amazonpay_conformance.reading.objects import state_of
from amazonpay_conformance.reading.requests import Merchant, read_request
from amazonpay_conformance.wire.messages import Exchange, Response

TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers that may come at any time and say nothing about the rules. Source: api-facts §7."""


@dataclass
class Oracle:
    """The world as the exchanges so far have shown it."""

    merchant: Merchant
    world: World

    def __post_init__(self) -> None:
        self._first_answers: dict[str, bytes] = {}

    def see(self, exchange: Exchange) -> Seen:
        """Read one exchange, move the world on, and return it with its meaning."""
        answer = _json(exchange.response)
        reading = read_request(exchange.request, self.merchant, _new_ids(answer))
        before = self.world
        permitted = step(before, reading.call) if reading.call is not None else ()
        matched = _matching(permitted, exchange.response, answer)
        transient = (
            matched is None and exchange.response is not None and exchange.response.status in TRANSIENT
        )
        if matched is not None:
            self.world = _adopted(matched, answer)
        key = reading.call.key if reading.call and OPERATIONS[reading.call.operation].needs_key else None
        first = self._first_answers.get(key) if key else None
        seen = Seen(exchange, reading, before, permitted, matched, self.world, transient, first)
        if key and exchange.response is not None and _is_remembered_anew(before, self.world, key):
            self._first_answers[key] = exchange.response.body
        return seen


def _is_remembered_anew(before: World, after: World, key: str) -> bool:
    """Whether the key stands for this answer from now on; a refusal gives way to a success."""
    return after.remembered.get(key) is not before.remembered.get(key)


def _matching(permitted: tuple[Outcome, ...], response: Response | None, answer: Any) -> Outcome | None:
    if response is None:
        return None
    reason = answer.get("reasonCode") if isinstance(answer, Mapping) and response.status >= 400 else None
    fitting = [o for o in permitted if (o.status, o.reason) == (response.status, reason)]
    return fitting[0] if fitting else None


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
    )


def _json(response: Response | None) -> Any:
    if response is None:
        return None
    try:
        return response.json()
    except ValueError:
        return None
