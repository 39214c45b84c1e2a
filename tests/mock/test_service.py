"""The mock answers signed requests as the documentation says: status, reason, every key of every object."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.mock.clock import Clock
from amazonpay_conformance.mock.service import ImpossibleAct, Service
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.switches import Settings
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.wire.keys import generate_private_key
from amazonpay_conformance.wire.messages import Headers, Request, Response
from amazonpay_conformance.wire.signing import sign
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mock_shop import ADDRESS, KEY_ID, MONTHLY, V2, Body, Shop, order, price, private_key, signed

DAY = 86_400
UNKNOWN = "S01-0000000-0000000"


def refusal(response: Response) -> tuple[int, str]:
    """Status and reason of a refusal, whose body has the documented form and nothing else."""
    body = response.json()
    assert schemas.is_valid("objects/error", body)
    assert set(body) == {"reasonCode", "message"}
    assert body["message"]
    return response.status, body["reasonCode"]


def state(body: Body) -> str:
    """The state that a body shows."""
    found: str = body["statusDetails"]["state"]
    return found


# --- the way of a payment


def test_a_payment_from_session_to_refund(shop: Shop) -> None:
    session = shop.opened(order("Authorize"))
    assert state(shop.read(f"/checkoutSessions/{session}")) == "Open"
    shop.service.buyer("signs_in", session)
    shop.service.buyer("approves", session)
    completed = shop.send("POST", f"/checkoutSessions/{session}/complete", {"chargeAmount": price()})
    assert (completed.status, state(completed.json())) == (200, "Completed")
    permission, charge = completed.json()["chargePermissionId"], completed.json()["chargeId"]
    assert state(shop.read(f"/chargePermissions/{permission}")) == "NonChargeable"
    assert state(shop.read(f"/charges/{charge}")) == "Authorized"

    captured = shop.send("POST", f"/charges/{charge}/capture", {"captureAmount": price()})
    assert (captured.status, captured.json()["captureAmount"]) == (200, price())
    assert captured.json()["refundedAmount"] == price("0.00")
    refund = {"chargeId": charge, "refundAmount": price("40.00")}
    refunded = shop.send("POST", "/refunds", refund)
    assert (refunded.status, state(refunded.json())) == (201, "RefundInitiated")
    shop.service.advance(30)
    assert state(shop.read(f"/refunds/{refunded.json()['refundId']}")) == "Refunded"
    assert shop.read(f"/charges/{charge}")["refundedAmount"] == price("40.00")
    assert state(shop.read(f"/chargePermissions/{permission}")) == "Closed"


def test_a_pending_authorization_answers_202(shop: Shop) -> None:
    done = shop.completed(order(canHandlePendingAuthorization=True), "0701")
    assert state(shop.read(f"/charges/{done['chargeId']}")) == "AuthorizationInitiated"
    shop.service.advance(30)
    assert state(shop.read(f"/charges/{done['chargeId']}")) == "Authorized"


def test_closing_and_cancelling_are_deletes_with_a_body(shop: Shop) -> None:
    done = shop.completed()
    cancel = shop.send("DELETE", f"/charges/{done['chargeId']}/cancel", {"cancellationReason": "x"})
    assert (cancel.status, state(cancel.json())) == (200, "Canceled")
    assert cancel.json()["statusDetails"]["reasonCode"] == "MerchantCanceled"
    path = f"/chargePermissions/{done['chargePermissionId']}/close"
    close = shop.send("DELETE", path, {"closureReason": "x"})
    assert (close.status, state(close.json())) == (200, "Closed")
    (reason,) = close.json()["statusDetails"]["reasons"]
    assert reason["reasonCode"] == "MerchantClosed"


def test_a_session_shows_its_constraints_and_then_where_to_send_the_buyer(shop: Shop) -> None:
    bare = {name: value for name, value in order().items() if name != "paymentDetails"}
    session = shop.opened(bare)
    body = shop.read(f"/checkoutSessions/{session}")
    assert [c["constraintId"] for c in body["constraints"]] == [
        "BuyerNotAssociated",
        "ChargeAmountNotSet",
        "PaymentIntentNotSet",
    ]
    assert body["constraints"][1]["description"] == "chargeAmount is not set."
    assert body["webCheckoutDetails"]["amazonPayRedirectUrl"] is None
    assert (body["productType"], body["buyer"], body["paymentPreferences"]) == (None, None, [None])

    shop.service.buyer("signs_in", session)
    details = {"paymentDetails": order()["paymentDetails"]}
    body = shop.send("PATCH", f"/checkoutSessions/{session}", details).json()
    assert body["constraints"] == []
    assert body["webCheckoutDetails"]["amazonPayRedirectUrl"].startswith("https://")
    assert body["productType"] == "PayAndShip"
    assert body["buyer"]["email"].endswith("example.com")


def test_a_completed_session_is_nearly_all_null(shop: Shop) -> None:
    body = shop.completed()
    assert {name for name, value in body.items() if value is None} >= {
        *("webCheckoutDetails", "productType", "paymentDetails", "chargePermissionType"),
        *("recurringMetadata", "merchantMetadata", "supplementaryData", "buyer", "billingAddress"),
        *("paymentPreferences", "shippingAddress", "platformId"),
    }


def test_finalize_answers_with_the_cart_as_well(shop: Shop) -> None:
    session = shop.approved()
    body = {"chargeAmount": price(), "paymentIntent": "Authorize", "shippingAddress": ADDRESS}
    answer = shop.send("POST", f"/checkoutSessions/{session}/finalize", body)
    assert answer.status == 200
    assert set(answer.json()) - set(shop.read(f"/checkoutSessions/{session}")) == {"cartDetails"}


@pytest.mark.parametrize("code", ["BuyerCanceled", "AuthorizationInitiated", "NoSuchSimulation"])
def test_a_simulation_where_none_is_known_does_no_harm(shop: Shop, code: str) -> None:
    session = shop.approved()
    body = {"chargeAmount": price(), "paymentIntent": "Authorize", "shippingAddress": ADDRESS}
    headers = {"x-amz-pay-simulation-code": code}
    assert shop.send("POST", f"/checkoutSessions/{session}/finalize", body, headers=headers).status == 200


def test_objects_show_their_lifetimes(shop: Shop) -> None:
    shop = Shop(Service(shop.service.merchant, clock=Clock(frozen=True, start=1_700_000_000)))
    session = shop.read(f"/checkoutSessions/{shop.opened()}")
    assert (session["creationTimestamp"], session["expirationTimestamp"]) == (
        "20231114T221320Z",
        "20231115T221320Z",
    )
    charge = shop.read(f"/charges/{shop.completed()['chargeId']}")
    assert charge["expirationTimestamp"] == "20231214T221320Z"  # 30 days


def test_a_soft_descriptor_comes_back_with_amazons_prefix(shop: Shop) -> None:
    charge = shop.read(
        f"/charges/{shop.completed(order('AuthorizeWithCapture', softDescriptor='Shop'))['chargeId']}"
    )
    assert charge["softDescriptor"] == "AMZ*Shop"


def test_a_charge_on_a_wallet_comes_back_with_its_way_back(shop: Shop) -> None:
    """§2.3, §5.3 [S]: where the buyer returns to who has to confirm it."""
    permission = shop.completed(order("Confirm"))["chargePermissionId"]
    body = {"chargePermissionId": permission, "chargeAmount": price("1.00")}
    assert shop.send("POST", "/charges", body).json()["webCheckoutDetails"] is None
    details = {"checkoutResultReturnUrl": "https://shop.example/confirmed"}
    charge = shop.send("POST", "/charges", {**body, "webCheckoutDetails": details}).json()
    assert shop.read(f"/charges/{charge['chargeId']}")["webCheckoutDetails"] == {
        **details,
        "amazonPayRedirectUrl": None,
    }


def test_amounts_in_yen_have_no_decimals() -> None:
    shop = Shop.open("jp")
    charge = shop.read(f"/charges/{shop.completed(order(amount=price('500', 'JPY')))['chargeId']}")
    assert charge["chargeAmount"] == price("500", "JPY")


@pytest.mark.parametrize("amount", [14, 14.0, "14", "14.0"])
def test_amounts_are_taken_as_they_come_and_answered_as_texts(shop: Shop, amount: Any) -> None:
    body = shop.read(
        f"/checkoutSessions/{shop.opened(order(amount={'amount': amount, 'currencyCode': 'USD'}))}"
    )
    assert body["paymentDetails"]["chargeAmount"] == price("14.00")


@pytest.mark.parametrize("value", [1, "1"])
@pytest.mark.parametrize("amount", [None, {"amount": 5, "currencyCode": "USD"}, price("5")])
def test_numbers_of_a_subscription_are_answered_as_texts(shop: Shop, value: Any, amount: Any) -> None:
    metadata = {"frequency": {"unit": "Month", "value": value}, "amount": amount}
    asked = {**order("Confirm"), **MONTHLY, "recurringMetadata": metadata}
    told = {"frequency": {"unit": "Month", "value": "1"}, "amount": price("5.00") if amount else None}
    assert shop.read(f"/checkoutSessions/{shop.opened(asked)}")["recurringMetadata"] == told
    permission = shop.read(f"/chargePermissions/{shop.completed(asked)['chargePermissionId']}")
    assert permission["recurringMetadata"] == told


def test_what_was_left_out_of_a_subscription_is_null(shop: Shop) -> None:
    body = shop.read(f"/checkoutSessions/{shop.opened({**order('Confirm'), **MONTHLY})}")
    assert body["recurringMetadata"] == {"frequency": {"unit": "Month", "value": "1"}, "amount": None}
    assert schemas.is_valid("objects/checkout-session", body)


def test_a_month_shows_its_cap_and_what_is_left_of_it(shop: Shop) -> None:
    done = shop.completed({**order("AuthorizeWithCapture"), **MONTHLY})
    limits = shop.read(f"/chargePermissions/{done['chargePermissionId']}")["limits"]
    assert limits == {"amountLimit": price("1000.00"), "amountBalance": price("900.00")}


# --- every state, every answer: the schemas


@settings(
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=20,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(data=st.data(), region=st.sampled_from(["na", "eu", "jp"]))
def test_every_answer_satisfies_its_schema_wherever_a_walk_leads(data: st.DataObject, region: str) -> None:
    shop = Shop.open(region)
    session = shop.approved(
        data.draw(bodies(region)), data.draw(st.sampled_from(["1111", "0701", "4354", None]))
    )
    paths = [f"/checkoutSessions/{session}"]
    for _ in range(data.draw(st.integers(1, 8))):
        act(data, shop, session, region)
        paths = [*paths, *found(shop)]
        for path in dict.fromkeys(paths):
            body = shop.read(path)
            name = {"checkout": "checkout-session", "chargePermissions": "charge-permission"}
            kind = path.split("/")[1]
            schema = name.get(kind.removesuffix("Sessions"), name.get(kind, kind.removesuffix("s")))
            schema = "error" if "reasonCode" in body else schema  # a session is deleted after 30 days
            assert schemas.violations(f"objects/{schema}", body) == ()


CURRENCIES = {"na": "USD", "eu": "EUR", "jp": "JPY"}


def bodies(region: str) -> st.SearchStrategy[Body]:
    """Bodies of Create Checkout Session."""
    amount = price("10000", CURRENCIES[region])
    wallet = {
        "chargePermissionType": "PaymentMethodOnFile",
        "paymentMethodOnFileMetadata": {"setupOnly": False},
    }
    intents = st.sampled_from(["Confirm", "Authorize", "AuthorizeWithCapture"])
    more = st.sampled_from([{}, MONTHLY, wallet, {"supplementaryData": "ä"}, {"merchantMetadata": {}}])
    return st.builds(lambda intent, extra: {**order(intent, amount), **extra}, intents, more)


def act(data: st.DataObject, shop: Shop, session: str, region: str) -> None:
    """Do something, possibly refused; a refusal has the documented form."""
    currency = CURRENCIES[region]
    part = price(data.draw(st.sampled_from(["1", "100", "10000", "10001"])), currency)
    world = shop.service.world
    charge = data.draw(st.sampled_from([*world.charges, f"{UNKNOWN}-C000000"]))
    permission = data.draw(st.sampled_from([*world.permissions, UNKNOWN]))
    create = {"chargePermissionId": permission, "chargeAmount": part}
    calls: list[tuple[str, str, Body]] = [
        ("POST", f"/checkoutSessions/{session}/complete", {"chargeAmount": price("10000", currency)}),
        ("POST", "/charges", create),
        ("POST", "/charges", {**create, "captureNow": True}),
        ("POST", f"/charges/{charge}/capture", {"captureAmount": part}),
        ("DELETE", f"/charges/{charge}/cancel", {"cancellationReason": "x"}),
        ("POST", "/refunds", {"chargeId": charge, "refundAmount": part}),
        (
            "DELETE",
            f"/chargePermissions/{permission}/close",
            {"closureReason": "x", "cancelPendingCharges": True},
        ),
        ("PATCH", f"/chargePermissions/{permission}", {"merchantMetadata": {"noteToBuyer": "x"}}),
    ]
    shop.service.advance(data.draw(st.sampled_from([0, 0, 30, 8 * DAY, 31 * DAY])))
    answer = shop.send(*data.draw(st.sampled_from(calls)))
    if answer.status >= 400:
        refusal(answer)


def found(shop: Shop) -> list[str]:
    """The paths of all that a service has."""
    world = shop.service.world
    return [
        *(f"/chargePermissions/{name}" for name in world.permissions),
        *(f"/charges/{name}" for name in world.charges),
        *(f"/refunds/{name}" for name in world.refunds),
    ]


@pytest.mark.parametrize("refused", [False, True], ids=["good", "refused"])
def test_every_answer_carries_a_request_id_of_its_own_and_is_json(shop: Shop, refused: bool) -> None:
    path = "/checkoutSessions" + ("/x" if refused else "")
    answers = [shop.send("POST", path, order()) for _ in range(3)]
    ids = {answer.headers.get("x-amz-pay-request-id") for answer in answers}
    assert len(ids) == 3
    assert None not in ids
    assert {answer.headers.get("content-type") for answer in answers} == {"application/json"}


# --- ids: §3.0


@pytest.mark.parametrize(("region", "digits"), [("na", "01"), ("eu", "02"), ("jp", "03")])
def test_ids_have_the_documented_forms(region: str, digits: str) -> None:
    shop = Shop.open(region)
    currency = CURRENCIES[region]
    session = shop.approved(order("AuthorizeWithCapture", price("100", currency)))
    uuid = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    assert re.fullmatch(uuid, session)
    done = shop.send(
        "POST", f"/checkoutSessions/{session}/complete", {"chargeAmount": price("100", currency)}
    ).json()
    assert re.fullmatch(rf"S{digits}-\d{{7}}-\d{{7}}", done["chargePermissionId"])
    charge = done["chargeId"]
    assert re.fullmatch(rf"{done['chargePermissionId']}-C\d{{6}}", charge)
    refund = shop.send("POST", "/refunds", {"chargeId": charge, "refundAmount": price("1", currency)}).json()
    assert re.fullmatch(rf"{done['chargePermissionId']}-R\d{{6}}", refund["refundId"])


def test_a_later_charge_of_a_one_time_permission_begins_with_its_id(shop: Shop) -> None:
    permission = shop.completed(order("Confirm"))["chargePermissionId"]
    charge = shop.send(
        "POST", "/charges", {"chargePermissionId": permission, "chargeAmount": price("1.00")}
    ).json()
    assert charge["chargeId"].startswith(f"{permission}-C")


def test_charges_of_a_subscription_do_not_begin_with_its_id(shop: Shop) -> None:
    done = shop.completed({**order("AuthorizeWithCapture"), **MONTHLY})
    permission = done["chargePermissionId"]
    assert re.fullmatch(r"C01-\d{7}-\d{7}", permission)
    later = shop.send(
        "POST", "/charges", {"chargePermissionId": permission, "chargeAmount": price("1.00")}
    ).json()
    for charge in (done["chargeId"], later["chargeId"]):
        assert re.fullmatch(r"S01-\d{7}-\d{7}-C\d{6}", charge)
        assert not charge.startswith(permission)
        assert shop.read(f"/charges/{charge}")["chargePermissionId"] == permission


def test_ids_do_not_repeat_under_a_seeded_random(shop: Shop) -> None:
    """Hypothesis seeds `random` for every example."""
    import random

    made = set()
    for _ in range(3):
        random.seed(0)
        made.add(shop.opened())
    assert len(made) == 3


def test_an_id_that_is_taken_is_not_given_again(monkeypatch: pytest.MonkeyPatch, shop: Shop) -> None:
    done = shop.completed(order("Authorize", totalOrderAmount=price("300.00")))
    rolled = iter([done["chargeId"][-6:], "000001"])
    monkeypatch.setattr(
        "amazonpay_conformance.mock.ids.digits", lambda count: next(rolled) if count == 6 else "0" * count
    )
    body = {"chargePermissionId": done["chargePermissionId"], "chargeAmount": price("1.00")}
    charge = shop.send("POST", "/charges", body).json()["chargeId"]
    assert charge == f"{done['chargePermissionId']}-C000001"
    assert len(shop.service.world.charges) == 2


# --- what is wrong with a request as such: §7, §10


def test_a_bad_signature_is_refused_with_what_should_have_been_signed(shop: Shop) -> None:
    good = signed(shop.request("POST", "/v2/checkoutSessions", order()))
    answer = shop.service.handle(replace(good, body=good.body + b" "))
    assert refusal(answer) == (403, "InvalidRequestSignature")
    message = answer.json()["message"]
    assert message.startswith(f"Unable to verify signature, signing String [{V2}\n")
    assert "POST\n/v2/checkoutSessions\n" in message


def test_a_signature_of_another_key_is_refused(shop: Shop) -> None:
    request = signed(shop.request("GET", "/v2/charges/x"), key=generate_private_key())
    assert refusal(shop.service.handle(request)) == (403, "InvalidRequestSignature")


def test_an_unknown_key_id_is_refused(shop: Shop) -> None:
    request = signed(shop.request("POST", "/v2/checkoutSessions", order()), key_id="SANDBOX-NOBODY")
    assert refusal(shop.service.handle(request)) == (403, "InvalidRequestSignature")
    assert not shop.service.world.sessions


@pytest.mark.parametrize("algorithm", ["AMZN-PAY-RSASSA-PSS", "AMZN-PAY-RSASSA-PSS-V2"])
def test_both_algorithms_are_taken(shop: Shop, algorithm: str) -> None:
    bare = shop.request("POST", "/v2/checkoutSessions", order())
    request = sign(bare, key=private_key(), public_key_id=KEY_ID, algorithm=algorithm)
    assert shop.service.handle(request).status == 201


@pytest.mark.parametrize("name", ["x-amz-pay-date", "content-type", "x-amz-pay-idempotency-key"])
def test_a_missing_header_is_refused(shop: Shop, name: str) -> None:
    answer = shop.send("POST", "/checkoutSessions", order(), headers={name: None})
    assert refusal(answer) in {(400, "MissingHeader"), (400, "MissingHeaderValue")}
    assert not shop.service.world.sessions


def test_a_request_that_is_not_signed_is_refused(shop: Shop) -> None:
    status, reason = refusal(shop.service.handle(shop.request("GET", "/v2/charges/x")))
    assert (status, reason) in {
        (403, "InvalidRequestSignature"),
        (400, "MissingHeader"),
        (400, "MissingHeaderValue"),
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-amz-pay-date", "yesterday"),
        ("x-amz-pay-date", ""),
        ("x-amz-pay-date", "20261123T182658"),
        ("x-amz-pay-date", "2026-11-23T18:26:58.000Z"),
        ("content-type", "text/plain"),
        ("content-type", ""),
        ("x-amz-pay-idempotency-key", "with space"),
        ("x-amz-pay-idempotency-key", "x" * 33),
        ("x-amz-pay-idempotency-key", ""),
    ],
)
def test_an_ill_formed_header_is_refused(shop: Shop, name: str, value: str) -> None:
    answer = shop.send("POST", "/checkoutSessions", order(), headers={name: value})
    assert refusal(answer) == (400, "InvalidHeaderValue")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-amz-pay-date", "2026-11-23T18:26:58Z"),  # the Node SDK's form
        ("content-type", "application/json; charset=utf-8"),
        ("content-type", "Application/JSON"),
        ("x-amz-pay-idempotency-key", "A-z_0" * 6),
        ("x-amz-pay-region", "US"),
        ("accept", None),
    ],
)
def test_headers_are_taken_in_every_form_that_clients_send(shop: Shop, name: str, value: str | None) -> None:
    assert shop.send("POST", "/checkoutSessions", order(), headers={name: value}).status == 201


@pytest.mark.parametrize(
    "header", ["", "nonsense", f"{V2} PublicKeyId=x", "OTHER PublicKeyId=a, SignedHeaders=b, Signature=c"]
)
def test_an_authorization_header_that_is_none_is_refused(shop: Shop, header: str) -> None:
    request = shop.request("GET", "/v2/charges/x", headers={"authorization": header})
    status, _ = refusal(shop.service.handle(request))
    assert status in (400, 401, 403)


@pytest.mark.parametrize("body", [b"{", b"not json", b"\xff\xfe", b'{"a": }'])
def test_a_body_that_is_not_json_is_refused(shop: Shop, body: bytes) -> None:
    assert refusal(shop.send("POST", "/checkoutSessions", body)) == (400, "InvalidRequestFormat")


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"null", b"1"])
def test_a_body_that_is_no_object_is_refused(shop: Shop, body: bytes) -> None:
    status, _ = refusal(shop.send("POST", "/checkoutSessions", body))
    assert status == 400


def test_an_unknown_field_is_refused_by_its_name(shop: Shop) -> None:
    answer = shop.send("POST", "/checkoutSessions", {**order(), "colour": "red"})
    assert refusal(answer) == (400, "UnrecognizedField")
    assert answer.json()["message"] == "The field 'colour' is invalid for this API."


def test_a_missing_field_is_refused_by_its_name_whatever_else_is_wrong(shop: Shop) -> None:
    body = {name: value for name, value in order().items() if name != "storeId"}
    answer = shop.send("POST", "/checkoutSessions", {"colour": "red", **body})
    assert refusal(answer) == (400, "MissingParameterValue")
    assert answer.json()["message"] == "The value for [storeId] is missing."


def test_an_invalid_value_is_refused_by_its_name(shop: Shop) -> None:
    answer = shop.send("POST", "/checkoutSessions", order(intent="Later"))
    assert refusal(answer) == (400, "InvalidParameterValue")
    assert answer.json()["message"] == "The value provided for [paymentDetails.paymentIntent] is invalid."


def test_a_message_of_a_wrong_state_reads_as_the_services(shop: Shop) -> None:
    session = shop.opened()
    answer = shop.send("POST", f"/checkoutSessions/{session}/complete", {"chargeAmount": price()})
    assert refusal(answer) == (422, "InvalidCheckoutSessionStatus")
    assert answer.json()["message"].startswith("You tried to call an operation on a Checkout Session")


# --- where a request goes: §1


@pytest.mark.parametrize("prefix", ["", "/sandbox"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_paths_are_taken_with_and_without_environment_and_trailing_slash(
    shop: Shop, prefix: str, slash: str
) -> None:
    request = shop.request("POST", f"{prefix}/v2/checkoutSessions{slash}", order())
    assert shop.service.handle(signed(request)).status == 201


def test_the_slash_is_part_of_what_is_signed(shop: Shop) -> None:
    request = signed(shop.request("POST", "/v2/checkoutSessions/", order()))
    answer = shop.service.handle(replace(request, path="/v2/checkoutSessions"))
    assert refusal(answer) == (403, "InvalidRequestSignature")


@pytest.mark.parametrize("version", ["v1", "v3"])
def test_another_version_is_refused(shop: Shop, version: str) -> None:
    request = signed(shop.request("POST", f"/sandbox/{version}/checkoutSessions", order()))
    assert refusal(shop.service.handle(request)) == (400, "InvalidAPIVersion")


@pytest.mark.parametrize(
    "path", ["/", "", "*", "/v2", "/v2/", "/v2/orders", "/test/v2/charges", "/v2//charges"]
)
def test_an_unknown_path_is_not_found(shop: Shop, path: str) -> None:
    assert refusal(shop.service.handle(signed(shop.request("POST", path, {})))) == (404, "ResourceNotFound")


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/charges/a"), ("GET", "/charges"), ("HEAD", "/refunds/a")]
)
def test_a_wrong_method_is_refused(shop: Shop, method: str, path: str) -> None:
    status, reason = refusal(shop.send(method, path))
    assert status == 405
    assert reason in {"UnsupportedOperation", "RequestNotSupported"}


@pytest.mark.parametrize(
    "operation", [row for row in OPERATIONS.values() if row.target], ids=lambda row: row.id
)
def test_an_unknown_id_is_not_found(shop: Shop, operation: Any) -> None:
    bodies = {
        "close_charge_permission": {"closureReason": "x"},
        "capture_charge": {"captureAmount": price()},
        "cancel_charge": {"cancellationReason": "x"},
        "complete_checkout_session": {"chargeAmount": price()},
        "finalize_checkout_session": {"chargeAmount": price(), "paymentIntent": "Confirm"},
    }
    body = bodies.get(operation.id, {}) if operation.has_body else None
    answer = shop.send(operation.method, operation.path_for(UNKNOWN), body)
    assert refusal(answer) == (404, "ResourceNotFound")


# --- idempotency: §9


def test_a_repetition_gets_the_first_answer_to_the_byte(shop: Shop) -> None:
    done = shop.completed()
    capture = signed(
        shop.request("POST", f"/v2/charges/{done['chargeId']}/capture", {"captureAmount": price()})
    )
    first = shop.service.handle(capture)
    shop.send("POST", "/refunds", {"chargeId": done["chargeId"], "refundAmount": price("1.00")})
    again = shop.service.handle(capture)
    assert (again.status, again.body) == (first.status, first.body)
    assert shop.read(f"/charges/{done['chargeId']}") != again.json(), "a snapshot, not how it is now"
    assert again.headers.get("x-amz-pay-request-id") != first.headers.get("x-amz-pay-request-id")


def test_a_repetition_may_be_signed_anew_and_written_otherwise(shop: Shop) -> None:
    first = shop.send("POST", "/checkoutSessions", order(), key="k")
    spaced = json.dumps(order(), indent=2, sort_keys=True).encode()
    assert shop.send("POST", "/checkoutSessions", spaced, key="k").body == first.body
    assert len(shop.service.world.sessions) == 1


def test_a_key_is_not_used_for_another_request(shop: Shop) -> None:
    shop.send("POST", "/checkoutSessions", order(), key="k")
    answer = shop.send("POST", "/checkoutSessions", order("Confirm"), key="k")
    assert refusal(answer) == (400, "DuplicateIdempotencyKey")
    assert shop.send("POST", "/checkoutSessions", order(), key="k").status == 201


def test_after_a_refusal_the_answer_that_is_kept_is_the_one_that_was_given(shop: Shop) -> None:
    """Whether a refusal is stored is not said; the mock lets it be tried again, and keeps what came of it."""
    done = shop.completed(order(totalOrderAmount=price("150.00")))
    body = {"chargePermissionId": done["chargePermissionId"], "chargeAmount": price("100.00")}
    assert refusal(shop.send("POST", "/charges", body, key="k")) == (400, "TransactionAmountExceeded")
    shop.send("DELETE", f"/charges/{done['chargeId']}/cancel", {"cancellationReason": "x"})
    second = shop.send("POST", "/charges", body, key="k")
    assert second.status == 201
    assert shop.send("POST", "/charges", body, key="k").body == second.body


def test_keys_belong_to_one_merchant() -> None:
    one, other = Shop.open(), Shop.open()
    first = one.send("POST", "/checkoutSessions", order(), key="k")
    assert other.send("POST", "/checkoutSessions", order("Confirm"), key="k").status == 201
    assert first.status == 201


# --- simulations: §8.2


@pytest.mark.parametrize("code", ["SoftDeclined", "HardDeclined", "AmazonRejected", "TransactionTimedOut"])
def test_a_simulated_decline_is_refused_with_its_reason(shop: Shop, code: str) -> None:
    permission = shop.completed(order("Confirm"))["chargePermissionId"]
    body = {"chargePermissionId": permission, "chargeAmount": price("1.00")}
    headers = {"x-amz-pay-simulation-code": code}
    assert refusal(shop.send("POST", "/charges", body, headers=headers)) == (422, code)


def test_a_simulation_header_is_read_in_any_case(shop: Shop) -> None:
    session = shop.approved()
    headers = {"X-Amz-Pay-Simulation-Code": "Declined"}
    body = {"chargeAmount": price()}
    answer = shop.send("POST", f"/checkoutSessions/{session}/complete", body, headers=headers)
    assert refusal(answer) == (422, "CheckoutSessionCanceled")
    details = shop.read(f"/checkoutSessions/{session}")["statusDetails"]
    assert (details["state"], details["reasonCode"]) == ("Canceled", "Declined")


# --- the buyer and the clock


def test_the_buyer_cannot_do_what_is_not_possible(shop: Shop) -> None:
    session = shop.opened()
    with pytest.raises(ImpossibleAct, match="fixes_payment_method"):
        shop.service.buyer("fixes_payment_method", session)
    with pytest.raises(ImpossibleAct):
        shop.service.buyer("signs_in", "nowhere")
    with pytest.raises(ImpossibleAct):
        shop.service.buyer("signs_in", session, "9999")


def test_a_card_that_cancels_cancels_whoever_approves_with_it(shop: Shop) -> None:
    session = shop.approved(card="3064")
    details = shop.read(f"/checkoutSessions/{session}")["statusDetails"]
    assert (details["state"], details["reasonCode"]) == ("Canceled", "BuyerCanceled")


def test_the_clock_only_goes_forward(shop: Shop) -> None:
    with pytest.raises(ValueError, match="forward"):
        shop.service.advance(-1)


def test_a_clock_that_is_not_frozen_runs_from_where_it_was_set() -> None:
    clock = Clock(start=1_000)
    assert 1_000 <= clock.now() <= 1_060
    clock.advance(500)
    assert clock.now() >= 1_500


def test_time_that_passed_between_requests_is_caught_up_with(shop: Shop) -> None:
    session = shop.opened()
    shop.service.clock.advance(DAY)
    assert state(shop.read(f"/checkoutSessions/{session}")) == "Canceled"


# --- what is not enforced where nobody knows


def test_a_switch_that_is_off_lets_through(shop: Shop) -> None:
    lenient = Shop.open(settings=Settings.of({"update-after-approval": "accepted"}))
    for each, status in ((shop, 422), (lenient, 200)):
        session = each.approved()
        answer = each.send("PATCH", f"/checkoutSessions/{session}", {"supplementaryData": "x"})
        assert answer.status == status


def test_two_keys_of_one_merchant_both_serve(shop: Shop) -> None:
    other = generate_private_key()
    service = Service(Merchant({KEY_ID: private_key().public, "SANDBOX-OTHER": other.public}))
    request = Shop(service).request("POST", "/v2/checkoutSessions", order())
    assert service.handle(signed(request)).status == 201
    again = shop.request("POST", "/v2/checkoutSessions", order())
    assert service.handle(signed(again, key_id="SANDBOX-OTHER", key=other)).status == 201
    assert service.handle(signed(again, key_id="SANDBOX-OTHER")).status == 403


def test_a_request_without_anything_is_refused(shop: Shop) -> None:
    assert refusal(shop.service.handle(Request("", "", None, Headers(), b"")))[0] == 404
