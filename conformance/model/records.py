"""What calls and time do to the lesser resources: they create, change, cancel and delete records.

A call gets here only where no rule forbids it. What is not documented is done in the plainest way: a field that
is sent stands, a state that is sent is taken. Source: api-facts §12.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from amazonpay_conformance.model.context import Context
from amazonpay_conformance.model.copies import replace
from amazonpay_conformance.model.draft import NoSuchTransition
from amazonpay_conformance.model.machine import Machine, Transition
from amazonpay_conformance.model.operation import Kind, ResourceKind
from amazonpay_conformance.model.resources import DISPUTE, GIVEN, REPORT
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.model.world import Data, Record, Settlement, World, data_of, merged

Timer: TypeAlias = tuple[int, Kind, str, str, str]
"""When (epoch seconds), on what, which trigger, under which guard."""

GIVEN_BUYER = "simulated-buyer-token"
GIVEN_AUTHORIZATION = "amzn.mws.00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done: the world after it, the record that it was about, the transitions that fired."""

    world: World
    subject: tuple[Kind, str] | None = None
    used: tuple[str, ...] = ()


def given(now: int) -> Mapping[Kind, Mapping[str, Record]]:
    """Return what a merchant of the mock has without having made it: a buyer who signed in, a token of MWS."""
    buyer = Record(GIVEN_BUYER, "Buyer", "", now, now)
    token = Record(GIVEN_AUTHORIZATION, "AuthorizationToken", "", now, now)
    return {record.kind: {record.id: record} for record in (buyer, token)}


def perform(context: Context) -> Deed:
    """Do what a call of a lesser resource asks for; no asserted rule forbids it."""
    return _HANDLERS[context.operation.id](context)


def timers_of(record: Record) -> Iterator[Timer]:
    """Yield every timer of a record."""
    if record.kind == "Report" and record.settles is not None and record.state == "IN_PROGRESS":
        yield record.settles.at, "Report", record.id, "report_is_processed", record.settles.guard


def processed(world: World, report_id: str, guard: str) -> Deed:
    """Let a report be done, so that it has its document."""
    report = world.records["Report"][report_id]
    row = _row(REPORT, report.state, "report_is_processed", guard)
    done = replace(report, state=row.target, changed=world.now, settles=None)
    world = world.with_object("Report", done)
    if row.target == "COMPLETED" and report.document:
        document = Record(report.document, "ReportDocument", "", world.now, world.now)
        world = world.with_object("ReportDocument", document)
    return Deed(world, ("Report", report_id), (row.id,))


# --- what a call does


def _list(context: Context) -> Deed:
    return Deed(context.world)


def _creates(kind: ResourceKind) -> Callable[[Context], Deed]:
    return lambda context: _placed(context, _new(context, kind))


def _create_report(context: Context) -> Deed:
    row = _row(REPORT, None, "create_report")
    # how long a report takes is not said
    settles = Settlement(context.world.now + TIMERS["settlement"])
    document = context.call.new.document
    report = replace(_new(context, "Report"), state=row.target, settles=settles, document=document)
    return _placed(context, report, row.id)


def _create_schedule(context: Context) -> Deed:
    """Create a schedule; `deleteExistingSchedule` puts it in the place of those of its report type."""
    world, made = context.world, _new(context, "ReportSchedule")
    if made.data.get("deleteExistingSchedule"):
        for held in world.records.get("ReportSchedule", {}).values():
            if held.data.get("reportType") == made.data.get("reportType"):
                world = world.with_object("ReportSchedule", replace(held, gone=True))
    return Deed(world.with_object("ReportSchedule", made), ("ReportSchedule", made.id))


def _create_store(context: Context) -> Deed:
    """A store is found by the id of its account and its own, as they stand in the path."""
    store = _new(context, "Store")
    return _placed(context, replace(store, id=f"{context.call.target}/{store.id}"))


def _create_dispute(context: Context) -> Deed:
    state, reason = _status(context.call.body, "ActionRequired")
    row = _row(DISPUTE, None, "create_dispute", state)
    return _placed(context, replace(_new(context, "Dispute"), state=row.target, reason=reason), row.id)


def _update_dispute(context: Context) -> Deed:
    return _moved(context, "update_dispute", _status(context.call.body, _held(context).state)[0])


def _contest_dispute(context: Context) -> Deed:
    return _moved(context, "contest_dispute")


def _change(context: Context) -> Deed:
    """Lay the fields that were sent over those that are held."""
    record = _held(context)
    return _placed(context, replace(record, data=_patched(context, record)))


def _end(context: Context) -> Deed:
    return _placed(context, replace(_held(context), gone=True, changed=context.world.now))


def _keep(context: Context) -> Deed:
    """Leave a record as it is: it is read, or claimed by its owner."""
    return _placed(context, _held(context))


_HANDLERS: Mapping[str, Callable[[Context], Deed]] = {
    "get_buyer": _keep,
    "create_delivery_tracker": _creates("DeliveryTracker"),
    "get_authorization_token": _keep,
    "get_reports": _list,
    "get_report": _keep,
    "create_report": _create_report,
    "get_report_document": _keep,
    "get_report_schedules": _list,
    "get_report_schedule": _keep,
    "create_report_schedule": _create_schedule,
    "cancel_report_schedule": _end,
    "get_disbursements": _list,
    "create_merchant_account": _creates("MerchantAccount"),
    "update_merchant_account": _change,
    "delete_merchant_account": _end,
    "claim_merchant_account": _keep,
    "create_store": _create_store,
    "update_store": _change,
    "create_dispute": _create_dispute,
    "get_dispute": _keep,
    "update_dispute": _update_dispute,
    "contest_dispute": _contest_dispute,
    "upload_file": _creates("File"),
}


def _moved(context: Context, trigger: str, guard: str = "") -> Deed:
    """Move a dispute along its row. Where the table has none it stays, for that it must is not documented."""
    dispute = _held(context)
    row = DISPUTE.find(dispute.state, trigger, guard)
    data = _patched(context, dispute)
    if row is None:
        return _placed(context, replace(dispute, data=data))
    reason = _status(context.call.body, "")[1]
    return _placed(
        context,
        replace(dispute, state=row.target, reason=reason, changed=context.world.now, data=data),
        row.id,
    )


def _patched(context: Context, record: Record) -> Data:
    """What an update makes of what was set; that nested objects are merged is not known: a switch."""
    if context.world.settings.has("patch=replace"):
        return {**record.data, **context.call.body}
    return merged(record.data, context.call.body)


def _status(body: Data, otherwise: str) -> tuple[str, str | None]:
    details = data_of(body.get("statusDetails"))
    return details.get("state") or otherwise, details.get("reasonCode")


def _new(context: Context, kind: ResourceKind) -> Record:
    now, call = context.world.now, context.call
    return Record(call.new.record, kind, "", now, now, data=call.body)


def _held(context: Context) -> Record:
    """The record in the path. Of a kind that is GIVEN it may be one of which the world has not heard."""
    if context.record is not None:
        return context.record
    now, kind = context.world.now, next((kind for kind in GIVEN if kind == context.operation.target), None)
    if kind is None:
        raise LookupError(f"{context.operation.id}: there is no {context.call.target!r}")
    return Record(context.call.target or "", kind, "", now, now)


def _placed(context: Context, record: Record, *used: str) -> Deed:
    return Deed(context.world.with_object(record.kind, record), (record.kind, record.id), used)


def _row(machine: Machine, source: str | None, trigger: str, guard: str = "") -> Transition:
    row = machine.find(source, trigger, guard)
    if row is None:
        raise NoSuchTransition(f"{machine.name}: no row for {trigger!r} ({guard!r}) in state {source}")
    return row
