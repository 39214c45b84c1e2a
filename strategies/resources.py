"""Scenarios of the lesser resources: each operation once at least, each rule of theirs broken alone.

Hardly anything is documented of how they change, so there is nothing to search: what they do is a handful of
stories, told here. Those of what is refused are for servers only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from amazonpay_conformance.model.paging import NO_PAGE
from amazonpay_conformance.model.resources import RESOURCE_OPERATIONS, SANDBOX_REPORT_TYPE
from amazonpay_conformance.model.scenario import AdvanceStep, CallStep, Scenario, Step
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.strategies.generator import Abilities
from amazonpay_conformance.strategies.payloads import price, ref
from amazonpay_conformance.strategies.possibility import is_possible
from amazonpay_conformance.strategies.steps import CHARGE, PERMISSION, again, paid

REPORT, DOCUMENT, SCHEDULE = "report#1", "document#1", "schedule#1"
ACCOUNT, STORE, DISPUTE, FILE = "account#1", "store#1", "dispute#1", "file#1"

ORDERS: Final = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_ORDER_REFERENCE_DATA_"
"""A report that only the live environment makes. Source: api-facts §12 [D]."""


def called(operation: str, target: str | None = None, body: Any = None, **more: Any) -> CallStep:
    """Return a call of a lesser resource; one that needs an idempotency key has the key of its operation."""
    key = f"key#{20 + list(RESOURCE_OPERATIONS).index(operation)}"
    made = {kind: f"{kind}#1" for kind in more.pop("makes", ())}
    keyed = key if RESOURCE_OPERATIONS[operation].needs_key else None
    return CallStep(operation, target, body, key=keyed, makes=made, **more)


_NOVEMBER = {"startTime": "20261101T000000Z", "endTime": "20261102T000000Z"}
_SETTLED = {"reportType": SANDBOX_REPORT_TYPE, **_NOVEMBER}
_PARCEL = {"deliveryDetails": [{"trackingNumber": "1Z999AA10123456784", "carrierCode": "UPS"}]}
_RECEIPT = [{"evidenceType": "Receipt", "fileId": ref(FILE)}]

MADE_REPORT: Final = called("create_report", body=_SETTLED, makes=("report",))
FIRST_PAGE: Final = called("get_reports", query={"pageSize": "1"}, makes=("page",))
MADE_SCHEDULE: Final = called(
    "create_report_schedule",
    body={"reportType": SANDBOX_REPORT_TYPE, "scheduleFrequency": "P1D"},
    makes=("schedule",),
)
READ_SCHEDULE: Final = called("get_report_schedule", SCHEDULE)
MADE_ACCOUNT: Final = called(
    "create_merchant_account", body={"uniqueReferenceId": "merchant-4711"}, makes=("account",)
)
DISPUTED: Final = called(
    "create_dispute", body={"chargeId": ref(CHARGE), "disputeAmount": price("small")}, makes=("dispute",)
)
MADE_FILE: Final = called("upload_file", body={"type": "pdf", "purpose": "disputeEvidence"}, makes=("file",))

STORIES: Final[Mapping[str, tuple[Step, ...]]] = {
    "a buyer": (called("get_buyer", "buyer#1"),),
    "a token": (called("get_authorization_token", "token#1", query={"merchantId": "ADZQ303FTXBLZ"}),),
    "a parcel": (
        *paid("Confirm"),
        called("create_delivery_tracker", body={"chargePermissionId": ref(PERMISSION), **_PARCEL}),
    ),
    "a report": (
        MADE_REPORT,
        called("get_report", REPORT),
        called("get_reports"),
        called("get_reports", query={"reportTypes": SANDBOX_REPORT_TYPE}),
    ),
    "two pages": (
        MADE_REPORT,
        replace(MADE_REPORT, key="key#2", makes={"report": "report#2"}),
        FIRST_PAGE,
        called("get_reports", query={"nextToken": "page#1"}),
    ),
    "one report for one key": (MADE_REPORT, again(MADE_REPORT), called("get_report", REPORT)),
    "a document": (
        MADE_REPORT,
        AdvanceStep(TIMERS["settlement"]),
        called("get_report", REPORT, makes=("document",)),
        called("get_report_document", DOCUMENT),
    ),
    "a schedule": (
        MADE_SCHEDULE,
        READ_SCHEDULE,
        called("get_report_schedules"),
        called("cancel_report_schedule", SCHEDULE),
    ),
    "disbursements": (called("get_disbursements", query=_NOVEMBER),),
    "an account": (
        MADE_ACCOUNT,
        called("update_merchant_account", ACCOUNT, {"uniqueReferenceId": "merchant-4712"}),
        called("create_store", ACCOUNT, {"storeName": "Example Shop"}, makes=("store",)),
        called("update_store", f"{ACCOUNT}/{STORE}", {"storeName": "Example Store"}),
        called("delete_merchant_account", ACCOUNT),
    ),
    "a dispute": (
        *paid("AuthorizeWithCapture"),
        DISPUTED,
        called("get_dispute", DISPUTE),
        MADE_FILE,
        called("contest_dispute", DISPUTE, {"merchantEvidences": _RECEIPT}),
        called("update_dispute", DISPUTE, {"statusDetails": {"state": "Resolved"}}),
        called("get_dispute", DISPUTE),
    ),
}
"""What a right client and a right server do, whatever is left open."""

ASKED: Final[Mapping[str, tuple[Step, ...]]] = {
    "a claim": (
        MADE_ACCOUNT,
        called("claim_merchant_account", ACCOUNT, {"uniqueReferenceId": "merchant-4711"}),
    ),
    "REQ-R12": (called("get_report", "report#unknown"), called("get_dispute", "dispute#unknown")),
    "REQ-R33": (called("get_reports", query={"pageSize": "101"}),),
    "RES-R03": (called("create_report", body={**_SETTLED, "reportType": ORDERS}), called("get_reports")),
    "RES-R07": (
        called("create_delivery_tracker", body={"chargePermissionId": ref("permission#unknown"), **_PARCEL}),
    ),
    "RES-R08": (
        called("create_dispute", body={"chargeId": ref("charge#unknown"), "disputeAmount": price("small")}),
    ),
}
"""What only a server is asked for: what it must refuse, and a redirect, which some clients follow."""

OF_RESOURCES: Final[Mapping[str, tuple[Step, ...]]] = {
    "unknown-records": (called("get_buyer", "buyer#unknown"),),
    "gone-records": (MADE_SCHEDULE, called("cancel_report_schedule", SCHEDULE), READ_SCHEDULE),
    "old-reports": (MADE_REPORT, AdvanceStep(TIMERS["report_kept"] + 1), called("get_report", REPORT)),
    "token-alone": (
        MADE_REPORT,
        replace(MADE_REPORT, key="key#2", makes={"report": "report#2"}),
        FIRST_PAGE,
        called("get_reports", query={"nextToken": "page#1", "pageSize": "1"}),
    ),
    "foreign-tokens": (MADE_REPORT, called("get_reports", query={"nextToken": NO_PAGE})),
    "settled-disputes": (
        *paid("AuthorizeWithCapture"),
        DISPUTED,
        called("update_dispute", DISPUTE, {"statusDetails": {"state": "Closed"}}),
        called("contest_dispute", DISPUTE, {"merchantEvidences": [{"evidenceType": "Other"}]}),
    ),
    "resource-fields": (called("create_report", body={}),),
    "provider-operations": (MADE_ACCOUNT,),
    "report-schedule-status": (MADE_SCHEDULE,),
    "dispute-timestamps": (*paid("AuthorizeWithCapture"), DISPUTED),
}
"""What puts an open question of the lesser resources, by its switch."""


_SHOP = {"storeName": "Example Shop"}
_MANY = (*paid("AuthorizeWithCapture"), DISPUTED)
_READ_DISPUTE = called("get_dispute", DISPUTE)

WITH_BODY: Final[tuple[tuple[tuple[Step, ...], CallStep, tuple[CallStep, ...]], ...]] = (
    (
        paid("Confirm"),
        called("create_delivery_tracker", body={"chargePermissionId": ref(PERMISSION), **_PARCEL}),
        (),
    ),
    ((), MADE_REPORT, ()),
    ((), MADE_SCHEDULE, ()),
    ((), MADE_ACCOUNT, ()),
    ((MADE_ACCOUNT,), called("update_merchant_account", ACCOUNT, {"uniqueReferenceId": "merchant-4712"}), ()),
    ((MADE_ACCOUNT,), called("claim_merchant_account", ACCOUNT, {"uniqueReferenceId": "merchant-4711"}), ()),
    ((MADE_ACCOUNT,), called("create_store", ACCOUNT, _SHOP, makes=("store",)), ()),
    (
        (MADE_ACCOUNT, called("create_store", ACCOUNT, _SHOP, makes=("store",))),
        called("update_store", f"{ACCOUNT}/{STORE}", {"storeName": "Example Store"}),
        (),
    ),
    (paid("AuthorizeWithCapture"), DISPUTED, ()),
    (_MANY, called("update_dispute", DISPUTE, {"statusDetails": {"state": "Resolved"}}), (_READ_DISPUTE,)),
    (
        _MANY,
        called("contest_dispute", DISPUTE, {"merchantEvidences": [{"evidenceType": "Other"}]}),
        (_READ_DISPUTE,),
    ),
    ((), MADE_FILE, ()),
)
"""Each operation that has a body: what comes before it, it, and what is read before and after."""


def resources(abilities: Abilities, *, servers: bool) -> Iterator[Scenario]:
    """Yield the scenarios that client and target together can play.

    Args:
        abilities: what they can do.
        servers: whether a server is to be asked for what it must refuse, too.
    """
    for steps in (*STORIES.values(), *(ASKED.values() if servers else ())):
        if all(is_possible(step, abilities) for step in steps):
            yield Scenario(steps)
