"""The button's signature, explained where it does not verify: what was signed in place of the payload string.

There is no request: the hash of the payload stands for the canonical request's. The payload is what the page
holds, byte for byte.
Source: api-facts §10.4.
"""

from __future__ import annotations

import base64
import html
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from amazonpay_conformance.wire import missigned
from amazonpay_conformance.wire.canonical import sha256_hex, utf8
from amazonpay_conformance.wire.forensics import (
    ANOTHER_KEY,
    OTHER_BYTES,
    Diagnosis,
    of_the_scheme,
    scheme_mistake,
    written,
)
from amazonpay_conformance.wire.keys import PublicKey
from amazonpay_conformance.wire.mismatch import MISTAKES, Messages
from amazonpay_conformance.wire.mistakes import serialisations
from amazonpay_conformance.wire.opening import openings
from amazonpay_conformance.wire.signing import button_string_to_sign, signature_bytes

_C_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "v": "\v", "b": "\b", "f": "\f"}
_ESCAPED: Final = re.compile(r"\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ButtonMistake:
    """A known way to sign another payload than the page holds."""

    name: str
    sentence: str
    payloads: Callable[[str], Iterable[bytes]] = field(repr=False)


def unescaped(payload: str) -> str:
    """Return a payload as PHP's stripcslashes leaves it: the official PHP SDK signs that (§10.4)."""
    return _ESCAPED.sub(_unescape, payload)


def diagnose_button(payload: str, signature: str, public_key: PublicKey, algorithm: str) -> Diagnosis | None:
    """Find out why a button's signature does not verify.

    Args:
        payload: the payload string as the page holds it.
        signature: in base64.
        public_key: the key that ought to verify it.
        algorithm: the configured one.

    Returns:
        The mistakes and what was signed; None when it verifies, or is not base64.
    """
    raw = signature_bytes(signature)
    if raw is None:
        return None
    candidates = openings(raw, public_key)
    if not candidates:
        return Diagnosis((), ANOTHER_KEY)
    right = utf8(button_string_to_sign(payload, algorithm))
    found = next((one for one in candidates if one.signs(right)), candidates[0])
    scheme = scheme_mistake(found, algorithm)
    first = ((scheme.name,), (scheme.sentence,)) if scheme else ((), ())
    if found.signs(right):
        return of_the_scheme(scheme)
    for name, sentence, signed, message in _tries(payload, algorithm):
        if found.signs(message):
            due = payload if signed is not message else button_string_to_sign(payload, algorithm)
            return Diagnosis((*first[0], name), " ".join((*first[1], sentence)), written(signed), due)
    return Diagnosis(first[0], " ".join((*first[1], OTHER_BYTES)))


def _tries(payload: str, algorithm: str) -> Iterator[tuple[str, str, bytes, bytes]]:
    """Yield a mistake's name and sentence, what to compare, and what may have been signed."""
    for row in BUTTON_MISTAKES:
        for other in row.payloads(payload):
            yield row.name, row.sentence, other, f"{algorithm}\n{sha256_hex(other)}".encode()
    for name, sentence, messages in _OF_MESSAGES:
        for message in messages(payload, algorithm):
            yield name, sentence, message, message


def _unescape(found: re.Match[str]) -> str:
    code = found.group(1)
    if code[0] == "x" and len(code) > 1:
        return chr(int(code[1:], 16))
    if code[0] in "01234567":
        return chr(int(code, 8) % 256)
    return _C_ESCAPES.get(code, code)


def _with_other_ends(payload: str) -> Iterator[bytes]:
    core, spaces = payload.strip(), ("", " ", "\n", "\r\n")
    yield from map(utf8, (core, payload.lstrip(), payload.rstrip()))
    yield from (utf8(before + payload + after) for before in spaces for after in spaces)


def _of_a_request(payload: str) -> Iterator[bytes]:
    digest = sha256_hex(utf8(payload))
    headers = (
        "",
        "accept:application/json\ncontent-type:application/json\n",
        "content-type:application/json\n",
    )
    for method, path, lines in itertools.product(
        ("POST", "GET"), ("/", "/v2/checkoutSessions", "/sandbox/v2/checkoutSessions", ""), headers
    ):
        names = ";".join(line.partition(":")[0] for line in lines.split("\n") if line)
        yield f"{method}\n{path}\n\n{lines}\n{names}\n{digest}".encode()


def _in_charsets(payload: str) -> Iterator[bytes]:
    for charset in ("latin-1", "utf-8-sig", "utf-16", "utf-16-le"):
        yield payload.encode(charset, "replace")


BUTTON_MISTAKES: Final[tuple[ButtonMistake, ...]] = (
    ButtonMistake(
        "payload-unescaped",
        "The payload's backslashes were taken away before it was signed (stripcslashes): sign the string "
        "that the page holds.",
        lambda payload: (utf8(unescaped(payload)), utf8(payload.replace("\\/", "/"))),
    ),
    ButtonMistake(
        "payload-trimmed",
        "The payload was signed with other white space around it than it has in the page: sign that string.",
        _with_other_ends,
    ),
    ButtonMistake(
        "payload-written-again",
        "The payload was parsed and written again before it was signed: sign the string that the page holds.",
        lambda payload: serialisations(utf8(payload)),
    ),
    ButtonMistake(
        "payload-with-arrays",
        "Empty objects were signed as empty arrays: sign the string that the page holds.",
        lambda payload: (utf8(payload.replace("{}", "[]")), utf8(payload.replace("[]", "{}"))),
    ),
    ButtonMistake(
        "payload-json-in-json",
        "The payload was made JSON of a second time, a string in quotes: sign it as it stands in the page.",
        lambda payload: (utf8(json.dumps(payload)), utf8(json.dumps(payload, ensure_ascii=False))),
    ),
    ButtonMistake(
        "payload-escaped-for-html",
        "The payload was escaped for HTML, for a URL or in base64 before it was signed: sign, then escape.",
        lambda payload: (
            *(utf8(html.escape(payload, quote=quoted)) for quoted in (True, False)),
            *(utf8(quote(payload, safe=safe)) for safe in ("", "/", "!'()*")),
            base64.b64encode(utf8(payload)),
        ),
    ),
    ButtonMistake(
        "payload-in-another-charset",
        "The payload was hashed in another character set than UTF-8: hash its UTF-8 bytes, no BOM.",
        _in_charsets,
    ),
    ButtonMistake(
        "payload-left-out",
        "Nothing, or an empty object, was signed in place of the payload: hash the payload string.",
        lambda _: (b"", b"{}", b"[]", b"null"),
    ),
    ButtonMistake(
        "signed-as-a-request",
        "A canonical request was signed: a button has none, its hash is the payload's alone.",
        _of_a_request,
    ),
)
"""Tried in this order; the first that explains a signature names it."""

_OF_MESSAGES: Final[tuple[tuple[str, str, Messages], ...]] = tuple(
    (row.name, row.sentence, row.messages)
    for row in MISTAKES
    if row.messages is not None and row.messages is not missigned.without_blank_line
)
