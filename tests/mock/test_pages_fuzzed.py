"""Whatever a browser, or something else, sends to the pages: they answer, and no answer is a crash."""

from __future__ import annotations

from urllib.parse import urlencode

from amazonpay_conformance.mock.namespaces import Mock
from amazonpay_conformance.mock.site import site
from amazonpay_conformance.model.simulation import CARDS
from amazonpay_conformance.wire.messages import Headers, Request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mock_shop import Shop, order

ANSWERS = {200, 204, 303, 400, 403, 404, 405, 409}
ODD = st.text(max_size=40) | st.sampled_from(
    ["__proto__", "../../etc/passwd", "%00", "\r\nx: y", "a" * 5_000]
)
NAMES = [
    "token",
    "deed",
    "card",
    "address",
    "product",
    "payload",
    "signature",
    "publicKeyId",
    "algorithm",
    "goal",
]
VALUES = ODD | st.sampled_from(
    ["sign-in", "pay", "decline", "cancel", "leave", "keep", *CARDS, "PayOnly", "home"]
)
PATHS = ["button", "sign-in", "{session}", "{session}/", "", "x", "%2e%2e", "{session}%00"]
METHODS = ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS"]
FORM = {"content-type": "application/x-www-form-urlencoded"}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(METHODS),
    path=st.sampled_from(PATHS) | ODD,
    query=st.none() | st.text(max_size=40),
    form=st.dictionaries(st.sampled_from(NAMES) | ODD, VALUES, max_size=6),
    raw=st.none() | st.binary(max_size=200),
    with_token=st.booleans(),
)
def test_the_buyers_pages_answer_whatever_is_sent(
    shop: Shop,
    method: str,
    path: str,
    query: str | None,
    form: dict[str, str],
    raw: bytes | None,
    with_token: bool,
) -> None:
    session = shop.opened(order())
    served = site(Mock(shop.service.merchant, make=lambda *_, **__: shop.service))
    if with_token:
        page = served(Request("GET", f"/checkout/{session}")).body.decode()
        form = {**form, "token": page.partition('name="token" value="')[2][:64]}
    body = raw if raw is not None else urlencode(form, errors="replace").encode()
    path = "/checkout/" + path.replace("{session}", session)
    answer = served(Request(method, path, query, Headers.of(FORM), body))
    assert answer.status in ANSWERS
    for _, value in answer.headers:
        assert value.isprintable()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.lists(
        st.sampled_from(["objects", "exchanges", "Charge", "clock", "1", "version"]) | ODD, max_size=4
    ),
    query=st.none() | st.text(max_size=40) | st.sampled_from(["kind=Charge", "kind=%00", "namespace=x"]),
)
def test_the_dashboard_answers_whatever_is_asked(shop: Shop, path: list[str], query: str | None) -> None:
    served = site(Mock(shop.service.merchant, make=lambda *_, **__: shop.service))
    answer = served(Request("GET", "/".join(["/dashboard", *path]), query))
    assert answer.status in ANSWERS
