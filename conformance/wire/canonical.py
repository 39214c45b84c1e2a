"""The canonical request: the one agreed form in which both sides write a request down to sign it.

    METHOD LF path LF query LF (name:value LF)* LF signed;names LF hex(sha256(body))

So what carries no meaning (order of the query, case of header names) cannot break a signature. The *string to
sign* is `ALGORITHM LF hex(sha256(canonical request))`. Clients differ in how they write requests down; the
ways that a verifier accepts are the rows of `CANONICAL_VARIANTS`.

The one rule: a variant may write down what was *sent* in another way, never what was not sent.
Sources: api-facts §10, the SDKs' code, requests of three real clients (tests/vectors/real-clients.json).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from urllib.parse import quote, unquote_to_bytes

from amazonpay_conformance.wire.messages import Headers, Request

_PLAIN_PATH = re.compile(r"(?:/(?!\.\.?(?:/|\Z))[A-Za-z0-9._~-]+)+/?")
"""A path that is canonical as it is, as nearly all are."""


class SigningProblem(ValueError):
    """A request whose signature cannot even be computed. `reason` is what a verdict gives."""

    reason: ClassVar[str]


class SignedHeaderMissing(SigningProblem):
    """A header is named as signed, but the request does not carry it."""

    reason = "signed-header-missing"

    def __init__(self, name: str) -> None:
        super().__init__(f"SignedHeaders names {name!r}, but the request carries no such header.")


@dataclass(frozen=True, slots=True)
class CanonicalForm:
    """A canonical request in its parts; `str()` writes it down."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    names: str
    payload_hash: str

    def __str__(self) -> str:
        lines = "".join(f"{name}:{value}\n" for name, value in self.headers)
        return f"{self.method}\n{self.path}\n{self.query}\n{lines}\n{self.names}\n{self.payload_hash}"


def canonical_query(query: str | None) -> str:
    """Return the documented canonical query: RFC 3986 encoding, sorted by name, then value (api-facts §10.2).

    Args:
        query: what stood after the question mark, as received; None, "" and "?" all mean that there is none.
            A space may be `+` or `%20`: real clients send both.
    """
    pairs = (
        (percent_encoded(form_decoded(name)), percent_encoded(form_decoded(value)))
        for name, value in query_pairs(query)
    )
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def query_as_sent(query: str | None) -> str:
    """Return the query sorted as documented, each pair's encoding left as it was sent."""
    ordered = sorted(query_pieces(query), key=lambda piece: piece.partition("=")[::2])
    return "&".join(ordered)


def canonical_path(path: str) -> str:
    """Return the documented canonical path: RFC 3986 normalised and encoded (api-facts §10.2).

    Empty and relative segments go, percent-encoding is rewritten in its one canonical way, an empty path
    becomes "/". A trailing slash stays, for clients sign it (api-facts §1). An encoded slash stays encoded:
    java.net.URI would make it a separator, but then it would be another resource.
    """
    if _PLAIN_PATH.fullmatch(path):
        return path
    kept: list[str] = []
    for segment in (percent_decoded(raw) for raw in path.split("/")):
        if segment == b"..":
            del kept[-1:]
        elif segment not in (b"", b"."):
            kept.append(percent_encoded(segment))
    slash = "/" if kept and path.endswith(("/", "/.", "/..")) else ""
    return "/" + "/".join(kept) + slash


def path_as_sent(path: str) -> str:
    """Return the path as it was sent; an empty one becomes "/"."""
    return path or "/"


def documented_names(signed_headers: Sequence[str]) -> tuple[str, ...]:
    """Return the names lower-cased and sorted (api-facts §10.2)."""
    return tuple(sorted(name.lower() for name in signed_headers))


def names_as_written(signed_headers: Sequence[str]) -> tuple[str, ...]:
    """Return the names sorted without regard to case, in the case in which the client wrote them."""
    return tuple(sorted(signed_headers, key=str.lower))


def names_once(signed_headers: Sequence[str]) -> tuple[str, ...]:
    """Return the names lower-cased and sorted, repeated ones once."""
    return tuple(sorted({name.lower() for name in signed_headers}))


def trimmed(value: str) -> str:
    """Return a header's value without the white space around it (api-facts §10.2)."""
    return value.strip(" \t")


def folded(value: str) -> str:
    """Return a header's value trimmed, each run of white space inside it made one space."""
    return " ".join(value.split())


@dataclass(frozen=True, slots=True)
class CanonicalVariant:
    """A way to write a request down. `departs` says how it leaves the documented one, `source` who does."""

    name: str
    departs: str
    source: str
    path: Callable[[str], str] = path_as_sent
    query: Callable[[str | None], str] = query_as_sent
    names: Callable[[Sequence[str]], tuple[str, ...]] = documented_names
    value: Callable[[str], str] = trimmed

    def form(self, request: Request, signed_headers: Sequence[str]) -> CanonicalForm:
        """Write `request` down.

        Raises:
            SignedHeaderMissing: a name of `signed_headers` is not among the request's headers.
        """
        names = self.names(signed_headers)
        return CanonicalForm(
            method=request.method,
            path=self.path(request.path),
            query=self.query(request.query),
            headers=tuple([(name.lower(), self._joined(request.headers, name)) for name in names]),
            names=";".join(names),
            payload_hash=sha256_hex(request.body),
        )

    def _joined(self, headers: Headers, name: str) -> str:
        values = headers.get_all(name)
        if not values:
            raise SignedHeaderMissing(name)
        return self.value(values[0]) if len(values) == 1 else ",".join(map(self.value, values))


DOCUMENTED: Final = CanonicalVariant(
    "documented",
    "",
    "api-facts §10.2; the official Java SDK's vectors, §14.1",
    path=canonical_path,
    query=canonical_query,
)

CANONICAL_VARIANTS: Final[tuple[CanonicalVariant, ...]] = (
    DOCUMENTED,
    CanonicalVariant(
        "encoding-as-sent",
        "Path and query were signed as they were sent, not in the documented encoding.",
        "node, php, ruby: raw path; ruby: a space as '+'; node leaves !'()*; amazon-pay-v2 0.1.1 leaves '/' "
        "(api-facts §1, §10.2; seen on the wire)",
    ),
    CanonicalVariant(
        "names-as-written",
        "The SignedHeaders line was signed in the caller's case, not in lower case.",
        "node 2.3.4, clientHelper.signHeaders (api-facts §10.2, §13 row 12; seen on the wire)",
        names=names_as_written,
    ),
    CanonicalVariant(
        "names-once",
        "SignedHeaders names a header more than once, the signed list has it once.",
        "amazon-pay-v2 0.1.1 repeats x-amz-pay-date and x-amz-pay-host in every request (seen on the wire)",
        names=names_once,
    ),
    CanonicalVariant(
        "whitespace-folded",
        "Runs of white space inside a header's value were signed as one space.",
        "dotnet; java makes each white space a space (api-facts §10.2)",
        path=canonical_path,
        query=canonical_query,
        value=folded,
    ),
)
"""What a verifier accepts, in the order of trying. All but the first are worth a finding of level SHOULD."""


def canonical_request(request: Request, signed_headers: Sequence[str]) -> str:
    """Return the documented canonical request.

    Args:
        request: the request as sent; an authorization header does no harm.
        signed_headers: names of the headers that are signed, in any order and case.

    Raises:
        SignedHeaderMissing: one of them is not among the request's headers.
    """
    return str(DOCUMENTED.form(request, signed_headers))


def string_to_sign(canonical: str, algorithm: str) -> str:
    """Return what RSA-PSS signs: the algorithm's name, a line feed, the hex SHA-256 of `canonical`."""
    return f"{algorithm}\n{sha256_hex(utf8(canonical))}"


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of `data` in lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def utf8(text: str) -> bytes:
    """Return the bytes of `text`, lone surrogates included: a verifier never fails on what was sent."""
    return text.encode("utf-8", "surrogatepass")


def query_pieces(query: str | None) -> Iterator[str]:
    """Return what stands between the ampersands of a query, as sent, without the empty pieces."""
    return filter(None, ("" if query in (None, "?") else query or "").split("&"))


def query_pairs(query: str | None) -> Iterator[tuple[str, str]]:
    """Yield the names and values of a query, as sent."""
    for piece in query_pieces(query):
        name, _, value = piece.partition("=")
        yield name, value


def percent_decoded(text: str) -> bytes:
    """Return the bytes that percent-encoded text stands for; `+` stays."""
    return unquote_to_bytes(utf8(text))


def form_decoded(text: str) -> bytes:
    """Return the bytes that text of a query stands for; `+` is a space."""
    return percent_decoded(text.replace("+", " "))


def percent_encoded(data: bytes) -> str:
    """Return `data` percent-encoded as documented: all but letters, digits and -._~ (RFC 3986 §2.3)."""
    return quote(data, safe="")
