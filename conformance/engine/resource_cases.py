"""A call that puts a requirement of the lesser resources at stake, and the world that it meets.

The planner knows nothing of these operations, so the world is given instead of a way to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from amazonpay_conformance.model.actions import Call, Defect, NewIds
from amazonpay_conformance.model.operation import Operation, ResourceKind
from amazonpay_conformance.model.resources import RESOURCE_MACHINES, RESOURCE_OPERATIONS
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.model.world import Record, World

NOW = 1_700_000_000


@dataclass(frozen=True, slots=True)
class ResourceCase:
    """A call of a lesser resource. `held` are the records that there are, `remark` says what is not shown."""

    operation: str
    target: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    held: tuple[Record, ...] = ()
    remark: str = ""
    flaw: Defect | None = None

    @property
    def world(self) -> World:
        """The world that the call meets."""
        world = World(now=NOW)
        for record in self.held:
            world = world.with_object(record.kind, record)
        return world

    @property
    def call(self) -> Call:
        """The call."""
        return Call(
            self.operation,
            self.target,
            self.body,
            query=self.query,
            key="key#1",
            defects=frozenset({self.flaw}) if self.flaw else frozenset(),
            new=NewIds(record="new#1", document="document#1"),
        )


def _held(kind: ResourceKind, *, age: int = 0, **more: Any) -> Record:
    machine = RESOURCE_MACHINES.get(kind)
    state = more.pop("state", machine.states[0].name if machine else "")
    return Record(f"{kind}#1", kind, state, NOW - age, NOW - age, **more)


def _of_operation(operation: Operation) -> ResourceCase:
    if operation.target is None:
        return ResourceCase(operation.id)
    record = _held(cast(ResourceKind, operation.target))  # no lesser operation is about one of the four
    return ResourceCase(operation.id, record.id, held=(record,))


_OLD = TIMERS["report_kept"]
_UNKNOWN_CHARGE = {"chargeId": "S01-0000000-0000000-C000000", "filingReason": "Fraudulent"}
_UNKNOWN_PERMISSION = {"chargePermissionId": "S01-0000000-0000000"}
_SETTLEMENT = {"reportType": "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SETTLEMENT_DATA_"}

# fmt: off
RESOURCE_CASES: Mapping[str, ResourceCase] = {
    **{operation.requirement: _of_operation(operation) for operation in RESOURCE_OPERATIONS.values()},
    "REQ-R33": ResourceCase("get_reports", query={"pageSize": "101"}, flaw=Defect.INVALID_VALUE),
    "RES-R01": ResourceCase("get_buyer", "Buyer#unknown", remark="of whom the kit never heard"),
    "RES-R02": ResourceCase("get_report_schedule", "ReportSchedule#1", held=(_held("ReportSchedule", gone=True),), remark="which was canceled"),
    "RES-R03": ResourceCase("create_report", body=_SETTLEMENT),
    "RES-R04": ResourceCase("get_report", "Report#1", held=(_held("Report", age=_OLD + 1, state="COMPLETED"),), remark="after 90 days"),
    "RES-R05": ResourceCase("get_reports", query={"nextToken": "token#1", "pageSize": "10"}),
    "RES-R06": ResourceCase("get_reports", query={"nextToken": "token#unknown"}),
    "RES-R07": ResourceCase("create_delivery_tracker", body=_UNKNOWN_PERMISSION),
    "RES-R08": ResourceCase("create_dispute", body=_UNKNOWN_CHARGE),
    "RES-R09": ResourceCase("contest_dispute", "Dispute#1", held=(_held("Dispute", state="Closed"),), remark="which is Closed"),
    "RES-R10": ResourceCase("create_report", remark="without reportType", flaw=Defect.MISSING_FIELD),
    "RES-R11": ResourceCase("create_merchant_account", remark="by a merchant who is no provider"),
}
# fmt: on
"""The cases by the id of the requirement."""
