"""Mistakes further on: what is signed in place of the right string to sign, for a request and for a button.

A mistake is a function of the text that is signed (a canonical request, or a button's payload) and of the
algorithm's name. It yields the bytes that its signer may have handed to RSASSA-PSS.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

from amazonpay_conformance.wire.canonical import string_to_sign, utf8
from amazonpay_conformance.wire.signing import ALGORITHMS


def without_algorithm(text: str, algorithm: str) -> Iterator[bytes]:
    """Yield the string to sign without its first line."""
    yield utf8(string_to_sign(text, algorithm)).partition(b"\n")[2]


def with_the_other_algorithm(text: str, _: str) -> Iterator[bytes]:
    """Yield the string to sign with each algorithm's name as its first line."""
    for name in ALGORITHMS:
        yield utf8(string_to_sign(text, name))


def text_itself(text: str, algorithm: str) -> Iterator[bytes]:
    """Yield the text in place of its hash, without the algorithm's line and with it."""
    yield utf8(text)
    yield utf8(f"{algorithm}\n{text}")


def hashed_again(text: str, algorithm: str) -> Iterator[bytes]:
    """Yield the hash of the string to sign, as bytes and in hex."""
    digest = hashlib.sha256(utf8(string_to_sign(text, algorithm)))
    yield digest.digest()
    yield digest.hexdigest().encode()


def hash_in_upper_case(text: str, algorithm: str) -> Iterator[bytes]:
    """Yield the string to sign with its hash in upper-case hex."""
    head, _, digest = utf8(string_to_sign(text, algorithm)).partition(b"\n")
    yield head + b"\n" + digest.upper()


def hash_not_in_hex(text: str, algorithm: str) -> Iterator[bytes]:
    """Yield the string to sign with its hash in base64, and as bytes."""
    digest = hashlib.sha256(utf8(text)).digest()
    for written in (base64.b64encode(digest), digest):
        yield algorithm.encode() + b"\n" + written


def other_line_ends(text: str, algorithm: str) -> Iterator[bytes]:
    """Yield the string to sign with CR LF for LF, or a line end too many, in either of its two layers."""
    crlf = text.replace("\n", "\r\n")
    for written in (crlf, f"{text}\n"):
        yield utf8(string_to_sign(written, algorithm))
    for written in (text, crlf):
        message = utf8(string_to_sign(written, algorithm))
        yield from (message.replace(b"\n", b"\r\n"), message + b"\n")


def without_blank_line(text: str, algorithm: str) -> Iterator[bytes]:
    """Yield the string to sign of a canonical request without its last blank line, or its first."""
    for canonical in unspaced(text):
        yield utf8(string_to_sign(canonical, algorithm))


def unspaced(text: str) -> tuple[str, str]:
    """Return a canonical request without its last blank line, and without its first: an empty query's."""
    head, _, tail = text.rpartition("\n\n")
    return f"{head}\n{tail}", text.replace("\n\n", "\n", 1)
