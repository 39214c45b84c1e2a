"""A service is called from one thread at a time: whoever comes meanwhile waits for his turn.

Whether a request waits, too, whose idempotency key is that of one being handled, or is refused, is a switch.
"""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator

from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.reading.requests import IDEMPOTENCY_HEADER
from amazonpay_conformance.wire.messages import Request, Response


class Turns:
    """Hands requests to a service, one at a time."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._keys: Counter[str] = Counter()

    def __call__(self, request: Request) -> Response:
        """Answer one request when its turn has come."""
        key = request.headers.get(IDEMPOTENCY_HEADER) or ""
        with self._in_hand(key) as is_first:
            if key and not is_first and self._refuses_duplicates():
                return self._service.refuse_duplicate()
            with self._turn:
                return self._service.handle(request)

    @contextlib.contextmanager
    def _in_hand(self, key: str) -> Iterator[bool]:
        """Note that a request with this key came, and tell whether it is the only one."""
        with self._counting:
            self._keys[key] += 1
            is_first = self._keys[key] == 1
        try:
            yield is_first
        finally:
            with self._counting:
                self._keys[key] -= 1

    def _refuses_duplicates(self) -> bool:
        return self._service.world.settings.has("concurrent-duplicates=refused")
