"""Servers that are each wrong in one way: the right `Service` with one seam at which a fault is sewn in.

There are three seams: what a step comes to (`outcomes`), how an object is shown (`show`), what leaves the
house (`reply`). The kit's own oracle never sees a seam: it judges by the tables as they are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeAlias
from unittest.mock import patch

from amazonpay_conformance.mock import service
from amazonpay_conformance.mock.bodies import Body, render
from amazonpay_conformance.mock.ids import new_ids
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.actions import Action, Advance, BuyerDeed, Call, NewIds, Product
from amazonpay_conformance.model.draft import NoSuchTransition
from amazonpay_conformance.model.machine import Machine, Transition
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.operations import ObjectKind
from amazonpay_conformance.model.step import Outcome, step
from amazonpay_conformance.model.switches import Settings
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.model.world import World
from amazonpay_conformance.wire.messages import Request, Response

Outcomes: TypeAlias = tuple[Outcome, ...]
Decision: TypeAlias = Callable[[World, Action, Outcomes], Outcomes]
"""From a world, an action and all that is permitted to what happens."""
Change: TypeAlias = Callable[[Body, Any], None]
"""Changes the body of an object in place; is told the model's object too."""
Condition: TypeAlias = Callable[[Any], bool]


class Faulty(Service):
    """The right service; a subclass overrides one of `outcomes`, `show`, `reply`, and so gets one thing wrong."""

    def outcomes(self, world: World, action: Action) -> Outcomes:
        """What a step comes to; the first is what happens."""
        return step(world, action)

    def show(self, world: World, kind: ObjectKind, object_id: str, *, host: str) -> Body:
        """The body of an object."""
        return render(world, kind, object_id, host=host)

    def ids(self, world: World, call: Call, region: str) -> NewIds:
        """The ids of what a call creates."""
        return new_ids(world, call, region)

    def reply(self, request: Request, response: Response) -> Response:
        """What is sent for an answer."""
        return response

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        with self._seams():
            response = super().handle(request)
        return self.reply(request, response)

    def buyer(
        self,
        deed: BuyerDeed,
        target: str,
        card: str | None = None,
        product: Product | None = None,
        *,
        address: str | None = None,
    ) -> None:
        """Let the buyer act."""
        with self._seams():
            super().buyer(deed, target, card, product, address=address)

    def advance(self, seconds: int) -> None:
        """Move the clock."""
        with self._seams():
            super().advance(seconds)

    def _usual(self, world: World, action: Action) -> Outcome | None:
        return next(iter(self.outcomes(world, action)), None)

    def _lapse(self, world: World, seconds: int) -> Iterator[Outcome]:
        yield self.outcomes(world, Advance(seconds))[0]

    def _seams(self) -> AbstractContextManager[Any]:
        # only the names in the mock's own module: the oracle steps with the model's
        seams: dict[str, Any] = {
            "usual": self._usual,
            "lapse": self._lapse,
            "render": self.show,
            "new_ids": self.ids,
        }
        context: AbstractContextManager[Any] = patch.multiple(service, **seams)
        return context


@dataclass(frozen=True, slots=True)
class Fault:
    """A faulty server: what it costs a merchant, and the requirements that it breaks, all of them.

    `scenario` names the one in which it is tried; without one it is tried where what it breaks is at stake
    alone, or, with `transition`, where that fires. `client` names who calls, `region` where. `follows` may be
    found as well: what a wrong state makes wrong elsewhere.
    """

    id: str
    costs: str
    breaks: frozenset[str]
    service: type[Service]
    scenario: str = ""
    transition: str = ""
    client: str = ""
    region: str = "na"
    follows: frozenset[str] = frozenset()


# --- what a step comes to


def decides(decide: Decision) -> type[Faulty]:
    """A server for which a step comes to something else."""

    class DecidesWrongly(Faulty):
        def outcomes(self, world: World, action: Action) -> Outcomes:
            return decide(world, action, step(world, action))

    return DecidesWrongly


def with_rows(table: Mapping[str, Any], rows: Mapping[str, Any]) -> type[Faulty]:
    """A server that has other rows in one of the model's tables."""

    class HasOtherRows(Faulty):
        def outcomes(self, world: World, action: Action) -> Outcomes:
            with patched(table, rows):
                return step(world, action)

    return HasOtherRows


def with_settings(service: type[Service], **choices: str) -> type[Service]:
    """The same server, answering open questions as chosen; a switch is named with underscores."""
    settings = Settings.of({name.replace("_", "-"): choice for name, choice in choices.items()})

    class Settled(service):  # type: ignore[misc,valid-type]
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **{**named, "settings": settings})

    return Settled


def with_timer(name: str, seconds: int) -> type[Faulty]:
    """A server on which a timer runs for another time."""
    return with_rows(TIMERS, {name: seconds})


def with_end(row: Transition, target: str, reason: str | None = None) -> type[Faulty]:
    """A server on which a transition leads elsewhere."""
    machine = machine_of(row)
    rows = tuple(replace(r, target=target, reason=reason) if r is row else r for r in machine.transitions)
    altered = {machine.name: replace(machine, transitions=rows)}

    class LeadsElsewhere(Faulty):
        def outcomes(self, world: World, action: Action) -> Outcomes:
            with patched(MACHINES, altered):
                try:
                    return step(world, action)
                except NoSuchTransition:  # a settlement comes due in a state that has none: nothing happens
                    seconds = action.seconds if isinstance(action, Advance) else 0
                    return (Outcome(0, replace(world, now=world.now + seconds), ""),)

    return LeadsElsewhere


def machine_of(row: Transition) -> Machine:
    """The machine that a transition belongs to."""
    return next(machine for machine in MACHINES.values() if row in machine.transitions)


def patched(table: Mapping[str, Any], rows: Mapping[str, Any]) -> AbstractContextManager[Any]:
    """Other rows in a table while the context is open; the tables are dicts behind the name of Mapping."""
    rows_of: Any = table
    return patch.dict(rows_of, rows)


def at_stake(permitted: Outcomes) -> frozenset[str]:
    """The requirements that an answer can break, as the check of answers sees it."""
    return frozenset(outcome.requirement for outcome in permitted if outcome.required)


# --- how an object is shown


def shows(kind: ObjectKind, *changes: Change, when: Condition = lambda _: True) -> type[Faulty]:
    """A server that keeps its books well and shows an object wrongly."""

    class ShowsWrongly(Faulty):
        def show(self, world: World, of: ObjectKind, object_id: str, *, host: str) -> Body:
            body = super().show(world, of, object_id, host=host)
            value = world.objects(of)[object_id]
            if of == kind and when(value):
                for change in changes:
                    change(body, value)
            return body

    return ShowsWrongly


def shows_as(
    kind: ObjectKind, state: str, reason: str | None = None, *, when: Condition = lambda _: True, **more: Any
) -> type[Faulty]:
    """A server that keeps its books well and shows an object as it would look in another state.

    `more` are fields of the model's object that the state needs, or what makes them of the object.
    """

    class ShowsAnotherState(Faulty):
        def show(self, world: World, of: ObjectKind, object_id: str, *, host: str) -> Body:
            value = world.objects(of)[object_id]
            if of == kind and when(value):
                fields = {name: made(value) if callable(made) else made for name, made in more.items()}
                world = world.with_object(of, replace(value, state=state, reason=reason, **fields))
            return super().show(world, of, object_id, host=host)

    return ShowsAnotherState


def put(path: str, value: Any) -> Change:
    """Put a value, or what it makes of the model's object, at a path."""
    *way, last = path.split(".")

    def change(body: Body, shown: Any) -> None:
        for name in way:
            body = body[name] or {}
        body[last] = value(shown) if callable(value) else value

    return change


def drop(name: str) -> Change:
    """Leave a key out."""
    return lambda body, _: body.__delitem__(name)


def scale(path: str, factor: str) -> Change:
    """Multiply an amount; null stays null."""
    *way, last = path.split(".")

    def change(body: Body, _: Any) -> None:
        for name in way:
            body = body[name] or {}
        price = Price.parse(body.get(last))
        if price is not None:
            body[last] = price.of(price.amount * Decimal(factor)).wire()

    return change


def constrain(choose: Callable[[list[Body]], list[Body]]) -> Change:
    """Show other constraints; the redirect follows what is shown."""

    def change(body: Body, _: Any) -> None:
        body["constraints"] = choose(body["constraints"])
        url = None if body["constraints"] else "https://localhost/checkout/1"
        body["webCheckoutDetails"]["amazonPayRedirectUrl"] = url

    return change


def state(*names: str) -> Condition:
    """The object is in one of these states."""
    return lambda value: value.state in names


# --- what is sent


def replies(change: Callable[[Response], Response]) -> type[Faulty]:
    """A server whose answers are changed on their way out."""

    class RepliesWrongly(Faulty):
        def reply(self, request: Request, response: Response) -> Response:
            return change(response)

    return RepliesWrongly


def refusals(change: Callable[[Body], Any]) -> type[Faulty]:
    """A server whose refusals have another body."""
    return replies(lambda r: r if r.status < 400 else replace(r, body=json.dumps(change(r.json())).encode()))


def reads(collection: str, change: Change) -> type[Faulty]:
    """A server that shows an object wrongly when it is read, and rightly in every other answer."""

    class ReadsWrongly(Faulty):
        def reply(self, request: Request, response: Response) -> Response:
            if request.method != "GET" or f"/{collection}/" not in request.path or response.status >= 400:
                return response
            body = response.json()
            change(body, None)
            return replace(response, body=json.dumps(body).encode())

    return ReadsWrongly


def good_answers(body: bytes) -> type[Faulty]:
    """A server whose good answers all have this body."""
    return replies(lambda r: r if r.status >= 400 else replace(r, body=body))
