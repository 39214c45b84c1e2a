"""Where exchanges are observed: a handler around a handler."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

from amazonpay_conformance.mock.journal import exchange_of
from amazonpay_conformance.wire.messages import Exchange, Request, Response

MEETING_SECONDS: Final = 5.0
"""How long a request is held for those of other callers: one that sends none must not hold them for ever."""


class Tap:
    """Passes every request on and keeps what came of it until it is taken."""

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self.answer = answer
        self._lock = threading.Lock()
        self._exchanges: list[Exchange] = []
        self._meeting: threading.Barrier | None = None

    def __call__(self, request: Request) -> Response:
        """Answer a request and record the exchange before the answer leaves."""
        received_at, began = time.time(), time.perf_counter()
        self._meet()
        response = self.answer(request)
        with self._lock:
            span = (began, time.perf_counter())
            self._exchanges.append(exchange_of(request, response, received_at, span))
        return response

    @contextlib.contextmanager
    def meeting(self, callers: int) -> Iterator[None]:
        """Hold the first requests until there are as many as callers, so that they overlap for certain."""
        self._meeting = threading.Barrier(callers)
        try:
            yield
        finally:
            self._meeting = None

    def _meet(self) -> None:
        meeting = self._meeting
        if meeting is None:
            return
        with contextlib.suppress(threading.BrokenBarrierError):
            meeting.wait(MEETING_SECONDS)
        self._meeting = None  # what comes later is not held

    def take(self) -> tuple[Exchange, ...]:
        """Return what was recorded since the last time, and forget it."""
        with self._lock:
            taken, self._exchanges = tuple(self._exchanges), []
        return taken
