"""Exchanges that overlapped, judged as one history: an order of them that the model permits, or none.

Every answer that the model permits somewhere is held to be true; that no order explains them all is what can
be found. An answer that no order could bring is the fault of that one call: it is set aside, and the usual
checks tell of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any

from amazonpay_conformance.checks.observations import fits
from amazonpay_conformance.checks.subject import Seen
from amazonpay_conformance.engine.follow import Heard, Oracle
from amazonpay_conformance.model.actions import Call, NewIds
from amazonpay_conformance.model.errors import TRANSIENT
from amazonpay_conformance.model.linearizability import (
    MAX_NODES,
    Answer,
    Interval,
    Linearization,
    Witness,
    distinct,
    frozen,
    linearize,
)
from amazonpay_conformance.model.step import step
from amazonpay_conformance.model.world import World
from amazonpay_conformance.reading.objects import ID_FIELDS
from amazonpay_conformance.wire.messages import Exchange

IN_PROGRESS = "concurrent-duplicates"
"""The switch: what a request gets whose twin is being handled."""


class Trust(IntEnum):
    """How much of an answer is held to be true."""

    WHOLE = 2
    STATUS = 1
    NOTHING = 0


@dataclass
class AtOnce:
    """Exchanges that overlapped, and the worlds in which they may have begun."""

    heard: tuple[Heard, ...]
    worlds: tuple[World, ...]
    max_nodes: int = MAX_NODES
    trust: list[Trust] = field(init=False)
    _tried: set[int] = field(init=False, default_factory=set)
    _explained: set[int] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.trust = [Trust.NOTHING if _says_nothing(heard) else Trust.WHOLE for heard in self.heard]

    def judge(self) -> Linearization:
        """Look for an order; whoever's answer is explained in none, whatever the others got, is set aside."""
        while True:
            self._tried, self._explained = set(), set()
            found = linearize(self._history(), distinct(self.worlds), self._follow, max_nodes=self.max_nodes)
            odd = sorted(n for n in self._tried - self._explained if self.trust[n])
            if found.decision != "illegal" or not odd:
                return found
            self.trust[odd[0]] = Trust(self.trust[odd[0]] - 1)

    def twins(self, number: int) -> frozenset[int]:
        """Return the other exchanges with the same key and the same request."""
        mine = self._call(number)
        return frozenset(
            other
            for other in range(len(self.heard))
            if other != number
            and self.heard[number].key
            and (self._call(other).key, self._call(other).fingerprint) == (mine.key, mine.fingerprint)
        )

    def seen(self, oracle: Oracle, witness: Witness) -> Iterator[tuple[int, Seen]]:
        """Yield the exchanges as they mean in an order, each with its number; those not in it come last."""
        for number, before, after in zip(witness.order, witness.trail, witness.trail[1:], strict=False):
            yield number, self.heard[number].as_sent(self._meaning(oracle, number, before, after))
        for number in sorted(set(range(len(self.heard))) - set(witness.order)):
            yield number, self.heard[number].as_sent(self.heard[number].plain(witness.world))

    def _meaning(self, oracle: Oracle, number: int, before: World, after: World) -> Seen:
        heard = self.heard[number]
        plain, meanings = heard.meanings(before, oracle.first_answer(heard))
        wanted = frozen(after)
        found = next((meaning for meaning in meanings if frozen(meaning.after) == wanted), None)
        if found is not None:
            oracle.note(heard, found)
            return found
        if self.trust[number]:  # refused because its twin was in progress
            return replace(plain, permitted=(), shows=((IN_PROGRESS, "refused"),))
        return plain

    def _call(self, number: int) -> Call:
        call = self.heard[number].reading.call
        if call is None:
            raise AssertionError("only exchanges of known operations are judged here")
        return call

    def _history(self) -> list[Interval]:
        return [self._interval(number) for number in range(len(self.heard))]

    def _interval(self, number: int) -> Interval:
        heard, call = self.heard[number], self._call(number)
        began, ended = heard.exchange.span
        if not self.trust[number]:
            unknown = f"of lost call {number + 1}"
            new = NewIds(*(f"{kind} {unknown}" for kind in ("session", "permission", "charge", "refund")))
            return Interval(number, began, None, replace(call, new=new))
        status = heard.exchange.response.status if heard.exchange.response else 0
        return Interval(number, began, ended, call, Answer(status))

    def _follow(self, world: World, interval: Interval) -> Iterator[World]:
        number = interval.caller
        self._tried.add(number)
        if interval.answer is None:
            yield from (outcome.world for outcome in step(world, interval.call))
            return
        _, meanings = self.heard[number].meanings(world)
        for meaning in meanings:
            if self.trust[number] is Trust.STATUS or (_is_of_one_object(meaning) and fits(meaning)):
                self._explained.add(number)
                yield meaning.after
        if interval.answer.status >= 400 and self._has_twin_in_progress(interval):
            self._explained.add(number)
            yield world

    def _has_twin_in_progress(self, interval: Interval) -> bool:
        """What is answered then is not known (api-facts §9 [?]): any refusal is permitted."""
        others = (self._interval(other) for other in self.twins(interval.caller))
        return any(not other.precedes(interval) and not interval.precedes(other) for other in others)


def at_once(oracle: Oracle, exchanges: Sequence[Exchange]) -> AtOnce:
    """Read exchanges that overlapped; those of no known operation change nothing and are left out."""
    heard = (oracle.hear(exchange) for exchange in exchanges)
    return AtOnce(tuple(h for h in heard if h.reading.call is not None), (oracle.world, *oracle.others))


def succeeded_with(heard: Heard) -> str | None:
    """Return the id of the object in a good answer."""
    operation, response = heard.reading.operation, heard.exchange.response
    if operation is None or response is None or response.status >= 400:
        return None
    kind = operation.returns
    shown = heard.answer.get(ID_FIELDS.get(kind, "")) if kind and isinstance(heard.answer, Mapping) else None
    return shown if isinstance(shown, str) else None


def _says_nothing(heard: Heard) -> bool:
    """A cut connection, a 429, a 5xx: the call may have taken effect or not."""
    response = heard.exchange.response
    return response is None or response.status in TRANSIENT


def _is_of_one_object(meaning: Seen) -> bool:
    """A repetition shows the object that its key stands for."""
    outcome: Any = meaning.matched
    if outcome.replays is None or outcome.subject is None or meaning.body is None:
        return True
    kind, object_id = outcome.subject
    return meaning.body.get(ID_FIELDS.get(kind, "")) in (None, object_id)
