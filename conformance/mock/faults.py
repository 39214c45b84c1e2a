"""Faults between the service and its client: a queue of what is to go wrong, and a handler that does it.

It does what can be done to a message. To answer late and to cut a connection is the shells' part: a response
that it returns says so (`Response.injected`).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Final

from amazonpay_conformance.mock.ids import request_id
from amazonpay_conformance.model.errors import ERRORS
from amazonpay_conformance.model.faults import (
    FAULT_OF,
    NOVEL_FIELD,
    NOVEL_REASON,
    NOVEL_STATE,
    RETRY_AFTER,
    SLOW_SECONDS,
    Fault,
)
from amazonpay_conformance.reading.requests import operation_of
from amazonpay_conformance.wire.messages import Headers, Injected, Request, Response

PAGE: Final = b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>\n"
"""What gateways say."""


@dataclass
class Scripted:
    """A fault that is still to happen, so many times, to one operation or to any."""

    fault: Fault
    left: int
    operation: str | None = None


@dataclass
class Faults:
    """The faults to come, in the order in which they were asked for. Safe to use from several threads."""

    _queue: list[Scripted] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def script(self, fault: str, times: int = 1, operation: str | None = None) -> None:
        """Let a fault happen to the next requests.

        Args:
            fault: the id of a row of the table.
            times: to how many requests.
            operation: the id of the only operation that it happens to.

        Raises:
            KeyError: there is no such fault.
            ValueError: `times` is less than 1.
        """
        if times < 1:
            raise ValueError(f"a fault happens once or more often, not {times} times")
        with self._lock:
            self._queue.append(Scripted(FAULT_OF[fault], times, operation))

    def clear(self) -> None:
        """Forget what has not happened yet."""
        with self._lock:
            self._queue.clear()

    def coming(self) -> tuple[Scripted, ...]:
        """Return what has not happened yet, in its order."""
        with self._lock:
            return tuple(map(replace, self._queue))

    remember = coming

    def recall(self, memory: tuple[Scripted, ...]) -> None:
        """Let happen what was to happen when that was remembered."""
        with self._lock:
            self._queue[:] = map(replace, memory)

    def next(self, operation: str | None) -> Fault | None:
        """Return what is to happen to a request of an operation, and count it as happened."""
        with self._lock:
            for scripted in self._queue:
                if scripted.operation in (None, operation):
                    scripted.left -= 1
                    if not scripted.left:
                        self._queue.remove(scripted)
                    return scripted.fault
        return None

    def around(self, handle: Callable[[Request], Response]) -> Callable[[Request], Response]:
        """Return a handler that lets the faults happen to what another one answers."""

        def faulty(request: Request) -> Response:
            fault = self.next(operation_of(request))
            if fault is None:
                return handle(request)
            return spoilt(fault, handle(request)) if fault.committed else instead(fault)

        return faulty


def instead(fault: Fault) -> Response:
    """Return what is served in place of a service that never saw the request."""
    if fault.status is None:
        return Response(502, injected=Injected(fault.id, None, cut="before the answer"))
    injected = Injected(fault.id, None)
    if fault.id == "gateway-page":
        return Response(fault.status, Headers.of({"content-type": "text/html"}), PAGE, injected)
    headers = Headers.of({"content-type": "application/json", "x-amz-pay-request-id": request_id()})
    if fault.id == "429-retry-after":
        headers = headers.with_value("retry-after", str(RETRY_AFTER))
    return Response(fault.status, headers, json.dumps(_refusal(fault.status)).encode(), injected)


def spoilt(fault: Fault, truth: Response) -> Response:
    """Return a service's answer as it leaves after something was done to it."""
    return replace(_SPOILT[fault.id](truth), injected=_INJECTED[fault.id](fault.id, truth))


def _refusal(status: int) -> dict[str, str]:
    phrase = HTTPStatus(status).phrase
    known = next((row for row in ERRORS if row.status == status), None)
    return {"reasonCode": known.reason, "message": phrase} if known else {"message": phrase}


def _in_json(change: Callable[[dict[str, Any]], None]) -> Callable[[Response], Response]:
    """Change the object that an answer holds; what holds none stays as it is."""

    def changed(truth: Response) -> Response:
        try:
            body = truth.json()
        except ValueError:
            return truth
        if not isinstance(body, dict):
            return truth
        change(body)
        return replace(truth, body=json.dumps(body, ensure_ascii=False).encode())

    return changed


def _with_field(body: dict[str, Any]) -> None:
    body[NOVEL_FIELD] = {"value": "1"}


def _with_state(body: dict[str, Any]) -> None:
    if isinstance(body.get("statusDetails"), dict):
        body["statusDetails"]["state"] = NOVEL_STATE


def _with_reason(body: dict[str, Any]) -> None:
    status = body.get("statusDetails")
    if not isinstance(status, dict):
        body["reasonCode"] = NOVEL_REASON
    elif "reasons" in status:
        status["reasons"] = [{"reasonCode": NOVEL_REASON, "reasonDescription": None}]
    else:
        status["reasonCode"] = NOVEL_REASON


def _half(truth: Response) -> Response:
    """Cut between two letters: how half of one reads is no question here."""
    half = truth.body[: len(truth.body) // 2].decode("utf-8", "ignore")
    return replace(truth, body=half.encode("utf-8"))


def _page(truth: Response) -> Response:
    return replace(truth, headers=truth.headers.with_value("content-type", "text/html"), body=PAGE)


_SPOILT: Final[Mapping[str, Callable[[Response], Response]]] = {
    "dropped-after": lambda truth: truth,
    "slow": lambda truth: truth,
    "truncated": _half,
    "malformed": _half,
    "empty": lambda truth: replace(truth, body=b""),
    "html": _page,
    "no-request-id": lambda truth: replace(truth, headers=truth.headers.without("x-amz-pay-request-id")),
    "unknown-field": _in_json(_with_field),
    "unknown-state": _in_json(_with_state),
    "unknown-reason": _in_json(_with_reason),
}
"""What is done to the message, for each fault that is committed."""

_INJECTED: Final[Mapping[str, Callable[[str, Response], Injected]]] = {
    **dict.fromkeys(_SPOILT, Injected),
    "dropped-after": lambda fault, truth: Injected(fault, truth, cut="before the answer"),
    "truncated": lambda fault, truth: Injected(fault, truth, cut="in the body"),
    "slow": lambda fault, truth: Injected(fault, truth, delay=SLOW_SECONDS),
}
"""What the shells are to do."""
