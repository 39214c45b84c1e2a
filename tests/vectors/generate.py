"""Writes the signature vectors anew: `python tests/vectors/generate.py`.

Signatures differ each time, for PSS is randomised.
A case is what was sent, what was signed, and how. The texts that are signed are written down here by hand or
by plain changes of them: nothing is asked of the kit's verifier, which the vectors are to test.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

HERE: Final = Path(__file__).parent
KEY_ID: Final = "SANDBOX-TESTONLYTESTONLYTESTONLY"
SALTS: Final = {"AMZN-PAY-RSASSA-PSS": 20, "AMZN-PAY-RSASSA-PSS-V2": 32}
EMPTY: Final = hashlib.sha256(b"").hexdigest()

NOTES: Final = {
    "Normal": "What a right client sends.",
    "Query": "The query is sorted by name, then by value, after RFC 3986 encoding; a space is + or %20.",
    "Path": "The path is signed percent-encoded; a trailing slash belongs to it.",
    "PathNormalised": "Whether a verifier normalises the path or takes it as sent, SDKs differ.",
    "Headers": "Header lines are lower-case, sorted, trimmed; a repeated header is joined with commas.",
    "ListWritten": "SignedHeaders is not lower-case, sorted and unique; some SDKs do that.",
    "Body": "The hash is over the bytes that are sent, whatever they are.",
    "AuthorizationForm": "The authorization header is not of the documented form.",
    "AlgorithmConfusion": "The two algorithms differ in the length of the salt and in a line that is signed.",
    "Padding": "Another padding, hash, mask or salt than the algorithm's.",
    "Base64": "The signature is base64 of RFC 4648 §4, padded.",
    "ModifiedSignature": "The signature was changed after it was made.",
    "Tampered": "What was sent was changed after it was signed.",
    "SignedHeaderMissing": "SignedHeaders names what was not sent.",
    "Canonicalisation": "The client wrote the request down wrongly before it signed.",
    "StringToSign": "The client signed something else than the string to sign.",
    "WrongKey": "Another key made the signature.",
    "TwoMistakes": "Two mistakes at once.",
    "Payload": "A button's payload is signed as a string, byte for byte.",
    "PayloadChanged": "The payload was changed between signing and showing.",
    "PhpUnescaped": "The official PHP SDK signs the payload without its backslashes.",
}

HEADERS: Final = (
    ("accept", "application/json"),
    ("content-type", "application/json"),
    ("x-amz-pay-date", "20261123T182658Z"),
    ("x-amz-pay-host", "pay-api.amazon.eu"),
    ("x-amz-pay-idempotency-key", "9f86d081884c7d659a2feaa0c55ad015"),
    ("x-amz-pay-region", "eu"),
)
NAMES: Final = ";".join(name for name, _ in HEADERS)
LINES: Final = "".join(f"{name}:{value}\n" for name, value in HEADERS)
BODY: Final = (
    '{"chargePermissionId":"S02-1111111-1111111","chargeAmount":{"amount":"14.00","currencyCode":"EUR"},'
    '"note":"Größe / 🛒"}'
).encode()

Key = rsa.RSAPrivateKey
Sign = Callable[[bytes, int, Key], bytes]


def pss(salt: int | None = None, mask: Any = None, digest: Any = None) -> Sign:
    """Return a way to sign: RSASSA-PSS, by default as the algorithm has it."""

    def sign(message: bytes, due: int, key: Key) -> bytes:
        mgf = padding.MGF1(mask or hashes.SHA256())
        return key.sign(message, padding.PSS(mgf, due if salt is None else salt), digest or hashes.SHA256())

    return sign


def pkcs1(message: bytes, _: int, key: Key) -> bytes:
    """Sign with PKCS#1 v1.5 padding."""
    return key.sign(message, padding.PKCS1v15(), hashes.SHA256())


@dataclass(frozen=True)
class Case:
    """One vector in the making.

    `due` is the documented canonical request of what is sent, or the payload; `signed` what was signed in its
    place. `message` makes the string to sign, `finish` changes the base64, `header` the authorization header.
    """

    comment: str
    flags: tuple[str, ...]
    result: str
    due: str | None
    signed: str | None = None
    method: str = "POST"
    path: str = "/v2/charges"
    query: str | None = None
    headers: tuple[tuple[str, str], ...] = HEADERS
    body: bytes = BODY
    names: str = NAMES
    sign: Sign = field(default_factory=pss)
    message: Callable[[str, str], bytes] = lambda text, algorithm: string_to_sign(text, algorithm).encode()
    finish: Callable[[str], str] = str
    header: Callable[[str], str] = str
    other_key: bool = False


def string_to_sign(text: str, algorithm: str) -> str:
    """Return the algorithm's name, LF, the hex SHA-256."""
    return f"{algorithm}\n{hashlib.sha256(text.encode()).hexdigest()}"


def canonical(
    method: str = "POST",
    path: str = "/v2/charges",
    query: str = "",
    lines: str = LINES,
    names: str = NAMES,
    body: bytes = BODY,
) -> str:
    """Put the parts of a canonical request together."""
    return f"{method}\n{path}\n{query}\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"


def request_cases() -> Iterator[Case]:
    """Yield the cases of requests, for either algorithm."""
    yield from _valid()
    yield from _written_otherwise()
    yield from _tampered()
    yield from _wrong_scheme()
    yield from _wrong_text()


def _valid() -> Iterator[Case]:
    yield Case("a POST with a body", ("Normal",), "valid", canonical())
    read = {"method": "GET", "body": b"", "path": "/v2/charges/S02-1111111-1111111-C111111"}
    yield Case("a GET", ("Normal",), "valid", canonical("GET", read["path"], body=b""), **read)
    close = {"method": "DELETE", "path": "/v2/chargePermissions/S02-1111111-1111111/close"}
    yield Case(
        "a DELETE with a body", ("Normal", "Body"), "valid", canonical("DELETE", close["path"]), **close
    )
    yield Case("a PATCH", ("Normal",), "valid", canonical("PATCH"), method="PATCH")
    sandbox = "/sandbox/v2/charges"
    yield Case("the environment in the path", ("Path",), "valid", canonical(path=sandbox), path=sandbox)
    yield Case("a slash at the end", ("Path",), "valid", canonical(path="/v2/charges/"), path="/v2/charges/")
    for comment, path in (
        ("unreserved characters in the path", "/v2/buyers/aZ09-._~"),
        ("an encoded vertical bar in the path", "/v2/buyers/Atza%7CIw"),
        ("letters beyond ASCII in the path", "/v2/buyers/%E1%88%B4"),
    ):
        yield Case(
            comment, ("Path",), "valid", canonical("GET", path, body=b""), method="GET", path=path, body=b""
        )
    for comment, sent, due in (
        ("one parameter", "foo=bar", "foo=bar"),
        ("an empty query behind a question mark", "", ""),
        ("parameters out of order", "b=2&a=1", "a=1&b=2"),
        ("a repeated parameter out of order", "foo=b&foo=a", "foo=a&foo=b"),
        ("byte order: capitals first", "foo=aha&foo=Zoo", "foo=Zoo&foo=aha"),
        ("byte order of names: A.1, A.10, A.2", "A.2=x&A.10=x&A.1=x", "A.1=x&A.10=x&A.2=x"),
        ("a name that begins another", "ab=1&a=2", "a=2&ab=1"),
        ("an empty value", "a=&b=1", "a=&b=1"),
        ("a space as %20", "a=b%20c", "a=b%20c"),
        ("a space as +", "a=b+c", "a=b%20c"),
        ("a plus that is one", "a=b%2Bc", "a=b%2Bc"),
        ("a percent sign that is one", "a=100%25", "a=100%25"),
        ("a list in one value", "types=_GET_B_%2C_GET_A_", "types=_GET_B_%2C_GET_A_"),
        ("letters beyond ASCII", "%E1%88%B4=bar", "%E1%88%B4=bar"),
        ("unreserved characters", "-._~=-._~", "-._~=-._~"),
        ("an equals sign in a value", "nextToken=a%2B%2F%3D", "nextToken=a%2B%2F%3D"),
    ):
        read = {"method": "GET", "path": "/v2/reports", "body": b"", "query": sent}
        yield Case(
            f"query: {comment}", ("Query",), "valid", canonical("GET", "/v2/reports", due, body=b""), **read
        )
    for comment, sent in (
        ("escapes of what is not ASCII", b'{"note":"Gr\\u00f6\\u00dfe"}'),
        ("escaped slashes", b'{"url":"https:\\/\\/shop.example\\/"}'),
        ("spaces and line ends", b'{\n  "note": "x"\n}\n'),
        ("white space around it", b' {"note":"x"} '),
        ("an empty object", b"{}"),
        ("nothing", b""),
        ("no JSON at all", b"\x00\xff\xfe"),
        ("10,000 bytes", b'{"note":"' + b"x" * 9_989 + b'"}'),
    ):
        yield Case(f"body: {comment}", ("Body",), "valid", canonical(body=sent), body=sent)
    capitals = tuple((name.title(), value) for name, value in HEADERS)
    yield Case("header names in capitals", ("Headers",), "valid", canonical(), headers=capitals)
    shuffled = tuple(reversed(HEADERS))
    yield Case("headers sent in another order", ("Headers",), "valid", canonical(), headers=shuffled)
    spaced = tuple((name, f"  {value} ") for name, value in HEADERS)
    yield Case("white space around values", ("Headers",), "valid", canonical(), headers=spaced)
    more = (*HEADERS, ("user-agent", "a client/1"))
    yield Case("a header that is not signed", ("Headers",), "valid", canonical(), headers=more)
    names, lines = f"{NAMES};x-amz-pay-simulation-code", f"{LINES}x-amz-pay-simulation-code:SoftDeclined\n"
    signed = (*HEADERS, ("x-amz-pay-simulation-code", "SoftDeclined"))
    yield Case(
        "one more header that is signed",
        ("Headers",),
        "valid",
        canonical(lines=lines, names=names),
        headers=signed,
        names=names,
    )
    few = "accept;content-type;x-amz-pay-date"
    yield Case(
        "only three headers signed",
        ("Headers",),
        "valid",
        canonical(lines="".join(LINES.splitlines(keepends=True)[:3]), names=few),
        names=few,
    )
    names, lines = f"{NAMES};x-note", f"{LINES}x-note:\n"
    yield Case(
        "an empty header",
        ("Headers",),
        "valid",
        canonical(lines=lines, names=names),
        headers=(*HEADERS, ("x-note", "")),
        names=names,
    )
    lines, two = f"{LINES}x-note:a,b\n", (*HEADERS, ("x-note", "a"), ("x-note", "b"))
    yield Case(
        "a header sent twice",
        ("Headers",),
        "valid",
        canonical(lines=lines, names=names),
        headers=two,
        names=names,
    )


def _written_otherwise() -> Iterator[Case]:
    """What some SDKs do, and a verifier may take."""
    due = canonical("GET", "/v2/charges", body=b"")
    for comment, path in (
        ("doubled slashes", "/v2//charges"),
        ("a segment of one dot", "/v2/./charges"),
        ("two dots", "/v2/x/../charges"),
    ):
        for how, signed in (("normalised", due), ("as sent", canonical("GET", path, body=b""))):
            yield Case(
                f"path with {comment}, signed {how}",
                ("PathNormalised",),
                "acceptable",
                due,
                signed,
                method="GET",
                path=path,
                body=b"",
            )
    yield Case(
        "a query signed as sent: a space as +",
        ("Query",),
        "acceptable",
        canonical("GET", "/v2/reports", "a=b%20c", body=b""),
        canonical("GET", "/v2/reports", "a=b+c", body=b""),
        method="GET",
        path="/v2/reports",
        query="a=b+c",
        body=b"",
    )
    yield Case(
        "a query signed as sent: an asterisk",
        ("Query",),
        "acceptable",
        canonical("GET", "/v2/reports", "a=%2A", body=b""),
        canonical("GET", "/v2/reports", "a=*", body=b""),
        method="GET",
        path="/v2/reports",
        query="a=*",
        body=b"",
    )
    yield Case(
        "SignedHeaders not sorted, the lines are",
        ("ListWritten",),
        "acceptable",
        canonical(),
        names=";".join(reversed(NAMES.split(";"))),
    )
    written = NAMES.replace("x-amz-pay-idempotency-key", "x-amz-pay-Idempotency-Key")
    yield Case(
        "SignedHeaders in the caller's case, signed in lower case",
        ("ListWritten",),
        "acceptable",
        canonical(),
        names=written,
    )
    yield Case(
        "SignedHeaders in the caller's case, signed so",
        ("ListWritten",),
        "acceptable",
        canonical(),
        canonical(names=written),
        names=written,
    )
    twice = NAMES.replace("x-amz-pay-date", "x-amz-pay-date;x-amz-pay-date")
    lines = LINES.replace("x-amz-pay-date:20261123T182658Z\n", "x-amz-pay-date:20261123T182658Z\n" * 2)
    yield Case(
        "a name twice in SignedHeaders, signed once",
        ("ListWritten",),
        "acceptable",
        canonical(lines=lines, names=twice),
        canonical(),
        names=twice,
    )


def _tampered() -> Iterator[Case]:
    plain = canonical()
    for comment, more in (
        ("the method", {"method": "PATCH"}),
        ("the path", {"path": "/v2/refunds"}),
        ("the path's case", {"path": "/v2/Charges"}),
        ("a slash added", {"path": "/v2/charges/"}),
        ("the environment added", {"path": "/live/v2/charges"}),
        ("a query added", {"query": "a=1"}),
        ("an amount", {"body": BODY.replace(b"14.00", b"99.00")}),
        ("a space added to the body", {"body": BODY + b" "}),
        ("the body dropped", {"body": b""}),
    ):
        due = canonical(
            more.get("method", "POST"),
            more.get("path", "/v2/charges"),
            more.get("query") or "",
            body=more.get("body", BODY),
        )
        yield Case(f"changed on the way: {comment}", ("Tampered",), "invalid", due, plain, **more)
    for name, old in HEADERS:
        new = {"x-amz-pay-date": "20261123T182659Z"}.get(name, f"{old}x")
        sent = tuple((other, new if other == name else value) for other, value in HEADERS)
        lines = LINES.replace(f"{name}:{old}\n", f"{name}:{new}\n")
        yield Case(
            f"changed on the way: {name}",
            ("Tampered",),
            "invalid",
            canonical(lines=lines),
            plain,
            headers=sent,
        )
    for name, _ in HEADERS:
        sent = tuple(item for item in HEADERS if item[0] != name)
        yield Case(f"not sent: {name}", ("SignedHeaderMissing",), "invalid", None, plain, headers=sent)
    two = (*HEADERS, ("x-amz-pay-date", "20261123T182658Z"))
    lines = LINES.replace("182658Z\n", "182658Z,20261123T182658Z\n", 1)
    yield Case(
        "a second date added", ("Tampered", "Headers"), "invalid", canonical(lines=lines), plain, headers=two
    )
    listed = NAMES.replace(";x-amz-pay-region", "")
    yield Case(
        "a name taken out of SignedHeaders",
        ("Tampered",),
        "invalid",
        canonical(lines=LINES.replace("x-amz-pay-region:eu\n", ""), names=listed),
        plain,
        names=listed,
    )


def _wrong_scheme() -> Iterator[Case]:
    plain = canonical()
    for salt in (0, 19, 20, 21, 31, 32, 33, 64, 222):
        yield Case(f"a salt of {salt} bytes", ("Padding",), "invalid", plain, sign=pss(salt))
    yield Case("MGF1 with SHA-1", ("Padding",), "invalid", plain, sign=pss(mask=hashes.SHA1()))  # noqa: S303
    yield Case("MGF1 with SHA-512", ("Padding",), "invalid", plain, sign=pss(mask=hashes.SHA512()))
    yield Case(
        "SHA-512 for SHA-256",
        ("Padding",),
        "invalid",
        plain,
        sign=pss(mask=hashes.SHA512(), digest=hashes.SHA512()),
    )
    yield Case(
        "SHA-1 for SHA-256",
        ("Padding",),
        "invalid",
        plain,
        sign=pss(mask=hashes.SHA1(), digest=hashes.SHA1()),  # noqa: S303
    )
    yield Case("PKCS#1 v1.5", ("Padding",), "invalid", plain, sign=pkcs1)
    yield Case("another key", ("WrongKey",), "invalid", plain, other_key=True)
    for comment, change in (
        ("no signature at all", lambda _: b""),
        ("one byte", lambda _: b"\x00"),
        ("zeros", lambda raw: bytes(len(raw))),
        ("ones", lambda raw: b"\xff" * len(raw)),
        ("the first bit turned", lambda raw: bytes([raw[0] ^ 0x80]) + raw[1:]),
        ("the last bit turned", lambda raw: raw[:-1] + bytes([raw[-1] ^ 1])),
        ("a byte cut off", lambda raw: raw[:-1]),
        ("a zero byte before it", lambda raw: b"\x00" + raw),
        ("a byte added", lambda raw: raw + b"\x00"),
        ("turned round", lambda raw: raw[::-1]),
    ):
        yield Case(
            f"signature: {comment}", ("ModifiedSignature",), "invalid", plain, finish=_on_bytes(change)
        )
    for comment, finish in (
        ("the alphabet for URLs", lambda text: text.replace("+", "-").replace("/", "_").replace("A", "-", 1)),
        ("no padding", lambda text: text.rstrip("=")),
        ("hex", lambda text: base64.b64decode(text).hex()),
        ("a space in it", lambda text: f"{text[:40]} {text[40:]}"),
        ("quoted", lambda text: f'"{text}"'),
        ("base64 of base64", lambda text: base64.b64encode(text.encode()).decode()),
    ):
        yield Case(f"base64: {comment}", ("Base64",), "invalid", plain, finish=finish)
    for comment, header in (
        ("no commas", lambda value: value.replace(",", "")),
        ("another order", lambda value: _reordered(value)),
        ("a field of AWS: Credential", lambda value: value.replace("PublicKeyId=", "Credential=")),
        ("no SignedHeaders", lambda value: value.replace(f" SignedHeaders={NAMES},", "")),
        ("an empty SignedHeaders", lambda value: value.replace(NAMES, "")),
        ("an empty PublicKeyId", lambda value: value.replace(KEY_ID, "")),
        ("an unknown algorithm", lambda value: "AMZN-PAY-RSASSA-PSS-V3 " + value.partition(" ")[2]),
        (
            "the algorithm in lower case",
            lambda value: value.partition(" ")[0].lower() + " " + value.partition(" ")[2],
        ),
        ("AWS's algorithm", lambda value: "AWS4-HMAC-SHA256 " + value.partition(" ")[2]),
        ('the algorithm "none"', lambda value: "none " + value.partition(" ")[2]),
        ("nothing in it", lambda _: ""),
    ):
        yield Case(f"authorization: {comment}", ("AuthorizationForm",), "invalid", plain, header=header)
    yield Case(
        "authorization: names the other algorithm",
        ("AlgorithmConfusion",),
        "invalid",
        plain,
        header=lambda value: _other_algorithm(value.partition(" ")[0]) + " " + value.partition(" ")[2],
    )
    yield Case(
        "the other algorithm's name is signed",
        ("AlgorithmConfusion",),
        "invalid",
        plain,
        message=lambda text, algorithm: string_to_sign(text, _other_algorithm(algorithm)).encode(),
    )


def _wrong_text() -> Iterator[Case]:
    plain = canonical()
    for comment, message in (
        ("without the algorithm's line", lambda text, _: hashlib.sha256(text.encode()).hexdigest().encode()),
        ("the canonical request itself", lambda text, _: text.encode()),
        (
            "the canonical request behind the algorithm",
            lambda text, algorithm: f"{algorithm}\n{text}".encode(),
        ),
        (
            "hashed once more",
            lambda text, algorithm: hashlib.sha256(string_to_sign(text, algorithm).encode()).digest(),
        ),
        (
            "hex in upper case",
            lambda text, algorithm: (
                f"{algorithm}\n{hashlib.sha256(text.encode()).hexdigest().upper()}".encode()
            ),
        ),
        (
            "base64 for hex",
            lambda text, algorithm: (
                f"{algorithm}\n{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}".encode()
            ),
        ),
        ("CR LF", lambda text, algorithm: string_to_sign(text, algorithm).replace("\n", "\r\n").encode()),
        ("a line end behind it", lambda text, algorithm: f"{string_to_sign(text, algorithm)}\n".encode()),
        ("nothing", lambda *_: b""),
    ):
        yield Case(f"string to sign: {comment}", ("StringToSign",), "invalid", plain, message=message)
    asked = {"query": "b=2&a=x%20y%2F"}
    queried = canonical(query="a=x%20y%2F&b=2")
    for comment, signed in (
        ("the method in lower case", plain.replace("POST", "post", 1)),
        (
            "no blank line before the list",
            plain.replace("eu\n\naccept;", "eu\naccept;"),
        ),
        ("no line for the empty query", plain.replace("charges\n\n", "charges\n")),
        ("a line end behind it", f"{plain}\n"),
        ("CR LF", plain.replace("\n", "\r\n")),
        ("the host before the path", plain.replace("\n/", "\nhttps://pay-api.amazon.eu/", 1)),
        (
            "names in capitals in the lines",
            plain.replace(LINES, "".join(f"{name.title()}:{value}\n" for name, value in HEADERS)),
        ),
        ("spaces behind the colons", plain.replace(LINES, LINES.replace(":", ": "))),
        ("a line missing", plain.replace("x-amz-pay-region:eu\n", "")),
        (
            "another host",
            plain.replace("x-amz-pay-host:pay-api.amazon.eu", "x-amz-pay-host:pay-api.amazon.com"),
        ),
        ("the host with a port", plain.replace("pay-api.amazon.eu\n", "pay-api.amazon.eu:443\n")),
        ("the date in the other form", plain.replace("20261123T182658Z", "2026-11-23T18:26:58Z")),
        ("the hash of nothing for the body's", plain[:-64] + EMPTY),
        ("the body's hash in upper case", plain[:-64] + plain[-64:].upper()),
        ("the body trimmed", canonical(body=BODY + b"\n")),
        (
            "the body written again, with spaces",
            canonical(body=json.dumps(json.loads(BODY), ensure_ascii=False).encode()),
        ),
        (
            "the body written again, escaped",
            canonical(body=json.dumps(json.loads(BODY), separators=(",", ":")).encode()),
        ),
        ("the body in Latin-1", canonical(body=BODY.decode().replace("🛒", "?").encode("latin-1"))),
    ):
        yield Case(f"canonical request: {comment}", ("Canonicalisation",), "invalid", plain, signed)
    mixed = (*HEADERS[:4], HEADERS[5], HEADERS[4])
    lines = "".join(f"{name}:{value}\n" for name, value in mixed)
    yield Case(
        "canonical request: lines in the order in which headers were set",
        ("Canonicalisation",),
        "invalid",
        plain,
        canonical(lines=lines),
        headers=mixed,
    )
    buyer = "/v2/buyers/Atza%7CIw"
    for comment, path in (
        ("encoded twice", "/v2/buyers/Atza%257CIw"),
        ("not encoded", "/v2/buyers/Atza|Iw"),
        ("in lower-case hex", "/v2/buyers/Atza%7cIw"),
    ):
        yield Case(
            f"canonical request: the path {comment}",
            ("Canonicalisation", "Path"),
            "invalid",
            canonical("GET", buyer, body=b""),
            canonical("GET", path, body=b""),
            method="GET",
            path=buyer,
            body=b"",
        )
    for comment, query in (
        ("not sorted", "b=2&a=x%20y%2F"),
        ("not encoded", "a=x y/&b=2"),
        ("encoded twice", "a=x%2520y%252F&b=2"),
        ("hex in lower case", "a=x%20y%2f&b=2"),
        ("with its question mark", "?a=x%20y%2F&b=2"),
        ("left out", ""),
    ):
        yield Case(
            f"query signed {comment}",
            ("Canonicalisation", "Query"),
            "invalid",
            queried,
            canonical(query=query),
            **asked,
        )
    yield Case(
        "an empty object hashed, nothing sent",
        ("Canonicalisation", "Body"),
        "invalid",
        canonical("GET", body=b""),
        canonical("GET", body=b"{}"),
        method="GET",
        body=b"",
    )
    yield Case(
        "method in lower case, salt of 222 bytes",
        ("TwoMistakes",),
        "invalid",
        plain,
        plain.replace("POST", "post", 1),
        sign=pss(222),
    )
    again = json.dumps(json.loads(BODY)).encode()
    yield Case(
        "query not sorted, body written again",
        ("TwoMistakes",),
        "invalid",
        queried,
        canonical(query="b=2&a=x%20y%2F", body=again),
        **asked,
    )
    yield Case(
        "the host with a port, a slash added",
        ("TwoMistakes",),
        "invalid",
        plain,
        canonical(path="/v2/charges/", lines=LINES.replace("amazon.eu", "amazon.eu:443")),
    )


def button_cases() -> Iterator[Case]:
    """Yield the cases of the button, for either algorithm; `due` is the payload."""
    plain = '{"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/review"},"storeId":"amzn1.application-oa2-client.test"}'
    for comment, payload in (
        ("plain", plain),
        ("escaped slashes", plain.replace("/", "\\/")),
        ("letters beyond ASCII", '{"note":"Größe 🛒"}'),
        ("escapes of them", '{"note":"Gr\\u00f6\\u00dfe \\ud83d\\uded2"}'),
        ("quotes and backslashes", '{"note":"a \\"b\\" \\\\ c"}'),
        ("an empty object and an empty array", '{"deliverySpecifications":{},"scopes":[]}'),
        ("spaces and line ends", '{\n  "note": "x"\n}'),
        ("white space around it", ' {"note":"x"}\n'),
        ("an empty object", "{}"),
        ("nothing", ""),
    ):
        yield Case(f"payload: {comment}", ("Payload",), "valid", payload)
    note = '{"note":"Größe / x","list":{}}'
    for comment, signed in (
        ("written again, with spaces", json.dumps(json.loads(note), ensure_ascii=False)),
        ("written again, escaped", json.dumps(json.loads(note), separators=(",", ":"))),
        ("slashes escaped", note.replace("/", "\\/")),
        ("arrays for objects", note.replace("{}", "[]")),
        ("JSON in JSON", json.dumps(note)),
        ("trimmed of what it has not", note + "\n"),
        ("escaped for HTML", note.replace('"', "&quot;")),
        ("a field changed", note.replace("x", "y")),
        ("left out", ""),
    ):
        yield Case(f"payload signed {comment}", ("PayloadChanged",), "invalid", note, signed)
    yield Case(
        "payload signed as a request",
        ("PayloadChanged",),
        "invalid",
        note,
        canonical(path="/v2/checkoutSessions", lines="", names="", body=note.encode()),
    )
    slashes = plain.replace("/", "\\/")
    yield Case("payload signed without its backslashes", ("PhpUnescaped",), "acceptable", slashes, plain)
    for salt in (0, 20, 32, 222):
        yield Case(f"a salt of {salt} bytes", ("Padding",), "invalid", plain, sign=pss(salt))
    yield Case("MGF1 with SHA-1", ("Padding",), "invalid", plain, sign=pss(mask=hashes.SHA1()))  # noqa: S303
    yield Case("PKCS#1 v1.5", ("Padding",), "invalid", plain, sign=pkcs1)
    yield Case("another key", ("WrongKey",), "invalid", plain, other_key=True)
    yield Case(
        "without the algorithm's line",
        ("StringToSign",),
        "invalid",
        plain,
        message=lambda text, _: hashlib.sha256(text.encode()).hexdigest().encode(),
    )
    yield Case(
        "the other algorithm's line",
        ("AlgorithmConfusion",),
        "invalid",
        plain,
        message=lambda text, algorithm: string_to_sign(text, _other_algorithm(algorithm)).encode(),
    )
    yield Case(
        "the payload itself", ("StringToSign",), "invalid", plain, message=lambda text, _: text.encode()
    )
    yield Case("base64: no padding", ("Base64",), "invalid", plain, finish=lambda text: text.rstrip("="))
    yield Case(
        "signature: a byte cut off",
        ("ModifiedSignature",),
        "invalid",
        plain,
        finish=_on_bytes(lambda raw: raw[:-1]),
    )


def _on_bytes(change: Callable[[bytes], bytes]) -> Callable[[str], str]:
    return lambda text: base64.b64encode(change(base64.b64decode(text))).decode()


def _reordered(value: str) -> str:
    algorithm, _, rest = value.partition(" ")
    return f"{algorithm} {', '.join(reversed(rest.split(', ')))}"


def _other_algorithm(algorithm: str) -> str:
    return next(name for name in SALTS if name != algorithm)


def cases(kind: str, algorithm: str) -> list[Case]:
    """Return the cases of a file; what would be right for this algorithm is not among the wrong ones."""
    made = request_cases() if kind == "request" else button_cases()
    right = f"a salt of {SALTS[algorithm]} bytes"
    return [case if case.comment != right else replace(case, result="valid") for case in made]


def document(kind: str, algorithm: str, key: Key, other: Key) -> dict[str, Any]:
    """Return one file of vectors."""
    tests = [
        _test(number, kind, algorithm, case, key, other)
        for number, case in enumerate(cases(kind, algorithm), 1)
    ]
    flags = {flag for test in tests for flag in test["flags"]}
    pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    group = {
        "type": "RequestVerify" if kind == "request" else "ButtonVerify",
        "keySize": 2048,
        "sha": "SHA-256",
        "mgf": "MGF1",
        "mgfSha": "SHA-256",
        "sLen": SALTS[algorithm],
        "publicKeyId": KEY_ID,
        "publicKeyPem": pem.decode(),
        "tests": tests,
    }
    return {
        "algorithm": algorithm,
        "schema": f"{kind}-verify-schema.json",
        "numberOfTests": len(tests),
        "header": ["Test vectors for verifying signatures of Amazon Pay, API v2: see README.md."],
        "notes": {flag: NOTES[flag] for flag in sorted(flags)},
        "testGroups": [group],
    }


def _test(number: int, kind: str, algorithm: str, case: Case, key: Key, other: Key) -> dict[str, Any]:
    signed = case.due if case.signed is None else case.signed
    message = case.message(signed or "", algorithm)
    raw = case.sign(message, SALTS[algorithm], other if case.other_key else key)
    signature = case.finish(base64.b64encode(raw).decode())
    head = {"tcId": number, "comment": case.comment, "flags": list(case.flags)}
    if kind == "button":
        due = string_to_sign(case.due or "", algorithm)
        return {
            **head,
            "payload": case.due,
            "stringToSign": due,
            "signature": signature,
            "result": case.result,
        }
    value = case.header(
        f"{algorithm} PublicKeyId={KEY_ID}, SignedHeaders={case.names}, Signature={signature}"
    )
    request = {
        "method": case.method,
        "path": case.path,
        "query": case.query,
        "headers": [*map(list, case.headers), ["authorization", value]],
        "body": base64.b64encode(case.body).decode(),
    }
    due = None if case.due is None else string_to_sign(case.due, algorithm)
    return {
        **head,
        "request": request,
        "canonicalRequest": case.due,
        "stringToSign": due,
        "signature": signature,
        "result": case.result,
    }


def name_of(kind: str, algorithm: str) -> str:
    """Return the name of a file."""
    return f"{algorithm.lower().replace('amzn-pay-', '')}-{kind}.json"


def main() -> None:
    """Write the four files."""
    pem = (HERE.parent / "keys" / "test-only-private-pkcs8.pem").read_bytes()
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("the test key is not RSA")
    other = rsa.generate_private_key(65537, 2048)
    for algorithm in SALTS:
        for kind in ("request", "button"):
            text = json.dumps(document(kind, algorithm, key, other), ensure_ascii=False, indent=1)
            (HERE / name_of(kind, algorithm)).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
