"""What is signed verifies, in whatever legal way it is written; what was changed by one byte does not."""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from amazonpay_conformance.wire.canonical import (
    CANONICAL_VARIANTS,
    SignedHeaderMissing,
    canonical_path,
    canonical_query,
    canonical_request,
    query_as_sent,
    string_to_sign,
)
from amazonpay_conformance.wire.keys import PrivateKey, load_private_key
from amazonpay_conformance.wire.messages import Headers, Request
from amazonpay_conformance.wire.signing import (
    ALGORITHMS,
    Authorization,
    MalformedAuthorization,
    UnknownAlgorithm,
    button_string_to_sign,
    parse_authorization,
    sign,
    sign_button,
    sign_string,
    verify,
    verify_button,
    verify_string,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

TESTS = Path(__file__).parents[1]
JAVA = json.loads((TESTS / "vectors" / "java-sdk-canonical.json").read_text())
BUTTON = json.loads((TESTS / "vectors" / "button.json").read_text())
KEY_ID = "SANDBOX-TESTONLYTESTONLYTESTONLY"
UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

by_algorithm = pytest.mark.parametrize("algorithm", ALGORITHMS)
by_vector = pytest.mark.parametrize("vector", JAVA["vectors"], ids=lambda vector: vector["name"])
searching = settings(derandomize=True, deadline=None, database=None, max_examples=60)


@functools.cache
def key() -> PrivateKey:
    return load_private_key((TESTS / "keys" / "test-only-private-pkcs1.pem").read_bytes())


@functools.cache
def public():
    return key().public


BASE_HEADERS = {
    "accept": "application/json",
    "content-type": "application/json",
    "x-amz-pay-date": "20261123T182658Z",
    "x-amz-pay-host": "pay-api.amazon.eu",
    "x-amz-pay-region": "eu",
}
REQUEST = Request("POST", "/sandbox/v2/charges", None, Headers.of(BASE_HEADERS), b'{"captureNow": true}')


def signed(request: Request = REQUEST, algorithm: str = "AMZN-PAY-RSASSA-PSS-V2", **options) -> Request:
    return sign(request, key=key(), public_key_id=KEY_ID, algorithm=algorithm, **options)


# --- published vectors ---


@by_vector
def test_the_java_sdks_canonical_requests_hash_as_published(vector):
    headers = Headers.of(JAVA["headers"])
    query = "&".join(
        f"{quote(name, safe='')}={quote(value, safe='')}"
        for name, values in reversed(vector["parameters"].items())
        for value in values
    )
    request = Request(vector["method"], vector["path"], query, headers, JAVA["payload"].encode())
    canonical = canonical_request(request, [*reversed(JAVA["headers"])])
    assert canonical == vector["canonical_request"]
    assert hashlib.sha256(canonical.encode()).hexdigest() == vector["sha256"]


@by_vector
@by_algorithm
def test_the_java_sdks_strings_to_sign_are_ours(vector, algorithm):
    assert string_to_sign(vector["canonical_request"], algorithm) == f"{algorithm}\n{vector['sha256']}"


@by_vector
@pytest.mark.parametrize("encode", [quote, quote_plus, lambda text: quote(text, safe="!'()*/")])
def test_a_query_is_canonical_however_it_was_encoded(vector, encode):
    pairs = [(name, value) for name, values in vector["parameters"].items() for value in values]
    query = "&".join(f"{encode(name)}={encode(value)}" for name, value in reversed(pairs))
    assert canonical_query(query) == vector["canonical_query"]


@by_vector
def test_a_path_is_canonical_as_in_the_java_sdk(vector):
    if vector["name"] != "get-slashes":  # java.net.URI takes the first segment for the host there
        assert canonical_path(vector["uri"]) == vector["path"]


@by_algorithm
def test_the_button_vector_hashes_as_published(algorithm):
    (vector,) = BUTTON["vectors"]
    assert button_string_to_sign(vector["payload"], algorithm) == f"{algorithm}\n{vector['sha256']}"


@by_algorithm
def test_a_button_signature_verifies_for_its_payload_and_algorithm_only(algorithm):
    (vector,) = BUTTON["vectors"]
    payload = vector["payload"]
    signature = sign_button(payload, key(), algorithm)
    (other,) = set(ALGORITHMS) - {algorithm}
    assert verify_button(payload, signature, public(), algorithm)
    assert not verify_button(payload + " ", signature, public(), algorithm)
    assert not verify_button(payload, signature, public(), other)


# --- the canonical request ---


@pytest.mark.parametrize("nothing", [None, "", "?", "&", "&&"])
def test_no_query_is_an_empty_line(nothing):
    assert canonical_query(nothing) == ""


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("b=1&a=2", "a=2&b=1"),
        ("a-b=1&a=2", "a=2&a-b=1"),  # by name first: "=" sorts behind "-"
        ("a=2&a=1&a", "a=&a=1&a=2"),
        ("q=a+b", "q=a%20b"),
        ("q=%2b%7e*", "q=%2B~%2A"),
        ("q=a=b", "q=a%3Db"),
        ("q=%zz", "q=%25zz"),
        ("q=ë", "q=%C3%AB"),
        ("q=%ff", "q=%FF"),
    ],
)
def test_a_query_is_decoded_encoded_and_sorted(query, canonical):
    assert canonical_query(query) == canonical


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("", "/"),
        ("/", "/"),
        ("/v2/charges", "/v2/charges"),
        ("/v2/charges/", "/v2/charges/"),
        ("/v2//charges", "/v2/charges"),
        ("//foo//", "/foo/"),
        ("/v2/a/../b/./c", "/v2/b/c"),
        ("/../a/..", "/"),
        ("/a/b/.", "/a/b/"),
        ("/%7euser/%2e%2E/a%2fb", "/a%2Fb"),
        ("/a b|c", "/a%20b%7Cc"),
    ],
)
def test_a_path_is_normalised_and_keeps_its_trailing_slash(path, canonical):
    assert canonical_path(path) == canonical


def test_values_are_trimmed_and_repeated_headers_joined():
    request = Request("GET", "/", headers=Headers.of([("X-B", " 1\t"), ("x-a", "2"), ("x-b", "3")]))
    assert canonical_request(request, ["X-B", "x-a"]).split("\n")[3:7] == ["x-a:2", "x-b:1,3", "", "x-a;x-b"]


def test_a_header_that_is_not_there_cannot_be_signed():
    with pytest.raises(SignedHeaderMissing, match="x-missing"):
        canonical_request(REQUEST, ["accept", "x-missing"])


def test_every_variant_names_its_source_and_how_it_departs():
    assert CANONICAL_VARIANTS[0].name == "documented"
    assert all(row.source for row in CANONICAL_VARIANTS)
    assert all(row.departs for row in CANONICAL_VARIANTS[1:])
    assert len({row.name for row in CANONICAL_VARIANTS}) == len(CANONICAL_VARIANTS)


# --- the authorization header ---


def test_the_header_has_the_documented_form():
    value = signed().headers.get("authorization")
    names = "accept;content-type;x-amz-pay-date;x-amz-pay-host;x-amz-pay-region"
    assert value.startswith(f"AMZN-PAY-RSASSA-PSS-V2 PublicKeyId={KEY_ID}, SignedHeaders={names}, Signature=")
    assert len(value.rpartition("Signature=")[2]) == 344


def test_every_amazon_pay_header_is_signed_by_default_and_nothing_else():
    extra = {"X-Amz-Pay-Idempotency-Key": "k", "x-amz-pay-simulation-code": "s", "user-agent": "u"}
    request = replace(REQUEST, headers=Headers.of(BASE_HEADERS | extra))
    names = parse_authorization(signed(request).headers.get("authorization")).signed_headers
    assert names == tuple(sorted([*BASE_HEADERS, "x-amz-pay-idempotency-key", "x-amz-pay-simulation-code"]))


def test_signing_again_replaces_the_header():
    twice = signed(signed(REQUEST, "AMZN-PAY-RSASSA-PSS"), signed_headers=["Accept"])
    (value,) = twice.headers.get_all("authorization")
    assert parse_authorization(value).signed_headers == ("accept",)
    assert verify(twice, public()).ok


def test_an_unknown_algorithm_is_refused():
    with pytest.raises(UnknownAlgorithm, match="AMZN-PAY-RSASSA-PSS-V2"):
        signed(algorithm="AMZN-PAY-RSASSA-PSS-V3")


@pytest.mark.parametrize("comma", [",", ", ", ",  ", " , "])
def test_white_space_around_the_commas_is_free(comma):
    value = signed().headers.get("authorization").replace(", ", comma)
    assert verify(replace(REQUEST, headers=REQUEST.headers.with_value("Authorization", value)), public()).ok


def test_signed_headers_keep_their_order_and_case():
    parsed = parse_authorization("A PublicKeyId=id, SignedHeaders=X-B;accept, Signature=c2ln=")
    assert parsed == Authorization("A", "id", ("X-B", "accept"), "c2ln=")
    assert "c2ln" not in repr(parsed)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("", "no content"),
        ("AMZN-PAY-RSASSA-PSS", "the fields something else after the algorithm"),
        ("Bearer eyJhbGciOi", "the fields something else after the algorithm"),
        ("A PublicKeyId=i, Signature=s", "the fields PublicKeyId, Signature after the algorithm"),
        (
            "A SignedHeaders=a, PublicKeyId=i, Signature=s",
            "the fields SignedHeaders, PublicKeyId, Signature after the algorithm",
        ),
        ("A PublicKeyId=i SignedHeaders=a Signature=s", "the fields PublicKeyId after the algorithm"),
        ("A PublicKeyId=, SignedHeaders=a, Signature=s", "an empty PublicKeyId"),
        ("A PublicKeyId=i, SignedHeaders=, Signature=s", "an empty SignedHeaders"),
        ("A PublicKeyId=i, SignedHeaders=a, Signature=", "an empty Signature"),
        (
            "A PublicKeyId=i, SignedHeaders=a;;b, Signature=s",
            "SignedHeaders that are not header names joined with semicolons",
        ),
        (
            "A PublicKeyId=i, SignedHeaders=a b, Signature=s",
            "SignedHeaders that are not header names joined with semicolons",
        ),
    ],
)
def test_a_malformed_header_is_refused_with_what_was_found(value, found):
    with pytest.raises(MalformedAuthorization) as refused:
        parse_authorization(value)
    assert refused.value.found == found
    assert refused.value.expected in str(refused.value)


# --- verdicts ---


def test_a_verdict_shows_what_was_verified():
    verdict = verify(signed(), public())
    assert (verdict.ok, verdict.variant, verdict.reason, verdict.explanation) == (
        True,
        "documented",
        None,
        (),
    )
    assert verdict.canonical_request == canonical_request(REQUEST, list(BASE_HEADERS))
    assert verdict.string_to_sign == string_to_sign(verdict.canonical_request, "AMZN-PAY-RSASSA-PSS-V2")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda headers: headers.without("authorization"), "authorization-missing"),
        (lambda headers: Headers((*headers.items, ("Authorization", "x"))), "authorization-malformed"),
        (lambda headers: headers.with_value("authorization", "x"), "authorization-malformed"),
        (
            lambda headers: headers.with_value(
                "authorization", headers.get("authorization").replace("-V2", "-V3")
            ),
            "algorithm-unknown",
        ),
        (lambda headers: headers.without("accept"), "signed-header-missing"),
        (lambda headers: headers.with_value("accept", "text/plain"), "signature-mismatch"),
    ],
)
def test_a_verdict_gives_its_reason(change, reason):
    request = signed()
    verdict = verify(replace(request, headers=change(request.headers)), public())
    assert (verdict.ok, verdict.variant, verdict.reason) == (False, None, reason)
    assert len(verdict.explanation) == 1


@pytest.mark.parametrize("bad", ["", "AAAA", "not base64!", "größe", "A" * 344])
def test_what_is_no_signature_does_not_verify(bad):
    assert not verify_string("text", bad, public(), "AMZN-PAY-RSASSA-PSS")


@pytest.mark.parametrize("row", CANONICAL_VARIANTS, ids=lambda row: row.name)
def test_every_variant_is_accepted_and_reported(row):
    names = {
        "names-as-written": ["Accept", "X-Amz-Pay-Date"],
        "names-once": ["accept", "accept", "x-amz-pay-date"],
    }.get(row.name, ["accept", "x-amz-pay-date", "x-note"])
    headers = Headers.of(BASE_HEADERS | {"x-note": "a  b"})
    request = Request("GET", "/v2/buyers/a|b", "q=a/b", headers)
    algorithm = "AMZN-PAY-RSASSA-PSS"
    signature = sign_string(string_to_sign(str(row.form(request, names)), algorithm), key(), algorithm)
    value = Authorization(algorithm, KEY_ID, tuple(names), signature).value
    verdict = verify(replace(request, headers=headers.with_value("authorization", value)), public())
    assert (verdict.ok, verdict.variant) == (True, row.name)
    assert verdict.explanation == ((row.departs,) if row.departs else ())
    assert verdict.canonical_request == str(row.form(request, names))


# --- properties ---

anything = st.text(st.characters())  # lone surrogates too: what a tap makes of bytes is its own affair

segments = st.text(UNRESERVED, min_size=1, max_size=12).filter(lambda text: text.strip(".") != "")
paths = st.builds(
    lambda parts, end: "/" + "/".join(parts) + end, st.lists(segments, min_size=1), st.sampled_from(["", "/"])
)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
pairs = st.lists(st.tuples(words.filter(bool), words), max_size=4)
header_values = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)
extra_headers = st.dictionaries(
    st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=8).map("x-amz-pay-z{}".format),
    header_values,
    max_size=3,
)


def encoded(query, encode=quote) -> str:
    return "&".join(f"{encode(name, safe='')}={encode(value, safe='')}" for name, value in query)


@st.composite
def requests(draw) -> Request:
    query = draw(pairs)
    return Request(
        draw(st.sampled_from(["GET", "POST", "PATCH", "DELETE"])),
        draw(paths),
        encoded(query) if query else draw(st.sampled_from([None, ""])),
        Headers.of(BASE_HEADERS | draw(extra_headers)),
        draw(st.binary(max_size=40)),
    )


def test_a_query_as_sent_is_in_order_of_names_then_values_and_keeps_its_encoding():
    assert query_as_sent("b=1&a=z%2f&a=%7E&a") == "a&a=%7E&a=z%2f&b=1"


@searching
@given(requests(), st.sampled_from(sorted(ALGORITHMS)))
def test_what_is_signed_verifies(request, algorithm):
    verdict = verify(signed(request, algorithm), public())
    assert (verdict.ok, verdict.variant) == (True, "documented")


@searching
@given(requests(), pairs, st.data())
def test_order_and_case_of_headers_and_the_writing_of_the_query_are_free(request, query, data):
    sent = signed(replace(request, query=encoded(query)))
    shuffled = data.draw(st.permutations(sent.headers.items))
    cased = [
        (data.draw(st.sampled_from([name, name.upper(), name.title()])), value) for name, value in shuffled
    ]
    rewritten = encoded(data.draw(st.permutations(query)), quote_plus)
    arrived = replace(sent, headers=Headers.of(cased), query=rewritten)
    assert verify(arrived, public()).variant == "documented"


def with_another_character(data, text: str, alphabet: str = UNRESERVED) -> str:
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from(alphabet))
    assume(other != text[at])
    return text[:at] + other + text[at + 1 :]


@searching
@given(requests(), st.data())
def test_another_method_does_not_verify(request, data):
    changed = replace(
        signed(request), method=with_another_character(data, request.method, "AEGLOPSTaeglopst")
    )
    assert not verify(changed, public()).ok


@searching
@given(requests(), st.data())
def test_another_path_does_not_verify(request, data):
    path = "/" + with_another_character(data, request.path[1:])
    assume(canonical_path(path) != canonical_path(request.path))
    assert not verify(replace(signed(request), path=path), public()).ok


@searching
@given(requests(), pairs.filter(bool), st.data())
def test_another_query_does_not_verify(request, query, data):
    sent = signed(replace(request, query=encoded(query)))
    other = with_another_character(data, sent.query)
    assume(canonical_query(other) != canonical_query(sent.query))
    assert not verify(replace(sent, query=other), public()).ok


@searching
@given(requests(), st.data())
def test_another_value_of_a_signed_header_does_not_verify(request, data):
    sent = signed(request)
    name, value = data.draw(st.sampled_from(request.headers.items))
    headers = sent.headers.with_value(name, with_another_character(data, value))
    assert not verify(replace(sent, headers=headers), public()).ok


@searching
@given(requests(), st.binary(min_size=1, max_size=40), st.data())
def test_another_body_does_not_verify(request, body, data):
    sent = signed(replace(request, body=body))
    at = data.draw(st.integers(0, len(body) - 1))
    flipped = body[:at] + bytes([body[at] ^ data.draw(st.integers(1, 255))]) + body[at + 1 :]
    assert not verify(replace(sent, body=flipped), public()).ok


@searching
@given(requests(), st.sampled_from(sorted(ALGORITHMS)))
def test_the_other_algorithms_name_does_not_verify(request, algorithm):
    sent = signed(request, algorithm)
    (other,) = set(ALGORITHMS) - {algorithm}
    value = sent.headers.get("authorization").replace(f"{algorithm} ", f"{other} ")
    assert not verify(replace(sent, headers=sent.headers.with_value("authorization", value)), public()).ok


@searching
@given(anything, anything, st.none() | anything, anything, st.binary(max_size=10), st.booleans())
def test_verifying_never_raises_for_what_was_sent(method, path, query, text, body, whole):
    value = f"AMZN-PAY-RSASSA-PSS PublicKeyId=i, SignedHeaders=x, Signature={text}" if whole else text
    headers = Headers.of([("x", text), ("authorization", value)])
    assert not verify(Request(method, path, query, headers, body), public()).ok
