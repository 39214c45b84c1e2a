"""The rules that a body alone can break, each at its edge; and the unknowns, which refuse nothing."""

from __future__ import annotations

from typing import Any

import pytest
from amazonpay_conformance import schemas

CREATE = "request-create-session"
CHARGE = "request-create-charge"
ANSWERED = "charge-captured-usd"
SESSION = "session-open-signed-in"
ADDRESS_LIMITS = {
    "name": 50, "addressLine1": 180, "addressLine2": 60, "addressLine3": 60, "city": 50, "county": 50,
    "district": 50, "stateOrRegion": 50, "postalCode": 20, "countryCode": 3, "phoneNumber": 20,
}  # fmt: skip

LIMITS = [
    (CREATE, "/paymentDetails/softDescriptor", 16),
    ("request-create-charge", "/softDescriptor", 16),
    ("request-capture-charge", "/softDescriptor", 16),
    ("request-create-refund", "/softDescriptor", 16),
    ("request-close-permission", "/closureReason", 255),
    *(
        (name, f"/merchantMetadata/{field}", limit)
        for name in (CREATE, "request-update-session", "request-update-permission")
        for field, limit in (
            ("merchantReferenceId", 256),
            ("merchantStoreName", 50),
            ("noteToBuyer", 255),
            ("customInformation", 4096),
        )
    ),
    *(("request-finalize-session", f"/shippingAddress/{field}", at) for field, at in ADDRESS_LIMITS.items()),
    *((SESSION, f"/shippingAddress/{field}", at) for field, at in ADDRESS_LIMITS.items()),
]

ACCEPTED: list[tuple[str, str, Any]] = [
    # amounts in requests: strings or numbers (§13.9), any of the seen spellings (§6.9)
    *((CHARGE, "/chargeAmount/amount", amount) for amount in ("14", "14.0", "14.00", "0.01", 14, 14.0, 0.01)),
    *((CHARGE, "/chargeAmount", {"amount": a, "currencyCode": "JPY"}) for a in ("500", "500.00", 500, 500.0)),
    # unknown whether refused: zero and less (§6.10)
    *((CHARGE, "/chargeAmount/amount", amount) for amount in ("0", "-1.00", 0, -1)),
    # amounts in answers
    *((ANSWERED, "/chargeAmount/amount", amount) for amount in ("14.00", "0.00", "14")),
    (ANSWERED, "/refundedAmount", {"amount": "0", "currencyCode": "JPY"}),
    # ids: whatever prefix was seen (§3.0)
    *((CHARGE, "/chargePermissionId", f"{p}-7654321-7654321") for p in ("S01", "P03", "C03", "B01", "P21")),
    # frequency: a string, or an integer as .NET sends (§13.8)
    *(("request-create-session-recurring", "/recurringMetadata/frequency/value", v) for v in ("12", 12)),
    *(
        ("request-create-session-recurring", "/recurringMetadata/frequency", {"unit": "Variable", "value": v})
        for v in ("0", 0)
    ),
    ("request-create-session-recurring", "/recurringMetadata/amount", None),
    # unknowns of §2.3 and §13 refuse nothing
    ("request-cancel-charge", "/cancellationReason", "x" * 10_000),
    (CREATE, "/chargePermissionType", "Recurring"),
    (CREATE, "/webCheckoutDetails/checkoutReviewReturnUrl", "https://localhost:3000/review"),
    (CREATE, "/webCheckoutDetails/checkoutReviewReturnUrl", "http://localhost:4200/review"),
    (CREATE, "/webCheckoutDetails/checkoutReviewReturnUrl", "https://shop.example/" + "x" * 10_000),
    (CHARGE, "/canHandlePendingAuthorization", True),
    (CREATE, "/paymentDetails/canHandlePendingAuthorization", True),
    ("request-create-session-apb", "/addressDetails/addressLine1", "%E4%BD%8F%E6%89%80" * 20),
    ("request-finalize-session", "/shippingAddress", {"name": "Ada", "county": None}),
    # answers
    (SESSION, "/constraints", None),
    (SESSION, "/constraints", []),
    (SESSION, "/constraints/0/constraintId", "SomethingNewNotSet"),
    ("permission-closed", "/statusDetails/reasons", []),
    *(
        ("permission-closed", "/statusDetails/reasons/0/reasonCode", code)
        for code in ("MerchantClosed", "MerchantCanceled", "BuyerClosed", "BuyerCanceled", "AmazonCanceled")
    ),
    ("error-invalid-value", "/reasonCode", "ACodeOfTomorrow"),
]

REFUSED: list[tuple[str, str, Any, str]] = [
    *(
        (CHARGE, "/chargeAmount/amount", a, "/chargeAmount/amount")
        for a in ("", "1,00", "1.005", "1e2", "14.")
    ),
    *((CHARGE, "/chargeAmount/amount", a, "/chargeAmount/amount") for a in (None, True, "14.00 ", "14.00\n")),
    *((CHARGE, "/chargeAmount", a, "/chargeAmount") for a in ("14.00", 14, None, ["14.00", "USD"])),
    *(
        (CHARGE, "/chargeAmount", {"amount": a, "currencyCode": "JPY"}, "/chargeAmount/amount")
        for a in ("500.50", 500.5)
    ),
    *(
        (ANSWERED, "/chargeAmount/amount", a, "/chargeAmount/amount")
        for a in (14, 14.0, "14.0", "14.000", "-1")
    ),
    (ANSWERED, "/refundedAmount", {"amount": "0.00", "currencyCode": "JPY"}, "/refundedAmount/amount"),
    *((ANSWERED, "/creationTimestamp", t, "/creationTimestamp") for t in ("2023-10-26T06:28:27Z", "", None)),
    *((ANSWERED, "/expirationTimestamp", t, "/expirationTimestamp") for t in ("20231026T062827", 1698301707)),
    (SESSION, "/checkoutSessionId", "BD504926-F659-4AD7-A1A9-9A747AAF5275", "/checkoutSessionId"),
    (SESSION, "/checkoutSessionId", None, "/checkoutSessionId"),
    (SESSION, "/recurringMetadata/frequency/value", -1, "/recurringMetadata/frequency/value"),
    (SESSION, "/recurringMetadata/frequency/value", "monthly", "/recurringMetadata/frequency/value"),
    (SESSION, "/webCheckoutDetails", None, "/webCheckoutDetails"),
    (SESSION, "/paymentDetails", None, "/paymentDetails"),
    (SESSION, "/expirationTimestamp", None, "/expirationTimestamp"),
    ("session-completed", "/chargePermissionId", None, "/chargePermissionId"),
    ("session-canceled", "/statusDetails/reasonCode", None, "/statusDetails/reasonCode"),
    (CHARGE, "/chargePermissionId", "S01-5105180-3221187-C056351", "/chargePermissionId"),
    ("request-create-refund", "/chargeId", "S01-5105180-3221187", "/chargeId"),
    ("refund-initiated", "/refundId", "S01-5105180-3221187-C056351", "/refundId"),
    (CREATE, "/storeId", "A1B2C3", "/storeId"),
    (
        CREATE,
        "/webCheckoutDetails/checkoutCancelUrl",
        "http://shop.example/",
        "/webCheckoutDetails/checkoutCancelUrl",
    ),
    (
        CREATE,
        "/webCheckoutDetails/checkoutCancelUrl",
        "http://localhost.example/",
        "/webCheckoutDetails/checkoutCancelUrl",
    ),
    # combinations
    (CHARGE, "/captureNow", False, "/captureNow"),
    (CREATE, "/paymentDetails/paymentIntent", "Authorize", "/paymentDetails/paymentIntent"),
    (
        "request-create-session-recurring",
        "/recurringMetadata/frequency",
        {"unit": "Variable", "value": "1"},
        "/recurringMetadata/frequency/value",
    ),
    ("charge-authorized-jpy", "/captureAmount", {"amount": "500", "currencyCode": "JPY"}, "/captureAmount"),
    (ANSWERED, "/captureAmount", None, "/captureAmount"),
    (ANSWERED, "/refundedAmount", None, "/refundedAmount"),
    (ANSWERED, "/convertedAmount", {"amount": "14.00"}, "/convertedAmount/currencyCode"),
    (ANSWERED, "/convertedAmount", 14, "/convertedAmount"),
    # set only at creation: unknown to an update (§2.3)
    *(
        ("request-update-session", f"/{field}", value, f"/{field}")
        for field, value in {
            "storeId": "amzn1.application-oa2-client.ab",
            "scopes": ["name"],
            "deliverySpecifications": {},
            "chargePermissionType": "OneTime",
            "addressDetails": {},
            "webCheckoutDetails/checkoutMode": "ProcessOrder",
            "paymentDetails/presentmentCurrency": "USD",
            "paymentDetails/allowOvercharge": True,
            "paymentDetails/extendExpiration": True,
        }.items()
    ),
    ("request-create-session-apb", "/addressDetails/county", "King", "/addressDetails/county"),
    (
        "request-finalize-session",
        "/shippingAddress/districtOrCounty",
        "King",
        "/shippingAddress/districtOrCounty",
    ),
]


@pytest.mark.parametrize(("name", "pointer", "limit"), LIMITS)
def test_a_text_is_accepted_up_to_its_limit(
    samples: dict[str, Any], name: str, pointer: str, limit: int
) -> None:
    sample = samples[name]
    for letter in "x", "語", "😀":
        assert schemas.violations(sample.schema, sample.with_value(pointer, letter * limit)) == ()
        (found,) = schemas.violations(sample.schema, sample.with_value(pointer, letter * (limit + 1)))
        assert (found.path, found.kind) == (pointer, "invalid")
        assert (
            found.message == f"found a string of {limit + 1} characters, expected at most {limit} characters"
        )


@pytest.mark.parametrize(("name", "pointer", "value"), ACCEPTED)
def test_it_is_accepted(samples: dict[str, Any], name: str, pointer: str, value: Any) -> None:
    sample = samples[name]
    assert schemas.violations(sample.schema, sample.with_value(pointer, value)) == ()


@pytest.mark.parametrize(("name", "pointer", "value", "path"), REFUSED)
def test_it_is_refused(samples: dict[str, Any], name: str, pointer: str, value: Any, path: str) -> None:
    sample = samples[name]
    found = schemas.violations(sample.schema, sample.with_value(pointer, value))
    assert {v.path for v in found} == {path}


def test_a_soft_descriptor_without_capture_now_is_refused(samples: dict[str, Any]) -> None:
    (found,) = schemas.violations("requests/create-charge", samples[CHARGE].without("/captureNow"))
    assert (found.path, found.kind) == ("/captureNow", "missing")


def test_a_soft_descriptor_whose_intent_comes_later_is_accepted(samples: dict[str, Any]) -> None:
    body = samples[CREATE].without("/paymentDetails/paymentIntent")
    assert schemas.is_valid("requests/create-checkout-session", body)


def test_the_additional_payment_button_needs_payment_details(samples: dict[str, Any]) -> None:
    sample = samples["request-create-session-apb"]
    (found,) = schemas.violations(sample.schema, sample.without("/paymentDetails"))
    assert (found.path, found.kind) == ("/paymentDetails", "missing")


def test_the_button_payload_is_judged_as_the_create_request(request_sample: Any) -> None:
    if request_sample.schema == "requests/create-checkout-session":
        broken = request_sample.with_value("/storeId", 1)
        assert schemas.is_valid("requests/button-payload", request_sample.body)
        as_button = schemas.violations("requests/button-payload", broken)
        assert as_button == schemas.violations("requests/create-checkout-session", broken)
