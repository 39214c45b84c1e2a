"""Shops that are right, each in another way: none is found wrong."""

from __future__ import annotations

from typing import Final

from amazonpay_conformance.mutants.integration_faults import MONTHLY
from amazonpay_conformance.mutants.integration_seams import (
    CLASSIC_KEY,
    HOUR,
    PENDING_CARD,
    Lost,
    Till,
    Variation,
    order,
    price,
)

DAY: Final = 24 * HOUR


def captures_on_dispatch(till: Till) -> None:
    """Authorize at checkout, capture when the parcel leaves."""
    done = till.completed()
    till.advance(2 * DAY)
    assert till.capture(done["chargeId"]).state == "Captured"
    till.delivered(done["chargePermissionId"])


def captures_at_once(till: Till) -> None:
    """Authorize and capture with Complete, and pay a part back twice."""
    charge = till.completed(order("AuthorizeWithCapture"))["chargeId"]
    till.refund(charge, price("10.00"))
    till.refund(charge, price("10.00"))


_HOME = "https://shop.example/home"


def shows_buttons(till: Till) -> None:
    """A button for each key, one to sign in with, one that places an order; and one that is not set up to the end."""
    body = order()
    button = {"storeId": body["storeId"], "webCheckoutDetails": body["webCheckoutDetails"], "scopes": None}
    till.press(button)
    till.press(button, CLASSIC_KEY)
    till.press(body)
    till.press({"storeId": body["storeId"], "signInReturnUrl": _HOME}, product="SignIn")
    placed = {
        **button,
        "webCheckoutDetails": {"checkoutMode": "ProcessOrder", "checkoutResultReturnUrl": _HOME},
        "paymentDetails": body["paymentDetails"],
    }
    till.press({**placed, "addressDetails": {"name": "Jane Doe", "phoneNumber": "0"}})
    till.press(placed, product="PayOnly")
    till.completed()


def waits_for_the_decision(till: Till) -> None:
    """Pending at first; asks until it is decided, then captures."""
    charge = till.completed(order(canHandlePendingAuthorization=True), PENDING_CARD)["chargeId"]
    while till.read_charge(charge).state == "AuthorizationInitiated":
        till.advance(20)
    assert till.capture(charge).status == 200


def captures_late(till: Till) -> None:
    """After seven days a capture takes its time; it is asked for, and then paid back in part."""
    charge = till.completed()["chargeId"]
    till.advance(8 * DAY)
    assert till.capture(charge).state == "CaptureInitiated"
    till.advance(HOUR)
    assert till.read_charge(charge).state == "Captured"
    till.refund(charge, price("15.00"))


def reads_before_it_completes(till: Till) -> None:
    """The buyer reloads: the session is read first, and is Completed."""
    session = till.approved()
    for _ in range(2):
        if till.read_session(session).state == "Open":
            till.complete(session)


def reads_after_a_refused_complete(till: Till) -> None:
    """Completes on every load, and looks what is the matter when it is refused."""
    session = till.approved()
    till.complete(session)
    if till.complete(session).status == 422:
        assert till.read_session(session).state == "Completed"


def refunds_days_after_a_second_complete(till: Till) -> None:
    """The same, and the buyer sends the goods back."""
    session = till.approved(order("AuthorizeWithCapture"))
    charge = till.complete(session)["chargeId"]
    till.complete(session)
    till.advance(3 * DAY)
    till.refund(charge)


def repeats_a_lost_complete(till: Till) -> None:
    """No answer: once more, refused; reads, and goes on with what it finds."""
    session = till.approved()
    till.fate = ["lost"]
    try:
        till.complete(session)
    except Lost:
        assert till.complete(session).status == 422
    till.capture(till.read_session(session)["chargeId"])


def completes_in_vain(till: Till) -> None:
    """The buyer comes back without having paid, and later with."""
    session = till.opened()
    till.buyer("signs_in", session)
    till.read_session(session)
    assert till.complete(session).status == 422
    till.buyer("approves", session)
    assert till.complete(session).status == 200


def gives_up_a_canceled_session(till: Till) -> None:
    """Complete is refused, the reason read, the order canceled in the shop."""
    session = till.opened()
    till.buyer("signs_in", session)
    till.read_session(session)
    till.buyer("cancels", session)
    assert till.complete(session).status >= 400
    assert till.read_session(session).state == "Canceled"


def gives_up_what_is_gone(till: Till) -> None:
    """Two tries, then the order is final."""
    for _ in range(2):
        till.read_session("00000000-0000-4000-8000-000000000000")


def splits_an_order(till: Till) -> None:
    """Two parcels, two charges, together the total; each captured on its own."""
    body = order(amount=price("60.00"), totalOrderAmount=price("100.00"))
    session = till.approved(body)
    amounts = {"chargeAmount": price("60.00"), "totalOrderAmount": price("100.00")}
    done = till.send("POST", f"/checkoutSessions/{session}/complete", amounts)
    till.capture(done["chargeId"], price("60.00"))
    second = till.charge(done["chargePermissionId"], "40.00")
    till.capture(second["chargeId"], price("40.00"))


def raises_the_price(till: Till) -> None:
    """Updates the session twice, and completes with what it set last."""
    session = till.opened()
    till.buyer("signs_in", session)
    for amount in ("110.00", "120.00"):
        till.send(
            "PATCH", f"/checkoutSessions/{session}", {"paymentDetails": {"chargeAmount": price(amount)}}
        )
    till.buyer("approves", session)
    till.complete(session, price("120.00"))


def charges_every_month(till: Till) -> None:
    """A subscription: the same amount each month, a new key each time, closed in the end."""
    permission = till.completed({**order("Confirm"), **MONTHLY})["chargePermissionId"]
    for _ in range(3):
        till.charge(permission, fields={"captureNow": True})
        till.advance(31 * DAY)
    till.close(permission)


def charges_a_saved_wallet(till: Till) -> None:
    """A wallet is set up, and charged twice for the same amount, on purpose."""
    body = {
        **order("Confirm"),
        "chargePermissionType": "PaymentMethodOnFile",
        "paymentMethodOnFileMetadata": {"setupOnly": True},
    }
    session = till.approved(body)
    done = till.send("POST", f"/checkoutSessions/{session}/complete", {})
    for _ in range(2):
        till.charge(done["chargePermissionId"], fields={"captureNow": True, "chargeInitiator": "CITU"})


def repeats_with_the_same_key(till: Till) -> None:
    """Lost and refused answers are asked for again with the key they had."""
    permission = till.completed({**order("Confirm"), **MONTHLY})["chargePermissionId"]
    body = {"chargePermissionId": permission, "chargeAmount": price("10.00")}
    for fate in (["lost"], ["busy", "busy"], ["lost", "busy"]):
        till.fate = fate
        assert till.retried("POST", "/charges", body).status == 201


def looks_before_it_charges_again(till: Till) -> None:
    """No answer to a capture: reads the charge, and captures anew only if nothing was."""
    charge = till.completed()["chargeId"]
    till.fate = ["busy"]
    till.capture(charge)
    if till.read_charge(charge).state == "Authorized":
        till.capture(charge)


def tries_a_soft_decline_again(till: Till) -> None:
    """With a new key, once the permission was read."""
    permission = till.completed({**order("Confirm"), **MONTHLY})["chargePermissionId"]
    till.charge(permission, simulation_code="SoftDeclined")
    assert till.read_permission(permission).state == "Chargeable"
    assert till.charge(permission).status == 201


def charges_the_repaired_card(till: Till) -> None:
    """A hard decline; the buyer chooses another card; another charge."""
    permission = till.completed({**order("Confirm"), **MONTHLY})["chargePermissionId"]
    till.charge(permission, simulation_code="HardDeclined")
    till.read_permission(permission)
    till.buyer("fixes_payment_method", permission)
    assert till.read_permission(permission).state == "Chargeable"
    assert till.charge(permission).status == 201
    till.advance(HOUR)


def cancels_what_pends(till: Till) -> None:
    """The buyer changes his mind before the authorization is decided."""
    done = till.completed(order(canHandlePendingAuthorization=True), PENDING_CARD)
    assert till.cancel(done["chargeId"]).state == "Canceled"


def tries_a_hard_decline_once_more(till: Till) -> None:
    """And then asks the buyer."""
    permission = till.completed({**order("Confirm"), **MONTHLY})["chargePermissionId"]
    for _ in range(2):
        till.charge(permission, simulation_code="HardDeclined")


def cancels_an_order(till: Till) -> None:
    """Out of stock: the charge is canceled, the permission closed."""
    done = till.completed()
    till.cancel(done["chargeId"])
    till.close(done["chargePermissionId"])


def authorizes_anew(till: Till) -> None:
    """The first authorization ran out unseen; the second is captured."""
    done = till.completed()
    till.advance(31 * DAY)
    assert till.read_charge(done["chargeId"]).state == "Canceled"
    again = till.charge(done["chargePermissionId"], "100.00")
    till.capture(again["chargeId"])


def captures_what_has_run_out(till: Till) -> None:
    """It could not know: the last it saw was Authorized."""
    done = till.completed()
    till.advance(31 * DAY)
    assert till.capture(done["chargeId"]).status == 422


def leaves_an_authorization(till: Till) -> None:
    """Neither captured nor canceled: it runs out by itself."""
    till.completed()
    till.advance(40 * DAY)


def leaves_a_buyer(till: Till) -> None:
    """The buyer never comes back from Amazon."""
    session = till.opened()
    till.buyer("signs_in", session)
    till.read_session(session)
    till.advance(2 * DAY)
    assert till.read_session(session).state == "Canceled"


def pays_in_yen(till: Till) -> None:
    """No decimals."""
    charge = till.completed(order("AuthorizeWithCapture", price("500", "JPY")))["chargeId"]
    till.refund(charge, price("500", "JPY"))


VARIATIONS: Final[tuple[Variation, ...]] = (
    *(
        Variation(shop.__name__.replace("_", "-"), shop)
        for shop in (
            captures_on_dispatch,
            captures_at_once,
            shows_buttons,
            waits_for_the_decision,
            captures_late,
            reads_before_it_completes,
            repeats_a_lost_complete,
            completes_in_vain,
            gives_up_a_canceled_session,
            gives_up_what_is_gone,
            splits_an_order,
            raises_the_price,
            charges_every_month,
            charges_a_saved_wallet,
            repeats_with_the_same_key,
            looks_before_it_charges_again,
            tries_a_soft_decline_again,
            charges_the_repaired_card,
            cancels_what_pends,
            tries_a_hard_decline_once_more,
            cancels_an_order,
            authorizes_anew,
            captures_what_has_run_out,
            leaves_an_authorization,
            leaves_a_buyer,
        )
    ),
    Variation("reads-after-a-refused-complete", reads_after_a_refused_complete, ("ORD-004",)),
    Variation("refunds-days-after-a-second-complete", refunds_days_after_a_second_complete, ("ORD-004",)),
    Variation("pays-in-yen", pays_in_yen, region="jp"),
)
