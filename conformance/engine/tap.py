"""Where exchanges are observed: a handler around a handler."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from amazonpay_conformance.wire.messages import Exchange, Request, Response


class Tap:
    """Passes every request on and keeps what came of it until it is taken."""

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self.answer = answer
        self._lock = threading.Lock()
        self._exchanges: list[Exchange] = []

    def __call__(self, request: Request) -> Response:
        """Answer a request and record the exchange before the answer leaves."""
        received_at = time.time()
        response = self.answer(request)
        injected = response.injected
        sent = None if injected is not None and injected.cut == "before the answer" else response
        with self._lock:
            self._exchanges.append(Exchange(request, sent, received_at, injected))
        return response

    def take(self) -> tuple[Exchange, ...]:
        """Return what was recorded since the last time, and forget it."""
        with self._lock:
            taken, self._exchanges = tuple(self._exchanges), []
        return taken
