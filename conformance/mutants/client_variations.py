"""Clients that are right in another way than ours: what real ones were seen to do, and the service takes.

None may fail. `shows` lists the recommendations that a row departs from; most depart from none.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import requests
from amazonpay_conformance.clients.driver import ABSENT, ClientCall, Returned
from amazonpay_conformance.clients.reference import ReferenceClient
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.operations import OPERATIONS, Operation
from amazonpay_conformance.model.regions import REGIONS
from amazonpay_conformance.mutants.client_seams import (
    DATE,
    HOST,
    KEY,
    REGION,
    Client,
    PlainSocketClient,
    Variation,
    each_amount,
    in_answer,
    in_answered_body,
    in_body,
    in_headers,
    in_path,
    in_payload,
    in_request,
    in_signed_headers,
    in_text,
    over_another_text,
    with_header,
    written_again,
)
from amazonpay_conformance.mutants.client_trouble_faults import NeverRetries, Retrying, SignedAnew
from amazonpay_conformance.wire.canonical import string_to_sign
from amazonpay_conformance.wire.messages import JSON, Headers, Request, Response
from amazonpay_conformance.wire.signing import default_signed_headers

_TELEMETRY: Final = {
    "user-agent": "amazon-pay-api-sdk-nodejs/2.3.4 (JS/22; linux)",
    "x-amz-pay-sdk-type": "amzn-node",
    "x-amz-pay-sdk-version": "2.3.4",
}


# --- headers and path


class TelemetrySigned(ReferenceClient):
    """Sends more headers than are documented, and signs every one."""

    def _headers(self, operation: Operation, call: ClientCall) -> Headers:
        return Headers((*super()._headers(operation, call), *_TELEMETRY.items()))

    def _signed(self, request: Request) -> Request:
        if request.body:
            size = str(len(request.body))
            request = replace(request, headers=request.headers.with_value("content-length", size))
        return EVERY_HEADER_SIGNED(self._config)._signed(request)


EVERY_HEADER_SIGNED: Final = in_signed_headers(lambda headers: [name for name, _ in headers])


class TelemetryUnsigned(ReferenceClient):
    """Sends more headers than are documented, and leaves them out of the signature."""

    def _signed(self, request: Request) -> Request:
        signed = super()._signed(request)
        return replace(signed, headers=Headers((*signed.headers, *_TELEMETRY.items())))


def _only_documented(headers: Headers) -> list[str]:
    """PHP's choice: a simulation code is sent and not signed."""
    return [name for name in default_signed_headers(headers) if not name.endswith("simulation-code")]


class NamesTheService(ReferenceClient):
    """Is redirected and does not know: it names the service's own host of its region."""

    def _headers(self, operation: Operation, call: ClientCall) -> Headers:
        return super()._headers(operation, call).with_value(HOST, REGIONS[self._config.region].host)


class AsksForTheService(NamesTheService):
    """The same, in the Host header too: a hosts file leads it here."""

    def _send(self, signed: Request) -> Any:
        named = signed.headers.with_value("Host", REGIONS[self._config.region].host)
        return super()._send(replace(signed, headers=named))


def _in_capitals(request: Request, _: Operation, __: ClientCall) -> Request:
    return replace(request, headers=Headers(tuple((name.title(), value) for name, value in request.headers)))


def _query(query: str) -> Client:
    return in_request(lambda request, _, __: replace(request, query=query))


def _query_as_sent(query: str, documented: str) -> Client:
    """Send a query, and sign it in the form in which it is sent."""

    class Changed(ReferenceClient):
        def _request(self, operation: Operation, call: ClientCall) -> Request:
            return replace(super()._request(operation, call), query=query)

        def _signed(self, request: Request) -> Request:
            return as_sent(self._config)._signed(request)

    as_sent = over_another_text(
        lambda canonical, algorithm: string_to_sign(canonical.replace(documented, query, 1), algorithm)
    )
    return Changed


class EmptyQuery(PlainSocketClient):
    """Ends every URL in a question mark with nothing behind it."""

    def _request(self, operation: Operation, call: ClientCall) -> Request:
        return replace(super()._request(operation, call), query="")


def _sandbox_always(path: str) -> str:
    return path if path.startswith("/sandbox/") else f"/sandbox{path}"


# --- signature


def _as_written(names: Sequence[str]) -> list[str]:
    """Header names in the case in which a caller of the Node SDK writes them."""
    return [name.replace("idempotency-key", "Idempotency-Key") for name in names]


def _names_as_written(canonical: str, algorithm: str) -> str:
    *start, names, body = canonical.split("\n")
    return string_to_sign("\n".join([*start, ";".join(_as_written(names.split(";"))), body]), algorithm)


def _names_twice(names: Sequence[str]) -> list[str]:
    return sorted((*names, DATE, HOST))


class WhiteSpaceFolded(ReferenceClient):
    """Signs two spaces in a header's value as one, and sends two."""

    def _headers(self, operation: Operation, call: ClientCall) -> Headers:
        return super()._headers(operation, call).with_value("x-amz-pay-platform-version", "Shop  6.5")

    def _signed(self, request: Request) -> Request:
        folded = request.headers.with_value("x-amz-pay-platform-version", "Shop 6.5")
        value = super()._signed(replace(request, headers=folded)).headers.get("authorization") or ""
        return replace(request, headers=request.headers.with_value("authorization", value))


# --- body


def _written(**how: Any) -> Client:
    return in_body(lambda body: written_again(body, **how))


def _compact_ascii(*escapes: tuple[str, str]) -> Client:
    """Escape what is not ASCII, and the given characters besides."""

    def text(body: str) -> str:
        written = json.dumps(json.loads(body), separators=(",", ":")) if body else ""
        for character, escape in escapes:
            written = written.replace(character, escape)
        return written

    return in_text(text)


def _null_beside(body: JSON) -> JSON:
    return {"softDescriptor": None, **body} if "refundAmount" in body else body


def _defaults_beside(body: JSON) -> JSON:
    return {"captureNow": False, **body} if "chargeAmount" in body and "chargePermissionId" in body else body


# --- the call


def _nulls_left_out(body: JSON) -> JSON:
    if not isinstance(body, dict):
        return body
    return {name: _nulls_left_out(value) for name, value in body.items() if value is not None}


def _addresses_parsed(body: JSON) -> JSON:
    listed = body.get("shippingAddressList")
    return {**body, "shippingAddressList": [json.loads(text) for text in listed]} if listed else body


class AmazonPayError(Exception):
    """A client's own error, which carries nothing but its text."""


def _raising(error: Callable[[requests.Response], Exception]) -> Client:
    def answer(response: requests.Response, _: Operation) -> requests.Response:
        if not response.ok:
            raise error(response)
        return response

    return in_answer(answer)


class HeadersHandedBack(ReferenceClient):
    """Works on a copy of the caller's headers."""

    def call(self, operation: Operation, call: ClientCall) -> Any:
        response = super().call(operation, call)
        return Returned(response.status_code, response.text, caller_headers=call.headers)


def _on_every_post(headers: Headers, operation: Operation) -> Headers:
    wanted = operation.method == "POST" and KEY not in headers
    return headers.with_value(KEY, uuid.uuid4().hex) if wanted else headers


class Busy(Service):
    """Answers every other request with 503, the first one too."""

    _tries = 0

    def handle(self, request: Request) -> Response:
        """Refuse for now, or answer as ever."""
        self._tries += 1
        if self._tries % 2 == 0:
            return super().handle(request)
        body = b'{"reasonCode": "ServiceUnavailable", "message": "Try again."}'
        return Response(503, Headers.of({"x-amz-pay-request-id": "busy"}), body)


class AsPhp(Retrying):
    """Sends the identical request again; a connection that was cut is its caller's affair."""

    waits = (1.0, 2.2, 7.0)
    lost = False


class AsRuby(SignedAnew):
    """Makes and signs the call again; 425 is not in its list."""

    waits = (1.0, 2.0, 4.0)
    retried = (408, 429, 500, 502, 503, 504)
    lost = False


class AsDotnet(Retrying):
    """Sends the identical request again, as often as it is configured to."""

    waits = (2.0, 4.0, 8.0, 16.0, 32.0)
    retried = (408, 429, 500, 502, 503, 504)
    lost = False


class WaitsByChance(Retrying):
    """Waits for something between half of what it declares and all of it, so that clients do not meet."""

    def _pause(self, wait: float, response: requests.Response | None) -> float:
        asked = 0.0 if response is None else float(response.headers.get("retry-after", 0))
        return max(0.6 * wait, asked)


class ReadsAgainAtOnce(Retrying):
    """Its HTTP library sends a read again over a new connection, as Java's does."""

    lost = False

    def _send(self, signed: Request) -> requests.Response:
        try:
            return super()._send(signed)
        except requests.ConnectionError:
            if signed.method != "GET":
                raise
            return super()._send(signed)


class LooksAfterALoss(NeverRetries):
    """Looks what became of a capture that got no answer, and tells that."""

    def call(self, operation: Operation, call: ClientCall) -> Any:
        try:
            return super().call(operation, call)
        except requests.ConnectionError:
            if operation.id != "capture_charge":
                raise
            return super().call(OPERATIONS["get_charge"], replace(call, payload=ABSENT, headers=()))


class RaisesWhatItCannotRead(Retrying):
    """Parses first."""

    def call(self, operation: Operation, call: ClientCall) -> Any:
        response = super().call(operation, call)
        return response.status_code, response.json()


class ReturnsErrors(NeverRetries):
    """Raises nothing: what went wrong is in what it returns."""

    def call(self, operation: Operation, call: ClientCall) -> Any:
        try:
            response = super().call(operation, call)
            return response.status_code, response.json()
        except requests.RequestException as problem:  # what is no JSON is one, too
            return {"error": type(problem).__name__}


def _policy(client: type[Retrying], **more: Any) -> dict[str, Any]:
    return {
        "times": len(client.waits),
        "statuses": list(client.retried),
        "waits": list(client.waits),
        **more,
    }


VARIATIONS: Final = (
    # --- headers and path
    Variation(
        "extended-date",
        ("HDR-003",),
        "nodejs",
        with_header(DATE, lambda _: datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
    ),
    Variation("region-in-capitals", (), "java", with_header(REGION, str.upper)),
    Variation(
        "region-by-its-alias",
        (),
        "what the user typed",
        with_header(REGION, lambda region: {"na": "us", "eu": "de"}.get(region, region)),
    ),
    Variation(
        "charset-in-content-type",
        (),
        "HTTP libraries",
        with_header("content-type", lambda _: "application/json; charset=utf-8"),
    ),
    Variation(
        "accept-of-axios", (), "axios", with_header("accept", lambda _: "application/json, text/plain, */*")
    ),
    Variation("header-names-in-capitals", (), "Go", in_request(_in_capitals)),
    Variation("more-headers-signed", (), "nodejs, ruby, java", TelemetrySigned),
    Variation("more-headers-unsigned", (), "php", TelemetryUnsigned),
    Variation("simulation-code-unsigned", (), "php", in_signed_headers(_only_documented)),
    Variation("host-of-the-service", (), "clients without an option for the host", NamesTheService),
    Variation(
        "host-header-of-the-service",
        (),
        "a hosts file, or a CONNECT proxy",
        AsksForTheService,
        transport="http",
    ),
    Variation(
        "charset-in-capitals",
        (),
        "HTTP libraries",
        with_header("content-type", lambda _: 'application/json;charset="UTF-8"'),
    ),
    Variation("host-with-port", (), "override with a port", with_header(HOST, lambda host: f"{host}:8443")),
    Variation(
        "host-without-port",
        (),
        "override without one",
        with_header(HOST, lambda host: host.partition(":")[0]),
        transport="http",
    ),
    Variation("slash-after-the-path", ("URL-003",), "dotnet", in_path(lambda path: f"{path}/")),
    Variation("sandbox-with-a-sandbox-key", (), "ruby", in_path(_sandbox_always)),
    Variation("empty-query", (), "a question mark at every URL's end", EmptyQuery, transport="http"),
    Variation("query-joined", (), "arrays as k=a%2Cb", _query("k=a%2Cb")),
    Variation("query-numbered", (), "arrays as k.1=a&k.2=b", _query("k.2=b&k.1=a")),
    Variation("query-repeated", (), "arrays as k=a&k=b", _query("k=b&k=a")),
    Variation("query-with-a-plus", (), "a space as +", _query("k=a+b")),
    Variation("query-with-a-space", (), "a space as %20", _query("k=a%20b")),
    Variation("query-signed-as-sent", ("SIG-007",), "ruby", _query_as_sent("k=a+b", "k=a%20b")),
    # --- signature
    Variation(
        "names-in-the-callers-case",
        ("SIG-005", "SIG-007"),
        "nodejs: the list shows it, and the list is part of what is signed",
        over_another_text(_names_as_written, _as_written),
    ),
    Variation(
        "names-listed-twice",
        ("SIG-008",),
        "amazon-pay-v2",
        over_another_text(string_to_sign, _names_twice),
    ),
    Variation("white-space-folded", ("SIG-007",), "dotnet", WhiteSpaceFolded),
    # --- body
    Variation("letters-escaped", (), "php, Python", _compact_ascii()),
    Variation("slashes-escaped", (), "php", _compact_ascii(("/", "\\/"))),
    Variation(
        "markup-escaped",
        (),
        "Go, PHP's JSON_HEX_TAG",
        _compact_ascii(("&", "\\u0026"), ("<", "\\u003c"), (">", "\\u003E")),
    ),
    Variation("body-with-spaces", (), "Python", _written(ensure_ascii=False)),
    Variation("body-on-many-lines", (), "pretty-printers", _written(indent=4, sort_keys=True)),
    Variation("nulls-in-the-body", ("BDY-005",), "typed clients", in_payload(_null_beside)),
    Variation("defaults-in-the-body", (), "typed clients", in_payload(_defaults_beside)),
    Variation("amounts-as-numbers", ("BDY-004",), "official SDKs' samples", in_payload(each_amount(float))),
    # --- idempotency key
    Variation("keys-of-its-own", (), "amazonpayclient", idempotency_key="client"),
    Variation(
        "keys-of-its-own-on-every-post",
        (),
        "dotnet, Go",
        in_headers(_on_every_post),
        idempotency_key="client",
    ),
    # --- the call
    Variation(
        "raises-with-the-response",
        (),
        "requests, axios",
        _raising(lambda response: requests.HTTPError("refused", response=response)),
    ),
    Variation(
        "raises-with-the-reason",
        (),
        "clients with errors of their own",
        _raising(lambda response: AmazonPayError(response.json()["reasonCode"])),
    ),
    Variation(
        "returns-what-it-parsed", (), "amazonpayclient", in_answer(lambda response, _: response.json())
    ),
    Variation("returns-the-text", (), "thin wrappers", in_answer(lambda response, _: response.text)),
    Variation("returns-bytes", (), "thin wrappers", in_answer(lambda response, _: response.content)),
    Variation(
        "returns-status-and-text",
        (),
        "php",
        in_answer(lambda response, _: (response.status_code, response.text)),
    ),
    Variation("reads-amounts-as-numbers", (), "typed models", in_answered_body(each_amount(float))),
    Variation("parses-listed-addresses", (), "every official SDK", in_answered_body(_addresses_parsed)),
    Variation("leaves-nulls-out", ("CAL-009",), "typed models", in_answered_body(_nulls_left_out)),
    Variation("leaves-the-callers-headers", (), "clients that copy", HeadersHandedBack),
    Variation("retries-the-same", (), "php, java", Retrying, serves=Busy),
    Variation("retries-signed-anew", (), "ruby", SignedAnew, serves=Busy),
    Variation(
        "does-not-retry", (), "most libraries", NeverRetries, serves=Busy, ends="step 1 was answered with 503"
    ),
    # --- when something goes wrong on the way
    Variation("retries-as-php", (), "php", AsPhp, retries=_policy(AsPhp), troubled=True),
    Variation("retries-as-ruby", (), "ruby", AsRuby, retries=_policy(AsRuby), troubled=True),
    Variation("retries-as-dotnet", (), "dotnet", AsDotnet, retries=_policy(AsDotnet), troubled=True),
    Variation("retries-and-says-how-often", (), "drivers of old", Retrying, retries=3, troubled=True),
    Variation("retries-and-says-nothing", (), "most libraries", Retrying, troubled=True),
    Variation("keys-of-its-own-on-retries", (), "Go", Retrying, idempotency_key="client", troubled=True),
    Variation("waits-by-chance", (), "jitter", WaitsByChance, retries=_policy(WaitsByChance), troubled=True),
    Variation(
        "reads-again-at-once",
        (),
        "java",
        ReadsAgainAtOnce,
        retries=_policy(ReadsAgainAtOnce, lost=False),
        troubled=True,
    ),
    Variation("does-not-retry-troubles", (), "most libraries", NeverRetries, troubled=True),
    Variation("says-that-it-does-not-retry", (), "amazonpayclient", NeverRetries, retries=0, troubled=True),
    Variation("looks-after-a-loss", (), "careful shops", LooksAfterALoss, troubled=True),
    Variation("raises-what-it-cannot-read", (), "java", RaisesWhatItCannotRead, troubled=True),
    Variation("returns-an-object-with-an-error", (), "thin wrappers", ReturnsErrors, troubled=True),
    Variation(
        "returns-the-text-of-troubles",
        (),
        "thin wrappers",
        in_answer(lambda response, _: (response.status_code, response.text)),
        troubled=True,
    ),
)
