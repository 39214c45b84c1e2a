"""A scenario's symbols stand for ids and amounts, worked out from the world when a step is reached."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.scenario import (
    UNKNOWN_IDS,
    CallStep,
    RepeatStep,
    Scenario,
    Setting,
    Unresolved,
    price,
)
from amazonpay_conformance.model.world import World
from model_stories import Story, monthly, on, order
from model_stories import price as wire

CHARGE = CallStep("create_charge", None, {"chargePermissionId": {"$id": "permission#1"}})
REFUND = CallStep("create_refund", None, {"chargeId": {"$id": "charge#1"}})
CAPTURE = CallStep("capture_charge", "charge#1")
COMPLETE = CallStep("complete_checkout_session", "session#1")
SYMBOLS = {f"{kind}#1": f"{kind}1" for kind in ("session", "permission", "charge", "refund")}


def setting(story: Story, region: str = "na") -> Setting:
    """A setting in a story's world, where `charge#1` stands for charge1."""
    return Setting(story.world, SYMBOLS, region)


def worth(symbol: str, step: CallStep, story: Story) -> str:
    """What a symbol comes to, as `amount currency`."""
    found = price(symbol, step, setting(story))
    return f"{found.amount} {found.currency}"


# --- amounts


@pytest.mark.parametrize(
    ("region", "symbol", "amount"),
    [
        ("na", "small", "0.01 USD"),
        ("na", "order", "100.00 USD"),
        ("na", "large", "1234.56 USD"),
        ("na", "ceiling", "150000 USD"),
        ("na", "ceiling+1", "150000.01 USD"),
        ("eu", "order", "100.00 EUR"),
        ("jp", "small", "1 JPY"),
        ("jp", "order", "10000 JPY"),
        ("jp", "order+1", "10001 JPY"),
        ("jp", "ceiling+1", "10000001 JPY"),
    ],
)
def test_an_orders_amounts_have_the_regions_currency(
    story: Story, region: str, symbol: str, amount: str
) -> None:
    found = price(symbol, CallStep("create_checkout_session"), setting(story, region))
    assert f"{found.amount} {found.currency}" == amount


@pytest.mark.parametrize(
    ("symbol", "step", "amount"),
    [
        # of 100.00 USD, 40.00 are authorized and 25.00 of them captured
        ("all", CHARGE, "75.00 USD"),
        ("all+1", CHARGE, "75.01 USD"),
        ("half", CHARGE, "37.50 USD"),
        ("all", CAPTURE, "40.00 USD"),
        ("all+1", CAPTURE, "40.01 USD"),
        ("all", REFUND, "25.00 USD"),
        ("half", REFUND, "12.50 USD"),
        ("headroom", REFUND, "28.75 USD"),
        ("headroom+1", REFUND, "28.76 USD"),
        ("small", REFUND, "0.01 USD"),
        ("small@other", REFUND, "0.01 EUR"),
    ],
)
def test_parts_are_taken_of_what_is_left(story: Story, symbol: str, step: CallStep, amount: str) -> None:
    story.completed(order("Confirm", wire("100.00")))
    story.charge(wire("40.00"))
    story.capture(wire("25.00"))
    assert worth(symbol, step, story) == amount


def test_what_was_refunded_is_left_out(story: Story) -> None:
    story.captured(wire("100.00"))
    story.refund(wire("60.00"))
    assert worth("all", REFUND, story) == "40.00 USD"
    assert worth("headroom", REFUND, story) == "55.00 USD"


def test_what_is_reserved_is_left_out(story: Story) -> None:
    story.completed(order("Confirm", wire("100.00")))
    story.charge(wire("99.99"))
    assert worth("all", CHARGE, story) == "0.01 USD"


def test_half_of_an_odd_amount_is_payable(story: Story) -> None:
    story.completed(order("Confirm", wire("333", "JPY")))
    half = price("half", CHARGE, setting(story))
    assert half.amount == half.amount.to_integral_value()
    assert Price.parse(half.wire()) == half


def test_the_headroom_is_never_rounded_up(story: Story) -> None:
    story.captured(wire("99", "JPY"))  # 15 % are 14.85 yen
    assert worth("headroom", REFUND, story) == "113 JPY"


def test_the_sessions_amounts_are_repeated(story: Story) -> None:
    total = {"totalOrderAmount": wire("300.00")}
    story.call("create_checkout_session", None, order("Authorize", wire("100.00"), **total))
    assert worth("same", COMPLETE, story) == "100.00 USD"
    assert worth("same+1", COMPLETE, story) == "100.01 USD"
    assert worth("same@other", COMPLETE, story) == "100.00 EUR"
    assert worth("same-total", COMPLETE, story) == "300.00 USD"


def test_all_of_a_subscription_is_the_rest_of_its_month(story: Story) -> None:
    story.completed(monthly(wire("10.00")))
    story.call("create_charge", None, on("permission1", wire("400.00"), captureNow=True))
    assert worth("all", CHARGE, story) == "600.00 USD"


def test_all_of_nothing_is_zero_never_less(story: Story) -> None:
    story.captured(wire("100.00"))
    assert worth("all", CHARGE, story) == "0.00 USD"


@pytest.mark.parametrize(
    ("symbol", "step"),
    [
        ("all", CHARGE),
        ("half", CAPTURE),
        ("all", REFUND),
        ("headroom", REFUND),
        ("same", COMPLETE),
        ("same-total", COMPLETE),
        ("all", CallStep("create_checkout_session")),
        ("most", REFUND),
        ("", REFUND),
    ],
)
def test_an_amount_that_depends_on_what_is_missing_is_unresolved(
    symbol: str, step: CallStep, story: Story
) -> None:
    with pytest.raises(Unresolved):
        price(symbol, step, setting(story))


def test_headroom_of_what_was_not_captured_is_unresolved(story: Story) -> None:
    story.completed(order("Authorize", wire("100.00")))
    with pytest.raises(Unresolved):
        price("headroom", REFUND, setting(story))


def test_the_same_of_a_session_without_an_amount_is_unresolved(story: Story) -> None:
    story.call("create_checkout_session", None, order("Confirm", None))
    with pytest.raises(Unresolved):
        price("same", COMPLETE, setting(story))


# --- bodies


def test_a_body_has_its_symbols_replaced_at_every_depth(story: Story) -> None:
    body = {"a": [{"$id": "charge#1"}, {"b": {"$price": "order"}}], "c": "text", "d": None, "e": True}
    found = setting(story).body(CallStep("create_refund", None, body))
    assert found == {"a": ["charge1", {"b": wire("100.00")}], "c": "text", "d": None, "e": True}


@pytest.mark.parametrize("body", [None, {}])
def test_no_body_and_an_empty_body_are_told_apart(story: Story, body: Any) -> None:
    assert setting(story).body(CallStep("get_charge", "charge#1", body)) == body


def test_a_body_stays_symbolic_itself(story: Story) -> None:
    body = {"chargeId": {"$id": "charge#1"}}
    setting(story).body(CallStep("create_refund", None, body))
    assert body == {"chargeId": {"$id": "charge#1"}}


def test_a_symbol_that_nothing_is_bound_to_is_unresolved() -> None:
    nowhere = Setting(World(now=0), {})
    with pytest.raises(Unresolved, match="charge#1"):
        nowhere.id("charge#1")
    with pytest.raises(Unresolved):
        nowhere.body(CallStep("create_refund", None, {"chargeId": {"$id": "charge#1"}}))


def test_a_price_with_decimals_is_written_as_the_wire_has_it(story: Story) -> None:
    body = {"chargeAmount": {"$price": "order"}}
    assert setting(story, "jp").body(CallStep("create_checkout_session", None, body)) == {
        "chargeAmount": {"amount": "10000", "currencyCode": "JPY"}
    }
    assert Price(Decimal(1), "USD").wire()["amount"] == "1.00"


# --- ids of what never was


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        # api-facts §3.0
        ("session", r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
        ("permission", r"[SP]\d{2}-\d{7}-\d{7}"),
        ("charge", r"[SP]\d{2}-\d{7}-\d{7}-C\d{6}"),
        ("refund", r"[SP]\d{2}-\d{7}-\d{7}-R\d{6}"),
    ],
)
def test_what_stands_for_an_unknown_object_has_the_form_of_its_id(kind: str, form: str) -> None:
    assert re.fullmatch(form, UNKNOWN_IDS[f"{kind}#unknown"])


def test_there_is_an_unknown_id_for_every_kind_of_object() -> None:
    kinds = {row.target for row in OPERATIONS.values() if row.target}
    assert len(UNKNOWN_IDS) == len(kinds)
    assert len(set(UNKNOWN_IDS.values())) == len(kinds)


# --- scenarios are values


def test_scenarios_are_equal_when_their_steps_are() -> None:
    one = Scenario((CallStep("create_refund", body={"a": 1}), RepeatStep("key#1")))
    assert one == Scenario((CallStep("create_refund", body={"a": 1}), RepeatStep("key#1")))
    assert one != Scenario(one.steps[:1])
    assert len(one) == 2
