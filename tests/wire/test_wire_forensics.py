"""A wrong signature is shown beside the right one, line by line, and fits a terminal of 80 columns."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest
from amazonpay_conformance.wire.alignment import WIDTH, aligned, visible
from amazonpay_conformance.wire.buttons import diagnose_button, unescaped
from amazonpay_conformance.wire.canonical import canonical_request, string_to_sign
from amazonpay_conformance.wire.forensics import OTHER_BYTES, diagnose, wrong_scheme
from amazonpay_conformance.wire.keys import generate_private_key, load_private_key
from amazonpay_conformance.wire.messages import Headers, Request
from amazonpay_conformance.wire.opening import openings
from amazonpay_conformance.wire.signing import Authorization, sign, sign_button

KEY = load_private_key((Path(__file__).parents[1] / "keys" / "test-only-private-pkcs8.pem").read_bytes())
V2 = "AMZN-PAY-RSASSA-PSS-V2"
HEADERS = Headers.of({"accept": "application/json", "x-amz-pay-host": "localhost:8443", "x-note": "a  b"})
NAMES = ("accept", "x-amz-pay-host", "x-note")
POST = Request("POST", "/v2/charges", "b=2&a=1", HEADERS, b'{"a": 1}')


def signed(canonical: str, salt: int = 32) -> Request:
    raw = KEY.sign_pss(string_to_sign(canonical, V2).encode(), salt_length=salt)
    value = Authorization(V2, "SANDBOX-A", NAMES, base64.b64encode(raw).decode()).value
    return replace(POST, headers=POST.headers.with_value("authorization", value))


def test_lines_that_both_have_stand_once_and_the_others_are_marked() -> None:
    assert aligned("a\nb\nc", "a\nx\nc").split("\n") == ["  a", "- b", "+ x", "  c"]
    assert aligned("a\nc", "a\nb\nc").split("\n") == ["  a", "+ b", "  c"]


def test_what_cannot_be_seen_is_shown() -> None:
    assert visible(" a ") == "\u00b7a\u00b7"
    assert visible("a\r") == "a\\r"
    assert visible("a  b") == "a\u00b7\u00b7b"
    assert visible("a b") == "a b"


@pytest.mark.parametrize("length", [1, WIDTH - 2, WIDTH, 3 * WIDTH])
def test_a_line_is_never_wider_than_a_terminal_and_nothing_is_lost(length: int) -> None:
    lines = aligned("x" * length, "y").split("\n")
    assert max(map(len, lines)) <= WIDTH
    assert "".join(line[1:].strip() for line in lines if line.startswith("-")) == "x" * length


def test_the_line_that_differs_is_the_marked_one() -> None:
    found = diagnose(signed(canonical_request(POST, NAMES).replace("a=1&b=2", "b=2&a=1")), KEY.public)
    assert found is not None
    assert found.mistakes == ("query-not-sorted",)
    marked = [line for line in found.aligned().split("\n") if line.startswith(("-", "+"))]
    assert marked == ["- b=2&a=1", "+ a=1&b=2"]


def test_two_mistakes_are_named_both() -> None:
    wrong = canonical_request(POST, NAMES).replace("a=1&b=2", "b=2&a=1").replace("POST", "post", 1)
    found = diagnose(signed(wrong, salt=20), KEY.public)
    assert found is not None
    assert found.mistakes == ("salt-of-the-other-algorithm", "method-in-lower-case", "query-not-sorted")


def test_a_scheme_that_is_all_that_is_wrong_is_told_from_other_bytes() -> None:
    right = canonical_request(POST, NAMES)
    of_the_scheme = wrong_scheme(signed(right, salt=20), KEY.public)
    assert of_the_scheme is not None
    assert of_the_scheme.name == "salt-of-the-other-algorithm"
    assert wrong_scheme(signed(right), KEY.public) is None
    assert wrong_scheme(signed(right.lower(), salt=20), KEY.public) is None


def test_other_bytes_are_said_to_be_that_and_no_more() -> None:
    found = diagnose(signed("something else altogether"), KEY.public)
    assert found is not None
    assert (found.mistakes, found.sentence, found.aligned()) == ((), OTHER_BYTES, "")


def test_opening_tells_the_salt_and_knows_its_own_key_only() -> None:
    signature = KEY.sign_pss(b"text", salt_length=17)
    (found, *_) = openings(signature, KEY.public)
    assert len(found.salt) == 17
    assert found.signs(b"text")
    assert not found.signs(b"texts")
    assert openings(b"short", KEY.public) == ()
    assert openings(b"\xff" * 256, KEY.public) == ()


AMBIGUOUS = (
    "MzWFAT/q1a+yfWWH5v7i74TKm3bgTsUKGsBk69EaOHSsReOJGp0Of2TZTPDcojWmr+KgQ8JiKaR29SsH/lUOeG/E"
    "Ifj7O/W35xNSy09wwJtg7WQLtiRY+MmUhv2xZD2RaX/F8zvZ7DKMLRrHHJV6Rr605GbAu1TYXfaj0kHXJsiGjmga"
    "SurhZ4vyu6gLTaXsqw3oyEn8TcKTmCfN8l1oelpdgCemBb2GAycGNtjBmgblGg5fj2r4bKiNFM3BavO3iMjpkb9q"
    "5e4CA2mXKU2hDjpLQMlqBBMJwhCMSb6WvTO0cL6voTAua72UsJtIvMlsEccqbuXXbXEwT02QDBHSrg=="
)
"""Of POST, with the longest salt there can be; read with another hash it has more padding, and is rubbish."""


def test_of_two_readings_the_one_that_signs_is_the_true_one() -> None:
    value = Authorization(V2, "SANDBOX-A", NAMES, AMBIGUOUS).value
    request = replace(POST, headers=POST.headers.with_value("authorization", value))
    assert len(openings(base64.b64decode(AMBIGUOUS), KEY.public)) > 1
    wrong, found = wrong_scheme(request, KEY.public), diagnose(request, KEY.public)
    assert wrong is not None
    assert found is not None
    assert (found.is_of_the_scheme, found.mistakes) == (True, (wrong.name,))


def test_a_key_of_somebody_else_opens_nothing() -> None:
    other = sign(POST, key=generate_private_key(), public_key_id="SANDBOX-A", algorithm=V2)
    found = diagnose(other, KEY.public)
    assert found is not None
    assert "private half" in found.sentence


def test_a_button_that_was_unescaped_is_shown_beside_the_page() -> None:
    payload = '{"a":"x\\/y"}'
    found = diagnose_button(payload, sign_button(unescaped(payload), KEY, V2), KEY.public, V2)
    assert found is not None
    assert found.mistakes == ("payload-unescaped",)
    assert found.aligned().split("\n") == ['- {"a":"x/y"}', '+ {"a":"x\\/y"}']


def test_php_unescapes_more_than_slashes() -> None:
    assert unescaped(r"a\/b\"c\\d\ne\x41\101") == 'a/b"c\\d\neAA'.replace("\\\\", "\\")
