"""The lesser resources are those of api-facts §2.2 and §12, typed here a second time; and what calls do.

Nothing that the facts leave open is asserted: such a call may be refused, and may be done.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeAlias

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.model.actions import Advance, Call, Defect, NewIds
from amazonpay_conformance.model.machine import Machine, Transition
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.observable import permitted_states
from amazonpay_conformance.model.operations import ALL_OPERATIONS, OPERATIONS, match
from amazonpay_conformance.model.paging import DEFAULT_SIZE, page, read_token
from amazonpay_conformance.model.records import GIVEN_AUTHORIZATION, GIVEN_BUYER, given
from amazonpay_conformance.model.requirements import REQUIREMENTS
from amazonpay_conformance.model.resources import (
    GIVEN,
    RESOURCE_ID_FIELDS,
    RESOURCE_MACHINES,
    RESOURCE_OPERATIONS,
)
from amazonpay_conformance.model.rules import RULES_OF, UNCERTAIN
from amazonpay_conformance.model.step import Outcome, step
from amazonpay_conformance.model.switches import Settings
from amazonpay_conformance.model.world import Charge, ChargePermission, Record, World

Body: TypeAlias = dict[str, Any]

NOON = 1_700_049_600
DAY = 86_400
SANDBOX = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SANDBOX_SETTLEMENT_DATA_"
REFUND_DATA = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_"
PERMISSION, CHARGE = "S01-1111111-1111111", "S01-1111111-1111111-C111111"
NO_PERMISSION, NO_CHARGE = "S01-0000000-0000000", "S01-0000000-0000000-C000000"

# method, path after /v2, statuses of success, the usual one first, whether an idempotency key is needed
FACTS: dict[str, tuple[str, str, tuple[int, ...], bool]] = {
    "get_buyer": ("GET", "/buyers/{id}", (200,), False),
    "create_delivery_tracker": ("POST", "/deliveryTrackers", (200,), False),
    "get_authorization_token": ("GET", "/authorizationTokens/{id}", (200,), False),
    "get_reports": ("GET", "/reports", (200,), False),
    "get_report": ("GET", "/reports/{id}", (200,), False),
    "create_report": ("POST", "/reports", (201,), True),
    "get_report_document": ("GET", "/report-documents/{id}", (200,), False),
    "get_report_schedules": ("GET", "/report-schedules", (200,), False),
    "get_report_schedule": ("GET", "/report-schedules/{id}", (200,), False),
    "create_report_schedule": ("POST", "/report-schedules", (201, 200), True),  # §13.19
    "cancel_report_schedule": ("DELETE", "/report-schedules/{id}", (200,), False),
    "get_disbursements": ("GET", "/disbursements", (200,), False),
    "create_merchant_account": ("POST", "/merchantAccounts", (201,), True),
    "update_merchant_account": ("PATCH", "/merchantAccounts/{id}", (202,), False),
    "delete_merchant_account": ("DELETE", "/merchantAccounts/{id}", (204,), False),
    "claim_merchant_account": ("POST", "/merchantAccounts/{id}/claim", (303, 200), False),
    "create_store": ("POST", "/merchantAccounts/{id}/stores", (201, 200, 202), True),
    "update_store": ("PATCH", "/merchantAccounts/{id}/stores/{id}", (200, 202), False),
    "create_dispute": ("POST", "/disputes", (200,), True),
    "get_dispute": ("GET", "/disputes/{id}", (200,), False),
    "update_dispute": ("PATCH", "/disputes/{id}", (200,), False),
    "contest_dispute": ("POST", "/disputes/{id}/contest", (200,), False),
    "upload_file": ("POST", "/files", (200,), True),
}
WITHOUT_BODY = {name for name, (method, *_) in FACTS.items() if method in ("GET", "DELETE")}
WITH_QUERY = {"get_reports", "get_disbursements", "get_authorization_token"}
UNKNOWN_ANSWER = {
    "cancel_report_schedule", "update_merchant_account", "delete_merchant_account", "claim_merchant_account",
    "create_store", "update_store",
}  # fmt: skip

REPORT_STATES = {"IN_PROGRESS", "COMPLETED", "FAILED", "CANCELLED"}
DISPUTE_STATES = {"ActionRequired", "UnderReview", "Resolved", "Closed"}
DISPUTE_REASONS = {
    "MerchantResponseRequired", "MerchantAdditionalEvidencesRequired", "BuyerAdditionalEvidencesRequired",
    "MerchantAcceptedDispute", "MerchantResponseDeadlineExpired", "BuyerCancelled", "InvestigatorResolved",
    "AutoResolved", "ChargebackFiled",
}  # fmt: skip

each = pytest.mark.parametrize("name", FACTS)
every_machine = pytest.mark.parametrize(
    "machine", RESOURCE_MACHINES.values(), ids=lambda machine: machine.name
)
every_transition = pytest.mark.parametrize(
    ("machine", "row"),
    [(machine, row) for machine in RESOURCE_MACHINES.values() for row in machine.transitions],
    ids=lambda value: value.id if isinstance(value, Transition) else "",
)


# --- the table of operations


def test_the_operations_of_the_lesser_resources_are_all_there_and_beside_the_others() -> None:
    assert set(RESOURCE_OPERATIONS) == set(FACTS)
    assert {**OPERATIONS, **RESOURCE_OPERATIONS} == ALL_OPERATIONS
    assert len(ALL_OPERATIONS) == len(OPERATIONS) + len(FACTS)


@each
def test_an_operation_is_called_as_documented(name: str) -> None:
    row, (method, path, success, keyed) = RESOURCE_OPERATIONS[name], FACTS[name]
    assert (row.method, row.path, row.success, row.needs_key) == (method, path, success, keyed)
    assert row.has_body is (name not in WITHOUT_BODY)
    assert row.has_query is (name in WITH_QUERY)
    assert (row.target is not None) is ("{id}" in path)


@each
def test_an_operation_names_schemas_that_exist(name: str) -> None:
    row = RESOURCE_OPERATIONS[name]
    assert (row.response is None) is (name in UNKNOWN_ANSWER)
    assert {row.request, row.query, row.response} - {None} <= set(schemas.names())
    assert (row.request is None, row.query is None) == (name in WITHOUT_BODY, name not in WITH_QUERY)


@each
@pytest.mark.parametrize("slash", ["", "/"], ids=["plain", "slash"])
def test_a_request_finds_its_operation_and_every_id_in_its_path(name: str, slash: str) -> None:
    row = RESOURCE_OPERATIONS[name]
    target = "/".join(["A1", "B2"][: row.path.count("{id}")]) or None
    assert match(row.method, row.path_for(target) + slash) == (row, target)


def test_a_store_stands_beneath_its_account() -> None:
    row = RESOURCE_OPERATIONS["update_store"]
    assert row.path_for("ACCOUNT/STORE") == "/merchantAccounts/ACCOUNT/stores/STORE"


@pytest.mark.parametrize(
    "path", ["/in-store/merchantScan", "/in-store/charge", "/in-store/refund", "/disputes//"]
)
def test_in_store_is_out_of_scope_and_half_a_path_is_none(path: str) -> None:
    assert [match(method, path) for method in ("GET", "POST", "PATCH", "DELETE")] == [None] * 4


def test_ids_of_requirements_are_unique_and_in_the_catalogue() -> None:
    ids = [row.requirement for row in RESOURCE_OPERATIONS.values()]
    assert ids == [f"RES-{number:03}" for number in range(1, len(FACTS) + 1)]
    assert {REQUIREMENTS[id_].level for id_ in ids} == {"MUST"}


# --- the machines


def test_states_and_reasons_are_the_documented_enumerations() -> None:
    report, dispute = RESOURCE_MACHINES["Report"], RESOURCE_MACHINES["Dispute"]
    assert {state.name for state in report.states} == REPORT_STATES
    assert {state.name for state in dispute.states} == DISPUTE_STATES
    assert {reason for state in report.states for reason in state.reasons} == set()
    assert all(set(state.reasons) == DISPUTE_REASONS for state in dispute.states)


def test_the_four_objects_keep_their_machines() -> None:
    assert not set(MACHINES) & set(RESOURCE_MACHINES)
    ids = [row.id for held in (MACHINES, RESOURCE_MACHINES) for m in held.values() for row in m.transitions]
    assert len(ids) == len(set(ids))


@every_transition
def test_no_edge_is_documented_so_none_is_asserted(machine: Machine, row: Transition) -> None:
    names = {state.name for state in machine.states}
    assert (row.tag, row.cite) == ("?", "§12")
    assert row.target in names
    assert row.source in {None, *names}
    assert row.reason is None


@every_transition
def test_nothing_leaves_a_terminal_state(machine: Machine, row: Transition) -> None:
    assert row.source is None or not machine.state(row.source).terminal


@every_machine
def test_every_state_can_be_reached_and_which_row_applies_is_never_in_doubt(machine: Machine) -> None:
    born = {row.target for row in machine.transitions if row.source is None}
    later = {state for origin in born for state, _ in machine.reachable(origin, spontaneous=False)}
    assert born | later == {state.name for state in machine.states}
    keys = [(row.source, row.trigger, row.guard) for row in machine.transitions]
    assert len(keys) == len(set(keys))


@every_transition
def test_a_trigger_is_an_operation_of_the_state_or_spontaneous(machine: Machine, row: Transition) -> None:
    allowed = machine.state(row.source).operations if row.source else tuple(RESOURCE_OPERATIONS)
    assert row.spontaneous or row.trigger in allowed


# --- a world with one of everything

BODIES: dict[str, Body] = {
    "create_delivery_tracker": {
        "chargePermissionId": PERMISSION,
        "deliveryDetails": [{"trackingNumber": "1Z", "carrierCode": "UPS"}],
    },
    "create_report": {"reportType": SANDBOX, "startTime": "20231101T000000Z", "endTime": "20231102T000000Z"},
    "create_report_schedule": {"reportType": SANDBOX, "scheduleFrequency": "P1D"},
    "create_merchant_account": {"uniqueReferenceId": "shop-1"},
    "update_merchant_account": {"merchantStatus": {"state": "ACTIVE"}},
    "claim_merchant_account": {"uniqueReferenceId": "shop-1"},
    "create_store": {"storeName": "Shop"},
    "update_store": {"storeName": "Shop 2"},
    "create_dispute": {
        "chargeId": CHARGE,
        "disputeAmount": {"amount": "10.00", "currencyCode": "USD"},
        "statusDetails": {"state": "ActionRequired"},
    },
    "update_dispute": {"statusDetails": {"state": "Resolved", "reasonCode": "MerchantAcceptedDispute"}},
    "contest_dispute": {"merchantEvidences": [{"evidenceType": "Receipt"}]},
    "upload_file": {"type": "pdf", "purpose": "disputeEvidence"},
}


def record(kind: Any, state: str = "", **more: Any) -> Record:
    """A record of a kind, made at noon; its id is that of its kind."""
    ids = {"Buyer": GIVEN_BUYER, "AuthorizationToken": GIVEN_AUTHORIZATION, "Store": "merchantaccount/store"}
    return Record(ids.get(kind, kind.lower()), kind, state, NOON, NOON, **more)


def world_with(*more: Record, **options: Any) -> World:
    """A world with a permission, a charge, and one record of each kind; `more` take the place of those."""
    hundred = Price.parse({"amount": "100.00", "currencyCode": "USD"})
    assert hundred is not None
    permission = ChargePermission(PERMISSION, "Chargeable", NOON, NOON, limit=hundred, currency="USD")
    world = World(now=NOON, records=given(NOON), **options)
    world = world.with_object("ChargePermission", permission)
    world = world.with_object("Charge", Charge(CHARGE, "Captured", NOON, NOON, PERMISSION, hundred))
    stateless = ("ReportDocument", "ReportSchedule", "MerchantAccount", "Store", "File")
    usual = (record("Report", "IN_PROGRESS"), record("Dispute", "ActionRequired"), *map(record, stateless))
    for one in (*usual, *more):
        world = world.with_object(one.kind, one)
    return world


def call(name: str, body: Body | None = None, **more: Any) -> Call:
    """A call of an operation on the record of its kind."""
    target = RESOURCE_OPERATIONS[name].target
    more.setdefault("target", record(target).id if target else None)
    more.setdefault("new", NewIds(record="new", document="document"))
    return Call(name, body=BODIES.get(name, {}) if body is None else body, **more)


def answers(outcomes: tuple[Outcome, ...]) -> list[tuple[int, str | None]]:
    return [(outcome.status, outcome.reason) for outcome in outcomes]


def done(world: World, asked: Call) -> World:
    """The world after a call that is answered well."""
    outcome = step(world, asked)[0]
    assert outcome.reason is None, answers((outcome,))
    return outcome.world


def shown(world: World, kind: Any, id_: str = "new") -> Record:
    found = world.find(kind, id_)
    assert isinstance(found, Record)
    return found


# --- what every call of them has in common


@each
def test_a_right_call_is_done_and_its_usual_status_comes_first(name: str) -> None:
    good = [outcome for outcome in step(world_with(), call(name)) if outcome.reason is None]
    assert [outcome.status for outcome in good] == list(FACTS[name][2])
    assert {outcome.requirement for outcome in good} == {RESOURCE_OPERATIONS[name].requirement}
    assert step(world_with(), call(name))[0] == good[0]


@each
def test_a_step_is_pure(name: str) -> None:
    world, asked = world_with(), call(name)
    before = repr((world, asked))
    assert step(world, asked) == step(world, asked)
    assert repr((world, asked)) == before


@pytest.mark.parametrize("name", [row.id for row in RESOURCE_OPERATIONS.values() if row.target])
def test_an_unknown_id_is_not_found_unless_the_merchant_may_have_it(name: str) -> None:
    outcomes = step(world_with(), call(name, target="nothing/here"))
    assert answers(outcomes)[0] == (404, "ResourceNotFound")
    sure = RESOURCE_OPERATIONS[name].target not in GIVEN
    assert any(outcome.required for outcome in outcomes if outcome.reason) is sure
    assert any(outcome.reason is None for outcome in outcomes) is not sure


DEFECTS = {
    Defect.SIGNATURE: (403, "InvalidRequestSignature"),
    Defect.MISSING_HEADER: (400, "MissingHeaderValue"),
    Defect.INVALID_HEADER: (400, "InvalidHeaderValue"),
}


@each
@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.value)
def test_a_defective_request_is_refused_like_any_other(name: str, defect: Defect) -> None:
    outcomes = step(world_with(), call(name, defects=frozenset({defect})))
    assert answers(outcomes)[0] == DEFECTS[defect]
    assert all(outcome.reason for outcome in outcomes)


@pytest.mark.parametrize("name", BODIES)
def test_a_body_with_a_wrong_or_an_unknown_field_is_refused(name: str) -> None:
    for defect, reason in (
        (Defect.NOT_JSON, "InvalidRequestFormat"),
        (Defect.UNKNOWN_FIELD, "UnrecognizedField"),
        (Defect.INVALID_VALUE, "InvalidParameterValue"),
    ):
        outcomes = step(world_with(), call(name, defects=frozenset({defect})))
        assert answers(outcomes)[0] == (400, reason)
        assert all(outcome.reason for outcome in outcomes)


@pytest.mark.parametrize("name", BODIES)
def test_which_fields_are_mandatory_is_not_said(name: str) -> None:
    outcomes = step(world_with(), call(name, {}, defects=frozenset({Defect.MISSING_FIELD})))
    assert answers(outcomes)[0] == (400, "MissingParameterValue")
    assert any(outcome.reason is None for outcome in outcomes)


@pytest.mark.parametrize("name", sorted(WITH_QUERY))
def test_a_query_with_a_wrong_value_is_refused(name: str) -> None:
    outcomes = step(world_with(), call(name, defects=frozenset({Defect.INVALID_VALUE})))
    assert answers(outcomes)[0] == (400, "InvalidParameterValue")
    assert all(outcome.reason for outcome in outcomes)


@pytest.mark.parametrize("name", [name for name, (*_, keyed) in FACTS.items() if keyed])
def test_a_key_stands_for_its_first_request(name: str) -> None:
    world = done(world_with(), call(name, key="k", fingerprint="one"))
    again = step(world, call(name, key="k", fingerprint="one", new=NewIds(record="second")))
    assert {outcome.replays for outcome in again} == {"k"}
    assert again[0].world == world
    other = step(world, call(name, key="k", fingerprint="two"))
    assert answers(other)[0] == (400, "DuplicateIdempotencyKey")
    assert all(outcome.reason for outcome in other)


def test_no_uncertain_rule_is_asserted_of_anybody() -> None:
    rules = {rule.id: rule for name in FACTS for rule in RULES_OF[name] if rule.id.startswith("RES")}
    assert {id_ for id_, rule in rules.items() if rule.asserted} == {"RES-R03", "RES-R07", "RES-R08"}
    assert set(rules) - {"RES-R03", "RES-R07", "RES-R08"} <= set(UNCERTAIN)


# --- reports


def test_a_report_takes_a_while_and_then_has_its_document() -> None:
    world = done(world_with(), call("create_report"))
    assert shown(world, "Report").state == "IN_PROGRESS"
    assert world.find("ReportDocument", "document") is None
    (early,) = step(world, Advance(29))
    assert shown(early.world, "Report").state == "IN_PROGRESS"
    (later,) = step(world, Advance(30))
    assert later.used == ("RES-T02",)
    assert (shown(later.world, "Report").state, shown(later.world, "Report").changed) == (
        "COMPLETED",
        NOON + 30,
    )
    assert shown(later.world, "ReportDocument", "document").created == NOON + 30


def test_time_does_nothing_to_a_report_that_is_done() -> None:
    (outcome,) = step(done(world_with(), call("create_report")), Advance(30))
    (later,) = step(outcome.world, Advance(DAY))
    assert later.used == ()
    assert later.world.records == outcome.world.records


def test_what_an_answer_showed_is_believed_and_no_timer_takes_it_back() -> None:
    world = done(world_with(), call("create_report"))
    failed = world.with_object("Report", replace(shown(world, "Report"), state="FAILED"))
    (later,) = step(failed, Advance(DAY))
    assert shown(later.world, "Report").state == "FAILED"


@pytest.mark.parametrize("name", ["create_report", "create_report_schedule"])
def test_the_sandbox_makes_settlement_reports_only(name: str) -> None:
    outcomes = step(world_with(), call(name, {**BODIES[name], "reportType": REFUND_DATA}))
    assert answers(outcomes)[0] == (400, "InvalidParameterValue")
    assert {outcome.requirement for outcome in outcomes} == {"RES-R03"}
    assert all(outcome.required for outcome in outcomes)


@pytest.mark.parametrize("name", ["get_report", "get_report_document"])
def test_a_report_is_kept_for_90_days_and_what_comes_then_is_not_said(name: str) -> None:
    (kept,) = step(world_with(), Advance(90 * DAY))
    assert answers(step(kept.world, call(name)))[0] == (200, None)
    (old,) = step(world_with(), Advance(90 * DAY + 1))
    assert answers(step(old.world, call(name))) == [(404, "ResourceNotFound"), (200, None)]


def test_a_canceled_schedule_is_gone_and_what_a_call_for_it_gets_is_not_said() -> None:
    world = done(world_with(), call("cancel_report_schedule"))
    for name in ("get_report_schedule", "cancel_report_schedule"):
        found = answers(step(world, call(name)))
        assert found[0] == (404, "ResourceNotFound")
        assert (200, None) in found


def test_a_schedule_replaces_that_of_its_report_type_if_told_to() -> None:
    first = done(world_with(), call("create_report_schedule"))
    body = {**BODIES["create_report_schedule"], "deleteExistingSchedule": True}
    second = done(first, call("create_report_schedule", body, new=NewIds(record="second")))
    assert (shown(second, "ReportSchedule").gone, shown(second, "ReportSchedule", "second").gone) == (
        True,
        False,
    )
    other = done(first, call("create_report_schedule", new=NewIds(record="second")))
    assert not shown(other, "ReportSchedule").gone


# --- lists


def listed(count: int, **more: Any) -> World:
    """A world with so many reports, one a day, the last of them today."""
    world = World(now=NOON)
    for number in range(count):
        made = NOON - (count - 1 - number) * DAY
        data = {"reportType": SANDBOX if number % 2 else REFUND_DATA}
        one = Record(
            f"r{number}", "Report", "IN_PROGRESS" if number % 3 else "COMPLETED", made, made, data=data
        )
        world = world.with_object("Report", replace(one, **more))
    return world


def ids(world: World, **query: str) -> list[str]:
    return [one.id for one in page(world, "Report", query).records]


def test_a_page_has_ten_reports_unless_told_otherwise_the_newest_first() -> None:
    world = listed(12)
    assert DEFAULT_SIZE == 10
    assert ids(world) == [f"r{number}" for number in range(11, 1, -1)]
    assert ids(world, pageSize="3") == ["r11", "r10", "r9"]
    assert len(ids(world, pageSize="100")) == 12


def test_a_token_leads_on_to_the_end_even_if_something_new_is_made_meanwhile() -> None:
    world, seen = listed(25), list[str]()
    token = page(world, "Report", {"processingStatuses": "IN_PROGRESS", "pageSize": "6"}).next_token
    seen += ids(world, processingStatuses="IN_PROGRESS", pageSize="6")
    while token is not None:
        world = replace(world, now=world.now + 60)
        world = world.with_object(
            "Report", Record(f"new{len(seen)}", "Report", "IN_PROGRESS", world.now, world.now)
        )
        seen += ids(world, nextToken=token)
        token = page(world, "Report", {"nextToken": token}).next_token
    assert seen == [f"r{number}" for number in range(24, -1, -1) if number % 3]


def test_a_list_reaches_back_90_days_unless_told_otherwise() -> None:
    world = listed(95)
    assert ids(world, pageSize="100")[-1] == "r4"
    assert ids(world, createdSince="20230101T000000Z", pageSize="100")[-1] == "r0"
    assert ids(world, createdUntil="2023-11-13T12:00:00Z", pageSize="1") == ["r92"]
    assert ids(world, createdSince="20239999T999999Z", pageSize="100")[-1] == "r4"


def test_a_list_shows_the_types_and_statuses_that_were_asked_for() -> None:
    world = listed(6)
    assert ids(world, reportTypes=SANDBOX) == ["r5", "r3", "r1"]
    assert ids(world, reportTypes=f"{SANDBOX},{REFUND_DATA}") == ids(world)
    assert ids(world, processingStatuses="COMPLETED") == ["r3", "r0"]
    assert ids(world, reportTypes=SANDBOX, processingStatuses="COMPLETED,FAILED") == ["r3"]


def test_what_is_gone_is_not_listed() -> None:
    assert ids(listed(3, gone=True)) == []


@pytest.mark.parametrize("token", ["", "x", "é", "e30=", "W10=", "WzEsMl0=", "bnVsbA=="])
def test_a_token_that_is_none_of_ours_is_told_from_one_that_is(token: str) -> None:
    assert read_token(token) is None
    outcomes = step(world_with(), call("get_reports", query={"nextToken": token}))
    assert answers(outcomes) == [(400, "InvalidParameterValue"), (200, None)]


def test_where_a_token_of_nobody_leads_is_a_switch() -> None:
    world = listed(3)
    assert ids(world, nextToken="x") == ["r2", "r1", "r0"]
    empty = replace(world, settings=Settings.of({"foreign-tokens": "empty-page"}))
    assert page(empty, "Report", {"nextToken": "x"}).records == ()


def test_a_token_is_sent_alone_and_what_comes_of_more_is_not_said() -> None:
    token = page(listed(20), "Report", {}).next_token
    assert token is not None
    assert answers(step(world_with(), call("get_reports", query={"nextToken": token}))) == [(200, None)]
    more = answers(step(world_with(), call("get_reports", query={"nextToken": token, "pageSize": "5"})))
    assert more[0] == (400, "InvalidParameterValue")
    assert (200, None) in more


# --- disputes


@pytest.mark.parametrize("state", sorted(DISPUTE_STATES))
def test_a_dispute_is_made_in_the_state_that_its_maker_says(state: str) -> None:
    body = {**BODIES["create_dispute"], "statusDetails": {"state": state}}
    assert shown(done(world_with(), call("create_dispute", body)), "Dispute").state == state


def test_a_dispute_that_is_made_without_a_state_waits_for_the_merchant() -> None:
    body = {name: value for name, value in BODIES["create_dispute"].items() if name != "statusDetails"}
    assert shown(done(world_with(), call("create_dispute", body)), "Dispute").state == "ActionRequired"


@pytest.mark.parametrize("state", sorted(DISPUTE_STATES))
@pytest.mark.parametrize("name", ["get_dispute", "update_dispute", "contest_dispute"])
def test_every_call_has_an_outcome_in_every_state_of_a_dispute(state: str, name: str) -> None:
    outcomes = step(world_with(record("Dispute", state)), call(name))
    allowed = name in RESOURCE_MACHINES["Dispute"].state(state).operations
    assert (outcomes[0].reason is None) is allowed
    assert any(outcome.reason is None for outcome in outcomes), "no edge is documented, so none is forbidden"
    assert not any(outcome.required for outcome in outcomes if outcome.reason)


@pytest.mark.parametrize("state", sorted(REPORT_STATES))
def test_every_call_has_an_outcome_in_every_state_of_a_report(state: str) -> None:
    assert answers(step(world_with(record("Report", state)), call("get_report"))) == [(200, None)]


@pytest.mark.parametrize("source", sorted(DISPUTE_STATES - {"Closed"}))
@pytest.mark.parametrize("target", sorted(DISPUTE_STATES))
def test_an_update_takes_a_dispute_where_it_says(source: str, target: str) -> None:
    body = {"statusDetails": {"state": target, "reasonCode": "AutoResolved"}}
    moved = shown(
        done(world_with(record("Dispute", source)), call("update_dispute", body)), "Dispute", "dispute"
    )
    assert (moved.state, moved.reason) == (target, "AutoResolved")


def test_contesting_brings_a_dispute_under_review() -> None:
    world = done(world_with(), call("contest_dispute"))
    assert shown(world, "Dispute", "dispute").state == "UnderReview"
    assert shown(done(world, call("contest_dispute")), "Dispute", "dispute").state == "UnderReview"


def test_a_closed_dispute_stays_closed_whoever_updates_it() -> None:
    world = world_with(record("Dispute", "Closed"))
    good = [o for o in step(world, call("update_dispute")) if o.reason is None]
    assert [shown(outcome.world, "Dispute", "dispute").state for outcome in good] == ["Closed"]


@pytest.mark.parametrize(("kind", "states"), [("Report", REPORT_STATES), ("Dispute", DISPUTE_STATES)])
def test_an_answer_may_show_any_state_of_the_enumeration(kind: Any, states: set[str]) -> None:
    world = world_with()
    permitted = permitted_states(world, kind, record(kind).id)
    assert {state for state, _ in permitted} == states
    assert ("Done", None) not in permitted


def test_what_has_no_states_shows_none() -> None:
    assert permitted_states(world_with(), "File", "file") == frozenset()


# --- what names another object


@pytest.mark.parametrize(
    ("name", "field", "unknown"),
    [
        ("create_dispute", "chargeId", NO_CHARGE),
        ("create_delivery_tracker", "chargePermissionId", NO_PERMISSION),
    ],
)
def test_what_names_an_object_needs_one_that_exists(name: str, field: str, unknown: str) -> None:
    outcomes = step(world_with(), call(name, {**BODIES[name], field: unknown}))
    assert answers(outcomes)[0] == (404, "ResourceNotFound")
    assert all(outcome.reason for outcome in outcomes)


def test_of_an_order_of_the_legacy_api_nothing_is_known() -> None:
    body = {"amazonOrderReferenceId": "P00-0000000-0000000", "deliveryDetails": []}
    assert answers(step(world_with(), call("create_delivery_tracker", body)))[0] == (200, None)


# --- merchant accounts


def test_an_update_keeps_what_it_does_not_name() -> None:
    world = done(world_with(), call("create_merchant_account"))
    world = done(world, call("update_merchant_account", target="new"))
    assert dict(shown(world, "MerchantAccount").data) == {
        "uniqueReferenceId": "shop-1",
        "merchantStatus": {"state": "ACTIVE"},
    }


def test_a_deleted_account_and_its_stores_are_gone() -> None:
    world = done(world_with(), call("delete_merchant_account"))
    for name in ("update_merchant_account", "claim_merchant_account", "create_store", "update_store"):
        assert answers(step(world, call(name)))[0] == (404, "ResourceNotFound"), name


def test_a_store_is_found_beneath_its_account() -> None:
    world = done(world_with(), call("create_store"))
    world = done(world, call("update_store", target="merchantaccount/new"))
    assert shown(world, "Store", "merchantaccount/new").data["storeName"] == "Shop 2"


def test_who_is_no_provider_may_be_refused_where_only_some_are_let() -> None:
    found = answers(step(world_with(), call("create_merchant_account")))
    assert found == [
        (201, None),
        (401, "UnauthorizedAccess"),
        (403, "InvalidAccountStatus"),
        (405, "UnsupportedOperation"),
    ]


def test_what_no_call_creates_may_be_there_all_the_same() -> None:
    lenient = world_with(settings=Settings.of({"unknown-records": "accepted"}))
    world = done(lenient, call("get_buyer", target="another"))
    assert shown(world, "Buyer", "another").kind == "Buyer"


def test_where_an_id_stands_is_said_for_all_that_are_asked_for_by_one() -> None:
    asked_for = {row.target for row in RESOURCE_OPERATIONS.values() if row.target}
    assert asked_for - set(RESOURCE_ID_FIELDS) == {"Buyer", "AuthorizationToken"}
