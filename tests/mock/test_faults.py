"""What goes wrong on purpose: when, to whom, and what of it reaches a client, with a socket and without."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from amazonpay_conformance.mock.faults import Faults
from amazonpay_conformance.mock.inprocess import in_process
from amazonpay_conformance.mock.routes import Handler
from amazonpay_conformance.mock.server import Server
from amazonpay_conformance.model.faults import (
    FAULTS,
    NOVEL_FIELD,
    NOVEL_REASON,
    NOVEL_STATE,
    RETRY_AFTER,
    SLOW_SECONDS,
    Fault,
)
from amazonpay_conformance.wire.messages import Headers, Request, Response
from mock_shop import Shop, order, signed, site_of

TRUTH = Response(
    201,
    Headers.of({"content-type": "application/json", "x-amz-pay-request-id": "r"}),
    json.dumps({"chargeId": "S01", "statusDetails": {"state": "Authorized", "reasonCode": None}}).encode(),
)
CREATE = Request("POST", "/v2/charges")
READ = Request("GET", "/v2/charges/S01-1234567-1234567-C012345")

every = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
every_status = pytest.mark.parametrize("fault", [f for f in FAULTS if f.status], ids=lambda fault: fault.id)


class Counter:
    """Answers with the truth and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, _: Request) -> Response:
        self.asked += 1
        return TRUTH


def answer(fault: str, request: Request = CREATE) -> Response:
    faults = Faults()
    faults.script(fault)
    return faults.around(Counter())(request)


@contextmanager
def over_a_socket(handler: Handler) -> Iterator[str]:
    with Server(handler) as server:
        yield f"http://127.0.0.1:{server.port}"


@contextmanager
def in_this_process(handler: Handler) -> Iterator[str]:
    with in_process(handler, "http://mock.example"):
        yield "http://mock.example"


shells = pytest.mark.parametrize("shell", [over_a_socket, in_this_process])


@every
def test_the_service_is_asked_exactly_where_the_row_says_committed(fault: Fault) -> None:
    faults, service = Faults(), Counter()
    faults.script(fault.id)
    response = faults.around(service)(CREATE)
    assert service.asked == fault.committed
    assert response.injected is not None
    assert (response.injected.fault, response.injected.truth) == (
        fault.id,
        TRUTH if fault.committed else None,
    )


def test_a_fault_happens_as_often_as_asked_and_then_no_more() -> None:
    faults = Faults()
    faults.script("503", times=2)
    faults.script("429")
    handle = faults.around(Counter())
    assert [handle(CREATE).status for _ in range(5)] == [503, 503, 429, 201, 201]


def test_a_fault_of_one_operation_lets_the_others_through() -> None:
    faults = Faults()
    faults.script("503", operation="create_charge")
    handle = faults.around(Counter())
    assert [handle(request).status for request in (READ, CREATE, CREATE)] == [201, 503, 201]


def test_what_has_not_happened_can_be_called_off() -> None:
    faults = Faults()
    faults.script("503", times=9)
    faults.clear()
    assert faults.around(Counter())(CREATE) is TRUTH


def test_a_fault_that_is_none_or_never_is_refused() -> None:
    with pytest.raises(KeyError):
        Faults().script("lightning")
    with pytest.raises(ValueError, match="not 0 times"):
        Faults().script("503", times=0)


@every_status
def test_a_status_is_served_with_a_request_id_unless_it_is_a_page(fault: Fault) -> None:
    response = answer(fault.id)
    assert response.status == fault.status
    is_page = response.headers.get("content-type") == "text/html"
    assert ("x-amz-pay-request-id" in response.headers) is not is_page
    assert response.body.startswith(b"<html>") if is_page else "message" in response.json()


def test_only_one_says_when_to_come_back() -> None:
    told = {fault.id: answer(fault.id).headers.get("retry-after") for fault in FAULTS}
    assert {name for name, seconds in told.items() if seconds} == {"429-retry-after"}
    assert told["429-retry-after"] == str(RETRY_AFTER)


@pytest.mark.parametrize("fault", ["truncated", "malformed", "empty", "html"])
def test_a_damaged_body_is_no_json(fault: str) -> None:
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        answer(fault).json()


def test_an_unusual_answer_differs_in_one_thing() -> None:
    truth = TRUTH.json()
    status = truth["statusDetails"]
    assert answer("unknown-field").json() == {**truth, NOVEL_FIELD: {"value": "1"}}
    assert answer("unknown-state").json() == {**truth, "statusDetails": {**status, "state": NOVEL_STATE}}
    assert answer("unknown-reason").json() == {
        **truth,
        "statusDetails": {**status, "reasonCode": NOVEL_REASON},
    }
    assert "x-amz-pay-request-id" not in answer("no-request-id").headers


def test_what_holds_no_object_is_left_alone() -> None:
    faults = Faults()
    for fault in ("unknown-field", "unknown-state"):
        faults.script(fault)
    handle = faults.around(lambda _: Response(204))
    assert [handle(CREATE).body for _ in range(2)] == [b"", b""]


@shells
@pytest.mark.parametrize("fault", ["dropped-before", "dropped-after", "truncated"])
def test_a_cut_connection_is_an_error_of_the_library(shell: Callable[..., object], fault: str) -> None:
    faults = Faults()
    faults.script(fault)
    with shell(faults.around(Counter())) as base, pytest.raises(requests.RequestException):  # type: ignore[attr-defined]
        requests.post(f"{base}/v2/charges", timeout=5)


@shells
def test_a_slow_answer_comes_whole_and_late(shell: Callable[..., object]) -> None:
    faults = Faults()
    faults.script("slow")
    with shell(faults.around(Counter())) as base:  # type: ignore[attr-defined]
        began = time.perf_counter()
        got = requests.post(f"{base}/v2/charges", timeout=5)
    assert (got.status_code, got.content) == (TRUTH.status, TRUTH.body)
    assert time.perf_counter() - began >= SLOW_SECONDS


@shells
def test_after_a_fault_the_next_request_is_served(shell: Callable[..., object]) -> None:
    faults, service = Faults(), Counter()
    faults.script("dropped-before")
    with shell(faults.around(service)) as base:  # type: ignore[attr-defined]
        with pytest.raises(requests.ConnectionError):
            requests.post(f"{base}/v2/charges", timeout=5)
        assert requests.post(f"{base}/v2/charges", timeout=5).status_code == 201
    assert service.asked == 1


def test_a_lost_answer_is_kept_for_the_repetition(shop: Shop) -> None:
    faults = Faults()
    faults.script("dropped-after")
    handle = faults.around(shop.service.handle)
    request = signed(shop.request("POST", "/v2/checkoutSessions", order()))
    lost, again = handle(request), handle(request)
    assert lost.injected is not None
    assert lost.injected.truth is not None
    assert again.body == lost.injected.truth.body
    assert len(shop.service.world.sessions) == 1


def test_the_control_api_scripts_faults_and_calls_them_off(shop: Shop) -> None:
    handle = site_of(shop.service)

    def control(body: object) -> int:
        return handle(Request("POST", "/_mock/faults", None, Headers(), json.dumps(body).encode())).status

    request = signed(shop.request("POST", "/v2/checkoutSessions", order()))
    assert control({"fault": "503", "times": 2, "operation": "create_checkout_session"}) == 204
    assert handle(request).status == 503
    assert control({"clear": True}) == 204
    assert handle(request).status == 201


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "fault"),
        ({"fault": "lightning"}, "503"),
        ({"fault": ["503"]}, "fault"),
        ({"fault": "503", "times": 0}, "times"),
        ({"fault": "503", "times": True}, "times"),
        ({"fault": "503", "operation": "buy"}, "operation"),
        ({"fault": "503", "operation": {}}, "operation"),
        ({"clear": False}, "fault"),
    ],
)
def test_the_control_api_says_what_it_expects(shop: Shop, body: object, named: str) -> None:
    request = Request("POST", "/_mock/faults", None, Headers(), json.dumps(body).encode())
    refused = site_of(shop.service)(request)
    assert refused.status == 400
    assert named in refused.json()["message"]


def test_the_file_format_knows_every_fault() -> None:
    schema = Path(__file__).parents[2] / "schemas" / "formats" / "scenario.json"
    known = json.loads(schema.read_text(encoding="utf-8"))["$defs"]["fault"]["properties"]["fault"]["enum"]
    assert known == [fault.id for fault in FAULTS]
