"""Servers of the lesser resources, each wrong in one answer: by hand, and one for each operation and rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from amazonpay_conformance.model.operation import Operation
from amazonpay_conformance.model.resources import RESOURCE_OPERATIONS
from amazonpay_conformance.mutants.resource_seams import (
    NOBODYS,
    Change,
    answer,
    refusal,
    status,
    with_value,
    without,
)


@dataclass(frozen=True)
class Fault:
    """A server with one wrong answer: to which operation, what it breaks, what it costs a merchant."""

    id: str
    breaks: frozenset[str]
    costs: str
    operation: str
    change: Change


def _of_operations() -> Iterator[Fault]:
    for row in RESOURCE_OPERATIONS.values():
        costs = f"He cannot use {row.title} at all."
        yield Fault(f"{row.id} is refused", frozenset({row.requirement}), costs, row.id, _refused())
        costs = f"His program takes a {row.title} that worked for one that did not."
        breaks = frozenset({row.requirement})
        yield Fault(f"{row.id} with another success", breaks, costs, row.id, status(_other_success(row)))


def _refused() -> Change:
    return refusal(422, "InvalidRequest")


def _other_success(row: Operation) -> int:
    return next(number for number in (200, 201, 202, 206) if number not in row.success)


# fmt: off
_BY_HAND: Final[tuple[tuple[str, Change, str, str], ...]] = (
    ("get_buyer", without("buyerId"), "RSP-003", "no buyerId"),
    ("create_report", without("reportId"), "RSP-003", "no reportId"),
    ("get_report", with_value("processingStatus", "DONE"), "RSP-003", "a status of its own"),
    ("get_report", without("reportDocumentId"), "RSP-003", "no document"),
    ("get_report", with_value("reportId", "another"), "REL-004", "another report"),
    ("get_report_document", without("url"), "RSP-003", "no url"),
    ("get_reports", with_value("reports", [{"reportId": "a"}]), "RSP-003", "half a report"),
    ("get_reports", lambda given: replace(given, body=b"<html>"), "RSP-002", "no JSON"),
    ("get_dispute", with_value("merchantResponseDeadline", "soon"), "RSP-003", "a deadline in words"),
    ("get_dispute refused", status(200), "REQ-R12 RSP-003", "what nobody has"),
    ("update_dispute", lambda given: replace(given, headers=given.headers.without("x-amz-pay-request-id")), "RSP-001", "no request id"),
)

_NOT_ENFORCED: Final[tuple[tuple[str, Change, str], ...]] = (
    ("get_reports",             answer(200, {"reports": [], "nextToken": None}),   "REQ-R33"),
    ("create_report",           answer(201, {"reportId": "A08439021T39K6DTX4JS8"}), "RES-R03"),
    ("create_delivery_tracker", answer(200, {"chargePermissionId": NOBODYS, "amazonOrderReferenceId": None, "deliveryDetails": []}), "RES-R07"),
    ("create_dispute",          answer(200, {"disputeId": f"{NOBODYS}-B000001"}),  "RES-R08 RSP-003"),
)
# fmt: on

BY_HAND: Final[tuple[Fault, ...]] = (
    *(
        Fault(
            f"{operation}: {how}",
            frozenset(breaks.split()),
            "His program stops, or goes by what is not so.",
            operation,
            change,
        )
        for operation, change, breaks, how in _BY_HAND
    ),
    *(
        Fault(
            f"{breaks.split()[0]} is not enforced",
            frozenset(breaks.split()),
            "He relies on a refusal that never comes.",
            f"{operation} refused",
            change,
        )
        for operation, change, breaks in _NOT_ENFORCED
    ),
)
GENERATED: Final = tuple(_of_operations())
FAULTS: Final = (*BY_HAND, *GENERATED)
"""The catalogue."""
