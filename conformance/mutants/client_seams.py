"""Where a fault enters: the reference client with exactly one of its steps changed.

A call goes through headers and payload, a request, its signature, the sending, and the answer. Each function
here changes one of these and leaves the others as they are, so that a table of faults is a table of changes.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, Literal, TypeAlias

import requests
from amazonpay_conformance.clients import reference
from amazonpay_conformance.clients.driver import ABSENT, ClientCall, ClientConfig, IdempotencyKeys, Returned
from amazonpay_conformance.clients.reference import ReferenceClient
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.operations import Operation
from amazonpay_conformance.wire.canonical import canonical_request
from amazonpay_conformance.wire.keys import PrivateKey
from amazonpay_conformance.wire.messages import JSON, Headers, Request
from amazonpay_conformance.wire.signing import (
    Authorization,
    default_signed_headers,
    sign,
    sign_string,
)

Client: TypeAlias = type[ReferenceClient]

DATE: Final = "x-amz-pay-date"
HOST: Final = "x-amz-pay-host"
REGION: Final = "x-amz-pay-region"
KEY: Final = "x-amz-pay-idempotency-key"
SIMULATION: Final = "x-amz-pay-simulation-code"


@dataclass(frozen=True)
class Adapter:
    """What a driver is handed: a client, and who makes its idempotency keys."""

    name: str
    make: Client = ReferenceClient
    idempotency_key: IdempotencyKeys = "both"
    retries: Any = None
    version: ClassVar[str] = "1"
    algorithms: ClassVar[tuple[str, ...]] = reference.algorithms
    operations: ClassVar[tuple[str, ...]] = reference.operations

    def connect(self, config: ClientConfig) -> Any:
        """Return the operations of a new client."""
        return reference.connect(config, self.make)


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """How a client meets the mock: who makes its keys, over what, and what the mock serves with.

    `retries` is the policy that it declares. One that is `troubled` is served what goes wrong on the way, too.
    """

    idempotency_key: IdempotencyKeys = "both"
    retries: Any = None
    troubled: bool = False
    transport: Literal["in-process", "http", "https"] = "in-process"
    serves: type[Service] = Service


@dataclass(frozen=True)
class Fault(Meeting):
    """A client with one seeded fault.

    `breaks` are the requirements that it breaks, no more and no fewer; `why` says why they are more than one.
    `costs` tells what a merchant would lose; `says` is in what a finding shows.
    """

    id: str
    breaks: tuple[str, ...]
    costs: str
    make: Client
    says: str
    why: str = ""


@dataclass(frozen=True)
class Variation(Meeting):
    """A client that is right in another way.

    `shows` are the recommendations that it departs from; `ends` tells why its runs end early, if they do.
    """

    id: str
    shows: tuple[str, ...]
    seen_in: str
    make: Client = ReferenceClient
    ends: str = ""


def in_headers(change: Callable[[Headers, Operation], Headers]) -> Client:
    """Change the headers before they are signed."""

    class Changed(ReferenceClient):
        def _headers(self, operation: Operation, call: ClientCall) -> Headers:
            return change(super()._headers(operation, call), operation)

    return Changed


def with_header(name: str, value: Callable[[str], str]) -> Client:
    """Change the value of one header, where there is one, before it is signed."""

    def change(headers: Headers, _: Operation) -> Headers:
        old = headers.get(name)
        return headers if old is None else headers.with_value(name, value(old))

    return in_headers(change)


def in_request(change: Callable[[Request, Operation, ClientCall], Request]) -> Client:
    """Change the request before it is signed."""

    class Changed(ReferenceClient):
        def _request(self, operation: Operation, call: ClientCall) -> Request:
            return change(super()._request(operation, call), operation, call)

    return Changed


def in_path(change: Callable[[str], str]) -> Client:
    """Change the path before it is signed."""
    return in_request(lambda request, _, __: replace(request, path=change(request.path)))


def in_body(change: Callable[[bytes], bytes]) -> Client:
    """Change the bytes of a body before they are signed."""
    return in_request(lambda request, _, __: replace(request, body=change(request.body)))


def in_text(change: Callable[[str], str]) -> Client:
    """Change the text of a body before it is encoded and signed."""
    return in_body(lambda body: change(body.decode("utf-8")).encode("utf-8"))


def in_payload(change: Callable[[JSON], JSON]) -> Client:
    """Change what the body says, before it is written down and signed."""

    class Changed(ReferenceClient):
        def _request(self, operation: Operation, call: ClientCall) -> Request:
            if call.payload is not ABSENT:
                call = replace(call, payload=change(call.payload))
            return super()._request(operation, call)

    return Changed


def in_signing(sign: Callable[[Request, PrivateKey, ClientConfig], Request]) -> Client:
    """Sign in another way; `sign` returns the request with its authorization header."""

    class Changed(ReferenceClient):
        def _signed(self, request: Request) -> Request:
            return sign(request, self._key, self._config)

    return Changed


def in_signed_headers(names: Callable[[Headers], Sequence[str]]) -> Client:
    """Sign other headers than the documented ones."""

    def signed(request: Request, key: PrivateKey, config: ClientConfig) -> Request:
        return sign(
            request,
            key=key,
            public_key_id=config.public_key_id,
            algorithm=config.algorithm,
            signed_headers=names(request.headers),
        )

    return in_signing(signed)


def over_another_text(
    text: Callable[[str, str], str], names: Callable[[tuple[str, ...]], Sequence[str]] = tuple
) -> Client:
    """Sign another string than the right one, made of (canonical request, algorithm); list other `names`."""

    def signed(request: Request, key: PrivateKey, config: ClientConfig) -> Request:
        documented = default_signed_headers(request.headers)
        signature = sign_string(
            text(canonical_request(request, documented), config.algorithm), key, config.algorithm
        )
        return authorized(request, config, signature, tuple(names(documented)))

    return in_signing(signed)


def after_signing(change: Callable[[Request], Request]) -> Client:
    """Change what is sent once it is signed."""

    class Changed(ReferenceClient):
        def _signed(self, request: Request) -> Request:
            return change(super()._signed(request))

    return Changed


def before_signing(change: Callable[[Request], Request]) -> Client:
    """Sign a changed request, and send the unchanged one with that signature."""

    class Changed(ReferenceClient):
        def _signed(self, request: Request) -> Request:
            value = super()._signed(change(request)).headers.get("authorization") or ""
            return replace(request, headers=request.headers.with_value("authorization", value))

    return Changed


def in_answer(change: Callable[[requests.Response, Operation], Any]) -> Client:
    """Change what the caller is handed."""

    class Changed(ReferenceClient):
        def call(self, operation: Operation, call: ClientCall) -> Any:
            return change(super().call(operation, call), operation)

    return Changed


def in_answered_body(change: Callable[[JSON], JSON]) -> Client:
    """Change what the caller reads of a good answer; status and refusals stay."""

    def answer(response: requests.Response, _: Operation) -> Any:
        return Returned(response.status_code, body=change(response.json())) if response.ok else response

    return in_answer(answer)


def in_button(sign: Callable[[str, PrivateKey, ClientConfig], str]) -> Client:
    """Sign a button in another way."""

    class Changed(ReferenceClient):
        def sign_button(self, payload: str) -> str:
            return sign(payload, self._key, self._config)

    return Changed


class PlainSocketClient(ReferenceClient):
    """Writes every header and the target as they are; `requests` keeps one header a name and no bare `?`."""

    def _retried(self, signed: Request, *, may_retry: bool) -> Any:
        return self._send(signed)

    def _send(self, signed: Request) -> Any:
        connection = http.client.HTTPConnection(self._config.service_host, timeout=reference.TIMEOUT_SECONDS)
        try:
            connection.putrequest(signed.method, signed.target, skip_accept_encoding=True)
            for name, value in signed.headers:
                connection.putheader(name, value)
            connection.putheader("content-length", str(len(signed.body)))
            connection.endheaders(signed.body)
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read().decode("utf-8")
        finally:
            connection.close()


# --- what several changes need


def authorized(
    request: Request, config: ClientConfig, signature: str, names: tuple[str, ...] = ()
) -> Request:
    """Return the request with an authorization header; by default the documented headers count as signed."""
    listed = names or default_signed_headers(request.headers)
    value = Authorization(config.algorithm, config.public_key_id, listed, signature).value
    return replace(request, headers=request.headers.with_value("authorization", value))


def each_text(change: Callable[[str], str]) -> Callable[[JSON], JSON]:
    """Return a change of every text in a JSON value, names aside."""

    def walk(value: JSON) -> JSON:
        if isinstance(value, dict):
            return {name: walk(item) for name, item in value.items()}
        if isinstance(value, list):
            return [walk(item) for item in value]
        return change(value) if isinstance(value, str) else value

    return walk


def each_price(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[JSON], JSON]:
    """Return a change of every `{amount, currencyCode}` in a JSON value."""

    def walk(value: JSON) -> JSON:
        if isinstance(value, dict):
            walked = {name: walk(item) for name, item in value.items()}
            return change(walked) if {"amount", "currencyCode"} <= walked.keys() else walked
        return [walk(item) for item in value] if isinstance(value, list) else value

    return walk


def each_amount(change: Callable[[str], JSON]) -> Callable[[JSON], JSON]:
    """Return a change of every amount in a JSON value."""
    return each_price(lambda held: {**held, "amount": change(held["amount"])} if held["amount"] else held)


def written_again(body: bytes, **how: Any) -> bytes:
    """Return a JSON body parsed and written by another serialiser; nothing stays nothing."""
    return json.dumps(json.loads(body), **how).encode("utf-8") if body else b""
