"""The verbs of a mock are the same in Python and over HTTP, and do what their rows say."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jsonschema
import pytest
from amazonpay_conformance.mock import openapi
from amazonpay_conformance.mock.arguments import Misused
from amazonpay_conformance.mock.clock import Clock
from amazonpay_conformance.mock.control import Control, NotThere
from amazonpay_conformance.mock.namespaces import NAMESPACE_HEADER, Mock
from amazonpay_conformance.mock.seeds import STORIES
from amazonpay_conformance.mock.service import ImpossibleAct
from amazonpay_conformance.mock.site import site
from amazonpay_conformance.mock.verbs import PREFIX, VERBS, Verb
from amazonpay_conformance.model.objects import MACHINES, UNREACHED
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.wire.keys import load_private_key
from amazonpay_conformance.wire.messages import Headers, Request, Response
from mock_shop import KEY_ID, Shop, order, private_key, signed

DAY = 86_400


@dataclass
class Customer(Shop):
    """A merchant whose requests go through a whole mock."""

    mock: Mock | None = None

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> Response:
        """Have a signed request answered by the mock."""
        assert self.mock is not None
        return self.mock.handle(signed(self.request(method, f"/v2{path}", body, **more)))


@pytest.fixture
def mock() -> Mock:
    return Mock(Merchant({KEY_ID: private_key().public}), clock=Clock(frozen=True), any_region=True)


@pytest.fixture
def control(mock: Mock) -> Control:
    return Control(mock)


@pytest.fixture
def merchant(mock: Mock) -> Shop:
    """The merchant of the mock, whose requests go through its namespace."""
    return Customer(mock.default.service, mock=mock)


@pytest.fixture
def http(mock: Mock) -> Callable[..., Response]:
    handle = site(mock)

    def ask(method: str, path: str, body: Any = None, **headers: str) -> Response:
        path, _, query = path.partition("?")
        raw = b"" if body is None else json.dumps(body).encode()
        return handle(Request(method, PREFIX + path, query or None, Headers.of(headers), raw))

    return ask


# --- one table


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_a_verb_is_a_method_that_takes_the_same(verb: Verb) -> None:
    taken = list(inspect.signature(getattr(Control, verb.name)).parameters.values())[1:]
    assert [parameter.name for parameter in taken] == [argument.name for argument in verb.arguments]
    needed = [p.name for p in taken if p.default is inspect.Parameter.empty]
    assert needed == [argument.name for argument in verb.arguments if argument.required]


def test_every_method_is_a_verb() -> None:
    methods = {name for name, _ in inspect.getmembers(Control, inspect.isfunction) if name[0] != "_"}
    assert methods == {verb.name for verb in VERBS}


def test_the_description_has_every_verb_and_is_served(http: Callable[..., Response]) -> None:
    served = http("GET", "openapi.json").json()
    assert served == openapi.document()
    told = {o["operationId"] for path in served["paths"].values() for o in path.values()}
    assert told == {verb.name for verb in VERBS}
    for path in served["paths"].values():
        for operation in path.values():
            for content in _schemas(operation):
                jsonschema.Draft202012Validator.check_schema(content)


def _schemas(operation: Any) -> list[Any]:
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    return [media["schema"] for body in bodies for media in body.get("content", {}).values()]


def test_what_comes_back_is_as_described(
    control: Control, http: Callable[..., Response], merchant: Shop
) -> None:
    charge = control.seed("Charge", "Captured")["id"]
    sessions = [merchant.opened() for _ in range(4)]
    control.faults("503")
    snapshot = control.snapshot()["snapshot"]
    given: dict[str, Any] = {
        "restore": {"snapshot": snapshot},
        "object": {"id": charge},
        "seed": {"kind": "Refund", "state": "Refunded", "amount": "2.50"},
        "open_namespace": {"name": "mine"},
        "close_namespace": {"name": "mine"},
        "set_clock": {"at": control.clock()["now"]},
        "revoke_key": {"public_key_id": KEY_ID},
        "throttle": {"figures": "live"},
        "advance": {"seconds": 0},
        "faults": {"clear": True},
        "notify_at": {"endpoint": "http://localhost:9/ipn"},
        "notify": {"id": charge},
        "misdeliver": {"variant": "lost", "times": 2},
        "buyer": {"deed": "signs_in", "target": sessions[0]},
        "approve": {"session": sessions[1]},
        "decline": {"session": sessions[2]},
        "cancel": {"session": sessions[3]},
    }
    for verb in sorted(VERBS, key=lambda verb: verb.name == "reset"):  # it forgets the snapshot
        arguments = dict(given.get(verb.name, {}))
        path = verb.path.format(**{name: arguments.pop(name) for name in verb.in_path})
        answer = http(verb.method, path, arguments if verb.method == "POST" else None)
        assert answer.status == (204 if verb.returns is None else 200), (verb.name, answer.body)
        if verb.returns is not None:
            jsonschema.validate(answer.json(), dict(verb.returns))


# --- seeds


@pytest.mark.parametrize("story", STORIES, ids=lambda s: f"{s.kind}-{s.state}-{s.reason}")
def test_an_object_is_seeded_in_a_state_and_can_be_read(control: Control, merchant: Shop, story: Any) -> None:
    seeded = control.seed(story.kind, story.state, story.reason)
    shown = control.object(seeded["id"])
    assert (shown["state"], shown["reason"]) == (story.state, story.reason)
    paths = {
        "CheckoutSession": "/checkoutSessions/",
        "ChargePermission": "/chargePermissions/",
        "Charge": "/charges/",
        "Refund": "/refunds/",
    }
    assert merchant.read(paths[story.kind] + seeded["id"]) == shown["body"]
    assert [turn["state"] for turn in shown["history"]][-1] == story.state
    assert shown["history"][-1]["at"] <= control.clock()["now"]


def test_every_state_that_a_transition_leads_to_can_be_seeded() -> None:
    reached = {
        (machine.name, row.target, row.reason)
        for machine in MACHINES.values()
        for row in machine.transitions
        if row.id not in UNREACHED and (row.reason or row.source != row.target)
    }
    assert {(story.kind, story.state, story.reason) for story in STORIES} == reached


def test_what_is_seeded_goes_on_living(control: Control, merchant: Shop) -> None:
    pending = control.seed("Charge", "AuthorizationInitiated")["id"]
    control.advance(29)
    assert merchant.read(f"/charges/{pending}")["statusDetails"]["state"] == "AuthorizationInitiated"
    control.advance(1)
    assert merchant.read(f"/charges/{pending}")["statusDetails"]["state"] == "Authorized"
    body = {"captureAmount": {"amount": "10.00", "currencyCode": "USD"}}
    assert merchant.send("POST", f"/charges/{pending}/capture", body).status == 200


def test_what_no_story_leads_to_is_refused_with_what_does(control: Control) -> None:
    with pytest.raises(Misused, match=r"Charge .* Open: expected .*Captured"):
        control.seed("Charge", "Open")
    with pytest.raises(Misused, match="amount"):
        control.seed("Charge", "Captured", amount="0.00")


# --- keeping and putting back


def test_a_snapshot_puts_everything_back(control: Control, merchant: Shop) -> None:
    session = merchant.opened()
    control.faults("503", times=2)
    before = (control.object(session), control.clock(), control.scripted())
    kept = control.snapshot()["snapshot"]
    control.faults(clear=True)
    control.cancel(session)
    control.advance(DAY)
    merchant.opened()
    control.restore(kept)
    assert (control.object(session), control.clock(), control.scripted()) == before
    assert [shown["id"] for shown in control.objects("CheckoutSession")] == [session]


def test_a_snapshot_has_the_idempotency_keys_of_its_time(control: Control, merchant: Shop) -> None:
    kept = control.snapshot()["snapshot"]
    first = merchant.send("POST", "/checkoutSessions", order(), key="once").json()
    control.restore(kept)
    again = merchant.send("POST", "/checkoutSessions", order(), key="once").json()
    assert first["checkoutSessionId"] != again["checkoutSessionId"]


def test_a_snapshot_that_there_is_not_is_named(control: Control) -> None:
    with pytest.raises(NotThere, match="snapshot-7"):
        control.restore("snapshot-7")


def test_a_reset_forgets_everything(control: Control, merchant: Shop) -> None:
    merchant.opened()
    control.faults("503")
    control.throttle("sandbox")
    control.advance(DAY)
    control.reset()
    status = control.status()
    assert (status["objects"], status["exchanges"], status["findings"]) == (
        2,
        0,
        0,
    )  # what every merchant has
    assert (status["throttling"], control.scripted()) == ("off", [])
    assert abs(status["clock"]["now"] - Clock().now()) < 60


# --- time


def test_the_clock_is_frozen_moved_and_set(mock: Mock) -> None:
    mock.default.service.clock.run()
    control = Control(mock)
    frozen = control.freeze()
    assert frozen["frozen"] is True
    later = control.set_clock(frozen["now"] + 100)
    assert later == {**later, "now": frozen["now"] + 100, "frozen": True}
    running = control.run()
    assert running["frozen"] is False
    assert 0 <= running["now"] - later["now"] <= 60
    with pytest.raises(ImpossibleAct, match="only goes forward"):
        control.set_clock(frozen["now"])


def test_every_expiry_happens_in_order_when_the_clock_is_set(control: Control, merchant: Shop) -> None:
    session, charge = merchant.opened(), control.seed("Charge", "Authorized")["id"]
    permission = control.seed("ChargePermission", "Chargeable")["id"]
    control.set_clock(control.clock()["now"] + 181 * DAY)
    turns = [control.object(found)["history"][-1] for found in (session, charge, permission)]
    start = control.clock()["now"] - 181 * DAY
    assert [(turn["at"] - start) // DAY for turn in turns] == [1, 30, 180]
    assert [turn["reason"] for turn in turns] == ["Expired", "ExpiredUnused", "Expired"]
    assert {turn["cause"] for turn in turns} == {"time"}


# --- throttling, keys, regions


def test_calls_above_the_quota_are_refused_until_time_passes(control: Control, merchant: Shop) -> None:
    control.throttle("sandbox")
    body = {"chargePermissionId": control.seed("ChargePermission", "Chargeable")["id"]}
    statuses = [merchant.send("POST", "/charges", body).status for _ in range(4)]
    assert statuses == [400, 400, 429, 429]
    refused = merchant.send("POST", "/charges", body)
    assert refused.json()["reasonCode"] == "TooManyRequests"
    assert "x-amz-pay-request-id" in refused.headers
    control.advance(1)
    assert [merchant.send("POST", "/charges", body).status for _ in range(2)] == [400, 429]
    control.throttle("off")
    assert merchant.send("POST", "/charges", body).status == 400


def test_keys_are_added_and_revoked(control: Control, merchant: Shop) -> None:
    made = control.add_key()
    key = load_private_key(made["private_key"].encode())
    request = merchant.request("POST", "/v2/checkoutSessions", order())
    again = signed(request, key_id=made["public_key_id"], key=key)
    assert control.mock.handle(again).status == 201
    control.revoke_key(KEY_ID)
    assert merchant.send("POST", "/checkoutSessions", order()).status == 403
    with pytest.raises(NotThere):
        control.revoke_key(KEY_ID)
    with pytest.raises(Misused, match="public_key"):
        control.add_key(public_key="nonsense")


@pytest.mark.parametrize(
    ("headers", "digits"),
    [
        ({"x-amz-pay-region": "eu"}, "02"),
        ({"x-amz-pay-region": "JP"}, "03"),
        ({"host": "pay-api.amazon.eu:443"}, "02"),
        ({}, "01"),
    ],
)
def test_one_mock_serves_all_regions(merchant: Shop, headers: dict[str, str], digits: str) -> None:
    session = merchant.approved(order())
    body = {"chargeAmount": order()["paymentDetails"]["chargeAmount"]}
    answer = merchant.send("POST", f"/checkoutSessions/{session}/complete", body, headers=headers)
    assert answer.json()["chargePermissionId"].startswith(f"S{digits}-")


# --- over HTTP


def test_a_namespace_of_its_own_is_opened_used_and_closed(http: Callable[..., Response], mock: Mock) -> None:
    made = http("POST", "namespaces", {"name": "tests/test_a.py::test_b"}).json()
    shop = Shop(mock.default.service)
    key = load_private_key(made["private_key"].encode())
    request = signed(
        shop.request("POST", "/v2/checkoutSessions", order()), key_id=made["public_key_id"], key=key
    )
    assert mock.handle(request).status == 201
    of_mine = http("GET", "objects?kind=CheckoutSession&namespace=tests/test_a.py::test_b").json()
    of_all = http("GET", "objects?kind=CheckoutSession").json()
    assert (len(of_mine), len(of_all)) == (1, 0)
    by_header = http("GET", "exchanges", **{NAMESPACE_HEADER: "tests/test_a.py::test_b"}).json()
    assert [(e["operation"], e["status"]) for e in by_header] == [("create_checkout_session", 201)]
    assert http("DELETE", "namespaces/tests%2Ftest_a.py::test_b").status == 204
    assert http("GET", "objects?namespace=tests/test_a.py::test_b").status == 404


def test_what_is_listed_has_no_secrets_and_no_buyers_data(
    http: Callable[..., Response], merchant: Shop
) -> None:
    session = merchant.approved()
    merchant.read(f"/checkoutSessions/{session}")
    (shown,) = [
        e for e in http("GET", "exchanges?since=1").json() if e["operation"] == "get_checkout_session"
    ]
    text = json.dumps(shown)
    assert "Signature=" not in text or "susie" not in text.lower()
    assert "Susie" not in text
    assert "Example Street" not in text


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("POST", "seed", {}, 404, "seed"),
        ("POST", "objects", {"kind": "Charge", "state": "Captured", "colour": "red"}, 400, "colour"),
        ("POST", "advance", {"seconds": -1}, 400, "0 or more"),
        ("POST", "clock", {"at": 1}, 409, "forward"),
        ("POST", "faults", {}, 400, "fault"),
        ("POST", "faults", {"fault": "503", "clear": True}, 400, "fault"),
        ("GET", "exchanges?since=x", None, 400, "since"),
        ("GET", "objects?kind=Unicorn", None, 400, "Charge"),
        ("GET", "objects/nobody", None, 404, "nobody"),
        ("GET", "clock?colour=red", None, 400, "colour"),
        ("DELETE", "namespaces/default", None, 404, "default"),
        ("DELETE", "clock", None, 405, "GET"),
        ("POST", "restore", {"snapshot": "none"}, 404, "none"),
        ("POST", "namespaces", {"name": "default"}, 409, "default"),
        ("POST", "namespaces", {"name": "a b"}, 400, "name"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    http: Callable[..., Response], method: str, path: str, body: Any, status: int, said: str
) -> None:
    answer = http(method, path, body)
    assert (answer.status, said in answer.json()["message"]) == (status, True), answer.body


# --- who may


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        ({}, "", 401),
        ({"authorization": "Bearer wrong"}, "", 401),
        ({"authorization": "Basic secret"}, "", 401),
        ({"authorization": "Bearer secret"}, "", 200),
        ({"authorization": "bearer  secret"}, "", 200),
        ({"cookie": "a=b; amazonpay_mock_token=secret"}, "", 200),
        ({}, "token=secret", 200),
        ({}, "token=sécret", 401),
    ],
)
def test_a_token_is_asked_for_where_there_is_one(
    mock: Mock, headers: dict[str, str], query: str, status: int
) -> None:
    handle = site(mock, token="secret")  # noqa: S106
    asked = Request("GET", "/_mock/clock", query, Headers.of(headers))
    assert handle(asked).status == status
    assert handle(Request("GET", "/v2/charges/x", None, Headers())).headers.get("x-amz-pay-request-id")


def test_a_page_of_another_site_may_not_act(http: Callable[..., Response]) -> None:
    foreign = {"origin": "https://evil.example", "host": "localhost:8443"}
    assert http("POST", "reset", {}, **foreign).status == 403
    assert http("POST", "reset", {}, origin="https://localhost:8443", host="localhost:8443").status == 204
