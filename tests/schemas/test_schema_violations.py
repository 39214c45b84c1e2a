"""What a violation tells: where, which kind, found and expected, by which rule; and nothing private."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from amazonpay_conformance.schemas import Violation, violations

CHARGE = "request-create-charge"
SESSION = "session-open-signed-in"

MESSAGES: list[tuple[str, str, Any, str]] = [
    (CHARGE, "/captureNow", "yes", 'found the string "yes", expected boolean'),
    (CHARGE, "/chargePermissionId", 1, "found 1, expected string"),
    (CHARGE, "/chargeAmount", [], "found an array of 0 items, expected object"),
    (CHARGE, "/chargeAmount/amount", {}, "found an object, expected string or number"),
    (
        CHARGE,
        "/chargeInitiator",
        "CIT",
        'found the string "CIT", expected one of "CITU", "MITU", "CITR", "MITR"',
    ),
    (CHARGE, "/surprise", "a value", "found a string of 7 characters, expected no such field here"),
    (
        SESSION,
        "/statusDetails/state",
        "Done",
        'found the string "Done", expected one of "Open", "Completed", "Canceled"',
    ),
    ("driver-hello", "/protocol", 2, "found 2, expected 1"),
    ("driver-call", "/deadline", 0, "found 0, expected more than 0"),
    ("driver-call", "/headers/0", ["a"], "found an array of 1 items, expected at least 2 items"),
    ("driver-call", "/headers/0", ["a", "b", "c"], "found an array of 3 items, expected at most 2 items"),
    ("driver-result-returned", "/status", 99, "found 99, expected at least 100"),
    ("driver-result-returned", "/status", 600, "found 600, expected at most 599"),
]


def violation(samples: dict[str, Any], name: str, pointer: str, value: Any) -> Violation:
    sample = samples[name]
    (found,) = [v for v in violations(sample.schema, sample.with_value(pointer, value)) if v.path == pointer][
        :1
    ]
    return found


@pytest.mark.parametrize(("name", "pointer", "value", "message"), MESSAGES)
def test_the_message_says_what_was_found_and_expected(
    samples: dict[str, Any], name: str, pointer: str, value: Any, message: str
) -> None:
    assert violation(samples, name, pointer, value).message == message


def test_a_wrong_form_shows_a_short_machine_like_value_and_the_form(samples: dict[str, Any]) -> None:
    found = violation(samples, "charge-captured-usd", "/chargeAmount/amount", "14.0")
    assert found.message == r'found the string "14.0", expected a string of the form ^[0-9]+(\.[0-9]{2})?$'


def test_a_missing_field_is_told_where_it_should_be_with_its_own_rule() -> None:
    (found,) = violations("requests/cancel-charge", {})
    assert found == Violation(
        path="/cancellationReason",
        kind="missing",
        message="found nothing, expected it to be there",
        rule="Why, in the merchant's words. Its greatest length is unknown, so none is enforced. "
        "(api-facts §2.3 [S])",
    )


@pytest.mark.parametrize(
    ("name", "pointer", "value", "rule"),
    [
        (CHARGE, "/captureNow", False, "softDescriptor goes only with captureNow true. (api-facts §2.3 [D])"),
        (
            CHARGE,
            "/chargeAmount/currencyCode",
            "CAD",
            "A ledger or presentment currency. (api-facts §3.6 [S])",
        ),
        (SESSION, "/creationTimestamp", "now", "UTC, basic ISO 8601. (api-facts §3 [W])"),
        (SESSION, "/constraints/0", "x", "What keeps the buyer from paying; [] or null when nothing does."),
        (SESSION, "/buyer/name", 1, "The buyer's name. (api-facts §3.1 [D2][W])"),
    ],
)
def test_the_rule_is_the_nearest_description(
    samples: dict[str, Any], name: str, pointer: str, value: Any, rule: str
) -> None:
    assert violation(samples, name, pointer, value).rule.startswith(rule)


def test_a_missing_key_of_an_answer_names_the_rule_of_nulls(samples: dict[str, Any]) -> None:
    (found,) = violations("objects/checkout-session", samples[SESSION].without("/chargeId"))
    assert found.rule == "Every key is always there, null where it has no value. (api-facts §3 [W][S])"


def test_all_violations_are_told_in_a_fixed_order() -> None:
    body = {"surprise": 1, "softDescriptor": "x" * 17, "chargeAmount": {"amount": "x", "currencyCode": "CAD"}}
    found = violations("requests/create-charge", body)
    assert [(v.path, v.kind) for v in found] == [
        ("/captureNow", "missing"),
        ("/chargeAmount/amount", "invalid"),
        ("/chargeAmount/currencyCode", "invalid"),
        ("/chargePermissionId", "missing"),
        ("/softDescriptor", "invalid"),
        ("/surprise", "unknown"),
    ]
    shuffled = dict(reversed(body.items()))
    assert violations("requests/create-charge", shuffled) == found


def test_a_path_is_a_json_pointer() -> None:
    found = violations("requests/complete-checkout-session", {"a/b~c": 1})
    assert [v.path for v in found] == ["/a~1b~0c"]


def test_a_violation_is_a_value() -> None:
    one = Violation("/a", "missing", "m", "r")
    assert len({one, Violation("/a", "missing", "m", "r")}) == 1
    with pytest.raises(FrozenInstanceError):
        one.path = "/b"  # type: ignore[misc]


SECRETS = [
    "Ada Lovelace",
    "ada@buyer.example",
    "08012345678",
    "MIIEvQIBADANBgkqhkiG9w0",
    "1 Sample Street, Seattle",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_buyer_data_keys_and_signatures_never_show(samples: dict[str, Any], secret: str) -> None:
    for name, pointer in [
        (SESSION, "/buyer/buyerId"),
        (SESSION, "/buyer/primeMembershipTypes"),
        (SESSION, "/shippingAddress"),
        (SESSION, "/billingAddress"),
        (SESSION, "/billingAddress/countryCode"),
        ("request-finalize-session", "/shippingAddress/email"),
        ("request-create-session-apb", "/addressDetails"),
        ("request-create-charge", "/buyerName"),
        ("driver-signature", "/signature"),
    ]:
        sample = samples[name]
        for value in (secret, [secret], {"name": [secret]}):
            told = str(violations(sample.schema, sample.with_value(pointer, value)))
            assert secret not in told


def test_a_number_among_buyer_data_does_not_show_either(samples: dict[str, Any]) -> None:
    found = violation(samples, SESSION, "/buyer/phoneNumber", 5550100)
    assert found.message == "found a number, expected string or null"


def test_of_a_long_or_free_text_only_the_length_shows(samples: dict[str, Any]) -> None:
    for text in ("x" * 41, "free text"):
        found = violation(samples, CHARGE, "/chargePermissionId", text)
        assert found.message.startswith(f"found a string of {len(text)} characters, ")
