"""The errors say what api-facts §7 says, typed here a second time; no rule raises another."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import model_stories as stories
import pytest
from amazonpay_conformance.mock.service import MESSAGES
from amazonpay_conformance.model.errors import (
    ERROR_OF,
    ERRORS,
    RETRY_POLICIES,
    TRANSIENT,
    UNRAISED,
    ErrorCode,
    Retry,
)
from amazonpay_conformance.model.rules import EVERY, KEYED, RULES, UNKEYED_POSTS, WITH_BODY, Rule
from amazonpay_conformance.model.simulation import SIMULATIONS
from amazonpay_conformance.model.step import Outcome

Pair = tuple[int, str]

ALL = set(EVERY)
BODIES = set(WITH_BODY)
COMPLETE = {"complete_checkout_session"}
FINALIZE = {"finalize_checkout_session"}
MOVES = {"create_charge", "capture_charge", "create_refund"}
CHARGING = {"create_charge"}

# §7: status, reasonCode, the operations it is listed for (all, if none is named), the trust of its row
FACTS: list[tuple[int, str, set[str], str]] = [
    (400, "InvalidHeaderValue", ALL, "D"),
    (400, "InvalidRequest", ALL, "D"),
    (400, "InvalidParameterValue", ALL, "D"),
    (400, "InvalidRequestFormat", BODIES, "D"),
    (400, "MissingHeader", ALL, "D"),
    (400, "MissingHeaderValue", ALL, "D"),
    (400, "MissingParameterValue", BODIES, "D"),
    (400, "UnrecognizedField", BODIES, "D"),
    (400, "InvalidSandboxSimulationSpecified", ALL, "D"),
    (400, "DuplicateIdempotencyKey", set(KEYED) | set(UNKEYED_POSTS), "D"),  # §9: every POST
    (400, "InvalidParameterCombination", BODIES, "D"),
    (400, "CurrencyMismatch", COMPLETE | MOVES, "D"),  # by §2.3 and §6.7
    (400, "InvalidAPIVersion", ALL, "I"),
    (400, "TransactionAmountExceeded", MOVES, "D2"),
    (400, "PeriodicAmountExceeded", CHARGING, "W"),
    (400, "CheckoutSessionCanceled", COMPLETE, "D2"),
    (401, "UnauthorizedAccess", ALL, "D2"),
    (403, "InvalidAuthentication", ALL, "I"),
    (403, "InvalidAccountStatus", ALL, "D2"),
    (403, "InvalidRequestSignature", ALL, "D2"),
    (403, "InvalidAuthorizationToken", ALL, "I"),
    (404, "ResourceNotFound", ALL, "D2"),
    (405, "UnsupportedOperation", ALL, "D2"),
    (405, "RequestNotSupported", ALL, "D2"),
    (408, "RequestTimeout", ALL, "I"),
    (409, "AmountMismatch", COMPLETE | FINALIZE, "D"),
    (422, "AmazonRejected", MOVES | COMPLETE, "D2"),
    (422, "ChargePermissionNotModifiable", {"update_charge_permission"}, "D2"),
    (422, "InvalidCheckoutSessionStatus", COMPLETE | {"update_checkout_session"}, "D2"),
    (
        422,
        "InvalidChargePermissionStatus",
        CHARGING | {"close_charge_permission", "capture_charge", "cancel_charge"},
        "D2",
    ),
    (422, "InvalidChargeStatus", COMPLETE | {"capture_charge", "cancel_charge", "create_refund"}, "D2"),
    (422, "SoftDeclined", CHARGING, "D2"),
    (422, "HardDeclined", CHARGING | COMPLETE, "D2"),
    (422, "MFANotCompleted", CHARGING | COMPLETE, "D2"),
    (422, "PaymentMethodNotAllowed", CHARGING | COMPLETE, "D2"),
    (422, "TransactionTimedOut", CHARGING | COMPLETE, "D2"),
    (422, "TransactionCountExceeded", MOVES, "D2"),
    (422, "CheckoutSessionCanceled", COMPLETE, "I"),
    (426, "TLSVersionNotSupported", ALL, "I"),
    (429, "TooManyRequests", ALL, "D2"),
    (429, "RequestThrottled", ALL, "S"),
    (500, "InternalServerError", ALL, "D2"),
    (500, "ProcessingFailure", MOVES | COMPLETE, "D2"),
    (503, "ServiceUnavailable", ALL, "D2"),
]
BEYOND_THE_LIST: dict[Pair, tuple[set[str], str]] = {
    (400, "CurrencyMismatch"): (FINALIZE, "§5.6"),
    (400, "CheckoutSessionCanceled"): (FINALIZE, "§5.6"),
    (422, "CheckoutSessionCanceled"): (FINALIZE, "§5.6"),
    (422, "InvalidCheckoutSessionStatus"): (FINALIZE, "§5.6"),
    (422, "InvalidChargeStatus"): ({"update_charge"}, "§4.3"),
}
"""Operations for which another section than §7 gives the error, with that section."""

NEW_KEY = {(422, "SoftDeclined"), (500, "ProcessingFailure")}

PHP = JAVA = {408, 425, 429, 500, 502, 503, 504}
DOTNET = RUBY = {408, 429, 500, 502, 503, 504}
POLICIES: dict[str, tuple[set[int], int | None, list[str], bool | None]] = {
    "php": (PHP, 3, ["1.0", "2.2", "7.0"], False),
    "java": (JAVA, 3, [], False),
    "dotnet": (DOTNET, None, [], False),
    "ruby": (RUBY, 3, ["1", "2", "4"], True),
    "nodejs": ({408, 425, 429, *range(500, 600)}, 0, ["2", "4", "8"], None),
}


def test_the_table_says_what_the_facts_say() -> None:
    rows = [
        (row.status, row.reason, set(row.operations) - _beyond((row.status, row.reason)), row.tag)
        for row in ERRORS
    ]
    assert sorted(rows, key=str) == sorted(FACTS, key=str)


def test_an_operation_beyond_the_list_names_its_section() -> None:
    for pair, (operations, section) in BEYOND_THE_LIST.items():
        row = ERROR_OF[pair]
        assert operations <= set(row.operations)
        assert section in row.source


def test_every_row_has_an_id_of_its_own_a_source_and_no_operation_twice() -> None:
    assert [row.id for row in ERRORS] == [f"ERR-{n:02}" for n in range(1, len(ERRORS) + 1)]
    assert len(ERROR_OF) == len(ERRORS)
    for row in ERRORS:
        assert "§7" in row.source
        assert row.when
        assert len(set(row.operations)) == len(row.operations)


def test_no_error_is_a_guess() -> None:
    assert "?" not in {row.tag for row in ERRORS}


# --- who tries again


@pytest.mark.parametrize("row", ERRORS, ids=lambda row: row.id)
def test_what_may_pass_is_sent_again_and_a_decline_that_may_pass_anew(row: ErrorCode) -> None:
    pair = (row.status, row.reason)
    expected: Retry = "same key" if pair[0] in TRANSIENT else "never"
    assert row.retry == ("new key" if pair in NEW_KEY else expected)


def test_a_client_that_sends_anew_can_have_a_key_for_it() -> None:
    anew = {operation for row in ERRORS if row.retry == "new key" for operation in row.operations}
    assert anew - COMPLETE <= set(KEYED)


def test_the_sdks_try_again_as_the_facts_say() -> None:
    found = {
        row.sdk: (set(row.statuses), row.retries, [str(wait) for wait in row.waits], row.signs_again)
        for row in RETRY_POLICIES
    }
    assert found == POLICIES
    assert [row.id for row in RETRY_POLICIES] == [f"RTY-{n:02}" for n in range(1, 6)]
    assert {(row.source, row.tag) for row in RETRY_POLICIES} == {("§7", "S")}


def test_transient_is_what_the_most_patient_sdks_retry() -> None:
    assert TRANSIENT == PHP
    assert all(set(row.statuses) <= TRANSIENT for row in RETRY_POLICIES if row.sdk != "nodejs")


def test_the_known_waits_grow_and_are_as_many_as_the_retries() -> None:
    for row in RETRY_POLICIES:
        assert list(row.waits) == sorted(set(row.waits))
        assert all(wait > Decimal(0) for wait in row.waits)
        assert not row.waits or not row.retries or len(row.waits) == row.retries


# --- the rules, the outcomes and the mock know no other errors


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_refuses_with_errors_that_are_listed_for_its_operations(rule: Rule) -> None:
    for pair in rule.errors:
        assert pair in ERROR_OF, f"{pair} is no row"
        unlisted = set(rule.operations) - set(ERROR_OF[pair].operations)
        assert not unlisted, f"{pair} is not listed for {unlisted}"


def test_a_simulated_refusal_is_listed_for_its_operation() -> None:
    refused = {(name, outcome.status, outcome.reason) for name, outcome in _simulated() if outcome.reason}
    assert ("create_charge", 422, "SoftDeclined") in refused
    for operation, status, reason in refused:
        assert operation in ERROR_OF[status, reason or ""].operations


def test_every_error_is_raised_or_listed_with_the_reason_why_not() -> None:
    raised = {pair for rule in RULES for pair in rule.errors}
    raised |= {(outcome.status, outcome.reason or "") for _, outcome in _simulated()}
    unraised = {row.id for row in ERRORS if (row.status, row.reason) not in raised}
    assert unraised == set(UNRAISED)
    assert all(UNRAISED.values())


def test_every_text_of_the_mock_belongs_to_an_error() -> None:
    assert set(MESSAGES) <= {row.reason for row in ERRORS}


def _beyond(pair: Pair) -> set[str]:
    return BEYOND_THE_LIST.get(pair, (set(), ""))[0]


def _simulated() -> Iterator[tuple[str, Outcome]]:
    """Every outcome of a simulation code where nothing else is wrong."""
    ten, one = stories.price("10.00"), stories.price("1.00")
    fresh = stories.Story
    calls: dict[str, tuple[stories.Story, str | None, stories.Body]] = {
        "complete_checkout_session": (
            fresh().approved(stories.order("Authorize", ten)),
            "session1",
            {"chargeAmount": ten},
        ),
        "close_charge_permission": (
            fresh().completed(stories.order("Confirm", ten)),
            "permission1",
            {"closureReason": "done"},
        ),
        "create_charge": (
            fresh().completed(stories.order("Confirm", ten)),
            None,
            stories.on("permission1", one),
        ),
        "capture_charge": (
            fresh().completed(stories.order("Authorize", ten)),
            "charge1",
            {"captureAmount": ten},
        ),
        "create_refund": (fresh().captured(ten), None, {"chargeId": "charge1", "refundAmount": one}),
    }
    for operation, codes in SIMULATIONS.items():
        story, target, body = calls[operation]
        for code in codes:
            for outcome in story.ways(operation, target, body, simulation=code):
                yield operation, outcome
