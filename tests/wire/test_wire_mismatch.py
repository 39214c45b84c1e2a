"""Every known mistake is recognised in a request whose signer made exactly that one."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from amazonpay_conformance.wire.canonical import DOCUMENTED, CanonicalForm, names_as_written, string_to_sign
from amazonpay_conformance.wire.forensics import (
    ANOTHER_KEY,
    NOT_BASE64,
    OTHER_BYTES,
    diagnose,
    explain_mismatch,
)
from amazonpay_conformance.wire.keys import PrivateKey, generate_private_key, load_private_key
from amazonpay_conformance.wire.messages import Headers, Request
from amazonpay_conformance.wire.mismatch import MISTAKES, SCHEME_MISTAKES
from amazonpay_conformance.wire.signing import ALGORITHMS, Authorization, sign, verify
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

PEM = (Path(__file__).parents[1] / "keys" / "test-only-private-pkcs8.pem").read_bytes()
KEY_ID = "SANDBOX-TESTONLYTESTONLYTESTONLY"
SENTENCES = {mistake.name: mistake.sentence for mistake in (*SCHEME_MISTAKES, *MISTAKES)}

Signer = Callable[[bytes], bytes]


@functools.cache
def key() -> PrivateKey:
    return load_private_key(PEM)


@functools.cache
def raw_key():
    return serialization.load_pem_private_key(PEM, password=None)


HEADERS = Headers.of(
    {
        "accept": "application/json",
        "content-type": "application/json",
        "x-amz-pay-region": "eu",
        "x-amz-pay-host": "localhost:8443",
        "x-amz-pay-date": "20261123T182658Z",
        "x-amz-pay-idempotency-key": "k1",
        "Host": "localhost:8443",
    }
)
SIGNED = ("accept", "content-type", "x-amz-pay-date", "x-amz-pay-host", "x-amz-pay-region")
POST = Request("POST", "/sandbox/v2/charges", "b=2&a=x%20y%2F", HEADERS, '{"a": "ë/", "b": 1.50}'.encode())
TWICE = replace(POST, headers=Headers((*HEADERS, ("x-amz-pay-region", "eu"))))
GET = replace(POST, method="GET", path="/v2/buyers/a%7Cb", body=b"")


def form(request: Request = POST, names: Sequence[str] = SIGNED) -> CanonicalForm:
    return DOCUMENTED.form(request, names)


def pss(salt_length: int, mgf_hash: hashes.HashAlgorithm) -> Signer:
    scheme = padding.PSS(padding.MGF1(mgf_hash), salt_length)
    return lambda message: raw_key().sign(message, scheme, hashes.SHA256())


def with_sha512(message: bytes) -> bytes:
    scheme = padding.PSS(padding.MGF1(hashes.SHA512()), 20)
    return raw_key().sign(message, scheme, hashes.SHA512())


def pkcs1(message: bytes) -> bytes:
    return raw_key().sign(message, padding.PKCS1v15(), hashes.SHA256())


def attach(
    request: Request, algorithm: str, signature: bytes | str, names: Sequence[str] = SIGNED
) -> Request:
    text = signature if isinstance(signature, str) else base64.b64encode(signature).decode()
    value = Authorization(algorithm, KEY_ID, tuple(names), text).value
    return replace(request, headers=request.headers.with_value("authorization", value))


@dataclass(frozen=True)
class Wrong:
    """What a signer did: signed `message` of the canonical text `canonical`, and sent `sent`."""

    canonical: object = None
    sent: Request = POST
    names: Sequence[str] = SIGNED
    message: Callable[[str, str], bytes] = lambda text, algorithm: string_to_sign(text, algorithm).encode()
    signer: Callable[[int], Signer] = lambda salt_length: pss(salt_length, hashes.SHA256())
    bodies: tuple[bytes, ...] = ()

    def request(self, algorithm: str) -> Request:
        text = str(form() if self.canonical is None else self.canonical)
        signature = self.signer(ALGORITHMS[algorithm])(self.message(text, algorithm))
        return attach(self.sent, algorithm, signature, self.names)


def other(algorithm: str) -> str:
    (name,) = set(ALGORITHMS) - {algorithm}
    return name


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).hexdigest().encode()


def header(name: str, value: str) -> CanonicalForm:
    return form(replace(POST, headers=POST.headers.with_value(name, value)))


def reordered(names: Sequence[str]) -> CanonicalForm:
    values = dict(form().headers)
    return replace(form(), headers=tuple((name, values[name]) for name in names), names=";".join(names))


def body(signed: bytes, sent: bytes = POST.body, bodies: tuple[bytes, ...] = ()) -> Wrong:
    return Wrong(form(replace(POST, body=signed)), sent=replace(POST, body=sent), bodies=bodies)


WRONG = {
    "pkcs1-padding": Wrong(signer=lambda _: pkcs1),
    "another-hash": Wrong(signer=lambda _: with_sha512),
    "mgf1-with-sha1": Wrong(signer=lambda salt: pss(salt, hashes.SHA1())),  # noqa: S303
    "salt-of-the-other-algorithm": Wrong(signer=lambda salt: pss(52 - salt, hashes.SHA256())),
    "salt-of-another-length": Wrong(signer=lambda _: pss(222, hashes.SHA256())),
    "algorithm-line-missing": Wrong(message=lambda text, _: digest(text)),
    "algorithm-line-of-the-other": Wrong(
        message=lambda text, algorithm: string_to_sign(text, other(algorithm)).encode()
    ),
    "canonical-request-signed": Wrong(message=lambda text, _: text.encode()),
    "hashed-again": Wrong(
        message=lambda text, algorithm: hashlib.sha256(string_to_sign(text, algorithm).encode()).digest()
    ),
    "hex-in-upper-case": Wrong(
        message=lambda text, algorithm: f"{algorithm}\n".encode() + digest(text).upper()
    ),
    "hash-not-in-hex": Wrong(
        message=lambda text, algorithm: (
            f"{algorithm}\n".encode() + base64.b64encode(hashlib.sha256(text.encode()).digest())
        )
    ),
    "line-ends": Wrong(str(form()).replace("\n", "\r\n")),
    "blank-line-missing": Wrong(str(form()).replace("\n\n", "\n")),
    "method-in-lower-case": Wrong(replace(form(), method="post")),
    "path-slash": Wrong(replace(form(), path="/sandbox/v2/charges/")),
    "path-environment": Wrong(replace(form(), path="/v2/charges")),
    "path-encoded-twice": Wrong(replace(form(GET), path="/v2/buyers/a%257Cb"), sent=GET),
    "path-not-encoded": Wrong(replace(form(GET), path="/v2/buyers/a|b"), sent=GET),
    "path-hex-in-another-case": Wrong(replace(form(GET), path="/v2/buyers/a%7cb"), sent=GET),
    "query-in-path": Wrong(replace(form(), path=f"{POST.path}?{POST.query}", query="")),
    "host-in-path": Wrong(replace(form(), path=f"https://localhost:8443{POST.path}")),
    "query-left-out": Wrong(replace(form(), query="")),
    "query-with-question-mark": Wrong(replace(form(), query=f"?{form().query}")),
    "query-not-sorted": Wrong(replace(form(), query="b=2&a=x%20y%2F")),
    "query-encoded-twice": Wrong(replace(form(), query="a=x%2520y%252F&b=2")),
    "query-encoded-otherwise": Wrong(replace(form(), query="a=x y/&b=2")),
    "host-written-otherwise": Wrong(header("x-amz-pay-host", "localhost")),
    "date-written-otherwise": Wrong(header("x-amz-pay-date", "20261123T182657Z")),
    "region-written-otherwise": Wrong(header("x-amz-pay-region", "EU")),
    "values-not-trimmed": Wrong(
        replace(form(), headers=tuple((name, f" {value}") for name, value in form().headers))
    ),
    "values-in-another-case": Wrong(header("x-amz-pay-date", "20261123t182658z")),
    "header-repeated": Wrong(header("x-amz-pay-region", "eu eu"), sent=TWICE),
    "listed-not-signed": Wrong(form(), names=(*SIGNED, "x-amz-pay-idempotency-key")),
    "signed-not-listed": Wrong(form(names=(*SIGNED, "x-amz-pay-idempotency-key"))),
    "names-not-sorted": Wrong(reordered(SIGNED[::-1]), names=SIGNED[::-1]),
    "names-not-in-lower-case": Wrong(
        replace(form(), headers=tuple((name.title(), value) for name, value in form().headers))
    ),
    "body-left-out": body(b""),
    "body-never-sent": Wrong(form(replace(GET, body=b"{}")), sent=GET),
    "body-trimmed": body(b" " + POST.body + b"\n"),
    "body-serialised-again": body('{"a":"ë/","b":1.5}'.encode()),
    "body-in-another-charset": body('{"a": "ë/", "b": 1.50}'.encode("latin-1")),
    "body-of-the-caller": body(b"<xml/>", bodies=(b"other", b"<xml/>")),
}

anything = st.text(st.characters())  # lone surrogates too
by_algorithm = pytest.mark.parametrize("algorithm", ALGORITHMS)


def test_every_mistake_of_the_table_is_made_here():
    assert list(WRONG) == list(SENTENCES)


@by_algorithm
@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_refused_and_named(name, algorithm):
    wrong = WRONG[name]
    request = wrong.request(algorithm)
    assert verify(request, key().public).reason == "signature-mismatch"
    assert explain_mismatch(request, key().public, body_candidates=wrong.bodies) == SENTENCES[name]


ALSO = [
    ("canonical-request-signed", Wrong(message=lambda text, algorithm: f"{algorithm}\n{text}".encode())),
    (
        "hashed-again",
        Wrong(message=lambda text, algorithm: digest(string_to_sign(text, algorithm))),
    ),
    ("hex-in-upper-case", Wrong(replace(form(), payload_hash=form().payload_hash.upper()))),
    ("line-ends", Wrong(f"{form()}\n")),
    ("line-ends", Wrong(message=lambda text, algorithm: f"{string_to_sign(text, algorithm)}\n".encode())),
    ("path-slash", Wrong(form(), sent=replace(POST, path="/sandbox/v2/charges/"))),
    ("path-environment", Wrong(form(), sent=replace(POST, path="/v2/charges"))),
    ("query-in-path", Wrong(replace(form(), path=f"{POST.path}?{form().query}"))),
    ("query-with-question-mark", Wrong(replace(form(GET), query="?"), sent=replace(GET, query=None))),
    ("query-encoded-otherwise", Wrong(replace(form(), query="a=x+y%2F&b=2"))),
    ("query-encoded-otherwise", Wrong(replace(form(), query="a=x%20y%2f&b=2"))),
    ("host-written-otherwise", Wrong(header("x-amz-pay-host", "pay-api.amazon.eu"))),
    ("date-written-otherwise", Wrong(header("x-amz-pay-date", "2026-11-23T18:26:58Z"))),
    ("listed-not-signed", Wrong(replace(form(), headers=form().headers[1:]))),
    ("names-not-sorted", Wrong(replace(form(), names=";".join(SIGNED[::-1])), names=SIGNED[::-1])),
    ("body-trimmed", body(POST.body, sent=POST.body + b"\r\n")),
    ("body-serialised-again", body(b'{\n  "a": "\\u00eb\\/",\n  "b": 1.5\n}')),
    ("body-serialised-again", body(b'{"b":1.500,"a":"\\u00eb/"}', bodies=(b'{"b":1.500,"a":"\\u00eb/"}',))),
    ("body-never-sent", Wrong(form(replace(GET, body=b"<a/>")), sent=GET, bodies=(b"<a/>",))),
]


@pytest.mark.parametrize(("name", "wrong"), ALSO)
def test_a_mistake_has_several_faces(name, wrong):
    request = wrong.request("AMZN-PAY-RSASSA-PSS-V2")
    found = explain_mismatch(request, key().public, body_candidates=wrong.bodies)
    assert found == SENTENCES[name]


def test_a_mistake_is_recognised_on_top_of_an_accepted_variant():
    names = ("Accept", "X-Amz-Pay-Date")
    written = DOCUMENTED.form(replace(POST, body=POST.body + b"\n"), names)
    wrong = Wrong(replace(written, names=";".join(names_as_written(names))), names=names)
    request = wrong.request("AMZN-PAY-RSASSA-PSS")
    assert explain_mismatch(request, key().public) == SENTENCES["body-trimmed"]


def signed(request: Request = POST) -> Request:
    return sign(request, key=key(), public_key_id=KEY_ID, algorithm="AMZN-PAY-RSASSA-PSS")


def test_what_verifies_needs_no_explanation():
    assert explain_mismatch(signed(), key().public) is None


def test_another_key_is_told_from_other_bytes():
    assert explain_mismatch(signed(), generate_private_key().public) == ANOTHER_KEY


def test_a_changed_amount_has_no_explanation():
    changed = replace(signed(), body=POST.body.replace(b"1.50", b"9.50"))
    assert explain_mismatch(changed, key().public) is None


def test_a_signature_that_is_not_base64_is_named():
    assert explain_mismatch(attach(POST, "AMZN-PAY-RSASSA-PSS", "a-b_"), key().public) == NOT_BASE64


def test_a_request_without_authorization_is_named():
    assert "no authorization header" in explain_mismatch(POST, key().public)


def test_a_listed_header_that_was_not_sent_is_named():
    request = signed()
    sent = replace(request, headers=request.headers.without("x-amz-pay-date"))
    assert "x-amz-pay-date" in explain_mismatch(sent, key().public)


def test_sentences_say_what_was_found_and_what_to_do():
    assert len(SENTENCES) == len(MISTAKES) + len(SCHEME_MISTAKES)
    assert len(set(SENTENCES.values())) == len(SENTENCES)
    assert all(": " in sentence and sentence.endswith(".") for sentence in SENTENCES.values())


SIGNATURE = raw_key().sign(b"other bytes", padding.PSS(padding.MGF1(hashes.SHA256()), 20), hashes.SHA256())


@settings(derandomize=True, deadline=None, database=None, max_examples=4, phases=[Phase.generate])
@given(anything, anything, st.none() | anything, anything, st.binary(max_size=20))
def test_explaining_never_raises_for_what_was_sent(method, path, query, value, body):
    headers = HEADERS.with_value("x-amz-pay-host", value).with_value("x-amz-pay-date", value)
    request = attach(Request(method, path, query, headers, body), "AMZN-PAY-RSASSA-PSS", SIGNATURE)
    found = diagnose(request, key().public, body_candidates=[b"\xff", b"{}"])
    assert found.sentence == OTHER_BYTES
