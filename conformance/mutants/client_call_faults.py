"""Wrong calls over right requests: sent too often or never, and answers that the caller does not get to see.

The button's signature is here, too: no request carries it.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import requests
from amazonpay_conformance.clients.driver import ABSENT, ClientCall, ClientConfig, Returned
from amazonpay_conformance.clients.reference import ReferenceClient
from amazonpay_conformance.model.operations import Operation
from amazonpay_conformance.mutants.client_seams import (
    KEY,
    SIMULATION,
    Client,
    Fault,
    each_amount,
    each_text,
    in_answer,
    in_answered_body,
    in_button,
)
from amazonpay_conformance.wire.canonical import canonical_request, string_to_sign
from amazonpay_conformance.wire.keys import PrivateKey
from amazonpay_conformance.wire.messages import JSON, Request
from amazonpay_conformance.wire.signing import ALGORITHMS, button_string_to_sign, sign_button, sign_string

# --- how often it is sent


class SendsTwice(ReferenceClient):
    """Answers that come slowly are asked for again; here all of them are slow."""

    def _send(self, signed: Request) -> requests.Response:
        super()._send(signed)
        return super()._send(signed)


class CapturesTwice(ReferenceClient):
    """Makes the whole call again, with another key."""

    def call(self, operation: Operation, call: ClientCall) -> requests.Response:
        if operation.id == "capture_charge":
            super().call(operation, call)
        return super().call(operation, call)


class RetriesRefusals(ReferenceClient):
    """Takes every status that is not good for a hiccup."""

    def _send(self, signed: Request) -> requests.Response:
        response = super()._send(signed)
        return super()._send(signed) if response.status_code == 422 else response


class RefusesUmlauts(ReferenceClient):
    """Checks texts before it sends them, and knows ASCII only."""

    def call(self, operation: Operation, call: ClientCall) -> requests.Response:
        if call.payload is not ABSENT and not json.dumps(call.payload, ensure_ascii=False).isascii():
            raise ValueError("a text has characters that cannot be sent")
        return super().call(operation, call)


class ReadsFromCache(ReferenceClient):
    """Asks for each object once."""

    def __init__(self, config: ClientConfig) -> None:
        super().__init__(config)
        self._known: dict[str, requests.Response] = {}

    def _send(self, signed: Request) -> requests.Response:
        if signed.method != "GET":
            return super()._send(signed)
        if signed.path not in self._known:
            self._known[signed.path] = super()._send(signed)
        return self._known[signed.path]


# --- what the caller is handed


def _raised(when: Callable[[requests.Response], bool]) -> Client:
    """Raise the client's own error, which carries the response."""

    def answer(response: requests.Response, operation: Operation) -> requests.Response:
        if when(response):
            raise requests.HTTPError(f"{operation.id} failed", response=response)
        return response

    return in_answer(answer)


def _instead_of_refusals(value: Any) -> Client:
    return in_answer(lambda response, _: response if response.ok else value)


def _reason_lost(response: requests.Response, _: Operation) -> requests.Response:
    if not response.ok:
        raise RuntimeError(f"Amazon Pay answered with {response.status_code}")
    return response


def _without(name: str) -> Callable[[JSON], JSON]:
    return lambda body: {key: value for key, value in body.items() if key != name}


def _first_address_only(body: JSON) -> JSON:
    listed = body.get("shippingAddressList")
    return {**body, "shippingAddressList": listed[:1]} if listed else body


def _addresses_without(name: str) -> Callable[[JSON], JSON]:
    """Parse listed addresses, as SDKs do, into a class that lacks a field."""

    def read(body: JSON) -> JSON:
        listed = [_without(name)(json.loads(text)) for text in body.get("shippingAddressList") or ()]
        return {**body, "shippingAddressList": listed} if listed else body

    return read


def _nulls_left_out(body: JSON) -> JSON:
    if not isinstance(body, dict):
        return body
    return {name: _nulls_left_out(value) for name, value in body.items() if value is not None}


def _nulls_as_empty(body: JSON) -> JSON:
    if isinstance(body, dict):
        return {name: _nulls_as_empty(value) for name, value in body.items()}
    return "" if body is None else body


class _CallersMap(ReferenceClient):
    """Works on the caller's own map of headers and tells how it looks afterwards."""

    def call(self, operation: Operation, call: ClientCall) -> Any:
        response = super().call(operation, call)
        left = tuple(self._left(dict(call.headers), operation).items())
        return Returned(response.status_code, response.text, response.json(), caller_headers=left)

    def _left(self, headers: dict[str, str], operation: Operation) -> dict[str, str]:
        raise NotImplementedError


class HeadersConsumed(_CallersMap):
    """Takes the simulation code out of the map."""

    def _left(self, headers: dict[str, str], _: Operation) -> dict[str, str]:
        return {name: value for name, value in headers.items() if name != SIMULATION}


class KeyLeftBehind(_CallersMap):
    """Puts the key that it made into the map, where the caller's next call finds it."""

    def _left(self, headers: dict[str, str], operation: Operation) -> dict[str, str]:
        return headers | {KEY: uuid.uuid4().hex} if operation.needs_key else headers


CALLS: Final = (
    Fault(
        "not-sent-with-umlauts",
        ("CAL-001",),
        "Customers with an umlaut in their order cannot buy.",
        RefusesUmlauts,
        says="no request",
    ),
    Fault(
        "reads-from-a-cache",
        ("CAL-001",),
        "A pending authorisation stays pending for ever; the goods are never sent.",
        ReadsFromCache,
        says="returned without sending",
    ),
    Fault(
        "sends-twice",
        ("CAL-002",),
        "Twice the requests, and a throttled account.",
        SendsTwice,
        says="2 requests for one call",
    ),
    Fault(
        "captures-twice",
        ("CAL-002",),
        "The second capture is refused, and its refusal taken for the answer: a paid order is cancelled.",
        CapturesTwice,
        says="2 requests for one call",
        idempotency_key="client",
    ),
    Fault(
        "retries-a-refusal",
        ("CAL-002",),
        "A declined card is charged again and again, until the issuer blocks it.",
        RetriesRefusals,
        says="answered with 422",
    ),
    Fault(
        "raises-on-202",
        ("ASY-001",),
        "A pending authorisation counts as failed: the buyer pays, the order is cancelled.",
        _raised(lambda response: response.status_code == 202),
        says="the 202 answer returned",
    ),
    Fault(
        "raises-on-201",
        ("CAL-003",),
        "The charge is made, and the shop does not know of it.",
        _raised(lambda response: response.status_code == 201),
        says="the 201 answer returned",
    ),
    Fault(
        "returns-nothing",
        ("CAL-003",),
        "The id of what was created is lost.",
        in_answer(lambda response, _: None if response.ok else response),
        says="nothing",
    ),
    Fault(
        "status-is-always-200",
        ("CAL-004", "ASY-002"),
        "Whoever asks for 202 never sees that an authorisation pends.",
        in_answer(lambda response, _: (200, response.text)),
        says="status 200",
        why="a 202 is one of them",
    ),
    Fault(
        "created-is-told-as-200",
        ("CAL-004",),
        "Whoever asks for 201 takes the session for failed.",
        in_answer(
            lambda response, _: (200 if response.status_code == 201 else response.status_code, response.text)
        ),
        says="status 200",
    ),
    Fault(
        "field-not-in-the-typed-model",
        ("CAL-005",),
        "What the SDK's class does not know, its caller never sees.",
        in_answered_body(_without("statusDetails")),
        says="statusDetails",
    ),
    Fault(
        "one-of-several-addresses-lost",
        ("CAL-005",),
        "One of the parcels of a multi-address order has nowhere to go.",
        in_answered_body(_first_address_only),
        says="shippingAddressList",
    ),
    Fault(
        "listed-address-read-in-part",
        ("CAL-005",),
        "The parcel goes out without a postal code.",
        in_answered_body(_addresses_without("postalCode")),
        says="postalCode",
    ),
    Fault(
        "amount-read-in-whole-units",
        ("CAL-005",),
        "The refund that is made of it is some cents short.",
        in_answered_body(each_amount(lambda amount: f"{Decimal(amount):.0f}")),
        says="amount",
    ),
    Fault(
        "backslashes-stripped-on-reading",
        ("CAL-005",),
        "References do not match any more.",
        in_answered_body(each_text(lambda text: text.replace("\\", ""))),
        says="merchantMetadata",
    ),
    Fault(
        "answer-read-as-latin-1",
        ("CAL-005",),
        "Parcels to BestellstraÃŸe.",
        in_answer(lambda response, _: (response.status_code, response.content.decode("latin-1"))),
        says="merchantMetadata",
    ),
    Fault(
        "field-invented",
        ("CAL-005",),
        "A default stands where Amazon said nothing.",
        in_answered_body(lambda body: {"success": True, **body}),
        says="success",
    ),
    Fault(
        "nulls-left-out-on-reading",
        ("CAL-009",),
        "Nothing, until somebody tells a field that is not set from one that the client does not know.",
        in_answered_body(_nulls_left_out),
        says="nothing",
    ),
    Fault(
        "nulls-read-as-empty",
        ("CAL-009",),
        "An address without a second line and one whose second line is empty look the same.",
        in_answered_body(_nulls_as_empty),
        says="a text of 0 characters",
    ),
    Fault(
        "refusal-looks-like-success",
        ("CAL-006",),
        "Goods are sent for charges that were declined.",
        _instead_of_refusals({"success": True}),
        says="looks like success",
    ),
    Fault(
        "refusal-with-status-200",
        ("CAL-006",),
        "Goods are sent for charges that were declined.",
        _instead_of_refusals((200, "{}")),
        says="looks like success",
    ),
    Fault(
        "refusal-is-nothing",
        ("CAL-006",),
        "`if (result)` is forgotten once.",
        _instead_of_refusals(None),
        says="looks like success",
    ),
    Fault(
        "reason-code-lost",
        ("CAL-007",),
        "A soft decline, which the buyer could mend, looks like any other failure.",
        in_answer(_reason_lost),
        says="reasonCode",
    ),
    Fault(
        "headers-of-the-caller-consumed",
        ("CAL-008",),
        "The caller's second attempt lacks what the first one had.",
        HeadersConsumed,
        says=SIMULATION,
    ),
    Fault(
        "key-left-in-the-callers-headers",
        ("CAL-008",),
        "Every later call with that map is refused with DuplicateIdempotencyKey, or answered with the first.",
        KeyLeftBehind,
        says=KEY,
        idempotency_key="client",
    ),
)


# --- the button


def _button(change: Callable[[str], str]) -> Client:
    """Sign a payload that was changed; the page shows the one that was given."""
    return in_button(lambda payload, key, config: sign_button(change(payload), key, config.algorithm))


def _other_salt(payload: str, key: PrivateKey, config: ClientConfig) -> str:
    text = button_string_to_sign(payload, config.algorithm)
    other = next(name for name in ALGORITHMS if name != config.algorithm)
    return sign_string(text, key, other)


def _for_urls(payload: str, key: PrivateKey, config: ClientConfig) -> str:
    return sign_button(payload, key, config.algorithm).replace("+", "-").replace("/", "_")


def _as_a_request(payload: str, key: PrivateKey, config: ClientConfig) -> str:
    """Sign a canonical request that has no headers and the payload for its body."""
    canonical = canonical_request(Request("POST", "/v2/checkoutSessions", body=payload.encode()), ())
    return sign_string(string_to_sign(canonical, config.algorithm), key, config.algorithm)


def _stripped(payload: str) -> str:
    """PHP's stripcslashes, of which the payloads here have these escapes only."""
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), payload)


_SLASHES: Final = (
    "Of a payload whose only escapes are those of its slashes, as PHP writes it, both leave the same."
)

_REPARSED: Final = "parsed and written again"

BUTTON: Final = (
    Fault(
        "button-payload-spaced",
        ("BTN-001",),
        "The button shows an error instead of Amazon's page; nobody can pay.",
        _button(lambda payload: json.dumps(json.loads(payload), ensure_ascii=False)),
        says=_REPARSED,
    ),
    Fault(
        "button-payload-escaped",
        ("BTN-001", "BTN-004"),
        "The button fails for orders with an umlaut (amazon-pay-api-sdk-php #48).",
        _button(lambda payload: json.dumps(json.loads(payload), separators=(",", ":"))),
        says=_REPARSED,
        why=_SLASHES,
    ),
    Fault(
        "button-payload-with-arrays",
        ("BTN-001",),
        "The button fails where an object is empty (amazon-pay-api-sdk-php #18).",
        _button(lambda payload: payload.replace("{}", "[]")),
        says="empty arrays",
    ),
    Fault(
        "button-payload-stripped-of-backslashes",
        ("BTN-004",),
        "The button fails for orders with a quotation mark.",
        _button(_stripped),
        says="without its backslashes",
    ),
    Fault(
        "button-payload-with-plain-slashes",
        ("BTN-001", "BTN-004"),
        "The button fails wherever PHP wrote the page: its json_encode escapes slashes.",
        _button(lambda payload: payload.replace("\\/", "/")),
        says="backslashes",
        why=_SLASHES,
    ),
    Fault(
        "button-json-in-json",
        ("BTN-001",),
        "The button shows an error: json_encode was called on what was JSON already.",
        _button(json.dumps),
        says="JSON of a second time",
    ),
    Fault(
        "button-signed-as-a-request",
        ("BTN-001",),
        "The button shows an error: one function signs everything.",
        in_button(_as_a_request),
        says="A canonical request was signed",
    ),
    Fault(
        "button-base64-for-urls",
        ("BTN-002",),
        "The button shows an error, except by chance.",
        in_button(_for_urls),
        says="the alphabet for URLs",
    ),
    Fault(
        "button-with-the-other-salt",
        ("BTN-003",),
        "No button works any more after an upgrade of the crypto library.",
        in_button(_other_salt),
        says="the other algorithm's length",
    ),
)

CALL_FAULTS: Final = (*CALLS, *BUTTON)
