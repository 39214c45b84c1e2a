"""Listens to a mock that an integration talks to: a tap that tells of each exchange at once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from amazonpay_conformance.checks.subject import Configured
from amazonpay_conformance.engine.tap import Tap
from amazonpay_conformance.engine.watch import Noticed, Watch
from amazonpay_conformance.mock.control import PREFIX
from amazonpay_conformance.mock.server import Handler
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.actions import Advance, BuyerAct
from amazonpay_conformance.wire.messages import Request, Response


class Listener(Protocol):
    """Is told of what happens, while it happens."""

    def exchanged(self, noticed: Noticed) -> None:
        """An exchange is over, and this is to be said of it."""

    def acted(self, action: BuyerAct | Advance) -> None:
        """The buyer did something, or time was made to pass."""


@dataclass
class Listening:
    """A watch over what goes to a handler. `handle` is served in the handler's place."""

    watch: Watch
    handler: Handler
    listeners: tuple[Listener, ...] = ()

    def __post_init__(self) -> None:
        self._tap = Tap(self.handler)

    def handle(self, request: Request) -> Response:
        """Answer a request, and tell of the exchange before the answer leaves."""
        if request.path.startswith(PREFIX):
            return self.handler(request)
        response = self._tap(request)
        for exchange in self._tap.take():
            noticed = self.watch.see(exchange)
            for listener in self.listeners:
                listener.exchanged(noticed)
        return response

    def act(self, action: BuyerAct | Advance) -> None:
        """Take note of what happened beside the wire."""
        self.watch.act(action)
        for listener in self.listeners:
            listener.acted(action)


@contextlib.contextmanager
def listening(
    service: Service,
    handler: Handler | None = None,
    *,
    public_key_id: str | None = None,
    listeners: tuple[Listener, ...] = (),
) -> Iterator[Listening]:
    """Watch whoever calls a mock while the context is open.

    Args:
        service: the mock.
        handler: what answers, where something stands before the mock.
        public_key_id: the merchant's key that is expected; the first that the mock knows by default.
        listeners: who is told of each exchange.

    Yields:
        The listening; serve its `handle`, and ask its `watch` what was found.
    """
    keys = service.merchant.keys
    key_id = public_key_id or next(iter(keys), "")
    configured = Configured(key_id, service.region, "", keys.get(key_id))
    listened = Listening(Watch(service.merchant, configured), handler or service.handle, listeners)
    service.observers.append(listened.act)
    try:
        yield listened
    finally:
        service.observers.remove(listened.act)
