"""Nothing personal and nothing secret gets through; what a finding needs does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from amazonpay_conformance.wire.messages import Headers
from amazonpay_conformance.wire.redaction import (
    FIELDS,
    HEADERS,
    KNOWN_NAMES,
    PERSONAL,
    REDACTED,
    WITHHELD,
    redact_body,
    redact_headers,
    redact_target,
    redact_text,
)
from hypothesis import given, settings
from hypothesis import strategies as st

KEYS = Path(__file__).parents[1] / "keys"
PEM = (KEYS / "test-only-private-pkcs1.pem").read_text().strip()

searching = settings(derandomize=True, deadline=None, database=None)

SESSION = {
    "checkoutSessionId": "bd504926-f659-4ad7-a1a9-9a747aaf5275",
    "webCheckoutDetails": {
        "checkoutReviewReturnUrl": "https://me:pw@shop.example:8443/review?customer=Zoe",
        "amazonPayRedirectUrl": "https://payments.amazon.eu/checkout/processing?amazonCheckoutSessionId=x",
        "checkoutCancelUrl": None,
    },
    "productType": "PayAndShip",
    "paymentDetails": {
        "paymentIntent": "AuthorizeWithCapture",
        "canHandlePendingAuthorization": False,
        "chargeAmount": {"amount": "14.00", "currencyCode": "EUR"},
        "softDescriptor": "Zoe's shop",
    },
    "buyer": {
        "buyerId": "amzn1.account.ABC",
        "name": "Zoe",
        "email": "zoe@example.com",
        "phoneNumber": 5551234,
    },
    "shippingAddress": {
        "name": "Zoe",
        "city": "Zurich",
        "countryCode": "CH",
        "state": "Zurich",
        "x": ["Zoe"],
    },
    "shippingAddressList": ['{"name": "Zoe"}'],
    "paymentPreferences": [None, {"paymentDescriptor": "Visa ****1111"}],
    "statusDetails": {
        "state": "Open",
        "reasonCode": None,
        "reasonDescription": "Zoe",
        "lastUpdatedTimestamp": "20261123T182658Z",
    },
    "constraints": [{"constraintId": "BuyerNotAssociated", "description": "no buyer"}],
    "limits": {"amountLimit": {"amount": 20, "currencyCode": "EUR"}, "amountBalance": None},
    "tokens": ["Zoe"],
    "zoe@example.com": {"state": "Open"},
}


def test_a_session_keeps_what_a_finding_needs_and_nothing_else():
    gone = REDACTED
    assert redact_body(SESSION) == {
        "checkoutSessionId": "bd504926-f659-4ad7-a1a9-9a747aaf5275",
        "webCheckoutDetails": {
            "checkoutReviewReturnUrl": f"https://shop.example:8443/{gone}",
            "amazonPayRedirectUrl": f"https://payments.amazon.eu/{gone}",
            "checkoutCancelUrl": None,
        },
        "productType": "PayAndShip",
        "paymentDetails": {
            "paymentIntent": "AuthorizeWithCapture",
            "canHandlePendingAuthorization": False,
            "chargeAmount": {"amount": "14.00", "currencyCode": "EUR"},
            "softDescriptor": gone,
        },
        "buyer": {"buyerId": gone, "name": gone, "email": gone, "phoneNumber": gone},
        "shippingAddress": {
            "name": gone,
            "city": gone,
            "countryCode": gone,
            "state": gone,
            "[redacted 5]": [gone],
        },
        "shippingAddressList": [gone],
        "paymentPreferences": [None, {"paymentDescriptor": gone}],
        "statusDetails": {
            "state": "Open",
            "reasonCode": None,
            "reasonDescription": gone,
            "lastUpdatedTimestamp": "20261123T182658Z",
        },
        "constraints": [{"constraintId": "BuyerNotAssociated", "description": gone}],
        "limits": {"amountLimit": {"amount": 20, "currencyCode": "EUR"}, "amountBalance": None},
        "tokens": [gone],
        "[redacted 13]": {"state": gone},
    }


def test_a_notification_is_redacted_inside_its_message():
    message = {
        "MerchantID": "ADZQ303FTXBLZ",
        "ObjectId": "S01-5105180-3221187-C056351",
        "buyer": {"name": "Zoe"},
    }
    shown = redact_body(
        {
            "Type": "Notification",
            "Message": json.dumps(message),
            "Signature": "AAAA",
            "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/cert.pem",
        }
    )
    assert json.loads(shown.pop("Message")) == message | {"buyer": {"name": REDACTED}}
    assert shown == {
        "Type": "Notification",
        "Signature": REDACTED,
        "SigningCertURL": f"https://sns.eu-west-1.amazonaws.com/{REDACTED}",
    }


@pytest.mark.parametrize("message", ["Zoe", "{Zoe}", '"Zoe"', '{"Message": "{\\"Message\\": \\"Zoe\\"}"}'])
def test_a_message_that_hides_something_hides_nothing(message):
    assert "Zoe" not in redact_body({"Message": message})["Message"]


def test_the_tables_do_not_contradict_each_other():
    assert not set(FIELDS) & (PERSONAL | WITHHELD)
    assert not PERSONAL & WITHHELD


MARK = "Zoë Müller <zoe@example.com>"
scalars = st.one_of(st.none(), st.booleans(), st.just(MARK))
names = st.sampled_from(sorted(KNOWN_NAMES)) | st.just(MARK) | st.text("abcxyz", max_size=5)
bodies = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5),
    max_leaves=30,
)


@searching
@given(bodies)
def test_a_marked_value_never_gets_through_in_any_place(body):
    shown = json.dumps(redact_body(body), ensure_ascii=False)
    assert "Zoë" not in shown
    assert "example.com" not in shown


@searching
@given(st.sampled_from(sorted(PERSONAL | WITHHELD | {"unheardOf"})), st.data())
def test_nothing_fitting_gets_through_where_nothing_may(name, data):
    alike = st.sampled_from(
        ["Alice", "S01-5105180-3221187", "20261123T182658Z", "14.00", 14, "EUR", "https://a.b"]
    )
    inner = st.recursive(
        alike,
        lambda each: st.lists(each) | st.dictionaries(st.sampled_from(sorted(FIELDS)), each),
        max_leaves=8,
    )
    value = data.draw(alike if name in WITHHELD else inner)
    leaves = json.dumps(list(redact_body({name: value}).values()))
    assert not any(text in leaves for text in ("Alice", "S01", "2026", "14", "EUR", "a.b"))


@pytest.mark.parametrize("name", ["limits", "Message", "amount"])
def test_depth_is_no_way_around(name):
    body: object = MARK
    for _ in range(300):
        body = {name: body}
    assert MARK not in json.dumps(redact_body(body), ensure_ascii=False)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://shop.example", "https://shop.example"),
        ("https://shop.example/", f"https://shop.example/{REDACTED}"),
        ("https://shop.example:80x/", REDACTED),
        ("https://[::1", REDACTED),
        ("https://zoë.example/", REDACTED),
        ("javascript:alert(1)", REDACTED),
        ("https://a b", REDACTED),
    ],
)
def test_of_a_url_the_host_stays(url, shown):
    assert redact_body({"checkoutCancelUrl": url}) == {"checkoutCancelUrl": shown}


# --- headers, targets, text ---

AUTHORIZATION = (
    "AMZN-PAY-RSASSA-PSS-V2 PublicKeyId=SANDBOX-ABC123, SignedHeaders=accept;X-B, Signature=c2VjcmV0"
)


def test_headers_keep_what_a_finding_needs():
    harmless = [
        ("Accept", "application/json"),
        ("content-type", "application/json; charset=utf-8"),
        ("x-amz-pay-date", "2026-11-23T18:26:58Z"),
        ("x-amz-pay-host", "localhost:8443"),
        ("X-Amz-Pay-Region", "eu"),
        ("x-amz-pay-idempotency-key", "f1617822e05b45e09503e1972377cfb7"),
        ("x-amz-pay-simulation-code", "HardDeclined"),
        ("x-amz-pay-request-id", "bd504926-f659-4ad7-a1a9-9a747aaf5275"),
        ("user-agent", "amazon-pay-api-sdk-nodejs/2.3.4 (JS/20.20.2; linux)"),
    ]
    assert redact_headers(Headers.of(harmless)).items == tuple(harmless)


def test_headers_lose_the_rest():
    given_away = [
        ("x-amz-pay-authtoken", "eyJ"),
        ("cookie", "s=1"),
        ("x-new", "1"),
        ("User-Agent", "zoe@example.com"),
    ]
    shown = redact_headers(Headers.of([*given_away, ("location", "https://a.example/t?x=1")]))
    assert [value for _, value in shown] == [REDACTED] * 4 + [f"https://a.example/{REDACTED}"]


def test_of_an_authorization_only_the_signature_goes():
    (item,) = redact_headers(Headers.of([("Authorization", AUTHORIZATION)]))
    assert item == ("Authorization", AUTHORIZATION.replace("c2VjcmV0", REDACTED))


@pytest.mark.parametrize(
    "odd",
    [
        "Bearer secret",
        AUTHORIZATION.replace("-V2", "-V3"),
        AUTHORIZATION.replace("SANDBOX-ABC123", "secret@example.com"),
        AUTHORIZATION.replace("X-B", "x" * 65),
        AUTHORIZATION + ", Extra=secret",
    ],
)
def test_of_an_odd_authorization_nothing_stays(odd):
    assert redact_headers(Headers.of([("authorization", odd)])).get("authorization") == REDACTED


@searching
@given(st.lists(st.tuples(st.sampled_from([*HEADERS, "authorization", "x-other"]), st.just(MARK))))
def test_a_marked_value_gets_through_no_header(items):
    assert all(value == REDACTED for _, value in redact_headers(Headers.of(items)))


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("/", "/"),
        ("/v2/charges?", "/v2/charges?"),
        ("/sandbox/v2/charges/S01-5105180-3221187-C056351/capture/",) * 2,
        ("/v2/buyers/Atza|Iw", f"/v2/buyers/{REDACTED}"),
        ("/v2/buyers/bd504926-f659-4ad7-a1a9-9a747aaf5275", f"/v2/buyers/{REDACTED}"),
        ("/v2/charges/undefined", f"/v2/charges/{REDACTED}"),
        (
            "/v2/reports?reportTypes=_GET_A_&nextToken=s&x=y&flag",
            f"/v2/reports?reportTypes=_GET_A_&nextToken={REDACTED}&{REDACTED}={REDACTED}&{REDACTED}",
        ),
    ],
)
def test_of_a_target_words_and_ids_stay(target, shown):
    assert redact_target(target) == shown


SECRETS = {
    "pem": PEM,
    "pem in one line": PEM.replace("\n", "\\n"),
    "pem cut off": PEM[:300],
    "base64 without a label": "".join(PEM.splitlines()[1:-1]),
    "base64 in lines": "\n".join(PEM.splitlines()[1:-1]),
    "base64url": "ab-_" * 16,
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ6b2UifQ.c2lnbmF0dXJl",
    "access token": "Atza|IwEBIExampleToken",
    "e-mail": "zoe.mueller+shop@mail.example.com",
}


@pytest.mark.parametrize("what", SECRETS)
def test_a_message_is_shown_without_its_secrets(what):
    shown = redact_text(f"cannot use {SECRETS[what]}")
    assert shown == f"cannot use {REDACTED}"


@pytest.mark.parametrize(
    "harmless",
    [
        "400 InvalidParameterValue at https://pay-api.amazon.eu/sandbox/v2/checkoutSessions/"
        "bd504926-f659-4ad7-a1a9-9a747aaf5275/complete",
        "storeId amzn1.application-oa2-client.0123456789abcdef0123456789abcdef is unknown",
        "TypeError: cannot read properties of undefined (reading 'statusDetails')",
    ],
)
def test_a_harmless_message_is_left_alone(harmless):
    assert redact_text(harmless) == harmless
