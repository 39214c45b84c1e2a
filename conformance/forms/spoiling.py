"""What was signed and what was sent of a request that was spoilt on purpose, so that others can do the same.

The way of the reference client is asked for both, with marks in the place of what is new in every run. A
request that was sent in another way is not printed.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from amazonpay_conformance.checks.subject import Asked
from amazonpay_conformance.clients.tampering import Signing, spoilt
from amazonpay_conformance.engine.lane import Lane
from amazonpay_conformance.forms.problems import CannotPrint
from amazonpay_conformance.reading.requests import IDEMPOTENCY_HEADER
from amazonpay_conformance.wire.canonical import sha256_hex
from amazonpay_conformance.wire.messages import Headers, Request
from amazonpay_conformance.wire.signing import ALGORITHMS, Authorization

HOST: Final = "host.amazonpay-conformance.example"
KEY_ID: Final = "SANDBOX-AMARK00000000000000000000"
NEW_KEY: Final = "newidempotencykey"
SIGNATURE: Final = base64.b64encode(hashlib.sha512(b"a mark").digest() * 4).decode("ascii")

# fmt: off
MARKS: Final[tuple[tuple[str, str], ...]] = (
    (SIGNATURE,              "signature"),
    (SIGNATURE[:172],        "half a signature"),
    (SIGNATURE[1:],          "signature but its first letter"),
    (KEY_ID,                 "key id"),
    (HOST,                   "host"),
    (NEW_KEY,                "a new key"),
    ("2001-02-03T04:05:06Z", "now, in the extended form"),
    ("20010203T040506Z",     "now"),
    ("20010203T030506Z",     "an hour ago"),
    ("20010202T040506Z",     "yesterday"),
    ("20010204T040506Z",     "tomorrow"),
    ("20010203T040506",      "now, without a zone"),
    ("\udcff",               "a byte that is no UTF-8"),
)
# fmt: on
"""What stands for values that are new in every run, the longer text first, and their names."""

NOW: Final = "20010203T040506Z"
TRANSPORTED: Final = frozenset({"host", "content-length", "user-agent", "connection", "accept-encoding"})
"""Headers that whoever sends the bytes adds."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What is signed: a canonical request without its last line, the digest of `body`.

    `who` is "" for whoever signs the rest, "nobody", "former key" or "another merchant".
    """

    canonical: str
    body: str
    algorithm: str
    salt: int
    who: str = ""


@dataclass(frozen=True, slots=True)
class Spoiling:
    """What is signed, and what is sent."""

    signed: Signed
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: str


@dataclass(frozen=True)
class _Noting(Signing):
    """Takes down what would be signed."""

    noted: list[Signed] = field(default_factory=list)

    def over(
        self, request: Request, names: tuple[str, ...], canonical: str, *, named: str = "", salted: str = ""
    ) -> Request:
        algorithm, salt = named or self.algorithm, ALGORITHMS[salted or self.algorithm]
        who = "" if self.key is _MARK else "nobody"
        text = canonical.removesuffix(sha256_hex(request.body))
        self.noted[:] = [Signed(marked(text), _text(request.body), algorithm, salt, who)]
        header = Authorization(self.algorithm, self.public_key_id, names, SIGNATURE).value
        return replace(request, headers=request.headers.with_value("authorization", header))


_MARK: Final[Any] = object()
"""In the place of a key: nothing is signed here."""


def spoiling(asked: Asked, sent: Request, lane: Lane) -> Spoiling:
    """Return what was signed and sent, with {{marks}} for what is new in every run.

    Args:
        asked: what the client was asked for.
        sent: what it sent.
        lane: how it was configured.

    Raises:
        CannotPrint: it was spoilt in another way than the reference client's.
    """
    for query in (None, sent.query):
        noting = _Noting(_MARK, KEY_ID, lane.algorithm)
        found = spoilt(asked.tamper, replace(_plain(asked, lane), query=query), noting)
        if _is_alike(found, sent):
            headers = tuple((name, marked(value)) for name, value in found.headers)
            return Spoiling(noting.noted[0], found.method, marked(found.target), headers, _text(found.body))
    raise CannotPrint(f"the client spoils a request ({asked.tamper}) in a way of its own")


def marked(text: str) -> str:
    """Return a text with the names of marks in their place."""
    for mark, name in MARKS:
        text = text.replace(mark, f"{{{{{name}}}}}")
    return text


def _text(body: bytes) -> str:
    return marked(body.decode("utf-8", "surrogateescape"))


def _plain(asked: Asked, lane: Lane) -> Request:
    """The request as it would have been."""
    operation = asked.operation
    specific = lane.public_key_id.upper().startswith(("SANDBOX", "LIVE"))
    headers = Headers.of(_headers(lane))
    for name, value in asked.headers:
        headers = headers.with_value(name, value)
    if operation.needs_key and IDEMPOTENCY_HEADER not in headers:
        headers = headers.with_value(IDEMPOTENCY_HEADER, NEW_KEY)
    body = "" if asked.absent else json.dumps(asked.payload, ensure_ascii=False, separators=(",", ":"))
    path = f"{'' if specific else '/sandbox'}/v2{operation.path_for(asked.path_id)}"
    return Request(operation.method, path, None, headers, body.encode("utf-8"))


def _headers(lane: Lane) -> Iterable[tuple[str, str]]:
    yield "accept", "application/json"
    yield "content-type", "application/json"
    yield "x-amz-pay-date", NOW
    yield "x-amz-pay-host", HOST
    yield "x-amz-pay-region", lane.region


def _is_alike(found: Request, sent: Request) -> bool:
    same = (found.method, found.target, found.body) == (sent.method, sent.target, sent.body)
    return same and _names(found) == _names(sent)


def _names(request: Request) -> list[str]:
    return sorted(name.lower() for name, _ in request.headers if name.lower() not in TRANSPORTED)
