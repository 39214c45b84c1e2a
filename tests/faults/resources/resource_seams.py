"""Calls of the lesser resources, judged one by one; a wrong server is the mock with one answer changed.

No scenario is made of them, so the exchanges are made here and put before oracle and judge.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from amazonpay_conformance.checks.check import Judgement
from amazonpay_conformance.checks.judge import judge
from amazonpay_conformance.checks.observations import observations
from amazonpay_conformance.checks.subject import Asked, Configured, Made, Told
from amazonpay_conformance.engine.follow import Oracle
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.requirements import REQUIREMENTS
from amazonpay_conformance.model.world import World
from amazonpay_conformance.wire.messages import Exchange, Response
from mock_shop import KEY_ID, V2, Body, Shop, price, private_key, signed

SANDBOX: Final = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SANDBOX_SETTLEMENT_DATA_"
REPORT: Final[Body] = {
    "reportType": SANDBOX,
    "startTime": "20261101T000000Z",
    "endTime": "20261102T000000Z",
}
OTHER_REPORT: Final[Body] = {**REPORT, "reportType": "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_"}
NOBODYS: Final = "S01-0000000-0000000"
CONFIGURED: Final = Configured(KEY_ID, "na", V2, private_key().public, skew_seconds=10**9)

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

    def call(
        self,
        name: str,
        target: str | None = None,
        body: Any = None,
        key: str | None = None,
        query: str = "",
    ) -> Body:
        """Make a call, have what was seen judged, and return the body."""
        operation = ALL_OPERATIONS[name]
        path = f"/v2{operation.path_for(target)}{query}"
        request = signed(self.shop.request(operation.method, path, body, key=key))
        given = self.shop.service.handle(request)
        # what is refused, is another answer to change than what is done
        place = name if given.status < 400 else f"{name} refused"
        response = self.change.get(place, lambda answer: answer)(given)
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
    bench.call("get_dispute", f"{NOBODYS}-B000000")
    wrong(bench)


def wrong(bench: Bench) -> None:
    """Make the calls that are refused, a rule each."""
    bench.call("get_reports", query="?pageSize=0")
    bench.call("create_report", body=OTHER_REPORT)
    details = [{"trackingNumber": "1", "carrierCode": "UPS"}]
    bench.call("create_delivery_tracker", body={"chargePermissionId": NOBODYS, "deliveryDetails": details})
    bench.call("create_dispute", body={"chargeId": f"{NOBODYS}-C000000", "disputeAmount": price("10.00")})


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


def answer(number: int, body: Body) -> Change:
    """Another answer altogether."""
    return lambda given: replace(given, status=number, body=json.dumps(body).encode())


def refusal(number: int, reason: str) -> Change:
    body = json.dumps({"reasonCode": reason, "message": "no"}).encode()
    return lambda answer: replace(answer, status=number, body=body)
