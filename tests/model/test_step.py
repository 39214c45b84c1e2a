"""Whole payments, step by step: what happens, what is refused and why, what the facts leave open.

`story.call` takes the usual outcome, which is the mock's answer too; `story.ways` are all that are permitted.
Where the facts say [?], nothing is asserted but that both ways are permitted.
"""

from __future__ import annotations

from typing import Any

import pytest
from amazonpay_conformance.model.actions import Advance, BuyerAct, BuyerDeed, Call, Defect
from amazonpay_conformance.model.balances import balance
from amazonpay_conformance.model.constraints import constraints
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.observable import permitted_balances, permitted_refunded
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.step import step
from amazonpay_conformance.model.switches import Settings
from amazonpay_conformance.model.world import Charge, ChargePermission, World
from model_stories import DAY, NOON, SETTLED, Body, Story, answers, monthly, on, order, price, wallet

HOUR = 3_600
DONE = (200, None)
MADE = (201, None)
NO_SESSION = (422, "InvalidCheckoutSessionStatus")
NO_PERMISSION = (422, "InvalidChargePermissionStatus")
NO_CHARGE = (422, "InvalidChargeStatus")
TOO_MUCH = (400, "TransactionAmountExceeded")
OTHER_MONEY = (400, "CurrencyMismatch")
NOT_FOUND = (404, "ResourceNotFound")

HUNDRED = price("100.00")
YEN = price("10000", "JPY")


def amount_left(story: Story) -> set[str]:
    """What amountBalance of permission1 may show."""
    return {str(value) for value in permitted_balances(story.world, story.world.permissions["permission1"])}


def permission_of(story: Story) -> ChargePermission:
    return story.world.permissions["permission1"]


def charge_of(story: Story) -> Charge:
    return story.world.charges["charge1"]


# --- a session until it is completed: §4.1, §5.1


def test_a_new_session_is_open(story: Story) -> None:
    assert story.call("create_checkout_session", None, order(None, None)) == MADE
    assert story.state("session1") == "Open"
    assert story.world.sessions["session1"].permission_type == "OneTime"


def test_constraints_are_what_is_missing_in_the_order_of_the_wire(story: Story) -> None:
    story.call("create_checkout_session", None, {**monthly(HUNDRED), "recurringMetadata": {}})
    story.call("create_checkout_session", None, {"storeId": "x", "webCheckoutDetails": {}})
    assert constraints(story.world.sessions["session1"]) == ("BuyerNotAssociated", "RecurringFrequencyNotSet")
    assert constraints(story.world.sessions["session2"]) == (
        "BuyerNotAssociated",
        "ChargeAmountNotSet",
        "CheckoutResultReturnUrlNotSet",
        "PaymentIntentNotSet",
    )


@pytest.mark.parametrize(
    ("update", "cleared"),
    [
        ({"paymentDetails": {"chargeAmount": HUNDRED}}, "ChargeAmountNotSet"),
        ({"paymentDetails": {"paymentIntent": "Confirm"}}, "PaymentIntentNotSet"),
        (
            {"webCheckoutDetails": {"checkoutResultReturnUrl": "https://a.example"}},
            "CheckoutResultReturnUrlNotSet",
        ),
    ],
)
def test_an_update_clears_the_constraint_that_it_satisfies(story: Story, update: Body, cleared: str) -> None:
    story.call("create_checkout_session", None, {"storeId": "x", "webCheckoutDetails": {}})
    before = constraints(story.world.sessions["session1"])
    assert story.call("update_checkout_session", "session1", update) == DONE
    after = constraints(story.world.sessions["session1"])
    assert set(before) - set(after) == {cleared}


def test_signing_in_clears_the_constraint_of_the_buyer(story: Story) -> None:
    story.call("create_checkout_session", None, order("Confirm", HUNDRED))
    assert constraints(story.world.sessions["session1"]) == ("BuyerNotAssociated",)
    assert story.buyer("signs_in")
    assert constraints(story.world.sessions["session1"]) == ()


def test_a_field_that_an_update_does_not_send_keeps_its_value(story: Story) -> None:
    story.call("create_checkout_session", None, order("Authorize", HUNDRED))
    story.call("update_checkout_session", "session1", {"paymentDetails": {"chargeAmount": price("5.00")}})
    session = story.world.sessions["session1"]
    assert session.intent == "Authorize"
    assert session.charge_amount == Price.parse(price("5.00"))


def test_the_buyer_cannot_approve_while_something_is_missing(story: Story) -> None:
    story.call("create_checkout_session", None, order("Confirm", None))
    assert not story.buyer("approves")
    assert story.buyer("signs_in")
    assert not story.buyer("approves")
    story.call("update_checkout_session", "session1", {"paymentDetails": {"chargeAmount": HUNDRED}})
    assert story.buyer("approves")
    assert story.state("session1") == "Open"


@pytest.mark.parametrize("deed", ["approves", "cancels", "is_declined"])
def test_a_buyer_who_comes_to_pay_signs_in_first(story: Story, deed: BuyerDeed) -> None:
    story.call("create_checkout_session", None, order("Authorize", HUNDRED))
    (at_once,) = step(story.world, BuyerAct(deed, "session1"))
    story.buyer("signs_in")
    (afterwards,) = step(story.world, BuyerAct(deed, "session1"))
    assert at_once.world == afterwards.world
    assert at_once.used == ("SES-T03", *afterwards.used)


@pytest.mark.parametrize("target", ["session2", "permission1", ""])
def test_the_buyer_does_nothing_with_what_is_not_there(story: Story, target: str) -> None:
    story.call("create_checkout_session", None, order("Confirm", HUNDRED))
    assert not story.buyer("signs_in", target)


def test_a_session_is_not_completed_before_the_buyer_approved_it(story: Story) -> None:
    story.call("create_checkout_session", None, order("Authorize", HUNDRED))
    assert story.call("complete_checkout_session", "session1", {"chargeAmount": HUNDRED}) == NO_SESSION
    story.buyer("signs_in")
    assert answers(story.ways("complete_checkout_session", "session1", {"chargeAmount": HUNDRED})) == [
        NO_SESSION
    ]
    assert story.state("session1") == "Open"


def test_a_completed_session_is_neither_completed_nor_updated_again(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED))
    for operation, body in (
        ("complete_checkout_session", {"chargeAmount": HUNDRED}),
        ("update_checkout_session", {"supplementaryData": "x"}),
    ):
        assert answers(story.ways(operation, "session1", body)) == [NO_SESSION]


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"chargeAmount": price("100.01")}, (409, "AmountMismatch")),
        ({"chargeAmount": price("99.99")}, (409, "AmountMismatch")),
        ({"chargeAmount": price("100.00", "EUR")}, (409, "AmountMismatch")),
        ({}, (400, "MissingParameterValue")),
    ],
)
def test_complete_repeats_the_amount_exactly(story: Story, body: Body, answer: tuple[int, str]) -> None:
    story.approved(order("Authorize", HUNDRED))
    outcomes = story.ways("complete_checkout_session", "session1", body)
    assert answers(outcomes)[0] == answer
    assert all(outcome.status >= 400 for outcome in outcomes)
    assert story.call("complete_checkout_session", "session1", {"chargeAmount": price("100")}) == DONE


def test_an_approved_session_may_be_closed_to_updates(story: Story) -> None:
    """§2.3 says when an update is allowed, not how it is refused: both ways are permitted."""
    story.approved(order("Authorize", HUNDRED))
    assert set(answers(story.ways("update_checkout_session", "session1", {"supplementaryData": "x"}))) == {
        DONE,
        NO_SESSION,
    }


# --- what Complete creates: §4.5

IN_PROGRESS = ("NonChargeable", "ChargeInProgress")
CHARGEABLE = ("Chargeable", None)
SPENT = ("Closed", "AmazonClosed")
SPLIT = {"totalOrderAmount": price("300.00")}
MAY_PEND = {"canHandlePendingAuthorization": True}


@pytest.mark.parametrize(
    ("body", "card", "status", "charge", "permission"),
    [
        (order("Confirm", HUNDRED), "1111", 200, None, {CHARGEABLE}),
        # ChargeInProgress, or from which moment on, is [?]
        (order("Authorize", HUNDRED), "1111", 200, "Authorized", {IN_PROGRESS, CHARGEABLE}),
        (order("Authorize", HUNDRED, **SPLIT), "1111", 200, "Authorized", {IN_PROGRESS, CHARGEABLE}),
        (order("Authorize", HUNDRED, **MAY_PEND), "1111", 200, "Authorized", {IN_PROGRESS, CHARGEABLE}),
        (
            order("Authorize", HUNDRED, **MAY_PEND),
            "0701",
            202,
            "AuthorizationInitiated",
            {IN_PROGRESS, CHARGEABLE},
        ),
        (order("AuthorizeWithCapture", HUNDRED), "1111", 200, "Captured", {SPENT}),
        # that it closes at its first capture already is what an older page says: §13.4
        (
            order("AuthorizeWithCapture", HUNDRED, **SPLIT),
            "1111",
            200,
            "Captured",
            {IN_PROGRESS, CHARGEABLE, SPENT},
        ),
        (monthly(HUNDRED), "1111", 200, None, {CHARGEABLE}),
        (
            {**monthly(HUNDRED), **order("AuthorizeWithCapture", HUNDRED)},
            "1111",
            200,
            "Captured",
            {CHARGEABLE},
        ),
        (wallet("AuthorizeWithCapture", HUNDRED), "1111", 200, "Captured", {CHARGEABLE}),
        (wallet("Confirm", None, setup_only=True), "1111", 200, None, {CHARGEABLE}),
    ],
)
def test_complete_creates_what_intent_and_type_say(
    story: Story,
    body: Body,
    card: str,
    status: int,
    charge: str | None,
    permission: set[tuple[str, str | None]],
) -> None:
    story.approved(body, card)
    details = body["paymentDetails"]
    repeated = {name: details[name] for name in ("chargeAmount", "totalOrderAmount") if details.get(name)}
    assert story.call("complete_checkout_session", "session1", repeated) == (status, None)
    assert story.state("session1") == "Completed"
    session = story.world.sessions["session1"]
    assert session.permission == "permission1"
    assert session.charge == ("charge1" if charge else None)
    assert [value.state for value in story.world.charges.values()] == ([charge] if charge else [])
    assert story.may_show("permission1") == permission


def test_a_pending_authorization_that_is_decided_at_once_is_done(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED, **MAY_PEND), "0005")
    assert story.state("charge1") == "Authorized"


def test_the_limit_is_the_orders_total_where_it_is_split(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED, **SPLIT))
    assert permission_of(story).limit == Price.parse(price("300.00"))
    assert amount_left(story) == {"300.00", "200.00"}  # with what is reserved, and without


@pytest.mark.parametrize("given", [None, price("299.99"), price("300.00", "EUR")])
def test_complete_repeats_the_total_of_a_split_order(story: Story, given: Body | None) -> None:
    story.approved(order("Authorize", HUNDRED, **SPLIT))
    body = {"chargeAmount": HUNDRED, "totalOrderAmount": given} if given else {"chargeAmount": HUNDRED}
    outcomes = story.ways("complete_checkout_session", "session1", body)
    assert all(outcome.status in (400, 409) for outcome in outcomes)
    assert (409, "AmountMismatch") in answers(outcomes)


def test_a_total_that_the_session_does_not_have_is_not_known_to_be_refused(story: Story) -> None:
    story.approved(order("Authorize", HUNDRED))
    body = {"chargeAmount": HUNDRED, "totalOrderAmount": HUNDRED}
    outcomes = story.ways("complete_checkout_session", "session1", body)
    assert {outcome.status < 400 for outcome in outcomes} == {True, False}


@pytest.mark.parametrize(
    ("amount", "limit"),
    [
        (price("10.00"), price("500.00")),  # 900 % would be less
        (price("100.00"), price("900.00")),
        (price("55.56", "EUR"), price("500.04", "EUR")),
        (price("1000", "JPY"), price("70000", "JPY")),
        (price("10000", "JPY"), price("90000", "JPY")),
    ],
)
def test_with_overcharge_the_limit_is_raised(story: Story, amount: Body, limit: Body) -> None:
    story.completed(order("Confirm", amount, allowOvercharge=True))
    assert permission_of(story).limit == Price.parse(limit)


def test_with_overcharge_in_a_currency_without_a_figure_the_limit_is_not_known(story: Story) -> None:
    story.completed(order("Confirm", price("10.00", "SEK"), allowOvercharge=True))
    assert permission_of(story).limit is None


def test_finalize_completes_and_repeats_what_amazon_holds(story: Story) -> None:
    story.approved(order("Authorize", HUNDRED))
    good: Body = {"paymentIntent": "Authorize", "chargeAmount": HUNDRED, "shippingAddress": {"name": "x"}}
    bare = {name: value for name, value in good.items() if name != "shippingAddress"}
    finalize = "finalize_checkout_session"
    assert all(o.status == 400 for o in story.ways(finalize, "session1", bare))
    other = {**good, "chargeAmount": price("1.00")}
    assert answers(story.ways(finalize, "session1", other))[0] == (409, "AmountMismatch")
    assert story.call(finalize, "session1", good) == DONE
    assert story.state("charge1") == "Authorized"


@pytest.mark.parametrize(
    "code", ["BuyerCanceled", "AmazonCanceled", "Declined", "AuthorizationInitiated", "x"]
)
def test_finalize_knows_no_simulation(story: Story, code: str) -> None:
    story.approved(order("Authorize", HUNDRED))
    good = {"paymentIntent": "Authorize", "chargeAmount": HUNDRED, "shippingAddress": {"name": "x"}}
    assert story.call("finalize_checkout_session", "session1", good, simulation=code) == DONE


def test_finalize_with_another_intent_is_not_known_to_be_refused(story: Story) -> None:
    story.approved(order("Authorize", HUNDRED))
    other = {"paymentIntent": "Confirm", "chargeAmount": HUNDRED, "shippingAddress": {"name": "x"}}
    statuses = {outcome.status for outcome in story.ways("finalize_checkout_session", "session1", other)}
    assert statuses == {200, 400, 409}


# --- how a session ends otherwise: §4.1, §8.1


def test_a_session_expires_a_day_after_its_creation(story: Story) -> None:
    story.approved(order("Authorize", HUNDRED))
    assert story.after(24 * HOUR - 1) == ()
    assert story.after(1) == ("SES-T13",)
    assert story.state("session1") == "Canceled/Expired"
    assert not story.world.charges
    assert not story.buyer("signs_in")


def test_a_completed_session_does_not_expire(story: Story) -> None:
    story.completed(order("Confirm", HUNDRED))
    assert "SES-T13" not in story.after(30 * DAY)


@pytest.mark.parametrize(
    ("deed", "card", "reason"),
    [
        ("cancels", None, "BuyerCanceled"),
        ("is_declined", None, "Declined"),
        ("approves", "3064", "BuyerCanceled"),
        ("approves", "3434", "Declined"),
    ],
)
def test_a_buyer_who_cancels_or_is_declined_cancels_the_session(
    story: Story, deed: Any, card: str | None, reason: str
) -> None:
    story.call("create_checkout_session", None, order("Authorize", HUNDRED))
    story.buyer("signs_in")
    assert story.buyer(deed, "session1", card)
    assert story.state("session1") == f"Canceled/{reason}"
    complete = story.ways("complete_checkout_session", "session1", {"chargeAmount": HUNDRED})
    # whether 422 or 400: §13.5
    assert set(answers(complete)) == {
        (422, "CheckoutSessionCanceled"),
        (400, "CheckoutSessionCanceled"),
        NO_SESSION,
    }
    assert answers(story.ways("update_checkout_session", "session1", {"supplementaryData": "x"})) == [
        NO_SESSION
    ]
    assert story.call("get_checkout_session", "session1") == DONE


@pytest.mark.parametrize("card", ["1111", "0005", "4444", "9424", "0000"])
def test_a_good_card_authorizes(story: Story, card: str) -> None:
    story.completed(order("Authorize", HUNDRED), card)
    assert story.state("charge1") == "Authorized"


def test_a_card_chosen_at_sign_in_is_the_one_that_pays(story: Story) -> None:
    story.call("create_checkout_session", None, order("Authorize", HUNDRED, **MAY_PEND))
    assert story.buyer("signs_in", "session1", "4354")
    assert story.buyer("approves")
    story.call("complete_checkout_session", "session1", {"chargeAmount": HUNDRED})
    assert story.state("charge1") == "AuthorizationInitiated"


def test_a_card_that_does_not_exist_is_not_used(story: Story) -> None:
    story.call("create_checkout_session", None, order("Authorize", HUNDRED))
    assert not story.buyer("signs_in", "session1", "9999")
    assert story.buyer("signs_in")
    assert not story.buyer("approves", "session1", "9999")


@pytest.mark.parametrize("card", ["0701", "4354"])
def test_a_pending_card_without_its_prerequisite_is_refused_or_not(story: Story, card: str) -> None:
    """§8.1 says "else error", not which, nor where."""
    story.approved(order("Authorize", HUNDRED), card)
    outcomes = story.ways("complete_checkout_session", "session1", {"chargeAmount": HUNDRED})
    assert answers(outcomes) == [(400, "InvalidSandboxSimulationSpecified"), DONE]
    assert [outcome.required for outcome in outcomes] == [False, True]


# --- a pending authorization: §4.3


@pytest.mark.parametrize(("card", "ends"), [("0701", "Authorized"), ("4354", "Declined/HardDeclined")])
def test_a_pending_authorization_is_decided_after_thirty_seconds(story: Story, card: str, ends: str) -> None:
    story.completed(order("Authorize", HUNDRED, **MAY_PEND), card)
    assert story.after(SETTLED - 1) == ()
    assert story.state("charge1") == "AuthorizationInitiated"
    story.after(1)
    assert story.state("charge1") == ends
    assert story.after(29 * DAY) == ()


def test_a_pending_authorization_cannot_be_captured_but_canceled(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED, **MAY_PEND), "0701")
    assert answers(story.ways("capture_charge", "charge1", {"captureAmount": HUNDRED})) == [NO_CHARGE]
    assert story.cancel() == DONE
    assert story.state("charge1") == "Canceled/MerchantCanceled"
    assert story.after(40 * DAY) == ()


def test_a_declined_authorization_gives_the_permission_up_to_the_buyer(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED, **MAY_PEND), "4354").after(SETTLED)
    assert story.state("permission1") == "NonChargeable/PaymentMethodInvalid"
    for refused in (story.capture(HUNDRED), story.cancel(), story.refund(price("1.00"))):
        assert refused == NO_CHARGE
    assert story.buyer("fixes_payment_method", "permission1")
    assert story.charge(HUNDRED) == MADE


# --- captures: §4.3, §6.3


def test_a_capture_within_seven_days_is_done_at_once(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED)).after(7 * DAY)
    assert story.capture(HUNDRED) == DONE
    assert story.state("charge1") == "Captured"
    assert story.state("permission1") == "Closed/AmazonClosed"


def test_a_capture_after_seven_days_takes_its_time(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED)).after(7 * DAY + 1)
    assert story.capture(HUNDRED) == DONE
    assert story.state("charge1") == "CaptureInitiated"
    assert story.capture(HUNDRED) == story.cancel() == story.refund(price("1.00")) == NO_CHARGE
    assert story.after(SETTLED) == ("CHG-T20", "PRM-T13")
    assert story.state("charge1") == "Captured"


def test_the_seven_days_begin_with_the_authorization_not_with_the_charge(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED, **MAY_PEND), "0701").after(SETTLED)
    story.after(7 * DAY)
    assert story.capture(HUNDRED) == DONE
    assert story.state("charge1") == "Captured"


@pytest.mark.parametrize(
    ("whole", "part", "more"),
    [
        (HUNDRED, price("100.00"), price("100.01")),
        (HUNDRED, price("0.01"), price("150.00")),
        (YEN, price("10000", "JPY"), price("10001", "JPY")),
    ],
)
def test_a_capture_never_exceeds_what_was_authorized(
    story: Story, whole: Body, part: Body, more: Body
) -> None:
    story.completed(order("Authorize", whole))
    assert answers(story.ways("capture_charge", "charge1", {"captureAmount": more})) == [TOO_MUCH]
    assert story.capture(part) == DONE
    assert charge_of(story).captured == Price.parse(part)


def test_a_capture_in_another_currency_is_refused(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED))
    other = {"captureAmount": price("1.00", "EUR")}
    assert answers(story.ways("capture_charge", "charge1", other)) == [OTHER_MONEY]


def test_a_charge_is_captured_once(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED))
    assert story.capture(price("40.00")) == DONE
    assert set(answers(story.ways("capture_charge", "charge1", {"captureAmount": price("40.00")}))) == {
        NO_CHARGE,
        NO_PERMISSION,  # it may have closed at the first capture: §13.4
    }


def test_a_smaller_capture_leaves_the_rest_to_be_charged(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED))
    story.capture(price("40.00"))
    assert amount_left(story) == {"60.00", "0.00"}  # whether the rest is released is open: §6.3b
    assert story.state("permission1") == "Chargeable"
    assert story.charge(price("60.01")) == TOO_MUCH
    assert story.charge(price("60.00")) == MADE


@pytest.mark.parametrize(
    ("code", "ends"), [("CaptureInitiated", "Captured"), ("AmazonRejected", "Declined/AmazonRejected")]
)
def test_a_simulated_capture_is_pending_first(story: Story, code: str, ends: str) -> None:
    story.completed(order("Authorize", HUNDRED))
    assert story.capture(HUNDRED, simulation=code) == DONE
    assert story.state("charge1") == "CaptureInitiated"
    story.after(SETTLED)
    assert story.state("charge1") == ends


# --- cancelling and expiry of charges: §4.3


def test_a_canceled_charge_frees_the_permission(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED))
    assert story.cancel() == DONE
    assert story.state("charge1") == "Canceled/MerchantCanceled"
    assert story.state("permission1") == "Chargeable"
    assert amount_left(story) == {"100.00"}
    assert story.charge(HUNDRED) == MADE


def test_what_is_captured_or_canceled_cannot_be_canceled(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED, **SPLIT))
    story.capture(HUNDRED)
    refused = story.ways("cancel_charge", "charge1", {"cancellationReason": "x"})
    assert set(answers(refused)) == {NO_CHARGE, NO_PERMISSION}
    story.charge(HUNDRED)
    assert story.cancel("charge2") == DONE
    assert story.cancel("charge2") == NO_CHARGE


def test_an_authorization_that_is_not_used_expires_after_thirty_days(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED))
    assert story.after(30 * DAY - 1) == ()
    assert story.after(1) == ("CHG-T23", "PRM-T09")
    assert story.state("charge1") == "Canceled/ExpiredUnused"
    assert story.state("permission1") == "Chargeable"
    assert story.capture(HUNDRED) == NO_CHARGE


def test_timers_fire_in_the_order_in_which_they_come_due(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED, **MAY_PEND), "0701")
    story.call("create_checkout_session", None, order("Confirm", HUNDRED))
    # settled after 30 s, the other session after a day, the charge after 30, the permission after 180
    assert story.after(181 * DAY) == ("CHG-T08", "SES-T13", "CHG-T23", "PRM-T09", "PRM-T20")
    assert story.world.now == NOON + 181 * DAY
    assert story.state("permission1") == "Closed/Expired"


def test_one_long_wait_is_the_same_as_many_short_ones(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED, **MAY_PEND), "0701")
    apart = Story(story.world)
    for _ in range(40):
        apart.after(DAY)
    story.after(40 * DAY)
    assert apart.world == story.world


def test_an_object_changes_when_its_timer_comes_due_not_when_somebody_looks(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED))
    story.after(60 * DAY)
    assert charge_of(story).changed == NOON + 30 * DAY


# --- charges on a permission: §4.2, §6


def test_a_charge_is_authorized_or_captured_now(story: Story) -> None:
    story.completed(order("Confirm", HUNDRED))
    assert story.charge(price("30.00")) == MADE
    assert story.state("charge1") == "Authorized"
    assert story.call("create_charge", None, on("permission1", price("20.00"), captureNow=True)) == MADE
    assert story.state("charge2") == "Captured"
    assert amount_left(story) == {"80.00", "50.00"}


def test_a_permission_closes_when_all_of_it_is_captured(story: Story) -> None:
    story.completed(order("Confirm", HUNDRED))
    story.call("create_charge", None, on("permission1", price("60.00"), captureNow=True))
    assert story.state("permission1") == "Chargeable"
    story.call("create_charge", None, on("permission1", price("40.00"), captureNow=True))
    assert story.state("permission1") == "Closed/AmazonClosed"
    assert answers(story.ways("create_charge", None, on("permission1", price("0.01"))))[0] == NO_PERMISSION


@pytest.mark.parametrize(
    ("limit", "all_of_it", "one_more"),
    [(HUNDRED, price("100.00"), price("100.01")), (YEN, price("10000", "JPY"), price("10001", "JPY"))],
)
def test_a_charge_never_exceeds_the_limit(story: Story, limit: Body, all_of_it: Body, one_more: Body) -> None:
    story.completed(order("Confirm", limit))
    refused = story.ways("create_charge", None, on("permission1", one_more))
    assert set(answers(refused)) == {TOO_MUCH}
    assert refused[0].requirement == "CHG-R04"
    assert story.charge(all_of_it) == MADE


def test_whether_an_open_authorization_counts_against_the_limit_is_not_known(story: Story) -> None:
    story.completed(order("Confirm", HUNDRED))
    story.charge(price("60.00"))
    outcomes = story.ways("create_charge", None, on("permission1", price("60.00")))
    assert set(answers(outcomes)) >= {TOO_MUCH, MADE}
    assert not any(outcome.required for outcome in outcomes if outcome.status >= 400)


def test_whether_a_charge_in_progress_blocks_the_permission_is_not_known(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED))
    assert set(answers(story.ways("create_charge", None, on("permission1", price("1.00"))))) >= {
        NO_PERMISSION,
        MADE,
    }
    split = Story().completed(order("Authorize", HUNDRED, **SPLIT))
    assert set(answers(split.ways("create_charge", None, on("permission1", price("1.00"))))) == {
        MADE,
        NO_PERMISSION,
    }


def test_a_charge_in_another_currency_is_refused(story: Story) -> None:
    story.completed(order("Confirm", HUNDRED))
    refused = story.ways("create_charge", None, on("permission1", price("1.00", "EUR")))
    assert answers(refused) == [OTHER_MONEY]


@pytest.mark.parametrize(
    ("ceiling", "above"),
    [
        *((price("150000.00", name), price("150000.01", name)) for name in ("USD", "EUR", "GBP")),
        (price("10000000", "JPY"), price("10000001", "JPY")),
    ],
)
def test_one_charge_has_a_ceiling(story: Story, ceiling: Body, above: Body) -> None:
    whole = {**ceiling, "amount": "90000000"}
    story.completed(order("Confirm", whole))
    outcomes = story.ways("create_charge", None, on("permission1", above))
    assert outcomes[0].requirement == "CHG-R07"
    assert all(outcome.status == 400 for outcome in outcomes)
    assert story.charge(ceiling) == MADE


def test_no_ceiling_is_known_for_other_currencies(story: Story) -> None:
    story.completed(order("Confirm", price("900000.00", "SEK")))
    assert answers(story.ways("create_charge", None, on("permission1", price("900000.00", "SEK")))) == [MADE]


def test_a_one_time_permission_takes_25_charges(story: Story) -> None:
    story.completed(order("Confirm", price("1000.00")))
    for _ in range(25):
        assert story.charge(price("1.00")) == MADE
    refused = story.ways("create_charge", None, on("permission1", price("1.00")))
    assert [o.requirement for o in refused if o.required] == ["CHG-R09"]
    assert (422, "TransactionCountExceeded") in answers(refused)
    assert all(outcome.status == 422 for outcome in refused)
    story.cancel("charge7")
    assert story.charge(price("1.00")) == MADE  # 25 valid ones


@pytest.mark.parametrize("amount", ["0.00", "-1.00"])
def test_that_an_amount_is_positive_is_not_documented(story: Story, amount: str) -> None:
    story.completed(order("Confirm", HUNDRED))
    outcomes = story.ways("create_charge", None, on("permission1", price(amount)))
    assert set(answers(outcomes)) == {(400, "InvalidParameterValue"), MADE}


def test_an_unknown_permission_or_charge_is_refused(story: Story) -> None:
    for operation, body in (
        ("create_charge", on("permission9", HUNDRED)),
        ("create_refund", {"chargeId": "charge9", "refundAmount": HUNDRED}),
    ):
        assert answers(story.ways(operation, None, body)) == [NOT_FOUND, (400, "InvalidParameterValue")]


@pytest.mark.parametrize("operation", [row.id for row in OPERATIONS.values() if row.target])
def test_an_unknown_id_is_not_found(story: Story, operation: str) -> None:
    body = {"chargeAmount": HUNDRED, "captureAmount": HUNDRED}
    assert NOT_FOUND in answers(story.ways(operation, "S01-0000000-0000000", body))
    if operation != "update_charge":  # what others than providers get there is not said
        assert answers(story.ways(operation, "S01-0000000-0000000", body)) == [NOT_FOUND]


# --- what becomes of a permission: §4.2


def test_a_permission_that_lost_its_payment_method_takes_no_charge(story: Story) -> None:
    story.completed(order("Confirm", HUNDRED))
    assert story.buyer("removes_payment_method", "permission1")
    assert story.state("permission1") == "NonChargeable/PaymentMethodDeleted"
    assert answers(story.ways("create_charge", None, on("permission1", HUNDRED))) == [NO_PERMISSION]
    assert story.call("update_charge_permission", "permission1", {"merchantMetadata": {}}) == DONE
    assert story.buyer("fixes_payment_method", "permission1")
    assert story.charge(HUNDRED) == MADE


def test_a_charge_in_progress_is_not_the_buyers_to_fix(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED))
    assert story.state("permission1") == "NonChargeable/ChargeInProgress"
    assert not story.buyer("fixes_payment_method", "permission1")


def test_the_buyer_may_close_a_permission(story: Story) -> None:
    story.completed(monthly(HUNDRED))
    assert story.buyer("closes_permission", "permission1")
    assert story.may_show("permission1") == {("Closed", "BuyerClosed"), ("Closed", "BuyerCanceled")}
    assert not story.buyer("closes_permission", "permission1")


def test_closing_without_more_leaves_authorizations_capturable(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED, **SPLIT))
    assert story.close() == DONE
    assert story.may_show("permission1") == {("Closed", "MerchantClosed"), ("Closed", "MerchantCanceled")}
    assert answers(story.ways("create_charge", None, on("permission1", price("1.00")))) == [NO_PERMISSION]
    assert story.state("charge1") == "Authorized"
    assert story.capture(HUNDRED) == DONE


@pytest.mark.parametrize("card", ["1111", "0701"])
def test_closing_with_cancel_pending_charges_cancels_them(story: Story, card: str) -> None:
    story.completed(order("Authorize", HUNDRED, **MAY_PEND), card)
    assert story.close(cancelPendingCharges=True) == DONE
    assert story.state("charge1") == "Canceled/ChargePermissionCanceled"
    assert story.after(40 * DAY) == ()


def test_closing_with_cancel_pending_charges_leaves_what_is_captured(story: Story) -> None:
    story.completed(order("AuthorizeWithCapture", HUNDRED, **SPLIT))
    story.close(cancelPendingCharges=True)
    assert story.state("charge1") == "Captured"
    assert story.refund(price("1.00")) == MADE


def test_a_closed_permission_is_only_read(story: Story) -> None:
    story.completed(order("Confirm", HUNDRED))
    story.close()
    update = story.ways("update_charge_permission", "permission1", {"merchantMetadata": {}})
    assert answers(update) == [(422, "ChargePermissionNotModifiable")]
    close = story.ways("close_charge_permission", "permission1", {"closureReason": "x"})
    assert answers(close) == [NO_PERMISSION]
    assert story.call("get_charge_permission", "permission1") == DONE


def test_amazon_closes_a_permission_where_that_is_simulated(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED))
    assert story.close(simulation="AmazonClosed") == DONE
    assert story.state("permission1") == "Closed/AmazonClosed"


def test_a_one_time_permission_expires_after_180_days(story: Story) -> None:
    story.completed(order("Confirm", HUNDRED))
    assert story.after(180 * DAY - 1) == ()
    assert story.after(1) == ("PRM-T20",)
    assert story.state("permission1") == "Closed/Expired"


def test_an_extended_one_lives_thirteen_months(story: Story) -> None:
    """Which day that is exactly is not said: 395 to 397 days."""
    story.completed(order("Confirm", HUNDRED, extendExpiration=True))
    assert story.after(395 * DAY - 1) == ()
    assert story.after(2 * DAY) == ("PRM-T20",)


# --- subscriptions and wallets: §5.2, §5.3


def test_a_month_may_have_the_cap_of_the_older_api(story: Story) -> None:
    story.completed(monthly(price("1.00", "EUR")))
    refused = story.ways("create_charge", None, on("permission1", price("1000.01", "EUR")))
    assert answers(refused) == [(400, "PeriodicAmountExceeded"), MADE]


@pytest.mark.parametrize(
    ("body", "cap", "above"),
    [
        (monthly(HUNDRED), price("1000.00"), price("1000.01")),
        (monthly(YEN), price("100000", "JPY"), price("100001", "JPY")),
        (wallet("Confirm", HUNDRED), price("15000.00"), price("15000.01")),
        (wallet("Confirm", YEN), price("2000000", "JPY"), price("2000001", "JPY")),
    ],
)
def test_a_month_has_a_cap(story: Story, body: Body, cap: Body, above: Body) -> None:
    story.completed(body)
    assert permission_of(story).limit == Price.parse(cap)
    refused = story.ways("create_charge", None, on("permission1", above, chargeInitiator="MITU"))
    assert answers(refused) == [(400, "PeriodicAmountExceeded")]
    assert story.call("create_charge", None, on("permission1", cap, captureNow=True)) == MADE
    assert story.state("permission1") == "Chargeable"
    assert amount_left(story) == {str(balance(story.world, permission_of(story), reserved=False))}


def test_the_cap_begins_anew_with_the_month(story: Story) -> None:
    story.completed(monthly(HUNDRED))
    story.call("create_charge", None, on("permission1", price("900.00"), captureNow=True))
    assert amount_left(story) == {"100.00"}
    story.after(15 * DAY)  # 30 November, noon
    assert story.charge(price("100.01")) == (400, "PeriodicAmountExceeded")
    story.after(12 * HOUR)
    assert amount_left(story) == {"1000"}
    assert story.charge(price("1000.00")) == MADE


def test_a_canceled_charge_does_not_count_for_the_month(story: Story) -> None:
    story.completed(monthly(HUNDRED))
    story.charge(price("1000.00"))
    assert story.charge(price("0.01")) == (400, "PeriodicAmountExceeded")
    story.cancel()
    assert story.charge(price("1000.00")) == MADE


def test_each_charge_renews_a_subscription(story: Story) -> None:
    story.completed(monthly(HUNDRED)).after(300 * DAY)
    story.charge(HUNDRED)
    assert "PRM-T20" not in story.after(300 * DAY)
    assert story.state("permission1") == "Chargeable"
    story.after(100 * DAY)
    assert story.state("permission1") == "Closed/Expired"


def test_a_wallet_does_not_expire(story: Story) -> None:
    story.completed(wallet("Confirm", HUNDRED))
    assert story.after(3_000 * DAY) == ()


def test_a_wallet_is_set_up_without_any_amount(story: Story) -> None:
    story.approved(wallet("Confirm", None, setup_only=True))
    assert story.call("complete_checkout_session", "session1", {}) == DONE
    assert story.world.sessions["session1"].charge is None
    assert story.state("permission1") == "Chargeable"


@pytest.mark.parametrize("amount", [HUNDRED, YEN, price("5.00", "EUR")])
def test_a_wallet_that_was_set_up_only_has_no_currency_yet(story: Story, amount: Body) -> None:
    story.approved(wallet("Confirm", None, setup_only=True))
    story.call("complete_checkout_session", "session1", {})
    assert permission_of(story).limit is None
    body = on("permission1", amount, chargeInitiator="MITU")
    assert answers(story.ways("create_charge", None, body)) == [MADE]


# --- refunds: §4.4, §6.5


@pytest.mark.parametrize(
    ("captured", "most", "one_more"),
    [
        (price("100.00"), price("115.00"), price("115.01")),  # 15 %
        (price("500.00"), price("575.00"), price("575.01")),  # both
        (price("1000.00"), price("1075.00"), price("1075.01")),  # 75
        (price("1000.00", "EUR"), price("1075.00", "EUR"), price("1075.01", "EUR")),
        (price("1000.00", "GBP"), price("1075.00", "GBP"), price("1075.01", "GBP")),
        (price("0.05"), price("0.05"), price("0.06")),
        (price("10000", "JPY"), price("11500", "JPY"), price("11501", "JPY")),
        (price("56000", "JPY"), price("64400", "JPY"), price("64401", "JPY")),
        (price("100000", "JPY"), price("108400", "JPY"), price("108401", "JPY")),
        (price("1", "JPY"), price("1", "JPY"), price("2", "JPY")),
    ],
)
def test_a_refund_may_exceed_the_capture_by_its_headroom(
    story: Story, captured: Body, most: Body, one_more: Body
) -> None:
    story.captured(captured)
    refused = story.ways("create_refund", None, {"chargeId": "charge1", "refundAmount": one_more})
    assert set(answers(refused)) == {TOO_MUCH}
    assert refused[0].requirement == "REF-R03"
    assert story.refund(most) == MADE


def test_for_other_currencies_only_the_share_of_the_headroom_is_known(story: Story) -> None:
    story.captured(price("1000.00", "SEK"))
    body = {"chargeId": "charge1", "refundAmount": price("1150.00", "SEK")}
    assert answers(story.ways("create_refund", None, body)) == [MADE]


def test_whether_refunds_share_one_headroom_is_not_known(story: Story) -> None:
    story.captured(HUNDRED)
    assert story.refund(price("60.00")) == MADE
    assert story.refund(price("55.00")) == MADE
    outcomes = story.ways("create_refund", None, {"chargeId": "charge1", "refundAmount": price("0.01")})
    assert set(answers(outcomes)) == {TOO_MUCH, MADE}
    assert not any(outcome.required for outcome in outcomes if outcome.status >= 400)


def test_a_refund_is_always_pending_first(story: Story) -> None:
    story.captured(HUNDRED)
    assert story.refund(price("10.00")) == MADE
    assert story.state("refund1") == "RefundInitiated"
    assert story.state("charge1") == "Captured"
    assert story.after(SETTLED) == ("REF-T02",)
    assert story.state("refund1") == "Refunded"


def test_what_is_refunded_shows_at_once_or_when_it_is_done(story: Story) -> None:
    story.captured(HUNDRED)
    story.refund(price("10.00"))
    shown = {str(value) for value in permitted_refunded(story.world, charge_of(story))}
    assert shown == {"10.00", "0"}
    story.after(SETTLED)
    assert {str(value) for value in permitted_refunded(story.world, charge_of(story))} == {"10.00"}


def test_a_refund_gives_nothing_back_to_the_permission(story: Story) -> None:
    story.captured(HUNDRED)
    story.refund(HUNDRED)
    story.after(SETTLED)
    assert story.state("permission1") == "Closed/AmazonClosed"
    assert amount_left(story) == {"0.00"}


def test_a_refund_may_start_at_any_time(story: Story) -> None:
    story.captured(HUNDRED).after(1_000 * DAY)
    assert story.refund(HUNDRED) == MADE


def test_a_refund_in_another_currency_is_refused(story: Story) -> None:
    story.captured(HUNDRED)
    body = {"chargeId": "charge1", "refundAmount": price("1.00", "GBP")}
    assert answers(story.ways("create_refund", None, body)) == [OTHER_MONEY]


def test_what_was_not_captured_is_not_refunded(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED))
    body = {"chargeId": "charge1", "refundAmount": price("1.00")}
    assert answers(story.ways("create_refund", None, body)) == [NO_CHARGE]


def test_one_refund_has_a_ceiling(story: Story) -> None:
    story.captured(price("150000.00"))
    refused = story.ways("create_refund", None, {"chargeId": "charge1", "refundAmount": price("150000.01")})
    assert refused[0].requirement == "REF-R06"
    assert all(outcome.status == 400 for outcome in refused)
    assert story.refund(price("150000.00")) == MADE


def test_how_many_refunds_a_charge_takes_is_not_known(story: Story) -> None:
    story.captured(HUNDRED)
    for _ in range(10):
        assert story.refund(price("1.00")) == MADE
    outcomes = story.ways("create_refund", None, {"chargeId": "charge1", "refundAmount": price("1.00")})
    assert set(answers(outcomes)) == {(422, "TransactionCountExceeded"), MADE}


# --- idempotency: §9


def test_the_same_request_with_the_same_key_gets_the_first_answer(story: Story) -> None:
    story.completed(order("Confirm", HUNDRED))
    body = on("permission1", HUNDRED)
    first, *_ = story.ways("create_charge", None, body, key="k")
    story.call("create_charge", None, body, key="k")
    again, other = story.ways("create_charge", None, body, key="k")
    assert (other.status, other.subject, other.replays) == (200, first.subject, "k"), "the status is open: §9"
    assert (again.status, again.subject, again.replays) == (first.status, first.subject, "k")
    assert again.requirement == "IDM-001"
    assert again.required
    assert again.world == story.world


def test_a_repetition_is_answered_even_when_the_call_would_be_refused_by_now(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED))
    assert story.capture(HUNDRED, key="k") == DONE
    assert story.capture(HUNDRED, key="k") == DONE
    assert story.capture(HUNDRED, key="other") == NO_CHARGE
    assert story.capture(HUNDRED) == NO_CHARGE
    story.after(1_000 * DAY)  # keys are kept indefinitely
    assert story.capture(HUNDRED, key="k") == DONE


def test_a_repetition_moves_nothing(story: Story) -> None:
    story.captured(HUNDRED)
    for _ in range(3):
        assert story.refund(price("60.00"), key="k") == MADE
    assert list(story.world.refunds) == ["refund1"]


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("create_charge", on("permission1", price("11.00"))),
        ("create_charge", on("permission1", price("10.00"), captureNow=True)),
        ("create_checkout_session", order("Confirm", HUNDRED)),
        ("create_refund", {"chargeId": "charge1", "refundAmount": price("10.00")}),
    ],
)
def test_a_key_that_stands_for_another_request_is_refused(story: Story, operation: str, body: Body) -> None:
    story.completed(order("Confirm", HUNDRED))
    story.call("create_charge", None, on("permission1", price("10.00")), key="k")
    outcomes = story.ways(operation, None, body, key="k")
    assert outcomes[0].reason == "DuplicateIdempotencyKey"
    assert all(outcome.status >= 400 for outcome in outcomes)
    assert outcomes[0].world == story.world


def test_whether_a_refusal_is_replayed_is_not_known(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED, **SPLIT))
    body = on("permission1", price("200.01"))
    assert story.call("create_charge", None, body, key="k") == TOO_MUCH
    story.cancel()
    outcomes = story.ways("create_charge", None, body, key="k")
    assert set(answers(outcomes)) == {MADE, TOO_MUCH}
    assert [outcome.replays for outcome in outcomes] == [None, "k"]
    other = story.ways("create_charge", None, on("permission1", price("1.00")), key="k")
    assert set(answers(other)) == {MADE, (400, "DuplicateIdempotencyKey")}


def test_what_was_never_understood_spends_no_key(story: Story) -> None:
    body = order("Confirm", HUNDRED)
    story.call("create_checkout_session", None, body, key="k", defects=frozenset({Defect.SIGNATURE}))
    assert story.world.remembered == {}
    assert story.call("create_checkout_session", None, body, key="k") == MADE


def test_a_repetition_with_a_broken_signature_is_refused(story: Story) -> None:
    body = order("Confirm", HUNDRED)
    story.call("create_checkout_session", None, body, key="k")
    broken = frozenset({Defect.SIGNATURE})
    assert answers(story.ways("create_checkout_session", None, body, key="k", defects=broken)) == [
        (403, "InvalidRequestSignature")
    ]


def test_a_key_has_no_effect_where_none_is_needed(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED, **SPLIT))
    update: Body = {"merchantMetadata": {"noteToBuyer": "a"}}
    assert story.call("update_charge_permission", "permission1", update, key="k") == DONE
    other: Body = {"merchantMetadata": {"noteToBuyer": "b"}}
    assert story.call("update_charge_permission", "permission1", other, key="k") == DONE
    assert permission_of(story).data["merchantMetadata"] == {"noteToBuyer": "b"}


# --- simulations: §8.2


@pytest.mark.parametrize("code", ["BuyerCanceled", "AmazonCanceled", "Declined"])
def test_a_simulated_end_cancels_the_session(story: Story, code: str) -> None:
    story.approved(order("Authorize", HUNDRED))
    body = {"chargeAmount": HUNDRED}
    status, reason = story.call("complete_checkout_session", "session1", body, simulation=code)
    assert status in (422, 400)
    assert reason == "CheckoutSessionCanceled"
    assert story.state("session1") == f"Canceled/{code}"
    assert not story.world.permissions


def test_whoever_applies_a_simulated_end_is_held_to_its_answer(story: Story) -> None:
    story.approved(order("Authorize", HUNDRED))
    body = {"chargeAmount": HUNDRED}
    ways = story.ways("complete_checkout_session", "session1", body, simulation="BuyerCanceled")
    applied = [outcome for outcome in ways if outcome.used and outcome.status >= 400]
    assert {(o.status, o.requirement) for o in applied} == {(422, "SES-R04"), (400, "SES-R04")}
    assert all(outcome.required for outcome in applied)


def test_a_simulated_pending_authorization_answers_202(story: Story) -> None:
    story.approved(order("Authorize", HUNDRED, **MAY_PEND))
    body, code = {"chargeAmount": HUNDRED}, "AuthorizationInitiated"
    assert story.call("complete_checkout_session", "session1", body, simulation=code) == (202, None)
    assert story.state("charge1") == "AuthorizationInitiated"
    story.after(SETTLED)
    assert story.state("charge1") == "Authorized"


def test_a_simulated_pending_authorization_may_need_its_prerequisite(story: Story) -> None:
    story.approved(order("AuthorizeWithCapture", HUNDRED))
    body, code = {"chargeAmount": HUNDRED}, "AuthorizationInitiated"
    outcomes = story.ways("complete_checkout_session", "session1", body, simulation=code)
    assert set(answers(outcomes)) == {DONE, (400, "InvalidSandboxSimulationSpecified")}


@pytest.mark.parametrize(
    ("code", "permission"),
    [
        # what a simulated decline does to the permission is [?]: it may always stay Chargeable
        ("SoftDeclined", {CHARGEABLE}),
        ("TransactionTimedOut", {CHARGEABLE}),
        ("HardDeclined", {("NonChargeable", "PaymentMethodInvalid"), CHARGEABLE}),
        ("AmazonRejected", {("Closed", "AmazonCanceled"), SPENT, CHARGEABLE}),
    ],
)
def test_a_simulated_decline_is_refused_with_its_reason(
    story: Story, code: str, permission: set[tuple[str, str | None]]
) -> None:
    story.completed(order("Confirm", HUNDRED))
    assert story.charge(HUNDRED, simulation=code) == (422, code)
    assert not story.world.charges
    assert story.may_show("permission1") == permission


def test_what_an_uncertain_decline_did_is_held_against_nobody(story: Story) -> None:
    """§4.2 and §8.2 leave it open whether AmazonRejected closes: afterwards both ways are permitted."""
    story.completed(order("Confirm", HUNDRED))
    story.charge(HUNDRED, simulation="AmazonRejected")
    update: Body = {"merchantMetadata": {"noteToBuyer": "x"}}
    for operation, body in (
        ("update_charge_permission", update),
        ("close_charge_permission", {"closureReason": "x"}),
        ("create_charge", on("permission1", HUNDRED)),
    ):
        target = None if operation == "create_charge" else "permission1"
        outcomes = story.ways(operation, target, body)
        assert {outcome.status < 400 for outcome in outcomes} == {True, False}, operation
        assert outcomes[0].status == 422, operation
        assert not any(outcome.required for outcome in outcomes if outcome.status >= 400), operation
    close = story.ways("close_charge_permission", "permission1", {"closureReason": "x"})
    closed = next(outcome for outcome in close if outcome.used)
    assert closed.world.permissions["permission1"].reason == "MerchantClosed"


def test_a_simulated_pending_capture_of_a_new_charge(story: Story) -> None:
    story.completed(order("Confirm", HUNDRED))
    body = on("permission1", HUNDRED, captureNow=True)
    assert story.call("create_charge", None, body, simulation="CaptureInitiated") == MADE
    assert story.state("charge1") == "CaptureInitiated"
    story.after(SETTLED)
    assert story.state("charge1") == "Captured"
    assert story.state("permission1") == "Closed/AmazonClosed"


def test_a_simulated_pending_capture_without_capture_may_be_refused(story: Story) -> None:
    story.completed(order("Confirm", HUNDRED))
    outcomes = story.ways("create_charge", None, on("permission1", HUNDRED), simulation="CaptureInitiated")
    assert set(answers(outcomes)) == {MADE, (400, "InvalidSandboxSimulationSpecified")}


@pytest.mark.parametrize(
    ("operation", "target", "body"),
    [
        ("complete_checkout_session", "session2", {"chargeAmount": HUNDRED}),
        ("create_charge", None, on("permission1", price("1.00"))),
        ("capture_charge", "charge1", {"captureAmount": HUNDRED}),
        ("close_charge_permission", "permission1", {"closureReason": "x"}),
    ],
)
def test_an_unknown_simulation_is_refused(
    story: Story, operation: str, target: str | None, body: Body
) -> None:
    story.completed(order("Authorize", HUNDRED, **SPLIT)).approved(order("Confirm", HUNDRED))
    outcomes = story.ways(operation, target, body, simulation="NoSuchSimulation")
    assert outcomes[0].reason == "InvalidSandboxSimulationSpecified"
    assert all(outcome.status >= 400 for outcome in outcomes)


# --- combinations that no source says how to refuse: §2.3


@pytest.mark.parametrize("operation", ["create_checkout_session", "update_checkout_session"])
def test_a_pending_authorization_with_capture_may_be_refused(story: Story, operation: str) -> None:
    story.call("create_checkout_session", None, order("Authorize", HUNDRED))
    both = {"paymentDetails": {"paymentIntent": "AuthorizeWithCapture", **MAY_PEND}}
    target = "session1" if operation.startswith("update") else None
    statuses = {outcome.status for outcome in story.ways(operation, target, both)}
    assert statuses == {400, OPERATIONS[operation].success[0]}


def test_capture_now_with_a_pending_authorization_may_be_refused(story: Story) -> None:
    story.completed(order("Confirm", HUNDRED))
    body = on("permission1", HUNDRED, captureNow=True, canHandlePendingAuthorization=True)
    outcomes = story.ways("create_charge", None, body)
    assert set(answers(outcomes)) == {MADE, (400, "InvalidParameterCombination")}


def test_update_charge_is_for_providers_and_may_do_either(story: Story) -> None:
    story.completed(order("Authorize", HUNDRED))
    outcomes = story.ways("update_charge", "charge1", {"statusDetails": {"state": "Canceled"}})
    assert outcomes[0].status == 401
    assert {outcome.status < 400 for outcome in outcomes} == {True, False}


# --- requests that are wrong as such: §7


@pytest.mark.parametrize(
    ("defect", "usual", "also"),
    [
        (Defect.SIGNATURE, (403, "InvalidRequestSignature"), set()),
        (
            Defect.UNKNOWN_KEY,
            (403, "InvalidRequestSignature"),
            {(403, "InvalidAuthentication"), (401, "UnauthorizedAccess"), (400, "InvalidHeaderValue")},
        ),
        (Defect.MISSING_HEADER, (400, "MissingHeaderValue"), {(400, "MissingHeader")}),
        (Defect.INVALID_HEADER, (400, "InvalidHeaderValue"), set()),
        (Defect.NOT_JSON, (400, "InvalidRequestFormat"), set()),
        (
            Defect.MISSING_FIELD,
            (400, "MissingParameterValue"),
            {(400, "InvalidParameterValue"), (400, "InvalidParameterCombination")},
        ),
        (Defect.UNKNOWN_FIELD, (400, "UnrecognizedField"), {(400, "InvalidParameterValue")}),
        (
            Defect.INVALID_VALUE,
            (400, "InvalidParameterValue"),
            {(400, "InvalidParameterCombination"), (400, "MissingParameterValue")},
        ),
    ],
)
def test_a_defect_is_refused_and_changes_nothing(
    story: Story, defect: Defect, usual: tuple[int, str], also: set[tuple[int, str]]
) -> None:
    body = order("Confirm", HUNDRED)
    outcomes = story.ways("create_checkout_session", None, body, key="k", defects=frozenset({defect}))
    assert answers(outcomes)[0] == usual
    assert set(answers(outcomes)) == {usual, *also}
    assert all(outcome.world == story.world for outcome in outcomes)


def test_how_an_ill_formed_key_is_refused_is_not_said(story: Story) -> None:
    outcomes = story.ways(
        "create_checkout_session", None, order("Confirm", HUNDRED), defects=frozenset({Defect.INVALID_KEY})
    )
    assert answers(outcomes) == [(400, "InvalidHeaderValue"), MADE]


def test_an_operation_that_is_not_in_the_tables_is_a_mistake_of_the_caller(story: Story) -> None:
    with pytest.raises(KeyError):
        step(story.world, Call("merchant_scan"))


def test_no_time_may_pass(story: Story) -> None:
    (outcome,) = step(story.world, Advance(0))
    assert outcome.world == story.world


# --- what mutants of the rules asked for


def refused(story: Story, *call: Any) -> set[tuple[int, str | None]]:
    return {(outcome.status, outcome.reason) for outcome in story.ways(*call) if outcome.status >= 400}


def test_a_total_that_is_the_charge_is_in_order(story: Story) -> None:
    body = order("Authorize", HUNDRED, totalOrderAmount=HUNDRED)
    assert refused(story, "create_checkout_session", None, body) == set()


def test_a_second_capture_is_refused_for_the_charge_only(story: Story) -> None:
    story.captured(HUNDRED)
    ways = refused(story, "capture_charge", "charge1", {"captureAmount": HUNDRED})
    assert (400, "TransactionAmountExceeded") not in ways
    assert (422, "InvalidChargeStatus") in ways


def test_beyond_ten_refunds_a_charge_may_still_be_refused_for_their_number() -> None:
    story = Story(World(now=NOON, settings=Settings.of({"refund-count": "unlimited"}))).captured(HUNDRED)
    for _ in range(11):
        assert story.refund(price("0.01")) == (201, None)
    body = {"chargeId": "charge1", "refundAmount": price("0.01")}
    assert (422, "TransactionCountExceeded") in refused(story, "create_refund", None, body)


def test_a_subscription_whose_charge_was_rejected_may_still_be_open(story: Story) -> None:
    story.completed(monthly(price("10.00")))
    story.charge(price("10.00"), simulation="AmazonRejected")
    ways = story.ways("create_charge", None, on("permission1", price("10.00")))
    assert {outcome.status for outcome in ways} >= {201, 422}
