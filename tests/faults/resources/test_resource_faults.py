"""Answers of the lesser resources are judged like all others: the mock is right, a wrong server is found."""

from __future__ import annotations

from dataclasses import replace

import pytest
from amazonpay_conformance.model.resources import RESOURCE_OPERATIONS
from mock_shop import Shop
from resource_faults import FAULTS, Fault
from resource_seams import REPORT, Bench, Change, live, refusal, status, with_value


@pytest.fixture
def shop() -> Shop:
    return Shop.open()


def test_the_mock_is_found_faultless(shop: Shop) -> None:
    bench = Bench(shop)
    live(bench)
    assert bench.broken == {}
    held = {one.requirement for one in bench.judged}
    assert {row.requirement for row in RESOURCE_OPERATIONS.values()} <= held
    assert {"RSP-001", "RSP-002", "RSP-003", "RSP-004", "IDM-001", "REL-004", "REQ-R12"} <= held


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_a_wrong_server_is_found(fault: Fault, shop: Shop) -> None:
    bench = Bench(shop, {fault.operation: fault.change})
    live(bench)
    assert fault.breaks <= set(bench.broken)


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
