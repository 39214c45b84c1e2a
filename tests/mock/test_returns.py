"""The ways back to the shop: the session's id is added, and nothing but the web is gone to."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from amazonpay_conformance.mock.pages.returns import is_web, origin, way_back, with_query
from amazonpay_conformance.model.world import CheckoutSession
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example", "https://a.example?id=1"),
        ("https://a.example/x?", "https://a.example/x?id=1"),
        ("https://a.example/x?b=c&b=d+e%20f#top", "https://a.example/x?b=c&b=d+e%20f&id=1#top"),
        ("https://a.example/ä ö", "https://a.example/%C3%A4%20%C3%B6?id=1"),
        ("http://localhost:5000/r", "http://localhost:5000/r?id=1"),
    ],
)
def test_a_field_is_added_and_the_rest_stays(url: str, expected: str) -> None:
    assert with_query(url, "id", "1") == expected


@given(
    st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8")))
)
def test_what_a_shop_put_into_its_query_comes_back(fields: dict[str, str]) -> None:
    from urllib.parse import urlencode

    url = with_query(f"https://a.example/x?{urlencode(fields)}", "theirs", "1 2")
    url.encode("ascii")
    expected = {**{name: [value] for name, value in fields.items()}}
    expected["theirs"] = [*expected.get("theirs", []), "1 2"]
    assert parse_qs(urlsplit(url).query, keep_blank_values=True) == expected


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example/",
        "https:///x",
        "https://user@evil.example/",
        "https://a.example\\@evil.example/",
        "https://a.example:port/",
        "https://a.example;script-src/",
        "https://a.example/\r\nset-cookie: x",
        "https://[::1",
        "",
        None,
        7,
    ],
)
def test_what_is_no_address_of_the_web_is_not_gone_to(url: object) -> None:
    assert not is_web(url)


@pytest.mark.parametrize("url", ["https://a.example/x?y#z", "http://localhost:5000", "https://[::1]:8443/x"])
def test_what_is_one_is(url: str) -> None:
    assert is_web(url)
    assert url.startswith(origin(url))


@pytest.mark.parametrize(
    ("urls", "goal"),
    [
        (
            {"checkoutCancelUrl": "https://c.example", "checkoutResultReturnUrl": "https://r.example"},
            "https://c",
        ),
        (
            {"checkoutResultReturnUrl": "https://r.example", "checkoutReviewReturnUrl": "https://v.example"},
            "https://r",
        ),
        ({"checkoutCancelUrl": "javascript:x", "checkoutReviewReturnUrl": "https://v.example"}, "https://v"),
    ],
)
def test_whoever_cancels_takes_the_next_way_that_is_set(urls: dict[str, str], goal: str) -> None:
    session = CheckoutSession("id-1", "Open", 0, 0, data={"webCheckoutDetails": urls})
    way = way_back(session, "cancel")
    assert way is not None
    assert way.startswith(goal)


def test_a_session_without_addresses_has_no_way_back() -> None:
    assert way_back(CheckoutSession("id-1", "Open", 0, 0), "result") is None
