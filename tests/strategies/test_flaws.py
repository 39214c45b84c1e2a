"""A body that is broken on purpose breaks the one rule that it says, and a right one none."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.scenario import CallStep
from amazonpay_conformance.strategies import broken_bodies
from amazonpay_conformance.strategies.flaws import KINDS, Break, breaks, broken, extremes, resolved
from amazonpay_conformance.strategies.generator import Abilities
from amazonpay_conformance.strategies.validation import BATCH, VALIDATED, validations
from hypothesis import given, settings
from hypothesis import strategies as st

WITH_BODY = [operation.id for operation in ALL_OPERATIONS.values() if operation.request is not None]
BODIES: dict[str, Any] = {p.call.operation: p.call.body for p in VALIDATED if not p.within}
EVERYTHING = Abilities(operations=frozenset(ALL_OPERATIONS))
VIOLATION = {"missing": "missing", "unknown": "unknown"}

# softDescriptor in paymentDetails needs the intent AuthorizeWithCapture: a second rule is broken
NOT_ALONE = {("create_checkout_session", "/paymentDetails/softDescriptor")}


def test_every_operation_with_a_body_is_validated() -> None:
    assert set(BODIES) == set(WITH_BODY)


@pytest.mark.parametrize("operation", WITH_BODY)
def test_a_broken_body_breaks_the_rule_that_it_says_and_no_other(operation: str) -> None:
    schema = ALL_OPERATIONS[operation].request or ""
    for rule in breaks(operation):
        places = [place for place in VALIDATED if place.call.operation == operation]
        bodies = (broken(place.call.body or {}, rule) for place in places)
        body = next((altered for altered in bodies if altered is not None), None)
        if body is None:
            assert (operation, rule.path) in NOT_ALONE, rule
            continue
        found = schemas.violations(schema, resolved(body))
        assert {(v.path, v.kind) for v in found} == {(rule.path, VIOLATION.get(rule.kind, "invalid"))}


@pytest.mark.parametrize("operation", WITH_BODY)
def test_every_field_that_a_schema_requires_is_left_out_once(operation: str) -> None:
    schema = schemas.load(ALL_OPERATIONS[operation].request or "")
    left_out = {rule.path for rule in breaks(operation) if rule.kind == "missing"}
    assert {f"/{name}" for name in schema.get("required", ())} <= left_out


def test_every_kind_of_break_is_made() -> None:
    made = Counter(rule.kind for operation in WITH_BODY for rule in breaks(operation))
    assert set(made) == set(KINDS)


@pytest.mark.parametrize("operation", WITH_BODY)
def test_extremes_are_legal_and_touch_the_limits(operation: str) -> None:
    schema = ALL_OPERATIONS[operation].request or ""
    for body in extremes(operation, BODIES[operation]):
        assert schemas.is_valid(schema, resolved(body))


def test_the_body_that_is_broken_is_left_as_it_was() -> None:
    body = {"captureAmount": {"$price": "all"}}
    rule = Break("capture_charge", "missing", "/captureAmount/currencyCode")

    assert broken(body, rule) == {"captureAmount": {"amount": "1.00"}}
    assert body == {"captureAmount": {"$price": "all"}}


def test_placeholders_that_a_break_does_not_touch_stay() -> None:
    altered = broken(BODIES["create_charge"], Break("create_charge", "unknown", "/colour", '"red"'))
    assert altered == {**BODIES["create_charge"], "colour": "red"}


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_a_drawn_body_is_what_its_strategy_says(data: st.DataObject) -> None:
    operation = data.draw(st.sampled_from(["create_charge", "capture_charge", "close_charge_permission"]))
    schema = ALL_OPERATIONS[operation].request or ""

    body, rule = data.draw(broken_bodies(operation))
    assert {v.path for v in schemas.violations(schema, body)} == {rule.path}


def test_an_operation_without_a_body_has_no_strategy() -> None:
    with pytest.raises(KeyError):
        broken_bodies("get_charge")


def test_a_quick_plan_has_each_kind_for_each_operation_and_a_thorough_one_every_rule() -> None:
    quick = list(validations(EVERYTHING, thorough=False))
    calls = {step.operation for s in quick for step in s.steps if isinstance(step, CallStep)}
    assert set(WITH_BODY) <= calls
    assert len(quick) <= 2 * len(VALIDATED)
    full = sum(len(scenario.steps) for scenario in validations(EVERYTHING, thorough=True))
    assert full > sum(len(breaks(operation)) for operation in WITH_BODY) > 3 * BATCH
