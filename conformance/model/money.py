"""Prices: a decimal amount in a currency, and how the wire writes it.

Amounts are compared as decimals, never as strings. Requests may carry numbers or strings (api-facts §13.9),
responses always carry strings, with the currency's number of decimals (§3, §6.8, §6.9).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Any

from amazonpay_conformance.model.limits import CURRENCIES
from amazonpay_conformance.model.regions import REGIONS

MINOR_DIGITS: Mapping[str, int] = {row.code: row.minor_digits for row in CURRENCIES}
"""Decimals of a currency; two where none is named. Source: api-facts §6.8, §6.9 [W][S]."""

REGION_CURRENCY: Mapping[str, str] = {region.key: region.currency for region in REGIONS.values()}
"""The ledger currency used for a region's scenarios. Source: api-facts §3.6 [S]."""


@dataclass(frozen=True, slots=True)
class Price:
    """An amount of money. `amount` is in major units (14.00 USD is Decimal("14.00"))."""

    amount: Decimal
    currency: str

    @classmethod
    def parse(cls, value: object) -> Price | None:
        """Read `{amount, currencyCode}` as the wire has it; None where it is no price."""
        if type(value) is not dict and not isinstance(value, Mapping):  # mostly it is one, and asking is dear
            return None
        amount, currency = value.get("amount"), value.get("currencyCode")
        if type(amount) is str and type(currency) is str:
            return _price(amount, currency)
        if isinstance(amount, bool) or not isinstance(currency, str):
            return None
        return _price(str(amount), currency)

    def wire(self) -> dict[str, Any]:
        """Return the price as responses write it: a string with the currency's decimals."""
        return {"amount": format_amount(self.amount, self.currency), "currencyCode": self.currency}

    def of(self, amount: Decimal) -> Price:
        """Return another amount of the same currency."""
        return Price(amount, self.currency)


@lru_cache(4096)
def _price(amount: str, currency: str) -> Price | None:
    try:
        number = Decimal(amount)
    except InvalidOperation:
        return None
    return Price(number, currency) if number.is_finite() else None


@cache
def minor_unit(currency: str) -> Decimal:
    """Return the smallest amount of a currency: 1 for JPY, 0.01 for the others."""
    return Decimal(1).scaleb(-MINOR_DIGITS.get(currency, 2))


@lru_cache(4096)
def format_amount(amount: Decimal, currency: str) -> str:
    """Write an amount with its currency's decimals: "14.00", JPY "500"; never an exponent."""
    return f"{amount.quantize(minor_unit(currency)):f}"
