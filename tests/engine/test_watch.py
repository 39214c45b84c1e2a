"""A watch is fair: what it says that somebody could have known was so, and what he could not is no fault."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pytest
from amazonpay_conformance.checks.subject import Configured
from amazonpay_conformance.clients import reference
from amazonpay_conformance.clients.python_driver import PythonDriver
from amazonpay_conformance.engine.lane import PREFIXED_KEY_ID, Lane
from amazonpay_conformance.engine.listening import listening
from amazonpay_conformance.engine.order import PROFILES, Order
from amazonpay_conformance.engine.setup import Prepared
from amazonpay_conformance.engine.targets import MockTarget
from amazonpay_conformance.engine.watch import Watch
from amazonpay_conformance.mock.clock import Clock
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.actions import Advance, BuyerAct
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.strategies.generator import Abilities
from amazonpay_conformance.strategies.search import Search
from amazonpay_conformance.strategies.worlds import explore
from amazonpay_conformance.wire.keys import PrivateKey, load_private_key
from amazonpay_conformance.wire.messages import Exchange, Headers, Request, Response
from amazonpay_conformance.wire.signing import sign

KEY_FILE: Final = Path(__file__).parents[1] / "keys" / "test-only-private-pkcs8.pem"
LANE: Final = Lane("na", "AMZN-PAY-RSASSA-PSS-V2", PREFIXED_KEY_ID)
SESSION: Final = "bd504926-f659-4ad7-a1a9-9a747aaf5275"
CHARGE: Final = "S01-5105180-3221187-C056351"

CERTAIN: Final = frozenset(
    {f"ORD-{number:03}" for number in (1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12)} | {"IDK-006"}
)
"""Requirements of which a service that knows the rules refuses every breach."""


@pytest.fixture(scope="module")
def key() -> PrivateKey:
    return load_private_key(KEY_FILE.read_bytes())


def test_what_could_be_known_to_be_forbidden_is_refused(key: PrivateKey, tmp_path: Path) -> None:
    """Random scenarios, which keep to the rules and break them: no good answer to what is called wrong."""
    found: Counter[str] = Counter()
    welcome: list[str] = []

    class Watched(Service):
        def __init__(self, *given: Any, **more: Any) -> None:
            super().__init__(*given, **more)
            self.watch = watch_of(self.merchant)
            self.observers.append(self.watch.act)

        def handle(self, request: Request) -> Response:
            response = super().handle(request)
            for finding in self.watch.see(Exchange(request, response, time.time())).findings:
                name = finding.requirement.id
                found[name] += 1
                if name in CERTAIN and response.status < 400:
                    welcome.append(f"{name}: {finding.problem.received}")
            return response

    target = MockTarget(key, tmp_path, transport="in-process", make=Watched)
    able = Abilities()
    scenarios = islice(Search(able, explore(able, most=PROFILES["quick"].worlds).plans, seed=5).random(), 60)
    driver = PythonDriver(reference)
    with target.serving():
        ready = Prepared(driver, target, key, KEY_FILE, "na")
        certification = ready.certification(Order(PROFILES["quick"], seed=0))
        for scenario in scenarios:
            certification.run_one(scenario, LANE)
    driver.close()
    assert welcome == []
    assert len(CERTAIN & set(found)) >= 6, found


# --- a trace, made by hand


def watch_of(merchant: Merchant) -> Watch:
    key_id = next(iter(merchant.keys), PREFIXED_KEY_ID)
    return Watch(merchant, Configured(key_id, "na", "", merchant.keys.get(key_id)))


def exchange(
    method: str, path: str, body: Any = None, *, status: int | None = 200, answer: Any = None, at: float = 0.0
) -> Exchange:
    raw = b"" if body is None else json.dumps(body).encode()
    headers = Headers.of({"x-amz-pay-idempotency-key": f"{method}{at}".replace(".", "")})
    response = None if status is None else Response(status, Headers(), json.dumps(answer).encode())
    return Exchange(Request(method, f"/v2{path}", None, headers, raw), response, at)


def charge_is(state: str, *, at: float = 0.0) -> Exchange:
    answer = {
        "chargeId": CHARGE,
        "chargePermissionId": CHARGE[:19],
        "chargeAmount": {"amount": "10.00", "currencyCode": "USD"},
        "statusDetails": {"state": state, "reasonCode": None},
    }
    return exchange("GET", f"/charges/{CHARGE}", answer=answer, at=at)


def capture(*, at: float = 0.0, status: int | None = 422, amount: str = "10.00") -> Exchange:
    body = {"captureAmount": {"amount": amount, "currencyCode": "USD"}}
    refusal = {"reasonCode": "InvalidChargeStatus", "message": ""}
    return exchange("POST", f"/charges/{CHARGE}/capture", body, status=status, answer=refusal, at=at)


def half_a_capture() -> Exchange:
    whole = capture()
    return replace(whole, response=Response(200, Headers(), b'{"chargeId": "S01-51'))


def order_of(*exchanges: Exchange) -> set[str]:
    """What is found wrong with a trace, but for the wire."""
    watch = watch_of(Merchant({}))
    for one in exchanges:
        watch.see(one)
    watch.finish(patience=0)
    return {f.requirement.id for f in watch.findings if f.requirement.subject == "integration"}


def test_of_what_it_was_not_told_nothing_is_held_against_it() -> None:
    assert order_of(capture()) == set()


def test_the_state_that_was_seen_last_counts() -> None:
    assert order_of(charge_is("Authorized"), capture()) == set()
    assert order_of(charge_is("Authorized"), charge_is("Canceled"), capture()) == {"ORD-003"}


def test_a_state_of_which_the_model_knows_nothing_forbids_nothing() -> None:
    assert order_of(charge_is("OnHold"), capture()) == set()


@pytest.mark.parametrize(
    "answer", [None, [], 7, "text", {"chargeId": 7}, {"chargeId": CHARGE}, {"statusDetails": []}]
)
def test_odd_answers_tell_it_nothing(answer: Any) -> None:
    odd = exchange("GET", f"/charges/{CHARGE}", answer=answer)
    assert order_of(odd, capture()) == set()


def test_an_answer_that_was_lost_has_told_nothing() -> None:
    assert (
        order_of(charge_is("Authorized"), capture(status=None), charge_is("Authorized"), capture(at=9.0))
        == set()
    )


def test_a_key_of_its_own_or_a_look_is_asked_for_after_a_lost_answer_within_the_hour() -> None:
    assert order_of(capture(status=None), capture(at=60.0)) == {"DUP-001"}
    assert order_of(capture(status=503), capture(at=60.0)) == {"DUP-001"}
    assert order_of(half_a_capture(), capture(at=60.0)) == {"DUP-001"}
    assert order_of(capture(status=None), capture(at=7_200.0)) == set()
    assert order_of(capture(status=None), capture(at=60.0, amount="9.00")) == set()
    assert order_of(capture(status=429), capture(at=60.0)) == set()


@pytest.mark.parametrize(("reads", "breaks"), [(21, set()), (22, {"ORD-014"})])
def test_reads_within_a_minute_are_counted(reads: int, breaks: set[str]) -> None:
    assert order_of(*(charge_is("AuthorizationInitiated", at=number) for number in range(reads))) - {
        "INT-002"
    } == (breaks)


def test_reads_over_a_longer_time_are_not() -> None:
    assert order_of(*(charge_is("Captured", at=number * 4.0) for number in range(200))) == set()


@pytest.mark.parametrize(("times", "breaks"), [(6, set()), (7, {"ORD-013"})])
def test_what_is_not_found_may_be_asked_for_some_times(times: int, breaks: set[str]) -> None:
    missing = exchange(
        "GET", f"/checkoutSessions/{SESSION}", status=404, answer={"reasonCode": "ResourceNotFound"}
    )
    assert order_of(*[missing] * times) == breaks


@pytest.mark.parametrize("target", ["charges", "charges//capture", "nothing", "../v2/charges", "charges/%00"])
def test_whatever_is_called_nothing_breaks(target: str) -> None:
    for method in ("GET", "POST", "DELETE", "BREW"):
        order_of(exchange(method, f"/{target}", [1]), exchange(method, f"/{target}", {"chargeId": {}}))


# --- what was left out


def left_out(seconds: int, **finish: Any) -> set[str]:
    watch = watch_of(Merchant({}))
    body = {"checkoutSessionId": SESSION, "statusDetails": {"state": "Open", "reasonCode": None}}
    watch.see(exchange("GET", f"/checkoutSessions/{SESSION}", answer=body))
    watch.act(BuyerAct("approves", SESSION))
    watch.act(Advance(seconds))
    watch.finish(**finish)
    return {finding.requirement.id for finding in watch.findings if finding.made is None}


def test_what_is_not_done_at_once_is_not_left_out() -> None:
    assert left_out(60) == set()
    assert left_out(300) == {"ORD-015"}
    assert left_out(60, at=1_000.0) == {"ORD-015"}


def test_whoever_knows_that_nothing_more_can_come_says_so() -> None:
    assert left_out(0, patience=0) == {"ORD-015"}


# --- a mock that is listened to


def test_a_mock_is_listened_to_in_its_place(key: PrivateKey) -> None:
    service = Service(Merchant({PREFIXED_KEY_ID: key.public}), clock=Clock(frozen=True))
    request = sign(
        Request("GET", f"/v2/charges/{CHARGE}", None, Headers.of({"accept": "application/json"})),
        key=key,
        public_key_id=PREFIXED_KEY_ID,
        algorithm="AMZN-PAY-RSASSA-PSS-V2",
    )
    with listening(service) as heard:
        assert heard.handle(request).status == 400
    assert heard.watch.exchanges == 1
    assert {"HDR-001", "HDR-005"} <= {finding.requirement.id for finding in heard.watch.findings}
    assert heard.watch.judged["SIG-004"] == 1
    assert service.observers == []
