"""The dashboard shows what a mock holds and has seen, and nothing that is secret or a buyer's."""

from __future__ import annotations

import re

import pytest
from amazonpay_conformance.engine.listening import listen_to
from amazonpay_conformance.mock.namespaces import Mock
from amazonpay_conformance.mock.routes import Handler
from amazonpay_conformance.mock.site import site
from amazonpay_conformance.model.buyer import ADDRESS, BUYER
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.wire.messages import Headers, Request, Response
from mock_shop import KEY_ID, Shop, order, private_key, signed

HOST = {"host": "localhost:1", "content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def mock(shop: Shop) -> Mock:
    """A mock that is watched, with what the shop does in it."""
    made = Mock(shop.service.merchant, make=lambda *_, **__: shop.service)
    listen_to(made.default)
    return made


@pytest.fixture
def served(mock: Mock) -> Handler:
    return site(mock)


def seen(served: Handler, path: str) -> str:
    """A page of the dashboard."""
    path, _, query = path.partition("?")
    answer = served(Request("GET", path, query or None))
    assert answer.status == 200, answer.body
    return answer.body.decode()


def call(mock: Mock, shop: Shop, method: str, path: str, body: object = None) -> Response:
    """Send a signed request to the mock, so that it is in its journal."""
    return mock.handle(signed(shop.request(method, f"/v2{path}", body)))


def paid(mock: Mock, shop: Shop) -> str:
    """A session that was paid and completed."""
    session: str = call(mock, shop, "POST", "/checkoutSessions", order()).json()["checkoutSessionId"]
    shop.service.buyer("signs_in", session)
    shop.service.buyer("approves", session)
    body = {"chargeAmount": order()["paymentDetails"]["chargeAmount"]}
    assert call(mock, shop, "POST", f"/checkoutSessions/{session}/complete", body).status == 200
    return session


def test_an_empty_mock_has_an_empty_dashboard(served: Handler) -> None:
    page = seen(served, "/dashboard")
    assert "nothing broken" in page
    assert "Nothing is found wrong." in page


def test_objects_exchanges_and_findings_are_shown(mock: Mock, shop: Shop, served: Handler) -> None:
    session = paid(mock, shop)
    mock.handle(Request("GET", f"/v2/checkoutSessions/{session}"))
    page = seen(served, "/dashboard")
    assert f'href="/dashboard/objects/CheckoutSession/{session}"' in page
    assert "Completed" in page
    assert "100.00 USD" in page
    assert f"GET /v2/checkoutSessions/{session}" in page
    assert "fail HDR-006" in page
    assert 'href="/dashboard/exchanges/3#HDR-006"' in page


def test_one_kind_of_object_can_be_looked_at(mock: Mock, shop: Shop, served: Handler) -> None:
    paid(mock, shop)
    page = seen(served, "/dashboard?kind=Charge")
    shown = set(re.findall(r'href="/dashboard/objects/(\w+)/', page))
    assert shown == {"Charge"}


def test_an_object_has_a_history_and_a_drawing_of_its_way(mock: Mock, shop: Shop, served: Handler) -> None:
    session = paid(mock, shop)
    page = seen(served, f"/dashboard/objects/CheckoutSession/{session}")
    history = re.search(r'<ol class="history">(.*?)</ol>', page, re.DOTALL)
    assert history is not None
    told = [re.sub(r"<[^>]+>", "", each) for each in history[1].split("</li>")[:-1]]
    assert [re.sub(r"^[\d :-]+", "", each) for each in told] == [
        "Create Checkout Session: Open SES-T01",
        "The buyer signs in: Open SES-T03",
        "The buyer approves: Open SES-T04",
        "Complete Checkout Session: Open → Completed SES-T05",
    ]
    assert re.search(r'<g [^>]*id="diagram-CheckoutSession-Completed"[^>]*class="state terminal here"', page)
    assert re.search(r'data-transitions="[^"]*SES-T05', page)
    assert '"state": "Completed"' in page


def test_objects_lead_to_what_belongs_to_them(mock: Mock, shop: Shop, served: Handler) -> None:
    charge = shop.read(f"/checkoutSessions/{paid(mock, shop)}")["chargeId"]
    page = seen(served, f"/dashboard/objects/Charge/{charge}")
    assert f'href="/dashboard/objects/ChargePermission/{charge.rpartition("-")[0]}"' in page


def test_an_exchange_shows_what_was_found(mock: Mock, served: Handler) -> None:
    mock.handle(Request("GET", "/v2/buyers/very-secret-token", None, Headers.of({"x-secret": "hunter2"})))
    page = seen(served, "/dashboard/exchanges/1")
    assert 'id="HDR-006"' in page
    assert "no authorization header" in page
    assert "explain HDR-006" in page
    assert "very-secret-token" not in page
    assert "hunter2" not in page


def test_no_page_shows_a_buyer(mock: Mock, shop: Shop, served: Handler) -> None:
    session = paid(mock, shop)
    call(mock, shop, "GET", f"/checkoutSessions/{session}")
    permission = shop.read(f"/checkoutSessions/{session}")["chargePermissionId"]
    pages = [f"/dashboard/exchanges/{number}" for number in (1, 2, 3)]
    pages += ["/dashboard", f"/dashboard/objects/ChargePermission/{permission}"]
    private = [str(value) for value in (*ADDRESS.values(), *BUYER.values()) if value and len(str(value)) > 4]
    for page in pages:
        assert not [value for value in private if value in seen(served, page)]


def test_the_version_changes_when_something_has_happened(mock: Mock, shop: Shop, served: Handler) -> None:
    def version() -> str:
        found: str = served(Request("GET", "/dashboard/version")).json()["version"]
        return found

    versions = [version(), version()]
    session = call(mock, shop, "POST", "/checkoutSessions", order()).json()["checkoutSessionId"]
    versions.append(version())
    shop.service.buyer("signs_in", session)
    versions.append(version())
    assert len(set(versions)) == 3
    assert versions[-1] in seen(served, "/dashboard")


def test_the_clock_is_moved_by_a_form_of_the_page(mock: Mock, shop: Shop, served: Handler) -> None:
    session = call(mock, shop, "POST", "/checkoutSessions", order()).json()["checkoutSessionId"]
    token = re.search(r'name="token" value="(\w+)"', seen(served, "/dashboard"))
    assert token is not None

    def moved(form: str) -> int:
        return served(Request("POST", "/dashboard/clock", None, Headers.of(HOST), form.encode())).status

    assert moved(f"token={token[1]}&seconds=7") == 400
    assert moved("token=x&seconds=86400") == 400
    assert shop.service.world.sessions[session].state == "Open"
    assert moved(f"token={token[1]}&seconds=86400") == 303
    assert shop.service.world.sessions[session].state == "Canceled"


def test_what_is_not_there_is_said(served: Handler) -> None:
    for path in ("objects/Charge/x", "objects/Tea/x", "exchanges/7", "exchanges/x"):
        assert served(Request("GET", f"/dashboard/{path}")).status == 404
    assert served(Request("GET", "/dashboard", "namespace=other")).status == 404


def test_a_namespace_has_a_dashboard_of_its_own(mock: Mock, shop: Shop, served: Handler) -> None:
    other = mock.open("other", Merchant({"SANDBOX-OTHER": private_key().public}))
    listen_to(other)
    del shop
    page = seen(served, "/dashboard?namespace=other")
    assert 'aria-current="page">other</a>' in page
    assert "/dashboard/clock?namespace=other" in page


def test_where_there_is_a_token_it_is_asked_for_once(mock: Mock) -> None:
    served = site(mock, token="opensesame")  # noqa: S106 - a made-up one
    assert served(Request("GET", "/dashboard")).status == 401
    first = served(Request("GET", "/dashboard", "kind=Charge&token=opensesame"))
    assert (first.status, first.headers.get("location")) == (303, "/dashboard?kind=Charge")
    cookie = (first.headers.get("set-cookie") or "").partition(";")[0]
    again = Request("GET", "/dashboard", "kind=Charge", Headers.of({"cookie": cookie}))
    assert served(again).status == 200
    assert served(Request("GET", "/checkout.js")).status == 200


def test_a_browsers_own_requests_are_nobodys(mock: Mock, served: Handler) -> None:
    assert served(Request("GET", "/favicon.ico")).status == 204
    assert not mock.default.journal.entries
    assert KEY_ID in mock.default.service.merchant.keys
