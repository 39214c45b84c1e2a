"""Amounts, bodies and objects as Hypothesis values: valid by the schemas, and all that may be is drawn."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.model.limits import CEILING
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.operation import RESPONSE_SCHEMAS
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.scenario import BuyerStep, CallStep, Scenario
from amazonpay_conformance.strategies import (
    charge_permissions,
    charges,
    prices,
    refunds,
    request_bodies,
    scenarios,
    sessions,
    steps,
)
from amazonpay_conformance.strategies.generator import Abilities, Planner
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

LOOKING = settings(max_examples=2000, database=None, phases=[Phase.generate])
"""For `find` where any such value will do, not the simplest."""

OBJECTS: dict[Any, Any] = {
    "Charge": charges,
    "Refund": refunds,
    "ChargePermission": charge_permissions,
    "CheckoutSession": sessions,
}
STATES = [
    (kind, state.name, reason)
    for kind in OBJECTS
    for state in MACHINES[kind].states
    for reason in state.reasons or (None,)
]
WITH_BODY = [name for name, operation in ALL_OPERATIONS.items() if operation.request]


@given(st.data(), st.sampled_from(["na", "eu", "jp"]))
def test_a_price_is_one_that_may_be_charged(data: st.DataObject, region: str) -> None:
    price = data.draw(prices(region))
    assert 0 < Decimal(price["amount"]) <= CEILING[price["currencyCode"]]
    assert ("." in price["amount"]) is (region != "jp")


def test_a_price_shrinks_to_one_minor_unit() -> None:
    assert find(prices("na"), lambda _: True) == {"amount": "0.01", "currencyCode": "USD"}
    assert find(prices("jp"), lambda _: True) == {"amount": "1", "currencyCode": "JPY"}
    assert find(prices(currency="GBP", at_least="5", at_most="6"), lambda _: True)["amount"] == "5.00"


@pytest.mark.parametrize("wrong", [{"region": "us"}, {"currency": "XXX"}, {"at_least": "2", "at_most": "1"}])
def test_a_price_that_there_cannot_be_is_refused_at_once(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"no currency|no amount"):
        prices(**wrong)


@pytest.mark.parametrize("operation", WITH_BODY)
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_a_payload_satisfies_its_schema(operation: str, data: st.DataObject) -> None:
    body = data.draw(request_bodies(operation))
    assert not schemas.violations(str(ALL_OPERATIONS[operation].request), body)


@pytest.mark.parametrize("name", ["captureNow", "softDescriptor", "merchantMetadata", "chargeInitiator"])
def test_every_field_of_a_payload_comes_up_and_may_be_left_out(name: str) -> None:
    drawn = request_bodies("create_charge")
    assert name in find(drawn, lambda body: name in body, settings=LOOKING)
    assert name not in find(drawn, lambda body: name not in body, settings=LOOKING)


def test_a_field_may_be_fixed_or_left_out() -> None:
    fixed = request_bodies("create_charge", chargePermissionId="S01-1234567-1234567", softDescriptor=None)
    body = find(fixed, lambda _: True, settings=LOOKING)
    assert body["chargePermissionId"] == "S01-1234567-1234567"
    assert "softDescriptor" not in body


def test_an_operation_without_a_body_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match=r"no operation 'get_charge' with a body; those .* create_charge"):
        request_bodies("get_charge")


@pytest.mark.parametrize("kind", OBJECTS)
@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_an_object_satisfies_its_schema(kind: Any, data: st.DataObject) -> None:
    body = data.draw(OBJECTS[kind](region=data.draw(st.sampled_from(["na", "eu", "jp"]))))
    assert not schemas.violations(RESPONSE_SCHEMAS[kind], body)


@pytest.mark.parametrize(("kind", "state", "reason"), STATES)
def test_every_state_comes_up_with_every_reason(kind: Any, state: str, reason: str | None) -> None:
    def is_it(body: dict[str, Any]) -> bool:
        status = body["statusDetails"]
        reasons = status.get("reasons", [status])
        return reason in [each["reasonCode"] for each in reasons or [{"reasonCode": None}]]

    body = find(OBJECTS[kind](state), is_it, settings=LOOKING)
    assert body["statusDetails"]["state"] == state


@given(charges("Captured"))
def test_a_captured_charge_has_amounts_that_agree(charge: dict[str, Any]) -> None:
    amounts = [charge[name] for name in ("chargeAmount", "captureAmount", "refundedAmount")]
    charged, captured, refunded = (Decimal(price["amount"]) for price in amounts)
    assert 0 < captured <= charged
    assert 0 <= refunded <= captured + min(captured * Decimal("0.15"), Decimal(75))
    assert len({price["currencyCode"] for price in amounts}) == 1


def test_a_state_that_there_is_not_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="a Charge has no state 'Completed'; it has AuthorizationInitiated"):
        charges("Completed")


@settings(deadline=None, max_examples=20)
@given(st.data())
def test_a_step_can_come_after_what_was_planned(data: st.DataObject) -> None:
    before = data.draw(scenarios(max_steps=3, refused=False))
    planned = data.draw(steps(before))
    planner = Planner.start(Abilities())
    for step in before.steps:
        expected = planner.expect(step)
        assert expected is not None
        planner = planner.then(expected)
    last = planner.expect(planned)
    assert last is not None
    assert not last.refused


def test_a_step_after_what_cannot_be_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="cannot be taken in its place: BuyerStep"):
        steps(Scenario((BuyerStep("approves", "session#1"),)))


def test_steps_that_must_be_refused_can_be_asked_for() -> None:
    planned = find(steps(refused=True), lambda step: isinstance(step, CallStep), settings=LOOKING)
    assert isinstance(planned, CallStep)
