"""The catalogue is complete, every entry can be named and cited, and no open question is a MUST."""

from __future__ import annotations

import inspect
import re

import pytest
from amazonpay_conformance.model import requirements
from amazonpay_conformance.model.machine import ASSERTED
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.requirements import REQUIREMENTS, STATE_REQUIREMENTS, Requirement
from amazonpay_conformance.model.rules import RULES, RULES_OF, UNCERTAIN, Rule

NAMES = (
    "x-amz-pay-",
    "amazonPayRedirectUrl",
    "captureAmount",
    "captureNow",
    "refundedAmount",
    "amountBalance",
)
"""Names of the wire, with which a sentence may begin."""

every = pytest.mark.parametrize("requirement", REQUIREMENTS.values(), ids=lambda requirement: requirement.id)
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def test_no_id_is_given_twice() -> None:
    """The catalogue is keyed by id, so a second one would vanish without a word."""
    written = re.findall(r'R\("([A-Z]{3}-\d{3})"', inspect.getsource(requirements))
    ids = [*written, *(row.requirement for row in ALL_OPERATIONS.values()), *(rule.id for rule in RULES)]
    assert len(ids) == len(set(ids))
    assert set(ids) == set(REQUIREMENTS)


@every
def test_an_id_has_its_form(requirement: Requirement) -> None:
    assert re.fullmatch(r"[A-Z]{3}-(\d{3}|R\d{2})", requirement.id)
    assert REQUIREMENTS[requirement.id] is requirement


@every
def test_a_statement_is_one_sentence(requirement: Requirement) -> None:
    statement = requirement.statement
    assert statement.endswith(".")
    assert statement[0].isupper() or statement.startswith(NAMES)
    assert "\n" not in statement
    assert statement == statement.strip()


@every
def test_a_requirement_says_where_it_is_written(requirement: Requirement) -> None:
    assert requirement.source.startswith(("§", "docs/"))
    assert requirement.tag in {"D", "D2", "S", "W", "I", "?"}


@every
def test_what_must_hold_is_documented_or_was_seen(requirement: Requirement) -> None:
    if requirement.level == "MUST":
        assert requirement.tag in ASSERTED


@every
def test_only_an_uncertain_rule_is_a_may(requirement: Requirement) -> None:
    assert (requirement.level == "MAY") is (requirement.id in UNCERTAIN)


def test_the_catalogue_is_sorted() -> None:
    assert list(REQUIREMENTS) == sorted(REQUIREMENTS)


def test_clients_are_held_to_what_they_send_and_servers_to_what_they_answer() -> None:
    client = {id_[:3] for id_, row in REQUIREMENTS.items() if row.subject == "client"}
    server = {id_[:3] for id_, row in REQUIREMENTS.items() if row.subject == "server"}
    assert client == {"ASY", "RTY", "BDY", "BTN", "CAL", "HDR", "IDK", "SIG", "TLS", "URL"}
    assert not client & server


@pytest.mark.parametrize("operation", ALL_OPERATIONS.values(), ids=lambda operation: operation.id)
def test_every_operation_is_required_to_succeed(operation: object) -> None:
    row = REQUIREMENTS[operation.requirement]  # type: ignore[attr-defined]
    assert (row.level, row.subject) == ("MUST", "server")


@pytest.mark.parametrize("kind", MACHINES)
def test_every_machine_is_a_requirement(kind: str) -> None:
    assert REQUIREMENTS[STATE_REQUIREMENTS[kind]].level == "MUST"


# --- rules


@every_rule
def test_a_rule_is_a_requirement_of_its_own_strength(rule: Rule) -> None:
    row = REQUIREMENTS[rule.id]
    assert (row.statement, row.source, row.tag) == (rule.statement, rule.source, rule.tag)
    assert row.level == ("MUST" if rule.tag in {"D", "D2", "S", "W"} else "MAY")
    assert row.subject == "server"


@every_rule
def test_a_rule_concerns_operations_and_says_how_they_are_refused(rule: Rule) -> None:
    assert rule.operations
    assert set(rule.operations) <= set(ALL_OPERATIONS)
    assert rule.errors
    assert len(rule.errors) == len(set(rule.errors))
    assert all(rule in RULES_OF[operation] for operation in rule.operations)


# §7, typed again: status → reasons
ERRORS = {
    400: {
        *("InvalidHeaderValue", "InvalidRequest", "InvalidParameterValue", "InvalidRequestFormat"),
        *("MissingHeader", "MissingHeaderValue", "MissingParameterValue", "UnrecognizedField"),
        *("InvalidSandboxSimulationSpecified", "DuplicateIdempotencyKey", "InvalidParameterCombination"),
        *("CurrencyMismatch", "InvalidAPIVersion", "TransactionAmountExceeded", "PeriodicAmountExceeded"),
        "CheckoutSessionCanceled",  # or 422: §13.5
    },
    401: {"UnauthorizedAccess"},
    403: {
        *("InvalidAuthentication", "InvalidAccountStatus", "InvalidRequestSignature"),
        "InvalidAuthorizationToken",
    },
    404: {"ResourceNotFound"},
    405: {"UnsupportedOperation", "RequestNotSupported"},
    409: {"AmountMismatch"},
    422: {
        *("AmazonRejected", "ChargePermissionNotModifiable", "InvalidCheckoutSessionStatus"),
        *("InvalidChargePermissionStatus", "InvalidChargeStatus", "SoftDeclined", "HardDeclined"),
        *("MFANotCompleted", "PaymentMethodNotAllowed", "TransactionTimedOut", "TransactionCountExceeded"),
        "CheckoutSessionCanceled",
    },
}


@every_rule
def test_a_rule_refuses_with_documented_errors(rule: Rule) -> None:
    for status, reason in rule.errors:
        assert reason in ERRORS[status]


def test_only_rules_without_a_source_are_switches() -> None:
    assert set(UNCERTAIN) == {rule.id for rule in RULES if rule.tag in ("?", "I")}
