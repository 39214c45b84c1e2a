"""The mock answers signed calls of the lesser resources: a life of each, and each body by its schema."""

from __future__ import annotations

import re
from typing import Any

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.model.operations import match
from amazonpay_conformance.model.records import GIVEN_AUTHORIZATION, GIVEN_BUYER
from amazonpay_conformance.model.resources import RESOURCE_OPERATIONS
from amazonpay_conformance.model.switches import Settings
from amazonpay_conformance.wire.messages import Response
from mock_shop import Body, Shop, price

DAY = 86_400
SANDBOX = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SANDBOX_SETTLEMENT_DATA_"
REPORT: Body = {"reportType": SANDBOX, "startTime": "20261101T000000Z", "endTime": "20261102T000000Z"}
SCHEDULE: Body = {"reportType": SANDBOX, "scheduleFrequency": "P1D"}
ACCOUNT: Body = {"uniqueReferenceId": "shop-1", "businessInfo": {"businessType": "CORPORATE"}}
PARCEL: Body = {"deliveryDetails": [{"trackingNumber": "1Z", "carrierCode": "UPS"}]}


def good(shop: Shop, method: str, path: str, body: Any = None, **more: Any) -> Response:
    """Make a call that must be answered well, and return the answer, whose body satisfies its schema."""
    answer = shop.send(method, path, body, **more)
    found = match(method, path.partition("?")[0])
    assert found is not None
    operation = found[0]
    assert answer.status == operation.success[0], answer.body
    assert answer.headers.get("x-amz-pay-request-id")
    if operation.response is not None:
        assert schemas.violations(operation.response, answer.json()) == ()
    return answer


def refused(answer: Response) -> tuple[int, str]:
    body = answer.json()
    assert schemas.is_valid("objects/error", body)
    return answer.status, body["reasonCode"]


def disputed(shop: Shop) -> Body:
    """A dispute of a captured charge."""
    body = {"chargeId": shop.captured(), "disputeAmount": price("10.00"), "filingReason": "Fraudulent"}
    found: Body = good(shop, "POST", "/disputes", body).json()
    return found


# --- buyers, trackers, tokens


def test_a_buyer_who_signed_in_is_told_by_his_token(shop: Shop) -> None:
    buyer = good(shop, "GET", f"/buyers/{GIVEN_BUYER}").json()
    assert buyer["buyerId"].startswith("amzn1.account.")
    assert (buyer["postalCode"], buyer["countryCode"]) == (
        buyer["shippingAddress"]["postalCode"],
        buyer["shippingAddress"]["countryCode"],
    )


def test_another_token_is_not_found_unless_the_mock_is_told_to_be_lenient(shop: Shop) -> None:
    assert refused(shop.send("GET", "/buyers/another")) == (404, "ResourceNotFound")
    good(Shop.open(settings=Settings.of({"unknown-records": "accepted"})), "GET", "/buyers/another")


def test_a_delivery_tracker_is_echoed(shop: Shop) -> None:
    body = {"chargePermissionId": shop.completed()["chargePermissionId"], **PARCEL}
    assert good(shop, "POST", "/deliveryTrackers", body).json() == body
    legacy = {"amazonOrderReferenceId": "P00-0000000-0000000", **PARCEL}
    assert good(shop, "POST", "/deliveryTrackers", legacy).json() == legacy


def test_a_delivery_tracker_needs_no_key_and_a_permission_that_exists(shop: Shop) -> None:
    without = {"x-amz-pay-idempotency-key": None}
    good(shop, "POST", "/deliveryTrackers", PARCEL, headers=without)
    body = {"chargePermissionId": "S01-0000000-0000000", **PARCEL}
    assert refused(shop.send("POST", "/deliveryTrackers", body)) == (404, "ResourceNotFound")


def test_an_authorization_token_has_the_form_of_a_jwt(shop: Shop) -> None:
    path = f"/authorizationTokens/{GIVEN_AUTHORIZATION}?merchantId=ADZQ303FTXBLZ"
    token = good(shop, "GET", path).json()["authorizationToken"]
    assert re.fullmatch(r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+", token)
    assert refused(shop.send("GET", "/authorizationTokens/another")) == (404, "ResourceNotFound")


# --- reports


def test_the_life_of_a_report(shop: Shop) -> None:
    made = good(shop, "POST", "/reports", REPORT).json()
    assert set(made) == {"reportId"}
    path = f"/reports/{made['reportId']}"
    going = good(shop, "GET", path).json()
    assert {name: going[name] for name in REPORT} == REPORT
    assert (going["processingStatus"], going["reportDocumentId"]) == ("IN_PROGRESS", None)
    shop.service.advance(30)
    done = good(shop, "GET", path).json()
    assert done["processingStatus"] == "COMPLETED"
    assert done["processingEndTime"] > done["processingStartTime"] == done["createdTime"]
    document = good(shop, "GET", f"/report-documents/{done['reportDocumentId']}").json()
    assert document["compressionAlgorithm"] == "N/A"
    shop.service.advance(90 * DAY)
    assert refused(shop.send("GET", path)) == (404, "ResourceNotFound")


def test_the_url_of_a_report_document_is_good_for_30_seconds_from_each_reading(shop: Shop) -> None:
    made = good(shop, "POST", "/reports", REPORT).json()["reportId"]
    shop.service.advance(30)
    document = good(shop, "GET", f"/reports/{made}").json()["reportDocumentId"]
    first = good(shop, "GET", f"/report-documents/{document}").json()["url"]
    shop.service.advance(1)
    assert good(shop, "GET", f"/report-documents/{document}").json()["url"] > first
    assert first.endswith("Z")


def test_reports_are_listed_page_by_page(shop: Shop) -> None:
    made = [good(shop, "POST", "/reports", REPORT).json()["reportId"] for _ in range(12)]
    first = good(shop, "GET", "/reports").json()
    assert len(first["reports"]) == 10
    second = good(shop, "GET", f"/reports?nextToken={first['nextToken']}").json()
    assert second["nextToken"] is None
    assert [one["reportId"] for one in first["reports"] + second["reports"]] == made[::-1]


def test_a_list_may_be_narrowed(shop: Shop) -> None:
    made = good(shop, "POST", "/reports", REPORT).json()["reportId"]
    shop.service.advance(30)
    good(shop, "POST", "/reports", REPORT)

    def listed(query: str) -> list[str]:
        return [one["reportId"] for one in good(shop, "GET", f"/reports?{query}").json()["reports"]]

    assert listed(f"reportTypes={SANDBOX}&processingStatuses=COMPLETED%2CFAILED") == [made]
    assert listed("processingStatuses=COMPLETED&processingStatuses=FAILED") == [made]
    assert listed("processingStatuses=CANCELLED") == []
    assert len(listed("pageSize=1")) == 1
    assert len(listed("anything=else")) == 2


@pytest.mark.parametrize(
    "query",
    [
        "pageSize=0",
        "pageSize=101",
        "pageSize=ten",
        "processingStatuses=DONE",
        "reportTypes=A,B",
        "createdSince=now",
    ],
)
def test_a_query_outside_its_rules_is_refused_with_the_name_of_the_parameter(shop: Shop, query: str) -> None:
    answer = shop.send("GET", f"/reports?{query}")
    assert refused(answer) == (400, "InvalidParameterValue")
    assert query.partition("=")[0] in answer.json()["message"]


def test_other_reports_than_the_settlements_of_the_sandbox_are_refused(shop: Shop) -> None:
    body = {**REPORT, "reportType": "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_"}
    assert refused(shop.send("POST", "/reports", body)) == (400, "InvalidParameterValue")
    assert refused(shop.send("POST", "/reports", {**REPORT, "reportType": "x"})) == (
        400,
        "InvalidParameterValue",
    )


def test_the_life_of_a_report_schedule(shop: Shop) -> None:
    made = good(shop, "POST", "/report-schedules", SCHEDULE).json()
    path = f"/report-schedules/{made['reportScheduleId']}"
    held = good(shop, "GET", path).json()
    assert {name: held[name] for name in SCHEDULE} == SCHEDULE
    assert good(shop, "GET", "/report-schedules").json()["reportSchedules"] == [held]
    good(shop, "DELETE", path)
    assert good(shop, "GET", "/report-schedules").json()["reportSchedules"] == []
    assert refused(shop.send("GET", path)) == (404, "ResourceNotFound")


def test_which_status_a_new_schedule_has_is_a_switch() -> None:
    other = Shop.open(settings=Settings.of({"report-schedule-status": "200"}))
    assert other.send("POST", "/report-schedules", SCHEDULE).status == 200


def test_the_sandbox_pays_nothing_out(shop: Shop) -> None:
    query = "startTime=20261101T000000Z&endTime=20261201T000000Z&pageSize=10"
    body = good(shop, "GET", f"/disbursements?{query}").json()
    assert body == {"disbursements": [], "nextToken": None}


# --- merchant accounts


def test_the_life_of_a_merchant_account(shop: Shop) -> None:
    made = good(shop, "POST", "/merchantAccounts", ACCOUNT).json()
    assert made["uniqueReferenceId"] == "shop-1"
    path = f"/merchantAccounts/{made['merchantAccountId']}"
    good(shop, "PATCH", path, {"merchantStatus": {"state": "ACTIVE"}})
    store = good(shop, "POST", f"{path}/stores", {"storeName": "Shop"}).json()["storeId"]
    good(shop, "PATCH", f"{path}/stores/{store}", {"storeName": "Shop 2"})
    assert refused(shop.send("PATCH", f"{path}/stores/another", {})) == (404, "ResourceNotFound")
    gone = good(shop, "DELETE", path)
    assert gone.body == b""
    assert refused(shop.send("PATCH", path, {})) == (404, "ResourceNotFound")


def test_claiming_leads_the_merchant_elsewhere(shop: Shop) -> None:
    account = good(shop, "POST", "/merchantAccounts", ACCOUNT).json()["merchantAccountId"]
    answer = good(shop, "POST", f"/merchantAccounts/{account}/claim", {"uniqueReferenceId": "shop-1"})
    assert (answer.status, answer.body) == (303, b"")
    assert (answer.headers.get("location") or "").startswith("https://")


# --- disputes and files


def test_the_life_of_a_dispute(shop: Shop) -> None:
    dispute = disputed(shop)
    path = f"/disputes/{dispute['disputeId']}"
    assert dispute["disputeId"].rpartition("-")[0] == dispute["chargeId"].rpartition("-")[0]
    assert dispute["statusDetails"]["state"] == "ActionRequired"
    assert dispute["disputeAmount"] == price("10.00")
    assert good(shop, "GET", path).json() == dispute

    file = good(shop, "POST", "/files", {"type": "pdf", "purpose": "disputeEvidence"}).json()
    evidence = {"evidenceType": "Receipt", "fileId": file["id"]}
    contested = good(shop, "POST", f"{path}/contest", {"merchantEvidences": [evidence]}).json()
    assert contested["statusDetails"]["state"] == "UnderReview"

    details = {"state": "Closed", "resolution": "MerchantWon", "reasonCode": "InvestigatorResolved"}
    closed = good(shop, "PATCH", path, {"statusDetails": details}).json()
    assert {name: closed["statusDetails"][name] for name in details} == details
    assert refused(shop.send("PATCH", path, {"statusDetails": {"state": "UnderReview"}})) == (
        400,
        "InvalidRequest",
    )
    assert good(shop, "GET", path).json() == closed


def test_the_deadline_of_a_dispute_is_a_number_and_the_one_that_was_set(shop: Shop) -> None:
    in_days = disputed(shop)["merchantResponseDeadline"] - 1_000 * shop.service.world.now
    assert in_days == 11 * DAY * 1_000
    other = Shop.open(settings=Settings.of({"dispute-timestamps": "seconds"}))
    assert disputed(other)["merchantResponseDeadline"] == other.service.world.now + 11 * DAY
    body = {
        "chargeId": shop.captured(),
        "disputeAmount": price(),
        "merchantResponseDeadline": 1_784_110_272_000,
    }
    assert good(shop, "POST", "/disputes", body).json()["merchantResponseDeadline"] == 1_784_110_272_000


def test_a_dispute_needs_a_charge_that_exists(shop: Shop) -> None:
    body = {"chargeId": "S01-0000000-0000000-C000000", "disputeAmount": price()}
    assert refused(shop.send("POST", "/disputes", body)) == (404, "ResourceNotFound")


# --- what they have in common with all others

CREATING = [
    ("/reports", REPORT),
    ("/report-schedules", SCHEDULE),
    ("/merchantAccounts", ACCOUNT),
    ("/files", {"type": "pdf", "purpose": "disputeEvidence"}),
]


@pytest.mark.parametrize(("path", "body"), CREATING)
def test_a_repeated_creation_gets_the_first_answer_and_creates_nothing(
    shop: Shop, path: str, body: Body
) -> None:
    first = good(shop, "POST", path, body, key="one")
    held = shop.service.world.records
    assert good(shop, "POST", path, body, key="one").body == first.body
    assert shop.service.world.records == held
    assert good(shop, "POST", path, body, key="two").body != first.body


@pytest.mark.parametrize(("path", "body"), CREATING)
def test_a_creation_needs_a_key_and_its_own(shop: Shop, path: str, body: Body) -> None:
    without = shop.send("POST", path, body, headers={"x-amz-pay-idempotency-key": None})
    assert refused(without) == (400, "MissingHeaderValue")
    good(shop, "POST", "/files", {"type": "csv", "purpose": "disputeEvidence"}, key="one")
    assert refused(shop.send("POST", path, body, key="one")) == (400, "DuplicateIdempotencyKey")


@pytest.mark.parametrize(("path", "body"), CREATING)
def test_an_unknown_field_is_refused_and_named(shop: Shop, path: str, body: Body) -> None:
    answer = shop.send("POST", path, {**body, "surprise": 1})
    assert refused(answer) == (400, "UnrecognizedField")
    assert "surprise" in answer.json()["message"]


@pytest.mark.parametrize("row", RESOURCE_OPERATIONS.values(), ids=lambda row: row.id)
def test_a_request_that_is_not_signed_is_refused(shop: Shop, row: Any) -> None:
    request = shop.request(row.method, f"/v2{row.path_for('A/B')}", {})
    assert refused(shop.service.handle(request)) == (403, "InvalidRequestSignature")


def test_a_wrong_method_and_the_in_store_operations_are_refused(shop: Shop) -> None:
    assert shop.send("DELETE", "/reports").status == 405
    assert shop.send("POST", "/in-store/charge", {}).status == 404


@pytest.mark.parametrize(
    ("choice", "kind", "least"), [("milliseconds", int, 10**12), ("seconds", int, 10**9), ("text", str, "2")]
)
def test_the_times_of_a_dispute_are_told_as_the_switch_says(choice: str, kind: type, least: Any) -> None:
    deadline = disputed(Shop.open(settings=Settings.of({"dispute-timestamps": choice})))[
        "merchantResponseDeadline"
    ]
    assert isinstance(deadline, kind)
    assert least <= deadline


@pytest.mark.parametrize("status", [201, 200])
def test_a_report_schedule_is_created_with_the_status_that_the_switch_says(status: int) -> None:
    shop = Shop.open(settings=Settings.of({"report-schedule-status": str(status)}))
    assert shop.send("POST", "/report-schedules", SCHEDULE).status == status
