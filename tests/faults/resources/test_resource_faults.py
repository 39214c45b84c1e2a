"""Answers of the lesser resources are judged like all others: the mock is right, a wrong server is found."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from amazonpay_conformance.model.resources import RESOURCE_OPERATIONS
from amazonpay_conformance.mutants.resource_faults import FAULTS, Fault
from amazonpay_conformance.mutants.resource_seams import (
    EVERY,
    Change,
    changing,
    refusal,
    status,
    with_operation,
    with_value,
)
from amazonpay_conformance.strategies.resources import ASKED, STORIES


@pytest.mark.parametrize("name", EVERY)
def test_the_mock_is_found_faultless(name: str, bench: Any) -> None:
    run = bench.play(EVERY[name])
    assert (run.findings, run.skipped, run.unclear) == ((), (), "")


def test_every_operation_is_called_and_judged(bench: Any) -> None:
    judged = sum((bench.play(steps).judged for steps in EVERY.values()), Counter())
    assert {row.requirement for row in RESOURCE_OPERATIONS.values()} <= set(judged)
    assert {"RES-R03", "RES-R07", "RES-R08", "REQ-R12", "REQ-R33"} <= set(judged)
    assert {"RSP-001", "RSP-002", "RSP-003", "RSP-004", "IDM-001", "REL-004"} <= set(judged)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_a_wrong_server_is_found_and_nothing_else(fault: Fault, bench: Any) -> None:
    service = changing(fault.operation, fault.change)
    runs = [bench.play(steps, service) for steps in with_operation(fault.operation.partition(" ")[0])]
    found = {finding.requirement.id for run in runs for finding in run.findings}
    assert found == fault.breaks


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
def test_what_the_facts_leave_open_is_held_against_nobody(name: str, change: Change, bench: Any) -> None:
    stories = with_operation(name, {**STORIES, **ASKED})
    runs = [bench.play(steps, changing(name, change)) for steps in stories]
    assert runs
    assert [run.findings for run in runs if run.findings] == []
