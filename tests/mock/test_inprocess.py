"""In the process: what `requests` sends to one address is answered by a handler, all else goes its way."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import responses
from amazonpay_conformance.mock.inprocess import in_process, message
from amazonpay_conformance.mock.server import Server
from amazonpay_conformance.wire.messages import Headers, Request, Response
from mock_shop import Shop, order, signed

BASE = "https://mock.example"


class Echo:
    """Keeps what it was handed."""

    def __init__(self) -> None:
        self.seen: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.seen.append(request)
        return Response(
            207, Headers.of({"Content-Type": "text/x-mock", "x-amz-pay-request-id": "r"}), b"\xc3\xa4"
        )


@pytest.fixture
def echo() -> Iterator[Echo]:
    handler = Echo()
    with in_process(handler, BASE):
        yield handler


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS"])
def test_every_method_is_answered_without_a_socket(echo: Echo, method: str) -> None:
    answer = requests.request(method, f"{BASE}/v2/charges", timeout=1)
    assert (answer.status_code, answer.headers["x-amz-pay-request-id"]) == (207, "r")
    assert answer.headers["content-type"] == "text/x-mock"
    assert echo.seen[0].method == method


@pytest.mark.parametrize(
    ("url", "path", "query"),
    [
        (f"{BASE}/v2/charges", "/v2/charges", None),
        (f"{BASE}/v2/charges/", "/v2/charges/", None),
        (f"{BASE}/sandbox/v2/reports?a=1&b=%20x", "/sandbox/v2/reports", "a=1&b=%20x"),
        (f"{BASE}/a%2Fb", "/a%2Fb", None),
        (BASE, "/", None),
    ],
)
def test_path_and_query_arrive_as_they_would_on_the_wire(
    echo: Echo, url: str, path: str, query: str | None
) -> None:
    requests.get(url, timeout=1)
    assert (echo.seen[0].path, echo.seen[0].query) == (path, query)


def test_headers_and_body_arrive_as_they_were_given(echo: Echo) -> None:
    headers: dict[str, Any] = {"X-Amz-Pay-Date": "now", "x-bytes": b"b"}
    requests.post(f"{BASE}/a", data="Größe".encode(), headers=headers, timeout=1)
    seen = echo.seen[0]
    assert seen.body == "Größe".encode()
    assert ("X-Amz-Pay-Date", "now") in seen.headers.items
    assert seen.headers.get("x-bytes") == "b"
    assert seen.headers.get("host") == "mock.example"


def test_a_body_of_text_is_sent_as_utf_8() -> None:
    prepared = requests.Request("POST", f"{BASE}/a", data="ä").prepare()
    assert message(prepared).body == b"\xc3\xa4"
    assert message(requests.Request("GET", BASE).prepare()).body == b""


@pytest.mark.parametrize("alike", ["http://localhost:{port}/a", "http://127.0.0.1:{port}/a"])
def test_other_hosts_are_reached_as_ever(alike: str) -> None:
    """Even one whose address begins with the mock's."""
    outside, inside = Echo(), Echo()
    with Server(outside) as server:
        base = alike.format(port=str(server.port)[:-1]).removesuffix("/a")
        with in_process(inside, base):
            assert requests.get(alike.format(port=server.port), timeout=10).status_code == 207
    assert len(outside.seen) == 1
    assert not inside.seen


def test_when_the_context_closes_nothing_is_answered_any_more(echo: Echo) -> None:
    seen = len(echo.seen)
    with in_process(echo, "https://127.0.0.1:1"):
        requests.get("https://127.0.0.1:1/a", timeout=1)
    with pytest.raises(requests.ConnectionError):
        requests.get("https://127.0.0.1:1/a", timeout=1)
    assert len(echo.seen) == seen + 1


def test_the_mock_is_served_so(shop: Shop) -> None:
    request = signed(shop.request("POST", "/v2/checkoutSessions", order()))
    with in_process(shop.service.handle, BASE):
        answer = requests.post(
            BASE + request.target, data=request.body, headers=dict(request.headers.items), timeout=1
        )
    assert answer.status_code == 201
    assert answer.json()["statusDetails"]["state"] == "Open"


def test_what_was_answered_is_not_kept(echo: Echo) -> None:
    for _ in range(20):
        requests.get(f"{BASE}/v2/charges", timeout=1)
    assert len(echo.seen) == 20
    kept = [one for one in gc.get_objects() if isinstance(one, responses.Call)]
    assert len(kept) <= 2
