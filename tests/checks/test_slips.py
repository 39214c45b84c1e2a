"""What happened to a value between the caller and the wire is named where it is one of the known things."""

from __future__ import annotations

import html
import json
from typing import Any

import pytest
from amazonpay_conformance.checks.amounts import sums
from amazonpay_conformance.checks.slips import slip

NOTE = 'Größe "M" / 2 & more'

SLIPS: list[tuple[Any, Any, str]] = [
    (NOTE, json.dumps(NOTE)[1:-1], "escaped for JSON twice"),
    (NOTE, NOTE.replace("/", "\\/"), "slashes were escaped twice"),
    (NOTE, html.escape(NOTE), "escaped for HTML"),
    (NOTE, NOTE.encode().decode("latin-1"), "mojibake"),
    (NOTE, NOTE.encode("ascii", "replace").decode(), "replaced"),
    (NOTE, NOTE.encode("ascii", "ignore").decode(), "dropped"),
    (NOTE, NOTE[:7], "cut after 7 characters"),
    (" a ", "a", "trimmed"),
    ("a  b", "a b", "folded"),
    ("a/b c", "a%2Fb%20c", "for a URL"),
    ("12.34", "1234", "minor units"),
    ("1234", "12.34", "divided by a hundred"),
    ("12.34", "12", "rounded"),
    ("12.34", "-12.34", "sign"),
    (True, "true", "a boolean was written as a text"),
    ({"a": 1}, '{"a": 1}', "JSON inside a text"),
]


@pytest.mark.parametrize(("wanted", "found", "words"), SLIPS)
def test_a_slip_is_named(wanted: Any, found: Any, words: str) -> None:
    assert words in slip(wanted, found)


@pytest.mark.parametrize(
    ("wanted", "found"), [("a", "b"), ("10.00", "17.31"), (1, None), (None, "x"), ([], {})]
)
def test_what_is_not_known_is_not_guessed(wanted: Any, found: Any) -> None:
    assert slip(wanted, found) == ""


def test_sums_are_found_wherever_they_are() -> None:
    price = {"amount": "1.00", "currencyCode": "USD"}
    body = {"a": price, "b": {"c": [price, {"amount": {}, "currencyCode": "USD"}]}}
    assert [one.pointer for one in sums(body)] == ["/a", "/b/c/0"]
    assert [one.where for one in sums(body)] == ["a", "b.c.0"]
