"""The table of operations says what api-facts §2.2 says, which is typed here a second time."""

from __future__ import annotations

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.model.operations import OPERATIONS, match

# method, path after /v2, statuses of success, whether an idempotency key is needed
FACTS: dict[str, tuple[str, str, set[int], bool]] = {
    "create_checkout_session": ("POST", "/checkoutSessions", {201}, True),
    "get_checkout_session": ("GET", "/checkoutSessions/{id}", {200}, False),
    "update_checkout_session": ("PATCH", "/checkoutSessions/{id}", {200}, False),
    "complete_checkout_session": ("POST", "/checkoutSessions/{id}/complete", {200, 202}, False),
    "finalize_checkout_session": ("POST", "/checkoutSessions/{id}/finalize", {200, 202}, False),
    "get_charge_permission": ("GET", "/chargePermissions/{id}", {200}, False),
    "update_charge_permission": ("PATCH", "/chargePermissions/{id}", {200}, False),
    "close_charge_permission": ("DELETE", "/chargePermissions/{id}/close", {200}, False),
    "create_charge": ("POST", "/charges", {201}, True),
    "get_charge": ("GET", "/charges/{id}", {200}, False),
    "update_charge": ("PATCH", "/charges/{id}", {200}, False),
    "capture_charge": ("POST", "/charges/{id}/capture", {200}, True),
    "cancel_charge": ("DELETE", "/charges/{id}/cancel", {200}, False),
    "create_refund": ("POST", "/refunds", {201}, True),
    "get_refund": ("GET", "/refunds/{id}", {200}, False),
}
WITH_BODY = {name for name, (method, *_) in FACTS.items() if method != "GET"}
"""DELETE among them: Close and Cancel carry a JSON body."""

ANSWERS = {
    "checkout_session": "CheckoutSession",
    "charge_permission": "ChargePermission",
    "charge": "Charge",
    "refund": "Refund",
}

each = pytest.mark.parametrize("name", FACTS)


def test_the_operations_of_the_four_objects_are_all_there() -> None:
    assert set(OPERATIONS) == set(FACTS)


@each
def test_an_operation_is_called_as_documented(name: str) -> None:
    row, (method, path, success, keyed) = OPERATIONS[name], FACTS[name]
    assert (row.method, row.path, set(row.success), row.needs_key) == (method, path, success, keyed)
    assert row.has_body is (name in WITH_BODY)


@each
def test_an_operation_answers_the_object_in_its_name(name: str) -> None:
    row = OPERATIONS[name]
    kind = "Charge" if name in ("capture_charge", "cancel_charge") else ANSWERS[name.split("_", 1)[1]]
    assert row.returns == kind
    assert row.target == (kind if "{id}" in row.path else None)


@each
def test_an_operation_names_schemas_that_exist(name: str) -> None:
    row = OPERATIONS[name]
    assert row.response in schemas.names()
    assert (row.request is None) is (name not in WITH_BODY)
    assert row.request is None or row.request in schemas.names()


def test_complete_usually_is_done_at_once() -> None:
    assert OPERATIONS["complete_checkout_session"].success[0] == 200


@each
@pytest.mark.parametrize("slash", ["", "/"], ids=["plain", "slash"])
def test_a_request_finds_its_operation_with_and_without_a_trailing_slash(name: str, slash: str) -> None:
    row = OPERATIONS[name]
    found = match(row.method, row.path_for("S01-1-1") + slash)
    assert found == (row, "S01-1-1" if row.target else None)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "/charge",
        "/Charges",
        "/charges/a/b",
        "/charges/a/capture/b",
        "/charges/a/void",
        "/refunds/a/cancel",
        "/charges//",
        "/charges//capture",
        "//charges/a",
        "/charges/a//",
        "/in-store/charge",
    ],
)
def test_an_unknown_path_finds_nothing(path: str) -> None:
    assert [match(method, path) for method in ("GET", "POST", "PATCH", "DELETE")] == [None] * 4


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/checkoutSessions"),
        ("PUT", "/checkoutSessions/a"),
        ("POST", "/checkoutSessions/a"),
        ("POST", "/chargePermissions/a/close"),
        ("POST", "/charges/a/cancel"),
        ("GET", "/charges"),
        ("HEAD", "/charges/a"),
        ("get", "/charges/a"),
    ],
)
def test_a_wrong_method_finds_nothing(method: str, path: str) -> None:
    assert match(method, path) is None


def test_an_id_is_taken_as_it_stands_in_the_path() -> None:
    found = match("GET", "/charges/a%2Fb")
    assert found is not None
    assert found[1] == "a%2Fb"


def test_ids_of_requirements_are_unique_and_named_after_their_object() -> None:
    prefixes = {"CheckoutSession": "SES", "ChargePermission": "PRM", "Charge": "CHG", "Refund": "REF"}
    ids = [row.requirement for row in OPERATIONS.values()]
    assert len(set(ids)) == len(ids)
    assert all(row.requirement.startswith(prefixes[row.returns]) for row in OPERATIONS.values())
