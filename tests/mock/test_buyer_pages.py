"""The buyer's page offers what he can do with a session, does it, and sends him back to the shop."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.etree import ElementTree

import pytest
from amazonpay_conformance.model.simulation import CARDS
from amazonpay_conformance.wire.messages import Headers, Request, Response
from mock_shop import Body, Shop, order, site_of

FORM = {
    "content-type": "application/x-www-form-urlencoded",
    "host": "localhost",
    "origin": "https://localhost",
}
REVIEW, RESULT, CANCEL = (f"https://shop.example/{way}?basket=7" for way in ("review", "result", "cancel"))


def session_of(shop: Shop, **more: Any) -> str:
    """A session from which nothing is missing, with all three ways back."""
    urls = {"checkoutReviewReturnUrl": REVIEW, "checkoutResultReturnUrl": RESULT, "checkoutCancelUrl": CANCEL}
    body: Body = order()
    return shop.opened({**body, "webCheckoutDetails": urls, **more})


def seen(shop: Shop, session: str, query: str | None = None) -> str:
    """The page of a session."""
    answer = site_of(shop.service)(Request("GET", f"/checkout/{session}", query))
    assert answer.status == 200
    return answer.body.decode()


def sent(shop: Shop, session: str, fields: Mapping[str, str], headers: Mapping[str, str] = FORM) -> Response:
    """Send a form of a session's page, with its token where the fields have none."""
    site = site_of(shop.service)
    page = site(Request("GET", f"/checkout/{session}")).body.decode()
    found = re.search(r'name="token"[^>]*value="(\w+)"|value="(\w+)"[^>]*name="token"', page)
    token = {"token": found[1] or found[2]} if found else {}
    body = urlencode({**token, **fields}).encode()
    return site(Request("POST", f"/checkout/{session}", None, Headers.of(headers), body))


def gone_to(answer: Response) -> str:
    """Where an answer sends the browser."""
    assert answer.status == 303, answer.body
    location = answer.headers.get("location")
    assert location is not None
    return location


def state(shop: Shop, session: str) -> tuple[str, str | None]:
    details = shop.read(f"/checkoutSessions/{session}")["statusDetails"]
    return details["state"], details["reasonCode"]


def signed_in(shop: Shop, **more: Any) -> str:
    session = session_of(shop, **more)
    gone_to(sent(shop, session, {"deed": "sign-in", "card": "1111", "address": "home"}))
    return session


def test_he_signs_in_and_goes_to_the_review(shop: Shop) -> None:
    session = session_of(shop)
    goal = gone_to(sent(shop, session, {"deed": "sign-in", "card": "4444", "address": "packstation"}))
    assert goal == f"{REVIEW}&amazonCheckoutSessionId={session}"
    shown = shop.read(f"/checkoutSessions/{session}")
    assert shown["constraints"] == []
    assert shown["shippingAddress"]["countryCode"] == "DE"
    assert "4444" in shown["paymentPreferences"][0]["paymentDescriptor"]


def test_he_pays_and_goes_to_the_result(shop: Shop) -> None:
    session = signed_in(shop)
    assert gone_to(sent(shop, session, {"deed": "pay", "card": "1111"})).startswith(f"{RESULT}&")
    body = {"chargeAmount": order()["paymentDetails"]["chargeAmount"]}
    assert shop.send("POST", f"/checkoutSessions/{session}/complete", body).status == 200


@pytest.mark.parametrize(
    ("deed", "card", "ends", "goal"),
    [
        ("decline", "1111", ("Canceled", "Declined"), RESULT),
        ("cancel", "1111", ("Canceled", "BuyerCanceled"), CANCEL),
        ("pay", "3434", ("Canceled", "Declined"), RESULT),
        ("pay", "3064", ("Canceled", "BuyerCanceled"), RESULT),
    ],
)
def test_he_is_declined_or_leaves(shop: Shop, deed: str, card: str, ends: tuple[str, str], goal: str) -> None:
    session = signed_in(shop)
    went = gone_to(sent(shop, session, {"deed": deed, "card": card}))
    assert state(shop, session) == ends
    assert went == f"{goal}&amazonCheckoutSessionId={session}"


def test_a_card_that_pends_does(shop: Shop) -> None:
    session = signed_in(
        shop, paymentDetails={**order()["paymentDetails"], "canHandlePendingAuthorization": True}
    )
    gone_to(sent(shop, session, {"deed": "pay", "card": "4354"}))
    body = {"chargeAmount": order()["paymentDetails"]["chargeAmount"]}
    assert shop.send("POST", f"/checkoutSessions/{session}/complete", body).status == 202


def test_he_leaves_before_he_has_signed_in_and_the_session_stays_open(shop: Shop) -> None:
    session = session_of(shop)
    assert gone_to(sent(shop, session, {"deed": "leave"})).startswith(CANCEL)
    assert state(shop, session) == ("Open", None)


def test_he_changes_his_address_and_comes_back_to_the_review(shop: Shop) -> None:
    session = signed_in(shop)
    page = seen(shop, session, "change=address")
    assert "Delivery address" in page
    assert "Payment method" not in page
    goal = gone_to(sent(shop, session, {"deed": "sign-in", "address": "packstation"}))
    assert goal.startswith(REVIEW)
    shown = shop.read(f"/checkoutSessions/{session}")
    assert shown["shippingAddress"]["city"] == "Musterstadt"
    assert "1111" in shown["paymentPreferences"][0]["paymentDescriptor"]


def test_the_address_that_he_picked_is_the_permissions_too(shop: Shop) -> None:
    session = session_of(shop)
    gone_to(sent(shop, session, {"deed": "sign-in", "card": "1111", "address": "packstation"}))
    gone_to(sent(shop, session, {"deed": "pay", "card": "1111"}))
    body = {"chargeAmount": order()["paymentDetails"]["chargeAmount"]}
    completed = shop.send("POST", f"/checkoutSessions/{session}/complete", body).json()
    permission = shop.read(f"/chargePermissions/{completed['chargePermissionId']}")
    assert permission["shippingAddress"]["city"] == "Musterstadt"


def test_every_simulated_card_can_be_picked(shop: Shop) -> None:
    page = seen(shop, session_of(shop))
    for card in CARDS.values():
        assert f"Card ending in {card.ending}" in page
        assert card.statement in page


def test_what_is_not_shipped_needs_no_address(shop: Shop) -> None:
    session = session_of(shop)
    assert "Delivery address" not in seen(shop, session, "product=PayOnly")
    gone_to(sent(shop, session, {"deed": "sign-in", "card": "1111", "product": "PayOnly"}))
    assert shop.read(f"/checkoutSessions/{session}")["productType"] == "PayOnly"


def test_an_address_that_the_shop_does_not_deliver_to_cannot_be_picked(shop: Shop) -> None:
    restrictions = {"type": "Allowed", "restrictions": {"DE": {}, "US": {"statesOrRegions": ["OR"]}}}
    session = session_of(shop, deliverySpecifications={"addressRestrictions": restrictions})
    page = seen(shop, session)
    options = {found[0]: found for found in re.findall(r'<input[^>]*id="address-([a-z-]+)"([^>]*)>', page)}
    open_to = {name for name, (_, rest) in options.items() if "disabled" not in rest}
    assert open_to == {"packstation"}
    assert "checked" in options["packstation"][1]


def test_what_a_shop_calls_itself_is_text(shop: Shop) -> None:
    name = '<b onclick="x()">&amp;"'
    page = seen(
        shop, signed_in(shop, merchantMetadata={"merchantStoreName": name, "noteToBuyer": "</dd><script>"})
    )
    assert "<b " not in page
    assert "<script" not in page
    assert '&lt;b onclick="x()"&gt;&amp;amp;"' in page


def test_a_page_is_well_formed(shop: Shop) -> None:
    session = session_of(shop)
    for page in (seen(shop, session), seen(shop, signed_in(shop))):
        closed = re.sub(r"<(meta|link|input)\b([^>]*)>", r"<\1\2/>", page.partition("\n")[2])
        ElementTree.fromstring(re.sub(r" (checked|disabled|required|formnovalidate)(?=[ />])", "", closed))  # noqa: S314


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"token": "0" * 64, "deed": "pay"}, "not made by this page"),
        ({"deed": "dance"}, "expected one of sign-in, pay"),
        ({}, "expected one of sign-in, pay"),
        ({"deed": "pay", "card": "9999"}, "card: expected one of 1111"),
        ({"deed": "sign-in", "address": "moon"}, "address: expected one of home"),
        ({"deed": "sign-in", "product": "Tea"}, "product: expected one of PayAndShip"),
    ],
)
def test_a_form_that_is_none_of_the_pages_is_refused(shop: Shop, fields: dict[str, str], told: str) -> None:
    session = signed_in(shop)
    answer = sent(shop, session, fields)
    assert answer.status == 400
    assert told in answer.body.decode()
    assert state(shop, session) == ("Open", None)


def test_a_form_of_another_site_is_refused(shop: Shop) -> None:
    session = signed_in(shop)
    headers = {**FORM, "origin": "https://evil.example"}
    assert sent(shop, session, {"deed": "pay", "card": "1111"}, headers).status == 403


def test_what_is_no_form_is_refused(shop: Shop) -> None:
    session = signed_in(shop)
    headers = {**FORM, "content-type": "application/json"}
    assert sent(shop, session, {"deed": "pay"}, headers).status == 400


def test_what_cannot_be_done_any_more_is_said(shop: Shop) -> None:
    session = signed_in(shop)
    gone_to(sent(shop, session, {"deed": "cancel"}))
    page = seen(shop, session)
    assert "This checkout is over" in page
    assert f"{CANCEL}&amp;amazonCheckoutSessionId={session}" in page


def test_what_was_left_in_another_window_cannot_be_paid(shop: Shop) -> None:
    session, site = signed_in(shop), site_of(shop.service)
    token = re.search(r'value="(\w{64})"', site(Request("GET", f"/checkout/{session}")).body.decode())
    assert token is not None
    answers = []
    for deed in ("cancel", "pay"):
        form = urlencode({"token": token[1], "deed": deed, "card": "1111"}).encode()
        answers.append(site(Request("POST", f"/checkout/{session}", None, Headers.of(FORM), form)).status)
    assert answers == [303, 409]


def test_he_is_told_what_the_shop_still_has_to_set(shop: Shop) -> None:
    body = {"webCheckoutDetails": {"checkoutReviewReturnUrl": REVIEW}, "storeId": order()["storeId"]}
    session = shop.opened(body)
    gone_to(sent(shop, session, {"deed": "sign-in", "card": "1111"}))
    page = seen(shop, session)
    assert "PaymentIntentNotSet" in page
    assert "Back to the shop" in page


def test_a_session_that_is_not_there_has_no_page(shop: Shop) -> None:
    site = site_of(shop.service)
    for session in ("x", "%00", "00000000-0000-4000-8000-000000000000"):
        assert site(Request("GET", f"/checkout/{session}")).status == 404


def test_a_page_may_lead_to_the_shop_only(shop: Shop) -> None:
    answer = site_of(shop.service)(Request("GET", f"/checkout/{session_of(shop)}"))
    policy = answer.headers.get("content-security-policy")
    assert policy is not None
    assert "form-action 'self' https://shop.example;" in policy
    assert "script-src 'none'" in policy
    assert answer.headers.get("cache-control") == "no-store"


def test_the_address_of_the_page_is_the_one_that_the_session_names(shop: Shop) -> None:
    session = signed_in(shop)
    url = urlsplit(shop.read(f"/checkoutSessions/{session}")["webCheckoutDetails"]["amazonPayRedirectUrl"])
    assert "Review and pay" in seen(shop, url.path.rpartition("/")[2])
    assert parse_qs(url.query) == {}
