"""Answers of the lesser resources are judged like all others: the mock is right, a wrong server is found.

No scenario is made of them yet, so the exchanges are made here and put before oracle and judge.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import pytest
from amazonpay_conformance.checks.check import Judgement
from amazonpay_conformance.checks.judge import judge
from amazonpay_conformance.checks.observations import observations
from amazonpay_conformance.checks.subject import Asked, Configured, Made, Told
from amazonpay_conformance.engine.follow import Oracle
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.requirements import REQUIREMENTS
from amazonpay_conformance.model.resources import RESOURCE_OPERATIONS
from amazonpay_conformance.model.world import World
from amazonpay_conformance.wire.messages import Exchange, Response
from mock_shop import KEY_ID, V2, Body, Shop, price, private_key, signed

SANDBOX = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SANDBOX_SETTLEMENT_DATA_"
REPORT: Body = {"reportType": SANDBOX, "startTime": "20261101T000000Z", "endTime": "20261102T000000Z"}
CONFIGURED = Configured(KEY_ID, "na", V2, private_key().public, skew_seconds=10**9)

Change: TypeAlias = Callable[[Response], Response]


@dataclass
class Bench:
    """A shop whose exchanges are judged; `change` is what a wrong server does to an answer of the mock."""

    shop: Shop
    change: dict[str, Change] = field(default_factory=dict)
    judged: list[Judgement] = field(default_factory=list)
    observed: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        service = self.shop.service
        # somebody's server: of what it was given nothing is known
        self.oracle = Oracle(service.merchant, World(now=service.world.now))

    def call(self, name: str, target: str | None = None, body: Any = None, key: str | None = None) -> Body:
        """Make a call, have what was seen judged, and return the body."""
        operation = ALL_OPERATIONS[name]
        path = f"/v2{operation.path_for(target)}"
        request = signed(self.shop.request(operation.method, path, body, key=key))
        given = self.shop.service.handle(request)
        response = self.change.get(name, lambda answer: answer)(given)
        seen = self.oracle.see(Exchange(request, response, time.time()))
        self.observed |= set(observations(seen))
        asked = Asked(operation, target, body, body is None, (), key, valid=True, meant_to_succeed=True)
        told = Told("returned", response.status, raw_body=response.body.decode())
        self.judged += judge(Made(0, asked, told, (seen,), CONFIGURED))
        found: Body = json.loads(given.body or b"{}")
        return found

    @property
    def broken(self) -> dict[str, str]:
        """The requirements of a server that were found broken, with the check that found it."""
        return {
            one.requirement: one.check
            for one in self.judged
            if one.problems and REQUIREMENTS[one.requirement].subject == "server"
        }


def live(bench: Bench) -> None:
    """Call every operation of the lesser resources."""
    charge = _captured(bench)
    bench.call("get_buyer", "simulated-buyer-token")
    bench.call("get_authorization_token", "amzn.mws.00000000-0000-4000-8000-000000000000")
    bench.call(
        "create_delivery_tracker", body={"deliveryDetails": [{"trackingNumber": "1", "carrierCode": "UPS"}]}
    )
    report = bench.call("create_report", body=REPORT, key="report")["reportId"]
    bench.call("create_report", body=REPORT, key="report")
    bench.call("get_report", report)
    bench.shop.service.advance(30)
    document = bench.call("get_report", report)["reportDocumentId"]
    bench.call("get_report_document", document)
    bench.call("get_reports")
    bench.call("get_disbursements")
    schedule = bench.call("create_report_schedule", body={"reportType": SANDBOX, "scheduleFrequency": "P1D"})
    bench.call("get_report_schedule", schedule["reportScheduleId"])
    bench.call("get_report_schedules")
    bench.call("cancel_report_schedule", schedule["reportScheduleId"])
    bench.call("get_report_schedule", schedule["reportScheduleId"])
    account = bench.call("create_merchant_account", body={"uniqueReferenceId": "a"})["merchantAccountId"]
    bench.call("update_merchant_account", account, {"merchantStatus": {"state": "ACTIVE"}})
    bench.call("claim_merchant_account", account, {"uniqueReferenceId": "a"})
    store = bench.call("create_store", account, {"storeName": "a"})["storeId"]
    bench.call("update_store", f"{account}/{store}", {"storeName": "b"})
    bench.call("delete_merchant_account", account)
    bench.call("update_merchant_account", account, {})
    dispute = bench.call("create_dispute", body={"chargeId": charge, "disputeAmount": price("10.00")})[
        "disputeId"
    ]
    file = bench.call("upload_file", body={"type": "pdf", "purpose": "disputeEvidence"})["id"]
    evidence = [{"evidenceType": "Receipt", "fileId": file}]
    bench.call("contest_dispute", dispute, {"merchantEvidences": evidence})
    bench.call("update_dispute", dispute, {"statusDetails": {"state": "Resolved"}})
    bench.call("get_dispute", dispute)
    bench.call("get_dispute", "S01-0000000-0000000-B000000")


def _captured(bench: Bench) -> str:
    """A charge of which the oracle knows, without the way there."""
    charge = bench.shop.captured()
    bench.oracle.world = replace(bench.oracle.world, charges=bench.shop.service.world.charges)
    return charge


def status(number: int) -> Change:
    return lambda answer: replace(answer, status=number)


def without(key: str) -> Change:
    def change(answer: Response) -> Response:
        body = json.loads(answer.body)
        del body[key]
        return replace(answer, body=json.dumps(body).encode())

    return change


def with_value(key: str, value: Any) -> Change:
    def change(answer: Response) -> Response:
        return replace(answer, body=json.dumps({**json.loads(answer.body), key: value}).encode())

    return change


def refusal(number: int, reason: str) -> Change:
    body = json.dumps({"reasonCode": reason, "message": "no"}).encode()
    return lambda answer: replace(answer, status=number, body=body)


def test_the_mock_is_found_faultless(shop: Shop) -> None:
    bench = Bench(shop)
    live(bench)
    assert bench.broken == {}
    held = {one.requirement for one in bench.judged}
    assert {row.requirement for row in RESOURCE_OPERATIONS.values()} <= held
    assert {"RSP-001", "RSP-002", "RSP-003", "RSP-004", "IDM-001", "REL-004", "REQ-R12"} <= held


WRONG: list[tuple[str, Change, str]] = [
    ("get_buyer", without("buyerId"), "RSP-003"),
    ("create_report", status(200), "RES-006"),
    ("create_report", without("reportId"), "RSP-003"),
    ("get_report", with_value("processingStatus", "DONE"), "RSP-003"),
    ("get_report", without("reportDocumentId"), "RSP-003"),
    ("get_report", with_value("reportId", "another"), "REL-004"),
    ("get_report_document", without("url"), "RSP-003"),
    ("get_reports", with_value("reports", [{"reportId": "a"}]), "RSP-003"),
    ("get_reports", lambda answer: replace(answer, body=b"<html>"), "RSP-002"),
    ("get_disbursements", refusal(404, "ResourceNotFound"), "RES-012"),
    ("get_report_schedules", refusal(405, "RequestNotSupported"), "RES-008"),
    ("delete_merchant_account", status(200), "RES-015"),
    ("claim_merchant_account", status(302), "RES-016"),
    ("create_dispute", status(201), "RES-019"),
    ("get_dispute", with_value("merchantResponseDeadline", "soon"), "RSP-003"),
    ("get_dispute", status(200), "REQ-R12"),
    ("upload_file", refusal(422, "AmazonRejected"), "RES-023"),
    (
        "update_dispute",
        lambda answer: replace(answer, headers=answer.headers.without("x-amz-pay-request-id")),
        "RSP-001",
    ),
]


@pytest.mark.parametrize(("name", "change", "requirement"), WRONG)
def test_a_wrong_server_is_found(shop: Shop, name: str, change: Change, requirement: str) -> None:
    bench = Bench(shop, {name: change})
    live(bench)
    assert requirement in bench.broken


def test_what_an_answer_tells_of_open_questions_is_reported(shop: Shop) -> None:
    bench = Bench(shop, {"create_report_schedule": status(200)})
    live(bench)
    assert {("report-schedule-status", "200"), ("dispute-timestamps", "milliseconds")} <= bench.observed
    assert {("unknown-records", "accepted"), ("gone-records", "refused")} <= bench.observed


def test_a_second_report_for_one_key_is_found(shop: Shop) -> None:
    bench = Bench(shop)
    bench.call("create_report", body=REPORT, key="one")
    bench.change = {"create_report": with_value("reportId", "another")}
    bench.call("create_report", body=REPORT, key="one")
    assert set(bench.broken) == {"IDM-001"}


OPEN: list[tuple[str, Change]] = [
    ("get_buyer", refusal(404, "ResourceNotFound")),
    ("get_authorization_token", refusal(401, "UnauthorizedAccess")),
    ("get_report", with_value("processingStatus", "CANCELLED")),
    ("get_report_document", refusal(404, "ResourceNotFound")),
    ("create_report_schedule", status(200)),
    ("cancel_report_schedule", lambda answer: replace(answer, body=b"")),
    ("claim_merchant_account", status(200)),
    ("create_store", status(202)),
    ("create_delivery_tracker", refusal(401, "UnauthorizedAccess")),
    ("get_reports", lambda answer: replace(answer, body=b'{"items": []}')),
    (
        "update_dispute",
        with_value("statusDetails", {"state": "ActionRequired", "reasonCode": "AutoResolved"}),
    ),
]


@pytest.mark.parametrize(("name", "change"), OPEN)
def test_what_the_facts_leave_open_is_held_against_nobody(shop: Shop, name: str, change: Change) -> None:
    bench = Bench(shop, {name: change})
    live(bench)
    assert bench.broken == {}
