"""Shops, each wrong in exactly one known way: the measure of every check of an integration's requirement.

Many of them are tickets of real integrations, rebuilt in small. A shop that breaks more than one requirement
says why that cannot be avoided.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from amazonpay_conformance.mutants.integration_seams import (
    CLASSIC_KEY,
    HOUR,
    LIVE_KEY_ID,
    PENDING_AND_DECLINED_CARD,
    PENDING_CARD,
    Fault,
    Lost,
    Shop,
    Till,
    order,
    price,
)
from amazonpay_conformance.wire.messages import Request

MONTHLY: Final = {
    "chargePermissionType": "Recurring",
    "recurringMetadata": {"frequency": {"unit": "Month", "value": "1"}},
}
NOBODY: Final = "00000000-0000-4000-8000-000000000000"

# --- order: sessions


def updates_a_canceled_session(till: Till) -> None:
    """A cron job that writes order numbers, and does not look at states."""
    session = till.opened()
    till.buyer("signs_in", session)
    till.buyer("cancels", session)
    assert till.read_session(session).state == "Canceled"
    till.send("PATCH", f"/checkoutSessions/{session}", {"merchantMetadata": {"merchantReferenceId": "17"}})


def completes_a_canceled_session(till: Till) -> None:
    """The buyer came back, so he must have paid."""
    session = till.opened()
    till.buyer("signs_in", session)
    till.read_session(session)
    till.buyer("cancels", session)
    till.complete(session)
    till.complete(session)


def completes_on_every_load(till: Till) -> None:
    """The buyer reloads the page that thanks him."""
    session = till.approved()
    till.complete(session)
    till.complete(session)


def completes_at_once(till: Till) -> None:
    """Complete is called where the session is created."""
    till.complete(till.opened())


def cancels_when_complete_is_refused(till: Till) -> None:
    """What is not 200 is a failed payment, and a failed payment is canceled."""
    session = till.approved()
    till.fate = ["lost"]
    try:
        till.complete(session)
    except Lost:
        refused = till.complete(session)
        assert refused.status == 422
        till.cancel(till.read_session(session)["chargeId"])


def refunds_after_a_second_complete(till: Till) -> None:
    """The notification and the buyer's return both complete; the second one loses, and pays back."""
    session = till.approved(order("AuthorizeWithCapture"))
    charge = till.complete(session)["chargeId"]
    if till.complete(session).status != 200:
        till.refund(charge)


def closes_after_a_second_complete(till: Till) -> None:
    """The same with the permission."""
    session = till.approved(order("Confirm"))
    permission = till.complete(session)["chargePermissionId"]
    if till.complete(session).status != 200:
        till.close(permission)


def completes_with_another_amount(till: Till) -> None:
    """A voucher is taken off after the session was updated."""
    till.complete(till.approved(), price("95.00"))


def completes_without_the_total(till: Till) -> None:
    """The order is split, and Complete speaks of the first part only."""
    session = till.approved(order(totalOrderAmount=price("300.00")))
    till.complete(session)


def never_completes(till: Till) -> None:
    """The move from v1 to v2: there was no Complete, and the buyer came back."""
    till.read_session(till.approved())
    till.advance(HOUR)


# --- order: permissions and charges


def charges_a_closed_permission(till: Till) -> None:
    """A subscription that was closed goes on in the shop's own table."""
    permission = till.completed(order("Confirm"))["chargePermissionId"]
    till.close(permission)
    till.charge(permission)


def closes_a_permission_twice(till: Till) -> None:
    """Close on every click."""
    permission = till.completed(order("Confirm"))["chargePermissionId"]
    till.close(permission)
    till.close(permission)


def captures_twice(till: Till) -> None:
    """The button in the back office does not go grey."""
    charge = till.completed()["chargeId"]
    till.capture(charge)
    till.capture(charge)


def captures_a_canceled_charge(till: Till) -> None:
    """The order was canceled; the shipment goes out all the same."""
    charge = till.completed()["chargeId"]
    till.cancel(charge)
    till.capture(charge)


def cancels_a_captured_charge(till: Till) -> None:
    """What is paid is paid back, not canceled."""
    charge = till.completed()["chargeId"]
    till.capture(charge)
    till.cancel(charge)


def refunds_what_is_not_captured(till: Till) -> None:
    """A refund for every canceled order."""
    till.refund(till.completed()["chargeId"])


def captures_a_declined_charge(till: Till) -> None:
    """Reads the charge, and does not look at what it reads."""
    charge = till.completed(order(canHandlePendingAuthorization=True), PENDING_AND_DECLINED_CARD)["chargeId"]
    till.advance(60)
    assert till.read_charge(charge).state == "Declined"
    till.capture(charge)


def captures_more_than_authorized(till: Till) -> None:
    """Postage is added when the parcel is weighed."""
    till.capture(till.completed()["chargeId"], price("104.90"))


def refunds_too_much(till: Till) -> None:
    """Postage, a voucher, and an apology."""
    charge = till.completed(order("AuthorizeWithCapture"))["chargeId"]
    till.refund(charge, price("115.01"))


def refunds_without_a_decimal_point(till: Till) -> None:
    """Cents for units, in one place only."""
    charge = till.completed(order("AuthorizeWithCapture"))["chargeId"]
    till.refund(charge, price("2000"))


def charges_more_than_the_order(till: Till) -> None:
    """A part is captured; then the whole again."""
    session = till.approved(order("AuthorizeWithCapture", price("60.00"), totalOrderAmount=price("100.00")))
    body = {"chargeAmount": price("60.00"), "totalOrderAmount": price("100.00")}
    done = till.send("POST", f"/checkoutSessions/{session}/complete", body)
    till.charge(done["chargePermissionId"], "100.00")


def captures_in_another_currency(till: Till) -> None:
    """The currency comes from the shop's settings, not from the order."""
    charge = till.completed(order(amount=price("100.00", "EUR")))["chargeId"]
    till.capture(charge, price("100.00", "GBP"))


def charges_in_another_currency(till: Till) -> None:
    """The same, with a charge."""
    permission = till.completed(order("Confirm", price("100.00", "EUR")))["chargePermissionId"]
    till.send("POST", "/charges", {"chargePermissionId": permission, "chargeAmount": price("10.00", "GBP")})


def refunds_with_the_permissions_id(till: Till) -> None:
    """The order's reference is the id of the permission, so that is what the refund is sent with."""
    done = till.completed(order("AuthorizeWithCapture"))
    till.refund(done["chargePermissionId"])


def captures_with_the_sessions_id(till: Till) -> None:
    """The one id that the shop has kept."""
    session = till.approved()
    till.complete(session)
    till.capture(session)


def asks_for_ever(till: Till) -> None:
    """A job takes every order that is not final; a session that is gone never is."""
    for _ in range(12):
        assert till.read_session(NOBODY).status == 404
        till.advance(HOUR)


def sends_sen(till: Till) -> None:
    """Two decimals, whatever the currency."""
    till.send("POST", "/checkoutSessions", order(amount=price("500.50", "JPY")))


def polls_without_a_pause(till: Till) -> None:
    """While not decided: ask."""
    done = till.completed(order(canHandlePendingAuthorization=True), PENDING_CARD)
    for _ in range(25):
        till.read_charge(done["chargeId"])


def never_charges_the_repaired_card(till: Till) -> None:
    """The buyer chooses another card, the shop sees it, and that is that."""
    permission = till.completed(_confirmed())["chargePermissionId"]
    assert till.charge(permission, simulation_code="HardDeclined").status == 422
    till.buyer("fixes_payment_method", permission)
    assert till.read_permission(permission).state == "Chargeable"
    till.advance(HOUR)


# --- what is sent again


def has_one_key_for_an_order(till: Till) -> None:
    """The order's number is the key; the second refund has it too."""
    charge = till.completed(order("AuthorizeWithCapture"))["chargeId"]
    till.refund(charge, price("10.00"), key="order-17")
    till.refund(charge, price("5.00"), key="order-17")


def has_one_key_for_all_calls(till: Till) -> None:
    """The same key for the charge and its capture."""
    permission = till.completed(_confirmed())["chargePermissionId"]
    charge = till.charge(permission, key="order-18")["chargeId"]
    till.capture(charge, price("10.00"), key="order-18")


def charges_again_after_a_lost_answer(till: Till) -> None:
    """A time-out is a failure, and after a failure one tries again."""
    permission = till.completed(_confirmed())["chargePermissionId"]
    till.fate = ["lost"]
    try:
        till.charge(permission)
    except Lost:
        till.charge(permission)


def refunds_again_after_a_503(till: Till) -> None:
    """Makes a key in the function that sends."""
    charge = till.completed(order("AuthorizeWithCapture"))["chargeId"]
    till.fate = ["busy"]
    while till.refund(charge, price("10.00")).status == 503:
        pass


def captures_again_after_a_lost_answer(till: Till) -> None:
    """The same with a capture; it is refused, and the order is stuck."""
    charge = till.completed()["chargeId"]
    till.fate = ["lost"]
    try:
        till.capture(charge)
    except Lost:
        till.capture(charge)


# --- answers that are not final


def captures_what_is_pending(till: Till) -> None:
    """202 is a 2xx, so the money is there."""
    till.capture(till.completed(order(canHandlePendingAuthorization=True), PENDING_CARD)["chargeId"])


def refunds_a_capture_that_is_pending(till: Till) -> None:
    """Captured is what was asked for, so captured it is."""
    charge = till.completed()["chargeId"]
    body = {"captureAmount": price()}
    answer = till.send("POST", f"/charges/{charge}/capture", body, simulation_code="CaptureInitiated")
    assert answer.state == "CaptureInitiated"
    till.refund(charge)


def takes_pending_for_paid(till: Till) -> None:
    """The order is paid; nobody ever asks again."""
    till.completed(order(canHandlePendingAuthorization=True), PENDING_CARD)
    till.advance(2 * HOUR)


def ships_what_is_pending(till: Till) -> None:
    """The parcel leaves with the order."""
    done = till.completed(order(canHandlePendingAuthorization=True), PENDING_CARD)
    till.delivered(done["chargePermissionId"])
    till.advance(60)
    till.read_charge(done["chargeId"])


def ships_what_is_canceled(till: Till) -> None:
    """The warehouse does not hear of it."""
    done = till.completed()
    till.cancel(done["chargeId"])
    till.delivered(done["chargePermissionId"])


def repeats_a_soft_decline(till: Till) -> None:
    """Another try is the same request."""
    permission = till.completed(_confirmed())["chargePermissionId"]
    for _ in range(2):
        till.charge(permission, key="cycle-1", simulation_code="SoftDeclined")


def insists_on_a_hard_decline(till: Till) -> None:
    """Every night, until it works."""
    permission = till.completed(_confirmed())["chargePermissionId"]
    for _ in range(5):
        till.charge(permission, simulation_code="HardDeclined")
        till.advance(24 * HOUR)


# --- on the wire, as of any client


def _changed(change: Callable[[Request], Request]) -> Shop:
    def shop(till: Till) -> None:
        till.change = change
        till.send("POST", "/checkoutSessions", order())

    return shop


def _with(name: str, value: str) -> Shop:
    return _changed(lambda request: replace(request, headers=request.headers.with_value(name, value)))


def _without(name: str) -> Shop:
    return _changed(lambda request: replace(request, headers=request.headers.without(name)))


def keys_are_uuids_with_dashes(till: Till) -> None:
    """36 characters."""
    till.send("POST", "/checkoutSessions", order(), key=str(uuid.uuid4()))


def has_a_field_of_its_own(till: Till) -> None:
    """Something that the service does not know."""
    till.send("POST", "/checkoutSessions", {**order(), "orderNumber": 17})


def calls_what_is_not_there(till: Till) -> None:
    """A path of another version's."""
    till.send("GET", "/orderReferences/S01-0000000-0000000")


def simulates_in_production(till: Till) -> None:
    """A line that was there for a test."""
    session = till.approved()
    till.send(
        "POST", f"/checkoutSessions/{session}/complete", {"chargeAmount": price()}, simulation_code="Declined"
    )


def puts_a_payload_of_version_1(till: Till) -> None:
    """A button that was signed once, years ago."""
    body = order()
    till.press({"storeId": body["storeId"], "webCheckoutDetail": body["webCheckoutDetails"]})


def signs_in_to_nowhere(till: Till) -> None:
    """The field is called otherwise than that of a checkout."""
    body = order()
    till.press({"storeId": body["storeId"], "returnUrl": "https://shop.example/hello"}, product="SignIn")


def ships_to_nowhere(till: Till) -> None:
    """The shop was a shop of downloads."""
    till.press(
        {
            "storeId": order()["storeId"],
            "webCheckoutDetails": {
                "checkoutMode": "ProcessOrder",
                "checkoutResultReturnUrl": "https://shop.example/paid",
            },
            "paymentDetails": {
                "paymentIntent": "Confirm",
                "chargeAmount": {"amount": "1.00", "currencyCode": "USD"},
            },
        }
    )


def forgets_the_sandbox(till: Till) -> None:
    """The page was copied from the live shop."""
    till.press(_BUTTON, CLASSIC_KEY, sandbox=False)


_BUTTON: Final = {name: order()[name] for name in ("storeId", "webCheckoutDetails")}


def _confirmed() -> dict[str, Any]:
    return {**order("Confirm"), **MONTHLY}


# fmt: off
FAULTS: Final[tuple[Fault, ...]] = (
    Fault("updates-a-canceled-session",       ("ORD-001",), "His job fails on every canceled order.", updates_a_canceled_session, "Canceled"),
    Fault("completes-a-canceled-session",     ("ORD-001",), "Canceled orders look like failed payments.", completes_a_canceled_session, "Canceled"),
    Fault("charges-a-closed-permission",      ("ORD-002",), "A subscriber who has left gets mail about failed payments.", charges_a_closed_permission, "Closed"),
    Fault("closes-a-permission-twice",        ("ORD-002",), "An error where all is well.", closes_a_permission_twice, "MerchantClosed"),
    Fault("captures-twice",                   ("ORD-003",), "An order that is paid looks as if its payment failed.", captures_twice, "told Captured", ticket="api-facts §6.3b"),
    Fault("captures-a-canceled-charge",       ("ORD-003",), "Goods leave that nobody will pay for.", captures_a_canceled_charge, "told Canceled"),
    Fault("cancels-a-captured-charge",        ("ORD-003",), "The buyer does not get his money back.", cancels_a_captured_charge, "told Captured"),
    Fault("refunds-what-is-not-captured",     ("ORD-003",), "The buyer's money stays blocked for 30 days.", refunds_what_is_not_captured, "told Authorized"),
    Fault("captures-a-declined-charge",       ("ORD-003",), "Goods leave that nobody will pay for.", captures_a_declined_charge, "Declined/HardDeclined", ticket="woocommerce-gateway-amazon-pay #5"),
    Fault("completes-on-every-load",          ("ORD-004",), "Errors in his log, and a step away from the next row.", completes_on_every_load, "told Completed"),
    Fault("completes-at-once",                ("ORD-005",), "No order is ever completed.", completes_at_once, "amazonPayRedirectUrl"),
    Fault("cancels-when-complete-is-refused", ("ORD-006",), "A paid order is canceled.", cancels_when_complete_is_refused, "is Completed", ticket="amazon-payments-magento-2-plugin #1280"),
    Fault("refunds-after-a-second-complete",  ("ORD-004", "ORD-006"), "A paid order is paid back.", refunds_after_a_second_complete, "is Completed", ticket="amazon-payments-magento-2-plugin #1297", why="the second Complete comes first"),
    Fault("closes-after-a-second-complete",   ("ORD-004", "ORD-006"), "A paid order can never be charged.", closes_after_a_second_complete, "is Completed", ticket="amazon-payments-magento-2-plugin #943", why="the second Complete comes first"),
    Fault("completes-with-another-amount",    ("ORD-007",), "Every order with a voucher fails.", completes_with_another_amount, "100.00 USD"),
    Fault("completes-without-the-total",      ("ORD-007",), "No split order can be completed.", completes_without_the_total, "300.00 USD"),
    Fault("captures-more-than-authorized",    ("ORD-008",), "The parcel is sent, the capture refused.", captures_more_than_authorized, "104.90 USD"),
    Fault("refunds-too-much",                 ("ORD-009",), "The buyer was promised what he does not get.", refunds_too_much, "115.01 USD"),
    Fault("refunds-without-a-decimal-point",  ("ORD-009",), "A refund of 20.00 asks for 2000.", refunds_without_a_decimal_point, "2000 USD"),
    Fault("charges-more-than-the-order",      ("ORD-010",), "The rest of the order is never paid.", charges_more_than_the_order, "limit is 100.00 USD"),
    Fault("captures-in-another-currency",     ("ORD-011",), "Foreign orders are never captured.", captures_in_another_currency, "GBP", region="eu"),
    Fault("charges-in-another-currency",      ("ORD-011",), "Foreign orders are never charged.", charges_in_another_currency, "GBP", region="eu"),
    Fault("refunds-with-the-permissions-id",  ("BDY-003", "ORD-012"), "No refund ever works.", refunds_with_the_permissions_id, "charge permission", ticket="amazon-payments-magento-plugin #149", why="the schema knows the form of a charge's id"),
    Fault("captures-with-the-sessions-id",    ("ORD-012",), "No capture ever works.", captures_with_the_sessions_id, "checkout session"),
    Fault("asks-for-ever",                    ("ORD-013",), "A job that gets slower with every order that was left.", asks_for_ever, "404", ticket="amazon-payments-magento-2-plugin #1300"),
    Fault("polls-without-a-pause",            ("ORD-014",), "He is throttled, and so are his other calls.", polls_without_a_pause, "20 reads"),
    Fault("never-completes",                  ("ORD-015",), "He is never paid.", never_completes, "no Complete", ticket="amazon-pay-api-sdk-php #6"),
    Fault("never-charges-the-repaired-card",  ("ORD-016",), "A subscriber who wants to pay is not charged.", never_charges_the_repaired_card, "Chargeable", ticket="amazon-payments-magento-plugin #158"),
    Fault("has-one-key-for-an-order",         ("IDK-006",), "The second refund is refused.", has_one_key_for_an_order, "another body"),
    Fault("has-one-key-for-all-calls",        ("IDK-006",), "The capture is refused.", has_one_key_for_all_calls, "another operation"),
    Fault("charges-again-after-a-lost-answer", ("DUP-001",), "The buyer pays twice.", charges_again_after_a_lost_answer, "no answer"),
    Fault("refunds-again-after-a-503",        ("DUP-001",), "The buyer may be paid back twice.", refunds_again_after_a_503, "503"),
    Fault("captures-again-after-a-lost-answer", ("DUP-001",), "A paid order looks unpaid.", captures_again_after_a_lost_answer, "no answer"),
    Fault("captures-what-is-pending",         ("INT-001",), "An order fails that would have been authorized a minute later.", captures_what_is_pending, "AuthorizationInitiated"),
    Fault("refunds-a-capture-that-is-pending", ("INT-001",), "The refund is refused, and nobody tries again.", refunds_a_capture_that_is_pending, "CaptureInitiated"),
    Fault("takes-pending-for-paid",           ("INT-002",), "Goods leave for an authorization that is declined.", takes_pending_for_paid, "nobody asked"),
    Fault("ships-what-is-pending",            ("INT-003",), "Goods leave for an authorization that is declined.", ships_what_is_pending, "AuthorizationInitiated"),
    Fault("ships-what-is-canceled",           ("INT-003",), "Goods leave that nobody will pay for.", ships_what_is_canceled, "Canceled"),
    Fault("repeats-a-soft-decline",           ("INT-004",), "The second try only reads the first answer again.", repeats_a_soft_decline, "SoftDeclined"),
    Fault("insists-on-a-hard-decline",        ("INT-005",), "The buyer's bank takes him for a fraud.", insists_on_a_hard_decline, "HardDeclined"),
    Fault("a-payload-of-version-1",           ("BTN-005",), "Amazon's page shows an error in place of the checkout.", puts_a_payload_of_version_1, "webCheckoutDetail", ticket="amazon-pay-api-sdk-php #18"),
    Fault("a-button-of-the-live-environment", ("BTN-006",), "His test charges a buyer, or fails.", forgets_the_sandbox, "live environment"),
    Fault("signs-in-to-nowhere",              ("BTN-005",), "Amazon's page shows an error in place of the sign-in.", signs_in_to_nowhere, "signInReturnUrl"),
    Fault("ships-to-nowhere",                 ("BTN-007",), "No order by the additional button is ever placed.", ships_to_nowhere, "addressDetails"),
    Fault("keys-with-dashes",                 ("IDK-002",), "Every charge is refused.", keys_are_uuids_with_dashes, "36 characters"),
    Fault("no-key",                           ("IDK-001",), "Every session is refused.", _without("x-amz-pay-idempotency-key"), "no such header"),
    Fault("no-date",                          ("HDR-001",), "Every call is refused.", _without("x-amz-pay-date"), "x-amz-pay-date"),
    Fault("plain-text",                       ("HDR-005",), "Every call is refused.", _with("content-type", "text/plain"), "text/plain"),
    Fault("another-region",                   ("HDR-008",), "His calls may go to the wrong place.", _with("x-amz-pay-region", "jp"), "jp"),
    Fault("simulates-in-production",          ("HDR-014",), "Real orders are refused, or the call is.", simulates_in_production, "outside the sandbox", key_id=LIVE_KEY_ID),
    Fault("a-field-of-its-own",               ("BDY-003",), "Every session is refused.", has_a_field_of_its_own, "orderNumber"),
    Fault("sends-sen",                        ("BDY-010",), "No order in yen is ever placed.", sends_sen, "500.50", region="jp"),
    Fault("a-path-that-is-not-there",         ("URL-001",), "The call never works.", calls_what_is_not_there, "orderReferences"),
)
# fmt: on
"""The catalogue, in the order of the requirements."""
