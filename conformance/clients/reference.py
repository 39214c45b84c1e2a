"""The reference client: the documented way to call Amazon Pay, on `requests`, nothing clever.

It is the right client that the kit measures itself with, and the client with which it tests servers. It is
an adapter like any other: `connect` returns the operations.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

import requests
from amazonpay_conformance.clients.driver import ABSENT, ClientCall, ClientConfig
from amazonpay_conformance.clients.tampering import Signing, spoilt
from amazonpay_conformance.model.errors import TRANSIENT
from amazonpay_conformance.model.operations import ALL_OPERATIONS, Operation
from amazonpay_conformance.wire import messages
from amazonpay_conformance.wire.keys import PrivateKey, load_private_key
from amazonpay_conformance.wire.signing import sign, sign_button

name = "reference client"
version = "1"
algorithms = ("AMZN-PAY-RSASSA-PSS-V2", "AMZN-PAY-RSASSA-PSS")
KEY = "x-amz-pay-idempotency-key"
idempotency_key = "both"
raw_payload = True
tampers = True
operations = (*ALL_OPERATIONS, "sign_button")

TIMEOUT_SECONDS = 20
RETRIED = tuple(sorted(TRANSIENT))
WAITS = (0.1, 0.2, 0.4)
"""Seconds before each retry: shorter than those of the SDKs (api-facts §7), for it is asked much."""

retries = {"times": len(WAITS), "statuses": list(RETRIED), "waits": list(WAITS), "lost": True}


class ReferenceClient:
    """Signs and sends a request for each call and hands the response back as it came.

    Where no answer came, or one that is worth another try, it sends the same request again, signature and
    key and all, unless that could make something twice.
    """

    def __init__(self, config: ClientConfig) -> None:
        """Load the key once.

        Raises:
            KeyProblem: the private key cannot be used.
        """
        self._config = config
        self._key: PrivateKey = load_private_key(config.private_key)
        self._host = config.signing_host or config.service_host
        self._last: messages.Request | None = None
        self._session = requests.Session()
        self._session.trust_env = False  # or REQUESTS_CA_BUNDLE would win over `verify`
        self._session.verify = config.ca_file or True
        self._session.headers.clear()

    def call(self, operation: Operation, call: ClientCall) -> requests.Response:
        """Perform one operation and return the response, whatever its status."""
        request = self._request(operation, call)
        if call.tamper is None:
            self._last = self._signed(request)
            return self._retried(self._last, may_retry=not operation.needs_key or KEY in request.headers)
        if call.tamper == "replayed" and self._last is not None:
            return self._send(self._last)
        public_key_id, key = call.signer or (self._config.public_key_id, self._key)
        return self._send(spoilt(call.tamper, request, Signing(key, public_key_id, self._config.algorithm)))

    def sign_button(self, payload: str) -> str:
        """Return the base64 signature of a button payload."""
        return sign_button(payload, self._key, self._config.algorithm)

    def _retried(self, signed: messages.Request, *, may_retry: bool) -> requests.Response:
        for wait in WAITS if may_retry else ():
            try:
                response = self._send(signed)
            except requests.ConnectionError:
                time.sleep(wait)
                continue
            if response.status_code not in RETRIED:
                return response
            time.sleep(max(wait, _retry_after(response)))
        return self._send(signed)

    def _signed(self, request: messages.Request) -> messages.Request:
        return sign(
            request,
            key=self._key,
            public_key_id=self._config.public_key_id,
            algorithm=self._config.algorithm,
        )

    def _send(self, signed: messages.Request) -> requests.Response:
        headers = dict(signed.headers.items)
        request = requests.Request(
            signed.method, self._config.base_url + signed.target, headers, data=signed.body or None
        )
        prepared = self._session.prepare_request(request)
        twice = {n: v for n, v in headers.items() if len(signed.headers.get_all(n)) > 1}
        if twice:  # its own dictionary makes one of them
            prepared.headers = {**prepared.headers, **twice}  # type: ignore[assignment]
        return self._session.send(prepared, timeout=TIMEOUT_SECONDS, allow_redirects=False)

    def _request(self, operation: Operation, call: ClientCall) -> messages.Request:
        environment = "sandbox" if self._config.sandbox else "live"
        # environment-specific keys need no environment in the path: api-facts §1 [D][S]
        specific = self._config.public_key_id.upper().startswith(("SANDBOX", "LIVE"))
        prefix = "" if specific else f"/{environment}"
        path = f"{prefix}/v2{operation.path_for(call.path_id)}"
        query = urlencode(call.query) or None
        return messages.Request(operation.method, path, query, self._headers(operation, call), _body(call))

    def _headers(self, operation: Operation, call: ClientCall) -> messages.Headers:
        headers = messages.Headers.of(
            {
                "accept": "application/json",
                "content-type": "application/json",
                "x-amz-pay-date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
                "x-amz-pay-host": self._host,
                "x-amz-pay-region": self._config.region,
            }
        )
        for name_, value in call.headers:
            headers = headers.with_value(name_, value)
        if operation.needs_key and KEY not in headers:
            headers = headers.with_value(KEY, uuid.uuid4().hex)
        return headers


def connect(
    config: ClientConfig, make: type[ReferenceClient] = ReferenceClient
) -> Mapping[str, Callable[[Any], Any]]:
    """Return the reference client's operations; see docs/drivers.md.

    `make` constructs the client; tests of the kit hand in faulty ones.
    """
    client = make(config)
    calls: dict[str, Callable[[Any], Any]] = {
        operation.id: partial(client.call, operation) for operation in ALL_OPERATIONS.values()
    }
    return {**calls, "sign_button": client.sign_button}


def _retry_after(response: requests.Response) -> int:
    value = response.headers.get("retry-after", "")
    return int(value) if value.isascii() and value.isdigit() else 0


def _body(call: ClientCall) -> bytes:
    if call.payload_text is not None:
        return call.payload_text.encode("utf-8")
    if call.payload is ABSENT:
        return b""
    return json.dumps(call.payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
