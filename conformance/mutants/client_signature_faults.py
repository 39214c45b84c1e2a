"""Wrong authorization headers and signatures: one mistake a row, as libraries and proxies make them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from amazonpay_conformance.clients.driver import ClientCall, ClientConfig
from amazonpay_conformance.clients.reference import ReferenceClient
from amazonpay_conformance.model.operations import Operation
from amazonpay_conformance.mutants.client_seams import (
    DATE,
    HOST,
    KEY,
    REGION,
    Client,
    Fault,
    after_signing,
    authorized,
    before_signing,
    in_signed_headers,
    in_signing,
    over_another_text,
    written_again,
)
from amazonpay_conformance.wire.canonical import canonical_request, string_to_sign
from amazonpay_conformance.wire.keys import PrivateKey, generate_private_key
from amazonpay_conformance.wire.messages import Headers, Request
from amazonpay_conformance.wire.signing import (
    ALGORITHMS,
    default_signed_headers,
    sign,
    sign_string,
)
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding


def _authorization(change: Callable[[str, ClientConfig], str]) -> Client:
    """Change the authorization header once the request is signed."""

    class Changed(ReferenceClient):
        def _signed(self, request: Request) -> Request:
            signed = super()._signed(request)
            value = change(signed.headers.get("authorization") or "", self._config)
            return replace(signed, headers=signed.headers.with_value("authorization", value))

    return Changed


def _algorithm(request: Request, key: PrivateKey, config: ClientConfig) -> Request:
    return sign(request, key=key, public_key_id=config.public_key_id, algorithm="AMZN-PAY-RSASSA-PSS")


def _by(raw: Callable[[bytes, PrivateKey, ClientConfig], bytes]) -> Client:
    """Sign the right string in a wrong way."""

    def signed(request: Request, key: PrivateKey, config: ClientConfig) -> Request:
        text = string_to_sign(
            canonical_request(request, default_signed_headers(request.headers)), config.algorithm
        )
        signature = base64.b64encode(raw(text.encode(), key, config)).decode()
        return authorized(request, config, signature)

    return in_signing(signed)


def _unsigned(*names: str) -> Client:
    """Leave headers out of the signature."""
    return in_signed_headers(
        lambda headers: [name for name in default_signed_headers(headers) if name not in names]
    )


def _query_in_its_own_order(request: Request, key: PrivateKey, config: ClientConfig) -> Request:
    asked = replace(request, query="startTime=1&endTime=2")
    names = default_signed_headers(asked.headers)
    canonical = canonical_request(asked, names).replace("endTime=2&startTime=1", asked.query or "")
    signature = sign_string(string_to_sign(canonical, config.algorithm), key, config.algorithm)
    return authorized(asked, config, signature)


def _with_lines(change: Callable[[list[str]], list[str]]) -> Callable[[str, str], str]:
    """Change the header lines of the canonical request."""

    def text(canonical: str, algorithm: str) -> str:
        *start, names, body = canonical.split("\n")
        changed = [*start[:3], *change(start[3:-1]), "", names, body]
        return string_to_sign("\n".join(changed), algorithm)

    return text


def _with_names(names: Callable[[Sequence[str]], list[str]]) -> Client:
    """Change the header lines of the canonical request and the list of their names alike."""

    def text(canonical: str, algorithm: str) -> str:
        *start, listed, body = canonical.split("\n")
        values = dict(line.split(":", 1) for line in start[3:-1])
        written = names(listed.split(";"))
        lines = [f"{name}:{values[name.lower()]}" for name in written]
        return string_to_sign("\n".join([*start[:3], *lines, "", ";".join(written), body]), algorithm)

    return over_another_text(text, lambda listed: tuple(names(listed)))


def _as_they_were_set(names: Sequence[str]) -> list[str]:
    """The idempotency key last: it was added when the others were there."""
    return sorted(names, key=lambda name: name.startswith(KEY))


class StripsTelemetry(ReferenceClient):
    """Signs a header that a firewall takes out."""

    def _headers(self, operation: Operation, call: ClientCall) -> Headers:
        return super()._headers(operation, call).with_value("x-amz-pay-platform-version", "Shop 6.5")

    def _send(self, signed: Request) -> Any:
        return super()._send(replace(signed, headers=signed.headers.without("x-amz-pay-platform-version")))


class SignsConnection(ReferenceClient):
    """Signs a header that belongs to one connection."""

    def _headers(self, operation: Operation, call: ClientCall) -> Headers:
        return super()._headers(operation, call).with_value("connection", "keep-alive")

    def _signed(self, request: Request) -> Request:
        return _EVERY_HEADER(self._config)._signed(request)


_EVERY_HEADER: Final = in_signed_headers(lambda headers: [name for name, _ in headers])


class WhiteSpaceFolded(ReferenceClient):
    """Signs two spaces in a header's value as one, and sends two."""

    def _headers(self, operation: Operation, call: ClientCall) -> Headers:
        return super()._headers(operation, call).with_value("x-amz-pay-platform-version", "Shop  6.5")

    def _signed(self, request: Request) -> Request:
        folded = request.headers.with_value("x-amz-pay-platform-version", "Shop 6.5")
        value = super()._signed(replace(request, headers=folded)).headers.get("authorization") or ""
        return replace(request, headers=request.headers.with_value("authorization", value))


def _two_mistakes(request: Request, key: PrivateKey, config: ClientConfig) -> Request:
    """The query in its own order, and the body written once more after it was signed."""
    asked = replace(request, query="startTime=1&endTime=2")
    signed = _query_in_its_own_order(asked, key, config)
    return replace(signed, body=written_again(signed.body))


def _wrong_salt_and_method(request: Request, key: PrivateKey, config: ClientConfig) -> Request:
    names = default_signed_headers(request.headers)
    shouted = canonical_request(replace(request, method=request.method.lower()), names)
    text = string_to_sign(shouted, config.algorithm).encode()
    signature = key.sign_pss(text, salt_length=222)
    return authorized(request, config, base64.b64encode(signature).decode())


def _in_capitals(names: Sequence[str]) -> list[str]:
    return [name.title() for name in names]


def _without_accept(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.startswith("accept:")]


def _lines_in_capitals(lines: list[str]) -> list[str]:
    return [":".join([line.partition(":")[0].title(), line.partition(":")[2]]) for line in lines]


def _hash(canonical: str) -> str:
    return hashlib.sha256(canonical.encode()).hexdigest()


def _hash_in_capitals(canonical: str, algorithm: str) -> str:
    return f"{algorithm}\n{_hash(canonical).upper()}"


@cache
def _cryptographys_own(pem: str) -> Any:
    return serialization.load_pem_private_key(pem.encode(), None)


def _mgf1_with_sha1(message: bytes, _: PrivateKey, config: ClientConfig) -> bytes:
    pss = padding.PSS(padding.MGF1(hashes.SHA1()), ALGORITHMS[config.algorithm])  # noqa: S303 - the fault
    signature: bytes = _cryptographys_own(config.private_key).sign(message, pss, hashes.SHA256())
    return signature


def _pkcs1(message: bytes, _: PrivateKey, config: ClientConfig) -> bytes:
    key = _cryptographys_own(config.private_key)
    signature: bytes = key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    return signature


@cache
def _another_key() -> PrivateKey:
    return generate_private_key()


def _salt(length: int) -> Client:
    return _by(lambda message, key, _: key.sign_pss(message, salt_length=length))


def _later(request: Request) -> Request:
    moment = datetime.strptime(request.headers.get(DATE) or "", "%Y%m%dT%H%M%SZ") + timedelta(seconds=2)
    return replace(request, headers=request.headers.with_value(DATE, moment.strftime("%Y%m%dT%H%M%SZ")))


_FAILS: Final = "Every call is refused with 403 InvalidRequestSignature"

SIGNATURES: Final = (
    Fault(
        "authorization-missing",
        ("HDR-006",),
        "Every call is refused.",
        in_signing(lambda request, _, __: request),
        says="no authorization header",
    ),
    Fault(
        "authorization-without-commas",
        ("SIG-001",),
        "Every call is refused; the signature in it was right.",
        _authorization(lambda value, _: value.replace(",", "")),
        says="SignedHeaders=",
    ),
    Fault(
        "authorization-as-aws-writes-it",
        ("SIG-001",),
        "Every call is refused: Credential is another service's word.",
        _authorization(lambda value, _: value.replace("PublicKeyId=", "Credential=")),
        says="PublicKeyId",
    ),
    Fault(
        "algorithm-unknown",
        ("SIG-001",),
        "Every call is refused.",
        _authorization(lambda value, config: value.replace(config.algorithm, "RSASSA-PSS-SHA256", 1)),
        says="RSASSA-PSS-SHA256",
    ),
    Fault(
        "algorithm-is-always-the-older",
        ("SIG-002",),
        "The merchant chose the stronger algorithm and does not have it.",
        in_signing(_algorithm),
        says="AMZN-PAY-RSASSA-PSS-V2",
    ),
    Fault(
        "key-id-in-lower-case",
        ("SIG-003",),
        "Every call is refused: the service knows no such key.",
        _authorization(
            lambda value, config: value.replace(config.public_key_id, config.public_key_id.lower())
        ),
        says="PublicKeyId=",
    ),
    Fault(
        "key-id-without-its-prefix",
        ("SIG-003",),
        "Only shops with a key of the newer style break.",
        _authorization(lambda value, _: value.replace("PublicKeyId=SANDBOX-", "PublicKeyId=")),
        says="PublicKeyId=SANDBOX-",
    ),
    Fault(
        "salt-20-for-32",
        ("SIG-012",),
        f"{_FAILS} as soon as the merchant chooses V2.",
        _salt(20),
        says="The PSS salt has the other algorithm's length",
    ),
    Fault(
        "salt-32-for-20",
        ("SIG-012",),
        f"{_FAILS} after an upgrade of the crypto library (amazon-pay-api-sdk-dotnet #4).",
        _salt(32),
        says="The PSS salt has the other algorithm's length",
    ),
    Fault(
        "salt-as-long-as-possible",
        ("SIG-012",),
        f"{_FAILS}: the default of many libraries.",
        _salt(222),
        says="The PSS salt has a length of neither algorithm",
    ),
    Fault(
        "mgf1-with-sha1",
        ("SIG-012",),
        f"{_FAILS}: the default of Java.",
        _by(_mgf1_with_sha1),
        says="MGF1 with SHA-1",
    ),
    Fault(
        "pkcs1-padding",
        ("SIG-012",),
        f"{_FAILS}: what OpenSSL does unless told.",
        _by(_pkcs1),
        says="PKCS#1",
    ),
    Fault(
        "another-key",
        ("SIG-004",),
        f"{_FAILS}: the live key in the sandbox.",
        in_signing(
            lambda request, _, config: sign(
                request,
                key=_another_key(),
                public_key_id=config.public_key_id,
                algorithm=config.algorithm,
            )
        ),
        says="not made with the private half",
    ),
    Fault(
        "base64-for-urls",
        ("SIG-011",),
        f"{_FAILS}, except by chance.",
        _authorization(lambda value, _: value.replace("+", "-").replace("/", "_")),
        says="the alphabet for URLs",
    ),
    Fault(
        "algorithm-line-missing",
        ("SIG-004",),
        f"{_FAILS}.",
        over_another_text(lambda canonical, _: _hash(canonical)),
        says="lacks its first line",
    ),
    Fault(
        "canonical-request-signed",
        ("SIG-004",),
        f"{_FAILS}.",
        over_another_text(lambda canonical, _: canonical),
        says="The canonical request itself was signed",
    ),
    Fault(
        "hash-in-upper-case",
        ("SIG-004",),
        f"{_FAILS}: BitConverter.ToString of .NET.",
        over_another_text(
            lambda canonical, algorithm: (
                f"{algorithm}\n{hashlib.sha256(canonical.encode()).hexdigest().upper()}"
            )
        ),
        says="upper-case hex",
    ),
    Fault(
        "body-serialised-again",
        ("SIG-004",),
        f"{_FAILS}, reads excepted: json= writes it once more.",
        after_signing(lambda signed: replace(signed, body=written_again(signed.body))),
        says="serialised twice",
    ),
    Fault(
        "body-of-delete-not-signed",
        ("SIG-004",),
        "Nothing can be cancelled or closed: DELETE was taken to have no body.",
        before_signing(lambda request: replace(request, body=b"") if request.method == "DELETE" else request),
        says="the hash of nothing was signed",
    ),
    Fault(
        "body-signed-in-latin-1",
        ("SIG-004",),
        "Only orders with an umlaut fail.",
        before_signing(
            lambda request: replace(request, body=request.body.decode().encode("latin-1", "replace"))
        ),
        says="another character set",
    ),
    Fault(
        "empty-object-signed-on-reads",
        ("SIG-004",),
        "No state can be read: JSON.stringify({}) is signed for GET, and nothing sent.",
        before_signing(lambda request: replace(request, body=request.body or b"{}")),
        says="A body was hashed, but none was sent",
    ),
    Fault(
        "date-read-twice",
        ("SIG-004",),
        "One call in a few hundred fails, when the second changes in between.",
        after_signing(_later),
        says="the clock was read twice",
    ),
    Fault(
        "host-changed-after-signing",
        ("SIG-004",),
        f"{_FAILS}, behind a proxy only.",
        after_signing(
            lambda signed: replace(
                signed, headers=signed.headers.with_value(HOST, f"{signed.headers.get(HOST)}:443")
            )
        ),
        says="x-amz-pay-host",
    ),
    Fault(
        "signed-header-not-sent",
        ("SIG-009",),
        f"{_FAILS}: a firewall strips what it does not know.",
        StripsTelemetry,
        says="the request carries no such header",
    ),
    Fault(
        "body-compact-and-query-unsorted",
        ("SIG-004",),
        f"{_FAILS}, and mending one mistake seems to change nothing.",
        in_signing(_two_mistakes),
        says="serialised twice",
    ),
    Fault(
        "salt-and-method",
        ("SIG-004",),
        f"{_FAILS}, and mending one mistake seems to change nothing.",
        in_signing(_wrong_salt_and_method),
        says="method was signed in lower case",
    ),
    Fault(
        "path-signed-without-sandbox",
        ("SIG-004",),
        "Every call with a classic key is refused.",
        before_signing(lambda request: replace(request, path=request.path.removeprefix("/sandbox"))),
        says="different environment segments",
    ),
    Fault(
        "path-signed-with-its-host",
        ("SIG-004",),
        f"{_FAILS}.",
        over_another_text(
            lambda canonical, algorithm: string_to_sign(
                canonical.replace("\n/", "\nhttps://pay-api.amazon.com/", 1), algorithm
            )
        ),
        says="with the host before it",
    ),
    Fault(
        "query-not-signed",
        ("SIG-004",),
        "Calls with a filter or a page number are refused, plain ones pass.",
        after_signing(lambda signed: replace(signed, query="pageSize=10")),
        says="query was sent but not signed",
    ),
    Fault(
        "query-signed-unsorted",
        ("SIG-004",),
        "Calls with two parameters are refused, where they do not happen to be in order.",
        in_signing(_query_in_its_own_order),
        says="another order than by name",
    ),
    Fault(
        "method-signed-in-lower-case",
        ("SIG-004",),
        f"{_FAILS}.",
        before_signing(lambda request: replace(request, method=request.method.lower())),
        says="method was signed in lower case",
    ),
    Fault(
        "listed-and-not-signed",
        ("SIG-004",),
        f"{_FAILS}.",
        over_another_text(
            _with_lines(lambda lines: [line for line in lines if not line.startswith("accept:")])
        ),
        says="SignedHeaders names a header that the canonical request lacks",
    ),
    Fault(
        "header-lines-not-sorted",
        ("SIG-004",),
        f"{_FAILS}.",
        over_another_text(_with_lines(_as_they_were_set)),
        says="sort them",
    ),
    Fault(
        "header-lines-in-capitals",
        ("SIG-004",),
        f"{_FAILS}.",
        over_another_text(_with_lines(_lines_in_capitals)),
        says="Header names were signed with capitals",
    ),
    Fault(
        "headers-signed-in-the-callers-order",
        ("SIG-004", "SIG-005"),
        f"{_FAILS}.",
        _with_names(_as_they_were_set),
        says="sort them",
        why="The list that is out of order is on the wire, and it is what was signed.",
    ),
    Fault(
        "headers-signed-in-the-callers-case",
        ("SIG-004", "SIG-005"),
        f"{_FAILS}.",
        _with_names(_in_capitals),
        says="write them in lower case",
        why="The list with capitals is on the wire, and it is what was signed.",
    ),
    Fault(
        "list-of-headers-not-sorted",
        ("SIG-005",),
        "Nothing, as long as the service sorts them itself.",
        over_another_text(string_to_sign, lambda names: names[::-1]),
        says="SignedHeaders=accept;content-type",
    ),
    Fault(
        "idempotency-key-not-signed",
        ("SIG-006",),
        "Whoever can change a header in between can have a payment made twice.",
        _unsigned(KEY),
        says=KEY,
    ),
    Fault(
        "only-the-date-signed",
        ("SIG-006",),
        "Whoever can change a header in between can change what the call means.",
        _unsigned("accept", "content-type", HOST, REGION, KEY),
        says="accept, content-type",
    ),
    Fault(
        "names-signed-twice-as-once",
        ("SIG-008",),
        "Nothing today: amazon-pay-v2 does it, and the service is not known to mind.",
        over_another_text(string_to_sign, lambda names: tuple(sorted((*names, DATE, HOST)))),
        says="more than once",
    ),
    Fault(
        "white-space-folded-in-what-is-signed",
        ("SIG-007",),
        "Nothing, where the service folds it too.",
        WhiteSpaceFolded,
        says="white space",
    ),
    Fault(
        "signs-a-header-of-the-connection",
        ("SIG-010",),
        "Works from a desk and fails behind the first proxy, which writes a connection header of its own.",
        SignsConnection,
        says="connection",
    ),
    Fault(
        "signature-cut-short",
        ("SIG-011",),
        "Every call is refused: a column of 255 characters holds the signature.",
        _authorization(lambda value, _: value[:-44]),
        says="bytes",
    ),
)
