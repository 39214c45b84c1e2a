"""An endpoint on the loopback that takes notifications, answers what it is told to, and keeps what came."""

from __future__ import annotations

import json
import threading
from typing import Any

from amazonpay_conformance.mock.server import Server
from amazonpay_conformance.wire.messages import Request, Response


class Endpoint:
    """`taken` are the envelopes, `requests` what they came in; a `gate` holds answers back."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.requests: list[Request] = []
        self.status = 200
        self.gate: threading.Event | None = None
        self._server = Server(self._answer, slow=True)

    def __enter__(self) -> Endpoint:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://localhost:{self._server.port}/ipn?secret=17"

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What stands in the envelopes."""
        return [json.loads(envelope["Message"]) for envelope in self.taken]

    def _answer(self, request: Request) -> Response:
        if self.gate is not None:
            self.gate.wait(10)
        self.requests.append(request)
        self.taken.append(json.loads(request.body))
        return Response(self.status)
