"""The messages of the driver protocol (docs/drivers.md) as Python values. Knows no transport.

What the kit says is written from our own types; what a driver says is checked against its JSON Schema before
a field of it is read, so the readers below index without asking.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from amazonpay_conformance.clients.driver import (
    ABSENT,
    PROTOCOL_VERSION,
    Capabilities,
    ClientCall,
    ClientConfig,
    Hello,
    Raised,
    Result,
    Returned,
    Unsupported,
)
from amazonpay_conformance.model.retries import Retries
from amazonpay_conformance.wire.redaction import redact_text

Message: TypeAlias = dict[str, Any]

HELLO: Message = {"type": "hello", "protocol": PROTOCOL_VERSION}
BYE: Message = {"type": "bye"}

_CONFIG_FIELDS = (
    "public_key_id",
    "private_key",
    "private_key_path",
    "region",
    "sandbox",
    "algorithm",
    "service_host",
    "base_url",
    "ca_file",
)
_CAPABILITIES: dict[str, Callable[[Any], Any]] = {
    "operations": frozenset,
    "algorithms": tuple,
    "idempotency_key": str,
    "headers": bool,
    "raw_payload": bool,
    "button": bool,
    "retries": lambda said: _retries(said),
}


def config_message(config: ClientConfig) -> Message:
    """Return what tells a driver to construct its client."""
    return {"type": "config", **{name: getattr(config, name) for name in _CONFIG_FIELDS}}


def call_message(number: int, call: ClientCall) -> Message:
    """Return what tells a driver to make `call`; an absent payload has no key, null is a payload."""
    message: Message = {"type": "call", "id": number, "operation": call.operation, "path_id": call.path_id}
    if call.payload is not ABSENT:
        message["payload"] = call.payload
    if call.payload_text is not None:
        message["payload_text"] = call.payload_text
    if call.query:
        message["query"] = [list(pair) for pair in call.query]
    return {**message, "headers": [list(pair) for pair in call.headers], "deadline": call.deadline}


def sign_button_message(number: int, payload: str) -> Message:
    """Return what asks a driver for the signature of a button payload."""
    return {"type": "sign_button", "id": number, "payload": payload}


def violation(message: Message) -> str | None:
    """Return the first thing in which what a driver said breaks the schema of its type, or None."""
    from amazonpay_conformance import schemas  # compiles validators: not at import

    found = schemas.violations(f"driver/{message['type']}", message)
    return f"{found[0].path or '/'}: {found[0].message}" if found else None


def hello_from(message: Message) -> Hello:
    """Read a checked `hello` of a driver."""
    client, said = message["client"], message["capabilities"]
    declared = {name: read(said[name]) for name, read in _CAPABILITIES.items() if name in said}
    return Hello(client["name"], client["version"], client["language"], Capabilities(**declared))


def result_from(message: Message) -> Result:
    """Read a checked `result` of a driver."""
    return _OUTCOMES[message["outcome"]](message)


def one_line(text: str) -> str:
    """Return what others wrote, fit for an error message: one line, not endless, secrets masked."""
    return shorten(redact_text(text), 300)


def shorten(text: str, longest: int) -> str:
    """Return `text` as one line of at most `longest` characters and an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[:longest]}…"


def abridge(command: str, longest: int) -> str:
    """Return `command` with its middle left out if need be: its end tells most, whatever the directory is."""
    line = " ".join(command.split())
    head = longest // 4
    return line if len(line) <= longest else f"{line[:head]}…{line[head - longest :]}"


def _retries(said: int | Message | None) -> Retries | None:
    """Read a policy: a number alone says only how often."""
    if said is None or isinstance(said, int):
        return None if said is None else Retries(said)
    statuses = said.get("statuses")
    return Retries(
        said["times"],
        None if statuses is None else frozenset(statuses),
        tuple(map(float, said.get("waits", ()))),
        said.get("lost"),
    )


def _returned(message: Message) -> Returned:
    headers = message.get("caller_headers")
    return Returned(
        status=message.get("status"),
        raw_body=message.get("raw_body"),
        body=message.get("body", ABSENT),
        request_id=message.get("request_id"),
        caller_headers=None if headers is None else tuple((name, value) for name, value in headers),
    )


def _raised(message: Message) -> Raised:
    error = message["error"]
    text = redact_text(error["message"])
    return Raised(
        error["type"], text, message.get("status"), message.get("raw_body"), message.get("body", ABSENT)
    )


def _unsupported(message: Message) -> Unsupported:
    return Unsupported(message.get("reason", ""))


_OUTCOMES: dict[str, Callable[[Message], Result]] = {
    "returned": _returned,
    "raised": _raised,
    "unsupported": _unsupported,
}
