"""Whoever plays the buyer from outside posts to /_mock/; all else is the service's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from amazonpay_conformance.wire.messages import Headers, Request, Response
from mock_shop import Shop, order, signed, site_of


def post(shop: Shop, path: str, body: Any, method: str = "POST") -> Response:
    """Send a control request."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return site_of(shop.service)(Request(method, path, None, Headers(), raw))


def refused(response: Response, status: int) -> str:
    """The message of a control request that was refused."""
    assert response.status == status
    body = response.json()
    assert set(body) == {"message"}
    found: str = body["message"]
    return found


def state(shop: Shop, session: str) -> str:
    found: str = shop.read(f"/checkoutSessions/{session}")["statusDetails"]["state"]
    return found


def test_the_buyer_signs_in_and_approves(shop: Shop) -> None:
    session = shop.opened(order(canHandlePendingAuthorization=True))
    for deed, card in (("signs_in", None), ("approves", "0701")):
        answer = post(shop, "/_mock/buyer", {"deed": deed, "target": session, "card": card})
        assert (answer.status, answer.body) == (204, b"")
    body = {"chargeAmount": order()["paymentDetails"]["chargeAmount"]}
    assert shop.send("POST", f"/checkoutSessions/{session}/complete", body).status == 202


def test_the_buyer_picks_an_address(shop: Shop) -> None:
    session = shop.opened()
    body = {"deed": "signs_in", "target": session, "address": "packstation"}
    assert post(shop, "/_mock/buyer", body).status == 204
    assert shop.read(f"/checkoutSessions/{session}")["shippingAddress"]["city"] == "Musterstadt"
    assert "address" in refused(post(shop, "/_mock/buyer", {**body, "address": "moon"}), 400)


def test_the_clock_moves(shop: Shop) -> None:
    session = shop.opened()
    assert post(shop, "/_mock/advance", {"seconds": 86_399}).status == 204
    assert state(shop, session) == "Open"
    assert post(shop, "/_mock/advance", {"seconds": 1}).status == 204
    assert state(shop, session) == "Canceled"
    assert post(shop, "/_mock/advance", {"seconds": 0}).status == 204


def test_the_buyer_acts_on_a_permission_too(shop: Shop) -> None:
    permission = shop.completed()["chargePermissionId"]
    assert post(shop, "/_mock/buyer", {"deed": "closes_permission", "target": permission}).status == 204
    (reason,) = shop.read(f"/chargePermissions/{permission}")["statusDetails"]["reasons"]
    assert reason["reasonCode"] == "BuyerClosed"


def test_what_the_buyer_cannot_do_now_is_a_conflict(shop: Shop) -> None:
    session = shop.opened()
    post(shop, "/_mock/buyer", {"deed": "approves", "target": session})
    answer = post(shop, "/_mock/buyer", {"deed": "signs_in", "target": session})
    assert f"{session!r}, which is Open" in refused(answer, 409)


def test_of_what_is_not_there_the_buyer_can_do_nothing(shop: Shop) -> None:
    for path, body in (
        ("/_mock/buyer", {"deed": "signs_in", "target": "nobody"}),
        ("/_mock/approve", {"session": "nobody"}),
    ):
        assert "'nobody'" in refused(post(shop, path, body), 404)


@pytest.mark.parametrize(
    ("path", "body", "names"),
    [
        ("/_mock/buyer", {"deed": "dances", "target": "x"}, "deed"),
        ("/_mock/buyer", {"target": "x"}, "deed"),
        ("/_mock/buyer", {"deed": ["approves"], "target": "x"}, "deed"),
        ("/_mock/buyer", {"deed": "approves"}, "target"),
        ("/_mock/buyer", {"deed": "approves", "target": 7}, "target"),
        ("/_mock/buyer", {"deed": "approves", "target": "x", "card": "9999"}, "card"),
        ("/_mock/buyer", {"deed": "approves", "target": "x", "card": ["1111"]}, "card"),
        ("/_mock/advance", {}, "seconds"),
        ("/_mock/advance", {"seconds": -1}, "seconds"),
        ("/_mock/advance", {"seconds": 1.5}, "seconds"),
        ("/_mock/advance", {"seconds": True}, "seconds"),
        ("/_mock/advance", {"seconds": "30"}, "seconds"),
        ("/_mock/advance", [], "JSON object"),
        ("/_mock/advance", b"{", "not JSON"),
        ("/_mock/advance", b"\xff", "not JSON"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_says_what_was_expected(
    shop: Shop, path: str, body: Any, names: str
) -> None:
    assert names in refused(post(shop, path, body), 400)


def test_control_requests_are_posts(shop: Shop) -> None:
    assert "POST" in refused(post(shop, "/_mock/advance", {"seconds": 1}, "GET"), 405)


@pytest.mark.parametrize("path", ["/_mock/", "/_mock/nothing", "/_mock/advance/more"])
def test_where_the_mock_has_nothing_it_says_so(shop: Shop, path: str) -> None:
    assert path in refused(post(shop, path, {}), 404)


def test_everything_else_is_the_services(shop: Shop) -> None:
    handle = site_of(shop.service)
    assert handle(signed(shop.request("POST", "/v2/checkoutSessions", order()))).status == 201
    assert handle(Request("GET", "/_mock", None, Headers(), b"")).status == 404
