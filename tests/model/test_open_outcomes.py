"""What each choice of a switch makes the model do, and what an outcome tells of open questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance import model
from amazonpay_conformance.model.actions import Advance, BuyerAct, Defect
from amazonpay_conformance.model.machine import ASSERTED
from amazonpay_conformance.model.money import minor_unit
from amazonpay_conformance.model.observable import SPELLINGS, SYNONYMS, told_by_state
from amazonpay_conformance.model.rules import RULES
from amazonpay_conformance.model.step import Outcome, step
from amazonpay_conformance.model.switches import SWITCHES, Settings
from amazonpay_conformance.model.timers import DAY, TIMERS
from amazonpay_conformance.model.world import ChargePermission, World, merged
from model_stories import NOON, Story, on, order, price

ODD = NOON + 27
"""A time that is no round number."""
HUNDRED, HALF = price("100.00"), price("50.00")
SPLIT = {"totalOrderAmount": price("300.00")}
MONTHLY: dict[str, Any] = {
    **order("Confirm", HALF),
    "chargePermissionType": "Recurring",
    "recurringMetadata": {"frequency": {"unit": "Month", "value": "1"}, "amount": None},
}


def story(now: int = NOON, **choices: str) -> Story:
    """A story in a world that answers open questions so; a dash in a name is written `_`."""
    settings = Settings.of({name.replace("_", "-"): choice for name, choice in choices.items()})
    return Story(World(now=now, settings=settings))


def told(outcomes: tuple[Outcome, ...]) -> list[tuple[int, Mapping[str, str]]]:
    """Status and open answers of every outcome."""
    return [(outcome.status, dict(outcome.shows)) for outcome in outcomes]


# --- what the mock does


@pytest.mark.parametrize(
    ("choice", "partly", "wholly"),
    [
        ("when-reserved", "Chargeable", "NonChargeable/ChargeInProgress"),
        ("always", "NonChargeable/ChargeInProgress", "NonChargeable/ChargeInProgress"),
        ("never", "Chargeable", "Chargeable"),
    ],
)
def test_when_a_charge_is_in_progress(choice: str, partly: str, wholly: str) -> None:
    part = story(charge_in_progress=choice).completed(order("Authorize", HUNDRED, **SPLIT))
    assert part.state("permission1") == partly
    whole = story(charge_in_progress=choice).completed(order("Authorize", HUNDRED))
    assert whole.state("permission1") == wholly


@pytest.mark.parametrize("choice", ["always", "when-reserved"])
def test_what_was_in_progress_is_released_when_its_charge_is_over(choice: str) -> None:
    told = story(charge_in_progress=choice).completed(order("Authorize", HUNDRED))
    told.cancel()
    assert told.state("permission1") == "Chargeable"
    told.charge(HALF)
    assert told.state("permission1") == {"always": "NonChargeable/ChargeInProgress"}.get(choice, "Chargeable")


def test_a_permission_may_close_at_its_first_capture() -> None:
    at_once = story(permission_closes="at-first-capture").completed(
        order("AuthorizeWithCapture", HALF, **SPLIT)
    )
    assert at_once.state("permission1") == "Closed/AmazonClosed"
    later = story(permission_closes="at-first-capture").completed(order("Authorize", HALF, **SPLIT))
    assert later.state("permission1") == "Chargeable"
    later.capture(HALF)
    assert later.state("permission1") == "Closed/AmazonClosed"


def test_what_was_authorized_and_not_captured_may_be_lost() -> None:
    kept = story(captured_remainder="kept").completed(order("Authorize", HUNDRED))
    kept.capture(HALF)
    assert kept.state("permission1") == "Closed/AmazonClosed"


@pytest.mark.parametrize(("choice", "lives"), [("renewed", True), ("fixed", False)])
def test_a_charge_renews_a_recurring_permission_or_not(choice: str, *, lives: bool) -> None:
    monthly = story(recurring_expiry=choice).completed(MONTHLY)
    monthly.after(60 * DAY)
    monthly.charge(price("1.00"))
    monthly.after(TIMERS["permission_extended"] - 60 * DAY)
    assert monthly.state("permission1") == ("Chargeable" if lives else "Closed/Expired")


def test_only_a_recurring_permission_is_renewed() -> None:
    once = story().completed(order("Confirm", HUNDRED))
    before = once.world.permissions["permission1"].expires
    once.after(DAY)
    once.charge(price("1.00"))
    assert once.world.permissions["permission1"].expires == before


@pytest.mark.parametrize(
    ("code", "closed"),
    [("AmazonRejected", "Closed/AmazonCanceled"), ("HardDeclined", "NonChargeable/PaymentMethodInvalid")],
)
def test_a_declined_charge_touches_its_permission_or_not(code: str, closed: str) -> None:
    touched = story().completed(order("Confirm", HUNDRED))
    touched.charge(HALF, simulation=code)
    assert touched.state("permission1") == closed
    left = story(rejected_permission="unaffected", declined_permission="unaffected")
    left.completed(order("Confirm", HUNDRED)).charge(HALF, simulation=code)
    assert left.state("permission1") == "Chargeable"


@pytest.mark.parametrize("code", ["AmazonRejected", "HardDeclined"])
def test_a_permission_that_takes_a_charge_was_not_touched(code: str) -> None:
    unsure = story().completed(order("Confirm", HUNDRED))
    unsure.charge(HALF, simulation=code)
    made = next(o for o in unsure.ways("create_charge", None, on("permission1", HALF)) if o.status == 201)
    assert made.world.permissions["permission1"].state == "Chargeable"
    assert "PRM-T24" in made.used


def test_what_a_buyer_spoiled_is_not_taken_for_chargeable() -> None:
    spoiled = story().completed(MONTHLY)
    spoiled.buyer("removes_payment_method", "permission1")
    refused = spoiled.ways("create_charge", None, on("permission1", HALF))
    assert {outcome.status for outcome in refused} == {422}


def test_a_permission_of_unknown_history_may_decline() -> None:
    given = ChargePermission.of_unknown_history("permission1", NOON)
    world = World(now=NOON).with_object("ChargePermission", given)
    ways = Story(world).ways("create_charge", None, on("permission1", HALF))
    declines = {"SoftDeclined", "HardDeclined", "AmazonRejected", "TransactionTimedOut"}
    assert declines <= {outcome.reason for outcome in ways}


# --- later decisions


def test_a_pending_charge_is_decided_after_thirty_seconds() -> None:
    pending = story(ODD).completed(order("Confirm", HUNDRED))
    body = on("permission1", HALF, canHandlePendingAuthorization=True)
    assert pending.call("create_charge", None, body, simulation="PendingSoftDeclined") == (201, None)
    assert pending.state("charge1") == "AuthorizationInitiated"
    assert pending.after(29) == ()
    assert pending.after(1) == ("CHG-T10",)
    assert pending.state("charge1") == "Declined/SoftDeclined"


def test_a_slow_capture_is_decided_after_thirty_seconds() -> None:
    slow = story(ODD).completed(order("Authorize", HUNDRED))
    slow.capture(HUNDRED, simulation="CaptureInitiated")
    assert slow.after(29) == ()
    assert "CHG-T20" in slow.after(1)


@pytest.mark.parametrize("code", ["AmazonRejected", "ProcessingFailure"])
def test_a_refund_is_declined_as_simulated(code: str) -> None:
    declined = story(ODD).captured(HUNDRED)
    assert declined.refund(HALF, simulation=code) == (201, None)
    assert declined.after(29) == ()
    declined.after(1)
    assert declined.state("refund1") == f"Declined/{code}"


def test_a_capture_and_a_refund_keep_the_descriptor_and_nothing_else() -> None:
    kept = story().completed(order("Authorize", HUNDRED))
    kept.call("capture_charge", "charge1", {"captureAmount": HUNDRED, "softDescriptor": "Shop"})
    assert dict(kept.world.charges["charge1"].data) == {"softDescriptor": "Shop"}
    body = {"chargeId": "charge1", "refundAmount": HALF, "softDescriptor": "Shop"}
    kept.call("create_refund", None, body)
    assert dict(kept.world.refunds["refund1"].data) == {"softDescriptor": "Shop"}


def test_nothing_is_answered_to_the_passing_of_time() -> None:
    (outcome,) = step(World(now=NOON), Advance(1))
    assert (outcome.status, outcome.requirement, outcome.subject) == (0, "", None)


# --- what an outcome tells


def test_a_declined_charge_is_as_required_as_a_good_one() -> None:
    ways = (
        story()
        .completed(order("Confirm", HUNDRED))
        .ways("create_charge", None, on("permission1", HALF), simulation="SoftDeclined")
    )
    assert [(o.status, o.required) for o in ways if o.reason == "SoftDeclined"] == [(422, True)]
    assert told(ways)[0] == (422, {"charge-simulations": "applied"})
    assert (201, {"charge-simulations": "ignored"}) in told(ways)


def test_a_repetition_tells_its_status_only_where_that_is_not_200_anyway() -> None:
    again = story().completed(order("Authorize", HUNDRED))
    again.capture(HUNDRED, key="k")
    assert told(again.ways("capture_charge", "charge1", {"captureAmount": HUNDRED}, key="k")) == [(200, {})]
    again.refund(HALF, key="r")
    refund = {"chargeId": "charge1", "refundAmount": HALF}
    assert told(again.ways("create_refund", None, refund, key="r")) == [
        (201, {"replay-status": "original"}),
        (200, {"replay-status": "200"}),
    ]


def test_success_tells_that_an_uncertain_rule_does_not_hold_and_refusal_that_it_does() -> None:
    zero = story().completed(order("Confirm", HUNDRED))
    ways = told(zero.ways("create_charge", None, on("permission1", price("0.00"))))
    assert (400, {"zero-amount": "refused"}) in ways
    assert (201, {"zero-amount": "accepted"}) in ways


def test_a_declined_charge_tells_nothing_of_rules_that_only_success_would_tell_of() -> None:
    zero = story().completed(order("Confirm", HUNDRED))
    ways = zero.ways("create_charge", None, on("permission1", price("0.00")), simulation="SoftDeclined")
    shown = next(dict(o.shows) for o in ways if o.reason == "SoftDeclined")
    assert shown == {"charge-simulations": "applied"}


def test_a_rejected_capture_tells_how_and_another_tells_nothing() -> None:
    paid = story().completed(order("Authorize", HUNDRED))
    body = {"captureAmount": HUNDRED}
    assert told(paid.ways("capture_charge", "charge1", body)) == [(200, {})]
    assert told(paid.ways("capture_charge", "charge1", body, simulation="AmazonRejected")) == [
        (200, {"capture-decline": "pending"}),
        (422, {"capture-decline": "refused"}),
    ]


@pytest.mark.parametrize("choice", SWITCHES["report-schedule-status"].choices)
def test_only_a_report_schedule_tells_of_its_status(choice: str) -> None:
    chosen = story(report_schedule_status=choice)
    assert told(chosen.ways("create_report_schedule"))[0] == (int(choice), {"report-schedule-status": choice})
    assert not any("report-schedule-status" in dict(o.shows) for o in chosen.ways("get_reports"))


def test_every_choice_comes_first_where_it_is_chosen() -> None:
    """A rule's switch decides which answer is the usual one."""
    for choice, status in (("refused", 400), ("accepted", 201)):
        zero = story(zero_amount=choice).completed(order("Confirm", HUNDRED))
        assert zero.ways("create_charge", None, on("permission1", price("0.00")))[0].status == status


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.switch and "|" not in rule.switch], ids=lambda r: r.id
)
def test_a_rule_applies_exactly_with_its_choice(rule: Any) -> None:
    name, _, choice = rule.switch.partition("=")
    assert rule.tag not in ASSERTED
    for other in SWITCHES[name].choices:
        assert rule.applies(Settings.of({name: other})) is (other == choice)


# --- what a state tells


def shown(taken: Story, state: str, reason: str | None) -> dict[str, str]:
    return dict(told_by_state(taken.world, "ChargePermission", "permission1", (state, reason)))


def test_the_spelling_of_a_reason_tells() -> None:
    closed = story().completed(order("Confirm", HUNDRED))
    closed.close()
    assert shown(closed, "Closed", "MerchantClosed") == {"closed-reasons": "Closed"}
    assert shown(closed, "Closed", "MerchantCanceled") == {"closed-reasons": "Canceled"}
    assert shown(closed, "Closed", "Expired") == {}


def test_a_permission_after_its_first_capture_tells_when_it_closes() -> None:
    split = story().completed(order("AuthorizeWithCapture", HALF, **SPLIT))
    assert shown(split, "Chargeable", None) == {"permission-closes": "at-total"}
    assert shown(split, "Closed", "AmazonClosed") == {"permission-closes": "at-first-capture"}
    assert shown(split, "NonChargeable", "ChargeInProgress") == {"charge-in-progress": "always"}


def test_one_that_closes_with_the_rest_uncaptured_tells_that_the_rest_is_lost() -> None:
    half = story().completed(order("Authorize", HUNDRED))
    half.capture(HALF)
    assert shown(half, "Closed", "AmazonClosed") == {"captured-remainder": "kept"}
    assert shown(half, "Chargeable", None) == {"permission-closes": "at-total"}


def test_a_recurring_permission_tells_of_its_expiry_only_when_the_first_13_months_are_over() -> None:
    monthly = story().completed(MONTHLY)
    monthly.after(60 * DAY)
    monthly.charge(price("1.00"))
    assert shown(monthly, "Closed", "Expired") == {}
    monthly.after(TIMERS["permission_extended"] - 60 * DAY)
    assert shown(monthly, "Closed", "Expired") == {"recurring-expiry": "fixed"}
    assert shown(monthly, "Chargeable", None) == {"recurring-expiry": "renewed"}


def test_a_closed_permission_tells_nothing_of_captures() -> None:
    closed = story().completed(order("AuthorizeWithCapture", HALF, **SPLIT))
    closed.close()
    assert shown(closed, "Closed", "AmazonClosed") == {}


def test_of_what_does_not_exist_nothing_is_told() -> None:
    assert told_by_state(World(now=NOON), "Charge", "charge1", ("Captured", None)) == ()


# --- what mutants of the model showed to be unguarded


def test_a_permission_is_in_progress_only_when_nothing_at_all_is_left() -> None:
    nearly = story().completed(order("Authorize", price("99.50"), totalOrderAmount=HUNDRED))
    assert nearly.state("permission1") == "Chargeable"
    nearly.charge(price("0.50"))
    assert nearly.state("permission1") == "NonChargeable/ChargeInProgress"


def test_a_read_leaves_nothing_behind_whatever_key_it_carries() -> None:
    opened = story()
    opened.call("create_checkout_session", None, order("Authorize", HUNDRED))
    (read,) = opened.ways("get_checkout_session", "session1", key="k")
    assert read.world.remembered == {}
    (unkeyed,) = story().ways("create_checkout_session", None, order("Authorize", HUNDRED))
    assert unkeyed.world.remembered == {}


def test_a_later_refusal_does_not_take_the_place_of_a_first_answer() -> None:
    done = story().approved(order("Authorize", HUNDRED))
    body = {"chargeAmount": HUNDRED}
    done.call("complete_checkout_session", "session1", body, key="k")
    again = done.ways("complete_checkout_session", "session1", body, key="k")
    assert told(again) == [(422, {"complete-key": "ignored"}), (200, {"complete-key": "replayed"})]
    assert {outcome.world.remembered["k"].status for outcome in again} == {200}


@pytest.mark.parametrize("choice", ["merge", "replace"])
def test_an_update_keeps_or_drops_what_it_does_not_send(choice: str) -> None:
    note = {"noteToBuyer": "b"}
    opened = story(patch=choice)
    opened.call("create_checkout_session", None, {"merchantMetadata": {"merchantReferenceId": "a"}})
    ways = opened.ways("update_checkout_session", "session1", {"merchantMetadata": note})
    held = {dict(o.shows)["patch"]: o.world.sessions["session1"].data["merchantMetadata"] for o in ways}
    assert held == {"merge": {"merchantReferenceId": "a", **note}, "replace": note}
    assert dict(ways[0].shows) == {"patch": choice}


def test_an_update_that_is_the_same_either_way_tells_nothing() -> None:
    opened = story()
    opened.call("create_checkout_session", None, order("Authorize", HUNDRED))
    assert told(opened.ways("update_checkout_session", "session1", {"supplementaryData": "x"})) == [(200, {})]


def test_only_finalize_leaves_its_status_open_while_an_authorization_pends() -> None:
    body = order("Authorize", HUNDRED, canHandlePendingAuthorization=True)
    amount = {"chargeAmount": HUNDRED}
    pending = story().approved(body, "0701")
    assert told(pending.ways("complete_checkout_session", "session1", amount)) == [(202, {})]
    repeated = {**amount, "paymentIntent": "Authorize", "shippingAddress": {"name": "x"}}
    assert told(pending.ways("finalize_checkout_session", "session1", repeated)) == [
        (202, {"finalize-pending": "202"}),
        (200, {"finalize-pending": "200"}),
    ]


def test_a_charge_on_a_permission_of_unknown_history_may_pend_unless_it_is_captured() -> None:
    given = ChargePermission.of_unknown_history("permission1", NOON)
    unknown = Story(World(now=NOON).with_object("ChargePermission", given))

    def states(**more: Any) -> set[str]:
        ways = unknown.ways("create_charge", None, on("permission1", HALF, **more))
        return {o.world.charges["charge1"].state for o in ways if o.status == 201}

    assert states() == {"Authorized"}
    assert states(canHandlePendingAuthorization=True) == {"Authorized", "AuthorizationInitiated"}
    assert states(canHandlePendingAuthorization=True, captureNow=True) == {"Captured"}


def test_a_capture_or_refund_without_an_amount_does_nothing() -> None:
    paid = story().completed(order("Authorize", HUNDRED))
    assert paid.ways("capture_charge", "charge1", {}) == ()
    paid.capture(HUNDRED)
    assert paid.ways("create_refund", None, {"chargeId": "charge1"}) == ()


def test_a_good_capture_is_done_however_a_rejected_one_is_told() -> None:
    paid = story(capture_decline="refused").completed(order("Authorize", HUNDRED))
    body = {"captureAmount": HUNDRED}
    assert told(paid.ways("capture_charge", "charge1", body)) == [(200, {})]
    rejected = paid.ways("capture_charge", "charge1", body, simulation="AmazonRejected")
    assert rejected[0].status == 422


def test_the_button_that_a_buyer_signed_in_with_stays_his() -> None:
    opened = story()
    opened.call("create_checkout_session", None, order("Authorize", HUNDRED))
    (signed_in,) = step(opened.world, BuyerAct("signs_in", "session1", product="PayOnly"))
    assert signed_in.status == 0
    (approved,) = step(signed_in.world, BuyerAct("approves", "session1"))
    assert approved.world.sessions["session1"].product == "PayOnly"
    assert (
        step(opened.world, BuyerAct("signs_in", "session1"))[0].world.sessions["session1"].product
        == "PayAndShip"
    )


def test_only_objects_are_merged_into_objects() -> None:
    assert merged({"a": {"b": 1}}, {"a": 2}) == {"a": 2}
    assert merged({"a": 2}, {"a": {"b": 1}}) == {"a": {"b": 1}}
    assert merged({"a": {"b": 1}}, {"a": {"c": 2}}) == {"a": {"b": 1, "c": 2}}


def test_a_currency_that_no_table_names_has_two_decimals() -> None:
    assert str(minor_unit("XXX")) == "0.01"


def test_a_repetition_may_be_refused_for_its_form_but_not_for_what_it_asks() -> None:
    done = story().completed(order("Confirm", HUNDRED))
    body = on("permission1", price("0.00"))
    done.world = next(o.world for o in done.ways("create_charge", None, body, key="k") if o.status == 201)
    plain = done.ways("create_charge", None, body, key="k")
    assert {outcome.status for outcome in plain} == {201, 200}, (
        "whatever is said of zero, it was answered once"
    )
    stale = done.ways("create_charge", None, body, key="k", defects=frozenset({Defect.STALE_DATE}))
    refused = {(o.status, o.reason) for o in stale if o.status >= 400}
    assert refused == {(400, "InvalidHeaderValue"), (403, "InvalidRequestSignature")}


def test_who_approved_with_an_unknown_card_may_or_may_not_have_to_wait() -> None:
    known = story().approved(order("Authorize", HUNDRED, canHandlePendingAuthorization=True))
    session = replace(known.world.sessions["session1"], card=None)
    known.world = known.world.with_object("CheckoutSession", session)
    ways = known.ways("complete_checkout_session", "session1", {"chargeAmount": HUNDRED})
    assert {o.status: o.world.charges["charge1"].state for o in ways} == {
        200: "Authorized",
        202: "AuthorizationInitiated",
    }
    sure = story().approved(order("Authorize", HUNDRED, canHandlePendingAuthorization=True))
    assert [
        o.status for o in sure.ways("complete_checkout_session", "session1", {"chargeAmount": HUNDRED})
    ] == [200]


def test_a_simulated_cancellation_tells_nothing_of_the_amount() -> None:
    spelt = story().approved(order("Authorize", HUNDRED))
    body = {"chargeAmount": {"amount": "100", "currencyCode": "USD"}}
    ways = spelt.ways("complete_checkout_session", "session1", body, simulation="Declined")
    canceled = [dict(o.shows) for o in ways if o.reason == "CheckoutSessionCanceled"]
    assert [shown["canceled-session-code"] for shown in canceled] == ["422", "400"]
    assert not any("amount-spelling" in shown for shown in canceled)
    assert any(dict(o.shows).get("amount-spelling") == "decimal" for o in ways if o.status == 200)


def test_what_may_be_shown_is_what_is_held_and_its_other_spellings() -> None:
    for held, spellings in SPELLINGS.items():
        assert set(SYNONYMS[held]) == set(spellings) - {held[1:]}
        assert held[1:] not in SYNONYMS[held]


def test_a_permission_that_is_used_up_is_closed_whatever_a_rejected_charge_did() -> None:
    rejected = story().completed(order("Authorize", HUNDRED))
    permission = replace(rejected.world.permissions["permission1"], state="Closed", reason="AmazonCanceled")
    rejected.world = rejected.world.with_object("ChargePermission", permission)
    assert ("Chargeable", None) in rejected.may_show("permission1")
    rejected.capture(HUNDRED)
    assert rejected.may_show("permission1") == {("Closed", "AmazonCanceled"), ("Closed", "AmazonClosed")}
    answers = rejected.ways("update_charge_permission", "permission1", {})
    assert {(o.status, o.reason) for o in answers} == {(422, "ChargePermissionNotModifiable")}


def test_an_open_permission_keeps_its_state() -> None:
    assert ("Chargeable", None) in story().completed(order("Confirm", HUNDRED)).may_show("permission1")


def test_a_permission_of_unknown_history_may_show_anything_until_it_has() -> None:
    given = ChargePermission.of_unknown_history("permission1", NOON)
    assert given.given
    unknown = Story(World(now=NOON).with_object("ChargePermission", given))
    assert {("Closed", "Expired"), ("NonChargeable", "MFAFailed"), ("Chargeable", None)} <= unknown.may_show(
        "permission1"
    )


def test_where_nobody_holds_the_clock_what_happens_of_itself_may_have_happened() -> None:
    paid = story().completed(order("Authorize", HUNDRED))
    assert paid.may_show("charge1") == {("Authorized", None)}
    paid.world = replace(paid.world, exact_clock=False)
    assert paid.may_show("charge1") == {("Authorized", None), ("Canceled", "ExpiredUnused")}


def test_a_permission_that_is_over_tells_whether_its_first_capture_closed_it() -> None:
    split = story().completed(order("AuthorizeWithCapture", HALF, **SPLIT))
    split.after(TIMERS["permission_expires"])
    assert split.may_show("permission1") == {("Closed", "Expired"), ("Closed", "AmazonClosed")}
    assert shown(split, "Closed", "AmazonClosed") == {"permission-closes": "at-first-capture"}
    assert shown(split, "Closed", "Expired") == {"permission-closes": "at-total"}


def test_a_permission_that_nothing_was_captured_of_can_only_expire() -> None:
    unused = story().completed(order("Confirm", HUNDRED))
    unused.after(TIMERS["permission_expires"])
    assert unused.may_show("permission1") == {("Closed", "Expired")}


def test_a_permission_that_is_over_tells_whether_a_rejected_charge_closed_it() -> None:
    rejected = story().completed(order("Confirm", HUNDRED))
    rejected.charge(HALF, simulation="AmazonRejected")
    assert ("Closed", "Expired") not in rejected.may_show("permission1")
    rejected.after(TIMERS["permission_expires"])
    assert shown(rejected, "Closed", "Expired") == {"rejected-permission": "unaffected"}


def test_the_rest_is_lost_only_where_all_was_authorized() -> None:
    nearly = story().completed(order("Authorize", price("99.50"), totalOrderAmount=HUNDRED))
    nearly.capture(HALF)
    assert shown(nearly, "Closed", "AmazonClosed") == {"permission-closes": "at-first-capture"}


def test_the_smallest_charge_is_one_in_progress() -> None:
    always = story(charge_in_progress="always").completed(order("Confirm", HUNDRED))
    always.charge(price("0.01"))
    assert always.state("permission1") == "NonChargeable/ChargeInProgress"
    never = story(charge_in_progress="never").completed(order("Confirm", HUNDRED))
    never.charge(HUNDRED)
    assert never.state("permission1") == "Chargeable"


def test_every_value_of_the_model_is_frozen_and_has_no_room_for_more() -> None:
    for module in map(import_module, MODULES):
        for name, value in vars(module).items():
            if name in GATHERING or getattr(value, "__module__", "") != module.__name__:
                continue
            if isinstance(value, type) and is_dataclass(value):
                assert value.__dataclass_params__.frozen, name  # type: ignore[attr-defined]
                assert "__dict__" not in dir(value) or name in CACHING, name


MODULES = [
    f"amazonpay_conformance.model.{path.stem}"
    for path in Path(model.__file__).parent.glob("*.py")
    if path.stem != "__init__"
]
GATHERING = {"Tally"}
"""What is no value: it gathers while a walk goes on."""
CACHING = {"Machine"}
"""Values that remember what they worked out."""
