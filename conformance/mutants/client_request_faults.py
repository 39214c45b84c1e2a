"""Wrong requests, rightly signed: headers, method and path, body, idempotency key."""

from __future__ import annotations

import hashlib
import html
import json
import math
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import formatdate
from typing import Any, Final
from urllib.parse import urlencode

from amazonpay_conformance.clients.driver import ClientCall
from amazonpay_conformance.clients.reference import ReferenceClient
from amazonpay_conformance.model.operations import Operation
from amazonpay_conformance.mutants.client_seams import (
    DATE,
    HOST,
    KEY,
    REGION,
    SIMULATION,
    Client,
    Fault,
    PlainSocketClient,
    each_amount,
    each_price,
    each_text,
    in_body,
    in_headers,
    in_path,
    in_payload,
    in_request,
    in_text,
    with_header,
)
from amazonpay_conformance.wire.messages import JSON, Headers, Request

# --- headers


def _without(name: str, *methods: str) -> Client:
    def change(headers: Headers, operation: Operation) -> Headers:
        return headers.without(name) if not methods or operation.method in methods else headers

    return in_headers(change)


def _dated(form: str, **later: float) -> Client:
    """Write the date in another form, or at another time."""

    def value(_: str) -> str:
        return (datetime.now(UTC) + timedelta(**later)).strftime(form)

    return with_header(DATE, value)


class TwoSimulationCodes(PlainSocketClient):
    """Adds the caller's header to those that hold it already."""

    def _headers(self, operation: Operation, call: ClientCall) -> Headers:
        headers = super()._headers(operation, call)
        return Headers((*headers, *(item for item in headers if item[0] == SIMULATION)))


HEADERS: Final = (
    Fault(
        "date-missing",
        ("HDR-001",),
        "Every call is refused with 400, nothing can be sold.",
        _without(DATE),
        says="no x-amz-pay-date header",
    ),
    Fault(
        "date-as-http-writes-it",
        ("HDR-002",),
        "Every call is refused with 400 InvalidHeaderValue.",
        with_header(DATE, lambda _: formatdate(time.time(), usegmt=True)),
        says="GMT",
    ),
    Fault(
        "date-with-milliseconds",
        ("HDR-002",),
        "JavaScript's toISOString() is refused, and only in production logs does anybody see why.",
        _dated("%Y-%m-%dT%H:%M:%S.123Z"),
        says=".123Z",
    ),
    Fault(
        "date-with-an-offset",
        ("HDR-002",),
        "Works on a server that runs in UTC, breaks with the first one in Berlin.",
        _dated("%Y-%m-%dT%H:%M:%S+01:00", hours=1),
        says="+01:00",
    ),
    Fault(
        "date-in-the-extended-form",
        ("HDR-003",),
        "Nothing today: the service takes it, though no page promises that.",
        _dated("%Y-%m-%dT%H:%M:%SZ"),
        says="the basic form",
    ),
    Fault(
        "date-is-local-time",
        ("HDR-004",),
        "Signatures from Tokyo are nine hours in the future and expire or are refused.",
        _dated("%Y%m%dT%H%M%SZ", hours=9),
        says="s ahead",
    ),
    Fault(
        "date-is-a-day-off",
        ("HDR-004",),
        "A cached date signs requests that the service holds for replays.",
        _dated("%Y%m%dT%H%M%SZ", days=-1),
        says="s behind",
    ),
    Fault(
        "content-type-missing-on-reads",
        ("HDR-005",),
        "No order's state can be read; it looks as if Amazon had lost them.",
        _without("content-type", "GET"),
        says="no content-type header",
    ),
    Fault(
        "content-type-is-text",
        ("HDR-005",),
        "Every call is refused with 400.",
        with_header("content-type", lambda _: "text/plain"),
        says="text/plain",
    ),
    Fault(
        "accept-missing",
        ("HDR-007",),
        "Nothing today: it is recommended, and all SDKs send it.",
        _without("accept"),
        says="no accept header",
    ),
    Fault(
        "accept-is-html",
        ("HDR-007",),
        "An error page in HTML may come where JSON is parsed.",
        with_header("accept", lambda _: "text/html"),
        says="text/html",
    ),
    Fault(
        "region-missing",
        ("HDR-008",),
        "Nothing today: it is in every documented signature.",
        _without(REGION),
        says="no x-amz-pay-region header",
    ),
    Fault(
        "region-is-always-na",
        ("HDR-008",),
        "The shop in Japan signs for America; whoever routes by the header sends it to the wrong ledger.",
        with_header(REGION, lambda _: "na"),
        says="x-amz-pay-region: na",
    ),
    Fault(
        "header-of-the-caller-dropped",
        ("HDR-009",),
        "Sandbox tests of declined cards pass because nothing is ever simulated.",
        _without(SIMULATION),
        says="no x-amz-pay-simulation-code",
    ),
    Fault(
        "header-of-the-caller-appended",
        ("HDR-009",),
        "`Headers.append` makes one value of two: 400 InvalidSandboxSimulationSpecified.",
        with_header(SIMULATION, lambda value: f"{value}, {value}"),
        says="once",
    ),
    Fault(
        "header-of-the-caller-sent-twice",
        ("HDR-009",),
        "The same on the wire as two lines, which proxies join or drop as they like.",
        TwoSimulationCodes,
        says="once",
        transport="http",
    ),
    Fault(
        "header-of-the-caller-in-lower-case",
        ("HDR-009",),
        "A simulation code in another case is unknown to the service.",
        with_header(SIMULATION, str.lower),
        says="x-amz-pay-simulation-code: captureinitiated",
    ),
)


def _always(name: str, value: str, *methods: str) -> Client:
    """Add a header that nobody gave."""

    def change(headers: Headers, operation: Operation) -> Headers:
        return headers.with_value(name, value) if not methods or operation.method in methods else headers

    return in_headers(change)


class KeepsSimulations(ReferenceClient):
    """Keeps its map of headers from one call to the next."""

    _kept: str | None = None

    def _headers(self, operation: Operation, call: ClientCall) -> Headers:
        headers = super()._headers(operation, call)
        self._kept = headers.get(SIMULATION) or self._kept
        return headers if self._kept is None else headers.with_value(SIMULATION, self._kept)


class RegionTwice(PlainSocketClient):
    """Appends a header where it should set it."""

    def _headers(self, operation: Operation, call: ClientCall) -> Headers:
        headers = super()._headers(operation, call)
        return Headers((*headers, (REGION, self._config.region)))


class AuthorizationTwice(PlainSocketClient):
    """Appends the new signature to the old."""

    def _signed(self, request: Request) -> Request:
        signed = super()._signed(request)
        return replace(signed, headers=Headers((*signed.headers, *signed.headers.items[-1:])))


FORBIDDEN: Final = (
    Fault(
        "host-missing",
        ("HDR-010",),
        "Nothing today: it is in every documented signature.",
        _without(HOST),
        says="no x-amz-pay-host header",
    ),
    Fault(
        "host-of-another-region",
        ("HDR-011",),
        "A constant that was copied: the shop in Japan signs for America's host.",
        with_header(HOST, lambda _: "pay-api.amazon.example"),
        says="x-amz-pay-host: pay-api.amazon.example",
    ),
    Fault(
        "host-with-its-scheme",
        ("HDR-011",),
        "The base URL was taken for the host.",
        with_header(HOST, lambda host: f"https://{host}"),
        says="x-amz-pay-host: https://",
    ),
    Fault(
        "region-sent-twice",
        ("HDR-012",),
        "Proxies join or drop the second as they like, and the signature holds no more.",
        RegionTwice,
        says="x-amz-pay-region: 2 times",
        transport="http",
    ),
    Fault(
        "authorization-sent-twice",
        ("HDR-012",),
        "Every retry is refused: the old signature is still there.",
        AuthorizationTwice,
        says="authorization: 2 times, all alike",
        transport="http",
    ),
    Fault(
        "content-type-of-another-charset",
        ("HDR-013",),
        "Whoever believes the header reads every umlaut as two letters.",
        with_header("content-type", lambda _: "application/json; charset=iso-8859-1"),
        says="iso-8859-1",
    ),
    Fault(
        "simulation-left-over",
        ("HDR-014",),
        "One simulated decline, and all that follows is declined or refused.",
        KeepsSimulations,
        says="build the headers of each call anew",
    ),
    Fault(
        "simulation-always",
        ("HDR-014",),
        "Captures stay pending, in the sandbox of whoever uses this library.",
        _always(SIMULATION, "CaptureInitiated", "GET"),
        says="the caller gave none",
    ),
    Fault(
        "token-always",
        ("HDR-015",),
        "The calls of one merchant are made for another.",
        _always("x-amz-pay-authtoken", "eyJhbGciOiJIUzI1NiJ9.e30.x"),
        says="the caller gave none",
    ),
)


# --- method and path


def _sent_to(operation_id: str, method: str, path: Callable[[str], str] = str) -> Client:
    """Send one operation elsewhere."""

    def change(request: Request, operation: Operation, _: ClientCall) -> Request:
        if operation.id != operation_id:
            return request
        return replace(request, method=method, path=path(request.path))

    return in_request(change)


class HostOfAnother(ReferenceClient):
    """Keeps the Host header of a client that was configured before."""

    def _send(self, signed: Request) -> Any:
        return super()._send(
            replace(signed, headers=signed.headers.with_value("Host", "pay-api.amazon.example"))
        )


PATHS: Final = (
    Fault(
        "capture-sent-to-charges",
        ("URL-001",),
        "The shop believes that it was paid; the money stays on the buyer's card.",
        _sent_to("capture_charge", "POST", lambda path: path.partition("/charges")[0] + "/charges"),
        says="/capture",
    ),
    Fault(
        "capture-in-the-singular",
        ("URL-001",),
        "A path of API v1: every capture is 404.",
        _sent_to("capture_charge", "POST", lambda path: path.replace("/charges/", "/charge/")),
        says="/charges/",
    ),
    Fault(
        "update-as-put",
        ("URL-001",),
        "405: amounts are never set, so no session can be completed.",
        _sent_to("update_checkout_session", "PUT"),
        says="PATCH",
    ),
    Fault(
        "close-as-post",
        ("URL-001",),
        "Permissions stay open, buyers see subscriptions that they had ended.",
        _sent_to("close_charge_permission", "POST"),
        says="DELETE",
    ),
    Fault(
        "refund-read-as-charge",
        ("URL-001",),
        "404 for every refund, so support pays it out a second time by hand.",
        _sent_to("get_refund", "GET", lambda path: path.replace("/refunds/", "/charges/")),
        says="/refunds/",
    ),
    Fault(
        "charge-read-without-its-ending",
        ("URL-001",),
        "The charge's id is cut to that of its permission: 404.",
        _sent_to("get_charge", "GET", lambda path: path.rpartition("-")[0]),
        says="GET",
    ),
    Fault(
        "slash-doubled",
        ("URL-001",),
        "A base URL that ends in a slash: every call is 404.",
        in_path(lambda path: "/" + path),
        says="//",
    ),
    Fault(
        "live-path-in-the-sandbox",
        ("URL-002",),
        "Tests charge real cards, or a live shop sells against the sandbox.",
        in_path(lambda path: "/live" + path.removeprefix("/sandbox")),
        says="/live/v2/",
    ),
    Fault(
        "no-environment-with-a-classic-key",
        ("URL-002",),
        "Only shops with an old key break: every call is refused.",
        in_path(lambda path: path.removeprefix("/sandbox")),
        says="/sandbox/v2/",
    ),
    Fault(
        "slash-at-the-end",
        ("URL-003",),
        "Nothing today: Amazon's own samples vary.",
        in_path(lambda path: path + "/"),
        says="no slash at the end",
    ),
    Fault(
        "host-header-of-another-service",
        ("URL-005",),
        "A virtual host that is none of Amazon Pay's answers, or nobody does.",
        HostOfAnother,
        says="Host: pay-api.amazon.example",
        transport="http",
    ),
    Fault(
        "version-1",
        ("URL-004",),
        "Bodies of v2 sent to v1: every call is refused with InvalidAPIVersion.",
        in_path(lambda path: path.replace("/v2/", "/v1/")),
        says="/v1/",
    ),
)


# --- body


def _named(name: str, change: Callable[[JSON], JSON]) -> Client:
    """Change the value of one field at the top of a body, where there is one."""
    return in_payload(lambda body: {**body, name: change(body[name])} if name in body else body)


def _amounts(change: Callable[[str], JSON]) -> Client:
    return in_payload(each_amount(change))


def _as_the_database_has_it(body: bytes) -> bytes:
    """Windows-1252 for what fits into it, as from a column that nobody converted."""
    try:
        return body.decode("utf-8").encode("cp1252")
    except UnicodeEncodeError:
        return body


def _as_a_form(body: bytes) -> bytes:
    return urlencode(json.loads(body)).encode() if body else body


def _with_separators(amount: str) -> str:
    whole, point, cents = amount.partition(".")
    return f"{int(whole):,}{point}{cents}"


def _of_two_floats(amount: str) -> float:
    """The float beside an amount, as an addition of two floats comes to."""
    return math.nextafter(float(amount), math.inf)


def _first_again(text: str) -> str:
    """A body in which the first field stands twice, both times with the same value."""
    body = json.loads(text) if text else {}
    if not body:
        return text
    name = next(iter(body))
    return "{" + f"{json.dumps(name)}:{json.dumps(body[name])},{text[1:]}"


class CutsCharacters(ReferenceClient):
    """Cuts a text in the middle of a character, as JavaScript's substring does."""

    def _request(self, operation: Operation, call: ClientCall) -> Request:
        request = super()._request(operation, call)
        text = json.dumps(json.loads(request.body)) if request.body else ""
        cut = re.sub(r"(\\ud83d)\\ud[c-f][0-9a-f]{2}", r"\1", text)
        return replace(request, body=cut.encode())


def _yen_in_hundredths(price: dict[str, Any]) -> dict[str, Any]:
    if price["currencyCode"] != "JPY":
        return price
    return {**price, "amount": f"{Decimal(price['amount']) / 100:.2f}"}


def _dollars_for_yen(price: dict[str, Any]) -> dict[str, Any]:
    return {**price, "currencyCode": "USD"} if price["currencyCode"] == "JPY" else price


BODIES: Final = (
    Fault(
        "body-in-windows-1252",
        ("BDY-001",),
        "Orders with an umlaut are refused, and only those.",
        in_body(_as_the_database_has_it),
        says="JSON in UTF-8",
    ),
    Fault(
        "body-with-a-byte-order-mark",
        ("BDY-001",),
        "Every call with a body is refused, and no log shows the three bytes.",
        in_body(lambda body: b"\xef\xbb\xbf" + body if body else body),
        says="BOM",
    ),
    Fault(
        "body-as-a-form",
        ("BDY-001",),
        "The default of the HTTP library: every call with a body is refused.",
        in_body(_as_a_form),
        says="JSON in UTF-8",
    ),
    Fault(
        "body-is-json-in-json",
        ("BDY-003",),
        "json=json.dumps(...): every call with a body is refused.",
        in_text(lambda text: json.dumps(text) if text else text),
        says="expected object",
    ),
    Fault(
        "amount-with-thousands-separators",
        ("BDY-009",),
        "No order above 999.99 can be paid or refunded (OXID-eSales/amazon-pay-module PR #137).",
        _amounts(_with_separators),
        says="1,234.56",
    ),
    Fault(
        "amount-rounded",
        ("BDY-002",),
        "Cents are lost with each order, or 409 AmountMismatch.",
        _amounts(lambda amount: f"{Decimal(amount):.0f}"),
        says="1235",
    ),
    Fault(
        "amount-in-cents",
        ("BDY-002",),
        "Orders at a hundred times their price.",
        _amounts(lambda amount: str(int(Decimal(amount) * 100))),
        says="123456",
    ),
    Fault(
        "yen-in-hundredths",
        ("BDY-010",),
        "Yen are taken to have two decimals: the shop in Japan sells at a hundredth.",
        in_payload(each_price(_yen_in_hundredths)),
        says="1234.56",
    ),
    Fault(
        "currency-is-always-usd",
        ("BDY-011",),
        "123,456 dollars for 123,456 yen.",
        in_payload(each_price(_dollars_for_yen)),
        says="JPY",
    ),
    Fault(
        "amount-with-an-exponent",
        ("BDY-009",),
        "BigDecimal.toString(): round amounts are refused, odd ones pass.",
        _amounts(lambda amount: f"{Decimal(amount):E}"),
        says="an exponent",
    ),
    Fault(
        "amount-with-a-comma",
        ("BDY-009",),
        "No order can be paid where the server's locale is German.",
        _amounts(lambda amount: amount.replace(".", ",")),
        says="a comma for the decimal point",
    ),
    Fault(
        "amount-of-binary-floats",
        ("BDY-010",),
        "0.1 + 0.2: one order in ten is refused, and none in the tests.",
        _amounts(lambda amount: f"{Decimal(amount) + Decimal('0.00000000000000004')}"),
        says="a binary float",
    ),
    Fault(
        "number-of-binary-floats",
        ("BDY-010",),
        "The same as a JSON number.",
        _amounts(_of_two_floats),
        says="decimals",
    ),
    Fault(
        "reads-with-a-body",
        ("BDY-006",),
        "A proxy that holds a GET with a body for an attack answers in Amazon's place.",
        in_request(
            lambda request, operation, _: (
                replace(request, body=b"{}") if operation.method == "GET" else request
            )
        ),
        says="no body behind a GET",
    ),
    Fault(
        "field-named-twice",
        ("BDY-007",),
        "Two merges of defaults: which of the two amounts counts is the service's guess.",
        in_text(lambda text: _first_again(text)),
        says="2 times",
    ),
    Fault(
        "text-cut-within-a-character",
        ("BDY-008",),
        "Orders with an emoji are refused.",
        CutsCharacters,
        says="half of one",
    ),
    Fault(
        "not-a-number",
        ("BDY-001",),
        "NaN, as JavaScript's and Python's defaults write it: every such call is refused.",
        in_text(lambda text: re.sub(r'"amount": ?"[^"]*"', '"amount":NaN', text)),
        says="NaN is not JSON",
    ),
    Fault(
        "amount-as-a-number",
        ("BDY-004",),
        "Nothing today; a float that is written as 1234.5600000000002 one day.",
        _amounts(float),
        says="a string",
    ),
    Fault(
        "descriptor-dropped",
        ("BDY-002",),
        "Buyers do not know the name on their statement, and dispute the charge.",
        in_payload(lambda body: {name: item for name, item in body.items() if name != "softDescriptor"}),
        says="softDescriptor",
    ),
    Fault(
        "complete-without-its-amount",
        ("BDY-002",),
        "No checkout is ever completed (amazon-pay-api-sdk-php #6 left out the call itself).",
        in_request(
            lambda request, operation, _: (
                replace(request, body=b"{}") if operation.id == "complete_checkout_session" else request
            )
        ),
        says="chargeAmount",
    ),
    Fault(
        "nulls-added",
        ("BDY-005",),
        "Nothing is known; fields of other flows may be refused, null or not.",
        in_payload(lambda body: {"platformId": None, **body}),
        says="platformId: null",
    ),
    Fault(
        "empty-text-added",
        ("BDY-005",),
        "What was held before may be wiped out by an update.",
        in_payload(lambda body: {**body, "supplementaryData": ""} if "storeId" in body else body),
        says='supplementaryData: ""',
    ),
    Fault(
        "text-sent-as-null",
        ("BDY-002",),
        "A note that was too long for the shop's own field is sent as nothing.",
        _named("merchantMetadata", lambda held: {**held, "noteToBuyer": None}),
        says="merchantMetadata.noteToBuyer: None",
    ),
    Fault(
        "unknown-field-added",
        ("BDY-003",),
        "400 UnrecognizedField for every call with a body.",
        in_payload(lambda body: {**body, "sdkVersion": "1.2.3"}),
        says="no such field",
    ),
    Fault(
        "text-cut",
        ("BDY-002",),
        "Order numbers lose their end, and settlement cannot be matched.",
        _named("merchantMetadata", each_text(lambda text: text[:16])),
        says="merchantMetadata",
    ),
    Fault(
        "text-escaped-for-html",
        ("BDY-002",),
        "Buyers come back to an address with &amp; in it and lose their cart.",
        in_payload(each_text(lambda text: html.escape(text, quote=False))),
        says="&amp;",
    ),
    Fault(
        "empty-object-as-array",
        ("BDY-012",),
        "PHP's json_encode([]): wallets cannot be set up (amazon-pay-api-sdk-php #18).",
        in_text(lambda text: "[]" if text == "{}" else text),
        says="[]",
    ),
    Fault(
        "boolean-as-text",
        ("BDY-003",),
        "captureNow is refused, or worse, not understood: goods are sent for money that is not captured.",
        _named("captureNow", lambda value: str(value).lower()),
        says="captureNow",
    ),
    Fault(
        "refund-names-the-order",
        ("BDY-003",),
        "Refunds against what was authorised, not what was captured (amazon-payments-magento-plugin #149).",
        _named("chargeId", lambda value: value.rpartition("-C")[0]),
        says="chargeId",
    ),
)


# --- idempotency key


def _dropped_key(is_dropped: Callable[[Operation], bool]) -> Client:
    return in_headers(lambda headers, operation: headers.without(KEY) if is_dropped(operation) else headers)


def _on_every_call(headers: Headers, _: Operation) -> Headers:
    return headers if KEY in headers else headers.with_value(KEY, uuid.uuid4().hex)


def _from_the_body(request: Request, operation: Operation, _: ClientCall) -> Request:
    key = hashlib.sha256(request.body).hexdigest()[:32]
    return replace(request, headers=request.headers.with_value(KEY, key)) if operation.needs_key else request


class TwoKeys(PlainSocketClient):
    """Adds a key of its own beside the caller's."""

    def _headers(self, operation: Operation, call: ClientCall) -> Headers:
        headers = super()._headers(operation, call)
        return Headers((*headers, (KEY, uuid.uuid4().hex))) if KEY in headers else headers


KEYS: Final = (
    Fault(
        "key-missing-on-capture",
        ("IDK-001",),
        "Captures are refused, or, where they are not, a retry captures twice.",
        _dropped_key(lambda operation: operation.id == "capture_charge"),
        says="Capture Charge",
    ),
    Fault(
        "key-missing-on-refund",
        ("IDK-001",),
        "A retry after a timeout refunds twice.",
        _dropped_key(lambda operation: operation.id == "create_refund"),
        says="the client declares that it makes its own",
        idempotency_key="client",
    ),
    Fault(
        "key-is-a-uuid-with-dashes",
        ("IDK-002",),
        "36 characters: every creating call is refused.",
        with_header(KEY, lambda value: str(uuid.UUID(value))),
        says="strip them",
        idempotency_key="client",
    ),
    Fault(
        "key-on-every-call",
        ("IDK-003",),
        "Nothing: it has no effect there.",
        in_headers(_on_every_call),
        says="no key on a GET",
    ),
    Fault(
        "key-of-the-caller-replaced",
        ("IDK-004",),
        "The caller retries with the same key and pays twice.",
        with_header(KEY, lambda _: uuid.uuid4().hex),
        says="once",
    ),
    Fault(
        "key-of-the-caller-in-capitals",
        ("IDK-004",),
        "After an update of the client, a retry of an older call is a new payment.",
        with_header(KEY, str.upper),
        says="once",
    ),
    Fault(
        "key-beside-the-callers",
        ("IDK-004",),
        "Which of the two counts is the service's guess.",
        TwoKeys,
        says="once",
        transport="http",
    ),
    Fault(
        "key-of-the-caller-dropped-on-complete",
        ("IDK-004",),
        "The caller believes that he may retry.",
        _dropped_key(lambda operation: not operation.needs_key),
        says="no x-amz-pay-idempotency-key",
    ),
    Fault(
        "key-made-once",
        ("IDK-005",),
        "Only the first sale goes through; the others are refused, or answered with its result.",
        with_header(KEY, lambda _: "one-key-for-all"),
        says="a new key for a new call",
        idempotency_key="client",
    ),
    Fault(
        "key-is-a-hash-of-the-body",
        ("IDK-005",),
        "The second of two equal partial refunds is never made, and looks as if it were.",
        in_request(_from_the_body),
        says="a new key for a new call",
        idempotency_key="client",
    ),
)

REQUEST_FAULTS: Final = (*HEADERS, *FORBIDDEN, *PATHS, *BODIES, *KEYS)
