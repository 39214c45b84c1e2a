"""Listens to a mock that an integration talks to: a tap that tells of each exchange at once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from amazonpay_conformance.checks.subject import Configured, Placed
from amazonpay_conformance.engine.brought import Brought
from amazonpay_conformance.engine.findings import Finding, hint_of, without_tokens
from amazonpay_conformance.engine.tap import Tap
from amazonpay_conformance.engine.watch import Noticed, Pressed, Watch
from amazonpay_conformance.mock.journal import Remark
from amazonpay_conformance.mock.namespaces import Namespace
from amazonpay_conformance.mock.outbox import Letter
from amazonpay_conformance.mock.press import Press
from amazonpay_conformance.mock.routes import Handler
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.actions import Advance, BuyerAct
from amazonpay_conformance.wire.messages import Exchange, Request, Response
from amazonpay_conformance.wire.redaction import redact_text


class Listener(Protocol):
    """Is told of what happens, while it happens."""

    def exchanged(self, noticed: Noticed) -> None:
        """An exchange is over, and this is to be said of it."""

    def acted(self, action: BuyerAct | Advance) -> None:
        """The buyer did something, or time was made to pass."""

    def pressed(self, pressed: Pressed) -> None:
        """A button of a page was pressed, and this is to be said of it."""

    def notified(self, brought: Brought) -> None:
        """A notification was brought to an endpoint, or could not be."""


@dataclass
class Listening:
    """A watch that tells of what it sees."""

    watch: Watch
    service: Service
    listeners: tuple[Listener, ...] = ()

    def see(self, exchange: Exchange) -> tuple[Remark, ...]:
        """Judge an exchange, tell of it, and return what is wrong."""
        self.watch.merchant = self.service.merchant  # his keys come and go
        noticed = self.watch.see(exchange)
        for listener in self.listeners:
            listener.exchanged(noticed)
        return tuple(map(remark_of, noticed.findings))

    def notify(self, letter: Letter) -> None:
        """Tell of a notification that was brought."""
        for listener in self.listeners:
            listener.notified(Brought.of(letter))

    def press(self, press: Press) -> tuple[Remark, ...]:
        """Judge a button that was pressed, tell of it, and return what is wrong."""
        key = self.watch.merchant.keys.get(press.public_key_id)
        algorithm = press.signed_as(key) if key is not None else press.algorithm
        configured = replace(
            self.watch.configured, public_key_id=press.public_key_id, public_key=key, algorithm=algorithm
        )
        placed = Placed(press.payload, press.product, press.sandbox, press.public_key_id)
        pressed = self.watch.see_button(placed, press.signature, configured)
        for listener in self.listeners:
            listener.pressed(pressed)
        return tuple(map(remark_of, pressed.findings))

    def act(self, action: BuyerAct | Advance) -> None:
        """Take note of what happened beside the wire."""
        self.watch.act(action)
        for listener in self.listeners:
            listener.acted(action)


@dataclass
class Heard:
    """A handler that is listened to. `handle` is served in its place; `watch` has what was found."""

    listening: Listening
    handler: Handler

    def __post_init__(self) -> None:
        self._tap = Tap(self.handler)

    @property
    def watch(self) -> Watch:
        """What was found."""
        return self.listening.watch

    def handle(self, request: Request) -> Response:
        """Answer a request, and tell of the exchange before the answer leaves."""
        response = self._tap(request)
        for exchange in self._tap.take():
            self.listening.see(exchange)
        return response


@contextlib.contextmanager
def listening(
    service: Service,
    handler: Handler | None = None,
    *,
    public_key_id: str | None = None,
    listeners: tuple[Listener, ...] = (),
) -> Iterator[Heard]:
    """Watch whoever calls a service while the context is open.

    Args:
        service: the mock's.
        handler: what answers, where something stands before the service.
        public_key_id: the merchant's key that is expected; the first that the mock knows by default.
        listeners: who is told of each exchange.

    Yields:
        The listening; serve its `handle`, and ask its `watch` what was found.
    """
    heard = listener_of(service, public_key_id, listeners)
    service.observers.append(heard.act)
    try:
        yield Heard(heard, handler or service.handle)
    finally:
        service.observers.remove(heard.act)


def listen_to(namespace: Namespace, listeners: tuple[Listener, ...] = ()) -> Listening:
    """Watch whoever calls a namespace of a mock, from now on; its journal has what is found, too."""
    heard = listener_of(namespace.service, None, listeners)
    namespace.service.observers.append(heard.act)
    namespace.notifier.listeners.append(heard.notify)
    namespace.judge = heard.see
    namespace.keepers.append(heard.watch)
    namespace.judge_button = heard.press
    return heard


def listener_of(
    service: Service, public_key_id: str | None, listeners: tuple[Listener, ...] = ()
) -> Listening:
    """Return a watch over a service's merchant that is fed nothing yet."""
    keys = service.merchant.keys
    key_id = public_key_id or next(iter(keys), "")
    configured = Configured(key_id, service.region, "", keys.get(key_id))
    watch = Watch(service.merchant, configured, any_region=service.any_region, read=service.read)
    return Listening(watch, service, listeners)


def remark_of(finding: Finding) -> Remark:
    """Return a finding as a mock's journal keeps it."""
    requirement, problem = finding.requirement, finding.problem

    def shown(text: str) -> str:
        return redact_text(without_tokens(text, finding))

    return Remark(
        requirement.id,
        "MUST" if finding.is_failure else "SHOULD",
        requirement.statement,
        finding.operation,
        shown(problem.expected),
        shown(problem.received),
        lambda: shown(hint_of(finding)),
    )
