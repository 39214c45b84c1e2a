"""Amounts are decimals in a currency, read from numbers and texts, written with the currency's decimals."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from amazonpay_conformance.model.money import REGION_CURRENCY, Price, format_amount, minor_unit
from hypothesis import given, settings
from hypothesis import strategies as st

searching = settings(derandomize=True, deadline=None, database=None, max_examples=100)


@pytest.mark.parametrize("amount", ["14", "14.0", "14.00", "0014", 14, 14.0])
def test_one_amount_in_several_spellings_is_one_price(amount: Any) -> None:
    assert Price.parse({"amount": amount, "currencyCode": "USD"}) == Price(Decimal("14.00"), "USD")


@pytest.mark.parametrize("amount", [0.1, 19.99, 1234.56, 150_000.01])
def test_a_json_number_is_read_as_it_was_written_not_as_binary(amount: float) -> None:
    parsed = Price.parse({"amount": amount, "currencyCode": "USD"})
    assert parsed is not None
    assert str(parsed.amount) == str(amount)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "14.00",
        14,
        [],
        {},
        {"amount": "14.00"},
        {"currencyCode": "USD"},
        {"amount": "14.00", "currencyCode": None},
        {"amount": True, "currencyCode": "USD"},
        {"amount": "", "currencyCode": "USD"},
        {"amount": "1,400.00", "currencyCode": "USD"},
        {"amount": "fourteen", "currencyCode": "USD"},
        {"amount": "NaN", "currencyCode": "USD"},
        {"amount": "Infinity", "currencyCode": "USD"},
        {"amount": float("inf"), "currencyCode": "USD"},
        {"amount": {"value": 14}, "currencyCode": "USD"},
    ],
)
def test_what_is_no_price_is_read_as_none(value: Any) -> None:
    assert Price.parse(value) is None


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        # api-facts §3, §6.8, §6.9 [W]
        ("14", "USD", "14.00"),
        ("0", "USD", "0.00"),
        ("0.01", "EUR", "0.01"),
        ("150000", "GBP", "150000.00"),
        ("500", "JPY", "500"),
        ("0", "JPY", "0"),
        ("1E+7", "JPY", "10000000"),
    ],
)
def test_answers_write_an_amount_with_its_currencys_decimals(
    amount: str, currency: str, written: str
) -> None:
    assert format_amount(Decimal(amount), currency) == written
    assert Price(Decimal(amount), currency).wire() == {"amount": written, "currencyCode": currency}


def test_the_smallest_amount_is_a_yen_or_a_hundredth() -> None:
    assert minor_unit("JPY") == 1
    assert {minor_unit(currency) for currency in ("USD", "EUR", "GBP", "XXX")} == {Decimal("0.01")}


def test_another_amount_keeps_the_currency() -> None:
    assert Price(Decimal(1), "JPY").of(Decimal(2)) == Price(Decimal(2), "JPY")


def test_each_region_has_its_ledger_currency() -> None:
    assert REGION_CURRENCY == {"na": "USD", "eu": "EUR", "jp": "JPY"}  # api-facts §3.6


@searching
@given(minor=st.integers(0, 10**12), currency=st.sampled_from(["USD", "EUR", "GBP", "JPY"]))
def test_what_was_written_is_read_back_exactly(minor: int, currency: str) -> None:
    written = Price(minor * minor_unit(currency), currency)
    assert Price.parse(written.wire()) == written
    assert "E" not in written.wire()["amount"]


def test_a_price_is_read_of_any_mapping_and_of_nothing_else() -> None:
    told = MappingProxyType({"amount": "14.00", "currencyCode": "USD"})
    assert Price.parse(told) == Price(Decimal(14), "USD")
    assert Price.parse([("amount", "14.00"), ("currencyCode", "USD")]) is None
    assert Price.parse("14.00") is None
