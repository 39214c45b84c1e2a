"""Clients that break the rules of a request as such, which no right client does: what is a server's to refuse.

Each is the reference client with one thing wrong. Their own findings are none of these tests' business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Final

from amazonpay_conformance.clients import reference
from amazonpay_conformance.clients.driver import ClientCall, ClientConfig
from amazonpay_conformance.clients.reference import ReferenceClient
from amazonpay_conformance.model.operations import OPERATIONS, Operation
from amazonpay_conformance.mutants.keys import nobodys_key
from amazonpay_conformance.wire.messages import Headers

SPOILT: Final = "update_checkout_session"
"""The one operation that goes out wrong, so that there is something to update."""


class _WithAnotherKey(ReferenceClient):
    def __init__(self, config: ClientConfig) -> None:
        super().__init__(replace(config, private_key=nobodys_key().to_pem("pkcs8")))


class _WithoutDate(ReferenceClient):
    def _headers(self, operation: Operation, call: ClientCall) -> Headers:
        headers = super()._headers(operation, call)
        return headers.without("x-amz-pay-date") if operation.id == SPOILT else headers


class _WithDateInWords(ReferenceClient):
    def _headers(self, operation: Operation, call: ClientCall) -> Headers:
        headers = super()._headers(operation, call)
        return headers.with_value("x-amz-pay-date", "yesterday") if operation.id == SPOILT else headers


class _WithHalfABody(ReferenceClient):
    def call(self, operation: Operation, call: ClientCall) -> Any:
        spoilt = operation.id == SPOILT
        return super().call(operation, replace(call, payload_text='{"merchantMetadata":') if spoilt else call)


def _adapter(client: type[ReferenceClient]) -> Any:
    def connect(config: ClientConfig) -> Mapping[str, Callable[[Any], Any]]:
        made = client(config)

        def performing(operation: Operation) -> Callable[[Any], Any]:
            return lambda call: made.call(operation, call)

        return {name: performing(operation) for name, operation in OPERATIONS.items()}

    names = ("algorithms", "idempotency_key", "raw_payload")
    return SimpleNamespace(
        connect=connect, operations=tuple(OPERATIONS), **{n: getattr(reference, n) for n in names}
    )


CALLERS: Final[Mapping[str, Any]] = {
    "": reference,
    "with another private key": _adapter(_WithAnotherKey),
    "without a date": _adapter(_WithoutDate),
    "with a date in words": _adapter(_WithDateInWords),
    "with half a body": _adapter(_WithHalfABody),
}
"""Adapters of clients by how they call; the reference client has no word for it."""
