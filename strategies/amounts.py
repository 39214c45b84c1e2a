"""Amounts of money as Hypothesis values, as on the wire: strings with the decimals of their currency."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from amazonpay_conformance.model.limits import CEILING
from amazonpay_conformance.model.money import REGION_CURRENCY, Price, minor_unit

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def prices(
    region: str = "na",
    *,
    currency: str | None = None,
    at_least: str | None = None,
    at_most: str | None = None,
) -> SearchStrategy[dict[str, Any]]:
    """Return a strategy of prices that may be charged: one minor unit to the ceiling of a single charge.

    Args:
        region: whose currency: na, eu or jp.
        currency: another currency of the region, as GBP.
        at_least: the smallest amount, in major units; one minor unit where not said.
        at_most: the greatest amount, in major units; the ceiling (api-facts §6.1) where not said.

    Returns:
        A strategy of {"amount": "14.00", "currencyCode": "USD"}; it shrinks to the smallest amount.

    Raises:
        ValueError: there is no such region or currency, or no amount between the two.
    """
    from hypothesis import strategies as st

    chosen = currency or REGION_CURRENCY.get(region, "")
    if chosen not in CEILING:
        raise ValueError(f"no currency of {region!r}, {currency!r}; known are {', '.join(sorted(CEILING))}")
    unit = minor_unit(chosen)
    least, most = Decimal(at_least or unit), Decimal(at_most or CEILING[chosen])
    if least > most:
        raise ValueError(f"no amount is at least {least} and at most {most}")
    units = st.integers(int(-(-least // unit)), int(most // unit))
    return units.map(lambda count: Price(count * unit, chosen).wire())
