"""The lesser resources as the service writes them: api-facts §12. What that leaves open is the mock's own.

The names of the lists, the answer to a new store and the form of the URLs are not documented.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from amazonpay_conformance.mock.bodies import address_at, timestamp
from amazonpay_conformance.model.actions import Call
from amazonpay_conformance.model.buyer import ADDRESS, BUYER
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.paging import page
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.model.world import NOTHING, Record, World

Body: TypeAlias = dict[str, Any]

FILE_URL_SECONDS = 3_600
"""How long a file may be uploaded; not documented."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: its body, None where there is none, and where a redirect leads."""

    body: Body | None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """What an answer is written from. `record` is None in a list."""

    world: World
    call: Call
    host: str
    held: Record | None

    @property
    def record(self) -> Record:
        """The record that the call is about."""
        if self.held is None:
            raise LookupError(f"{self.call.operation} is about no record")
        return self.held

    def set(self, name: str) -> Any:
        """Return what the merchant set under a name, None where nothing."""
        return self.record.data.get(name)


def render(world: World, call: Call, subject: tuple[Kind, str] | None, *, host: str) -> Answer:
    """Return the good answer to a call of a lesser resource.

    Args:
        world: the world after the call.
        call: the call.
        subject: the kind and id of the record that the call was about, None for a list.
        host: host and port of this service, for the addresses in the answer.
    """
    value = world.find(*subject) if subject else None
    view = View(world, call, host, value if isinstance(value, Record) else None)
    if call.operation == "claim_merchant_account":
        return Answer(None, f"{address_at(host)}/claim/{view.record.id}")
    return Answer(_BODIES[call.operation](view))


def _buyer(_: View) -> Body:
    address = {"shippingAddress": dict(ADDRESS), "billingAddress": None}
    return {**BUYER, "postalCode": ADDRESS["postalCode"], "countryCode": ADDRESS["countryCode"], **address}


def _tracker(view: View) -> Body:
    return dict(view.record.data)


def _token(view: View) -> Body:
    """A token of the form of a JWT, signed by nobody."""
    merchant = view.call.query.get("merchantId")
    parts = ({"alg": "HS256", "typ": "JWT"}, {"merchantId": merchant, "iat": view.world.now})
    head, claims = (urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    return {"authorizationToken": f"{head}.{claims}.c2lnbmVkLWJ5LW5vYm9keQ"}


def _report(view: View) -> Body:
    report = view.record
    ended = report.changed if report.state != "IN_PROGRESS" else None
    return {
        "reportId": report.id,
        "reportType": view.set("reportType"),
        "startTime": view.set("startTime"),
        "endTime": view.set("endTime"),
        "createdTime": timestamp(report.created),
        "processingStatus": report.state,
        "processingStartTime": timestamp(report.created),
        "processingEndTime": timestamp(ended),
        "reportDocumentId": report.document if report.state == "COMPLETED" else None,
    }


def _document(view: View) -> Body:
    ends = timestamp(view.world.now + TIMERS["report_url_valid"])
    return {
        "reportDocumentId": view.record.id,
        "url": f"{address_at(view.host)}/report-documents/{view.record.id}?expires={ends}",
        "compressionAlgorithm": "N/A",
    }


def _schedule(view: View) -> Body:
    fields = ("reportType", "scheduleFrequency", "nextReportCreationTime")
    return {"reportScheduleId": view.record.id, **{name: view.set(name) for name in fields}}


def _list(kind: Kind, name: str, body: Callable[[View], Body]) -> Callable[[View], Body]:
    def render_list(view: View) -> Body:
        shown = page(view.world, kind, view.call.query)
        bodies = [body(View(view.world, view.call, view.host, record)) for record in shown.records]
        return {name: bodies, "nextToken": shown.next_token}

    return render_list


def _schedules(view: View) -> Body:
    """All of them: of pages nothing is documented here."""
    held = view.world.records.get("ReportSchedule", {}).values()
    shown = (View(view.world, view.call, view.host, record) for record in held if not record.gone)
    return {"reportSchedules": [_schedule(one) for one in shown]}


def _account(view: View) -> Body:
    return {"uniqueReferenceId": view.set("uniqueReferenceId"), "merchantAccountId": view.record.id}


def _store(view: View) -> Body:
    return {"storeId": view.record.id.rpartition("/")[2]}


def _dispute(view: View) -> Body:
    dispute, amount = view.record, Price.parse(view.set("disputeAmount"))
    details = view.set("statusDetails") or NOTHING
    deadline = view.set("merchantResponseDeadline")
    return {
        "disputeId": dispute.id,
        "chargeId": view.set("chargeId"),
        "disputeType": None,
        "disputeAmount": amount.wire() if amount else None,
        "filingReason": view.set("filingReason"),
        "resolutionAuthority": None,
        "statusDetails": {
            "resolution": details.get("resolution"),
            "state": dispute.state,
            "reasonCode": dispute.reason,
            "reasonDescription": details.get("reasonDescription"),
        },
        "merchantResponseDeadline": deadline or _deadline(view),
        "releaseEnvironment": "Sandbox",
    }


def _deadline(view: View) -> int | str | None:
    """Write a time as disputes do, unlike all others: api-facts §13.20."""
    seconds = view.record.created + TIMERS["chargeback_contestable"]
    match view.world.settings.choice("dispute-timestamps"):
        case "milliseconds":
            return seconds * 1_000
        case "seconds":
            return seconds
        case _:
            return timestamp(seconds)


def _file(view: View) -> Body:
    file = view.record
    return {
        "id": file.id,
        "type": view.set("type"),
        "purpose": view.set("purpose"),
        "url": f"{address_at(view.host)}/files/{file.id}",
        "size": None,
        "uploadTimestamp": None,
        "urlExpirationTimestamp": timestamp(file.created + FILE_URL_SECONDS),
    }


def _only_id(name: str) -> Callable[[View], Body]:
    return lambda view: {name: view.record.id}


def _nothing(_: View) -> None:
    return None


def _empty(_: View) -> Body:
    return {}


_BODIES: Mapping[str, Callable[[View], Body | None]] = {
    "get_buyer": _buyer,
    "create_delivery_tracker": _tracker,
    "get_authorization_token": _token,
    "get_reports": _list("Report", "reports", _report),
    "get_report": _report,
    "create_report": _only_id("reportId"),
    "get_report_document": _document,
    "get_report_schedules": _schedules,
    "get_report_schedule": _schedule,
    "create_report_schedule": _only_id("reportScheduleId"),
    "cancel_report_schedule": _empty,
    "get_disbursements": _list("Disbursement", "disbursements", _empty),
    "create_merchant_account": _account,
    "update_merchant_account": _empty,
    "delete_merchant_account": _nothing,
    "create_store": _store,
    "update_store": _store,
    "create_dispute": _dispute,
    "get_dispute": _dispute,
    "update_dispute": _dispute,
    "contest_dispute": _dispute,
    "upload_file": _file,
}
