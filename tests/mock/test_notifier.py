"""A mock notifies its merchant of what happens, in order, while it answers others."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from amazonpay_conformance.mock.clock import Clock
from amazonpay_conformance.mock.control import Control
from amazonpay_conformance.mock.namespaces import Mock
from amazonpay_conformance.mock.notifier import deliver_due
from amazonpay_conformance.mock.outbox import Letter
from amazonpay_conformance.mock.service import ImpossibleAct
from amazonpay_conformance.mock.serving import Place, ServingProblem, served
from amazonpay_conformance.mock.site import site
from amazonpay_conformance.model.switches import Settings
from amazonpay_conformance.model.world import Record
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.wire.messages import Request
from amazonpay_conformance.wire.notifications import refusal
from listening import Endpoint

HOUR = 3_600


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as taking:
        yield taking


@pytest.fixture
def mock(endpoint: Endpoint) -> Mock:
    made = Mock(Merchant({}), host="localhost:8443", clock=Clock(frozen=True))
    made.default.notifier.notify_at((endpoint.url,))
    return made


def told(endpoint: Endpoint) -> list[str]:
    return [message["ObjectType"] for message in endpoint.messages]


def seeded(mock: Mock, kind: str, state: str) -> str:
    found: str = Control(mock).seed(kind, state)["id"]
    return found


# --- what notifies


def test_a_decision_is_told_of_once_it_is_made(mock: Mock, endpoint: Endpoint) -> None:
    charge = seeded(mock, "Charge", "AuthorizationInitiated")
    assert deliver_due(mock) == 0
    Control(mock).advance(31)
    deliver_due(mock)
    message = json.loads(endpoint.taken[0]["Message"])
    assert (message["ObjectType"], message["ObjectId"]) == ("CHARGE", charge)
    assert message["ChargePermissionId"] == mock.default.service.world.charges[charge].permission


def test_what_happens_over_months_is_told_in_its_order(mock: Mock, endpoint: Endpoint) -> None:
    seeded(mock, "Charge", "AuthorizationInitiated")
    Control(mock).advance(200 * 24 * HOUR)  # settles, expires after 30 days; its permission after 180
    deliver_due(mock)
    assert [kind for kind in told(endpoint) if kind == "CHARGE"] == ["CHARGE", "CHARGE"]
    assert told(endpoint)[-1] == "CHARGE_PERMISSION"


def test_a_refund_tells_of_its_permission(mock: Mock, endpoint: Endpoint) -> None:
    refund = seeded(mock, "Refund", "RefundInitiated")
    Control(mock).advance(31)
    deliver_due(mock)
    world = mock.default.service.world
    message = json.loads(endpoint.taken[0]["Message"])
    assert message["ObjectId"] == refund
    assert message["ChargePermissionId"] == world.charges[world.refunds[refund].charge].permission


def test_what_the_buyer_does_with_his_permission_is_told(mock: Mock, endpoint: Endpoint) -> None:
    permission = seeded(mock, "ChargePermission", "Chargeable")
    for deed in ("removes_payment_method", "fixes_payment_method", "closes_permission"):
        Control(mock).buyer(deed, permission)  # type: ignore[arg-type]
    deliver_due(mock)
    assert told(endpoint) == ["CHARGE_PERMISSION"] * 3


@pytest.mark.parametrize(("choice", "count"), [("sent", 1), ("silent", 0)])
def test_a_switch_decides_of_what_is_not_known(choice: str, count: int, endpoint: Endpoint) -> None:
    settings = Settings.of({"expiry-notifications": choice, "permission-notifications": "silent"})
    mock = Mock(Merchant({}), host="localhost:8443", clock=Clock(frozen=True), settings=settings)
    seeded(mock, "Charge", "Authorized")
    mock.default.notifier.notify_at((endpoint.url,))
    Control(mock).advance(31 * 24 * HOUR)
    assert deliver_due(mock) == count


def test_the_endpoints_of_a_registered_merchant_are_told_too(endpoint: Endpoint) -> None:
    mock = Mock(Merchant({}), host="localhost:8443", clock=Clock(frozen=True))
    mock.default.service.place(account("AONE", endpoint.url, "https://shop.example/ipn", 7))
    seeded(mock, "Charge", "AuthorizationInitiated")
    Control(mock).advance(31)
    assert deliver_due(mock) == 1  # what is elsewhere is not posted to
    assert told(endpoint) == ["CHARGE"]
    Control(mock).notify_at(endpoint.url)
    mock.default.service.place(replace(account("AONE", endpoint.url), gone=True))
    Control(mock).notify(seeded(mock, "Charge", "Captured"))
    assert deliver_due(mock) == 1


def test_without_certificates_a_merchant_may_be_registered_all_the_same(endpoint: Endpoint) -> None:
    mock = Mock(Merchant({}), host="http://localhost:8080", clock=Clock(frozen=True))
    mock.default.service.place(account("AONE", endpoint.url))
    seeded(mock, "Charge", "AuthorizationInitiated")
    Control(mock).advance(31)
    assert deliver_due(mock) == 0


def account(name: str, *endpoints: object) -> Record:
    data = {"integrationInfo": {"ipnEndpointUrls": list(endpoints)}}
    return Record(name, "MerchantAccount", "", 0, 0, data=data)


def test_nobody_is_told_where_there_is_no_endpoint(mock: Mock) -> None:
    Control(mock).notify_at(clear=True)
    seeded(mock, "Charge", "AuthorizationInitiated")
    Control(mock).advance(31)
    assert deliver_due(mock) == 0


# --- how


def test_what_comes_is_signed_by_a_certificate_that_the_mock_serves(mock: Mock, endpoint: Endpoint) -> None:
    Control(mock).notify(seeded(mock, "Charge", "Captured"))
    deliver_due(mock)
    [envelope], [request] = endpoint.taken, endpoint.requests

    def fetched(url: str) -> bytes | None:
        path = url.removeprefix("https://localhost:8443")
        return site(mock)(Request("GET", path)).body

    assert refusal(envelope, fetched, re.compile("localhost:8443")) is None
    assert (request.headers.get("content-type") or "").startswith("text/plain")
    assert request.headers.get("x-amz-sns-message-id") == envelope["MessageId"]


def test_what_is_not_taken_comes_again_as_the_clock_moves(mock: Mock, endpoint: Endpoint) -> None:
    endpoint.status = 503
    Control(mock).notify(seeded(mock, "Charge", "Captured"))
    deliver_due(mock)
    endpoint.status = 200
    Control(mock).advance(HOUR - 1)
    assert deliver_due(mock) == 0
    Control(mock).advance(1)
    assert deliver_due(mock) == 1
    assert len({envelope["MessageId"] for envelope in endpoint.taken}) == 1
    assert Control(mock).notifications()[0]["fate"] == "answered"


def test_something_is_wrong_with_as_many_as_were_asked_for(mock: Mock, endpoint: Endpoint) -> None:
    control = Control(mock)
    control.misdeliver("unsigned", 1)
    seeded(mock, "Charge", "AuthorizationInitiated")
    seeded(mock, "Charge", "AuthorizationInitiated")
    control.advance(31)
    deliver_due(mock)
    assert ["Signature" in envelope for envelope in endpoint.taken if 'CHARGE"' in envelope["Message"]] == [
        False,
        True,
    ]


def test_listeners_are_told_what_became_of_it(mock: Mock) -> None:
    told: list[Letter] = []
    mock.default.notifier.listeners.append(told.append)
    Control(mock).notify(seeded(mock, "Charge", "Captured"))
    deliver_due(mock)
    assert [(letter.status, letter.tries) for letter in told] == [(200, 1)]


def test_of_an_endpoint_only_its_host_is_shown(mock: Mock) -> None:
    Control(mock).notify(seeded(mock, "Charge", "Captured"))
    assert "secret" not in json.dumps(Control(mock).notifications())


def test_a_reset_forgets_what_was_to_be_sent(mock: Mock) -> None:
    mock.default.begin()
    Control(mock).misdeliver("lost", 3)
    Control(mock).notify(seeded(mock, "Charge", "Captured"))
    Control(mock).reset()
    assert deliver_due(mock) == 0
    assert not mock.default.notifier.outbox.coming


def test_what_cannot_be_told_of_is_refused(mock: Mock) -> None:
    control = Control(mock)
    charge = seeded(mock, "Charge", "Captured")
    with pytest.raises(ImpossibleAct, match="there is no ChargePermission, Charge, Refund, Dispute"):
        control.notify("S01-0000000-0000000-C000000")
    control.notify_at(clear=True)
    with pytest.raises(ImpossibleAct, match="there is no endpoint"):
        control.notify(charge)


# --- served


def test_a_slow_endpoint_keeps_nobody_waiting(tmp_path: Path, endpoint: Endpoint) -> None:
    endpoint.gate = threading.Event()
    with served(tmp_path, notify=(endpoint.url,)) as mock:
        session = requests.Session()
        session.trust_env, session.verify = False, str(mock.ca_file)
        control = f"{mock.base_url}/_mock"
        charge = session.post(f"{control}/objects", json={"kind": "Charge", "state": "Captured"}).json()["id"]
        assert session.post(f"{control}/notify", json={"id": charge}).status_code == 200
        began = time.monotonic()
        assert session.get(f"{control}/status").status_code == 200
        assert time.monotonic() - began < 5
        assert session.get(f"{control}/notifications").json()[0]["fate"] == "waiting"
        endpoint.gate.set()
        ends = time.monotonic() + 10
        while session.get(f"{control}/notifications").json()[0]["fate"] == "waiting":
            assert time.monotonic() < ends
        assert told(endpoint) == ["CHARGE"]


def test_without_tls_there_is_nowhere_to_fetch_a_certificate(tmp_path: Path) -> None:
    with (
        pytest.raises(ServingProblem, match="need TLS"),
        served(tmp_path, place=Place(tls=False), notify=("http://localhost:9/",)),
    ):
        pass


def test_a_mock_on_plain_http_serves_certificates_beside_it(tmp_path: Path, endpoint: Endpoint) -> None:
    place = Place(tls=False, certificate_port=0)
    with served(tmp_path, place=place, notify=(endpoint.url,)) as mock, requests.Session() as session:
        session.trust_env, session.verify = False, str(tmp_path / "ca.pem")
        charge = seeded(mock.mock, "Charge", "Captured")
        session.post(f"{mock.base_url}/_mock/notify", json={"id": charge}).raise_for_status()
        ends = time.monotonic() + 10
        while not endpoint.taken:
            assert time.monotonic() < ends
        host = str(mock.mock.certificate_host)
        assert f"certificates https://{host}  (of notifications)" in list(mock.lines())
        assert refusal(endpoint.taken[0], lambda url: session.get(url).content, re.compile(host)) is None
        assert session.get(f"https://{host}/_mock/objects").status_code == 404
        opened = session.post(f"{mock.base_url}/_mock/namespaces", json={"name": "another"}).json()
        assert mock.mock.find(opened["namespace"]).notifier.certificate_host == host
