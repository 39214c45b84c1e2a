"""What completing a session allows to be charged, and what is left of it: api-facts §5.2, §5.3, §6.4."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from amazonpay_conformance.model.balances import headroom, permission_limit
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.rules import RULES, Rule
from amazonpay_conformance.model.switches import SWITCHES, Settings
from amazonpay_conformance.model.world import CheckoutSession
from model_stories import price


def limit(**data: Any) -> Price | None:
    return permission_limit(CheckoutSession("session1", "Open", 0, 0, data=data))


def usd(amount: str) -> Price:
    return Price(Decimal(amount), "USD")


@pytest.mark.parametrize(
    ("total", "expected"),
    [(None, "100.00"), ("250.00", "250.00"), ("100.01", "100.01"), ("100.00", "100.00"), ("99.99", "100.00")],
)
def test_it_is_the_order_s_total_but_never_below_the_charge(total: str | None, expected: str) -> None:
    details = {"chargeAmount": price("100.00"), "totalOrderAmount": price(total) if total else None}
    assert limit(paymentDetails=details) == usd(expected)


def test_without_an_amount_nothing_is_known() -> None:
    assert limit(paymentDetails={}) is None
    assert limit() is None


def test_a_total_alone_is_the_limit() -> None:
    assert limit(paymentDetails={"totalOrderAmount": price("7.00")}) == usd("7.00")


@pytest.mark.parametrize(
    ("order", "currency", "expected"),
    [
        ("100.00", "USD", "900.00"),
        ("55.55", "USD", "500"),
        ("55.56", "USD", "500.04"),
        ("7777", "JPY", "70000"),
        ("7778", "JPY", "70002"),
        ("1.00", "EUR", "500"),
        ("1.00", "GBP", "500"),
    ],
)
def test_an_overcharge_raises_it_to_nine_times_or_to_the_floor(
    order: str, currency: str, expected: str
) -> None:
    details = {"chargeAmount": price(order, currency), "allowOvercharge": True}
    assert limit(paymentDetails=details) == Price(Decimal(expected), currency)


def test_what_an_overcharge_raises_in_other_currencies_is_not_known() -> None:
    assert limit(paymentDetails={"chargeAmount": price("1.00", "SEK"), "allowOvercharge": True}) is None


@pytest.mark.parametrize(
    ("kind", "currency", "expected"),
    [
        ("Recurring", "USD", "1000"),
        ("Recurring", "JPY", "100000"),
        ("PaymentMethodOnFile", "USD", "15000"),
        ("PaymentMethodOnFile", "JPY", "2000000"),
        ("PaymentMethodOnFile", "XXX", None),
    ],
)
def test_of_what_goes_on_for_months_it_is_the_monthly_cap(
    kind: str, currency: str, expected: str | None
) -> None:
    details = {"chargeAmount": price("1", currency), "allowOvercharge": True}
    found = limit(chargePermissionType=kind, paymentDetails=details)
    assert found == (Price(Decimal(expected), currency) if expected else None)


@pytest.mark.parametrize(
    ("captured", "currency", "expected"),
    [
        ("100.00", "USD", "15.00"),
        ("500.00", "USD", "75.00"),
        ("500.10", "USD", "75"),
        ("56000", "JPY", "8400"),
        ("56010", "JPY", "8400"),
        ("1000.00", "SEK", "150.00"),
    ],
)
def test_the_headroom_is_a_share_and_capped_where_a_figure_is_known(
    captured: str, currency: str, expected: str
) -> None:
    assert headroom(Price(Decimal(captured), currency)) == Decimal(expected)


PICKING = [rule for rule in RULES if rule.picks]


@pytest.mark.parametrize("rule", PICKING, ids=[rule.id for rule in PICKING])
def test_a_rule_whose_error_is_picked_gives_that_first_and_every_other_once(rule: Rule) -> None:
    for number, choice in enumerate(SWITCHES[rule.picks].choices):
        answers = rule.answers(Settings.of({rule.picks: choice}))
        errors = [error for error, _ in answers]
        assert errors[0] == rule.errors[number]
        assert sorted(errors) == sorted(rule.errors)
        assert [told for error, told in answers] == [
            ((rule.picks, list(SWITCHES[rule.picks].choices)[rule.errors.index(error)]),) for error in errors
        ]
